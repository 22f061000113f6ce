"""Snapshot: all that a desk has opened, as one age file sealed to its own key, so that it need not be opened again.

It says at which tree (size and root), with which keys and of which frames it was made. One that is of another tree, or
that holds what was taken away since, is refused and made again: nothing that was shredded comes back out of it.

    evenhand/snapshot/1
    tree 11648 <root>
    reader age1...                  one line a key
    frames 23296

and then each frame: its digest (32 bytes), how it was found (one byte: 0 opened, else a place in `Closed`), the length
of its content (4 bytes, big-endian), its content. All of it lies sealed.
"""

import struct
from collections.abc import Sequence, Set

from evenhand.errors import FormatError, ProofError
from evenhand.keep import seal
from evenhand.keep.lines import SIZE, Lines, decoded, encoded, number, written
from evenhand.keep.opened import Closed, Opened

FORMAT = "evenhand/snapshot/1"
RECORD = struct.Struct(">32sBI")
HOW = (None, *Closed)
AGAIN = "open the frames again, and make another"


def make(opened: Opened, size: int, root: bytes, readers: Sequence[str]) -> bytes:
    """The snapshot of what was opened of the tree (`size`, `root`), sealed to one to four `readers` ("age1...")."""
    if len(root) != SIZE:
        raise FormatError(f"the root of a tree has {SIZE} bytes: found {len(root)}")
    head = [FORMAT, f"tree {size} {encoded(root)}", *(f"reader {each}" for each in sorted(opened.readers))]
    parts = [written([*head, f"frames {len(opened.frames)}"])]
    for digest, found in opened.frames.items():
        content = b"" if isinstance(found, Closed) else found
        parts += [RECORD.pack(digest, HOW.index(found) if isinstance(found, Closed) else 0, len(content)), content]
    return seal.seal(b"".join(parts), readers)


def read(sealed: bytes, identities: Sequence[str], size: int, root: bytes, frames: Set[bytes]) -> Opened:
    """What was opened, if it is of this tree, of these keys and of exactly these `frames` (digests); else ProofError.

    NotSealedToUsError where it is another desk's.
    """
    plain = seal.unseal(sealed, identities)
    head, at = _head(plain)
    lines = Lines(head, "a snapshot", FORMAT)
    size_then, _, root_then = lines.one("tree").partition(" ")
    readers = frozenset(lines.many("reader"))
    count = number(lines.one("frames"))
    lines.end()
    if (number(size_then), decoded(root_then)) != (size, root):
        raise ProofError(f"the snapshot is of another tree than the one of {size} leaves: {AGAIN}")
    if readers != {seal.recipient_of(identity) for identity in identities}:
        raise ProofError(f"the snapshot was made with other keys than these {len(identities)}: {AGAIN}")
    opened = Opened(_records(plain, at, count), readers)
    if opened.frames.keys() - frames:
        raise ProofError(f"the snapshot holds what was taken away since: delete it, {AGAIN}")
    if frames - opened.frames.keys():
        raise ProofError(f"the snapshot is without {len(frames - opened.frames.keys())} frames that are there: {AGAIN}")
    return opened


def _head(plain: bytes) -> tuple[bytes, int]:
    """The lines before the frames, and where these begin."""
    last = plain.find(b"\nframes ")
    end = plain.find(b"\n", last + 1) + 1
    if last < 0 or end == 0:
        raise FormatError(f"not a snapshot: expected a first line of {FORMAT}")
    return plain[:end], end


def _records(plain: bytes, at: int, count: int) -> dict[bytes, bytes | Closed]:
    found: dict[bytes, bytes | Closed] = {}
    for _ in range(count):
        if len(plain) < at + RECORD.size:
            raise FormatError(f"the snapshot breaks off after {len(found)} of {count} frames: {AGAIN}")
        digest, how, length = RECORD.unpack_from(plain, at)
        at += RECORD.size + length
        if how >= len(HOW) or (how and length) or len(plain) < at:
            raise FormatError(f"frame {len(found) + 1} of the snapshot is no record of one: {AGAIN}")
        found[digest] = HOW[how] or plain[at - length : at]
    if len(found) != count or len(plain) != at:
        raise FormatError(f"the snapshot has a frame twice, or goes on after the last: {AGAIN}")
    return found
