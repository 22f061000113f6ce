"""The interval that chooses the model anew in 1,000 draws, on five British lists of 2013; made-up lists without them.

All 6,212 models of pairs and triples are looked at in every draw: 6.2 million fits if each were made. Beside it, turn
about, runs the published algorithm in R, `peers/all_models.R`: glm on every model and the lowest BIC, on the first few
of the same draws, its seconds for a draw times 1,000. The totals of those draws must agree. SparseMSE and
MultipleSystemsEstimation are on CRAN alone; what R does here is their inner step, without their linear programme for
existence, which would only make it slower.
"""

import shutil
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measured import Line, Spent, median, run

LISTS = Path(__file__).resolve().parents[2] / "shared/data/reports/uk_modern_slavery_2013_5list.csv"
PEER = Path(__file__).parent / "peers" / "all_models.R"
RUNS, DRAWS, PEER_DRAWS = 3, 1000, 3
# the design, section 5: so many times as fast as R
TIMES, REACH_TIMES = 10, 50
# glm stops within 1e-8 of the deviance
AGREE = 1e-6
INPUT = """
import sys
import numpy as np
from evenhand.maths import lists

if sys.argv[1]:
    table = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1, dtype=int)
    cells = lists.tally(table[:, :-1], table[:, -1])
else:
    random = np.random.default_rng(1)
    held = random.random((13000, 5)) < [0.007, 0.04, 0.09, 0.06, 0.026]
    cells = lists.tally(held[held.any(axis=1)].astype(int))
drawn = np.random.default_rng(0).multinomial(cells.people, cells.counts / cells.people, size=int(sys.argv[2]))
np.savetxt("cells.csv", cells.counts, fmt="%d")
np.savetxt("draws.csv", drawn, fmt="%d", delimiter=",")
"""
RESELECT = """
import sys
import numpy as np
from evenhand.maths import reselection
from evenhand.maths.lists import Cells

found = reselection.lowest_bic(Cells(5, np.loadtxt("cells.csv", dtype=np.int64)), draws=int(sys.argv[1]))
assert not found.without, "a draw has no answer: its neighbours would be compared with the wrong ones"
np.savetxt("ours.csv", found.draws)
"""
COMPARE = """
import sys
import numpy as np

theirs = np.loadtxt("theirs.csv", delimiter=",", ndmin=2)
ours = np.loadtxt("ours.csv")[: len(theirs)]
apart = float(np.max(np.abs(ours / theirs[:, 1] - 1)))
assert apart < float(sys.argv[1]), f"totals of the same draws disagree by {apart}"
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """The median of three, imports included; the peer's, scaled up to as many draws."""
    del rows
    return list(_beside_peer(folder))


def _beside_peer(folder: Path) -> Iterator[Line]:
    run([sys.executable, "-c", INPUT, str(LISTS) if LISTS.is_file() else "", str(PEER_DRAWS)], folder)
    rscript = shutil.which("Rscript")
    ours: list[Spent] = []
    theirs: list[float] = []
    peak = 0
    for _ in range(RUNS):
        ours.append(run([sys.executable, "-c", RESELECT, str(DRAWS)], folder))
        if rscript:
            peak = max(peak, run([rscript, PEER, "draws.csv", "theirs.csv"], folder).peak)
            run([sys.executable, "-c", COMPARE, str(AGREE)], folder)
            theirs.append(float((folder / "theirs.csv").read_text().splitlines()[0].split(",")[-1]))
    spent, work = median(ours), f"interval over models, 5 lists, {DRAWS:,} draws"
    must = f"{TIMES} x as fast as R, {REACH_TIMES} x reached for"
    if not rscript:
        yield Line(work, spent, f"{must}: not asked, no Rscript here (apt-get install r-base-core)")
        return
    # seconds of the fits alone, without R's start
    scaled = Spent(statistics.median(theirs) / PEER_DRAWS * DRAWS, peak)
    times = scaled.seconds / spent.seconds
    yield Line(work, spent, must, times >= TIMES)
    yield Line("  all models by glm in R", scaled, f"{PEER_DRAWS} draws agree, scaled up; {times:,.0f} x as long")
