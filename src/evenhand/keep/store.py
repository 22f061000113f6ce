"""Store: what the ledger needs from whatever holds the entries; each method is durable when it returns (VAULT 11)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from evenhand.errors import ProofError
from evenhand.keep import leaf
from evenhand.keep.lines import SIZE

# an entry of the lane "set aside" is kept, promised and published like any other; desks see it in a queue of its own
LANES = ("open", "set aside")
LOOKUP_SIZE = 16
# the look-up of an entry that no return code leads to, as that of a public document
NO_LOOKUP = bytes(LOOKUP_SIZE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is held beside the frames of one thing that was sent; `batch` and `index` are None while it waits.

    `commitment` is 32 bytes: SHA-256 of `opening`, or of the document for a public kind, whose `opening` is empty.
    `lookup` is 16 bytes; `about` is the commitment that a correction, reply or act goes with; `index` is the leaf's.
    """

    commitment: bytes
    opening: bytes
    kind: str
    lookup: bytes
    about: bytes | None
    day: date
    lane: str = "open"
    batch: int | None = None
    index: int | None = None

    @property
    def leaf(self) -> bytes:
        """The entry of the ledger, as its leaf hash is taken of it."""
        return leaf.entry_of(self.kind, self.commitment)


@dataclass(frozen=True, slots=True)
class Batch:
    """Which waiting entries get numbers: the first of `order`, commitments of 32 bytes, becomes leaf `first`."""

    number: int
    day: date
    first: int
    order: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Leaves in the tree once this batch is in it."""
        return self.first + len(self.order)


class Store(Protocol):
    """What the ledger needs from a database. Each method is durable when it returns, or raises and has done nothing.

    Each may be called again with what it was called with before: the second call changes nothing.
    """

    def keep(self, entry: Entry, frames: tuple[bytes | None, ...]) -> None:
        """Hold an entry and its frames together; ProofError where its commitment is held with something else.

        A frame is None where it was shredded before the entry came here: it is gone here from the start.
        """

    def waiting(self) -> tuple[Entry, ...]:
        """Every entry without a number, oldest first."""

    def number(self, batch: Batch) -> None:
        """Give waiting entries their numbers; ProofError where the batch does not follow the last one."""

    def last_batch(self) -> Batch | None:
        """The batch numbered last."""

    def seal_root(self, size: int, root: bytes) -> None:
        """Hold the root of a size before it is signed; ProofError where the size has another root."""

    def root(self, size: int) -> bytes | None:
        """The root that was held for a size."""

    def publish(self, checkpoint: bytes) -> None:
        """Hold a signed checkpoint, its bytes as they are served."""

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last."""

    def entry(self, commitment: bytes) -> Entry | None:
        """The entry of a commitment, with its number if it has one."""

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Numbered entries in leaf order, from a leaf on."""

    def about(self, commitment: bytes) -> tuple[Entry, ...]:
        """The corrections, replies and acts that go with an entry, oldest first."""

    def by_lookup(self, lookup: bytes) -> Entry | None:
        """The first entry that was kept under a look-up, which is 16 bytes; none under 16 zeros."""

    def frames(self, commitment: bytes) -> tuple[bytes | None, ...]:
        """The frames of an entry in order, None for one that was shredded; FormatError when one is damaged."""

    def shred(self, digests: frozenset[bytes]) -> None:
        """Take these frames, named by their SHA-256, out of every file; the entries stay. ProofError for one not held.

        An error of the disk may leave it half done: then they are not given out any more, and the next call, or the
        next opening, does the rest.
        """


def check_entry(entry: Entry, frames: tuple[bytes | None, ...]) -> None:
    """ProofError unless the commitment is that of the opening, and the frames that are there are those that it names.

    Every store holds an entry to this before it keeps it. FormatError where the opening is none.
    """
    if entry.batch is not None or entry.index is not None:
        raise ProofError("an entry that is kept has no number yet: expected neither batch nor index")
    digests = frame_digests(entry)
    if len(frames) != len(digests) or any(
        frame is not None and hashlib.sha256(frame).digest() != digest
        for frame, digest in zip(frames, digests, strict=True)
    ):
        raise ProofError("the frames of an entry are not those that its opening names: nothing was kept")


def frame_digests(entry: Entry) -> tuple[bytes, ...]:
    """SHA-256 of each frame, as the opening names them; ProofError or FormatError where the entry does not hold."""
    if entry.lane not in LANES:
        raise ProofError(f"an entry's lane is one of {', '.join(LANES)}")
    about = SIZE if entry.about is None else len(entry.about)
    if (len(entry.commitment), len(entry.lookup), about) != (SIZE, LOOKUP_SIZE, SIZE):
        raise ProofError(f"an entry's commitment and what it goes with have {SIZE} bytes, its look-up {LOOKUP_SIZE}")
    if entry.kind in leaf.PUBLIC:
        if entry.opening or entry.lookup != NO_LOOKUP:
            raise ProofError("the entry of a public document has an empty opening, and zeros as its look-up")
        return ()
    opening = leaf.parse(entry.opening)
    if opening.kind != entry.kind or hashlib.sha256(entry.opening).digest() != entry.commitment:
        raise ProofError("the kind or the commitment of an entry is not that of its opening")
    return opening.digests
