"""Published: a published ledger, read from its folder as it stands there, and held to itself.

Tiles are held to their entries and to the tiles above, checkpoints to their place. The layout is
docs/formats/published.md.
"""

from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import FormatError, ProofError
from evenhand.keep import leaf, note, tiles, tree
from evenhand.keep.lines import number
from evenhand.keep.note import Note


@dataclass(frozen=True, slots=True)
class Published:
    """A published folder as it was read: the newest checkpoint and its size, all by size, and its entries in order.

    `numbers` has each entry's leaf number, `roots` the root of each checkpoint's size.
    """

    folder: Path
    size: int
    newest: Note
    checkpoints: dict[int, Note]
    entries: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    numbers: dict[bytes, int]
    roots: dict[int, bytes]
    older_tiles: int

    def leaf_of(self, kind: str, digest: bytes) -> int | None:
        """The number of the leaf with this entry."""
        return self.numbers.get(leaf.entry_of(kind, digest))

    def root(self, size: int) -> bytes:
        """The root of the first leaves."""
        return self.roots[size] if size in self.roots else tree.root(self.leaves[:size])


def read_leaves(folder: Path, size: int) -> list[bytes]:
    """The leaf hashes of a published ledger, from its tiles as they stand on the disk, 32 bytes each.

    Each tile is held to its entries and to the tiles above it. FormatError names the tile that is missing or cut,
    ProofError the one that does not agree.
    """
    read = {tile: _tile(folder, tile) for tile in tiles.wanted(size)}
    leaves = [each for tile, found in read.items() if tile.level == 0 for each in found]
    levels = tiles.levels(leaves)
    for tile, found in read.items():
        hashes = found if tile.level is not None else tuple(map(tree.leaf_hash, found))
        if hashes != tuple(levels[tile.level or 0][tile.start : tile.start + tile.width]):
            raise ProofError(f"{tile.path} does not agree with the tiles below it: one of them was changed")
    return leaves


def read_entries(folder: Path, size: int) -> list[bytes]:
    """The entries of a published ledger, in order."""
    bundles = (tile for tile in tiles.wanted(size) if tile.level is None)
    return [entry for tile in bundles for entry in _tile(folder, tile)]


def _tile(folder: Path, tile: tiles.Tile) -> tuple[bytes, ...]:
    try:
        data = (folder / tile.path).read_bytes()
    except OSError as error:
        raise FormatError(f"{tile.path} cannot be read ({error.strerror}): the ledger needs it") from None
    try:
        return tiles.entries(data, tile.width) if tile.level is None else tiles.hashes(data, tile.width)
    except FormatError as error:
        raise FormatError(f"{tile.path}: {error}") from None


def read_manifests(folder: Path) -> tuple[Note, ...]:
    """The manifests of a published folder as signed notes, in the order of their versions."""
    return tuple(note.parse(path.read_bytes()) for path in sorted((folder / "manifest").glob("[!.]*"), key=_version))


def _version(path: Path) -> int:
    if not path.name.isascii() or not path.name.isdigit():
        raise FormatError(f"{path} is no version of a manifest: expected a number")
    return int(path.name)


def read(folder: Path) -> Published:
    """A published ledger whose tiles, entries and checkpoints agree; FormatError or ProofError names what does not."""
    newest = note.parse((folder / "checkpoint").read_bytes())
    size = note.read_checkpoint(newest).size
    checkpoints = _read_checkpoints(folder, newest, size)
    leaves = read_leaves(folder, size)
    entries = read_entries(folder, size)
    for entry in entries:
        leaf.read_entry(entry)
    numbers = {entry: at for at, entry in enumerate(entries)}
    if len(numbers) != len(entries):
        raise ProofError("an entry stands twice in the ledger: one thing has two numbers")
    return Published(
        folder=folder,
        size=size,
        newest=newest,
        checkpoints=checkpoints,
        entries=tuple(entries),
        leaves=tuple(leaves),
        numbers=numbers,
        roots=tree.roots(leaves, checkpoints),
        older_tiles=_other_tiles(folder, size, leaves, entries),
    )


def _read_checkpoints(folder: Path, newest: Note, size: int) -> dict[int, Note]:
    found = {}
    for path in sorted((folder / "checkpoints").glob("[!.]*")):
        signed = note.parse(path.read_bytes())
        found_size = note.read_checkpoint(signed).size
        if number(path.name) != found_size:
            raise ProofError(f"{path} is a checkpoint of {found_size} leaves")
        if found_size > size:
            raise ProofError(
                f"{path} is newer than the checkpoint shown, of {size} leaves: an old one was "
                "put back, or a run of the publisher was cut off; run it again"
            )
        if found_size == size and signed.text != newest.text:
            raise ProofError(f"{path} and the checkpoint shown have one size and two roots: keep both")
        found[found_size] = signed
    if size not in found:
        raise ProofError(f"checkpoints/{size} is missing: each checkpoint that was published stays")
    return found


def _other_tiles(folder: Path, size: int, leaves: list[bytes], entries: list[bytes]) -> int:
    """How many tiles are there beside those that the size needs; each is partial, older, and agrees."""
    levels, wanted, count = tiles.levels(leaves), set(tiles.wanted(size)), 0
    for path in sorted(each for each in (folder / "tile").rglob("[!.]*") if each.is_file()):
        tile = tiles.read_path(path.relative_to(folder).as_posix())
        if tile in wanted:
            continue
        count += 1
        part = slice(tile.start, tile.start + tile.width)
        level = tile.level or 0
        data = path.read_bytes()
        hashes = (
            tiles.bundle(entries[part])
            if tile.level is None
            else b"".join(levels[level][part] if level < len(levels) else ())
        )
        if data != hashes or not data:
            raise ProofError(
                f"{tile.path} does not agree with the ledger, or is beyond its end; a run of the "
                "publisher that was cut off leaves such: run it again"
            )
    return count


def check_root(signed: Note, published: Published) -> int:
    """The size of a checkpoint whose root is that of the ledger's first leaves; ProofError where it is not."""
    found = note.read_checkpoint(signed)
    if found.size > published.size:
        raise ProofError(
            f"a checkpoint of {found.size} leaves, and the ledger shows {published.size}: leaves were taken away"
        )
    if published.root(found.size) != found.root:
        raise ProofError(
            f"the root of the first {found.size} leaves is another: this ledger does not continue that one"
        )
    return found.size


def split_openings(data: bytes) -> list[leaf.Opening]:
    """The openings of a file that has them one after another."""
    head = f"{leaf.OPENING}\n".encode()
    first, *parts = data.split(head)
    if first:
        raise FormatError("a file of openings begins with one")
    return [leaf.parse(head + part) for part in parts]


def check_openings(openings: list[leaf.Opening], published: Published) -> None:
    """ProofError unless each opening is that of a leaf, and none stands twice."""
    texts = [leaf.entry(opening) for opening in openings]
    if len(set(texts)) != len(texts):
        raise ProofError("an opening stands twice")
    if strangers := sum(text not in published.numbers for text in texts):
        raise ProofError(f"{strangers} openings are of no leaf: they were changed, or are of another ledger")


def read_openings(published: Published) -> list[leaf.Opening]:
    """All openings of a folder that has them."""
    found: list[leaf.Opening] = []
    for path in sorted((published.folder / "openings").glob("[!.]*"), key=lambda path: number(path.name)):
        found += split_openings(path.read_bytes())
    return found


def kinds(published: Published, openings: list[leaf.Opening]) -> list[str]:
    """The kind of each leaf, by its opening or its public document."""
    opened = {leaf.entry(opening): opening.kind for opening in openings}
    public = {head: kind for kind, head in leaf.PUBLIC.items()}
    return [opened.get(entry) or public.get(leaf.read_entry(entry)[0], "unknown") for entry in published.entries]
