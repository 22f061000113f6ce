"""The interval that chooses the model anew in 1,000 draws, on five British lists of 2013; made-up lists without them.

All 6,212 models of pairs and triples are looked at in every draw: 6.2 million fits if each were made, and
statsmodels takes 4 ms for one.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, run

LISTS = Path(__file__).resolve().parents[2] / "shared/data/reports/uk_modern_slavery_2013_5list.csv"
# seconds to a minute; R's packages, one glm a model, take hours
MOST_SECONDS = 60.0
RESELECT = """
import sys
import numpy as np
from evenhand.maths import lists, reselection

if sys.argv[1]:
    table = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1, dtype=int)
    cells = lists.tally(table[:, :-1], table[:, -1])
else:
    random = np.random.default_rng(1)
    held = random.random((13000, 5)) < [0.007, 0.04, 0.09, 0.06, 0.026]
    cells = lists.tally(held[held.any(axis=1)].astype(int))
reselection.lowest_bic(cells, draws=1000)
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """One run, imports included."""
    del rows
    spent = run([sys.executable, "-c", RESELECT, str(LISTS) if LISTS.is_file() else ""], folder)
    work = "interval over models, 5 lists, 1,000 draws"
    return [Line(work, spent, f"{MOST_SECONDS:.0f} s", spent.seconds <= MOST_SECONDS)]
