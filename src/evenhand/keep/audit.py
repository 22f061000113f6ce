"""Audit: whatever of a ledger one holds, held to every rule of its formats; a line for each check.

What is given is checked together: a manifest gives the keys for a receipt, a published ledger the leaves for a promise.
The independent program under verifier/ makes the same checks and shares no code with this.
"""

import contextlib
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from evenhand.errors import EvenhandError, ProofError
from evenhand.keep import leaf, manifest, note, receipt, release, tree
from evenhand.keep.folder import Folder
from evenhand.keep.note import Note
from evenhand.keep.published import Published, check_openings, check_root, kinds, read, read_openings, split_openings

OK, FAIL, NOT_CHECKED = "ok", "FAIL", "not checked"
PLACES = ("checkpoint", "checkpoints", "tile", "manifest", "release", "openings")
STORE = ("rows", "frames", "length", "lock")
FIRST_LINES = {
    b"evenhand/manifest/1": "manifest",
    b"evenhand/promise/1": "promise",
    b"evenhand/release/1": "release",
    b"evenhand/opening/1": "openings",
    receipt.PROOF.encode(): "receipt",
}
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Check:
    """One line: how a check came out (`ok`, `FAIL` or `not checked`), what was checked, and why."""

    outcome: str
    what: str
    why: str


class _NotHereError(Exception):
    """What a check needs is not here; the words say what."""


def audit(paths: Sequence[Path], now: datetime, told: str | None = None) -> "Audit":
    """Check all that is given together; `told` is the SHA-256, in hexadecimal, that version 1 of the manifest has.

    A path is a receipt, a promise, a checkpoint, a manifest, openings, or the folder of a release, a ledger or a store.
    """
    made = Audit(now, told)
    for path in paths:
        made.read(path)
    made.check()
    return made


@dataclass(slots=True)
class Audit:
    """The checks that were made. `unread` says that something could not be read at all."""

    now: datetime
    told: str | None = None
    checks: list[Check] = field(default_factory=list)
    unread: bool = False
    _files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    _releases: list[Path] = field(default_factory=list)
    _stores: list[Path] = field(default_factory=list)
    _folders: list[Path] = field(default_factory=list)
    _published: list[Published] = field(default_factory=list)
    # the leaf of each manifest that holds, where a published ledger says it
    _places: list[tuple[int, manifest.Manifest]] = field(default_factory=list)
    _kinds: list[str] | None = None
    _versions: tuple[Note, ...] = ()
    _manifests: tuple[manifest.Manifest, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when a check failed, else 2 when something could not be read, else 0."""
        if any(check.outcome == FAIL for check in self.checks):
            return 1
        return 2 if self.unread else 0

    def read(self, path: Path) -> None:
        """Take in what a path holds, by its place or its first line."""
        if not path.exists():
            self._unread(path, "there is no such file")
        elif path.is_file():
            self._read_file(path)
        elif (path / "rows").exists() or (path / "length").exists():
            self._stores.append(path)
        elif (path / "release").is_file():
            self._releases.append(path)
        elif (path / "checkpoint").exists() or (path / "tile").is_dir():
            self._read_published(path)
        else:
            self._unread(path, "no ledger, store or release: a ledger has a file `checkpoint`")

    def _unread(self, path: Path, why: str) -> None:
        self.unread = True
        self.checks.append(Check(NOT_CHECKED, f"read {path}", why))

    def _read_file(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            self._unread(path, f"it cannot be read ({error.strerror})")
            return
        kind = FIRST_LINES.get(data.partition(b"\n")[0])
        if kind is None and f"\n\n{note.DASH}".encode() in data:
            kind = "checkpoint"
        if kind == "release":
            self._releases.append(path.parent)
        elif kind is None:
            self._unread(path, "its first line is of no format that is known")
        else:
            self._files.setdefault(kind, []).append((str(path), data))

    def _read_published(self, folder: Path) -> None:
        self._folders.append(folder)
        for path in sorted(folder.iterdir()):
            if path.name not in PLACES and not path.name.startswith("."):
                self.checks.append(Check(NOT_CHECKED, f"read {path}", "it is no part of a published ledger"))
        for path in sorted((folder / "manifest").glob("[!.]*")):
            self._read_file(path)
        self._releases += sorted(path for path in (folder / "release").glob("[!.]*") if path.is_dir())

    def run(self, what: str, check: Callable[[], tuple[str, Found]]) -> Found | None:
        """Make a check and keep its line; what it found, or None where it failed or could not be made."""
        try:
            why, found = check()
        except _NotHereError as missing:
            self.checks.append(Check(NOT_CHECKED, what, str(missing)))
        except EvenhandError as error:
            self.checks.append(Check(FAIL, what, str(error)))
        except OSError as error:
            self.checks.append(Check(FAIL, what, f"{error.filename} cannot be read ({error.strerror})"))
        else:
            self.checks.append(Check(OK, what, why))
            return found
        return None

    def check(self) -> None:
        """Every check that what was read allows, from the keys down."""
        self._check_manifests()
        for folder in self._folders:
            published = self.run(f"{folder} tiles", partial(_read_tiles, folder))
            if published is not None:
                if not self._published:
                    self._places = self._find_places(published)
                self._published.append(published)
                self._check_published(published)
        self._check_forks()
        for path in self._stores:
            self.run(f"{path} store", partial(self._store, path))
        for kind, check in (("receipt", self._receipt), ("promise", self._promise), ("checkpoint", self._checkpoint)):
            for name, data in self._files.get(kind, []):
                self.run(f"{name} {kind}", partial(check, data))
        for name, data in self._files.get("openings", []):
            self.run(f"{name} openings", partial(self._openings, data))
        for folder in self._releases:
            self._check_release(folder)

    def _check_manifests(self) -> None:
        given = self._files.get("manifest", [])
        if not given:
            self.checks.append(Check(NOT_CHECKED, "manifests", "none was given: no key is known, no signature checked"))
            self.unread = True
            return
        versions = self.run("manifests read", partial(_read_manifests, given))
        if versions is None:
            return
        found = self.run("manifests signed", partial(_check_chain, versions))
        if found is not None:
            self._versions, self._manifests = versions, found
            for version, desk in manifest.for_lost_roots(versions):
                why = f"the other desks signed for {desk}, its root lost: that they waited 30 days is in no file"
                self.checks.append(Check(NOT_CHECKED, f"manifest {version}", why))
        self.run("manifest 1", partial(_compare_first, versions[0], self.told))

    def _in_force(self, size: int) -> manifest.Manifest:
        if not self._manifests:
            raise _NotHereError("no manifest that holds was given, so that no key is known")
        if not self._published:
            return self._manifests[-1]
        return manifest.in_force(self._places, size) if self._places else self._manifests[0]

    def _find_places(self, published: Published) -> list[tuple[int, manifest.Manifest]]:
        """The leaf of each manifest that holds and has one."""
        places = (published.leaf_of("manifest", manifest.digest(signed)) for signed in self._versions)
        return [(place, made) for place, made in zip(places, self._manifests, strict=True) if place is not None]

    def _check_published(self, published: Published) -> None:
        where = published.folder
        self.run(f"{where} checkpoint", partial(self._signed, published.newest))
        for size, signed in sorted(published.checkpoints.items()):
            self.run(f"{where} checkpoint {size}", partial(self._signed, signed))
            self.run(f"{where} root {size}", partial(_check_root, signed, published))
        self.run(f"{where} documents", partial(self._documents, published))
        openings = self.run(f"{where} openings", partial(_check_openings, published))
        if openings is not None and published is self._published[0]:
            self._kinds = kinds(published, openings)

    def _signed(self, signed: Note) -> tuple[str, int]:
        found = note.read_checkpoint(signed)
        force = self._in_force(found.size)
        note.read_checkpoint(signed, force.origin)
        note.check(signed, [force.log])
        seen = sum(note.signed_by(signed, witness) for witness in force.witnesses)
        if seen < force.quorum:
            raise _NotHereError(f"signed by the log; {seen} witnesses have seen it, and {force.quorum} make it final")
        return f"{found.size} leaves, signed by the log, seen by {seen} of {len(force.witnesses)} witnesses", seen

    def _store(self, path: Path) -> tuple[str, int]:
        why, newest = _check_store(path, self._published)
        if newest is not None and self._manifests:
            with contextlib.suppress(_NotHereError):
                self._signed(newest)
        strangers = sorted(each.name for each in path.glob("[!.]*") if each.name not in STORE)
        if strangers:
            raise _NotHereError(f"{why}; {', '.join(strangers)}: no part of a store")
        return why, 0

    def _check_forks(self) -> None:
        found = [signed for published in self._published for signed in published.checkpoints.values()]
        for kind in ("checkpoint", "receipt"):
            for _, data in self._files.get(kind, []):
                try:
                    found.append(note.parse(data) if kind == "checkpoint" else receipt.read_proof(data).checkpoint)
                except EvenhandError:
                    continue
        if len(found) > 1:
            self.run("forks", partial(_compare_checkpoints, found))

    def _documents(self, published: Published) -> tuple[str, int]:
        known = {leaf.public_entry("manifest", data) for _, data in self._files.get("manifest", [])}
        for folder in self._releases:
            path = folder / "release"
            if path.is_file():
                known.add(leaf.public_entry("release", path.read_bytes()))
        public = [entry for entry in published.entries if leaf.read_entry(entry)[0] != leaf.SEALED]
        plans = {entry for entry in public if leaf.read_entry(entry)[0] == leaf.PUBLIC["plan"]}
        absent = [entry for entry in public if entry not in known and entry not in plans]
        if absent:
            at = published.numbers[absent[0]]
            raise ProofError(f"{len(absent)} public documents are not here: that of leaf {at} is missing or changed")
        unlisted = [
            name
            for name, data in self._files.get("manifest", [])
            if name.startswith(f"{published.folder}/") and leaf.public_entry("manifest", data) not in published.numbers
        ]
        if unlisted:
            raise ProofError(f"{unlisted[0]} is published and has no leaf")
        return f"{len(public) - len(plans)} manifests and releases have a leaf each, {len(plans)} plans", len(public)

    def _receipt(self, data: bytes) -> tuple[str, receipt.Proof]:
        proof = receipt.read_proof(data)
        found = note.read_checkpoint(proof.checkpoint)
        hashed = tree.leaf_hash(leaf.entry(proof.opening))
        tree.check_inclusion(hashed, proof.index, found.size, proof.path, found.root)
        force = self._in_force(found.size)
        seen = receipt.check_proof(proof, force.log, force.witnesses)
        words = "final" if seen >= force.quorum else f"kept, not yet seen by {force.quorum} witnesses"
        return f"leaf {proof.index} of {found.size}; {words}", proof

    def _promise(self, data: bytes) -> tuple[str, receipt.Promise]:
        signed = note.parse(data)
        made = receipt.read_promise(signed, self._promise_key(signed))
        covering = [proof.checkpoint for proof in self._proofs(made.commitment)]
        if not covering and not self._published:
            raise _NotHereError("signed; whether it was kept needs the published ledger, or its receipt")
        without: list[tuple[datetime, int]] = []
        for published in self._published[:1]:
            place = published.leaf_of("sealed", made.commitment)
            for size, each in published.checkpoints.items():
                times = self._times(each)
                if times is None:
                    continue
                if place is not None and place < size:
                    covering.append(each)
                elif times or size == published.size:
                    without.append((times[-1] if times else self.now, size))
        early = self.now < made.due
        if covering and (early or any(at <= made.due for each in covering for at in self._times(each) or ())):
            return "kept: a checkpoint with its leaf was seen in time", made
        seen, size = max(without, default=(self.now, 0))
        if without and receipt.is_broken(made, self._published[0].entries[:size], seen):
            raise ProofError(
                f"broken: it was due on {made.by}, and the ledger of {size} leaves, seen {seen:%Y-%m-%d %H:%M}, is "
                "without its leaf; this file and that checkpoint are the proof"
            )
        if early:
            raise _NotHereError(f"signed, and not due before {made.by} 06:00 UTC")
        what = "its leaf is there" if covering else "what is shown was seen before its time, and is without its leaf"
        raise _NotHereError(f"signed, and {what}; no witness says that it was in time, or that it was not")

    def _proofs(self, commitment: bytes) -> list[receipt.Proof]:
        """The receipts of a commitment that hold; those that do not have a line of their own."""
        found = []
        for _, data in self._files.get("receipt", []):
            try:
                proof = self._receipt(data)[1]
            except (EvenhandError, _NotHereError):
                continue
            found += [proof] if leaf.commitment(proof.opening) == commitment else []
        return found

    def _promise_key(self, signed: Note) -> note.Key:
        for made in self._manifests:
            if any((each.name, each.key_id) == (made.promise.name, made.promise.id) for each in signed.signatures):
                return made.promise
        return self._in_force(0).promise

    def _times(self, signed: Note) -> list[datetime] | None:
        """When witnesses saw a checkpoint, the earliest first; None for one that does not hold."""
        try:
            self._signed(signed)
        except _NotHereError:
            pass
        except EvenhandError:
            return None
        times = [note.cosigned_at(signed, witness) for made in self._manifests for witness in made.witnesses]
        return sorted(at for at in times if at is not None)

    def _checkpoint(self, data: bytes) -> tuple[str, Note]:
        signed = note.parse(data)
        for published in self._published:
            _check_root(signed, published)
        why, _ = self._signed(signed)
        return why, signed

    def _openings(self, data: bytes) -> tuple[str, int]:
        openings = split_openings(data)
        if not self._published:
            raise _NotHereError(f"{len(openings)} openings; whether they are of leaves needs the published ledger")
        check_openings(openings, self._published[0])
        return f"{len(openings)} openings, each of a leaf", len(openings)

    def _check_release(self, folder: Path) -> None:
        made = self.run(f"{folder} sums", partial(_read_release, folder))
        if made is None:
            return
        signed = note.parse((folder / "release").read_bytes())
        letters = self.run(f"{folder} letters", partial(_check_letters, made, folder))
        self.run(f"{folder} tables", partial(_check_tables, made, folder))
        self.run(f"{folder} signatures", partial(self._release_signed, signed, made))
        self.run(f"{folder} place", partial(self._release_place, signed, made))
        if letters is not None:
            self.run(f"{folder} kinds", partial(self._release_kinds, made, letters))
            self.run(f"{folder} release before", partial(self._release_before, made, letters))

    def _release_signed(self, signed: Note, made: release.Release) -> tuple[str, int]:
        release.check(signed, self._in_force(made.tree[0]))
        return f"two operators each of {', '.join(made.desks)}", len(made.desks)

    def _release_place(self, signed: Note, made: release.Release) -> tuple[str, int]:
        if not self._published:
            raise _NotHereError("its place needs the published ledger")
        size, root = made.tree
        published = self._published[0]
        if size > published.size or published.root(size) != root:
            raise ProofError(f"its tree of {size} leaves is not a beginning of the ledger")
        at = published.leaf_of("release", release.digest(signed))
        if at is None:
            raise ProofError("it has no leaf in the ledger")
        if at < size:
            raise ProofError(f"its leaf {at} lies inside its own tree of {size}")
        return f"leaf {at}, after its tree of {size}", at

    def _release_kinds(self, made: release.Release, letters: str) -> tuple[str, int]:
        if self._kinds is None:
            raise _NotHereError("the kinds of leaves, which only desks and witnesses have the openings of")
        release.check_kinds(made, letters, self._kinds[: made.tree[0]])
        return f"{made.received} leaves are reports, all others have the letter c", made.received

    def _release_before(self, made: release.Release, letters: str) -> tuple[str, int]:
        if made.previous is None:
            return "the first", 0
        for folder in self._releases:
            stored = (folder / "release").read_bytes() if (folder / "release").is_file() else b""
            if hashlib.sha256(stored).digest() == made.previous[1]:
                before = release.read_dispositions((folder / "dispositions").read_bytes())
                release.check_previous(made, letters, note.parse(stored), before)
                return f"{sum(n for _, n in made.changed)} letters changed since {made.previous[0]}", 0
        if any(folder.name == made.previous[0] for folder in self._releases):
            raise ProofError(f"the release {made.previous[0]} beside it is another than the one it names")
        raise _NotHereError(f"the release before, {made.previous[0]}, is not here")


def _read_manifests(given: list[tuple[str, bytes]]) -> tuple[str, tuple[Note, ...]]:
    versions: dict[int, Note] = {}
    for name, data in given:
        signed = note.parse(data)
        version = manifest.read(signed).version
        if Path(name).parent.name == "manifest" and Path(name).name != str(version):
            raise ProofError(f"{name} is version {version}: manifests stand in each other's place")
        if versions.setdefault(version, signed) != signed:
            raise ProofError(f"{name} is another version {version} than the one beside it")
    return f"{len(versions)}, each of another version", tuple(versions[version] for version in sorted(versions))


def _check_chain(versions: tuple[Note, ...]) -> tuple[str, tuple[manifest.Manifest, ...]]:
    found = manifest.check(versions)
    return f"{len(found)} in a chain, each signed by whom it must be", found


def _compare_first(signed: Note, told: str | None) -> tuple[str, str]:
    digest = manifest.digest(signed).hex()
    if told is None:
        raise _NotHereError(f"compare its SHA-256 with one that came another way: {digest}")
    plain = "".join(told.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise ProofError("what you were told is no SHA-256: expected 64 hexadecimal digits, as `sha256sum` writes them")
    if plain != digest:
        raise ProofError("its SHA-256 is not the one that you were told: this is somebody else's ledger")
    return "its SHA-256 is the one that you were told", digest


def _read_tiles(folder: Path) -> tuple[str, Published]:
    found = read(folder)
    return f"{found.size} leaves, {found.older_tiles} older tiles agree", found


def _check_root(signed: Note, found: Published) -> tuple[str, int]:
    size = check_root(signed, found)
    return f"the root of the first {size} leaves", size


def _compare_checkpoints(found: list[Note]) -> tuple[str, int]:
    roots: dict[tuple[str, int], bytes] = {}
    for signed in found:
        each = note.read_checkpoint(signed)
        if roots.setdefault((each.origin, each.size), each.root) != each.root:
            raise ProofError(f"two roots for {each.size} leaves of one ledger: keep both, together they are the proof")
    return f"{len(found)} checkpoints, no two roots for one size", len(roots)


def _check_openings(found: Published) -> tuple[str, list[leaf.Opening]]:
    if not (found.folder / "openings").is_dir():
        raise _NotHereError("none are here: desks and witnesses have them")
    openings = read_openings(found)
    check_openings(openings, found)
    sealed = sum(leaf.read_entry(entry)[0] == leaf.SEALED for entry in found.entries)
    if len(openings) != sealed:
        raise ProofError(f"{sealed} sealed leaves, and {len(openings)} openings: {sealed - len(openings)} missing")
    places = [found.numbers[leaf.entry(opening)] for opening in openings]
    if places != sorted(places):
        raise ProofError("the openings are not in the order of their leaves")
    return f"{len(openings)}, one for each sealed leaf", openings


def _check_store(path: Path, published: Sequence[Published]) -> tuple[str, Note | None]:
    with Folder(path, reading=True) as store:
        entries = list(store.entries())
        gone = 0
        for entry in (*entries, *store.waiting()):
            gone += store.frames(entry.commitment).count(None)
        leaves = [tree.leaf_hash(entry.leaf) for entry in entries]
        roots = {size: root for size in range(len(leaves) + 1) if (root := store.root(size)) is not None}
        found = tree.roots(leaves, roots)
        for size, root in roots.items():
            if found[size] != root:
                raise ProofError(f"the root held for {size} leaves is not that of its entries")
        stored = store.checkpoint()
        if stored is not None:
            shown = note.read_checkpoint(note.parse(stored))
            if roots.get(shown.size) != shown.root:
                raise ProofError(f"the checkpoint of {shown.size} leaves has another root than the one held for it")
        for each in published:
            common = min(len(leaves), each.size)
            if tuple(leaves[:common]) != each.leaves[:common]:
                raise ProofError(f"it holds other entries than {each.folder} shows")
            if common < each.size:
                raise ProofError(
                    f"it holds {common} of the {each.size} entries that {each.folder} shows: it is an old copy; take "
                    "what is missing from a desk's copy"
                )
            if hidden := [size for size in sorted(roots) if 0 < size <= each.size and size not in each.checkpoints]:
                raise ProofError(
                    f"{each.folder}/checkpoints/{hidden[0]} is missing: each checkpoint that was published stays"
                )
    return (
        f"{len(entries)} numbered, {len(store.waiting())} waiting, {gone} frames shredded, every other one is whole",
        None if stored is None else note.parse(stored),
    )


def _read_release(folder: Path) -> tuple[str, release.Release]:
    made = release.read(note.parse((folder / "release").read_bytes()))
    if made.name != folder.name:
        raise ProofError(f"the folder {folder.name} holds the release {made.name}")
    return f"{made.received} received and {made.other} other are the {made.tree[0]} leaves", made


def _check_letters(made: release.Release, folder: Path) -> tuple[str, str]:
    letters = release.check_letters(made, (folder / "dispositions").read_bytes())
    return f"{len(letters)} letters agree with the sums", letters


def _check_tables(made: release.Release, folder: Path) -> tuple[str, int]:
    files = {path.name: path.read_bytes() for path in folder.glob("[!.]*") if path.name not in release.OWN_FILES}
    release.check_tables(made, (folder / "tables").read_bytes(), files)
    return f"{len(files)} files are those listed", len(files)
