"""The canvass of the wave: every sworn officer of every department is asked on paper, and not all answer.

Those who were stopped may answer more or less often than the others: `answered_if_stopped` is the ratio.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evenhand.simulate.city import Ints
from evenhand.simulate.metropolis import RACES, REFERENCE, Metropolis
from evenhand.simulate.stopped import WEEK, Rates, Stopped
from evenhand.terms.evidence import RosterCell

GROUP = "simulated-sworn-officers"


def answering(
    rng: np.random.Generator, recipe: Any, metropolis: Metropolis, stopped: Stopped
) -> Mapping[tuple[int, int], Ints]:
    """The numbers of the officers who answer, by place and race."""
    were = {(place, race): np.unique(_numbers(stopped, place, race)) for place, race in _cells(metropolis)}

    def one(place: int, race: int) -> Ints:
        chance = np.full(metropolis.officers[place, race], recipe.answered)
        chance[were[place, race]] *= recipe.answered_if_stopped
        return np.flatnonzero(rng.random(len(chance)) < chance)

    return {(place, race): one(place, race) for place, race in _cells(metropolis)}


def rosters(
    recipe: Any, metropolis: Metropolis, stopped: Stopped, answered: Mapping[tuple[int, int], Ints]
) -> tuple[RosterCell, ...]:
    """One cell a department and race that has officers."""
    return tuple(
        RosterCell(
            group=GROUP,
            department=metropolis.department(place),
            race=RACES[race],
            size=int(metropolis.officers[place, race]),
            asked=int(metropolis.officers[place, race]),
            answered=len(numbers),
            stopped=int(np.isin(numbers, _numbers(stopped, place, race)).sum()),
            days=WEEK * recipe.weeks,
        )
        for (place, race), numbers in answered.items()
    )


def planted(metropolis: Metropolis, rates: Rates) -> dict[str, float]:
    """The chance of an officer of being stopped at all, of each group, and how the two compare.

    `risk_ratio` and `risk_difference_per_1000` weigh departments as Mantel and Haenszel do.
    """
    size = np.maximum(metropolis.officers, 1)
    risk = np.where(metropolis.officers, 1 - np.exp(-rates.officers.sum(axis=0) / size), 0.0)
    stopped = risk * metropolis.officers
    group, reference = metropolis.officers[:, REFERENCE + 1 :].sum(axis=1), metropolis.officers[:, REFERENCE]
    of_group, of_reference = stopped[:, REFERENCE + 1 :].sum(axis=1), stopped[:, REFERENCE]
    total = group + reference
    ratio = (of_group * reference / total).sum() / (of_reference * group / total).sum()
    difference = ((of_group * reference - of_reference * group) / total).sum() / (group * reference / total).sum()
    shares = of_group.sum() / group.sum(), of_reference.sum() / reference.sum()
    return {
        "officers": float(total.sum()),
        "officers_of_group": float(group.sum()),
        "share_of_officers_stopped_group": float(shares[0]),
        "share_of_officers_stopped_reference": float(shares[1]),
        "risk_ratio": float(ratio),
        "risk_ratio_pooled": float(shares[0] / shares[1]),
        "risk_difference_per_1000": float(1000 * difference),
    }


def _cells(metropolis: Metropolis) -> list[tuple[int, int]]:
    return [(int(place), int(race)) for place, race in np.argwhere(metropolis.officers > 0)]


def _numbers(stopped: Stopped, place: int, race: int) -> Ints:
    at = (stopped.officer >= 0) & (stopped.place == place) & (stopped.race == race)
    return np.asarray(stopped.officer[at])
