"""Log-linear rates: how the rate of events per exposure goes with each column.

Newton's method on Poisson counts with offset log exposure (McCullagh and Nelder 1989). Counts of stops
clump, so the standard errors to use are the quasi-Poisson ones, wider by the root of the dispersion X^2/df
(Wedderburn 1974).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from evenhand.maths import absorb

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PoissonFit:
    """A fitted log-linear model, coefficients in the order of the design's columns.

    `dispersion` is Pearson's X^2 over `df_residual`; `se_quasi` is `se_model` times its root. `cells`
    counts the cells fitted; `effects_dropped` counts effects without a single event, which say nothing of
    the columns.
    """

    coef: Floats
    se_model: Floats
    dispersion: float
    se_quasi: Floats
    covariance: Floats
    deviance: float
    pearson: float
    df_residual: int
    cells: int
    iterations: int
    effects_dropped: int


@dataclass(frozen=True, slots=True)
class _Data:
    design: Floats
    counts: Floats
    offset: Floats
    effect: absorb.Groups | None
    effects_dropped: int

    @property
    def df_residual(self) -> int:
        effects = 0 if self.effect is None else self.effect.count
        return int(len(self.counts) - self.design.shape[1] - effects)


def fit(design: ArrayLike, counts: ArrayLike, exposure: ArrayLike, effect: ArrayLike | None = None) -> PoissonFit:
    """Fit counts with mean exposure exp(design @ coef), shape (n, p); the intercept is a column of the caller's.

    `effect` labels cells for a full set of effects that are absorbed: then the design holds no intercept.
    Raises ValueError on exposure that is not positive (with how many cells), collinear columns, no residual
    degrees of freedom, or a likelihood without a finite maximum.
    """
    data = _read(design, counts, exposure, effect)
    coef, linear = _start(data)
    top = absorb.maximise(
        data.design,
        data.effect,
        slope=lambda log_mean: (np.exp(log_mean), data.counts - np.exp(log_mean)),
        deviance=lambda log_mean: _deviance(data.counts, log_mean),
        coef=coef,
        linear=linear,
    )
    mean = np.exp(top.linear)
    covariance = absorb.inverse(top.step.information)
    pearson = float(np.sum((data.counts - mean) ** 2 / mean))
    dispersion = pearson / data.df_residual
    se_model = np.sqrt(np.diag(covariance))
    return PoissonFit(
        coef=top.coef,
        se_model=se_model,
        dispersion=dispersion,
        se_quasi=se_model * np.sqrt(dispersion),
        covariance=covariance,
        deviance=_deviance(data.counts, top.linear),
        pearson=pearson,
        df_residual=data.df_residual,
        cells=len(data.counts),
        iterations=top.iterations,
        effects_dropped=data.effects_dropped,
    )


def _start(data: _Data) -> tuple[Floats, Floats]:
    """Coefficients and log means to climb from: one weighted least-squares fit to the log rates seen."""
    # a tenth of an event keeps the log of an empty cell finite, as R's glm does
    seen = data.counts + 0.1
    log_rate = np.log(seen) - data.offset + (data.counts - seen) / seen
    step = absorb.newton_step(data.design, seen, seen * log_rate, data.effect)
    return step.columns, data.offset + absorb.predictor(data.design, step, data.effect)


def _deviance(counts: Floats, log_mean: Floats) -> float:
    return 2 * float(np.sum(xlogy(counts, counts) - counts * log_mean - counts + np.exp(log_mean)))


def _read(design: ArrayLike, counts: ArrayLike, exposure: ArrayLike, effect: ArrayLike | None) -> _Data:
    columns, events, base = (np.asarray(part, dtype=np.float64) for part in (design, counts, exposure))
    _hold(columns, events, base)
    keep, dropped = np.ones(len(events), dtype=np.bool_), 0
    if effect is not None:
        places = absorb.groups(effect)
        empty = places.sums(events) == 0
        keep, dropped = ~empty[places.codes], int(empty.sum())
    if not np.any(events[keep] > 0):
        raise ValueError(f"no events in {len(events)} cells: there is nothing to fit")
    data = _Data(
        columns[keep],
        events[keep],
        np.log(base[keep]),
        None if effect is None else absorb.groups(np.asarray(effect)[keep]),
        dropped,
    )
    if data.df_residual <= 0:
        raise ValueError(
            f"{len(data.counts)} cells leave {data.df_residual} degrees of freedom: no dispersion can be had"
        )
    return data


def _hold(columns: Floats, events: Floats, base: Floats) -> None:
    if columns.ndim != 2 or events.shape != base.shape or events.shape != (len(columns),):
        raise ValueError(f"design {columns.shape}, counts {events.shape}, exposure {base.shape}: give one row a cell")
    if not np.all(np.isfinite(columns)):
        raise ValueError(f"{int(np.sum(~np.isfinite(columns)))} entries of the design are not finite: set them aside")
    if not np.all(base > 0) or not np.all(np.isfinite(base)):
        bad = int(np.sum(~((base > 0) & np.isfinite(base))))
        raise ValueError(
            f"{bad} of {len(base)} cells have exposure that is not positive: set them aside, with their count"
        )
    if not np.all(events >= 0) or not np.all(np.isfinite(events)):
        raise ValueError(f"{int(np.sum(~(events >= 0)))} cells have counts that are negative or not numbers")
