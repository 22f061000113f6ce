"""One odds ratio across strata against statsmodels, scipy, R's own examples and plain repetition."""

from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import StratifiedTable

from evenhand.maths import odds

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
# admissions to Berkeley by sex in six departments (Bickel, Hammel and O'Connell 1975; R's UCBAdmissions)
BERKELEY = (
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
)
# rabbits cured by penicillin, at once or after a delay, at five doses (Agresti 2002; R's mantelhaen.test)
RABBITS = ([0, 3, 6, 5, 2], [6, 6, 6, 6, 2], [0, 0, 2, 6, 5], [5, 6, 6, 6, 5])


@st.composite
def tables(draw, most=40):
    """Two to eight strata with events and non-events in both groups."""
    size = draw(st.integers(2, 8))
    cell = st.lists(st.integers(1, most), min_size=size, max_size=size)
    x1, rest1, x0, rest0 = (np.array(draw(cell)) for _ in range(4))
    return x1, x1 + rest1, x0, x0 + rest0


def statsmodels(table):
    return StratifiedTable([[[a, b - a], [c, d - c]] for a, b, c, d in zip(*table, strict=True)])


@given(tables())
def test_the_tests_agree_with_statsmodels(table):
    theirs = statsmodels(table)
    # statsmodels divides by one less the ratio
    assume(abs(theirs.oddsratio_pooled - 1) > 1e-3)
    null, equal, tarone = theirs.test_null_odds(), theirs.test_equal_odds(), theirs.test_equal_odds(adjust=True)
    ours, likeness = odds.cmh(*table), odds.breslow_day(*table)
    assert (ours.statistic, ours.p) == pytest.approx((null.statistic, null.pvalue), rel=1e-7, abs=ROUNDING)
    # each takes the fitted cell from a quadratic in another form
    assert (likeness.plain.statistic, likeness.plain.p) == pytest.approx(
        (equal.statistic, equal.pvalue), rel=1e-6, abs=1e-8
    )
    assert likeness.tarone.statistic == pytest.approx(tarone.statistic, rel=1e-6, abs=1e-8)
    assert likeness.plain.df == len(table[0]) - 1


@given(tables())
def test_the_odds_ratio_of_full_strata_agrees_with_statsmodels(table):
    assume(not odds.sparse(*table))
    theirs, ours = statsmodels(table), odds.odds_ratio(*table)
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.oddsratio_pooled, *theirs.oddsratio_pooled_confint()), rel=1e-7
    )
    assert not ours.exact


def test_berkeley_gives_the_numbers_r_prints():
    # mantelhaen.test(UCBAdmissions, correct = FALSE), to the digits printed
    ours, ratio = odds.cmh(*BERKELEY), odds.odds_ratio(*BERKELEY)
    assert (ours.statistic, ours.p) == pytest.approx((1.5246, 0.2169), abs=5e-5)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=5e-8)
    # DescTools::BreslowDayTest(UCBAdmissions)
    assert odds.breslow_day(*BERKELEY).plain.statistic == pytest.approx(18.826, abs=5e-4)


def test_rabbits_are_too_few_and_get_the_exact_p_r_prints():
    # mantelhaen.test(Rabbits, exact = TRUE), to the digits printed
    assert odds.sparse(*RABBITS)
    assert odds.exact_p(*RABBITS) == pytest.approx(0.03994, abs=5e-6)
    assert odds.odds_ratio(*RABBITS).exact


@given(tables(12))
def test_one_stratum_gives_fishers_exact_test(table):
    x1, n1, x0, n0 = (part[:1] for part in table)
    theirs = fisher_exact([[x1[0], n1[0] - x1[0]], [x0[0], n0[0] - x0[0]]]).pvalue
    assert odds.exact_p(x1, n1, x0, n0) == pytest.approx(theirs, rel=1e-7)


def test_the_exact_p_of_two_strata_is_what_listing_every_table_finds():
    x1, n1, x0, n0 = [3, 1], [4, 5], [1, 1], [6, 4]
    ways = {}
    for first in range(5):
        for second in range(3):
            chance = comb(4, first) * comb(6, 4 - first) * comb(5, second) * comb(4, 2 - second)
            ways[first + second] = ways.get(first + second, 0) + chance
    as_rare = sum(count for count in ways.values() if count <= ways[4])
    assert odds.exact_p(x1, n1, x0, n0) == pytest.approx(as_rare / sum(ways.values()), rel=ROUNDING)


@given(tables(), st.randoms())
def test_order_never_matters_and_strata_with_nothing_to_compare_add_nothing(table, random):
    order = random.sample(range(len(table[0])), len(table[0]))
    extra = ([3, 0, 5, 0], [9, 0, 5, 4], [0, 2, 3, 0], [0, 7, 3, 6])
    shuffled = [np.append(part[order], more) for part, more in zip(table, extra, strict=True)]
    for ask in (odds.cmh, odds.exact_p, lambda *counts: odds.breslow_day(*counts).tarone):
        assert ask(*shuffled) == pytest.approx(ask(*table), rel=1e-7, abs=ROUNDING)
    assert odds.sparse(*shuffled) == odds.sparse(*table)


@given(tables())
def test_swapping_the_groups_inverts_the_ratio_and_keeps_the_tests(table):
    x1, n1, x0, n0 = table
    there, back = odds.odds_ratio(x1, n1, x0, n0), odds.odds_ratio(x0, n0, x1, n1)
    assert (there.value, there.low, there.high) == pytest.approx(
        (1 / back.value, 1 / back.high, 1 / back.low), rel=1e-7
    )
    assert odds.cmh(x1, n1, x0, n0) == pytest.approx(odds.cmh(x0, n0, x1, n1), rel=1e-7, abs=ROUNDING)
    assert odds.exact_p(x1, n1, x0, n0) == pytest.approx(odds.exact_p(x0, n0, x1, n1), rel=1e-7)


def test_equal_odds_ratios_are_alike_and_opposite_ones_are_not():
    assert odds.breslow_day([20, 40], [30, 60], [10, 20], [30, 60]).plain.p == pytest.approx(1.0, abs=ROUNDING)
    assert odds.breslow_day([40, 10], [50, 50], [10, 40], [50, 50]).tarone.p < 1e-6


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: odds.cmh([1], [2], [0], [0]), "none of 1 strata"),
        (lambda: odds.cmh([2], [2], [3], [3]), "both outcomes"),
        (lambda: odds.cmh([3], [2], [1], [3]), "outside 0 to its total"),
        (lambda: odds.cmh([1, 1], [2, 2], [1], [3]), "one entry a stratum"),
        (lambda: odds.breslow_day([1], [2], [1], [3]), "needs 2"),
        (lambda: odds.breslow_day([0, 0], [9, 9], [3, 4], [9, 9]), "no finite ends"),
        (lambda: odds.odds_ratio([0], [9], [3], [9]), "no finite"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
