"""Tiles: the paths of C2SP, every leaf in one tile, and a file that was cut is refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError
from evenhand.keep import tiles, tree
from evenhand.keep.tiles import Tile


# C2SP tlog-tiles, "Merkle Tree": its example of x001/x234/067, and of a tree of 70,000 leaves
def test_the_paths_of_c2sp() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    paths = {tile.path for tile in tiles.wanted(70_000)}
    assert {"tile/0/255", "tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= paths
    assert {"tile/entries/272", "tile/entries/273.p/112"} <= paths
    assert len(paths) == 274 + 274 + 2 + 1


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**9), st.integers(1, 256))
def test_a_path_is_read_back(level, number, width) -> None:
    tile = Tile(level, number, width)
    assert tiles.read_path(tile.path) == tile


@pytest.mark.parametrize("path", [
    "tile/0/0", "tile/0/x000/001", "tile/00/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256",
    "tile/0/000.p/01", "tile/x/000", "tile/0/001/000", "/tile/0/000", "tile/0/../000", "tile/0/000\n",
    "tile/entries/", "tile/0/٠٠٠",
])  # fmt: skip
def test_no_other_path_is_one(path: str) -> None:
    with pytest.raises(FormatError):
        tiles.read_path(path)


@given(st.integers(0, 700), st.integers(0, 700))
def test_what_was_added_is_what_a_larger_ledger_has_and_a_smaller_had_not(one, other) -> None:
    before, size = sorted((one, other))
    assert set(tiles.wanted(size)) - set(tiles.wanted(before)) == set(tiles.added(before, size))
    assert sum(tile.width for tile in tiles.wanted(size) if tile.level is None) == size


def test_levels_hold_the_roots_of_full_tiles_and_lead_to_the_root() -> None:
    leaves = [hashlib.sha256(str(at).encode()).digest() for at in range(70_000)]
    levels = tiles.levels(leaves)
    assert [len(level) for level in levels] == [70_000, 273, 1]
    assert levels[1][272] == tree.root(leaves[272 * 256 : 273 * 256])
    assert levels[2][0] == tree.root(leaves[:65_536])
    assert tiles.levels(leaves[:255]) == (leaves[:255],)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_are_read_back(found) -> None:
    assert tiles.entries(tiles.bundle(found), len(found)) == tuple(found)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.data())
def test_a_bundle_that_was_cut_or_extended_is_refused(found, data) -> None:
    whole = tiles.bundle(found)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for changed in (whole[:cut], whole + b"\0", whole + b"\0\0"):
        with pytest.raises(FormatError):
            tiles.entries(changed, len(found))


def test_hashes_are_as_many_as_the_path_says() -> None:
    assert tiles.hashes(bytes(64), 2) == (bytes(32), bytes(32))
    for data in (bytes(63), bytes(96)):
        with pytest.raises(FormatError, match="expected 2 hashes of 32"):
            tiles.hashes(data, 2)
