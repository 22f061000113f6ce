"""Kulldorff's scan with 999 draws of chance on the 281 tracts of New York State; a made-up state where they are absent.

Circles of up to 10 % and up to half of the population, and cylinders of up to 8 weeks that end with the last of 52.
Beside each runs the peer, `peers/textbook_scan.py`: the scan as the papers write it, in plain NumPy. Both meet the same
input and the same draws, turn about, each in a process of its own; the likelihood ratios of all draws must agree.
R's `surveillance` has no scan of this kind, and the packages that have (SpatialEpi, smerc) are not Debian's.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measured import Line, Spent, median, run

TRACTS = Path(__file__).resolve().parents[2] / "shared/data/reports/ny_leukemia_281tracts.csv"
PEER = Path(__file__).parent / "peers" / "textbook_scan.py"
RUNS = 3
# the design, section 5
MOST_SECONDS, REACH_SECONDS = 17.0, 5.0
# two programs add the same numbers in another order
AGREE = 1e-9
INPUT = """
import sys
import numpy as np

file, share, days, longest, target = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
random = np.random.default_rng(1)
if file:
    x, y, people, cases = np.genfromtxt(file, delimiter=",", skip_header=1, usecols=(0, 1, 2, 3)).T
else:
    x, y = random.random((2, 281))
    people = random.integers(500, 8000, 281).astype(float)
    cases = random.multinomial(552, people / people.sum())
cases = np.floor(cases).astype(int)
cases = random.multinomial(cases, np.full(days, 1 / days)) if days > 1 else cases[:, None]
np.savez(target, x=x, y=y, people=people, cases=cases, share=share, longest=longest, draws=999)
"""
SCAN = """
import sys
import numpy as np
from evenhand.maths import circles, scan

given = np.load(sys.argv[1])
cases, people, draws = given["cases"], given["people"], int(given["draws"])
rings = circles.rings(circles.plain(given["x"], given["y"]), people, float(given["share"]))
if cases.shape[1] == 1:
    found = scan.poisson(cases[:, 0], people, rings, draws=draws)
else:
    found = scan.permutation(cases, rings, scan.spans(cases.shape[1], int(given["longest"]), to_the_end=True), draws)
np.savez(sys.argv[2], llr=found.clusters[0].llr, highest=found.highest)
"""
COMPARE = """
import sys
import numpy as np

ours, theirs = np.load(sys.argv[1]), np.load(sys.argv[2])
apart = max(float(np.max(np.abs(ours[name] - theirs[name]))) for name in ("llr", "highest"))
assert apart < float(sys.argv[3]), f"the two scans disagree by {apart}"
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """The median of three of each, turn about; 999 draws."""
    del rows
    works = (
        ("scan 281 tracts, 999 draws, to 10 %", "0.1", "1", "1"),
        ("scan 281 tracts, 999 draws, to 50 %", "0.5", "1", "1"),
        ("scan 281 tracts by 52 weeks, 999 draws, to 10 %", "0.1", "52", "8"),
    )
    return [line for work, *settings in works for line in _beside_peer(folder, work, settings)]


def _beside_peer(folder: Path, work: str, settings: Sequence[str]) -> Iterator[Line]:
    run([sys.executable, "-c", INPUT, str(TRACTS) if TRACTS.is_file() else "", *settings, "input.npz"], folder)
    ours: list[Spent] = []
    theirs: list[Spent] = []
    for _ in range(RUNS):
        ours.append(run([sys.executable, "-c", SCAN, "input.npz", "ours.npz"], folder))
        theirs.append(run([sys.executable, PEER, "input.npz", "theirs.npz"], folder))
        run([sys.executable, "-c", COMPARE, "ours.npz", "theirs.npz", str(AGREE)], folder)
    spent, peer = median(ours), median(theirs)
    must = f"{MOST_SECONDS:.0f} s, {REACH_SECONDS:.0f} s reached for"
    yield Line(work, spent, must, spent.seconds <= MOST_SECONDS)
    yield Line("  the textbook's, plain NumPy", peer, f"agrees; {peer.seconds / spent.seconds:.1f} x as long")
