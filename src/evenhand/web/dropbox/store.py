"""Store: the ledger's store in the drop box's database, SQLite or PostgreSQL, by Django's ORM."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, Model

from evenhand.errors import OutputError, ProofError
from evenhand.keep.store import NO_LOOKUP, Batch, Entry, check_entry, frame_digests
from evenhand.web.dropbox import models

# pg_advisory_xact_lock: one writer of numbers at a time
NUMBERING = 0x65766E68
ONE_WRITER = threading.Lock()


class DatabaseStore:
    """A `Store` (evenhand.keep.store) on the default database; each call is one transaction, durable when it returns.

    Within `transaction.atomic` of the caller's, `keep` is durable when that returns.
    """

    def keep(self, entry: Entry, frames: tuple[bytes | None, ...]) -> None:
        """Hold an entry and its frames together."""
        check_entry(entry, frames)
        with _written():
            there = models.Entry.objects.filter(pk=entry.commitment).first()
            if there is not None:
                if _waiting(there) != entry:
                    raise ProofError("this commitment is held already, with another entry: nothing was changed")
                return
            row = models.Entry.objects.create(
                commitment=entry.commitment,
                opening=entry.opening,
                kind=entry.kind,
                lookup=entry.lookup,
                about=entry.about,
                day=entry.day,
                lane=entry.lane,
                arrived=_next_arrival(),
            )
            models.Frame.objects.bulk_create(
                models.Frame(digest=digest, entry=row, place=place, data=frame)
                for place, (digest, frame) in enumerate(zip(frame_digests(entry), frames, strict=True))
            )

    def waiting(self) -> tuple[Entry, ...]:
        """Every entry without a number, oldest first."""
        return tuple(map(_read, models.Entry.objects.filter(index=None).order_by("arrived")))

    def number(self, batch: Batch) -> None:
        """Give waiting entries their numbers."""
        with _written():
            if self._batch(batch.number) == batch:
                return
            last = models.Batch.objects.order_by("number").last()
            expected = (last.number + 1, last.first + last.count) if last else (1, 0)
            if (batch.number, batch.first) != expected:
                raise ProofError(
                    f"batch {batch.number} from leaf {batch.first} does not follow: expected {expected[0]} from leaf "
                    f"{expected[1]}"
                )
            rows = {bytes(row.commitment): row for row in models.Entry.objects.filter(index=None)}
            if len(set(batch.order)) != len(batch.order) or not rows.keys() >= set(batch.order):
                raise ProofError(f"batch {batch.number}: an entry stands in it twice, or does not wait for a number")
            for index, commitment in enumerate(batch.order, start=batch.first):
                rows[commitment].batch, rows[commitment].index = batch.number, index
            models.Entry.objects.bulk_update([rows[one] for one in batch.order], ["batch", "index"], batch_size=500)
            models.Batch.objects.create(number=batch.number, day=batch.day, first=batch.first, count=len(batch.order))

    def last_batch(self) -> Batch | None:
        """The batch numbered last."""
        last = models.Batch.objects.aggregate(number=Max("number"))["number"]
        return None if last is None else self._batch(last)

    def _batch(self, number: int) -> Batch | None:
        row = models.Batch.objects.filter(pk=number).first()
        if row is None:
            return None
        order = models.Entry.objects.filter(batch=number).order_by("index").values_list("commitment", flat=True)
        return Batch(row.number, row.day, row.first, tuple(map(bytes, order)))

    def seal_root(self, size: int, root: bytes) -> None:
        """Hold the root of a size; never two for one size."""
        with _written():
            there = self.root(size)
            if there is not None and there != root:
                raise ProofError(
                    f"size {size} has a root already, and this is another: two roots for one size are never held; keep "
                    "both, and ask what changed the tiles"
                )
            numbered = models.Entry.objects.exclude(index=None).count()
            if there is None and size != numbered:
                raise ProofError(f"a root for size {size}, and {numbered} entries have numbers; expected the same")
            if there is None:
                models.Root.objects.create(size=size, root=root)

    def root(self, size: int) -> bytes | None:
        """The root that was held for a size."""
        row = models.Root.objects.filter(pk=size).first()
        return None if row is None else bytes(row.root)

    def publish(self, checkpoint: bytes) -> None:
        """Hold a signed checkpoint."""
        with _written():
            if checkpoint != self.checkpoint():
                models.Checkpoint.objects.create(note=checkpoint)

    def checkpoint(self) -> bytes | None:
        """The checkpoint published last."""
        row = models.Checkpoint.objects.order_by("number").last()
        return None if row is None else bytes(row.note)

    def entry(self, commitment: bytes) -> Entry | None:
        """The entry of a commitment."""
        row = models.Entry.objects.filter(pk=commitment).first()
        return None if row is None else _read(row)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Numbered entries in leaf order, from a leaf on."""
        return map(_read, models.Entry.objects.filter(index__gte=start).order_by("index").iterator())

    def about(self, commitment: bytes) -> tuple[Entry, ...]:
        """The corrections, replies and acts that go with an entry, oldest first."""
        return tuple(map(_read, models.Entry.objects.filter(about=commitment).order_by("arrived")))

    def by_lookup(self, lookup: bytes) -> Entry | None:
        """The first entry that was kept under a look-up; none under 16 zeros."""
        if lookup == NO_LOOKUP:
            return None
        row = models.Entry.objects.filter(lookup=lookup).order_by("arrived").first()
        return None if row is None else _read(row)

    def frames(self, commitment: bytes) -> tuple[bytes | None, ...]:
        """The frames of an entry in order, None for one that was shredded."""
        rows = models.Frame.objects.filter(entry=commitment).order_by("place").values_list("data", flat=True)
        return tuple(None if data is None else bytes(data) for data in rows)

    def shred(self, digests: frozenset[bytes]) -> None:
        """Take these frames out of the database; on SQLite they are overwritten, and the log is cut."""
        with _written():
            found = models.Frame.objects.filter(digest__in=digests)
            held = {bytes(digest) for digest in found.values_list("digest", flat=True)}
            if unknown := digests - held:
                raise ProofError(f"{len(unknown)} of {len(digests)} are no frames here; nothing shredded")
            found.update(data=None)
        if not connection.in_atomic_block:
            cut_log()


def put(row: Model) -> None:
    """Insert a row, or put it in the place of the one with its key: one statement, on the disk when this returns."""
    fields = [field.name for field in row._meta.fields if not field.primary_key]
    with nullcontext() if connection.in_atomic_block else writing():
        type(row)._default_manager.bulk_create(
            [row], update_conflicts=True, unique_fields=[row._meta.pk.name], update_fields=fields
        )


def cut_log() -> None:
    """On SQLite: empty the log, in which what was deleted would stay until it is written over."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def writing() -> Iterator[None]:
    """The outermost transaction, durable when it ends.

    On SQLite one at a time within this process: its own way of waiting is not fair, and one of many writers starves.
    """
    with ONE_WRITER if connection.vendor == "sqlite" else nullcontext(), transaction.atomic(durable=True):
        yield


@contextmanager
def _written() -> Iterator[None]:
    """A transaction; when it cannot be written that is our error, without the values that a database's own repeats."""
    try:
        with nullcontext() if connection.in_atomic_block else writing(), transaction.atomic():
            yield
    except OperationalError:
        raise OutputError("the database could not write: nothing was acknowledged; make room, try again") from None


def _next_arrival() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    highest: int | None = models.Entry.objects.aggregate(highest=Max(F("arrived")))["highest"]
    return 0 if highest is None else highest + 1


def _read(row: models.Entry) -> Entry:
    return Entry(
        commitment=bytes(row.commitment),
        opening=bytes(row.opening),
        kind=row.kind,
        lookup=bytes(row.lookup),
        about=None if row.about is None else bytes(row.about),
        day=row.day,
        lane=row.lane,
        batch=row.batch,
        index=row.index,
    )


def _waiting(row: models.Entry) -> Entry:
    """An entry as it was when it was kept."""
    row.batch = row.index = None
    return _read(row)
