"""Folder under crashes: kill -9, power cuts, full and failing disks. What was acknowledged is there, and whole."""

import contextlib
import errno
import itertools
import os
import pickle
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stores
import witnessed
from disk import Disk, PowerCut
from witnessed import Hand, Witnessed

from evenhand.errors import OutputError
from evenhand.keep.folder import Folder

# VAULT 17: 50 rounds, and 1,000 by night; a store lives through 25 of them
KILLED = [*range(2), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 40))]
CUT = [*range(40), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(40, 2000))]
ROUNDS = 25


@pytest.mark.parametrize("seed", KILLED)
def test_a_process_that_is_killed_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    chance, seen, acknowledged = random.Random(seed), Witnessed(), 0
    for life in range(ROUNDS):
        # at times while it opens the store, and mostly in the midst of a call
        events = killed(tmp_path / "store", seen, 1000 * seed + life, chance.randint(0, 60), chance.uniform(0, 0.003))
        for event in events:
            seen.hear(event)
        acknowledged += events.count(witnessed.DONE)
        with Folder(tmp_path / "store") as store:
            seen.check(store, tmp_path / "store")
    assert acknowledged > 10 * ROUNDS


def killed(path: Path, seen: Witnessed, seed: int, events: int, later: float) -> list[tuple]:
    """What a process said before it was killed: so many seconds after so many of its events, whatever else runs."""
    program = [sys.executable, witnessed.__file__, str(path), str(seed)]
    places = os.pathsep.join([str(Path(witnessed.__file__).parent), *sys.path])
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": places}
    ) as child:
        child.stdin.write(pickle.dumps(seen))
        child.stdin.close()
        # an empty one, when it is about to open the store
        data = b""
        while len(list(parts(data))) <= events:
            found = os.read(child.stdout.fileno(), 1 << 16)
            assert found, "it ended by itself"
            data += found
        time.sleep(later)
        child.kill()
        data += child.stdout.read()
    return [pickle.loads(part) for part in parts(data) if part]


def parts(data: bytes) -> Iterator[bytes]:
    """Each whole part of what was said; the last one may be cut off."""
    while len(data) >= 4 and len(data) >= 4 + (length := int.from_bytes(data[:4], "big")):
        yield data[4 : 4 + length]
        data = data[4 + length :]


@contextlib.contextmanager
def until_cut(disk: Disk, seen: Witnessed) -> Iterator[None]:
    """A time with power; then the store must open on what is left, and hold what it acknowledged.

    Every other time it is only the process that ends. What a new one reads and goes by must then be on the platter,
    even if the power is cut as soon as it has read it.
    """
    with disk.on(), contextlib.suppress(PowerCut, OutputError):
        yield
    disk.cut, disk.faulty, disk.fails = None, 0.0, frozenset()
    if disk.chance.random() < 0.5:
        with disk.on():
            store = Folder(disk.path)
            seen.check(store, disk.path)
            disk.cut = 0
            with contextlib.suppress(PowerCut):
                store.close()
    disk.lose_power()
    disk.cut = None
    with disk.on(), Folder(disk.path) as store:
        seen.check(store, disk.path)


@pytest.mark.parametrize("seed", CUT)
def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    chance, seen = random.Random(seed), Witnessed()
    disk, hand = Disk(tmp_path / "disk", chance), Hand(seen, chance, seen.hear)
    for _ in range(6):
        with until_cut(disk, seen):
            disk.cut = chance.randint(1, 60)
            disk.faulty = chance.choice([0.0, 0.0, 0.05, 0.2])
            with Folder(disk.path) as store:
                for _ in range(100):
                    hand.step(store)


@pytest.mark.parametrize("failing", range(1, 5))
def test_writes_that_fail_and_then_a_power_cut(tmp_path: Path, failing: int) -> None:
    for first, cut in itertools.product(range(1, 12), range(1, 24)):
        chance, seen = random.Random(100 * first + cut), Witnessed()
        disk, hand = Disk(tmp_path / f"{first}-{cut}", chance), Hand(seen, chance, seen.hear)
        with disk.on(), Folder(disk.path) as store:
            hand.keep(store)
        with until_cut(disk, seen):
            store = Folder(disk.path)
            disk.fails = frozenset(range(disk.writes + first, disk.writes + first + failing))
            disk.cut = disk.writes + first + cut
            for call in (hand.keep, hand.number, hand.keep, hand.shred, hand.keep):
                with contextlib.suppress(OutputError):
                    call(store)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("failing", [1, 2, 1000])
def test_when_any_write_fails_nothing_is_acknowledged_and_then_all_goes_on(
    tmp_path: Path, error: int, failing: int
) -> None:
    """One write, two in a row, or all from one on until there is room: the same object, without hands, goes on."""
    calls = failed = 0
    for first in itertools.count(1):
        chance, seen = random.Random(first), Witnessed()
        disk, hand = Disk(tmp_path / str(first), chance), Hand(seen, chance, seen.hear)
        disk.error = error
        with disk.on(), Folder(disk.path) as store:
            hand.keep(store)
            before = disk.faults
            disk.fails = frozenset(range(disk.writes + first, disk.writes + first + failing))
            for call in (hand.keep, hand.number, hand.seal, hand.publish, hand.shred, hand.keep):
                try:
                    call(store)
                except OutputError as refused:
                    assert os.strerror(error) in str(refused)
                    failed += 1
                calls += 1
            met = disk.faults > before
            disk.fails = frozenset()
            kept = len(seen.kept)
            # each of them returns
            for call in (hand.keep, hand.number, hand.seal, hand.publish, hand.shred):
                call(store)
            assert len(seen.kept) == kept + 1
            seen.check(store, disk.path)
        with disk.on(), Folder(disk.path) as store:
            seen.check(store, disk.path)
        if not met:
            break
    assert first > 12
    assert 0 < failed < calls


def test_a_store_on_a_full_disk_opens_and_is_read(tmp_path: Path) -> None:
    chance, seen = random.Random(1), Witnessed()
    disk, hand = Disk(tmp_path / "disk", chance), Hand(seen, chance, seen.hear)
    disk.error = errno.ENOSPC
    with disk.on(), Folder(disk.path) as store:
        for call in (hand.keep, hand.keep, hand.number):
            call(store)
    with disk.on():
        store = Folder(disk.path)
        disk.full = True
        with pytest.raises(OutputError, match="No space left"):
            hand.keep(store)
        seen.check(store, disk.path)
        store.close()
        disk.full = False
        with Folder(disk.path) as store:
            hand.keep(store)
            seen.check(store, disk.path)


def test_a_file_that_the_system_lets_grow_no_further(tmp_path: Path) -> None:
    """The same with the real limit of a process, and writes that stop in their midst."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    refused = 0
    with Folder(tmp_path / "store") as store:
        try:
            # a little more each time, so that the end is met everywhere in a record
            for limit in range(2000, 6000, 37):
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
                entry, frames = stores.told(f"number {limit} " * 30)
                try:
                    store.keep(entry, frames)
                except OutputError:
                    refused += 1
                    assert store.entry(entry.commitment) is None
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        kept = store.waiting()
        store.keep(entry, frames)
    assert refused > 50
    assert len(kept) > 3
    with Folder(tmp_path / "store") as store:
        assert store.waiting() == (*kept, entry)
        assert all(store.frames(each.commitment) != () for each in store.waiting())
