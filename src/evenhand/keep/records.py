"""Records: how a folder store writes its two files, and how a write that a crash cut off is told from damage.

`rows` has a chain of records, each with its length, its digest and that of the one before; `frames` has the sealed
frames, each with its length, its digest and whose it is. The format is docs/formats/folder.md.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evenhand.errors import FormatError
from evenhand.keep.lines import Lines, day, decoded, encoded, number, written
from evenhand.keep.store import LANES, Batch, Entry

ROWS, FRAMES, LENGTH = b"evenhand/folder/1\n", b"evenhand/frames/1\n", "evenhand/length/1"
NOTHING = "-"
END = b"end\n"
LOOKUP_SIZE = 16
FIRST = hashlib.sha256(ROWS).digest()
HEAD = re.compile(rb"record ([1-9][0-9]{0,11}) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{43}=)\n")
FRAME_HEAD = re.compile(rb"frame ([1-9][0-9]{0,6}) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{43}=)\n")
# a file that grew and was not written yet holds zeros; a record is text and holds none
UNWRITTEN = b"\0\0"


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
            head = len(frame_head(self.entry.commitment, bytes(32), length))
            yield at + head, length
            at += head + length + 1

    @property
    def end(self) -> int:
        """The offset past the last frame."""
        return max((at + length + 1 for at, length in self.places()), default=self.at)


def record(body: bytes, previous: bytes) -> bytes:
    """A record of `rows`; `previous` is the SHA-256 of the body before, of the file's first line for the first."""
    digest = hashlib.sha256(body).digest()
    return f"record {len(body)} {encoded(digest)} {encoded(previous)}\n".encode() + body + END


def bodies(data: bytes, known: int) -> Iterator[tuple[int, bytes]]:
    """Each record of `rows` in order: the offset past it, and its body.

    Ends before a record at the very end that a crash cut off. FormatError for any other that is not whole, and for one
    that does not follow the one before. What lies before `known` bytes was on the disk once, and was never cut off.
    """
    if not data.startswith(ROWS):
        raise FormatError(f"rows: its first line is not {ROWS.decode().strip()}: it is of another format")
    at, count, previous = len(ROWS), 0, FIRST
    while at < len(data):
        count += 1
        found = _whole(data, at)
        if found is None:
            if at >= known and _was_cut(data, at):
                return
            raise FormatError(
                f"rows, record {count}: its digest does not hold, and it was acknowledged: the file is damaged; take "
                "the record from a desk's copy"
            )
        head, body = found
        if head[3] != encoded(previous).encode():
            raise FormatError(
                f"rows, record {count}: does not follow the one before it: records were swapped, taken out or put in"
            )
        at = head.end() + len(body) + len(END)
        previous = hashlib.sha256(body).digest()
        yield at, body


def _whole(data: bytes, at: int) -> tuple[re.Match[bytes], bytes] | None:
    head = HEAD.match(data, at)
    if head is None:
        return None
    end = head.end() + int(head[1])
    body = data[head.end() : end]
    if data[end : end + len(END)] != END or encoded(hashlib.sha256(body).digest()).encode() != head[2]:
        return None
    return head, body


def _was_cut(data: bytes, at: int) -> bool:
    """Is this the end of a write that never came to its end?

    Either blocks of it never reached the disk and read as zeros, or the file ends before the record does. One that is
    as long as it says, or that has its last line, was written whole and changed afterwards.
    """
    if UNWRITTEN in data[at:]:
        return True
    head = HEAD.match(data, at)
    if head is None:
        return b"\n" not in data[at:]
    return len(data) < head.end() + int(head[1]) + len(END) and not data.endswith(b"\n" + END)


def entry_body(held: Held) -> bytes:
    """The record of an entry that is kept."""
    entry = held.entry
    places = " ".join(map(str, (held.at, *held.lengths)))
    head = [
        "entry",
        f"commitment {encoded(entry.commitment)}",
        f"kind {entry.kind}",
        f"lookup {encoded(entry.lookup)}",
        f"about {encoded(entry.about) if entry.about else NOTHING}",
        f"day {entry.day.isoformat()}",
        f"lane {entry.lane}",
        f"frames {places}",
    ]
    return written(head) + entry.opening


def read_entry(body: bytes) -> Held:
    """An entry from its record."""
    lines = Lines(body, "an entry's record", "entry")
    commitment, kind = decoded(lines.one("commitment")), lines.one("kind")
    lookup, about = decoded(lines.one("lookup"), LOOKUP_SIZE), lines.one("about")
    kept, lane = day(lines.one("day")), lines.one("lane")
    at, *lengths = map(number, lines.one("frames").split(" "))
    if lane not in LANES:
        raise FormatError("an entry is in a lane that is not known")
    opening = written(lines.rest())
    entry = Entry(commitment, opening, kind, lookup, None if about == NOTHING else decoded(about), kept, lane)
    return Held(entry, at, tuple(lengths))


def batch_body(batch: Batch) -> bytes:
    """The record of a batch that is numbered."""
    head = ["batch", f"number {batch.number}", f"day {batch.day.isoformat()}", f"first {batch.first}"]
    return written([*head, *map(encoded, batch.order)])


def read_batch(body: bytes) -> Batch:
    """A batch from its record."""
    lines = Lines(body, "a batch's record", "batch")
    first = number(lines.one("number")), day(lines.one("day")), number(lines.one("first"))
    return Batch(*first, tuple(map(decoded, lines.rest())))


def root_body(size: int, root: bytes) -> bytes:
    """The record of a root."""
    return written(["root", f"size {size}", f"root {encoded(root)}"])


def read_root(body: bytes) -> tuple[int, bytes]:
    """Size and root from their record."""
    lines = Lines(body, "a root's record", "root")
    found = number(lines.one("size")), decoded(lines.one("root"))
    lines.end()
    return found


def list_body(kind: str, digests: Iterable[bytes]) -> bytes:
    """The record of the frames that are to be shredded (`shred`), or are (`shredded`)."""
    return written([kind, *map(encoded, sorted(digests))])


def read_list(body: bytes, kind: str) -> frozenset[bytes]:
    """The digests of such a record."""
    return frozenset(map(decoded, Lines(body, "a record of what was shredded", kind).rest()))


def frame_head(commitment: bytes, digest: bytes, length: int) -> bytes:
    """The line before a frame in `frames`."""
    return f"frame {length} {encoded(digest)} {encoded(commitment)}\n".encode()


def frame_record(commitment: bytes, frame: bytes) -> bytes:
    """A frame as it stands in `frames`."""
    return frame_head(commitment, hashlib.sha256(frame).digest(), len(frame)) + frame + b"\n"


def owners(data: bytes) -> set[bytes]:
    """Whose whole frames these are, as base64: of what lies past the last row in `frames`."""
    found, at = set(), 0
    while (head := FRAME_HEAD.match(data, at)) and len(data) > head.end() + int(head[1]):
        found.add(head[3])
        at = head.end() + int(head[1]) + 1
    return found


def lengths_text(rows: int, frames: int) -> bytes:
    """How long both files were when last it was noted."""
    return written([LENGTH, f"rows {rows}", f"frames {frames}"])


def read_lengths(data: bytes) -> tuple[int, int]:
    """Both lengths, in bytes."""
    lines = Lines(data, "the file `length`", LENGTH)
    found = number(lines.one("rows")), number(lines.one("frames"))
    lines.end()
    return found
