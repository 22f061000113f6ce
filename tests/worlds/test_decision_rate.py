"""Worlds with a planted ratio of search rates: the interval covers it, the bands hold it, nothing is seen in nothing.

Counts are drawn here, without tables, and go through the arithmetic step; two whole tables go through `weigh`. Each
commit runs 100 worlds (coverage 88 % or more), nightly runs 1,000 (METHODS 1.3).
"""

import math
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from evenhand.maths import corners, decisions, power, strata
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells
from evenhand.maths.intervals import katz_ratio
from evenhand.simulate.decisions import Decisions
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods import decision_rate
from evenhand.weigh.methods.decision_rate import DecisionRate
from evenhand.weigh.unrecorded import OUTCOMES, SIDES, Unrecorded, too_much

BW = Contrast("BLACK", "WHITE")
NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
WEEKS = 52


@dataclass(frozen=True)
class City:
    """Stops in places and parts of the day that differ in whom they stop and, with it, in how often they search.

    `effect_spread` is how far the log ratio differs from place to place; `clumping` the spread of the group's log rate
    from week to week; `race_lost` the shares of stops without a race (group searched, group not, reference searched,
    reference not); `outcome_lost` the same of stops with a race and no word on a search.
    """

    ratio: float = 1.0
    stops: int = 20_000
    places: int = 4
    confounding: float = 0.6
    effect_spread: float = 0.0
    clumping: float = 0.0
    race_lost: tuple[float, float, float, float] = (0.0,) * 4
    outcome_lost: tuple[float, float, float, float] = (0.0,) * 4

    def rates(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Share of stops of the group and of the reference, and search rates, by stratum."""
        at = np.array(list(product(np.linspace(-1, 1, self.places), (1.0, 0.3, -0.3, -1.0))))
        lean = self.confounding * (at[:, 0] + 0.6 * at[:, 1])
        share = 1 / (1 + 1.5 * np.exp(-lean))
        reference = 0.06 * np.exp(lean)
        group = reference * self.ratio * np.exp(self.effect_spread * at[:, 0])
        return np.array([share, 1 - share]) / len(at), group, reference

    @property
    def truth(self) -> float:
        """Mantel and Haenszel's ratio in expectation; `ratio` itself where places do not differ."""
        (group, reference), p1, p0 = self.rates()
        weight = group * reference / (group + reference)
        return float(weight @ p1 / (weight @ p0))

    def draw(self, seed: int) -> tuple[Cells, Unrecorded, Counts]:
        """Known counts by stratum and week, everything by what is known of it, and the counts had all been known."""
        rng = np.random.default_rng(seed)
        exposure, p1, p0 = self.rates()
        n1, n0 = rng.poisson(self.stops * exposure[:, :, None] / WEEKS, (2, exposure.shape[1], WEEKS))
        factor = np.exp(self.clumping * rng.standard_normal(WEEKS) - self.clumping**2 / 2)
        x1 = rng.binomial(n1, np.minimum(p1[:, None] * factor, 1))
        x0 = rng.binomial(n0, p0[:, None] + 0 * factor)
        full = np.array([x1, n1 - x1, x0, n0 - x0])
        no_race = rng.binomial(full, np.array(self.race_lost)[:, None, None])
        no_word = rng.binomial(full - no_race, np.array(self.outcome_lost)[:, None, None])
        yes1, no1, yes0, no0 = (full - no_race - no_word).astype(float)
        stratum = np.repeat(np.arange(len(p1)), WEEKS).astype(str)
        known = Counts(*(part.ravel() for part in (yes1, yes1 + no1, yes0, yes0 + no0)))
        cells = Cells({"place": stratum}, np.tile(np.arange(WEEKS), len(p1)), known)
        rows = {(side, word): np.zeros(len(p1)) for side in SIDES for word in OUTCOMES}
        names = (("group", "yes"), ("group", "no"), ("reference", "yes"), ("reference", "no"))
        rows |= {name: part.sum(axis=1) for name, part in zip(names, (yes1, no1, yes0, no0), strict=True)}
        rows["unknown", "yes"] = (no_race[0] + no_race[2]).sum(axis=1).astype(float)
        rows["unknown", "no"] = (no_race[1] + no_race[3]).sum(axis=1).astype(float)
        rows["group", "unknown"] = (no_word[0] + no_word[1]).sum(axis=1).astype(float)
        rows["reference", "unknown"] = (no_word[2] + no_word[3]).sum(axis=1).astype(float)
        complete = Counts(*(part.sum(axis=1).astype(float) for part in (x1, n1, x0, n0)))
        return cells, Unrecorded(rows), complete


def coverage(city: City, worlds: int) -> float:
    """Share of worlds whose reported interval holds the truth."""
    found = (decisions.ratio(city.draw(seed)[0]) for seed in range(worlds))
    return sum(ratio.low <= city.truth <= ratio.high for ratio in found) / worlds


def holds(share: float, worlds: int) -> bool:
    """METHODS 1.3: 88 % of 100 worlds; of 1,000, at least 93, and at most 98.

    The wider of two intervals is conservative, which METHODS allows upwards of 93.
    """
    return share >= 0.88 if worlds < 1_000 else 0.93 <= share <= 0.98


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(
    "city",
    [
        City(),
        City(ratio=1.25),
        City(ratio=2.0),
        City(stops=2_000),
        City(ratio=2.0, stops=2_000),
        City(ratio=1.25, effect_spread=0.4),
        City(ratio=1.25, clumping=0.5),
        City(ratio=1.25, race_lost=(0.2,) * 4),
        City(ratio=1.25, race_lost=(0.3, 0.3, 0.1, 0.1)),
        City(ratio=1.25, outcome_lost=(0.18, 0.18, 0.05, 0.05)),
    ],
    ids=str,
)
def test_the_interval_covers_the_planted_ratio(city: City, worlds: int) -> None:
    """Places that differ, weeks that clump, and what is missing at random or by race alone, cost no coverage."""
    assert holds(coverage(city, worlds), worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
def test_no_bias_is_seldom_flagged(worlds: int) -> None:
    """At most 5 %, with METHODS' allowance of 1.645 standard errors for so many worlds."""
    ratios = [decisions.ratio(City().draw(seed)[0]) for seed in range(worlds)]
    flagged = sum(not ratio.low <= 1 <= ratio.high for ratio in ratios) / worlds
    assert flagged <= 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / worlds)


def test_the_crude_ratio_is_fooled_by_places_and_hours_where_the_pooled_one_is_not() -> None:
    """Its named confounder: no bias planted, and the crude interval misses 1 in every world."""
    crude = []
    for seed in range(100):
        x1, n1, x0, n0 = (int(part.sum()) for part in City().draw(seed)[0].counts)
        crude.append(katz_ratio(x1, n1, x0, n0).low)
    assert min(crude) > 1


def test_greenland_robins_alone_would_be_too_narrow_where_weeks_clump() -> None:
    """Why the wider of the two is reported: stops of one week are not independent of each other."""
    city = City(ratio=1.25, clumping=0.8)
    plain = [strata.mantel_haenszel_ratio(*city.draw(seed)[0].by("place")) for seed in range(100)]
    assert sum(ratio.low <= city.truth <= ratio.high for ratio in plain) < 80
    assert coverage(city, 100) >= 0.88


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(
    "race_lost", [(0.2,) * 4, (0.3, 0.3, 0.1, 0.1), (0.05, 0.35, 0.3, 0.1), (0.4, 0.1, 0.05, 0.3)], ids=str
)
def test_the_band_over_missing_race_holds_what_all_races_would_have_given(race_lost, worlds: int) -> None:
    """Whatever race goes missing with: the ratio of the same world with every race known lies in the band."""
    assert within("missing_race", City(ratio=1.25, race_lost=race_lost), worlds) >= 0.93


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("outcome_lost", [(0.15, 0.15, 0.02, 0.02), (0.02, 0.18, 0.18, 0.02), (0.3, 0.0, 0.0, 0.1)])
def test_the_band_over_missing_outcomes_holds_what_all_outcomes_would_have_given(outcome_lost, worlds: int) -> None:
    assert within("model", City(ratio=1.25, outcome_lost=outcome_lost), worlds) >= 0.93


def within(over: str, city: City, worlds: int) -> float:
    inside = 0
    for seed in range(worlds):
        _, beside, complete = city.draw(seed)
        band = next(band for band in beside.bands("searched", "stop") if band.over == over)
        inside += band.low <= corners.risk_ratio(complete) <= band.high
    return inside / worlds


def test_where_race_goes_missing_with_the_search_the_interval_fails_and_only_the_band_holds() -> None:
    """Listed: an interval over sampling cannot know what was not recorded."""
    assert coverage(City(ratio=1.25, race_lost=(0.05, 0.35, 0.3, 0.1)), 100) < 0.5


@pytest.mark.parametrize(("lost", "refused"), [(0.17, False), (0.24, True)])
def test_an_outcome_missing_more_for_one_group_is_refused_above_a_fifth(lost: float, refused: bool) -> None:
    for seed in range(20):
        rows = City(outcome_lost=(lost, lost, 0.02, 0.02)).draw(seed)[1].rows
        group = [rows["group", word].sum() for word in OUTCOMES]
        assert (too_much({"group": (int(group[2]), int(sum(group)))}) is not None) == refused


def test_the_smallest_visible_ratio_is_seen_in_four_worlds_of_five() -> None:
    """METHODS 1.3: the printed figure within 5 points of the share detected, in 400 worlds."""
    printed = power.smallest_visible_ratio(decisions.ratio(City(ratio=1.2).draw(0)[0]).se)
    seen = [decisions.ratio(City(ratio=printed).draw(seed)[0]).low > 1 for seed in range(400)]
    assert np.mean(seen) == pytest.approx(0.80, abs=0.05)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_whole_table_gives_the_planted_ratio_and_the_counts_it_holds(ratio: float) -> None:
    world = Decisions(ratio=ratio, stops=20_000, seed=5).draw()
    result = DecisionRate(BW, Scope(), place="precinct").weigh(world.evidence())
    assert isinstance(result.answer, Answer)
    headline = result.answer.headline
    assert headline.low <= world.truth["ratio_of_search_rates"] <= headline.high
    races = world.table["race_officer"].to_pylist()
    assert headline.n == sum(codes in (["BLACK"], ["WHITE"]) for codes in races)
    searched = world.table["search_person"].to_pylist()
    hits = sum(codes == ["BLACK"] and word == "yes" for codes, word in zip(races, searched, strict=True))
    assert headline.note.startswith(f"{hits:,} of ")
    assert result.diagnostics["negative_control"]["passes"] is True


def test_a_whole_table_with_the_outcome_missing_in_over_a_fifth_is_refused() -> None:
    world = Decisions(stops=5_000, outcome_missing_group=0.3, outcome_missing_reference=0.05)
    assert isinstance(DecisionRate(BW, Scope(), place="precinct").weigh(world.draw().evidence()).answer, Refusal)
    fewer = replace(world, outcome_missing_group=0.15)
    assert isinstance(DecisionRate(BW, Scope(), place="precinct").weigh(fewer.draw().evidence()).answer, Answer)


def test_heterogeneity_is_seen_where_effects_differ_and_seldom_where_they_do_not() -> None:
    def p(city: City, seed: int) -> float:
        return decision_rate.diagnose(city.draw(seed)[0])["heterogeneity"]["p"]

    assert sum(p(City(ratio=1.25), seed) < 0.01 for seed in range(100)) <= 5
    assert sum(p(City(ratio=1.25, effect_spread=1.0), seed) < 0.01 for seed in range(100)) >= 90
