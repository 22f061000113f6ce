"""Power: the smallest effect that data of this size would have shown.

An effect is visible when 80 % of repetitions would put the two-sided 95 % interval clear of no effect
(Cohen 1988). "No evidence of a difference" means little without it.
"""

import math

from scipy.special import betainc, betaincinv

# two-sided 5 % and power 80 %: the normal quantiles at 0.975 and at 0.80
SPAN = 1.95996 + 0.84162


def smallest_visible_ratio(se: float) -> float:
    """Ratio above 1 seen with 80 % power when its log has standard error `se`.

    exp(2.8016 se). Raises ValueError unless se is positive and finite, or when the ratio would overflow.

    >>> round(smallest_visible_ratio(0.10299), 2)
    1.33

    """
    log_ratio = smallest_visible_difference(se)
    # the log of the largest float is 709
    if log_ratio > 700:
        raise ValueError(f"standard error {se} of a log: no ratio would be visible")
    return math.exp(log_ratio)


def smallest_visible_difference(se: float) -> float:
    """Difference from 0 seen with 80 % power when its standard error is `se`, in the unit of se.

    Raises ValueError unless se is positive and finite.
    """
    if not (math.isfinite(se) and se > 0):
        raise ValueError(f"standard error {se}: it must be positive and finite")
    return SPAN * se


def smallest_visible_counts(exposure_ratio: float, total: int, power: float = 0.8, confidence: float = 0.95) -> float:
    """Ratio of rates above 1 seen with the given power in `total` events, exact.

    `exposure_ratio` is the group's exposure over the reference's. Given the total, the group's count is
    binomial (Przyborowski and Wilenski 1940) and no effect is rejected when its upper tail is at most (1 -
    confidence)/2, the same rule as `intervals.rate_ratio`. Raises ValueError when even all events in the
    group would not reject.
    """
    if not (math.isfinite(exposure_ratio) and exposure_ratio > 0 and total > 0):
        raise ValueError(f"exposure ratio {exposure_ratio} with {total} events: both must be positive")
    null_share = exposure_ratio / (1 + exposure_ratio)
    needed = _rejecting_count(null_share, total, (1 - confidence) / 2)
    share = float(betaincinv(needed, total - needed + 1, power))
    return share / (1 - share) / exposure_ratio


def _rejecting_count(null_share: float, total: int, tail: float) -> int:
    """Smallest count whose upper tail under the null share is at most `tail`, by bisection."""
    if null_share**total > tail:
        raise ValueError(f"{total} events at a null share of {null_share:.3f}: too few to reject no effect at all")
    below, at_or_above = 0, total
    while at_or_above - below > 1:
        middle = (below + at_or_above) // 2
        if betainc(middle, total - middle + 1, null_share) > tail:
            below = middle
        else:
            at_or_above = middle
    return at_or_above
