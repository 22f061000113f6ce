"""Withdraw: a report's content goes from here at once; a slip that the code signed tells its readers to follow.

One transaction (VAULT 5): the withdrawal is an entry of the ledger, the frames of the report and of what went with it
are overwritten, and the slip that named its readers is gone. The entry's place in the count stays.
"""

import secrets

from evenhand.keep import act, code, frame, leaf, ledger, note
from evenhand.keep.lines import SIZE, decoded
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
        names = slip.read(visit, entry.commitment)
        # where all its desks have gone, nobody needs to be told, and it is taken back all the same
        readers = [desk.facts for desk in office.in_force().desks if desk.name in names] or [_nobody()]
        signed = note.sign(act.Withdrawal(entry.commitment).text, [note.Signer(act.HAND, bytes.fromhex(visit.hand))])
        sealed = frame.make("note", signed.bytes, readers)
        ledger.append(store, "withdrawal", [sealed], today(), about=entry.commitment)
        erase(store, entry)
    cut_log()


def _nobody() -> str:
    return code.recipient(secrets.token_bytes(SIZE))


def erase(store: DatabaseStore, entry: Entry) -> None:
    """Overwrite what a withdrawn report said, and what went with it; the caller cuts the log when it has committed."""
    gone = [entry, *(each for each in store.about(entry.commitment) if each.kind in leaf.GOES_WITH)]
    store.shred(frozenset(digest for each in gone for digest in leaf.parse(each.opening).digests))
    models.Slip.objects.filter(entry=entry.commitment).delete()
