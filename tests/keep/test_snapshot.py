"""Snapshot: what was opened comes back, sealed to us alone, and never of another tree, other keys or what is gone."""

import dataclasses

import offices
import pytest
from books import Book, facts_key, story_key
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, NotSealedToUsError, ProofError
from evenhand.keep import seal, snapshot
from evenhand.keep.opened import Closed, Opened

ROOT = offices.seed("a root")
KEYS = [facts_key()]
READERS = [seal.recipient_of(key) for key in KEYS]
WORDS = "They asked where I was born."


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book()
    for n in range(3):
        book.report(f"{WORDS} {n}")
    book.report("to others", desks=["legal"])
    book.batch()
    return book


def test_what_was_opened_comes_back(book: Book) -> None:
    opened = book.open(*KEYS)
    sealed = snapshot.make(opened, 4, ROOT, READERS)
    assert snapshot.read(sealed, KEYS, 4, ROOT, book.frames.keys()) == opened
    assert WORDS.encode() not in sealed
    assert seal.stanzas(sealed) == 4
    with pytest.raises(NotSealedToUsError):
        snapshot.read(sealed, [story_key()], 4, ROOT, book.frames.keys())


def test_one_of_another_tree_or_of_other_keys_is_refused(book: Book) -> None:
    sealed = snapshot.make(book.open(*KEYS), 4, ROOT, READERS)
    for size, root in ((5, ROOT), (4, bytes(32))):
        with pytest.raises(ProofError, match="another tree"):
            snapshot.read(sealed, KEYS, size, root, book.frames.keys())
    with pytest.raises(ProofError, match="other keys"):
        snapshot.read(sealed, [*KEYS, story_key()], 4, ROOT, book.frames.keys())


def test_what_was_shredded_leaves_it_and_an_older_one_is_refused(book: Book) -> None:
    before = book.open(*KEYS)
    old = snapshot.make(before, 4, ROOT, READERS)
    gone = next(digest for digest, found in before.frames.items() if isinstance(found, bytes))
    left = book.frames.keys() - {gone}
    with pytest.raises(ProofError, match="taken away since: delete it"):
        snapshot.read(old, KEYS, 4, ROOT, left)
    again = snapshot.make(before.only(left), 4, ROOT, READERS)
    assert snapshot.read(again, KEYS, 4, ROOT, left) == before.only(left)
    content = before.frames[gone]
    assert isinstance(content, bytes)
    assert content in seal.unseal(old, KEYS)
    assert content not in seal.unseal(again, KEYS)
    with pytest.raises(ProofError, match="without 1 frames"):
        snapshot.read(again, KEYS, 4, ROOT, book.frames.keys())


@given(
    st.dictionaries(st.binary(min_size=32, max_size=32), st.binary(min_size=1) | st.sampled_from(Closed), max_size=5)
)
def test_any_content_comes_back(frames: dict[bytes, bytes | Closed]) -> None:
    opened = Opened(frames, frozenset(READERS))
    assert snapshot.read(snapshot.make(opened, 4, ROOT, READERS), KEYS, 4, ROOT, frames.keys()) == opened


def test_what_is_no_snapshot_is_refused(book: Book) -> None:
    plain = seal.unseal(snapshot.make(book.open(*KEYS), 4, ROOT, READERS), KEYS)
    head = plain.index(b"\nframes ") + len(b"\nframes 8\n")
    for wrong in (
        b"", b"evenhand/snapshot/1\n", b"\nframes 1", plain[:-1], plain + b"\0", plain[: head + 10],
        plain.replace(b"snapshot/1", b"snapshot/2"), plain.replace(b"\nframes 8", b"\nframes 9"),
        plain.replace(b"\nframes 8", b"\nframes 7"), plain.replace(b"\nframes 8", b"\nframes x"),
        plain[: head + 32] + b"\x01" + plain[head + 33 :],
        plain[: head + 32] + b"\x09" + plain[head + 33 :],
    ):  # fmt: skip
        with pytest.raises(FormatError):
            snapshot.read(seal.seal(wrong, READERS), KEYS, 4, ROOT, book.frames.keys())
    with pytest.raises(FormatError, match="32 bytes"):
        snapshot.make(dataclasses.replace(book.open(*KEYS)), 4, b"", READERS)
