"""Fold: what is kept becomes what a desk knows; nothing is dropped, nothing hangs on chance, and the sums hold."""

import dataclasses
import hashlib
import random
from datetime import date, timedelta
from typing import Any

import books
import offices
import pytest
from books import Book
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import NotSealedToUsError, ProofError
from evenhand.keep import act, code, fold, frame, manifest, note, release
from evenhand.keep.lines import encoded
from evenhand.keep.opened import Closed
from evenhand.terms import acts
from evenhand.terms.codebook import ELEMENTS

ONE, TWO, THREE, FOUR = (f"civil-rights/op-{n}" for n in (1, 2, 3, 4))
LEGAL = "legal/op-1"
ALL = {ONE: "facts,code,release", TWO: "facts,code,release", THREE: "facts,story,adjudicate", LEGAL: "facts,code"}
WORDS = "They asked where I was born."


def office(**roles: str) -> list[tuple[int, manifest.Manifest]]:
    """One manifest with these operators of two desks."""
    held = {**ALL, **{name.replace("_", "/op-"): value for name, value in roles.items()}}
    return [(0, offices.first(operators=books.operators(held)))]


def folded(book: Book, *identities: str, **changes: Any) -> fold.Desk:
    return book.desk(*identities, **{"versions": office(), **changes})


def kinds(desk: fold.Desk) -> list[str]:
    return [each.kind for each in desk.listed]


def told(count: int = 1, **changes: Any) -> tuple[Book, list[bytes]]:
    """A book with a first batch of reports."""
    book = Book()
    made = [book.report(f"{WORDS} {n}", **changes) for n in range(count)]
    book.batch()
    return book, made


def test_a_report_is_pending_until_an_operator_says_what_it_is() -> None:
    book, (report,) = told()
    book.cover()
    book.batch()
    desk = folded(book)
    assert (desk.reports[report].letter, desk.reports[report].facts) == ("p", book.contents[report])
    book.do(ONE, "disposition", "counted", report)
    book.batch()
    desk = folded(book)
    assert desk.reports[report].disposition == "counted"
    assert desk.reports[report].views[0].by == (ONE,)
    assert desk.listed == ()
    assert fold.dispositions(desk, 2) == "cc"
    assert fold.counts(desk, 3) == fold.Counts(1, 1, 0, (), 0, 0, 0, 2)


@pytest.mark.parametrize(("disposition", "letter"), [
    ("counted", "c"), ("duplicate", "d"), ("out not-a-stop", "o"), ("out elsewhere", "o"), ("out keys-lost", "o"),
    ("out spam", "p"), ("out unreadable", "p"),
])  # fmt: skip
def test_what_one_operator_can_say_alone(disposition: str, letter: str) -> None:
    book, (report,) = told()
    book.do(ONE, "disposition", disposition, report)
    book.batch()
    assert folded(book).reports[report].letter == letter


def test_spam_takes_two_operators_in_one_batch_or_in_two() -> None:
    book, (report, other) = told(2)
    book.do(ONE, "disposition", "out spam", report, other)
    book.do(TWO, "disposition", "out spam", report)
    book.batch()
    desk = folded(book)
    assert [desk.reports[each].letter for each in (report, other)] == ["o", "p"]
    assert desk.reports[other].views[0].asked == ((ONE, "out spam"),)
    book.do(ONE, "disposition", "out spam", other)
    book.batch()
    assert folded(book).reports[other].letter == "p"
    book.do(TWO, "disposition", "out spam", other)
    book.batch()
    desk = folded(book)
    assert desk.reports[other].views[0].by == (ONE, TWO)
    assert fold.counts(desk, len(desk.leaves)).out == (("spam", 2),)


def test_two_operators_who_disagree_in_one_batch_are_shown_and_nothing_is_resolved() -> None:
    book, (report,) = told()
    book.do(ONE, "disposition", "duplicate", report)
    book.batch()
    book.do(ONE, "disposition", "counted", report)
    book.do(TWO, "disposition", "out elsewhere", report)
    book.batch()
    found = folded(book).reports[report]
    assert (found.letter, found.disposition) == ("p", None)
    assert found.views[0].opposed == ((ONE, "counted"), (TWO, "out elsewhere"))
    book.do(TWO, "disposition", "counted", report)
    book.batch()
    found = folded(book).reports[report]
    assert (found.letter, found.views[0].opposed) == ("c", ())


def test_the_last_word_of_an_operator_counts_in_the_order_of_their_numbers() -> None:
    for chance in range(8):
        book, (report,) = told()
        for value in ("duplicate", "out elsewhere", "counted"):
            book.do(ONE, "disposition", value, report)
        book.batch(random.Random(chance))
        assert folded(book).reports[report].disposition == "counted"


def test_desks_that_disagree_settle_it_by_acts_of_their_own() -> None:
    book, (report,) = told(desks=("civil-rights", "legal"))
    both = [offices.desk(desk).facts for desk in books.DESKS]
    book.do(ONE, "disposition", "counted", report, readers=both)
    book.batch()
    book.do(LEGAL, "disposition", "out elsewhere", report, readers=both)
    book.batch()
    desk = folded(book)
    assert desk.reports[report].letter == "p"
    assert [each.desk for each in desk.reports[report].views] == ["civil-rights", "legal"]
    book.do(LEGAL, "disposition", "counted", report, readers=both)
    book.batch()
    assert folded(book).reports[report].letter == "c"


def test_a_desk_that_is_not_at_one_leaves_a_report_pending_whatever_another_says() -> None:
    book, (report,) = told(desks=("civil-rights", "legal"))
    both = [offices.desk(desk).facts for desk in books.DESKS]
    book.do(ONE, "disposition", "counted", report)
    book.do(TWO, "disposition", "duplicate", report)
    book.do(LEGAL, "disposition", "counted", report, readers=both)
    book.batch()
    assert folded(book).reports[report].letter == "p"


def test_unreadable_takes_every_desk_of_the_manifest() -> None:
    book, (report,) = told()
    both = [offices.desk(desk).facts for desk in books.DESKS]
    book.do(ONE, "disposition", "out unreadable", report, readers=both)
    book.batch()
    assert folded(book).reports[report].letter == "p"
    book.do(LEGAL, "disposition", "out unreadable", report, readers=both)
    book.batch()
    desk = folded(book)
    assert fold.counts(desk, 2).out == (("unreadable", 1),)


def test_every_desk_is_every_desk_at_the_end() -> None:
    book, (report,) = told()
    both = [offices.desk(desk).facts for desk in books.DESKS]
    for by in (ONE, LEGAL):
        book.do(by, "disposition", "out unreadable", report, readers=both)
    book.batch()
    ((_, first),) = office()
    desks = (*first.desks, offices.desk("third"))
    second = dataclasses.replace(first, version=2, previous=bytes(32), desks=desks)
    assert folded(book).reports[report].letter == "o"
    assert folded(book, versions=[(0, first), (2, second)]).reports[report].letter == "p"


def test_what_is_not_sealed_to_us_is_known_by_its_place_alone() -> None:
    book, (report,) = told(desks=("legal",))
    desk = folded(book)
    assert desk.reports[report].facts is Closed.NOT_OURS
    assert desk.reports[report].story is Closed.STORY
    assert (desk.reports[report].letter, desk.listed) == ("p", ())


def test_a_story_is_closed_until_it_is_asked_for() -> None:
    book, (report,) = told()
    assert folded(book, books.facts_key(), books.story_key()).reports[report].story is Closed.STORY
    found = folded(book, books.facts_key(), books.story_key(), stories=True).reports[report].story
    assert isinstance(found, bytes)
    assert frame.read_story(found) == ("en", f"{WORDS} 0")


def test_a_report_with_something_else_in_its_frames_is_unreadable() -> None:
    book = Book()
    story = frame.make("story", frame.story_text("en", ""), [offices.desk("civil-rights").story])
    junk = [b"junk\n", note.sign("no facts\n", [offices.operator("civil-rights")]).bytes]
    made = [
        book.keep("report", [frame.make("facts", each, [offices.desk("civil-rights").facts]), story]) for each in junk
    ]
    book.batch()
    desk = folded(book)
    assert [desk.reports[each].facts for each in made] == [Closed.UNREADABLE] * 2
    assert [desk.reports[each].letter for each in made] == ["p", "p"]


# what a reporter says later


def test_a_correction_stands_beside_the_first_telling_in_the_reporters_order() -> None:
    for chance in range(6):
        book, (report,) = told()
        for n, where in enumerate(("Lake Street", "Lake Street and 4th", "Lake Street and 5th"), start=1):
            book.correction(report, n, where=where)
        book.batch(random.Random(chance))
        found = folded(book, books.facts_key(), books.story_key(), stories=True).reports[report]
        assert found.facts == book.contents[report]
        assert [said.given["where"] for said, _ in found.corrections][-1] == "Lake Street and 5th"
        assert found.corrections[0][1] == frame.story_text("en", "")


def test_a_correction_of_another_hand_or_of_another_story_is_listed() -> None:
    book, (report, other) = told(2)
    book.correction(report, where="elsewhere", signer=book.hands[other])
    swapped = frame.story_text("en", "put in by somebody")
    held = offices.desk("civil-rights")
    signed = note.sign(act.Correction(report, {}, 1, hashlib.sha256(b"").digest()).text, [book.hands[report]])
    book.keep(
        "correction", [frame.make("facts", signed.bytes, [held.facts]), frame.make("story", swapped, [held.story])]
    )
    book.batch()
    desk = folded(book, books.facts_key(), books.story_key(), stories=True)
    assert sorted(kinds(desk)) == ["signature", "story"]
    assert [story for _, story in desk.reports[report].corrections] == [Closed.ALTERED]


def test_corrections_that_stand_twice_or_share_a_number_are_listed() -> None:
    book, (report,) = told()
    first = book.correction(report, where="Lake Street")
    again = next(each for each in book.waiting if each.commitment == first)
    book.keep("correction", [frame.parse(book.frames[digest]) for digest in fold.leaf.parse(again.opening).digests])
    book.correction(report, where="Hiawatha Avenue")
    book.batch()
    desk = folded(book)
    assert sorted(kinds(desk)) == ["fork", "replay"]
    assert len(desk.reports[report].corrections) == 2


def test_a_withdrawal_takes_the_content_from_sight_and_says_what_has_to_go() -> None:
    book, (report, other) = told(2)
    book.do(ONE, "disposition", "counted", report, other)
    correction = book.correction(report, where="Lake Street")
    book.batch()
    book.withdrawal(report)
    book.batch()
    desk = folded(book, books.facts_key(), books.story_key(), stories=True)
    found = desk.reports[report]
    assert (found.letter, found.facts, found.story) == ("w", None, None)
    assert [(said.given, story) for said, story in found.corrections] == [({}, None)]
    assert desk.shred == book.digests(report, correction)
    assert WORDS not in repr(desk)
    assert fold.counts(desk, 5).withdrawn == 1


def test_a_withdrawal_of_another_hand_takes_nothing_away() -> None:
    book, (report, other) = told(2)
    (uncoded,) = [book.report("no code", coded=False)]
    book.batch()
    book.withdrawal(report, signer=book.hands[other])
    book.withdrawal(uncoded)
    book.withdrawal(hashlib.sha256(b"no report").digest(), signer=book.hands[other])
    book.batch()
    desk = folded(book)
    assert sorted(kinds(desk)) == ["about", "signature", "signature"]
    assert {each.letter for each in desk.reports.values()} == {"p"}
    assert desk.shred == frozenset()


def test_once_shredded_a_withdrawal_counts_by_the_word_of_an_operator_who_could_check_it() -> None:
    book, (report,) = told()
    correction = book.correction(report, where="Lake Street")
    book.withdrawal(report)
    book.batch()
    book.shred(report, correction)
    desk = folded(book)
    assert desk.reports[report].letter == "l"
    assert "unproved" in kinds(desk)
    book.do(ONE, "shredded", "withdrawn", report)
    book.batch()
    desk = folded(book)
    assert (desk.reports[report].letter, desk.listed, desk.shred) == ("w", (), frozenset())
    assert not desk.reports[report].lost
    assert desk.reports[report].shredded_by == ((ONE, books.DAY, "withdrawn"),)


def test_facts_that_are_there_and_sealed_to_others_are_not_taken_away_on_a_word() -> None:
    book, (report,) = told(desks=("legal",))
    book.withdrawal(report, signer=books.hand("a stranger"))
    book.do(ONE, "shredded", "withdrawn", report)
    book.batch()
    desk = folded(book)
    assert (desk.reports[report].letter, kinds(desk), desk.shred) == ("p", ["unproved"], frozenset())


def test_the_word_of_an_operator_alone_makes_no_withdrawal() -> None:
    book, (report,) = told()
    book.do(ONE, "shredded", "withdrawn", report)
    book.batch()
    book.shred(report)
    assert folded(book).reports[report].letter == "l"


def test_a_frame_that_is_missing_is_lost_until_its_term_is_over() -> None:
    book, (report, other) = told(2)
    book.do(ONE, "disposition", "counted", report, other)
    book.batch()
    book.shred(report)
    facts = timedelta(days=1825)
    desk = folded(book)
    assert (desk.reports[report].letter, fold.counts(desk, 3).lost) == ("l", 1)
    assert kinds(desk) == ["gone", "gone"]
    assert folded(book, day=books.DAY + facts).reports[report].letter == "l"
    after = folded(book, day=books.DAY + facts + timedelta(days=1))
    assert (after.reports[report].letter, after.listed, after.shred) == ("c", (), book.digests(other))


def test_a_story_goes_before_the_facts() -> None:
    book, (report,) = told()
    facts, story = fold.leaf.parse(book.entries[0].opening).digests
    after = books.DAY + timedelta(days=731)
    assert folded(book, day=after - timedelta(days=1)).shred == frozenset()
    assert folded(book, day=after).shred == {story}
    del book.frames[story]
    desk = folded(book, day=after)
    assert (desk.reports[report].letter, desk.reports[report].story, desk.listed) == ("p", None, ())
    assert facts in book.frames


def test_a_day_or_a_term_beyond_all_calendars_stops_no_fold() -> None:
    book, (report, other) = told(2)
    far = {report: date.max, other: date.min}
    book.entries = [dataclasses.replace(each, day=far[each.commitment]) for each in book.entries]
    assert folded(book).shred == book.digests(other)
    endless = [(0, offices.first(terms=(10**17, 10**17, 1, 1)))]
    assert folded(book, versions=endless).shred == frozenset()


def test_an_altered_frame_is_a_missing_one() -> None:
    book, (report,) = told()
    for digest, stored in book.frames.items():
        book.frames[digest] = stored[:-1] + bytes([stored[-1] ^ 1])
    desk = folded(book)
    assert desk.reports[report].lost
    assert kinds(desk) == ["gone", "gone"]


# what a desk does


def test_what_does_not_count_is_listed_with_its_reason() -> None:
    book, (report,) = told()
    stranger = note.Signer(TWO, offices.seed("a stranger"))
    desk = [offices.desk("civil-rights").facts]
    forged = note.sign(book.signed(TWO, "disposition", "counted", report, n=1, previous=None).text, [stranger])
    book.keep_note("act", forged, desk)
    book.keep_note("act", note.sign("evenhand/act/2\n{}\n", [stranger]), desk)
    book.do("civil-rights/op-9", "disposition", "counted", report)
    book.do(ONE, "opened", "story", report)
    book.do(ONE, "disposition", "counted", hashlib.sha256(b"no report").digest())
    book.batch()
    found = folded(book)
    assert sorted(kinds(found)) == ["about", "format", "role", "signature", "unknown"]
    assert found.reports[report].letter == "p"
    assert found.reports[report].opened_by == ()


def test_nothing_is_about_a_report_that_comes_later() -> None:
    book, _ = told()
    report = book.report("later")
    later = book.waiting
    book.waiting = []
    book.do(ONE, "disposition", "counted", report)
    book.withdrawal(report)
    book.batch()
    book.waiting = later
    book.batch()
    desk = folded(book)
    assert (desk.reports[report].letter, kinds(desk)) == ("p", ["about", "about"])


def test_an_act_is_judged_by_the_manifest_in_force_before_its_batch() -> None:
    book, (report, other) = told(2)
    first = offices.first(operators=books.operators(ALL))
    without = {name: roles for name, roles in ALL.items() if name != ONE}
    second = offices.first(version=2, previous=bytes(32), operators=books.operators(without))
    # whatever the shuffle does, an act in the batch of the manifest that strikes its author out still counts
    book.do(ONE, "disposition", "counted", report)
    book.batch()
    book.do(ONE, "disposition", "counted", other)
    book.batch()
    desk = folded(book, versions=[(0, first), (2, second)])
    assert [desk.reports[each].letter for each in (report, other)] == ["c", "p"]
    assert kinds(desk) == ["struck out"]


def test_links_are_made_and_taken_back() -> None:
    book, reports = told(3)
    book.do(ONE, "link", "same event", *reports[:2])
    book.do(ONE, "link", "campaign", *reports)
    record = {"answer": "no match", "row": "17", "source": encoded(bytes(32))}
    book.do(ONE, "link", record, reports[0])
    book.batch()
    desk = folded(book)
    assert {(link.what, link.view.value) for link in desk.links} == {
        ("same event", "linked"), ("campaign", "linked"), (encoded(bytes(32)), "no match"),
    }  # fmt: skip
    book.do(ONE, "unlink", "campaign", *reversed(reports))
    book.do(TWO, "unlink", "same event", *reports[:2])
    book.do(ONE, "link", "same event", *reports[:2])
    book.do(TWO, "link", {**record, "answer": "match"}, reports[0])
    book.batch()
    links = {link.what: link.view for link in folded(book).links}
    assert links["same event"].value is None
    assert links["same event"].opposed == ((ONE, "linked"), (TWO, "unlinked"))
    assert links[encoded(bytes(32))].value == "match"
    assert "campaign" not in links


def test_a_hold_takes_two_and_delays_a_shred_until_its_last_day() -> None:
    book, (report,) = told()
    book.withdrawal(report)
    book.do(ONE, "hold", "2027-03-01", report)
    book.batch()
    assert folded(book).shred == book.digests(report)
    book.do(TWO, "hold", "2027-03-01", report)
    book.batch()
    desk = folded(book)
    assert (desk.reports[report].held, desk.shred) == (date(2027, 3, 1), frozenset())
    book.do(ONE, "release hold", None, report)
    book.do(TWO, "hold", "2027-04-01", report)
    book.batch()
    assert folded(book, day=date(2027, 3, 1)).reports[report].held
    assert folded(book, day=date(2027, 3, 2)).shred == book.digests(report)
    book.do(ONE, "release hold", None, report)
    book.batch()
    book.do(TWO, "release hold", None, report)
    book.batch()
    assert folded(book).reports[report].held is None


# coding


def sheet(**codes: int) -> dict[str, str]:
    return act.sheet({**dict.fromkeys(ELEMENTS, 9), **codes})


def coded() -> tuple[Book, bytes, list[note.Note]]:
    """Two coders code a report, each sealed to its author and to the adjudicator alone."""
    book, (report,) = told()
    signed = []
    for number, codes in ((1, {"rude": 1, "searched": 1}), (2, {"rude": 0, "searched": 1})):
        by = f"civil-rights/op-{number}"
        signed.append(book.signed(by, "code", sheet(**codes), report))
        readers = [code.recipient(offices.seed(f"{name} age")) for name in (by, THREE)]
        book.keep_note("act", signed[-1], readers)
    book.batch()
    return book, report, signed


def test_a_coder_cannot_open_the_other_coders_sheet() -> None:
    book, report, _ = coded()
    mine = (books.facts_key(), books.story_key(), books.age_key("civil-rights", 1))
    frames = [frame.parse(stored) for stored in book.frames.values()]
    sheets = [each for each in frames if not opens(each, books.facts_key()) and each.bucket == 4_096]
    assert sorted(opens(each, *mine) for each in sheets) == [False, True]
    desk = folded(book, *mine, stories=True)
    assert [(each.by, each.codes["rude"]) for each in desk.reports[report].sheets] == [(ONE, 1)]
    assert len(desk.closed) == 1
    # and it looks like no alarm
    assert desk.listed == ()
    assert len(folded(book, books.facts_key()).closed) == 2


def test_a_sheet_that_is_sealed_to_the_desk_is_not_blind_and_the_desk_does_not_see_it() -> None:
    book, (report,) = told()
    signed = book.signed(ONE, "code", sheet(rude=1), report)
    readers = [offices.desk("civil-rights").facts, *(code.recipient(offices.seed(f"{by} age")) for by in (ONE, THREE))]
    book.keep_note("act", signed, readers)
    book.batch()
    desk = folded(book, books.facts_key(), books.age_key("civil-rights", 2))
    assert (kinds(desk), desk.reports[report].sheets) == (["blind"], ())
    desk = folded(book, books.facts_key(), books.age_key("civil-rights", 3))
    assert (kinds(desk), len(desk.reports[report].sheets)) == ([], 1)
    # nor is one that an adjudicator of another desk can open
    elsewhere = office(legal_1="facts,adjudicate")
    desk = folded(book, books.facts_key(), books.age_key("legal", 1), versions=elsewhere)
    assert kinds(desk) == ["blind"]


def opens(sealed: frame.Frame, *identities: str) -> bool:
    try:
        frame.open(sealed, identities)
    except NotSealedToUsError:
        return False
    return True


def test_the_adjudicator_opens_both_and_then_the_desk_sees_what_each_coder_signed() -> None:
    book, report, signed = coded()
    keys = (books.facts_key(), books.age_key("civil-rights", 3))
    assert [each.by for each in folded(book, *keys).reports[report].sheets] == [ONE, TWO]
    book.do(THREE, "adjudicate", adjudicated(signed, rude=1, searched=1), report)
    book.batch()
    for identities in (keys, (books.facts_key(),)):
        found = folded(book, *identities).reports[report]
        assert [(each.by, each.codes["rude"]) for each in found.sheets] == [(ONE, 1), (TWO, 0)]
        ((phase, view),) = found.adjudicated
        assert (phase, view.value) == ("whole", sheet(rude=1, searched=1)["codes"])


def adjudicated(signed: list[note.Note], **codes: int) -> dict[str, Any]:
    return {**sheet(**codes), "sheets": [each.bytes.decode() for each in signed]}


def test_an_adjudication_that_is_not_of_what_the_coders_signed_does_not_count() -> None:
    book, report, signed = coded()
    (other,) = [book.report("another")]
    book.batch()
    forged = note.sign(signed[0].text, [note.Signer(ONE, offices.seed("a stranger"))])
    later = note.sign(
        act.read(signed[0]).text.replace(encoded(report), encoded(other)), [offices.operator("civil-rights", 1)]
    )
    altered = note.sign(
        act.read(signed[0])
        .text.replace('"n":1', '"n":7')
        .replace('"previous":null', f'"previous":"{encoded(report)}"'),
        [offices.operator("civil-rights", 1)],
    ).text
    uncoded = book.signed(FOUR, "code", sheet(rude=0, searched=1), report)
    tried: list[dict[str, Any]] = [
        adjudicated([forged, signed[1]], rude=1, searched=1),
        adjudicated([later, signed[1]], rude=1, searched=1),
        # signed by the coder, and altered since
        adjudicated([dataclasses.replace(signed[0], text=altered), signed[1]], rude=1, searched=1),
        adjudicated([uncoded, signed[1]], rude=0, searched=1),
        # all coders gave searched alike
        adjudicated(signed, rude=1, searched=0),
    ]
    for value in tried:
        book.do(THREE, "adjudicate", value, report)
    book.do(TWO, "adjudicate", adjudicated(signed, rude=1, searched=1), report)
    book.batch()
    desk = folded(book, versions=office(**{"civil-rights_2": "facts,code,adjudicate", "civil-rights_4": "facts"}))
    assert kinds(desk) == ["sheets"] * 6
    assert (desk.reports[report].adjudicated, desk.reports[report].sheets) == ((), ())


# whatever happens

ACTS = st.tuples(
    st.sampled_from([ONE, TWO, THREE, LEGAL]),
    st.sampled_from(
        [("disposition", value) for value in acts.DISPOSITIONS]
        + [("hold", "2027-01-01"), ("release hold", None), ("shredded", "withdrawn"), ("shredded", "term")]
    ),
    st.sets(st.integers(0, 3), min_size=1),
)
EVENTS = st.one_of(
    ACTS,
    st.tuples(st.just("withdrawal"), st.integers(0, 3)),
    st.tuples(st.just("correction"), st.integers(0, 3)),
    st.tuples(st.just("forged withdrawal"), st.integers(0, 3)),
    st.tuples(st.just("shred"), st.integers(0, 3)),
    st.just(("batch",)),
)


def happened(events: list[Any], chance: int) -> Book:
    """Four reports, two of one desk and two of two, and what happened to them, each batch in an order of `chance`."""
    book, shuffled, shredded = Book(), random.Random(chance), []
    reports = [book.report(f"{WORDS} {n}", desks=books.DESKS[: 1 + n % 2]) for n in range(4)]
    book.batch(shuffled)
    for event in events:
        match event:
            case ("batch",):
                book.batch(shuffled)
            case ("withdrawal", which):
                book.withdrawal(reports[which])
            case ("forged withdrawal", which):
                book.withdrawal(reports[which], signer=books.hand("a stranger"))
            case ("correction", which):
                book.correction(reports[which], where=str(len(book.waiting)))
            case ("shred", which):
                shredded.append(reports[which])
            case (by, (what, value), about):
                book.do(by, what, value, *(reports[which] for which in sorted(about)))
    book.cover()
    book.batch(shuffled)
    book.shred(*shredded)
    return book


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=12), st.integers(0, 2**32))
def test_any_order_within_a_batch_gives_one_state(events: list[Any], chance: int) -> None:
    states = []
    keys = [books.facts_key(desk) for desk in books.DESKS]
    # the same entries: seals differ each time they are made
    book = happened(events, chance)
    for other in (chance, chance + 1, chance + 2):
        book.entries = renumbered(book, other)
        states.append(dataclasses.replace(folded(book, *keys), leaves=()))
    assert states[0] == states[1] == states[2]


def renumbered(book: Book, chance: int) -> list[Any]:
    shuffled = random.Random(chance)
    ordered = sorted(book.entries, key=lambda each: (each.batch, shuffled.random()))
    return [dataclasses.replace(each, index=index) for index, each in enumerate(ordered)]


@settings(max_examples=100, deadline=None)
@given(st.lists(EVENTS, max_size=20), st.integers(0, 40))
def test_the_sum_holds_under_every_sequence_of_acts(events: list[Any], size: int) -> None:
    desk = folded(happened(events, 0), *(books.facts_key(desk) for desk in books.DESKS))
    size = min(size, len(desk.leaves))
    found, letters = fold.counts(desk, size), fold.dispositions(desk, size)
    # a release refuses sums that do not hold, and letters that are not its own
    stored = release.dispositions(letters)
    made = release.Release(
        origin=offices.ORIGIN,
        name="2027-Q1",
        tree=(size, bytes(32)),
        desks=books.DESKS,
        dispositions=hashlib.sha256(stored).digest(),
        tables=bytes(32),
        program=f"evenhand 1.4.0 {'a' * 40}",
        **dataclasses.asdict(found),
    )
    assert release.check_letters(made, stored) == letters
    release.check_kinds(made, letters, ["report" if name in desk.reports else "act" for name in desk.leaves[:size]])


def test_leaves_that_are_missing_doubled_or_opened_otherwise_are_found() -> None:
    book, _ = told(3)
    whole = list(book.entries)
    for entries, words in (
        ([*whole[:1], *whole[2:]], "leaf 1 is missing"),
        (whole[::-1], "leaf 0 is missing"),
        ([*whole, dataclasses.replace(whole[0], index=3)], "twice"),
        ([dataclasses.replace(whole[0], opening=whole[1].opening), *whole[1:]], "another opening"),
    ):
        book.entries = entries
        with pytest.raises(ProofError, match=words):
            folded(book)
    book.entries = whole
    with pytest.raises(ProofError, match="letters for 4 leaves"):
        fold.dispositions(folded(book), 4)


# what anybody can seal to a desk

SIGNERS = [offices.operator("civil-rights", 1), offices.operator("legal", 1), books.hand("a report")]
NOTES = [
    act.Act((bytes(32),), ONE, books.DAY, 1, None, "disposition", "counted").text,
    act.Act((bytes(32),), ONE, books.DAY, 1, None, "code", act.sheet(dict.fromkeys(ELEMENTS, 9))).text,
    act.Correction(bytes(32), {"where": "Lake Street"}, 1, bytes(32)).text,
    act.Withdrawal(bytes(32)).text,
]
FACTS = ['{"reply":null}', '{"reply":{"hand":"00","mailbox":1}}', '{"reply":{"hand":"' + "0" * 64 + '"}}', "{}", "[]"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_nothing_that_lies_in_a_frame_stops_the_fold(data: Any) -> None:
    entries: list[Any] = []
    frames: dict[bytes, Any] = {}
    for index in range(data.draw(st.integers(1, 6))):
        kind = data.draw(st.sampled_from(["report", "act", "correction", "withdrawal", "reply", "canvass", "cover"]))
        digests = tuple(offices.seed(f"{index} {n}") for n in range(len(fold.leaf.KINDS[kind])))
        opening = fold.leaf.Opening(kind, offices.seed(f"blind {index}"), digests)
        name = fold.leaf.commitment(opening)
        entries.append(
            books.Entry(name, opening.text(), kind, bytes(16), None, books.DAY, "open", 1 + index // 2, index)
        )
        frames |= {digest: data.draw(content([each.commitment for each in entries])) for digest in digests}
    frames = {digest: found for digest, found in frames.items() if found is not None}
    desk = fold.fold(entries, fold.Opened(frames, frozenset([offices.desk("civil-rights").facts])), office(), books.DAY)
    found = fold.counts(desk, len(entries))
    assert found.received == sum(each.kind == "report" for each in entries)


@st.composite
def content(draw: Any, names: list[bytes]) -> Any:
    """What opens from a frame, or why it does not: notes cut and mixed, signed by whoever, about whatever."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([*Closed, None]))
    if draw(st.integers(0, 2)) == 0:
        return f"{frame.FACTS}\n{draw(st.sampled_from(FACTS))}\n".encode()
    text = draw(st.sampled_from(NOTES)).replace(encoded(bytes(32)), encoded(draw(st.sampled_from(names))))
    at, taken = draw(st.integers(0, len(text))), draw(st.sampled_from([0, 0, 1, 40]))
    text = text[:at] + draw(st.sampled_from(["", "", '"', "9", "}", "é"])) + text[at + taken :].rstrip("\n") + "\n"
    return note.sign(text, draw(st.lists(st.sampled_from(SIGNERS), min_size=1, max_size=2, unique=True))).bytes
