"""Veil of darkness: at the same clock time, does a group's share of stops fall when it is dark?

When it is too dark to see who is driving, race cannot weigh in the choice whom to stop. Between the
earliest and the latest dusk of the year the same clock time is light in one season and dark in another;
if a group's share of stops is lower in the dark, being seen matters (Grogger and Ridgeway 2006).

Blind to: anything outside the window of dusk; street lighting and other visible cues, which pull the
answer towards no difference; drivers who change behaviour with the light, which can reverse the sign
(Kalinowski, Ross and Ross 2023); season; equipment stops that depend on light.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from evenhand.maths import darkness, intervals, logistic, power
from evenhand.maths.darkness import Cells, Choice, DarkFit, Specification, Window
from evenhand.tables import derive, dusk, zones
from evenhand.tables.sift import Keep, Sifted, sift
from evenhand.tables.tally import MOST_CELLS, tally
from evenhand.tables.tally import Cells as Times
from evenhand.terms.encounter import RACES
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Exclusion, Refusal, Result, Scope, Series, Verdict
from evenhand.weigh import method
from evenhand.weigh.gates.default_midnight import DefaultMidnight
from evenhand.weigh.gates.overlap import Overlap
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.race_missing_by_dark import RaceMissingByDark
from evenhand.weigh.gates.rounding import Rounding
from evenhand.weigh.gates.separation import Separation
from evenhand.weigh.gates.small import Small
from evenhand.weigh.gates.zone import Zone

# METHODS 4.2: fewer dates leave the clustered variance without ground.
FEWEST_DATES = 40
# METHODS 4.2: above this, calendar month and dark say the same thing.
MOST_INFLATION = 10.0
# METHODS 2, rounding: a time written coarser than this cannot be put in light or dark.
COARSEST_MINUTES = 15
# METHODS 1.2: the pseudo-dusk of the negative control, minutes before civil dusk.
CONTROL_SHIFT = 240
ALGORITHM = "NOAA solar position; sunset at zenith 90.833 degrees, civil dusk at 96 degrees"


@dataclass(frozen=True, slots=True)
class VeilOfDarkness:
    """Log odds of the group in the dark against daylight at the same clock time, date-clustered.

    `place` is a level of area, for the sun and for the fits with place effects; empty: one place.
    """

    contrast: Contrast
    scope: Scope
    place: str = ""
    df: int = 6
    twilight: Literal["civil"] = "civil"
    confidence: float = 0.95

    name: ClassVar[str] = "veil_of_darkness"

    def weigh(self, evidence: Evidence) -> Result:
        """The planned fit with everything that stands beside it, or a refusal."""
        table = self._located(evidence.encounters)
        # gates of whole files look at stops before the sun is joined to them, which costs more than the look
        in_scope = sift(table, *self._of_vehicles(table))
        gates = [
            Zone().check(evidence.encounters),
            DefaultMidnight().check(in_scope.table),
            rounding := Rounding().check(in_scope.table),
            missing := RaceMissing().check(in_scope.table, self.contrast),
        ]
        if refusal := method.refusing(gates):
            return method.result(self, in_scope, gates, refusal)
        # the window is that of the dates looked at, not of the whole file
        times = dusk.sun(in_scope.table, evidence.centroids, evidence.timezone)
        stops = dusk.join(table, times)
        months = RaceMissing().keep(stops, missing)
        sifted = sift(stops, *self._of_vehicles(stops), *_of_window(stops, months))
        window = self._tally(sifted, times, int(rounding.figures["time_precision"]))
        sifted = _races_set_aside(sifted, window)
        cells = window.cells()
        gates += _gates_of_cells(window, cells, self.df)
        if refusal := method.refusing(gates) or _of_dates(cells, self.df):
            return method.result(self, sifted, gates, refusal, {"dates": cells.dates})
        gates.append(separation := self._separation(cells))
        if refusal := method.refusing([separation]):
            return method.result(self, sifted, gates, refusal)
        fit = darkness.fit(cells, Choice(self.df))
        gates.append(Power().check(power.smallest_visible_ratio(fit.se)))
        stage = darkness.first_stage(window, Choice(self.df))
        if stage is not None and stage.interval(self.confidence).high >= 0:
            return method.result(self, sifted, gates, _no_veil(stage))
        grid = list(darkness.grid(cells, _clock_changes(evidence, cells)))
        answer = Answer(
            estimates=tuple(self._estimates(window, cells, fit, stage)),
            smallest_visible=power.smallest_visible_ratio(fit.se),
            bands=(_missing_race(window, fit, self.df), _over_models(grid, fit)),
            series=(self._dusk_series(sifted.table), self._grid_series(grid)),
        )
        return method.result(self, sifted, gates, answer, self._diagnostics(evidence, stops, window, fit, grid))

    def _located(self, table: Any) -> Any:
        """The encounters with place and minute, and whether race was known before the stop."""
        derive.need(table, "time_local")
        return table.mutate(
            place=derive.place(table, self.place), minute=derive.minute(table), known_before=_known_before(table)
        )

    def _of_vehicles(self, stops: Any) -> list[Keep]:
        rules = method.encounters_in(stops, self.scope)
        if "mode" not in self.scope.where:
            rules.append(Keep("not a vehicle", stops["mode"] == "vehicle"))
        if "initiated_by" not in self.scope.where and derive.has(stops, "initiated_by"):
            rules.append(Keep("not initiated by an officer", stops.initiated_by == "officer"))
        return rules

    def _tally(self, sifted: Sifted, times: Times, precision: int) -> Window:
        """Counts by day, minute, edge, reason and place; by one place where places would make too many cells.

        The planned fit needs no places; the grid then says that those with places are not available.
        """
        import ibis

        table = sifted.table
        if _crowded(sifted.rows_used, times, precision):
            table = table.mutate(place=ibis.literal("all"))
        table = table.mutate(minute=(table.minute // precision) * precision)
        group = derive.group(table, self.contrast)
        keys = {
            "day": derive.day(table),
            "minute": table.minute,
            "edge": dusk.edge(table),
            "moving": (table.reason == "moving").fill_null(False).cast("int64"),
        }
        sums = {
            "group": group == "group",
            "reference": group == "reference",
            "unknown": ~derive.race_known(table, self.contrast),
            "known_before": table.known_before & group.notnull(),
            "before_recorded": table.known_before.notnull() & group.notnull(),
            "group_upper": derive.possibly(table, self.contrast, self.contrast.group),
            "reference_upper": derive.possibly(table, self.contrast, self.contrast.reference),
        }
        sums = {name: expression.fill_null(False) for name, expression in sums.items()}
        counts = tally(table, {**keys, "place": table.place}, sums)
        places = np.unique(counts["place"].astype(str), return_inverse=True)[1]
        return Window(**{name: np.asarray(part, np.int64) for name, part in (counts | {"place": places}).items()})

    def _separation(self, cells: Cells) -> Verdict:
        """Whether the planned fit has a finite answer, and one that can be meant."""
        columns = darkness.design(cells, self.df)
        names = ("intercept", "dark", *(f"clock {knot}" for knot in range(1, self.df + 1)))
        separating = logistic.separates(columns, cells.group, cells.trials)
        if separating is not None:
            sentence = f"{names[separating]} parts the two groups wholly: there is no finite estimate"
            return Verdict("separation", "refuse", sentence, {"term": names[separating]})
        coefficients = logistic.fit(columns, cells.group, cells.trials).coef
        return Separation().check(columns, cells.group, cells.trials, coefficients, names)

    def _estimates(self, window: Window, cells: Cells, fit: DarkFit, stage: DarkFit | None) -> Iterator[Estimate]:
        yield self._log_odds("is_dark", fit)
        low, high = fit.interval(self.confidence)[1:]
        ratio = math.exp(-fit.value), math.exp(-high), math.exp(-low)
        note = "odds of the group in daylight over its odds in the dark, at the same clock time"
        yield Estimate("veil_ratio", "ratio", *ratio, n=fit.n, interval=_clustered(fit), note=note)
        if len(np.unique(cells.place)) > 1:
            yield self._log_odds("is_dark_with_place", darkness.fit(cells, Choice(self.df, "place")))
        for dark, name in enumerate(("light", "dark")):
            here = cells.where(cells.dark == dark)
            yield self._share(f"share_{name}", int(here.group.sum()), here.n)
        if stage is not None:
            yield self._log_odds("first_stage", stage)
            kept = window.kept()
            for dark, name in enumerate(("light", "dark")):
                known, of = (int(part[kept.edge == dark].sum()) for part in (kept.known_before, kept.before_recorded))
                yield self._share(f"race_known_before_{name}", known, of)

    def _log_odds(self, quantity: str, fit: DarkFit) -> Estimate:
        ends = fit.interval(self.confidence)
        return Estimate(quantity, "log odds ratio", *ends, n=fit.n, se=fit.se, interval=_clustered(fit))

    def _share(self, quantity: str, x: int, n: int) -> Estimate:
        share = intervals.wilson(x, n, self.confidence)
        return Estimate(quantity, "share", *share, n=n, interval="Wilson", note=f"{x:,} of {n:,} stops")

    def _dusk_series(self, table: Any) -> Series:
        """The group's share by quarter hours from dusk, in the light and in the dark."""
        edge, group = dusk.edge(table), derive.group(table, self.contrast)
        keys = {
            "quarter": ((table.minute - table.dusk) / 15).floor().cast("int64"),
            "dark": edge.isin(darkness.PLANNED.dark),
        }
        sums = {"group": (group == "group").fill_null(False), "both": group.notnull()}
        lit = table.filter(edge.isin((*darkness.PLANNED.light, *darkness.PLANNED.dark)))
        counts = tally(lit, keys, sums)
        rows = [
            (
                15 * int(quarter) + 7.5,
                "dark" if dark else "light",
                *intervals.wilson(int(x), int(n), self.confidence),
                n,
            )
            for quarter, dark, x, n in zip(*(counts[name] for name in (*keys, *sums)), strict=True)
            if n >= Small().per_group
        ]
        names = ("minutes_from_dusk", "light_or_dark", "share", "low", "high", "n")
        reading = f"the group's share of both groups' stops, by quarter hour; under {Small().per_group} stops held back"
        return Series("dusk", _columns(names, rows), reading)

    def _grid_series(self, grid: Sequence[Specification]) -> Series:
        rows = [
            (
                *fit.interval(self.confidence),
                *(choice.df, choice.place, choice.bin_minutes, choice.window, choice.reasons),
                choice == Choice(self.df),
            )
            for choice, fit, _ in grid
            if fit is not None
        ]
        names = ("estimate", "low", "high", "df", "place", "bin_minutes", "window", "reasons", "planned")
        reading = "log odds of the group in the dark, for every specification that could be fitted"
        return Series("every_analysis", _columns(names, rows), reading)

    def _diagnostics(
        self, evidence: Evidence, stops: Any, window: Window, fit: DarkFit, grid: Sequence[Specification]
    ) -> dict[str, Any]:
        cells, planned = window.cells(), Choice(self.df)
        inside = Overlap().inside(cells.minute, cells.dark, cells.trials)
        return {
            "se_model": fit.se_model,
            "se_ratio": fit.se / fit.se_model,
            "dates": fit.dates,
            "deviance": fit.deviance,
            "specifications": _specifications(grid, fit),
            "trimmed_to_overlap": _plain(darkness.fit(cells.where(inside), planned)),
            "sun_two_minutes_earlier": _plain(darkness.fit(window.cells(darkness.SUN_EARLIER), planned)),
            "sun_two_minutes_later": _plain(darkness.fit(window.cells(darkness.SUN_LATER), planned)),
            "upper_counts": darkness.upper_counts(window, planned),
            "negative_control": self._pseudo_dusk(stops),
            "algorithm": ALGORITHM,
            "centroids": {str(place or "all places"): point.basis for place, point in evidence.centroids.items()},
        }

    def _pseudo_dusk(self, stops: Any) -> dict[str, Any]:
        """The same fit at a dusk four hours early, in full daylight: nothing can be hidden, so b must be 0."""
        control = "a dusk four hours early, in full daylight"
        later = stops.minute + CONTROL_SHIFT
        daylight = sift(
            stops,
            *self._of_vehicles(stops),
            Keep("no time", _timed(stops)),
            Keep("not in daylight", stops.minute < stops.sunset),
            Keep("outside the hours", later.between(stops.window_first, stops.window_last)),
            Keep("between", (later < stops.sunset) | (later >= stops.dusk)),
            *method.in_contrast(stops, self.contrast),
        ).table
        group, shifted = derive.group(daylight, self.contrast), daylight.minute + CONTROL_SHIFT
        keys = {"day": derive.day(daylight), "minute": shifted, "dark": (shifted >= daylight.dusk).cast("int64")}
        found = tally(daylight, keys, {"group": group == "group", "reference": group == "reference"})
        counts = {name: np.asarray(part, np.int64) for name, part in found.items() if name != "n"}
        nothing = np.zeros_like(counts["day"])
        try:
            fit = darkness.fit(Cells(**counts, place=nothing, moving=nothing), Choice(self.df))
        except ValueError as error:
            return {"control": control, "passes": None, "why": str(error)}
        ends = fit.interval(self.confidence)
        return {"control": control, "passes": ends.low <= 0 <= ends.high, **_plain(fit)}


def _crowded(stops: int, times: Times, precision: int) -> bool:
    """Whether these stops by place, day and minute are more cells than a tally may have.

    Stops that fall evenly fill n (1 - exp(-stops/n)) of n cells; uneven ones fill fewer.
    """
    if len(times["dusk"]) == 0:
        return False
    cells = len(times["dusk"]) * (int(np.ptp(times["dusk"])) // precision + 1)
    return cells * -math.expm1(-stops / cells) > MOST_CELLS


def _known_before(table: Any) -> Any:
    """True where a race was known before deciding to stop, false where none was seen, null where not recorded."""
    import ibis

    if not derive.has(table, "race_before_stop"):
        return ibis.literal(None, "boolean")
    before = table.race_before_stop
    return ibis.cases((derive.any_of(before, RACES), True), (before.contains("NOT_SEEN"), False), else_=None)


def _timed(stops: Any) -> Any:
    timed = stops.minute.notnull()
    return timed & (stops.time_precision <= COARSEST_MINUTES) if derive.has(stops, "time_precision") else timed


def _of_window(stops: Any, months: Keep) -> list[Keep]:
    return [
        Keep(f"no time recorded, or coarser than {COARSEST_MINUTES} minutes", _timed(stops)),
        months,
        Keep("no place, or a place without a centroid", stops.dusk.notnull()),
        Keep("outside the hours of dusk", stops.minute.between(stops.window_first, stops.window_last)),
    ]


def _races_set_aside(sifted: Sifted, window: Window) -> Sifted:
    """The exclusions that are counted from the tally: twilight, and races outside the contrast."""
    kept = window.kept()
    both, unknown, all_races = (int(part.sum()) for part in (kept.group + kept.reference, kept.unknown, kept.n))
    counted = (
        Exclusion("in a minute between sunset and the end of civil twilight", int(window.n.sum()) - all_races),
        Exclusion("race not recorded", unknown),
        Exclusion("race is in neither group, or in either", all_races - unknown - both),
    )
    return Sifted(sifted.table, (*sifted.excluded, *counted), sifted.rows_in)


def _gates_of_cells(window: Window, cells: Cells, df: int) -> Iterator[Verdict]:
    kept = window.kept()
    yield RaceMissingByDark().check(kept.unknown, kept.n, kept.edge == 1, kept.minute, kept.day)
    arms = [int(part[cells.dark == dark].sum()) for dark in (0, 1) for part in (cells.group, cells.reference)]
    yield Small().check(min(int(cells.group.sum()), int(cells.reference.sum())), min(arms), cells.n - 2 - df)
    yield Overlap().check(cells.minute, cells.dark, cells.trials)


def _of_dates(cells: Cells, df: int) -> Refusal | None:
    """The refusal where dates are few, or darkness cannot be told from the calendar."""
    if cells.dates < FEWEST_DATES:
        return Refusal(
            f"{cells.dates} dates with stops in the window, at least {FEWEST_DATES} expected", {"dates": cells.dates}
        )
    needed = "stops from a whole year, so that each hour of the clock is seen light and dark"
    try:
        inflation = darkness.collinearity(cells, df)
    except ValueError as error:
        return Refusal(f"darkness cannot be told from the calendar and the clock: {error}", {}, needed)
    if inflation <= MOST_INFLATION:
        return None
    found = f"variance inflation {inflation:.1f}, at most {MOST_INFLATION:.0f} expected"
    return Refusal(
        f"darkness and calendar month say nearly the same: {found}", {"variance_inflation": inflation}, needed
    )


def _no_veil(stage: DarkFit) -> Refusal:
    return Refusal(
        "race was known before the stop about as often in the dark as in daylight: darkness hides nothing here, and "
        "the contrast carries no information",
        {"first_stage": stage.value, "se": stage.se, "n": stage.n},
        "stops on darker roads",
    )


def _clock_changes(evidence: Evidence, cells: Cells) -> Any:
    """Days since 1970 on which the clocks changed, within the dates seen."""
    ends = np.array([cells.day.min(), cells.day.max()]).astype("datetime64[D]").astype(object)
    changed = [row["utc_day"] for row in zones.offset_rows(evidence.timezone, *ends) if row["change"] != zones.DAY]
    return np.array(changed, dtype="datetime64[D]").astype(np.int64)


def _missing_race(window: Window, fit: DarkFit, df: int) -> Band:
    kept = window.kept()
    ends = darkness.missing_race(window, Choice(df))
    figures = {
        f"{count}_{name}": int(part[kept.edge == dark].sum())
        for dark, name in enumerate(("light", "dark"))
        for count, part in (("unknown", kept.unknown), ("of", kept.n))
    }
    reading = "every stop of unknown race put with one group in the dark and the other in daylight, then the reverse"
    return Band("missing_race", min(*ends, fit.value), max(*ends, fit.value), reading, figures)


def _over_models(grid: Sequence[Specification], fit: DarkFit) -> Band:
    values = [found.fit.value for found in grid if found.fit is not None]
    return Band("model", min(*values, fit.value), max(*values, fit.value), f"over {len(values)} specifications")


def _specifications(grid: Sequence[Specification], planned: DarkFit) -> dict[str, Any]:
    """How many specifications could be fitted, and the shares that agree in sign and that exclude 0."""
    fits = [found.fit for found in grid if found.fit is not None]
    clear = [fit for fit in fits if fit.interval().low > 0 or fit.interval().high < 0]
    return {
        "in_the_grid": len(grid),
        "fitted": len(fits),
        "not_available": sum(found.why == "not available" for found in grid),
        "failed": [f"{found.choice}: {found.why}" for found in grid if found.why not in ("", "not available")],
        "same_sign_share": sum(fit.value * planned.value > 0 for fit in fits) / len(fits),
        "excluding_zero_share": len(clear) / len(fits),
    }


def _clustered(fit: DarkFit) -> str:
    return f"t with {fit.dates - 1} degrees of freedom, clustered by date"


def _plain(fit: DarkFit) -> dict[str, float]:
    return {"value": fit.value, "se": fit.se, "n": fit.n}


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}
