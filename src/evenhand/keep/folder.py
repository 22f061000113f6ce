"""Folder store: entries and frames in two files that only grow; what was acknowledged survives a crash.

For the command line, and for a desk's own copy. The format is docs/formats/folder.md.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from evenhand.errors import EvenhandError, FormatError, OutputError, ProofError
from evenhand.keep import records
from evenhand.keep.durable import AppendOnly, locked, make_folder, put, unwritten
from evenhand.keep.records import FRAMES, ROWS, Checkpoint, Held, Record, Root, Shred
from evenhand.keep.store import NO_LOOKUP, Batch, Entry, check_entry, frame_digests

# looked at in each shredded frame on opening, in bytes: where `frames` is an old copy, its first line stands there
GLANCE = 16


class Folder:
    """A `Store` in a folder, for one process and one thread at a time; `with Folder(path) as store: ...`.

    Opening it takes the lock (OutputError when another has it), reads `rows`, drops a last record that a crash cut off,
    which was never acknowledged, finishes a shred that was begun, and raises FormatError for any damage. After an error
    of the disk (OutputError) the same object may be used again: what failed is cut off before anything else is written.
    With `reading` nothing is written, made or locked: for whoever checks a folder as they found it.
    """

    def __init__(self, path: Path, reading: bool = False) -> None:
        self._path = path
        self._reading = reading
        self._held: dict[bytes, Held] = {}
        # each frame's digest, and in whose entry it is: in two, if one was sent again
        self._whose: dict[bytes, tuple[bytes, ...]] = {}
        self._waiting: dict[bytes, None] = {}
        self._order: list[bytes] = []
        self._batches: list[Batch] = []
        self._roots: dict[int, bytes] = {}
        self._checkpoint: bytes | None = None
        self._about: dict[bytes, list[bytes]] = {}
        self._by_lookup: dict[bytes, bytes] = {}
        self._shredded: set[bytes] = set()
        self._to_shred: set[bytes] = set()
        self._frames_end = len(FRAMES)
        self._previous = records.FIRST
        self._interrupted = False
        with contextlib.ExitStack() as opened:
            try:
                if not reading:
                    make_folder(path)
                    opened.callback(os.close, locked(path / "lock"))
                self._open(opened)
            except OSError as error:
                raise unwritten(path, error) from None
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Note the lengths of both files, and let the lock go."""
        with self._opened:
            self._note_lengths()

    def keep(self, entry: Entry, frames: tuple[bytes | None, ...]) -> None:
        """Hold an entry and its frames: frames first, then the row that says where they are."""
        check_entry(entry, frames)
        there = self._held.get(entry.commitment)
        if there:
            # the opening names the frames: who has the same opening has the same frames
            if replace(there.entry, batch=None, index=None) != entry:
                raise ProofError("this commitment is held already, with another entry: nothing was changed")
            return
        self._ready()
        before, digests = self._frames.end, frame_digests(entry)
        there_now = [self._here(*pair) for pair in zip(digests, frames, strict=True)]
        if frames:
            made = zip(digests, there_now, strict=True)
            self._frames.append(b"".join(records.frame_record(entry.commitment, *pair) for pair in made))
        try:
            self._append(Held(entry, before, tuple(map(len, there_now))))
        except EvenhandError:
            # not while its row may still be on the disk: a row without its frames could not be told from damage
            self._frames.back_to(before, at_once=self._rows.settled)
            raise
        if gone := self._never_here(self._held[entry.commitment]):
            # where the disk fails now, the next opening notes it
            with contextlib.suppress(OutputError):
                self.shred(gone)

    def _here(self, digest: bytes, frame: bytes | None) -> bytes:
        """The bytes to be written for a frame: none for one that is gone, and never a second one that came back."""
        if digest in self._shredded | self._to_shred:
            return b""
        if frame is not None:
            return frame
        # another entry may hold it still: whoever says that it is gone does not take it away from there
        return next((self._frames.read(at, length) for at, length in self._places_of(digest)), b"")

    def _never_here(self, held: Held) -> frozenset[bytes]:
        """The frames of an entry that were gone before it came, and are not noted as gone."""
        return frozenset(digest for _, length, digest in _places(held) if not length) - self._shredded

    def waiting(self) -> tuple[Entry, ...]:
        """Every entry without a number, oldest first."""
        return tuple(self._held[commitment].entry for commitment in self._waiting)

    def number(self, batch: Batch) -> None:
        """Give waiting entries their numbers, in one record."""
        if batch not in self._batches[batch.number - 1 : batch.number]:
            self._append(batch)
            self._note_lengths()

    def last_batch(self) -> Batch | None:
        """The batch numbered last."""
        return self._batches[-1] if self._batches else None

    def batches(self) -> tuple[Batch, ...]:
        """Every batch, in order."""
        return tuple(self._batches)

    def seal_root(self, size: int, root: bytes) -> None:
        """Hold the root of a size; never two for one size."""
        if self._roots.get(size) != root:
            self._append(Root(size, root))

    def root(self, size: int) -> bytes | None:
        """The root that was held for a size."""
        return self._roots.get(size)

    def publish(self, checkpoint: bytes) -> None:
        """Hold a signed checkpoint."""
        if checkpoint != self._checkpoint:
            self._append(Checkpoint(checkpoint))

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last."""
        return self._checkpoint

    def entry(self, commitment: bytes) -> Entry | None:
        """The entry of a commitment, with its number if it has one."""
        held = self._held.get(commitment)
        return held.entry if held else None

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Numbered entries in leaf order, from a leaf on."""
        for commitment in self._order[start:]:
            yield self._held[commitment].entry

    def about(self, commitment: bytes) -> tuple[Entry, ...]:
        """The corrections, replies and acts that go with an entry, oldest first."""
        return tuple(self._held[one].entry for one in self._about.get(commitment, ()))

    def by_lookup(self, lookup: bytes) -> Entry | None:
        """The first entry that was kept under a look-up, which is 16 bytes; none under 16 zeros."""
        commitment = self._by_lookup.get(lookup)
        return None if commitment is None else self._held[commitment].entry

    def frames(self, commitment: bytes) -> tuple[bytes | None, ...]:
        """The frames of an entry, each held to its digest; None for one that was shredded, and is zeros."""
        held = self._held.get(commitment)
        return () if held is None else tuple(self._frame(commitment, *place) for place in _places(held))

    def shred(self, digests: frozenset[bytes]) -> None:
        """Write that they are to go, then zeros over them, then that they are gone.

        Called again, it looks whether they are: an old copy of the file `frames` may have brought them back.
        """
        back = {digest for digest in digests & self._shredded if self._is_back(digest)}
        new = (digests - self._shredded - self._to_shred) | back
        if new:
            self._append(Shred(tuple(sorted(new)), done=False))
        self._finish_shred()

    def _open(self, opened: contextlib.ExitStack) -> None:
        if not self._reading and not (self._path / "rows").exists():
            self._create()
        rows, frames = self._lengths()
        self._rows = AppendOnly(self._path / "rows", self._reading)
        opened.callback(self._rows.close)
        self._frames = AppendOnly(self._path / "frames", self._reading)
        opened.callback(self._frames.close)
        for file, known in ((self._rows, rows), (self._frames, frames)):
            if file.end < known:
                raise FormatError(
                    f"{file.path} has {file.end} bytes, and {known} were on the disk before: it was cut short, or is "
                    "an old copy; take what is missing from a desk's copy"
                )
        self._read_rows(rows)
        self._check_frames(frames)
        if not self._reading:
            self._recover(rows)

    def _recover(self, known: int) -> None:
        """Whoever wrote the last of it may have been killed before it was on the disk, or in the midst of a shred."""
        # frames were waited for before their row was written
        self._rows.confirm(known)
        # on a disk that is full or fails, what is held can still be read, and the next call tries again
        with contextlib.suppress(OutputError):
            back = frozenset(one for one in self._shredded if self._is_back(one, GLANCE))
            # an entry came without its frames, and the run was killed before that was noted
            self.shred(back.union(*map(self._never_here, self._held.values())))
        self._note_lengths()

    def _create(self) -> None:
        # `rows` comes last: while it is absent, nothing was ever acknowledged here
        frames, length = self._path / "frames", self._path / "length"
        fresh = (len(ROWS), len(FRAMES))
        if (frames.exists() and frames.stat().st_size > fresh[1]) or (length.exists() and self._lengths() != fresh):
            raise FormatError(f"{self._path / 'rows'} is missing, and the other files hold entries: restore it")
        put(frames, FRAMES)
        put(length, records.lengths_text(*fresh))
        put(self._path / "rows", ROWS)

    def _lengths(self) -> tuple[int, int]:
        path = self._path / "length"
        try:
            return records.read_lengths(path.read_bytes())
        except FileNotFoundError:
            raise FormatError(f"{path} is missing: restore it from a desk's copy") from None

    def _note_lengths(self) -> None:
        if self._reading:
            return
        # it only lets the next opening see more kinds of damage: where it fails, nothing that was acknowledged is lost
        with contextlib.suppress(OutputError):
            put(self._path / "length", records.lengths_text(self._rows.end, self._frames.end))

    def _read_rows(self, known: int) -> None:
        at = len(ROWS)
        data = self._rows.read(0, self._rows.end)
        for count, (end, body) in enumerate(records.bodies(data, known), start=1):
            try:
                record = records.read(body)
                self._check(record)
            except (FormatError, ProofError) as error:
                raise FormatError(f"rows, record {count}: {error}") from None
            self._take(record, body)
            at = end
        self._rows.back_to(at)

    def _check_frames(self, known: int) -> None:
        if self._frames.read(0, len(FRAMES)) != FRAMES:
            raise FormatError(f"frames: its first line is not {FRAMES.decode().strip()}: of another format, or damaged")
        end, there = self._frames_end, self._frames.end
        if there < end:
            raise FormatError(
                f"{self._frames.path} has {there} bytes, the rows speak of {end}: it was cut short; restore it"
            )
        # frames are written before their row, one entry's at a time: past the last row, one entry's at most
        if end < known or len(records.owners(self._frames.read(end, there - end))) > 1:
            raise FormatError(
                f"{self._rows.path}: frames of entries lie past the last row: it was cut short; restore it"
            )
        self._frames.back_to(end, at_once=self._rows.settled)

    def _ready(self) -> None:
        """What is in memory is what is in `rows`; OutputError where it is not, and cannot be brought about."""
        if self._interrupted:
            raise OutputError(f"{self._path}: a write was interrupted, and may be there or not: open the folder again")
        self._rows.settle()

    def _append(self, record: Record) -> None:
        """Write a record that holds and can be read back, and no other."""
        self._ready()
        self._check(record)
        body = records.body(record)
        if records.read(body) != record:
            raise FormatError("a record that would be read as another one: nothing was written")
        self._interrupted = True
        try:
            self._rows.append(records.record(body, self._previous))
            self._take(record, body)
        except OutputError:
            self._interrupted = False
            raise
        self._interrupted = False

    def _check(self, record: Record) -> None:
        """ProofError where a record does not hold beside those before it."""
        match record:
            case Held(entry, at, lengths):
                if entry.commitment in self._held:
                    raise ProofError("an entry stands twice")
                if len(frame_digests(entry)) != len(lengths):
                    raise ProofError("an entry with another number of frames than its opening names")
                if at < self._frames_end:
                    raise ProofError("an entry whose frames lie over those of the one before")
            case Batch():
                self._check_batch(record)
            case Root(size, root):
                if self._roots.get(size, root) != root:
                    raise ProofError(
                        f"size {size} has a root already, and this is another: two roots for one size are never held; "
                        "keep both, and ask what changed the tiles"
                    )
                if size not in self._roots and size != len(self._order):
                    raise ProofError(f"a root for size {size}, and {len(self._order)} entries have numbers")
            case Shred(digests, done):
                unknown = set(digests) - (self._to_shred if done else self._whose.keys())
                if unknown:
                    raise ProofError(f"{len(unknown)} of {len(digests)} digests are of no frame here; nothing shredded")
            case Checkpoint():
                pass

    def _check_batch(self, batch: Batch) -> None:
        number, first = len(self._batches) + 1, len(self._order)
        if (batch.number, batch.first) != (number, first):
            raise ProofError(
                f"batch {batch.number} from leaf {batch.first} does not follow: expected {number} from leaf {first}"
            )
        order = set(batch.order)
        if len(order) != len(batch.order) or not self._waiting.keys() >= order:
            raise ProofError(f"batch {batch.number}: an entry stands in it twice, or does not wait for a number")

    def _take(self, record: Record, body: bytes) -> None:
        """Put one record's meaning into memory."""
        match record:
            case Held(entry):
                self._held[entry.commitment] = record
                self._waiting[entry.commitment] = None
                self._frames_end = record.end
                for digest in frame_digests(entry):
                    self._whose[digest] = (*self._whose.get(digest, ()), entry.commitment)
                if entry.about is not None:
                    self._about.setdefault(entry.about, []).append(entry.commitment)
                if entry.lookup != NO_LOOKUP:
                    self._by_lookup.setdefault(entry.lookup, entry.commitment)
            case Batch(number, _, first, order):
                for index, commitment in enumerate(order, start=first):
                    held = self._held[commitment]
                    self._held[commitment] = replace(held, entry=replace(held.entry, batch=number, index=index))
                    del self._waiting[commitment]
                self._order.extend(order)
                self._batches.append(record)
            case Root(size, root):
                self._roots[size] = root
            case Checkpoint(note):
                self._checkpoint = note
            case Shred(digests, done):
                (self._shredded if done else self._to_shred).update(digests)
                (self._to_shred if done else self._shredded).difference_update(digests)
        self._previous = hashlib.sha256(body).digest()

    def _finish_shred(self) -> None:
        if not self._to_shred:
            return
        for digest in self._to_shred:
            for at, length in self._places_of(digest):
                self._frames.overwrite(at, bytes(length))
        self._frames.sync()
        self._append(Shred(tuple(sorted(self._to_shred)), done=True))

    def _is_back(self, digest: bytes, first: int | None = None) -> bool:
        """Whether anything but zeros lies where a frame was shredded, or in the first bytes of it."""
        return any(any(self._frames.read(at, min(first or length, length))) for at, length in self._places_of(digest))

    def _places_of(self, digest: bytes) -> Iterator[tuple[int, int]]:
        for commitment in self._whose.get(digest, ()):
            yield from ((at, length) for at, length, named in _places(self._held[commitment]) if named == digest)

    def _frame(self, commitment: bytes, at: int, length: int, digest: bytes) -> bytes | None:
        head = records.frame_head(commitment, digest, length)
        read = self._frames.read(at - len(head), len(head) + length + 1)
        frame, gone = read[len(head) : -1], not length or digest in self._shredded
        if gone and frame != bytes(length):
            raise FormatError(f"{self._frames.path}: a frame that was shredded is there at byte {at}: it was put back")
        whole = gone or digest in self._to_shred or hashlib.sha256(frame).digest() == digest
        if read != head + frame + b"\n" or not whole:
            raise FormatError(
                f"{self._frames.path}: the frame at byte {at} is not what its digest says: it is damaged; take it from "
                "a desk's copy"
            )
        return None if gone or digest in self._to_shred else frame


def _places(held: Held) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and digest of each frame of an entry."""
    for (at, length), digest in zip(held.places(), frame_digests(held.entry), strict=True):
        yield at, length, digest
