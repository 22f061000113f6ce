"""Trust: did people call for help less after an event that became widely known?

Calls a week follow a level, a trend and the seasons, and may step and turn at the event (Bernal, Cummins and
Gasparrini 2017); with a control, such as a type of call little affected, everything is relative to it. Weeks that go
together make the model's own errors too narrow. So the interval is that of placebo dates: earlier weeks, at which
nothing is known to have happened, are asked the same question (Abadie, Diamond and Hainmueller 2010; METHODS 6.9).

Blind to: fewer needs as against fewer calls; other ways to call for help; anything else that began that week.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from evenhand.errors import PlanError
from evenhand.maths import interrupted, intervals
from evenhand.maths.interrupted import Placebo
from evenhand.tables import derive
from evenhand.tables.sift import Keep, Sifted, sift
from evenhand.tables.tally import tally
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method

Floats = NDArray[np.float64]

# METHODS 6.9: weeks before the event, and after it.
BEFORE, AFTER = 104, 8
# With fewer placebo windows that do not overlap, the rank alarms falsely in over a tenth of worlds.
FEWEST_WINDOWS = 8
# METHODS 6.9: another known event so near cannot be told from this one.
NEAR_DAYS = 28
# The last step of Cohen's rule: an effect is visible when four of five repetitions show it.
FOUR_OF_FIVE = 0.6
YEAR = 52
# Weeks are counted from the event; so many before it keep the number above 0, where engines divide alike.
FAR = 10_000
NO_CALLS = Refusal(
    "there are no calls to weigh", {"calls": 0}, "a table [[calls]] of the plan: date, area, call_type, n"
)


class Weeks(NamedTuple):
    """Calls by week from the first whole one to the end of the window; `event` counts the weeks before the event.

    `first` is the first day of the first week, `control` the calls of the control in the same weeks, or None.
    """

    first: date
    event: int
    seen: Floats
    control: Floats | None = None

    def day(self, week: int) -> str:
        """The first day of a week, ISO."""
        return (self.first + timedelta(weeks=int(week))).isoformat()


@dataclass(frozen=True, slots=True)
class Trust:
    """Share of the calls expected that are missing in the weeks from the event on, by the spread of placebo dates.

    `event` is the day it became known; weeks begin on its weekday. `area` and `call_type` say which calls, empty: all;
    `control` and `control_area` name types and areas little affected. `recoded` are days on which types or the number
    to call changed.
    """

    event: date
    weeks: int = AFTER
    area: tuple[str, ...] = ()
    call_type: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    control_area: tuple[str, ...] = ()
    recoded: tuple[date, ...] = ()
    harmonics: int = interrupted.HARMONICS
    confidence: float = 0.95
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "trust"

    def __post_init__(self) -> None:
        if self.weeks < AFTER:
            raise PlanError(f"trust: weeks is {self.weeks}, expected {AFTER} or more")
        if self.scope.where:
            raise PlanError(
                f"trust: scope {self.scope.name} is of encounters, and calls have only a date: name a period"
            )
        for name, of, chosen in (("control", "call_type", self.call_type), ("control_area", "area", self.area)):
            both = set(getattr(self, name)) & set(chosen)
            if getattr(self, name) and (not chosen or both):
                raise PlanError(f"trust: {name} must be apart from {of}: name in {of} the calls that are looked at")

    @property
    def needed(self) -> int:
        """Whole weeks before the event that the model and the placebo windows need."""
        return BEFORE + max(self.weeks, AFTER) + self.weeks * (FEWEST_WINDOWS - 1)

    def weigh(self, evidence: Evidence) -> Result:
        """The share of calls missing with its interval, or a refusal."""
        variant = "-".join(part.replace(" ", "-") for part in (self.event.isoformat(), *self.area, *self.call_type))
        answered = partial(method.result, self, variant=variant)
        if evidence.calls is None:
            return answered(Sifted(None, (), 0), (), NO_CALLS)
        self._hold_names(evidence.calls)
        calls = evidence.calls.mutate(week=self._week(evidence.calls))
        first, last = self._whole_weeks(calls)
        sifted = sift(calls, *self._keeps(calls, first))
        refused = self._too_short(first, last) or self._disturbed(evidence, first) or self._gaps(calls, first)
        if refused:
            return answered(sifted, (), refused)
        weeks = self._count(sifted.table, first)
        if not weeks.seen[weeks.event :].any():
            reason = f"no calls in the {self.weeks} weeks from the event on: a series that stops is not one that falls"
            return answered(sifted, (), Refusal(reason, {"calls": int(weeks.seen.sum())}, "calls that went on"))
        try:
            answer, diagnostics = self.assess(weeks), self._diagnose(evidence, sifted.table, weeks)
        except ValueError as error:
            reason = f"the calls cannot be fitted: {error}"
            return answered(
                sifted, (), Refusal(reason, {"calls": int(weeks.seen.sum())}, "more calls, or another control")
            )
        return answered(sifted, (), answer, diagnostics)

    def assess(self, weeks: Weeks) -> Answer:
        """The answer from calls by week. Raises ValueError where the series is too short or stops."""
        given = (weeks.seen, weeks.event, self.weeks, weeks.control, self.harmonics)
        expected = interrupted.expected(*given)
        ranked = self._placebo(weeks)
        return Answer(
            estimates=tuple(self._estimates(weeks, expected, ranked)),
            smallest_visible=_smallest_visible(ranked, self.confidence),
            series=tuple(self._series(weeks, expected, ranked)),
        )

    def _week(self, table: Any) -> Any:
        """Weeks since the event, which begins week 0."""
        event = (self.event - date.fromisoformat(derive.EPOCH)).days
        return (derive.day(table) - event + 7 * FAR) // 7 - FAR

    def _whole_weeks(self, calls: Any) -> tuple[int, int]:
        """The first and the last week that the calls cover whole, counted from the event."""
        inside = sift(calls, *self._in_period(calls)).table
        ends = inside.aggregate(first=inside.date.min(), last=inside.date.max()).to_pyarrow().to_pylist()[0]
        if ends["first"] is None:
            return 0, -1
        return -((self.event - ends["first"]).days // 7), ((ends["last"] - self.event).days + 1) // 7 - 1

    def _keeps(self, calls: Any, first: int) -> Iterator[Keep]:
        yield from self._in_period(calls)
        yield Keep("of another area or type of call", self._chosen(calls) | self._controls(calls, self.control))
        yield Keep("in a first week that is not whole", calls.week >= first)
        yield Keep("after the weeks looked at", calls.week < self.weeks)

    def _in_period(self, calls: Any) -> list[Keep]:
        return [Keep(reason, holds) for reason, holds in derive.in_scope(calls, self.scope)]

    def _chosen(self, calls: Any) -> Any:
        return _among(calls.area, self.area) & _among(calls.call_type, self.call_type)

    def _controls(self, calls: Any, types: tuple[str, ...], areas: tuple[str, ...] | None = None) -> Any:
        """Calls of the control: its types in the same areas, and the same types in its areas."""
        there = self.control_area if areas is None else areas
        return (_among(calls.area, self.area) & calls.call_type.isin(types)) | (
            calls.area.isin(there) & _among(calls.call_type, self.call_type)
        )

    def _hold_names(self, calls: Any) -> None:
        """PlanError when an area or a type is named that no call has."""
        named = {"area": (*self.area, *self.control_area), "call_type": (*self.call_type, *self.control)}
        for column, names in named.items():
            there = [str(name) for name in tally(calls, {column: calls[column]})[column]] if names else []
            stray = sorted(set(names) - set(there))
            if stray:
                raise PlanError(f"trust: the calls have no {column} {', '.join(stray)}; they have {', '.join(there)}")

    def _too_short(self, first: int, last: int) -> Refusal | None:
        before, after = max(-first, 0), max(last + 1, 0)
        figures = {"weeks_before": before, "weeks_after": after}
        if before < self.needed:
            reason = (
                f"{before} whole weeks of calls before the event, at least {self.needed} expected: {BEFORE} to learn "
                f"level, trend and seasons, the others for placebo dates with a window of {self.weeks} weeks"
            )
            return Refusal(reason, figures | {"needed": self.needed}, "calls from further back")
        if after < self.weeks:
            reason = f"{after} whole weeks of calls from the event on, {self.weeks} expected"
            return Refusal(reason, figures | {"needed": self.weeks}, "calls of the weeks after the event")
        return None

    def _disturbed(self, evidence: Evidence, first: int) -> Refusal | None:
        """The refusal where something else changed the calls."""
        start, end = self.event + timedelta(weeks=first), self.event + timedelta(weeks=self.weeks)
        recoded = sorted(day.isoformat() for day in self.recoded if start < day < end)
        if recoded:
            reason = (
                f"the coding of calls, or the number to call, changed on {', '.join(recoded)}, in the weeks looked at"
            )
            return Refusal(reason, {"recoded": recoded}, "a period of the plan that begins after the change")
        days = {each.day for each in evidence.publicity} - {self.event}
        near = sorted(day.isoformat() for day in days if abs((day - self.event).days) <= NEAR_DAYS)
        if near:
            reason = f"something else became known on {', '.join(near)}, within {NEAR_DAYS} days of the event"
            return Refusal(reason, {"near": near}, "an event that stands alone")
        return None

    def _gaps(self, calls: Any, first: int) -> Refusal | None:
        """The refusal where weeks hold no call of any kind: they were not sent, and are not weeks without calls."""
        inside = calls.filter(calls.week.between(first, self.weeks - 1))
        there = len(tally(inside, {"week": inside.week})["week"])
        absent = self.weeks - first - there
        if not absent:
            return None
        reason = (
            f"{absent} of {self.weeks - first} weeks hold no call of any kind: they look like weeks that were not sent"
        )
        return Refusal(reason, {"weeks_absent": absent}, "those weeks, or a period of the plan without them")

    def _count(self, table: Any, first: int) -> Weeks:
        control = bool(self.control or self.control_area)
        return Weeks(
            self.event + timedelta(weeks=first),
            -first,
            self._by_week(table, self._chosen(table), first),
            self._by_week(table, self._controls(table, self.control), first) if control else None,
        )

    def _by_week(self, table: Any, chosen: Any, first: int) -> Floats:
        kept = table.filter(chosen)
        cells = tally(kept, {"week": kept.week}, {"calls": kept.n})
        counts = np.zeros(self.weeks - first)
        counts[cells["week"].astype(np.int64) - first] = cells["calls"]
        return counts

    def _placebo(self, weeks: Weeks, **other: Any) -> Placebo:
        given = {"control": weeks.control, "harmonics": self.harmonics} | other
        return interrupted.placebo(
            weeks.seen, weeks.event, self.weeks, before=BEFORE, apart=AFTER, confidence=self.confidence, **given
        )

    def _estimates(self, weeks: Weeks, expected: Floats, ranked: Placebo) -> Iterator[Estimate]:
        seen, due = float(weeks.seen[weeks.event :].sum()), float(expected[weeks.event :].sum())
        n, share = int(seen), ranked.share
        than = "expected from the control" if weeks.control is not None else "expected from the weeks before"
        more = "fewer" if share.value >= 0 else "more"
        note = (
            f"{abs(share.value):.0%} {more} calls than {than} in the {self.weeks} weeks from {self.event}: "
            f"{seen:,.0f} seen, {due:,.0f} expected; fewer calls are not fewer needs"
        )
        how = f"t on the spread of {len(ranked.dates)} placebo dates ({ranked.windows} windows that do not overlap)"
        yield Estimate("calls_missing_share", "share", *share, n, interval=how, note=note)
        # what was seen is known; the calls expected are as uncertain as the share
        value, low, high = (seen * part / (1 - part) for part in share)
        yield Estimate(
            "calls_missing", "count", value, low, high, n, interval=how, note="calls expected less calls seen"
        )
        rank = f"rank among {len(ranked.dates)} placebo dates; upper end, the chance by the t of the share if larger"
        say = "of a share as large at a date at which nothing is known to have happened"
        yield Estimate(
            "p", "probability", ranked.p, ranked.p, max(ranked.p, _chance(ranked)), n, interval=rank, note=say
        )

    def _series(self, weeks: Weeks, expected: Floats, ranked: Placebo) -> Iterator[Series]:
        control = (None,) * len(expected) if weeks.control is None else tuple(int(each) for each in weeks.control)
        columns = {
            "week": tuple(weeks.day(week) for week in range(len(expected))),
            "seen": tuple(int(each) for each in weeks.seen),
            "expected": tuple(float(each) for each in expected),
            "control": control,
        }
        yield Series("calls_by_week", columns, "expected: had the event changed nothing; each week by its first day")
        placebos = {"week": tuple(map(weeks.day, ranked.dates)), "share": tuple(float(each) for each in ranked.shares)}
        yield Series("placebo", placebos, "share of calls missing had the event been in that week, when it was not")

    def _diagnose(self, evidence: Evidence, table: Any, weeks: Weeks) -> dict[str, Any]:
        """Other ways to ask, what the model alone would say, and what the series did before."""
        model = interrupted.fit(weeks.seen, weeks.event, self.weeks, weeks.control, self.harmonics, self.confidence)
        ranked = self._placebo(weeks)
        others = {f"{n} harmonics": self._placebo(weeks, harmonics=n) for n in (1, 3) if n != self.harmonics}
        if weeks.control is not None:
            others["without a control"] = self._placebo(weeks, control=None)
            left = self._controls_left_out(table, weeks)
            others |= {f"without {name}": self._placebo(weeks, control=control) for name, control in left}
        ranks = others.values()
        event, first = weeks.event, weeks.first + timedelta(weeks=int(ranked.dates[0]))
        known = [each.day for each in evidence.publicity if first <= each.day < self.event]
        year = weeks.seen[event - YEAR : event].sum() / max(weeks.seen[event - 2 * YEAR : event - YEAR].sum(), 1)
        return {
            # too narrow where weeks go together: shown so that a reader can see by how much
            "model_alone": {
                "share": model.share._asdict(), "level": model.level._asdict(), "slope": model.slope._asdict(),
                "dispersion": model.dispersion, "df": model.df,
            },
            "placebo": {"dates": len(ranked.dates), "windows": ranked.windows, "known_events_among_them": len(known)},
            "lead": {"week": weeks.day(ranked.dates[-1]), "share": float(ranked.shares[-1])},
            "last_year_over_the_one_before": float(year),
            "others": {name: {"share": other.share._asdict(), "p": other.p} for name, other in others.items()},
            "specifications": method.same_side(1 - ranked.share.value, (1 - each.share.value for each in ranks)),
        }  # fmt: skip

    def _controls_left_out(self, table: Any, weeks: Weeks) -> Iterable[tuple[str, Floats]]:
        """Each part of the control left out, where others remain."""
        parts = (*self.control, *self.control_area)
        for name in parts if len(parts) > 1 else ():
            types = tuple(each for each in self.control if each != name)
            areas = tuple(each for each in self.control_area if each != name)
            yield name, self._by_week(table, self._controls(table, types, areas), -weeks.event)


def _among(column: Any, names: tuple[str, ...]) -> Any:
    """Whether a call is of one of these; no name means all."""
    import ibis

    return column.isin(names) if names else ibis.literal(True)


def _smallest_visible(ranked: Placebo, confidence: float) -> float:
    """Share of calls missing that four of five repetitions would put clear of none, on the t of the interval."""
    _, spread, df = _placebos(ranked)
    clear, often = (intervals.student(0, spread, df, level).high for level in (confidence, FOUR_OF_FIVE))
    return 1 - math.exp(-(clear + often))


def _chance(ranked: Placebo) -> float:
    """One-sided chance of so large a share missing, on the t of the interval."""
    mean, spread, df = _placebos(ranked)
    return float(stdtr(df, (math.log1p(-ranked.share.value) - mean) / spread))


def _placebos(ranked: Placebo) -> tuple[float, float, int]:
    """Mean and spread of the logs of calls seen over expected, and degrees of freedom, as `interrupted.placebo`."""
    logs = np.log1p(-ranked.shares)
    return float(logs.mean()), float(logs.std(ddof=1)) * math.sqrt(1 + 1 / ranked.windows), ranked.windows - 1
