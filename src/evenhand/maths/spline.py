"""Splines: a smooth curve of the clock, so that hours are compared with themselves.

Natural cubic splines on a B-spline basis (de Boor 1978), with the knots of R's `splines::ns`. Quantiles of
type 7 (Hyndman and Fan 1996).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline

Floats = NDArray[np.float64]

CUBIC = 3


def natural_spline(x: ArrayLike, df: int, weights: ArrayLike | None = None) -> Floats:
    """Natural cubic basis of x without intercept, shape (len(x), df).

    Interior knots at the k/df type-7 quantiles of x, each x counted `weights` times (integers; none: once);
    boundary knots at the range. Same span as R's `ns(x, df)`. Raises ValueError when x has too few distinct
    values for df.
    """
    points = np.asarray(x, dtype=np.float64)
    if points.ndim != 1 or not np.all(np.isfinite(points)) or df < 1:
        raise ValueError(f"x of shape {points.shape} with df {df}: give finite numbers in one row and df of 1 or more")
    knots = _knots(points, df, weights)
    low, high = knots[0], knots[-1]
    padded = np.concatenate([np.repeat(low, CUBIC), knots, np.repeat(high, CUBIC)])
    # the first B-spline is the only one that is not 0 at the left end: without it no constant is left
    basis = BSpline.design_matrix(points, padded, CUBIC).toarray()[:, 1:]
    return np.asarray(basis @ _straight_ends(padded, low, high))


def quantile7(x: ArrayLike, q: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Type-7 quantiles at q of the values x, each counted `weights` times (integers; none: once).

    Hyndman and Fan (1996), R's default: linear between order statistics floor and ceil of (n - 1) q. Raises
    ValueError on no values, q outside [0, 1] or weights that are not whole numbers of 0 or more.
    """
    values, counts = np.asarray(x, dtype=np.float64), _whole(x, weights)
    place = np.atleast_1d(np.asarray(q, dtype=np.float64))
    if not np.all((place >= 0) & (place <= 1)):
        raise ValueError(f"quantiles at {place}: they must lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(counts[order])
    if len(ends) == 0 or ends[-1] == 0:
        raise ValueError("no values: a quantile needs at least one")
    # the tiny step keeps whole numbers whole: R rounds (n - 1) q by the same 4 units in the last place
    position = (ends[-1] - 1) * place
    below = np.floor(position + 4 * np.finfo(np.float64).eps * np.maximum(position, 1))
    above = np.minimum(below + 1, ends[-1] - 1)
    low, high = (values[order][np.searchsorted(ends, rank, side="right")] for rank in (below, above))
    return np.asarray(low + np.clip(position - below, 0, 1) * (high - low))


def _knots(points: Floats, df: int, weights: ArrayLike | None) -> Floats:
    """Boundary and interior knots in order, refused where two fall together."""
    knots = quantile7(points, np.arange(df + 1) / df, weights)
    if np.any(np.diff(knots) <= 0):
        raise ValueError(
            f"{len(np.unique(points))} distinct values put two of {df + 1} knots on one: use fewer degrees of freedom"
        )
    return knots


def _straight_ends(padded: Floats, low: float, high: float) -> Floats:
    """Combinations of the B-splines, the first left out, whose second derivative is 0 at both ends."""
    count = len(padded) - CUBIC - 1
    bend = BSpline(padded, np.eye(count), CUBIC).derivative(2)(np.array([low, high]))[:, 1:]
    complete, _ = np.linalg.qr(bend.T, mode="complete")
    return np.asarray(complete[:, 2:])


def _whole(x: ArrayLike, weights: ArrayLike | None) -> NDArray[np.int64]:
    values = np.asarray(x, dtype=np.float64)
    if weights is None:
        return np.ones(len(values), dtype=np.int64)
    counts = np.asarray(weights)
    if counts.shape != values.shape or np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("weights must be whole numbers of 0 or more, one for each value")
    return counts.astype(np.int64)
