"""Rosters: a group of known size, all asked: were members of one race stopped more, and what may silence hide?

Rates: Garwood (1936). Those who did not answer: bounds without assumption (Manski 1989). Shares, their
difference (Newcombe 1998) and ratios of rates are in `intervals`; ratio and difference over departments in
`strata`, one odds ratio over departments and whether they share it in `odds`.

Officers are not residents: `residents` multiplies by an assumption, and says which.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import corners, exposure
from evenhand.maths.corners import Ends
from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]

# How the exposure of a resident may stand to that of an officer off duty (METHODS 6.2).
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Canvass:
    """Who said yes, who answered and who is on the roster: counts of one race, arrays of one entry a department.

    Raises ValueError unless 0 <= yes <= answered <= size, one length throughout.
    """

    yes: Floats
    answered: Floats
    size: Floats

    def __post_init__(self) -> None:
        shapes = {part.shape for part in (self.yes, self.answered, self.size)}
        if len(shapes) != 1 or self.yes.ndim != 1 or self.size.sum() <= 0:
            raise ValueError(f"counts of shapes {shapes}: give one entry a department, and somebody on the roster")
        if not np.all((self.yes >= 0) & (self.yes <= self.answered) & (self.answered <= self.size)):
            raise ValueError(
                "a department has more yes than answers, or more answers than members: 0 <= yes <= answered"
            )

    @property
    def silent(self) -> Floats:
        """Members who did not answer, by department."""
        return self.size - self.answered


class Silence(NamedTuple):
    """Rate of yes among one side's silent that removes the difference, the other side's as it answered.

    None where no rate between 0 and 1 does.
    """

    group: float | None
    reference: float | None


def rate(events: int, person_days: float, confidence: float = 0.95) -> Interval:
    """Events per person-day with the exact Poisson interval (Garwood 1936).

    Raises ValueError for a negative count or exposure that is not positive.
    """
    if not (math.isfinite(person_days) and person_days > 0):
        raise ValueError(f"{person_days} person-days: a rate needs a positive, finite time at risk")
    return Interval(*(end / person_days for end in exposure.count(events, confidence)))


def share_bounds(canvass: Canvass) -> Ends:
    """Least and largest share of the whole roster who would say yes: [k/N, (k + N - m)/N] (Manski 1989)."""
    size = float(canvass.size.sum())
    return Ends(float(canvass.yes.sum()) / size, float((canvass.yes + canvass.silent).sum()) / size)


def worst_corner(group: Canvass, reference: Canvass) -> Ends:
    """Least and largest difference of shares, group less reference, over all that the silent may have said.

    Weighted over departments as Mantel and Haenszel's difference. Raises ValueError when no department has
    both groups.
    """
    _alike(group, reference)
    known = corners.Counts(group.yes, group.answered, reference.yes, reference.answered)
    unknown = corners.OutcomeUnknown(group.silent, reference.silent, np.zeros_like(group.silent))
    return corners.over_outcome(known, unknown, _difference)


def tipping_silence(group: Canvass, reference: Canvass) -> Silence:
    """What the silent of one side must have said, the same rate in all departments, for no difference at all.

    The other side's whole roster is taken at the rate of those who answered. Raises ValueError when no
    department has answers of both, or a side has nobody silent there.
    """
    _alike(group, reference)
    both = (group.answered > 0) & (reference.answered > 0)
    if not both.any():
        raise ValueError(f"none of {len(both)} departments has answers of both groups: nothing to compare")
    kept, base = (Canvass(side.yes[both], side.answered[both], side.size[both]) for side in (group, reference))
    return Silence(_removing_rate(kept, base), _removing_rate(base, kept))


def residents(
    rate_of_officers: Interval, people: float, days: float, factors: tuple[float, ...] = FACTORS
) -> tuple[Interval, ...]:
    """Encounters among so many residents in so many days, one interval a factor: rate x people x days x factor.

    `rate_of_officers` is per person-day (`rate`). Assumes that residents of a race are as exposed and as
    visible as its officers off duty and are treated alike, times the factor: print the whole range with
    these words, never one number. Raises ValueError unless people, days and factors are positive.
    """
    if not (people > 0 and days > 0 and factors and all(factor > 0 for factor in factors)):
        raise ValueError(f"{people} residents, {days} days, factors {factors}: all must be positive")
    return tuple(Interval(*(end * people * days * factor for end in rate_of_officers)) for factor in factors)


def _removing_rate(side: Canvass, other: Canvass) -> float | None:
    """The rate among `side`'s silent at which the difference, linear in it, is 0."""
    if not side.silent.sum() > 0:
        return None
    whole = other.yes / other.answered * other.size
    none, everyone = (
        _difference(corners.Counts(side.yes + share * side.silent, side.size, whole, other.size)) for share in (0, 1)
    )
    found = none / (none - everyone)
    return found if 0 <= found <= 1 else None


def _difference(counts: corners.Counts) -> float:
    """Difference of shares, each department weighted n1 n0/N (Greenland and Robins 1985)."""
    both = (counts.n1 > 0) & (counts.n0 > 0)
    if not both.any():
        raise ValueError(f"none of {len(both)} departments has both groups: nothing to compare")
    x1, n1, x0, n0 = (part[both] for part in counts)
    weight = n1 * n0 / (n1 + n0)
    return float(weight @ (x1 / n1 - x0 / n0) / weight.sum())


def _alike(group: Canvass, reference: Canvass) -> None:
    if group.size.shape != reference.size.shape:
        raise ValueError(
            f"{len(group.size)} departments against {len(reference.size)}: give the same departments in the same order"
        )
