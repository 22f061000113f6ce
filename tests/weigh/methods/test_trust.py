"""Trust: whole tables of calls against the arithmetic they are cut from; each refusal has a neighbour that is none."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import t

from evenhand.errors import PlanError
from evenhand.flow import plan
from evenhand.maths import interrupted
from evenhand.tables.small import small_table
from evenhand.terms.evidence import Evidence, Publicity
from evenhand.terms.result import Answer, Period, Refusal, Scope
from evenhand.weigh.methods.trust import Trust, Weeks

EVENT = date(2026, 5, 13)
# METHODS 6.9 asks for 104 weeks and for placebo dates: 8 before the event and 8 windows of 8
NEEDED = 168
TYPES = {"date": "date", "area": "string", "call_type": "string", "n": "int64"}
METHOD = Trust(EVENT, area=("north",), call_type=("assault",))


def by_week(seed=1, before=NEEDED, after=8, fall=0.0, size=70):
    rng, week = np.random.default_rng(seed), np.arange(before + after)
    mean = size * np.exp(0.15 * np.sin(2 * math.pi * week / 52.18)) * np.where(week >= before, 1 - fall, 1)
    return rng.poisson(mean)


def rows(counts, before=NEEDED, area="north", call_type="assault", event=EVENT, last_days=7):
    """Each week's calls over its days: all but three on the first, one on each of three others, none on the rest."""
    found = []
    for week, n in enumerate(counts):
        start = event + timedelta(weeks=week - before)
        days = last_days if week == len(counts) - 1 else 7
        parts = [int(n) - 3, 1, 1, 1, 0, 0, 0] if n >= 3 else [int(n), 0, 0, 0, 0, 0, 0]
        found += [(start + timedelta(days=day), area, call_type, parts[day]) for day in range(days)]
    return found


def table(*parts):
    cells = [row for part in parts for row in part]
    return small_table({name: [row[at] for row in cells] for at, name in enumerate(TYPES)}, TYPES)


def evidence(*parts, publicity=()):
    return Evidence(None, (), calls=table(*parts), publicity=tuple(publicity))


def weigh(*parts, method=METHOD, publicity=()):
    return method.weigh(evidence(*parts, publicity=publicity))


def chance_of_t(ranked):
    """One-sided chance of the share by the placebos' mean and spread, on one degree fewer than windows."""
    logs = np.log(1 - ranked.shares)
    return t.cdf((np.log(1 - ranked.share.value) - logs.mean()) / (logs.std(ddof=1) * math.sqrt(9 / 8)), 7)


def quantities(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def test_weeks_begin_on_the_events_day_and_the_numbers_are_those_of_the_arithmetic() -> None:
    counts = by_week(fall=0.2)
    result = weigh(rows(counts))
    found = quantities(result)
    ranked = interrupted.placebo(counts, NEEDED, 8)
    share = found["calls_missing_share"]
    assert (share.value, share.low, share.high) == pytest.approx(ranked.share, rel=1e-9)
    assert (share.n, result.answer.headline) == (counts[NEEDED:].sum(), share)
    assert found["p"].value == found["p"].low == ranked.p <= found["p"].high
    # half of what an interval that just reaches 0 leaves out
    edge = Trust(EVENT, area=("north",), call_type=("assault",), confidence=1 - 2 * chance_of_t(ranked))
    assert quantities(weigh(rows(counts), method=edge))["calls_missing_share"].low == pytest.approx(0, abs=1e-9)
    assert found["p"].high == max(ranked.p, chance_of_t(ranked))
    # calls seen are known: expected less seen, at each end of the share
    expected = interrupted.fit(counts, NEEDED, 8).expected
    assert found["calls_missing"].value == pytest.approx(expected - counts[NEEDED:].sum(), rel=1e-6)
    assert found["calls_missing"].low == pytest.approx(share.n * share.low / (1 - share.low), rel=1e-9)


def test_series_are_the_weeks_with_what_was_expected_and_the_placebos() -> None:
    counts = by_week()
    weeks, placebo = weigh(rows(counts)).answer.series
    assert (weeks.name, list(weeks.columns)) == ("calls_by_week", ["week", "seen", "expected", "control"])
    assert weeks.columns["seen"] == tuple(counts)
    assert weeks.columns["week"][NEEDED] == "2026-05-13"
    assert weeks.columns["expected"] == pytest.approx(interrupted.expected(counts, NEEDED, 8))
    assert set(weeks.columns["control"]) == {None}
    assert (placebo.name, len(placebo.columns["week"])) == ("placebo", NEEDED - 104 - 8 + 1)
    assert placebo.columns["week"][0] == (EVENT - timedelta(weeks=NEEDED - 104)).isoformat()


def test_a_control_of_another_type_and_of_another_area_is_counted_together() -> None:
    calls, theft, south = by_week(1, fall=0.3), by_week(2, fall=0.3), by_week(3, fall=0.3)
    method = Trust(EVENT, area=("north",), call_type=("assault",), control=("theft",), control_area=("south",))
    strange = rows(by_week(4), area="south", call_type="theft")
    result = weigh(rows(calls), rows(theft, call_type="theft"), rows(south, area="south"), strange, method=method)
    control = theft + south
    assert result.answer.series[0].columns["control"] == tuple(control)
    assert result.answer.headline.value == pytest.approx(interrupted.placebo(calls, NEEDED, 8, control).share.value)
    assert "the control" in result.answer.headline.note
    others = result.diagnostics["others"]
    assert {"without a control", "without theft", "without south"} <= set(others)
    alone = interrupted.placebo(calls, NEEDED, 8, south).share.value
    assert others["without theft"]["share"]["value"] == pytest.approx(alone)
    # the control fell as much: nothing is missing beside it, and much is without
    assert others["without a control"]["share"]["value"] > 0.15 > abs(result.answer.headline.value)


def test_every_row_is_used_or_set_aside_by_name() -> None:
    extra = rows(by_week(2), area="south")
    longer = rows(by_week(3, NEEDED + 2, 10), NEEDED + 2)
    method = Trust(EVENT, area=("north",), call_type=("assault",))
    early = [(EVENT - timedelta(days=7 * (NEEDED + 2) + 3), "north", "assault", 5)]
    result = weigh(early, longer, extra, method=method)
    excluded = {out.reason: out.n for out in result.excluded}
    assert excluded == {
        "of another area or type of call": len(extra),
        "in a first week that is not whole": 1,
        "after the weeks looked at": 14,
    }
    assert result.rows_in == 1 + len(longer) + len(extra)
    assert result.rows_used == 7 * (NEEDED + 2 + 8)


def test_a_week_without_calls_of_the_kind_counts_as_none_where_others_called() -> None:
    counts = by_week(size=8)
    counts[40] = 0
    kept = [row for row in rows(counts) if row[3]]
    result = weigh(kept, rows(by_week(5), call_type="theft"))
    assert result.answer.series[0].columns["seen"] == tuple(counts)


def test_diagnostics_hold_the_model_alone_what_led_and_known_events_among_the_placebos() -> None:
    counts = by_week(fall=0.2)
    known = [Publicity(EVENT, "the event"), Publicity(EVENT - timedelta(days=200)), Publicity(date(2020, 1, 1))]
    found = weigh(rows(counts), publicity=known).diagnostics
    model, ranked = interrupted.fit(counts, NEEDED, 8), interrupted.placebo(counts, NEEDED, 8)
    assert found["model_alone"]["share"]["low"] == pytest.approx(model.share.low)
    assert found["placebo"] == {"dates": 57, "windows": 8, "known_events_among_them": 1}
    assert found["lead"]["share"] == pytest.approx(float(ranked.shares[-1]))
    assert found["last_year_over_the_one_before"] == pytest.approx(counts[116:168].sum() / counts[64:116].sum())
    assert set(found["others"]) == {"1 harmonics", "3 harmonics"}
    assert found["specifications"] == {"fitted": 3, "same_sign_share": 1.0}


def test_the_smallest_visible_share_is_the_t_of_the_interval_and_its_power() -> None:
    counts = by_week()
    answer = weigh(rows(counts)).answer
    spread = np.log1p(-interrupted.placebo(counts, NEEDED, 8).shares).std(ddof=1) * math.sqrt(9 / 8)
    assert answer.smallest_visible == pytest.approx(1 - math.exp(-(t.ppf(0.975, 7) + t.ppf(0.8, 7)) * spread))


FULL = by_week()
REFUSALS = [
    ("167 whole weeks of calls before the event, at least 168", rows(by_week(1, 167), 167), rows(FULL), {}, {}),
    (
        "167 whole weeks of calls before the event",
        rows(FULL)[1:],
        [(EVENT - timedelta(weeks=NEEDED + 1), "north", "assault", 1), *rows(by_week(1, NEEDED + 1), NEEDED + 1)[7:]],
        {},
        {},
    ),
    ("7 whole weeks of calls from the event on, 8 expected", rows(FULL, last_days=6), rows(FULL), {}, {}),
    ("0 whole weeks of calls before the event", rows(FULL), rows(FULL), {"event": date(2020, 1, 1)}, {}),
    (
        "changed on 2026-01-07, in the weeks looked at",
        rows(FULL),
        rows(FULL),
        {"recoded": (date(2026, 1, 7), date(2010, 1, 1))},
        {"recoded": (date(2010, 1, 1), EVENT + timedelta(weeks=8))},
    ),
    ("1 of 176 weeks hold no call of any kind", rows(FULL)[:70] + rows(FULL)[77:], rows(FULL), {}, {}),
    (
        "0 whole weeks of calls before the event",
        rows(FULL),
        rows(FULL),
        {"scope": Scope("all", period=Period("none", date(2000, 1, 1), date(2000, 2, 1)))},
        {"scope": Scope("all", period=Period("whole", date(2000, 1, 1), date(2030, 1, 1)))},
    ),
]


@pytest.mark.parametrize(("says", "refused", "neighbour", "settings", "others"), REFUSALS)
def test_each_refusal_has_a_world_that_triggers_it_and_a_neighbour_that_does_not(
    says, refused, neighbour, settings, others
) -> None:
    answer = weigh(refused, method=Trust(**{"event": EVENT} | settings)).answer
    assert isinstance(answer, Refusal)
    assert says in answer.reason
    assert answer.needed
    assert isinstance(weigh(neighbour, method=Trust(**{"event": EVENT} | others)).answer, Answer)


def test_another_known_event_within_four_weeks_is_refused_and_one_beyond_is_not() -> None:
    near, far = (Publicity(EVENT + timedelta(days=days)) for days in (-28, 29))
    answer = weigh(rows(FULL), publicity=[near, Publicity(EVENT)]).answer
    assert isinstance(answer, Refusal)
    assert "something else became known on 2026-04-15" in answer.reason
    assert isinstance(weigh(rows(FULL), publicity=[far, Publicity(EVENT)]).answer, Answer)


def test_a_series_that_stops_is_refused() -> None:
    stopped = np.where(np.arange(len(FULL)) < NEEDED, FULL, 0)
    answer = weigh(rows(stopped), rows(FULL, call_type="theft")).answer
    assert isinstance(answer, Refusal)
    assert "a series that stops is not one that falls" in answer.reason
    stopped[NEEDED::2] = 1
    assert isinstance(weigh(rows(stopped), rows(FULL, call_type="theft")).answer, Answer)


def test_without_calls_it_says_what_is_needed() -> None:
    answer = METHOD.weigh(Evidence(None, ())).answer
    assert isinstance(answer, Refusal)
    assert "[[calls]]" in answer.needed


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"weeks": 7}, "weeks is 7, expected 8 or more"),
        ({"scope": Scope("traffic", {"mode": ("vehicle",)})}, "scope traffic is of encounters"),
        ({"control": ("theft",)}, "control must be apart from call_type"),
        ({"control": ("theft",), "call_type": ("theft", "assault")}, "control must be apart from call_type"),
        ({"control_area": ("south",)}, "control_area must be apart from area"),
    ],
)
def test_settings_that_cannot_be_are_errors_of_the_plan(settings, says) -> None:
    with pytest.raises(PlanError, match=says):
        Trust(EVENT, **settings)


def test_a_name_no_call_has_is_an_error_of_the_plan_with_those_there_are() -> None:
    with pytest.raises(PlanError, match="no call_type murder; they have assault"):
        weigh(rows(FULL), method=Trust(EVENT, call_type=("murder",)))


def test_longer_windows_need_longer_series() -> None:
    assert (Trust(EVENT).needed, Trust(EVENT, weeks=26).needed) == (168, 104 + 26 + 26 * 7)
    counts = by_week(1, 168, 8)
    assert interrupted.placebo(counts, 168, 8).windows == 8
    assert interrupted.placebo(counts[1:], 167, 8).windows == 7


def test_a_plan_gives_days_in_quotes_or_not(tmp_path) -> None:
    (tmp_path / "calls.csv").write_text("date,n\n2026-03-14,12\n", encoding="utf-8")
    text = (
        '[[calls]]\npath = "calls.csv"\n[[method]]\nname = "trust"\nevent = {}\nrecoded = ["2020-01-01", 2021-01-01]\n'
    )
    for written in ("2026-05-13", '"2026-05-13"'):
        (method,) = plan.methods(plan.check(plan.parse(text.format(written).encode(), tmp_path)))
        assert (method.event, method.recoded) == (EVENT, (date(2020, 1, 1), date(2021, 1, 1)))
    with pytest.raises(PlanError, match="'in May' is not a date"):
        plan.check(plan.parse(text.format('"in May"').encode(), tmp_path))


def test_a_week_is_named_by_its_first_day() -> None:
    assert Weeks(date(2026, 1, 7), 3, np.ones(5)).day(2) == "2026-01-21"
