"""What stands beside the reports of the wave: overlapping lists, links to records, codes of two readers, calls."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np

from evenhand.simulate import practice
from evenhand.simulate.city import Floats
from evenhand.simulate.metropolis import COUNTIES
from evenhand.simulate.stopped import WEEK
from evenhand.terms.codebook import DID_NOT, HAPPENED, NOT_MENTIONED, VERSION
from evenhand.terms.evidence import ListCell, Lists, Review

# Bodies that keep lists of what they are told; the first two send people on to each other.
BODIES = ("hotline", "legal_aid", "county_board", "congregations")
# A clerical review: pairs that are true, and pairs that are not.
REVIEWED = 200
# How sure a link is: found or falsely linked above, undecided between, and what linking lets go below.
SURE, DOUBTED, LET_GO = (0.8, 1.0), (0.5, 0.8), (0.2, 0.5)

CODERS = ("reader-1", "reader-2")
CODES = (HAPPENED, DID_NOT, NOT_MENTIONED)
# One of each two that exclude each other, lest a reader's error makes both happen.
NOT_CODED = ("cause_stated", "explained")
# Of accounts in which an element did not happen, those that say so.
DENIED = 0.30

# Calls for help, and a kind of call that people's trust does not touch; weeks before the publicity and after it.
CALL_TYPES = ("help", "alarm")
CALLS_A_WEEK = (400.0, 150.0)
WEEKS_BEFORE, WEEKS_AFTER = 208, 12
YEAR_OF_WEEKS = 52.18
SEASON, WEEK_TO_WEEK = 0.15, 0.03


def lists(rng: np.random.Generator, recipe: Any, encounters: int) -> Lists:
    """Who of all encounters is on which body's list; the first two go together with odds ratio `list_odds`.

    Of those on several lists, `linkage_error` stand apart: the entry on the first of them was not joined to the rest.
    """
    cells = list(product((0, 1), repeat=len(BODIES)))
    counts = dict(zip(cells, rng.multinomial(encounters, _on_lists(recipe, cells)).tolist(), strict=True))
    for on in [on for on in cells if sum(on) > 1]:
        apart = int(rng.binomial(counts[on], recipe.linkage_error))
        first = tuple(int(at == on.index(1)) for at in range(len(on)))
        rest = tuple(one - other for one, other in zip(on, first, strict=True))
        counts[on] -= apart
        counts[first] += apart
        counts[rest] += apart
    seen = tuple(ListCell(on, n) for on, n in counts.items() if any(on) and n)
    refer = ((BODIES[0], BODIES[1]),) if recipe.list_odds != 1 else ()
    return Lists(BODIES, seen, "events", refer, recipe.linkage_error, name="lists")


def _on_lists(recipe: Any, cells: Sequence[tuple[int, ...]]) -> Floats:
    p = recipe.list_share
    both = _joint(p, recipe.list_odds)
    pair = {(1, 1): both, (1, 0): p - both, (0, 1): p - both, (0, 0): 1 - 2 * p + both}
    chance = [pair[on[0], on[1]] * np.prod([p if one else 1 - p for one in on[2:]]) for on in cells]
    return np.array(chance, dtype=np.float64)


def _joint(p: float, odds: float) -> float:
    """The chance of being on two lists of share p whose odds ratio is `odds` (Plackett 1965)."""
    if odds == 1:
        return p * p
    s = 1 + 2 * p * (odds - 1)
    return float((s - np.sqrt(s * s - 4 * odds * (odds - 1) * p * p)) / (2 * (odds - 1)))


def links(rng: np.random.Generator, recipe: Any, encounters: Sequence[str], recorded: Sequence[bool]) -> Any:
    """A pyarrow table, one row a candidate link: encounter_id, probability, undecided.

    `undecided` of encounters, recorded or not, have a candidate of which a reviewer could not decide. Of the others one
    that was recorded is found with chance `found`, and one that was not is linked all the same with chance
    `falsely_linked`, both at a probability of 0.8 or more. An encounter without a row has no candidate at all.
    """
    import pyarrow as pa

    rows: list[tuple[str, float, bool]] = []
    for encounter, has in zip(encounters, recorded, strict=True):
        undecided = rng.random() < recipe.undecided
        linked = rng.random() < (recipe.found if has else recipe.falsely_linked)
        if linked or has or undecided:
            low, high = DOUBTED if undecided else SURE if linked else LET_GO
            rows.append((encounter, _down(float(rng.uniform(low, high))), undecided))
    kinds = {"encounter_id": pa.string(), "probability": pa.float64(), "undecided": pa.bool_()}
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())})


def _down(probability: float) -> float:
    """Three decimals, below: what lies under a threshold stays there."""
    return math.floor(1000 * probability) / 1000


def review(rng: np.random.Generator, recipe: Any) -> Review:
    """What a clerical review of as many true pairs as false ones found; what it left undecided was not found."""
    decided = 1 - recipe.undecided
    found, linked = (rng.binomial(REVIEWED, decided * chance) for chance in (recipe.found, recipe.falsely_linked))
    return Review(true_pairs=REVIEWED, found=int(found), false_pairs=REVIEWED, linked=int(linked))


def codes(rng: np.random.Generator, recipe: Any, reports: Any) -> Any:
    """A pyarrow table, one row a code: two readers of a sample of `coded` narratives; None with fewer reports.

    Each reader takes one of the other two codes with chance `coder_error`, apart from the other reader.
    """
    if not recipe.coded or reports.num_rows < recipe.coded:
        return None
    import pyarrow as pa

    elements = coded()
    chosen = np.sort(rng.choice(reports.num_rows, recipe.coded, replace=False))
    happened = reports["actions"].take(chosen).to_pylist()
    truth = np.array([[element in actions for element in elements] for actions in happened])
    unsaid = rng.random(truth.shape) >= DENIED
    code = np.where(truth, 0, np.where(unsaid, 2, 1))
    shape = (len(CODERS), *code.shape)
    wrong = rng.random(shape) < recipe.coder_error
    read = np.where(wrong, (code + rng.integers(1, len(CODES), shape)) % len(CODES), code)
    coder, narrative, element = np.indices(shape).reshape(3, -1)
    months = [day.strftime("%Y-%m") for day in reports["reported_on"].take(chosen).to_pylist()]
    return pa.table(
        {
            "report_id": reports["report_id"].take(chosen).take(narrative),
            "coder": pa.array(CODERS).take(coder),
            "version": pa.array([VERSION]).take(np.zeros(read.size, dtype=np.int64)),
            "element": pa.array(elements).take(element),
            "phase": pa.array(["whole"]).take(np.zeros(read.size, dtype=np.int64)),
            "code": pa.array(np.asarray(CODES)[read.ravel()]),
            "month": pa.array(months).take(narrative),
            "language": pa.array(["en"]).take(np.zeros(read.size, dtype=np.int64)),
        }
    )


def coded() -> tuple[str, ...]:
    """The elements that are coded."""
    return tuple(element for element in practice.ELEMENTS if element not in NOT_CODED)


def alpha(recipe: Any, share: float) -> float:
    """Krippendorff's alpha of an element of this share, as the readers' errors make it, for many narratives."""
    told = np.array([share, (1 - share) * DENIED, (1 - share) * (1 - DENIED)])
    error = recipe.coder_error
    agree = (1 - error) ** 2 + error**2 / 2
    read = told * (1 - error) + (1 - told) * error / 2
    return float(1 - (1 - agree) / (1 - (read**2).sum()))


def calls(rng: np.random.Generator, recipe: Any, event: date) -> Any:
    """A pyarrow table, one row a day, county and call type; calls for help fall by `calls_drop` from the event on."""
    import pyarrow as pa

    weeks = np.arange(-WEEKS_BEFORE, WEEKS_AFTER)
    season = np.exp(SEASON * np.sin(2 * np.pi * weeks / YEAR_OF_WEEKS))
    # what a week has over others is shared by both kinds of call
    luck = np.exp(WEEK_TO_WEEK * rng.standard_normal(len(weeks)))
    level = np.asarray(CALLS_A_WEEK) / WEEK
    drop = np.where(weeks[:, None] >= 0, [1 - recipe.calls_drop, 1.0], 1.0)
    expected = (season * luck)[:, None] * level * drop
    n = rng.poisson(np.broadcast_to(expected[:, None, None, :], (len(weeks), WEEK, len(COUNTIES), len(CALL_TYPES))))
    week, day, county, kind = np.indices(n.shape).reshape(4, -1)
    dates = np.datetime64(event + timedelta(weeks=-WEEKS_BEFORE)) + WEEK * week + day
    return pa.table(
        {
            "date": pa.array(dates),
            "area": pa.array([f"{name} County" for name in COUNTIES]).take(county),
            "call_type": pa.array(CALL_TYPES).take(kind),
            "n": pa.array(n.ravel()),
        }
    )
