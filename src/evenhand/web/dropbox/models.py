"""Models: all that the drop box stores. No column for anything that a reporter said (VAULT 11).

A test compares this with the page /what-we-hold.
"""

from typing import ClassVar

from django.db import models

SIZE, LOOKUP_SIZE = 32, 16


class Visit(models.Model):
    """An open form: sealed to a key that only the visitor's cookie gives. The row's key is SHA-256 of the cookie."""

    key = models.BinaryField(primary_key=True, max_length=SIZE)
    sealed = models.BinaryField()
    day = models.DateField(db_index=True)


class Draft(models.Model):
    """Answers not sent yet. They are sealed: only the return code, or the visit's cookie, opens them."""

    lookup = models.BinaryField(primary_key=True, max_length=LOOKUP_SIZE)
    sealed = models.BinaryField()
    day = models.DateField(db_index=True)


class Entry(models.Model):
    """An entry of the ledger. It waits for its number; until then `batch` and `index` are empty."""

    commitment = models.BinaryField(primary_key=True, max_length=SIZE)
    opening = models.BinaryField()
    kind = models.CharField(max_length=16)
    lookup = models.BinaryField(max_length=LOOKUP_SIZE, db_index=True)
    about = models.BinaryField(max_length=SIZE, null=True, db_index=True)
    day = models.DateField()
    lane = models.CharField(max_length=16)
    batch = models.PositiveIntegerField(null=True)
    index = models.PositiveIntegerField(null=True, unique=True)
    # the order of arrival within the database, for those that wait
    arrived = models.BigIntegerField(unique=True)
    # an office has fetched it: it stands on two machines
    copied = models.BooleanField(default=False)

    class Meta:
        """Send pressed twice at once, in two tabs or two processes, keeps one report."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lookup"], condition=models.Q(kind="report"), name="one_report_a_code")
        ]


class Frame(models.Model):
    """A sealed frame; `data` is empty once it was shredded."""

    digest = models.BinaryField(max_length=SIZE, db_index=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="sealed")
    place = models.PositiveSmallIntegerField()
    data = models.BinaryField(null=True)

    class Meta:
        """An entry has one frame in each place."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "place"], name="one_frame_a_place")]


class Slip(models.Model):
    """For the code's own mailbox: to which desks a report went, so that a correction goes to the same ones."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True)
    sealed = models.BinaryField()


class Ticket(models.Model):
    """A one-time code of a canvass: a hash of it, and if it has answered. Not who has it, when, or what was said."""

    lookup = models.BinaryField(primary_key=True, max_length=LOOKUP_SIZE)
    used = models.BooleanField(default=False)


class Batch(models.Model):
    """Which leaves were numbered on a day: from `first` on, `count` of them."""

    number = models.PositiveIntegerField(primary_key=True)
    day = models.DateField()
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()


class Root(models.Model):
    """The root of a size: never two."""

    size = models.PositiveIntegerField(primary_key=True)
    root = models.BinaryField(max_length=SIZE)


class Checkpoint(models.Model):
    """A signed checkpoint that was published."""

    number = models.BigAutoField(primary_key=True)
    note = models.BinaryField()


class Nonce(models.Model):
    """The mark of an office's request, hashed, so that nobody sends it twice. It does not say which office asked.

    `bucket` counts stretches of ten minutes: the next request deletes what is two of them old.
    """

    hash = models.BinaryField(primary_key=True, max_length=SIZE)
    bucket = models.PositiveBigIntegerField(db_index=True)


class Pull(models.Model):
    """When an office last fetched a copy: the day and the hour. One row; it does not say which office."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
