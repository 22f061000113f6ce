"""Slip: to which desks a report went, sealed to its code's own mailbox, so that what comes later goes to the same ones.

It lies beside the ledger, and is gone when the report is withdrawn.
"""

from collections.abc import Sequence

from evenhand.errors import ProofError
from evenhand.keep import code, frame
from evenhand.keep.lines import Lines, written
from evenhand.web.dropbox import models
from evenhand.web.dropbox.visit import Visit

FORMAT = "evenhand/slip/1"


def make(visit: Visit, desks: Sequence[str]) -> bytes | None:
    """A sealed slip; none for a visit without a code, which cannot come back."""
    if not visit.code:
        return None
    content = written([FORMAT, *(f"desk {desk}" for desk in desks)])
    return frame.make("note", content, [code.recipient(bytes.fromhex(visit.mailbox))]).bytes


def read(visit: Visit, commitment: bytes) -> tuple[str, ...]:
    """The desks that a report went to; ProofError where its slip is not here."""
    row = models.Slip.objects.filter(entry=commitment).first()
    if row is None:
        raise ProofError("the slip that names the readers is not here: nothing was done")
    identity = code.identity(bytes.fromhex(visit.mailbox))
    lines = Lines(frame.open(frame.parse(bytes(row.sealed)), [identity]), "a slip", FORMAT)
    desks = lines.many("desk")
    lines.end()
    return desks
