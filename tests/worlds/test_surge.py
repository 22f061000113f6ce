"""Worlds of weeks with a planted change, or with telling alone: what is seen, what is refused, and where it is fooled.

Counts by week happened and week told are drawn here, without tables, and go through the method's own steps; one whole
table goes through `weigh`. Each commit runs 100 worlds (coverage 88 % or more), nightly runs 1,000 (METHODS 1.3).
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from evenhand.maths import changepoint
from evenhand.tables import derive
from evenhand.tables.small import small_table
from evenhand.terms.evidence import Evidence, Publicity
from evenhand.terms.result import Answer, Refusal
from evenhand.weigh.methods.surge import Course, Known, Surge, see

NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
# the number of a week, for dates
FIRST = 2_870


@dataclass(frozen=True)
class Weeks:
    """Encounters a week, one rate up to week `at` and another after it; told after delays of `delay` weeks on average.

    From week `news` on, people tell `telling` times as often; those whose encounter lies up to `reach` weeks back tell
    of it then too. Nobody can tell before week `opens`. We hear up to week `weeks`.
    """

    before: float = 6.0
    after: float = 6.0
    at: int = 40
    weeks: int = 80
    clumping: float = 0.0
    delay: float = 0.0
    news: int | None = None
    telling: float = 1.0
    reach: int = 0
    opens: int = 0

    def draw(self, seed: int) -> dict[str, np.ndarray]:
        """Cells as the method tallies them."""
        rng = np.random.default_rng(seed)
        week = np.arange(self.weeks)
        rate = np.where(week <= self.at, self.before, self.after)
        if self.clumping:
            rate = rate * rng.gamma(1 / self.clumping, self.clumping, self.weeks)
        happened = np.repeat(week, rng.poisson(rate))
        told = np.maximum(happened + rng.geometric(1 / (1 + self.delay), len(happened)) - 1, self.opens)
        if self.news is not None:
            # the others speak only once it is known that others were stopped too
            late = rng.random(len(happened)) > 1 / self.telling
            near = happened >= self.news - self.reach
            told = np.where(late & near, np.maximum(told, self.news), told)
            told = np.where(late & ~near, self.weeks, told)
        heard = told < self.weeks
        pairs, n = np.unique(np.array([happened, told])[:, heard], axis=1, return_counts=True)
        return {"happened": FIRST + pairs[0], "told": FIRST + pairs[1], "n": n}

    def course(self, seed: int, news: int | None = None) -> Course | Refusal:
        """What the method makes of it, its refusals included."""
        seen = see(self.draw(seed), 26)
        assert not isinstance(seen, Refusal)
        course = Course.of(seen.counts, seen.first)
        days = () if news is None else (Publicity(derive.monday(FIRST + news) + timedelta(days=1)),)
        return Known.of(days, seen).refusal(course, 7) or course


def alarms(world: Weeks, worlds: int, news: int | None = None) -> float:
    """Share of worlds in which a change is reported whose interval leaves out 1."""
    found = (world.course(seed, news) for seed in range(worlds))
    return sum(isinstance(one, Course) and not one.ratio.low <= 1 <= one.ratio.high for one in found) / worlds


def allowed(worlds: int) -> float:
    """METHODS 1.3: 5 % and 1.645 standard errors."""
    return 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / worlds)


def enough(share: float, worlds: int) -> bool:
    """METHODS 1.3: 88 % of 100 worlds, 93 % of 1,000; a date is a whole week, so that its interval covers more."""
    return share >= (0.88 if worlds < 1_000 else 0.93)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(
    "world",
    [Weeks(before=1, after=1, weeks=60), Weeks(delay=3), Weeks(before=20, after=20, clumping=0.3, weeks=60)],
    ids=str,
)
def test_flat_weeks_raise_no_alarm(world: Weeks, worlds: int) -> None:
    assert alarms(world, worlds) <= allowed(worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(
    "world",
    [
        Weeks(after=9),
        Weeks(before=1, after=3),
        Weeks(after=12, at=30, weeks=60, clumping=0.3),
        Weeks(after=12, delay=3),
    ],
    ids=str,
)
def test_a_planted_change_is_dated_and_its_ratio_covered(world: Weeks, worlds: int) -> None:
    found = [course for seed in range(worlds) if isinstance(course := world.course(seed), Course)]
    assert len(found) == worlds
    # the first week in which anything happened need not be the world's first
    at = [FIRST + world.at - course.first for course in found]
    assert enough(np.mean([one.low <= week <= one.high for one, week in zip(found, at, strict=True)]), worlds)
    ratio = world.after / world.before
    assert enough(np.mean([one.ratio.low <= ratio <= one.ratio.high for one in found]), worlds)
    assert enough(np.mean([one.before.low <= world.before <= one.before.high for one in found]), worlds)
    assert enough(np.mean([one.after.low <= world.after <= one.after.high for one in found]), worlds)


def test_a_doubling_is_seen_nearly_always() -> None:
    assert alarms(Weeks(after=12), 100) >= 0.95


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("telling", [1.3, 2.0])
def test_publicity_alone_is_refused_or_raises_no_alarm(telling: float, worlds: int) -> None:
    world = Weeks(before=12, after=12, news=40, telling=telling)
    assert alarms(world, worlds, news=40) <= allowed(worlds)
    assert alarms(world, 100) >= (0.95 if telling >= 2 else 0.3), "without the date it is taken for a change"


def test_a_change_long_before_publicity_is_still_reported() -> None:
    world = Weeks(before=6, after=14, at=25, news=55, telling=1.5)
    assert alarms(world, 100, news=55) >= 0.9


def test_publicity_that_reaches_back_fools_it() -> None:
    """Listed: people tell, once it is known, of the six weeks before too; the step then lies before the date."""
    world = Weeks(before=12, after=12, news=40, telling=3, reach=6)
    assert alarms(world, 100, news=40) >= 0.9


def test_what_was_told_before_publicity_is_not_fooled() -> None:
    world = Weeks(before=12, after=12, news=40, telling=3, reach=6)
    flagged = 0
    for seed in range(100):
        cells = world.draw(seed)
        early = {name: part[cells["told"] < FIRST + 40] for name, part in cells.items()}
        seen = see(early, 26)
        assert not isinstance(seen, Refusal)
        ratio = Course.of(seen.counts, seen.first).ratio
        flagged += not ratio.low <= 1 <= ratio.high
    assert flagged / 100 <= allowed(100)


def test_late_weeks_that_are_still_told_of_would_look_like_a_fall() -> None:
    """Counted as they stand, the last weeks fall short; withheld until 95 % are told they raise no alarm."""
    world, as_it_stands = Weeks(before=12, after=12, delay=4), 0
    for seed in range(100):
        cells = world.draw(seed)
        counts = np.bincount(cells["happened"] - FIRST, cells["n"], world.weeks)
        found = changepoint.posterior(counts, rate=0.5 / counts.mean())
        as_it_stands += found.ratio.high < 1
    assert as_it_stands >= 50
    assert alarms(world, 100) <= allowed(100)


def test_telling_that_began_late_raises_no_alarm_at_its_beginning() -> None:
    """Half of those stopped before anyone could tell never do; the first telling is then a known date."""
    flagged = 0
    for seed in range(100):
        rng, world = np.random.default_rng(seed), Weeks(before=12, after=12, opens=40)
        cells = world.draw(seed)
        kept = np.where(cells["happened"] < FIRST + 40, rng.binomial(cells["n"], 0.5), cells["n"])
        seen = see({**cells, "n": kept}, 26)
        assert not isinstance(seen, Refusal)
        course = Course.of(seen.counts, seen.first)
        refused = Known.of((), seen).refusal(course, 7)
        flagged += refused is None and not course.ratio.low <= 1 <= course.ratio.high
    assert flagged / 100 <= allowed(100)


@pytest.mark.parametrize(("after", "seen"), [(6, False), (15, True)])
def test_a_whole_table_says_what_was_planted(after: int, seen: bool) -> None:
    cells = Weeks(after=after, delay=1, weeks=60, at=30).draw(3)
    rows = [
        {"date": derive.monday(int(happened)), "reported_on": derive.monday(int(told)) + timedelta(days=2)}
        for happened, told, n in zip(cells["happened"], cells["told"], cells["n"], strict=True)
        for _ in range(n)
    ]
    rows = [row | {"report_id": f"r{at}", "encounter_id": f"e{at}"} for at, row in enumerate(rows)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    types = {"date": "date", "reported_on": "date", "report_id": "string", "encounter_id": "string"}
    result = Surge().weigh(Evidence(None, (), reports=small_table(columns, types)))
    assert isinstance(result.answer, Answer)
    headline = result.answer.headline
    assert (headline.low > 1) == seen
    assert result.rows_used + sum(rows.n for rows in result.excluded) == result.rows_in
    if seen:
        assert result.diagnostics["change"]["low"] <= derive.monday(FIRST + 31).isoformat()
        assert derive.monday(FIRST + 31).isoformat() <= result.diagnostics["change"]["high"]
