"""Stratified ratios and differences against statsmodels, the formulas and plain repetition."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from evenhand.maths import intervals, strata

ROUNDING = 1e-9


@st.composite
def tables(draw):
    """Strata with events and non-events in both groups."""
    size = draw(st.integers(1, 8))
    cell = st.lists(st.integers(1, 40), min_size=size, max_size=size)
    x1, rest1, x0, rest0 = (np.array(draw(cell)) for _ in range(4))
    return x1, x1 + rest1, x0, x0 + rest0


@given(tables())
def test_the_risk_ratio_agrees_with_statsmodels(table):
    theirs = StratifiedTable([[[a, b - a], [c, d - c]] for a, b, c, d in zip(*table, strict=True)])
    assert strata.mantel_haenszel_ratio(*table).value == pytest.approx(theirs.riskratio_pooled, rel=ROUNDING)


@given(tables())
def test_one_stratum_gives_katz_and_the_plain_difference(table):
    x1, n1, x0, n0 = (part[:1] for part in table)
    counts = (int(x1[0]), int(n1[0]), int(x0[0]), int(n0[0]))
    ratio = strata.mantel_haenszel_ratio(x1, n1, x0, n0)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(intervals.katz_ratio(*counts), rel=ROUNDING)
    difference = strata.mantel_haenszel_difference(x1, n1, x0, n0)
    z = intervals.difference_z(x1, n1, x0, n0)[0]
    assert difference.value / difference.se == pytest.approx(z, abs=1e-7)


@given(tables())
def test_swapping_the_groups_inverts_the_ratio_and_turns_the_difference(table):
    x1, n1, x0, n0 = table
    there, back = strata.mantel_haenszel_ratio(x1, n1, x0, n0), strata.mantel_haenszel_ratio(x0, n0, x1, n1)
    assert (there.value, there.low, there.high) == pytest.approx(
        (1 / back.value, 1 / back.high, 1 / back.low), rel=ROUNDING
    )
    there, back = strata.mantel_haenszel_difference(x1, n1, x0, n0), strata.mantel_haenszel_difference(x0, n0, x1, n1)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low), abs=ROUNDING)


@given(tables(), st.randoms())
def test_order_never_matters_and_strata_of_one_group_add_nothing(table, random):
    order = random.sample(range(len(table[0])), len(table[0]))
    shuffled = [np.append(part[order], extra) for part, extra in zip(table, (3, 9, 0, 0), strict=True)]
    for estimate in (strata.mantel_haenszel_ratio, strata.mantel_haenszel_difference):
        plain, other = estimate(*table), estimate(*shuffled)
        assert (other.value, other.se, other.heterogeneity_q) == pytest.approx(
            (plain.value, plain.se, plain.heterogeneity_q), rel=ROUNDING, abs=ROUNDING
        )
        assert (other.strata, other.heterogeneity_df) == (plain.strata, plain.heterogeneity_df)


def test_equal_ratios_have_no_heterogeneity_and_unequal_ones_do():
    equal = strata.mantel_haenszel_ratio([20, 40], [100, 100], [10, 20], [100, 100])
    assert (equal.value, equal.heterogeneity_df) == (pytest.approx(2.0), 1)
    assert equal.heterogeneity_q == pytest.approx(0, abs=ROUNDING)
    assert strata.mantel_haenszel_ratio([40, 10], [100, 100], [10, 40], [100, 100]).heterogeneity_q > 10


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
@settings(max_examples=30)
def test_the_fast_jackknife_is_the_plain_one(seed, clusters):
    rng = np.random.default_rng(seed)
    cluster, stratum = rng.integers(0, clusters, 60), rng.integers(0, 4, 60)
    cluster[:clusters] = np.arange(clusters)
    n1, n0 = rng.integers(5, 30, 60), rng.integers(0, 30, 60)
    x1, x0 = rng.binomial(n1, 0.5), rng.binomial(n0, 0.4)
    fast = strata.jackknife_log_ratio(x1, n1, x0, n0, stratum, cluster)

    def log_ratio(*sums):
        return math.log(strata.mantel_haenszel_ratio(*sums).value)

    assert fast == pytest.approx(strata.jackknife(x1, n1, x0, n0, cluster, log_ratio, stratum), rel=1e-6)


def test_the_jackknife_of_a_mean_is_its_textbook_standard_error():
    # one person a cluster: the delete-one error of a share is sqrt(p (1 - p)/(n - 1))
    x1 = np.repeat([1, 0], [30, 70])
    nobody, one = np.zeros(100), np.ones(100)
    se = strata.jackknife(x1, one, nobody, nobody, np.arange(100), lambda x, n, *_: float(x.sum() / n.sum()))
    assert se == pytest.approx(math.sqrt(0.3 * 0.7 / 99), rel=ROUNDING)


def test_independent_clusters_give_a_jackknife_near_the_greenland_robins_error():
    rng = np.random.default_rng(11)
    cells = 4000
    n1, n0 = rng.integers(20, 40, cells), rng.integers(20, 40, cells)
    x1, x0 = rng.binomial(n1, 0.3), rng.binomial(n0, 0.2)
    stratum, cluster = np.arange(cells) % 8, np.arange(cells) // 8
    sums = [np.bincount(stratum, part) for part in (x1, n1, x0, n0)]
    plain = strata.mantel_haenszel_ratio(*sums).se
    # 500 clusters: the jackknife's own relative error is 1/sqrt(2 x 500) = 3 %, three of them
    assert strata.jackknife_log_ratio(x1, n1, x0, n0, stratum, cluster) == pytest.approx(plain, rel=0.1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: strata.mantel_haenszel_ratio([1], [2], [0], [0]), "none of 1 strata"),
        (lambda: strata.mantel_haenszel_ratio([0], [2], [1], [3]), "no events"),
        (lambda: strata.mantel_haenszel_ratio([3], [2], [1], [3]), "outside 0 to its total"),
        (lambda: strata.mantel_haenszel_ratio([1, 1], [2, 2], [1], [3]), "one entry a stratum"),
        (lambda: strata.mantel_haenszel_ratio([1], [2], [1], [3], 1.5), "confidence"),
        (lambda: strata.mantel_haenszel_difference([2], [2], [0], [3]), "no standard error"),
        (lambda: strata.jackknife_log_ratio([1], [2], [1], [3], [0], [0]), "no jackknife"),
        (lambda: strata.jackknife_log_ratio([1, 1], [2, 2], [1, 0], [3, 3], [0, 0], [0, 1]), "no jackknife"),
        (lambda: strata.jackknife([1], [2], [1], [3], [0], lambda *_: 1.0), "at least 2"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
