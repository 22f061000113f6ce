"""Space-time scan: is there a place and time where the encounters told cluster beyond chance?

A circle grows around each area, over each span of days, and the window that chance would hardly fill as full is
the likeliest cluster (Kulldorff 1997). Where the people of each area are known, chance deals encounters by them.
Where they are not, or do not stand for those who could be stopped, chance deals the days of the encounters anew,
so that each area and each day keeps its number (Kulldorff and others 2005): what differs by area alone, such as
how readily people tell, then cancels.

Blind to: telling that clusters, such as a meeting at which many spoke; one event with many people in it, hence
each event once beside the headline; in the permutation form, what rises everywhere at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.errors import PlanError
from evenhand.maths import circles, intervals, scan
from evenhand.maths.scan import Cluster, Scan
from evenhand.tables import derive
from evenhand.tables.sift import Keep
from evenhand.tables.tally import Cells, tally
from evenhand.tables.telling import HEADLINE
from evenhand.terms.evidence import AreaCell, Evidence, Publicity
from evenhand.terms.result import Answer, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method, told
from evenhand.weigh.gates.area_size import AreaSize
from evenhand.weigh.gates.power import Power

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# METHODS 6.5: with fewer cases no cluster is worth its name.
FEWEST_CASES = 30
# Radius limits of the diagnostics: shares of all people, or of all cases.
SHARES = (0.1, 0.25, 0.5)
# Clusters listed, and the share of what is expected in the window that the smallest visible risk is told for.
MOST, WINDOW = 5, 0.1
# Draws of the scans beside the headline, whose p says no more than whether it stays small.
DRAWS_BESIDE = 199
NOWHERE = "the area has no centroid"
AT_THE_DESK = "found at the desk; published only in cells that pass"
KINDS, DISTANCES = ("permutation", "poisson"), ("earth", "plane")


@dataclass(frozen=True, slots=True)
class SpaceTimeScan:
    """How likely chance alone would give a cluster as strong as the likeliest one.

    `place` is a level of area; `kind` permutation, or poisson where the people of each area are known. A circle holds
    at most a `share` of people (permutation: of cases), a span at most `longest` days and half of all; 0: places alone.
    `publicity_everywhere`: the plan knows that publicity reached every area alike. `fewest_people` of an area.
    `distance` over the earth, or on the plane of the degrees as some published analyses do.
    """

    scope: Scope = field(default_factory=Scope)
    place: str = ""
    kind: Literal["permutation", "poisson"] = "permutation"
    share: float = 0.5
    longest: int = 14
    publicity_everywhere: bool = False
    fewest_people: int = 25_000
    distance: Literal["earth", "plane"] = "earth"
    draws: int = 999
    seed: int = 0
    threshold: float = HEADLINE

    name: ClassVar[str] = "space_time_scan"

    def __post_init__(self) -> None:
        if not self.place:
            raise PlanError("space_time_scan has no place: name a level of area, such as county")
        if self.kind not in KINDS or self.distance not in DISTANCES:
            raise PlanError(f"kind {self.kind!r}, distance {self.distance!r}: permutation or poisson, earth or plane")
        if not 0 < self.share <= 0.5 or self.draws < 19 or self.longest < 0:
            raise PlanError(
                f"share {self.share}, {self.draws} draws, {self.longest} days: expected a share up to 0.5, at least 19 "
                "draws, days of 0 or more"
            )
        if self.kind == "permutation" and not self.longest:
            raise PlanError("permutation without days: it deals days anew; give longest, or the kind poisson")

    def weigh(self, evidence: Evidence) -> Result:
        """The chance of the likeliest cluster with where and when it is, or a refusal."""
        look = told.look(evidence, self.scope, self._own(evidence.areas), self.threshold)
        gates = [look.gate, AreaSize(self.fewest_people).check(evidence.areas)]
        if evidence.reports is None:
            return method.result(self, look.sifted, gates, told.NO_REPORTS)
        outside = {rows.reason: rows.n for rows in look.sifted.excluded}[NOWHERE]
        refusal = (
            _no_areas(evidence.areas) or _nowhere(outside) or method.refusing(gates) or self._people(evidence.areas)
        )
        if refusal:
            return method.result(self, look.sifted, gates, refusal)
        cases = self._count(evidence.areas, look.table)
        refusal = _too_few(cases) or self._one_day(cases) or self._publicity(evidence.publicity, cases)
        found = refusal or self.search(cases, self.share)
        if isinstance(found, Refusal):
            return method.result(self, look.sifted, gates, found)
        visible = _visible(found)
        gates.append(Power().check(visible))
        answer = Answer(tuple(_estimates(found)), visible, series=tuple(self._series(cases, found)))
        return method.result(self, look.sifted, gates, answer, self._diagnose(evidence, cases, found, look))

    def _own(self, areas: Iterable[AreaCell]) -> told.Own:
        """Encounters with a place, a centroid for it, and where time counts a day."""

        def keep(table: Any) -> Iterator[Keep]:
            derive.need(table, "date")
            where = derive.place(table, self.place)
            yield Keep("the area it happened in is not known", where.notnull())
            yield Keep(NOWHERE, where.isin([cell.area for cell in areas] or [""]))
            if self.longest:
                yield Keep("the day it happened is not known", derive.day_known(table))

        return keep

    def _count(self, areas: tuple[AreaCell, ...], table: Any) -> "Cases":
        keys = {"place": derive.place(table, self.place), "day": derive.day(table)}
        event = {"event_id": table.event_id} if derive.has(table, "event_id") else {}
        return Cases.of(areas, tally(table, keys | event), bool(self.longest))

    def _people(self, areas: tuple[AreaCell, ...]) -> Refusal | None:
        unknown = sum(cell.people is None or not cell.people > 0 for cell in areas)
        if self.kind == "permutation" or not unknown:
            return None
        return Refusal(
            f"{unknown:,} of {len(areas):,} areas have no number of people, which the poisson form deals encounters by",
            {"areas": len(areas), "unknown": unknown},
            "people of every area in [[areas]], or the kind permutation",
        )

    def _one_day(self, cases: "Cases") -> Refusal | None:
        if not self.longest or cases.days > 1 or self.kind == "poisson":
            return None
        return Refusal("all on one day: days cannot be dealt anew", {"days": cases.days}, "longest = 0 and poisson")

    def _publicity(self, publicity: Iterable[Publicity], cases: "Cases") -> Refusal | None:
        """The refusal where publicity may have reached areas unlike each other: the days of one would cluster."""
        inside = [each.day for each in publicity if 0 <= _day(each) - cases.first < cases.days]
        if self.kind == "poisson" or self.publicity_everywhere or not inside:
            return None
        days = ", ".join(day.isoformat() for day in sorted(inside))
        return Refusal(
            f"publicity on {days} lies among the days: where it reached one area more than another, telling clusters",
            {"publicity": [day.isoformat() for day in sorted(inside)]},
            "a period that ends before it, or publicity_everywhere = true where the plan can say so",
        )

    def search(
        self, cases: "Cases", share: float, counts: Integers | None = None, draws: int | None = None
    ) -> Scan | Refusal:
        """The scan of these counts (of `cases` if not given) with circles of at most a share; or there is no circle."""
        held = cases.counts if counts is None else counts
        size = held.sum(axis=1) if self.kind == "permutation" else cases.people
        try:
            rings = circles.rings(cases.distance(self.distance), size, share)
        except ValueError as why:
            return Refusal(f"no circle: {why}", {"areas": len(cases.areas)}, "smaller areas, or more of them")
        drawn, days = self.draws if draws is None else draws, held.shape[1]
        longest = min(self.longest or 1, max(days // 2, 1))
        if self.kind == "poisson":
            return scan.poisson(held, cases.people, rings, scan.spans(days, longest), drawn, self.seed, MOST)
        # a day without an encounter keeps none in every draw: windows begin and end on the others
        busy = np.flatnonzero(held.sum(axis=0))
        found = scan.permutation(held[:, busy], rings, _spans(busy, longest), drawn, self.seed, MOST)
        dated = (replace(one, first=int(busy[one.first]), last=int(busy[one.last])) for one in found.clusters)
        return replace(found, clusters=tuple(dated))

    def _diagnose(self, evidence: Evidence, cases: "Cases", found: Scan, look: told.Told) -> dict[str, Any]:
        """How far the cluster stays itself: other radius limits, each event once, other links, known agencies."""
        headline = _areas_of(found)

        def reading(counts: Integers, share: float = self.share) -> dict[str, Any]:
            n = int(counts.sum())
            if n < FEWEST_CASES:
                return {"n": n, "too_few": True}
            if counts.shape == cases.counts.shape and share == self.share and np.array_equal(counts, cases.counts):
                return _stable(found, headline)
            again = self.search(cases, share, counts, min(self.draws, DRAWS_BESIDE))
            return {"n": n, "refused": again.reason} if isinstance(again, Refusal) else _stable(again, headline)

        own = self._own(evidence.areas)
        inside = [each for each in evidence.publicity if 0 <= _day(each) - cases.first < cases.days]
        return {
            "window": {"first": cases.date(0), "last": cases.date(cases.days - 1), "days": cases.days},
            "areas": len(cases.areas),
            "windows": found.windows,
            "publicity_inside": len(inside),
            "radius_limits": {f"{share:.0%}": reading(cases.counts, share) for share in SHARES},
            "each_event_once": reading(cases.events),
            **told.readings(
                evidence,
                self.scope,
                lambda table: reading(self._count(evidence.areas, table).counts),
                own,
                self.threshold,
            ),
            "corroboration": look.corroboration,
        }

    def _series(self, cases: "Cases", found: Scan) -> Iterator[Series]:
        """Clusters by rank, and every area with the cluster it is in."""
        clusters = found.clusters
        rows = [
            {
                "rank": rank,
                "areas": ", ".join(cases.areas[at].area for at in cluster.areas),
                "first": cases.date(cluster.first if self.longest else 0),
                "last": cases.date(cluster.last if self.longest else cases.days - 1),
                "cases": cluster.cases,
                "expected": cluster.expected,
                "relative_risk": cluster.relative_risk,
                "p": cluster.p,
            }
            for rank, cluster in enumerate(clusters, start=1)
        ]
        names = ("rank", "areas", "first", "last", "cases", "expected", "relative_risk", "p")
        yield Series("clusters", {name: tuple(row[name] for row in rows) for name in names}, AT_THE_DESK)
        yield self._by_area(cases, clusters)

    def _by_area(self, cases: "Cases", clusters: tuple[Cluster, ...]) -> Series:
        """Each area on the days of its own cluster; an area in none, on those of the likeliest."""
        expected = cases.expected(self.kind)
        of = {area: rank for rank, cluster in enumerate(clusters, start=1) for area in cluster.areas}
        spans = [slice(cluster.first, cluster.last + 1) for cluster in clusters] or [slice(None)]
        days = [spans[of.get(at, 1) - 1] for at in range(len(cases.areas))]
        columns = {
            "area": tuple(cell.area for cell in cases.areas),
            "latitude": tuple(cell.latitude for cell in cases.areas),
            "longitude": tuple(cell.longitude for cell in cases.areas),
            "cases": tuple(int(cases.counts[at, span].sum()) for at, span in enumerate(days)),
            "expected": tuple(float(expected[at, span].sum()) for at, span in enumerate(days)),
            "cluster": tuple(of.get(at) for at in range(len(cases.areas))),
        }
        reading = "cases and what is expected, on the days of the area's cluster, else of the likeliest one"
        return Series("cluster_areas", columns, f"{reading}; {AT_THE_DESK}")


@dataclass(frozen=True, slots=True)
class Cases:
    """Encounters by area and day, shape (areas, days); `first` is the number of the first day.

    `events` are the same with each event once, however many people it met. Where time is left out there is one column.
    """

    areas: tuple[AreaCell, ...]
    counts: Integers
    events: Integers
    first: int
    days: int

    @classmethod
    def of(cls, areas: tuple[AreaCell, ...], cells: Cells, by_day: bool = True) -> "Cases":
        """From cells of place, day and, where there is one, event."""
        at = {cell.area: index for index, cell in enumerate(areas)}
        place = np.array([at[name] for name in cells["place"]], dtype=np.int64)
        dates = [day for day in cells["day"] if day is not None]
        first, last = (int(min(dates)), int(max(dates))) if dates else (0, 0)
        shape = (len(areas), last - first + 1 if by_day else 1)
        column = cells["day"].astype(np.int64) - first if by_day else np.zeros(len(place), dtype=np.int64)
        counts, events = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        np.add.at(counts, (place, column), cells["n"])
        np.add.at(events, (place, column), _once(cells, np.lexsort((place, column))))
        return cls(areas, counts, events, first, last - first + 1)

    @property
    def people(self) -> Floats:
        """People of each area; 0 where not known."""
        return np.array([cell.people or 0.0 for cell in self.areas])

    def expected(self, kind: str) -> Floats:
        """What each area and day would hold: by its people, or by its own cases and the day's."""
        total = self.counts.sum()
        if kind == "poisson":
            share = self.people / self.people.sum() / self.counts.shape[1]
            return np.asarray(total * np.broadcast_to(share[:, None], self.counts.shape))
        return np.asarray(np.outer(self.counts.sum(axis=1), self.counts.sum(axis=0)) / total)

    def distance(self, kind: str) -> Floats:
        """Between centroids: kilometres over the earth, or degrees on the plane."""
        north, east = ([getattr(cell, name) for cell in self.areas] for name in ("latitude", "longitude"))
        return circles.plain(east, north) if kind == "plane" else circles.great_circle(north, east)

    def date(self, day: int) -> str:
        """The date of a day counted from the first, ISO."""
        return derive.date_of(self.first + day).isoformat()


def _once(cells: Cells, order: NDArray[np.intp]) -> Integers:
    """The number of each cell with each event in one of them, the first in this order; without an event, as it is."""
    once = cells["n"].astype(np.int64)
    if "event_id" not in cells:
        return once
    counted: set[str] = set()
    for at in order:
        if event := cells["event_id"][at]:
            once[at] = event not in counted
            counted.add(event)
    return once


def _spans(days: Integers, longest: int) -> scan.Spans:
    """Every span of at most `longest` days that begins and ends on one of these days, as places among them."""
    first, last = np.nonzero((days - days[:, None] >= 0) & (days - days[:, None] < longest))
    return scan.Spans(first.astype(np.int64), last.astype(np.int64))


def _estimates(found: Scan) -> Iterator[Estimate]:
    draws, n = len(found.highest), found.cases
    likeliest = found.clusters[0] if found.clusters else None
    p = likeliest.p if likeliest else 1.0
    # the rank of the data among the draws is binomial: how far p itself is only drawn
    drawn = intervals.clopper_pearson(round(p * (draws + 1)) - 1, draws)
    said = "no window holds more than is expected" if likeliest is None else _said(likeliest, n)
    interval = f"Clopper-Pearson of the rank among {draws:,} draws: of the drawing alone"
    yield Estimate("p", "probability", p, drawn.low, drawn.high, n, None, interval, f"{said}; {AT_THE_DESK}")
    yield Estimate("cases", "count", n, n, n, n, None, "", "encounters with a known area and day, all areas together")


def _said(cluster: Cluster, n: int) -> str:
    return f"{cluster.cases:,} of {n:,} encounters in the likeliest cluster, {cluster.expected:.1f} expected"


def _stable(found: Scan, headline: frozenset[int]) -> dict[str, Any]:
    """The chance of the likeliest cluster, and how much of the headline's areas it shares (Jaccard 1901)."""
    areas = _areas_of(found)
    both = areas | headline
    p = found.clusters[0].p if found.clusters else 1.0
    return {
        "n": found.cases,
        "p": p,
        "areas": len(areas),
        "overlap": len(areas & headline) / len(both) if both else 1.0,
    }


def _areas_of(found: Scan) -> frozenset[int]:
    return frozenset(found.clusters[0].areas) if found.clusters else frozenset()


def _visible(found: Scan) -> float | None:
    try:
        return scan.visible(found, WINDOW)
    except ValueError:
        return None


def _no_areas(areas: tuple[AreaCell, ...]) -> Refusal | None:
    if len({cell.area for cell in areas}) != len(areas):
        raise PlanError("an area is listed twice in [[areas]]: give each one centroid")
    if areas:
        return None
    return Refusal(
        "there are no areas to scan", {"areas": 0}, "[[areas]] in the plan: area, latitude, longitude, people"
    )


def _nowhere(outside: int) -> Refusal | None:
    """The refusal where encounters lie in areas that have no centroid."""
    if not outside:
        return None
    return Refusal(
        f"{outside:,} encounters lie in areas without a centroid: a cluster there could not be seen",
        {"encounters_without_centroid": outside},
        "those areas in [[areas]], or a scope that leaves them out",
    )


def _too_few(cases: Cases) -> Refusal | None:
    n = int(cases.counts.sum())
    if n >= FEWEST_CASES:
        return None
    return Refusal(f"{n:,} encounters, expected at least {FEWEST_CASES}", {"encounters": n}, "a longer time of telling")


def _day(each: Publicity) -> int:
    return (each.day - derive.date_of(0)).days
