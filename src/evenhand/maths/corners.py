"""Worst corners: how far rows whose race or outcome went unrecorded could move a stratified number.

Without an assumption about what is missing, a number is known only to lie between the values it takes when
the missing is filled in one way and the other (Manski 1989). Every uniform filling is tried, the same in
all strata, and the two ends are kept: in one stratum they are the exact ends.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import strata

Floats = NDArray[np.float64]


class Counts(NamedTuple):
    """Events x1 of n1 in the group and x0 of n0 in the reference, one entry a stratum."""

    x1: Floats
    n1: Floats
    x0: Floats
    n0: Floats

    @property
    def varies(self) -> bool:
        """Whether any share lies strictly between 0 and 1: without one there is no standard error."""
        mixed = (self.x1 > 0) & (self.x1 < self.n1), (self.x0 > 0) & (self.x0 < self.n0)
        return bool(np.any(mixed[0] | mixed[1]))


class RaceUnknown(NamedTuple):
    """Rows whose outcome is known and race is not: how many may be of a side, one entry a stratum.

    A row that may be of either side is counted in both `yes_group` and `yes_reference` (or both `no_`).
    """

    yes_group: Floats
    no_group: Floats
    yes_reference: Floats
    no_reference: Floats


class OutcomeUnknown(NamedTuple):
    """Rows whose outcome is unknown: of the group, of the reference, and of no known race; one entry a stratum."""

    group: Floats
    reference: Floats
    neither: Floats


Statistic = Callable[[Counts], float]


class Ends(NamedTuple):
    """The lowest and the highest value over all fillings."""

    low: float
    high: float


def risk_ratio(counts: Counts) -> float:
    """Mantel and Haenszel's ratio; ValueError when the counts give none."""
    return strata.mantel_haenszel_ratio(*counts).value


def risk_difference(counts: Counts) -> float:
    """Mantel and Haenszel's difference; ValueError when the counts give none."""
    return strata.mantel_haenszel_difference(*counts).value


def over_race(known: Counts, unknown: RaceUnknown, statistic: Statistic = risk_ratio) -> Ends:
    """Ends of the statistic when rows of unknown race fall to the group, the reference or neither.

    Events and others are filled apart, three ways each. Raises ValueError when the known rows alone give no
    value.
    """
    return _ends(known, _race_fillings(known, unknown), statistic)


def over_outcome(known: Counts, unknown: OutcomeUnknown, statistic: Statistic = risk_ratio) -> Ends:
    """Ends of the statistic when unknown outcomes are all events, or none, on each side.

    Rows with neither race nor outcome go whole to one side, as events or as none, or stay out. Raises
    ValueError when the known rows alone give no value.
    """
    fillings = (
        last for filled in _outcome_fillings(known, unknown) for last in _neither_fillings(filled, unknown.neither)
    )
    return _ends(known, fillings, statistic)


def _race_fillings(known: Counts, unknown: RaceUnknown) -> Iterator[Counts]:
    x1, n1, x0, n0 = known
    nobody = np.zeros_like(x1)
    yes = ((unknown.yes_group, nobody), (nobody, unknown.yes_reference), (nobody, nobody))
    no = ((unknown.no_group, nobody), (nobody, unknown.no_reference), (nobody, nobody))
    for (yes1, yes0), (no1, no0) in product(yes, no):
        yield Counts(x1 + yes1, n1 + yes1 + no1, x0 + yes0, n0 + yes0 + no0)


def _outcome_fillings(known: Counts, unknown: OutcomeUnknown) -> Iterator[Counts]:
    n1, n0 = known.n1 + unknown.group, known.n0 + unknown.reference
    for share1, share0 in product((0, 1), (0, 1)):
        yield Counts(known.x1 + share1 * unknown.group, n1, known.x0 + share0 * unknown.reference, n0)


def _neither_fillings(known: Counts, neither: Floats) -> Iterator[Counts]:
    x1, n1, x0, n0 = known
    yield known
    for event in (0, 1):
        yield Counts(x1 + event * neither, n1 + neither, x0, n0)
        yield Counts(x1, n1, x0 + event * neither, n0 + neither)


def _ends(known: Counts, fillings: Iterator[Counts], statistic: Statistic) -> Ends:
    values = [statistic(counts) for counts in (known, *fillings)]
    return Ends(min(values), max(values))
