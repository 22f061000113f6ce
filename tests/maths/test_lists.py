"""Cells against plain counting, and the two-list curve against its formula at independence."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import lists


@st.composite
def memberships(draw):
    """People on at least one of two to four lists."""
    number = draw(st.integers(2, 4))
    person = st.lists(st.booleans(), min_size=number, max_size=number).filter(any)
    return np.array(draw(st.lists(person, min_size=1, max_size=40)), dtype=int)


@given(memberships())
def test_each_combination_is_counted(membership):
    cells = lists.tally(membership)
    counted = Counter(sum(1 << i for i, held in enumerate(person) if held) for person in membership)
    assert {w + 1: n for w, n in enumerate(cells.counts.tolist()) if n} == dict(counted)
    assert cells.people == len(membership)
    assert cells.shared == sum(person.sum() >= 2 for person in membership)


@given(memberships(), st.randoms())
def test_order_of_rows_never_matters_nor_does_counting_first(membership, random):
    order = random.sample(range(len(membership)), len(membership))
    plain = lists.tally(membership).counts
    assert np.array_equal(lists.tally(membership[order]).counts, plain)
    rows, people = np.unique(membership, axis=0, return_counts=True)
    assert np.array_equal(lists.tally(rows, people).counts, plain)


def test_three_lists_are_in_the_order_the_docstring_says():
    assert lists.combinations(3).tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert lists.tally([[1, 1, 0], [0, 1, 1], [0, 1, 1]]).counts.tolist() == [0, 0, 1, 0, 0, 2, 0]


@pytest.mark.parametrize(
    ("membership", "people", "words"),
    [
        ([[1], [1]], None, "2 to 9 lists"),
        ([1, 0], None, "2 to 9 lists"),
        ([[1, 0], [0, 0]], None, "1 people are on no list"),
        ([[1, 0], [2, 0]], None, "membership must be 0 or 1"),
        ([[1, 0], [1, 1]], [1], "whole number of 0 or more for each of the 2 rows"),
        ([[1, 0], [1, 1]], [1, 0.5], "whole number of 0 or more"),
    ],
)
def test_what_is_no_membership_is_refused_in_a_sentence(membership, people, words):
    with pytest.raises(ValueError, match=words):
        lists.tally(membership, people)


def test_two_lists_cannot_say():
    with pytest.raises(ValueError, match="2 lists: how many were missed needs at least 3"):
        lists.hold(lists.tally([[1, 1], [1, 0]]))


def test_six_people_on_two_lists_cannot_say_and_seven_can():
    single = np.eye(3, dtype=int)
    lists.hold(lists.tally([*single, [1, 1, 0]], [20, 20, 20, 7]))
    with pytest.raises(ValueError, match="6 people are on two or more lists"):
        lists.hold(lists.tally([*single, [1, 1, 0]], [20, 20, 20, 6]))


def test_a_list_of_nobody_is_named():
    with pytest.raises(ValueError, match="list 2 holds nobody"):
        lists.hold(lists.tally([[1, 0, 0], [0, 0, 1], [1, 0, 1]], [20, 20, 9]))


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_independent_lists_give_lincoln_and_petersen(both, first, second):
    (total,) = lists.two_list_curve(both, first, second, [1.0])
    assert total == pytest.approx((both + first) * (both + second) / both)


def test_the_curve_rises_with_the_odds_ratio():
    assert lists.two_list_curve(10, 30, 20, [0.25, 1, 4]).tolist() == [75, 120, 300]


@pytest.mark.parametrize(("both", "ratios", "words"), [(0, [1], "nobody on both"), (3, [0], "odds ratios must be")])
def test_a_curve_that_cannot_be_had_is_refused(both, ratios, words):
    with pytest.raises(ValueError, match=words):
        lists.two_list_curve(both, 5, 5, ratios)


def test_links_put_back_leave_the_people_there_were() -> None:
    """By hand: of 100 on all three and 200 on the first two, a tenth is cut in two (3 ways alike, 2 pieces each)."""
    whole = [50, 60, 200, 70, 0, 0, 100]
    on_three, on_two = 10 / 3, 20
    cut = [
        *(50 + on_three + on_two, 60 + on_three + on_two, 200 - on_two + on_three),
        *(70 + on_three, on_three, on_three, 90),
    ]
    found = lists.rejoin(lists.Cells(3, np.rint(cut).astype(int)), 0.1)
    # 1: cells are whole people
    assert found.counts == pytest.approx(np.array(whole), abs=1)
    # each one that was cut was counted twice
    assert sum(cut) - sum(whole) == pytest.approx(30)


@given(memberships())
def test_no_link_missed_changes_nothing(membership):
    cells = lists.tally(membership)
    assert np.array_equal(lists.rejoin(cells, 0).counts, cells.counts)


@pytest.mark.parametrize("missed", [-0.1, 1.0])
def test_a_share_of_missed_links_that_is_none_is_refused(missed):
    with pytest.raises(ValueError, match="at least 0 and below 1"):
        lists.rejoin(lists.tally([[1, 1], [1, 0]]), missed)


@given(memberships(), st.data())
def test_a_list_left_out_takes_only_its_own_people(membership, data):
    out = data.draw(st.integers(0, membership.shape[1] - 1))
    rest = np.delete(membership, out, axis=1)
    if rest.shape[1] > 1:
        seen = lists.tally(rest[rest.any(axis=1)]).counts
        assert np.array_equal(lists.leave_out(lists.tally(membership), out).counts, seen)
