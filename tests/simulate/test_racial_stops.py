"""Worlds of racial stops: planted strata, their effects, and the bounds that should hold them."""

import pytest
from pyarrow import compute

from evenhand.simulate import world


def drawn(**settings):
    return world("racial_stops", **{"stops": 150_000, "seed": 1, **settings}).draw()


def shares(table):
    race = compute.list_element(table["race_officer"], 0).to_numpy()
    searched = table["search_person"].to_numpy() == "yes"
    return searched[race == "BLACK"].mean(), searched[race == "WHITE"].mean(), (race == "BLACK").mean()


def test_the_default_world_is_the_made_up_case_of_the_closed_form():
    # METHODS 4.8: E1 .30, E0 .25, P1 .6, rho .32 give ATT .13 and ATE in [.098, .154471]
    truth = drawn(stops=10).truth
    assert truth["searched_of_group"] == pytest.approx(0.30)
    assert truth["difference_among_stopped"] == pytest.approx(0.05)
    assert truth["effect_on_group_stopped"] == pytest.approx(0.13)
    assert 0.098 <= truth["effect_on_all_stopped"] <= 0.154471


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8])
def test_planted_shares_are_counted_back(rho):
    drew = drawn(rho=rho)
    group, reference, share = shares(drew.table)
    # four standard errors in at least 60,000
    assert group == pytest.approx(drew.truth["searched_of_group"], abs=0.0075)
    assert reference == pytest.approx(drew.truth["searched_of_reference"], abs=0.0075)
    assert share == pytest.approx(0.6, abs=0.0075)


def test_without_racial_stops_the_difference_is_the_effect():
    truth = drawn(stops=10, rho=0.0).truth
    assert truth["effect_on_group_stopped"] == pytest.approx(truth["difference_among_stopped"])
    assert truth["effect_on_all_stopped"] == pytest.approx(truth["difference_among_stopped"])


def bounds(truth, share):
    """ATE bounds of METHODS 4.8, written out."""
    e1, e0, rho = truth["searched_of_group"], truth["searched_of_reference"], truth["share_racial"]
    low = e1 - e0 + rho * e0 * share
    return low, low + rho / (1 - rho) * (e1 - max(0, 1 + e1 / rho - 1 / rho)) * (1 - share)


def test_the_effect_lies_in_the_bounds_while_racial_stops_are_no_more_severe():
    for racial in (0.0, 0.2, 0.34):
        truth = drawn(stops=10, racial_group=racial).truth
        low, high = bounds(truth, 0.6)
        assert low - 1e-12 <= truth["effect_on_all_stopped"] <= high + 1e-12


def test_more_severe_racial_stops_put_the_effect_outside_the_bounds():
    drew = drawn(stops=10, racial_group=0.6)
    low, _ = bounds(drew.truth, 0.6)
    assert drew.truth["effect_on_all_stopped"] < low
    assert "more often than its other stops" in drew.story


def test_the_same_seed_gives_the_same_table():
    assert drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=7).table)
