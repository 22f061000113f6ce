"""Many small log-linear fits at once, each with a floor under what its likelihood could still reach.

Poisson counts with log mean linear in 0/1 columns (Bishop, Fienberg and Holland 1975), by Newton steps. The largest
likelihood is the entropy problem seen from the other side: for any m >= 0 with the data's margins, X'm = X'y,

    min over b of sum(exp(Xb) - y Xb)   is at least   sum(m - m log m)

(Fenchel duality; Csiszar 1975). A Newton step gives such an m for nothing, the linearised means, so that a fit that
cannot win is known before it is finished, and m > 0 throughout proves that a finite maximum exists (Fienberg and
Rinaldo 2012, theorem 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

# fits without a finite maximum lose a factor e a step in the cells that vanish: 60 steps are beyond any other's need
MOST_STEPS = 60
# squared length of a step in standard errors below which a fit has settled; the next would square it again
SETTLED = 1e-16
# where there is no maximum some means go to 0 and end below SETTLED: a mean above this is not one of them
SURELY_POSITIVE = 1e-12
# keeps a singular step solvable; where a fit settles does not depend on it
RIDGE = 1e-10
ROUNDING, SMALLEST_STEP = 1e-9, 1e-6
# fits held at a time: some 50 MB
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Problems:
    """Fits to make: for each, which columns of one design are in it, which cells, and the counts.

    `design` has shape (cells, columns), `inside` (fits, columns), `kept` and `counts` (fits, cells); `start`
    (fits, columns) is a first guess of the coefficients, by least squares on the log counts where there is none.
    """

    design: Floats
    inside: Flags
    kept: Flags
    counts: Floats
    start: Floats | None = None

    def __len__(self) -> int:
        return len(self.inside)


@dataclass(frozen=True, slots=True)
class Maxima:
    """What was reached: coefficients (fits, columns), 0 outside the fit, and sum(mean - y log mean).

    `least_mean` is the smallest mean of a cell that is kept. `settled` is false for fits given up, by the ceiling or
    for want of a finite maximum.
    """

    coef: Floats
    value: Floats
    least_mean: Floats
    settled: Flags

    def only(self, fits: Places) -> "Maxima":
        """Some of the fits."""
        return Maxima(self.coef[fits], self.value[fits], self.least_mean[fits], self.settled[fits])


@dataclass(frozen=True, slots=True)
class _Fits:
    """Fits with one number of columns; design (fits, cells, columns), 0 in cells left out, start (fits, columns)."""

    design: Floats
    kept: Flags
    counts: Floats
    start: Floats

    def mean(self, at: Places, linear: Floats) -> Floats:
        # a mean of e^50 is far beyond any count, and is stepped back from
        return np.where(self.kept[at], np.exp(np.minimum(linear, 50.0)), 0.0)

    def value(self, at: Places, linear: Floats) -> Floats:
        return np.asarray(np.sum(self.mean(at, linear) - self.counts[at] * linear, axis=1))


def maximise(problems: Problems, ceiling: Floats | None = None) -> Maxima:
    """Fit each problem; with a `ceiling` (fits,) give up a fit as soon as its value is sure to end at or above it."""
    coef = np.zeros(problems.inside.shape)
    value, least = np.full(len(problems), np.inf), np.zeros(len(problems))
    settled = np.zeros(len(problems), dtype=bool)
    stop = np.full(len(problems), np.inf) if ceiling is None else ceiling
    for rows, places in alike(problems.inside, np.arange(len(problems))):
        coef[rows[:, None], places], value[rows], least[rows], settled[rows] = _climb(
            _stacked_fits(problems, rows, places), stop[rows]
        )
    return Maxima(coef, value, least, settled)


def alike(inside: Flags, rows: Places, block: int = BLOCK) -> Iterator[tuple[Places, Places]]:
    """Split fits into blocks with equally many columns: which rows, and the places of their columns (rows, columns)."""
    size = inside[rows].sum(axis=1)
    for columns in np.unique(size):
        these = rows[size == columns]
        for first in range(0, len(these), block):
            part = these[first : first + block]
            yield part, np.nonzero(inside[part])[1].reshape(len(part), columns)


def _stacked_fits(problems: Problems, rows: Places, places: Places) -> _Fits:
    kept = problems.kept[rows]
    counts = np.where(kept, problems.counts[rows], 0.0)
    design = stacked(problems.design, places, kept)
    if problems.start is not None:
        return _Fits(design, kept, counts, np.take_along_axis(problems.start[rows], places, axis=1))
    # half a person keeps the log of an empty cell finite
    seen = np.where(kept, counts + 0.5, 1.0)
    score = np.einsum("fcp,fc->fp", design, np.where(kept, seen * np.log(seen), 0.0))
    return _Fits(design, kept, counts, np.linalg.solve(information(design, seen * kept), score[..., None])[..., 0])


def stacked(design: Floats, places: Places, kept: Flags) -> Floats:
    """The columns at `places` (fits, columns) of the design, 0 in cells left out: shape (fits, cells, columns)."""
    return np.ascontiguousarray(np.moveaxis(design[:, places], 0, 1) * kept[:, :, None])


def floor(mean: Floats) -> Floats:
    """sum(m - m log m) over the last axis: the floor under the value; minus infinity where a mean is negative."""
    safe = np.maximum(mean, np.finfo(np.float64).tiny)
    return np.where(mean.min(axis=-1) < 0, -np.inf, np.sum(safe - safe * np.log(safe), axis=-1))


def information(design: Floats, mean: Floats) -> Floats:
    """X'WX of each fit, W the means, with a ridge that keeps it solvable; shape (fits, columns, columns)."""
    whole: Floats = np.matmul(np.swapaxes(design, 1, 2), design * mean[:, :, None])
    diagonal = np.arange(whole.shape[1])
    whole[:, diagonal, diagonal] += RIDGE * (whole[:, diagonal, diagonal] + 1)
    return whole


def _climb(fits: _Fits, stop: Floats) -> tuple[Floats, Floats, Floats, Flags]:
    """Newton steps, halved while the value rises; coefficients, value, least mean and whether settled of each fit."""
    active, coef = np.arange(len(fits.counts)), fits.start.copy()
    linear = np.einsum("fcp,fp->fc", fits.design, coef)
    value = fits.value(active, linear)
    settled = np.zeros(len(active), dtype=bool)
    for _ in range(MOST_STEPS):
        design, mean = fits.design[active], fits.mean(active, linear[active])
        score = np.einsum("fcp,fc->fp", design, fits.counts[active] - mean)
        step = np.linalg.solve(information(design, mean), score[..., None])[..., 0]
        move = np.einsum("fcp,fp->fc", design, step)
        size, value[active] = _downhill(fits, active, linear[active], move, value[active])
        coef[active] += size[:, None] * step
        linear[active] += size[:, None] * move
        done = np.sum(mean * move**2, axis=1) < SETTLED
        settled[active[done]] = True
        lost = floor(mean * (1 + move)) >= stop[active]
        active = active[~(done | lost)]
        if not len(active):
            break
    least = np.where(fits.kept, np.exp(np.minimum(linear, 50.0)), np.inf).min(axis=1)
    return coef, value, least, settled


def _downhill(fits: _Fits, at: Places, linear: Floats, move: Floats, bound: Floats) -> tuple[Floats, Floats]:
    """Share of each move to take so that the value does not rise, and the value there."""
    size = np.ones(len(at))
    reached = fits.value(at, linear + move)
    while True:
        high = (reached > bound + ROUNDING * (1 + np.abs(bound))) & (size >= SMALLEST_STEP)
        if not high.any():
            return size, reached
        size[high] /= 2
        reached[high] = fits.value(at[high], linear[high] + size[high, None] * move[high])
