"""Worlds of places and days with no cluster, with one, or with one in telling alone.

Counts are drawn here, without tables, and go through the method's own search; one whole table goes through `weigh`.
Each commit runs 100 worlds, nightly runs 1,000 (METHODS 1.3).
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from evenhand.maths import scan
from evenhand.maths.scan import Scan
from evenhand.tables import derive
from evenhand.tables.small import small_table
from evenhand.terms.evidence import AreaCell, Evidence
from evenhand.terms.result import Answer
from evenhand.weigh.methods.space_time_scan import Cases, SpaceTimeScan

NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
FIRST = 20_458
SIDE = 4
# a square of four areas in a corner
DISC = (0, 1, SIDE, SIDE + 1)


@dataclass(frozen=True)
class City:
    """Encounters of 16 areas on a square over `days`, those of a disc `ratio` times as many in a span of days.

    Areas differ in people by `spread` (log scale) and days in encounters alike everywhere; `telling` multiplies the
    tellings of the disc throughout, `told` those of the span alone. `days` 1: places alone.
    """

    cases: int = 150
    days: int = 20
    span: tuple[int, int] = (9, 11)
    ratio: float = 1.0
    told: float = 1.0
    telling: float = 1.0
    spread: float = 0.4

    def draw(self, seed: int) -> Cases:
        rng = np.random.default_rng(seed)
        people = np.exp(self.spread * rng.standard_normal(SIDE**2))
        rate = np.outer(people, np.exp(0.3 * rng.standard_normal(self.days)))
        first, last = self.span if self.days > 1 else (0, 0)
        rate[np.ix_(DISC, range(first, last + 1))] *= self.ratio * self.told
        rate[list(DISC)] *= self.telling
        areas = tuple(
            AreaCell(f"a{at}", 45 + at // SIDE / 10, -93 + at % SIDE / 7, 50_000 * float(people[at]) + 25_000)
            for at in range(SIDE**2)
        )
        if self.days == 1:
            # people as counted, so that the poisson form has the truth
            areas = tuple(
                AreaCell(cell.area, cell.latitude, cell.longitude, float(n))
                for cell, n in zip(areas, people, strict=True)
            )
        counts = rng.multinomial(self.cases, (rate / rate.sum()).ravel()).reshape(rate.shape)
        return Cases(areas, counts, counts, FIRST, self.days)


PERMUTATION = SpaceTimeScan(place="county", draws=99, longest=5)
POISSON = SpaceTimeScan(place="county", draws=99, longest=0, kind="poisson")


def searched(city: City, method: SpaceTimeScan, seed: int) -> Scan:
    found = method.search(city.draw(seed), method.share)
    assert isinstance(found, Scan)
    return found


def alarms(city: City, method: SpaceTimeScan, worlds: int) -> float:
    """Share of worlds in which the likeliest cluster has a chance of 5 % at most."""
    found = (searched(city, method, seed) for seed in range(worlds))
    return sum(bool(one.clusters) and one.clusters[0].p <= 0.05 for one in found) / worlds


def allowed(worlds: int) -> float:
    """METHODS 1.3: 5 % and 1.645 standard errors."""
    return 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(
    ("city", "method"),
    [
        (City(cases=40), PERMUTATION),
        # how readily each area tells is no cluster in time
        (City(telling=3.0), PERMUTATION),
        (City(days=1), POISSON),
    ],
    ids=str,
)
def test_complete_spatial_randomness_raises_no_alarm(city: City, method: SpaceTimeScan, worlds: int) -> None:
    assert alarms(city, method, worlds) <= allowed(worlds)


def test_a_planted_disc_of_ratio_two_is_found_where_it_is() -> None:
    """Places alone, 400 encounters: nearly always, and mostly the areas of the disc."""
    city, shared = City(cases=400, days=1, ratio=2.0), []
    for seed in range(60):
        found = searched(city, POISSON, seed).clusters[0]
        assert found.p <= 0.05
        shared.append(len(set(found.areas) & set(DISC)) / len(set(found.areas) | set(DISC)))
    assert np.mean(shared) > 0.6


def test_a_planted_disc_over_three_days_is_found_in_both() -> None:
    city, inside = City(cases=400, ratio=6.0), 0
    for seed in range(40):
        found = searched(city, PERMUTATION, seed).clusters[0]
        inside += found.first <= 10 <= found.last and len(set(found.areas) & set(DISC)) >= 3
    assert inside >= 36
    assert alarms(city, PERMUTATION, 40) >= 0.95


def test_telling_that_clusters_alarms() -> None:
    """Listed: nothing happened more often; in one place, over three days, people told of it six times as often."""
    assert alarms(City(cases=400, told=6.0), PERMUTATION, 40) >= 0.9


def test_telling_that_differs_by_place_fools_the_poisson_form() -> None:
    """Listed, and why permutation is the default: the same city raises no alarm there."""
    assert alarms(City(cases=400, days=1, telling=2.0), POISSON, 40) >= 0.9


def test_what_rises_everywhere_at_once_is_not_seen_by_permutation() -> None:
    """Listed: the days differ by a factor of four, alike in every area."""
    city, flagged = City(cases=300), 0
    for seed in range(40):
        cases = city.draw(seed)
        rng = np.random.default_rng(seed)
        rate = np.outer(cases.counts.sum(axis=1) + 1, np.where(np.arange(20) // 5 == 2, 4.0, 1.0))
        counts = rng.multinomial(300, (rate / rate.sum()).ravel()).reshape(rate.shape)
        found = PERMUTATION.search(cases, 0.5, counts)
        assert isinstance(found, Scan)
        flagged += bool(found.clusters) and found.clusters[0].p <= 0.05
    assert flagged / 40 <= 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / 40)


def test_the_smallest_visible_risk_is_seen_at_least_four_times_in_five() -> None:
    """Planted in one circle with a tenth of what is expected; circles around it may show it too, so more often."""
    areas = tuple(AreaCell(f"a{at}", 45 + at / 10, -93.0, 1.0) for at in range(10))
    even = np.full((10, 1), 30)
    null = POISSON.search(Cases(areas, even, even, FIRST, 1), 0.5)
    assert isinstance(null, Scan)
    risk = scan.visible(null, 0.1)
    rate, rng, called = np.array([risk, *[1.0] * 9]), np.random.default_rng(5), 0
    for _ in range(200):
        counts = rng.multinomial(300, rate / rate.sum())[:, None]
        found = POISSON.search(Cases(areas, counts, counts, FIRST, 1), 0.5)
        assert isinstance(found, Scan)
        called += found.clusters[0].p <= 0.05
    # METHODS 1.3: five points below; above, overlapping circles help
    assert 0.75 <= called / 200 <= 0.92


@pytest.mark.parametrize(("ratio", "seen"), [(1.0, False), (5.0, True)])
def test_a_whole_table_says_what_was_planted(ratio: float, seen: bool) -> None:
    cases = City(cases=300, ratio=ratio).draw(4)
    at = [(area, day) for (area, day), n in np.ndenumerate(cases.counts) for _ in range(n)]
    columns = {
        "report_id": [f"r{number}" for number in range(len(at))],
        "encounter_id": [f"e{number}" for number in range(len(at))],
        "date": [derive.date_of(FIRST + day) for _, day in at],
        "area_county": [cases.areas[area].area for area, _ in at],
    }
    types = {"report_id": "string", "encounter_id": "string", "date": "date", "area_county": "string"}
    evidence = Evidence(None, (), reports=small_table(columns, types), areas=cases.areas)
    result = PERMUTATION.weigh(evidence)
    assert isinstance(result.answer, Answer)
    assert (result.answer.headline.high <= 0.05) == seen
    assert result.rows_used + sum(rows.n for rows in result.excluded) == result.rows_in == 300
