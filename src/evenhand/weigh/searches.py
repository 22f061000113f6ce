"""Searches and what they found: which count, how they are counted by place, and what must be known first.

Shared by the outcome tests (METHODS 4.3, 4.4). Only searches that left the officer a choice say anything
about the officer's standard: a search incident to arrest, of a towed car or under a warrant is set aside,
with the count. A source that does not say on what basis people were searched is refused, not guessed at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.maths.corners import Counts
from evenhand.tables import derive
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally, total
from evenhand.terms.result import Contrast, Refusal, Series
from evenhand.weigh.unrecorded import MOST_UNKNOWN, too_much

# METHODS 4.3: with fewer bases known, the searches that left a choice cannot be told from the others.
LEAST_BASIS = 0.5
# EXPERIENCE 4.3: a share is shown only on a base of 30 or more.
FEWEST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class SearchCells:
    """Stops, searches, searches of which the result is known, and hits, one entry a place.

    `stops` and `searches` are pairs, group first; `found` has hits of searches with a known result.
    """

    places: tuple[str, ...]
    stops: tuple[NDArray[np.float64], NDArray[np.float64]]
    searches: tuple[NDArray[np.float64], NDArray[np.float64]]
    found: Counts

    @property
    def searched(self) -> Counts:
        """Searches of stops."""
        return Counts(self.searches[0], self.stops[0], self.searches[1], self.stops[1])

    @property
    def overlap(self) -> NDArray[np.bool_]:
        """Places where both groups were searched with a known result."""
        return np.asarray((self.found.n1 > 0) & (self.found.n0 > 0))

    @property
    def met(self) -> Counts:
        """Hits of searches in the places where both groups were searched."""
        return Counts(*(part[self.overlap] for part in self.found))

    @property
    def apart(self) -> dict[str, int]:
        """Places where only one of the groups was searched, and the searches there, which add nothing."""
        searched = self.found.n1 + self.found.n0
        alone = ~self.overlap & (searched > 0)
        return {"places": int(alone.sum()), "searches": int(searched[alone].sum())}


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """What a scope's record says of its searches, as counts; pairs are (unknown, all) by whose."""

    stops: int
    searches: int
    basis_known: int
    found_known: int
    searched_unknown: dict[str, tuple[int, int]]
    found_unknown: dict[str, tuple[int, int]]


def prepare(table: Any, contrast: Contrast, place: str, supervision: bool) -> Any:
    """`table` with what searches are counted by: place, side, searched, discretionary, hit, and sets as words."""
    import ibis

    searched = derive.searched(table).fill_null("unknown").replace("not_stated", "unknown")
    return table.mutate(
        place=derive.place(table, place),
        side=derive.group(table, contrast),
        searched=searched,
        # asked of searches only: sets cost an engine ten times what words do, and few stops are searches
        discretionary=ibis.ifelse(searched == "yes", derive.discretionary(table, supervision), "unknown"),
        hit=ibis.ifelse(searched == "yes", derive.hit(table), "unknown"),
        basis=_words(table, "search_basis"),
        kinds=_words(table, "found"),
    )


def of_choice(table: Any) -> list[Keep]:
    """The predicates that leave stops not searched and searches that left a choice."""
    searched = table.searched == "yes"
    return [
        Keep("unknown whether searched", table.searched != "unknown"),
        Keep("the search left no choice", ~(searched & (table.discretionary == "no"))),
        Keep("basis of the search not recorded", ~(searched & (table.discretionary == "unknown"))),
        Keep("place not recorded", table.place.notnull()),
    ]


def facts(table: Any, contrast: Contrast) -> SearchFacts:
    """What the stops of a scope say, in all and for each group."""
    searched, unknown = table.searched == "yes", table.searched == "unknown"
    silent = searched & (table.hit == "unknown")
    sums = {"searches": searched, "basis": searched & (table.discretionary != "unknown"), "silent": silent}
    sums["unknown"] = unknown
    for side in ("group", "reference"):
        here = (table.side == side).fill_null(False)
        parts = {"stops": here, "unknown": here & unknown, "searches": here & searched, "silent": here & silent}
        sums |= {f"{side}_{name}": holds for name, holds in parts.items()}
    n = total(table, sums)
    groups = {"group": contrast.group, "reference": contrast.reference}
    return SearchFacts(
        stops=n["n"],
        searches=n["searches"],
        basis_known=n["basis"],
        found_known=n["searches"] - n["silent"],
        searched_unknown={"stops": (n["unknown"], n["n"])}
        | {f"stops of {label}": (n[f"{side}_unknown"], n[f"{side}_stops"]) for side, label in groups.items()},
        found_unknown={"searches": (n["silent"], n["searches"])}
        | {f"searches of {label}": (n[f"{side}_silent"], n[f"{side}_searches"]) for side, label in groups.items()},
    )


def refusal(known: SearchFacts, contrast: Contrast) -> Refusal | None:
    """The refusal where the record says too little of its searches: the result first, then the basis."""
    figures = {
        "stops": known.stops,
        "searches": known.searches,
        "basis_known": known.basis_known,
        "result_known": known.found_known,
    }
    if not known.searches:
        needed = "whether person and vehicle were searched, for every stop"
        return Refusal(f"no search is recorded in {known.stops:,} stops", figures, needed)
    few_bases = known.basis_known < LEAST_BASIS * known.searches
    if not known.found_known:
        return Refusal(
            f"no field says whether anything was found in the {known.searches:,} searches: there is no hit rate",
            figures,
            _needed(known, contrast, few_bases),
        )
    if whose := too_much({"searches": known.found_unknown["searches"]}) or too_much(known.found_unknown):
        unknown, of = known.found_unknown[whose]
        return Refusal(
            f"unknown whether anything was found in {unknown:,} of {of:,} {whose} ({unknown / of:.0%}, at most "
            f"{MOST_UNKNOWN:.0%} expected)",
            {**figures, "unknown": unknown, "of": of, "whose": whose},
            _needed(known, contrast, few_bases),
        )
    if few_bases:
        return Refusal(
            f"the basis is known for {known.basis_known:,} of {known.searches:,} searches, at least {LEAST_BASIS:.0%} "
            "expected: searches that left the officer no choice cannot be set aside",
            figures,
            f"the basis of each of the {known.searches:,} searches (consent, probable cause, incident to arrest, "
            "inventory, warrant ...); what was found is recorded, so nothing else is missing",
        )
    return None


def nothing_found(cells: SearchCells, contrast: Contrast) -> Refusal | None:
    """The refusal where the groups were never searched in one place, or searches there found nothing, or always."""
    if not cells.overlap.any():
        places = len(cells.places)
        needed = "a coarser place, so that searches of both groups are seen in it"
        return Refusal(f"in none of {places} places were both groups searched", {"places": places}, needed)
    x1, n1, x0, n0 = (int(part.sum()) for part in cells.met)
    if x1 and x0 and cells.met.varies:
        return None
    return Refusal(
        f"{x1:,} hits in {n1:,} searches of {contrast.group} against {x0:,} in {n0:,} of {contrast.reference}: the "
        "ratio has no interval",
        {"hits_group": x1, "searches_group": n1, "hits_reference": x0, "searches_reference": n0},
        "more searches: a longer period, or more agencies",
    )


def _needed(known: SearchFacts, contrast: Contrast, basis: bool) -> str:
    ask = f"for each of the {known.searches:,} searches, whether anything was found, and what"
    if basis:
        ask += "; and on what basis each search was made"
    return (
        f"{ask}. Then it could be told whether searches of people recorded as {contrast.group} find something less "
        f"often than searches of people recorded as {contrast.reference}"
    )


def count(table: Any) -> SearchCells:
    """Count the rows that `of_choice` and the contrast leave, by place and side."""
    searched, known = table.searched == "yes", table.hit != "unknown"
    sums = {"searches": searched, "known": searched & known, "hits": searched & (table.hit == "yes")}
    counted = tally(table, {"place": table.place, "side": table.side}, sums)
    places, code = np.unique(counted["place"].astype(str), return_inverse=True)

    def of(side: str, name: str) -> NDArray[np.float64]:
        here = counted["side"] == side
        return np.bincount(code[here], counted[name][here], len(places)).astype(np.float64)

    return SearchCells(
        tuple(str(place) for place in places),
        (of("group", "n"), of("reference", "n")),
        (of("group", "searches"), of("reference", "searches")),
        Counts(of("group", "hits"), of("group", "known"), of("reference", "hits"), of("reference", "known")),
    )


def search_and_find(cells: SearchCells) -> Series:
    """Search rate and find rate, a row a place and side; a rate on fewer than 30 is held back."""
    searched, found = cells.searched, cells.found
    columns: dict[str, tuple[Any, ...]] = {
        "place": cells.places * 2,
        "group": ("group",) * len(cells.places) + ("reference",) * len(cells.places),
        "search_rate": _rates(searched.x1, searched.n1) + _rates(searched.x0, searched.n0),
        "find_rate": _rates(found.x1, found.n1) + _rates(found.x0, found.n0),
    }
    reading = f"searches of stops and finds of searches, by place; a rate on fewer than {FEWEST_SHOWN} is held back"
    return Series("search_and_find", columns, reading)


def _rates(x: Iterable[float], n: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(float(part / of) if of >= FEWEST_SHOWN else None for part, of in zip(x, n, strict=True))


def _words(table: Any, name: str) -> Any:
    import ibis

    if not derive.has(table, name):
        return ibis.literal("unknown")
    return table[name].sort().join("+").fill_null("unknown").nullif("").fill_null("unknown")
