"""Witness: another organisation that signs what it saw of a ledger, and never two histories (C2SP tlog-witness).

It holds one key, and for each ledger the last size and root. What it has seen is on its disk before its signature
leaves. Two checkpoints that contradict each other are kept as a file: anyone can check both signatures.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from evenhand.errors import FormatError, OutOfStepError, ProofError
from evenhand.keep import note, tree
from evenhand.keep.durable import put
from evenhand.keep.lines import Lines, decoded, encoded, number, written
from evenhand.keep.note import Checkpoint, Key, Note, Signer

FORMAT = "evenhand/witness/1"
# a cosignature of another day than ours comes from a clock that is wrong
CLOCK = timedelta(days=1)

# given the size it is asked to go on from, the proof, and the signed checkpoint: the cosigned one
Cosigner = Callable[[int, Sequence[bytes], Note], Note]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness whose state lies in a folder; `log` is the key of the ledger that it watches."""

    folder: Path
    signer: Signer
    log: Key

    def __post_init__(self) -> None:
        if self.signer.kind != note.COSIGNATURE:
            raise FormatError("a witness signs with a key of type 0x04, which says when it signed")

    @property
    def path(self) -> Path:
        """The file with what it has seen of this ledger, named by the hash of the origin."""
        return self.folder / f"{hashlib.sha256(self.log.name.encode()).hexdigest()[:16]}.seen"

    def seen(self) -> Checkpoint | None:
        """The last size and root that it signed; None before the first."""
        try:
            lines = Lines(self.path.read_bytes(), "what the witness has seen", FORMAT)
        except FileNotFoundError:
            return None
        found = Checkpoint(lines.one("origin"), number(lines.one("size")), decoded(lines.one("root")))
        lines.end()
        if found.origin != self.log.name:
            raise ProofError("what the witness has seen is of another ledger: its file was put in another's place")
        return found

    def cosign(self, now: datetime, old: int, path: Sequence[bytes], signed: Note) -> Note:
        """The checkpoint with our cosignature, if it continues what we have seen.

        OutOfStepError when `old` is not the size that we have seen. ProofError when the log did not sign it, or when it
        contradicts what we signed: then both are kept beside, and nothing is signed.
        """
        checkpoint = note.read_checkpoint(signed, self.log.name)
        note.check(signed, [self.log])
        seen = self.seen()
        if seen is not None and checkpoint.size == seen.size and checkpoint.root != seen.root:
            raise self._fork(signed, seen)
        if old != (0 if seen is None else seen.size):
            raise OutOfStepError(0 if seen is None else seen.size)
        if seen is not None and seen.size:
            try:
                tree.check_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, path)
            except ProofError:
                raise self._fork(signed, seen) from None
        elif path:
            raise ProofError("a proof came with the first checkpoint, and there is nothing to continue")
        self._check_clock(now)
        state = [FORMAT, f"origin {checkpoint.origin}", f"size {checkpoint.size}", f"root {encoded(checkpoint.root)}"]
        cosigned = note.add(note.Note(signed.text, signed.signatures), [self.signer], now)
        # the note that we signed is kept too: with another, it is the proof of a fork
        put(self.path.with_suffix(".checkpoint"), cosigned.bytes)
        put(self.path, written(state))
        return cosigned

    def _check_clock(self, now: datetime) -> None:
        """A time before our last signature would make what is late look as if it had been seen in time."""
        last = self.path.with_suffix(".checkpoint")
        at = note.cosigned_at(note.parse(last.read_bytes()), self.signer.key) if last.exists() else None
        if at is not None and now < at:
            raise ProofError(
                f"this clock says {now:%Y-%m-%d %H:%M}, and this witness signed at {at:%Y-%m-%d %H:%M} before: set the "
                "clock, or wait until then; nothing was signed"
            )

    def _fork(self, signed: Note, seen: Checkpoint) -> ProofError:
        both = [signed.bytes]
        last = self.path.with_suffix(".checkpoint")
        if last.exists():
            both.insert(0, last.read_bytes())
        path = self.path.with_name(f"fork-{seen.size}-{note.read_checkpoint(signed).size}-{_short(signed)}.txt")
        put(path, b"\n".join(both))
        size = note.read_checkpoint(signed).size
        old = "it may be an old copy, so fetch it again; else " if size < seen.size else ""
        return ProofError(
            f"a ledger of {size} leaves does not continue the one of {seen.size} that was signed before: {old}both are "
            f"kept in {path}, as the proof; show them to every desk"
        )


def _short(signed: Note) -> str:
    return hashlib.sha256(signed.bytes).hexdigest()[:8]


def check_clock(signed: Note, witness: Key, now: datetime) -> None:
    """ProofError where a witness's time is more than a day from ours: one of the clocks is wrong, and nobody signs."""
    at = note.cosigned_at(signed, witness)
    if at is None:
        raise ProofError(f"the witness {witness.name} sent a checkpoint without its signature")
    if abs(at - now) > CLOCK:
        raise ProofError(
            f"the witness {witness.name} signed at {at:%Y-%m-%d %H:%M}, a day or more from our clock: set it"
        )
