"""Change points: did the rate of events change once, when, and by how much?

Counts are Poisson with one rate up to period tau and another after it, tau as likely in any period, each rate
Gamma(a, b) beforehand (Raftery and Akman 1986; Carlin, Gelfand and Smith 1992): then everything has a closed
form. Counts of people clump; `clumped` is the same question with negative binomial counts, by profile
likelihood (Lawless 1987), and `dispersion` says which to read.

Blind to a change in telling that looks like one in happening; see `telling`. The prior Gamma(1/2, 1) suits
rates near 1 a period. At 20 a period it all but hides a step of a third: say rate = 1/2 over the mean.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc, gammaln, logsumexp, ndtr, xlogy

from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]

# The prior of each rate (METHODS 6.4): shape 1/2, rate 1 period.
SHAPE, RATE = 0.5, 1.0


class Change(NamedTuple):
    """The likeliest last period of the first rate, counted from 0, and the rates a period before and after it."""

    last: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the counts say of one change.

    `weights` is the probability that period t, counted from 0, is the last of the first rate, for t = 0 to
    n - 2; `mode`, `median`, `low` and `high` are such periods. `before`, `after` (events a period) and
    `ratio` (after over before) are posterior medians with intervals, over every possible period of change.
    `log_bayes_factor` is the log of the evidence for one change over none.
    """

    weights: Floats
    mode: int
    median: int
    low: int
    high: int
    before: Interval
    after: Interval
    ratio: Interval
    log_bayes_factor: float


@dataclass(frozen=True, slots=True)
class Clumped:
    """One change in negative binomial counts, by profile likelihood.

    `weights`, `mode`, `median`, `low` and `high` as `Posterior`, each period weighing its own largest
    likelihood. `rates` are at the likeliest period, `clumping` is its alpha: variance = mean + alpha mean^2;
    `before`, `after` (events a period) and `ratio` (after over before) are over every possible period, normal on
    their logs. `log_bayes_factor` is approximate (Kass and Raftery 1995): a second rate costs half the log of the
    periods.
    """

    weights: Floats
    mode: int
    median: int
    low: int
    high: int
    rates: Change
    before: Interval
    after: Interval
    ratio: Interval
    clumping: float
    log_bayes_factor: float


def likeliest(counts: ArrayLike) -> Change:
    """The change of largest Poisson likelihood; counts of shape (n,), one a period in order.

    Raises ValueError for fewer than 3 periods, counts that are not whole and 0 or more, or no events.
    """
    y = _counts(counts)
    first, size = _sums(y)
    rest, left = y.sum() - first, len(y) - size
    at = int(np.argmax(xlogy(first, first / size) + xlogy(rest, rest / left)))
    return Change(at, float(first[at] / size[at]), float(rest[at] / left[at]))


def dispersion(counts: ArrayLike) -> float:
    """Pearson's X^2 over its degrees of freedom at the likeliest change: above 1.5, read `clumped` instead.

    Two rates and a date are taken from n periods (McCullagh and Nelder 1989). ValueError as `likeliest`, and
    for fewer than 4 periods.
    """
    y, change = _counts(counts), likeliest(counts)
    if len(y) < 4:
        raise ValueError(f"{len(y)} periods: two rates and a date leave no degree of freedom, give at least 4")
    mean = np.where(np.arange(len(y)) <= change.last, change.before, change.after)
    # a stretch without events has mean 0 and fits exactly
    return float(np.sum((y - mean) ** 2 / np.where(mean > 0, mean, 1))) / (len(y) - 3)


def evidence(counts: ArrayLike, shape: float = SHAPE, rate: float = RATE) -> tuple[Floats, float]:
    """Log evidence of a change after each period, shape (n - 1,), and of none; what both share is left out.

    Raftery and Akman (1986). ValueError as `posterior`.
    """
    y = _counts(counts)
    if not (shape > 0 and rate > 0 and math.isfinite(shape) and math.isfinite(rate)):
        raise ValueError(f"prior Gamma({shape}, {rate}): both must be positive and finite")
    first, size = _sums(y)
    constant = shape * math.log(rate) - float(gammaln(shape))

    def of(events: Floats, periods: Floats) -> Floats:
        return np.asarray(constant + gammaln(shape + events) - (shape + events) * np.log(rate + periods))

    alone = of(np.array([y.sum()]), np.array([float(len(y))]))
    return of(first, size) + of(y.sum() - first, len(y) - size), float(alone[0])


def posterior(counts: ArrayLike, shape: float = SHAPE, rate: float = RATE, confidence: float = 0.95) -> Posterior:
    """When the rate changed, from what to what, and whether it did; counts of shape (n,), one a period in order.

    p(tau | y) is proportional to Gamma(a + S1) (b + n1)^-(a + S1) Gamma(a + S2) (b + n2)^-(a + S2), a and b
    the prior's `shape` and `rate` (Raftery and Akman 1986). Raises ValueError as `likeliest`, or for a prior
    that is not positive.
    """
    changed, alone = evidence(counts, shape, rate)
    y, weights = _counts(counts), np.exp(changed - logsumexp(changed))
    first, size = _sums(y)
    before, after = (shape + first, rate + size), (shape + y.sum() - first, rate + len(y) - size)
    # the ratio of two gammas is a scaled ratio of a beta's two parts
    scale = after[1] / before[1]
    tail = (1 - _inside(confidence)) / 2
    return Posterior(
        weights,
        *_periods(weights, tail),
        before=_quantiles(weights, lambda at: gammainc(before[0], before[1] * at), tail),
        after=_quantiles(weights, lambda at: gammainc(after[0], after[1] * at), tail),
        ratio=_quantiles(weights, lambda at: betainc(after[0], before[0], at * scale / (1 + at * scale)), tail),
        log_bayes_factor=float(logsumexp(changed) - math.log(len(changed)) - alone),
    )


def clumped(counts: ArrayLike, confidence: float = 0.95) -> Clumped:
    """As `posterior` for negative binomial counts with one clumping throughout (Lawless 1987).

    For each period of change the rates are the two means and alpha is the likeliest. Raises ValueError as
    `likeliest`.
    """
    y = _counts(counts)
    means = rates_around(y)
    best, alpha = profile(y, means)
    alone, _ = profile(y, np.full((1, len(y)), y.mean()))
    weights = np.exp(best - logsumexp(best))
    at, tail = int(np.argmax(best)), (1 - _inside(confidence)) / 2
    penalty = math.log(len(y)) / 2
    before, after, ratio = _clumped_rates(weights, y, alpha, tail)
    return Clumped(
        weights,
        *_periods(weights, tail),
        rates=Change(at, float(means[at, 0]), float(means[at, -1])),
        before=before,
        after=after,
        ratio=ratio,
        clumping=float(alpha[at]),
        log_bayes_factor=float(logsumexp(best) - math.log(len(best)) - alone[0] - penalty),
    )


def rates_around(counts: ArrayLike) -> Floats:
    """Likeliest mean of each period if the rate changed after period t: a row a t, shape (n - 1, n).

    ValueError as `likeliest`.
    """
    y = _counts(counts)
    first, size = _sums(y)
    rest = (y.sum() - first) / (len(y) - size)
    periods = np.arange(len(y))
    return np.where(periods <= periods[:-1, None], (first / size)[:, None], rest[:, None])


def log_likelihood(counts: ArrayLike, means: Floats, alpha: float) -> Floats:
    """Negative binomial log likelihood of each row of means, shape (rows, n), without log y!; alpha = 0 is Poisson.

    Variance = mean + alpha mean^2 (Lawless 1987). ValueError as `likeliest`, or for alpha below 0.
    """
    y = _counts(counts)
    if not alpha >= 0:
        raise ValueError(f"clumping {alpha}: it must be 0 or more")
    if alpha == 0:
        return np.asarray(np.sum(xlogy(y, means) - means, axis=1))
    size = 1 / alpha
    common = float(np.sum(gammaln(size + y) - gammaln(size)))
    return np.asarray(common + np.sum(xlogy(y, alpha * means) - (size + y) * np.log1p(alpha * means), axis=1))


def profile(counts: ArrayLike, means: Floats) -> tuple[Floats, Floats]:
    """Largest log likelihood of each row of means over the clumping alpha, and that alpha; shapes (rows,).

    ValueError as `likeliest`.
    """
    # from all but Poisson to a spread thrice the mean; steps of 7 % leave the likelihood within 0.01 of its top
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 10, 140)])
    tried = np.array([log_likelihood(counts, means, alpha) for alpha in grid])
    return tried.max(axis=0), grid[tried.argmax(axis=0)]


def _clumped_rates(weights: Floats, y: Floats, alpha: Floats, tail: float) -> tuple[Interval, Interval, Interval]:
    """Rate before, after, their ratio: the variance of a log mean is 1/events + alpha/periods (Lawless 1987)."""
    first, size = _sums(y)
    # half an event keeps the log of an empty stretch finite (Haldane 1956)
    before, after, left = first + 0.5, y.sum() - first + 0.5, len(y) - size
    log_before, log_after = np.log(before / size), np.log(after / left)
    of_before, of_after = 1 / before + alpha / size, 1 / after + alpha / left

    def around(middle: Floats, variance: Floats) -> Interval:
        return _quantiles(weights, lambda at: ndtr((math.log(at) - middle) / np.sqrt(variance)), tail)

    ratio = around(log_after - log_before, of_before + of_after)
    return around(log_before, of_before), around(log_after, of_after), ratio


def _periods(weights: Floats, tail: float) -> tuple[int, int, int, int]:
    """Mode, median and ends: the first period at which the sum of weights reaches each share."""
    reached = np.cumsum(weights)
    # the last sum may fall short of 1 by rounding
    median, low, high = np.minimum(np.searchsorted(reached, [0.5, tail, 1 - tail]), len(weights) - 1)
    return int(np.argmax(weights)), int(median), int(low), int(high)


def _quantiles(weights: Floats, laws: Callable[[float], ArrayLike], tail: float) -> Interval:
    """Median and ends of a mixture on the positive numbers, from the distribution functions of its parts."""
    from scipy.optimize import brentq

    def at(share: float) -> float:
        # e^-300 to e^300 holds every rate that a prior of positive shape leaves
        return math.exp(brentq(lambda log: float(weights @ np.asarray(laws(math.exp(log)))) - share, -300, 300))

    return Interval(at(0.5), at(tail), at(1 - tail))


def _sums(y: Floats) -> tuple[Floats, Floats]:
    """Events up to each period that may be the last of the first rate, and how many periods that is."""
    return np.cumsum(y)[:-1], np.arange(1, len(y), dtype=np.float64)


def _counts(counts: ArrayLike) -> Floats:
    y = np.asarray(counts, dtype=np.float64)
    if y.ndim != 1 or len(y) < 3:
        raise ValueError(f"counts of shape {y.shape}: a change needs a list of 3 periods or more")
    if not np.all((y >= 0) & (y == np.floor(y)) & np.isfinite(y)) or y.sum() == 0:
        raise ValueError(f"counts sum to {y.sum():g}: each must be whole and 0 or more, and not all can be 0")
    return y


def _inside(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    return confidence
