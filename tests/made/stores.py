"""A store in a dictionary that fails when it is told to, and small things to keep."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from evenhand.errors import OutputError, ProofError
from evenhand.keep import leaf
from evenhand.keep.store import NO_LOOKUP, Batch, Entry, check_entry, frame_digests


def told(words: str, kind: str = "report", day: date = date(2026, 12, 1)) -> tuple[Entry, tuple[bytes, ...]]:
    """An entry and frames (not sealed: stores do not look into them) that only these words make."""
    frames = tuple(f"{role} of {words}".encode() for role in leaf.KINDS[kind])
    blind = hashlib.sha256(words.encode()).digest()
    opening = leaf.Opening(kind, blind, tuple(hashlib.sha256(frame).digest() for frame in frames))
    return Entry(leaf.commitment(opening), opening.text(), kind, blind[:16], None, day), frames


class Dictionary:
    """A `Store` in memory. `fail(n)` makes the n-th call that writes fail, before it does anything or after all."""

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._frames: dict[bytes, tuple[bytes | None, ...]] = {}
        self._order: list[bytes] = []
        self._batches: list[Batch] = []
        self._roots: dict[int, bytes] = {}
        self._checkpoint: bytes | None = None
        self._shredded: set[bytes] = set()
        self._countdown = 0
        self._after = False

    def fail(self, call: int, after: bool = False) -> None:
        self._countdown, self._after = call, after

    def _call(self, after: bool = False) -> None:
        if self._countdown == 1 and self._after == after:
            self._countdown = 0
            raise OutputError("the store failed, as it was told to")
        if after and self._countdown:
            self._countdown -= 1

    def keep(self, entry: Entry, frames: tuple[bytes | None, ...]) -> None:
        check_entry(entry, frames)
        self._call()
        there = self._entries.get(entry.commitment)
        if there is not None and replace(there, batch=None, index=None) != entry:
            raise ProofError("this commitment is held already, with another entry")
        if there is None:
            self._entries[entry.commitment], self._frames[entry.commitment] = entry, frames
        self._call(after=True)

    def waiting(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries.values() if entry.index is None)

    def number(self, batch: Batch) -> None:
        self._call()
        if batch not in self._batches:
            number = len(self._batches) + 1
            waiting = {entry.commitment for entry in self.waiting()}
            if (batch.number, batch.first) != (number, len(self._order)):
                raise ProofError("a batch that does not follow")
            if len(set(batch.order)) != len(batch.order) or not set(batch.order) <= waiting:
                raise ProofError("a batch with an entry twice, or one that does not wait")
            for index, name in enumerate(batch.order, start=batch.first):
                self._entries[name] = replace(self._entries[name], batch=batch.number, index=index)
            self._order += batch.order
            self._batches.append(batch)
        self._call(after=True)

    def last_batch(self) -> Batch | None:
        return self._batches[-1] if self._batches else None

    def seal_root(self, size: int, root: bytes) -> None:
        self._call()
        if self._roots.get(size, root) != root:
            raise ProofError("two roots for one size")
        if size not in self._roots and size != len(self._order):
            raise ProofError(f"a root for size {size}")
        self._roots[size] = root
        self._call(after=True)

    def root(self, size: int) -> bytes | None:
        return self._roots.get(size)

    def publish(self, checkpoint: bytes) -> None:
        self._call()
        self._checkpoint = checkpoint
        self._call(after=True)

    def checkpoint(self) -> bytes | None:
        return self._checkpoint

    def entry(self, commitment: bytes) -> Entry | None:
        return self._entries.get(commitment)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        return (self._entries[name] for name in self._order[start:])

    def about(self, commitment: bytes) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries.values() if entry.about == commitment)

    def by_lookup(self, lookup: bytes) -> Entry | None:
        return next((entry for entry in self._entries.values() if entry.lookup == lookup != NO_LOOKUP), None)

    def frames(self, commitment: bytes) -> tuple[bytes | None, ...]:
        found = self._frames.get(commitment, ())
        return tuple(
            None if frame is None or hashlib.sha256(frame).digest() in self._shredded else frame for frame in found
        )

    def put_in_order(self, *order: bytes) -> None:
        """What somebody does who has the database: numbers are given anew."""
        self._order = list(order)
        for index, name in enumerate(order):
            self._entries[name] = replace(self._entries[name], index=index)

    def shred(self, digests: frozenset[bytes]) -> None:
        self._call()
        held = {digest for entry in self._entries.values() for digest in frame_digests(entry)}
        if digests - held:
            raise ProofError("of no frame here; nothing shredded")
        self._shredded |= digests
        self._call(after=True)


def digests(words: str, kind: str = "report") -> frozenset[bytes]:
    """Of the frames that `told` makes."""
    return frozenset(hashlib.sha256(frame).digest() for frame in told(words, kind)[1])
