"""Existence: do the data give a log-linear model one finite answer?

Where no person has all lists of a term, its parameter is minus infinity and the cells that hold it are 0: both are
taken out (Chan, Silverman and Vincent 2021). What remains has a finite maximum when some table without a 0 has the
same margins, which is a linear programme (Fienberg and Rinaldo 2012), and one maximum only when its columns are
independent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import loglinear

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# the programme's numbers are ratios of small whole numbers: far above this, or 0 up to the solver's slack of 1e-7
SLACK = 1e-5


@dataclass(frozen=True, slots=True)
class Reduced:
    """Models without the terms at minus infinity: `finite` terms (models, terms) and `kept` cells (models, cells)."""

    finite: Flags
    kept: Flags


def reduced(design: Floats, models: Flags, empty: Flags) -> Reduced:
    """Take out terms that are `empty` (terms,), held by no person, and the cells that hold them.

    `design` has shape (cells, terms), `models` (models, terms).
    """
    gone = (models & empty) @ design.T > 0
    return Reduced(models & ~empty, ~gone)


def identifiable(design: Floats, models: Reduced) -> Flags:
    """Which models have independent columns in the cells that are kept, shape (models,)."""
    found = np.zeros(len(models.finite), dtype=bool)
    size = models.finite.sum(axis=1)
    for columns in np.unique(size):
        rows = np.flatnonzero(size == columns)
        places = np.nonzero(models.finite[rows])[1].reshape(len(rows), columns)
        stacked = np.moveaxis(design[:, places], 0, 1) * models.kept[rows][:, :, None]
        gram = np.matmul(np.swapaxes(stacked, 1, 2), stacked)
        found[rows] = np.linalg.matrix_rank(gram, hermitian=True) == columns
    return found


def has_maximum(design: Floats, models: Reduced, reached: loglinear.Maxima, counts: Floats) -> Flags:
    """Which fits have a finite maximum; counts (models, cells).

    Those whose means all stay clear of 0 have; the others are asked of the linear programme.
    """
    found = reached.settled & (reached.least_mean > loglinear.SURELY_POSITIVE)
    for row in np.flatnonzero(~found):
        kept = models.kept[row]
        found[row] = exists(design[kept][:, models.finite[row]], counts[row, kept])
    return found


def exists(columns: Floats, counts: Floats) -> bool:
    """Whether counts (cells,) have a finite maximum under columns (cells, terms): is there m > 0 with X'm = X'y?

    The linear programme of Fienberg and Rinaldo (2012, section 4): the largest s <= 1 with m >= s in every cell.
    """
    from scipy.optimize import linprog

    cells, terms = columns.shape
    answer = linprog(
        np.append(np.zeros(cells), -1.0),
        A_eq=np.column_stack([columns.T, np.zeros(terms)]),
        b_eq=columns.T @ counts,
        A_ub=np.column_stack([-np.eye(cells), np.ones(cells)]),
        b_ub=np.zeros(cells),
        bounds=[(0, None)] * cells + [(0, 1)],
        method="highs",
    )
    return answer.x is not None and float(answer.x[-1]) > SLACK
