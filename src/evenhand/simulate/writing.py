"""Write a world to a file that an agency might have published, and the planted answer beside it.

The rows say nothing of the answer: hand over the file alone, and the `.truth.json` afterwards.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evenhand.errors import OutputError
from evenhand.simulate import mailbox, stanford
from evenhand.simulate.planted import Recipe
from evenhand.simulate.wave import Wave
from evenhand.terms.evidence import Benchmark

SUFFIXES = (".csv", ".parquet")


def write(recipe: Recipe, path: Path | str, rows: int | None = None) -> Mapping[str, Any]:
    """Draw the world and write its stops to `path` in Stanford's columns, CSV or Parquet by its ending.

    `rows` takes the place of the recipe's `stops`. Beside it go `PATH.truth.json` (truth, story, settings, seed) and
    each benchmark as `PATH.NAME.csv`. A world in which people told is written as `mailbox.write` does. Gives the paths,
    as text, with the count of rows and the truth; OutputError where they cannot be written.
    """
    path = Path(path)
    if told(recipe.name):
        return mailbox.write(recipe, path, rows)
    if path.suffix not in SUFFIXES:
        raise OutputError(f"cannot write {path.name}: expected a name that ends in {' or '.join(SUFFIXES)}")
    world = (recipe if rows is None else replace(recipe, stops=rows)).draw()
    key = _beside(path, "truth.json")
    try:
        stanford.write(world.table, path)
        key.write_text(json.dumps(world.answer(path.name), indent=2) + "\n", encoding="utf-8")
        sheets = {benchmark.name: str(_write_benchmark(benchmark, path)) for benchmark in world.benchmarks}
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; name another place with --out") from error
    return {"stops": str(path), "rows": world.table.num_rows, **sheets, "answer": str(key), "truth": dict(world.truth)}


def told(name: str) -> bool:
    """Whether the world of this name holds what people told, and is written as a mailbox."""
    return name == Wave.name


def _write_benchmark(benchmark: Benchmark, path: Path) -> Path:
    target = _beside(path, f"{benchmark.name}.csv")
    groups = list(next(iter(benchmark.exposure.values())))
    with target.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow([benchmark.level, *groups])
        sheet.writerows([place, *by_group.values()] for place, by_group in benchmark.exposure.items())
    return target


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")
