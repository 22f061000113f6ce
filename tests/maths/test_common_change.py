"""Common change: the evidence against plain sums, the shares against planted common and separate changes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import changepoint, common_change

TABLES = st.integers(3, 10).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n).filter(any), min_size=2, max_size=4)
)
WEEKS, SIZES = 60, (4, 2, 1.5, 3)


def agencies(rng, changes, clumping=0.0):
    """Weekly counts of four agencies, each doubling after its own week."""
    rows = []
    for change, size in zip(changes, SIZES, strict=True):
        spread = rng.gamma(1 / clumping, clumping, WEEKS) if clumping else 1.0
        rows.append(rng.poisson(size * np.where(np.arange(WEEKS) <= change, 1, 2) * spread))
    return np.array(rows)


def share_rejected(ask, changes, clumping, worlds=60):
    rng = np.random.default_rng(8)
    return np.mean([ask(agencies(rng, changes, clumping), draws=59, seed=w).p <= 0.05 for w in range(worlds)])


@given(TABLES)
@settings(max_examples=25)
def test_the_evidence_is_the_ratio_of_two_averages_over_periods(table):
    each = np.exp([changepoint.evidence(row)[0] for row in table])
    one, own = np.mean(np.prod(each, axis=0)), np.prod(np.mean(each, axis=1))
    found = common_change.by_labels(table, draws=2)
    # the same sums, by logs
    assert found.log_bayes_factor == pytest.approx(math.log(one / own), abs=1e-8)
    assert found.weights == pytest.approx(np.prod(each, axis=0) / np.prod(each, axis=0).sum(), rel=1e-7)


@given(TABLES, st.randoms())
@settings(max_examples=25)
def test_the_order_of_agencies_never_matters_to_the_evidence(table, random):
    shuffled = random.sample(table, len(table))
    for ask in (common_change.by_labels, common_change.by_clumps):
        there, back = ask(table, draws=2), ask(shuffled, draws=2)
        assert there.log_bayes_factor == pytest.approx(back.log_bayes_factor, abs=1e-8)
        assert there.weights == pytest.approx(back.weights, abs=1e-8)


# 5 % of 60 plus 1.645 standard errors: 9.6 %
@pytest.mark.parametrize("ask", [common_change.by_labels, common_change.by_clumps])
def test_one_course_for_all_is_rejected_no_more_often_than_stated(ask):
    assert share_rejected(ask, [30] * 4, 0) <= 0.096


@pytest.mark.parametrize("ask", [common_change.by_labels, common_change.by_clumps])
def test_changes_at_four_different_times_are_found_out(ask):
    assert share_rejected(ask, [10, 25, 40, 50], 0, worlds=20) >= 0.8


def test_in_clumped_counts_only_the_clumped_form_keeps_its_level():
    assert share_rejected(common_change.by_clumps, [30] * 4, 0.5) <= 0.096
    # the named weakness: labels of a clump are not dealt one by one
    assert share_rejected(common_change.by_labels, [30] * 4, 0.5) > 0.3


def test_a_common_change_is_dated_better_by_all_than_by_one():
    table = agencies(np.random.default_rng(2), [30] * 4)
    together = common_change.by_labels(table, draws=9)
    assert together.log_bayes_factor > 0
    assert together.weights[27:34].sum() > changepoint.posterior(table[2]).weights[27:34].sum()


def test_the_same_seed_gives_the_same_share():
    table = agencies(np.random.default_rng(2), [30] * 4, 0.3)
    for ask in (common_change.by_labels, common_change.by_clumps):
        assert ask(table, draws=50, seed=3).p == ask(table, draws=50, seed=3).p


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: common_change.by_labels([[1, 2, 3]]), "a row an agency, 2 or more"),
        (lambda: common_change.by_labels([1, 2, 3]), "a row an agency"),
        (lambda: common_change.by_clumps([[1, 2, 3], [1, 2, 4]], draws=0), "0 draws"),
        (lambda: common_change.by_clumps([[1, 2, 3], [0, 0, 0]]), "not all can be 0"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
