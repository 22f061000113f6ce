"""Store: what every store does alike; on the folder, on one that is opened anew at each call, and on the dictionary."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import stores

from evenhand.errors import FormatError, OutputError, ProofError
from evenhand.keep import leaf
from evenhand.keep.folder import Folder
from evenhand.keep.store import Batch, Entry, Store, check_entry

DAY = date(2026, 12, 1)


class Reopened:
    """A folder that is opened anew for each call: what holds must hold after that too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Callable:
        def call(*arguments):
            with Folder(self._path) as store:
                found = getattr(store, name)(*arguments)
                return iter(list(found)) if isinstance(found, Iterator) else found

        return call


@pytest.fixture(params=["folder", "folder opened anew", "dictionary"])
def store(request, tmp_path: Path):
    if request.param == "dictionary":
        yield stores.Dictionary()
    elif request.param == "folder opened anew":
        yield Reopened(tmp_path / "store")
    else:
        with Folder(tmp_path / "store") as made:
            yield made


def kept(store: Store, *words: str, kind: str = "report") -> list[bytes]:
    found = []
    for each in words:
        entry, frames = stores.told(each, kind)
        store.keep(entry, frames)
        found.append(entry.commitment)
    return found


def test_what_is_kept_waits_then_has_a_number(store) -> None:
    one, two = kept(store, "one", "two")
    assert [entry.commitment for entry in store.waiting()] == [one, two]
    store.number(Batch(1, DAY, 0, (two, one)))
    assert store.waiting() == ()
    assert [(entry.commitment, entry.index, entry.batch) for entry in store.entries()] == [(two, 0, 1), (one, 1, 1)]
    assert [entry.commitment for entry in store.entries(1)] == [one]
    assert store.frames(one) == stores.told("one")[1]
    assert store.entry(one).index == 1
    assert store.entry(bytes(32)) is None
    assert store.last_batch() == Batch(1, DAY, 0, (two, one))
    assert store.last_batch().size == 2


def test_every_call_may_be_made_again(store) -> None:
    for _ in range(2):
        (one,) = kept(store, "one")
    for _ in range(2):
        store.number(Batch(1, DAY, 0, (one,)))
        store.seal_root(1, bytes(32))
        store.publish(b"a checkpoint\n")
        store.shred(stores.digests("one"))
    assert (store.root(1), store.checkpoint(), len(list(store.entries()))) == (bytes(32), b"a checkpoint\n", 1)
    assert store.frames(one) == (None, None)


def test_an_empty_batch_is_numbered(store) -> None:
    store.number(Batch(1, DAY, 0, ()))
    (one,) = kept(store, "one")
    store.number(Batch(2, DAY, 0, (one,)))
    assert next(store.entries()).batch == 2


def test_a_public_document_has_an_entry_and_no_frames(store) -> None:
    entry = Entry(hashlib.sha256(b"a manifest").digest(), b"", "manifest", bytes(16), None, DAY)
    store.keep(entry, ())
    assert store.waiting()[0].leaf == leaf.public_entry("manifest", b"a manifest")


def test_what_does_not_fit_its_opening_is_not_kept(store) -> None:
    entry, frames = stores.told("one")
    for changed in ((frames[1], frames[0]), frames[:1], (), (frames[0], b"another")):
        with pytest.raises(ProofError, match="not those that its opening names"):
            store.keep(entry, changed)
    other, _ = stores.told("two")
    with pytest.raises(ProofError, match="not that of its opening"):
        store.keep(Entry(other.commitment, entry.opening, "report", bytes(16), None, DAY), frames)
    with pytest.raises(ProofError, match="not that of its opening"):
        store.keep(Entry(entry.commitment, entry.opening, "correction", bytes(16), None, DAY), frames)
    assert store.waiting() == ()


def test_one_commitment_is_never_two_entries(store) -> None:
    entry, frames = stores.told("one")
    store.keep(entry, frames)
    with pytest.raises(ProofError, match="held already"):
        store.keep(Entry(entry.commitment, entry.opening, "report", b"x" * 16, None, DAY), frames)


@pytest.mark.parametrize("batch", [
    lambda one, two: Batch(2, DAY, 0, (one,)),
    lambda one, two: Batch(1, DAY, 1, (one,)),
    lambda one, two: Batch(1, DAY, 0, (one, one)),
    lambda one, two: Batch(1, DAY, 0, (one, bytes(32))),
])  # fmt: skip
def test_a_batch_that_does_not_follow_is_refused(store, batch) -> None:
    names = kept(store, "one", "two")
    with pytest.raises(ProofError):
        store.number(batch(*names))
    assert len(store.waiting()) == 2


def test_no_size_has_two_roots(store) -> None:
    (one,) = kept(store, "one")
    store.number(Batch(1, DAY, 0, (one,)))
    store.seal_root(1, bytes(32))
    with pytest.raises(ProofError, match="two roots for one size"):
        store.seal_root(1, b"1" * 32)
    with pytest.raises(ProofError, match="size 2"):
        store.seal_root(2, bytes(32))


def test_a_story_goes_before_its_facts(store) -> None:
    (one,) = kept(store, "one")
    facts, story = stores.told("one")[1]
    store.shred(frozenset([hashlib.sha256(story).digest()]))
    assert store.frames(one) == (facts, None)


def test_what_is_not_here_is_not_shredded(store) -> None:
    with pytest.raises(ProofError, match="nothing shredded"):
        store.shred(frozenset([bytes(32)]))


def test_what_is_not_held_is_not_there(store) -> None:
    assert store.entry(bytes(32)) is store.by_lookup(b"l" * 16) is store.last_batch() is store.checkpoint() is None
    assert store.root(0) is None
    assert store.frames(bytes(32)) == store.about(bytes(32)) == store.waiting() == tuple(store.entries()) == ()


def test_an_entry_is_found_by_its_lookup_and_by_what_it_goes_with(store) -> None:
    report, frames = stores.told("report")
    store.keep(report, frames)
    replies = []
    for words in ("first", "second"):
        reply, frames = stores.told(words, "reply")
        replies.append(replace(reply, about=report.commitment, lookup=report.lookup))
        store.keep(replies[-1], frames)
    store.number(Batch(1, DAY, 0, (replies[0].commitment,)))
    assert store.about(report.commitment) == (replace(replies[0], batch=1, index=0), replies[1])
    assert store.by_lookup(report.lookup) == report


def test_no_code_leads_to_an_entry_without_a_lookup(store) -> None:
    store.keep(Entry(hashlib.sha256(b"a plan").digest(), b"", "plan", bytes(16), None, DAY), ())
    assert store.by_lookup(bytes(16)) is None


def test_an_earlier_batch_may_be_numbered_again_and_changes_nothing(store) -> None:
    one, two = kept(store, "one", "two")
    first, second = Batch(1, DAY, 0, (one,)), Batch(2, DAY, 1, (two,))
    for batch in (first, second, first):
        store.number(batch)
    assert store.last_batch() == second
    with pytest.raises(ProofError):
        store.number(replace(first, order=(two,)))


def test_a_frame_that_was_sent_twice_is_shredded_twice(store) -> None:
    frame = b"sent again, with another blind"
    digest, names = hashlib.sha256(frame).digest(), []
    for blind in (b"1" * 32, b"2" * 32):
        opening = leaf.Opening("act", blind, (digest,))
        names.append(leaf.commitment(opening))
        store.keep(Entry(names[-1], opening.text(), "act", bytes(16), None, DAY), (frame,))
    store.shred(frozenset([digest]))
    assert [store.frames(name) for name in names] == [(None,), (None,)]


def test_an_entry_may_come_without_frames_that_were_shredded_before(store) -> None:
    entry, (facts, _) = stores.told("one")
    store.keep(entry, (facts, None))
    store.keep(*stores.told("two"))
    assert store.frames(entry.commitment) == (facts, None)
    assert None not in store.frames(stores.told("two")[0].commitment)
    store.keep(*stores.told("one"))
    assert store.frames(entry.commitment) == (facts, None)
    store.shred(stores.digests("one"))
    assert store.frames(entry.commitment) == (None, None)


def test_a_shredded_frame_does_not_come_back_when_its_entry_is_kept_again(store) -> None:
    (one,) = kept(store, "one")
    store.shred(stores.digests("one"))
    kept(store, "one")
    assert store.frames(one) == (None, None)


@pytest.mark.parametrize("wrong", [
    {"lookup": b"short"}, {"about": b""}, {"about": b"short"}, {"commitment": b"short"}, {"lane": "fast"}, {"index": 0},
    {"batch": 1}, {"kind": "plan"},
])  # fmt: skip
def test_an_entry_that_could_not_be_read_back_is_not_kept(store, wrong) -> None:
    entry, frames = stores.told("one")
    with pytest.raises(ProofError):
        store.keep(replace(entry, **wrong), frames)
    assert store.waiting() == ()


def test_an_opening_that_is_none_is_not_kept(store) -> None:
    entry, frames = stores.told("one")
    with pytest.raises(FormatError):
        store.keep(replace(entry, opening=b"evenhand/opening/2\n"), frames)
    assert store.waiting() == ()


def test_a_public_document_has_neither_lookup_nor_frames() -> None:
    entry = Entry(hashlib.sha256(b"a plan").digest(), b"", "plan", bytes(16), None, DAY)
    check_entry(entry, ())
    for wrong, frames in ((entry, (b"frame",)), (replace(entry, lookup=b"l" * 16), ())):
        with pytest.raises(ProofError):
            check_entry(wrong, frames)


@pytest.mark.parametrize("after", [False, True])
def test_the_dictionary_fails_when_it_is_told(after: bool) -> None:
    store = stores.Dictionary()
    store.fail(2, after)
    (one,) = kept(store, "one")
    with pytest.raises(OutputError):
        store.number(Batch(1, DAY, 0, (one,)))
    assert (store.last_batch() is not None) == after
    store.number(Batch(1, DAY, 0, (one,)))
    assert store.last_batch() is not None
