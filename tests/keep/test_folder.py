"""Folder store: what was acknowledged is there, what was damaged is said, what was shredded is gone."""

import contextlib
import hashlib
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import FrameType

import pytest
import stores

from evenhand.errors import FormatError, OutputError, ProofError
from evenhand.keep import leaf, records
from evenhand.keep.folder import Folder
from evenhand.keep.records import Held, Root, Shred
from evenhand.keep.store import Batch, Entry, Store

DAY = date(2026, 12, 1)


def kept(store: Store, *words: str, kind: str = "report") -> list[bytes]:
    found = []
    for each in words:
        entry, frames = stores.told(each, kind)
        store.keep(entry, frames)
        found.append(entry.commitment)
    return found


def filled(path: Path) -> list[bytes]:
    """A folder with a numbered batch of three, a root, a checkpoint, one shredded, one waiting."""
    with Folder(path) as store:
        names = kept(store, "one", "two", "three")
        store.number(Batch(1, DAY, 0, tuple(names)))
        store.seal_root(3, bytes(32))
        store.publish(b"origin\n3\nroot\n\n\xe2\x80\x94 signed AAAA\n")
        store.shred(stores.digests("two"))
        return [*names, *kept(store, "four")]


def test_all_of_it_is_there_when_opened_again(tmp_path: Path) -> None:
    names = filled(tmp_path)
    with Folder(tmp_path) as store:
        assert [entry.commitment for entry in store.entries()] == names[:3]
        assert [entry.commitment for entry in store.waiting()] == names[3:]
        assert store.root(3) == bytes(32)
        assert store.checkpoint() is not None
        assert store.frames(names[0]) == stores.told("one")[1]
        assert store.frames(names[1]) == (None, None)
        store.number(Batch(2, DAY, 3, (names[3],)))


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    with Folder(tmp_path), pytest.raises(OutputError, match="in use by another process"):
        Folder(tmp_path)


def test_what_was_shredded_is_in_no_file(tmp_path: Path) -> None:
    filled(tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"story of one" in everything
    assert b"story of two" not in everything
    assert b"facts of two" not in everything


def test_a_shred_that_a_crash_cut_off_is_made_up_for(tmp_path: Path) -> None:
    names = filled(tmp_path)
    rows = (tmp_path / "rows").read_bytes()
    # the last record says `shred`, as if the machine had stopped before the zeros
    body = records.body(Shred(tuple(sorted(stores.digests("one"))), done=False))
    last = [body for _, body in records.bodies(rows, 0)][-1]
    (tmp_path / "rows").write_bytes(rows + records.record(body, hashlib.sha256(last).digest()))
    with Folder(tmp_path) as store:
        assert store.frames(names[0]) == (None, None)
    assert b"story of one" not in (tmp_path / "frames").read_bytes()


def damaged(path: Path, name: str, data: bytes) -> str:
    """What is said when a file of a whole folder holds `data` instead; empty where nothing is said."""
    names = [entry.commitment for entry in _entries(path)]
    before = (path / name).read_bytes()
    others = {each.name: each.read_bytes() for each in path.iterdir()}
    (path / name).write_bytes(data)
    try:
        with Folder(path) as store:
            for commitment in names:
                if store.entry(commitment) is None:
                    return "" if name != "rows" else "an entry is gone and nothing was said"
                store.frames(commitment)
    except (FormatError, ProofError) as error:
        return str(error)
    finally:
        for each, there in {**others, name: before}.items():
            (path / each).write_bytes(there)
    return ""


def _entries(path: Path) -> list[Entry]:
    with Folder(path) as store:
        return [*store.entries(), *store.waiting()]


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return bytes([*data[:place], data[place] ^ 1 << bit, *data[place + 1 :]])


def is_told(path: Path) -> bool:
    """Whether a reader is told that something is wrong, on opening or on reading every frame."""
    try:
        with Folder(path, reading=True) as store:
            for entry in (*store.entries(), *store.waiting()):
                store.frames(entry.commitment)
    except FormatError:
        return True
    return False


# every bit by night
@pytest.mark.parametrize("bits", [1, pytest.param(8, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", ["rows", "frames"])
def test_no_flipped_bit_passes(tmp_path: Path, name: str, bits: int) -> None:
    filled(tmp_path)
    assert not is_told(tmp_path)
    data, chance = (tmp_path / name).read_bytes(), random.Random(20261201)
    for place in range(len(data)):
        for bit in chance.sample(range(8), bits):
            (tmp_path / name).write_bytes(flipped(data, place, bit))
            assert is_told(tmp_path), (place, bit)


def test_a_shredded_frame_that_an_old_copy_brings_back_is_told_and_shredded_again(tmp_path: Path) -> None:
    names = filled(tmp_path / "one")
    with Folder(tmp_path / "two") as store:
        kept(store, "one", "two", "three", "four")
    old = (tmp_path / "two" / "frames").read_bytes()
    (tmp_path / "one" / "frames").write_bytes(old)
    with Folder(tmp_path / "one", reading=True) as store, pytest.raises(FormatError, match="shredded is there at byte"):
        store.frames(names[1])
    with Folder(tmp_path / "one") as store:
        assert store.frames(names[1]) == (None, None)
        assert b"story of two" not in (tmp_path / "one" / "frames").read_bytes()
        # and while it is open
        (tmp_path / "one" / "frames").write_bytes(old)
        store.shred(stores.digests("two"))
    everything = b"".join(path.read_bytes() for path in (tmp_path / "one").iterdir())
    assert b"of two" not in everything
    assert b"story of one" in everything


def test_reading_writes_nothing_and_needs_no_lock(tmp_path: Path) -> None:
    names = filled(tmp_path)
    rows = (tmp_path / "rows").read_bytes()
    # what a crash left: half a record, and a shred that has not come to its end
    last = [body for _, body in records.bodies(rows, 0)][-1]
    half = records.record(
        records.body(Shred(tuple(sorted(stores.digests("one"))), done=False)), hashlib.sha256(last).digest()
    )
    (tmp_path / "rows").write_bytes(rows + half + b"record 12")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    with Folder(tmp_path, reading=True) as store, Folder(tmp_path, reading=True):
        assert store.frames(names[0]) == (None, None)
        assert len(store.waiting()) == 1
        with pytest.raises(OutputError):
            kept(store, "five")
    assert before == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    with pytest.raises(FormatError, match="length is missing"):
        Folder(tmp_path / "nothing", reading=True)
    assert not (tmp_path / "nothing").exists()


def test_truncated_swapped_doubled_missing_and_old_files_are_told_apart(tmp_path: Path) -> None:
    filled(tmp_path)
    rows, frames = (tmp_path / "rows").read_bytes(), (tmp_path / "frames").read_bytes()
    cuts = [end for end, _ in records.bodies(rows, 0)]
    parts = [rows[a:b] for a, b in zip([len(records.ROWS), *cuts], cuts, strict=False)]
    assert "was cut short, or is an old copy" in damaged(tmp_path, "rows", rows[: cuts[3]])
    assert "was cut short, or is an old copy" in damaged(tmp_path, "frames", frames[:-1])
    swapped = records.ROWS + parts[1] + parts[0] + b"".join(parts[2:])
    assert "does not follow the one before" in damaged(tmp_path, "rows", swapped)
    assert "does not follow the one before" in damaged(tmp_path, "rows", rows + parts[-1])
    assert "does not follow" in damaged(tmp_path, "rows", records.ROWS + b"".join(parts[1:]) + parts[-1] + parts[0])
    assert "another format" in damaged(tmp_path, "rows", rows.replace(b"folder/1", b"folder/2"))
    assert "another format" in damaged(tmp_path, "frames", frames.replace(b"frames/1", b"frames/2"))
    for name, words in (("rows", "rows is missing"), ("frames", "frames is missing"), ("length", "length is missing")):
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(FormatError, match=words):
            Folder(tmp_path)
        (tmp_path / name).write_bytes(data)


@pytest.mark.parametrize("body", [
    b"unknown\n",
    records.body(Root(3, b"1" * 32)),
    records.body(Shred((bytes(32),), done=False)),
    b"entry\n",
    b"batch\nnumber 3\nday 2026-12-02\nfirst 3\n",
])  # fmt: skip
def test_a_record_that_is_whole_and_says_what_cannot_be_is_refused(tmp_path: Path, body: bytes) -> None:
    filled(tmp_path)
    rows = (tmp_path / "rows").read_bytes()
    last = [found for _, found in records.bodies(rows, 0)][-1]
    assert damaged(tmp_path, "rows", rows + records.record(body, hashlib.sha256(last).digest()))


def test_a_last_write_that_was_cut_off_is_dropped_and_the_store_goes_on(tmp_path: Path) -> None:
    names = filled(tmp_path)
    rows = (tmp_path / "rows").read_bytes()
    last = [found for _, found in records.bodies(rows, 0)][-1]
    record = records.record(records.body(Batch(2, DAY, 3, (names[3],))), hashlib.sha256(last).digest())
    for cut in range(len(record)):
        zeros = bytes(len(record) - cut) if cut % 2 else b""
        (tmp_path / "rows").write_bytes(rows + record[:cut] + zeros)
        with Folder(tmp_path) as store:
            assert len(store.waiting()) == 1, cut
        assert (tmp_path / "rows").read_bytes() == rows


@pytest.mark.parametrize("note", [b"no line end", b"a\0b\n", b"a\r\n", b"\xff\n"])
def test_a_checkpoint_that_could_not_be_read_back_is_not_written(tmp_path: Path, note: bytes) -> None:
    filled(tmp_path)
    with Folder(tmp_path) as store, pytest.raises(FormatError):
        store.publish(note)
    with Folder(tmp_path) as store:
        assert store.checkpoint() == b"origin\n3\nroot\n\n\xe2\x80\x94 signed AAAA\n"


def test_a_day_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    entry, frames = stores.told("one")
    with Folder(tmp_path) as store:
        with pytest.raises(FormatError):
            store.keep(replace(entry, day=datetime(2026, 12, 1, 6)), frames)
        store.keep(entry, frames)
    with Folder(tmp_path) as store:
        assert store.waiting() == (entry,)


@pytest.mark.parametrize("call", range(1, 30))
def test_after_an_interrupt_what_is_in_doubt_is_not_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Ctrl-C at a call that changes the disk, before it and after it; whoever catches it must open the folder again."""
    real, count = (os.pwrite, os.fsync, os.ftruncate), 0

    def interrupted(which: int) -> Callable:
        def run(*arguments):
            nonlocal count
            count += 1
            if count == call:
                raise KeyboardInterrupt
            found = real[which](*arguments)
            if count == call - 1:
                count += 1
                raise KeyboardInterrupt
            return found

        return run

    filled(tmp_path)
    with Folder(tmp_path) as store:
        before = len(store.waiting())
        with monkeypatch.context() as patch:
            for which, name in enumerate(("pwrite", "fsync", "ftruncate")):
                patch.setattr(os, name, interrupted(which))
            done = 0
            for words in ("five", "six", "seven"):
                with contextlib.suppress(KeyboardInterrupt, OutputError):
                    kept(store, words)
                    done += 1
    with Folder(tmp_path) as store:
        assert before + done <= len(store.waiting()) <= before + 3
        for entry in store.waiting():
            assert None not in store.frames(entry.commitment)
        kept(store, "eight")


def test_frames_that_lie_over_others_are_refused(tmp_path: Path) -> None:
    with Folder(tmp_path) as store:
        kept(store, "one")
    first = records.body(Held(stores.told("one")[0], 18, (12, 12)))
    second = records.record(records.body(Held(stores.told("two")[0], 18, (12, 12))), hashlib.sha256(first).digest())
    assert (tmp_path / "rows").read_bytes() == records.ROWS + records.record(first, records.FIRST)
    (tmp_path / "rows").write_bytes(records.ROWS + records.record(first, records.FIRST) + second)
    with pytest.raises(FormatError, match="lie over those"):
        Folder(tmp_path)


def test_a_hundred_thousand_entries_would_open_in_seconds(tmp_path: Path) -> None:
    """Ten thousand here; the time is that of this process, whatever else runs. Measured: 0.3 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        with Folder(tmp_path) as store:
            names = kept(store, *map(str, range(10_000)), kind="act")
            store.number(Batch(1, DAY, 0, tuple(names)))
    before = time.process_time()
    with Folder(tmp_path) as store:
        assert time.process_time() - before < 2
        assert store.last_batch().size == 10_000


def test_after_an_interrupt_between_disk_and_memory_the_folder_must_be_opened_again(tmp_path: Path) -> None:
    def interrupt(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == "_take":
            raise KeyboardInterrupt

    before = sys.gettrace()
    with Folder(tmp_path) as store:
        kept(store, "one")
        sys.settrace(interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                kept(store, "two")
        finally:
            sys.settrace(before)
        with pytest.raises(OutputError, match="open the folder again"):
            kept(store, "three")
    with Folder(tmp_path) as store:
        assert [entry.opening for entry in store.waiting()] == [
            stores.told(words)[0].opening for words in ("one", "two")
        ]
        assert store.frames(store.waiting()[1].commitment) == stores.told("two")[1]


def test_closing_lets_the_lock_go_though_it_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(fd: int) -> None:
        raise KeyboardInterrupt

    store = Folder(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", interrupt)
        store.close()
    with Folder(tmp_path) as store:
        kept(store, "one")


def test_an_entry_that_comes_without_a_frame_takes_it_from_no_other(tmp_path: Path) -> None:
    entry, frames = stores.told("one")
    opening = leaf.Opening("report", bytes(32), leaf.parse(entry.opening).digests)
    again = replace(entry, commitment=leaf.commitment(opening), opening=opening.text())
    with Folder(tmp_path / "store") as store:
        store.keep(entry, frames)
        store.keep(again, (None, None))
        assert store.frames(entry.commitment) == frames
    with Folder(tmp_path / "store") as store:
        assert store.frames(entry.commitment) == store.frames(again.commitment) == frames


def test_what_was_gone_before_it_came_is_gone_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    entry, (facts, _) = stores.told("one")
    with Folder(tmp_path / "store") as store:
        store.keep(entry, (facts, None))
    size = (tmp_path / "store/rows").stat().st_size
    with Folder(tmp_path / "store") as store:
        assert store.frames(entry.commitment) == (facts, None)
    assert (tmp_path / "store/rows").stat().st_size == size
