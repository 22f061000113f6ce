"""Release: sums, letters, signatures, changes and tables, each of which can fail on its own."""

import contextlib
import dataclasses
import hashlib
import subprocess
from collections import Counter
from typing import Any

import offices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, ProofError
from evenhand.keep import manifest, note, release

LETTERS = "cdowplccco" + "c" * 60
TABLES = {"stops.csv": b"race,n\nBLACK,12\n", "notes.txt": b"none\n"}
KINDS = ["report"] * 10 + ["act"] * 60
# by hand, from LETTERS: ten reports
SAID: dict[str, Any] = {
    "origin": offices.ORIGIN,
    "name": "2027-Q1",
    "tree": (70, bytes(32)),
    "received": 10,
    "counted": 4,
    "duplicate": 1,
    "out": (("not-a-stop", 1), ("elsewhere", 1)),
    "withdrawn": 1,
    "pending": 1,
    "lost": 1,
    "other": 60,
    "desks": ("civil-rights", "legal"),
    "dispositions": hashlib.sha256(release.dispositions(LETTERS)).digest(),
    "tables": hashlib.sha256(release.listing(TABLES)).digest(),
    "program": f"evenhand 1.4.0 {'a' * 40}",
}
SIGNERS = [offices.operator(desk, n) for desk in ("civil-rights", "legal") for n in (1, 2)]


def made(**changes: Any) -> release.Release:
    return release.Release(**{**SAID, **changes})


def signed(**changes: Any) -> note.Note:
    return note.sign(made(**changes).text, SIGNERS)


def test_a_release_is_read_back_checked_and_its_letters_agree() -> None:
    found = release.check(note.parse(signed().bytes), offices.first())
    assert found == made()
    assert release.check_letters(found, release.dispositions(LETTERS)) == LETTERS
    release.check_kinds(found, LETTERS, KINDS)
    release.check_tables(found, release.listing(TABLES), TABLES)


def test_the_listing_is_what_sha256sum_checks(tmp_path) -> None:
    for name, data in {**TABLES, "tables": release.listing(TABLES)}.items():
        (tmp_path / name).write_bytes(data)
    assert subprocess.run(["sha256sum", "-c", "tables"], cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("changes", [
    {"received": 11}, {"counted": 5}, {"duplicate": 0}, {"out": ()}, {"withdrawn": 2}, {"pending": 0}, {"lost": 2},
])  # fmt: skip
def test_no_release_has_parts_that_do_not_add_up(changes: dict[str, Any]) -> None:
    with pytest.raises(ProofError, match="the sum does not hold"):
        made(**changes)


@pytest.mark.parametrize("changes", [{"other": 59}, {"tree": (71, bytes(32))}])
def test_no_release_leaves_out_a_leaf(changes: dict[str, Any]) -> None:
    with pytest.raises(ProofError, match="leaves"):
        made(**changes)


@pytest.mark.parametrize("changes", [
    {"name": "../2027"},
    {"name": ""},
    {"desks": ()},
    {"desks": ("legal", "civil-rights")},
    {"desks": ("legal", "legal")},
    {"out": (("spam", 1), ("spam", 1))},
    {"out": (("Not a stop", 2),)},
    {"program": "evenhand 1.4.0 main"},
    {"changed": (("cd", 1),)},
    {"changed": (("cc", 1),), "previous": ("2026-Q4", bytes(32))},
    {"changed": (("cd", 0),), "previous": ("2026-Q4", bytes(32))},
    {"changed": (("dc", 1), ("cd", 1)), "previous": ("2026-Q4", bytes(32))},
    {"changed": (("cx", 1),), "previous": ("2026-Q4", bytes(32))},
])  # fmt: skip
def test_what_a_release_cannot_say(changes: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        made(**changes)


def test_two_operators_of_each_desk_sign_and_only_those_who_may() -> None:
    text = made().text
    with pytest.raises(ProofError, match="1 operators of legal signed"):
        release.check(note.sign(text, SIGNERS[:3]), offices.first())
    coders = (*offices.operators("civil-rights"), *offices.operators("legal", ["code"]))
    with pytest.raises(ProofError, match="0 operators of legal signed"):
        release.check(signed(), offices.first(operators=coders))
    with pytest.raises(ProofError, match="no such desk"):
        release.check(note.sign(made(desks=("civil-rights", "third")).text, SIGNERS), offices.first())
    release.check(note.sign(made(desks=("legal",)).text, SIGNERS[2:]), offices.first())
    with pytest.raises(ProofError, match="another ledger"):
        release.check(note.sign(made(origin="other.example/ledger").text, SIGNERS), offices.first())


def test_unreadable_needs_every_desk() -> None:
    changes = {"out": (("unreadable", 2),), "desks": ("legal",)}
    with pytest.raises(ProofError, match="civil-rights takes no part"):
        release.check(note.sign(made(**changes).text, SIGNERS), offices.first())


def test_a_signature_that_does_not_hold_is_found() -> None:
    forged = note.Note(made(name="2027-Q2").text, signed().signatures)
    with pytest.raises(ProofError, match="does not hold"):
        release.check(forged, offices.first())


def test_letters_that_say_something_else_are_found() -> None:
    swapped = LETTERS[1:] + LETTERS[0]
    with pytest.raises(ProofError, match="not those that the release names"):
        release.check_letters(made(), release.dispositions(swapped))
    with pytest.raises(ProofError, match="the letter c stands 63 times, and the release says 64"):
        stored = release.dispositions("d" + LETTERS[1:])
        release.check_letters(made(dispositions=hashlib.sha256(stored).digest()), stored)
    with pytest.raises(ProofError, match="69 letters for 70"):
        stored = release.dispositions(LETTERS[:-1])
        release.check_letters(made(dispositions=hashlib.sha256(stored).digest()), stored)


@pytest.mark.parametrize("stored", [
    b"evenhand/dispositions/2\nc\n", b"evenhand/dispositions/1\nx\n", b"evenhand/dispositions/1\nc\nc\n",
    b"evenhand/dispositions/1\n" + b"c" * 65 + b"\n", b"evenhand/dispositions/1\nc", b"evenhand/dispositions/1\nc\n\n",
])  # fmt: skip
def test_what_are_no_dispositions_is_refused(stored: bytes) -> None:
    with pytest.raises(FormatError):
        release.read_dispositions(stored)


def test_a_leaf_that_is_no_report_and_one_report_too_many_are_found() -> None:
    with pytest.raises(ProofError, match="leaf 1 is no report, and its letter is d"):
        release.check_kinds(made(), LETTERS, ["report", "act", *KINDS[2:]])
    with pytest.raises(ProofError, match="11 leaves are reports"):
        release.check_kinds(made(), LETTERS, [*KINDS[:-1], "report"])


@given(st.text(release.LETTERS, max_size=200))
def test_letters_are_read_back(letters) -> None:
    assert release.read_dispositions(release.dispositions(letters)) == letters


@given(st.lists(st.tuples(st.sampled_from(release.LETTERS), st.sampled_from(release.LETTERS)), max_size=60))
def test_changes_account_for_every_leaf_that_moved(pairs) -> None:
    before, now = ("".join(side) for side in zip(*pairs, strict=True)) if pairs else ("", "")
    moved = release.changes(before, now + "c")
    balance = Counter(before)
    for pair, n in moved:
        balance[pair[0]] -= n
        balance[pair[1]] += n
    assert +balance == Counter(now)


def test_the_release_before_and_the_changes_since_are_held_to() -> None:
    earlier = signed(name="2026-Q4")
    letters = "d" + LETTERS[1:]
    now = made(
        counted=3,
        duplicate=2,
        previous=("2026-Q4", release.digest(earlier)),
        changed=(("cd", 1),),
        dispositions=hashlib.sha256(release.dispositions(letters)).digest(),
    )
    release.check_previous(now, letters, earlier, LETTERS)
    with pytest.raises(ProofError, match="letters changed otherwise"):
        release.check_previous(dataclasses.replace(now, changed=()), letters, earlier, LETTERS)
    with pytest.raises(ProofError, match="not the one that this release names"):
        release.check_previous(now, letters, signed(name="2026-Q3"), LETTERS)
    with pytest.raises(ProofError, match="a ledger only grows"):
        release.changes(LETTERS, LETTERS[:-1])


@pytest.mark.parametrize("files", [
    {**TABLES, "stops.csv": b"race,n\nBLACK,13\n"}, {"notes.txt": TABLES["notes.txt"]}, {**TABLES, "more.csv": b""},
], ids=["changed", "missing", "put in"])  # fmt: skip
def test_tables_that_are_not_those_listed_are_found(files: dict[str, bytes]) -> None:
    with pytest.raises(ProofError, match="not those of the listing"):
        release.check_tables(made(), release.listing(TABLES), files)
    with pytest.raises(ProofError, match="not the one that the release names"):
        release.check_tables(made(), release.listing(files), files)


@given(st.data())
def test_every_changed_bit_is_refused_or_no_longer_signed(data) -> None:
    stored = signed().bytes
    place, bit = data.draw(st.integers(0, len(stored) - 1)), data.draw(st.integers(0, 7))
    changed = bytes([*stored[:place], stored[place] ^ 1 << bit, *stored[place + 1 :]])
    with contextlib.suppress(FormatError, ProofError):
        release.check(note.parse(changed), offices.first())
        raise AssertionError(place)


def test_a_desk_s_name_is_that_of_a_manifest() -> None:
    assert set(SAID["desks"]) == set(manifest.read(note.Note(offices.first().text)).roots)
