"""Intervals: how far chance alone could have moved a share, a ratio or a difference.

Shares: Clopper and Pearson (1934), Wilson (1927). Differences of shares: Newcombe (1998), method 10. Ratios
of shares: Katz, Baptista, Azen and Pike (1978). Ratios of rates: two Poisson counts given their sum are
binomial (Przyborowski and Wilenski 1940). Odds ratios: Woolf (1955); exact, Cornfield (1956).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaln, logsumexp, ndtri, stdtrit

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """A value with the two ends of its interval, all finite and in the value's own unit."""

    value: float
    low: float
    high: float


class LogOdds(NamedTuple):
    """A log odds ratio with its standard error."""

    value: float
    se: float


def clopper_pearson(x: int, n: int, confidence: float = 0.95) -> Interval:
    """Share x/n with its exact interval: never covers less than it states.

    Clopper and Pearson (1934). Raises ValueError unless 0 <= x <= n and n > 0.

    >>> low = clopper_pearson(9, 10).low
    >>> round(low, 4)
    0.555

    """
    tail = _tail(confidence)
    share = _share(x, n)
    low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    high = float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0
    return Interval(share, low, high)


def wilson(x: int, n: int, confidence: float = 0.95) -> Interval:
    """Share x/n with its score interval.

    Wilson (1927). Raises ValueError unless 0 <= x <= n and n > 0.
    """
    z = _quantile(confidence)
    share = _share(x, n)
    middle = (x + z * z / 2) / (n + z * z)
    half = z * math.sqrt(share * (1 - share) * n + z * z / 4) / (n + z * z)
    # at none and at all the closed form is 0 and 1 but for rounding
    return Interval(share, middle - half if x > 0 else 0.0, middle + half if x < n else 1.0)


def newcombe(x: int, n: int, y: int, m: int, confidence: float = 0.95) -> Interval:
    """Difference of shares x/n - y/m with its hybrid score interval.

    Newcombe (1998), method 10. Raises ValueError unless both are counts out of positive totals.
    """
    first, second = wilson(x, n, confidence), wilson(y, m, confidence)
    difference = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, difference - below, difference + above)


def katz_ratio(x: int, n: int, y: int, m: int, confidence: float = 0.95) -> Interval:
    """Ratio of shares (x/n)/(y/m) with its log-normal interval.

    Katz, Baptista, Azen and Pike (1978). Raises ValueError unless both counts are positive.
    """
    _share(x, n), _share(y, m)
    if x == 0 or y == 0:
        raise ValueError(f"{x} of {n} against {y} of {m}: a ratio of shares needs at least 1 in each group")
    ratio = (x / n) / (y / m)
    reach = math.exp(_quantile(confidence) * math.sqrt(1 / x - 1 / n + 1 / y - 1 / m))
    return Interval(ratio, ratio / reach, ratio * reach)


def rate_ratio(x: int, exposure_x: float, y: int, exposure_y: float, confidence: float = 0.95) -> Interval:
    """Ratio of rates (x/exposure_x)/(y/exposure_y), exact given the sum of the two Poisson counts.

    x given x + y is binomial with share theta E_x / (theta E_x + E_y) (Przyborowski and Wilenski 1940);
    Clopper and Pearson's limits of the share give those of theta. With x = 0 the low end is 0 and the high
    end stays honest. Raises ValueError when an exposure is not positive or y = 0, which leaves the ratio
    without a high end.
    """
    if not (exposure_x > 0 and exposure_y > 0 and math.isfinite(exposure_x) and math.isfinite(exposure_y)):
        raise ValueError(f"exposures are {exposure_x} and {exposure_y}: both must be positive and finite")
    if x < 0 or y < 0:
        raise ValueError(f"counts are {x} and {y}: neither can be negative")
    if y == 0:
        raise ValueError(f"{x} against 0: with no reference count the ratio has no upper limit")
    share = clopper_pearson(x, x + y, confidence)
    per_odds = exposure_y / exposure_x
    return Interval(*(end / (1 - end) * per_odds for end in share))


def woolf(a: int, b: int, c: int, d: int) -> LogOdds:
    """Log odds ratio log(ad/bc) of the table [[a, b], [c, d]] and its standard error.

    Woolf (1955). Raises ValueError unless all four counts are positive.
    """
    if min(a, b, c, d) <= 0:
        raise ValueError(f"table {a} {b} / {c} {d}: the log odds ratio needs four positive counts")
    return LogOdds(math.log(a) + math.log(d) - math.log(b) - math.log(c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def exact_odds_ratio(a: int, b: int, c: int, d: int, confidence: float = 0.95) -> Interval:
    """Odds ratio of [[a, b], [c, d]]: conditional maximum likelihood and exact limits.

    Cornfield (1956); the noncentral hypergeometric law given both margins, as R's `fisher.test`. Raises
    ValueError when the margins fix the table, or when a is the largest they allow: the ratio then has no
    upper end.
    """
    tail = _tail(confidence)
    counts, log_ways = _tables_of_margins(a, b, c, d)
    if a == counts[-1]:
        raise ValueError(f"table {a} {b} / {c} {d}: the odds ratio has no upper limit")

    def law(log_odds: float) -> Floats:
        weights = log_ways + counts * log_odds
        return np.asarray(np.exp(weights - logsumexp(weights)))

    high = _root(lambda log_odds: tail - float(law(log_odds)[counts <= a].sum()))
    if a == counts[0]:
        return Interval(0.0, 0.0, math.exp(high))
    low = _root(lambda log_odds: float(law(log_odds)[counts >= a].sum()) - tail)
    value = _root(lambda log_odds: float(law(log_odds) @ counts) - a)
    return Interval(math.exp(value), math.exp(low), math.exp(high))


def student(value: float, se: float, df: float, confidence: float = 0.95) -> Interval:
    """Value -/+ t se, Student's t with df degrees of freedom.

    Raises ValueError unless se >= 0 and df > 0, all finite.
    """
    if not df > 0:
        raise ValueError(f"{df} degrees of freedom: an interval needs more than 0")
    return _around(value, se, float(stdtrit(df, 1 - _tail(confidence))))


def normal(value: float, se: float, confidence: float = 0.95) -> Interval:
    """Value -/+ z se, z of the normal law.

    Raises ValueError unless se >= 0 and both are finite.
    """
    return _around(value, se, _quantile(confidence))


def difference_z(x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike) -> Floats:
    """Difference of shares x/n - y/m over its standard error, variance **not** pooled; arrays, one a place.

    Raises ValueError where a total is 0, or where both shares are 0 or 1 and the variance is 0.
    """
    first, total, second, base = (np.asarray(part, dtype=np.float64) for part in (x, n, y, m))
    if np.any(total <= 0) or np.any(base <= 0):
        raise ValueError(f"{int(np.sum((total <= 0) | (base <= 0)))} places have a group of 0: set them aside first")
    p, q = first / total, second / base
    variance = p * (1 - p) / total + q * (1 - q) / base
    if np.any(variance <= 0):
        raise ValueError(f"{int(np.sum(variance <= 0))} places have shares of only 0 or 1: no standard error")
    return np.asarray((p - q) / np.sqrt(variance))


def _around(value: float, se: float, quantile: float) -> Interval:
    if not (math.isfinite(value) and math.isfinite(se) and se >= 0):
        raise ValueError(f"value {value} with standard error {se}: both must be finite, the error not negative")
    return Interval(value, value - quantile * se, value + quantile * se)


def _tables_of_margins(a: int, b: int, c: int, d: int) -> tuple[Floats, Floats]:
    """What the first cell could hold given the margins, with the log of the ways to each."""
    if min(a, b, c, d) < 0:
        raise ValueError(f"table {a} {b} / {c} {d}: no count can be negative")
    row, other, column = a + b, c + d, a + c
    counts = np.arange(max(0, column - other), min(row, column) + 1, dtype=np.float64)
    if len(counts) == 1:
        raise ValueError(f"table {a} {b} / {c} {d}: its margins leave nothing to compare")
    ways = -(
        gammaln(counts + 1)
        + gammaln(row - counts + 1)
        + gammaln(column - counts + 1)
        + gammaln(other - column + counts + 1)
    )
    return counts, ways


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of the log odds is 0."""
    from scipy.optimize import brentq

    reach = 1.0
    # 600 is short of exp's overflow; no table of people comes near it
    while reach < 600 and not rising(-reach) < 0 < rising(reach):
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=1e-13))


def _share(x: int, n: int) -> float:
    if not 0 <= x <= n or n == 0:
        raise ValueError(f"{x} of {n}: a share needs a count between 0 and a positive total")
    return x / n


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    return (1 - confidence) / 2


def _quantile(confidence: float) -> float:
    return float(ndtri(1 - _tail(confidence)))
