"""Decision rate: every refusal with a neighbour that passes, every row accounted for, every part beside the ratio."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import PlanError
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Period, Refusal, Scope
from evenhand.weigh.methods import decision_rate
from evenhand.weigh.methods.decision_rate import DecisionRate

BW = Contrast("BLACK", "WHITE")
OPTIONS = {
    "B": ["BLACK"],
    "W": ["WHITE", "MENA"],
    "H": ["HISPANIC"],
    "?": ["unknown"],
    "B|H": ["BLACK", "HISPANIC"],
    "B|W": ["BLACK", "WHITE"],
}
SCHEMA = {
    "date": "date",
    "time_local": "string",
    "race_officer_options": "array<string>",
    "race_officer_detail": "string",
    "mode": "string",
    "reason": "string",
    "search_person": "string",
    "result": "array<string>",
    "recorded_on": "string",
    "repeated": "string",
    "area_beat": "string",
}
PLAIN = {
    "time_local": "12:00",
    "mode": "vehicle",
    "reason": "moving",
    "result": ["none"],
    "recorded_on": "car",
    "repeated": "no",
    "area_beat": "1",
}


def stops(race, n, searched=0, unknown=0, **columns):
    """n stops of people of a race, so many of them searched, so many with no word on a search; dates over the year."""
    words = ["yes"] * searched + ["not_stated"] * unknown + ["no"] * (n - searched - unknown)
    fixed = PLAIN | {"race_officer_options": OPTIONS[race], "race_officer_detail": None if race == "?" else race}
    day = [date(2021, 1, 1) + timedelta(days=(at * 97) % 365) for at in range(n)]
    return [fixed | {"search_person": word, "date": on} | columns for word, on in zip(words, day, strict=True)]


def evidence(*parts, without=()):
    import ibis

    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [{name: row[name] for name in schema} for part in parts for row in part]
    return Evidence(ibis.memtable(rows, schema=schema), ())


def weigh(*parts, without=(), **settings):
    return DecisionRate(BW, Scope(), **{"place": "beat"} | settings).weigh(evidence(*parts, without=without))


def estimate(result, quantity):
    return next(found for found in result.answer.estimates if found.quantity == quantity)


# 40 of 200 against 30 of 300: a ratio of 2
TWICE = (stops("B", 200, 40), stops("W", 300, 30))


def test_a_ratio_of_two_is_reported_with_its_counts() -> None:
    result = weigh(*TWICE)
    assert isinstance(result.answer, Answer)
    assert result.answer.headline.quantity == "risk_ratio"
    assert result.answer.headline.value == pytest.approx(2)
    assert result.answer.headline.n == 500
    assert result.answer.headline.note == "40 of 200 stops against 30 of 300"
    assert estimate(result, "difference_per_1000").value == pytest.approx(100)
    assert estimate(result, "crude_ratio").value == pytest.approx(2)
    assert (estimate(result, "share_group").value, estimate(result, "share_reference").value) == (0.2, 0.1)


def test_the_id_names_the_outcome() -> None:
    period = Period("2021", date(2021, 1, 1), date(2021, 12, 31))
    result = DecisionRate(BW, Scope("all", {}, period), "searched", "beat").weigh(evidence(*TWICE))
    assert result.id == "decision_rate/searched/BLACK-WHITE/all/2021"
    assert result.settings == {"outcome": "searched", "place": "beat", "confidence": 0.95}


def test_an_outcome_nobody_knows_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(PlanError, match=r"'cited': expected one of searched, frisk, .*citation"):
        DecisionRate(BW, Scope(), "cited")


def test_exclusions_add_up_to_the_rows_that_came_in() -> None:
    result = DecisionRate(BW, Scope("cars", {"mode": ("vehicle",)}), place="beat").weigh(
        evidence(
            *TWICE,
            stops("B", 3, repeated="yes"),
            stops("B", 5, mode="foot"),
            stops("W", 7, 1, area_beat="unknown"),
            stops("W", 11, 1, time_local=None),
            stops("?", 13, 2),
            stops("H", 17, 2),
            stops("B", 19, unknown=19),
        )
    )
    counts = {exclusion.reason: exclusion.n for exclusion in result.excluded}
    assert counts == {
        "a further row of a stop already counted": 3,
        "mode is not vehicle": 5,
        "month with race missing in more than 50% of stops": 0,
        "place not recorded": 7,
        "time not recorded": 11,
        "race not recorded": 13,
        "race is in neither group, or in either": 17,
        "unknown whether the person was searched": 19,
    }
    assert result.rows_in == 575
    assert result.rows_used == result.answer.headline.n == 500


def test_places_are_compared_within() -> None:
    """In each place the rates are equal; the crude ratio, 2.6, is all place."""
    parts = [stops("B", 400, 80, area_beat="1"), stops("W", 100, 20, area_beat="1")]
    parts += [stops("B", 100, 5, area_beat="2"), stops("W", 400, 20, area_beat="2")]
    result = weigh(*parts)
    assert result.answer.headline.value == pytest.approx(1)
    assert estimate(result, "crude_ratio").value == pytest.approx((85 / 500) / (40 / 500))
    without = result.diagnostics["fewer_strata"]["without place"]
    assert without["ratio"] == pytest.approx(2.125)
    assert weigh(*parts, place="").answer.headline.value == pytest.approx(2.125)


def test_a_stratifier_unknown_throughout_is_left_out_and_one_sometimes_unknown_is_not() -> None:
    assert weigh(*TWICE).diagnostics["strata"] == ("place", "reason", "part_of_day")
    unsaid = [[row | {"reason": "not_stated"} for row in part] for part in TWICE]
    assert weigh(*unsaid).diagnostics["strata"] == ("place", "part_of_day")
    partly = weigh(*TWICE, stops("B", 60, 12, reason="unknown"), stops("W", 60, 6, reason="unknown"))
    assert partly.diagnostics["strata"] == ("place", "reason", "part_of_day")
    assert partly.rows_used == 620
    assert weigh(*TWICE, without=("time_local",)).diagnostics["strata"] == ("place", "reason")


@pytest.mark.parametrize(("unknown", "refused"), [(125, False), (126, True)])
def test_an_outcome_unknown_in_over_a_fifth_of_stops_is_refused_with_the_counts(unknown: int, refused: bool) -> None:
    """125 of 625 is a fifth exactly, and passes."""
    result = weigh(*TWICE, stops("H", 125, unknown=min(unknown, 125)), stops("?", unknown - 125, unknown=unknown - 125))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.reason.startswith("unknown whether the person was searched in 126 of 626 stops (20%")
        assert result.answer.figures["unknown"] == 126
        assert "blank is not a no" in result.answer.needed


def test_an_outcome_unknown_in_over_a_fifth_of_one_group_is_refused_though_the_file_passes() -> None:
    passing = weigh(stops("B", 250, 40, unknown=50), stops("W", 300, 30))
    assert isinstance(passing.answer, Answer)
    result = weigh(stops("B", 250, 40, unknown=51), stops("W", 300, 30))
    assert isinstance(result.answer, Refusal)
    assert "51 of 250 stops of BLACK" in result.answer.reason


@pytest.mark.parametrize(("alone", "refused"), [(500, False), (501, True)])
def test_over_half_the_stops_in_strata_of_one_group_is_refused(alone: int, refused: bool) -> None:
    result = weigh(*TWICE, stops("B", alone, 100, area_beat="2"))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert "501 of 1,001 stops are in strata where only one" in result.answer.reason
    else:
        assert result.diagnostics["stops_in_strata_of_one_group"] == 500
        assert "500 stops in strata where only one of the groups was stopped add nothing" in result.answer.headline.note
        assert result.answer.headline.value == pytest.approx(2)
        assert result.answer.headline.n == 500


@pytest.mark.parametrize(("stopped", "searched", "refused"), [(30, 10, False), (29, 10, True), (30, 9, True)])
def test_too_few_stops_or_searches_are_refused(stopped: int, searched: int, refused: bool) -> None:
    result = weigh(stops("B", stopped, searched), stops("W", 300, 30))
    assert isinstance(result.answer, Refusal) == refused


def test_an_outcome_that_always_happens_is_refused() -> None:
    result = weigh(stops("B", 50, 50), stops("W", 60, 60))
    assert isinstance(result.answer, Refusal)
    assert "always or never (50 of 50 against 60 of 60)" in result.answer.reason
    assert isinstance(weigh(stops("B", 50, 49), stops("W", 60, 60)).answer, Answer)


def test_race_missing_in_most_stops_is_refused_by_its_gate() -> None:
    result = weigh(*TWICE, stops("?", 501, 50))
    assert isinstance(result.answer, Refusal)
    assert result.answer.figures["gate"] == "race_missing"


def test_missing_race_is_a_band_of_worst_corners() -> None:
    """20 searched and 100 not, of unknown race: high is (60/220)/(30/400), low is (40/300)/(50/320)."""
    (band,) = weigh(*TWICE, stops("?", 120, 20)).answer.bands
    assert band.over == "missing_race"
    assert band.high == pytest.approx((60 / 220) / (30 / 400))
    assert band.low == pytest.approx((40 / 300) / (50 / 320))
    assert band.figures == {"unknown_race": 120, "neither_race_nor_outcome": 0}


def test_stops_with_neither_race_nor_outcome_are_in_the_band_over_outcomes() -> None:
    """50 more with neither: at worst all of the reference and searched, or all of the group and searched."""
    race, outcome = weigh(*TWICE, stops("?", 50, unknown=50)).answer.bands
    assert (race.low, race.high) == pytest.approx((2, 2))
    assert "50 more have neither race nor outcome" in race.reading
    assert outcome.over == "model"
    assert outcome.low == pytest.approx(0.2 / (80 / 350))
    assert outcome.high == pytest.approx((90 / 250) / 0.1)
    assert outcome.figures == {"unknown_group": 0, "unknown_reference": 0, "unknown_neither": 50}


def test_a_missing_outcome_is_a_band_of_its_own() -> None:
    _, band = weigh(stops("B", 220, 40, unknown=20), stops("W", 330, 30, unknown=30)).answer.bands
    assert band.over == "model"
    assert band.high == pytest.approx((60 / 220) / (30 / 330))
    assert band.low == pytest.approx((40 / 220) / (60 / 330))
    assert "searched" in band.reading


def test_a_set_of_races_counts_in_the_upper_counts_only() -> None:
    """A row that may be of the group moves neither side of the headline; one of either race moves both upper counts."""
    result = weigh(*TWICE, stops("B|H", 20, 10), stops("B|W", 10, 0))
    assert result.answer.headline.value == pytest.approx(2)
    upper = estimate(result, "risk_ratio_upper_counts")
    assert upper.value == pytest.approx((50 / 230) / (30 / 310))
    assert result.answer.bands[0].figures["unknown_race"] == 30


def test_the_strata_are_told_from_thirty_stops_a_group() -> None:
    result = weigh(*TWICE, stops("B", 29, 3, area_beat="2"), stops("W", 80, 3, area_beat="2"))
    columns = next(series for series in result.answer.series if series.name == "strata").columns
    assert columns == {
        "place": ("1", "2"),
        "part_of_day": ("day", "day"),
        "events_group": (40, None),
        "n_group": (200, None),
        "events_reference": (30, None),
        "n_reference": (300, None),
    }


def test_the_sweep_begins_at_the_pooled_difference() -> None:
    result = weigh(*TWICE, stops("B", 90, 30, area_beat="2"), stops("W", 40, 10, area_beat="2"))
    sweep = next(series for series in result.answer.series if series.name == "selection_sweep")
    assert sweep.columns["rho"][0] == 0
    assert 1000 * sweep.columns["att"][0] == pytest.approx(estimate(result, "difference_per_1000").value)


def test_missing_fields_are_told_by_device() -> None:
    result = weigh(*TWICE, stops("?", 20, unknown=20, recorded_on="other"))
    assert result.diagnostics["by_device"] == {
        "car": {"stops": 500, "race_unknown": 0, "outcome_unknown": 0},
        "other": {"stops": 20, "race_unknown": 20, "outcome_unknown": 20},
    }


def test_other_outcomes_are_read_from_the_result() -> None:
    cited = [row | {"result": ["citation"] if row["search_person"] == "yes" else ["warning"]} for row in TWICE[0]]
    others = [row | {"result": ["citation", "tow"] if row["search_person"] == "yes" else ["none"]} for row in TWICE[1]]
    result = weigh(cited, others, outcome="citation")
    assert result.answer.headline.value == pytest.approx(2)
    assert result.id == "decision_rate/citation/BLACK-WHITE/all"


def test_nobody_in_the_scope_is_refused() -> None:
    result = DecisionRate(BW, Scope("boats", {"mode": ("transit",)}), place="beat").weigh(evidence(*TWICE))
    assert isinstance(result.answer, Refusal)
    assert result.rows_used == 0


def test_a_difference_between_odd_and_even_days_fails_the_negative_control() -> None:
    odd = [row | {"date": date(2021, 3, 1 + 2 * (at % 15))} for at, row in enumerate(stops("B", 200, 90))]
    even = [row | {"date": date(2021, 3, 2 + 2 * (at % 15))} for at, row in enumerate(stops("W", 200, 30))]
    assert weigh(odd, even).diagnostics["negative_control"]["passes"] is False
    assert weigh(*TWICE).diagnostics["negative_control"]["passes"] is True


counts = st.integers(0, 40)


@settings(deadline=None)
@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=6))
def test_relabelling_the_groups_inverts_every_ratio_beside_the_headline(tables: list[tuple[int, ...]]) -> None:
    x1, more1, x0, more0 = (np.array(part, dtype=float) for part in zip(*tables, strict=True))
    parts = (x1 + 10, x1 + 20 + more1, x0 + 10, x0 + 20 + more0)
    place = np.array([str(at) for at in range(len(tables))])
    week = np.arange(len(tables))
    straight = decision_rate.diagnose(Cells({"place": place}, week, Counts(*parts)))
    turned = decision_rate.diagnose(Cells({"place": place}, week, Counts(*parts[2:], *parts[:2])))
    for name, told in straight["fewer_strata"].items():
        # 1e-9: the same sums in another order
        assert turned["fewer_strata"][name]["ratio"] == pytest.approx(1 / told["ratio"], rel=1e-9)
    assert turned["e_value"] == pytest.approx(straight["e_value"], rel=1e-9)
    assert turned["heterogeneity"]["q"] == pytest.approx(straight["heterogeneity"]["q"], rel=1e-6, abs=1e-9)


def test_relabelling_the_contrast_inverts_the_ratio() -> None:
    method = DecisionRate(BW, Scope(), place="beat")
    found = evidence(*TWICE, stops("?", 120, 20), stops("B|H", 20, 10))
    straight = method.weigh(found).answer
    turned = replace(method, contrast=Contrast("WHITE", "BLACK")).weigh(found).answer
    ends = (straight.headline.value, straight.headline.low, straight.headline.high)
    assert (1 / turned.headline.value, 1 / turned.headline.high, 1 / turned.headline.low) == pytest.approx(ends)
    assert (1 / turned.bands[0].high, 1 / turned.bands[0].low) == pytest.approx(
        (straight.bands[0].low, straight.bands[0].high)
    )


def test_the_order_of_rows_never_matters() -> None:
    rows = [row for part in TWICE for row in part]
    mixed = [rows[at] for at in np.random.default_rng(0).permutation(len(rows))]
    assert weigh(mixed) == weigh(rows)
