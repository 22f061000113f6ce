"""Circles: around each area's centre, the sets of areas that a growing circle takes in one after another.

The windows of Kulldorff (1997). The circles around one centre are nested, so that sums over all of them are
running sums in order of distance, and no circle is ever written out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

# mean radius of the Earth in kilometres (IUGG, R1)
EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Ring:
    """The circles around one centre.

    `order` lists areas, nearest first, as far as the widest circle; `ends` the positions in it where a circle ends:
    circle i holds the areas `order[: ends[i] + 1]`.
    """

    centre: int
    order: Integers
    ends: Integers


def plain(x: ArrayLike, y: ArrayLike) -> Floats:
    """Distances between points of a plane, shape (areas, areas), in the unit of x and y."""
    across, up = _points(x, y)
    return np.hypot(across[:, None] - across, up[:, None] - up)


def great_circle(latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Distances over the Earth in kilometres, shape (areas, areas), from degrees.

    The haversine formula (Sinnott 1984).
    """
    phi, theta = (np.radians(part) for part in _points(latitude, longitude))
    half = np.sin((phi[:, None] - phi) / 2) ** 2
    half += np.cos(phi[:, None]) * np.cos(phi) * np.sin((theta[:, None] - theta) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1))))


def rings(distance: ArrayLike, size: ArrayLike, share: float = 0.5, radius: float | None = None) -> tuple[Ring, ...]:
    """Circles of at most a `share` of all `size` and, if given, of at most `radius`, around every centre.

    `distance` has shape (areas, areas), `size` (areas,) is population, or cases where no population is known.
    Areas equally far enter together. A centre whose own area is over the share has no circle. Raises ValueError
    when no centre has one.
    """
    apart, weight = _hold(distance, size, share)
    found = tuple(
        ring
        for centre in range(len(weight))
        if len((ring := _ring(centre, apart[centre], weight, share * float(weight.sum()), radius)).ends)
    )
    if not found:
        raise ValueError(f"every area alone holds over {share:.0%} of {weight.sum():g}: there is no circle to look at")
    return found


def _ring(centre: int, apart: Floats, weight: Floats, most: float, radius: float | None) -> Ring:
    order = np.argsort(apart, kind="stable")
    near = apart[order]
    ends = np.append(near[1:] > near[:-1], True)
    # a share met exactly is allowed: the sum of weights is off by rounding alone
    ends &= np.cumsum(weight[order]) <= most * (1 + 1e-12)
    if radius is not None:
        ends &= near <= radius
    last = np.flatnonzero(ends)
    return Ring(centre, order[: last[-1] + 1] if len(last) else order[:0], last)


def _points(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"coordinates of shapes {a.shape} and {b.shape}: give one pair an area")
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise ValueError("a coordinate is not a number: leave the area out, and say so")
    return a, b


def _hold(distance: ArrayLike, size: ArrayLike, share: float) -> tuple[Floats, Floats]:
    apart, weight = np.asarray(distance, dtype=np.float64), np.asarray(size, dtype=np.float64)
    if weight.ndim != 1 or apart.shape != (len(weight), len(weight)):
        raise ValueError(f"distances {apart.shape} and sizes {weight.shape}: give (areas, areas) and (areas,)")
    if not np.all(np.isfinite(apart)):
        raise ValueError("a distance is not a number: leave the area out, and say so")
    if not np.all((weight >= 0) & np.isfinite(weight)) or not weight.sum() > 0:
        raise ValueError("sizes must be 0 or more, and not all 0")
    if not 0 < share <= 1:
        raise ValueError(f"a circle may hold a share in (0, 1] of all, got {share}")
    return apart, weight
