"""Rosters: rates against the chi-square form of Garwood, silence against every answer it may hide."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from evenhand.maths import roster
from evenhand.maths.intervals import Interval
from evenhand.maths.roster import Canvass

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9


def canvass(*departments):
    return Canvass(*(np.array(column, dtype=np.float64) for column in zip(*departments, strict=True)))


@st.composite
def canvasses(draw, most_departments=4):
    """Group and reference of the same departments, each with answers and silence in all."""
    departments = draw(st.integers(1, most_departments))
    return tuple(
        canvass(
            *(
                (yes, yes + no, yes + no + silent)
                for yes, no, silent in (
                    (draw(st.integers(0, 30)), draw(st.integers(1, 30)), draw(st.integers(1, 30)))
                    for _ in range(departments)
                )
            )
        )
        for _ in range(2)
    )


@given(st.integers(1, 500), st.floats(1, 1e6), st.sampled_from([0.8, 0.95, 0.99]))
def test_a_rate_has_garwoods_interval(events, days, confidence):
    tail = (1 - confidence) / 2
    ends = (chi2.ppf(tail, 2 * events) / 2 / days, chi2.isf(tail, 2 * events + 2) / 2 / days)
    assert roster.rate(events, days, confidence) == pytest.approx((events / days, *ends), rel=1e-7)


def test_no_events_leave_an_upper_end_of_three_over_the_days():
    # -log(0.025) = 3.689: the exact form of the rule of three, at two sides
    assert roster.rate(0, 1000) == pytest.approx((0.0, 0.0, 3.68888e-3), abs=5e-9)


def test_a_share_lies_between_all_silent_no_and_all_silent_yes():
    assert roster.share_bounds(canvass((6, 40, 50), (4, 30, 50))) == pytest.approx((0.10, 0.40), abs=ROUNDING)


@given(canvasses(1))
def test_the_worst_corner_holds_every_answer_the_silent_may_give(pair):
    group, reference = pair
    ends = roster.worst_corner(group, reference)
    for said1, said0 in product((0, 0.3, 1), repeat=2):
        share1 = (group.yes + said1 * group.silent) / group.size
        share0 = (reference.yes + said0 * reference.silent) / reference.size
        assert ends.low - ROUNDING <= float((share1 - share0)[0]) <= ends.high + ROUNDING


@given(canvasses())
def test_swapping_the_groups_turns_the_worst_corner_round_and_swaps_the_silence(pair):
    group, reference = pair
    there, back = roster.worst_corner(group, reference), roster.worst_corner(reference, group)
    assert there == pytest.approx((-back.high, -back.low), abs=ROUNDING)
    assert roster.tipping_silence(group, reference) == roster.tipping_silence(reference, group)[::-1]


@given(canvasses())
def test_the_tipping_rate_of_the_silent_leaves_no_difference(pair):
    group, reference = pair
    found = roster.tipping_silence(group, reference).group
    whole = canvass(
        *zip(reference.yes / reference.answered * reference.size, reference.size, reference.size, strict=True)
    )

    def difference(share):
        filled = Canvass(group.yes + share * group.silent, group.size, group.size)
        return roster.worst_corner(filled, whole).low

    if found is None:
        assert difference(0.0) * difference(1.0) > 0
    else:
        assert difference(found) == pytest.approx(0, abs=1e-8)


def test_tipping_silence_by_hand():
    # 10 of 20 answered yes of 40; the reference 10 of 40 of 40: 0.25 x 40 = 10 yes in all, none of the silent
    silence = roster.tipping_silence(canvass((10, 20, 40)), canvass((10, 40, 40)))
    assert silence == (0.0, None)


def test_silence_that_cannot_remove_the_difference_is_said_to_be_none():
    assert roster.tipping_silence(canvass((15, 20, 22)), canvass((2, 40, 42))) == (None, None)


def test_residents_are_a_range_of_the_rate_times_each_factor():
    found = roster.residents(Interval(0.002, 0.001, 0.003), people=10_000, days=30)
    assert [interval.value for interval in found] == pytest.approx([150, 300, 600, 1200, 2400], rel=ROUNDING)
    assert found[2] == pytest.approx((600, 300, 900), rel=ROUNDING)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: roster.rate(3, 0.0), "person-days"),
        (lambda: roster.rate(-3, 10.0), "-3 events"),
        (lambda: canvass((5, 4, 9)), "more yes than answers"),
        (lambda: canvass((0, 0, 0)), "somebody on the roster"),
        (lambda: roster.worst_corner(canvass((1, 2, 3)), canvass((1, 2, 3), (1, 2, 3))), "same departments"),
        (lambda: roster.worst_corner(canvass((1, 2, 3)), canvass((0, 0, 0), (1, 2, 3))), "same departments"),
        (
            lambda: roster.worst_corner(canvass((1, 2, 3), (0, 0, 0)), canvass((0, 0, 0), (1, 2, 3))),
            "nothing to compare",
        ),
        (lambda: roster.tipping_silence(canvass((0, 0, 3)), canvass((1, 2, 3))), "answers of both"),
        (lambda: roster.residents(Interval(1, 1, 1), 0, 30), "must be positive"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
