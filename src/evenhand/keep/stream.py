"""Stream: entries and sealed frames on their way between a drop box and a desk, each part held to what it says it is.

A stream that was cut is told: its last line counts and hashes all before it. The format is docs/formats/stream.md.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from evenhand.errors import FormatError, ProofError
from evenhand.keep import lines, note, records
from evenhand.keep.lines import Lines, decoded, encoded, written
from evenhand.keep.note import Key, Note, Signer
from evenhand.keep.records import Checkpoint, Held
from evenhand.keep.store import Batch, Entry, frame_digests

FORMAT, GIVEN = "evenhand/stream/1", "evenhand/given/1"
FIRST = f"{FORMAT}\n".encode()
# the most bytes of each part: a batch of a day of floods, and what else is small
LARGEST = {"documents": 2**20, "checkpoint": 2**16, "batch": 2**24, "entry": 2**14, "given": 2**14, "frame": 2**16}
LARGEST["opening"] = 2**14
HEAD = re.compile(rb"([a-z]+) (0|[1-9][0-9]{0,8})\n")
END = re.compile(rb"end (0|[1-9][0-9]{0,11}) ([A-Za-z0-9+/]{43}=)\n")
LONGEST_HEAD = 100


@dataclass(frozen=True, slots=True)
class Documents:
    """The paths of the published documents, below the ledger's folder."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An entry without its number, and the drop box's signature under it; its frames come later."""

    entry: Entry
    proof: Note | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The next frame of the entries that were given; None for one that is gone."""

    frame: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry all of whose frames have come, each held to its digest."""

    entry: Entry
    frames: tuple[bytes | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A leaf's number, and its opening; for a public document its entry."""

    index: int
    text: bytes


Part = Documents | Checkpoint | Batch | Given | Sealed | Numbered


class File(Protocol):
    """What a stream is read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""

    def readline(self, size: int, /) -> bytes:
        """At most so many bytes of a line."""


def pack(parts: Iterable[Part]) -> Iterator[bytes]:
    """A stream, piece by piece: no more than one part of it is in memory."""
    count, seen = 0, hashlib.sha256(FIRST)
    yield FIRST
    for part in parts:
        for name, body in _bodies(part):
            piece = f"{name} {len(body)}\n".encode() + body
            count += 1
            seen.update(piece)
            yield piece
    yield f"end {count} {encoded(seen.digest())}\n".encode()


def _bodies(part: Part) -> list[tuple[str, bytes]]:
    match part:
        case Documents(paths):
            return [("documents", written(paths))]
        case Checkpoint(signed):
            return [("checkpoint", signed)]
        case Batch():
            return [("batch", records.body(part))]
        case Given(entry, proof):
            return [("entry", body(entry)), *([("given", proof.bytes)] if proof else [])]
        case Sealed(frame):
            return [("frame", frame or b"")]
        case Numbered(index, text):
            return [("opening", f"leaf {index}\n".encode() + text)]


def body(entry: Entry) -> bytes:
    """An entry as it travels, and as its drop box signs it: without a number, and without its frames."""
    return records.body(Held(replace(entry, batch=None, index=None), 0, ()))


def given(entry: Entry, origin: str, promise: Signer) -> Note:
    """The drop box's word that it held this entry, with all that stands beside its opening.

    A desk shows it to the drop box should that one be put back from a backup that has less.
    """
    return note.sign(_given_text(entry, origin), [promise])


def _given_text(entry: Entry, origin: str) -> str:
    return written([GIVEN, origin, encoded(hashlib.sha256(body(entry)).digest())]).decode()


def check_given(entry: Entry, proof: Note, origin: str, keys: Sequence[Key]) -> None:
    """ProofError unless one of these promise keys signed exactly this entry of this ledger."""
    if proof.text != _given_text(entry, origin) or not any(note.signed_by(proof, key) for key in keys):
        raise ProofError("an entry that the drop box did not sign as it stands here: nothing of it was kept")


def read(file: File) -> Iterator[Part | Whole]:
    """Each part of a stream in order; after each entry's last frame, the entry with its frames.

    FormatError where it is cut, damaged or goes on behind its end; ProofError for a frame that is not the one named.
    Whoever keeps what came before that, keeps only what it checked itself.
    """
    seen, count = hashlib.sha256(FIRST), 0
    if file.read(len(FIRST)) != FIRST:
        raise FormatError(f"not a stream: its first line is not {FORMAT}")
    frames = _Frames()
    entry: Entry | None = None
    while True:
        line = file.readline(LONGEST_HEAD)
        if end := END.fullmatch(line):
            break
        name, data = _part(file, line)
        seen.update(line + data)
        count += 1
        if entry is not None and name != "given":
            yield from frames.add(Given(entry))
            entry = None
        match name:
            case "entry":
                entry = _entry(data)
            case "given" if entry is not None:
                yield from frames.add(Given(entry, note.parse(data)))
                entry = None
            case "frame":
                yield from frames.take(data or None)
            case _:
                yield _plain(name, data)
    if entry is not None:
        yield from frames.add(Given(entry))
    if (int(end[1]), decoded(end[2].decode())) != (count, seen.digest()) or frames.missing or file.read(1):
        raise FormatError("the stream's end does not fit what came before: it was changed or cut; ask again")


def _part(file: File, line: bytes) -> tuple[str, bytes]:
    head = HEAD.fullmatch(line)
    if head is None:
        raise FormatError("the stream ends in the midst, or is damaged: it was cut; ask again")
    name, length = head[1].decode(), int(head[2])
    if length > LARGEST.get(name, -1):
        raise FormatError("a part of the stream is of no kind that is known, or too large")
    data = bytearray()
    while len(data) < length and (some := file.read(length - len(data))):
        data += some
    if len(data) < length:
        raise FormatError("the stream ends in the midst of a part: it was cut; ask again")
    return name, bytes(data)


def _entry(data: bytes) -> Entry:
    found = records.read(data)
    if not isinstance(found, Held) or body(found.entry) != data:
        raise FormatError("an entry in a stream is not as it travels: without a number, and without its frames")
    return found.entry


def _plain(name: str, data: bytes) -> Part:
    if name == "documents":
        return Documents(tuple(lines.read(data, "a list of documents").splitlines()) if data else ())
    if name == "checkpoint":
        note.read_checkpoint(note.parse(data))
        return Checkpoint(data)
    if name == "batch":
        found = records.read(data)
        if not isinstance(found, Batch) or records.body(found) != data:
            raise FormatError("a batch in a stream is none")
        return found
    if name != "opening":
        raise FormatError("a part of the stream stands where it does not belong")
    head, _, text = data.partition(b"\n")
    what = Lines(head + b"\n", "a leaf's number")
    return Numbered(lines.number(what.one("leaf")), text)


@dataclass(slots=True)
class _Frames:
    """Whose frames are to come, in the order of the entries."""

    _due: deque[tuple[Entry, tuple[bytes, ...]]] = field(default_factory=deque)
    _come: list[bytes | None] = field(default_factory=list)

    @property
    def missing(self) -> bool:
        return bool(self._due)

    def add(self, given: Given) -> Iterator[Any]:
        digests = frame_digests(given.entry)
        yield given
        if digests or self._due:
            self._due.append((given.entry, digests))
        else:
            yield Whole(given.entry, ())

    def take(self, frame: bytes | None) -> Iterator[Whole]:
        if not self._due:
            raise FormatError("a frame in a stream is of no entry before it")
        digests = self._due[0][1]
        if frame is not None and hashlib.sha256(frame).digest() != digests[len(self._come)]:
            raise ProofError("a frame is not the one that its opening names: nothing of its entry was kept")
        self._come.append(frame)
        while self._due and len(self._come) == len(self._due[0][1]):
            yield Whole(self._due.popleft()[0], tuple(self._come))
            self._come = []
