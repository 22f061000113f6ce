"""One odds ratio across thin strata, exact: nothing is approximated however small the counts.

Given the margins of every stratum the sum of the group's events has a known law for each common odds ratio
(Gart 1970; R's `mantelhaen.test(exact = TRUE)`). Its limits are Clopper and Pearson's of that law.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]
# The convolution grows with the square of the events; past this many the normal intervals serve.
MOST_EVENTS = 2_000


def common_odds_ratio(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, confidence: float = 0.95) -> Interval:
    """Odds ratio common to all strata: conditional maximum likelihood and exact limits.

    x1 of n1 is the group and x0 of n0 the reference, one entry a stratum. Raises ValueError when the margins
    leave nothing to compare, when the ratio has no finite end, or for more than `MOST_EVENTS` events.
    """
    counts = [np.atleast_1d(np.asarray(part, dtype=np.int64)) for part in (x1, n1, x0, n0)]
    events = int(counts[0].sum() + counts[2].sum())
    if events > MOST_EVENTS:
        raise ValueError(f"{events} events: the exact odds ratio is for {MOST_EVENTS} or fewer")
    first, ways = _law(*counts)
    seen = int(counts[0].sum())
    if seen in (first, first + len(ways) - 1):
        raise ValueError(f"{seen} events of the group is an end of what the margins allow: no finite odds ratio")
    at = first + np.arange(len(ways), dtype=np.float64)
    return _limits(at, ways, seen, (1 - confidence) / 2)


def _limits(at: Floats, ways: Floats, seen: int, tail: float) -> Interval:
    def law(log_odds: float) -> Floats:
        weights = ways + at * log_odds
        return np.asarray(np.exp(weights - logsumexp(weights)))

    value = _root(lambda log_odds: float(law(log_odds) @ at) - seen)
    low = _root(lambda log_odds: float(law(log_odds)[at >= seen].sum()) - tail)
    high = _root(lambda log_odds: tail - float(law(log_odds)[at <= seen].sum()))
    return Interval(math.exp(value), math.exp(low), math.exp(high))


def _law(
    x1: NDArray[np.int64], n1: NDArray[np.int64], x0: NDArray[np.int64], n0: NDArray[np.int64]
) -> tuple[int, Floats]:
    """The least the group's events can sum to given all margins, and the log of the ways to each sum from there."""
    if not (np.all((x1 >= 0) & (x1 <= n1)) and np.all((x0 >= 0) & (x0 <= n0))):
        raise ValueError("a stratum has events outside 0 to its total: each count must lie between")
    first, ways = 0, np.zeros(1)
    for events, group, reference in zip(x1 + x0, n1, n0, strict=True):
        least, most = max(0, events - reference), min(events, group)
        at = np.arange(least, most + 1)
        ways = _convolve(ways, _log_choose(group, at) + _log_choose(reference, events - at))
        first += int(least)
    return first, ways


def _log_choose(n: int, k: NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def _convolve(first: Floats, second: Floats) -> Floats:
    """Convolution of two laws given as logs, as a log: no tail underflows."""
    if len(second) > len(first):
        first, second = second, first
    sums = np.full((len(second), len(first) + len(second) - 1), -np.inf)
    for shift, weight in enumerate(second):
        sums[shift, shift : shift + len(first)] = first + weight
    return np.asarray(logsumexp(sums, axis=0), dtype=np.float64)


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of the log odds is 0."""
    from scipy.optimize import brentq

    reach = 1.0
    # 600 is short of exp's overflow; no table of people comes near it
    while reach < 600 and not rising(-reach) < 0 < rising(reach):
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=1e-13))
