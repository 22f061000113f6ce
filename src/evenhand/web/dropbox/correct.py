"""Correct: what is said later goes with the report, signed by its code and sealed to the same readers (VAULT 5).

Only what was answered again replaces; a text is added. The first telling stays.
"""

import hashlib

from evenhand.hear import answers, corrected
from evenhand.keep import act, frame, ledger, note
from evenhand.keep.lines import decoded
from evenhand.web.dropbox import models, office, slip
from evenhand.web.dropbox.store import DatabaseStore, writing
from evenhand.web.dropbox.visit import Visit, today
from evenhand.web.dropbox.withdraw import is_withdrawn


def correct(visit: Visit) -> None:
    """Seal, sign and keep what this visit adds; on the disk when this returns, and then the draft is gone."""
    store = DatabaseStore()
    about = decoded(visit.entry)
    desks = office.desks(slip.read(visit, about))
    story = frame.story_text(visit.language, answers.story(visit.answers))
    sealed_story = frame.make("story", story, [desk.story for desk in desks])
    given = corrected.given(visit.answers, today(), visit.language)
    hand = note.Signer(act.HAND, bytes.fromhex(visit.hand))
    with writing():
        entry = store.entry(about)
        if entry is None or is_withdrawn(store, entry):
            return
        # pressed twice at once, in two tabs: the second finds the draft gone, which the first has kept
        if not models.Draft.objects.filter(pk=bytes.fromhex(visit.lookup)).delete()[0]:
            return
        n = 1 + sum(each.kind == "correction" for each in store.about(about))
        said = act.Correction(about, given, n, hashlib.sha256(story).digest())
        facts = note.sign(said.text, [hand])
        frames = [frame.make("facts", facts.bytes, [desk.facts for desk in desks]), sealed_story]
        ledger.append(store, "correction", frames, today(), about=about)
    visit.answers = {}
