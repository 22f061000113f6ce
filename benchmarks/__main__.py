"""Print the table: `uv run python -m benchmarks` for all rows, `uv run python -m benchmarks demo` for one.

Times are wall seconds of whole processes as a user waits for them; memory is the peak of resident pages.
"""

import argparse
import platform
import sys
import tempfile
from importlib import import_module
from os import cpu_count
from pathlib import Path

from benchmarks.measured import Line

HERE = Path(__file__).parent
ROWS = sorted(file.stem for file in HERE.glob("*.py") if file.stem not in ("__init__", "__main__", "measured"))


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("row", nargs="*", metavar="ROW", help=f"which rows: {', '.join(ROWS)}; none for all")
    options.add_argument("--rows", type=int, metavar="N", help="stops to make, where a row makes them (ten million)")
    options.add_argument(
        "--in", dest="folder", type=Path, metavar="DIR", help="where to write; the system's by default"
    )
    asked = options.parse_args()
    if stray := set(asked.row) - set(ROWS):
        options.error(f"no row {', '.join(sorted(stray))}: there are {', '.join(ROWS)}")
    print(f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"{'work':48} {'seconds':>8} {'peak MB':>8}  must")
    found = [line for name in asked.row or ROWS for line in measure(name, asked.rows, asked.folder)]
    return 1 if any(line.kept is False for line in found) else 0


def measure(name: str, rows: int | None, beside: Path | None) -> list[Line]:
    """Run one row in a folder of its own, which is taken away afterwards, and print its lines."""
    print(f"  {name} ...", end="\r", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="evenhand-", dir=beside) as folder:
        lines = list(import_module(f"benchmarks.{name}").lines(Path(folder), rows))
    for line in lines:
        verdict = {None: "", True: ", kept", False: ", NOT KEPT"}[line.kept]
        print(
            f"{line.work:48} {line.spent.seconds:8.1f} {line.spent.peak / 1e6:8.0f}  {line.must}{verdict}", flush=True
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
