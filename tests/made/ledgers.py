"""A ledger made whole in a folder, with all that can stand in one, and small ways to damage it."""

import dataclasses
import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import offices
import stores

from evenhand.keep import ledger, manifest, note, receipt, release, tree
from evenhand.keep.folder import Folder
from evenhand.keep.ledger import Watcher
from evenhand.keep.witness import Witness

NOW = datetime(2026, 12, 2, 6, tzinfo=UTC)
DESKS = ("civil-rights", "legal")
FIRST = offices.signed(offices.first(), *DESKS)
SECOND = offices.signed(
    dataclasses.replace(offices.first(), version=2, previous=manifest.digest(FIRST), labels=()), "civil-rights"
)
SIGNERS = [offices.operator(desk, n) for desk in DESKS for n in (1, 2)]
TABLES = {"stops.csv": b"race,n\nBLACK,12\n"}


def watcher(folder: Path, now: datetime) -> Watcher:
    watching = Witness(folder / "witness", offices.WITNESS, offices.LOG.key)

    def cosign(old: int, path: Sequence[bytes], signed: note.Note) -> note.Note:
        return watching.cosign(now, old, path, signed)

    return Watcher(offices.WITNESS.key, cosign)


def make(folder: Path, reports: int = 40) -> Path:
    """Four batches: reports and a manifest; acts and a second manifest; two releases. 64 leaves, 40 of them reports.

    Returns `folder`, with `store`, `ledger`, `receipt-0` to `receipt-2`, `promise`, `late` (one broken) and `old` (an
    earlier checkpoint).
    """
    out = folder / "ledger"
    with Folder(folder / "store") as store:
        ledger.publish_document(store, out, "manifest/1", "manifest", FIRST.bytes, NOW.date())
        names = []
        for at in range(reports):
            entry, frames = stores.told(f"report {at}")
            store.keep(entry, frames)
            names.append(entry.commitment)
        ledger.publish(store, out, offices.LOG, NOW, [watcher(folder, NOW)], openings=True)
        (folder / "old").write_bytes((out / "checkpoint").read_bytes())
        promised = receipt.Promise(offices.ORIGIN, names[3], NOW.date() + timedelta(days=2))
        signed = receipt.promise(promised, NOW.date(), offices.PROMISE)
        (folder / "promise").write_bytes(signed.bytes)
        for at in range(20):
            entry, frames = stores.told(f"act {at}", "act")
            store.keep(entry, frames)
        ledger.publish_document(store, out, "manifest/2", "manifest", SECOND.bytes, NOW.date())
        day = NOW + timedelta(days=1)
        ledger.publish(store, out, offices.LOG, day, [watcher(folder, day)], openings=True)
        kinds = [entry.kind for entry in store.entries()]
        before = make_release(store, out, "2026-Q4", _letters(kinds, "cdow"), kinds)
        day = NOW + timedelta(days=2)
        ledger.publish(store, out, offices.LOG, day, [watcher(folder, day)], openings=True)
        kinds = [entry.kind for entry in store.entries()]
        make_release(store, out, "2027-Q1", _letters(kinds, "ccow"), kinds, before)
        day = NOW + timedelta(days=3)
        ledger.publish(store, out, offices.LOG, day, [watcher(folder, day)], openings=True)
        for number, name in enumerate(names[:3]):
            (folder / f"receipt-{number}").write_bytes(ledger.prove(store, name).bytes)
        store.shred(stores.digests("report 5"))
        (folder / "late").write_bytes(
            receipt.promise(
                dataclasses.replace(promised, commitment=hashlib.sha256(b"never kept").digest()),
                NOW.date(),
                offices.PROMISE,
            ).bytes
        )
    return folder


def _letters(kinds: list[str], cycle: str) -> str:
    reports = iter(range(len(kinds)))
    return "".join(cycle[next(reports) % len(cycle)] if kind == "report" else "c" for kind in kinds)


def make_release(
    store: Folder, out: Path, name: str, letters: str, kinds: list[str], before: tuple[note.Note, str] | None = None
) -> tuple[note.Note, str]:
    """A release that holds, of these letters, signed and published; what the next one needs of it."""
    made = said(store, name, letters, kinds, before)
    signed = note.sign(made.text, SIGNERS)
    ledger.publish_release(store, out, signed, letters, TABLES, NOW.date())
    return signed, letters


def said(
    store: Folder, name: str, letters: str, kinds: list[str], before: tuple[note.Note, str] | None = None
) -> release.Release:
    count = {letter: sum(1 for each in letters if each == letter) for letter in release.LETTERS}
    received = kinds.count("report")
    counted = sum(letter == "c" and kind == "report" for letter, kind in zip(letters, kinds, strict=True))
    return release.Release(
        origin=offices.ORIGIN,
        name=name,
        tree=(len(kinds), tree.root([tree.leaf_hash(entry.leaf) for entry in store.entries()])),
        received=received,
        counted=counted,
        duplicate=count["d"],
        out=(("not-a-stop", count["o"]),) if count["o"] else (),
        withdrawn=count["w"],
        pending=count["p"],
        lost=count["l"],
        other=len(kinds) - received,
        previous=None if before is None else ("2026-Q4", release.digest(before[0])),
        changed=() if before is None else release.changes(before[1], letters),
        desks=DESKS,
        dispositions=hashlib.sha256(release.dispositions(letters)).digest(),
        tables=hashlib.sha256(release.listing(TABLES)).digest(),
        program=f"evenhand 1.4.0 {'a' * 40}",
    )


@dataclass(frozen=True)
class Planted:
    """A fault, what is done to a whole ledger's folder, what is then checked, and a word that the finding must have."""

    name: str
    plant: Callable[[Path], None]
    words: str
    given: tuple[str, ...] = ("ledger",)
    # nothing is false, only something gone: the verifier tells it and goes on
    missing: bool = False


def flip(name: str, place: int = -1, bit: int = 0) -> Callable[[Path], None]:
    """One bit of a file; by default in its middle."""

    def plant(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2 if place == -1 else place] ^= 1 << bit
        (folder / name).write_bytes(bytes(data))

    return plant


def cut(name: str, to: int) -> Callable[[Path], None]:
    """A file, cut to so many bytes; from its end where negative."""
    return lambda folder: _write(folder / name, (folder / name).read_bytes()[:to])


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def swap(name: str, old: bytes | str, new: bytes | str) -> Callable[[Path], None]:
    """Bytes put in the place of others, which must be there."""
    old, new = (each.encode() if isinstance(each, str) else each for each in (old, new))

    def plant(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data, (name, old)
        (folder / name).write_bytes(data.replace(old, new, 1))

    return plant


def copied(source: str, target: str) -> Callable[[Path], None]:
    return lambda folder: _write(folder / target, (folder / source).read_bytes())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(data)


def flipped(folder: Path, every: int, chance: random.Random) -> Iterator[tuple[Path, int, int]]:
    """Turns one bit in every `every`-th byte of a folder's files, a byte at a time, and turns it back afterwards."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    places = [(path, at) for path in files for at in range(path.stat().st_size)]
    for path, at in places[chance.randrange(every) :: every]:
        data, bit = path.read_bytes(), chance.randrange(8)
        path.write_bytes(bytes([*data[:at], data[at] ^ 1 << bit, *data[at + 1 :]]))
        yield path, at, bit
        path.write_bytes(data)
