"""The smallest visible effect, against the binomial law it claims."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact

from evenhand.maths import intervals, power


def test_the_span_is_the_sum_of_two_normal_quantiles():
    assert power.smallest_visible_difference(1.0) == pytest.approx(2.80158, abs=1e-9)
    assert math.log(power.smallest_visible_ratio(0.10299)) == pytest.approx(0.2885, abs=1e-4)


@given(st.floats(0.05, 10), st.integers(60, 300))
@settings(max_examples=40)
def test_the_smallest_visible_ratio_of_counts_is_detected_four_times_in_five(exposure_ratio, total):
    ratio = power.smallest_visible_counts(exposure_ratio, total)
    share = ratio * exposure_ratio / (1 + ratio * exposure_ratio)
    detected = [x for x in range(total) if intervals.rate_ratio(x, exposure_ratio, total - x, 1.0).low > 1]
    # a closed form on both sides; a count of `total` itself has no upper limit and is always detected
    assert binom.sf(min(detected, default=total) - 1, total, share) == pytest.approx(0.8, abs=1e-6)


def test_large_totals_agree_with_the_normal_figure():
    exact = power.smallest_visible_counts(1.0, 40_000)
    # se of the log of a ratio of two counts of 20,000; agreement to a hundredth of the log ratio at this size
    assert math.log(exact) == pytest.approx(2.80158 * math.sqrt(2 / 20_000), rel=0.02)


@pytest.mark.parametrize(("n", "m", "level"), [(10, 12, 0.05), (25, 14, 0.01), (8, 30, 0.002)])
def test_the_smallest_visible_difference_of_shares_is_seen_four_times_in_five_by_scipys_test(n, m, level):
    difference = power.smallest_visible_shares(n, m, level)
    first, second = binom(n, 0.5 + difference / 2), binom(m, 0.5 - difference / 2)
    seen = sum(
        first.pmf(x) * second.pmf(y)
        for x in range(n + 1)
        for y in range(m + 1)
        if fisher_exact([[x, n - x], [y, m - y]]).pvalue <= level
    )
    # the same pairs reject; a root search on the difference
    assert seen == pytest.approx(0.8, abs=1e-6)


def test_of_many_the_normal_law_gives_nearly_the_exact_difference(monkeypatch):
    exact = power.smallest_visible_shares(400, 300)
    monkeypatch.setattr(power, "MOST_PAIRS", 1)
    # the exact test is the more cautious, here by 7 %
    assert power.smallest_visible_shares(400, 300) == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: power.smallest_visible_ratio(0.0), "positive"),
        (lambda: power.smallest_visible_ratio(1e6), "no ratio would be visible"),
        (lambda: power.smallest_visible_counts(0.0, 10), "must be positive"),
        (lambda: power.smallest_visible_counts(1.0, 4), "too few"),
        (lambda: power.smallest_visible_shares(0, 4), "must be positive"),
        # 6 choose 3 is 20: all against none has a two-sided p of 0.1
        (lambda: power.smallest_visible_shares(3, 3), "too few"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
