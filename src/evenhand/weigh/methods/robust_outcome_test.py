"""Robust outcome test: do searches and finds point the same way, so that neither alone can mislead?

A lower hit rate alone may come from risks that are spread differently; a higher search rate alone from risks
that are higher. If a group is searched more often *and* found less often, no such story is left, as long as
the groups' risks have a monotone likelihood ratio (Gaebler and Goel 2024, arXiv 2407.06539).

Blind to: groups whose risks are spread in ways that cross, where it can be wrong; who was stopped. It often
cannot decide, and "inconclusive" is not exoneration.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from evenhand.maths import corners, intervals, power, strata
from evenhand.maths.corners import Counts
from evenhand.maths.strata import StratifiedEstimate
from evenhand.tables.sift import sift
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Refusal, Result, Scope, Verdict
from evenhand.weigh import method, searches
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.small import Small
from evenhand.weigh.searches import SearchCells
from evenhand.weigh.unrecorded import MOST_UNKNOWN, Unrecorded, too_much

# METHODS 4.4: with fewer searches in a group its hit rate says nothing.
FEWEST_SEARCHES = 10
AGAINST, IN_FAVOUR, INCONCLUSIVE = "against the group", "in the group's favour", "inconclusive"


@dataclass(frozen=True, slots=True)
class RobustOutcomeTest:
    """Differences of search rate and of hit rate, group less reference; conclusive only where they oppose.

    Both must clear the limits of `confidence` (an intersection-union test: no correction, at most 2.5 % each
    way at 95 %). `place` is a level of area, empty: one place; `supervision` as in the outcome test.
    """

    contrast: Contrast
    scope: Scope
    place: str = ""
    supervision: bool = False
    confidence: float = 0.95

    name: ClassVar[str] = "robust_outcome_test"

    def weigh(self, evidence: Evidence) -> Result:
        """Both differences with what they say together, or a refusal."""
        stops = searches.prepare(evidence.encounters, self.contrast, self.place, self.supervision)
        in_scope = sift(stops, *method.encounters_in(stops, self.scope))
        gates = [missing := RaceMissing().check(in_scope.table, self.contrast)]
        known = searches.facts(in_scope.table, self.contrast)
        chosen = [*method.encounters_in(stops, self.scope), RaceMissing().keep(stops, missing)]
        chosen += searches.of_choice(stops)
        sifted = sift(stops, *chosen, *method.in_contrast(stops, self.contrast))
        if refusal := method.refusing(gates) or _untold(known) or searches.refusal(known, self.contrast):
            return method.result(self, sifted, gates, refusal)
        cells = searches.count(sifted.table)
        gates.append(small := _small(cells))
        too_few = self._too_few(cells) or searches.nothing_found(cells, self.contrast) or method.refusing([small])
        if too_few:
            return method.result(self, sifted, gates, too_few)
        around = stops.filter(*(rule.holds for rule in chosen))
        band = _over_race(around, self.contrast)
        answer = compare(cells, self.confidence, (band,))
        gates.append(Power().check(_visible_ratio(cells.found)))
        return method.result(self, sifted, gates, answer, diagnose(cells, self.confidence))

    def _too_few(self, cells: SearchCells) -> Refusal | None:
        """The refusal where a group was hardly searched."""
        counts = {"searches_group": int(cells.found.n1.sum()), "searches_reference": int(cells.found.n0.sum())}
        if min(counts.values()) >= FEWEST_SEARCHES:
            return None
        n1, n0 = counts.values()
        return Refusal(
            f"{n1} searches of {self.contrast.group} and {n0} of {self.contrast.reference} with a known result, at "
            f"least {FEWEST_SEARCHES} of each expected",
            counts,
            "a longer period, or more agencies",
        )


class Opposed(NamedTuple):
    """Both differences with their standard errors, and what they say together."""

    search: StratifiedEstimate
    hit: StratifiedEstimate
    direction: str


def oppose(searched: Counts, found: Counts, confidence: float = 0.95) -> Opposed:
    """Both Mantel-Haenszel differences; of one place, the plain ones. Variances are not pooled.

    Gaebler and Goel (2024). Raises ValueError when no place has both groups, or all shares are 0 or 1.
    """
    search = strata.mantel_haenszel_difference(*searched, confidence)
    hit = strata.mantel_haenszel_difference(*found, confidence)
    return Opposed(search, hit, _direction(search.value / search.se, hit.value / hit.se, confidence))


def compare(cells: SearchCells, confidence: float = 0.95, bands: tuple[Band, ...] = ()) -> Answer:
    """The answer from counts. Raises ValueError when no place has both groups, or a group has no hits there."""
    by_place = oppose(cells.searched, cells.found, confidence)
    return Answer(
        estimates=tuple(_estimates(cells, by_place, confidence)),
        smallest_visible=1000 * power.smallest_visible_difference(by_place.hit.se),
        bands=bands,
        series=(searches.search_and_find(cells),),
    )


def _estimates(cells: SearchCells, by_place: Opposed, confidence: float) -> Iterator[Estimate]:
    found, searched = cells.found, cells.searched
    say = f"{by_place.direction}: the search rate is {_word(by_place.search)}, the hit rate {_word(by_place.hit)}"
    yield _difference("hit_difference_per_1000", by_place.hit, found, f"more finds per 1,000 searches; {say}")
    yield _difference("search_difference_per_1000", by_place.search, searched, "more searches per 1,000 stops")
    for name, counts in (("hit_rate_ratio", found), ("search_rate_ratio", searched)):
        ratio = strata.mantel_haenszel_ratio(*counts, confidence)
        ends = (ratio.value, ratio.low, ratio.high)
        yield Estimate(name, "ratio", *ends, _met(counts), ratio.se, "Greenland-Robins", by_place.direction)
    pooled = oppose(_total(searched), _total(found), confidence)
    for name, gap, counts in (("hit", pooled.hit, found), ("search", pooled.search, searched)):
        note = f"places not taken into account; {pooled.direction}"
        yield _difference(f"pooled_{name}_difference_per_1000", gap, _total(counts), note)
    for name, counts in (("hit_rate", found), ("search_rate", searched)):
        x1, n1, x0, n0 = (int(part.sum()) for part in counts)
        for side, x, n in (("group", x1, n1), ("reference", x0, n0)):
            share = intervals.wilson(x, n, confidence)
            yield Estimate(f"{name}_{side}", "share", *share, n=n, interval="Wilson", note=f"{x:,} of {n:,}")


def _difference(name: str, gap: StratifiedEstimate, counts: Counts, note: str) -> Estimate:
    value, low, high, se = (1000 * part for part in (gap.value, gap.low, gap.high, gap.se))
    return Estimate(name, "difference", value, low, high, _met(counts), se, "normal, variances not pooled", note)


def diagnose(cells: SearchCells, confidence: float = 0.95) -> dict[str, Any]:
    """What is behind the verdict: both statistics by place and pooled, and what single places say."""
    by_place = oppose(cells.searched, cells.found, confidence)
    pooled = oppose(_total(cells.searched), _total(cells.found), confidence)
    return {
        "direction": by_place.direction,
        "z_search": by_place.search.value / by_place.search.se,
        "z_hit": by_place.hit.value / by_place.hit.se,
        "direction_pooled": pooled.direction,
        "specifications": {"fitted": 2, "same_sign_share": 1.0 if pooled.direction == by_place.direction else 0.5},
        "z_search_pooled": pooled.search.value / pooled.search.se,
        "z_hit_pooled": pooled.hit.value / pooled.hit.se,
        "without_overlap": cells.apart,
        "quadrants": quadrants(cells),
        "places": conclusive_places(cells, confidence),
    }


def quadrants(cells: SearchCells) -> dict[str, int]:
    """Places where both groups were searched, by whether the group is searched more and found less."""
    (s1, n1, s0, n0), (h1, k1, h0, k0) = (
        (part[cells.overlap] for part in counts) for counts in (cells.searched, cells.found)
    )
    more, lower = s1 / n1 > s0 / n0, h1 / k1 < h0 / k0
    return {
        "places": int(cells.overlap.sum()),
        "searched_more": int(more.sum()),
        "lower_hit": int(lower.sum()),
        "both": int((more & lower).sum()),
        "neither": int((~more & ~lower).sum()),
    }


def conclusive_places(cells: SearchCells, confidence: float = 0.95) -> dict[str, Any]:
    """Places whose own two statistics both clear the limits; those with too few searches are not assessed."""
    at = np.flatnonzero(_assessed(cells))
    searched, found = (Counts(*(part[at] for part in counts)) for counts in (cells.searched, cells.found))
    said = [_direction(z, y, confidence) for z, y in zip(_z(searched), _z(found), strict=True)]
    counted = {"assessed": len(said), "against": said.count(AGAINST), "in_favour": said.count(IN_FAVOUR)}
    share = {"share_inconclusive": said.count(INCONCLUSIVE) / len(said)} if said else {}
    return counted | {"not_assessed": len(cells.places) - len(said)} | share


def _assessed(cells: SearchCells) -> NDArray[np.bool_]:
    """Places with enough searches of both groups, whose rates have a variance."""
    enough = (cells.found.n1 >= FEWEST_SEARCHES) & (cells.found.n0 >= FEWEST_SEARCHES)
    for x1, n1, x0, n0 in (cells.searched, cells.found):
        enough &= (x1 * (n1 - x1) > 0) | (x0 * (n0 - x0) > 0)
    return np.asarray(enough)


def _z(counts: Counts) -> list[float]:
    return [float(z) for z in intervals.difference_z(*counts)] if len(counts.n1) else []


def _direction(z_search: float, z_hit: float, confidence: float) -> str:
    limit = float(ndtri((1 + confidence) / 2))
    if z_search > limit and z_hit < -limit:
        return AGAINST
    return IN_FAVOUR if z_search < -limit and z_hit > limit else INCONCLUSIVE


def _over_race(around: Any, contrast: Contrast) -> Band:
    """How far unknown races could move the difference of hit rates; the same of search rates in the figures."""
    searched = around.filter(around.searched == "yes")
    hits = Unrecorded.of(searched, contrast, {"place": searched.place}, searched.hit)
    stops = Unrecorded.of(around, contrast, {"place": around.place}, around.searched)
    band = hits.over_race("something was found", "search", _per_1000)
    search = stops.over_race("the person was searched", "stop", _per_1000)
    figures = {"search_difference_low": search.low, "search_difference_high": search.high, **search.figures}
    return replace(band, figures={**band.figures, "of_searching": figures})


def _per_1000(counts: Counts) -> float:
    return 1000 * corners.risk_difference(counts)


def _untold(known: searches.SearchFacts) -> Refusal | None:
    """The refusal where it is unknown too often whether people were searched (METHODS 4.11)."""
    unknown = known.searched_unknown
    whose = too_much({"stops": unknown["stops"]}) or too_much(unknown)
    if whose is None:
        return None
    missing, of = unknown[whose]
    return Refusal(
        f"unknown whether the person was searched in {missing:,} of {of:,} {whose} ({missing / of:.0%}, at most "
        f"{MOST_UNKNOWN:.0%} expected)",
        {"unknown": missing, "of": of, "whose": whose},
        "whether person and vehicle were searched, for every stop; a blank is not a no",
    )


def _small(cells: SearchCells) -> Verdict:
    x1, _, x0, _ = (int(part.sum()) for part in cells.met)
    stops = [int(part[cells.overlap].sum()) for part in cells.stops]
    return Small().check(min(stops), min(x1, x0))


def _visible_ratio(found: Counts) -> float:
    return power.smallest_visible_ratio(strata.mantel_haenszel_ratio(*found).se)


def _total(counts: Counts) -> Counts:
    return Counts(*(part.sum(keepdims=True) for part in counts))


def _met(counts: Counts) -> int:
    return int((counts.n1 + counts.n0)[(counts.n1 > 0) & (counts.n0 > 0)].sum())


def _word(gap: StratifiedEstimate) -> str:
    if gap.low <= 0 <= gap.high:
        return "not told apart"
    return "higher" if gap.value > 0 else "lower"
