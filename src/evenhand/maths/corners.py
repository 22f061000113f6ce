"""Worst corners: how far rows whose race or outcome went unrecorded could move a stratified ratio.

Without an assumption about what is missing, a number is known only to lie between the values it takes when
the missing is filled in one way and the other (Manski 1989). Every uniform filling is tried, the same in
all strata, and the two ends are kept: in one stratum they are the exact ends.
"""

from collections.abc import Iterator
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


class RaceUnknown(NamedTuple):
    """Rows whose outcome is known and race is not: how many may be of a side, one entry a stratum.

    A row that may be of either side is counted in both `yes_group` and `yes_reference` (or both `no_`).
    """

    yes_group: Floats
    no_group: Floats
    yes_reference: Floats
    no_reference: Floats


class OutcomeUnknown(NamedTuple):
    """Rows whose outcome is unknown: of the group, of the reference, and of unknown race; one entry a stratum."""

    group: Floats
    reference: Floats
    neither: Floats


class Ends(NamedTuple):
    """The lowest and the highest ratio over all fillings."""

    low: float
    high: float


def over_race(known: Counts, unknown: RaceUnknown) -> Ends:
    """Ends of the Mantel-Haenszel ratio when rows of unknown race fall to the group, the reference or neither.

    Events and others are filled apart, three ways each. Raises ValueError when the known rows alone give no
    ratio.
    """
    return _ends(known, _race_fillings(known, unknown))


def over_outcome(known: Counts, unknown: OutcomeUnknown) -> Ends:
    """Ends of the Mantel-Haenszel ratio when unknown outcomes are all events, or none, on each side.

    Rows with neither race nor outcome are left out, or go whole to one side as events or as none. Raises
    ValueError when the known rows alone give no ratio.
    """
    return _ends(known, _outcome_fillings(known, unknown))


def _race_fillings(known: Counts, unknown: RaceUnknown) -> Iterator[Counts]:
    x1, n1, x0, n0 = known
    nobody = np.zeros_like(x1)
    yes = ((unknown.yes_group, nobody), (nobody, unknown.yes_reference), (nobody, nobody))
    no = ((unknown.no_group, nobody), (nobody, unknown.no_reference), (nobody, nobody))
    for (yes1, yes0), (no1, no0) in product(yes, no):
        yield Counts(x1 + yes1, n1 + yes1 + no1, x0 + yes0, n0 + yes0 + no0)


def _outcome_fillings(known: Counts, unknown: OutcomeUnknown) -> Iterator[Counts]:
    group, reference, neither = unknown
    n1, n0 = known.n1 + group, known.n0 + reference
    for share1, share0 in product((0, 1), (0, 1)):
        x1, x0 = known.x1 + share1 * group, known.x0 + share0 * reference
        yield Counts(x1, n1, x0, n0)
        yield from (Counts(x1 + event * neither, n1 + neither, x0, n0) for event in (0, 1))
        yield from (Counts(x1, n1, x0 + event * neither, n0 + neither) for event in (0, 1))


def _ends(known: Counts, fillings: Iterator[Counts]) -> Ends:
    ratios = [strata.mantel_haenszel_ratio(*counts).value for counts in (known, *fillings)]
    return Ends(min(ratios), max(ratios))
