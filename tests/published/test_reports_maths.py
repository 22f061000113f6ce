"""The numbers of METHODS section 8 that the arithmetic of the methods on reports reproduces, each by its id.

Expected values and tolerances are read from that section, never typed here; its `why` column says why each tolerance
is what it is. R1 and R2 (intervals of Newcombe 1998) are in `test_maths_numbers.py`.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.maths import agreement, changepoint, paired, recording, unanimity


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, str]]:
    """Section 8 of METHODS, by id."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def r3(shared: Path) -> list[float]:
    cases = json.loads((shared / "reports/expected.json").read_text())["unanimity"]
    found = []
    for case in cases:
        all_told = case["k"], case["k"], case["share"]
        found += [unanimity.tail(*all_told), unanimity.tipping_ratio(*all_told)]
    return found


def r4(_: Path) -> list[float]:
    test = paired.sign_test(9, 1)
    return [test.p, test.share.low, test.share.high]


def r5(_: Path) -> list[float]:
    return [recording.share(40, 60, 0.9, 0.05)]


def c1(shared: Path) -> list[float]:
    with (shared / "reports/coal_mining_disasters_1851_1962.csv").open() as file:
        rows = [(int(row["year"]), int(row["disasters"])) for row in csv.DictReader(file)]
    first, disasters = rows[0][0], [count for _, count in rows]
    likeliest, posterior = changepoint.likeliest(disasters), changepoint.posterior(disasters)
    periods = likeliest.last, posterior.mode, posterior.median, posterior.low, posterior.high
    return [sum(disasters), *(first + period for period in periods), likeliest.before, likeliest.after]


def k1(shared: Path) -> list[float]:
    with (shared / "reports/krippendorff_examples.csv").open() as file:
        rows = list(csv.DictReader(file))

    def alpha(example: str, metric: agreement.Metric) -> float:
        codes = [(row["coder"], row["unit"], float(row["value"])) for row in rows if row["example"] == example]
        return agreement.alpha(agreement.read(*zip(*codes, strict=True)), metric)

    return [
        *(alpha("krippendorff_2011_4x12", metric) for metric in ("nominal", "ordinal", "interval", "ratio")),
        alpha("krippendorff_2011_binary_2x10", "nominal"),
        alpha("krippendorff_2011_nominal_2x12", "nominal"),
        *(alpha("wikipedia_3x15", metric) for metric in ("nominal", "interval")),
    ]


@pytest.mark.parametrize("reproduce", [r3, r4, r5, c1, k1], ids=lambda f: f.__name__.upper())
def test_the_number_is_reproduced(
    reproduce: Callable[[Path], list[float]], shared: Path, numbers: dict[str, dict[str, str]]
) -> None:
    row = numbers[reproduce.__name__.upper()]
    expected, tolerances = row["value"].split(), row["tol"].split()
    tolerances *= len(expected) if len(tolerances) == 1 else 1
    for ours, theirs, tolerance in zip(reproduce(shared), map(float, expected), tolerances, strict=True):
        allowed = theirs * float(tolerance[:-1]) / 100 if tolerance.endswith("%") else float(tolerance)
        assert ours == pytest.approx(theirs, abs=allowed, rel=0), row["quantity"]
