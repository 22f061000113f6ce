"""Recording: the corrected share against the mixing it undoes, the intervals against planted shares."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import intervals, recording
from evenhand.maths.recording import Review

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
ERRORS = st.tuples(st.floats(0, 0.4), st.floats(0.5, 1))
COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.integers(0, 100), ERRORS)
def test_mixing_and_correcting_give_back_the_share(percent, errors):
    f, s = errors
    r = percent / 100
    told = 10**9
    linked = round(told * (r * s + (1 - r) * f))
    # half an encounter of 10^9 over the least s - f
    assert recording.share(linked, told, s, f) == pytest.approx(r, abs=1e-8)


@given(COUNTS, ERRORS)
def test_calling_linked_unlinked_turns_the_share_round(counts, errors):
    linked, told = counts
    f, s = errors
    # records and their absence change places: what finds a record overlooks an absence
    other = 1 - (((told - linked) / told) - (1 - s)) / ((1 - f) - (1 - s))
    assert recording.share(linked, told, s, f) == pytest.approx(min(max(other, 0), 1), abs=ROUNDING)


@given(COUNTS)
def test_perfect_linking_corrects_nothing(counts):
    linked, told = counts
    assert recording.share(linked, told, 1.0, 0.0) == linked / told
    found = recording.delta(linked, told, Review(50, 50, 0, 50))
    plain = intervals.normal(linked / told, math.sqrt(linked * (told - linked) / told**3))
    assert found == pytest.approx((plain.value, max(plain.low, 0), min(plain.high, 1)), abs=ROUNDING)


@given(COUNTS, st.integers(0, 50), ERRORS)
def test_bounds_hold_the_share_of_any_decision(counts, undecided, errors):
    linked, told = counts
    f, s = errors
    ends = recording.bounds(linked, undecided, told + undecided, s, f)
    for decided in {0, undecided // 2, undecided}:
        assert ends.low <= recording.share(linked + decided, told + undecided, s, f) <= ends.high


@given(COUNTS, st.integers(60, 90), st.integers(0, 20), st.sampled_from([0.8, 0.95]))
def test_intervals_lie_in_0_to_1_and_hold_their_value(counts, found, linked, confidence):
    # far enough apart that 200 draws of s and f do not cross
    review = Review(found, 90, linked, 90)
    plain = recording.delta(*counts, review, confidence)
    draws = recording.drawn(*counts, review, draws=200, confidence=confidence)
    assert 0 <= plain.low <= plain.value <= plain.high <= 1
    assert 0 <= draws.low <= draws.high <= 1
    assert draws.value == plain.value


def world(rng, r, s=0.9, f=0.05, told=60, reviewed=60):
    """Counts of encounters linked, and of a review, for a planted share."""
    review = Review(rng.binomial(reviewed, s), reviewed, rng.binomial(reviewed, f), reviewed)
    return int(rng.binomial(told, r * s + (1 - r) * f)), told, review


@pytest.mark.parametrize("r", [0.6, 1.0])
def test_both_intervals_cover_a_planted_share(r):
    rng, worlds = np.random.default_rng(12), 300
    held = []
    for seed in range(worlds):
        counts = world(rng, r)
        both = recording.delta(*counts), recording.drawn(*counts, draws=1000, seed=seed)
        held.append([ends.low <= r <= ends.high for ends in both])
    # 95 % of 300 less 2.9 standard errors; truncation at 1 makes both cover more
    assert np.all(np.mean(held, axis=0) >= 0.913)


def test_both_intervals_agree_where_counts_are_many():
    counts = 4000, 6000, Review(9000, 10_000, 500, 10_000)
    plain, found = recording.delta(*counts), recording.drawn(*counts)
    # 10,000 draws: an end's own error is 4 % of the standard error of 0.008
    assert found[:3] == pytest.approx(plain, abs=1e-3)


def test_counts_of_all_and_none_still_leave_doubt_to_the_draws():
    counts = 60, 60, Review(40, 40, 0, 40)
    assert recording.delta(*counts) == (1.0, 1.0, 1.0)
    assert 0.9 < recording.drawn(*counts).low < 1.0


def test_the_same_seed_gives_the_same_interval():
    counts = 40, 60, Review(45, 50, 3, 50)
    assert recording.drawn(*counts, seed=3) == recording.drawn(*counts, seed=3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: recording.share(7, 6, 0.9, 0.1), "7 of 6"),
        (lambda: recording.share(0, 0, 0.9, 0.1), "0 of 0"),
        (lambda: recording.share(3, 6, 0.3, 0.3), "more of the true"),
        (lambda: recording.share(3, 6, float("nan"), 0.3), "more of the true"),
        (lambda: Review(4, 3, 0, 5), "4 of 3 reviewed"),
        (lambda: Review(1, 3, 3, 5), "more of the true"),
        (lambda: recording.delta(3, 6, Review(9, 10, 1, 10), 1.0), "confidence"),
        (lambda: recording.drawn(3, 6, Review(9, 10, 1, 10), draws=0), "0 draws"),
        (lambda: recording.drawn(3, 6, Review(2, 3, 1, 3)), "review more pairs"),
        (lambda: recording.bounds(3, -1, 6, 0.9, 0.1), "-1 undecided"),
        (lambda: recording.bounds(3, 4, 6, 0.9, 0.1), "7 of 6"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
