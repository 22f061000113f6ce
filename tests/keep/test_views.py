"""View: a later batch replaces an earlier one, in one batch nobody overrules anybody, and some values take two."""

import random

from hypothesis import given
from hypothesis import strategies as st

from evenhand.keep.views import Said, View, view

ONE, TWO, THREE = "a/op-1", "a/op-2", "a/op-3"


def needs(value: str) -> int:
    return 2 if value == "spam" else 1


def seen(*said: tuple[int, str, str], stays: bool = False) -> View:
    return view("a", [Said(*each) for each in said], needs, stays)


def test_nothing_said_is_nothing_held() -> None:
    assert seen() == View("a")


def test_a_later_batch_replaces_an_earlier_one() -> None:
    assert seen((1, ONE, "x"), (2, TWO, "y")) == View("a", "y", (TWO,))
    assert seen((1, ONE, "x"), (2, TWO, "x")) == View("a", "x", (ONE, TWO))


def test_the_last_word_of_each_operator_in_a_batch_counts() -> None:
    assert seen((1, ONE, "x"), (1, TWO, "y"), (1, ONE, "y")) == View("a", "y", (ONE, TWO))
    assert seen((1, ONE, "x"), (1, TWO, "y")) == View("a", opposed=((ONE, "x"), (TWO, "y")))


def test_disagreement_leaves_what_stays_as_it_was() -> None:
    said = ((1, ONE, "x"), (2, ONE, "y"), (2, TWO, "z"))
    assert seen(*said).value is None
    assert seen(*said, stays=True) == View("a", "x", (ONE,), ((ONE, "y"), (TWO, "z")))


def test_what_takes_two_changes_nothing_until_the_second() -> None:
    assert seen((1, ONE, "x"), (2, TWO, "spam")) == View("a", "x", (ONE,), (), ((TWO, "spam"),))
    assert seen((1, ONE, "x"), (2, TWO, "spam"), (3, TWO, "spam")).value == "x"
    assert seen((1, ONE, "x"), (2, TWO, "spam"), (3, ONE, "spam")) == View("a", "spam", (ONE, TWO))


def test_what_was_asked_lapses_when_something_else_holds_or_it_is_taken_back() -> None:
    assert seen((1, TWO, "spam"), (2, ONE, "x"), (3, THREE, "spam")) == View("a", "x", (ONE,), (), ((THREE, "spam"),))
    assert seen((1, ONE, "x"), (2, TWO, "spam"), (3, TWO, "x"), (4, THREE, "spam")).value == "x"
    assert seen((1, TWO, "spam"), (2, ONE, "spam"), (2, TWO, "x")).asked == ()


SAID = st.tuples(st.integers(1, 4), st.sampled_from([ONE, TWO, THREE]), st.sampled_from(["x", "y", "spam"]))


@given(st.lists(SAID), st.integers(0, 2**32), st.booleans())
def test_the_order_of_operators_in_a_batch_does_not_matter(said, chance, stays) -> None:
    shuffled = random.Random(chance)
    orders = [sorted(said, key=lambda each: (each[0], each[1]))]
    place = {by: shuffled.random() for by in (ONE, TWO, THREE)}
    orders.append(sorted(said, key=lambda each: (each[0], place[each[1]])))
    first, second = (seen(*order, stays=stays) for order in orders)
    assert first == second


@given(st.lists(SAID).map(sorted))
def test_spam_holds_only_with_two_names_to_it(said) -> None:
    found = seen(*said)
    assert found.value != "spam" or len(found.by) >= 2
    assert found.value is None or found.by
