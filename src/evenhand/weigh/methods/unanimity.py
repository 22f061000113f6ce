"""Unanimity: how surprising is it that so many who told belong to one group, and how much likelier to tell would it be?

Had stops been blind to race and all told alike, those of a group would be among tellers what they are among those
at risk: a binomial count, or a hypergeometric one where everyone stands on a roster. The tipping ratio is how many
times as likely to report members would have to be for so many to be no surprise (METHODS 6.1).

Blind to: why people told; encounters nobody told of; the share at risk itself. One person stopped twice counts
twice. It can suggest, and never clear.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, NamedTuple, TypeVar

from evenhand.errors import PlanError
from evenhand.maths import intervals, unanimity
from evenhand.tables import derive
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally, total
from evenhand.tables.telling import HEADLINE
from evenhand.terms.encounter import AREA_PREFIX, RACES
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Band, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method, told

T = TypeVar("T")

# METHODS 6.1: fewer are no pattern, whoever they are.
FEWEST = 4
# METHODS 1.2: the smallest visible effect is one seen in four of five repetitions.
POWER = 0.8
# Levels of area by which encounters are counted beside the answer, the first that the reports have.
AREA_LEVELS = ("county", "city", "region")
OVER_SHARES = "range over the shares named, not a confidence interval"
ON_ROSTER = "the roster is the frame: no range, and not a confidence interval"


class Law(NamedTuple):
    """What x of k tellers say at one share at risk, or on one roster: `members` and `others` it can hold."""

    share: float
    chance: Callable[[int, int], float]
    tipping: Callable[..., float]
    members: float = math.inf
    others: float = math.inf

    def holds(self, x: int, k: int) -> bool:
        """Whether x of k can have told: on a roster, no more than stand on it."""
        return k > 0 and x <= self.members and k - x <= self.others


class Tellers(NamedTuple):
    """Encounters whose teller stated a race, certainly and possibly in the group; and those who stated none."""

    n: int
    certain: int
    possible: int
    unstated: int = 0


@dataclass(frozen=True, slots=True)
class Unanimity:
    """Tipping ratio of telling and the chance of so many, over the shares at risk named, or on a roster.

    `group` are codes of `race_self` and `group_name` what they are called. `share` are the shares of the group among
    those at risk, never a census share, and `share_source` says whose they are; with `members` of `total` on a roster
    none is needed. `groups_looked_at` multiplies the chance, and divides the `level` of the tipping ratio.
    """

    group: tuple[str, ...]
    group_name: str
    share: tuple[float, ...] = ()
    share_source: str = ""
    groups_looked_at: int = 1
    level: float = 0.05
    members: int | None = None
    total: int | None = None
    threshold: float = HEADLINE
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "unanimity"

    def __post_init__(self) -> None:
        of_races = _listed(self.group) and all(code in RACES and code != "DECLINED" for code in self.group)
        if not (of_races and self.group):
            raise PlanError(f"unanimity: group is {self.group!r}, expected a list of codes such as BLACK, HISPANIC")
        if not _listed(self.share):
            raise PlanError(f"unanimity: share is {self.share!r}, expected a list of what it may be, as [0.25, 0.4]")
        if not 0 < self.level <= 0.5:
            raise PlanError(f"unanimity: level is {self.level}, expected one of at most 0.5, such as 0.05")
        if self.groups_looked_at < 1:
            raise PlanError(f"unanimity: groups_looked_at is {self.groups_looked_at}, expected at least this one")

    def weigh(self, evidence: Evidence) -> Result:
        """The tipping ratio with its range, or a refusal."""
        answered = partial(method.result, self, variant=self.group_name.replace(" ", "-"))
        if evidence.reports is None:
            return answered(told.NOTHING.sifted, (told.NOTHING.gate,), told.NO_REPORTS)
        look = told.look(evidence, self.scope, _stated, self.threshold)
        tellers = self._count(look.table, look.sifted.excluded[-1].n)
        refused = self._no_frame() or self._too_few(tellers) or _one_origin(look.table)
        refused = refused or self._beyond(tellers)
        if refused:
            return answered(look.sifted, (look.gate,), refused)
        found = self.assess(tellers)
        diagnostics = {**self._diagnose(evidence, look.table, tellers), "corroboration": look.corroboration}
        return answered(look.sifted, (look.gate,), found, diagnostics)

    def laws(self) -> tuple[Law, ...]:
        """One law a share, smallest share first; or the one of the roster."""
        if self.members is not None and self.total is not None:
            return (roster_law(self.members, self.total, self.groups_looked_at),)
        return tuple(share_law(share, self.groups_looked_at) for share in sorted(self.share))

    def assess(self, tellers: Tellers) -> Answer:
        """The answer from counts, as `weigh` gives it where it does not refuse."""
        laws = self.laws()
        readings = [self._read(tellers.certain, tellers.n, law) for law in laws]
        middle = _middle(readings)
        return Answer(
            estimates=tuple(self._estimates(tellers, readings)),
            smallest_visible=smallest_visible(tellers.n, _middle(laws), self.level),
            bands=(self._over_race(tellers, _middle(laws)),),
            series=(self._series(readings, middle),),
        )

    def _count(self, table: Any, unstated: int = 0) -> Tellers:
        sides = {
            "certain": derive.self_within(table, self.group),
            "possible": derive.self_touching(table, self.group),
        }
        counts = total(table, sides)
        return Tellers(counts["n"], counts["certain"], counts["possible"], unstated)

    def _no_frame(self) -> Refusal | None:
        """The refusal where nobody says who was at risk."""
        needed = (
            f"the share of {self.group_name} among those at risk, as a range inside 0 to 1, or a roster of all asked"
        )
        if (self.members is None) != (self.total is None):
            figures = {"members": self.members or 0, "total": self.total or 0}
            return Refusal("a roster needs both its members of the group and its total", figures, needed)
        if self.members is not None and self.total is not None:
            if 0 < self.members < self.total:
                return None
            reason = f"{self.members} members of {self.total} on the roster: it must hold both members and others"
            return Refusal(reason, {"members": self.members, "total": self.total}, needed)
        if not self.share:
            return Refusal("the share of the group among those at risk is not given", {"shares": 0}, needed)
        if not all(0 < share < 1 for share in self.share):
            outside = [share for share in self.share if not 0 < share < 1]
            return Refusal(f"a share at risk of {outside[0]} lies outside 0 to 1", {"shares": list(self.share)}, needed)
        return None

    def _too_few(self, tellers: Tellers) -> Refusal | None:
        figures = {"encounters": tellers.n, "in_group": tellers.certain}
        if tellers.n < FEWEST:
            reason = f"{tellers.n} encounters whose teller stated a race, at least {FEWEST} expected"
            return Refusal(reason, figures, "more people who tell")
        if tellers.certain == 0:
            reason = f"none of {tellers.n} encounters was certainly of {self.group_name}: there is no pattern to weigh"
            return Refusal(reason, figures, "another group, counted among the groups looked at")
        return None

    def _beyond(self, tellers: Tellers) -> Refusal | None:
        """The refusal where the frame cannot have given these, or so few could never be a surprise."""
        law = _middle(self.laws())
        n, x = tellers.n, tellers.certain
        figures = {"encounters": n, "in_group": x}
        if not law.holds(x, n) or n + tellers.unstated > law.members + law.others:
            reason = f"{n + tellers.unstated} encounters told, {x} of them of the group, are more than the roster holds"
            roster = {"members": self.members, "total": self.total}
            return Refusal(reason, figures | roster, "a scope of the roster's own people, each counted once")
        if smallest_visible(n, law, self.level) is None:
            chance = law.chance(min(n, int(min(law.members, n))), n)
            reason = (
                f"even if all {n} encounters were of {self.group_name} chance alone would do it too often "
                f"({chance:.2g}, at most {self.level:g} expected)"
            )
            return Refusal(reason, figures | {"chance_of_all": chance}, "more people who tell")
        return None

    def _read(self, x: int, k: int, law: Law) -> dict[str, float]:
        """What x of k say at one share."""
        most = law.others - (k - x)
        # ten times as many as would make x the count expected; nobody needs more to be lifted above a level of a half
        untold = int(most if math.isfinite(most) else 10 * math.ceil(x / law.share))
        return {
            "share": law.share,
            "chance": law.chance(x, k),
            "tipping_ratio": law.tipping(x, k, level=self.level, groups_looked_at=self.groups_looked_at),
            "invented_to_undo": unanimity.invented_to_undo(x, k, law.chance, self.level),
            "untold_to_undo": unanimity.untold_to_undo(x, k, law.chance, self.level, untold),
        }

    def _estimates(self, tellers: Tellers, readings: list[dict[str, float]]) -> Iterator[Estimate]:
        n, x = tellers.n, tellers.certain
        how = OVER_SHARES if self.members is None else ON_ROSTER

        def over(quantity: str, scale: str, note: str) -> Estimate:
            each = [reading[quantity] for reading in readings]
            return Estimate(quantity, scale, _middle(each), min(each), max(each), n, interval=how, note=note)

        yield over("tipping_ratio", "ratio", self._sentence(tellers, _middle(readings)))
        yield over("chance", "probability", "of so many or more, were stops blind to race and all as likely to report")
        share = intervals.clopper_pearson(x, n)
        yield Estimate("share_of_tellers", "share", *share, n, interval="Clopper-Pearson", note=f"{x:,} of {n:,}")
        both = "those who named codes of both sides counted out, then in"
        yield Estimate("in_group", "count", x, x, tellers.possible, n, interval=both)
        yield Estimate("encounters", "count", n, n, n, n, interval="counted")
        yield over("invented_to_undo", "count", "reports which, had they been invented, make so many no surprise")
        yield over(
            "untold_to_undo", "count", "encounters of others which, had they been told, make so many no surprise"
        )

    def _sentence(self, tellers: Tellers, reading: Mapping[str, float]) -> str:
        """What must be said wherever the tipping ratio is printed."""
        n, x, ratio = tellers.n, tellers.certain, reading["tipping_ratio"]
        who = f"all {n:,}" if x == n else f"{x:,} of {n:,}"
        frame = f"{100 * reading['share']:.3g}% of those at risk"
        if self.members is not None:
            frame = f"{self.members:,} of {self.total:,} on the roster"
        said = f"{who} encounters told were of {self.group_name}, who are {frame}"
        if self.groups_looked_at > 1:
            said += f" (one of {self.groups_looked_at} groups looked at)"
        if ratio <= 1:
            return f"{said}; so many would be no surprise even if stops were blind to race and all reported alike"
        if self.members is not None:
            times = (
                f"the odds that a member reports would have to be {ratio:.2f} times those of another (a ratio of odds)"
            )
        else:
            times = f"members would have to be {ratio:.2f} times as likely as others to report"
        return f"{said}; if stops were blind to race, {times} for so many to be no surprise"

    def _over_race(self, tellers: Tellers, law: Law) -> Band:
        """Those whose race is unstated or of both sides: out of the group, then in, as far as a roster allows."""
        k = tellers.n + tellers.unstated
        out = max(tellers.certain, k - law.others)
        inside = min(tellers.possible + tellers.unstated, law.members)

        def ratio(x: float) -> float:
            return law.tipping(int(x), k, level=self.level, groups_looked_at=self.groups_looked_at)

        return Band(
            "missing_race",
            ratio(out),
            ratio(inside),
            "tellers who stated no race, or one of both sides, counted out of the group, then in it",
            {
                "unstated": tellers.unstated,
                "of_both": tellers.possible - tellers.certain,
                "chance_out": law.chance(int(out), k),
                "chance_in": law.chance(int(inside), k),
            },
        )

    def _series(self, readings: list[dict[str, float]], middle: Mapping[str, float]) -> Series:
        frame = f"share at risk: {self.share_source or 'source not stated'}"
        if self.members is not None:
            frame = f"roster: {self.members:,} of {self.total:,}"
        columns = {name: tuple(reading[name] for reading in readings) for name in middle}
        return Series("unanimity", columns, f"{frame}; a row a share, and none of them is known to be right")

    def _figures(self, x: int, k: int) -> dict[str, Any]:
        """x of k at the middle share and at the share that makes it least, as diagnostics give it."""
        counts = {"n": k, "in_group": x}
        laws = [law for law in self.laws() if law.holds(x, k)]
        if not laws:
            return counts
        each = [law.tipping(x, k, level=self.level, groups_looked_at=self.groups_looked_at) for law in laws]
        return counts | {
            "tipping_ratio": _middle(each),
            "tipping_ratio_low": min(each),
            "chance": _middle(laws).chance(x, k),
        }

    def _of(self, table: Any) -> dict[str, Any]:
        tellers = self._count(table)
        return self._figures(tellers.certain, tellers.n)

    def _diagnose(self, evidence: Evidence, table: Any, tellers: Tellers) -> dict[str, Any]:
        """Every other way to count, beside the headline."""
        n, x = tellers.n, tellers.certain
        readings = told.readings(evidence, self.scope, self._of, _stated, self.threshold)
        others = [*readings["thresholds"].values(), readings["attributed"], self._figures(x, n)]
        law = _middle(self.laws())
        return {
            **readings,
            "smallest_tipping_ratio": min(found["tipping_ratio_low"] for found in others if "chance" in found),
            "upper_count": self._figures(int(min(tellers.possible, law.members)), n),
            "one_an_event": self._one_an_event(table),
            "left_out": {name: left for name in ("source_id", "referrer") if (left := self._left_out(table, name))},
            "publicity": self._around_publicity(evidence, table),
            "groups_looked_at": {
                "groups": self.groups_looked_at,
                "tipping_ratio_of_one": law.tipping(x, n, level=self.level),
                "chance_of_one": _alone(law, self).chance(x, n),
            },
            "areas": _areas(table),
        }

    def _one_an_event(self, table: Any) -> dict[str, Any]:
        """Events in place of encounters: in the group where all who were in it are."""
        if not derive.has(table, "event_id"):
            return {}
        import ibis

        alone = ibis.literal("encounter ") + table.encounter
        event = ibis.coalesce(ibis.literal("event ") + table.event_id.nullif(""), alone)
        events = table.group_by(event=event).agg(inside=derive.self_within(table, self.group).all())
        counts = total(events, {"inside": events.inside})
        return self._figures(counts["inside"], counts["n"])

    def _left_out(self, table: Any, name: str) -> dict[str, Any]:
        """Each source (or referrer) left out in turn: the smallest tipping ratio left, and by how many left out."""
        if not derive.has(table, name):
            return {}
        cells = tally(table, {"key": table[name].nullif("")}, {"inside": derive.self_within(table, self.group)})
        n, x = int(cells["n"].sum()), int(cells["inside"].sum())
        left = []
        for key, of, inside in zip(cells["key"], cells["n"], cells["inside"], strict=True):
            if key is not None and of < n:
                left.append({"left_out": int(of), **self._figures(x - int(inside), n - int(of))})
        return min(left, key=lambda found: found.get("tipping_ratio", math.inf)) if left else {}

    def _around_publicity(self, evidence: Evidence, table: Any) -> dict[str, Any]:
        """Those told before the first day it became widely known, and from then on."""
        if not evidence.publicity or not derive.has(table, "reported_on"):
            return {}
        import ibis

        first = min(known.day for known in evidence.publicity)
        early = table.reported_on < ibis.literal(first.isoformat()).cast("date")
        return {
            "first": first,
            "before": self._of(table.filter(early.fill_null(False))),
            "after": self._of(table.filter((~early).fill_null(False))),
            "day_unknown": total(table.filter(early.isnull()), {})["n"],
        }


def share_law(share: float, groups_looked_at: int = 1) -> Law:
    """The binomial law at one share at risk."""
    chance = partial(unanimity.tail, p=share, groups_looked_at=groups_looked_at)
    return Law(share, chance, partial(unanimity.tipping_ratio, p=share))


def roster_law(members: int, everyone: int, groups_looked_at: int = 1) -> Law:
    """The hypergeometric law of a roster; its tipping ratio is a ratio of odds."""
    roster = {"members": members, "total": everyone}
    chance = partial(unanimity.tail_from_roster, **roster, groups_looked_at=groups_looked_at)
    tipping = partial(unanimity.tipping_ratio_from_roster, **roster)
    return Law(members / everyone, chance, tipping, members, everyone - members)


def smallest_visible(k: int, law: Law, level: float) -> float | None:
    """How many times as likely members must be to be stopped and tell, for k tellers to be a surprise in 4 of 5 cases.

    Exact: the fewest members whose chance is at most `level`, and the ratio at which as many or more tell with 80 %
    power. None where even all k would be no surprise.
    """
    top = int(min(k, law.members))
    bottom = int(max(0, k - law.others))
    # the chance falls as x rises: the first x at which it is at most the level
    fewest = bisect_left(range(bottom, top + 1), -level, key=lambda x: -law.chance(x, k)) + bottom
    return law.tipping(fewest, k, level=POWER) if fewest <= top else None


def _alone(law: Law, chosen: Unanimity) -> Law:
    """The same law, had one group been looked at."""
    if chosen.members is not None and chosen.total is not None:
        return roster_law(chosen.members, chosen.total)
    return share_law(law.share)


def _listed(value: Any) -> bool:
    """Whether a setting is a list: a plan may say a word or a number where several are meant."""
    return isinstance(value, tuple)


def _stated(table: Any) -> Iterable[Keep]:
    return (Keep("race not stated by the teller", derive.self_stated(table)),)


def _middle(each: Sequence[T]) -> T:
    """The one in the middle of those in order of share; of two in the middle the cautious one, of the larger share."""
    return each[len(each) // 2]


def _one_origin(table: Any) -> Refusal | None:
    """The refusal where all who told were in one event, or were sent by one referrer: they do not stand alone."""
    for name, said in (("event_id", "were in one event"), ("referrer", "were sent on by one referrer")):
        if not derive.has(table, name):
            continue
        cells = tally(table, {"key": table[name].nullif("")})
        if len(cells["n"]) == 1 and cells["key"][0] is not None:
            n = int(cells["n"][0])
            return Refusal(
                f"all {n} encounters {said}: they do not tell of chance apart",
                {"encounters": n, "of_one": name},
                "people who came to tell on their own",
            )
    return None


def _areas(table: Any) -> dict[str, Any]:
    """Where the encounters were: counts by the first level of area there is, whoever was stopped."""
    level = next((level for level in AREA_LEVELS if derive.has(table, AREA_PREFIX + level)), None)
    if level is None:
        return {}
    cells = tally(table, {"area": derive.place(table, level)})
    areas = [area or "not stated" for area in cells["area"].tolist()]
    return {"level": level, "encounters": dict(zip(areas, cells["n"].tolist(), strict=True))}
