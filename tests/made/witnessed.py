"""Does to a store what a ledger does, in an order that chance gives, and knows what the store acknowledged.

As a program, `witnessed.py FOLDER SEED` does so until it is killed. It reads what was witnessed so far from standard
input, and writes each call before it is made, and that it returned, to standard output: pickled, each after its length.
"""

import contextlib
import hashlib
import os
import pickle
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import stores

from evenhand.errors import OutputError
from evenhand.keep.folder import Folder
from evenhand.keep.store import Batch, Entry

DAY = stores.told("")[0].day
KINDS = ("report", "act", "cover")
DONE = ("done",)


class Witnessed:
    """What a store acknowledged, and what it may hold besides: calls that failed, or had no answer."""

    def __init__(self) -> None:
        self.asked: dict[bytes, tuple[str, str]] = {}
        self.kept: set[bytes] = set()
        self.batch: Batch | None = None
        self.batches: list[Batch] = []
        self.order: tuple[bytes, ...] = ()
        self.roots: dict[int, bytes] = {}
        self.checkpoints: list[bytes | None] = [None]
        self.shredded: set[bytes] = set()
        self.to_shred: set[bytes] = set()
        self.last: tuple[Any, ...] = DONE

    def hear(self, event: tuple[Any, ...]) -> None:
        """A call that is about to be made, or DONE when it has returned."""
        match self.last if event == DONE else event:
            case ("keep", name, words, kind):
                self.asked[name] = words, kind
                if event == DONE:
                    self.kept.add(name)
            case ("number", batch):
                self.batches.append(batch)
                if event == DONE:
                    self.numbered(batch)
            case ("seal", size, root):
                if event == DONE:
                    self.roots[size] = root
            case ("publish", note):
                self.checkpoints = [note] if event == DONE else [*self.checkpoints, note]
            case ("shred", digests):
                self.to_shred |= digests
                if event == DONE:
                    self.shredded |= digests
        self.last = event

    def numbered(self, batch: Batch) -> None:
        self.batch, self.order, self.batches = batch, self.order + batch.order, []

    def told(self, name: bytes) -> tuple[Entry, tuple[bytes, ...]]:
        return stores.told(*self.asked[name])

    def check(self, store: Folder, path: Path) -> None:
        """All that was acknowledged is in the store, nothing is that was not asked for, and no size has two roots.

        What was read back after opening must not go any more: it counts as acknowledged from then on.
        """
        names = [entry.commitment for entry in (*store.entries(), *store.waiting())]
        assert len(names) == len(set(names))
        assert self.kept <= set(names) <= self.asked.keys()
        last = store.last_batch()
        if last != self.batch:
            assert last in self.batches
            self.numbered(last)
        assert tuple(entry.commitment for entry in store.entries()) == self.order
        assert [entry.index for entry in store.entries()] == list(range(len(self.order)))
        for size in range(len(self.order) + 1):
            allowed = {self.roots[size]} if size in self.roots else {None, root_of(self.order[:size])}
            assert store.root(size) in allowed
        assert store.checkpoint() in self.checkpoints
        everything = b"".join(each.read_bytes() for each in path.iterdir())
        for name in names:
            entry, frames = self.told(name)
            assert (store.entry(name).opening, store.entry(name).kind) == (entry.opening, entry.kind)
            for found, frame in zip(store.frames(name), frames, strict=True):
                digest = digest_of(frame)
                assert found == frame if found is not None else digest in self.to_shred
                assert digest not in self.shredded or (found is None and frame not in everything)
        self.kept, self.checkpoints = set(names), [store.checkpoint()]


def root_of(order: tuple[bytes, ...]) -> bytes:
    return hashlib.sha256(b"".join(order)).digest()


def digest_of(frame: bytes) -> bytes:
    return hashlib.sha256(frame).digest()


class Hand:
    """Calls the store, and says before and after what it does. A call that raises OutputError has done nothing."""

    def __init__(self, seen: Witnessed, chance: random.Random, say: Callable[[tuple[Any, ...]], None]) -> None:
        self.seen, self.chance, self.say = seen, chance, say

    def step(self, store: Folder) -> None:
        calls = (self.keep, self.keep_again, self.number, self.seal, self.publish, self.shred)
        with contextlib.suppress(OutputError):
            self.chance.choices(calls, (8, 1, 2, 2, 2, 2))[0](store)

    def keep(self, store: Folder) -> None:
        words = f"canary {len(self.seen.asked)} " * self.chance.choice([1, 50, 500])
        kind = self.chance.choice(KINDS)
        self._keep(store, words, kind)

    def keep_again(self, store: Folder) -> None:
        if self.seen.asked:
            self._keep(store, *self.chance.choice(list(self.seen.asked.values())))

    def _keep(self, store: Folder, words: str, kind: str) -> None:
        entry, frames = stores.told(words, kind)
        before = store.entry(entry.commitment)
        self.say(("keep", entry.commitment, words, kind))
        try:
            store.keep(entry, frames)
        except OutputError:
            assert store.entry(entry.commitment) == before
            raise
        self.say(DONE)

    def number(self, store: Folder) -> None:
        names, last = [entry.commitment for entry in store.waiting()], store.last_batch()
        order = tuple(self.chance.sample(names, self.chance.randint(0, len(names))))
        batch = Batch(last.number + 1 if last else 1, DAY, last.size if last else 0, order)
        self.say(("number", batch))
        try:
            store.number(batch)
        except OutputError:
            assert store.last_batch() == last
            raise
        self.say(DONE)

    def seal(self, store: Folder) -> None:
        order = tuple(entry.commitment for entry in store.entries())
        self.say(("seal", len(order), root_of(order)))
        store.seal_root(len(order), root_of(order))
        self.say(DONE)

    def publish(self, store: Folder) -> None:
        note = f"checkpoint {self.chance.getrandbits(32)}\n".encode()
        self.say(("publish", note))
        store.publish(note)
        self.say(DONE)

    def shred(self, store: Folder) -> None:
        digests = [digest_of(frame) for name in sorted(self.seen.kept) for frame in self.seen.told(name)[1]]
        chosen = frozenset(self.chance.sample(digests, min(len(digests), 2)))
        self.say(("shred", chosen))
        store.shred(chosen)
        self.say(DONE)


def main(path: Path, seed: int) -> None:
    seen: Witnessed = pickle.load(sys.stdin.buffer)

    def say(event: tuple[Any, ...]) -> None:
        data = pickle.dumps(event)
        os.write(1, len(data).to_bytes(4, "big") + data)
        seen.hear(event)

    hand = Hand(seen, random.Random(seed), say)
    os.write(1, bytes(4))
    with Folder(path) as store:
        seen.check(store, path)
        while True:
            hand.step(store)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
