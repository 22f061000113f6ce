"""Reselection: an interval for the number of people that allows for the choice of model.

People are drawn again with replacement, the model is chosen anew for each draw, and the interval is BCa (Efron 1987),
its acceleration from leaving out one person at a time (Chan, Silverman and Vincent 2021). By BIC the choice is among
all models that have an answer for the data, every one looked at in every draw (Silverman, Chan and Vincent 2024).
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from evenhand.maths import hierarchy, model_search, multiple_systems
from evenhand.maths.lists import Cells, hold

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reselection:
    """A total and its BCa interval over the choice of model.

    `draws` are the totals of the draws that have one, `without` counts those where no model has an answer; `chosen`
    counts how often each model was, by name, most often first.
    """

    total: float
    low: float
    high: float
    draws: Floats
    without: int
    chosen: dict[str, int]
    acceleration: float


# the total of each table and the name of its model; infinite and empty where no model has an answer
_Chosen = tuple[Floats, list[str]]


def lowest_bic(
    cells: Cells, order: int | None = None, draws: int = 1000, seed: int = 0, confidence: float = 0.95
) -> Reselection:
    """Interval for all people, seen or not, with the model of lowest BIC chosen anew in each of `draws`.

    Silverman, Chan and Vincent (2024). `order` is the highest order of terms, as in `multiple_systems.rank`. Raises
    ValueError on cells that cannot say, on over 6 lists, when one person less leaves no answer, and when all draws
    fall on one side of the total.
    """
    hold(cells)
    ranking = multiple_systems.rank(cells, order)
    design = hierarchy.design(cells.lists, ranking.terms)

    def choose(tables: Floats) -> _Chosen:
        best = model_search.lowest(ranking, design, tables)
        return best.total, [hierarchy.named(ranking.model(place)) if place >= 0 else "" for place in best.place]

    return _reselect(cells, float(ranking.total[0]), choose, draws, seed, confidence)


def stepwise(
    cells: Cells, threshold: float = 0.02, draws: int = 1000, seed: int = 0, confidence: float = 0.95
) -> Reselection:
    """Interval for all people, seen or not, with pairs of lists added anew in each of `draws`.

    Chan, Silverman and Vincent (2021, section 3.3); for any number of lists. Raises ValueError as `lowest_bic` does.
    """
    hold(cells)

    def choose(tables: Floats) -> _Chosen:
        totals, names = np.full(len(tables), np.inf), [""] * len(tables)
        for row, table in enumerate(tables):
            with suppress(ValueError):  # no model has an answer: counted as such
                found = multiple_systems.stepwise(Cells(cells.lists, table.astype(np.int64)), threshold)
                totals[row], names[row] = found.total, found.name
        return totals, names

    total = multiple_systems.stepwise(cells, threshold).total
    return _reselect(cells, total, choose, draws, seed, confidence)


def _reselect(
    cells: Cells, total: float, choose: Callable[[Floats], _Chosen], draws: int, seed: int, confidence: float
) -> Reselection:
    random = np.random.default_rng(seed)
    drawn = random.multinomial(cells.people, cells.counts / cells.people, size=draws)
    seen = np.flatnonzero(cells.counts)
    one_less = cells.counts - np.eye(len(cells.counts))[seen]
    totals, names = choose(np.concatenate([drawn.astype(np.float64), one_less]))
    if not np.all(np.isfinite(totals[draws:])):
        raise ValueError("with one person less no model has an answer: the lists share too few people for an interval")
    acceleration = bca_acceleration(totals[draws:], cells.counts[seen].astype(np.float64))
    there = np.isfinite(totals[:draws])
    low, high = bca(totals[:draws][there], total, acceleration, confidence)
    chosen = Counter(name for name in names[:draws] if name)
    return Reselection(
        total=total,
        low=low,
        high=high,
        draws=totals[:draws][there],
        without=int(np.sum(~there)),
        chosen=dict(chosen.most_common()),
        acceleration=acceleration,
    )


def bca(draws: Floats, value: float, acceleration: float, confidence: float) -> tuple[float, float]:
    """Bias-corrected and accelerated ends (Efron 1987) of draws around the value they were drawn from.

    Quantiles are median-unbiased (Hyndman and Fan 1996, type 8). Raises ValueError when all draws are on one side.
    """
    below = float(np.mean(draws < value)) if len(draws) else 0.0
    if not 0 < below < 1:
        raise ValueError(f"{below:.0%} of {len(draws)} draws are below the estimate: no BCa interval can be had")
    bias = ndtri(below)
    tails = bias + ndtri([0.5 - confidence / 2, 0.5 + confidence / 2])
    low, high = np.quantile(draws, ndtr(bias + tails / (1 - acceleration * tails)), method="median_unbiased")
    return float(low), float(high)


def bca_acceleration(left_out: Floats, weight: Floats) -> float:
    """Skewness over 6 of the jackknife (Efron 1987), of values with one observation left out, `weight` of each kind."""
    apart = np.average(left_out, weights=weight) - left_out
    furthest = float(np.max(np.abs(apart)))
    if not furthest:
        return 0.0
    # skewness knows no scale: brought to 1, nothing is too small for its powers
    apart = apart / furthest
    return float(np.sum(weight * apart**3) / (6 * np.sum(weight * apart**2) ** 1.5))
