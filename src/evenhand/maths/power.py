"""Power: the smallest effect that data of this size would have shown.

An effect is visible when 80 % of repetitions would put the two-sided 95 % interval clear of no effect
(Cohen 1988). "No evidence of a difference" means little without it.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, ndtri

# two-sided 5 % and power 80 %: the normal quantiles at 0.975 and at 0.80
SPAN = 1.95996 + 0.84162
# With more pairs of counts than this the normal law gives what counting them all would.
MOST_PAIRS = 4_000_000


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


def smallest_visible_shares(n: int, m: int, level: float = 0.05, power: float = 0.8) -> float:
    """Difference of two shares, of n and of m, that Fisher's exact test at `level` sees with the given power.

    The shares lie evenly about a half, where a difference is hardest to see: anywhere else less is needed. Every
    pair of counts is looked at; beyond `MOST_PAIRS` of them the normal law serves. Raises ValueError unless both are
    positive, or where even all against none would not reject.
    """
    if not (n > 0 and m > 0 and 0 < level < 1):
        raise ValueError(f"shares of {n} and of {m} at level {level}: both must be positive, the level inside 0 to 1")
    if n * m > MOST_PAIRS:
        return float((ndtri(1 - level / 2) + ndtri(power)) * 0.5 * math.sqrt(1 / n + 1 / m))
    rejects = _fisher_rejects(n, m, level)
    if not rejects[n, 0]:
        raise ValueError(f"shares of {n} and of {m}: too few to reject likeness at {level} whatever is found")

    def short(difference: float) -> float:
        seen = _binomial(n, 0.5 + difference / 2) @ rejects @ _binomial(m, 0.5 - difference / 2)
        return float(seen) - power

    from scipy.optimize import brentq

    return float(brentq(short, 0.0, 1.0, xtol=1e-9))


def _fisher_rejects(n: int, m: int, level: float) -> NDArray[np.bool_]:
    """Whether Fisher's exact test, two-sided, rejects at x of n against y of m; shape (n + 1, m + 1)."""
    rejects = np.zeros((n + 1, m + 1), dtype=np.bool_)
    for events in range(1, n + m):
        x = np.arange(max(0, events - m), min(n, events) + 1)
        ways = -(gammaln(x + 1) + gammaln(n - x + 1) + gammaln(events - x + 1) + gammaln(m - events + x + 1))
        law = np.exp(ways - ways.max())
        # those as likely as the one seen, or less; R's allowance for probabilities equal but for rounding
        order = np.sort(law)
        upto = np.searchsorted(order, law * (1 + 1e-7), side="right") - 1
        rejects[x, events - x] = np.cumsum(order)[upto] / law.sum() <= level
    return rejects


def _binomial(n: int, share: float) -> NDArray[np.float64]:
    """The law of counts out of n; shape (n + 1,)."""
    from scipy.stats import binom

    return np.asarray(binom.pmf(np.arange(n + 1), n, share), dtype=np.float64)


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
