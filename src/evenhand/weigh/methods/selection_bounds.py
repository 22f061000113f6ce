"""Selection bounds: if some of the group's stops were made because of race, what can differences after a stop mean?

A search cannot happen without a stop. If some stops would not have been made of a reference person, the
people stopped are no longer alike, and the plain difference after the stop hides part of what race did
(Knox, Lowe and Mummolo 2020); or it does not, if race tells nothing more once the stop is made (Gaebler,
Cai, Basse, Shroff, Goel and Hill 2022). Both readings are printed: the plain difference, and its bounds at
every share of racial stops from 0 to 0.9.

Blind to: which reading is true, and what the share of racial stops is. The bounds assume that racial stops
are no more severe than others, that race never spares anyone a stop, that stops are recorded (or how many
are not), and that stops in one stratum are otherwise alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evenhand.errors import PlanError
from evenhand.maths import corners, decisions, intervals, power, selection, stopped
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells
from evenhand.maths.stopped import Means
from evenhand.tables import derive
from evenhand.tables.sift import Keep, sift
from evenhand.tables.tally import tally, total
from evenhand.terms.encounter import BY_NAME, UNKNOWN_CODES
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Refusal, Result, Scope, Series, Verdict
from evenhand.weigh import method
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.small import Small
from evenhand.weigh.sweep import (
    SHARES,
    Corners,
    Recorded,
    at_corners,
    average_effect,
    effect_on_group,
    selection_sweep,
    veil_mark,
)
from evenhand.weigh.unrecorded import MOST_UNKNOWN, Unrecorded, too_much

Effect = Callable[[Corners, float], selection.Bounds]

STRATIFIERS = ("place", "reason", "part_of_day")


@dataclass(frozen=True, slots=True)
class SelectionBounds:
    """Difference of an outcome among the stopped, and its bounds at each share of racial stops.

    `outcome` and `place` as in `decision_rate`. `shares` are the shares of the group's stops that are racial.
    `recorded` says which share of stops reaches the record: of the group, of the reference, and (optional)
    the least and largest mean outcome of the others. `veil_ratio` puts a mark on the sweep.
    """

    contrast: Contrast
    scope: Scope
    outcome: str = "searched"
    place: str = ""
    shares: tuple[float, ...] = SHARES
    recorded: tuple[float, ...] = ()
    veil_ratio: float | None = None
    confidence: float = 0.95

    name: ClassVar[str] = "selection_bounds"

    def __post_init__(self) -> None:
        known = ("searched", "frisk", *BY_NAME["result"].codes)
        if self.outcome not in known:
            raise PlanError(f"selection_bounds has no outcome {self.outcome!r}: expected one of {', '.join(known)}")
        if self.recorded and not _are_shares(self.recorded):
            raise PlanError(
                f"recorded = {list(self.recorded)}: expected the shares of stops recorded, group and reference, above "
                "0 and up to 1, and optionally the least and largest mean outcome of the others"
            )

    def weigh(self, evidence: Evidence) -> Result:
        """The plain difference and its bounds, or a refusal."""
        stops = self._stops(evidence.encounters)
        in_scope = sift(stops, *method.encounters_in(stops, self.scope)).table
        gates = [missing := RaceMissing().check(in_scope, self.contrast)]
        known = total(in_scope, {"reason": in_scope.reason != "unknown", "part_of_day": in_scope.part_of_day.notnull()})
        names = tuple(name for name in STRATIFIERS if name == "place" or known[name])
        alike = [
            *method.encounters_in(stops, self.scope),
            RaceMissing().keep(stops, missing),
            *(Keep(f"{name.replace('_', ' ')} not recorded", stops[name].notnull()) for name in names),
        ]
        told = Keep(f"{self.outcome} not recorded", stops.outcome != "unknown")
        sifted = sift(stops, *alike, told, *method.in_contrast(stops, self.contrast))
        if refusal := method.refusing(gates) or self._untold(in_scope) or out_of_range(self.shares):
            return method.result(self, sifted, gates, refusal, variant=self.outcome)
        cells = _cells(sifted.table, sifted.table.side == "group", names)
        gates.append(small := _small(cells))
        if refusal := method.refusing([small]):
            return method.result(self, sifted, gates, refusal, variant=self.outcome)
        try:
            answer = bounds(cells, self.shares, self._recorded, self.veil_ratio, self.confidence)
        except ValueError as error:
            return method.result(self, sifted, gates, Refusal(str(error)), variant=self.outcome)
        around = stops.filter(*(rule.holds for rule in alike))
        beside = Unrecorded.of(around, self.contrast, {name: around[name] for name in names}, around.outcome)
        answer = _with(answer, beside.over_race(f"{self.outcome} is yes", "stop", corners.risk_difference))
        diagnostics = {**self._diagnostics(cells), "negative_control": _odd_against_even(sifted.table, names)}
        return method.result(self, sifted, gates, answer, diagnostics, variant=self.outcome)

    @property
    def _recorded(self) -> Recorded | None:
        return Recorded(*self.recorded) if self.recorded else None

    def _stops(self, table: Any) -> Any:
        """The encounters with everything they are counted by; what is not known is null, or `unknown`."""
        import ibis

        nothing = ibis.literal(None, "string")
        return table.mutate(
            place=derive.place(table, self.place),
            # a reason not recorded is a stratum of its own
            reason=_or_unknown(table.reason if derive.has(table, "reason") else nothing),
            part_of_day=derive.part_of_day(table) if derive.has(table, "time_local") else nothing,
            week=derive.week(table),
            outcome=_or_unknown(derive.outcome(table, self.outcome)),
            side=derive.group(table, self.contrast),
        )

    def _untold(self, table: Any) -> Refusal | None:
        """The refusal where the outcome is unknown too often (METHODS 4.11), in the scope or in one group."""
        unknown, group, reference = table.outcome == "unknown", table.side == "group", table.side == "reference"
        sums = {
            "all": unknown.notnull(),
            "all_unknown": unknown,
            "group": group,
            "group_unknown": group & unknown,
            "reference": reference,
            "reference_unknown": reference & unknown,
        }
        found = total(table, {name: holds.fill_null(False) for name, holds in sums.items()})
        counts = {name: (found[f"{name}_unknown"], found[name]) for name in ("all", "group", "reference")}
        whose = too_much({"all": counts["all"]}) or too_much(counts)
        if whose is None:
            return None
        missing, of = counts[whose]
        return Refusal(
            f"{self.outcome} is unknown in {missing:,} of {of:,} stops ({whose}; {missing / of:.0%}, at most "
            f"{MOST_UNKNOWN:.0%} expected): those where it is known need not be like the others",
            {"unknown": missing, "stops": of, "whose": whose},
            f"the field behind {self.outcome!r} filled in, yes or no, for every stop; a blank is not a no",
        )

    def _diagnostics(self, cells: Cells) -> dict[str, Any]:
        at = stopped.means(cells.compared)
        return {
            "strata": tuple(cells.strata),
            "stops_in_strata_of_one_group": cells.alone,
            "weeks": len(np.unique(cells.week)),
            "group_share_of_stops": at.p1,
            "sign_change": selection.sign_change(at.e1, at.e0),
            "veil_mark": veil_mark(self.veil_ratio, self.shares),
            "recorded": self._recorded,
        }


def _are_shares(recorded: tuple[float, ...]) -> bool:
    if len(recorded) not in (2, 4) or not all(0 < share <= 1 for share in recorded[:2]):
        return False
    least, largest = recorded[2:] or (0.0, 1.0)
    return 0 <= least <= largest <= 1


def out_of_range(shares: tuple[float, ...]) -> Refusal | None:
    """The refusal of a share of racial stops at which there would be no other stops, or of no shares."""
    wrong = [share for share in shares if not 0 <= share < 1]
    if not wrong and shares:
        return None
    listed = ", ".join(f"{share:g}" for share in wrong) or "none"
    return Refusal(
        f"shares of racial stops: found {listed}, expected at least 0 and below 1: if every stop were racial there "
        "would be nothing to compare with",
        {"shares": tuple(shares)},
    )


def bounds(
    cells: Cells,
    shares: tuple[float, ...] = SHARES,
    recorded: Recorded | None = None,
    veil_ratio: float | None = None,
    confidence: float = 0.95,
) -> Answer:
    """The answer from counts: the arithmetic step.

    Raises ValueError when no stratum has both groups, with or without one of the weeks.
    """
    at, left_out = stopped.means(cells.compared), stopped.without_each_week(cells)
    n = int(cells.compared.n1.sum() + cells.compared.n0.sum())
    se = stopped.jackknife([each.e1 - each.e0 for each in left_out])
    series = _sweep(at, left_out, shares, recorded, veil_ratio, confidence)
    return Answer(
        estimates=tuple(_estimates(at, left_out, n, se, confidence)),
        smallest_visible=power.smallest_visible_difference(se),
        bands=(_over_readings(series, at),),
        series=(series,),
    )


def _estimates(at: Means, left_out: list[Means], n: int, se: float, confidence: float) -> Iterator[Estimate]:
    df = len(left_out) - 1
    interval = f"delete-one-week jackknife, t with {df} degrees of freedom"
    plain = intervals.student(at.e1 - at.e0, se, df, confidence)
    note = (
        "the effect of race among people stopped, if race tells nothing more once the stop is made; if some of the "
        "group's stops were made because of race it is bounded by the sweep"
    )
    yield Estimate("difference", "difference", *plain, n=n, se=se, interval=interval, note=note)
    for side, name in (("e1", "group"), ("e0", "reference")):
        value = float(getattr(at, side))
        error = stopped.jackknife([getattr(each, side) for each in left_out])
        share = intervals.student(value, error, df, confidence)
        ends = max(share.low, 0.0), min(share.high, 1.0)
        note = "over strata of like stops, weighted as the difference is"
        yield Estimate(f"weighted_share_{name}", "share", value, *ends, n=n, se=error, interval=interval, note=note)
    if (turns := selection.sign_change(at.e1, at.e0)) is not None:
        error = stopped.jackknife([(each.e0 - each.e1) / each.e0 for each in left_out])
        share = intervals.student(turns, error, df, confidence)
        ends = max(share.low, 0.0), min(share.high, 1.0)
        note = "share of racial stops beyond which the effect among the group's stops is positive"
        yield Estimate("sign_change", "share", turns, *ends, n=n, se=error, interval=interval, note=note)


def _sweep(
    at: Means,
    left_out: list[Means],
    shares: tuple[float, ...],
    recorded: Recorded | None,
    veil_ratio: float | None,
    confidence: float,
) -> Series:
    """The sweep with the interval of each effect: Imbens and Manski's, from the jackknife of both ends."""
    plain = selection_sweep(*at, veil_ratio, recorded, shares)
    columns = dict(plain.columns)
    for name, effect in (("att", effect_on_group), ("ate", average_effect)):
        found = []
        for rho in plain.columns["rho"]:

            def ends(means: Means, rho: float = rho, effect: Effect = effect) -> selection.Bounds:
                return effect(at_corners(means.e1, means.e0, means.p1, recorded), rho)

            found.append(stopped.interval(ends, at, left_out, confidence))
        columns[f"{name}_from"] = tuple(limits.low for limits in found)
        columns[f"{name}_to"] = tuple(limits.high for limits in found)
    return Series(plain.name, columns, plain.reading)


def _over_readings(series: Series, at: Means) -> Band:
    """The range of the effect over both readings and every share of racial stops on the sweep."""
    names = [name for name in ("att", "att_low", "att_high", "ate_low", "ate_high") if name in series.columns]
    values = [value for name in names for value in series.columns[name]]
    last = max(series.columns["rho"])
    plain = at.e1 - at.e0
    reading = f"effect of race among people stopped, from no racial stops to {last:.0%} of the group's stops"
    return Band("model", min(plain, *values), max(plain, *values), reading, {"plain_difference": plain})


def _with(answer: Answer, band: Band) -> Answer:
    return Answer(answer.estimates, answer.smallest_visible, (band, *answer.bands), answer.series)


def _cells(table: Any, group: Any, names: tuple[str, ...]) -> Cells:
    event = table.outcome == "yes"
    sums = {"x1": group & event, "n1": group, "x0": ~group & event, "n0": ~group}
    counted = tally(table, {**{name: table[name] for name in names}, "week": table.week}, sums)
    counts = Counts(*(counted[name].astype(np.float64) for name in sums))
    return Cells({name: counted[name].astype(str) for name in names}, counted["week"], counts)


def _small(cells: Cells) -> Verdict:
    x1, n1, x0, n0 = (int(part.sum()) for part in cells.compared)
    return Small().check(min(n1, n0), min(x1, x0), len(np.unique(cells.week)) - 1)


def _odd_against_even(table: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Odd against even calendar days in place of race, in the same strata: no effect can exist."""
    control = "odd against even calendar days in place of race"
    try:
        found = decisions.difference(_cells(table, derive.day(table) % 2 == 1, names))
    except ValueError as error:
        return {"control": control, "passes": None, "why": str(error)}
    passes = found.low <= 0 <= found.high
    return {"control": control, "passes": passes, "value": found.value, "low": found.low, "high": found.high}


def _or_unknown(words: Any) -> Any:
    import ibis

    return ibis.ifelse(words.isnull() | words.isin(UNKNOWN_CODES), "unknown", words)
