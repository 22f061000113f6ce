"""A disk whose power can be cut, and which can fail at any write: what programs see, and what would be left.

Programs see a real folder. Beside it stands what is on the platter: pages of 4,096 bytes that were waited for (fsync),
and of those that were not, whatever sectors the machine got to. A page that could not be written is forgotten, as Linux
does it: it reads as written, and no later fsync writes it. Renames and new names are kept in their order.
"""

import errno
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE, SECTOR = 4096, 512
WRITES = os.O_CREAT | os.O_TRUNC


class PowerCut(BaseException):
    """The machine stops here."""


@dataclass
class File:
    """What a program reads, what is on the platter, and the pages and sizes between, oldest first."""

    live: bytearray = field(default_factory=bytearray)
    platter: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int | None, bytes, int]] = field(default_factory=list)

    def write(self, at: int, data: bytes) -> None:
        self.live.extend(bytes(max(0, at + len(data) - len(self.live))))
        self.live[at : at + len(data)] = data
        for page in range(at // PAGE, (at + len(data) + PAGE - 1) // PAGE):
            self.pending.append((page, bytes(self.live[page * PAGE : (page + 1) * PAGE]), len(self.live)))

    def resize(self, size: int) -> None:
        del self.live[size:]
        self.pending.append((None, b"", size))

    def sync(self) -> None:
        for page, data, size in self.pending:
            _resize(self.platter, size)
            if page is not None:
                self.platter[page * PAGE : page * PAGE + len(data)] = data
        self.pending = []

    def forget(self, chance: random.Random) -> None:
        """An fsync that failed: some of it was written, the rest never will be."""
        self.platter, self.pending = bytearray(self.left(chance)), []

    def left(self, chance: random.Random) -> bytes:
        """What a power cut leaves: of each page that was not waited for, some sectors; of each size, any between."""
        found, likely = bytearray(self.platter), chance.choice([0.0, 0.5, 0.9, 1.0])
        for page, data, size in self.pending:
            if chance.random() < likely:
                _resize(found, size if chance.random() < 0.8 or size < len(found) else chance.randint(len(found), size))
            if page is None:
                continue
            for at in range(0, len(data), SECTOR):
                start = page * PAGE + at
                part = data[at : at + SECTOR][: max(0, len(found) - start)]
                if chance.random() < likely:
                    found[start : start + len(part)] = part
        return bytes(found)


def _resize(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    data.extend(bytes(size - len(data)))


class Disk:
    """A folder on such a disk; `with disk.on(): ...` is a time with power.

    The write numbered `cut` of that time, from 1 on, does not happen, nor does any after it. Each one before fails with
    a likelihood of `faulty`, or if its number is in `fails`, or if the disk is `full`; it may be half done then.
    """

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance = path, chance
        self.files: dict[str, File] = {}
        self.names: dict[str, File] = {}
        self.renames: list[tuple[str | None, str, File | None]] = []
        self.writes, self.faults = 0, 0
        self.cut: int | None = None
        self.fails: frozenset[int] = frozenset()
        self.full = False
        self.faulty = 0.0
        self.error = errno.EIO
        path.mkdir()

    @contextmanager
    def on(self) -> Iterator[None]:
        self.writes, real = 0, {name: getattr(os, name) for name in CALLS}
        opened: dict[int, File | None] = {}
        with pytest.MonkeyPatch.context() as patch:
            for name in CALLS:
                patch.setattr(os, name, getattr(_Calls(self, real, opened), name))
            try:
                yield
            finally:
                # a process that ends lets go of its files
                for fd in opened:
                    real["close"](fd)

    def lose_power(self) -> None:
        """What a program will find: only what is on the platter."""
        for _ in range(self.chance.randint(0, len(self.renames))):
            self._move(*self.renames.pop(0))
        shutil.rmtree(self.path)
        self.path.mkdir()
        self.files, self.renames = {}, []
        for name, file in self.names.items():
            left = file.left(self.chance)
            (self.path / name).write_bytes(left)
            self.files[name] = File(bytearray(left), bytearray(left))
        self.names = dict(self.files)

    def _move(self, old: str | None, new: str, file: File | None) -> None:
        if old is not None:
            self.names.pop(old, None)
        if file is not None:
            self.names[new] = file

    def sync_names(self) -> None:
        for each in self.renames:
            self._move(*each)
        self.renames = []

    def turn(self) -> bool:
        """One more write: PowerCut if it is not to be, and whether it fails."""
        self.writes += 1
        if self.cut is not None and self.writes >= self.cut:
            raise PowerCut
        failed = self.full or self.writes in self.fails or self.chance.random() < self.faulty
        self.faults += failed
        return failed

    def broken(self) -> OSError:
        return OSError(self.error, os.strerror(self.error))


CALLS = ("open", "close", "pwrite", "ftruncate", "fsync", "replace", "unlink")


class _Calls:
    """The functions of `os` that change the disk, as programs call them."""

    def __init__(self, disk: Disk, real: dict, opened: dict[int, File | None]) -> None:
        self.disk, self.real, self.opened = disk, real, opened

    def _name(self, path) -> str | None:
        path = Path(path)
        return path.name if path.parent == self.disk.path else None

    def open(self, path, flags, mode=0o777, **others) -> int:
        name = self._name(path)
        if name is not None and flags & WRITES:
            if self.disk.turn():
                raise self.disk.broken()
            if name not in self.disk.files:
                self.disk.files[name] = File()
                self.disk.renames.append((None, name, self.disk.files[name]))
            if flags & os.O_TRUNC:
                self.disk.files[name].resize(0)
        fd = self.real["open"](path, flags, mode, **others)
        if name is not None:
            self.opened[fd] = self.disk.files[name]
        elif Path(path) == self.disk.path:
            self.opened[fd] = None
        return fd

    def close(self, fd) -> None:
        self.opened.pop(fd, None)
        self.real["close"](fd)

    def pwrite(self, fd, data, at) -> int:
        if fd not in self.opened:
            return self.real["pwrite"](fd, data, at)
        failed = self.disk.turn()
        data = bytes(data)
        if failed and self.disk.chance.random() < 0.5:
            raise self.disk.broken()
        if failed or self.disk.chance.random() < 0.1:
            # a short write; what comes after it may fail
            data = data[: self.disk.chance.randint(1, len(data))]
        self.opened[fd].write(at, data)
        return self.real["pwrite"](fd, data, at)

    def ftruncate(self, fd, size) -> None:
        if self.disk.turn():
            raise self.disk.broken()
        self.opened[fd].resize(size)
        self.real["ftruncate"](fd, size)

    def fsync(self, fd) -> None:
        if fd not in self.opened:
            return
        failed, file = self.disk.turn(), self.opened[fd]
        if failed:
            if file is not None:
                file.forget(self.disk.chance)
            raise self.disk.broken()
        if file is None:
            self.disk.sync_names()
        else:
            file.sync()

    def replace(self, old, new) -> None:
        if self.disk.turn():
            raise self.disk.broken()
        self.real["replace"](old, new)
        before, after = self._name(old), self._name(new)
        file = self.disk.files[after] = self.disk.files.pop(before)
        self.disk.renames.append((before, after, file))

    def unlink(self, path, **others) -> None:
        self.real["unlink"](path, **others)
        name = self._name(path)
        if name is not None:
            self.disk.files.pop(name, None)
            self.disk.renames.append((name, name, None))
