"""Withdraw: a report's content goes from here at once; a slip that the code signed tells its readers to follow.

One transaction (VAULT 5): the withdrawal is an entry of the ledger, the frames of the report and of what went with it
are overwritten, and the slip that named its readers is gone. The entry's place in the count stays.
"""

from evenhand.errors import ProofError
from evenhand.keep import act, code, frame, leaf, ledger, note
from evenhand.keep.lines import decoded
from evenhand.keep.store import Entry
from evenhand.web.dropbox import models, office
from evenhand.web.dropbox.send import SLIP
from evenhand.web.dropbox.store import DatabaseStore, cut_log, writing
from evenhand.web.dropbox.visit import Visit, today

GOES_WITH = ("correction", "reply")


def withdraw(visit: Visit) -> None:
    """Take back what the visit's code leads to; done twice, it is done once."""
    store = DatabaseStore()
    entry = store.entry(decoded(visit.entry))
    if entry is None or None in store.frames(entry.commitment):
        return
    signed = note.sign(act.Withdrawal(entry.commitment).text, [note.Signer(act.HAND, bytes.fromhex(visit.hand))])
    sealed = frame.make("note", signed.bytes, _readers(visit, entry))
    gone = [entry, *(each for each in store.about(entry.commitment) if each.kind in GOES_WITH)]
    with writing():
        ledger.append(store, "withdrawal", [sealed], today(), about=entry.commitment)
        store.shred(frozenset(digest for each in gone for digest in leaf.parse(each.opening).digests))
        models.Slip.objects.filter(entry=entry.commitment).delete()
    cut_log()


def _readers(visit: Visit, entry: Entry) -> list[str]:
    """The facts keys of the desks that the report went to, by the slip that only its code opens."""
    row = models.Slip.objects.filter(entry=entry.commitment).first()
    if row is None:
        raise ProofError("the slip that names the readers is not here: nothing was withdrawn")
    identity = code.identity(bytes.fromhex(visit.mailbox))
    first, _, *names = frame.open(frame.parse(bytes(row.sealed)), [identity]).decode().splitlines()
    if first != SLIP:
        raise ProofError("the slip is of another format: nothing was withdrawn")
    return [desk.facts for desk in office.in_force().desks if desk.name in names]
