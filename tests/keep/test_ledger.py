"""Ledger: kept, numbered, published; stopped anywhere it goes on; and it never signs what it cannot read back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import offices
import pytest
import stores

from evenhand.errors import EvenhandError, FormatError, OutputError, ProofError
from evenhand.keep import code, frame, ledger, manifest, note, published, receipt, tiles, tree
from evenhand.keep.folder import Folder
from evenhand.keep.ledger import Watcher
from evenhand.keep.store import Entry
from evenhand.keep.witness import Witness

NOW = datetime(2026, 12, 2, 6, tzinfo=UTC)
TODAY = NOW.date()
READER = code.recipient(offices.seed("civil-rights facts"))


def keep(store, n: int, start: int = 0) -> list[Entry]:
    found = []
    for at in range(start, start + n):
        entry, frames = stores.told(str(at))
        store.keep(entry, frames)
        found.append(entry)
    return found


def watcher(folder: Path, day: int = 0) -> Watcher:
    watching = Witness(folder, offices.WITNESS, offices.LOG.key)

    def cosign(old: int, path: Sequence[bytes], signed: note.Note) -> note.Note:
        return watching.cosign(NOW + timedelta(days=day), old, path, signed)

    return Watcher(offices.WITNESS.key, cosign)


def publish(store, out: Path, day: int = 0, **said):
    return ledger.publish(store, out, offices.LOG, NOW + timedelta(days=day), **said)


def test_sealed_frames_are_kept_promised_published_and_proved(tmp_path: Path) -> None:
    with Folder(tmp_path / "store") as store:
        sealed = [frame.make("facts", b"evenhand/facts/1\n{}\n", [READER]), frame.make("story", b"x", [READER])]
        entry = ledger.append(store, "report", sealed, TODAY, bytes(16))
        promised = ledger.promise(entry, offices.ORIGIN, TODAY, offices.PROMISE)
        assert receipt.read_promise(promised, offices.PROMISE.key).by == TODAY + timedelta(days=2)
        with pytest.raises(ProofError, match="not in a checkpoint yet"):
            ledger.prove(store, entry.commitment)
        done = publish(store, tmp_path / "out", watchers=[watcher(tmp_path / "witness")])
        assert (done.size, done.numbered, done.witnesses, done.silent) == (1, 1, (offices.WITNESS.name,), ())
        proof = ledger.prove(store, entry.commitment)
        assert receipt.check_proof(receipt.read_proof(proof.bytes), offices.LOG.key, [offices.WITNESS.key]) == 1
        assert [each.bytes for each in sealed] == list(store.frames(entry.commitment))


@pytest.mark.parametrize("sizes", [(0, 3), (1, 0, 1), (255, 1, 1), (256, 300), (5, 600)])
def test_every_checkpoint_is_that_of_the_tiles_and_continues_the_one_before(tmp_path: Path, sizes) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    total = 0
    for day, n in enumerate(sizes):
        keep(store, n, total)
        total += n
        done = publish(store, out, day, watchers=[watcher(tmp_path / "witness", day)])
        checkpoint = note.read_checkpoint(note.parse((out / "checkpoint").read_bytes()), offices.ORIGIN)
        assert (checkpoint.size, done.numbered, done.witnesses) == (total, n, (offices.WITNESS.name,))
        assert checkpoint.root == tree.root([tree.leaf_hash(entry.leaf) for entry in store.entries()])
        assert (out / "checkpoints" / str(total)).read_bytes() == (out / "checkpoint").read_bytes()
    assert {tile.path for tile in tiles.wanted(total)} <= {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    }


def test_order_within_a_batch_is_chance(tmp_path: Path) -> None:
    orders = set()
    for n in range(3):
        store = stores.Dictionary()
        entries = keep(store, 30)
        publish(store, tmp_path / str(n))
        assert {entry.commitment for entry in store.entries()} == {entry.commitment for entry in entries}
        orders.add(tuple(entry.commitment for entry in store.entries()))
    # 30! orders
    assert len(orders) == 3


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_failed_at_any_call_of_the_store_it_goes_on(tmp_path: Path, call: int, after: bool) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 5)
    publish(store, out)
    keep(store, 5, 5)
    store.fail(call, after)
    with pytest.raises(OutputError):
        publish(store, out, 1)
    keep(store, 2, 10)
    done = publish(store, out, 1)
    assert done.size == 12
    leaves = published.read_leaves(out, 12)
    assert tree.root(leaves) == note.read_checkpoint(done.checkpoint).root
    assert len({entry.commitment for entry in store.entries()}) == 12


def test_failed_at_any_file_it_goes_on(tmp_path: Path, monkeypatch) -> None:
    real, written = ledger.put, 0
    for stop in range(1, 12):
        store, out = stores.Dictionary(), tmp_path / str(stop)
        keep(store, 5)
        publish(store, out)
        keep(store, 300, 5)
        written = 0

        def put(path: Path, data: bytes, mode: int = 0o600, stop: int = stop) -> None:
            nonlocal written
            written += 1
            if written == stop:
                raise OutputError("the disk is full")
            real(path, data, mode)

        monkeypatch.setattr(ledger, "put", put)
        failed = False
        try:
            publish(store, out, 1)
        except OutputError:
            failed = True
        monkeypatch.setattr(ledger, "put", real)
        if (out / "checkpoint").exists():
            shown = note.read_checkpoint(note.parse((out / "checkpoint").read_bytes()))
            # what is shown never needs a tile that is not there
            assert tree.root(published.read_leaves(out, shown.size)) == shown.root
        done = publish(store, out, 1)
        assert done.size == 305
        if not failed:
            break
    assert not failed
    assert stop > 6


def test_a_store_whose_order_was_altered_is_not_signed_for(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 3)
    publish(store, out)
    first, second, third = store.entries()
    store.put_in_order(second.commitment, first.commitment, third.commitment)
    with pytest.raises(ProofError, match=r"does not agree|not the entries|two roots"):
        publish(store, out)
    keep(store, 1, 3)
    with pytest.raises(ProofError, match="does not begin with the 3 leaves published"):
        publish(store, out, 1)
    shown = note.read_checkpoint(note.parse((out / "checkpoint").read_bytes()))
    assert tree.root(published.read_leaves(out, 3)) == shown.root


@pytest.mark.parametrize(("fault", "words"), [
    (lambda out: (out / "tile/0/000.p/3").unlink(), "tile/0/000.p/3 cannot be read"),
    (lambda out: (out / "tile/0/000.p/3").write_bytes(bytes(64)), "expected 3 hashes"),
    (lambda out: (out / "tile/entries/000.p/3").write_bytes(b"\0"), "breaks off"),
    (lambda out: (out / "tile/0/000.p/3").write_bytes(bytes(96)), "does not agree"),
], ids=["missing", "cut", "entries cut", "changed"])  # fmt: skip
def test_tiles_are_read_back_before_anything_is_signed(tmp_path: Path, monkeypatch, fault, words) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 3)
    real = ledger.write_tiles

    def write(folder: Path, entries: Sequence[Entry], before: int) -> None:
        real(folder, entries, before)
        fault(folder)

    monkeypatch.setattr(ledger, "write_tiles", write)
    with pytest.raises((FormatError, ProofError), match=words):
        publish(store, out)
    assert not (out / "checkpoint").exists()
    assert store.checkpoint() is None


def test_a_clock_before_the_last_batch_or_days_after_stops_publishing(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 3)
    publish(store, out)
    before = (out / "checkpoint").read_bytes()
    keep(store, 1, 3)
    with pytest.raises(
        ProofError, match="this clock says 2026-12-01, and the last batch is of 2026-12-02: set the clock"
    ):
        publish(store, out, -1)
    with pytest.raises(ProofError, match="a batch is daily"):
        publish(store, out, 3)
    assert (out / "checkpoint").read_bytes() == before
    # receiving goes on, and who knows better says so
    keep(store, 1, 4)
    assert publish(store, out, 3, late=True).size == 5


def test_a_witness_that_is_away_is_named_and_its_signature_can_come_later(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 3)

    def away(*_: object) -> note.Note:
        raise OSError("no route")

    done = publish(store, out, watchers=[Watcher(offices.WITNESS.key, away)])
    assert done.witnesses == ()
    assert "no route" in done.silent[0]
    seen = watcher(tmp_path / "witness").cosign(0, (), done.checkpoint)
    ledger.add_cosignature(store, out, seen, offices.LOG.key, offices.WITNESS.key, NOW)
    shown = note.parse((out / "checkpoint").read_bytes())
    assert note.signed_by(shown, offices.WITNESS.key)
    # a run on the same day, without the witness, does not lose it
    publish(store, out)
    assert note.signed_by(note.parse((out / "checkpoint").read_bytes()), offices.WITNESS.key)
    keep(store, 1, 3)
    publish(store, out, 1)
    with pytest.raises(ProofError, match="of another checkpoint"):
        ledger.add_cosignature(store, out, seen, offices.LOG.key, offices.WITNESS.key, NOW)


def test_an_old_copy_is_not_published_over_what_a_witness_has_seen(tmp_path: Path) -> None:
    store = stores.Dictionary()
    keep(store, 5)
    watching = watcher(tmp_path / "witness")
    publish(store, tmp_path / "out", watchers=[watching])
    old = stores.Dictionary()
    keep(old, 3)
    with pytest.raises(ProofError, match="has seen 5 leaves, and 3 are here: this is an old copy"):
        publish(old, tmp_path / "old", watchers=[watching])
    other = stores.Dictionary()
    keep(other, 8, 100)
    with pytest.raises(ProofError, match="does not continue"):
        publish(other, tmp_path / "other", watchers=[watching])
    assert not (tmp_path / "other" / "checkpoint").exists()


@pytest.mark.parametrize("shown", ["checkpoint", "checkpoints/5"])
def test_an_old_copy_is_not_published_over_what_the_folder_shows(tmp_path: Path, shown: str) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 5)
    publish(store, out)
    # a run that was killed leaves either one of the two
    (out / ({"checkpoint", "checkpoints/5"} - {shown}).pop()).unlink()
    for n, start in ((0, 0), (3, 0), (8, 100)):
        other = stores.Dictionary()
        keep(other, n, start)
        with pytest.raises(ProofError, match="out shows 5 leaves, and this store does not hold all of them"):
            publish(other, out)
        assert other.last_batch() is None
    assert publish(store, out).size == 5


def test_a_damaged_checkpoint_is_named_and_not_published_over(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 1)
    publish(store, out)
    (out / "checkpoint").write_bytes(b"")
    with pytest.raises(FormatError, match=r"out/checkpoint: a note .* nothing was done"):
        publish(store, out)


def test_a_checkpoint_of_another_log_is_not_continued(tmp_path: Path) -> None:
    store = stores.Dictionary()
    keep(store, 1)
    publish(store, tmp_path / "out")
    with pytest.raises(ProofError, match="signed by another log key: take the right one"):
        ledger.publish(store, tmp_path / "out", offices.signer(offices.ORIGIN, "another"), NOW)
    with pytest.raises(ProofError, match="another ledger"):
        ledger.publish(store, tmp_path / "out", offices.signer("other.example/ledger"), NOW)


def test_openings_are_written_for_desks_only_when_asked(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    keep(store, 3)
    publish(store, out)
    assert not (out / "openings").exists()
    keep(store, 2, 3)
    publish(store, out, 1, openings=True)
    texts = [entry.opening for entry in store.entries()]
    assert (out / "openings/1").read_bytes() == b"".join(texts[:3])
    assert (out / "openings/2").read_bytes() == b"".join(texts[3:])
    assert (out / "openings/2").stat().st_mode & 0o077 == 0
    assert (out / "checkpoint").stat().st_mode & 0o044 == 0o044


def test_manifests_are_published_and_count_from_their_leaf(tmp_path: Path) -> None:
    store, out = stores.Dictionary(), tmp_path / "out"
    signed = offices.signed(offices.first(), "civil-rights", "legal")
    ledger.publish_document(store, out, "manifest/1", "manifest", signed.bytes, TODAY)
    publish(store, out)
    (found,) = published.read_manifests(out)
    assert ledger.with_leaves(store, [found]) == ((0, manifest.read(signed)),)
    with pytest.raises(ProofError, match="a document is never replaced"):
        ledger.publish_document(store, out, "manifest/1", "manifest", b"another", TODAY)
    (out / "manifest" / "one").write_bytes(b"")
    with pytest.raises(FormatError, match="no version of a manifest"):
        published.read_manifests(out)


def test_nothing_is_proved_that_is_not_kept(tmp_path: Path) -> None:
    store = stores.Dictionary()
    with pytest.raises(EvenhandError, match="nothing is kept under"):
        ledger.prove(store, bytes(32))
