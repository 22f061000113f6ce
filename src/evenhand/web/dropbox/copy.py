"""Copy: the ledger as a desk fetches it, batch by batch, so that memory stays flat and no reading holds a writer up."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.db.models import Max, Q, QuerySet

from evenhand.errors import ProofError
from evenhand.keep import note, stream
from evenhand.keep.records import Checkpoint
from evenhand.keep.store import Batch, Entry
from evenhand.web.dropbox import models, office
from evenhand.web.dropbox.settings import LEDGER
from evenhand.web.dropbox.store import DatabaseStore, put, writing

# entries read from the database at once
AT_ONCE = 100


def pulled(start: int) -> Iterator[stream.Part]:
    """The parts of a pull: documents; each batch from a leaf on with its checkpoint; the newest; all that wait.

    What a checkpoint does not cover yet is sent as what waits.
    """
    yield stream.Documents(_documents())
    checkpoints = _checkpoints()
    size = max(checkpoints, default=0)
    origin, signer = office.in_force().origin, office.promise_key()
    names = _names(models.Entry.objects.filter(Q(index=None) | Q(index__gte=size)).order_by("arrived"))
    for row in models.Batch.objects.order_by("number"):
        if row.first < start >= row.first + row.count or row.first + row.count > size:
            continue
        if row.first + row.count not in checkpoints:
            raise ProofError(f"the checkpoint of {row.first + row.count} leaves is missing")
        yield Checkpoint(checkpoints[row.first + row.count])
        order = _names(models.Entry.objects.filter(batch=row.number).order_by("index"))
        yield Batch(row.number, row.day, row.first, order)
        yield from _given(order, origin, signer)
        for name in order:
            yield from _sealed(name)
    if size:
        yield Checkpoint(checkpoints[size])
    for name in names:
        yield from _given((name,), origin, signer)
        yield from _sealed(name)


def _names(rows: QuerySet[models.Entry]) -> tuple[bytes, ...]:
    return tuple(map(bytes, rows.values_list("commitment", flat=True)))


def _checkpoints() -> dict[int, bytes]:
    """The newest checkpoint of each size that was published."""
    found = [bytes(data) for data in models.Checkpoint.objects.order_by("number").values_list("note", flat=True)]
    return {note.read_checkpoint(note.parse(data)).size: data for data in found}


def _documents() -> tuple[str, ...]:
    """The manifests, and all files of releases, that are published beside the tree."""
    files = [*LEDGER.glob("manifest/[!.]*"), *LEDGER.glob("release/[!.]*/[!.]*")]
    return tuple(sorted(path.relative_to(LEDGER).as_posix() for path in files))


def _given(names: tuple[bytes, ...], origin: str, promise: note.Signer) -> Iterator[stream.Given]:
    store = DatabaseStore()
    for name in names:
        entry = store.entry(name)
        if entry is not None:
            yield stream.Given(entry, stream.given(entry, origin, promise))


def _sealed(name: bytes) -> Iterator[stream.Sealed]:
    return map(stream.Sealed, DatabaseStore().frames(name))


def openings(start: int) -> Iterator[stream.Part]:
    """The newest checkpoint, and the openings of its leaves from one on; a public document's entry for its opening."""
    checkpoints = _checkpoints()
    size = max(checkpoints, default=0)
    if size:
        yield Checkpoint(checkpoints[size])
    for first in range(start, size, AT_ONCE):
        rows = models.Entry.objects.filter(index__gte=first, index__lt=min(first + AT_ONCE, size)).order_by("index")
        for row in list(rows):
            entry = Entry(bytes(row.commitment), bytes(row.opening), row.kind, bytes(row.lookup), None, row.day)
            yield stream.Numbered(row.index or 0, entry.opening or entry.leaf)


def newest() -> int:
    """The arrival of the newest entry: what comes after it is not in a pull that begins now."""
    found: int | None = models.Entry.objects.aggregate(newest=Max("arrived"))["newest"]
    return -1 if found is None else found


def mark(start: int, newest: int) -> None:
    """A desk has fetched what was here, from a leaf on: it stands on two machines. Day and hour, and not which desk."""
    now = datetime.now(UTC)
    sent = models.Entry.objects.filter(copied=False, arrived__lte=newest).filter(Q(index=None) | Q(index__gte=start))
    with writing():
        sent.update(copied=True)
    put(models.Pull(number=1, day=now.date(), hour=now.hour))


def hours_since() -> int | None:
    """How many whole hours ago a desk last fetched a copy; None where none did."""
    row = models.Pull.objects.first()
    if row is None:
        return None
    return int((datetime.now(UTC) - datetime.combine(row.day, time(row.hour), UTC)).total_seconds()) // 3600
