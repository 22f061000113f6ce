"""Roster: in a group of known size, all of whom were asked, were members of one race stopped off duty more often?

Everybody on a roster (the sworn officers of a department) is asked, so there is a denominator that reports lack,
and those who did not answer can be counted and bounded. Members are compared only within a department, and the
departments are pooled (Mantel and Haenszel 1959; Greenland and Robins 1985).

Blind to: residents, whom officers do not stand for; what people forget; a purpose of the canvass that leaked, so
that some answered because of it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from evenhand.errors import PlanError
from evenhand.maths import conditional, corners, intervals, odds, power, strata
from evenhand.maths import roster as silence
from evenhand.maths.corners import Counts, Floats
from evenhand.maths.intervals import Interval
from evenhand.maths.roster import FACTORS, Canvass
from evenhand.tables.sift import Sifted
from evenhand.terms.encounter import RACES, UNKNOWN_CODES
from evenhand.terms.evidence import Evidence, RosterCell
from evenhand.terms.result import (
    Answer,
    Band,
    Contrast,
    Estimate,
    Exclusion,
    Refusal,
    Result,
    Scope,
    Series,
    Verdict,
)
from evenhand.weigh import method
from evenhand.weigh.gates.power import Power
from evenhand.weigh.gates.small import Small

# METHODS 6.2: with fewer answers, or fewer of those asked, silence says as much as the answers.
FEWEST_ANSWERS, FEWEST_SHARE = 30, 0.5
# fewer answers of a race in a department are held back: race and answer together are a name
FEWEST_SHOWN = 10
GREENLAND_ROBINS, CORNERS = "Greenland-Robins", "worst corners of silence"
POOLED = "departments not taken into account: never to be printed alone"
NEEDED = "[[roster]] in the plan: a canvass of everybody on a roster, asked and answered by department and race"


@dataclass(frozen=True, slots=True)
class Roster:
    """Ratio of shares stopped off duty, group over reference, pooled over departments of one roster.

    `races` are the codes taken together as the contrast's group; empty: the group's own code. `roster` names the
    roster where there are several. `residents` (of the group's race) and `resident_days` give the
    series of what the rate would mean among residents; without them there is none.
    """

    contrast: Contrast
    scope: Scope = field(default_factory=Scope)
    races: tuple[str, ...] = ()
    roster: str = ""
    residents: int | None = None
    resident_days: int | None = None
    confidence: float = 0.95

    name: ClassVar[str] = "roster"

    def __post_init__(self) -> None:
        given = (self.residents, self.resident_days)
        if given.count(None) == 1 or any(number is not None and number <= 0 for number in given):
            raise PlanError(f"roster: residents {given[0]}, resident_days {given[1]}: give both above 0, or neither")

        stray = [code for code in self.races if code not in RACES or code == self.contrast.reference]
        if stray:
            raise PlanError(f"roster: races has {', '.join(stray)}: expected codes such as BLACK, not the reference's")

    def weigh(self, evidence: Evidence) -> Result:
        """The pooled ratio with what silence may hide beside it, or a refusal."""
        cells = self._chosen(evidence.rosters)
        asked = Asked.of(cells, self.races or (self.contrast.group,), self.contrast.reference)
        refusal = _not_there(cells) or self._cut() or _impossible(cells) or _not_whole(cells)
        if refusal := refusal or self._too_few(asked) or self._never(asked):
            return method.result(self, asked.sifted, (), refusal)
        x1, n1, x0, n0 = _whole(asked.compared)
        answer = compare(asked, self.confidence)
        if self.residents is not None and self.resident_days is not None:
            more = residents(asked, self.contrast, self.residents, self.resident_days, self.confidence)
            answer = replace(answer, series=(*answer.series, more))
        gates = (_small(min(n1, n0), min(x1, x0)), Power().check(answer.smallest_visible))
        return method.result(self, asked.sifted, gates, answer, diagnose(asked, answer, self.confidence))

    def _chosen(self, rosters: tuple[RosterCell, ...]) -> tuple[RosterCell, ...]:
        names = sorted({cell.group for cell in rosters})
        if rosters and (self.roster not in names if self.roster else len(names) > 1):
            raise PlanError(f"roster {self.roster!r} is none of those in the plan: expected one of {', '.join(names)}")
        return tuple(cell for cell in rosters if not self.roster or cell.group == self.roster)

    def _cut(self) -> Refusal | None:
        if not self.scope.where and self.scope.period is None:
            return None
        cut = self.scope.name if self.scope.period is None else f"the period {self.scope.period.name}"
        return Refusal(
            f"a roster counts people over the days they were asked about: it has no rows to cut to {cut}",
            {},
            "the canvass in a plan without [[period]], with the scope left out",
        )

    def _too_few(self, asked: "Asked") -> Refusal | None:
        """The refusal where no department has both races, or too few answered."""
        names = f"{self.contrast.group} and {self.contrast.reference}"
        if not asked.departments:
            return Refusal(
                f"no department has both {names} on its roster: nobody to compare with",
                {"departments": asked.departments_in},
                "a canvass of departments in which both serve",
            )
        figures = {"answered": asked.answered, "asked": sum(asked.asked), "on_the_roster": asked.size}
        if asked.answered < FEWEST_ANSWERS or asked.answered < FEWEST_SHARE * asked.size:
            return Refusal(
                f"{asked.answered:,} of {sum(asked.asked):,} people asked answered, of {asked.size:,} on the roster: "
                f"at least {FEWEST_ANSWERS} and {FEWEST_SHARE:.0%} expected",
                figures,
                "more answers: silence could hide any difference",
            )
        if not asked.both.any():
            return Refusal(
                f"no department has answers of both {names}: nobody to compare with",
                figures,
                "answers of both races from one department at least",
            )
        return None

    def _never(self, asked: "Asked") -> Refusal | None:
        """The refusal where all or none were stopped in each department, so that nothing can differ."""
        x1, n1, x0, n0 = _whole(asked.compared)
        try:
            odds.cmh(*asked.compared)
        except ValueError:
            figures: dict[str, Any] = {"stopped_group": x1, "answered_group": n1}
            figures |= {"stopped_reference": x0, "answered_reference": n0}
            for side, share in (("group", _exact(x1, n1)), ("reference", _exact(x0, n0))):
                figures |= {f"share_{side}_low": share.low, f"share_{side}_high": share.high}
            return Refusal(
                f"{x1:,} of {n1:,} {self.contrast.group} and {x0:,} of {n0:,} {self.contrast.reference} were stopped, "
                "in each department all or none: there is nothing to compare",
                figures,
                "a longer time asked about, or more departments",
            )
        return None


class Side(NamedTuple):
    """One race by department: stopped, answered, on the roster, and person-days of those who answered."""

    yes: Floats
    answered: Floats
    size: Floats
    days: Floats

    @classmethod
    def of(cls, departments: tuple[str, ...], cells: Iterable[RosterCell]) -> Self:
        """The sums of the cells of each department."""
        sums = {name: np.zeros(4) for name in departments}
        for cell in cells:
            sums[cell.department] += (cell.stopped, cell.answered, cell.size, cell.answered * cell.days)
        return cls(*np.array([sums[name] for name in departments]).reshape(-1, 4).T)

    @property
    def canvass(self) -> Canvass:
        """The side as `maths.roster` takes it; ValueError where it is empty or cannot be."""
        return Canvass(self.yes, self.answered, self.size)

    @property
    def total(self) -> tuple[int, int, int]:
        """Stopped, answered and on the roster, over all departments."""
        return int(self.yes.sum()), int(self.answered.sum()), int(self.size.sum())


@dataclass(frozen=True, slots=True)
class Asked:
    """A roster in counts: both races by department, where both serve; who was asked, and who was set aside.

    `asked` counts people of the group, then of the reference.
    """

    departments: tuple[str, ...]
    group: Side
    reference: Side
    asked: tuple[int, int]
    excluded: tuple[Exclusion, ...]
    departments_in: int

    @classmethod
    def of(cls, cells: tuple[RosterCell, ...], group_races: tuple[str, ...], reference_race: str) -> Self:
        """Count the cells of one roster by department and side, given as codes of race."""
        sides = [[cell for cell in cells if cell.race in races] for races in (group_races, (reference_race,))]
        serving = [{cell.department for cell in side if cell.size > 0} for side in sides]
        both = tuple(sorted(serving[0] & serving[1]))
        kept = [[cell for cell in side if cell.department in both] for side in sides]
        asked = (_asked(kept[0]), _asked(kept[1]))
        group, reference = Side.of(both, kept[0]), Side.of(both, kept[1])
        answered = group.answered + reference.answered
        compared = (group.answered > 0) & (reference.answered > 0)
        unknown = _asked(cell for cell in cells if cell.race in UNKNOWN_CODES)
        either = _asked([*sides[0], *sides[1]])
        excluded = {
            "race not recorded": unknown,
            "race in neither group": _asked(cells) - either - unknown,
            "in a department with one race only": either - sum(asked),
            "asked and did not answer": sum(asked) - int(answered.sum()),
            "in a department where one race only answered": int(answered[~compared].sum()),
        }
        aside = tuple(Exclusion(reason, n) for reason, n in excluded.items())
        return cls(both, group, reference, asked, aside, len({cell.department for cell in cells}))

    @property
    def answered(self) -> int:
        """People of both races who answered, where both serve."""
        return self.group.total[1] + self.reference.total[1]

    @property
    def size(self) -> int:
        """People of both races on the roster, where both serve."""
        return self.group.total[2] + self.reference.total[2]

    @property
    def both(self) -> NDArray[np.bool_]:
        """Departments with answers of both races."""
        return np.asarray((self.group.answered > 0) & (self.reference.answered > 0))

    @property
    def compared(self) -> Counts:
        """Stopped and answered of both races, where both answered."""
        parts = (self.group.yes, self.group.answered, self.reference.yes, self.reference.answered)
        return Counts(*(part[self.both] for part in parts))

    @property
    def sifted(self) -> Sifted:
        """People asked and set aside; there are no rows, since a roster comes in counts."""
        used = int(self.compared.n1.sum() + self.compared.n0.sum())
        return Sifted(None, self.excluded, used + sum(exclusion.n for exclusion in self.excluded))


class Ratio(NamedTuple):
    """The ratio of shares with its interval, how it was had, and the standard error of its log.

    Where nobody of one race was stopped the error is that of no difference at all, for there is no other.
    """

    value: float
    low: float
    high: float
    se: float
    interval: str

    @property
    def one_sided(self) -> bool:
        """Whether chance bounds the ratio on one side only."""
        return self.interval != GREENLAND_ROBINS


def ratio(counts: Counts, confidence: float = 0.95) -> Ratio:
    """Mantel and Haenszel's ratio of shares; where nobody of one race was stopped, exact on one side.

    The other end is then that of Firth's penalised likelihood: finite, and far. Raises ValueError where nobody was
    stopped in a department with both.
    """
    counts = Counts(*(part[(counts.n1 > 0) & (counts.n0 > 0)] for part in counts))
    if counts.x1.sum() > 0 and counts.x0.sum() > 0:
        found = strata.mantel_haenszel_ratio(*counts, confidence)
        return Ratio(found.value, found.low, found.high, found.se, GREENLAND_ROBINS)
    ends = conditional.common_rate_ratio(*counts, confidence)
    information = (counts.x1 + counts.x0) @ (counts.n1 * counts.n0 / (counts.n1 + counts.n0) ** 2)
    which = "lower" if counts.x0.sum() == 0 else "upper"
    return Ratio(*ends, 1 / math.sqrt(information), f"{which} limit exact, the rest by Firth's penalised likelihood")


def compare(asked: Asked, confidence: float = 0.95) -> Answer:
    """The answer from counts. Raises ValueError where no department has answers of both, or nobody was stopped."""
    counts = asked.compared
    headline = ratio(counts, confidence)
    estimates = [
        _headline(counts, headline, confidence),
        *_differences(asked, confidence),
        *_shares(asked, confidence),
        *_odds(counts, confidence),
        _test(counts),
        *_rates(asked, confidence),
        *_pooled(counts, confidence),
        _answered(asked),
    ]
    return Answer(
        estimates=tuple(estimates),
        smallest_visible=power.smallest_visible_ratio(headline.se),
        bands=tuple(_over_silence(asked)),
        series=(_departments(asked),),
    )


def residents(asked: Asked, contrast: Contrast, people: int, days: int, confidence: float = 0.95) -> Series:
    """What the group's rate would mean among so many residents of its race, over factors: a range, never one number."""
    x1, person_days = int(asked.compared.x1.sum()), float(asked.group.days[asked.both].sum())
    found = silence.residents(silence.rate(x1, person_days, confidence), people, days)
    columns = {"factor": FACTORS, **{name: tuple(getattr(each, name) for each in found) for name in Interval._fields}}
    reading = (
        f"stops among {people:,} residents ({contrast.group}) in {days:,} days if officers of that race off duty stood "
        "for them, times a factor: it assumes the same exposure, the same visibility and the same treatment of people "
        "who are not officers, none of which was measured; the whole range or nothing"
    )
    return Series("residents", columns, reading)


def diagnose(asked: Asked, answer: Answer, confidence: float = 0.95) -> dict[str, Any]:
    """What is behind the ratio: who answered, whether departments share it, how it moves without one of them."""
    counts, left_out = asked.compared, _without_one(asked)
    tips = silence.tipping_silence(asked.group.canvass, asked.reference.canvass)
    others = [each.value for each in answer.estimates if each.quantity in ("odds_ratio", "rate_ratio")]
    return {
        "answers": {"group": _who(asked.group, asked.asked[0]), "reference": _who(asked.reference, asked.asked[1])},
        "tipping_silence": tips._asdict(),
        "departments": {
            "on_the_roster": asked.departments_in,
            "with_both": len(asked.departments),
            "compared": int(asked.both.sum()),
        },
        "heterogeneity": _likeness(counts),
        "sparse": odds.sparse(*counts),
        "exact_odds_ratio_limit": _exact_limit(counts, confidence),
        "without_a_department": {"low": min(left_out), "high": max(left_out)} if left_out else None,
        "specifications": method.same_side(answer.headline.value, [*others, *left_out]),
    }


def _who(side: Side, asked: int) -> dict[str, float]:
    _, answered, size = side.total
    counted = {"on_the_roster": size, "asked": asked, "answered": answered, "silent": size - answered}
    return {**counted, "share_answered": answered / size}


def _headline(counts: Counts, found: Ratio, confidence: float) -> Estimate:
    x1, n1, x0, n0 = _whole(counts)
    note = f"{x1:,} of {n1:,} against {x0:,} of {n0:,} who answered were stopped, compared within departments"
    if (limit := _exact_limit(counts, confidence)) is not None:
        none, most = ("reference", "at least") if x0 == 0 else ("group", "at most")
        note += (
            f"; nobody of the {none} was, so that chance bounds the ratio on one side only: the exact odds ratio is "
            f"{most} {limit:.3g}"
        )
    se = None if found.one_sided else found.se
    return Estimate("risk_ratio", "ratio", *found[:3], n=n1 + n0, se=se, interval=found.interval, note=note)


def _differences(asked: Asked, confidence: float) -> Iterator[Estimate]:
    counts, n = asked.compared, asked.sifted.rows_used
    note = "more per 1,000 who answered, departments weighted as in the ratio"
    if counts.varies:
        gap = strata.mantel_haenszel_difference(*counts, confidence)
        ends, se = _per_1000((gap.value, gap.low, gap.high)), 1000 * gap.se
        yield Estimate("difference_per_1000", "difference", *ends, n, se, GREENLAND_ROBINS, note)
    per_1000 = _per_1000(intervals.newcombe(*_whole(counts), confidence))
    yield Estimate("pooled_difference_per_1000", "difference", *per_1000, n=n, interval="Newcombe", note=POOLED)
    sides = asked.group, asked.reference
    said = (Canvass(side.yes, side.answered, side.answered) for side in sides)
    # the answers alone lie between the corners in one department; in several they weigh departments otherwise
    values = [*silence.worst_corner(*said), *silence.worst_corner(*(side.canvass for side in sides))]
    ends = _per_1000((values[0], min(values), max(values)))
    note = "the ends are what those who did not answer could have said at the worst; without chance"
    yield Estimate("difference_per_1000_over_silence", "difference", *ends, n=asked.size, interval=CORNERS, note=note)


def _shares(asked: Asked, confidence: float) -> Iterator[Estimate]:
    x1, n1, x0, n0 = _whole(asked.compared)
    for name, side, x, n in (("group", asked.group, x1, n1), ("reference", asked.reference, x0, n0)):
        share = intervals.wilson(x, n, confidence)
        yield Estimate(f"share_{name}", "share", *share, n=n, interval="Wilson", note=f"{x:,} of {n:,} who answered")
        yes, answered, size = side.total
        bounds = silence.share_bounds(side.canvass)
        note = f"{size - answered:,} of {size:,} on the roster did not answer: none was stopped, or all; without chance"
        quantity = f"share_{name}_over_silence"
        yield Estimate(quantity, "share", yes / answered, *bounds, n=size, interval=CORNERS, note=note)


def _odds(counts: Counts, confidence: float) -> Iterator[Estimate]:
    """The common odds ratio, exact where counts are thin; none where nobody of one race was stopped."""
    try:
        found = odds.odds_ratio(*counts, confidence)
    except ValueError:
        return
    n, interval = (
        int(counts.n1.sum() + counts.n0.sum()),
        "exact conditional" if found.exact else "Robins-Breslow-Greenland",
    )
    note = "odds ratios are farther from 1 than ratios of shares"
    yield Estimate("odds_ratio", "ratio", found.value, found.low, found.high, n, None, interval, note)


def _test(counts: Counts) -> Estimate:
    n = int(counts.n1.sum() + counts.n0.sum())
    thin = odds.sparse(*counts)
    p = odds.exact_p(*counts) if thin else odds.cmh(*counts).p
    which = "exact given all margins" if thin else "Cochran-Mantel-Haenszel"
    return Estimate("p", "probability", p, p, p, n, None, which, "of counts as far apart, were there no difference")


def _rates(asked: Asked, confidence: float) -> Iterator[Estimate]:
    """People stopped per 1,000 person-days, and their ratio inside departments."""
    counts, d1, d0 = asked.compared, asked.group.days[asked.both], asked.reference.days[asked.both]
    note = "people stopped at least once, per 1,000 days of those who answered"
    for side, x, days in (("group", counts.x1, d1), ("reference", counts.x0, d0)):
        rate = _per_1000(silence.rate(int(x.sum()), float(days.sum()), confidence))
        yield Estimate(f"rate_{side}", "rate", *rate, n=int(x.sum()), interval="Garwood", note=note)
    found = conditional.common_rate_ratio(counts.x1, d1, counts.x0, d0, confidence)
    events = int(counts.x1.sum() + counts.x0.sum())
    interval = "exact given the stopped of each department"
    if events > conditional.MOST_EVENTS:
        interval = "normal on the log"
    if 0 in (counts.x1.sum(), counts.x0.sum()):
        interval = "one limit exact, the rest by Firth's penalised likelihood"
    yield Estimate("rate_ratio", "ratio", *found, n=events, interval=interval, note="inside departments")


def _pooled(counts: Counts, confidence: float) -> Iterator[Estimate]:
    found = ratio(Counts(*(part.sum(keepdims=True) for part in counts)), confidence)
    n = int(counts.n1.sum() + counts.n0.sum())
    # of one department Greenland and Robins's variance is that of Katz and others
    interval = "Katz" if not found.one_sided else found.interval
    yield Estimate("pooled_ratio", "ratio", *found[:3], n=n, se=found.se, interval=interval, note=POOLED)


def _answered(asked: Asked) -> Estimate:
    share = asked.answered / asked.size
    note = (
        f"{asked.answered:,} answered of {sum(asked.asked):,} asked and {asked.size:,} on the roster, where both serve"
    )
    return Estimate("answered_share", "share", share, share, share, asked.size, None, "counted", note)


def _over_silence(asked: Asked) -> Iterator[Band]:
    """The ratio over everything that those who did not answer may have said, the same in all departments."""
    group, reference = asked.group, asked.reference
    unknown = corners.OutcomeUnknown(
        group.size - group.answered, reference.size - reference.answered, np.zeros_like(group.size)
    )
    known = Counts(group.yes, group.answered, reference.yes, reference.answered)
    ends = corners.over_outcome(known, unknown, lambda counts: ratio(counts).value)
    silent = {"silent_group": int(unknown.group.sum()), "silent_reference": int(unknown.reference.sum())}
    reading = (
        f"all {sum(silent.values()):,} who did not answer taken as stopped in one race and as not stopped in the "
        "other, then the reverse; without chance"
    )
    yield Band("silence", *ends, reading, silent)


def _departments(asked: Asked) -> Series:
    """Answers by department; held back where few answered, and so many more that no subtraction gives them."""
    shown = _shown(asked)
    columns: dict[str, tuple[Any, ...]] = {"department": asked.departments}
    for side, at in (("group", asked.group), ("reference", asked.reference)):
        for name, numbers in (("answered", at.answered), ("stopped", at.yes)):
            columns[f"{side}_{name}"] = tuple(int(n) if show else None for n, show in zip(numbers, shown, strict=True))
    reading = (
        f"answers by department; held back where fewer than {FEWEST_SHOWN} of a race answered, and where a subtraction "
        "would give those away"
    )
    return Series("departments", columns, reading)


def _shown(asked: Asked) -> Any:
    """Departments that may be shown: enough answers of both races, in each and in what is held back together."""
    least = np.minimum(asked.group.answered, asked.reference.answered)
    shown = least >= FEWEST_SHOWN
    for at in np.argsort(least, kind="stable"):
        hidden = [float(side.answered[~shown].sum()) for side in (asked.group, asked.reference)]
        if shown.all() or min(hidden) >= FEWEST_SHOWN:
            break
        shown[at] = False
    return shown


def _without_one(asked: Asked) -> list[float]:
    """The ratio without each department in turn, of those that may be shown."""
    found = []
    counts, shown = asked.compared, _shown(asked)[asked.both]
    for at in np.flatnonzero(shown):
        rest = Counts(*(np.delete(part, at) for part in counts))
        if len(rest.n1) and rest.x1.sum() + rest.x0.sum() > 0:
            found.append(ratio(rest).value)
    return found


def _likeness(counts: Counts) -> dict[str, Any]:
    """Do departments share one odds ratio? Breslow and Day's test with Tarone's correction."""
    try:
        tested = odds.breslow_day(*counts).tarone
    except ValueError as error:
        return {"p": None, "why": str(error)}
    return {"q": tested.statistic, "df": tested.df, "p": tested.p}


def _exact_limit(counts: Counts, confidence: float) -> float | None:
    """The one exact limit of the odds ratio where nobody of one race was stopped; None elsewhere."""
    try:
        return conditional.odds_ratio_limit(*counts, confidence)
    except ValueError:
        return None


def _not_there(cells: tuple[RosterCell, ...]) -> Refusal | None:
    return None if cells else Refusal("there is no roster to weigh", {"people": 0}, NEEDED)


def _impossible(cells: tuple[RosterCell, ...]) -> Refusal | None:
    wrong = sum(not (0 <= c.stopped <= c.answered <= c.asked <= c.size and c.days > 0) for c in cells)
    if not wrong:
        return None
    return Refusal(
        f"{wrong:,} of {len(cells):,} rows of the roster cannot be: expected stopped <= answered <= asked <= size and "
        "a day at risk or more",
        {"rows": len(cells), "impossible": wrong},
        "the roster corrected: more answers than people asked means that somebody answered twice, or was never asked",
    )


def _not_whole(cells: tuple[RosterCell, ...]) -> Refusal | None:
    part = sum(not cell.whole for cell in cells)
    if not part:
        return None
    return Refusal(
        f"{part:,} of {len(cells):,} rows of the roster are not of a whole roster: who was asked may hang on who "
        "was stopped",
        {"rows": len(cells), "not_whole": part},
        "a canvass of everybody on the roster; a part of it can tell, and cannot be counted",
    )


def _small(people: int, stopped: int) -> Verdict:
    """Few people or few stops lower what is claimed; exact forms stand beside, so that they do not refuse."""
    verdict = Small().check(people, stopped)
    return replace(verdict, verdict="caution") if verdict.verdict == "refuse" else verdict


def _per_1000(ends: tuple[float, float, float]) -> Interval:
    return Interval(*(1000 * end for end in ends))


def _exact(x: int, n: int) -> Interval:
    return intervals.clopper_pearson(x, n)


def _asked(cells: Iterable[RosterCell]) -> int:
    return sum(cell.asked for cell in cells)


def _whole(counts: Counts) -> tuple[int, int, int, int]:
    x1, n1, x0, n0 = (int(part.sum()) for part in counts)
    return x1, n1, x0, n0
