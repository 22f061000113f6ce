"""Worlds of thresholds: planted search and hit rates are counted back, and each option does what it says."""

import numpy as np
import pytest
from pyarrow import compute

from evenhand.errors import PlanError
from evenhand.simulate import world

MANY = 120_000


def drawn(**settings):
    return world("thresholds", **{"stops": MANY, "seed": 1, **settings}).draw()


def arrays(table):
    race, found = (compute.list_element(table[name], 0).to_numpy().astype(str) for name in ("race_officer", "found"))
    return race, table["search_person"].to_numpy() == "yes", found == "drugs", table["area_county"].to_numpy()


def basis(table):
    return compute.list_element(table["search_basis"], 0).to_numpy().astype(str)


def rates(table, code):
    race, searched, found, _ = arrays(table)
    return searched[race == code].mean(), found[(race == code) & searched].mean()


@pytest.mark.parametrize("family", ["beta", "discriminant"])
@pytest.mark.parametrize("settings", [{}, {"threshold_ratio": 0.8}, {"threshold_ratio": 0.5}, {"risks": "lower_risk"}])
def test_planted_rates_are_counted_back(family, settings):
    drew = drawn(family=family, **settings)
    for code, name in (("BLACK", "group"), ("WHITE", "reference")):
        search, hit = rates(drew.table, code)
        # at least 30,000 stops and 2,000 searches of each: four standard errors
        assert search == pytest.approx(drew.truth[f"search_rate_{name}"], abs=0.012)
        assert hit == pytest.approx(drew.truth[f"hit_rate_{name}"], abs=0.045)


@pytest.mark.parametrize(("risks", "against"), [("pair_against", True), ("pair_for", False)])
def test_infra_marginal_pairs_show_the_same_rates_on_opposite_thresholds(risks, against):
    drew = drawn(risks=risks, places=1, place_spread=0.0)
    # METHODS 4.3, printed digits (Simoiu, Corbett-Davies and Goel 2017)
    assert rates(drew.table, "BLACK") == pytest.approx((0.71, 0.39), abs=0.012)
    assert rates(drew.table, "WHITE") == pytest.approx((0.64, 0.44), abs=0.012)
    assert drew.truth["search_rate_group"] == pytest.approx(0.71, abs=0.005)
    assert drew.truth["hit_rate_group"] == pytest.approx(0.39, abs=0.005)
    assert drew.truth["search_rate_reference"] == pytest.approx(0.64, abs=0.005)
    assert drew.truth["hit_rate_reference"] == pytest.approx(0.44, abs=0.005)
    assert (drew.truth["difference_of_thresholds"] < 0) == against


@pytest.mark.parametrize("family", ["beta", "discriminant"])
def test_crossing_densities_fool_both_rates_on_one_threshold(family):
    truth = drawn(stops=10, family=family, risks="crossing", place_spread=0.0).truth
    assert truth["difference_of_thresholds"] == 0
    assert truth["search_rate_group"] > truth["search_rate_reference"]
    assert truth["hit_rate_group"] < truth["hit_rate_reference"]


def test_a_lower_risk_lowers_the_hit_rate_on_one_threshold():
    truth = drawn(stops=10, risks="lower_risk", place_spread=0.0).truth
    assert truth["difference_of_thresholds"] == 0
    assert truth["ratio_of_hit_rates_within_places"] < 0.97
    assert truth["search_rate_group"] < truth["search_rate_reference"]


def test_the_same_risk_and_threshold_give_a_ratio_of_one_within_places():
    truth = drawn(stops=10).truth
    assert truth["ratio_of_hit_rates_within_places"] == pytest.approx(1)
    assert truth["ratio_of_hit_rates"] != pytest.approx(1, abs=0.001)


def test_searches_after_arrest_are_mixed_in_and_say_so():
    table = drawn(stops=100_000, bound_group=0.1).table
    race, searched, _, _ = arrays(table)
    bound = basis(table) == "incident_to_arrest"
    assert bound[race == "BLACK"].mean() == pytest.approx(0.1, abs=0.01)
    assert not bound[race == "WHITE"].any()
    assert searched[bound].all()


def test_the_basis_is_known_for_its_share_of_searches():
    table = drawn(stops=100_000, basis_known=0.4).table
    _, searched, _, _ = arrays(table)
    stated = basis(table) != "not_stated"
    assert stated[searched].mean() == pytest.approx(0.4, abs=0.02)
    assert not stated[~searched].any()


def test_a_coding_error_loses_finds_in_the_first_district_alone():
    right, wrong = arrays(drawn(stops=100_000).table), arrays(drawn(stops=100_000, coding_error=1.0).table)
    first = wrong[3] == "District 1"
    assert not wrong[2][first].any()
    assert right[2][first].any()
    assert np.array_equal(right[2][~first], wrong[2][~first])
    assert (right[0][first] == "BLACK").mean() > (right[0][~first] == "BLACK").mean()


def test_three_groups_are_stopped_in_every_place():
    race, _, _, place = arrays(drawn(stops=20_000).table)
    assert len(set(zip(race.tolist(), place.tolist(), strict=True))) == 3 * 12


def test_a_family_without_these_risks_is_refused_with_those_it_has():
    with pytest.raises(PlanError, match="risks = 'pair_for', expected same, lower_risk, crossing"):
        world("thresholds", family="discriminant", risks="pair_for")


def test_the_same_seed_gives_the_same_table():
    assert drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=7).table)
