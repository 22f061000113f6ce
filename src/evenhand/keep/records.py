"""Records: what a folder store writes in its two files, and how a write that a crash cut off is told from damage.

`rows` has a chain of records, each with its length, its digest and that of the one before; `frames` has the sealed
frames, each with its length, its digest and whose it is. The format is docs/formats/folder.md.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.errors import FormatError
from evenhand.keep import lines
from evenhand.keep.lines import Lines, decoded, encoded, written
from evenhand.keep.store import LANES, LOOKUP_SIZE, Batch, Entry

ROWS, FRAMES, LENGTH = b"evenhand/folder/1\n", b"evenhand/frames/1\n", "evenhand/length/1"
NOTHING = "-"
END = b"end\n"
FIRST = hashlib.sha256(ROWS).digest()
HEAD = re.compile(rb"record ([1-9][0-9]{0,11}) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{43}=)\n")
FRAME_HEAD = re.compile(rb"frame (0|[1-9][0-9]{0,11}) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{43}=)\n")


@dataclass(frozen=True, slots=True)
class Held:
    """An entry, and where its frames lie: the offset of the first one's head in `frames`, and the bytes of each."""

    entry: Entry
    at: int
    lengths: tuple[int, ...]

    def places(self) -> Iterator[tuple[int, int]]:
        """Offset and length of each frame, past its head."""
        at = self.at
        for length in self.lengths:
            head = len(frame_head(self.entry.commitment, bytes(lines.SIZE), length))
            yield at + head, length
            at += head + length + 1

    @property
    def end(self) -> int:
        """The offset past the last frame."""
        return max((at + length + 1 for at, length in self.places()), default=self.at)


@dataclass(frozen=True, slots=True)
class Root:
    """The root of a tree of `size` leaves; 32 bytes."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed checkpoint, its bytes as they are served."""

    note: bytes


@dataclass(frozen=True, slots=True)
class Shred:
    """The digests of frames that are to go; `done` says that zeros lie over them."""

    digests: tuple[bytes, ...]
    done: bool


Record = Held | Batch | Root | Checkpoint | Shred


def body(said: Record) -> bytes:
    """What stands between a record's head and its end."""
    match said:
        case Held(entry, at, lengths):
            head = [
                "entry",
                f"commitment {encoded(entry.commitment)}",
                f"kind {entry.kind}",
                f"lookup {encoded(entry.lookup)}",
                f"about {NOTHING if entry.about is None else encoded(entry.about)}",
                f"day {entry.day.isoformat()}",
                f"lane {entry.lane}",
                f"frames {' '.join(map(str, (at, *lengths)))}",
            ]
            return written(head) + entry.opening
        case Batch(number, day, first, order):
            return written(
                ["batch", f"number {number}", f"day {day.isoformat()}", f"first {first}", *map(encoded, order)]
            )
        case Root(size, root):
            return written(["root", f"size {size}", f"root {encoded(root)}"])
        case Checkpoint(note):
            return b"checkpoint\n" + note
        case Shred(digests, done):
            return written(["shredded" if done else "shred", *map(encoded, digests)])


def read(text: bytes) -> Record:
    """A record from its body; FormatError where it is not exactly what `body` writes."""
    what = Lines(text, "a record")
    kind = what.plain()
    found: Record
    if kind == "entry":
        found = _read_entry(what)
    elif kind == "batch":
        first = lines.number(what.one("number")), lines.day(what.one("day")), lines.number(what.one("first"))
        found = Batch(*first, tuple(map(decoded, what.rest())))
    elif kind == "root":
        found = Root(lines.number(what.one("size")), decoded(what.one("root")))
        what.end()
    elif kind == "checkpoint":
        found = Checkpoint(written(what.rest()))
    elif kind in ("shred", "shredded"):
        found = Shred(tuple(map(decoded, what.rest())), kind == "shredded")
    else:
        raise FormatError("a record of a kind that is not known")
    return found


def _read_entry(what: Lines) -> Held:
    commitment, kind = decoded(what.one("commitment")), what.one("kind")
    lookup, about = decoded(what.one("lookup"), LOOKUP_SIZE), what.one("about")
    day, lane = lines.day(what.one("day")), what.one("lane")
    at, *lengths = map(lines.number, what.one("frames").split(" "))
    if lane not in LANES:
        raise FormatError("an entry is in a lane that is not known")
    opening = written(what.rest())
    entry = Entry(commitment, opening, kind, lookup, None if about == NOTHING else decoded(about), day, lane)
    return Held(entry, at, tuple(lengths))


def record(text: bytes, previous: bytes) -> bytes:
    """A record of `rows`; `previous` is the SHA-256 of the body before, of the file's first line for the first."""
    return f"record {len(text)} {encoded(hashlib.sha256(text).digest())} {encoded(previous)}\n".encode() + text + END


def bodies(data: bytes, known: int) -> Iterator[tuple[int, bytes]]:
    """Each record of `rows` in order: the offset past it, and its body.

    Ends before a last one that a crash cut off. FormatError for any other that is not whole, and for one that does not
    follow the one before. The first `known` bytes were on the disk once: nothing was cut off there by a crash.
    """
    if not data.startswith(ROWS):
        raise FormatError(f"rows: its first line is not {ROWS.decode().strip()}: it is of another format, or damaged")
    at, count, previous = len(ROWS), 0, FIRST
    while at < len(data):
        count += 1
        found = _whole(data, at)
        if found is None:
            if at >= known and _was_cut_off(data[at:]):
                return
            raise FormatError(
                f"rows, record {count}: its digest does not hold, and it was acknowledged: the file is damaged; take "
                "the record from a desk's copy"
            )
        head, text = found
        end = head.end() + len(text) + len(END)
        if head[3] != encoded(previous).encode():
            why = _why_not_after(data, at, end, previous)
            raise FormatError(f"rows, record {count}: does not follow the one before it: {why}")
        at, previous = end, hashlib.sha256(text).digest()
        yield at, text


def _whole(data: bytes, at: int) -> tuple[re.Match[bytes], bytes] | None:
    head = HEAD.match(data, at)
    if head is None:
        return None
    end = head.end() + int(head[1])
    text = data[head.end() : end]
    if data[end : end + len(END)] != END or encoded(hashlib.sha256(text).digest()).encode() != head[2]:
        return None
    return head, text


def _was_cut_off(rest: bytes) -> bool:
    """Is this the end of a write that never came to its end?

    Either a part of it never reached the disk and reads as zeros, or the file ends before the record does. One that has
    its last line was written whole and changed afterwards, and so was one that is followed by another. A record is
    text: one changed bit may make a zero of a space, and never makes two of them, nor a zero of the first or the last
    character.
    """
    if HEAD.search(rest, 1):
        return False
    if b"\0\0" in rest or not rest[0] or not rest[-1]:
        return True
    head = HEAD.match(rest)
    if head is None:
        return b"\n" not in rest
    return len(rest) < head.end() + int(head[1]) + len(END) and not rest.endswith(b"\n" + END)


def _why_not_after(data: bytes, at: int, end: int, previous: bytes) -> str:
    if data.find(data[at:end], 0, at) >= 0:
        return "it stands twice; take the second one out"
    if f" {encoded(previous)}\n".encode() in data[end:]:
        return "the one that belongs here stands further down; records were swapped, put them back"
    return "the one that belongs here is missing; a record was taken out or put in, take it from a desk's copy"


def frame_head(commitment: bytes, digest: bytes, length: int) -> bytes:
    """The line before a frame in `frames`."""
    return f"frame {length} {encoded(digest)} {encoded(commitment)}\n".encode()


def frame_record(commitment: bytes, digest: bytes, frame: bytes) -> bytes:
    """A frame as it stands in `frames`; one that was gone before it came here has no bytes."""
    return frame_head(commitment, digest, len(frame)) + frame + b"\n"


def owners(data: bytes) -> frozenset[bytes]:
    """Whose frames begin here, as base64: of what lies in `frames` past the last one that a row speaks of."""
    found, at = set(), 0
    while head := FRAME_HEAD.match(data, at):
        found.add(head[3])
        at = head.end() + int(head[1]) + 1
    return frozenset(found)


def lengths_text(rows: int, frames: int) -> bytes:
    """How long both files were when last it was noted."""
    return written([LENGTH, f"rows {rows}", f"frames {frames}"])


def read_lengths(text: bytes) -> tuple[int, int]:
    """Both lengths, in bytes."""
    what = Lines(text, "the file `length`", LENGTH)
    found = lines.number(what.one("rows")), lines.number(what.one("frames"))
    what.end()
    return found
