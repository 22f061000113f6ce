"""Pull: a desk's own copy of a ledger, fetched from its drop box: every sealed frame, and the published tree beside it.

What has a number is kept once opening, leaf and signed checkpoint agree; what waits, once the drop box has signed it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.errors import FormatError, ProofError
from evenhand.flow import Told, untold
from evenhand.flow.door import Door
from evenhand.keep import ask, ledger, manifest, note, published, stream, tree
from evenhand.keep.durable import AppendOnly, make_folder, put
from evenhand.keep.folder import Folder
from evenhand.keep.lines import decoded, encoded
from evenhand.keep.manifest import Manifest
from evenhand.keep.note import Note, Signer
from evenhand.keep.records import Checkpoint
from evenhand.keep.store import Batch

STORE, LEDGER, GIVEN = "store", "ledger", "given"
READABLE = 0o644
DOCUMENT = re.compile(
    r"manifest/[1-9][0-9]{0,8}|release/[A-Za-z0-9][A-Za-z0-9._-]{0,99}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: leaves in all, new ones, how many wait, and how many that waited here are nowhere now."""

    size: int
    new: int
    waiting: int
    lost: int
    first: str


def pull(url: str, signer: Signer, copy: Path, told: Told = untold, first: str | None = None) -> Pulled:
    """Fetch what is new into a copy: `store`, `ledger` and `given` in a folder. Cut off anywhere, it goes on next time.

    `first` is the SHA-256 of the first manifest, hexadecimal, as it came another way. ProofError where the drop box
    shows what does not continue this copy, or what nobody signed: nothing of that is kept.
    """
    door = Door(url)
    make_folder(copy)
    versions = _manifests(door, copy / LEDGER, first)
    with Folder(copy / STORE) as store, Proofs(copy / GIVEN) as proofs:
        stored = store.checkpoint()
        start = note.read_checkpoint(note.parse(stored)).size if stored else 0
        taking = _Taking(store, copy / LEDGER, proofs, manifest.check(versions), start)
        with door.ask(ask.PULL, taking.origin, signer, start) as answer:
            for count, part in enumerate(stream.read(answer), start=1):
                taking.take(part)
                told(f"{taking.leaves} leaves, {taking.kept} entries", count, 0)
        taking.end()
        _documents(door, copy / LEDGER, taking.documents)
        mirror(store, copy / LEDGER)
        waiting = {entry.commitment for entry in store.waiting()}
        lost = len(waiting - taking.waiting)
        return Pulled(
            taking.leaves, taking.leaves - start, len(waiting) - lost, lost, manifest.digest(versions[0]).hex()
        )


def _manifests(door: Door, folder: Path, first: str | None) -> tuple[Note, ...]:
    """The chain of manifests, each fetched once and never replaced; the first is held to what was told of it."""
    there = {manifest.read(signed).version: signed for signed in published.read_manifests(folder)}
    version, found = 1, list[Note]()
    while True:
        signed = there.get(version)
        if signed is None:
            data = door.get(f"manifest/{version}")
            if data is None:
                break
            signed = note.parse(data)
        found.append(signed)
        version += 1
    if not found:
        raise ProofError("the drop box shows no manifest: nobody says whose it is, and nothing was fetched")
    manifest.check(found)
    if first is not None and manifest.digest(found[0]).hex() != "".join(first.split()).lower():
        raise ProofError("the first manifest is not the one that you were told of: this is somebody else's drop box")
    for at, signed in enumerate(found, start=1):
        if at not in there:
            put(folder / "manifest" / str(at), signed.bytes, READABLE)
    return tuple(found)


def _documents(door: Door, folder: Path, paths: Sequence[str]) -> None:
    """Fetch the published documents that are not here yet: `evenhand verify` holds each to its leaf."""
    for path in paths:
        if not DOCUMENT.fullmatch(path):
            raise FormatError("the drop box names a document that no ledger has")
        if not (folder / path).exists():
            data = door.get(path)
            if data is not None:
                put(folder / path, data, READABLE)


def mirror(store: Folder, folder: Path) -> None:
    """The published tree, written again from a store whose checkpoint was checked, with openings."""
    stored = store.checkpoint()
    if stored is None:
        return
    size = note.read_checkpoint(note.parse(stored)).size
    entries = list(store.entries())[:size]
    shown = folder / "checkpoint"
    before = note.read_checkpoint(note.parse(shown.read_bytes())).size if shown.exists() else 0
    ledger.write_tiles(folder, entries, before)
    ledger.write_openings(folder, entries)
    put(folder / "checkpoints" / str(size), stored, READABLE)
    put(shown, stored, READABLE)


class Proofs:
    """What the drop box signed of each entry, a line each: shown to it should it be put back from an old backup."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            put(path, b"")
        self._file = AppendOnly(path)
        whole = self._file.read(0, self._file.end)
        # a run that was killed may have left half a line
        self._file.back_to(whole.rfind(b"\n") + 1)
        self._lines = dict(line.split(" ") for line in whole[: self._file.end].decode("ascii").splitlines())
        self._new: dict[str, str] = {}

    def __enter__(self) -> "Proofs":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, commitment: bytes, proof: Note) -> None:
        """Remember one; `save` puts it on the disk."""
        if encoded(commitment) not in self._lines:
            self._new[encoded(commitment)] = encoded(proof.bytes)

    def save(self) -> None:
        """On the disk when this returns."""
        if self._new:
            self._file.append("".join(f"{name} {proof}\n" for name, proof in self._new.items()).encode())
            self._lines |= self._new
            self._new = {}

    def of(self, commitment: bytes) -> Note | None:
        """What was signed of an entry."""
        found = self._lines.get(encoded(commitment))
        return None if found is None else note.parse(decoded(found, None))


@dataclass(slots=True)
class _Taking:
    """Parts of a pull as they come in: first a batch's checkpoint, its order and its entries, then its frames."""

    store: Folder
    folder: Path
    proofs: Proofs
    versions: tuple[Manifest, ...]
    leaves: int
    kept: int = 0
    documents: tuple[str, ...] = ()
    waiting: set[bytes] = field(default_factory=set)
    _signed: Note | None = None
    _batch: Batch | None = None
    _entries: list[stream.Given] = field(default_factory=list)
    _come: int = 0
    _held: list[stream.Whole] = field(default_factory=list)
    _hashes: list[bytes] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.versions[0].origin

    def take(self, part: stream.Part | stream.Whole) -> None:
        """Take one in; ProofError, and nothing of it is kept, where it does not hold."""
        match part:
            case stream.Documents(paths):
                self.documents = paths
            case Checkpoint(data):
                self._signed = self._checked(note.parse(data))
            case Batch():
                self._begin(part)
            case stream.Given():
                self._given(part)
            case stream.Whole():
                self._keep(part)
            case _:
                raise FormatError("a pull has a part that belongs to another answer")

    def end(self) -> None:
        """The newest checkpoint continues this copy, and its latest cosignatures are kept."""
        if self._batch is not None:
            raise FormatError("the pull ends within a batch: it was cut; ask again")
        self.proofs.save()
        if self._signed is not None:
            shown = note.read_checkpoint(self._signed)
            if self.store.root(shown.size) != shown.root or shown.size != self.leaves:
                raise ProofError(
                    f"the drop box shows {shown.size} leaves, and this copy has {self.leaves} that do not agree with "
                    "it: it was put back from an old backup, or shows a second history. Keep this copy, tell the others"
                )
            self.store.publish(self._signed.bytes)
        elif self.leaves:
            raise ProofError("the drop box shows no ledger, and this copy has one: keep it, and tell the others")

    def _checked(self, signed: Note) -> Note:
        note.read_checkpoint(signed, self.origin)
        if not any(note.signed_by(signed, version.log) for version in self.versions):
            raise ProofError("a checkpoint that the log did not sign: nothing of it was kept")
        return signed

    def _begin(self, batch: Batch) -> None:
        if self._batch is not None or self._signed is None:
            raise FormatError("a batch in a pull stands without its checkpoint, or within another one")
        if batch.first > self.leaves or batch.size != note.read_checkpoint(self._signed).size:
            raise ProofError(f"a batch from leaf {batch.first} does not follow the {self.leaves} of this copy")
        self._batch, self._entries, self._come = batch, [], 0
        if not batch.order:
            self._check_leaves()
            self._finish()

    def _given(self, part: stream.Given) -> None:
        if part.proof is None:
            raise ProofError("an entry in a pull is not signed by the drop box: nothing of it was kept")
        stream.check_given(part.entry, part.proof, self.origin, [version.promise for version in self.versions])
        self.proofs.add(part.entry.commitment, part.proof)
        if self._batch is None:
            self.waiting.add(part.entry.commitment)
            return
        self._entries.append(part)
        if len(self._entries) == len(self._batch.order):
            self._check_leaves()

    def _check_leaves(self) -> None:
        """Opening, leaf and checkpoint agree: before any frame of the batch is kept."""
        assert self._batch is not None
        assert self._signed is not None
        if tuple(each.entry.commitment for each in self._entries) != self._batch.order:
            raise ProofError("the entries of a batch are not those of its order: nothing of it was kept")
        if not self._hashes:
            self._hashes = [tree.leaf_hash(entry.leaf) for entry in self.store.entries()]
        del self._hashes[self._batch.first :]
        self._hashes += [tree.leaf_hash(each.entry.leaf) for each in self._entries]
        if tree.root(self._hashes) != note.read_checkpoint(self._signed).root:
            raise ProofError("a batch does not make the tree that the log signed: nothing of it was kept")

    def _keep(self, whole: stream.Whole) -> None:
        if self._batch is None:
            self.proofs.save()
            self.store.keep(whole.entry, whole.frames)
            self.kept += 1
            return
        if whole.frames and len(self._entries) < len(self._batch.order):
            raise FormatError("a frame in a pull comes before all entries of its batch")
        self._come += 1
        self._held.append(whole)
        if len(self._entries) == len(self._batch.order):
            self._keep_held()

    def _keep_held(self) -> None:
        assert self._batch is not None
        for each in self._held:
            self.store.keep(each.entry, each.frames)
            self.kept += 1
        self._held = []
        if self._come == len(self._batch.order):
            self._finish()

    def _finish(self) -> None:
        assert self._batch is not None
        assert self._signed is not None
        said = note.read_checkpoint(self._signed)
        self.proofs.save()
        put(self.folder / "checkpoints" / str(said.size), self._signed.bytes, READABLE)
        self.store.number(self._batch)
        self.store.seal_root(said.size, said.root)
        self.store.publish(self._signed.bytes)
        self.leaves, self._batch = said.size, None
