"""Opened: what our keys make of sealed frames, thousands at a time, in memory and nowhere else.

Opening holds Python to one core (pyrage keeps its lock), so many frames are opened by several processes. What is sealed
to others or is damaged is told apart, and narratives stay closed until somebody asks for them.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from multiprocessing import get_context

from evenhand.errors import FormatError, NotSealedToUsError, ProofError
from evenhand.keep import frame, note, seal

# a megabyte of frames goes to a process at once
AT_ONCE = 256
# batches that wait for each process, so that none is idle and memory stays small
AHEAD = 3

Found = tuple[bytes, "bytes | Closed"]


class Closed(StrEnum):
    """Why the content of a frame is not there, though the frame is."""

    STORY = "a narrative, not opened"
    NOT_OURS = "sealed to others"
    UNREADABLE = "opens, and is nothing that we know"
    ALTERED = "sealed to us, and altered since"


@dataclass(frozen=True, slots=True)
class Opened:
    """The frames that are there, by digest (32 bytes): content without zeros, or why it is closed. No other is there.

    `readers` are the recipients ("age1...") of the keys that were tried.
    """

    frames: dict[bytes, bytes | Closed] = field(default_factory=dict, repr=False)
    readers: frozenset[str] = frozenset()

    def joined(self, other: "Opened") -> "Opened":
        """With what else was opened, by the same keys."""
        if self.frames and other.frames and self.readers != other.readers:
            raise ValueError("what was opened with two sets of keys is not joined: open all of it with one")
        return Opened(self.frames | other.frames, self.readers | other.readers)

    def only(self, digests: Set[bytes]) -> "Opened":
        """Without the frames that are no longer there."""
        return Opened({each: found for each, found in self.frames.items() if each in digests}, self.readers)


def untold(_done: int) -> None:
    """Say nothing."""


def open_frames(
    frames: Iterable[bytes],
    identities: Sequence[str],
    processes: int = 1,
    stories: bool = False,
    told: Callable[[int], None] = untold,
) -> Opened:
    """Open frames as they are stored with our `identities` ("AGE-SECRET-KEY-1..."); narratives only where asked for.

    `told` hears how many frames are done. Content is in memory only, in this process and, while they live, in others.
    """
    found: dict[bytes, bytes | Closed] = {}
    # an identity that is none is found here, and not in each frame
    readers = frozenset(seal.recipient_of(identity) for identity in identities)
    for some in _spread(_batches(frames), identities, processes, stories):
        found.update(some)
        if some:
            told(len(found))
    return Opened(found, readers)


def _batches(frames: Iterable[bytes]) -> Iterator[list[bytes]]:
    each = iter(frames)
    while batch := list(islice(each, AT_ONCE)):
        yield batch


def _spread(
    batches: Iterator[list[bytes]], identities: Sequence[str], processes: int, stories: bool
) -> Iterator[list[Found]]:
    if processes == 1:
        yield from (_open(batch, identities, stories) for batch in batches)
        return
    # spawned: a fork of a process with threads may hang, and would take with it all that this one has in memory
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        waiting: deque[Future[list[Found]]] = deque()
        for batch in batches:
            sealed = [stored for stored in batch if stories or not _is_story(stored)]
            waiting.append(pool.submit(_open, sealed, identities, stories))
            # 32 KiB each, and only to be hashed: not worth the way to another process
            yield [_found(stored, identities, stories) for stored in batch if not stories and _is_story(stored)]
            if len(waiting) > processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _open(batch: list[bytes], identities: Sequence[str], stories: bool) -> list[Found]:
    return [_found(stored, identities, stories) for stored in batch]


def _is_story(stored: bytes) -> bool:
    return stored.startswith(STORY)


STORY = f"{frame.FORMAT} {frame.SEAL} {frame.BUCKETS['story']}\n".encode()


def _found(stored: bytes, identities: Sequence[str], stories: bool) -> Found:
    digest = hashlib.sha256(stored).digest()
    try:
        sealed = frame.parse(stored)
        if _is_story(stored) and not stories:
            return digest, Closed.STORY
        content = frame.open(sealed, identities)
        read(content)
    except NotSealedToUsError:
        return digest, Closed.NOT_OURS
    except FormatError:
        return digest, Closed.UNREADABLE
    except ProofError:
        return digest, Closed.ALTERED
    return digest, content


def read(content: bytes) -> None:
    """FormatError unless the content of a frame is facts, a story or a signed note."""
    if content.startswith(frame.FACTS.encode()):
        frame.read_facts(content)
    elif content.startswith(frame.STORY.encode()):
        frame.read_story(content)
    else:
        note.parse(content)
