"""Model search: which of all models has the lowest BIC, for many tables of the same lists at once.

Exact, by branch and bound (Land and Doig 1960): every model gets a floor under its BIC, and only those whose floor is
under the best fit so far are fitted. The first floor is that of what a model lacks, for no model fits better than
the largest one without the same pair of lists; the second is its own, from one Newton step that all tables share
(`loglinear`). A few in a thousand are left to fit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import existence, loglinear
from evenhand.maths.multiple_systems import Ranking, bic

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

# as many models, best on the ranking's own table first, are fitted to each table before floors are worked out
FIRST = 10
# a model without a finite maximum is stopped closer than this to what it would reach
SLACK = 1e-6
# means held at a time while floors are worked out: as many as stay in a processor's cache
BLOCK = 200_000
# products of matrices beyond this size are shared out to threads, which costs more than it gains on small ones
PRODUCT = 200_000


@dataclass(frozen=True, slots=True)
class Best:
    """The model of lowest BIC for each table: its BIC, its place in the ranking and the total of people.

    Where no model has an answer the place is -1 and the others are infinite. Arrays of shape (tables,).
    """

    bic: Floats
    place: Places
    total: Floats

    @classmethod
    def none(cls, tables: int) -> "Best":
        """No model yet."""
        return cls(np.full(tables, np.inf), np.full(tables, -1, dtype=np.intp), np.full(tables, np.inf))


@dataclass(frozen=True, slots=True)
class _Search:
    """Tables (tables, cells) whose empty terms are the same, so that each model is reduced alike in all of them."""

    ranking: Ranking
    design: Floats
    tables: Floats
    parts: existence.Reduced
    parameters: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Models to try on tables, by their places."""

    table: Places
    model: Places


def lowest(ranking: Ranking, design: Floats, tables: Floats) -> Best:
    """The best of the ranking's models for each table of counts, shape (tables, cells).

    `design` (cells, terms) belongs to the terms of the ranking, whose own fits are where the search starts. A model
    counts only where it has an answer in that table.
    """
    best = Best.none(len(tables))
    empty, group = np.unique(tables @ design == 0, axis=0, return_inverse=True)
    for number, terms in enumerate(empty):
        rows = np.flatnonzero(group.ravel() == number)
        parts = existence.reduced(design, ranking.models, terms)
        found = _best(_Search(ranking, design, tables[rows], parts, ranking.models.sum(axis=1)))
        best.bic[rows], best.place[rows], best.total[rows] = found.bic, found.place, found.total
    return best


def _best(search: _Search) -> Best:
    best = Best.none(len(search.tables))
    for first in range(0, len(search.parameters), FIRST):
        without = np.flatnonzero(best.place < 0)
        if not len(without):
            break
        some = np.arange(first, min(first + FIRST, len(search.parameters)))
        best = _tried(search, _Pairs(np.repeat(without, len(some)), np.tile(some, len(without))), best)
    return _tried(search, _left(search, best.bic), best)


def _tried(search: _Search, pairs: _Pairs, best: Best) -> Best:
    """The best after fitting models to tables, each given up where it cannot win; only those with an answer count."""
    if not len(pairs.table):
        return best
    counts, parameters = search.tables[pairs.table], search.parameters[pairs.model]
    finite, kept = search.parts.finite[pairs.model], search.parts.kept[pairs.model]
    ceiling = (best.bic[pairs.table] - bic(counts, parameters, np.zeros(len(counts)))) / 2
    start = search.ranking.coef[pairs.model]
    reached = loglinear.maximise(loglinear.Problems(search.design, finite, kept, counts, start), ceiling)
    criterion = bic(counts, parameters, reached.value)
    wins = np.flatnonzero(reached.settled & (criterion < best.bic[pairs.table]))
    parts = existence.Reduced(finite[wins], kept[wins])
    answers = existence.identifiable(search.design, parts)
    answers &= existence.has_maximum(search.design, parts, reached.only(wins), counts[wins])
    wins = wins[answers]
    # each table's lowest comes last, and is what stays
    wins = wins[np.argsort(-criterion[wins], kind="stable")]
    table, after = pairs.table[wins], Best(best.bic.copy(), best.place.copy(), best.total.copy())
    after.bic[table], after.place[table] = criterion[wins], pairs.model[wins]
    after.total[table] = counts[wins].sum(axis=1) + np.exp(reached.coef[wins, 0])
    return after


def _left(search: _Search, ceiling: Floats) -> _Pairs:
    """The models whose floor is under the ceiling (tables,) of a table."""
    pairs = np.flatnonzero(np.bitwise_count(search.ranking.terms) == 2)
    values = _without(search, pairs)
    models, tables = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
    block = max(16, BLOCK // search.tables.size)
    for some, places in loglinear.alike(search.parts.finite, np.arange(len(search.parameters)), block):
        parameters = search.parameters[some][:, None]
        value = np.broadcast_to(values[0], (len(some), len(ceiling)))
        for pair, least in zip(pairs, values[1:], strict=True):
            value = np.where(search.ranking.models[some, pair, None], value, np.maximum(value, least))
        may = bic(search.tables, parameters, value) < ceiling
        of, at = np.flatnonzero(may.any(axis=1)), np.flatnonzero(may.any(axis=0))
        if not len(of):
            continue
        value = np.maximum(value[np.ix_(of, at)], _floors(search, some[of], places[of], at))
        model, table = np.nonzero(bic(search.tables[at], parameters[of], value) < ceiling[at])
        models.append(some[of][model])
        tables.append(at[table])
    return _Pairs(np.concatenate(tables), np.concatenate(models))


def _without(search: _Search, pairs: Places) -> Floats:
    """The value of the largest model, then of the largest without each pair, in each table: shape (1 + pairs, tables).

    No model without the pair can have a lower value.
    """
    terms = search.ranking.terms
    largest = np.ones((1 + len(pairs), len(terms)), dtype=bool)
    largest[1:] = terms & terms[pairs][:, None] != terms[pairs][:, None]
    parts = existence.reduced(search.design, largest, search.tables.sum(axis=0) @ search.design == 0)
    each = np.repeat(np.arange(len(largest)), len(search.tables))
    counts = np.tile(search.tables, (len(largest), 1))
    problems = loglinear.Problems(search.design, parts.finite[each], parts.kept[each], counts)
    return loglinear.maximise(problems).value.reshape(len(largest), -1) - SLACK


def _floors(search: _Search, models: Places, places: Places, tables: Places) -> Floats:
    """The floor under each model's value in each table, by one Newton step from the ranking's fit; (models, tables)."""
    kept = search.parts.kept[models]
    design = loglinear.stacked(search.design, places, kept)
    coef = np.take_along_axis(search.ranking.coef[models], places, axis=1)
    mean = np.where(kept, np.exp(np.einsum("fcp,fp->fc", design, coef)), 0.0)
    hat = design @ np.linalg.inv(loglinear.information(design, mean)) @ np.swapaxes(design, 1, 2)
    rest = (1 - np.einsum("fcd,fd->fc", hat, mean))[:, None, :]
    rows = max(1, PRODUCT // hat.shape[1] ** 2)
    parts = (search.tables[tables[first : first + rows]] for first in range(0, len(tables), rows))
    return np.concatenate([loglinear.floor(mean[:, None, :] * (part @ hat + rest)) for part in parts], axis=1)
