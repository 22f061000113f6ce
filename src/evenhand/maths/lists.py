"""Lists: people counted by which of several lists hold them, and what two lists alone can say of those on neither.

The contingency table of Fienberg (1972) with one cell unseen. With two lists nothing in the data tells how far being
on one goes with being on the other, so the number missed is a curve over that odds ratio (Sekar and Deming 1949 at 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# names of models write a list as one digit
MOST_LISTS = 9
# below these a table says next to nothing of the people it lacks (the methods page of multiple_systems)
FEWEST_LISTS, FEWEST_SHARED = 3, 7


@dataclass(frozen=True, slots=True)
class Cells:
    """People by combination of lists.

    `counts` has shape (2**lists - 1,); entry w - 1 is of combination w, whose bit i is 1 when list i holds the person:
    with three lists the order is 1, 2, 12, 3, 13, 23, 123. Combinations nobody has are 0.
    """

    lists: int
    counts: Integers

    @property
    def people(self) -> int:
        """People on any list."""
        return int(self.counts.sum())

    @property
    def shared(self) -> int:
        """People on two or more lists."""
        return int(self.counts[np.bitwise_count(combinations(self.lists)) >= 2].sum())


def combinations(lists: int) -> Integers:
    """Every combination of lists but none, in the order of the cells."""
    return np.arange(1, 2**lists, dtype=np.int64)


def tally(membership: ArrayLike, people: ArrayLike | None = None) -> Cells:
    """Count people by combination; `membership` is 0 or 1, shape (rows, lists), `people` the number a row stands for.

    Raises ValueError on other values, on people who are on no list, or on other than 2 to 9 lists.
    """
    held = np.asarray(membership)
    if held.ndim != 2 or not 2 <= held.shape[1] <= MOST_LISTS:
        raise ValueError(f"membership of shape {held.shape}: give one column a list, 2 to {MOST_LISTS} lists")
    if not np.all((held == 0) | (held == 1)):
        raise ValueError("membership must be 0 or 1 throughout: a list that may hold a person is no list")
    weight = np.ones(len(held)) if people is None else np.asarray(people, dtype=np.float64)
    if weight.shape != (len(held),) or not np.all((weight >= 0) & (weight == np.floor(weight)) & np.isfinite(weight)):
        raise ValueError(f"people must be a whole number of 0 or more for each of the {len(held)} rows")
    combination = held.astype(np.int64) @ (1 << np.arange(held.shape[1]))
    if stray := int(weight[combination == 0].sum()):
        raise ValueError(f"{stray} people are on no list: only people who were seen can be counted")
    counts = np.bincount(combination, weights=weight, minlength=2 ** held.shape[1])[1:]
    return Cells(held.shape[1], counts.astype(np.int64))


def hold(cells: Cells) -> None:
    """Raise ValueError where such a table cannot say how many were missed.

    Fewer than 3 lists, fewer than 7 people on two or more lists, or a list with nobody on it.
    """
    if cells.lists < FEWEST_LISTS:
        raise ValueError(f"{cells.lists} lists: how many were missed needs at least {FEWEST_LISTS}")
    if cells.shared < FEWEST_SHARED:
        raise ValueError(
            f"{cells.shared} people are on two or more lists: how many were missed needs at least {FEWEST_SHARED}"
        )
    of_list = [int(cells.counts[combinations(cells.lists) >> i & 1 == 1].sum()) for i in range(cells.lists)]
    if 0 in of_list:
        raise ValueError(f"list {of_list.index(0) + 1} holds nobody: leave it out")


def leave_out(cells: Cells, at: int) -> Cells:
    """The cells of the other lists, people who are on list `at` (from 0) alone taken out."""
    every = combinations(cells.lists)
    # the bits above the list's own move one place down
    left = every & (1 << at) - 1 | every >> at + 1 << at
    counts = np.bincount(left, weights=cells.counts, minlength=2 ** (cells.lists - 1))
    return Cells(cells.lists - 1, counts[1:].astype(np.int64))


def rejoin(cells: Cells, missed: float) -> Cells:
    """The cells as they would be, on average, had no link been missed.

    Someone on several lists is taken to have been cut in two with chance `missed`: one of their lists, each as likely,
    and the others. Cells are then a linear map of those before, which is solved, rounded to people and held at 0.
    Raises ValueError unless `missed` is at least 0 and below 1.
    """
    if not 0 <= missed < 1:
        raise ValueError(f"a share of {missed:g} of links missed: expected at least 0 and below 1")
    every = combinations(cells.lists)
    several = every[np.bitwise_count(every) > 1]
    cut = np.eye(len(every))
    cut[several - 1, several - 1] -= missed
    for i in range(cells.lists):
        of = several[several >> i & 1 == 1]
        share = missed / np.bitwise_count(of)
        cut[(1 << i) - 1, of - 1] += share
        cut[(of ^ 1 << i) - 1, of - 1] += share
    before = np.linalg.solve(cut, cells.counts.astype(np.float64))
    return Cells(cells.lists, np.maximum(np.rint(before), 0).astype(np.int64))


def two_list_curve(both: int, first_only: int, second_only: int, odds_ratios: ArrayLike) -> Floats:
    """All people, seen or not, at each odds ratio between two lists: n + OR n10 n01/n11.

    Sekar and Deming (1949) at an odds ratio of 1; above 1 the lists hold the same people more than chance would, and
    more are missed. Raises ValueError when nobody is on both lists, or on an odds ratio that is not positive.
    """
    ratios = np.asarray(odds_ratios, dtype=np.float64)
    if min(first_only, second_only) < 0 or both < 1:
        raise ValueError(f"{both} people on both lists: with nobody on both there is no estimate of those on neither")
    if not np.all((ratios > 0) & np.isfinite(ratios)):
        raise ValueError("odds ratios must be positive and finite")
    return np.asarray(both + first_only + second_only + ratios * first_only * second_only / both)
