"""Bring: what desks bring. Acts and replies; and, after a backup was put back, what this server lacks since then.

What is lacking needs this drop box's own signature under the whole entry, and its numbers the log's. What was withdrawn
does not come back with it (VAULT 4, "Restoring a backup"; decision 0033).
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from evenhand.errors import ProofError
from evenhand.flow import vault
from evenhand.keep import frame, leaf, ledger, manifest, note, stream, tree
from evenhand.keep.durable import put
from evenhand.keep.manifest import Manifest
from evenhand.keep.note import Note
from evenhand.keep.records import Checkpoint
from evenhand.keep.store import LOOKUP_SIZE, Batch, Entry, frame_digests
from evenhand.web.dropbox import models
from evenhand.web.dropbox.settings import LEDGER
from evenhand.web.dropbox.store import DatabaseStore, cut_log, writing
from evenhand.web.dropbox.visit import today
from evenhand.web.dropbox.withdraw import erase, is_withdrawn

# what a desk sends of its own accord
DESKS_OWN = ("act", "reply")


def take(parts: Sequence[stream.Part | stream.Whole]) -> int:
    """Keep all of it, or nothing; how many entries were not here before. ProofError where one is not proved."""
    store, versions = DatabaseStore(), manifest.check(vault.manifests(LEDGER))
    proofs = {part.entry.commitment: part.proof for part in parts if isinstance(part, stream.Given)}
    whole = [part for part in parts if isinstance(part, stream.Whole)]
    with writing():
        kept = sum(_take(store, each, proofs[each.entry.commitment], versions) for each in whole)
        _number(store, parts, versions)
        for each in whole:
            _follow_withdrawal(store, each.entry)
    cut_log()
    for part in parts:
        if isinstance(part, Checkpoint):
            size = note.read_checkpoint(note.parse(part.note)).size
            put(LEDGER / "checkpoints" / str(size), part.note, ledger.PUBLIC)
    return kept


def _take(store: DatabaseStore, each: stream.Whole, proof: Note | None, versions: Sequence[Manifest]) -> bool:
    entry = each.entry
    there = store.entry(entry.commitment)
    if there is not None:
        _fill(store, there, each.frames, versions[-1])
        return False
    if proof is not None:
        stream.check_given(entry, proof, versions[-1].origin, [version.promise for version in versions])
        store.keep(entry, each.frames)
        return True
    return _take_own(store, entry, each.frames)


def _take_own(store: DatabaseStore, entry: Entry, frames: Sequence[bytes | None]) -> bool:
    """An act or a reply; the same frame twice is one entry."""
    if entry.kind not in DESKS_OWN or None in frames:
        raise ProofError("an entry that this drop box did not sign, and that is no act and no reply: nothing was kept")
    about = None if entry.about is None else store.entry(entry.about)
    if entry.kind == "act" and entry.about is not None:
        raise ProofError("what an act is about lies sealed in it, and nowhere else: nothing was kept")
    if entry.kind == "reply" and (about is None or about.kind != "report" or is_withdrawn(store, about)):
        raise ProofError("a reply goes with a report that is here and was not withdrawn: nothing was kept")
    if models.Frame.objects.filter(digest__in=frame_digests(entry)).exists():
        return False
    for sealed in frames:
        if frame.parse(sealed or b"").bucket != frame.BUCKETS["note"]:
            raise ProofError("an act or a reply lies in a frame of a note's size: nothing was kept")
    # what no code leads to, and the day of this server: a desk says neither
    made = replace(entry, lookup=secrets.token_bytes(LOOKUP_SIZE), day=today(), lane="open")
    store.keep(made, tuple(frames))
    return True


def _fill(store: DatabaseStore, there: Entry, frames: Sequence[bytes | None], force: Manifest) -> None:
    """Put back frames that an entry here lacks; not what was withdrawn, nor what has reached its term."""
    if _withdrawn_with(store, there) is not None:
        return
    for place, (role, data) in enumerate(zip(leaf.KINDS.get(there.kind, ()), frames, strict=True)):
        ends = there.day + vault.BATCH + timedelta(days=force.term(there.kind, role))
        if data is not None and today() < ends:
            models.Frame.objects.filter(entry=there.commitment, place=place, data=None).update(data=data)


def _follow_withdrawal(store: DatabaseStore, entry: Entry) -> None:
    """A withdrawal takes its report along, whichever of the two came first; and what goes with a report goes too."""
    if (report := _withdrawn_with(store, entry)) is not None:
        erase(store, report)


def _withdrawn_with(store: DatabaseStore, entry: Entry) -> Entry | None:
    """The withdrawn report that an entry is, or goes with; None where there is none."""
    about = entry.about if entry.kind in ("withdrawal", *leaf.GOES_WITH) else entry.commitment
    report = None if about is None else store.entry(about)
    found = report is not None and report.kind == "report" and is_withdrawn(store, report)
    return report if found else None


def _number(store: DatabaseStore, parts: Sequence[stream.Part | stream.Whole], versions: Sequence[Manifest]) -> None:
    """Give a batch the numbers it had, where the log signed the tree that comes of it."""
    batches = [part for part in parts if isinstance(part, Batch)]
    checkpoints = [part for part in parts if isinstance(part, Checkpoint)]
    if not batches and not checkpoints:
        return
    if (len(batches), len(checkpoints)) != (1, 1):
        raise ProofError("numbers are brought one batch at a time, with the checkpoint of its size: nothing was kept")
    batch, signed = batches[0], note.parse(checkpoints[0].note)
    said = note.read_checkpoint(signed, versions[-1].origin)
    if said.size != batch.size or not any(note.signed_by(signed, version.log) for version in versions):
        raise ProofError("a batch without the log's signature under its size: nothing was kept")
    if store.root(said.size) == said.root:
        return
    store.number(batch)
    if tree.root([tree.leaf_hash(entry.leaf) for entry in store.entries()]) != said.root:
        raise ProofError("a batch that does not make the tree that the log signed: nothing was kept")
    store.seal_root(said.size, said.root)
    store.publish(signed.bytes)
