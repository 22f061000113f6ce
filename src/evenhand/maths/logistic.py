"""Logistic regression: how the odds of a yes go with each column, on grouped counts.

Newton's method (iteratively reweighted least squares; McCullagh and Nelder 1989) on binomial counts, so
that a tally of a million stops is a few thousand rows. Date-clustered variance: Liang and Zeger (1986).
Separation: Konis (2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from evenhand.maths import absorb

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """A fitted logistic model, coefficients in the order of the design's columns.

    `deviance` is -2 log likelihood of the single yes and no, so merging rows does not change it. `n` counts
    trials, those of dropped effects left out; `effects_dropped` counts effects that were all yes or all no.
    """

    coef: Floats
    se_model: Floats
    se_cluster: Floats | None
    covariance: Floats
    covariance_cluster: Floats | None
    deviance: float
    n: int
    clusters: int | None
    iterations: int
    effects_dropped: int


@dataclass(frozen=True, slots=True)
class _Data:
    design: Floats
    successes: Floats
    trials: Floats
    effect: absorb.Groups | None
    cluster: absorb.Groups | None
    effects_dropped: int


def fit(
    design: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    cluster: ArrayLike | None = None,
    effect: ArrayLike | None = None,
) -> LogisticFit:
    """Fit successes out of trials on the design, shape (n, p); the intercept is a column of the caller's.

    `cluster` labels rows for the clustered variance. `effect` labels rows for a full set of effects that
    are absorbed: then the design holds no intercept. Raises ValueError on impossible counts, collinear
    columns, or a likelihood without a finite maximum (see `separates`).
    """
    data = _read(design, successes, trials, cluster, effect)
    top = absorb.maximise(
        data.design,
        data.effect,
        slope=lambda log_odds: _slope(data, log_odds),
        deviance=lambda log_odds: _deviance(data, log_odds),
        coef=np.zeros(data.design.shape[1]),
        linear=np.zeros(len(data.trials)),
    )
    covariance = absorb.inverse(top.step.information)
    clustered = (
        None
        if data.cluster is None
        else absorb.sandwich(data.design, _slope(data, top.linear)[1], top.step, data.effect, data.cluster)
    )
    return LogisticFit(
        coef=top.coef,
        se_model=np.sqrt(np.diag(covariance)),
        se_cluster=None if clustered is None else np.sqrt(np.diag(clustered)),
        covariance=covariance,
        covariance_cluster=clustered,
        deviance=_deviance(data, top.linear),
        n=int(data.trials.sum()),
        clusters=None if data.cluster is None else data.cluster.count,
        iterations=top.iterations,
        effects_dropped=data.effects_dropped,
    )


def separates(design: ArrayLike, successes: ArrayLike, trials: ArrayLike) -> int | None:
    """Index of the first column along which the data separate, wholly or nearly; None when none does.

    Konis (2007): a direction b with x'b >= 0 in rows all yes, <= 0 in rows all no and = 0 in mixed rows,
    not 0 everywhere, is one along which the likelihood never stops rising. A constant column is named only
    when alone.
    """
    data = _read(design, successes, trials, None, None)
    columns = data.design / np.maximum(np.abs(data.design).max(axis=0), np.finfo(np.float64).tiny)
    pure = (data.successes == 0) | (data.successes == data.trials)
    if np.linalg.matrix_rank(columns[~pure]) == columns.shape[1]:
        return None
    sign = np.where(data.successes > 0, 1.0, -1.0)
    direction = _separating_direction(np.unique(columns[pure] * sign[pure, None], axis=0), columns[~pure])
    return None if direction is None else _first_named(direction, columns)


def variance_inflation(design: ArrayLike, column: int, weights: ArrayLike | None = None) -> float:
    """How many times over the other columns inflate the variance of this one: 1/(1 - R squared), weighted.

    Marquardt (1970). The other columns should hold the intercept. Raises ValueError for a column that is
    constant or a combination of the others.
    """
    columns = np.asarray(design, dtype=np.float64)
    root = np.sqrt(np.ones(len(columns)) if weights is None else np.asarray(weights, dtype=np.float64))
    target, others = columns[:, column], np.delete(columns, column, axis=1)
    spread = float(np.sum((root * (target - np.average(target, weights=root**2))) ** 2))
    coef = np.linalg.lstsq(others * root[:, None], target * root)[0]
    left = float(np.sum((root * (target - others @ coef)) ** 2))
    if spread == 0 or left < absorb.COLLINEAR * spread:
        raise ValueError(f"column {column} is constant or a combination of the others: its variance has no finite size")
    return spread / left


def _slope(data: _Data, log_odds: Floats) -> tuple[Floats, Floats]:
    """Weight and residual of each row."""
    chance = expit(log_odds)
    return data.trials * chance * (1 - chance), data.successes - data.trials * chance


def _deviance(data: _Data, log_odds: Floats) -> float:
    softplus = np.maximum(log_odds, 0) + np.log1p(np.exp(-np.abs(log_odds)))
    return 2 * float(data.trials @ softplus - data.successes @ log_odds)


def _separating_direction(pure: Floats, mixed: Floats) -> Floats | None:
    from scipy.optimize import linprog

    answer = linprog(
        -pure.sum(axis=0),
        A_ub=-pure,
        b_ub=np.zeros(len(pure)),
        A_eq=mixed if len(mixed) else None,
        b_eq=np.zeros(len(mixed)) if len(mixed) else None,
        bounds=(-1, 1),
        method="highs",
    )
    # with b boxed at 1 a true direction parts some row by far more than the solver's slack of 1e-7
    if answer.x is None or float((pure @ answer.x).max(initial=0.0)) < 1e-5:
        return None
    return np.asarray(answer.x)


def _first_named(direction: Floats, columns: Floats) -> int:
    part = np.abs(direction) > 1e-6
    varying = np.ptp(columns, axis=0) > 0
    return int(np.argmax(part & varying if np.any(part & varying) else part))


def _read(
    design: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    cluster: ArrayLike | None,
    effect: ArrayLike | None,
) -> _Data:
    columns, yes, of = (np.asarray(part, dtype=np.float64) for part in (design, successes, trials))
    _hold(columns, yes, of)
    keep = of > 0
    dropped = 0
    if effect is not None:
        places = absorb.groups(effect)
        yes_by, of_by = places.sums(yes), places.sums(of)
        empty = (yes_by == 0) | (yes_by == of_by)
        dropped = int(np.sum(empty & (of_by > 0)))
        keep = keep & ~empty[places.codes]
    if not keep.any():
        raise ValueError("every trial is yes or every trial is no: there is nothing to fit")
    return _Data(
        columns[keep],
        yes[keep],
        of[keep],
        None if effect is None else absorb.groups(np.asarray(effect)[keep]),
        None if cluster is None else absorb.groups(np.asarray(cluster)[keep]),
        dropped,
    )


def _hold(columns: Floats, yes: Floats, of: Floats) -> None:
    if columns.ndim != 2 or yes.shape != of.shape or yes.shape != (len(columns),):
        raise ValueError(f"design {columns.shape}, successes {yes.shape}, trials {of.shape}: give one row a cell")
    if not np.all(np.isfinite(columns)):
        raise ValueError(f"{int(np.sum(~np.isfinite(columns)))} entries of the design are not finite: set them aside")
    if not np.all((yes >= 0) & (yes <= of)):
        raise ValueError(f"{int(np.sum(~((yes >= 0) & (yes <= of))))} cells have successes outside 0 to trials")
