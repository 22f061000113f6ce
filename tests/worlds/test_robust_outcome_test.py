"""Worlds of thresholds: the robust test is silent where one standard is kept, and is fooled only where we say so.

Counts are drawn here from each family's own search and hit rates, without tables; one whole table goes through
`weigh`. Each commit runs 100 worlds, nightly runs 1,000 (METHODS 1.3).
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from evenhand.maths import power
from evenhand.maths.corners import Counts
from evenhand.simulate.risk import RISKS
from evenhand.simulate.thresholds import Thresholds
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods.robust_outcome_test import (
    AGAINST,
    IN_FAVOUR,
    INCONCLUSIVE,
    RobustOutcomeTest,
    oppose,
)
from evenhand.weigh.searches import SearchCells

BW = Contrast("BLACK", "WHITE")
NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
DISTRICTS = 12


def draw(group, reference, seed: int, stops: int = 20_000, spread: float = 0.2) -> SearchCells:
    """Stops of two groups in districts that differ in risk and in threshold, alike for both (log odds)."""
    rng = np.random.default_rng(seed)
    n1 = rng.multinomial(int(stops * 0.4), np.full(DISTRICTS, 1 / DISTRICTS))
    n0 = rng.multinomial(int(stops * 0.6), np.full(DISTRICTS, 1 / DISTRICTS))
    sides = []
    shifts = spread * rng.standard_normal((DISTRICTS, 2))
    for risk, n in ((group, n1), (reference, n0)):
        here = [risk.shifted(*shift) for shift in shifts]
        searched = rng.binomial(n, [at.search_rate for at in here])
        sides.append((searched, rng.binomial(searched, [at.hit_rate for at in here])))
    (s1, h1), (s0, h0) = (tuple(part.astype(float) for part in side) for side in sides)
    places = tuple(str(at) for at in range(DISTRICTS))
    return SearchCells(places, (n1.astype(float), n0.astype(float)), (s1, s0), Counts(h1, s1, h0, s0))


def said(group, reference, worlds: int, stops: int = 20_000) -> dict[str, float]:
    """Share of worlds in which the test says each of its three things."""
    heard = []
    for seed in range(worlds):
        cells = draw(group, reference, seed, stops)
        heard.append(oppose(cells.searched, cells.found).direction)
    return {word: heard.count(word) / worlds for word in (AGAINST, IN_FAVOUR, INCONCLUSIVE)}


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("stops", [20_000, 2_000])
@pytest.mark.parametrize(("family", "risks"), [(f, r) for f in RISKS for r in ("same", "lower_risk")])
def test_one_threshold_for_both_groups_is_seldom_called_bias(family, risks, stops: int, worlds: int) -> None:
    """Risks alike, or lower in the group with a monotone likelihood ratio: at most 5 % both ways together."""
    heard = said(*RISKS[family][risks], worlds, stops)
    assert heard[AGAINST] + heard[IN_FAVOUR] <= 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("family", RISKS)
@pytest.mark.parametrize(("times", "direction"), [(0.8, AGAINST), (1.25, IN_FAVOUR), (0.5, AGAINST), (2, IN_FAVOUR)])
def test_two_thresholds_for_like_risks_are_told_apart_in_their_direction(family, times, direction, worlds) -> None:
    """The group's threshold 1.25 and 2 times lower or higher: never called the wrong way, twice nearly always seen."""
    group, reference = RISKS[family]["same"]
    heard = said(replace(group, threshold=group.threshold * times), reference, worlds, stops=60_000)
    opposite = IN_FAVOUR if direction == AGAINST else AGAINST
    assert heard[opposite] == 0
    assert heard[direction] >= (0.5 if abs(math.log(times)) < 0.5 else 0.95)


@pytest.mark.parametrize("family", RISKS)
def test_risks_that_cross_fool_it(family: str) -> None:
    """Listed: one threshold, but no monotone likelihood ratio; it says "against the group" in most worlds, wrongly."""
    group, reference = RISKS[family]["crossing"]
    assert group.threshold == reference.threshold
    assert said(group, reference, 100, stops=60_000)[AGAINST] > 0.5


def test_the_same_rates_with_the_higher_threshold_fool_it_too() -> None:
    """Listed: of METHODS' two pairs it is right about the one, and wrong about the other, whose risks cross."""
    for name, truly_lower in (("pair_against", True), ("pair_for", False)):
        group, reference = RISKS["beta"][name]
        assert (group.threshold < reference.threshold) == truly_lower
        assert said(group, reference, 100)[AGAINST] > 0.5


@pytest.mark.parametrize(("family", "risks", "monotone"), [("beta", "lower_risk", True), ("beta", "crossing", False)])
def test_the_worlds_said_to_have_a_monotone_likelihood_ratio_have_one(family, risks, monotone: bool) -> None:
    """The log of the ratio of two Beta densities is (a1 - a0) log x + (b1 - b0) log(1 - x), up to a constant."""
    x = np.linspace(0.001, 0.999, 999)
    first, second = RISKS[family][risks]
    a, b = (
        first.lam * first.phi - second.lam * second.phi,
        first.lam * (1 - first.phi) - second.lam * (1 - second.phi),
    )
    steps = np.diff(a * np.log(x) + b * np.log1p(-x))
    # 1e-9: equal up to rounding
    assert bool(np.all(steps < 1e-9) or np.all(steps > -1e-9)) == monotone


def test_the_smallest_visible_difference_is_seen_in_four_worlds_of_five() -> None:
    """METHODS 1.3: the printed figure within 5 points of the share called, in 400 worlds; searches are far apart."""

    def world(seed: int, hit: float) -> SearchCells:
        rng = np.random.default_rng(seed)
        n = np.full(DISTRICTS, 1_000.0)
        s1, s0 = rng.binomial(1_000, 0.2, DISTRICTS).astype(float), rng.binomial(1_000, 0.1, DISTRICTS).astype(float)
        h1, h0 = rng.binomial(s1.astype(int), hit).astype(float), rng.binomial(s0.astype(int), 0.4).astype(float)
        return SearchCells(("",) * DISTRICTS, (n, n), (s1, s0), Counts(h1, s1, h0, s0))

    first = world(0, 0.35)
    printed = power.smallest_visible_difference(oppose(first.searched, first.found).hit.se)
    cells = [world(seed, 0.4 - printed) for seed in range(400)]
    called = [oppose(each.searched, each.found).direction == AGAINST for each in cells]
    assert np.mean(called) == pytest.approx(0.80, abs=0.05)


@pytest.mark.parametrize(("times", "direction"), [(0.6, AGAINST), (1.0, INCONCLUSIVE)])
def test_a_whole_table_says_what_was_planted(times: float, direction: str) -> None:
    world = Thresholds(stops=40_000, threshold_ratio=times, bound_group=0.02, seed=4).draw()
    result = RobustOutcomeTest(BW, Scope(), "county").weigh(world.evidence())
    assert isinstance(result.answer, Answer)
    assert result.diagnostics["direction"] == direction
    assert result.rows_used + sum(exclusion.n for exclusion in result.excluded) == world.table.num_rows


def test_a_whole_table_whose_bases_are_mostly_unknown_is_refused() -> None:
    world = Thresholds(stops=10_000, basis_known=0.45, seed=4).draw()
    assert isinstance(RobustOutcomeTest(BW, Scope(), "county").weigh(world.evidence()).answer, Refusal)
