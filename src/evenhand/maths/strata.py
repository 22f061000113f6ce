"""Strata: one ratio or difference of shares across many like circumstances.

Mantel and Haenszel (1959); variances of Greenland and Robins (1985), which hold for many thin strata as for
a few thick ones. Heterogeneity: Cochran (1954). The delete-one-cluster jackknife: Quenouille (1956), Tukey
(1958).

Everywhere x1 of n1 is the group and x0 of n0 the reference, one entry a stratum (or a stratum and cluster).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats, Floats, Floats], float]


@dataclass(frozen=True, slots=True)
class StratifiedEstimate:
    """A stratified value with its interval, and how far the strata differ among themselves.

    `se` belongs to the log for a ratio and to the value for a difference. `strata` counts those with both
    groups. `heterogeneity_q` is Cochran's Q on `heterogeneity_df` degrees of freedom over strata that have
    a variance.
    """

    value: float
    low: float
    high: float
    se: float
    strata: int
    heterogeneity_q: float
    heterogeneity_df: int


@dataclass(frozen=True, slots=True)
class _Cells:
    """Counts of the strata where both groups were seen: the others hold no comparison."""

    x1: Floats
    n1: Floats
    x0: Floats
    n0: Floats

    @property
    def total(self) -> Floats:
        return self.n1 + self.n0


def mantel_haenszel_ratio(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, confidence: float = 0.95
) -> StratifiedEstimate:
    """Risk ratio sum(x1 n0/N)/sum(x0 n1/N) with its log-normal interval.

    Mantel and Haenszel (1959), Greenland and Robins (1985). Raises ValueError when no stratum has both
    groups, or a group has no events in those that do.
    """
    cells = _compared(x1, n1, x0, n0)
    log_ratio = _log_ratio(*_ratio_sums(cells))
    se = math.sqrt(_log_ratio_variance(cells))
    reach = _quantile(confidence) * se
    q, df = _ratio_heterogeneity(cells, log_ratio)
    return StratifiedEstimate(
        value=math.exp(log_ratio),
        low=math.exp(log_ratio - reach),
        high=math.exp(log_ratio + reach),
        se=se,
        strata=len(cells.n1),
        heterogeneity_q=q,
        heterogeneity_df=df,
    )


def mantel_haenszel_difference(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, confidence: float = 0.95
) -> StratifiedEstimate:
    """Risk difference, each stratum weighted n1 n0/N, with its normal interval.

    Greenland and Robins (1985). Raises ValueError when no stratum has both groups, or every share is 0 or 1.
    """
    cells = _compared(x1, n1, x0, n0)
    weight = cells.n1 * cells.n0 / cells.total
    difference = cells.x1 / cells.n1 - cells.x0 / cells.n0
    variance = _share_variance(cells.x1, cells.n1) + _share_variance(cells.x0, cells.n0)
    value = float(weight @ difference / weight.sum())
    se = math.sqrt(float(weight**2 @ variance)) / float(weight.sum())
    if se == 0:
        raise ValueError("every stratum's shares are 0 or 1: the difference has no standard error")
    reach = _quantile(confidence) * se
    q, df = _cochran(difference, variance, value)
    return StratifiedEstimate(value, value - reach, value + reach, se, len(weight), q, df)


def jackknife(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    cluster: ArrayLike,
    statistic: Statistic,
    stratum: ArrayLike | None = None,
) -> float:
    """Delete-one-cluster standard error of any statistic of stratum sums.

    One entry a cell; `cluster` and `stratum` label the cells (no stratum: all are one). `statistic` takes
    x1, n1, x0, n0 summed to strata. Raises ValueError for fewer than 2 clusters; what the statistic raises
    passes through.
    """
    counts = _counts(x1, n1, x0, n0)
    clusters, cluster_code = np.unique(np.asarray(cluster), return_inverse=True)
    strata, stratum_code = np.unique(_labels(stratum, counts), return_inverse=True)
    size = (len(clusters), len(strata))
    table = np.zeros((4, *size))
    for part, column in enumerate(counts):
        cell = cluster_code * size[1] + stratum_code
        table[part] = np.bincount(cell, column, size[0] * size[1]).reshape(size)
    total = table.sum(axis=1)
    return _spread(np.array([statistic(*(total - table[:, left_out])) for left_out in range(len(clusters))]))


def jackknife_log_ratio(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, stratum: ArrayLike, cluster: ArrayLike
) -> float:
    """Delete-one-cluster standard error of the log Mantel-Haenszel risk ratio.

    One entry a cell of stratum and cluster. A cluster touches few strata, so only those are taken out and
    put back. Raises ValueError for fewer than 2 clusters, or when the ratio cannot be had without one of
    them.
    """
    counts = _counts(x1, n1, x0, n0)
    clusters, cluster_code = np.unique(np.asarray(cluster), return_inverse=True)
    strata, stratum_code = np.unique(np.asarray(stratum), return_inverse=True)
    pairs, cell = np.unique(cluster_code * len(strata) + stratum_code, return_inverse=True)
    of_cell = np.array([np.bincount(cell, column, len(pairs)) for column in counts])
    in_cluster, in_stratum = np.divmod(pairs, len(strata))
    total = np.array([np.bincount(in_stratum, column, len(strata)) for column in of_cell])
    change = _ratio_terms(*(total[:, in_stratum] - of_cell)) - _ratio_terms(*total)[:, in_stratum]
    sums = _ratio_terms(*total).sum(axis=1)[:, None] + np.array(
        [np.bincount(in_cluster, part, len(clusters)) for part in change]
    )
    # a sum that should be 0 is left at rounding distance from it
    if np.any(sums <= 1e-12 * (1 + _ratio_terms(*total).sum())):
        raise ValueError("without one of the clusters a group has no events to compare: no jackknife")
    return _spread(np.log(sums[0] / sums[1]))


def _spread(left_out: Floats) -> float:
    """Jackknife standard error from the values with each cluster left out."""
    clusters = len(left_out)
    if clusters < 2:
        raise ValueError(f"{clusters} cluster: leaving one out needs at least 2")
    return math.sqrt((clusters - 1) / clusters * float(np.sum((left_out - left_out.mean()) ** 2)))


def _ratio_terms(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> Floats:
    """Each stratum's part of the two sums whose ratio is the risk ratio; 0 where nobody is left."""
    total = n1 + n0
    return np.array([x1 * n0, x0 * n1]) / np.where(total > 0, total, 1)


def _ratio_sums(cells: _Cells) -> tuple[float, float]:
    upper, lower = _ratio_terms(cells.x1, cells.n1, cells.x0, cells.n0).sum(axis=1)
    return float(upper), float(lower)


def _log_ratio(upper: float, lower: float) -> float:
    if upper == 0 or lower == 0:
        raise ValueError("a group has no events in the strata where both were seen: the ratio has no interval")
    return math.log(upper / lower)


def _log_ratio_variance(cells: _Cells) -> float:
    """Greenland and Robins (1985), their variance of the log risk ratio."""
    upper, lower = _ratio_sums(cells)
    events = cells.n1 * cells.n0 * (cells.x1 + cells.x0) - cells.x1 * cells.x0 * cells.total
    return float(np.sum(events / cells.total**2)) / (upper * lower)


def _ratio_heterogeneity(cells: _Cells, log_ratio: float) -> tuple[float, int]:
    both = (cells.x1 > 0) & (cells.x0 > 0)
    x1, n1, x0, n0 = (part[both] for part in (cells.x1, cells.n1, cells.x0, cells.n0))
    return _cochran(np.log(x1 * n0 / (n1 * x0)), 1 / x1 - 1 / n1 + 1 / x0 - 1 / n0, log_ratio)


def _cochran(values: Floats, variances: Floats, middle: float) -> tuple[float, int]:
    """Cochran's Q about `middle` over strata with a positive variance, and its degrees of freedom."""
    known = variances > 0
    q = float(np.sum((values[known] - middle) ** 2 / variances[known]))
    return q, max(int(known.sum()) - 1, 0)


def _share_variance(x: Floats, n: Floats) -> Floats:
    return x * (n - x) / n**3


def _compared(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> _Cells:
    counts = _counts(x1, n1, x0, n0)
    both = (counts[1] > 0) & (counts[3] > 0)
    if not both.any():
        raise ValueError(f"none of {len(both)} strata has both groups: nothing to compare")
    return _Cells(*(part[both] for part in counts))


def _counts(*parts: ArrayLike) -> list[Floats]:
    x1, n1, x0, n0 = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in parts)
    if not (x1.shape == n1.shape == x0.shape == n0.shape) or x1.ndim != 1:
        raise ValueError(f"counts of shapes {x1.shape} {n1.shape} {x0.shape} {n0.shape}: give one entry a stratum")
    if not (np.all((x1 >= 0) & (x1 <= n1)) and np.all((x0 >= 0) & (x0 <= n0))):
        raise ValueError("a stratum has events outside 0 to its total: each count must lie between")
    return [x1, n1, x0, n0]


def _labels(stratum: ArrayLike | None, counts: list[Floats]) -> NDArray[np.generic]:
    return np.zeros(len(counts[0])) if stratum is None else np.asarray(stratum)


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    return float(ndtri((1 + confidence) / 2))
