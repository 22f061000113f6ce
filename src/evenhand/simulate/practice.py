"""What happens in an encounter of the wave, element by element, and what changes once a person is known as police.

Shares are planted, one practice for residents and officers unless there are two. Elements that exclude each other
(terms/codebook.EXCLUSIVE) never both happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.simulate.city import Flags, Ints
from evenhand.simulate.stopped import Stopped
from evenhand.terms.encounter import AGENCY_BASES

# Invented: the share of encounters in which each happens; `cause_stated` is the rest of `no_cause_given`.
SHARES: Mapping[str, float] = {
    "no_cause_given": 0.80,
    "followed_first": 0.30,
    "papers_demanded": 0.60,
    "id_demanded": 0.55,
    "boxed_in": 0.50,
    "ordered_out": 0.35,
    "handcuffed": 0.15,
    "weapon_displayed": 0.15,
    "weapon_pointed": 0.30,
    "faces_covered": 0.60,
    "unmarked_vehicle": 0.70,
    "searched": 0.15,
    "left_unexplained": 0.65,
    "no_paper_given": 0.75,
    "recording_tried": 0.25,
    "released_on_id": 0.30,
}
# What a second practice, for officers alone, does otherwise.
SECOND: Mapping[str, float] = {"papers_demanded": 0.15, "boxed_in": 0.85, "weapon_pointed": 0.05}
# Of encounters that someone tried to record; of those with an end that was not left unexplained.
STOPPED_IF_TRIED = 0.60
EXPLAINED_IF_NOT_LEFT = 0.40
# Of encounters whose agency the person could know; of all others, a guess rather than nothing.
NAMED_IF_KNOWN = 0.40
GUESSED = 0.60
# What told them, beside being told: the weights of AGENCY_BASES after the first, which is `said`.
OTHER_BASES = np.array([0.10, 0.50, 0.30, 0.05, 0.05])
KNOWN_BEFORE = 0.10
EASED = ("better", "ended_there")
# Let go once known to be police, where treatment eased.
RELEASED_IF_EASED = 0.75

# All elements of the wave, those that follow from others after those that do not.
ELEMENTS = (*SHARES, "cause_stated", "recording_stopped", "explained", "agency_named", "released_as_officer")

DURING, BEFORE, NEVER = "during", "before", "never"


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened in each encounter; arrays of shape (encounters,), and `happened` one such an element.

    `known` and `treatment` are lists, None for residents; `treatment` is None unless known during. `basis` has a list
    of codes an encounter.
    """

    happened: Mapping[str, Flags]
    known: Any
    treatment: Any
    basis: Any

    def actions(self, at: int) -> list[str]:
        """The codes of what happened in one encounter."""
        return [element for element, flags in self.happened.items() if flags[at]]


def shares(recipe: Any, officers: bool) -> dict[str, float]:
    """The planted share of each element among residents' encounters, or among officers'."""
    base = dict(SHARES) | (dict(SECOND) if officers and recipe.practices == "two" else {})
    released = recipe.known_during * recipe.eased * RELEASED_IF_EASED if officers else 0.0
    return base | {
        "cause_stated": 1 - base["no_cause_given"],
        "recording_stopped": base["recording_tried"] * STOPPED_IF_TRIED,
        "explained": (1 - base["left_unexplained"]) * EXPLAINED_IF_NOT_LEFT,
        "agency_named": recipe.basis_known * NAMED_IF_KNOWN,
        "released_as_officer": released,
    }


def draw(rng: np.random.Generator, recipe: Any, stopped: Stopped) -> Facts:
    """What happened in each of these encounters."""
    n, off_duty = len(stopped), stopped.off_duty
    known = rng.choice([DURING, BEFORE, NEVER], n, p=_known(recipe))
    treatment = rng.choice([*EASED, "worse", "same"], n, p=_treatment(recipe))
    during = off_duty & (known == DURING)
    released = during & np.isin(treatment, EASED) & (rng.random(n) < RELEASED_IF_EASED)
    by_stream = (shares(recipe, officers=False), shares(recipe, officers=True))

    def chance(element: str) -> Any:
        return np.where(off_duty, by_stream[1][element], by_stream[0][element])

    happened = {element: rng.random(n) < chance(element) for element in SHARES}
    happened["cause_stated"] = ~happened["no_cause_given"]
    happened["recording_stopped"] = happened["recording_tried"] & (rng.random(n) < STOPPED_IF_TRIED)
    happened["explained"] = ~happened["left_unexplained"] & (rng.random(n) < EXPLAINED_IF_NOT_LEFT)
    # as often let go on identity in both streams, but never also let go as an officer
    left = chance("released_on_id") / (1 - chance("released_as_officer"))
    happened["released_on_id"] = ~released & (rng.random(n) < left)
    happened["released_as_officer"] = released
    knows = rng.random(n) < recipe.basis_known
    happened["agency_named"] = knows & (rng.random(n) < NAMED_IF_KNOWN)
    return Facts(
        happened,
        known=_only(off_duty, known),
        treatment=_only(during, treatment),
        basis=_bases(rng, knows, happened["agency_named"]),
    )


def better_odds(recipe: Any) -> float:
    """The planted odds of better treatment, or a stop that ended, over worse, once known as police."""
    return float(recipe.eased / recipe.worsened)


def unlike_elements(recipe: Any) -> float:
    """How many elements differ between the streams, that could happen to both."""
    return float(len(SECOND)) if recipe.practices == "two" else 0.0


def _only(where: Flags, words: Any) -> Any:
    """The words where they apply, None elsewhere."""
    return [str(word) if applies else None for word, applies in zip(words, where, strict=True)]


def _known(recipe: Any) -> list[float]:
    rest = 1 - recipe.known_during
    return [recipe.known_during, rest * KNOWN_BEFORE, rest * (1 - KNOWN_BEFORE)]


def _treatment(recipe: Any) -> list[float]:
    return [recipe.eased / 2, recipe.eased / 2, recipe.worsened, 1 - recipe.eased - recipe.worsened]


def _bases(rng: np.random.Generator, knows: Flags, named: Flags) -> list[list[str]]:
    """How each person knew which agency it was, or that it was a guess."""
    said, *others = AGENCY_BASES
    other: Ints = rng.choice(len(others), len(knows), p=OTHER_BASES)
    guessed, beside = rng.random((2, len(knows)))

    def one(at: int) -> list[str]:
        if not knows[at]:
            return ["guessed"] if guessed[at] < GUESSED else ["none"]
        if named[at]:
            return [said, others[other[at]]] if beside[at] < GUESSED else [said]
        return [others[other[at]]]

    return [one(at) for at in range(len(knows))]
