"""Chain: an act that was dropped, doubled, forked or held back is found by its own words; a blind sheet is no alarm."""

import random

import books
import offices
import pytest
from books import Book

from evenhand.keep import act, code, fold, note
from evenhand.keep.chain import Listed
from evenhand.terms.codebook import ELEMENTS

ONE, LEGAL = "civil-rights/op-1", "legal/op-1"
NOTHING = act.sheet(dict.fromkeys(ELEMENTS, 9))


def told() -> tuple[Book, bytes]:
    book = Book()
    report = book.report()
    book.batch()
    return book, report


def alarms(book: Book, *identities: str) -> list[Listed]:
    return list(book.desk(*identities).listed)


def said(book: Book, report: bytes, *values: str) -> list[note.Note]:
    return [book.signed(ONE, "disposition", value, report) for value in values]


def keep(book: Book, *signed: note.Note) -> None:
    for each in signed:
        book.keep_note("act", each, [offices.desk("civil-rights").facts])


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_an_act_that_somebody_dropped_is_a_gap_and_the_others_count(dropped: int) -> None:
    book, report = told()
    signed = said(book, report, "counted", "duplicate", "out elsewhere", "counted")
    keep(book, *(each for n, each in enumerate(signed) if n != dropped))
    book.batch()
    (found,) = alarms(book)
    assert (found.kind, f"act {dropped + 2} " in found.words) == ("gap", True)
    assert "1 before it are missing" in found.words
    assert book.desk().reports[report].disposition == "counted"


def test_whole_chains_over_many_batches_are_quiet() -> None:
    book, report = told()
    for value in ("counted", "duplicate"):
        keep(book, *said(book, report, value, value))
        book.batch()
    book.do(LEGAL, "disposition", "duplicate", report)
    book.batch()
    assert alarms(book) == []


def test_an_act_that_stands_twice_counts_once() -> None:
    book, report = told()
    first, second = said(book, report, "counted", "duplicate")
    keep(book, first, first)
    book.batch()
    keep(book, second)
    book.batch()
    # put in again, so that the first word would be the last
    keep(book, first)
    book.batch()
    assert [each.kind for each in alarms(book)] == ["replay", "replay"]
    assert book.desk().reports[report].disposition == "duplicate"


def test_two_acts_of_one_number_in_one_batch_count_for_nothing() -> None:
    for chance in range(4):
        book, report = told()
        keep(book, *(book.signed(ONE, "disposition", value, report, n=1) for value in ("counted", "duplicate")))
        book.batch(random.Random(chance))
        assert [each.kind for each in alarms(book)] == ["fork", "fork"]
        assert book.desk().reports[report].disposition is None


def test_another_act_of_a_number_that_was_there_before_does_not_count() -> None:
    book, report = told()
    keep(book, *said(book, report, "counted"))
    book.batch()
    keep(book, book.signed(ONE, "disposition", "duplicate", report, n=1, previous=None))
    book.batch()
    (found,) = alarms(book)
    assert (found.kind, "in an earlier batch" in found.words) == ("fork", True)
    assert book.desk().reports[report].disposition == "counted"


def test_an_act_that_names_another_before_it_is_a_fork() -> None:
    book, report = told()
    keep(book, *said(book, report, "counted"))
    keep(book, book.signed(ONE, "disposition", "duplicate", report, n=2, previous=bytes(32)))
    book.batch()
    (found,) = alarms(book)
    assert (found.kind, "names another act 1" in found.words) == ("fork", True)


def test_an_act_that_was_held_back_does_not_overrule_what_its_operator_said_later() -> None:
    book, report = told()
    first, second = said(book, report, "out elsewhere", "counted")
    keep(book, second)
    book.batch()
    assert [each.kind for each in alarms(book)] == ["gap"]
    keep(book, first)
    book.batch()
    assert [each.kind for each in alarms(book)] == ["gap", "late"]
    assert book.desk().reports[report].disposition == "counted"


def coded(book: Book, report: bytes, drop: bool) -> None:
    """Three sheets of one coder, sealed to themselves and the adjudicator, the second dropped or not."""
    readers = [code.recipient(offices.seed(f"{by} age")) for by in (ONE, "civil-rights/op-3")]
    for number in range(3):
        signed = book.signed(ONE, "code", NOTHING, report)
        if not (drop and number == 1):
            book.keep_note("act", signed, readers)
    book.batch()


def versions() -> list[tuple[int, fold.manifest.Manifest]]:
    held = {ONE: "facts,code", "civil-rights/op-2": "facts,code", "civil-rights/op-3": "facts,adjudicate"}
    return [(0, offices.first(operators=books.operators(held)))]


@pytest.mark.parametrize(("number", "alarm"), [(1, ["gap"]), (2, []), (3, ["gap"])])
def test_a_dropped_sheet_is_a_gap_to_its_author_and_the_adjudicator_only(number: int, alarm: list[str]) -> None:
    for drop in (True, False):
        book, report = told()
        coded(book, report, drop)
        desk = book.desk(books.facts_key(), books.age_key("civil-rights", number), versions=versions())
        assert [each.kind for each in desk.listed] == (alarm if drop else [])


def test_numbers_of_another_desk_that_were_sealed_to_it_alone_are_no_gap_unless_too_many_are_missing() -> None:
    book, report = told()
    both = [offices.desk(desk).facts for desk in books.DESKS]
    book.do(LEGAL, "disposition", "counted", report)
    book.do(LEGAL, "disposition", "duplicate", report, readers=both)
    book.batch()
    assert alarms(book) == []
    # two more are signed, and one of them never comes
    book.do(LEGAL, "disposition", "counted", report)
    book.signed(LEGAL, "disposition", "counted", report)
    book.do(LEGAL, "disposition", "duplicate", report, readers=both)
    book.batch()
    (found,) = [each for each in alarms(book, books.facts_key("legal")) if each.kind == "gap"]
    assert "1 before it are missing" in found.words
    (found,) = alarms(book)
    assert (found.kind, "2 before it are missing" in found.words) == ("gap", True)


def test_a_gap_in_a_chain_that_we_can_read_is_none_the_less_one_when_other_acts_are_closed() -> None:
    book, report = told()
    signed = said(book, report, "counted", "duplicate", "counted")
    keep(book, signed[0], signed[2])
    for _ in range(3):
        book.do(LEGAL, "disposition", "counted", report)
    book.batch()
    assert [each.kind for each in alarms(book)] == ["gap"]


def test_acts_that_were_closed_before_do_not_excuse_what_is_missing_later() -> None:
    book, report = told()
    both = [offices.desk(desk).facts for desk in books.DESKS]
    for _ in range(3):
        book.do("civil-rights/op-2", "key copy", {"facts": "x"}, readers=both[1:])
    book.do(LEGAL, "disposition", "counted", report, readers=both)
    book.batch()
    book.signed(LEGAL, "disposition", "counted", report)
    book.cover()
    book.batch()
    book.do(LEGAL, "disposition", "counted", report, readers=both)
    book.batch()
    # those three lie in the batch of the act before, where what is missing could be too
    assert alarms(book) == []
    book.signed(LEGAL, "disposition", "counted", report)
    book.do(LEGAL, "disposition", "counted", report, readers=both)
    book.batch()
    assert [each.kind for each in alarms(book)] == ["gap"]
