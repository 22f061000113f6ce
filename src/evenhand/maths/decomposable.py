"""Decomposable models, averaged: how many people did all lists miss, over every way lists may hang together?

Madigan and York (1997). A decomposable model is a chordal graph on the lists; with a Dirichlet prior on the cells its
likelihood has a closed form for each number missed, so that all graphs are weighed against each other and none is
chosen.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from evenhand.maths import hierarchy
from evenhand.maths.lists import Cells
from evenhand.maths.lists import combinations as list_combinations

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# 3 lists have 8 chordal graphs, 4 have 61, 5 have 822; 6 would have 18,154
MOST_LISTS = 5


@dataclass(frozen=True, slots=True)
class Averaged:
    """The posterior of all people, seen or not, over every graph.

    `probability[i]` is that of `total[i]` people, `models` the probability of each graph by name, most likely first.
    `low`, `median` and `high` are quantiles, `mode` the most likely total, and `least_relative_error` the total that
    Madigan and York report, which minimises the expected square of the error relative to the truth. `at_edge` is how
    likely the largest total is beside the mode: well above 0 the answer depends on where the search was stopped.
    """

    total: Integers
    probability: Floats
    models: dict[str, float]
    low: int
    median: int
    high: int
    mode: int
    least_relative_error: float
    at_edge: float


def average(
    cells: Cells,
    most_missing: int,
    delta: float | None = None,
    prior: tuple[float, float] | None = None,
    confidence: float = 0.95,
) -> Averaged:
    """Average over every decomposable model, with 0 to `most_missing` people on no list.

    `delta` is the Dirichlet weight of each cell, 2**-lists unless given (Johndrow, Lum and Ball 2015). The `prior` of
    the total is proportional to 1/N, or with (shape, scale) Poisson with a gamma mean. Raises ValueError on other
    than 3 to 5 lists and on weights that are not positive.
    """
    if not 3 <= cells.lists <= MOST_LISTS:
        raise ValueError(f"{cells.lists} lists: decomposable models are averaged over 3 to {MOST_LISTS}")
    weight = 2.0**-cells.lists if delta is None else delta
    if not weight > 0 or (prior is not None and not min(prior) > 0) or most_missing < 1:
        raise ValueError("delta, the shape and scale of the prior and the most that may be missing must be positive")
    missing = np.arange(most_missing + 1)
    total = cells.people + missing
    tables = _log_tables(cells, missing, weight)
    graphs = chordal_graphs(cells.lists)
    around = gammaln(total + 1) - gammaln(missing + 1) + _log_prior(total, prior)

    def log_weight(graph: list[tuple[int, int]]) -> Floats:
        return np.asarray(around + np.sum([tables[clique] - tables[rest] for clique, rest in graph], axis=0))

    # one graph at a time, twice over: all at once they would fill the memory
    peak = max(float(log_weight(graph).max()) for graph in graphs)
    by_total, by_model = np.zeros(len(total)), np.zeros(len(graphs))
    for i, graph in enumerate(graphs):
        share = np.exp(log_weight(graph) - peak)
        by_total += share
        by_model[i] = share.sum()
    names = [hierarchy.named(hierarchy.closed(tuple(clique for clique, _ in graph), cells.lists)) for graph in graphs]
    models = {names[i]: float(by_model[i] / by_model.sum()) for i in np.argsort(-by_model)}
    return _summary(total, by_total / by_total.sum(), models, confidence)


def chordal_graphs(lists: int) -> list[list[tuple[int, int]]]:
    """Every chordal graph on so many lists, each as the steps that take it apart.

    A step takes out a list whose neighbours are all neighbours of each other: (the list with its neighbours, its
    neighbours), as bits. A graph is chordal when this takes it apart whole (Dirac 1961; Fulkerson and Gross 1965).
    """
    pairs = list(combinations(range(lists), 2))
    every = ([pair for i, pair in enumerate(pairs) if chosen >> i & 1] for chosen in range(2 ** len(pairs)))
    taken_apart = (_take_apart([_neighbours(i, edges) for i in range(lists)]) for edges in every)
    return [steps for steps in taken_apart if steps is not None]


def _neighbours(vertex: int, edges: list[tuple[int, int]]) -> int:
    return sum(1 << (a if b == vertex else b) for a, b in edges if vertex in (a, b))


def _take_apart(neighbours: list[int]) -> list[tuple[int, int]] | None:
    left, steps = (1 << len(neighbours)) - 1, []
    while left:
        for vertex in range(len(neighbours)):
            near = neighbours[vertex] & left
            held = range(len(neighbours))
            if left >> vertex & 1 and all(near & ~(neighbours[i] | 1 << i) == 0 for i in held if near >> i & 1):
                steps.append((near | 1 << vertex, near))
                left &= ~(1 << vertex)
                break
        else:
            return None
    return steps


def _log_tables(cells: Cells, missing: Integers, weight: float) -> Floats:
    """Log likelihood of the table of each set of lists alone, at each number missing; shape (2**lists, missing).

    A Dirichlet-multinomial without its coefficient: the weight of a cell of the smaller table is that of the cells
    of the whole that fall into it (hyper-Dirichlet: Dawid and Lauritzen 1993).
    """
    whole = weight * 2**cells.lists
    scale = gammaln(whole) - gammaln(cells.people + missing + whole)
    tables = np.zeros((2**cells.lists, len(missing)))
    combination = list_combinations(cells.lists)
    for held in range(1, 2**cells.lists):
        size = held.bit_count()
        each = whole / 2**size
        seen = np.bincount(combination & held, weights=cells.counts, minlength=2**cells.lists)
        parts = [part for part in range(1, held + 1) if part & held == part]
        tables[held] = scale + gammaln(seen[0] + missing + each) - gammaln(each)
        tables[held] += np.sum(gammaln(seen[parts] + each) - gammaln(each))
    return tables


def _log_prior(total: Integers, prior: tuple[float, float] | None) -> Floats:
    if prior is None:
        return -np.log(total)
    shape, scale = prior
    spread = gammaln(total + shape) - gammaln(total + 1) - gammaln(shape)
    return np.asarray(spread + total * np.log(scale) - (total + shape) * np.log1p(scale))


def _summary(total: Integers, probability: Floats, models: dict[str, float], confidence: float) -> Averaged:
    reached = np.cumsum(probability)
    low, median, high = (
        int(total[min(int(np.searchsorted(reached, share)), len(total) - 1)])
        for share in (0.5 - confidence / 2, 0.5, 0.5 + confidence / 2)
    )
    return Averaged(
        total=total,
        probability=probability,
        models=models,
        low=low,
        median=median,
        high=high,
        mode=int(total[np.argmax(probability)]),
        least_relative_error=float(np.sum(probability / total) / np.sum(probability / total**2)),
        at_edge=float(probability[-1] / probability.max()),
    )
