"""Tiles: a ledger's hashes and entries as files of 256 that any static server can serve (C2SP tlog-tiles).

Paths and bytes only; who writes them, and when, is the ledger's. The layout is docs/formats/published.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.errors import FormatError
from evenhand.keep import tree
from evenhand.keep.lines import SIZE

WIDTH = 256
HIGHEST = 63
PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """Which file: its level (None for entries), its number from 0, and how many of 256 it holds."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it stands: groups of three digits, `x` before all but the last; `.p/W` where it is not full."""
        groups: list[str] = []
        left = self.number
        while not groups or left:
            left, group = divmod(left, 1000)
            groups.append(f"{'x' if groups else ''}{group:03d}")
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{'/'.join(reversed(groups))}{part}"

    @property
    def start(self) -> int:
        """The number, in its level, of the first that it holds."""
        return self.number * WIDTH


def read_path(path: str) -> Tile:
    """The tile of a path; FormatError for a path that no tile has."""
    found = PATH.fullmatch(path)
    if found is None:
        raise FormatError("no path of a tile: expected tile/LEVEL/NUMBER or tile/entries/NUMBER")
    level = None if found[1] == "entries" else int(found[1])
    tile = Tile(level, int(re.sub("[x/]", "", found[2])), int(found[3] or WIDTH))
    if tile.path != path or (level or 0) > HIGHEST:
        raise FormatError("no path of a tile: it is written in another way, or beyond all levels")
    return tile


def wanted(size: int) -> tuple[Tile, ...]:
    """Every tile that a ledger of `size` leaves has, entries first, then level by level."""
    return tuple(added(0, size))


def added(before: int, size: int) -> Iterator[Tile]:
    """The tiles that a ledger of `size` leaves has and one of `before` did not; a partial one counts when it grew."""
    for level in (None, *range(HIGHEST + 1)):
        shift = 8 * (level or 0)
        first, last = before >> shift, size >> shift
        if last == 0:
            return
        for number in range(first // WIDTH, -(-last // WIDTH)):
            width = min(WIDTH, last - number * WIDTH)
            if number * WIDTH + width > first:
                yield Tile(level, number, width)


def hashes(data: bytes, width: int) -> tuple[bytes, ...]:
    """The hashes of a tile's file, 32 bytes each; FormatError where it does not hold `width` of them."""
    if len(data) != width * SIZE:
        raise FormatError(f"a tile of {len(data)} bytes, expected {width} hashes of {SIZE}: it was cut or extended")
    return tuple(data[at : at + SIZE] for at in range(0, len(data), SIZE))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as one file: each behind its length, two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries(data: bytes, width: int) -> tuple[bytes, ...]:
    """The entries of a file; FormatError where it does not hold `width` of them and nothing else."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise FormatError(f"entry {len(found) + 1} of a bundle breaks off: the file was cut")
        found.append(data[at + 2 : end])
        at = end
    if len(found) != width:
        raise FormatError(f"a bundle of {len(found)} entries, expected {width}")
    return tuple(found)


def levels(leaves: Sequence[bytes]) -> tuple[Sequence[bytes], ...]:
    """The hashes of each level, from these leaf hashes up: above level 0, the roots of the full tiles below."""
    found = [leaves]
    while len(found[-1]) >= WIDTH:
        below = found[-1]
        full = range(0, len(below) - WIDTH + 1, WIDTH)
        found.append([tree.root(below[start : start + WIDTH]) for start in full])
    return tuple(found)
