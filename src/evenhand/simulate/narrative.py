"""Accounts in plain English, from a handful of sentences: what happened in an encounter of the wave, as told.

Each says that it is simulated. As written, some hold a name or a telephone number, so that an office has something
to take out; the names are no words of any language and the numbers are those set aside for fiction (555-01xx).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

OPENING = "Simulated account."
# One sentence an element; what is not among these is left out of accounts.
SENTENCES: dict[str, tuple[str, ...]] = {
    "followed_first": ("A car stayed behind me for some blocks.", "They went round the block and came up behind."),
    "no_cause_given": ("They never said why.", "I asked for the reason and got none."),
    "cause_stated": ("They said I looked like someone they wanted.", "They said I had not signalled."),
    "papers_demanded": ("They said to show my papers.", "The first thing they asked for was papers."),
    "id_demanded": ("They asked for my licence.",),
    "boxed_in": ("One car stopped in front and one behind.", "I could not have driven off, they had me boxed in."),
    "ordered_out": ("They told me to step out.",),
    "handcuffed": ("They put cuffs on me.",),
    "weapon_displayed": ("One of them had a gun out, held down.",),
    "weapon_pointed": ("A gun was pointed at me.", "One of them aimed a gun at the window."),
    "recording_tried": ("I got my phone out to film.",),
    "recording_stopped": ("One of them knocked the phone out of my hand.",),
    "faces_covered": ("They had masks on.",),
    "unmarked_vehicle": ("The cars had no markings.",),
    "agency_named": ("They said which agency they were.",),
    "searched": ("They went through the car.",),
    "released_on_id": ("They saw my card and let me go.",),
    "released_as_officer": ("I said I am a police officer and they let me go.",),
    "explained": ("At the end they said it was a mistake.",),
    "left_unexplained": ("Then they got in and drove off without a word.", "They left and said nothing."),
    "no_paper_given": ("I have nothing in writing.",),
}
# Invented words, never names.
NOT_NAMES = ("Zorbix Quandle", "Miflo Trantub", "Vexa Plindor", "Grubo Snell-Wotz")
NUMBERS = tuple(f"612-555-01{at:02d}" for at in (13, 27, 42, 68))


def account(rng: np.random.Generator, actions: Sequence[str]) -> str:
    """An account of these elements, in the order that such things happen."""
    said = [str(rng.choice(sentences)) for element, sentences in SENTENCES.items() if element in actions]
    return " ".join([OPENING, *(said or ["I was stopped and then let go."])])


def signed(rng: np.random.Generator, account_given: str, scrubbed: Sequence[str]) -> str:
    """The account as it was written, with what was `scrubbed` from it: a name, a phone number."""
    ends: dict[str, Any] = {
        "name": f"My name is {rng.choice(NOT_NAMES)}.",
        "phone": f"You can call me at {rng.choice(NUMBERS)}.",
    }
    return " ".join([account_given, *(ends[code] for code in scrubbed)])
