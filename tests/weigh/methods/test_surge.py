"""Surge: weeks and telling counted as they are, every refusal with a neighbour that passes, every row accounted for."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import gamma

from evenhand.errors import PlanError
from evenhand.terms.evidence import Evidence, Publicity
from evenhand.terms.result import Answer, Period, Refusal, Scope
from evenhand.weigh.methods.surge import Surge, figure
from evenhand.weigh.told import NO_REPORTS

START = date(2025, 1, 6)
SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "link_probability": "float64",
    "reported_on": "date",
    "date": "date",
    "date_to": "date",
    "recruitment": "string",
    "referrer": "string",
    "event_id": "string",
    "person_key": "string",
    "source_id": "string",
    "agency_id": "string",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
    "mode": "string",
}
PLAIN = {
    "link_probability": 1.0,
    "date_to": None,
    "recruitment": "unprompted",
    "referrer": None,
    "event_id": None,
    "person_key": None,
    "source_id": "mailbox",
    "agency_id": "A",
    "agency_basis": ["said"],
    "corroboration": ["none"],
    "mode": "vehicle",
}


def monday(week):
    return START + timedelta(weeks=week)


def tellings(counts, delays=(0, 3, 9), start=0, **columns):
    """So many encounters each week, over its days, told after so many days in turn; other columns as given."""
    days = [monday(start + week) + timedelta(days=at % 7) for week, n in enumerate(counts) for at in range(n)]
    told = [day + timedelta(days=delays[at % len(delays)]) for at, day in enumerate(days)]
    return [PLAIN | {"date": day, "reported_on": on} | columns for day, on in zip(days, told, strict=True)]


def evidence(*parts, publicity=(), without=()):
    import ibis

    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [row for part in parts for row in part]
    named = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} | row for at, row in enumerate(rows)]
    table = ibis.memtable([{name: row[name] for name in schema} for row in named], schema=schema)
    return Evidence(None, (), reports=table, publicity=tuple(Publicity(day, "news") for day in publicity))


def weigh(*parts, publicity=(), without=(), **settings):
    settings = {"draws": 19} | settings
    return Surge(**settings).weigh(evidence(*parts, publicity=publicity, without=without))


def numbers(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def seen(result):
    return {rows.reason: rows.n for rows in result.excluded}


# two a week, then six; the tail of three weeks lets the last of these be told of whole
RISE = [2] * 20 + [6] * 20


def test_a_rise_is_dated_and_its_ratio_is_that_of_the_posterior() -> None:
    result = weigh(tellings(RISE))
    found = numbers(result)
    assert list(found) == ["rate_ratio", "chance_of_change", "rate_before", "rate_after"]
    assert result.diagnostics["change"]["week"] == monday(20).isoformat()
    assert result.diagnostics["form"] == "plain (Poisson)"
    n = sum(filter(None, result.answer.series[0].columns["happened"]))
    later = n - 40
    weeks = later // 6
    # the change is all but certain here: gamma laws of the two stretches, prior Gamma(1/2, 1/2 over the mean)
    rate = 0.5 / (n / (20 + weeks))
    draws = np.random.default_rng(1)
    before = gamma.rvs(40.5, scale=1 / (rate + 20), size=200_000, random_state=draws)
    after = gamma.rvs(later + 0.5, scale=1 / (rate + weeks), size=200_000, random_state=draws)
    low, middle, high = np.quantile(after / before, [0.025, 0.5, 0.975])
    # a week either way still has some weight: 3 %
    assert (found["rate_ratio"].value, found["rate_ratio"].low, found["rate_ratio"].high) == pytest.approx(
        (middle, low, high), rel=0.03
    )
    assert found["chance_of_change"].value > 0.999
    assert found["rate_before"].value == pytest.approx(2, rel=0.05)
    assert found["rate_after"].value == pytest.approx(6, rel=0.05)
    assert found["rate_ratio"].n == n
    assert "40 in 20 weeks before" in found["rate_ratio"].note


def test_the_smallest_visible_ratio_is_that_of_the_error_reported() -> None:
    headline = numbers(result := weigh(tellings(RISE)))["rate_ratio"]
    assert headline.se == pytest.approx(math.log(headline.high / headline.low) / 2 / 1.95996, rel=1e-5)
    assert result.answer.smallest_visible == pytest.approx(math.exp(2.80158 * headline.se))


def test_weeks_run_from_the_first_to_the_last_happened_and_late_ones_are_withheld_and_counted() -> None:
    """Heard up to the Monday after 40 weeks: of three encounters in a week one is told nine days later."""
    told = [row for row in tellings([3] * 40) if row["reported_on"] < monday(40)]
    result = weigh(told)
    week = result.answer.series[0].columns
    assert result.diagnostics["window"]["telling_began"] == START.isoformat()
    # day 2 of the week, told nine days later, is one week on: a third is still to come in the last week
    assert week["week"] == tuple(monday(at).isoformat() for at in range(40))
    # the last week is told of, and what happened in it is held back
    assert (week["happened"][-1], week["complete"][-1]) == (None, None)
    assert week["told"][-1] == 3
    assert set(week["happened"][:-1]) == {3}
    assert all(share >= 0.95 for share in week["complete"][:-1])
    assert seen(result)["in the last weeks, under 95% of which is told"] == 2
    assert (sum(week["happened"][:-1]), result.rows_used, result.rows_in) == (117, 117, 119)


def test_what_was_told_stands_beside_what_happened_by_week() -> None:
    columns = weigh(tellings([3] * 40, delays=(14,))).answer.series[0].columns
    assert columns["told"][:2] == (0, 0)
    assert set(columns["told"][2:]) == {3}


def test_exclusions_add_up_to_the_rows_that_came_in() -> None:
    again = [row | {"report_id": f"again{at}", "encounter_id": f"e{at}"} for at, row in enumerate(tellings([1] * 4))]
    again = [row | {"reported_on": date(2027, 1, 1)} for row in again]
    period = Scope("cars", {"mode": ("vehicle",)}, Period("2025", date(2025, 1, 1), date(2025, 12, 31)))
    result = weigh(
        tellings(RISE),
        again,
        tellings([5], mode="foot"),
        tellings([7], date=date(2024, 1, 1)),
        tellings([11], date_to=date(2025, 3, 1)),
        tellings([13], reported_on=None),
        tellings([17], reported_on=date(2025, 1, 5)),
        tellings([2], date_to=date(2025, 1, 13)),
        scope=period,
    )
    counts = seen(result)
    withheld = counts.pop("in the last weeks, under 95% of which is told")
    assert counts == {
        "a further telling of an encounter already counted": 4,
        "outside the period 2025": 7,
        "mode is not vehicle": 5,
        "the week it happened is not known": 11,
        "when it was told is not known": 13,
        "told before it happened": 17,
    }
    assert result.rows_used + sum(counts.values()) + withheld == result.rows_in
    assert result.rows_used == result.answer.headline.n


def test_clumped_weeks_are_read_as_clumped() -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(8 * rng.gamma(1 / 0.5, 0.5, 60))
    result = weigh(tellings(counts.tolist()))
    assert result.diagnostics["dispersion"] > 1.5
    assert result.diagnostics["form"] == "clumped (negative binomial)"
    assert numbers(result)["rate_ratio"].interval == "profile likelihood"


def test_a_change_beside_publicity_has_its_own_ratio() -> None:
    counts = [2] * 20 + [6] * 15 + [9] * 15
    result = weigh(tellings(counts), publicity=[monday(35)])
    found = numbers(result)
    # the change inside the first 35 weeks, read as a series of its own
    assert found["rate_ratio_beside_publicity"].value == pytest.approx(
        numbers(weigh(tellings(counts[:35])))["rate_ratio"].value
    )
    assert found["rate_ratio_beside_publicity"].value == pytest.approx(3, rel=0.05)
    assert "35 weeks between known dates" in found["rate_ratio_beside_publicity"].note
    publicity = result.diagnostics["publicity"]
    assert publicity["dates"] == [{"day": monday(35).isoformat(), "what": "news"}]
    # held against the change, the step is the ratio of two means
    assert publicity["step_ratios"][0]["value"] == pytest.approx(1.5, rel=1e-6)
    assert publicity["outside_the_window"] == 0
    assert result.answer.series[0].columns["publicity"].index("news") == 35


@pytest.mark.parametrize(("days", "refused"), [(-8, False), (-7, True), (0, True), (7, True), (8, False)])
def test_a_change_within_seven_days_of_publicity_is_refused(days, refused) -> None:
    result = weigh(tellings([2] * 20 + [20] * 20), publicity=[monday(20) + timedelta(days=days)])
    if refused:
        assert isinstance(result.answer, Refusal)
        assert result.answer.reason.startswith("cannot separate telling from happening")
        assert result.answer.figures["publicity"] == [(monday(20) + timedelta(days=days)).isoformat()]
    else:
        # eight days off it is not at the date, and a tenfold rise survives in the stretch that holds it
        assert isinstance(result.answer, Answer)


# from 2 a week to 4 over ten weeks
SLOWLY = [2, 3, 1, 2, 2, 3, 2, 1, 2, 2, 3, 1, 2, 2, 2, 3, 2, 3, 4, 3, 4, 5, 3, 4, 5, 4, 3, 5, 4, 4, 5, 3, 4, 5, 4]


def test_a_change_that_is_none_beside_publicity_is_refused() -> None:
    plain = weigh(tellings(SLOWLY))
    assert numbers(plain)["chance_of_change"].value > 0.5
    two_weeks_on = date.fromisoformat(plain.diagnostics["change"]["week"]) + timedelta(days=14)
    refused = weigh(tellings(SLOWLY), publicity=[two_weeks_on]).answer
    assert isinstance(refused, Refusal)
    assert f"is no change beside what was known on {two_weeks_on.isoformat()}" in refused.reason
    assert refused.figures["chance_beside_publicity"] < 0.5
    long_before = date.fromisoformat(plain.diagnostics["change"]["low"]) - timedelta(days=60)
    assert isinstance(weigh(tellings(SLOWLY), publicity=[long_before]).answer, Answer)


def test_flat_weeks_with_publicity_are_no_refusal() -> None:
    found = numbers(weigh(tellings([3] * 40), publicity=[monday(20)]))
    assert found["rate_ratio"].low < 1 < found["rate_ratio"].high
    assert found["rate_ratio_beside_publicity"].low < 1 < found["rate_ratio_beside_publicity"].high


def test_a_change_at_the_edge_is_refused_for_publicity_just_beyond_it() -> None:
    """The new rate fills the last week but one; the news came the Monday after the last."""
    weeks, news = [2] * 30 + [20] * 2, monday(32)
    asked = [row | {"reported_on": monday(33)} for row in tellings(weeks)]
    assert isinstance(weigh(asked).answer, Answer)
    assert isinstance(weigh(asked, publicity=[news]).answer, Answer)
    near = weigh(asked, publicity=[news], near_days=14).answer
    assert isinstance(near, Refusal)
    assert near.figures["publicity"] == [news.isoformat()]


def test_publicity_outside_the_window_is_a_figure() -> None:
    result = weigh(tellings(RISE), publicity=[monday(-5), monday(60)])
    assert isinstance(result.answer, Answer)
    assert result.diagnostics["publicity"] == {"dates": [], "outside_the_window": 2}
    # the earlier of the two came before anything was told
    assert result.diagnostics["told_before_publicity"] == {"n": 0, "too_few": True}
    assert weigh(tellings(RISE)).diagnostics["told_before_publicity"] == {}
    later = weigh(tellings(RISE), publicity=[monday(60)]).diagnostics["told_before_publicity"]
    assert later["n"] == result.answer.headline.n


def test_what_was_told_before_publicity_is_weighed_alone() -> None:
    counts = [2] * 20 + [6] * 20 + [8] * 20
    before = weigh(tellings(counts), publicity=[monday(40)]).diagnostics["told_before_publicity"]
    assert before["week"] == monday(20).isoformat()
    assert before["rate_ratio"] == pytest.approx(3, rel=0.1)
    assert before["n"] < 40 + 120


def test_telling_that_began_late_is_a_known_date() -> None:
    """Encounters of 30 weeks, none told before week 20: the first telling is a date like publicity."""
    early = tellings([2] * 20, delays=(0,))
    early = [row | {"reported_on": monday(20) + timedelta(days=at % 9)} for at, row in enumerate(early)]
    result = weigh(early, tellings([7] * 20, start=20))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("cannot separate")
    assert result.diagnostics["window"]["happened_before_telling_began"] == 40
    assert result.diagnostics["publicity"]["dates"] == [{"day": monday(20).isoformat(), "what": "telling began"}]
    assert isinstance(weigh(tellings([2] * 20), tellings([7] * 20, start=20)).answer, Answer)


def test_a_canvass_on_one_day_has_no_late_weeks() -> None:
    asked = [row | {"reported_on": monday(45)} for row in tellings(RISE)]
    result = weigh(asked)
    assert numbers(result)["rate_ratio"].n == sum(RISE)
    assert result.diagnostics["window"]["happened_before_telling_began"] == sum(RISE)


def test_without_reports_it_refuses() -> None:
    assert Surge().weigh(Evidence(None, ())).answer == NO_REPORTS


@pytest.mark.parametrize(
    ("counts", "words"), [([2] * 19, "38 encounters in 19 weeks"), ([1, 0] * 14 + [1], "15 encounters in 29 weeks")]
)
def test_too_few_weeks_or_encounters_are_refused(counts, words) -> None:
    answer = weigh(tellings(counts, delays=(0,))).answer
    assert isinstance(answer, Refusal)
    assert answer.reason.startswith(words)


def test_twenty_weeks_and_thirty_encounters_are_enough() -> None:
    assert isinstance(weigh(tellings([1, 2] * 10, delays=(0,))).answer, Answer)


@pytest.mark.parametrize(("known", "refused"), [(40, False), (39, True)])
def test_delays_unknown_for_most_are_refused(known, refused) -> None:
    told = tellings([2] * 20, delays=(0,))[:known]
    answer = weigh(told, tellings([2] * 20, reported_on=None)[:40]).answer
    assert isinstance(answer, Refusal) == refused
    if refused:
        assert answer.reason.startswith("delays unknown: 40 of 79")
        assert answer.figures["when it was told is not known"] == 40


def test_without_the_day_of_telling_delays_are_unknown() -> None:
    answer = weigh(tellings(RISE), without=("reported_on",)).answer
    assert isinstance(answer, Refusal)
    assert answer.reason.startswith("delays unknown: 160 of 160")


def test_without_a_date_the_plan_is_wrong() -> None:
    with pytest.raises(PlanError, match="no column date"):
        weigh(tellings(RISE), without=("date",))


@pytest.mark.parametrize(
    ("column", "words"), [("referrer", "one referrer"), ("event_id", "one event"), ("person_key", "one teller")]
)
def test_one_voice_behind_all_is_refused_and_two_are_not(column, words) -> None:
    alone = weigh(tellings(RISE, **{column: "x"})).answer
    assert isinstance(alone, Refusal)
    assert alone.reason == f"all 160 encounters come from {words}"
    assert "x" not in str(alone.figures)
    assert isinstance(weigh(tellings(RISE, **{column: "x"}), tellings([1] * 40)).answer, Answer)


def test_the_largest_source_is_left_out() -> None:
    result = weigh(tellings([2] * 40), tellings([0] * 20 + [5] * 20, source_id="campaign"))
    assert numbers(result)["rate_ratio"].low > 2
    left = result.diagnostics["without_largest_source"]
    assert left["left_out"] == "source"
    assert left["share"] == pytest.approx(100 / 180)
    assert left["low"] < 1 < left["high"]
    assert "campaign" not in str(result.diagnostics)


def test_one_source_has_no_largest_unless_referrers_differ() -> None:
    assert weigh(tellings(RISE)).diagnostics["without_largest_source"] == {
        "left_out": "nothing: all came from one source"
    }
    sent = weigh(tellings([2] * 40), tellings([0] * 20 + [5] * 20, referrer="a body")).diagnostics
    assert sent["without_largest_source"]["left_out"] == "referrer"
    assert "a body" not in str(sent)


def test_delays_are_given_before_and_after_the_change() -> None:
    result = weigh(tellings([3] * 20, delays=(28,)), tellings([9] * 20, delays=(7,), start=20))
    delays = result.diagnostics["delays"]
    assert (delays["before"]["median"], delays["after"]["median"]) == (4, 1)
    assert delays["before"]["n"] == 60


def test_recruitment_shows_who_makes_the_rise() -> None:
    result = weigh(tellings([2] * 40), tellings([1] * 20 + [6] * 20, recruitment="after_publicity"))
    ways = result.diagnostics["by_recruitment"]
    assert ways["unprompted"]["rate_ratio"] == pytest.approx(1)
    assert ways["after_publicity"]["rate_ratio"] == pytest.approx(6)
    assert ways["after_publicity"]["before"] == 20


def test_agencies_are_compared_where_two_have_enough() -> None:
    one, two = tellings(RISE, agency_id="A"), tellings(RISE, agency_id="B")
    together = weigh(one, two).diagnostics["agencies"]
    assert together["agencies"] == 2
    assert together["common_week"] == monday(20).isoformat()
    assert together["log_bayes_factor_one_week"] > 0
    assert together["p_against_one_week"] > 0.05
    assert weigh(one).diagnostics["agencies"] == {"agencies": 1, "compared": False}
    guessed = weigh(one, tellings(RISE, agency_id="B", agency_basis=["guessed"])).diagnostics["agencies"]
    assert guessed == {"agencies": 1, "compared": False}


def test_agencies_that_changed_apart_are_told_apart() -> None:
    early, late = [1] * 10 + [6] * 40, [1] * 35 + [6] * 15
    found = weigh(tellings(early, agency_id="A"), tellings(late, agency_id="B")).diagnostics["agencies"]
    assert found["log_bayes_factor_one_week"] < 0
    assert found["p_against_one_week"] == 0.05


def test_readings_at_three_thresholds_and_for_those_who_knew_the_agency() -> None:
    doubted = [row | {"encounter_id": f"e{at}", "link_probability": 0.7} for at, row in enumerate(tellings([3] * 30))]
    result = weigh(tellings(RISE), doubted)
    n = {name: part["n"] for name, part in result.diagnostics["thresholds"].items()}
    assert n["0.5"] < n["0.8"] == n["0.95"]
    assert result.diagnostics["attributed"]["n"] == n["0.8"] == result.answer.headline.n
    assert result.diagnostics["corroboration"]["encounters"] == 250
    assert result.gates[0].gate == "attribution"


def test_a_reading_of_too_few_says_so() -> None:
    cells = {name: np.array([4, 5]) for name in ("happened", "told", "n")}
    assert figure(cells, 26) == {"n": 9, "too_few": True}


def test_the_id_and_settings_are_those_of_the_plan() -> None:
    result = weigh(tellings(RISE))
    assert result.id == "surge/all"
    assert result.settings == {
        "near_days": 7,
        "longest_delay": 26,
        "draws": 19,
        "seed": 0,
        "threshold": 0.8,
        "confidence": 0.95,
    }


def test_what_was_told_in_the_week_of_the_news_is_not_before_it() -> None:
    """News of a Saturday moves weeks of happening from the next Monday, and what is told from that day."""
    on_monday, on_saturday, next_monday = (
        weigh(tellings(RISE), publicity=[day]).diagnostics["told_before_publicity"]
        for day in (monday(10), monday(10) + timedelta(days=5), monday(11))
    )
    assert on_monday["n"] < next_monday["n"]
    assert on_saturday == on_monday


def test_no_report_in_scope_and_no_day_of_telling_is_a_refusal() -> None:
    nothing = Scope(where={"agency_id": ("none such",)})
    answer = weigh(tellings(RISE, agency_id="one"), without=("reported_on",), scope=nothing).answer
    assert isinstance(answer, Refusal)
    assert answer.figures == {"encounters": 0}
