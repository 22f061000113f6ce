"""Intervals against statsmodels, scipy and the definitions they come from."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from evenhand.maths import intervals

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
POSITIVE_SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))
CELLS = st.integers(1, 60)
CONFIDENCE = st.sampled_from([0.8, 0.95, 0.99])


@given(SHARES, CONFIDENCE)
def test_clopper_pearson_agrees_with_statsmodels(share, confidence):
    x, n = share
    low, high = proportion_confint(x, n, alpha=1 - confidence, method="beta")
    assert intervals.clopper_pearson(x, n, confidence) == pytest.approx((x / n, low, high), abs=ROUNDING)


@given(SHARES, CONFIDENCE)
def test_wilson_agrees_with_statsmodels(share, confidence):
    x, n = share
    low, high = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    assert intervals.wilson(x, n, confidence) == pytest.approx((x / n, low, high), abs=ROUNDING)


@given(SHARES, SHARES)
def test_newcombe_agrees_with_statsmodels(first, second):
    low, high = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    ours = intervals.newcombe(*first, *second)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=ROUNDING)


@given(SHARES, SHARES)
def test_swapping_the_groups_turns_a_difference_round(first, second):
    there = intervals.newcombe(*first, *second)
    back = intervals.newcombe(*second, *first)
    assert there == pytest.approx((-back.value, -back.high, -back.low), abs=ROUNDING)


@given(POSITIVE_SHARES, POSITIVE_SHARES)
def test_katz_agrees_with_statsmodels_and_inverts_when_groups_swap(first, second):
    low, high = confint_proportions_2indep(*first, *second, method="log", compare="ratio", correction=False)
    there = intervals.katz_ratio(*first, *second)
    back = intervals.katz_ratio(*second, *first)
    assert (there.low, there.high) == pytest.approx((low, high), rel=ROUNDING)
    assert there == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low), rel=ROUNDING)


@given(CELLS, CELLS, st.floats(0.1, 10), st.floats(0.1, 10))
def test_swapping_the_groups_inverts_a_rate_ratio(x, y, exposure_x, exposure_y):
    there = intervals.rate_ratio(x, exposure_x, y, exposure_y)
    back = intervals.rate_ratio(y, exposure_y, x, exposure_x)
    assert there == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low), rel=1e-8)


def test_the_ends_of_a_rate_ratio_leave_two_and_a_half_per_cent_in_each_tail():
    ratio = intervals.rate_ratio(7, 2.0, 20, 5.0)
    share = {end: 2.0 * getattr(ratio, end) / (2.0 * getattr(ratio, end) + 5.0) for end in ("low", "high")}
    assert binom.sf(6, 27, share["low"]) == pytest.approx(0.025, abs=ROUNDING)
    assert binom.cdf(7, 27, share["high"]) == pytest.approx(0.025, abs=ROUNDING)


def test_no_count_in_the_group_gives_a_ratio_of_zero_with_a_finite_upper_end():
    ratio = intervals.rate_ratio(0, 100.0, 12, 100.0)
    assert ratio.value == ratio.low == 0.0
    assert 0 < ratio.high < 1


def test_no_reference_count_is_refused_because_the_ratio_has_no_upper_end():
    with pytest.raises(ValueError, match="5 against 0"):
        intervals.rate_ratio(5, 100.0, 0, 100.0)


@given(CELLS, CELLS, CELLS, CELLS)
def test_exact_odds_ratio_agrees_with_scipy(a, b, c, d):
    theirs = scipy_odds_ratio([[a, b], [c, d]], kind="conditional")
    limits = theirs.confidence_interval(0.95)
    # scipy stops its root search at 2e-12 relative to the odds ratio
    expected = (theirs.statistic, limits.low, limits.high)
    assert intervals.exact_odds_ratio(a, b, c, d) == pytest.approx(expected, rel=1e-7)


@given(CELLS, CELLS, CELLS, CELLS)
def test_swapping_rows_inverts_an_odds_ratio(a, b, c, d):
    there, back = intervals.exact_odds_ratio(a, b, c, d), intervals.exact_odds_ratio(c, d, a, b)
    assert there == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low), rel=1e-7)
    assert intervals.woolf(a, b, c, d).value == pytest.approx(-intervals.woolf(c, d, a, b).value, abs=ROUNDING)


def test_an_empty_first_cell_gives_an_odds_ratio_of_zero_with_a_finite_upper_end():
    ratio = intervals.exact_odds_ratio(0, 5, 3, 4)
    theirs = scipy_odds_ratio([[0, 5], [3, 4]], kind="conditional").confidence_interval(0.95)
    assert ratio == pytest.approx((0.0, 0.0, theirs.high), rel=1e-7)


def test_exact_odds_ratio_of_a_city_year_stays_between_its_woolf_limits():
    exact = intervals.exact_odds_ratio(20_000, 80_000, 15_000, 90_000)
    log_odds, se = intervals.woolf(20_000, 80_000, 15_000, 90_000)
    # both tend to one normal law; 1e-3 is several times 1/sqrt(n) of a relative difference at this size
    assert math.log(exact.low) == pytest.approx(log_odds - 1.959964 * se, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: intervals.wilson(5, 4), "5 of 4"),
        (lambda: intervals.clopper_pearson(0, 0), "0 of 0"),
        (lambda: intervals.katz_ratio(0, 10, 4, 10), "at least 1 in each group"),
        (lambda: intervals.rate_ratio(3, 0.0, 4, 10.0), "must be positive"),
        (lambda: intervals.rate_ratio(-3, 1.0, 4, 10.0), "negative"),
        (lambda: intervals.woolf(0, 1, 2, 3), "four positive counts"),
        (lambda: intervals.exact_odds_ratio(3, 0, 0, 4), "no upper limit"),
        (lambda: intervals.exact_odds_ratio(3, 4, 0, 0), "nothing to compare"),
        (lambda: intervals.exact_odds_ratio(-1, 4, 1, 1), "negative"),
        (lambda: intervals.student(1.0, 0.5, 0), "degrees of freedom"),
        (lambda: intervals.normal(float("nan"), 0.5), "finite"),
        (lambda: intervals.normal(1.0, 0.5, 1.0), "confidence 1.0"),
        (lambda: intervals.difference_z([1], [0], [1], [2]), "1 places"),
        (lambda: intervals.difference_z([1], [1], [2], [2]), "no standard error"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_student_and_normal_use_the_printed_quantiles():
    # Fisher's table: t(10) at 0.975 is 2.228, normal at 0.975 is 1.95996; to the digits printed
    assert intervals.student(0.0, 1.0, 10).high == pytest.approx(2.228, abs=5e-4)
    assert intervals.normal(1.0, 1.0).low == pytest.approx(1 - 1.95996, abs=5e-6)


def test_difference_z_does_not_pool_the_variance():
    z = intervals.difference_z([30], [100], [10], [80])
    by_hand = (0.3 - 0.125) / math.sqrt(0.3 * 0.7 / 100 + 0.125 * 0.875 / 80)
    assert z == pytest.approx(np.array([by_hand]), abs=ROUNDING)
