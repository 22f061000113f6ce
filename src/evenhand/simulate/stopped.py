"""Who the agency of the wave stopped, when and where: residents, and police officers who were off duty.

Stops of a race in a place and week are Poisson around its people, the place's rate, the week's rate, and the planted
ratio for people of colour. One rate holds for residents, another for officers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import Flags, Floats, Ints
from evenhand.simulate.metropolis import RACES, REFERENCE, Metropolis

WEEK = 7


@dataclass(frozen=True, slots=True)
class Stopped:
    """Encounters, arrays of shape (encounters,), in the order they happened.

    `day` counts from the first, `minute` from midnight, `place` and `race` index the metropolis. `event` is the same
    for people of one car, `passenger` marks all but the first of them. `officer` numbers the person on the roster of
    their place and race, -1 for residents.
    """

    day: Ints
    minute: Ints
    place: Ints
    race: Ints
    event: Ints
    passenger: Flags
    officer: Ints

    def __len__(self) -> int:
        """How many encounters."""
        return len(self.day)

    @property
    def off_duty(self) -> Flags:
        """Whether the person is an officer."""
        return np.asarray(self.officer >= 0)

    @property
    def in_group(self) -> Flags:
        """Whether the person is of colour."""
        return np.asarray(self.race != REFERENCE)


@dataclass(frozen=True, slots=True)
class Rates:
    """Expected encounters by week, place and race: of residents, and of officers."""

    residents: Floats
    officers: Floats


def rates(recipe: Any, metropolis: Metropolis) -> Rates:
    """What is planted: `stops` residents and `officer_stops` officers over all weeks, `ratio` within each place."""
    after = np.arange(recipe.weeks) + 1 >= recipe.change_week
    rise = np.where(after, recipe.surge, 1.0)
    place = np.exp(recipe.deployment * metropolis.lean)
    clustered = place * np.where(metropolis.in_first_county(), recipe.cluster, 1.0)
    by_place = np.where(after[:, None], clustered, place)
    race = np.where(np.arange(len(RACES)) == REFERENCE, 1.0, recipe.ratio)

    def expected(people: Ints, total: float) -> Floats:
        weight = by_place[:, :, None] * people * race
        # a cluster moves stops to a place and does not add to the week
        weight = weight / weight.sum(axis=(1, 2), keepdims=True) * rise[:, None, None]
        return np.asarray(total * weight / rise.sum())

    return Rates(expected(metropolis.people, recipe.stops), expected(metropolis.officers, recipe.officer_stops))


def draw(rng: np.random.Generator, recipe: Any, planted: Rates, metropolis: Metropolis) -> Stopped:
    """One draw of who was stopped; `company` of residents' events have a second person, of the same race."""
    shape = 1 / recipe.clumping if recipe.clumping else 0.0
    factor = rng.gamma(shape, recipe.clumping, (recipe.weeks, 1, 1)) if shape else 1.0
    alone = _encounters(rng, rng.poisson(planted.residents * factor / (1 + recipe.company)))
    officers = _encounters(rng, rng.poisson(planted.officers * factor))
    with_another = np.flatnonzero(rng.random(len(alone["day"])) < recipe.company)
    events = len(alone["day"]) + len(officers["day"])
    drawn = {
        name: np.concatenate([alone[name], alone[name][with_another], officers[name]])
        for name in ("day", "minute", "place", "race")
    }
    first = np.arange(len(alone["day"]))
    on_roster = metropolis.officers[officers["place"], officers["race"]]
    drawn |= {
        "event": np.concatenate([first, with_another, np.arange(len(first), events)]),
        "passenger": np.repeat([False, True, False], [len(first), len(with_another), len(on_roster)]),
        "officer": np.concatenate([np.full(len(first) + len(with_another), -1), rng.integers(0, on_roster)]),
    }
    order = np.lexsort((drawn["passenger"], drawn["event"], drawn["minute"], drawn["day"]))
    return Stopped(**{name: np.asarray(values)[order] for name, values in drawn.items()})


def _encounters(rng: np.random.Generator, counts: Ints) -> Mapping[str, Ints]:
    """Week, place and race of each of the counts, with a day of the week and a time of day."""
    week, place, race = (index.repeat(counts.ravel()) for index in np.indices(counts.shape).reshape(3, -1))
    stops = len(week)
    return {
        "day": WEEK * week + rng.integers(0, WEEK, stops),
        "minute": city.minutes(rng, stops),
        "place": place,
        "race": race,
    }
