"""Durable: what a call returned for is on the platter, and what failed is as if it had not been tried."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from disk import Disk, PowerCut

from evenhand.errors import FormatError, OutputError
from evenhand.keep.durable import AppendOnly, locked, make_folder, put

SEEDS = range(30)


@pytest.fixture(params=SEEDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return Disk(tmp_path / "disk", random.Random(request.param))


def left(disk: Disk, name: str = "file") -> bytes:
    """What lies in the file after a power cut."""
    disk.lose_power()
    return (disk.path / name).read_bytes()


def test_a_file_that_was_put_is_there_after_a_power_cut(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"one" * 2000)
    assert left(disk) == b"one" * 2000


def test_a_file_is_replaced_whole_or_not_at_all(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"one" * 2000)
    with disk.on(), pytest.raises(PowerCut):
        disk.cut = disk.chance.randint(1, 4)
        put(disk.path / "file", b"two" * 3000)
    assert left(disk) in (b"one" * 2000, b"two" * 3000)


def test_a_put_that_fails_leaves_the_old_file_and_nothing_beside(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"one")
        disk.fails = frozenset([disk.writes + disk.chance.randint(1, 3)])
        # of a write that fails a part may be done, and the rest in a second one
        after = b"two"
        try:
            put(disk.path / "file", after)
        except OutputError as refused:
            assert "could not be written" in str(refused)
            after = b"one"
        assert [path.name for path in disk.path.iterdir()] == ["file"]
        assert (disk.path / "file").read_bytes() == after
    assert left(disk) == after


def test_what_was_appended_is_there_after_a_power_cut(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"first\n")
        file = AppendOnly(disk.path / "file")
        file.append(b"second\n" * 1000)
        assert file.end == 6 + 7000
        assert file.read(6, 7) == b"second\n"
        assert file.read(file.end - 3, 100) == b"nd\n"
    assert left(disk) == b"first\n" + b"second\n" * 1000


def test_a_file_that_says_it_is_settled_ends_where_it_says_on_the_platter(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"first\n")
        file = AppendOnly(disk.path / "file")
        # the write and the fsync, and then the same of cutting it off, or not
        disk.fails = frozenset(range(disk.writes + 1, disk.writes + disk.chance.randint(3, 6)))
        with pytest.raises(OutputError):
            file.append(b"x")
        assert file.end == 6
        settled = file.settled
    found = left(disk)
    assert found == b"first\n" if settled else found.startswith(b"first\n")


def test_after_what_failed_the_next_is_appended_where_it_ended(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"first\n")
        file = AppendOnly(disk.path / "file")
        disk.fails = frozenset(range(disk.writes + 1, disk.writes + disk.chance.randint(30, 33)))
        with pytest.raises(OutputError):
            file.append(b"longer than the second")
        disk.fails = frozenset()
        file.append(b"second\n")
        assert file.settled
    assert left(disk) == b"first\nsecond\n"


def test_what_another_process_may_not_have_waited_for_is_confirmed(disk: Disk) -> None:
    """It reads as written, and is not: an fsync that failed was forgotten, and so is whatever it did not write."""
    with disk.on():
        put(disk.path / "file", b"first\n")
        file = AppendOnly(disk.path / "file")
        disk.fails = frozenset(range(disk.writes + 1, disk.writes + 40))
        with pytest.raises(OutputError):
            file.append(b"second\n" * 1000)
        disk.fails = frozenset()
    with disk.on():
        file = AppendOnly(disk.path / "file")
        read = file.read(0, file.end)
        file.confirm(6)
    assert left(disk) == read


def test_what_is_overwritten_lasts_once_it_was_waited_for(disk: Disk) -> None:
    with disk.on():
        put(disk.path / "file", b"a" * 9000)
        file = AppendOnly(disk.path / "file")
        file.overwrite(100, bytes(8000))
        file.sync()
    assert left(disk) == b"a" * 100 + bytes(8000) + b"a" * 900


@pytest.mark.parametrize("call", [lambda file: file.overwrite(0, b"x"), lambda file: file.sync()])
def test_each_way_to_write_says_that_it_failed(tmp_path: Path, call: Callable[[AppendOnly], None]) -> None:
    disk = Disk(tmp_path / "disk", random.Random(1))
    with disk.on():
        put(disk.path / "file", b"first\n")
        file = AppendOnly(disk.path / "file")
        disk.full = True
        with pytest.raises(OutputError, match="make room, try again"):
            for _ in range(20):
                call(file)


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="file is missing"):
        AppendOnly(tmp_path / "file")


def test_reading_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path / "file", b"first\nrest")
    file = AppendOnly(tmp_path / "file", reading=True)
    file.back_to(6)
    with pytest.raises(OutputError):
        file.append(b"second\n")
    file.close()
    assert (tmp_path / "file").read_bytes() == b"first\nrest"


def test_folders_are_made_for_their_owner_and_files_in_the_mode_that_is_given(tmp_path: Path) -> None:
    make_folder(tmp_path / "one" / "two")
    put(tmp_path / "three" / "file", b"", 0o644)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("one", "one/two", "three", "three/file")]
    assert modes == [0o700, 0o700, 0o755, 0o644]


def test_folders_that_are_there_are_entered_in_their_parents_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who made one may have been killed before its parent was on the disk."""
    make_folder(tmp_path / "one")
    opened, waited, real = {}, [], (os.open, os.fsync)

    def note(path: Path, *rest: int) -> int:
        fd = real[0](path, *rest)
        opened[fd] = Path(path)
        return fd

    monkeypatch.setattr(os, "open", note)
    monkeypatch.setattr(os, "fsync", lambda fd: waited.append(opened[fd]))
    make_folder(tmp_path / "one")
    assert waited == [tmp_path]


def test_a_lock_is_one_owner_s_until_it_is_closed(tmp_path: Path) -> None:
    first = locked(tmp_path / "lock")
    with pytest.raises(OutputError, match="in use by another process"):
        locked(tmp_path / "lock")
    os.close(first)
    os.close(locked(tmp_path / "lock"))
