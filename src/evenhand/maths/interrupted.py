"""Interrupted series: did people call less after a date that became widely known?

Counts a week follow a level, a slow trend and the seasons; at the event they may step and turn (Bernal,
Cummins and Gasparrini 2017). Log-linear with quasi-Poisson errors (Wedderburn 1974) and errors that allow for
weeks that go together (Newey and West 1987); the wider counts. A short window takes up the very drift that the
errors are estimated from, so both come out too narrow. The interval to report is that of `placebo`: dates at
which nothing is known to have happened are asked the same question (Abadie, Diamond and Hainmueller 2010), and
their answers are what chance and the model's own faults look like.

Only weeks up to the end of the window are used, for the event and for each placebo date alike. Blind to fewer
needs as against fewer calls, to other ways of calling for help, and to anything else that began that week.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.maths import intervals, poisson
from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]

# Weeks in a year, mean Gregorian.
YEAR = 365.2425 / 7
HARMONICS = 2
# Newey and West (1987) with a month of memory (METHODS 6.9).
LAG = 4


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What changed at the event.

    `level` is the ratio of calls just after to what was expected, `slope` the ratio from each week to the next
    beyond the old trend. `deficit` is calls expected less calls seen over the window, `share` the same as a
    share of those expected, `expected` and `seen` their sums. Intervals are t on `df`.
    """

    level: Interval
    slope: Interval
    deficit: Interval
    share: Interval
    expected: float
    seen: float
    dispersion: float
    df: int


class Placebo(NamedTuple):
    """The event's share of calls missing beside that of each placebo date.

    `p` is the rank, one-sided: dates with as large a share, and the event itself, of all. `share` has the
    interval that the spread of the placebos gives. Neighbouring dates share most of their weeks: `windows`
    counts those that do not overlap, and with few of them p is too small. `dates` are the placebo weeks,
    counted from 0, `shares` theirs.
    """

    share: Interval
    p: float
    windows: int
    dates: NDArray[np.int64]
    shares: Floats


def fit(
    counts: ArrayLike,
    event: int,
    weeks: int,
    control: ArrayLike | None = None,
    harmonics: int = HARMONICS,
    confidence: float = 0.95,
) -> Interrupted:
    """What changed in the `weeks` from week `event` on; counts of shape (n,), one a week in order, from 0.

    log E y = a + harmonics of the year + b1 t + b2 post + b3 (t - event)+ up to the end of the window. `control`
    are counts of a series little affected, same shape: then everything is relative to it. Raises ValueError for
    a window that does not lie in the counts, a control that is 0 in a week, or too few weeks for the terms.
    """
    y, base = _series(counts, control)
    window = _window(len(y), event, weeks)
    seen, y, base = _seen(y, event, weeks), y[: window.stop], base[: window.stop]
    design = _design(window.stop, event, harmonics)
    fitted = poisson.fit(design, y, base)
    plain = design.copy()
    plain[:, -2:] = 0
    mean, without = (base * np.exp(columns @ fitted.coef) for columns in (design, plain))
    expected = float(without[window].sum())
    covariances = _newey_west(design, y - mean, fitted), fitted.covariance * fitted.dispersion

    def around(value: float, direction: Floats) -> Interval:
        se = math.sqrt(max(float(direction @ covariance @ direction) for covariance in covariances))
        return intervals.student(value, se, fitted.df_residual, confidence)

    # how the sums over the window, with the event and without, move with the coefficients
    moves = mean[window] @ design[window], without[window] @ plain[window]
    ratio = _exp(around(math.log(seen / expected), moves[0] / seen - moves[1] / expected))
    level, slope = (_exp(around(float(fitted.coef[at]), np.eye(len(fitted.coef))[at])) for at in (-2, -1))
    return Interrupted(
        level=level,
        slope=slope,
        deficit=around(expected - seen, moves[1] - moves[0]),
        share=Interval(1 - ratio.value, 1 - ratio.high, 1 - ratio.low),
        expected=expected,
        seen=seen,
        dispersion=fitted.dispersion,
        df=fitted.df_residual,
    )


def expected(
    counts: ArrayLike, event: int, weeks: int, control: ArrayLike | None = None, harmonics: int = HARMONICS
) -> Floats:
    """Counts a week that the model of `fit` expects had the event changed nothing, shape (event + weeks,).

    Up to the event they are the fitted ones. Raises ValueError as `fit`.
    """
    y, base = _series(counts, control)
    stop = _window(len(y), event, weeks).stop
    design = _design(stop, event, harmonics)
    fitted = poisson.fit(design, y[:stop], base[:stop])
    design[:, -2:] = 0
    return np.asarray(base[:stop] * np.exp(design @ fitted.coef))


def placebo(
    counts: ArrayLike,
    event: int,
    weeks: int,
    control: ArrayLike | None = None,
    harmonics: int = HARMONICS,
    before: int = 104,
    apart: int = 8,
    confidence: float = 0.95,
) -> Placebo:
    """Where does the event's missing share rank among dates at which nothing is known to have happened?

    Placebo dates have `before` weeks before them, lie `apart` weeks or more before the event, and their window
    ends before it; each uses the weeks up to the end of its own window, as the event does (Abadie, Diamond and
    Hainmueller 2010). Dates after the event are not used: its own effect would be in them. The interval is t on
    the log of seen over expected, with the placebos' mean and spread and one degree fewer than `windows`.
    Raises ValueError as `fit`, or where fewer than two windows fit before the event.
    """
    y, base = _series(counts, control)
    _window(len(y), event, weeks)
    dates = np.arange(before, event - max(weeks, apart) + 1)
    windows = -(-len(dates) // weeks)
    if windows < 2:
        raise ValueError(
            f"event in week {event}: {before} weeks of before and {weeks} of window leave room for {windows} placebo "
            "windows of 2 at least, give a longer series"
        )
    own = _log_ratio(y, base, event, weeks, harmonics)
    others = np.array([_log_ratio(y, base, int(date), weeks, harmonics) for date in dates])
    spread = float(others.std(ddof=1)) * math.sqrt(1 + 1 / windows)
    ends = intervals.student(own - float(others.mean()), spread, windows - 1, confidence)
    share = Interval(1 - math.exp(own), 1 - math.exp(ends.high), 1 - math.exp(ends.low))
    p = (1 + int(np.sum(others <= own))) / (1 + len(others))
    return Placebo(share, p, windows, dates, 1 - np.exp(others))


def _log_ratio(y: Floats, base: Floats, event: int, weeks: int, harmonics: int) -> float:
    """Log of calls seen over those expected in the window."""
    stop = event + weeks
    design = _design(stop, event, harmonics)
    fitted = poisson.fit(design, y[:stop], base[:stop])
    design[:, -2:] = 0
    return math.log(_seen(y, event, weeks)) - math.log(base[event:stop] @ np.exp(design[event:] @ fitted.coef))


def _seen(y: Floats, event: int, weeks: int) -> float:
    seen = float(y[event : event + weeks].sum())
    if seen == 0:
        raise ValueError(f"no calls in the {weeks} weeks from week {event}: a series that stops is not one that falls")
    return seen


def _design(stop: int, event: int, harmonics: int) -> Floats:
    """Columns 1, sines and cosines of the year, years, after the event, weeks since it; a row a week to `stop`."""
    week = np.arange(stop, dtype=np.float64)
    turns = [2 * math.pi * order * week / YEAR for order in range(1, harmonics + 1)]
    seasons = [wave(turn) for turn in turns for wave in (np.sin, np.cos)]
    since = np.maximum(week - event, 0)
    return np.column_stack([np.ones(stop), *seasons, week / YEAR, week >= event, since])


def _exp(log: Interval) -> Interval:
    return Interval(*(math.exp(end) for end in log))


def _newey_west(design: Floats, residual: Floats, fitted: poisson.PoissonFit) -> Floats:
    """Covariance of the coefficients where weeks up to `LAG` apart go together (Newey and West 1987)."""
    scores = design * residual[:, None]
    meat = scores.T @ scores
    for lag in range(1, LAG + 1):
        together = scores[lag:].T @ scores[:-lag]
        # Bartlett's weights keep the sum positive
        meat += (1 - lag / (LAG + 1)) * (together + together.T)
    size = len(residual) / fitted.df_residual
    return np.asarray(size * fitted.covariance @ meat @ fitted.covariance)


def _series(counts: ArrayLike, control: ArrayLike | None) -> tuple[Floats, Floats]:
    y = np.asarray(counts, dtype=np.float64)
    base = np.ones(len(y)) if control is None else np.asarray(control, dtype=np.float64)
    if y.ndim != 1 or base.shape != y.shape:
        raise ValueError(f"counts of shape {y.shape}, control {base.shape}: give one number a week, in the same weeks")
    if not np.all(base > 0):
        raise ValueError(f"control is 0 in {int(np.sum(~(base > 0)))} weeks: take one with calls in every week")
    return y, base / base.mean()


def _window(length: int, event: int, weeks: int) -> slice:
    if not (event > 0 and weeks > 1 and event + weeks <= length):
        raise ValueError(f"{weeks} weeks from week {event} of {length}: give 2 weeks or more, inside the series")
    return slice(event, event + weeks)
