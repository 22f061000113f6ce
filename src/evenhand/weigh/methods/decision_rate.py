"""Decision rate: among people stopped in like circumstances, is one group searched (cited, frisked) more often?

People of the two groups are stopped in different places, for different reasons and at different hours, and
each of these moves how a stop goes. Stops are compared only within place, reason and part of day, and the
comparisons are pooled (Mantel and Haenszel 1959; Greenland and Robins 1985).

Blind to: who was stopped in the first place (hence the sweep of racial stops beside every number);
circumstances that are not in the strata; whether a search was warranted (see `outcome_test`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtrc

from evenhand.errors import PlanError
from evenhand.maths import decisions, hidden, intervals, power, strata
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells, Pooled
from evenhand.tables import derive
from evenhand.tables.sift import Keep, sift
from evenhand.tables.tally import tally, total
from evenhand.terms.encounter import BY_NAME, UNKNOWN_CODES
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Estimate, Refusal, Result, Scope, Series, Verdict
from evenhand.weigh import method
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.small import Small
from evenhand.weigh.sweep import selection_sweep
from evenhand.weigh.unrecorded import MOST_UNKNOWN, Unrecorded, too_much

# METHODS 4.11: with more of the stops in strata of one group, most of the file is not compared at all.
MOST_ALONE = 0.5
STRATIFIERS = ("place", "reason", "part_of_day")
# An outcome as the clause after "whether"; codes of `result` read "the stop ended in ...".
CLAUSES = {"searched": "the person was searched", "frisk": "the person was frisked"}


@dataclass(frozen=True, slots=True)
class DecisionRate:
    """Risk ratio of an outcome of stops, group over reference, pooled over strata of like stops.

    `outcome` is `searched`, `frisk` or a code of `result` such as `citation`; `place` a level of area,
    empty: one place. The interval is the wider of Greenland-Robins and delete-one-week jackknife.
    """

    contrast: Contrast
    scope: Scope
    outcome: str = "searched"
    place: str = ""
    confidence: float = 0.95

    name: ClassVar[str] = "decision_rate"

    def __post_init__(self) -> None:
        known = (*CLAUSES, *BY_NAME["result"].codes)
        if self.outcome not in known:
            raise PlanError(f"decision_rate has no outcome {self.outcome!r}: expected one of {', '.join(known)}")

    def weigh(self, evidence: Evidence) -> Result:
        """The pooled ratio with everything that stands beside it, or a refusal."""
        stops = self._stops(evidence.encounters)
        in_scope = sift(stops, *method.encounters_in(stops, self.scope))
        gates = [missing := RaceMissing().check(in_scope.table, self.contrast)]
        recorded = self._recorded(in_scope.table)
        names = tuple(name for name in STRATIFIERS if name == "place" or recorded[name])
        alike = [*method.encounters_in(stops, self.scope), RaceMissing().keep(stops, missing), *_placed(stops, names)]
        told = Keep(f"unknown whether {_clause(self.outcome)}", stops.outcome != "unknown")
        sifted = sift(stops, *alike, *method.in_contrast(stops, self.contrast), told)
        if refusal := method.refusing(gates) or self._untold(recorded):
            return method.result(self, sifted, gates, refusal, variant=self.outcome)
        cells = self._cells(sifted.table, names)
        gates.append(small := _small(cells))
        if refusal := _alone(cells) or method.refusing([small]) or self._always(cells):
            return method.result(self, sifted, gates, refusal, variant=self.outcome)
        around = stops.filter(*(rule.holds for rule in alike))
        beside = Unrecorded.of(around, self.contrast, {name: around[name] for name in names}, around.outcome)
        answer = compare(cells, beside, self.outcome, self.confidence)
        gates.append(Power().check(answer.smallest_visible))
        by_day = self._cells(sifted.table.mutate(side=_odd_day(sifted.table)), names)
        diagnostics = {
            **diagnose(cells, self.confidence),
            "negative_control": negative_control(by_day, self.confidence),
            "by_device": _by_device(in_scope.table),
        }
        return method.result(self, sifted, gates, answer, diagnostics, variant=self.outcome)

    def _stops(self, table: Any) -> Any:
        """The encounters with everything they are counted by; what is not known is null, or `unknown`."""
        import ibis

        nothing = ibis.literal(None, "string")
        return table.mutate(
            place=derive.place(table, self.place),
            # a reason not recorded is a stratum of its own: such stops are compared with each other only
            reason=(table.reason if derive.has(table, "reason") else nothing).fill_null("unknown"),
            part_of_day=derive.part_of_day(table) if derive.has(table, "time_local") else nothing,
            week=derive.week(table).fill_null(-1),
            outcome=derive.outcome(table, self.outcome).fill_null("unknown").replace("not_stated", "unknown"),
            side=derive.group(table, self.contrast),
            has_race=derive.race_known(table, self.contrast),
        )

    def _recorded(self, table: Any) -> dict[str, int]:
        """Stops of the scope that have a reason, a time; and all stops, those of each group, of unknown outcome."""
        unknown, group, reference = table.outcome == "unknown", table.side == "group", table.side == "reference"
        sums = {
            "reason": table.reason.notin(UNKNOWN_CODES),
            "part_of_day": table.part_of_day.notnull(),
            "unknown": unknown,
            "group": group,
            "group_unknown": group & unknown,
            "reference": reference,
            "reference_unknown": reference & unknown,
        }
        return total(table, {name: holds.fill_null(False) for name, holds in sums.items()})

    def _untold(self, recorded: Mapping[str, int]) -> Refusal | None:
        """The refusal where the outcome is unknown too often: in the scope, or in one of the groups."""
        counts = {
            "stops": (recorded["unknown"], recorded["n"]),
            f"stops of {self.contrast.group}": (recorded["group_unknown"], recorded["group"]),
            f"stops of {self.contrast.reference}": (recorded["reference_unknown"], recorded["reference"]),
        }
        whose = too_much({"stops": counts["stops"]}) or too_much(counts)
        if whose is None:
            return None
        unknown, of = counts[whose]
        return Refusal(
            f"unknown whether {_clause(self.outcome)} in {unknown:,} of {of:,} {whose} ({unknown / of:.0%}, at most "
            f"{MOST_UNKNOWN:.0%} expected): those where it is known need not be like the others",
            {"unknown": unknown, "stops": of, "share": unknown / of, "whose": whose},
            f"the field behind {self.outcome!r} filled in, yes or no, for every stop; a blank is not a no",
        )

    def _always(self, cells: Cells) -> Refusal | None:
        if cells.compared.varies:
            return None
        x1, n1, x0, n0 = (int(part.sum()) for part in cells.compared)
        return Refusal(
            f"in every stratum {_clause(self.outcome)} always or never ({x1:,} of {n1:,} against {x0:,} of {n0:,}): "
            "the ratio has no interval",
            {"events_group": x1, "stops_group": n1, "events_reference": x0, "stops_reference": n0},
            "an outcome that happens in some of the stops only",
        )

    def _cells(self, table: Any, names: tuple[str, ...]) -> Cells:
        group, event = table.side == "group", table.outcome == "yes"
        sums = {"x1": group & event, "n1": group, "x0": ~group & event, "n0": ~group}
        counted = tally(table, {**{name: table[name] for name in names}, "week": table.week}, sums)
        counts = Counts(*(counted[name].astype(np.float64) for name in sums))
        return Cells({name: counted[name].astype(str) for name in names}, counted["week"], counts)


def compare(cells: Cells, beside: Unrecorded, outcome: str, confidence: float = 0.95) -> Answer:
    """The answer from counts. Raises ValueError when no stratum has both groups, or a group has no events."""
    pooled = decisions.ratio(cells, confidence)
    estimates = [
        *_ratios(cells, pooled, confidence),
        _per_thousand(cells, confidence),
        *_crude(cells, confidence),
        *_upper(beside, confidence),
    ]
    return Answer(
        estimates=tuple(estimates),
        smallest_visible=power.smallest_visible_ratio(pooled.se),
        bands=tuple(beside.bands(_clause(outcome), "stop")),
        series=(_sweep(cells), _strata(cells)),
    )


def _ratios(cells: Cells, pooled: Pooled, confidence: float) -> Iterator[Estimate]:
    x1, n1, x0, n0 = (int(part.sum()) for part in cells.compared)
    note = f"{x1:,} of {n1:,} stops against {x0:,} of {n0:,}"
    if cells.alone:
        note += f"; {cells.alone:,} stops in strata where only one of the groups was stopped add nothing"
    ends = (pooled.value, pooled.low, pooled.high)
    yield Estimate("risk_ratio", "ratio", *ends, n1 + n0, pooled.se, _which(pooled), note)
    plain = strata.mantel_haenszel_ratio(*cells.compared, confidence)
    ends = (plain.value, plain.low, plain.high)
    yield Estimate("risk_ratio_greenland_robins", "ratio", *ends, n1 + n0, plain.se, "Greenland-Robins")


def _per_thousand(cells: Cells, confidence: float) -> Estimate:
    pooled = decisions.difference(cells, confidence)
    n = int(cells.compared.n1.sum() + cells.compared.n0.sum())
    value, low, high, se = (1000 * part for part in pooled[:4])
    note = "more per 1,000 stops, strata weighted as in the ratio"
    return Estimate("difference_per_1000", "difference", value, low, high, n, se, _which(pooled), note)


def _crude(cells: Cells, confidence: float) -> Iterator[Estimate]:
    x1, n1, x0, n0 = (int(part.sum()) for part in cells.counts)
    ratio = intervals.katz_ratio(x1, n1, x0, n0, confidence)
    note = "places, reasons and hours not taken into account: never to be printed alone"
    yield Estimate("crude_ratio", "ratio", *ratio, n=n1 + n0, interval="Katz", note=note)
    for name, x, n in (("share_group", x1, n1), ("share_reference", x0, n0)):
        share = intervals.wilson(x, n, confidence)
        yield Estimate(name, "share", *share, n=n, interval="Wilson", note=f"{x:,} of {n:,} stops")


def _upper(beside: Unrecorded, confidence: float) -> Iterator[Estimate]:
    if (counts := beside.upper) is None:
        return
    ratio = strata.mantel_haenszel_ratio(*counts, confidence)
    ends, n = (ratio.value, ratio.low, ratio.high), int(counts.n1.sum() + counts.n0.sum())
    note = "every stop whose recorded race may mean a group is counted in that group"
    yield Estimate("risk_ratio_upper_counts", "ratio", *ends, n, ratio.se, "Greenland-Robins", note)


def _sweep(cells: Cells) -> Series:
    """The sweep begins at the stratified difference: both means are over the strata, weighted as in it."""
    compared = cells.compared
    e1, e0 = decisions.shares(compared)
    return selection_sweep(e1, e0, float(compared.n1.sum() / (compared.n1.sum() + compared.n0.sum())))


def _strata(cells: Cells) -> Series:
    """Stops and events of each group by place and part of day, where both groups have enough to be shown."""
    names = tuple(name for name in ("place", "part_of_day") if name in cells.strata)
    code, counts = cells.code(*names), cells.by(*names)
    _, first = np.unique(code, return_index=True)
    shown = (counts.n1 >= Small().per_group) & (counts.n0 >= Small().per_group)
    columns: dict[str, tuple[Any, ...]] = {name: tuple(str(x) for x in cells.strata[name][first]) for name in names}
    for name, numbers in zip(("events_group", "n_group", "events_reference", "n_reference"), counts, strict=True):
        columns[name] = tuple(int(n) if show else None for n, show in zip(numbers, shown, strict=True))
    reading = f"stops and events by stratum; held back where a group has fewer than {Small().per_group} stops"
    return Series("strata", columns, reading)


def diagnose(cells: Cells, confidence: float = 0.95) -> dict[str, Any]:
    """What the pooled ratio hides: how it moves without a stratifier, between strata, with a hidden factor."""
    pooled, names = decisions.ratio(cells, confidence), tuple(cells.strata)
    plain = strata.mantel_haenszel_ratio(*cells.compared, confidence)
    fewer = {f"without {name}": tuple(other for other in names if other != name) for name in names if len(names) > 1}
    fewer |= {"by place": ("place",)}
    fewer_strata = {name: _plain(cells.by(*kept), confidence) for name, kept in fewer.items()}
    q, df = plain.heterogeneity_q, plain.heterogeneity_df
    return {
        "specifications": method.same_side(pooled.value, [found["ratio"] for found in fewer_strata.values()]),
        "strata": names,
        "strata_compared": plain.strata,
        "stops_in_strata_of_one_group": cells.alone,
        "se_greenland_robins": pooled.se_greenland_robins,
        "se_jackknife": pooled.se_jackknife,
        "weeks": len(np.unique(cells.week)),
        "fewer_strata": fewer_strata,
        "heterogeneity": {"q": q, "df": df, "p": float(chdtrc(df, q)) if df else 1.0},
        "e_value": _e_value(pooled),
    }


def negative_control(cells: Cells, confidence: float = 0.95) -> dict[str, Any]:
    """Odd against even days of the month in place of race, in the same strata: passes when its interval holds 1."""
    try:
        found = _plain(cells.compared, confidence)
    except ValueError as error:
        return {"passes": None, "why": str(error)}
    return {**found, "passes": found["low"] <= 1 <= found["high"]}


def _plain(counts: Counts, confidence: float) -> dict[str, float]:
    ratio = strata.mantel_haenszel_ratio(*counts, confidence)
    return {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}


def _e_value(pooled: Pooled) -> float:
    """Ratio a hidden factor needs with race and outcome to bring the nearer end to 1; 1 where it is there already."""
    if pooled.low <= 1 <= pooled.high:
        return 1.0
    return hidden.e_value(pooled.low if pooled.low > 1 else pooled.high)


def _placed(stops: Any, names: tuple[str, ...]) -> list[Keep]:
    rules = [Keep("place not recorded", stops.place.notnull())]
    if "part_of_day" in names:
        rules.append(Keep("time not recorded", stops.part_of_day.notnull()))
    return rules


def _small(cells: Cells) -> Verdict:
    x1, n1, x0, n0 = (int(part.sum()) for part in cells.compared)
    return Small().check(min(n1, n0), min(x1, x0))


def _alone(cells: Cells) -> Refusal | None:
    """The refusal where most stops are in strata that hold one group only."""
    stops = int(cells.counts.n1.sum() + cells.counts.n0.sum())
    if cells.alone <= MOST_ALONE * stops:
        return None
    return Refusal(
        f"{cells.alone:,} of {stops:,} stops are in strata where only one of the two groups was stopped (at most "
        f"{MOST_ALONE:.0%} expected): most of the stops would be compared with nothing",
        {"alone": cells.alone, "stops": stops},
        "a coarser place, or a longer period, so that both groups are seen in like circumstances",
    )


def _which(pooled: Pooled) -> str:
    if pooled.weeks:
        return f"delete-one-week jackknife, t with {pooled.weeks - 1} degrees of freedom"
    return "Greenland-Robins" if pooled.se_jackknife is not None else "Greenland-Robins; no jackknife could be had"


def _clause(outcome: str) -> str:
    return CLAUSES.get(outcome, f"the stop ended in {outcome.replace('_', ' ')}")


def _odd_day(table: Any) -> Any:
    import ibis

    return ibis.ifelse(table.date.day() % 2 == 1, "group", "reference")


def _by_device(table: Any) -> dict[str, dict[str, int]]:
    """Stops of the scope by the device they were recorded on: how many lack race, outcome."""
    if not derive.has(table, "recorded_on"):
        return {}
    sums = {"race_unknown": ~table.has_race, "outcome_unknown": table.outcome == "unknown"}
    counted = tally(table, {"device": table.recorded_on.fill_null("not recorded")}, sums)
    columns = (counted[name].tolist() for name in ("n", "race_unknown", "outcome_unknown"))
    rows = zip(counted["device"], *columns, strict=True)
    return {str(device): {"stops": n, "race_unknown": r, "outcome_unknown": o} for device, n, r, o in rows}
