"""Decisions in like circumstances: counts by stratum and week, and what is pooled from them.

Ratios and differences: Mantel and Haenszel (1959). Their errors: Greenland and Robins (1985), which takes
stops for independent, and the delete-one-week jackknife (Tukey 1958), which allows for weeks in which much
changes at once; the wider of the two intervals is the one to report (METHODS 4.11).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from evenhand.maths import strata
from evenhand.maths.corners import Counts

Labels = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cells:
    """Events x1 of n1 in the group and x0 of n0 in the reference, one entry a stratum and week.

    `strata` gives each entry's value of each stratifier, by the stratifier's name; `week` its week.
    """

    strata: Mapping[str, Labels]
    week: Labels
    counts: Counts

    def by(self, *names: str) -> Counts:
        """Counts by stratum of these stratifiers; of none, one stratum."""
        code = self.code(*names)
        return Counts(*(np.bincount(code, part).astype(np.float64) for part in self.counts))

    def code(self, *names: str) -> NDArray[np.intp]:
        """The number of each entry's stratum of these stratifiers."""
        code = np.zeros(len(self.week), dtype=np.intp)
        for name in names:
            values, inner = np.unique(self.strata[name], return_inverse=True)
            _, code = np.unique(code * len(values) + inner, return_inverse=True)
        return code

    @property
    def compared(self) -> Counts:
        """Counts by stratum of all stratifiers, where both groups were seen."""
        counts = self.by(*self.strata)
        both = (counts.n1 > 0) & (counts.n0 > 0)
        return Counts(*(part[both] for part in counts))

    @property
    def alone(self) -> int:
        """Rows in strata where only one of the groups was seen."""
        return int(self.counts.n1.sum() + self.counts.n0.sum() - self.compared.n1.sum() - self.compared.n0.sum())


class Pooled(NamedTuple):
    """A pooled value; both standard errors (of the log, for a ratio; None: no jackknife could be had); the wider ends.

    `se` is the one behind the wider interval and `weeks` is above 0 where that is the jackknife's.
    """

    value: float
    low: float
    high: float
    se: float
    se_greenland_robins: float
    se_jackknife: float | None
    weeks: int


def ratio(cells: Cells, confidence: float = 0.95) -> Pooled:
    """Mantel-Haenszel risk ratio over all stratifiers with the wider interval.

    The jackknife's interval is t on one degree of freedom less than weeks. Raises ValueError when no stratum
    has both groups, or a group has no events in those that do.
    """
    pooled = strata.mantel_haenszel_ratio(*cells.by(*cells.strata), confidence)
    try:
        by_week = strata.jackknife_log_ratio(*cells.counts, cells.code(*cells.strata), cells.week)
    except ValueError:
        by_week = None
    reach, se, weeks = _wider(pooled.se, by_week, cells.week, confidence)
    value = pooled.value
    return Pooled(value, value * math.exp(-reach), value * math.exp(reach), se, pooled.se, by_week, weeks)


def difference(cells: Cells, confidence: float = 0.95) -> Pooled:
    """Mantel-Haenszel risk difference over all stratifiers with the wider interval.

    Raises ValueError when no stratum has both groups, or every share is 0 or 1.
    """
    pooled = strata.mantel_haenszel_difference(*cells.by(*cells.strata), confidence)
    try:
        by_week = strata.jackknife(*cells.counts, cells.week, _difference, cells.code(*cells.strata))
    except ValueError:
        by_week = None
    reach, se, weeks = _wider(pooled.se, by_week, cells.week, confidence)
    return Pooled(pooled.value, pooled.value - reach, pooled.value + reach, se, pooled.se, by_week, weeks)


def shares(counts: Counts) -> tuple[float, float]:
    """Both groups' shares over the strata weighted n1 n0/N, so that their difference is Mantel and Haenszel's.

    Raises ValueError when no stratum has both groups.
    """
    both = (counts.n1 > 0) & (counts.n0 > 0)
    if not both.any():
        raise ValueError(f"none of {len(both)} strata has both groups: nothing to compare")
    x1, n1, x0, n0 = (part[both] for part in counts)
    weight = n1 * n0 / (n1 + n0)
    return float(weight @ (x1 / n1) / weight.sum()), float(weight @ (x0 / n0) / weight.sum())


def _difference(x1: Labels, n1: Labels, x0: Labels, n0: Labels) -> float:
    group, reference = shares(Counts(x1, n1, x0, n0))
    return group - reference


def _wider(se: float, by_week: float | None, week: Labels, confidence: float) -> tuple[float, float, int]:
    """How far the interval reaches, the error behind it, and the weeks if that is the jackknife's (else 0)."""
    tail = (1 + confidence) / 2
    reach = float(ndtri(tail)) * se
    if by_week is None:
        return reach, se, 0
    weeks = len(np.unique(week))
    reach_by_week = float(stdtrit(weeks - 1, tail)) * by_week
    return (reach, se, 0) if reach >= reach_by_week else (reach_by_week, by_week, weeks)
