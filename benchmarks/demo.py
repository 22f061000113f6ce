"""`evenhand demo`, cold: a new process, an empty folder, from 51,920 real stops to a page; a simulated wave to two."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, median, run

EVENHAND = Path(sys.executable).with_name("evenhand")
RUNS = 3
# the design, section 5, and the wave's own promise
PROMISED = {
    "demo": ("evenhand demo, cold, data to page", 20.0, 1_000_000_000),
    "wave": ("evenhand demo --wave, cold, sheets to two findings and the truth", 30.0, 1_000_000_000),
}


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """The median of three; the first also fills the machine's file cache, as a user's first does."""
    del rows
    return [_line(folder, name, ["--wave"] if name == "wave" else []) for name in PROMISED]


def _line(folder: Path, name: str, flags: list[str]) -> Line:
    what, seconds, size = PROMISED[name]
    runs = [run([EVENHAND, "demo", *flags, "--out", f"{name}-{number}"], folder) for number in range(RUNS)]
    spent = median(runs)
    return Line(what, spent, f"{seconds:.0f} s, 1 GB", spent.seconds <= seconds and spent.peak <= size)
