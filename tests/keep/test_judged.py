"""Judged: what is signed by the wrong one, about the wrong thing or once more does not count, and is listed."""

import hashlib

import books
import offices
import pytest
from books import Book

from evenhand.errors import FormatError, ProofError
from evenhand.keep import act, code, frame, judged, leaf, note
from evenhand.keep.chain import ALARMS, DAMAGED, IGNORED
from evenhand.keep.opened import Closed, Opened
from evenhand.terms.codebook import ELEMENTS

ONE, TWO, THREE = (f"civil-rights/op-{n}" for n in (1, 2, 3))
DESK = offices.desk("civil-rights")


def told() -> tuple[Book, bytes]:
    book = Book()
    report = book.report()
    book.batch()
    return book, report


def test_the_hand_is_in_the_facts() -> None:
    assert judged.hand(frame.facts_text({"reply": {"hand": "ab" * 32}})) == note.Key("hand", note.ED25519, b"\xab" * 32)
    for reply in (None, {}, {"hand": None}, {"hand": "zz" * 32}, {"hand": "ab" * 31}, "ab" * 32):
        with pytest.raises(FormatError):
            judged.hand(frame.facts_text({"reply": reply}))


def test_entries_stand_in_batches_that_know_their_first_leaf() -> None:
    book, _ = told()
    book.cover()
    book.cover()
    book.batch()
    assert [(each.batch, each.first, each.kind) for each in judged.in_order(book.entries)] == [
        (1, 0, "report"), (2, 1, "cover"), (2, 1, "cover"),
    ]  # fmt: skip
    with pytest.raises(ProofError, match="out of its order"):
        judged.in_order([book.entries[0], books.replace(book.entries[1], batch=None)])
    with pytest.raises(ProofError, match="out of its order"):
        judged.in_order([books.replace(book.entries[0], batch=3), book.entries[1]])


def test_the_kind_is_that_of_the_opening_and_not_what_the_entry_says() -> None:
    book, report = told()
    book.entries = [books.replace(each, kind="cover") for each in book.entries]
    assert list(book.desk().reports) == [report]


def test_a_report_put_in_again_by_somebody_who_cannot_read_it_is_listed_and_withdrawn_with_the_first() -> None:
    book, report = told()
    copied = [frame.parse(book.frames[digest]) for digest in leaf.parse(book.entries[0].opening).digests]
    again = book.keep("report", copied)
    book.batch()
    desk = book.desk()
    assert [(each.kind, each.entry) for each in desk.listed] == [("replay", again)]
    assert len(desk.reports) == 2
    book.withdrawal(report)
    book.batch()
    desk = book.desk()
    assert {each.letter for each in desk.reports.values()} == {"w"}
    assert desk.shred == book.digests(report, again)


def test_a_frame_of_another_report_is_neither_taken_away_nor_kept_by_who_put_it_in_again() -> None:
    book, report = told()
    _, story = (frame.parse(book.frames[digest]) for digest in leaf.parse(book.entries[0].opening).digests)
    mine = frame.make("facts", frame.facts_text({"reply": {"hand": books.hand("me").key.public.hex()}}), [DESK.facts])
    planted = book.keep("report", [mine, story])
    book.hands[planted] = books.hand("me")
    book.batch()
    book.withdrawal(planted)
    book.batch()
    desk = book.desk()
    assert [(each.kind, each.entry) for each in desk.listed] == [("replay", planted)]
    assert (desk.reports[planted].letter, desk.shred) == ("w", {frame.digest(mine)})
    book.withdrawal(report)
    book.batch()
    assert book.desk().shred == book.digests(report, planted)


def test_a_correction_that_the_drop_box_calls_one_of_a_withdrawn_report_is_not_shredded() -> None:
    book, report = told()
    other = book.report("another")
    withdrawn = book.withdrawal(report)
    kept = book.correction(other, where="Lake Street")
    book.waiting = [books.replace(each, about=report) if each.commitment == kept else each for each in book.waiting]
    book.batch()
    desk = book.desk()
    assert desk.shred == book.digests(report)
    assert book.digests(withdrawn, kept).isdisjoint(desk.shred)
    assert len(desk.reports[other].corrections) == 1


def test_a_reply_goes_with_a_withdrawn_report() -> None:
    book, report = told()
    reply = act.Reply(report, ONE, books.DAY, "en", "When was it?")
    mailbox = code.recipient(offices.seed("mailbox of a report"))
    kept = book.keep_note("reply", note.sign(reply.text, [offices.operator("civil-rights", 1)]), [mailbox], report)
    book.withdrawal(report)
    book.batch()
    assert book.desk().shred == book.digests(report, kept)


def sheet(**codes: int) -> dict[str, str]:
    return act.sheet({**dict.fromkeys(ELEMENTS, 9), **codes})


def test_a_sheet_that_a_coder_changed_for_the_adjudication_is_found_by_who_saw_the_first() -> None:
    book, report = told()
    for by, codes in ((ONE, {"rude": 1}), (TWO, {"rude": 0})):
        readers = [code.recipient(offices.seed(f"{name} age")) for name in (by, THREE)]
        book.keep_note("act", book.signed(by, "code", sheet(**codes), report), readers)
    changed = [
        book.signed(by, "code", sheet(**codes), report, n=1, previous=None)
        for by, codes in ((ONE, {"rude": 1, "entry": 1}), (TWO, {"rude": 0}))
    ]
    value = {**sheet(rude=1, entry=1), "sheets": [each.bytes.decode() for each in changed]}
    book.do(THREE, "adjudicate", value, report)
    book.batch()
    held = books.operators({ONE: "facts,code", TWO: "facts,code", THREE: "facts,adjudicate"})
    versions = [(0, offices.first(operators=held))]
    for number, found in ((1, ["fork"]), (2, []), (3, ["fork"])):
        desk = book.desk(books.facts_key(), books.age_key("civil-rights", number), versions=versions)
        assert [each.kind for each in desk.listed] == found


def test_acts_that_are_damaged_are_listed_and_not_taken_for_another_coders() -> None:
    book, report = told()
    kept = [book.do(ONE, "disposition", "counted", report) for _ in range(3)]
    book.batch()
    opened = book.open(books.facts_key())
    digests = {each.commitment: leaf.parse(each.opening).digests for each in book.entries}
    frames = dict(opened.frames)
    frames[digests[kept[0]][0]] = Closed.ALTERED
    frames[digests[kept[1]][0]] = Closed.UNREADABLE
    del frames[digests[kept[2]][0]]
    desk = books.fold.fold(book.entries, Opened(frames, opened.readers), [(0, offices.first())], books.DAY)
    found = {each.entry: each.kind for each in desk.listed}
    assert found == {kept[0]: "altered", kept[1]: "unreadable", kept[2]: "gone"}
    assert set(found.values()) < set(DAMAGED)
    assert desk.closed == frozenset()


def test_a_name_that_is_no_operators_is_never_shown() -> None:
    book, report = told()
    line = book.signed(ONE, "disposition", "counted", report).text.replace(ONE, "Call this number")
    stranger = note.Signer("stranger", offices.seed("stranger"))
    book.keep_note("act", note.sign(line, [stranger]), [DESK.facts])
    book.batch()
    (found,) = book.desk().listed
    assert found.kind == "format"
    assert "number:" not in found.words
    assert "Call" not in found.words


def test_every_kind_of_listing_has_one_group() -> None:
    assert len({*ALARMS, *DAMAGED, *IGNORED}) == len(ALARMS) + len(DAMAGED) + len(IGNORED)


def test_two_withdrawals_are_one() -> None:
    book, report = told()
    book.withdrawal(report)
    book.withdrawal(report)
    book.batch()
    desk = book.desk()
    assert (desk.reports[report].letter, desk.listed) == ("w", ())
    assert hashlib.sha256(book.entries[0].opening).digest() == report
