"""Surge: did encounters rise at a point in time, or did telling?

Encounters are counted by the week in which they happened. If one rate held before some week and another after
it, how much higher is the second, and how likely is a change at all (Raftery and Akman 1986)? Counts of people
clump, and then plain counts raise false alarms, so clumped ones are read as negative binomial (Lawless 1987).
Telling is held apart in three ways: known publicity stands beside the change as steps of its own, a change next
to publicity is refused, and late weeks that are still being told are withheld (Mack 1993).

Blind to: a change in telling that looks like one in happening, such as publicity that makes people tell of the
weeks before it, or memory that fades; what is never told. Counts of reports are no rate of stops.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp, ndtri

from evenhand.maths import changepoint, common_change, power, telling
from evenhand.maths.intervals import Interval
from evenhand.maths.telling import Seen
from evenhand.tables import derive
from evenhand.tables.sift import Keep, Sifted
from evenhand.tables.tally import Cells, tally
from evenhand.tables.telling import HEADLINE
from evenhand.terms.evidence import Evidence, Publicity
from evenhand.terms.result import Answer, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method, told

# METHODS 6.4: with fewer weeks or encounters a change has no date.
FEWEST_WEEKS, FEWEST_ENCOUNTERS = 20, 30
# Above this X^2/df counts clump, and the negative binomial form is read.
MOST_SPREAD = 1.5
PLAIN, CLUMPED = "plain (Poisson)", "clumped (negative binomial)"
# A date known to within a week is in a week; weeks told to less than this share are withheld.
WEEK, COMPLETE = 7, 0.95
UNKNOWN = ("the week it happened is not known", "when it was told is not known", "told before it happened")
LATE = f"in the last weeks, under {COMPLETE:.0%} of which is told"
# Who or what may stand behind all of the tellings (sealed: grouping keys, never in a result).
ONE_VOICE = {"referrer": "one referrer", "event_id": "one event", "person_key": "one teller"}
KEYS = ("agency_id", "source_id", "recruitment", *ONE_VOICE)
# Telling that begins this many weeks after what is told of is itself a known date.
OPENING, BEGAN = 4, "telling began"
# A change within fewer weeks than this has no spread to judge it by.
LEAST_STRETCH = 4
TOGETHER = "cannot separate telling from happening"
NONE_DATED = Refusal("0 encounters with a known week", {"encounters": 0}, "tellings with dates")


@dataclass(frozen=True, slots=True)
class Surge:
    """Ratio of weekly encounters after one change over before it, and the chance that there was one.

    `near_days`: a change so near to publicity is refused. `longest_delay`, in weeks: later tellings say nothing of
    how complete late weeks are. `draws` and `seed` are for the comparison of agencies; `threshold` is of links.
    """

    scope: Scope = field(default_factory=Scope)
    near_days: int = 7
    longest_delay: int = 26
    draws: int = 999
    seed: int = 0
    threshold: float = HEADLINE
    confidence: float = 0.95

    name: ClassVar[str] = "surge"

    def weigh(self, evidence: Evidence) -> Result:
        """When encounters rose or fell, by how much, and how surely; or a refusal."""
        look = told.look(evidence, self.scope, dated, self.threshold)
        if evidence.reports is None:
            return method.result(self, look.sifted, [look.gate], told.NO_REPORTS)
        if refusal := _untold(look.sifted):
            return method.result(self, look.sifted, [look.gate], refusal)
        cells = count(look.table)
        seen = see(cells, self.longest_delay)
        if isinstance(seen, Refusal):
            return method.result(self, look.sifted, [look.gate], seen)
        sifted = told.dropped(look, LATE, seen.withheld)
        if refusal := _too_few(seen) or _one_voice(cells):
            return method.result(self, sifted, [look.gate], refusal)
        course, known = Course.of(seen.counts, seen.first, self.confidence), Known.of(evidence.publicity, seen)
        diagnostics = {
            **self._diagnose(cells, seen, course, known),
            **told.readings(evidence, self.scope, self._figure, dated, self.threshold),
            "corroboration": look.corroboration,
        }
        answer = known.refusal(course, self.near_days, self.confidence) or _answer(course, seen, cells, known, self)
        return method.result(self, sifted, [look.gate], answer, diagnostics)

    def _figure(self, table: Any) -> dict[str, Any]:
        """The headline of other encounters, with their number."""
        return figure(count(table), self.longest_delay, self.confidence)

    def _diagnose(self, cells: Cells, seen: Seen, course: "Course", known: "Known") -> dict[str, Any]:
        """What stands beside the ratio: the date and form of the change, delays, other ways to count, agencies."""
        other = {
            "without_largest_source": self._without_largest(cells),
            "told_before_publicity": self._before(cells, known),
        }
        beside = known.beside(self.confidence)
        otherwise = _plain if course.form == CLUMPED else changepoint.clumped
        other_form = otherwise(seen.counts, self.confidence).ratio
        ratios = [part["rate_ratio"] for part in other.values() if "rate_ratio" in part]
        ratios += [other_form.value, *([] if beside is None else [beside.ratio.value])]
        return {
            "change": course.dates(),
            "form": course.form,
            "dispersion": course.dispersion,
            "ratio_in_the_other_form": other_form._asdict(),
            "window": _window(seen),
            "publicity": known.told(course, self.confidence),
            "delays": _delays(cells, course),
            "by_recruitment": _by_recruitment(cells, seen, course),
            **other,
            "agencies": agencies(cells, seen, self.draws, self.seed),
            "specifications": method.same_side(course.ratio.value, ratios),
        }

    def _without_largest(self, cells: Cells) -> dict[str, Any]:
        """The headline without the source that most came from; where there is one source, the referrer."""
        for name in ("source_id", "referrer"):
            codes, place = _codes(cells, name)
            sizes = np.bincount(place, cells["n"], len(codes)) if len(codes) else np.zeros(0)
            known = [at for at, code in enumerate(codes) if code]
            if len(codes) > 1 and known:
                largest = max(known, key=lambda at: float(sizes[at]))
                kept = _where(cells, place != largest)
                left = {
                    "left_out": "source" if name == "source_id" else name,
                    "share": float(sizes[largest] / sizes.sum()),
                }
                return left | figure(kept, self.longest_delay, self.confidence)
        return {"left_out": "nothing: all came from one source"}

    def _before(self, cells: Cells, known: "Known") -> dict[str, Any]:
        """The headline of what was told before the first publicity, which publicity cannot have moved."""
        if known.news is None:
            return {}
        earlier = _where(cells, cells["told"] < known.seen.first + known.news)
        return figure(earlier, self.longest_delay, self.confidence)


def dated(table: Any) -> Iterable[Keep]:
    """Encounters with a known week of happening and of telling, in that order."""
    import ibis

    derive.need(table, "date")
    no = ibis.literal(False)
    when = table.reported_on if derive.has(table, "reported_on") else None
    yield Keep(UNKNOWN[0], derive.day_known(table, WEEK))
    yield Keep(UNKNOWN[1], no if when is None else when.notnull())
    yield Keep(UNKNOWN[2], no if when is None else when >= table.date)


def count(table: Any) -> Cells:
    """Encounters by week happened and week told, with what they are compared by; agencies only where known."""
    keys = {name: table[name] for name in KEYS if derive.has(table, name)}
    weeks = {"happened": derive.week(table), "told": derive.week(table, "reported_on")}
    return tally(table, {**weeks, "attributed": derive.attributed(table), **keys})


def see(cells: Cells, longest: int) -> Seen | Refusal:
    """The weeks told of nearly whole, or why that is not known."""
    if not len(cells["n"]):
        return NONE_DATED
    try:
        return telling.seen(cells["happened"], cells["told"], cells["n"], longest, COMPLETE)
    except ValueError as why:
        return Refusal(f"delays unknown: {why}", {"encounters": int(cells["n"].sum())}, "a longer time of telling")


@dataclass(frozen=True, slots=True)
class Course:
    """One change in weekly counts. `mode`, `low`, `high` are last weeks of the old rate, counted from `first` as 0."""

    first: int
    weeks: int
    form: str
    dispersion: float
    mode: int
    low: int
    high: int
    before: Interval
    after: Interval
    ratio: Interval
    log_bayes_factor: float

    @classmethod
    def of(cls, counts: NDArray[np.float64], first: int, confidence: float = 0.95) -> "Course":
        """Read from negative binomial counts where they clump, else from Poisson counts.

        The prior of each rate is Gamma(1/2, 1/2 over the mean): its centre is the series' own, and no unit matters.
        """
        spread = changepoint.dispersion(counts)
        read = changepoint.clumped(counts, confidence) if spread > MOST_SPREAD else _plain(counts, confidence)
        return cls(
            first=first,
            weeks=len(counts),
            form=CLUMPED if spread > MOST_SPREAD else PLAIN,
            dispersion=spread,
            mode=read.mode,
            low=read.low,
            high=read.high,
            before=read.before,
            after=read.after,
            ratio=read.ratio,
            log_bayes_factor=read.log_bayes_factor,
        )

    @property
    def chance(self) -> float:
        """How likely one change is against none, at even odds beforehand."""
        return float(expit(self.log_bayes_factor))

    @property
    def alarms(self) -> bool:
        """Whether the ratio's interval leaves out 1, or a change is likelier than none."""
        return self.chance >= 0.5 or not self.ratio.low <= 1 <= self.ratio.high

    def monday(self, last: int) -> Any:
        """The day the new rate begins if `last` is the last week of the old one."""
        return derive.monday(self.first + last + 1)

    def dates(self) -> dict[str, str]:
        """The likeliest week of change with its interval, as the Monday on which the new rate begins."""
        ends = {"week": self.mode, "low": self.low, "high": self.high}
        return {name: self.monday(last).isoformat() for name, last in ends.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """Known dates after which more may tell: publicity; and the first telling, if it came long after what is told of.

    `steps` are weeks of the window, counted from 0; dates next to each other are one step. `outside` are dates of
    publicity outside the window.
    """

    seen: Seen
    dates: tuple[Publicity, ...]
    steps: tuple[int, ...]
    outside: tuple[Publicity, ...]

    @classmethod
    def of(cls, publicity: Iterable[Publicity], seen: Seen) -> "Known":
        """Those inside the window, each from the Monday nearest to it."""
        given = list(publicity)
        inside = [each for each in given if 0 < _step(each, seen) < len(seen.counts)]
        outside = tuple(each for each in given if each not in inside)
        if OPENING < seen.opened - seen.first < len(seen.counts):
            inside.append(Publicity(derive.monday(seen.opened), BEGAN))
        inside.sort(key=lambda each: each.day)
        steps: list[int] = []
        for each in inside:
            if not steps or _step(each, seen) - steps[-1] > telling.NEAR:
                steps.append(_step(each, seen))
        return cls(seen, tuple(inside), tuple(steps), outside)

    @property
    def news(self) -> int | None:
        """The week that holds the first publicity, inside the window or not; None without any.

        A telling of that week may have come after it, on whatever weekday it was.
        """
        given = [
            (each.day - derive.monday(self.seen.first)).days // 7
            for each in (*self.dates, *self.outside)
            if each.what != BEGAN
        ]
        return min(given, default=None)

    def beside(self, confidence: float = 0.95) -> Course | None:
        """A change besides the known steps: one inside a stretch between them; None where no stretch is long enough.

        With a rate of its own for every stretch, a change beside known steps is a change within one of them. The
        stretch is the likeliest; the Bayes factor is over every week of all of them. Holding the steps against the
        week of change that was picked without them would let chance pick it.
        """
        starts = [0, *self.steps]
        stretches = zip(starts, np.split(self.seen.counts, self.steps), strict=True) if self.steps else ()
        courses = [
            Course.of(counts, self.seen.first + start, confidence)
            for start, counts in stretches
            if len(counts) >= LEAST_STRETCH and counts.sum() > 0
        ]
        if not courses:
            return None
        weeks = np.array([course.weeks - 1 for course in courses])
        weight = np.array([course.log_bayes_factor for course in courses]) + np.log(weeks)
        likeliest = courses[int(np.argmax(weight))]
        return replace(likeliest, log_bayes_factor=float(logsumexp(weight) - np.log(weeks.sum())))

    def refusal(self, course: Course, near_days: int, confidence: float = 0.95) -> Refusal | None:
        """The refusal where the change lies at a known date, or is none beside the known dates."""
        everywhere = (*self.dates, *self.outside)
        at = [each for each in everywhere if abs(each.day - course.monday(course.mode)).days <= near_days]
        beside = self.beside(confidence)
        survives = beside is not None and beside.chance >= 0.5 and not beside.ratio.low <= 1 <= beside.ratio.high
        if not at and (survives or not self.steps or not course.alarms):
            return None
        days = ", ".join(each.day.isoformat() for each in at or self.dates)
        change = f"the change of {course.dates()['week']}"
        found = f"{change} lies within {near_days} days of" if at else f"{change} is no change beside"
        figures: dict[str, Any] = {
            "change": course.dates(),
            "publicity": [each.day.isoformat() for each in at or self.dates],
            "chance": course.chance,
        }
        if beside is not None:
            figures["chance_beside_publicity"] = beside.chance
        needed = "encounters told before that date, or records that do not depend on telling"
        return Refusal(f"{TOGETHER}: {found} what was known on {days}", figures, needed)

    def told(self, course: Course, confidence: float = 0.95) -> dict[str, Any]:
        """The known dates and what each step came to, held against the change where the two can be told apart."""
        found = {"dates": [{"day": each.day.isoformat(), "what": each.what} for each in self.dates]}
        ratios = {"step_ratios": [step._asdict() for step in self._steps(course, confidence)]} if self.steps else {}
        return {**found, **ratios, "outside_the_window": len(self.outside)}

    def _steps(self, course: Course, confidence: float) -> tuple[Interval, ...]:
        for change in (course.mode, None):
            try:
                return telling.steps(self.seen.counts, self.steps, change, confidence).publicity
            except ValueError:
                # next to the change, or a stretch without encounters
                continue
        return ()


def _plain(counts: NDArray[np.float64], confidence: float) -> changepoint.Posterior:
    return changepoint.posterior(counts, rate=changepoint.SHAPE / float(counts.mean()), confidence=confidence)


def figure(cells: Cells, longest: int, confidence: float = 0.95) -> dict[str, Any]:
    """The headline of these encounters with their number, or that they are too few."""
    n = int(cells["n"].sum())
    seen = see(cells, longest)
    if isinstance(seen, Refusal) or _too_few(seen):
        return {"n": n, "too_few": True}
    course = Course.of(seen.counts, seen.first, confidence)
    ratio = {"rate_ratio": course.ratio.value, "low": course.ratio.low, "high": course.ratio.high}
    return {**ratio, "n": int(seen.counts.sum()), "chance_of_change": course.chance, "week": course.dates()["week"]}


def agencies(cells: Cells, seen: Seen, draws: int, seed: int) -> dict[str, Any]:
    """One common week of change against one each, where two agencies or more have enough encounters.

    A small p speaks against one course for all; a large one shows nothing (`maths.common_change`).
    """
    codes, place = _codes(cells, "agency_id")
    inside = _inside(cells, seen) & cells["attributed"].astype(bool)
    rows = [_by_week(cells, seen, inside & (place == at)) for at, code in enumerate(codes) if code]
    enough = [row for row in rows if row.sum() >= FEWEST_ENCOUNTERS]
    if len(enough) < 2:
        return {"agencies": len(enough), "compared": False}
    found = common_change.by_clumps(enough, draws, seed)
    week = derive.monday(seen.first + int(np.argmax(found.weights)) + 1).isoformat()
    return {
        "agencies": len(enough),
        "compared": True,
        "log_bayes_factor_one_week": found.log_bayes_factor,
        "common_week": week,
        "p_against_one_week": found.p,
        "draws": found.draws,
    }


def _answer(course: Course, seen: Seen, cells: Cells, known: Known, settings: Surge) -> Answer:
    estimates = tuple(_estimates(course, seen, known, settings.confidence))
    return Answer(
        estimates=estimates,
        smallest_visible=power.smallest_visible_ratio(estimates[0].se or np.inf),
        series=(_by_week_series(seen, cells, known),),
    )


def _estimates(course: Course, seen: Seen, known: Known, confidence: float) -> Iterator[Estimate]:
    n, first = int(seen.counts.sum()), int(seen.counts[: course.mode + 1].sum())
    weeks = course.mode + 1
    interval = _interval(course)
    week = course.dates()["week"]
    say = f"{n - first:,} encounters in {course.weeks - weeks} weeks from {week}, {first:,} in {weeks} weeks before"
    log = np.log(course.ratio.high / course.ratio.low)
    # the half width of a normal interval on the log
    se = float(log / (2 * ndtri((1 + confidence) / 2)))
    note = f"{say}; of what was told, no rate of stops"
    yield Estimate("rate_ratio", "ratio", *course.ratio, n, se, interval, note)
    told_of = "at even odds beforehand, one change against none; no interval"
    yield Estimate("chance_of_change", "probability", *(course.chance,) * 3, n, None, "", told_of)
    a_week = "encounters told of, a week"
    yield Estimate("rate_before", "rate", *course.before, first, None, interval, a_week)
    yield Estimate("rate_after", "rate", *course.after, n - first, None, interval, a_week)
    if (beside := known.beside(confidence)) is not None:
        stretch = int(known.seen.counts[beside.first - course.first :][: beside.weeks].sum())
        week = beside.dates()["week"]
        held = (
            f"from {week}, in {beside.weeks} weeks between known dates; a change there has chance {beside.chance:.2f}"
        )
        yield Estimate("rate_ratio_beside_publicity", "ratio", *beside.ratio, stretch, None, _interval(beside), held)


def _interval(course: Course) -> str:
    return "posterior, every possible week of change" if course.form == PLAIN else "profile likelihood"


def _by_week_series(seen: Seen, cells: Cells, known: Known) -> Series:
    """What was told in each week, and what happened in those told of nearly whole; later weeks are held back."""
    whole = len(seen.counts)
    told_at = cells["told"] - seen.first
    weeks = max(whole, int(told_at.max()) + 1)
    said = np.bincount(told_at[told_at >= 0], cells["n"][told_at >= 0], weeks)
    held = (None,) * (weeks - whole)
    words = [""] * weeks
    for each in (*known.dates, *known.outside):
        at = _step(each, seen)
        if not 0 <= at < weeks:
            continue
        words[at] = "; ".join(part for part in (words[at], each.what or "publicity") if part)
    columns = {
        "week": tuple(derive.monday(seen.first + at).isoformat() for at in range(weeks)),
        "happened": (*(int(part) for part in seen.counts), *held),
        "told": tuple(int(part) for part in said),
        "complete": (*(float(part) for part in seen.complete), *held),
        "publicity": tuple(words),
    }
    return Series("by_week", columns, "encounters told of, by the week they happened and the week they were told")


def _untold(sifted: Sifted) -> Refusal | None:
    """The refusal where most encounters have no week of happening or of telling."""
    lost = {rows.reason: rows.n for rows in sifted.excluded if rows.reason in UNKNOWN}
    missing, of = sum(lost.values()), sum(lost.values()) + sifted.rows_used
    if 2 * missing <= of:
        return None if sifted.rows_used else NONE_DATED
    return Refusal(
        f"delays unknown: {missing:,} of {of:,} encounters have no week of happening or no day of telling",
        {"encounters": of, **lost},
        "when it happened to within a week, and the day it was told",
    )


def _too_few(seen: Seen) -> Refusal | None:
    weeks, n = len(seen.counts), int(seen.counts.sum())
    if weeks >= FEWEST_WEEKS and n >= FEWEST_ENCOUNTERS:
        return None
    return Refusal(
        f"{n:,} encounters in {weeks} weeks told of nearly whole, expected at least {FEWEST_ENCOUNTERS} in "
        f"{FEWEST_WEEKS}",
        {"encounters": n, "weeks": weeks, "withheld": seen.withheld},
        "reports of earlier months too: they are the baseline",
    )


def _one_voice(cells: Cells) -> Refusal | None:
    """The refusal where one referrer, event or teller stands behind everything."""
    for name, words in ONE_VOICE.items():
        codes, _ = _codes(cells, name)
        if len(codes) == 1 and codes[0]:
            n = int(cells["n"].sum())
            return Refusal(f"all {n:,} encounters come from {words}", {"encounters": n}, "tellers who stand alone")
    return None


def _window(seen: Seen) -> dict[str, Any]:
    """The weeks compared, and what happened before anyone could tell at once."""
    weeks = len(seen.counts)
    early = seen.counts[: max(seen.opened - seen.first, 0)]
    return {
        "first": derive.monday(seen.first).isoformat(),
        "last": derive.monday(seen.first + weeks - 1).isoformat(),
        "weeks": weeks,
        "telling_began": derive.monday(seen.opened).isoformat(),
        "happened_before_telling_began": int(early.sum()),
        "withheld_encounters": seen.withheld,
    }


def _delays(cells: Cells, course: Course) -> dict[str, Any]:
    """Weeks from happening to telling, of what happened before the change and after it: median and ninth tenth."""
    after = cells["happened"] > course.first + course.mode
    delay = cells["told"] - cells["happened"]
    told_of: dict[str, Any] = {}
    for name, rows in (("before", ~after), ("after", after)):
        order = np.argsort(delay[rows])
        reached = np.cumsum(cells["n"][rows][order])
        n = int(reached[-1]) if len(reached) else 0
        ends = {"median": 0.5, "ninth_tenth": 0.9}
        told_of[name] = {"n": n} | {
            word: int(delay[rows][order][np.searchsorted(reached, share * n)]) for word, share in ends.items() if n
        }
    return told_of


def _by_recruitment(cells: Cells, seen: Seen, course: Course) -> dict[str, Any]:
    """Encounters before and after the change by how tellers came to tell, and the ratio of weekly rates."""
    codes, place = _codes(cells, "recruitment")
    found = {}
    for at, code in enumerate(codes):
        counts = _by_week(cells, seen, _inside(cells, seen) & (place == at))
        before, after = int(counts[: course.mode + 1].sum()), int(counts[course.mode + 1 :].sum())
        weeks = course.mode + 1, course.weeks - course.mode - 1
        ratio = {"rate_ratio": after / weeks[1] / (before / weeks[0])} if before else {}
        found[code or "not known"] = {"before": before, "after": after} | ratio
    return found


def _codes(cells: Cells, name: str) -> tuple[list[str], NDArray[np.intp]]:
    """The words of a key, "" where it is empty, and the place of each cell's among them; none without that column."""
    if name not in cells:
        return [], np.zeros(len(cells["n"]), dtype=np.intp)
    codes, place = np.unique([str(code or "") for code in cells[name]], return_inverse=True)
    return [str(code) for code in codes], place


def _where(cells: Cells, rows: NDArray[np.bool_]) -> Cells:
    return {name: values[rows] for name, values in cells.items()}


def _inside(cells: Cells, seen: Seen) -> NDArray[np.bool_]:
    """Cells whose week is told of nearly whole."""
    return np.asarray(cells["happened"] < seen.first + len(seen.counts))


def _by_week(cells: Cells, seen: Seen, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.bincount(cells["happened"][rows] - seen.first, cells["n"][rows], len(seen.counts)).astype(np.float64)


def _step(each: Publicity, seen: Seen) -> int:
    """The week of the window that begins on the Monday nearest to a date: the first that it can have moved."""
    monday = derive.monday(0)
    return ((each.day - monday).days + 3) // 7 - seen.first
