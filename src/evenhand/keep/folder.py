"""Folder store: entries and frames in two files that only grow; what was acknowledged survives a crash.

For the command line, and for a desk's own copy. One process at a time. The format is docs/formats/folder.md.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from evenhand.errors import FormatError, ProofError
from evenhand.keep import leaf, records
from evenhand.keep.durable import AppendOnly, locked, make_folder, put, unwritten
from evenhand.keep.records import FRAMES, ROWS, Held
from evenhand.keep.store import Batch, Entry, check_entry


class Folder:
    """A `Store` in a folder, for one process at a time; `with Folder(path) as store: ...`.

    Opening it takes the lock (OutputError when another has it), reads `rows`, drops a last record that a crash cut off,
    which was never acknowledged, and raises FormatError for any other damage. After an error of the disk the same
    object may be used again: what failed is cut off before anything else is written. With `reading` nothing is
    written, made or locked: for whoever checks a folder as they found it.
    """

    def __init__(self, path: Path, reading: bool = False) -> None:
        self._path = path
        self._reading = reading
        self._held: dict[bytes, Held] = {}
        # each frame's digest, and whose it is: to shred it
        self._where: dict[bytes, bytes] = {}
        self._waiting: dict[bytes, None] = {}
        self._order: list[bytes] = []
        self._last: Batch | None = None
        self._roots: dict[int, bytes] = {}
        self._checkpoint: bytes | None = None
        self._shredded: set[bytes] = set()
        self._to_shred: set[bytes] = set()
        self._previous = records.FIRST
        self._lock: int | None = None
        try:
            if not reading:
                make_folder(path)
                self._lock = locked(path / "lock")
            self._open()
        except OSError as error:
            self._unlock()
            raise unwritten(path, error) from None
        except BaseException:
            self._unlock()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Note the lengths of both files, and let the lock go."""
        try:
            self._note_lengths()
        finally:
            self._rows.close()
            self._frames.close()
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def keep(self, entry: Entry, frames: tuple[bytes, ...]) -> None:
        """Hold an entry and its frames: frames first, then the row that says where they are."""
        check_entry(entry, frames)
        there = self._held.get(entry.commitment)
        if there:
            self._check_same(there, entry)
            return
        before = self._frames.end
        body = records.entry_body(Held(entry, before, tuple(map(len, frames))))
        if frames:
            self._frames.append(b"".join(records.frame_record(entry.commitment, frame) for frame in frames))
        try:
            self._append(body)
        except BaseException:
            self._frames.back_to(before)
            raise

    def waiting(self) -> tuple[Entry, ...]:
        """Every entry without a number, oldest first."""
        return tuple(self._held[commitment].entry for commitment in self._waiting)

    def number(self, batch: Batch) -> None:
        """Give waiting entries their numbers, in one record."""
        if batch == self._last:
            return
        self._check_follows(batch)
        self._append(records.batch_body(batch))
        self._note_lengths()

    def last_batch(self) -> Batch | None:
        """The batch numbered last."""
        return self._last

    def seal_root(self, size: int, root: bytes) -> None:
        """Hold the root of a size; never two for one size."""
        there = self._roots.get(size)
        if there == root:
            return
        if there is not None:
            raise ProofError(
                f"size {size} has a root already, and this is another: two roots for one size are never held; keep "
                "both, and ask what changed the tiles"
            )
        if size != len(self._order):
            raise ProofError(f"a root for size {size}, and {len(self._order)} entries have numbers; expected the same")
        self._append(records.root_body(size, root))

    def root(self, size: int) -> bytes | None:
        """The root that was held for a size."""
        return self._roots.get(size)

    def publish(self, checkpoint: bytes) -> None:
        """Hold a signed checkpoint."""
        if checkpoint != self._checkpoint:
            self._append(b"checkpoint\n" + checkpoint)

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last."""
        return self._checkpoint

    def entry(self, commitment: bytes) -> Entry | None:
        """The entry of a commitment."""
        held = self._held.get(commitment)
        return None if held is None else held.entry

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Numbered entries in leaf order, from a leaf on."""
        for commitment in self._order[start:]:
            yield self._held[commitment].entry

    def frames(self, commitment: bytes) -> tuple[bytes | None, ...]:
        """The frames of an entry, each held to its digest; None for one that was shredded, and is zeros."""
        held = self._held.get(commitment)
        if held is None:
            return ()
        found = tuple(self._frame(held, at, length, digest) for at, length, digest in _places(held))
        gone = (digest in self._shredded for _, _, digest in _places(held))
        return tuple(None if is_gone else frame for is_gone, frame in zip(gone, found, strict=True))

    def shred(self, digests: frozenset[bytes]) -> None:
        """Write that they are to go, then zeros over them, then that they are gone; a crash between is made up for."""
        unknown = digests - self._where.keys()
        if unknown:
            raise ProofError(f"{len(unknown)} of {len(digests)} digests are of no frame here; nothing shredded")
        new = digests - self._shredded
        if new:
            self._append(records.list_body("shred", new))
        self._shred_on()

    def _open(self) -> None:
        if not self._reading and not (self._path / "rows").exists():
            self._create()
        known = self._lengths()
        self._rows = AppendOnly(self._path / "rows", self._reading)
        try:
            self._frames = AppendOnly(self._path / "frames", self._reading)
            try:
                self._recover(*known)
            except BaseException:
                self._frames.close()
                raise
        except BaseException:
            self._rows.close()
            raise

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

    def _recover(self, rows_known: int, frames_known: int) -> None:
        for file, known in ((self._rows, rows_known), (self._frames, frames_known)):
            if file.end < known:
                raise FormatError(
                    f"{file.path} has {file.end} bytes, and {known} were on the disk before: it was cut short, or is "
                    "an old copy; take what is missing from a desk's copy"
                )
        self._read_rows(rows_known)
        self._read_frames_end()
        self._shred_on()
        self._note_lengths()

    def _read_rows(self, known: int) -> None:
        at = len(ROWS)
        for count, (end, body) in enumerate(records.bodies(self._rows.read(0, self._rows.end), known), start=1):
            try:
                self._take(body)
            except (FormatError, KeyError, ProofError) as error:
                raise FormatError(f"rows, record {count}: not of the format ({type(error).__name__})") from error
            at, self._previous = end, hashlib.sha256(body).digest()
        self._rows.back_to(at)
        self._rows.settle()

    def _read_frames_end(self) -> None:
        if self._frames.read(0, len(FRAMES)) != FRAMES:
            raise FormatError(f"frames: its first line is not {FRAMES.decode().strip()}: it is of another format")
        end = max((held.end for held in self._held.values()), default=len(FRAMES))
        if self._frames.end < end:
            raise FormatError(
                f"{self._frames.path} has {self._frames.end} bytes, and the rows speak of {end}: it was cut short; "
                "take the frames from a desk's copy"
            )
        # frames are written before their row, one entry at a time: past the last row, one entry's at most
        beyond = records.owners(self._frames.read(end, self._frames.end - end))
        if len(beyond) > 1:
            raise FormatError(
                f"{self._rows.path}: frames of {len(beyond)} entries have no row: the rows were cut short; take them "
                "from a desk's copy"
            )
        self._frames.back_to(end)
        self._frames.settle()

    def _take(self, body: bytes) -> None:
        """Put one record's meaning into memory."""
        kind = body.partition(b"\n")[0]
        if kind == b"entry":
            held = records.read_entry(body)
            if held.entry.commitment in self._held:
                raise FormatError("an entry stands twice")
            if held.entry.kind not in leaf.PUBLIC:
                _check_opening(held)
            self._held[held.entry.commitment] = held
            self._where.update((digest, held.entry.commitment) for digest in _digests(held))
            self._waiting[held.entry.commitment] = None
        elif kind == b"batch":
            self._take_batch(records.read_batch(body))
        elif kind == b"root":
            size, root = records.read_root(body)
            if self._roots.setdefault(size, root) != root:
                raise FormatError("two roots for one size")
        elif kind == b"checkpoint":
            self._checkpoint = body.partition(b"\n")[2]
        elif kind == b"shred":
            new = records.read_list(body, "shred")
            if not new <= self._where.keys():
                raise FormatError("what is to be shredded is no frame of an entry")
            self._shredded |= new
            self._to_shred |= new
        elif kind == b"shredded":
            self._to_shred -= records.read_list(body, "shredded")
        else:
            raise FormatError("an unknown kind of record")

    def _take_batch(self, batch: Batch) -> None:
        self._check_follows(batch)
        for index, commitment in enumerate(batch.order, start=batch.first):
            held = self._held[commitment]
            entry = replace(held.entry, batch=batch.number, index=index)
            self._held[commitment] = replace(held, entry=entry)
            del self._waiting[commitment]
        self._order.extend(batch.order)
        self._last = batch

    def _check_follows(self, batch: Batch) -> None:
        number = self._last.number + 1 if self._last else 1
        if (batch.number, batch.first) != (number, len(self._order)):
            raise ProofError(
                f"batch {batch.number} from leaf {batch.first} does not follow: expected {number} from leaf "
                f"{len(self._order)}"
            )
        if len(set(batch.order)) != len(batch.order) or not self._waiting.keys() >= set(batch.order):
            raise ProofError(f"batch {batch.number}: an entry stands in it twice, or does not wait for a number")

    def _check_same(self, there: Held, entry: Entry) -> None:
        # the opening names the frames: who has the same opening has the same frames
        if replace(there.entry, batch=None, index=None) != entry:
            raise ProofError("this commitment is held already, with another entry: nothing was changed")

    def _append(self, body: bytes) -> None:
        self._rows.append(records.record(body, self._previous))
        self._previous = hashlib.sha256(body).digest()
        self._take(body)

    def _shred_on(self) -> None:
        if not self._to_shred or self._reading:
            return
        for one in self._to_shred:
            for at, length, digest in _places(self._held[self._where[one]]):
                if digest == one:
                    self._frames.overwrite(at, length)
        self._frames.sync()
        self._append(records.list_body("shredded", self._to_shred))

    def _frame(self, held: Held, at: int, length: int, digest: bytes) -> bytes:
        head = records.frame_head(held.entry.commitment, digest, length)
        read = self._frames.read(at - len(head), len(head) + length + 1)
        frame = read[len(head) : -1]
        if digest in self._shredded and digest not in self._to_shred and frame != bytes(length):
            raise FormatError(f"{self._frames.path}: a frame that was shredded is there at byte {at}: it was put back")
        whole = digest in self._shredded or hashlib.sha256(frame).digest() == digest
        if read != head + frame + b"\n" or not whole:
            raise FormatError(
                f"{self._frames.path}: the frame at byte {at} is not what its digest says: it is damaged; take it from "
                "a desk's copy"
            )
        return frame

    def _note_lengths(self) -> None:
        if self._reading:
            return
        put(self._path / "length", records.lengths_text(self._rows.end, self._frames.end))


def _digests(held: Held) -> tuple[bytes, ...]:
    return () if held.entry.kind in leaf.PUBLIC else leaf.parse(held.entry.opening).digests


def _places(held: Held) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and digest of each frame of an entry."""
    for (at, length), digest in zip(held.places(), _digests(held), strict=True):
        yield at, length, digest


def _check_opening(held: Held) -> None:
    opening = leaf.parse(held.entry.opening)
    if leaf.commitment(opening) != held.entry.commitment or opening.kind != held.entry.kind:
        raise FormatError("an entry's commitment or kind is not that of its opening")
    if len(opening.digests) != len(held.lengths):
        raise FormatError("an entry has another number of frames than its opening")
