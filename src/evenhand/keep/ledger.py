"""Ledger: what was told is kept, gets its number once a day, and is published in a tree that anyone can check.

Stages (a) to (g) of VAULT 4, each durable before the next and each safe to run again: killed anywhere, a new run goes
on from where the last one was. The folder that is published is docs/formats/published.md.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from evenhand.errors import FormatError, OutOfStepError, OutputError, ProofError
from evenhand.keep import frame, leaf, manifest, note, published, receipt, release, tiles, tree
from evenhand.keep.durable import put
from evenhand.keep.lines import SIZE
from evenhand.keep.note import Checkpoint, Key, Note, Signer
from evenhand.keep.store import LOOKUP_SIZE, NO_LOOKUP, Batch, Entry, Store
from evenhand.keep.witness import Cosigner, check_clock

# what anyone may read; a desk's copy of openings is nobody else's
PUBLIC, PRIVATE = 0o644, 0o600


def append(
    store: Store,
    kind: str,
    frames: Sequence[frame.Frame],
    day: date,
    lookup: bytes | None = None,
    about: bytes | None = None,
    lane: str = "open",
) -> Entry:
    """Keep sealed frames as one entry that waits for its number; it is on the disk when this returns.

    `lookup` is the 16 bytes of a return code, random where there is none; `about` the commitment that it goes with.
    """
    opening = leaf.Opening(kind, secrets.token_bytes(SIZE), tuple(frame.digest(each) for each in frames))
    entry = Entry(
        commitment=leaf.commitment(opening),
        opening=opening.text(),
        kind=kind,
        lookup=secrets.token_bytes(LOOKUP_SIZE) if lookup is None else lookup,
        about=about,
        day=day,
        lane=lane,
    )
    store.keep(entry, tuple(each.bytes for each in frames))
    return entry


def publish_document(store: Store, folder: Path, name: str, kind: str, document: bytes, day: date) -> Entry:
    """Write a public document into the published folder, then keep its entry; done again, it is done once."""
    path = folder / name
    if path.exists() and path.read_bytes() != document:
        raise ProofError(f"{path} is published already, and says something else: a document is never replaced")
    put(path, document, PUBLIC)
    digest = hashlib.sha256(document).digest()
    entry = store.entry(digest)
    if entry is None:
        entry = Entry(digest, b"", kind, NO_LOOKUP, None, day)
        store.keep(entry, ())
    return entry


def promise(entry: Entry, origin: str, today: date, signer: Signer) -> Note:
    """The signed promise that an entry which is kept will be in a checkpoint, as late as a promise may be.

    That gives the batch of the day after, and one more should the first fail.
    """
    return receipt.promise(receipt.Promise(origin, entry.commitment, today + receipt.LONGEST), today, signer)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A witness as the publisher sees it: its key, and how to ask it."""

    key: Key
    cosign: Cosigner = field(repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the publisher did: the checkpoint, how many entries got a number, and what witnesses did not do."""

    checkpoint: Note
    size: int
    numbered: int
    witnesses: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def publish(
    store: Store,
    folder: Path,
    log: Signer,
    now: datetime,
    watchers: Sequence[Watcher] = (),
    openings: bool = False,
    late: bool = False,
) -> Run:
    """Give every waiting entry its number and publish the tree; goes on from where an earlier run stopped.

    `now` is aware and in UTC. ProofError, and nothing is signed, when the folder shows what the store does not hold;
    when the clock stands before the last batch, or more than a day after it and nobody said `late`; when the tiles read
    back are not those written; when the new tree does not begin with the published one. `openings` writes them beside,
    for desks and witnesses only.
    """
    check_shown(store, folder)
    _sweep(folder)
    before = _published(store, log.key)
    last = store.last_batch()
    if last is not None and last.size != (before.size if before else 0):
        # an earlier run numbered these, and did not come to its end: first that, then today's
        before = note.read_checkpoint(_batch(store, folder, log, last, before, watchers, now, openings).checkpoint)
    check_day(now.date(), None if last is None else last.day, late)
    batch = _number(store, now.date())
    return _batch(store, folder, log, batch, before, watchers, now, openings)


def check_shown(store: Store, folder: Path) -> None:
    """ProofError where the published folder shows what this store does not hold: it is an old copy, or another store.

    Whoever numbered and signed from there would make a second history. FormatError where the newest is damaged.
    """
    sizes = [path.name for path in (folder / "checkpoints").glob("[!.]*") if path.name.isdigit()]
    # a run that was killed may have left the newest under its size only
    for path in (folder / "checkpoint", *(folder / "checkpoints" / size for size in sorted(sizes, key=int)[-1:])):
        if not path.exists():
            continue
        try:
            shown = note.read_checkpoint(note.parse(path.read_bytes()))
        except FormatError as error:
            raise FormatError(f"{path}: {error}. Take it from a witness's copy; nothing was done") from None
        if store.root(shown.size) != shown.root:
            raise ProofError(
                f"{folder} shows {shown.size} leaves, and this store does not hold all of them: it is an old copy, or "
                "another ledger's; nothing was done. Take what is missing from a desk's copy"
            )


def check_day(today: date, last: date | None, late: bool) -> None:
    """ProofError where the clock cannot be right: publishing stops then, receiving does not."""
    if last is None:
        return
    if today < last:
        raise ProofError(
            f"this clock says {today}, and the last batch is of {last}: set the clock, or wait for that "
            "day; nothing was signed"
        )
    if today > last + timedelta(days=1) and not late:
        raise ProofError(
            f"this clock says {today}, and the last batch is of {last}: a batch is daily; nothing was signed. If the "
            "clock is right, say that this one is late (--late)"
        )


def _sweep(folder: Path) -> None:
    """Take away what a run that was killed left half-written."""
    for path in folder.rglob(".*.new"):
        path.unlink()


def _published(store: Store, log: Key) -> Checkpoint | None:
    stored = store.checkpoint()
    if stored is None:
        return None
    signed = note.parse(stored)
    found = note.read_checkpoint(signed, log.name)
    if not note.signed_by(signed, log):
        raise ProofError("the newest checkpoint is signed by another log key: take the right one; nothing was signed")
    return found


def _number(store: Store, today: date) -> Batch:
    """(a) All waiting entries, shuffled by the system's chance, get numbers."""
    last = store.last_batch()
    order = [entry.commitment for entry in store.waiting()]
    if last is not None and last.day == today and not order:
        return last
    secrets.SystemRandom().shuffle(order)
    batch = Batch(
        number=1 if last is None else last.number + 1,
        day=today,
        first=0 if last is None else last.size,
        order=tuple(order),
    )
    store.number(batch)
    return batch


def _batch(
    store: Store,
    folder: Path,
    log: Signer,
    batch: Batch,
    before: Checkpoint | None,
    watchers: Sequence[Watcher],
    now: datetime,
    openings: bool,
) -> Run:
    entries = tuple(store.entries())
    size_before = before.size if before else 0
    write_tiles(folder, entries, min(size_before, _shown(folder)))
    leaves = published.read_leaves(folder, batch.size)
    if leaves != [tree.leaf_hash(entry.leaf) for entry in entries]:
        raise ProofError("the tiles read back are not the entries of the store: nothing was signed; check the disk")
    if before and tree.root(leaves[:size_before]) != before.root:
        raise ProofError(f"the tree does not begin with the {size_before} leaves published: nothing was signed")
    root = tree.root(leaves)
    store.seal_root(batch.size, root)
    signed = note.sign(Checkpoint(log.name, batch.size, root).text, [log])
    signed, silent = _ask(_again(store, signed), leaves, size_before, watchers, now)
    if openings:
        write_openings(folder, entries)
    _put_checkpoint(store, folder, signed, batch.size)
    seen = tuple(each.key.name for each in watchers if note.signed_by(signed, each.key))
    return Run(signed, batch.size, batch.size - size_before, seen, silent)


def _shown(folder: Path) -> int:
    """How many leaves the folder shows: fewer than the store has, where both were put back and only one was mended."""
    path = folder / "checkpoint"
    return note.read_checkpoint(note.parse(path.read_bytes())).size if path.exists() else 0


def _again(store: Store, signed: Note) -> Note:
    """The checkpoint with what witnesses signed already, where it was published before."""
    stored = store.checkpoint()
    there = note.parse(stored) if stored else None
    return there if there is not None and there.text == signed.text else signed


def _put_checkpoint(store: Store, folder: Path, signed: Note, size: int) -> None:
    """(g) Each that was ever published is found again, and all that it needs is on the disk before it."""
    put(folder / "checkpoints" / str(size), signed.bytes, PUBLIC)
    store.publish(signed.bytes)
    put(folder / "checkpoint", signed.bytes, PUBLIC)


def add_cosignature(store: Store, folder: Path, cosigned: Note, log: Key, witness: Key, now: datetime) -> Note:
    """The published checkpoint with the cosignature of a witness that was asked by another way, on the disk."""
    stored = store.checkpoint()
    if stored is None:
        raise ProofError("nothing is published yet, so that no cosignature fits")
    signed = note.parse(stored)
    if cosigned.text != signed.text:
        raise ProofError("the cosignature is of another checkpoint than the newest: ask the witness again")
    check_clock(cosigned, witness, now)
    merged = _with(signed, cosigned, witness)
    note.check(merged, [log])
    _put_checkpoint(store, folder, merged, note.read_checkpoint(merged, log.name).size)
    return merged


def write_tiles(folder: Path, entries: Sequence[Entry], before: int) -> None:
    """(b) New tiles and entry bundles; those of `before` leaves stay as they are."""
    texts = [entry.leaf for entry in entries]
    levels = tiles.levels([tree.leaf_hash(text) for text in texts])
    for tile in tiles.added(before, len(entries)):
        part = slice(tile.start, tile.start + tile.width)
        data = tiles.bundle(texts[part]) if tile.level is None else b"".join(levels[tile.level][part])
        put(folder / tile.path, data, PUBLIC)


def write_openings(folder: Path, entries: Sequence[Entry]) -> None:
    """The openings of every batch, for desks and witnesses only."""
    batches: dict[int, list[bytes]] = {}
    for entry in entries:
        if entry.kind not in leaf.PUBLIC and entry.batch is not None:
            batches.setdefault(entry.batch, []).append(entry.opening)
    for number, texts in batches.items():
        path = folder / "openings" / str(number)
        if not path.exists() or path.read_bytes() != b"".join(texts):
            put(path, b"".join(texts), PRIVATE)


def _ask(
    signed: Note, leaves: list[bytes], before: int, watchers: Sequence[Watcher], now: datetime
) -> tuple[Note, tuple[str, ...]]:
    """(f) What each witness answers; one that cannot be reached is named, and the checkpoint goes out without it."""
    silent: list[str] = []
    for watcher in watchers:
        try:
            cosigned = _asked(watcher, signed, leaves, before)
            check_clock(cosigned, watcher.key, now)
        except (OutputError, OSError) as error:
            silent.append(f"{watcher.key.name}: {error}")
        else:
            signed = _with(signed, cosigned, watcher.key)
    return signed, tuple(silent)


def _asked(watcher: Watcher, signed: Note, leaves: list[bytes], old: int) -> Note:
    try:
        return watcher.cosign(old, tree.grown(old, leaves), signed)
    except OutOfStepError as step:
        if step.size > len(leaves):
            raise ProofError(
                f"the witness {watcher.key.name} has seen {step.size} leaves, and {len(leaves)} are here: "
                "this is an old copy; take what is missing from a desk before anything is published"
            ) from None
        return watcher.cosign(step.size, tree.grown(step.size, leaves), signed)


def _with(signed: Note, cosigned: Note, witness: Key) -> Note:
    """The checkpoint with a witness's line, which was checked, in the place of an older one of its own."""
    (line,) = (each for each in cosigned.signatures if (each.name, each.key_id) == (witness.name, witness.id))
    others = (each for each in signed.signatures if (each.name, each.key_id) != (witness.name, witness.id))
    return Note(signed.text, (*others, line))


def prove(store: Store, commitment: bytes) -> receipt.Proof:
    """The receipt of an entry that a checkpoint covers; ProofError where none does yet."""
    entry, stored = store.entry(commitment), store.checkpoint()
    if entry is None:
        raise ProofError("nothing is kept under this commitment")
    signed = note.parse(stored) if stored else None
    size = note.read_checkpoint(signed).size if signed else 0
    if entry.index is None or signed is None or entry.index >= size:
        raise ProofError("it is kept, and not in a checkpoint yet: its promise says until when")
    if entry.kind in leaf.PUBLIC:
        raise ProofError("a public document needs no receipt: its hash stands in the ledger")
    leaves = [tree.leaf_hash(each.leaf) for each in store.entries()][:size]
    return receipt.Proof(leaf.parse(entry.opening), entry.index, tree.inclusion(entry.index, leaves), signed)


def with_leaves(store: Store, versions: Sequence[Note]) -> tuple[tuple[int, manifest.Manifest], ...]:
    """Each version that has a leaf, with its number; version 1 counts from the start."""
    found = []
    for signed, made in zip(versions, manifest.check(versions), strict=True):
        entry = store.entry(manifest.digest(signed))
        if entry is not None and entry.index is not None:
            found.append((entry.index, made))
    return tuple(found)


def publish_release(
    store: Store, folder: Path, signed: Note, letters: str, files: dict[str, bytes], day: date
) -> Entry:
    """Write a release that was checked into the published folder, whole, and keep its entry."""
    made = release.read(signed)
    listed, letter_file = release.listing(files), release.dispositions(letters)
    release.check_letters(made, letter_file)
    release.check_tables(made, listed, files)
    place = f"release/{made.name}"
    for name, data in {**files, "dispositions": letter_file, "tables": listed}.items():
        put(folder / place / name, data, PUBLIC)
    return publish_document(store, folder, f"{place}/release", "release", signed.bytes, day)
