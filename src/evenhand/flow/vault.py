"""Vault: a ledger in a folder: what is told is sealed, kept, numbered, published, witnessed, proved and shredded.

The command line's side of `keep`: files in, files out. The clock is read by whoever calls, never here.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from evenhand.errors import EvenhandError, FormatError, ProofError
from evenhand.keep import (
    audit,
    code,
    frame,
    json_line,
    leaf,
    ledger,
    lines,
    manifest,
    note,
    published,
    receipt,
    release,
    tree,
)
from evenhand.keep.durable import check_free, put
from evenhand.keep.folder import Folder
from evenhand.keep.keyring import Keyring
from evenhand.keep.ledger import Run
from evenhand.keep.manifest import Manifest
from evenhand.keep.note import Note
from evenhand.keep.store import Entry, Store
from evenhand.keep.witness import Witness
from evenhand.terms.encounter import BY_NAME

READABLE = 0o644
# an entry waits for the batch of the next morning, and its term counts from there
BATCH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person who told something takes away: the code, and the signed promise."""

    code: str
    promise: Note
    commitment: bytes


def manifests(folder: Path) -> tuple[Note, ...]:
    """The signed manifests of a published ledger, which hold; FormatError where there are none."""
    found = published.read_manifests(folder)
    if not found:
        raise FormatError(f"{folder} has no manifest: publish the first one, which `evenhand keep ceremony` draws up")
    manifest.check(found)
    return found


def in_force(folder: Path) -> Manifest:
    """The newest manifest whose leaf is in the published checkpoint; ProofError where none is yet."""
    found = manifests(folder)
    checkpoint = _checkpoint(folder)
    entries = set(published.read_entries(folder, note.read_checkpoint(checkpoint).size))
    covered = [each for each in found if leaf.public_entry("manifest", each.bytes) in entries]
    if not covered:
        raise ProofError("no manifest is in a checkpoint yet, so that none is in force: publish first")
    made = manifest.read(covered[-1])
    note.check(checkpoint, [made.log])
    return made


def _checkpoint(folder: Path) -> Note:
    try:
        return note.parse((folder / "checkpoint").read_bytes())
    except FileNotFoundError:
        raise ProofError(f"{folder} has no checkpoint yet: `evenhand keep publish` first") from None


def keep_report(
    store: Path,
    folder: Path,
    desks: Sequence[str],
    facts: Mapping[str, Any],
    language: str,
    story: str,
    promise: Keyring,
    today: date,
) -> Kept:
    """Seal a report to the desks chosen, keep it, and promise it; on the disk before this returns.

    `facts` are fields of an encounter. ProofError where a desk is not in the manifest in force, FormatError where a
    text does not fit its frame.
    """
    force = in_force(folder)
    readers, signer = _readers(force, desks), promise.signer("promise")
    if signer.key != force.promise:
        raise ProofError("this promise key is not that of the manifest in force: take the right one; nothing was kept")
    made = code.new()
    derived = code.derive(made, force.origin, *force.code)
    reply = {"mailbox": code.recipient(derived.mailbox), "hand": code.public(derived.hand).hex()}
    answers = {**facts, "told_in": language, "manifest": force.version, "reply": reply}
    sealed = (
        frame.make("facts", frame.facts_text(answers), [desk.facts for desk in readers]),
        frame.make("story", frame.story_text(language, story), [desk.story for desk in readers]),
    )
    with opened(store, folder) as held:
        entry = ledger.append(held, "report", sealed, today, derived.lookup)
    return Kept(made, ledger.promise(entry, force.origin, today, signer), entry.commitment)


def opened(store: Path, folder: Path) -> Folder:
    """The store that a ledger is published from; ProofError for another, for an old copy, and for an empty place."""
    if (folder / "checkpoint").exists() and not (store.is_dir() and any(store.iterdir())):
        raise ProofError(f"{store} holds nothing, and {folder} is published already: choose the store that it is of")
    held = Folder(store)
    try:
        ledger.check_shown(held, folder)
    except EvenhandError:
        held.close()
        raise
    return held


def _check_place(held: Store, folder: Path) -> None:
    """ProofError where a ledger is begun among other files, or goes on without the documents that it has leaves of."""
    strangers = [path.name for path in folder.glob("[!.]*") if path.name not in audit.PLACES]
    if strangers and not (folder / "checkpoint").exists():
        raise ProofError(f"{folder} holds {sorted(strangers)[0]}, which is no part of a ledger: choose an empty folder")
    there = {manifest.digest(each) for each in published.read_manifests(folder)}
    kept = [entry for entry in (*held.entries(), *held.waiting()) if entry.kind == "manifest"]
    if absent := sum(entry.commitment not in there for entry in kept):
        raise ProofError(
            f"{folder} is without {absent} of the manifests that this store has entries of: copy the published folder "
            "whole, and publish to the copy; nothing was signed"
        )


def _readers(force: Manifest, desks: Sequence[str]) -> list[manifest.Desk]:
    known = {desk.name: desk for desk in force.desks}
    unknown = [desk for desk in desks if desk not in known]
    if unknown or not desks:
        raise ProofError(f"choose one to four desks of {', '.join(sorted(known))}; nothing was kept")
    return [known[desk] for desk in desks]


def give_receipt(store: Path, folder: Path, typed: str) -> receipt.Proof:
    """The receipt of what is kept under a code; a CodeSlipError before anything is looked up."""
    force = in_force(folder)
    lookup = code.derive(typed, force.origin, *force.code).lookup
    with Folder(store, reading=True) as held:
        found = held.by_lookup(lookup)
        if found is None:
            raise ProofError("nothing is kept under this code")
        return ledger.prove(held, found.commitment)


def publish(
    held: Store,
    folder: Path,
    log: Keyring,
    now: datetime,
    documents: Sequence[Path] = (),
    cosigned: Sequence[Path] = (),
    openings: bool = False,
    late: bool = False,
) -> Run:
    """Number what waits and publish it; `documents` are manifests and folders of releases to be taken in first.

    `cosigned` are checkpoints that witnesses signed since the last run. Every document is checked before it is kept.
    """
    _check_place(held, folder)
    signer = log.signer("log")
    for path in cosigned:
        _take_cosigned(held, folder, path, signer, now)
    for path in documents:
        if path.is_dir():
            _take_release(held, folder, path, now.date())
        else:
            _take_manifest(held, folder, path, signer, now.date())
    return ledger.publish(held, folder, signer, now, openings=openings, late=late)


def _take_manifest(held: Store, folder: Path, path: Path, signer: note.Signer, today: date) -> None:
    signed = _read_note(path)
    before = published.read_manifests(folder)
    # a run that was killed may have written it, and not kept its entry
    manifest.check(before if signed in before else [*before, signed])
    made = manifest.read(signed)
    if made.log != signer.key:
        raise ProofError("the manifest names another log key than this one: take the right file")
    ledger.publish_document(held, folder, f"manifest/{made.version}", "manifest", signed.bytes, today)


def _take_release(held: Store, folder: Path, path: Path, today: date) -> None:
    signed = _read_note(path / "release")
    made = release.read(signed)
    versions = ledger.with_leaves(held, published.read_manifests(folder))
    release.check(signed, manifest.in_force(versions, made.tree[0]))
    letters = release.check_letters(made, (path / "dispositions").read_bytes())
    entries = list(islice(held.entries(), made.tree[0]))
    if tree.root([tree.leaf_hash(entry.leaf) for entry in entries]) != made.tree[1]:
        raise ProofError("the release is of another tree than this ledger's: nothing was published")
    release.check_kinds(made, letters, [entry.kind for entry in entries])
    files = {each.name: each.read_bytes() for each in path.glob("[!.]*") if each.name not in release.OWN_FILES}
    ledger.publish_release(held, folder, signed, letters, files, today)


def _take_cosigned(held: Store, folder: Path, path: Path, signer: note.Signer, now: datetime) -> None:
    signed = _read_note(path)
    size = note.read_checkpoint(signed).size
    force = manifest.in_force(ledger.with_leaves(held, published.read_manifests(folder)), size)
    witnesses = [each for each in force.witnesses if note.signed_by(signed, each)]
    if not witnesses:
        raise ProofError(f"{path} is signed by no witness of the manifest")
    for each in witnesses:
        ledger.add_cosignature(held, folder, signed, signer.key, each, now)


def _read_note(path: Path) -> Note:
    try:
        return note.parse(path.read_bytes())
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror})") from None


def cosign(folder: Path, state: Path, key: Keyring, now: datetime, told: str | None = None) -> Note:
    """A witness's signature under the newest checkpoint of a published ledger, after every check that can be made.

    ProofError where a check fails, or where the ledger does not continue what this witness has signed before.
    """
    failed = [check for check in audit.audit([folder], now, told).checks if check.outcome == audit.FAIL]
    if failed:
        raise ProofError(f"nothing was signed. {failed[0].what}: {failed[0].why}")
    signed = _checkpoint(folder)
    force, signer = in_force(folder), key.signer("witness")
    if signer.key not in force.witnesses:
        raise ProofError(
            f"this key of {signer.name} is none of the manifest in force, and would count for nobody: take the right "
            "one, or have it taken into the next manifest; nothing was signed"
        )
    watching = Witness(state, signer, force.log)
    seen = watching.seen()
    old = 0 if seen is None else seen.size
    leaves = published.read_leaves(folder, note.read_checkpoint(signed).size)
    return watching.cosign(now, old, tree.grown(old, leaves), signed)


@dataclass(frozen=True, slots=True)
class Due:
    """Frames to be shredded: their digests, and how many for each reason."""

    digests: frozenset[bytes]
    reasons: tuple[tuple[str, int], ...]


def shred(
    store: Path, folder: Path, today: date, held_back: frozenset[bytes] = frozenset(), only_say: bool = False
) -> Due:
    """Take out of every file what was withdrawn and what has reached its term by the manifest in force.

    `held_back` are commitments under a legal hold; ProofError where one is of nothing that is kept. With `only_say`,
    nothing is shredded.
    """
    force = in_force(folder)
    with Folder(store, reading=only_say) as held:
        entries = (*held.entries(), *held.waiting())
        if strangers := len(held_back - {entry.commitment for entry in entries}):
            raise ProofError(
                f"{strangers} of the commitments under a hold are of nothing that this store keeps: look for a slip in "
                "them, or the hold holds nothing; nothing was shredded"
            )
        withdrawn = {entry.about for entry in entries if entry.kind == "withdrawal"}
        due: dict[bytes, str] = {}
        for entry in entries:
            if entry.commitment in held_back or entry.kind in leaf.PUBLIC:
                continue
            due |= dict(_due(entry, held.frames(entry.commitment), withdrawn, force, today))
        if not only_say and due:
            held.shred(frozenset(due))
    return Due(frozenset(due), tuple(sorted(Counter(due.values()).items())))


def _due(
    entry: Entry,
    frames: Sequence[bytes | None],
    withdrawn: set[bytes | None],
    force: Manifest,
    today: date,
) -> list[tuple[bytes, str]]:
    found = []
    goes = entry.commitment in withdrawn or (entry.kind in leaf.GOES_WITH and entry.about in withdrawn)
    for role, digest, there in zip(leaf.KINDS[entry.kind], leaf.parse(entry.opening).digests, frames, strict=True):
        if there is None:
            continue
        if goes:
            found.append((digest, "withdrawn"))
        elif today >= entry.day + BATCH + timedelta(days=force.term(entry.kind, role)):
            found.append((digest, f"{role} past its term"))
    return found


def read_held_back(path: Path) -> frozenset[bytes]:
    """Commitments under a legal hold, one a line in base64."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror})") from None
    found = set()
    for at, line in enumerate(lines.read(text, str(path)).splitlines(), start=1):
        try:
            found.add(lines.decoded(line))
        except FormatError as error:
            raise FormatError(f"{path}, line {at}: {error}; nothing was shredded") from None
    return frozenset(found)


def write(path: Path, data: bytes) -> None:
    """Write a file that is handed out: a promise, a receipt, a cosigned checkpoint."""
    check_free(path)
    put(path, data, READABLE)


def read_facts(path: Path | None) -> dict[str, Any]:
    """The answers in a file, one object of JSON; none where no file is given. FormatError never repeats them."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=json_line.once)
    except FormatError as error:
        raise FormatError(f"{path} has {error}: the first of two would be lost") from None
    except (OSError, ValueError):
        raise FormatError(f"{path} cannot be read: expected one object of JSON") from None
    if not isinstance(found, dict):
        raise FormatError(f"{path} is JSON, and no object: expected fields of an encounter")
    if unknown := set(found) - set(BY_NAME):
        raise FormatError(
            f"{path} has {len(unknown)} fields that an encounter does not have; docs/formats/encounter.md lists them, "
            "and what it does not list, such as a name, is never kept"
        )
    return found


def read_story(path: Path | None) -> str:
    """What happened, as text; blank where no file is given."""
    try:
        return "" if path is None else path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise FormatError(f"{path} cannot be read: expected a text in UTF-8") from None
