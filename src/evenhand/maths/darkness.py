"""The veil of darkness on counts: at the same clock time, does a group's share fall when it is dark?

Grogger and Ridgeway (2006): logit P(group | stop, t, d) = a + b dark + ns(t), on stops between the earliest
and the latest dusk of the year, where the clock says the same and only the light differs. Variance clustered
by date. A negative b is darkness lowering the group's share.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import intervals, logistic, spline
from evenhand.maths.intervals import Interval

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

# The grid of METHODS 4.2.
DEGREES = (1, 2, 3, 4, 5, 6)
PLACES = ("no place", "place", "place x time")
BINS = (1, 5, 15)
WINDOWS = ("year", "21 days", "30 days")
REASONS = ("all", "moving")
# More places than this make the place-by-time model a model of its own columns.
MOST_PLACES_BY_TIME = 30

# Where a minute can lie against sunset and dusk; two minutes are what solar algorithms differ by at most.
EDGES = ("light", "just before sunset", "just after sunset", "twilight", "just before dusk", "just after dusk", "dark")


class Edges(NamedTuple):
    """Which of `EDGES` are read as light and which as dark; what is in neither is twilight and left out."""

    light: tuple[int, ...]
    dark: tuple[int, ...]


PLANNED = Edges((0, 1), (5, 6))
SUN_EARLIER = Edges((0,), (4, 5, 6))
SUN_LATER = Edges((0, 1, 2), (6,))


@dataclass(frozen=True, slots=True)
class Cells:
    """Stops of two groups by day, minute, place and light: arrays of one length, one entry a cell.

    `day` is days since 1970, `minute` the local minute of the day, `place` integer codes, `moving` whether the
    reason was a moving violation, `dark` 0 or 1; `group` and `reference` are counts of stops.
    """

    day: Ints
    minute: Ints
    place: Ints
    moving: Ints
    dark: Ints
    group: Ints
    reference: Ints

    @property
    def trials(self) -> Ints:
        """Stops of both groups, by cell."""
        return self.group + self.reference

    @property
    def n(self) -> int:
        """Stops of both groups."""
        return int(self.trials.sum())

    @property
    def dates(self) -> int:
        """Dates with a stop of either group."""
        return len(np.unique(self.day[self.trials > 0]))

    def where(self, keep: Bools) -> "Cells":
        """The cells kept."""
        return Cells(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Window:
    """All stops of the window by day, minute, place, reason and edge, with counts by what is recorded of race.

    `known_before` counts stops of both groups whose race was known before the stop, out of `before_recorded`;
    `group_upper` and `reference_upper` count every stop whose recorded race may mean the group.
    """

    day: Ints
    minute: Ints
    place: Ints
    moving: Ints
    edge: Ints
    n: Ints
    group: Ints
    reference: Ints
    unknown: Ints
    known_before: Ints
    before_recorded: Ints
    group_upper: Ints
    reference_upper: Ints

    def kept(self, edges: Edges = PLANNED) -> "Window":
        """The window without twilight, and with `edge` 1 in the dark and 0 in the light."""
        dark = np.isin(self.edge, edges.dark)
        keep = dark | np.isin(self.edge, edges.light)
        whole = replace(self, edge=dark.astype(np.int64))
        return Window(*(getattr(whole, field.name)[keep] for field in fields(self)))

    def cells(self, edges: Edges = PLANNED, group: Ints | None = None, reference: Ints | None = None) -> Cells:
        """The contrast's stops outside twilight; other counts (of the kept window) may take the groups' place."""
        kept = self.kept(edges)
        counts = (kept.group if group is None else group, kept.reference if reference is None else reference)
        cells = Cells(kept.day, kept.minute, kept.place, kept.moving, kept.edge, *counts)
        # a minute with only other groups' stops may lie outside the clock's knots
        return cells.where(cells.trials > 0)


@dataclass(frozen=True, slots=True)
class DarkFit:
    """The coefficient of dark (log odds ratio) with its model and date-clustered standard errors."""

    value: float
    se_model: float
    se: float
    n: int
    dates: int
    deviance: float

    def interval(self, confidence: float = 0.95) -> Interval:
        """Limits by t with dates less one degrees of freedom."""
        return intervals.student(self.value, self.se, self.dates - 1, confidence)


@dataclass(frozen=True, slots=True)
class Choice:
    """One specification of the model."""

    df: int
    place: str = "no place"
    bin_minutes: int = 1
    window: str = "year"
    reasons: str = "all"


class Specification(NamedTuple):
    """A choice with its fit, or why there is none."""

    choice: Choice
    fit: DarkFit | None
    why: str = ""


def design(cells: Cells, df: int) -> Floats:
    """Columns 1, dark, ns(minute): shape (cells, 2 + df)."""
    return np.column_stack([np.ones(len(cells.day)), cells.dark, spline.natural_spline(cells.minute, df, cells.trials)])


def fit(cells: Cells, choice: Choice, changes: Ints | None = None) -> DarkFit:
    """The coefficient of dark under one choice of specification.

    `changes` are the days on which clocks changed, for the windows of 21 and 30 days around them. Raises
    ValueError where the choice cannot be fitted to these cells.
    """
    if choice.reasons != "all":
        cells = cells.where(cells.moving == 1)
    extra = np.empty((len(cells.day), 0))
    if choice.window != "year":
        cells, extra = _near_changes(cells, int(choice.window.split()[0]), changes)
    cells, extra = _merged(cells, extra, choice)
    columns = np.column_stack([design(cells, choice.df), extra])
    effect = None if choice.place == "no place" else cells.place
    if choice.place == "place x time":
        columns = np.column_stack([columns, _place_slopes(cells)])
    if effect is not None:
        columns = columns[:, 1:]
    fitted = logistic.fit(columns, cells.group, cells.trials, cluster=cells.day, effect=effect)
    dark = 1 if effect is None else 0
    assert fitted.se_cluster is not None and fitted.clusters is not None  # a cluster was given
    errors = float(fitted.se_model[dark]), float(fitted.se_cluster[dark])
    return DarkFit(float(fitted.coef[dark]), *errors, fitted.n, fitted.clusters, fitted.deviance)


def grid(cells: Cells, changes: Ints) -> Iterator[Specification]:
    """Every specification of METHODS 4.2; one whose column is absent is not available."""
    places, moving = len(np.unique(cells.place)) > 1, bool((cells.moving * cells.trials).sum())
    for df, place, bin_minutes, window, reasons in product(DEGREES, PLACES, BINS, WINDOWS, REASONS):
        choice = Choice(df, place, bin_minutes, window, reasons)
        absent = (place != "no place" and not places) or (reasons != "all" and not moving)
        if absent or (window != "year" and not len(changes)):
            yield Specification(choice, None, "not available")
            continue
        try:
            yield Specification(choice, fit(cells, choice, changes))
        except ValueError as error:
            yield Specification(choice, None, str(error))


def first_stage(window: Window, choice: Choice) -> DarkFit | None:
    """The same model for "race was known before the stop"; None where no source says, or none was ever known."""
    kept = window.kept()
    if not kept.known_before.sum():
        return None
    return fit(window.cells(group=kept.known_before, reference=kept.before_recorded - kept.known_before), choice)


def missing_race(window: Window, choice: Choice) -> tuple[float, float]:
    """Least and largest coefficient with every stop of unknown race put where it moves it most."""
    kept = window.kept()
    corners = []
    for to_group in (kept.edge == 1, kept.edge == 0):
        group = kept.group + np.where(to_group, kept.unknown, 0)
        reference = kept.reference + np.where(to_group, 0, kept.unknown)
        corners.append(fit(window.cells(group=group, reference=reference), choice).value)
    return min(corners), max(corners)


def upper_counts(window: Window, choice: Choice) -> dict[str, float]:
    """The coefficient with each side's upper counts, where a recorded race may mean more than one group."""
    kept = window.kept()
    found = {}
    if np.any(kept.group_upper > kept.group):
        found["group_upper"] = fit(window.cells(group=kept.group_upper), choice).value
    if np.any(kept.reference_upper > kept.reference):
        found["reference_upper"] = fit(window.cells(reference=kept.reference_upper), choice).value
    return found


def collinearity(cells: Cells, df: int) -> float:
    """Variance inflation of dark given clock time and calendar month."""
    months = cells.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    effects = (months[:, None] == np.unique(months)[None, 1:]).astype(np.float64)
    return logistic.variance_inflation(np.column_stack([design(cells, df), effects]), 1, cells.trials)


def _merged(cells: Cells, extra: Floats, choice: Choice) -> tuple[Cells, Floats]:
    """Cells with minutes rounded down to bins, and equal cells added up."""
    minute = (cells.minute // choice.bin_minutes) * choice.bin_minutes
    place = cells.place if choice.place != "no place" else np.zeros_like(cells.place)
    key = np.ravel_multi_index(
        tuple(part - part.min() for part in (cells.day, minute, place, cells.dark)),
        tuple(int(np.ptp(part)) + 1 for part in (cells.day, minute, place, cells.dark)),
    )
    _, first, where = np.unique(key, return_index=True, return_inverse=True)
    sums = (np.bincount(where, counts).astype(np.int64) for counts in (cells.group, cells.reference))
    parts = (part[first] for part in (cells.day, minute, place, cells.moving, cells.dark))
    return Cells(*parts, *sums), extra[first]


def _near_changes(cells: Cells, days: int, changes: Ints | None) -> tuple[Cells, Floats]:
    """Cells within so many days of a change of clocks, with an effect of each change and linear days from it."""
    if changes is None or not len(changes):
        raise ValueError("no change of clocks in these dates")
    nearest = np.argmin(np.abs(cells.day[:, None] - changes[None, :]), axis=1)
    away = cells.day - changes[nearest]
    keep = (np.abs(away) <= days) & (cells.trials > 0)
    if not keep.any():
        raise ValueError(f"no stops within {days} days of a change of clocks")
    effects = (nearest[keep, None] == np.unique(nearest[keep])[None, 1:]).astype(np.float64)
    return cells.where(keep), np.column_stack([effects, away[keep]])


def _place_slopes(cells: Cells) -> Floats:
    """A slope in clock time for each place but the first, minutes centred and in units of two hours."""
    places = np.unique(cells.place)
    if len(places) > MOST_PLACES_BY_TIME:
        raise ValueError(f"{len(places)} places are too many for a slope each (at most {MOST_PLACES_BY_TIME})")
    clock = (cells.minute - cells.minute.mean()) / 120
    return np.asarray((cells.place[:, None] == places[None, 1:]) * clock[:, None])
