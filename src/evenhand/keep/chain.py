"""Chain: an operator's acts in the order of their own numbers, and what shows that one was dropped, doubled or forked.

Each act names the digest of the one before, in its operator's chain for one set of readers (terms.acts). Entries of one
batch stand in an order of chance; nothing here depends on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from evenhand.keep.act import Act
from evenhand.keep.note import Note

# What is listed beside a state: alarms of a chain; a frame that is not whole; what counts for nothing.
ALARMS = ("gap", "fork", "replay", "late")
DAMAGED = ("gone", "altered", "unreadable", "story")
IGNORED = ("format", "unknown", "struck out", "signature", "role", "about", "unproved", "sheets", "blind")


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that a desk has to see: its kind (of the three tuples above), the entry's commitment, a sentence."""

    batch: int
    entry: bytes
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Signed:
    """An act whose signature holds: its entry's batch and commitment, its note's digest, its operator's roles."""

    batch: int
    entry: bytes
    digest: bytes
    note: Note
    act: Act
    roles: tuple[str, ...]


# May we read what this operator puts in this chain in this batch?
Readable = Callable[[str, str, int], bool]


def in_chains(
    signed: Iterable[Signed], readable: Readable, closed: Mapping[int, int]
) -> tuple[list[Signed], list[Listed]]:
    """The acts that count, by batch, operator and number; and what is wrong in their chains.

    `closed` is how many acts of each batch we could not open. Numbers that are missing are a gap where we should have
    been able to read them, or where fewer acts stayed closed than are missing; else they were sealed to others.
    """
    ordered = sorted(signed, key=lambda each: (each.act.by, each.act.chain, each.batch, each.act.n, each.entry))
    counting: list[Signed] = []
    listed: list[Listed] = []
    for (by, chain), group in groupby(ordered, lambda each: (each.act.by, each.act.chain)):
        known, seen, wrong = _numbered(list(group))
        counting += known
        listed += [*wrong, *_misnamed(known), *_gaps(by, chain, seen, readable, closed)]
    return sorted(counting, key=lambda each: (each.batch, each.act.by, each.act.chain, each.act.n)), listed


def _numbered(group: list[Signed]) -> tuple[list[Signed], list[Signed], list[Listed]]:
    """The acts of one chain that count; one for each number that was seen; replays, forks and late ones."""
    known: dict[int, Signed] = {}
    seen: dict[int, Signed] = {}
    listed: list[Listed] = []
    for _, some in groupby(group, lambda each: each.batch):
        before = max(seen, default=0)
        for n, same in groupby(some, lambda each: each.act.n):
            first, *others = same
            if n <= before:
                listed += [_behind(each, seen.get(n), known.get(n)) for each in (first, *others)]
                continue
            seen[n] = first
            if all(each.digest == first.digest for each in others):
                known[n] = first
                listed += [_listed(each, "replay", "stands in the ledger twice; it counts once") for each in others]
            else:
                words = "was signed twice in one batch and says two things; neither counts"
                listed += [_listed(each, "fork", words) for each in (first, *others)]
    return list(known.values()), list(seen.values()), listed


def _behind(each: Signed, seen: Signed | None, known: Signed | None) -> Listed:
    """What an act is whose number is not above those of earlier batches: it counts for nothing, or did already."""
    if seen is None:
        return _listed(each, "late", "comes after a later act of the same operator; it does not count: sign it again")
    if known is not None and each.digest == known.digest:
        return _listed(each, "replay", "stands in the ledger again; it counted before")
    return _listed(
        each, "fork", "says something else than the one of this number in an earlier batch; it does not count"
    )


def _listed(each: Signed, kind: str, words: str) -> Listed:
    return Listed(
        each.batch, each.entry, kind, f"{each.act.by}, act {each.act.n} of the chain {each.act.chain!r}: {words}"
    )


def _misnamed(known: Sequence[Signed]) -> Iterator[Listed]:
    digests = {each.act.n: each.digest for each in known}
    for each in known:
        if digests.get(each.act.n - 1, each.act.previous) != each.act.previous:
            yield _listed(each, "fork", f"names another act {each.act.n - 1} than the one that is here")


def _gaps(
    by: str, chain: str, seen: Sequence[Signed], readable: Readable, closed: Mapping[int, int]
) -> Iterator[Listed]:
    last, since, absent = 0, 0, 0
    for each in sorted(seen, key=lambda one: one.act.n):
        missing = each.act.n - last - 1
        absent += missing
        if missing and _is_gap(
            missing, absent, range(since, each.batch + 1), closed, lambda at: readable(by, chain, at)
        ):
            yield _listed(
                each, "gap", f"{missing} before it are missing: somebody dropped or held back what was signed"
            )
        last, since = each.act.n, each.batch


def _is_gap(
    missing: int, absent: int, batches: range, closed: Mapping[int, int], readable: Callable[[int], bool]
) -> bool:
    """Is what is missing in these batches, of all that is `absent` until now, more than was sealed to others?"""
    here = sum(closed.get(batch, 0) for batch in batches)
    until = sum(number for batch, number in closed.items() if batch < batches.stop)
    return missing > here or absent > until or all(readable(batch) for batch in batches)
