"""Worlds of deployment: the planted ratio of rates is counted back by place, and benchmarks err as they say."""

from collections import Counter

import numpy as np
import pytest
from pyarrow import compute

from evenhand.simulate import world

MANY = 150_000


def drawn(**settings):
    return world("deployment", **{"stops": MANY, "seed": 1, **settings}).draw()


def counts(table):
    places, races = table["area_precinct"].to_pylist(), compute.list_element(table["race_officer"], 0).to_pylist()
    return Counter(zip(places, races, strict=True))


def ratio_by_place(drew, benchmark):
    """Mantel-Haenszel ratio of rates over places."""
    stops = counts(drew.table)
    exposure = {b.name: b.exposure for b in drew.benchmarks}[benchmark]
    above = below = 0.0
    for place, people in exposure.items():
        group, reference = people["BLACK"], people["WHITE"]
        above += stops[place, "BLACK"] * reference / (group + reference)
        below += stops[place, "WHITE"] * group / (group + reference)
    return above / below


def ratio_pooled(drew, benchmark="drivers"):
    stops = counts(drew.table)
    exposure = {b.name: b.exposure for b in drew.benchmarks}[benchmark].values()
    rate = {
        code: sum(n for (_, race), n in stops.items() if race == code) / sum(people[code] for people in exposure)
        for code in ("BLACK", "WHITE")
    }
    return rate["BLACK"] / rate["WHITE"]


# four standard errors of a ratio of rates with some 50,000 and 120,000 stops, a little more for places
TOLERANCE = 0.03


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_the_planted_ratio_is_found_against_who_drives(ratio):
    assert ratio_by_place(drawn(ratio=ratio), "drivers") == pytest.approx(ratio, rel=TOLERANCE)


def test_a_benchmark_that_counts_the_group_short_inflates_the_ratio_by_as_much():
    drew = drawn(benchmark_error=0.7)
    assert ratio_by_place(drew, "drivers") == pytest.approx(1, rel=TOLERANCE)
    assert ratio_by_place(drew, "residents") == pytest.approx(1 / 0.7, rel=TOLERANCE)


def test_commuters_hide_a_bias_from_residents_and_not_from_drivers():
    drew = drawn(commuters=0.5, ratio=1.25)
    assert ratio_by_place(drew, "drivers") == pytest.approx(1.25, rel=TOLERANCE)
    assert ratio_by_place(drew, "residents") < 1.1


def test_deployment_where_the_group_lives_misleads_the_pooled_ratio_alone():
    drew = drawn(deployment=0.5)
    assert ratio_by_place(drew, "drivers") == pytest.approx(1, rel=TOLERANCE)
    assert ratio_pooled(drew) == pytest.approx(drew.truth["ratio_of_rates_pooled"], rel=TOLERANCE)
    assert drew.truth["ratio_of_rates_pooled"] > 1.2


def test_clumped_counts_vary_more_than_poisson():
    def dispersion(drew):
        stops, exposure = counts(drew.table), drew.benchmarks[1].exposure
        n = np.array([stops[place, "WHITE"] for place in exposure])
        e = np.array([people["WHITE"] for people in exposure.values()])
        expected = n.sum() * e / e.sum()
        return ((n - expected) ** 2 / expected).sum() / (len(n) - 1)

    # 39 degrees of freedom: the mean lies within four standard errors, 0.9, of 1
    assert dispersion(drawn()) == pytest.approx(1, abs=0.9)
    assert dispersion(drawn(clumping=0.1)) > 20


def test_missing_months_leave_from_december_back():
    month = drawn(stops=20_000, missing_months=2).table["date"].to_numpy().astype("datetime64[M]").astype(int) % 12 + 1
    assert set(month) == set(range(1, 11))


def test_stops_come_in_the_number_expected():
    # four standard errors of a Poisson count
    assert drawn().table.num_rows == pytest.approx(MANY, abs=4 * np.sqrt(MANY))


def test_benchmarks_cover_every_place_with_stops():
    drew = drawn(stops=5_000)
    for benchmark in drew.benchmarks:
        assert {place for place, _ in counts(drew.table)} <= set(benchmark.exposure)
        assert all(people > 0 for by_group in benchmark.exposure.values() for people in by_group.values())


def test_the_same_seed_gives_the_same_table():
    assert drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=7).table)
