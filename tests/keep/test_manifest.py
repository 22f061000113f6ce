"""Manifest: one way to be written, and no version that those whose lines it changes did not sign."""

import contextlib
import dataclasses
from typing import Any

import offices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, ProofError
from evenhand.keep import manifest, note

FIRST = offices.signed(offices.first(), "civil-rights", "legal")
BOTH = ("civil-rights", "legal")


def after(*signers: str, before: note.Note = FIRST, **changes: Any) -> note.Note:
    """The next version of `before`, with changes, signed by the log and these desks' old roots."""
    old = manifest.read(before)
    made = dataclasses.replace(old, version=old.version + 1, previous=manifest.digest(before), **changes)
    return offices.signed(made, *signers)


def test_a_manifest_is_read_back_to_the_byte() -> None:
    assert manifest.read(note.parse(FIRST.bytes)) == offices.first()
    (held,) = manifest.check([FIRST])
    assert held.roots["legal"] == offices.root("legal").key
    assert held.operator("legal/op-2") == offices.operators("legal")[1]
    assert held.operator("legal/op-3") is None


@pytest.mark.parametrize("signers", [(), ("civil-rights",), ("legal",)])
def test_version_1_needs_every_desk(signers: tuple[str, ...]) -> None:
    with pytest.raises(ProofError, match="/root: its signature is missing"):
        manifest.check([offices.signed(offices.first(), *signers)])


def test_version_1_needs_the_log() -> None:
    unlogged = note.sign(offices.first().text, [offices.root(desk) for desk in BOTH])
    with pytest.raises(ProofError, match="/ledger: its signature is missing"):
        manifest.check([unlogged])


EVERYBODYS: list[dict[str, Any]] = [
    {"promise": offices.signer(f"{offices.ORIGIN}/promise", "new").key},
    {"witnesses": (), "quorum": 0},
    {"quorum": 0},
    {"code": (65_536, 1, 1)},
    {"terms": (1, 1, 1, 1)},
    {"batch": (64, "07:00")},
]


@pytest.mark.parametrize("changes", EVERYBODYS, ids=lambda changes: next(iter(changes)))
def test_a_line_of_everybody_s_needs_every_desk_of_the_version_before(changes: dict[str, Any]) -> None:
    assert len(manifest.check([FIRST, after(*BOTH, **changes)])) == 2
    with pytest.raises(ProofError, match="a line of everybody's, and legal did not sign"):
        manifest.check([FIRST, after("civil-rights", **changes)])


def test_a_new_log_key_is_signed_in_by_all_desks_and_signs_itself() -> None:
    new = offices.signer(offices.ORIGIN, "new log")
    made = dataclasses.replace(offices.first(), version=2, previous=manifest.digest(FIRST), log=new.key)
    roots = [offices.root(desk) for desk in BOTH]
    manifest.check([FIRST, note.sign(made.text, [new, *roots])])
    for signers in ([offices.LOG, *roots], [new, roots[0]]):
        with pytest.raises(ProofError, match=r"/ledger: its signature is missing|did not sign"):
            manifest.check([FIRST, note.sign(made.text, signers)])


def test_a_desk_s_own_lines_need_its_root_before() -> None:
    changed = {"desks": (offices.desk("civil-rights", facts="new"), offices.desk("legal"))}
    assert manifest.check([FIRST, after("civil-rights", **changed)])[1].desks[0].facts != offices.first().desks[0].facts
    # the root is lost: every other desk
    manifest.check([FIRST, after("legal", **changed)])
    with pytest.raises(ProofError, match="changes lines of civil-rights: not signed by its root"):
        manifest.check([FIRST, after(**changed)])


@pytest.mark.parametrize("changes", [
    {"labels": ()},
    {"operators": offices.operators("legal")},
    {"labels": (manifest.Label("civil-rights", "en", "Another name"),)},
    {"operators": (*offices.operators("civil-rights", ["facts", "story"]), *offices.operators("legal"))},
], ids=["label gone", "operator gone", "label changed", "roles changed"])  # fmt: skip
def test_every_line_of_a_desk_counts(changes: dict[str, Any]) -> None:
    manifest.check([FIRST, after("civil-rights", **changes)])
    with pytest.raises(ProofError, match="changes lines of civil-rights"):
        manifest.check([FIRST, after(**changes)])


def test_a_desk_alone_cannot_change_another_even_when_it_is_removed() -> None:
    three = (*offices.first().desks, offices.desk("third"))
    second = after("civil-rights", "legal", "third", desks=three)
    without = {"desks": offices.first().desks}
    with pytest.raises(ProofError, match="changes lines of third"):
        manifest.check([FIRST, second, after("legal", before=second, **without)])
    manifest.check([FIRST, second, after("legal", "civil-rights", before=second, **without)])


@pytest.mark.parametrize(("signers", "words"), [
    (("civil-rights", "legal"), "its own root did not sign"),
    (("civil-rights", "third"), "signed by 1 desks, expected two"),
    (("third",), "signed by 0 desks"),
])  # fmt: skip
def test_a_new_desk_needs_its_root_and_two_of_the_others(signers: tuple[str, ...], words: str) -> None:
    three = (*offices.first().desks, offices.desk("third"))
    with pytest.raises(ProofError, match=words):
        manifest.check([FIRST, after(*signers, desks=three)])


def test_where_there_was_one_desk_that_one_brings_in_the_second() -> None:
    alone = offices.first(desks=(offices.desk("legal"),), operators=(), labels=())
    first = offices.signed(alone, "legal")
    both = (offices.desk("legal"), offices.desk("third"))
    manifest.check([first, after("legal", "third", before=first, desks=both)])
    with pytest.raises(ProofError, match="signed by 0 desks"):
        manifest.check([first, after("third", before=first, desks=both)])


def test_a_version_out_of_order_another_before_and_an_earlier_day_are_told_apart() -> None:
    second = after(*BOTH, quorum=0)
    other = offices.signed(offices.first(quorum=0), *BOTH)
    third = after(before=second, day=offices.DAY)
    with pytest.raises(ProofError, match="out of order, or one is missing"):
        manifest.check([FIRST, third])
    with pytest.raises(ProofError, match="first manifest is version 2"):
        manifest.check([second])
    with pytest.raises(ProofError, match="follows another version 1"):
        manifest.check([other, second])
    with pytest.raises(ProofError, match="earlier day"):
        manifest.check([FIRST, after(day=offices.DAY.replace(year=2025))])
    with pytest.raises(ProofError, match="another ledger"):
        elsewhere = offices.signer("other.example/ledger")
        made = dataclasses.replace(manifest.read(second), origin=elsewhere.name, log=elsewhere.key)
        manifest.check([FIRST, note.sign(made.text, [elsewhere])])


def test_a_signature_that_does_not_hold_voids_a_manifest_even_where_it_is_not_needed() -> None:
    second = after(*BOTH, labels=())
    forged = tuple(
        dataclasses.replace(each, value=bytes(64)) if each.name == "legal/root" else each for each in second.signatures
    )
    with pytest.raises(ProofError, match="legal/root does not hold"):
        manifest.check([FIRST, note.Note(second.text, forged)])


TEXT = offices.first().text


@pytest.mark.parametrize("text", [
    TEXT.replace("evenhand/manifest/1", "evenhand/manifest/2"),
    TEXT.replace("version 1\n", "version 0\n"),
    TEXT.replace("version 1\n", "version 2\n"),
    TEXT.replace("version 1\n", "version 1\nversion 1\n"),
    TEXT.replace("quorum 1\n", "quorum 2\n"),
    TEXT.replace("quorum 1\n", ""),
    TEXT.replace("quorum 1\n", "quorum 1\nunknown 1\n"),
    TEXT.replace("argon2id 47104 1 1", "argon2id 47104 1"),
    TEXT.replace("argon2id 47104", "argon2id 047104"),
    TEXT.replace("daily 06:00", "daily 24:00"),
    TEXT.replace("term facts", "term story"),
    TEXT.replace("roles facts,code", "roles facts,facts"),
    TEXT.replace("roles facts,code", "roles facts,boss"),
    TEXT.replace("roles facts,code", "roles facts, code"),
    TEXT.replace('"Human rights office"', "Human rights office"),
    TEXT.replace("label civil-rights", "label another-desk"),
    TEXT.replace("origin report", "origin other"),
    TEXT.replace("desk legal", "desk civil-rights"),
    TEXT.replace("desk legal", "desk Legal"),
    TEXT.replace("day 2026-12-01", "day 2026-13-01"),
    TEXT + "label civil-rights en \"Twice\"\n",
    TEXT.replace(offices.desk("legal").facts, offices.desk("legal").story),
    TEXT.replace(offices.desk("legal").line + "\n", "").replace(offices.desk("civil-rights").line + "\n", ""),
    "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("desk ")),
])  # fmt: skip
def test_what_is_no_manifest_is_refused(text: str) -> None:
    assert text != TEXT
    with pytest.raises(FormatError):
        manifest.read(note.Note(text))


@pytest.mark.parametrize("changes", [
    {"witnesses": (offices.WITNESS.key, offices.signer("witness.legal.example/w1", "other", note.COSIGNATURE).key)},
    {"witnesses": (offices.signer("w.example/w1").key,), "quorum": 0},
    {"promise": offices.LOG.key},
    {"promise": note.Key(f"{offices.ORIGIN}/promise", note.ED25519, offices.LOG.key.public)},
], ids=["one name, two witnesses", "a key of another type", "a name twice", "a key twice"])  # fmt: skip
def test_no_key_stands_twice_or_on_a_line_of_another_type(changes: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        offices.first(**changes)


@given(st.integers(0, len(FIRST.bytes) - 1), st.integers(0, 7))
def test_every_changed_bit_is_refused_or_is_another_digest(place, bit) -> None:
    stored = FIRST.bytes
    changed = bytes([*stored[:place], stored[place] ^ 1 << bit, *stored[place + 1 :]])
    with contextlib.suppress(FormatError, ProofError):
        signed = note.parse(changed)
        manifest.check([signed])
        assert manifest.digest(signed) != manifest.digest(FIRST)


def test_the_version_in_force_is_the_newest_with_a_leaf_below() -> None:
    second, third = manifest.check([FIRST, after(*BOTH, quorum=0), after(before=after(*BOTH, quorum=0))])[1:]
    first = offices.first()
    versions = [(0, first), (64, second), (80, third)]
    assert [manifest.in_force(versions, size).version for size in (0, 1, 64, 65, 80, 81)] == [1, 1, 1, 2, 2, 3]
