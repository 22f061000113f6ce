"""Absorbed effects: many places in one model at the price of a few columns.

In a Newton step the block of place effects is diagonal, so it is eliminated exactly (Schur complement) and
only the few columns of interest are solved for. `logistic` and `poisson` stand on this step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

# a column whose information falls below this share of what it had alone is a combination of the others
COLLINEAR = 1e-10
# a fit settles in 4 to 12 steps; one that has not in 30 is on its way to infinity
MOST_STEPS = 30
# the largest move of any row's linear predictor at which a fit has settled; one more step would square it
SETTLED = 1e-8
# steps are halved while the deviance rises by more than rounding alone may lift it close to the maximum
ROUNDING, SMALLEST_STEP = 1e-9, 1e-6


@dataclass(frozen=True, slots=True)
class Groups:
    """Which rows belong to which group, for summing by group in one pass."""

    codes: NDArray[np.intp]
    count: int
    indicator: csr_array

    def sums(self, values: Floats) -> Floats:
        """Sum the rows of `values` (one or two dimensions) by group."""
        return np.asarray(self.indicator @ values)


@dataclass(frozen=True, slots=True)
class Step:
    """One Newton step: for the columns, for the effects, and what it was solved from.

    `information` is that of the columns with the effects eliminated; `centre` holds, by effect, the
    weighted mean of each column, so that `design - centre[codes]` are the columns with the effects taken
    out.
    """

    columns: Floats
    effects: Floats
    information: Floats
    centre: Floats


def groups(labels: ArrayLike) -> Groups:
    """Group rows by equal labels."""
    distinct, codes = np.unique(np.asarray(labels), return_inverse=True)
    rows = np.arange(len(codes))
    indicator = csr_array((np.ones(len(codes)), (codes, rows)), shape=(len(distinct), len(codes)))
    return Groups(codes.astype(np.intp), len(distinct), indicator)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a likelihood is largest: coefficients, linear predictor, the last step and the number of steps."""

    coef: Floats
    linear: Floats
    step: Step
    iterations: int


def maximise(
    design: Floats,
    effect: Groups | None,
    slope: Callable[[Floats], tuple[Floats, Floats]],
    deviance: Callable[[Floats], float],
    coef: Floats,
    linear: Floats,
) -> Maximum:
    """Climb to the largest likelihood from `coef` and its `linear` predictor by Newton steps, halved while they fall.

    `slope` gives each row's weight and residual at a linear predictor, `deviance` -2 log likelihood. Raises
    ValueError when the likelihood has no finite maximum.
    """
    reached = deviance(linear)
    for iteration in range(1, MOST_STEPS + 1):
        step = newton_step(design, *slope(linear), effect)
        move = predictor(design, step, effect)
        if float(np.abs(move).max(initial=0.0)) < SETTLED:
            return Maximum(coef + step.columns, linear + move, step, iteration)
        size, reached = _downhill(deviance, linear, move, reached)
        coef, linear = coef + size * step.columns, linear + size * move
    raise ValueError(f"no finite maximum in {MOST_STEPS} steps: a column separates the outcomes, leave it out")


def _downhill(deviance: Callable[[Floats], float], linear: Floats, move: Floats, bound: float) -> tuple[float, float]:
    """Share of the move to take so that the deviance does not rise, and the deviance there."""
    size = 1.0
    with np.errstate(over="ignore"):  # a step too far has infinite deviance, and is halved
        while True:
            reached = deviance(linear + size * move)
            if reached <= bound + ROUNDING * (1 + abs(bound)) or size < SMALLEST_STEP:
                return size, reached
            size /= 2


def predictor(design: Floats, step: Step, effect: Groups | None) -> Floats:
    """Each row's linear predictor from the columns and effects of a step."""
    linear = design @ step.columns
    return linear if effect is None else linear + step.effects[effect.codes]


def newton_step(design: Floats, weight: Floats, residual: Floats, effect: Groups | None) -> Step:
    """Solve one Newton step; shapes: design (n, p), weight and residual (n,).

    Raises ValueError naming a column that is a combination of the others (or of the effects).
    """
    weighted = design * weight[:, None]
    information = alone = design.T @ weighted
    score = design.T @ residual
    if effect is None:
        columns = _solve(information, score, alone)
        return Step(columns, np.zeros(0), information, np.zeros((0, design.shape[1])))
    total, by_effect = effect.sums(weight), effect.sums(weighted)
    centre = by_effect / total[:, None]
    effect_score = effect.sums(residual)
    information = alone - by_effect.T @ centre
    columns = _solve(information, score - centre.T @ effect_score, alone)
    return Step(columns, effect_score / total - centre @ columns, information, centre)


def inverse(information: Floats) -> Floats:
    """Invert an information matrix, scaled to a unit diagonal on the way."""
    scale = np.sqrt(np.diag(information))
    return np.asarray(np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale))


def sandwich(design: Floats, residual: Floats, step: Step, effect: Groups | None, cluster: Groups) -> Floats:
    """Cluster-robust covariance G/(G-1) B^-1 (sum of s s') B^-1, s the score of a cluster.

    Liang and Zeger (1986). With effects it is the columns' block of the whole matrix, got from the columns
    with the effects taken out. Raises ValueError for fewer than 2 clusters.
    """
    if cluster.count < 2:
        raise ValueError(f"{cluster.count} cluster: a clustered variance needs at least 2")
    columns = design if effect is None else design - step.centre[effect.codes]
    scores = cluster.sums(columns * residual[:, None])
    bread = inverse(step.information)
    return np.asarray(cluster.count / (cluster.count - 1) * bread @ (scores.T @ scores) @ bread)


def _solve(information: Floats, score: Floats, alone: Floats) -> Floats:
    scale = np.sqrt(np.diag(alone))
    own = np.where(scale > 0, scale, 1)
    strength, directions = np.linalg.eigh(information / np.outer(own, own))
    if not strength[0] > COLLINEAR:
        raise ValueError(
            f"column {int(np.argmax(np.abs(directions[:, 0])))} is 0 throughout, a combination of the other columns "
            "or the effects, or separates the outcomes: leave it out"
        )
    return np.asarray(directions @ (directions.T @ (score / own) / strength) / own)
