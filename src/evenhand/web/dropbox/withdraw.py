"""Withdraw: a report's content goes from here at once; a slip that the code signed tells its readers to follow.

One transaction (VAULT 5): the withdrawal is an entry of the ledger, the frames of the report and of what went with it
are overwritten, and the slip that named its readers is gone. The entry's place in the count stays.
"""

import secrets

from evenhand.keep import act, code, frame, leaf, ledger, note
from evenhand.keep.lines import SIZE, decoded
from evenhand.keep.seal import SLOTS
from evenhand.keep.store import Entry
from evenhand.web.dropbox import models, office, slip
from evenhand.web.dropbox.store import DatabaseStore, cut_log, writing
from evenhand.web.dropbox.visit import Visit, today


def is_withdrawn(store: DatabaseStore, entry: Entry) -> bool:
    """Whether a report was taken back; one whose term is over was not."""
    return any(each.kind == "withdrawal" for each in store.about(entry.commitment))


def withdraw(visit: Visit) -> None:
    """Take back what the visit's code leads to; done twice, it is done once."""
    store = DatabaseStore()
    with writing():
        entry = store.entry(decoded(visit.entry))
        if entry is None or is_withdrawn(store, entry):
            return
        readers = _readers(visit, entry)
        signed = note.sign(act.Withdrawal(entry.commitment).text, [note.Signer(act.HAND, bytes.fromhex(visit.hand))])
        for some in (readers[at : at + SLOTS] for at in range(0, len(readers), SLOTS)):
            sealed = frame.make("note", signed.bytes, some)
            ledger.append(store, "withdrawal", [sealed], today(), about=entry.commitment)
        erase(store, entry)
    cut_log()


def _readers(visit: Visit, entry: Entry) -> list[str]:
    """Who has to be told: the report's desks. Every desk, where the slip was lost with a disk and no copy has it."""
    desks = office.in_force().desks
    if models.Slip.objects.filter(entry=entry.commitment).exists():
        names = slip.read(visit, entry.commitment)
        desks = tuple(desk for desk in desks if desk.name in names)
    # where all its desks have gone, nobody needs to be told, and it is taken back all the same
    return [desk.facts for desk in desks] or [_nobody()]


def _nobody() -> str:
    return code.recipient(secrets.token_bytes(SIZE))


def erase(store: DatabaseStore, entry: Entry) -> None:
    """Overwrite what a withdrawn report said, and what went with it; the caller cuts the log when it has committed."""
    gone = [entry, *(each for each in store.about(entry.commitment) if each.kind in leaf.GOES_WITH)]
    store.shred(frozenset(digest for each in gone for digest in leaf.parse(each.opening).digests))
    models.Slip.objects.filter(entry=entry.commitment).delete()
