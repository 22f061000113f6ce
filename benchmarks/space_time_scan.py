"""Kulldorff's scan with 999 draws of chance on the 281 tracts of New York State; a made-up state where they are absent.

One process each, imports included: circles of up to 10 % and up to half of the population, and cylinders of up to 8
weeks that end with the last of 52.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, run

TRACTS = Path(__file__).resolve().parents[2] / "shared/data/reports/ny_leukemia_281tracts.csv"
# the design, section 5
MOST_SECONDS = 5.0
SCAN = """
import sys
import numpy as np
from evenhand.maths import circles, scan

file, share, weeks = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(1)
if file:
    x, y, people, cases = np.genfromtxt(file, delimiter=",", skip_header=1, usecols=(0, 1, 2, 3)).T
else:
    x, y = random.random((2, 281))
    people = random.integers(500, 8000, 281)
    cases = random.multinomial(552, people / people.sum())
rings = circles.rings(circles.plain(x, y), people, share)
if weeks == 1:
    scan.poisson(np.floor(cases), people, rings, draws=999)
else:
    by_week = random.multinomial(np.floor(cases).astype(int), np.full(weeks, 1 / weeks))
    scan.permutation(by_week, rings, scan.spans(weeks, 8, to_the_end=True), draws=999)
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """One run of each; 999 draws."""
    del rows
    file = str(TRACTS) if TRACTS.is_file() else ""
    works = (
        ("scan 281 tracts, 999 draws, to 10 %", "0.1", "1"),
        ("scan 281 tracts, 999 draws, to 50 %", "0.5", "1"),
        ("scan 281 tracts by 52 weeks, 999 draws, to 10 %", "0.1", "52"),
    )
    spent = [(work, run([sys.executable, "-c", SCAN, file, share, weeks], folder)) for work, share, weeks in works]
    return [Line(work, one, f"{MOST_SECONDS:.0f} s", one.seconds <= MOST_SECONDS) for work, one in spent]
