"""Unanimity against scipy's laws, plain enumeration and the definition of each number."""

import math
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom, nchypergeom_fisher

from evenhand.maths import intervals, unanimity

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
SHARES = st.floats(0.02, 0.98)
TOLD = st.integers(1, 60).flatmap(lambda k: st.tuples(st.integers(0, k), st.just(k)))


@st.composite
def rosters(draw):
    """Tellers x of k, and a roster of members and others that holds them."""
    x, k = draw(TOLD)
    members = x + draw(st.integers(0, 40))
    others = k - x + draw(st.integers(0, 40))
    assume(members and others)
    return x, k, members, members + others


@given(TOLD, SHARES)
def test_the_tail_is_scipys_binomial_tail(told, p):
    x, k = told
    assert unanimity.tail(x, k, p) == pytest.approx(binom.sf(x - 1, k, p), rel=ROUNDING)


@given(rosters())
def test_the_roster_tail_is_scipys_hypergeometric_tail(roster):
    x, k, members, total = roster
    # scipy takes the tail by sums of exponentials of differences of log gammas
    assert unanimity.tail_from_roster(*roster) == pytest.approx(hypergeom.sf(x - 1, total, members, k), rel=1e-7)


@given(TOLD, SHARES, st.integers(1, 50))
def test_groups_looked_at_multiply_the_tail_up_to_one(told, p, groups):
    assert unanimity.tail(*told, p, groups) == min(1.0, groups * unanimity.tail(*told, p))


@given(st.integers(1, 30), SHARES)
def test_all_of_k_have_the_closed_forms(k, p):
    q = 0.05 ** (1 / k)
    assert unanimity.tail(k, k, p) == pytest.approx(p**k, rel=ROUNDING)
    assert unanimity.tipping_ratio(k, k, p) == pytest.approx(q * (1 - p) / (p * (1 - q)), rel=ROUNDING)


def test_all_of_k_from_a_roster_are_one_way_among_all_ways():
    assert unanimity.tail_from_roster(5, 5, 12, 40) == math.comb(12, 5) / math.comb(40, 5)


@given(TOLD, SHARES, st.integers(1, 5))
def test_the_tipping_ratio_puts_the_tail_at_the_level(told, p, groups):
    x, k = told
    assume(x > 0)
    w = unanimity.tipping_ratio(x, k, p, 0.05, groups)
    share = p * w / (p * w + 1 - p)
    assert groups * binom.sf(x - 1, k, share) == pytest.approx(0.05, rel=1e-7)


@given(TOLD, SHARES)
def test_the_tipping_ratio_is_above_one_only_where_the_tail_is_below_the_level(told, p):
    chance, w = unanimity.tail(*told, p), unanimity.tipping_ratio(*told, p)
    assume(abs(chance - 0.05) > 1e-9)
    assert (w > 1) == (chance < 0.05)


@given(rosters())
def test_the_roster_tipping_ratio_puts_fishers_tail_at_the_level(roster):
    x, k, members, total = roster
    assume(x > max(0, k - (total - members)))
    odds = unanimity.tipping_ratio_from_roster(*roster)
    assume(1e-6 < odds < 1e6)
    # scipy's noncentral law drops terms below 1e-8 or so of the largest
    assert nchypergeom_fisher.sf(x - 1, total, members, k, odds) == pytest.approx(0.05, rel=1e-5)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_the_roster_tipping_ratio_is_the_lower_end_of_the_exact_odds_ratio(a, b, c, d):
    ours = unanimity.tipping_ratio_from_roster(a, a + c, a + b, a + b + c + d, level=0.025)
    assert ours == pytest.approx(intervals.exact_odds_ratio(a, b, c, d).low, rel=1e-7)


def test_a_large_roster_gives_the_binomial_answers():
    # 10 of a million: sampling without putting back differs by k^2/N = 1e-4
    assert unanimity.tail_from_roster(9, 10, 250_000, 1_000_000) == pytest.approx(unanimity.tail(9, 10, 0.25), rel=2e-3)
    assert unanimity.tipping_ratio_from_roster(9, 10, 250_000, 1_000_000) == pytest.approx(
        unanimity.tipping_ratio(9, 10, 0.25), rel=1e-3
    )


def test_a_count_that_the_roster_forces_needs_no_ratio():
    assert unanimity.tail_from_roster(3, 5, 10, 12) == 1.0
    assert unanimity.tipping_ratio_from_roster(3, 5, 10, 12) == 0.0
    assert unanimity.tipping_ratio(0, 5, 0.3) == 0.0


@given(TOLD, SHARES)
def test_the_fewest_invented_and_untold_are_what_counting_up_finds(told, p):
    x, k = told
    chance = partial(unanimity.tail, p=p)
    invented = next(j for j in range(x + 1) if j == x or chance(x - j, k - j) > 0.05)
    untold = next(j for j in range(100_000) if chance(x, k + j) > 0.05)
    assert unanimity.invented_to_undo(x, k, chance) == invented
    assert unanimity.untold_to_undo(x, k, chance) == untold


@given(rosters())
def test_a_roster_is_undone_when_all_its_others_have_told(roster):
    x, k, members, total = roster
    chance = partial(unanimity.tail_from_roster, members=members, total=total)
    others = total - members - (k - x)
    untold = unanimity.untold_to_undo(x, k, chance, most=others)
    assert 0 <= untold <= others
    assert chance(x, k + untold) > 0.05
    assert unanimity.invented_to_undo(x, k, chance) <= x


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: unanimity.tail(5, 4, 0.2), "5 of 4"),
        (lambda: unanimity.tail(0, 0, 0.2), "somebody must have told"),
        (lambda: unanimity.tail(3, 4, 1.0), "give the range"),
        (lambda: unanimity.tail(3, 4, float("nan")), "share at risk"),
        (lambda: unanimity.tail(3, 4, 0.2, 0), "at least the one"),
        (lambda: unanimity.tipping_ratio(3, 4, 0.2, level=1.5), "level 1.5"),
        (lambda: unanimity.tail_from_roster(5, 6, 4, 20), "all who told"),
        (lambda: unanimity.tail_from_roster(1, 6, 4, 8), "all who told"),
        (lambda: unanimity.tipping_ratio_from_roster(2, 2, 8, 8), "both kinds"),
        (lambda: unanimity.untold_to_undo(9, 9, partial(unanimity.tail, p=0.1), most=3), "even 3 untold"),
        (lambda: unanimity.invented_to_undo(9, 8, partial(unanimity.tail, p=0.1)), "9 of 8"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
