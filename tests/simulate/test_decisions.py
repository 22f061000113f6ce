"""Worlds of decisions: within like circumstances the planted ratio, and the crude one that misleads."""

import numpy as np
import pytest
from pyarrow import compute

from evenhand.simulate import world
from evenhand.simulate.decisions import PARTS
from evenhand.tables import derive

MANY = 300_000


def drawn(**settings):
    return world("decisions", **{"stops": MANY, "seed": 1, **settings}).draw()


def codes(column):
    return column.combine_chunks().dictionary_encode().indices.to_numpy()


def arrays(table):
    """Whether of the group, the word on a search, and the stratum of each stop."""
    race = compute.list_element(table["race_officer"], 0).to_numpy()
    hour = compute.utf8_slice_codeunits(table["time_local"], 0, 2).cast("int64").to_numpy()
    part = sum(at * np.isin(hour, hours) for at, hours in enumerate(PARTS.values()))
    stratum = (codes(table["area_precinct"]) * len(PARTS) + part) * 3 + codes(table["reason"])
    return race == "BLACK", table["search_person"].to_numpy(), stratum


def ratios(table):
    """Mantel-Haenszel over strata, and crude, of known searches."""
    group, search, stratum = arrays(table)
    known = search != "not_stated"
    group, searched, stratum = group[known], search[known] == "yes", stratum[known]
    n1, n0, x1, x0 = (
        np.bincount(stratum[rows], minlength=stratum.max() + 1)
        for rows in (group, ~group, group & searched, ~group & searched)
    )
    n = np.maximum(n1 + n0, 1)
    return (x1 * n0 / n).sum() / (x0 * n1 / n).sum(), searched[group].mean() / searched[~group].mean()


# four standard errors of a log ratio of rates with some 8,000 and 10,000 searches
TOLERANCE = 0.07


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_the_planted_ratio_is_found_within_strata_and_the_crude_one_is_larger(ratio):
    drew = drawn(ratio=ratio)
    within, crude = ratios(drew.table)
    assert drew.truth["ratio_of_search_rates"] == pytest.approx(ratio)
    assert within == pytest.approx(ratio, rel=TOLERANCE)
    assert crude == pytest.approx(drew.truth["ratio_of_search_rates_crude"], rel=TOLERANCE)
    assert crude > 1.1 * ratio


def test_without_confounding_crude_and_stratified_agree():
    truth = drawn(stops=10, by_place=0.0, by_hour=0.0, ratio=2.0).truth
    assert truth["ratio_of_search_rates_crude"] == pytest.approx(truth["ratio_of_search_rates"])


def test_an_effect_that_differs_by_place_has_its_mantel_haenszel_mean_in_the_truth():
    drew = drawn(ratio=1.5, effect_spread=0.5)
    assert ratios(drew.table)[0] == pytest.approx(drew.truth["ratio_of_search_rates"], rel=TOLERANCE)
    assert drew.truth["ratio_of_search_rates"] != pytest.approx(1.5, rel=0.001)


def test_the_outcome_is_missing_for_each_group_as_planted():
    drew = drawn(outcome_missing_group=0.3, outcome_missing_reference=0.1)
    group, search, _ = arrays(drew.table)
    assert (search[group] == "not_stated").mean() == pytest.approx(0.3, abs=0.01)
    assert (search[~group] == "not_stated").mean() == pytest.approx(0.1, abs=0.01)
    # missing whatever was done: the ratio stands
    assert ratios(drew.table)[0] == pytest.approx(1, rel=TOLERANCE)


def test_parts_of_the_day_are_those_that_methods_use():
    for name, first, last in derive.PARTS_OF_DAY:
        assert PARTS[name] == tuple(range(first, last + 1))
    assert sorted(hour for hours in PARTS.values() for hour in hours) == list(range(24))


def test_the_same_seed_gives_the_same_table():
    assert drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=7).table)
