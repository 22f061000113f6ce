"""Append: what a desk brings to its drop box: its acts and replies, and, from its copy, what a restored one lacks."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from evenhand.errors import ProofError
from evenhand.flow import Told, untold, vault
from evenhand.flow.door import Door
from evenhand.flow.pull import GIVEN, LEDGER, STORE, Proofs
from evenhand.keep import ask, frame, leaf, manifest, stream
from evenhand.keep.folder import Folder
from evenhand.keep.lines import SIZE
from evenhand.keep.note import Signer
from evenhand.keep.records import Checkpoint
from evenhand.keep.store import LOOKUP_SIZE, Batch, Entry

# a call is at most 8 MiB; frames go in calls of a quarter of it
AT_ONCE = 2 * 2**20


def entry_of(kind: str, sealed: bytes, about: bytes | None = None) -> stream.Given:
    """An act or a reply as it is sent; the drop box gives it its day."""
    opening = leaf.Opening(kind, secrets.token_bytes(SIZE), (frame.digest(frame.parse(sealed)),))
    name, lookup = leaf.commitment(opening), secrets.token_bytes(LOOKUP_SIZE)
    return stream.Given(Entry(name, opening.text(), kind, lookup, about, datetime.now(UTC).date()))


def acts(url: str, signer: Signer, copy: Path, sealed: Sequence[bytes]) -> int:
    """Send acts, each a sealed frame; how many the drop box had not."""
    parts = [part for each in sealed for part in (entry_of("act", each), stream.Sealed(each))]
    return send(Door(url), _origin(copy), signer, parts)


def send(door: Door, origin: str, signer: Signer, parts: Iterable[stream.Part]) -> int:
    """One call; how many entries the drop box had not."""
    with door.ask(ask.APPEND, origin, signer, body=b"".join(stream.pack(parts))) as answer:
        said = answer.read(100).split()
    return int(said[1]) if len(said) == 2 and said[1].isdigit() else 0


def give_back(url: str, signer: Signer, copy: Path, told: Told = untold) -> int:
    """Bring a drop box that was put back from a backup what this copy has more; how many entries it lacked.

    First every entry and its number, so that what was withdrawn is known before any frame comes. ProofError where the
    drop box shows another ledger than this copy.
    """
    door, origin = Door(url), _origin(copy)
    with Folder(copy / STORE, reading=True) as store, Proofs(copy / GIVEN) as proofs:
        size = _agreed(door, origin, signer, store)
        batches = [batch for batch in store.batches() if batch.size > size or batch.first >= size]
        names = [name for batch in batches for name in batch.order]
        waiting = [entry.commitment for entry in store.waiting()]
        kept = 0
        for count, batch in enumerate(batches, start=1):
            checkpoint = (copy / LEDGER / "checkpoints" / str(batch.size)).read_bytes()
            kept += send(door, origin, signer, _numbers(store, proofs, batch, checkpoint))
            told("batches", count, len(batches))
        # those that wait: whatever was withdrawn among them first
        waiting.sort(key=lambda name: _entry(store, name).kind != "withdrawal")
        last = [name for batch in store.batches()[-1:] for name in batch.order]
        for parts in _calls(store, proofs, [*names, *(last if not names else ()), *waiting]):
            kept += send(door, origin, signer, parts)
            told("entries with their frames", kept, 0)
    return kept


def _origin(copy: Path) -> str:
    return manifest.read(vault.manifests(copy / LEDGER)[0]).origin


def _agreed(door: Door, origin: str, signer: Signer, store: Folder) -> int:
    """How many leaves the drop box has, each the same as here."""
    entries = list(store.entries())
    with door.ask(ask.OPENINGS, origin, signer) as answer:
        found = [part for part in stream.read(answer) if isinstance(part, stream.Numbered)]
    for part in found:
        if part.index < len(entries) and (entries[part.index].opening or entries[part.index].leaf) != part.text:
            raise ProofError(
                f"leaf {part.index} of the drop box is another than in this copy: two histories. Nothing was sent; "
                "keep both, and tell the other desks"
            )
    return len(found)


def _entry(store: Folder, name: bytes) -> Entry:
    found = store.entry(name)
    assert found is not None
    return found


def _numbers(store: Folder, proofs: Proofs, batch: Batch, checkpoint: bytes) -> Iterator[stream.Part]:
    """A batch as it was numbered, all its frames left out."""
    yield Checkpoint(checkpoint)
    yield batch
    for name in batch.order:
        entry = _entry(store, name)
        yield stream.Given(entry, proofs.of(name))
        yield from (stream.Sealed(None) for _ in store.frames(name))


def _calls(store: Folder, proofs: Proofs, names: Sequence[bytes]) -> Iterator[list[stream.Part]]:
    """Entries with their frames, as many at once as fit."""
    parts: list[stream.Part] = []
    size = 0
    for name in names:
        frames = store.frames(name)
        parts += [stream.Given(_entry(store, name), proofs.of(name)), *map(stream.Sealed, frames)]
        size += sum(len(each or b"") for each in frames)
        if size > AT_ONCE:
            yield parts
            parts, size = [], 0
    if parts:
        yield parts
