"""Receipt: a promise that something told will be in the ledger by a day, and the proof that it is.

The proof is complete in itself: opening, leaf, path, signed and cosigned checkpoint (C2SP tlog-proof). The format is
docs/formats/receipt.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from evenhand.errors import FormatError, ProofError
from evenhand.keep import leaf, note, tree
from evenhand.keep.lines import Lines, day, decoded, encoded, number, written

PROMISE, PROOF = "evenhand/promise/1", "c2sp.org/tlog-proof@v1"
# a promise is due at the hour of the daily batch, at most so long after it is given
HOUR = time(6, tzinfo=UTC)
LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Promise:
    """That a commitment (32 bytes) is on disk, and will be in a checkpoint of `origin` by 06:00 UTC of the day `by`."""

    origin: str
    commitment: bytes
    by: date

    @property
    def due(self) -> datetime:
        """When it must be kept."""
        return datetime.combine(self.by, HOUR)


def promise(made: Promise, today: date, signer: note.Signer) -> note.Note:
    """The promise, signed on `today` by the promise key; FormatError where its day is over two days off, or past."""
    if not today < made.by <= today + LONGEST:
        raise FormatError(f"a promise for {made.by} on {today}: expected one of the next {LONGEST.days} days")
    text = written([PROMISE, made.origin, encoded(made.commitment), f"by {made.by.isoformat()}"]).decode()
    return note.sign(text, [signer])


def read_promise(signed: note.Note, key: note.Key) -> Promise:
    """The promise in a note that the promise key signed; ProofError where it did not."""
    lines = Lines(signed.text.encode(), "a promise", PROMISE)
    found = Promise(lines.plain(), decoded(lines.plain()), day(lines.one("by")))
    lines.end()
    note.check(signed, [key])
    return found


@dataclass(frozen=True, slots=True)
class Proof:
    """That the leaf of an opening stands at `index` in the tree of a checkpoint; `path` has 32 bytes a level."""

    opening: leaf.Opening
    index: int
    path: tuple[bytes, ...]
    checkpoint: note.Note

    @property
    def bytes(self) -> bytes:
        """The receipt as it is handed out."""
        head = [PROOF, f"extra {encoded(self.opening.text())}", f"index {self.index}"]
        return written([*head, *(encoded(step) for step in self.path)]) + b"\n" + self.checkpoint.bytes


def read_proof(stored: bytes) -> Proof:
    """A receipt from its bytes; FormatError for anything that `Proof.bytes` would not have written."""
    head, blank, checkpoint = stored.partition(b"\n\n")
    if not blank:
        raise FormatError("a receipt has an empty line before its checkpoint: it was cut short")
    lines = Lines(head + b"\n", "a receipt", PROOF)
    opening = leaf.parse(decoded(lines.one("extra"), None))
    index = number(lines.one("index"))
    path = tuple(decoded(step) for step in lines.rest())
    signed = note.parse(checkpoint)
    note.read_checkpoint(signed)
    return Proof(opening, index, path, signed)


def check_proof(proof: Proof, log: note.Key, witnesses: Sequence[note.Key] = ()) -> int:
    """How many of `witnesses` have seen it; ProofError where the log did not sign or the path does not lead there.

    The log key's name is the origin that the checkpoint must have.
    """
    checkpoint = note.read_checkpoint(proof.checkpoint, log.name)
    note.check(proof.checkpoint, [log])
    hashed = tree.leaf_hash(leaf.entry(proof.opening))
    tree.check_inclusion(hashed, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return sum(note.signed_by(proof.checkpoint, witness) for witness in witnesses)


def is_broken(made: Promise, entries: Sequence[bytes], seen: datetime) -> bool:
    """Is the promise broken, by all `entries` of a checkpoint that was cosigned, or fetched, at `seen`?

    Never before its time, and never when the leaf is there, late or not: then its receipt says since when.
    """
    if seen.tzinfo is None:
        raise ProofError("a time without a zone cannot be compared with a promise: give UTC")
    sealed = (leaf.SEALED, made.commitment)
    return seen >= made.due and all(leaf.read_entry(entry) != sealed for entry in entries)
