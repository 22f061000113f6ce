"""Telling: what publicity and delay do to counts of reports, apart from what happened.

Publicity: counts of each week with a known step at each date, log-linear (McCullagh and Nelder 1989), so that a
change is asked for beside the steps and not in place of them. The right edge: encounters of late weeks are
still being told; what share of a week has been told after so many weeks comes from the weeks seen longer,
by the chain ladder (Mack 1993; Lawless 1994).

Blind to publicity whose effect fades or was not in the plan, to a habit of delay that changes, and to what is
never told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.maths import intervals, poisson
from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]

# Steps this near to each other, in periods, cannot be told apart (METHODS 6.4: 7 days, a week).
NEAR = 1


@dataclass(frozen=True, slots=True)
class Steps:
    """Ratios of the rate after a step to that before, with t intervals, all steps held against each other.

    `publicity` has one a date, in the order given; `change` is that of the change asked for, or None.
    """

    change: Interval | None
    publicity: tuple[Interval, ...]
    dispersion: float
    df: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """Share already told, of all that is told within the longest delay of the table.

    `by_delay` is the share told at most d weeks later, shape (delays,); `by_week` what has been told of each
    week by the end, shape (weeks,).
    """

    by_delay: Floats
    by_week: Floats


def steps(counts: ArrayLike, publicity: Sequence[int], change: int | None = None, confidence: float = 0.95) -> Steps:
    """Does a change survive the known steps? Counts of shape (n,), one a period in order, from 0.

    `publicity` are the first periods after each known date; `change` is the last period before the change, as
    `changepoint` gives it. Errors are quasi-Poisson, never below Poisson's. Raises ValueError where a step is
    at an end of the counts, where two are within `NEAR` periods of each other, or where a stretch between
    them has no events.
    """
    y = np.asarray(counts, dtype=np.float64)
    starts = [*publicity, *([] if change is None else [change + 1])]
    _hold_steps(y, starts)
    periods = np.arange(len(y))
    design = np.column_stack([np.ones(len(y)), *(periods >= start for start in starts)])
    fit = poisson.fit(design, y, np.ones(len(y)))
    errors = np.maximum(fit.se_model, fit.se_quasi)
    pairs = zip(fit.coef[1:], errors[1:], strict=True)
    ratios = [_ratio(intervals.student(float(log), float(se), fit.df_residual, confidence)) for log, se in pairs]
    return Steps(
        None if change is None else ratios[-1], tuple(ratios[: len(publicity)]), fit.dispersion, fit.df_residual
    )


def completeness(triangle: ArrayLike) -> Completeness:
    """How complete is each week? Cell (t, d) counts encounters of week t told d weeks later; shape (weeks, delays).

    The last row is the last week; cells with t + d beyond it are not yet seen and must be 0. Chain ladder: of
    those told by delay d, the share told at d exactly comes from the weeks seen so long (Mack 1993; in this form
    Lawless 1994). Raises ValueError for more delays than weeks, counts beyond the edge, or where no week seen for the
    longest delay has an encounter.
    """
    told = np.asarray(triangle, dtype=np.float64)
    _hold_triangle(told)
    weeks, delays = told.shape
    up_to = np.cumsum(told, axis=1)
    at_last = np.zeros(delays)
    for delay in range(1, delays):
        seen = slice(0, weeks - delay)
        base = float(up_to[seen, delay].sum())
        if base == 0 and delay == delays - 1:
            raise ValueError(f"no encounter in weeks seen for {delay} weeks: how complete later ones are is unknown")
        # nothing told so soon: the first delay at which anything is has a share of 1, and settles those below it
        at_last[delay] = float(told[seen, delay].sum()) / base if base else 0.0
    by_delay = np.append(np.cumprod(1 - at_last[:0:-1])[::-1], 1.0)
    waited = np.minimum(np.arange(weeks)[::-1], delays - 1)
    return Completeness(by_delay, by_delay[waited])


@dataclass(frozen=True, slots=True)
class Seen:
    """Weeks that are told of nearly whole, from the first to the last in which anything happened.

    `first` is the number of the first week, `counts` what happened in each, shape (weeks,), `complete` the share
    of it already told. `opened` is the week of the first telling. `withheld` counts encounters of later weeks.
    """

    first: int
    counts: Floats
    complete: Floats
    opened: int
    withheld: int


def seen(happened: ArrayLike, told: ArrayLike, n: ArrayLike, longest: int = 26, least: float = 0.95) -> Seen:
    """From n encounters by week happened and week told, the weeks of which at least the share `least` is told.

    The habit of delay is that of weeks since the first telling, over at most `longest` weeks and half of those:
    before it nobody could tell at once, and their delays say when telling began. Weeks are whole numbers; raises
    ValueError for none, for what was told before it happened, and as `completeness`.
    """
    week, when, cases = (np.asarray(part, dtype=np.int64) for part in (happened, told, n))
    if not len(week) or np.any(when < week):
        raise ValueError("no encounters, or some told in a week before they happened: correct the dates")
    first, opened, last = int(week.min()), int(when.min()), int(when.max())
    by_week = np.bincount(week - first, cases, last - first + 1).astype(np.float64)
    complete = np.ones(last - first + 1)
    complete[opened - first :] = completeness(
        _triangle(week - opened, when - week, cases, last - opened + 1, longest)
    ).by_week
    # completeness only falls from week to week
    kept = min(int(np.sum(complete >= least)), int(week.max()) - first + 1)
    return Seen(first, by_week[:kept], complete[:kept], opened, int(by_week[kept:].sum()))


def _triangle(row: ArrayLike, delay: ArrayLike, cases: ArrayLike, weeks: int, longest: int) -> Floats:
    """Counts by week since the first telling and by delay; where nothing happened since, one column: all is told."""
    row, delay, cases = (np.asarray(part) for part in (row, delay, cases))
    delays = min(longest, weeks // 2) + 1 if np.any(row >= 0) else 1
    inside = (row >= 0) & (delay < delays)
    told = np.zeros((weeks, delays))
    np.add.at(told, (row[inside], delay[inside]), cases[inside])
    return told


def _ratio(log: Interval) -> Interval:
    return Interval(*(float(np.exp(end)) for end in log))


def _hold_steps(y: Floats, starts: list[int]) -> None:
    if y.ndim != 1 or not starts or not all(0 < start < len(y) for start in starts):
        raise ValueError(f"steps at {starts} in counts of shape {y.shape}: give steps inside a list of counts")
    in_order = sorted(starts)
    if any(later - earlier <= NEAR for earlier, later in pairwise(in_order)):
        raise ValueError(
            f"steps at {in_order} lie within {NEAR} period: cannot separate telling from happening, and publicity so "
            "near to other publicity is one step"
        )
    if not all(stretch.sum() > 0 for stretch in np.split(y, in_order)):
        raise ValueError(f"steps at {in_order} leave a stretch without events: no ratio has two ends there")


def _hold_triangle(told: Floats) -> None:
    if told.ndim != 2 or not 0 < told.shape[1] <= told.shape[0]:
        raise ValueError(f"counts of shape {told.shape}: give a row a week and a column a delay, no more than weeks")
    if not np.all((told >= 0) & np.isfinite(told)):
        raise ValueError("a count of encounters is negative or no number: check the table")
    week, delay = np.indices(told.shape)
    beyond = float(told[week + delay >= len(told)].sum())
    if beyond:
        raise ValueError(f"{beyond:g} encounters told after the last week: end the rows with the last week of telling")
