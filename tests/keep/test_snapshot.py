"""Snapshot: what was opened comes back, sealed to us alone, and never of another tree, other keys or what is gone."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import offices
import pytest
from books import DAY, Book, facts_key, story_key
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, NotSealedToUsError, ProofError
from evenhand.keep import fold, leaf, seal, snapshot
from evenhand.keep.durable import put
from evenhand.keep.folder import Folder
from evenhand.keep.opened import Closed, Opened, open_frames
from evenhand.keep.store import Batch, Entry

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


def stored(store: Folder, start: int = 0) -> Iterator[bytes]:
    """The frames that are there."""
    return (frame for entry in store.entries(start) for frame in store.frames(entry.commitment) if frame is not None)


def digests(store: Folder, stop: int) -> set[bytes]:
    """Of the first leaves, the digests of the frames that are there."""
    entries = list(store.entries())[:stop]
    return {hashlib.sha256(each).digest() for entry in entries for each in store.frames(entry.commitment) if each}


def state(store: Folder, opened: Opened) -> fold.Desk:
    return fold.fold(store.entries(), opened, [(0, offices.first())], DAY)


def test_a_desk_comes_back_from_its_snapshot_and_what_was_withdrawn_does_not(tmp_path: Path) -> None:
    book = Book()
    report, other = book.report(WORDS), book.report("another")
    book.do("civil-rights/op-1", "disposition", "counted", report, other)
    first = book.waiting
    book.waiting = []
    book.withdrawal(report)
    with Folder(tmp_path / "desk") as store:
        for number, entries in ((1, first), (2, book.waiting)):
            for entry in entries:
                store.keep(entry, tuple(book.frames[digest] for digest in leaf.parse(entry.opening).digests))
            order = tuple(entry.commitment for entry in store.waiting())
            store.number(Batch(number, DAY, sum(1 for _ in store.entries()), order))
        size = sum(1 for _ in store.entries())
        opened = open_frames(stored(store), KEYS)
        put(tmp_path / "snapshot", snapshot.make(opened, size, ROOT, READERS))
        before = (tmp_path / "snapshot").read_bytes()
        desk = state(store, opened)
        assert (desk.reports[report].letter, desk.reports[other].letter) == ("w", "c")
        assert desk.shred == set(leaf.parse(first[0].opening).digests)
        store.shred(desk.shred)
        left = opened.only(digests(store, size))
        put(tmp_path / "snapshot", snapshot.make(left, size, ROOT, READERS))
        store.keep(*act_of(book, "shredded", "withdrawn", report))
        store.number(Batch(3, DAY, size, tuple(entry.commitment for entry in store.waiting())))
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or WORDS.encode() not in path.read_bytes()
    with Folder(tmp_path / "desk") as store:
        with pytest.raises(ProofError, match="taken away since"):
            snapshot.read(before, KEYS, size, ROOT, digests(store, size))
        again = snapshot.read((tmp_path / "snapshot").read_bytes(), KEYS, size, ROOT, digests(store, size))
        # one act more than the snapshot has: only that is opened
        desk = state(store, again.joined(open_frames(stored(store, size), KEYS)))
        assert desk == state(store, open_frames(stored(store), KEYS))
        assert (desk.reports[report].letter, desk.listed, desk.shred) == ("w", (), frozenset())
        assert fold.dispositions(desk, len(desk.leaves)).count("w") == 1


def act_of(book: Book, what: str, value: str, about: bytes) -> tuple[Entry, tuple[bytes, ...]]:
    book.waiting = []
    book.do("civil-rights/op-1", what, value, about)
    (entry,) = book.waiting
    return entry, tuple(book.frames[digest] for digest in leaf.parse(entry.opening).digests)
