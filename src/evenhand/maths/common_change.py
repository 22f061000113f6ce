"""Common change: did several agencies change at one time, or each at its own?

Two hypotheses about the period of change (see `changepoint`): one for all, or one each (Raftery and Akman 1986
for each series; what they have in common is the sum of their logs). Whether the data could come from one
course for all is asked twice. By labels: under one course, which agency an event of a week belongs to is
chance, so labels are dealt anew (Patefield 1981). By clumps: events that come in clumps are dealt together,
and labels then reject far too often; counts are drawn from fitted negative binomials instead (Lawless 1987).

A small p speaks **against** one course. A large one shows nothing but that it is not contradicted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from evenhand.maths import changepoint
from evenhand.maths.changepoint import RATE, SHAPE

Floats = NDArray[np.float64]

# sums of logs in another order
ROUNDING = 1e-9


class Together(NamedTuple):
    """Evidence for one common period of change over one each, and what one course for all would give.

    `log_bayes_factor` is above 0 for one period; `weights` is that period's probability, counted from 0, n - 1
    of them. `p` is the share of draws under one course that speak as much for a period each.
    """

    log_bayes_factor: float
    weights: Floats
    p: float
    draws: int


def by_labels(counts: ArrayLike, draws: int = 999, seed: int = 0, shape: float = SHAPE, rate: float = RATE) -> Together:
    """Dealing labels anew, each week's and each agency's total kept; counts of shape (agencies, n).

    For events that come one by one; see `changepoint.dispersion`. Raises ValueError for fewer than 2 agencies,
    and as `changepoint.posterior` for each.
    """
    from scipy.stats import random_table

    table = _table(counts, draws)

    def evidence(drawn: Floats) -> Floats:
        return np.array([changepoint.evidence(row, shape, rate)[0] for row in drawn])

    margins = (table.sum(axis=side).astype(np.int64) for side in (1, 0))
    dealt = random_table(*margins).rvs(draws, random_state=np.random.default_rng(seed))
    return _compare(evidence(table), [evidence(drawn.astype(np.float64)) for drawn in dealt])


def by_clumps(counts: ArrayLike, draws: int = 999, seed: int = 0) -> Together:
    """Drawing counts anew from negative binomials with the likeliest common period; counts of shape (agencies, n).

    Each agency keeps its own clumping, fitted once at the common period, and its own two rates. Evidence is the
    likelihood of means. Raises ValueError as `by_labels`.
    """
    table = _table(counts, draws)
    around = [changepoint.rates_around(row) for row in table]
    # fitted at each agency's own period they come out too small, and the level is exceeded
    fits = [changepoint.profile(row, means) for row, means in zip(table, around, strict=True)]
    first_guess = int(np.argmax(sum(likelihood for likelihood, _ in fits)))
    alphas = [float(alpha[first_guess]) for _, alpha in fits]

    def evidence(drawn: Floats) -> Floats:
        pairs = zip(drawn, alphas, strict=True)
        return np.array([changepoint.log_likelihood(y, changepoint.rates_around(y), alpha) for y, alpha in pairs])

    seen = evidence(table)
    at = int(np.argmax(seen.sum(axis=0)))
    means = np.array([rates[at] for rates in around])
    rng = np.random.default_rng(seed)
    return _compare(seen, [evidence(drawn) for drawn in _clumps(rng, means, np.array(alphas), draws)])


def _clumps(rng: np.random.Generator, means: Floats, alphas: Floats, draws: int) -> Floats:
    """Draws of counts, shape (draws, agencies, n); a draw without any event of an agency is drawn again."""
    shape = 1 / np.maximum(alphas, 1e-9)[:, None]
    found = np.empty((draws, *means.shape))
    for draw in range(draws):
        counts = np.zeros_like(means)
        while not np.all(counts.sum(axis=1) > 0):
            counts = rng.poisson(means * rng.gamma(shape, 1 / shape, means.shape)).astype(np.float64)
        found[draw] = counts
    return found


def _compare(seen: Floats, drawn: list[Floats]) -> Together:
    value = _commonness(seen)
    common = seen.sum(axis=0)
    as_low = sum(_commonness(evidence) <= value + ROUNDING for evidence in drawn)
    weights = np.exp(common - logsumexp(common))
    return Together(value, np.asarray(weights), (1 + as_low) / (1 + len(drawn)), len(drawn))


def _commonness(evidence: Floats) -> float:
    """Log evidence of one common period over one each, from that of each agency, shape (agencies, n - 1)."""
    agencies, periods = evidence.shape
    return float(
        logsumexp(evidence.sum(axis=0)) - np.sum(logsumexp(evidence, axis=1)) + (agencies - 1) * np.log(periods)
    )


def _table(counts: ArrayLike, draws: int) -> Floats:
    table = np.asarray(counts)
    if table.ndim != 2 or len(table) < 2 or draws < 1:
        raise ValueError(f"counts of shape {table.shape}, {draws} draws: give a row an agency, 2 or more, and draws")
    for row in table:
        changepoint.likeliest(row)
    return table.astype(np.float64)
