"""Means among the stopped, and how chance moves what is made of them: each week left out in turn.

Both means are over strata of like stops, weighted as in Mantel and Haenszel's difference (1959). Anything
computed from them, smooth or bent, gets its standard error from the delete-one-week jackknife (Tukey 1958);
the interval of a quantity known only between two ends is Imbens and Manski's (2004).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from evenhand.maths import decisions
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells
from evenhand.maths.selection import Bounds, imbens_manski


class Means(NamedTuple):
    """Mean outcome of the group's stops and of the reference's, and the group's share of those stops."""

    e1: float
    e0: float
    p1: float


def means(counts: Counts) -> Means:
    """Means over the strata where both were stopped. ValueError when no stratum has both."""
    both = (counts.n1 > 0) & (counts.n0 > 0)
    e1, e0 = decisions.shares(counts)
    group, reference = float(counts.n1[both].sum()), float(counts.n0[both].sum())
    # a weighted mean of ones can pass 1 by the rounding of its weights
    return Means(min(e1, 1.0), min(e0, 1.0), group / (group + reference))


def without_each_week(cells: Cells) -> list[Means]:
    """The means with each week left out in turn, in the order of the weeks.

    Raises ValueError for fewer than two weeks, or when without one of them no stratum has both groups.
    """
    weeks, week = np.unique(cells.week, return_inverse=True)
    if len(weeks) < 2:
        raise ValueError(f"{len(weeks)} week with stops: leaving one out needs at least 2")
    stratum = cells.code(*cells.strata)
    size = (len(weeks), int(stratum.max()) + 1)
    at = week * size[1] + stratum
    tables = [np.bincount(at, part, size[0] * size[1]).reshape(size) for part in cells.counts]
    totals = [table.sum(axis=0) for table in tables]
    return [
        means(Counts(*(total - table[left] for total, table in zip(totals, tables, strict=True))))
        for left in range(len(weeks))
    ]


def jackknife(left_out: Sequence[float]) -> float:
    """Standard error from the values with each cluster left out (Tukey 1958). ValueError for fewer than two."""
    values = np.asarray(left_out, dtype=np.float64)
    if len(values) < 2:
        raise ValueError(f"{len(values)} cluster: leaving one out needs at least 2")
    return math.sqrt((len(values) - 1) / len(values) * float(np.sum((values - values.mean()) ** 2)))


def interval(
    bounds: Callable[[Means], Bounds], at: Means, left_out: Sequence[Means], confidence: float = 0.95
) -> Bounds:
    """Interval that holds the quantity known to lie in `bounds(at)` at the stated rate.

    Imbens and Manski's, with both errors stretched from the normal law to Student's on one degree of freedom
    less than clusters: where both ends are one point it is the t interval. Raises ValueError for fewer than
    two clusters or a confidence outside 0 to 1.
    """
    ends = bounds(at)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    tail = (1 + confidence) / 2
    stretch = float(stdtrit(len(left_out) - 1, tail) / ndtri(tail))
    moved = [bounds(each) for each in left_out]
    se_low, se_high = (stretch * jackknife([end[side] for end in moved]) for side in (0, 1))
    return imbens_manski(ends.low, max(ends.low, ends.high), se_low, se_high, confidence)
