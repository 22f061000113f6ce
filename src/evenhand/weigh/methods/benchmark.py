"""Benchmark: is a group stopped more often than its presence among those who could have been stopped?

Stops of each group are held against a count of people who could have been stopped, place by place, so that
a place which is policed more does not speak for one which is not. What is left is a ratio of rates inside
places (Gelman, Fagan and Kiss 2007). Stops clump, so the interval is the wider of quasi-Poisson and a
delete-one-place jackknife. The same is done over every benchmark at hand, because the answer hangs on that
choice (Ridgeway and MacDonald 2010).

Blind to: who drives, where and how; where officers were sent and why; one person stopped many times; the
choice of benchmark, hence the ladder of them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from evenhand.errors import PlanError, RecordError
from evenhand.maths import exposure, hidden, intervals, power
from evenhand.maths.exposure import Places, RateRatio, Ratio
from evenhand.tables import derive
from evenhand.tables.sift import Keep, Sifted, sift
from evenhand.tables.tally import Cells, tally, total
from evenhand.terms.evidence import Benchmark, Coverage, Evidence
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.small import Small
from evenhand.weigh.gates.submission import Submission

# METHODS 4.1: beyond this the places have no common ratio to speak of.
MOST_DISPERSION = 50.0
# a place's own ratio is held back below this many stops of either group (METHODS 2, `small`)
FEWEST_IN_PLACE = 30


@dataclass(frozen=True, slots=True)
class BenchmarkTest:
    """Ratio of stops per head of a benchmark, group over reference, inside places.

    `place` is the level of area of the benchmarks, empty for one place. `rungs` names benchmarks in the
    order of the ladder, the first carries the headline; empty: all. `classes` says which class of the
    benchmark stands for which group where their names differ.
    """

    contrast: Contrast
    scope: Scope
    place: str = ""
    rungs: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 0.95

    name: ClassVar[str] = "benchmark"

    def weigh(self, evidence: Evidence) -> Result:
        """The ladder of ratios with all that stands beside it, or a refusal."""
        rungs = self._ladder(evidence.benchmarks)
        table = evidence.encounters
        in_scope = sift(table, *method.encounters_in(table, self.scope)).table
        gates = [
            Submission().check(in_scope, self._covered(evidence.coverage)),
            missing := RaceMissing().check(in_scope, self.contrast),
        ]
        where = derive.place(table, self.place)
        placed = [
            *method.encounters_in(table, self.scope),
            RaceMissing().keep(table, missing),
            Keep("place not recorded", where.notnull()),
        ]
        known = Keep("the benchmark has no figure for this place", where.isin(sorted(rungs[0].exposure)))
        sifted = sift(table, *placed, known, *method.in_contrast(table, self.contrast))
        if refusal := method.refusing(gates) or self._classes_differ(rungs[0]):
            return method.result(self, sifted, gates, refusal)
        stops = self._tally(sift(table, *placed).table)
        places = self._against(rungs[0], stops)
        gates.append(Small().check(*_sizes(places)))
        if refusal := _no_exposure(rungs[0], places) or method.refusing(gates):
            return method.result(self, sifted, gates, refusal)
        ratio = exposure.ratio(places, self.confidence)
        if refusal := _too_clumped(ratio):
            return method.result(self, sifted, gates, refusal)
        visible = smallest_visible(ratio, places)
        if isinstance(visible, Refusal):
            return method.result(self, sifted, gates, visible)
        gates.append(Power().check(visible))
        answer = self._answer(rungs, stops, places, ratio, visible)
        return method.result(self, sifted, gates, answer, self._diagnostics(rungs[0], stops, places, ratio, sifted))

    def _ladder(self, benchmarks: tuple[Benchmark, ...]) -> tuple[Benchmark, ...]:
        by_name = {benchmark.name: benchmark for benchmark in benchmarks}
        absent = [name for name in self.rungs if name not in by_name]
        if absent or not by_name:
            wanted = ", ".join(absent) or "any"
            raise PlanError(f"no benchmark {wanted}: the plan has {', '.join(by_name) or 'none'}; add [[benchmark]]")
        chosen = tuple(by_name[name] for name in self.rungs or by_name)
        for benchmark in chosen:
            if benchmark.level != self.place:
                raise PlanError(
                    f"benchmark {benchmark.name} is given by {benchmark.level or 'no place'}, the method asks by "
                    f"{self.place or 'no place'}: set place = {benchmark.level!r}, or leave it out of rungs"
                )
            _hold(benchmark)
        return chosen

    def _covered(self, coverage: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
        """The coverage inside the scope's period: a month nobody asks about need not have arrived."""
        period = self.scope.period
        if period is None:
            return coverage
        cut = (replace(c, first=max(c.first, period.first), last=min(c.last, period.last)) for c in coverage)
        return tuple(span for span in cut if span.first <= span.last)

    def _classes_differ(self, benchmark: Benchmark) -> Refusal | None:
        wanted = self._sides
        lacking = {name for groups in benchmark.exposure.values() for name in wanted if name not in groups}
        if not lacking:
            return None
        classes = sorted({name for groups in benchmark.exposure.values() for name in groups})
        labels = f"{self.contrast.group} and {self.contrast.reference}"
        return Refusal(
            f"the stops are of {labels}, the benchmark {benchmark.name} counts {', '.join(classes)} and not "
            f"{' or '.join(sorted(lacking))} in every place: nothing says which class stands for which group",
            {"groups": wanted, "classes": tuple(classes)},
            f'classes = {{ "{self.contrast.group}" = "...", "{self.contrast.reference}" = "..." }} in the plan, with '
            "the class of the benchmark that means the same people",
        )

    @property
    def _sides(self) -> tuple[str, str]:
        """The benchmark's classes for the group and for the reference."""
        group, reference = self.contrast.group, self.contrast.reference
        return self.classes.get(group, group), self.classes.get(reference, reference)

    def _tally(self, placed: Any) -> Cells:
        """Counts by place of certain, possible and unknown race, and of the contrast's stops on odd days."""
        group = derive.group(placed, self.contrast)
        either = group.notnull()
        sums = {
            "group": (group == "group").fill_null(False),
            "reference": (group == "reference").fill_null(False),
            "unknown": ~derive.race_known(placed, self.contrast),
            "group_upper": derive.possibly(placed, self.contrast, self.contrast.group).fill_null(False),
            "reference_upper": derive.possibly(placed, self.contrast, self.contrast.reference).fill_null(False),
            "odd": either & (derive.day(placed) % 2 == 1),
        }
        return tally(placed, {"place": derive.place(placed, self.place)}, sums)

    def _against(
        self, benchmark: Benchmark, stops: Cells, group: str = "group", reference: str = "reference"
    ) -> Places:
        """The stops of each place the benchmark knows, against its exposure."""
        kept = np.array([place in benchmark.exposure for place in stops["place"]], dtype=np.bool_)
        names = tuple(str(place) for place in stops["place"][kept])
        counts = (stops[name][kept].astype(np.float64) for name in (group, reference, "unknown"))
        people = [[benchmark.exposure[name][side] for name in names] for side in self._sides]
        return Places(names, *counts, *(np.array(side, dtype=np.float64) for side in people))

    def _answer(
        self, rungs: tuple[Benchmark, ...], stops: Cells, places: Places, ratio: Ratio, visible: float
    ) -> Answer:
        ladder = {benchmark.name: self._rung(benchmark, stops) for benchmark in rungs}
        bands = [
            missing_race(places, ratio, self.contrast, self.confidence),
            *_over_rungs(ladder),
            *_over_models(ratio),
        ]
        return Answer(
            estimates=(
                *self._ratios(rungs[0], stops, places, ratio, ladder),
                *self._counts(rungs[0].unit, places, ratio),
                *tipping(places, ratio, self.contrast, self.confidence),
            ),
            smallest_visible=visible,
            bands=tuple(bands),
            series=(self._tiles(places), _ladder_series(ladder, rungs[0].unit)),
        )

    def _rung(self, benchmark: Benchmark, stops: Cells) -> tuple[Places, Ratio] | Refusal:
        """One benchmark's own places and ratio; a rung that cannot be had does not take the others with it."""
        if refusal := self._classes_differ(benchmark):
            return refusal
        places = self._against(benchmark, stops)
        small = Small().check(*_sizes(places))
        if refusal := _no_exposure(benchmark, places) or method.refusing([small]):
            return refusal
        ratio = exposure.ratio(places, self.confidence)
        return _too_clumped(ratio) or (places, ratio)

    def _ratios(
        self, first: Benchmark, stops: Cells, places: Places, ratio: Ratio, ladder: Mapping[str, Any]
    ) -> Iterator[Estimate]:
        yield _estimate("rate_ratio", ratio, places, self._note(first))
        if ratio.inside is not None:
            n = int(places.group.sum() + places.reference.sum())
            yield _quasi_poisson(ratio.inside, n, self.confidence)
            note = "all places as one: a place that is policed more and home to more of the group raises it"
            yield Estimate("rate_ratio_all_places", "ratio", *ratio.together, n=n, interval="exact", note=note)
        for name, rung in ladder.items() if len(ladder) > 1 else ():
            if not isinstance(rung, Refusal):
                yield _estimate(f"rung_{_slug(name)}", rung[1], rung[0], f"against the benchmark {name}")
        for side in ("group", "reference"):
            upper = self._against(first, stops, **{side: f"{side}_upper"})
            if not np.array_equal(getattr(upper, side), getattr(places, side)) and not exposure.unexposed(upper):
                note = f"every stop whose recorded race may mean the {side}, and need not, counted to the {side}"
                yield _estimate(f"rate_ratio_{side}_upper", exposure.ratio(upper, self.confidence), upper, note)

    def _note(self, first: Benchmark) -> str:
        pair = f"{self.contrast.group} over {self.contrast.reference}"
        parts = [f"Stops against {first.unit} (benchmark {first.name}), {pair}", first.caveat]
        if self.contrast.grouping == "crosswalk" and "WHITE" in (self.contrast.group, self.contrast.reference):
            parts.append("Stops counted as WHITE may include people of Middle Eastern origin, who mostly have no box")
        return ". ".join(part.rstrip(". ") for part in parts if part) + "."

    def _counts(self, unit: str, places: Places, ratio: Ratio) -> Iterator[Estimate]:
        exact = "exact for independent stops"
        note = f"stops per 1,000 {unit} over the whole period, all places together"
        one = places.as_one()
        for side, events, people in (
            ("group", int(one.group[0]), float(one.exposure_group[0])),
            ("reference", int(one.reference[0]), float(one.exposure_reference[0])),
        ):
            found = exposure.count(events, self.confidence)
            rate = intervals.Interval(*(1000 * end / people for end in found))
            yield Estimate(f"stops_{side}", "count", *found, n=events, interval=exact)
            yield Estimate(f"per_1000_{side}", "rate", *rate, n=events, interval=exact, note=note)
        stops = int(one.group[0])
        beyond = intervals.Interval(*(stops * (1 - 1 / end) for end in ratio.headline))
        note = "stops of the group beyond those it would have had at the reference's rate in the same places"
        yield Estimate("stops_beyond_reference_rate", "count", *beyond, n=stops, interval="of the ratio", note=note)

    def _tiles(self, places: Places) -> Series:
        everywhere = np.arange(len(places.names))
        rows = [_tile(places.only(everywhere == at), self.confidence) for at in everywhere]
        sides = ("group_stops", "reference_stops", "group_exposure", "reference_exposure")
        reading = f"each place's own ratio, held back where either group has fewer than {FEWEST_IN_PLACE} stops"
        return Series("district_tiles", _columns(("place", *sides, "ratio", "low", "high"), rows), reading)

    def _diagnostics(
        self, first: Benchmark, stops: Cells, places: Places, ratio: Ratio, sifted: Sifted
    ) -> dict[str, Any]:
        one = places.as_one()
        both, people = one.group[0] + one.reference[0], one.exposure_group[0] + one.exposure_reference[0]
        counted = {str(place): int(n) for place, n in zip(stops["place"], stops["n"], strict=True)}
        left_out = _left_out(places, ratio)
        others = [] if left_out is None else [ratio.together.value, left_out["low"], left_out["high"]]
        return {
            "unit": first.unit,
            "specifications": method.same_side(ratio.headline.value, others),
            "phi": ratio.dispersion,
            "se_quasi_poisson": None if ratio.inside is None else ratio.inside.se_quasi,
            "se_jackknife": None if ratio.inside is None else ratio.inside.se_jackknife,
            "places": len(places.names),
            "ratio_inside_places": None if ratio.inside is None else ratio.inside.value,
            "ratio_all_places": ratio.together.value,
            "leave_one_place_out": left_out,
            "non_residents": self._non_residents(sifted.table),
            "stops_per_1000": float(1000 * both / people),
            "negative_control": self._odd_against_even(first, stops, sifted.table),
            "hidden_factor": _hidden(ratio.headline),
            "places_without_benchmark": {place: n for place, n in counted.items() if place not in first.exposure},
            "places_without_stops": tuple(sorted(place for place in first.exposure if place not in counted)),
        }

    def _non_residents(self, table: Any) -> dict[str, Any] | str:
        if not derive.has(table, "resident_here"):
            return "not recorded"
        known = table.resident_here.isin(("yes", "no")).fill_null(False)
        counts = total(table, {"known": known, "elsewhere": (table.resident_here == "no").fill_null(False)})
        share = counts["elsewhere"] / counts["known"] if counts["known"] else None
        return {"share": share, "known": counts["known"], "stops": counts["n"]}

    def _odd_against_even(self, first: Benchmark, stops: Cells, table: Any) -> dict[str, Any]:
        """Odd against even days in place of race: no effect can exist. Halves by the calendar, so no seed."""
        control = "odd against even calendar days in place of race"
        day = derive.day(table)
        ends = table.aggregate(first=day.min(), last=day.max()).to_pyarrow().to_pylist()[0]
        odd_days = np.arange(ends["first"], ends["last"] + 1) % 2
        even = stops["group"] + stops["reference"] - stops["odd"]
        halves = self._against(first, stops | {"even": even}, "odd", "even")
        nothing = np.zeros_like(halves.group)
        days = nothing + float(np.sum(odd_days == 1)), nothing + float(np.sum(odd_days == 0))
        halves = replace(halves, unknown=nothing, exposure_group=days[0], exposure_reference=days[1])
        try:
            value, low, high = exposure.ratio(halves, self.confidence).headline
        except ValueError as error:
            return {"control": control, "passes": None, "why": str(error)}
        return {"control": control, "passes": low <= 1 <= high, "value": value, "low": low, "high": high}


def smallest_visible(ratio: Ratio, places: Places) -> float | Refusal:
    """The ratio seen with 80 % power: exact for one place, else by the standard error of the interval."""
    if ratio.inside is not None:
        return power.smallest_visible_ratio(ratio.inside.se)
    exposures = float(places.exposure_group.sum()), float(places.exposure_reference.sum())
    stops = int(places.group.sum() + places.reference.sum())
    try:
        return power.smallest_visible_counts(exposures[0] / exposures[1], stops)
    except ValueError as error:
        return Refusal(f"no ratio would have been seen: {error}", {"stops": stops, "exposures": exposures})


def missing_race(places: Places, ratio: Ratio, contrast: Contrast, confidence: float = 0.95) -> Band:
    """The headline with every stop of unknown race counted to the group, then to the reference."""
    unknown, value = int(places.unknown.sum()), ratio.headline.value
    if not unknown:
        return Band("missing_race", value, value, "race is recorded in every stop", {"unknown": 0})
    high = exposure.ratio(exposure.unknown_to_group(places), confidence).headline.value
    low = exposure.ratio(exposure.unknown_to_reference(places), confidence).headline.value
    figures: dict[str, Any] = {"unknown": unknown, "stops_of_both": int(places.group.sum() + places.reference.sum())}
    for name, share in (("", exposure.tipping_share), ("_by_place", exposure.tipping_share_by_place)):
        figures[f"tipping_share{name}"] = share(places).share if _tips(places) else None
    reading = (
        f"{unknown:,} stops have no race recorded: the ratio would be {high:.2f} if all were of {contrast.group}, "
        f"{low:.2f} if all were of {contrast.reference}"
    )
    return Band("missing_race", min(low, value), max(high, value), reading, figures)


def tipping(places: Places, ratio: Ratio, contrast: Contrast, confidence: float = 0.95) -> Iterator[Estimate]:
    """The share of unknown races at which there is no difference; outside 0 to 1 no split of them gets there."""
    if not _tips(places):
        return
    views = [("tipping_share", exposure.tipping_share, "all places together")]
    if ratio.inside is not None:
        views.append(("tipping_share_by_place", exposure.tipping_share_by_place, "inside places"))
    for quantity, share, view in views:
        found = share(places, ratio.dispersion, confidence)
        note = (
            f"if this share of the stops without a race were of {contrast.group} and the rest of {contrast.reference}, "
            f"the ratio {view} would be 1; inside the interval it could not be told from 1"
        )
        if not 0 <= found.share <= 1:
            side = "above" if found.share < 0 else "below"
            note += f"; no share is outside 0 to 1, so the ratio stays {side} 1 however the unknown are split"
        n = int(places.unknown[places.shared].sum())
        yield Estimate(quantity, "share", *found, n=n, interval="normal, widened by phi", note=note)


def _tips(places: Places) -> bool:
    return bool(places.unknown[places.shared].sum())


def _sizes(places: Places) -> tuple[int, None, int | None]:
    """Stops of the smaller group, no events, residual degrees of freedom of the fit inside places."""
    return places.smaller, None, int(places.informative.sum()) - 1 if len(places.names) > 1 else None


def _no_exposure(benchmark: Benchmark, places: Places) -> Refusal | None:
    cells = exposure.unexposed(places)
    if not cells:
        return None
    listed = ", ".join(f"{place} ({n} stops of the {side})" for place, side, n in cells)
    return Refusal(
        f"the benchmark {benchmark.name} counts nobody where there were stops: {listed}",
        {"cells": len(cells), "stops": sum(n for _, _, n in cells)},
        "a benchmark that counts people there, or coarser places",
    )


def _too_clumped(ratio: Ratio) -> Refusal | None:
    if ratio.dispersion <= MOST_DISPERSION:
        return None
    return Refusal(
        f"places differ {ratio.dispersion:.1f} times more than chance allows (phi, at most {MOST_DISPERSION:.0f}): one "
        "ratio does not describe them",
        {"phi": ratio.dispersion},
        "places more alike, a narrower scope, or a benchmark closer to who was there",
    )


def _hold(benchmark: Benchmark) -> None:
    for place, groups in benchmark.exposure.items():
        for name, people in groups.items():
            if not (math.isfinite(people) and people >= 0):
                raise RecordError(f"benchmark {benchmark.name}, {place}, {name}: found {people}, expected 0 or more")


def _estimate(quantity: str, ratio: Ratio, places: Places, note: str) -> Estimate:
    n = int(places.group.sum() + places.reference.sum())
    if ratio.inside is None:
        return Estimate(quantity, "ratio", *ratio.together, n=n, interval="exact", note=note)
    which = "quasi-Poisson" if ratio.inside.se == ratio.inside.se_quasi else "delete-one-place jackknife"
    interval = f"{which}, t with {ratio.inside.df} degrees of freedom"
    return Estimate(quantity, "ratio", *ratio.headline, n=n, se=ratio.inside.se, interval=interval, note=note)


def _quasi_poisson(inside: RateRatio, n: int, confidence: float) -> Estimate:
    limits = intervals.student(math.log(inside.value), inside.se_quasi, inside.df, confidence)
    ends = (inside.value, math.exp(limits.low), math.exp(limits.high))
    interval = f"quasi-Poisson, t with {inside.df} degrees of freedom"
    return Estimate("rate_ratio_quasi_poisson", "ratio", *ends, n=n, se=inside.se_quasi, interval=interval)


def _over_rungs(ladder: Mapping[str, Any]) -> Iterable[Band]:
    values = {name: rung[1].headline.value for name, rung in ladder.items() if not isinstance(rung, Refusal)}
    if len(values) > 1:
        yield Band("benchmark", min(values.values()), max(values.values()), f"over {len(values)} benchmarks", values)


def _over_models(ratio: Ratio) -> Iterable[Band]:
    if ratio.inside is not None:
        values = (ratio.inside.value, ratio.together.value)
        yield Band("model", min(values), max(values), "with and without an effect of each place")


def _ladder_series(ladder: Mapping[str, Any], unit: str) -> Series:
    rows = []
    for name, rung in ladder.items():
        if isinstance(rung, Refusal):
            rows.append((name, None, None, None, None, None, rung.reason))
            continue
        places, ratio = rung
        rows.append((name, *exposure.shares(places), *ratio.headline, None))
    names = ("rung", "share_of_stops", "share_of_exposure", "ratio", "low", "high", "refused")
    reading = f"the group's share of both groups' stops and of both groups' exposure, first of {unit}"
    return Series("benchmark_ladder", _columns(names, rows), reading)


def _tile(place: Places, confidence: float) -> tuple[Any, ...]:
    n1, n0 = int(place.group[0]), int(place.reference[0])
    shown = min(n1, n0) >= FEWEST_IN_PLACE
    ratio = exposure.together(place, confidence) if shown else (None, None, None)
    return (place.names[0], n1, n0, float(place.exposure_group[0]), float(place.exposure_reference[0]), *ratio)


def _left_out(places: Places, ratio: Ratio) -> dict[str, Any] | None:
    if ratio.inside is None or ratio.inside.df < 2:
        return None
    ratios = exposure.leave_one_out(places)
    low, high = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
    return {"low": ratios[low], "without_for_low": low, "high": ratios[high], "without_for_high": high}


def _hidden(headline: intervals.Interval) -> dict[str, float]:
    """How strong a hidden factor would have to be; 1 where the interval holds 1 and there is nothing to explain."""
    if headline.low <= 1 <= headline.high:
        return {"limit": 1.0, "e_value": 1.0}
    nearer = headline.low if headline.low > 1 else headline.high
    return {"limit": nearer, "e_value": hidden.e_value(nearer)}


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}


def _slug(name: str) -> str:
    return "_".join(name.lower().split())
