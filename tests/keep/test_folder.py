"""Folder store: what was acknowledged is there, what was damaged is said, what was shredded is gone."""

import hashlib
import random
from datetime import date
from pathlib import Path

import pytest
import stores

from evenhand.errors import FormatError, OutputError, ProofError
from evenhand.keep import leaf, records
from evenhand.keep.folder import GLANCE, Folder
from evenhand.keep.records import Root, Shred
from evenhand.keep.store import Batch, Entry, Store

DAY = date(2026, 12, 1)


@pytest.fixture(params=["folder", "dictionary"])
def store(request, tmp_path: Path):
    if request.param == "dictionary":
        yield stores.Dictionary()
    else:
        with Folder(tmp_path / "store") as made:
            yield made


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


def test_what_is_kept_waits_then_has_a_number(store) -> None:
    one, two = kept(store, "one", "two")
    assert [entry.commitment for entry in store.waiting()] == [one, two]
    store.number(Batch(1, DAY, 0, (two, one)))
    assert store.waiting() == ()
    assert [(entry.commitment, entry.index, entry.batch) for entry in store.entries()] == [(two, 0, 1), (one, 1, 1)]
    assert [entry.commitment for entry in store.entries(1)] == [one]
    assert store.frames(one) == stores.told("one")[1]
    assert store.entry(one).index == 1
    assert store.entry(bytes(32)) is None
    assert store.last_batch() == Batch(1, DAY, 0, (two, one))
    assert store.last_batch().size == 2


def test_every_call_may_be_made_again(store) -> None:
    for _ in range(2):
        (one,) = kept(store, "one")
    for _ in range(2):
        store.number(Batch(1, DAY, 0, (one,)))
        store.seal_root(1, bytes(32))
        store.publish(b"a checkpoint\n")
        store.shred(stores.digests("one"))
    assert (store.root(1), store.checkpoint(), len(list(store.entries()))) == (bytes(32), b"a checkpoint\n", 1)
    assert store.frames(one) == (None, None)


def test_an_empty_batch_is_numbered(store) -> None:
    store.number(Batch(1, DAY, 0, ()))
    (one,) = kept(store, "one")
    store.number(Batch(2, DAY, 0, (one,)))
    assert next(store.entries()).batch == 2


def test_a_public_document_has_an_entry_and_no_frames(store) -> None:
    entry = Entry(hashlib.sha256(b"a manifest").digest(), b"", "manifest", bytes(16), None, DAY)
    store.keep(entry, ())
    assert store.waiting()[0].leaf == leaf.public_entry("manifest", b"a manifest")


def test_what_does_not_fit_its_opening_is_not_kept(store) -> None:
    entry, frames = stores.told("one")
    for changed in ((frames[1], frames[0]), frames[:1], (), (frames[0], b"another")):
        with pytest.raises(ProofError, match="not those that its opening names"):
            store.keep(entry, changed)
    other, _ = stores.told("two")
    with pytest.raises(ProofError, match="not that of its opening"):
        store.keep(Entry(other.commitment, entry.opening, "report", bytes(16), None, DAY), frames)
    with pytest.raises(ProofError, match="not that of its opening"):
        store.keep(Entry(entry.commitment, entry.opening, "correction", bytes(16), None, DAY), frames)
    assert store.waiting() == ()


def test_one_commitment_is_never_two_entries(store) -> None:
    entry, frames = stores.told("one")
    store.keep(entry, frames)
    with pytest.raises(ProofError, match="held already"):
        store.keep(Entry(entry.commitment, entry.opening, "report", b"x" * 16, None, DAY), frames)


@pytest.mark.parametrize("batch", [
    lambda one, two: Batch(2, DAY, 0, (one,)),
    lambda one, two: Batch(1, DAY, 1, (one,)),
    lambda one, two: Batch(1, DAY, 0, (one, one)),
    lambda one, two: Batch(1, DAY, 0, (one, bytes(32))),
])  # fmt: skip
def test_a_batch_that_does_not_follow_is_refused(store, batch) -> None:
    names = kept(store, "one", "two")
    with pytest.raises(ProofError):
        store.number(batch(*names))
    assert len(store.waiting()) == 2


def test_no_size_has_two_roots(store) -> None:
    (one,) = kept(store, "one")
    store.number(Batch(1, DAY, 0, (one,)))
    store.seal_root(1, bytes(32))
    with pytest.raises(ProofError, match="two roots for one size"):
        store.seal_root(1, b"1" * 32)
    with pytest.raises(ProofError, match="size 2"):
        store.seal_root(2, bytes(32))


def test_a_story_goes_before_its_facts(store) -> None:
    (one,) = kept(store, "one")
    facts, story = stores.told("one")[1]
    store.shred(frozenset([hashlib.sha256(story).digest()]))
    assert store.frames(one) == (facts, None)


def test_what_is_not_here_is_not_shredded(store) -> None:
    with pytest.raises(ProofError, match="nothing shredded"):
        store.shred(frozenset([bytes(32)]))


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


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.nightly)])
def test_no_flipped_bit_of_the_rows_passes(tmp_path: Path, every: int) -> None:
    filled(tmp_path)
    rows, chance = (tmp_path / "rows").read_bytes(), random.Random(20261201)
    for place in range(0, len(rows), every):
        bit = chance.randrange(8)
        assert damaged(tmp_path, "rows", flipped(rows, place, bit)) not in (
            "",
            "an entry is gone and nothing was said",
        ), (
            place,
            bit,
        )


def test_no_flipped_bit_of_the_frames_passes(tmp_path: Path) -> None:
    filled(tmp_path)
    frames, chance = (tmp_path / "frames").read_bytes(), random.Random(20261201)
    mended = 0
    for place in range(len(frames)):
        changed = flipped(frames, place, chance.randrange(8))
        if not damaged(tmp_path, "frames", changed):
            # only the first zeros of what was shredded are put right without a word, on opening
            (tmp_path / "frames").write_bytes(changed)
            with Folder(tmp_path):
                assert (tmp_path / "frames").read_bytes() == frames, place
            mended += 1
    assert mended == sum(min(GLANCE, len(frame)) for frame in stores.told("two")[1])


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
