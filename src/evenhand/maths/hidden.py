"""Hidden factors: how strong something unrecorded would have to be to explain a ratio away.

VanderWeele and Ding (2017). A hidden factor that goes with race at risk ratio u and with the outcome at
risk ratio v can explain a ratio of at most uv/(u + v - 1) (Ding and VanderWeele 2016).
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def e_value(limit: float, common_odds: bool = False) -> float:
    """Ratio a hidden factor needs with both race and outcome to bring `limit` to 1.

    VanderWeele and Ding (2017): L + sqrt(L(L - 1)); a limit below 1 is inverted. `limit` is the end of the
    interval nearer 1. An odds ratio of a common outcome enters as its square root: `common_odds=True`.
    Raises ValueError unless the limit is positive and finite.

    >>> round(e_value(2.0), 4)
    3.4142

    """
    ratio = _above_one(math.sqrt(_positive(limit)) if common_odds else limit)
    return ratio + math.sqrt(ratio * (ratio - 1))


def explained_by(u: float, v: float) -> float:
    """Largest ratio that a factor with risk ratios u >= 1 (with race) and v >= 1 (with the outcome) explains.

    Ding and VanderWeele (2016): uv/(u + v - 1). Raises ValueError for a ratio below 1: turn the factor
    round first.
    """
    if not (math.isfinite(u) and math.isfinite(v) and u >= 1 and v >= 1):
        raise ValueError(f"risk ratios {u} and {v}: both must be finite and at least 1, turn the factor round if below")
    return u * v / (u + v - 1)


def contour(limit: float, points: int = 101) -> tuple[Floats, Floats]:
    """Pairs (u, v) of a hidden factor just strong enough to explain `limit`: two arrays of length `points`.

    uv/(u + v - 1) = L is (u - L)(v - L) = L(L - 1): the curve is walked evenly in log((u - L)/(v - L)) and
    passes through the E-value halfway. Limits below 1 are inverted. Raises ValueError for a limit of 1 or
    fewer than 2 points.
    """
    ratio = _above_one(limit)
    if ratio == 1 or points < 2:
        raise ValueError(f"limit {limit} with {points} points: a contour needs a limit other than 1 and 2 points")
    reach = math.sqrt(ratio * (ratio - 1))
    # a tenfold stretch either way fills a chart of both axes
    stretch = np.geomspace(0.1, 10, points)
    return ratio + reach * stretch, ratio + reach / stretch


def _above_one(limit: float) -> float:
    return max(_positive(limit), 1 / limit)


def _positive(limit: float) -> float:
    if not (math.isfinite(limit) and limit > 0):
        raise ValueError(f"ratio {limit}: it must be positive and finite")
    return limit
