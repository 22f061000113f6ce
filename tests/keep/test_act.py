"""Act: read back as written, strict in every field, signed by one key."""

import dataclasses
import json
from datetime import date
from typing import Any

import offices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, ProofError
from evenhand.keep import act, frame, manifest, note
from evenhand.keep.lines import encoded
from evenhand.terms import acts
from evenhand.terms.codebook import ELEMENTS, EXCLUSIVE

DAY = date(2026, 12, 14)
REPORT, OTHER = offices.seed("a report"), offices.seed("another report")
CODER, SECOND = offices.operator("civil-rights", 1), offices.operator("civil-rights", 2)
HAND = note.Signer(act.HAND, offices.seed("a hand"))
NOTHING = dict.fromkeys(ELEMENTS, 9)


def made(what: str = "disposition", value: object = "counted", **changes: Any) -> act.Act:
    said = {"about": (REPORT,), "by": CODER.name, "day": DAY, "n": 1, "previous": None, "what": what, "value": value}
    return act.Act(**{**said, **changes})


def signed_sheet(signer: note.Signer, **codes: int) -> note.Note:
    return note.sign(made("code", act.sheet({**NOTHING, **codes}), by=signer.name).text, [signer])


def adjudicated(*sheets: note.Note, **codes: int) -> dict[str, Any]:
    return {**act.sheet({**NOTHING, **codes}), "sheets": [sheet.bytes.decode() for sheet in sheets]}


VALUES: list[tuple[str, Any, tuple[bytes, ...]]] = [
    ("code", act.sheet(NOTHING), (REPORT,)),
    ("adjudicate", adjudicated(signed_sheet(CODER, rude=1), signed_sheet(SECOND)), (REPORT,)),
    *(("disposition", value, (REPORT, OTHER)) for value in acts.DISPOSITIONS),
    *((what, value, (REPORT, OTHER)) for what in ("link", "unlink") for value in acts.LINKS),
    ("link", {"answer": "match", "row": "17", "source": encoded(REPORT)}, (REPORT,)),
    ("opened", "story", (REPORT,)),
    ("shredded", "withdrawn", (REPORT,)),
    ("hold", "2027-12-31", (REPORT,)),
    ("release hold", None, (REPORT,)),
    ("key copy", {"facts": offices.identity("facts")}, ()),
]


@pytest.mark.parametrize(("what", "value", "about"), VALUES)
def test_each_kind_is_read_back_from_a_frame_and_checked(what: str, value: Any, about: tuple[bytes, ...]) -> None:
    one = made(what, value, about=about, n=7, previous=OTHER)
    content = note.sign(one.text, [CODER]).bytes
    kept = frame.make("note", content, [offices.desk("legal").facts])
    signed = note.parse(frame.open(kept, [offices.identity("legal facts")]))
    act.check(signed, CODER.key)
    assert act.read(signed) == one


def test_every_kind_is_tried_above() -> None:
    assert {what for what, _, _ in VALUES} == set(acts.ACTS) == set(act.VALUES)


def test_each_role_is_one_that_a_manifest_gives() -> None:
    assert {role for kind in acts.ACTS.values() for role in kind.roles} <= set(manifest.ROLES)


def test_keys_are_written_in_the_order_of_the_alphabet() -> None:
    line = made().text.splitlines()[1]
    assert list(json.loads(line)) == sorted(json.loads(line))


@pytest.mark.parametrize(("changes", "told"), [
    ({"what": "burn"}, "not known"),
    ({"what": "disposition", "value": "out"}, "not one of"),
    ({"what": "disposition", "value": ["counted"]}, "not one of"),
    ({"what": "disposition", "about": ()}, "about 0 reports"),
    ({"what": "code", "value": act.sheet(NOTHING), "about": (REPORT, OTHER)}, "about 2 reports: expected 1"),
    ({"what": "code", "value": {**act.sheet(NOTHING), "note": ""}}, "object with the keys"),
    ({"what": "code", "value": {**act.sheet(NOTHING), "codes": "9" * (len(ELEMENTS) - 1)}}, "codes"),
    ({"what": "code", "value": {**act.sheet(NOTHING), "codes": "2" * len(ELEMENTS)}}, "codes"),
    ({"what": "code", "value": {**act.sheet(NOTHING), "phase": "during"}}, "phase"),
    ({"what": "code", "value": {**act.sheet(NOTHING), "codebook": "0"}}, "codebook"),
    ({"what": "link", "about": (REPORT, OTHER), "value": "alike"}, "not one of"),
    ({"what": "link", "value": "same event"}, "object with the keys"),
    ({"what": "link", "value": {"answer": "maybe", "row": "1", "source": encoded(REPORT)}}, "not one of"),
    ({"what": "link", "value": {"answer": "match", "row": 1, "source": encoded(REPORT)}}, "row is of another type"),
    ({"what": "hold", "value": "2027-02-30"}, "a day"),
    ({"what": "hold", "value": None}, "another type"),
    ({"what": "release hold", "value": "2027-12-31"}, "no value"),
    ({"what": "shredded", "value": "because"}, "not one of"),
    ({"what": "opened", "value": "facts"}, "not one of"),
    ({"what": "key copy", "about": (), "value": {}}, "key copy"),
    ({"what": "key copy", "about": (), "value": {"root": "x"}}, "key copy"),
    ({"about": (REPORT, REPORT)}, "twice"),
    ({"n": 0}, "numbered from 1"),
    ({"n": 1, "previous": OTHER}, "numbered from 1"),
    ({"n": 2}, "numbered from 1"),
])  # fmt: skip
def test_what_no_act_can_be(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(FormatError, match=told):
        made(**changes)


@pytest.mark.parametrize("pair", EXCLUSIVE)
def test_a_sheet_with_both_of_a_pair_goes_back(pair: tuple[str, str]) -> None:
    with pytest.raises(FormatError, match="goes back to its coder"):
        act.sheet({**NOTHING, **dict.fromkeys(pair, 1)})
    assert act.codes(act.sheet({**NOTHING, pair[0]: 1, pair[1]: 0}))[pair[1]] == 0


@pytest.mark.parametrize("value", [
    adjudicated(signed_sheet(CODER)),
    adjudicated(signed_sheet(CODER), signed_sheet(CODER, rude=1)),
    adjudicated(signed_sheet(CODER), note.sign(made(by=SECOND.name).text, [SECOND])),
    {**adjudicated(signed_sheet(CODER), signed_sheet(SECOND)), "phase": "before"},
])  # fmt: skip
def test_an_adjudication_holds_two_sheets_of_two_coders(value: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        made("adjudicate", value)


def test_an_adjudication_of_three_sheets_fits_in_a_frame() -> None:
    signers = [offices.operator("civil-rights", n) for n in (1, 2, 3)]
    content = note.sign(made("adjudicate", adjudicated(*map(signed_sheet, signers))).text, [CODER]).bytes
    assert len(content) <= frame.BUCKETS["note"]


def test_who_signed_is_held_to_one_key() -> None:
    with pytest.raises(ProofError, match="missing"):
        act.check(note.sign(made().text, [SECOND]), CODER.key)
    with pytest.raises(ProofError, match="2 keys"):
        act.check(note.sign(made().text, [CODER, SECOND]), CODER.key)
    forged = dataclasses.replace(note.sign(made().text, [CODER]), text=made(value="duplicate").text)
    with pytest.raises(ProofError, match="does not hold"):
        act.check(forged, CODER.key)


def raw(line: str, first: str = act.ACT) -> note.Note:
    return note.sign(f"{first}\n{line}\n", [CODER])


LINE = made().text.splitlines()[1]


@pytest.mark.parametrize("line", [
    LINE.replace('"n":1', '"n":1.0'),
    LINE.replace('"n":1', '"n":true'),
    LINE.replace('"n":1', '"n":"1"'),
    LINE.replace('"n":1', '"n":1,"n":1'),
    LINE.replace('"n":1', '"n":1,"note":"x"'),
    LINE.replace('"previous":null,', ""),
    LINE.replace('"previous":null', '"previous":0'),
    LINE.replace('"about":["', '"about":"').replace('"],"by"', '","by"'),
    LINE.replace('="]', '"]'),
    LINE.replace("2026-12-14", "2026-13-14"),
    LINE.replace("2026-12-14", "2026-12-14T00:00"),
    "[]",
    LINE + "\n" + LINE,
])  # fmt: skip
def test_what_is_written_otherwise_is_refused(line: str) -> None:
    with pytest.raises(FormatError):
        act.read(raw(line))


def test_another_order_of_the_keys_is_read() -> None:
    assert act.read(raw(json.dumps(dict(reversed(json.loads(LINE).items()))))) == made()


def test_a_format_is_never_read_as_another() -> None:
    for first in (act.CORRECTION, act.WITHDRAWAL, act.REPLY, "evenhand/act/2"):
        with pytest.raises(FormatError, match="another format"):
            act.read(raw(LINE, first))


def test_what_a_reporter_says_later_is_read_back() -> None:
    correction = act.Correction(REPORT, {"where": "Lake Street", "officers": 2}, 1, OTHER)
    withdrawal = act.Withdrawal(REPORT)
    for said, read in ((correction, act.read_correction), (withdrawal, act.read_withdrawal)):
        signed = note.parse(note.sign(said.text, [HAND]).bytes)
        act.check(signed, HAND.key)
        assert read(signed) == said
        with pytest.raises(FormatError, match="and no other"):
            read(note.sign(said.text.replace('{"', '{"also":1,"', 1), [HAND]))
    with pytest.raises(FormatError, match="numbered from 1"):
        act.Correction(REPORT, {}, 0, OTHER)


def test_a_reply_is_read_back_and_its_words_stay_out_of_messages() -> None:
    reply = act.Reply(REPORT, CODER.name, DAY, "so-SO", "Goorma?\nWaa ayo?")
    assert act.read_reply(note.sign(reply.text, [CODER])) == reply
    assert "Goorma" not in repr(reply)
    with pytest.raises(FormatError, match="BCP 47"):
        dataclasses.replace(reply, language="en_US")


@given(st.binary(max_size=60), st.sampled_from([act.ACT, act.CORRECTION, act.WITHDRAWAL, act.REPLY]))
def test_any_line_is_read_or_refused_by_our_errors(tail: bytes, first: str) -> None:
    signed = note.Note(f"{first}\n{{{tail.decode(errors='replace')}}}\n", raw(LINE).signatures)
    for read in (act.read, act.read_correction, act.read_withdrawal, act.read_reply):
        with pytest.raises(FormatError):
            read(signed)
