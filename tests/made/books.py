"""A ledger's entries made up for tests, with real seals and signatures: reports, acts, what reporters say later."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import offices

from evenhand.keep import act, code, fold, frame, leaf, manifest, note, opened
from evenhand.keep.store import Entry
from evenhand.terms import acts

DAY = date(2026, 12, 1)
DESKS = ("civil-rights", "legal")


def hand(words: str) -> note.Signer:
    return note.Signer(act.HAND, offices.seed(f"hand of {words}"))


def facts_key(desk: str = DESKS[0]) -> str:
    return offices.identity(f"{desk} facts")


def story_key(desk: str = DESKS[0]) -> str:
    return offices.identity(f"{desk} story")


def age_key(desk: str, number: int) -> str:
    return offices.identity(f"{desk}/op-{number} age")


def operators(roles: dict[str, str]) -> tuple[manifest.Operator, ...]:
    """Operators by name ("civil-rights/op-1") and their roles ("facts,code")."""
    return tuple(
        manifest.Operator(
            note.Signer(name, offices.seed(f"example {name}")).key,
            code.recipient(offices.seed(f"{name} age")),
            tuple(held.split(",")),
        )
        for name, held in roles.items()
    )


class Book:
    """Entries in batches, a day each. What is made waits until `batch`, which numbers it in the order of a chance."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.frames: dict[bytes, bytes] = {}
        self.waiting: list[Entry] = []
        self.contents: dict[bytes, bytes] = {}
        self.hands: dict[bytes, note.Signer] = {}
        self.batches = 0
        self.last: dict[tuple[str, str], tuple[int, bytes]] = {}

    def keep(self, kind: str, frames: Sequence[frame.Frame], about: bytes | None = None) -> bytes:
        blind = offices.seed(f"blind {len(self.entries)} {len(self.waiting)}")
        opening = leaf.Opening(kind, blind, tuple(frame.digest(each) for each in frames))
        self.frames |= {frame.digest(each): each.bytes for each in frames}
        day = DAY + timedelta(days=self.batches)
        made = Entry(leaf.commitment(opening), opening.text(), kind, blind[:16], about, day)
        self.waiting.append(made)
        return made.commitment

    def report(self, words: str = "a report", desks: Sequence[str] = DESKS[:1], coded: bool = True) -> bytes:
        public = hand(words).key.public.hex()
        reply = {"hand": public, "mailbox": code.recipient(offices.seed(f"mailbox of {words}"))} if coded else None
        facts = frame.facts_text({"words": words, "reply": reply})
        held = [offices.desk(desk) for desk in desks]
        made = self.keep("report", [
            frame.make("facts", facts, [desk.facts for desk in held]),
            frame.make("story", frame.story_text("en", words), [desk.story for desk in held]),
        ])  # fmt: skip
        self.contents[made], self.hands[made] = facts, hand(words)
        return made

    def cover(self) -> bytes:
        return self.keep("cover", [])

    def keep_note(self, kind: str, signed: note.Note, readers: Sequence[str], about: bytes | None = None) -> bytes:
        return self.keep(kind, [frame.make("note", signed.bytes, readers)], about)

    def signed(self, by: str, what: str, value: Any, *about: bytes, **changes: Any) -> note.Note:
        """The next act of an operator's chain, not yet in an entry."""
        chain = acts.ACTS[what].chain
        n, previous = self.last.get((by, chain), (0, None))
        said = {"about": about, "by": by, "day": DAY, "n": n + 1, "previous": previous, "what": what, "value": value}
        made = act.Act(**{**said, **changes})
        signed = note.sign(made.text, [note.Signer(by, offices.seed(f"example {by}"))])
        if not changes:
            self.last[by, chain] = made.n, act.digest(signed)
        return signed

    def do(self, by: str, what: str, value: Any, *about: bytes, readers: Sequence[str] = (), **changes: Any) -> bytes:
        desk = offices.desk(by.partition("/")[0])
        return self.keep_note("act", self.signed(by, what, value, *about, **changes), readers or [desk.facts])

    def correction(
        self, about: bytes, n: int = 1, desk: str = DESKS[0], signer: note.Signer | None = None, **given: Any
    ) -> bytes:
        story = frame.story_text("en", "")
        said = act.Correction(about, given, n, hashlib.sha256(story).digest())
        signed, held = note.sign(said.text, [signer or self.hands[about]]), offices.desk(desk)
        return self.keep("correction", [
            frame.make("facts", signed.bytes, [held.facts]), frame.make("story", story, [held.story]),
        ], about)  # fmt: skip

    def withdrawal(self, about: bytes, desk: str = DESKS[0], signer: note.Signer | None = None) -> bytes:
        signed = note.sign(act.Withdrawal(about).text, [signer or self.hands[about]])
        return self.keep_note("withdrawal", signed, [offices.desk(desk).facts], about)

    def batch(self, chance: random.Random | None = None) -> int:
        """Number what waits; the batch's number."""
        (chance or random.Random(self.batches)).shuffle(self.waiting)
        self.batches += 1
        first = len(self.entries)
        self.entries += [
            replace(each, batch=self.batches, index=index) for index, each in enumerate(self.waiting, start=first)
        ]
        self.waiting = []
        return self.batches

    def digests(self, *commitments: bytes) -> set[bytes]:
        """The frames of these entries."""
        named = [leaf.parse(each.opening) for each in self.entries if each.commitment in commitments]
        return {digest for opening in named for digest in opening.digests}

    def shred(self, *commitments: bytes) -> None:
        for digest in self.digests(*commitments):
            self.frames.pop(digest, None)

    def open(self, *identities: str, stories: bool = False) -> opened.Opened:
        return opened.open_frames(self.frames.values(), identities, stories=stories)

    def desk(
        self,
        *identities: str,
        versions: Sequence[tuple[int, manifest.Manifest]] = (),
        day: date | None = None,
        stories: bool = False,
    ) -> fold.Desk:
        return fold.fold(
            self.entries,
            self.open(*(identities or [facts_key()]), stories=stories),
            versions or [(0, offices.first())],
            day or DAY + timedelta(days=self.batches),
        )
