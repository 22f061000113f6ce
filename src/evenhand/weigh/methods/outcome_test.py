"""Outcome test: do searches of one group turn something up less often?

If officers hold every group to one standard of suspicion, a search on the margin is as likely to find
something whoever is searched; a lower hit rate for a group suggests that it is searched on weaker suspicion
(Becker 1957; Knowles, Persico and Todd 2001). Only searches that left the officer a choice are compared, and
only within places (Mantel and Haenszel 1959).

Blind to: infra-marginality, for average hit rates can differ between groups that face one threshold (see
`robust_outcome_test`); how serious the finds are; searches not recorded; anything about who was stopped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtrc

from evenhand.maths import conditional, decisions, hidden, intervals, power, strata
from evenhand.maths.corners import Counts
from evenhand.tables.sift import Keep, sift
from evenhand.tables.tally import tally
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Result, Scope, Series
from evenhand.weigh import method, searches
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.small import Small
from evenhand.weigh.readings import Readings
from evenhand.weigh.searches import SearchCells
from evenhand.weigh.sweep import selection_sweep
from evenhand.weigh.unrecorded import Unrecorded

# Cochran (1954): with more than a fifth of the expected counts below 5, no normal interval is to be relied on.
SMALL_EXPECTED, MOST_SMALL = 5, 0.2


@dataclass(frozen=True, slots=True)
class OutcomeTest:
    """Ratio of hit rates among searches that left a choice, group over reference, pooled over places.

    `place` is a level of area, empty: one place. `supervision` reads searches of people on probation or
    parole as leaving no choice.
    """

    contrast: Contrast
    scope: Scope
    place: str = ""
    supervision: bool = False
    confidence: float = 0.95

    name: ClassVar[str] = "outcome_test"

    def weigh(self, evidence: Evidence) -> Result:
        """The pooled ratio with everything that stands beside it, or a refusal."""
        stops = searches.prepare(evidence.encounters, self.contrast, self.place, self.supervision)
        in_scope = sift(stops, *method.encounters_in(stops, self.scope))
        gates = [missing := RaceMissing().check(in_scope.table, self.contrast)]
        known = searches.facts(in_scope.table, self.contrast)
        dated = [*method.encounters_in(stops, self.scope), RaceMissing().keep(stops, missing)]
        chosen, compared = searches.of_choice(stops), method.in_contrast(stops, self.contrast)
        searched = Keep("not searched", stops.searched == "yes")
        told = Keep("unknown whether anything was found", stops.hit != "unknown")
        sifted = sift(stops, *dated, *chosen, searched, *compared, told)
        if refusal := method.refusing(gates) or searches.refusal(known, self.contrast):
            return method.result(self, sifted, gates, refusal)
        cells = searches.count(_kept(stops, *dated, *chosen, *compared))
        x1, n1, x0, n0 = (int(part.sum()) for part in cells.met)
        gates.append(small := Small().check(min(n1, n0), min(x1, x0)))
        if refusal := searches.nothing_found(cells, self.contrast) or method.refusing([small]):
            return method.result(self, sifted, gates, refusal)
        around = _kept(stops, *dated, *chosen, searched)
        beside = Unrecorded.of(around, self.contrast, {"place": around.place}, around.hit)
        placed = Keep("place not recorded", stops.place.notnull())
        read = Readings.of(_kept(stops, *dated, searched, placed, *compared, told))
        by_basis = read.by_basis(self.supervision, self.confidence)
        answer = compare(cells, beside, by_basis, self.confidence)
        gates.append(Power().check(answer.smallest_visible))
        diagnostics = {
            **diagnose(cells, self.confidence),
            "by_basis": by_basis,
            "by_kind": read.by_kind(self.supervision, self.confidence),
            "negative_control": negative_control(_by_day(sifted.table), self.confidence),
        }
        return method.result(self, sifted, gates, answer, diagnostics)


def compare(
    cells: SearchCells, beside: Unrecorded, by_basis: Mapping[str, Mapping[str, Any]], confidence: float = 0.95
) -> Answer:
    """The answer from counts. Raises ValueError when no place has both groups, or a group has no hits there."""
    estimates = tuple(_estimates(cells.found, beside, confidence))
    race, *finds = beside.bands("something was found", "search")
    return Answer(
        estimates=estimates,
        smallest_visible=power.smallest_visible_ratio(estimates[0].se or 0),
        bands=(race, *_over_readings(estimates[0].value, by_basis, finds)),
        series=(searches.search_and_find(cells), _sweep(cells.met)),
    )


def _estimates(found: Counts, beside: Unrecorded, confidence: float) -> Iterator[Estimate]:
    x1, n1, x0, n0 = (int(part.sum()) for part in found)
    met = int((found.n1 + found.n0)[(found.n1 > 0) & (found.n0 > 0)].sum())
    hits = f"{x1:,} hits in {n1:,} searches against {x0:,} in {n0:,}"
    ratio = strata.mantel_haenszel_ratio(*found, confidence)
    by_place = (ratio.value, ratio.low, ratio.high)
    yield Estimate("hit_rate_ratio", "ratio", *by_place, met, ratio.se, "Greenland-Robins", hits)
    gap = strata.mantel_haenszel_difference(*found, confidence)
    ends = (1000 * gap.value, 1000 * gap.low, 1000 * gap.high)
    note = "more finds per 1,000 searches"
    yield Estimate("difference_per_1000", "difference", *ends, met, 1000 * gap.se, "Greenland-Robins", note)
    pooled = intervals.katz_ratio(x1, n1, x0, n0, confidence)
    note = "places not taken into account: never to be printed alone"
    yield Estimate("pooled_ratio", "ratio", *pooled, n1 + n0, interval="Katz", note=note)
    value, low, high = (1000 * end for end in intervals.newcombe(x1, n1, x0, n0, confidence))
    yield Estimate(
        "pooled_difference_per_1000", "difference", value, low, high, n1 + n0, interval="Newcombe, method 10", note=note
    )
    for name, x, n in (("hit_rate_group", x1, n1), ("hit_rate_reference", x0, n0)):
        share = intervals.wilson(x, n, confidence)
        yield Estimate(name, "share", *share, n=n, interval="Wilson", note=f"{x:,} of {n:,} searches")
    yield from _exact(found, confidence)
    if (upper := beside.upper) is not None:
        ratio = strata.mantel_haenszel_ratio(*upper, confidence)
        ends, n = (ratio.value, ratio.low, ratio.high), int(upper.n1.sum() + upper.n0.sum())
        note = "every search where the recorded race may mean a group is counted in that group"
        yield Estimate("hit_rate_ratio_upper_counts", "ratio", *ends, n, ratio.se, "Greenland-Robins", note)


def _exact(found: Counts, confidence: float) -> Iterator[Estimate]:
    """The exact odds ratio where places are small; none where it has no finite end."""
    both = (found.n1 > 0) & (found.n0 > 0)
    x1, n1, x0, n0 = (part[both] for part in found)
    rate = (x1 + x0) / (n1 + n0)
    expected = np.concatenate([n1 * rate, n1 * (1 - rate), n0 * rate, n0 * (1 - rate)])
    if np.mean(expected < SMALL_EXPECTED) <= MOST_SMALL:
        return
    try:
        odds = conditional.common_odds_ratio(x1, n1, x0, n0, confidence)
    except ValueError:
        return
    note = "an odds ratio, further from 1 than a ratio of rates; beside it because many places have few searches"
    yield Estimate(
        "hit_odds_ratio_exact", "ratio", *odds, n=int((n1 + n0).sum()), interval="exact conditional", note=note
    )


def _over_readings(planned: float, by_basis: Mapping[str, Mapping[str, Any]], finds: list[Band]) -> Iterator[Band]:
    """One band over what the record leaves to be read: which searches count, and finds that are unknown."""
    ratios = {name: told["ratio"] for name, told in by_basis.items() if "ratio" in told}
    values = [planned, *ratios.values(), *(end for band in finds for end in (band.low, band.high))]
    parts = ["every reading of which searches left a choice: each basis left out, or let in"] if ratios else []
    parts += [band.reading for band in finds]
    if parts:
        unknown = [{"low": band.low, "high": band.high, **band.figures} for band in finds]
        figures = {"by_basis": ratios, "finds_unknown": unknown[0] if unknown else {}}
        yield Band("model", min(values), max(values), "; and ".join(parts), figures)


def _sweep(met: Counts) -> Series:
    """The sweep with searches as its base: the selection of METHODS 4.8 is then into being searched."""
    e1, e0 = decisions.shares(met)
    series = selection_sweep(e1, e0, float(met.n1.sum() / (met.n1.sum() + met.n0.sum())))
    return replace(series, reading=f"Of searches, not of stops: for 'stopped' read 'searched'. {series.reading}")


def diagnose(cells: SearchCells, confidence: float = 0.95) -> dict[str, Any]:
    """What the pooled ratio hides: whether places reverse it, how they differ, what a hidden factor would need."""
    ratio = strata.mantel_haenszel_ratio(*cells.found, confidence)
    x1, n1, x0, n0 = (float(part.sum()) for part in cells.found)
    pooled = (x1 / n1) / (x0 / n0)
    q, df = ratio.heterogeneity_q, ratio.heterogeneity_df
    nearer = 1.0 if ratio.low <= 1 <= ratio.high else ratio.low if ratio.low > 1 else ratio.high
    return {
        "specifications": method.same_side(ratio.value, [pooled]),
        "places_compared": ratio.strata,
        "without_overlap": cells.apart,
        "result_unknown": int(sum(part.sum() for part in cells.searches) - n1 - n0),
        "reversed_by_place": bool((ratio.value - 1) * (pooled - 1) < 0),
        "pearson": _pearson(x1, n1, x0, n0),
        "heterogeneity": {"q": q, "df": df, "p": float(chdtrc(df, q)) if df else 1.0},
        "e_value": hidden.e_value(nearer),
    }


def _pearson(x1: float, n1: float, x0: float, n0: float) -> dict[str, float]:
    """Pearson's test of equal hit rates, the equilibrium of Knowles, Persico and Todd (2001), pooled over places."""
    rate = (x1 + x0) / (n1 + n0)
    chi_square = (x1 / n1 - x0 / n0) ** 2 / (rate * (1 - rate) * (1 / n1 + 1 / n0))
    return {"chi_square": chi_square, "df": 1, "p": float(chdtrc(1, chi_square))}


def negative_control(by_day: Counts, confidence: float = 0.95) -> dict[str, Any]:
    """Odd against even days of the month in place of race: passes when its interval holds 1."""
    try:
        ratio = strata.mantel_haenszel_ratio(*by_day, confidence)
    except ValueError as error:
        return {"passes": None, "why": str(error)}
    passes = ratio.low <= 1 <= ratio.high
    return {"ratio": ratio.value, "low": ratio.low, "high": ratio.high, "passes": passes}


def _by_day(table: Any) -> Counts:
    """Hits of searches on odd days and on even days, by place."""
    odd, hit = (table.date.day() % 2 == 1).fill_null(False), table.hit == "yes"
    rows = tally(table, {"place": table.place}, {"x1": odd & hit, "n1": odd, "x0": ~odd & hit, "n0": ~odd})
    return Counts(*(rows[name].astype(np.float64) for name in ("x1", "n1", "x0", "n0")))


def _kept(stops: Any, *rules: Keep) -> Any:
    return stops.filter(*(rule.holds for rule in rules))
