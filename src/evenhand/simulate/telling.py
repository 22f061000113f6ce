"""Who tells of an encounter of the wave, when, by what way, and whether it is told twice.

After an encounter the chance of telling falls by the day, and from publicity on it is `publicity` times as high. The
chance is `telling_ratio` times as high for people of colour. With `residents_told` and `officers_told` set, exactly so
many encounters are told: events in an order drawn by their chances (Efraimidis and Spirakis 2006), one after another
until there are enough. With them 0 each event is told or not by its own chance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.errors import PlanError
from evenhand.simulate.city import Flags, Floats, Ints
from evenhand.simulate.stopped import WEEK, Stopped

# How often the second person of an event tells too, where the first does.
TOGETHER = 0.5
# The day of the publicity's week: a Tuesday.
TUESDAY = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Encounters told, in the order told: their index among those who were stopped, the day, and how.

    `again` indexes into these: encounters told a second time on `again_day`; `linked` whether an office saw that they
    are the same, with `probability` how sure it is.
    """

    encounter: Ints
    day: Ints
    referrer: Ints
    after_publicity: Flags
    again: Ints
    again_day: Ints
    linked: Flags
    probability: Floats


# How sure an office is that a second telling is of the same encounter.
PROBABILITIES = (1.0, 0.97, 0.9, 0.85, 0.7)
BODIES = 2
ALONE = -1


def publicity_day(recipe: Any) -> int:
    """The day of publicity, counted from the first; beyond the last where there is none."""
    weeks = recipe.publicity_week or recipe.weeks + 1
    return int(WEEK * (weeks - 1) + TUESDAY)


def draw(rng: np.random.Generator, recipe: Any, stopped: Stopped) -> Told:
    """Who told, of these encounters; PlanError where fewer encounters happened than are to be told."""
    chance, by_day = _chances(recipe, stopped)
    chosen = np.concatenate(
        [
            _tell(rng, stopped, np.flatnonzero(~stopped.off_duty), chance, recipe.residents_told, "residents_told"),
            _tell(rng, stopped, np.flatnonzero(stopped.off_duty), chance, recipe.officers_told, "officers_told"),
        ]
    )
    last = WEEK * recipe.weeks - 1
    day = np.array([rng.choice(last + 1, p=by_day[at] / by_day[at].sum()) for at in chosen], dtype=np.int64)
    order = np.lexsort((chosen, day))
    chosen, day = chosen[order], day[order]
    # of those told after publicity, the part that would not have been told without it
    spurred = (day >= publicity_day(recipe)) & (rng.random(len(day)) < 1 - 1 / recipe.publicity)
    body = np.where(rng.random(len(day)) < recipe.referred, rng.integers(0, BODIES, len(day)), ALONE)
    again = np.flatnonzero(rng.random(len(day)) < recipe.told_twice)
    return Told(
        encounter=chosen,
        day=day,
        referrer=np.where(spurred, ALONE, body),
        after_publicity=spurred,
        again=again,
        again_day=np.minimum(last, day[again] + rng.geometric(1 / (1 + recipe.delay_days), len(again)) - 1),
        linked=rng.random(len(again)) >= recipe.unlinked,
        probability=rng.choice(PROBABILITIES, len(again)),
    )


def _chances(recipe: Any, stopped: Stopped) -> tuple[Floats, Floats]:
    """The chance of telling of each encounter by the last day, and how it is spread over the days."""
    days = np.arange(WEEK * recipe.weeks)
    delay = days - stopped.day[:, None]
    stay = recipe.delay_days / (1 + recipe.delay_days)
    by_day = np.where(delay >= 0, (1 - stay) * stay ** np.maximum(delay, 0), 0.0)
    by_day = by_day * np.where(days >= publicity_day(recipe), recipe.publicity, 1.0)
    person = recipe.told * np.where(stopped.in_group, recipe.telling_ratio, 1.0)
    return person * by_day.sum(axis=1), by_day


def _tell(rng: np.random.Generator, stopped: Stopped, among: Ints, chance: Floats, wanted: int, setting: str) -> Ints:
    """Which of these encounters are told: `wanted` of them, or as many as tell."""
    second = {int(stopped.event[at]): int(at) for at in among if stopped.passenger[at]}
    first = among[~stopped.passenger[among]]
    tells_too = rng.random(len(first)) < TOGETHER
    if wanted:
        order = np.argsort(rng.exponential(size=len(first)) / chance[first])
    else:
        order = np.flatnonzero(rng.random(len(first)) < chance[first])
    told: list[int] = []
    for at in order:
        told.append(int(first[at]))
        if tells_too[at] and int(stopped.event[first[at]]) in second:
            told.append(second[int(stopped.event[first[at]])])
        if wanted and len(told) >= wanted:
            break
    if len(told) < wanted:
        raise PlanError(
            f"world wave: {setting} = {wanted}, and only {len(told)} could be told: "
            "expect more to happen, with stops or officer_stops"
        )
    return np.array(told[: wanted or None], dtype=np.int64)
