"""Send: answers become a sealed report and a promise, all of it in one transaction (VAULT 4, steps 4 to 6).

What comes too fast, or fills the field that people do not see, is set aside and counted, never refused.
"""

import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta

from evenhand.errors import ProofError
from evenhand.hear import answers
from evenhand.keep import code, frame, ledger
from evenhand.keep.lines import encoded
from evenhand.keep.manifest import Desk, Manifest
from evenhand.web.dropbox import models, office, slip
from evenhand.web.dropbox.store import DatabaseStore, writing
from evenhand.web.dropbox.visit import Visit, today

# a person needs longer; more than so many a minute over the whole server is a flood
SHORTEST = timedelta(seconds=20)
FLOOD = 30
_RECENT: deque[float] = deque(maxlen=FLOOD)
_LOCK = threading.Lock()


def send(visit: Visit, honeypot: str) -> None:
    """Seal, keep and promise what the visit holds; once, however often Send is pressed."""
    if visit.entry:
        return
    force = office.in_force()
    desks = [desk for desk in force.desks if desk.name in visit.answers.get("readers", [])]
    if not 1 <= len(desks) <= 4:
        raise ProofError("nobody was chosen to read it: choose one to four")
    sealed = _sealed(visit, force, desks)
    lane = "set aside" if honeypot or _too_fast(visit) or _flood() else "open"
    lookup, store = bytes.fromhex(visit.lookup), DatabaseStore()
    sealed_slip, signer = slip.make(visit, [desk.name for desk in desks]), office.promise_key()
    with writing():
        # pressed twice at once, in two tabs: the second finds what the first has kept
        entry = store.by_lookup(lookup)
        if entry is None:
            entry = ledger.append(store, "report", sealed, today(), lookup, lane=lane)
            if sealed_slip is not None:
                models.Slip.objects.create(entry_id=entry.commitment, sealed=sealed_slip)
        models.Draft.objects.filter(pk=lookup).delete()
        promised = ledger.promise(entry, force.origin, today(), signer)
        visit.entry, visit.promise, visit.answers = encoded(entry.commitment), promised.bytes.decode(), {}
        visit.save()


def _sealed(visit: Visit, force: Manifest, desks: list[Desk]) -> tuple[frame.Frame, frame.Frame]:
    reply = None
    if visit.code:
        mailbox = code.recipient(bytes.fromhex(visit.mailbox))
        reply = {"mailbox": mailbox, "hand": code.public(bytes.fromhex(visit.hand)).hex()}
    facts = {**answers.facts(visit.answers, today(), visit.language), "manifest": force.version, "reply": reply}
    story = answers.story(visit.answers)
    return (
        frame.make("facts", frame.facts_text(facts), [desk.facts for desk in desks]),
        frame.make("story", frame.story_text(visit.language, story), [desk.story for desk in desks]),
    )


def _too_fast(visit: Visit) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(visit.started) < SHORTEST


def _flood() -> bool:
    """More than 30 sends within a minute, over this whole process."""
    with _LOCK:
        now = time.monotonic()
        full = len(_RECENT) == FLOOD and now - _RECENT[0] < 60
        _RECENT.append(now)
        return full
