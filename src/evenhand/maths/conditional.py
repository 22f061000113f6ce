"""One ratio across thin strata, exact: nothing is approximated however small the counts.

Given the margins of every stratum the sum of the group's events has a known law for each common odds ratio
(Gart 1970; R's `mantelhaen.test(exact = TRUE)`); given the events of every stratum it has one for each common
ratio of rates (Przyborowski and Wilenski 1940). The limits are Clopper and Pearson's of that law.

Where all events are on one side that law has one limit only. The value and the other end are then those of the
penalised likelihood (Firth 1993; Heinze and Schemper 2002), as is done where a fit has no finite coefficient.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, expit, gammaln, log_expit, logsumexp

from evenhand.maths.intervals import Interval, normal

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


def odds_ratio_limit(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, confidence: float = 0.95) -> float:
    """The one exact limit of the common odds ratio where all events are on one side: the lower if the group's.

    Raises ValueError as `common_odds_ratio`, and where both sides have events or neither.
    """
    counts = [np.atleast_1d(np.asarray(part, dtype=np.int64)) for part in (x1, n1, x0, n0)]
    events, seen = int(counts[0].sum() + counts[2].sum()), int(counts[0].sum())
    if seen not in (0, events) or not 0 < events <= MOST_EVENTS:
        raise ValueError(
            f"{seen} of {events} events are the group's: one limit needs all on one side, to {MOST_EVENTS}"
        )
    first, ways = _law(*counts)
    if len(ways) == 1:
        raise ValueError("the margins leave nothing to compare")
    at, tail = first + np.arange(len(ways), dtype=np.float64), (1 - confidence) / 2
    sign = 1.0 if seen else -1.0

    def beyond(log_odds: float) -> float:
        weights = ways + at * log_odds
        return sign * (math.exp(weights[-1 if seen else 0] - logsumexp(weights)) - tail)

    return math.exp(_root(beyond))


def common_rate_ratio(
    x1: ArrayLike, exposure1: ArrayLike, x0: ArrayLike, exposure0: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Ratio of rates common to all strata, group over reference: maximum likelihood and exact limits, all finite.

    x1 events in exposure1 of the group, x0 in exposure0 of the reference, one entry a stratum. Past
    `MOST_EVENTS` events the limits are normal on the log. With all events on one side the limit towards the
    other is exact, value and far end are Firth's. Shares may stand for rates: the interval is then too wide,
    never too narrow. Raises ValueError without events where both have exposure.
    """
    parts = [np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (x1, exposure1, x0, exposure0)]
    kept = (parts[1] > 0) & (parts[3] > 0) & (parts[0] + parts[2] > 0)
    if not kept.any():
        raise ValueError(f"none of {len(kept)} strata has events where both have exposure: no ratio of rates")
    group, e1, reference, e0 = (part[kept] for part in parts)
    events, offset, seen = group + reference, np.log(e1 / e0), float(group.sum())
    if seen in (0, events.sum()):
        return _one_sided(events, offset, seen > 0, confidence)
    if events.sum() > MOST_EVENTS:
        return _normal(events, offset, seen, confidence)
    ways = np.zeros(1)
    for n, log_exposures in zip(events.astype(np.int64), offset, strict=True):
        at = np.arange(n + 1)
        ways = _convolve(ways, _log_choose(n, at) + at * log_exposures)
    return _limits(np.arange(len(ways), dtype=np.float64), ways, int(seen), (1 - confidence) / 2)


def _normal(events: Floats, offset: Floats, seen: float, confidence: float) -> Interval:
    middle = _root(lambda log_ratio: float(events @ expit(log_ratio + offset)) - seen)
    se = 1 / math.sqrt(_information(events, offset, middle))
    return Interval(*(math.exp(end) for end in normal(middle, se, confidence)))


def _one_sided(events: Floats, offset: Floats, all_in_group: bool, confidence: float) -> Interval:
    """Exact limit of the side that has one; value and other end by Firth's penalised likelihood.

    The law is a logistic one in the log ratio, so its penalty is half the log of the information.
    """
    if not all_in_group:
        value, low, high = _one_sided(events, -offset, True, confidence)
        return Interval(1 / value, 1 / high, 1 / low)

    def likelihood(log_ratio: float) -> float:
        return float(events @ log_expit(log_ratio + offset))

    def penalised(log_ratio: float) -> float:
        return likelihood(log_ratio) + math.log(_information(events, offset, log_ratio)) / 2

    def falling(log_ratio: float) -> float:
        share = expit(log_ratio + offset)
        weight = events * share * (1 - share)
        return float(weight @ (2 * share - 1) / (2 * weight.sum()) - events @ (1 - share))

    tail = math.log((1 - confidence) / 2)
    low = _root(lambda log_ratio: likelihood(log_ratio) - tail)
    value = _root(falling)
    floor = penalised(value) - float(chdtri(1, 1 - confidence)) / 2
    high = value + _root(lambda further: floor - penalised(value + abs(further)) if further > 0 else -1.0)
    return Interval(math.exp(value), math.exp(low), math.exp(high))


def _information(events: Floats, offset: Floats, log_ratio: float) -> float:
    share = expit(log_ratio + offset)
    return float(events @ (share * (1 - share)))


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
