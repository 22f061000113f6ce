"""Pooled decisions against statsmodels, against Greenland and Robins alone, and against clusters made on purpose."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from evenhand.maths import decisions, strata
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells

PLACES, WEEKS = 4, 26


def cells(seed: int, clumped: float = 0.0) -> Cells:
    """Four places over 26 weeks; `clumped` is the spread of the group's log rate from week to week."""
    rng = np.random.default_rng(seed)
    place, week = np.divmod(np.arange(PLACES * WEEKS), WEEKS)
    n1, n0 = rng.poisson(20 + 10 * place), rng.poisson(40 - 5 * place)
    rate = np.minimum(0.1 * (1 + place) * np.exp(clumped * rng.standard_normal(WEEKS))[week], 0.9)
    x1, x0 = rng.binomial(n1, rate), rng.binomial(n0, 0.1 * (1 + place) / 1.5)
    return Cells({"place": place.astype(str)}, week, Counts(*(part.astype(float) for part in (x1, n1, x0, n0))))


def test_the_ratio_is_that_of_another_implementation() -> None:
    one = cells(1)
    x1, n1, x0, n0 = one.by("place")
    tables = [np.array([[a, b - a], [c, d - c]]) for a, b, c, d in zip(x1, n1, x0, n0, strict=True)]
    # 1e-12: the same sums in another order
    assert decisions.ratio(one).value == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-12)


def test_the_wider_interval_is_reported_and_named() -> None:
    steady, clumped = decisions.ratio(cells(1)), decisions.ratio(cells(1, clumped=0.8))
    assert clumped.weeks == WEEKS
    assert clumped.se == clumped.se_jackknife > clumped.se_greenland_robins
    for pooled in (steady, clumped):
        plain = 1.95996 * pooled.se_greenland_robins
        assert math.log(pooled.high / pooled.value) >= plain - 1e-5


def test_greenland_robins_stands_where_it_is_the_wider() -> None:
    """Every week alike: leaving one out changes nothing, and the jackknife's error is 0."""
    week = np.arange(10)
    alike = Counts(*(np.full(10, number) for number in (4.0, 20.0, 3.0, 30.0)))
    pooled = decisions.ratio(Cells({"place": np.full(10, "all")}, week, alike))
    assert pooled.weeks == 0
    assert pooled.se == pooled.se_greenland_robins
    # 1e-9: equal up to the rounding of logs
    assert pooled.se_jackknife == pytest.approx(0, abs=1e-9)


def test_one_week_leaves_greenland_robins_alone() -> None:
    one = Cells({"place": np.array(["a"])}, np.array([7]), Counts(*(np.array([n]) for n in (10.0, 50.0, 9.0, 80.0))))
    pooled = decisions.ratio(one)
    assert pooled.se_jackknife is None
    assert pooled.se == pooled.se_greenland_robins
    assert decisions.difference(one).se_jackknife is None


def test_shares_differ_by_mantel_and_haenszels_difference() -> None:
    one = cells(2)
    group, reference = decisions.shares(one.compared)
    assert group - reference == pytest.approx(decisions.difference(one).value, abs=1e-15)
    assert decisions.difference(one).value == pytest.approx(
        strata.mantel_haenszel_difference(*one.by("place")).value, abs=1e-15
    )


def test_rows_in_strata_of_one_group_are_counted_and_not_compared() -> None:
    one = Cells(
        {"place": np.array(["a", "a", "b"])},
        np.array([0, 1, 0]),
        Counts(np.array([3.0, 4, 5]), np.array([10.0, 12, 40]), np.array([2.0, 1, 0]), np.array([9.0, 8, 0])),
    )
    assert one.alone == 40
    assert one.compared == Counts(7, 22, 3, 17)


def test_no_stratum_of_both_groups_is_an_error() -> None:
    with pytest.raises(ValueError, match="none of 1 strata"):
        decisions.shares(Counts(*(np.array([n]) for n in (1.0, 5.0, 0.0, 0.0))))


@given(st.integers(0, 2**32 - 1))
def test_relabelling_the_groups_inverts_the_ratio(seed: int) -> None:
    one = cells(seed)
    x1, n1, x0, n0 = one.counts
    turned = decisions.ratio(Cells(one.strata, one.week, Counts(x0, n0, x1, n1)))
    pooled = decisions.ratio(one)
    # 1e-9: sums of the same numbers in another order
    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (1 / pooled.value, 1 / pooled.high, 1 / pooled.low), rel=1e-9
    )


@given(st.integers(0, 2**32 - 1), st.permutations(range(PLACES * WEEKS)))
def test_the_order_of_cells_never_matters(seed: int, order: list[int]) -> None:
    one = cells(seed)
    mixed = Cells({"place": one.strata["place"][order]}, one.week[order], Counts(*(part[order] for part in one.counts)))
    assert decisions.ratio(mixed) == pytest.approx(decisions.ratio(one), rel=1e-9)
