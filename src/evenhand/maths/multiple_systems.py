"""Multiple systems: how many people did all lists together miss, if lists go together as a model says?

Log-linear models of the cells seen, Poisson likelihood (Fienberg 1972; Bishop, Fienberg and Holland 1975): the
constant is the log of the number on no list. Different models that fit about as well give numbers far apart, so
one model is never the answer: `fan` gives several, `reselection` an interval that allows for the choice. Parameters
at minus infinity and models without an answer: Chan, Silverman and Vincent (2021).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri, xlogy
from scipy.stats import poisson

from evenhand.maths import existence, hierarchy, loglinear
from evenhand.maths.hierarchy import Model
from evenhand.maths.lists import Cells, hold

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Bales, Hesketh and Silverman (2015) add a pair of lists while its p is below the first; a stricter second beside it
STEPWISE = (0.02, 0.001)


@dataclass(frozen=True, slots=True)
class LogLinear:
    """One model's answer: `total` people, seen or not, with Wald ends on the log of the number missed.

    `coef` belongs to the terms `finite`, the constant first; the terms in `minus_infinity` are lists that no person
    has together. The interval knows nothing of the choice of model. `bic` counts people, as Rcapture does (Baillargeon
    and Rivest 2007), and parameters at minus infinity too.
    """

    model: Model
    finite: Model
    coef: Floats
    minus_infinity: Model
    people: int
    total: float
    low: float
    high: float
    se_log_missing: float
    deviance: float
    bic: float

    @property
    def name(self) -> str:
        """The model by its largest terms, as "[12,3]"."""
        return hierarchy.named(self.model)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every model that has an answer, lowest BIC first: `models` (models, terms), `total` and `bic` (models,).

    `coef` (models, terms) is 0 outside a model; `refused` counts models without a finite or a single answer.
    """

    terms: Integers
    models: Flags
    coef: Floats
    total: Floats
    bic: Floats
    refused: int

    def model(self, rank: int) -> Model:
        """The model at a rank, from 0."""
        return tuple(int(term) for term in self.terms[self.models[rank]])


@dataclass(frozen=True, slots=True)
class Fan:
    """Answers of several models to the same cells, by how each was chosen, and the range of their totals.

    `without` holds choices that have no answer, each with the reason.
    """

    answers: dict[str, LogLinear]
    without: dict[str, str]
    low: float
    high: float


def fit(cells: Cells, model: Model | str, confidence: float = 0.95) -> LogLinear:
    """Fit one hierarchical model, given by its terms or by a name such as "[12,3]".

    Raises ValueError on a model whose parameters the cells do not tell apart, and on one whose likelihood has no finite
    maximum. Whether the cells can say anything at all is `lists.hold`, which `fan` asks.
    """
    whole = hierarchy.read(model, cells.lists) if isinstance(model, str) else hierarchy.closed(model, cells.lists)
    design, counts = hierarchy.design(cells.lists, np.array(whole)), _counts(cells)
    models = existence.reduced(design, np.ones((1, len(whole)), dtype=bool), counts @ design == 0)
    if not existence.identifiable(design, models)[0]:
        raise ValueError(f"{hierarchy.named(whole)}: the cells do not tell its parameters apart, take a smaller model")
    reached = loglinear.maximise(loglinear.Problems(design, models.finite, models.kept, counts[None]))
    if not existence.has_maximum(design, models, reached, counts[None])[0]:
        raise ValueError(f"{hierarchy.named(whole)}: the likelihood has no finite maximum, take a smaller model")
    finite, kept = models.finite[0], models.kept[0]
    coef, columns = reached.coef[0, finite], design[kept][:, finite]
    variance = np.linalg.inv(columns.T @ (columns * np.exp(columns @ coef)[:, None]))[0, 0]
    reach = float(ndtri(0.5 + confidence / 2)) * float(np.sqrt(variance))
    missing = float(np.exp(coef[0]))
    return LogLinear(
        model=whole,
        finite=tuple(term for term, there in zip(whole, finite, strict=True) if there),
        coef=coef,
        minus_infinity=tuple(term for term, there in zip(whole, finite, strict=True) if not there),
        people=cells.people,
        total=cells.people + missing,
        low=cells.people + missing * float(np.exp(-reach)),
        high=cells.people + missing * float(np.exp(reach)),
        se_log_missing=float(np.sqrt(variance)),
        deviance=float(2 * (reached.value[0] - np.sum(counts - xlogy(counts, counts)))),
        bic=float(bic(counts[None], np.array([len(whole)]), reached.value)[0]),
    )


def bic(counts: Floats, parameters: Integers, value: Floats) -> Floats:
    """Parameters times log people - 2 log likelihood; counts (fits, cells), `value` sum(mean - y log mean)."""
    return np.asarray(parameters * np.log(counts.sum(axis=-1)) + 2 * (value + gammaln(counts + 1).sum(axis=-1)))


def rank(cells: Cells, order: int | None = None) -> Ranking:
    """Fit every hierarchical model of terms up to `order`: 2, and 3 with four or five lists, unless given.

    Raises ValueError on over 6 lists, and when no model has an answer.
    """
    highest = hierarchy.order_of(cells) if order is None else order
    terms = hierarchy.terms(cells.lists, highest)
    design, models = hierarchy.design(cells.lists, terms), hierarchy.every_model(cells.lists, highest)
    counts = _counts(cells)
    parts = existence.reduced(design, models, counts @ design == 0)
    every = np.broadcast_to(counts, parts.kept.shape)
    reached = loglinear.maximise(loglinear.Problems(design, parts.finite, parts.kept, every))
    answers = existence.identifiable(design, parts) & existence.has_maximum(design, parts, reached, every)
    if not answers.any():
        raise ValueError(f"none of {len(models)} models has a finite answer: the lists share too few people")
    criterion = bic(every, models.sum(axis=1), reached.value)
    by_bic = np.flatnonzero(answers)[np.argsort(criterion[answers], kind="stable")]
    coef = reached.coef[by_bic]
    total = cells.people + np.exp(coef[:, 0])
    return Ranking(terms, models[by_bic], coef, total, criterion[by_bic], int(np.sum(~answers)))


def lowest_bic(cells: Cells, order: int | None = None, confidence: float = 0.95) -> LogLinear:
    """The model of lowest BIC among all that `rank` looks at."""
    return fit(cells, rank(cells, order).model(0), confidence)


def stepwise(cells: Cells, threshold: float = STEPWISE[0], confidence: float = 0.95) -> LogLinear:
    """From independence, add the pair of lists that is least like chance while its p is below the threshold.

    Bales, Hesketh and Silverman (2015), as in Chan, Silverman and Vincent (2021): p is the smaller Poisson tail of the
    number on both lists, given its mean under the model so far; pairs that leave no answer are passed over.
    Raises ValueError when even independence has no answer.
    """
    current = fit(cells, hierarchy.main_effects(cells.lists), confidence)
    while True:
        wider = _next_pair(cells, current, threshold, confidence)
        if wider is None:
            return current
        current = wider


def fan(cells: Cells, confidence: float = 0.95) -> Fan:
    """Independence, stepwise at 0.02 and 0.001, and the lowest BIC of all models where they can be looked at.

    Raises ValueError on cells that cannot say, and when no choice has an answer.
    """
    hold(cells)
    choices: dict[str, Callable[[], LogLinear]] = {
        "independent lists": lambda: fit(cells, hierarchy.main_effects(cells.lists), confidence),
        "lowest BIC": lambda: lowest_bic(cells, None, confidence),
        **{f"stepwise, p {p:g}": partial(stepwise, cells, p, confidence) for p in STEPWISE},
    }
    answers, without = {}, {}
    for name, choice in choices.items():
        try:
            answers[name] = choice()
        except ValueError as why:
            without[name] = str(why)
    if not answers:
        raise ValueError("; ".join(f"{name}: {why}" for name, why in without.items()))
    totals = [answer.total for answer in answers.values()]
    return Fan(answers, without, min(totals), max(totals))


def _counts(cells: Cells) -> Floats:
    if not cells.people:
        raise ValueError("no people in any cell: there is nothing to fit")
    return cells.counts.astype(np.float64)


def _next_pair(cells: Cells, current: LogLinear, threshold: float, confidence: float) -> LogLinear | None:
    """The model with the least likely pair that has an answer, or None when no pair is unlikely enough."""
    for pair in _unlikely(cells, current, threshold):
        try:
            return fit(cells, (*current.model, pair), confidence)
        except ValueError:
            continue
    return None


def _unlikely(cells: Cells, current: LogLinear, threshold: float) -> Iterator[int]:
    """Pairs outside the model with p below the threshold, least likely first."""
    mean = np.exp(hierarchy.design(cells.lists, np.array(current.finite)) @ current.coef)
    if current.minus_infinity:
        mean[hierarchy.design(cells.lists, np.array(current.minus_infinity)).any(axis=1)] = 0
    pairs = [1 << i | 1 << j for i, j in combinations(range(cells.lists), 2)]
    outside = np.array([pair for pair in pairs if pair not in current.model], dtype=np.int64)
    both = hierarchy.design(cells.lists, outside)
    seen, expected = cells.counts @ both, mean @ both
    p = np.minimum(poisson.cdf(seen, expected), poisson.sf(seen - 1, expected))
    # where p underflows to 0 the deviance still tells which pair is further from chance
    far = xlogy(seen, seen) - xlogy(seen, expected) - seen + expected
    for place in np.lexsort((-far, p)):
        if p[place] < threshold:
            yield int(outside[place])
