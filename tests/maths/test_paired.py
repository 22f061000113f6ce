"""Pairs against statsmodels, scipy and the definitions they come from."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from evenhand.maths import paired

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
COUNTS = st.integers(0, 80)
CHANGED = st.tuples(COUNTS, COUNTS).filter(any)
SHARES = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
POSITIVE_SHARES = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(CHANGED)
def test_the_exact_p_agrees_with_scipy_and_with_statsmodels_mcnemar(changed):
    better, worse = changed
    ours = paired.sign_test(better, worse)
    assert ours.p == pytest.approx(binomtest(better, better + worse).pvalue, rel=ROUNDING)
    assert paired.mcnemar(better, worse).p == pytest.approx(mcnemar([[7, better], [worse, 9]]).pvalue, rel=ROUNDING)
    limits = binomtest(better, better + worse).proportion_ci(method="exact")
    # scipy finds the ends by a root search
    assert (ours.share.low, ours.share.high) == pytest.approx((limits.low, limits.high), abs=1e-7)


@given(CHANGED)
def test_the_mid_p_takes_half_of_the_count_seen(changed):
    fewer, total = min(changed), sum(changed)
    mid = 2 * (binom.cdf(fewer, total, 0.5) - binom.pmf(fewer, total, 0.5) / 2)
    assert paired.sign_test(*changed).p_mid == pytest.approx(min(1.0, mid), rel=ROUNDING)


@given(CHANGED)
def test_calling_better_worse_changes_no_p_and_turns_the_share(changed):
    there, back = paired.sign_test(*changed), paired.sign_test(*changed[::-1])
    assert (there.p, there.p_mid) == (back.p, back.p_mid)
    assert there.share == pytest.approx((1 - back.share.value, 1 - back.share.high, 1 - back.share.low), abs=ROUNDING)


@given(st.integers(1, 80), st.integers(1, 80))
def test_calling_better_worse_inverts_the_odds(better, worse):
    there, back = paired.odds(better, worse), paired.odds(worse, better)
    assert there == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low), rel=1e-7)


@given(FAMILIES)
@settings(max_examples=20)
def test_holm_agrees_with_statsmodels(p):
    assert paired.holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=ROUNDING)


@given(FAMILIES, st.randoms())
def test_holm_follows_its_tests_when_they_are_put_in_another_order(p, random):
    order = random.sample(range(len(p)), len(p))
    assert paired.holm(np.array(p)[order]) == pytest.approx(paired.holm(p)[order], abs=ROUNDING)


@given(POSITIVE_SHARES, POSITIVE_SHARES)
def test_the_release_ratio_agrees_with_statsmodels_score_interval(first, second):
    # statsmodels divides 0 by 0 where all were let go: the closed form below is for that
    assume(first[0] < first[1] and second[0] < second[1])
    low, high = confint_proportions_2indep(*first, *second, compare="ratio", method="score", correction=False)
    ours = paired.release_ratio(*first, *second)
    # statsmodels takes the ends from roots of a cubic with coefficients of 1e10 and more
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-5)


@given(POSITIVE_SHARES, POSITIVE_SHARES)
def test_swapping_the_circumstances_inverts_the_release_ratio(first, second):
    there, back = paired.release_ratio(*first, *second), paired.release_ratio(*second, *first)
    assert there == pytest.approx((1 / back.value, 1 / back.high, 1 / back.low), rel=1e-7)


@given(SHARES, POSITIVE_SHARES)
def test_the_release_ratio_lies_strictly_inside_an_interval_with_width(first, second):
    ratio = paired.release_ratio(*first, *second)
    assert ratio.low <= ratio.value < ratio.high
    assert ratio.low < ratio.value or first[0] == 0


def test_everyone_let_go_under_both_still_leaves_doubt():
    # all of 10 and all of 10: at a ratio r < 1 the first share is r and the second 1, so that chi-square is
    # 10 (1 - r)/r, which is z^2 at r = 10/(10 + z^2)
    assert paired.release_ratio(10, 10, 10, 10) == pytest.approx((1.0, 10 / 13.841459, 13.841459 / 10), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: paired.sign_test(0, 0), "encounters that changed"),
        (lambda: paired.sign_test(-1, 3), "-1 better"),
        (lambda: paired.odds(5, 0), "give the share instead"),
        (lambda: paired.holm([]), "one a test"),
        (lambda: paired.holm([0.2, 1.2]), "in 0 to 1"),
        (lambda: paired.release_ratio(3, 10, 0, 10), "at least 1 below"),
        (lambda: paired.release_ratio(11, 10, 2, 10), "11 of 10"),
        (lambda: paired.release_ratio(3, 10, 2, 10, 1.0), "confidence 1.0"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
