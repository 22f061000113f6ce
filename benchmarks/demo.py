"""`evenhand demo`, cold: a new process, an empty folder, from 51,920 real stops to a page."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, median, run

EVENHAND = Path(sys.executable).with_name("evenhand")
RUNS = 3
# the design, section 5
MOST_SECONDS, MOST_BYTES = 20.0, 1_000_000_000


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """The median of three; the first also fills the machine's file cache, as a user's first does."""
    del rows
    spent = median([run([EVENHAND, "demo", "--out", f"finding-{number}"], folder) for number in range(RUNS)])
    kept = spent.seconds <= MOST_SECONDS and spent.peak <= MOST_BYTES
    return [Line("evenhand demo, cold, data to page", spent, f"{MOST_SECONDS:.0f} s, 1 GB", kept)]
