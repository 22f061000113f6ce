"""Selection: what differences after the stop can mean if some stops were made because of race.

Knox, Lowe and Mummolo (2020): with a share rho of the group's stops racial, bounds on the effect of race
among the people stopped. The other reading (Gaebler, Cai, Basse, Shroff, Goel and Hill 2022) takes the
plain difference as the effect. Intervals of a bounded quantity: Imbens and Manski (2004).
"""

import math
from typing import NamedTuple

from scipy.special import ndtr


class Bounds(NamedTuple):
    """Two ends between which a quantity lies."""

    low: float
    high: float


def effect_among_stopped(e1: float, e0: float, rho: float) -> float:
    """Effect of race on the outcome among the group's stops: D + rho e0, D = e1 - e0.

    Knox, Lowe and Mummolo (2020). e1, e0: mean outcome in stops of the group, of the reference; rho: share
    of the group's stops that are racial. Raises ValueError unless the means lie in [0, 1] and 0 <= rho < 1.
    """
    _check(e1, e0, rho)
    return e1 - e0 + rho * e0


def average_effect_bounds(e1: float, e0: float, p1: float, rho: float) -> Bounds:
    """Bounds of the effect of race among all stops; p1 is the share of stops that are of the group.

    Knox, Lowe and Mummolo (2020), under mandatory reporting, mediator monotonicity, racial stops no more
    severe, and ignorability. At rho = 0 both ends are e1 - e0. Raises ValueError unless means and p1 lie in
    [0, 1], 0 <= rho < 1.
    """
    _check(e1, e0, rho)
    if not 0 <= p1 <= 1:
        raise ValueError(f"share of stops {p1}: it must lie between 0 and 1")
    if rho == 0:
        return Bounds(e1 - e0, e1 - e0)
    low = e1 - e0 + rho * e0 * p1
    most_severe = e1 - max(0.0, 1 + e1 / rho - 1 / rho)
    return Bounds(low, low + rho / (1 - rho) * most_severe * (1 - p1))


def sign_change(e1: float, e0: float) -> float | None:
    """Share of racial stops at which the effect among the group's stops turns from negative to positive.

    -D/e0 when D = e1 - e0 < 0. None when the effect is already positive, or never turns for any share below
    1.
    """
    _check(e1, e0, 0.0)
    return (e0 - e1) / e0 if 0 < e1 < e0 else None


def with_recording(e: float, share_recorded: float, low: float = 0.0, high: float = 1.0) -> Bounds:
    """Mean outcome when only a share of the stops is recorded and the unrecorded mean lies in [low, high].

    Manski's worst case (1989). Raises ValueError unless all lie in [0, 1] and low <= high.
    """
    if not (all(0 <= part <= 1 for part in (e, share_recorded, low, high)) and low <= high):
        raise ValueError(f"mean {e}, recorded {share_recorded}, unrecorded {low} to {high}: all must lie in 0 to 1")
    recorded = share_recorded * e
    return Bounds(recorded + (1 - share_recorded) * low, recorded + (1 - share_recorded) * high)


def imbens_manski(low: float, high: float, se_low: float, se_high: float, confidence: float = 0.95) -> Bounds:
    """Interval that holds the bounded quantity (not the whole bounds) at the stated rate.

    Imbens and Manski (2004): ends move out by c se, Phi(c + (high - low)/max(se)) - Phi(-c) = confidence; c
    runs from the two-sided quantile for a point to the one-sided one for wide bounds. Raises ValueError
    unless low <= high and both errors are finite and not negative.
    """
    from scipy.optimize import brentq

    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"bounds {low} to {high}: both must be finite, the low end first")
    if not (se_low >= 0 and se_high >= 0 and math.isfinite(se_low) and math.isfinite(se_high)):
        raise ValueError(f"standard errors {se_low} and {se_high}: both must be finite and not negative")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    widest = max(se_low, se_high)
    if widest == 0:
        return Bounds(low, high)
    width = (high - low) / widest
    # 40 standard errors hold every confidence a float can state
    reach = float(brentq(lambda c: float(ndtr(c + width) - ndtr(-c)) - confidence, 0.0, 40.0, xtol=1e-12))
    return Bounds(low - reach * se_low, high + reach * se_high)


def _check(e1: float, e0: float, rho: float) -> None:
    if not (0 <= e1 <= 1 and 0 <= e0 <= 1):
        raise ValueError(f"mean outcomes {e1} and {e0}: both must lie between 0 and 1")
    if not 0 <= rho < 1:
        raise ValueError(f"share of racial stops {rho}: it must be at least 0 and below 1")
