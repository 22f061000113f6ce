"""The benchmark: every refusal with a neighbour that passes, every row accounted for, every part beside the ratio."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evenhand.errors import PlanError, RecordError
from evenhand.terms.evidence import Benchmark, Coverage, Evidence
from evenhand.terms.result import Answer, Contrast, Period, Refusal, Scope
from evenhand.weigh.methods.benchmark import BenchmarkTest

BW = Contrast("BLACK", "WHITE")
YEAR = Coverage("file", date(2021, 1, 1), date(2021, 12, 31))
RACES = {"B": ["BLACK"], "W": ["WHITE", "MENA"], "H": ["HISPANIC"], "?": ["unknown"], "B|H": ["BLACK", "HISPANIC"]}
SCHEMA = {
    "source_id": "string",
    "date": "date",
    "race_officer_options": "array<string>",
    "race_officer_detail": "string",
    "area_town": "string",
    "mode": "string",
    "resident_here": "string",
    "repeated": "string",
}


def spread(n):
    """n dates, as even over the year as they come, so that each month and each half of the days has its part."""
    return [YEAR.first + timedelta(days=(step * 365) // n) for step in range(n)]


def stops(*cells, **columns):
    """Rows from (place, race, count); the other columns are the same in every row."""
    fixed = {"source_id": "file", "mode": "vehicle", "resident_here": None, "repeated": "no"} | columns
    rows = []
    for place, race, n in cells:
        word = None if race == "?" else race
        row = {"race_officer_options": RACES[race], "race_officer_detail": word, "area_town": place} | fixed
        rows += [row | {"date": day} for day in spread(n)]
    return rows


def evidence(rows, *benchmarks, coverage=YEAR):
    import ibis

    return Evidence(ibis.memtable(rows, schema=SCHEMA), (), (coverage,), benchmarks)


def residents(exposure, name="residents", level="town"):
    return Benchmark(name, level, {place: {"BLACK": float(b), "WHITE": float(w)} for place, (b, w) in exposure.items()})


TOWNS = [f"town {at:02d}" for at in range(12)]
# ratios of 2 in every town, give or take: 40 of 2,000 against 30 of 3,000
CELLS = [cell for at, town in enumerate(TOWNS) for cell in ((town, "B", 36 + at % 9), (town, "W", 26 + at % 8))]
PEOPLE = residents(dict.fromkeys(TOWNS, (2000, 3000)))
ONE = residents({"all": (2000, 3000)}, level="")


def weigh(rows, *benchmarks, coverage=YEAR, **settings):
    given = {"contrast": BW, "scope": Scope(), "place": "town"} | settings
    return BenchmarkTest(**given).weigh(evidence(rows, *(benchmarks or (PEOPLE,)), coverage=coverage))


def estimates(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def band(result, over):
    return next(band for band in result.answer.bands if band.over == over)


def series(result, name):
    return next(series.columns for series in result.answer.series if series.name == name)


# what it answers


def test_the_headline_is_the_ratio_of_rates_inside_places():
    found = estimates(weigh(stops(*CELLS)))
    group = sum(n for _, race, n in CELLS if race == "B")
    reference = sum(n for _, race, n in CELLS if race == "W")
    # one exposure in every town: the ratio inside places is the ratio of the sums; the solver's tolerance
    assert found["rate_ratio"].value == pytest.approx((group / 2000) / (reference / 3000), rel=1e-8)
    assert found["rate_ratio"].n == group + reference
    assert found["rate_ratio"].low < found["rate_ratio"].value < found["rate_ratio"].high
    assert found["rate_ratio_all_places"].value == pytest.approx(found["rate_ratio"].value, rel=1e-8)
    assert found["stops_group"].value == group
    assert found["per_1000_group"].value == pytest.approx(1000 * group / 24_000)
    assert found["stops_beyond_reference_rate"].value == pytest.approx(group - reference * 2000 / 3000)


def test_one_place_is_exact():
    found = estimates(weigh(stops(("x", "B", 80), ("x", "W", 60)), ONE, place=""))
    # (80/2000)/(60/3000); the interval is checked against published numbers in tests/published
    assert found["rate_ratio"].value == pytest.approx(2.0, rel=1e-12)
    assert found["rate_ratio"].interval == "exact"
    assert "rate_ratio_all_places" not in found


def test_a_place_that_is_policed_more_does_not_speak_for_one_that_is_not():
    """Equal rates inside each place, more of the group where there is more police: only all places as one differ."""
    people = residents({town: (3000, 1000) if at % 2 else (1000, 3000) for at, town in enumerate(TOWNS)})
    rows = [
        (town, race, (people.exposure[town][name] // 50) * (4 if at % 2 else 1))
        for at, town in enumerate(TOWNS)
        for race, name in (("B", "BLACK"), ("W", "WHITE"))
    ]
    found = estimates(weigh(stops(*((t, r, int(n)) for t, r, n in rows)), people))
    assert found["rate_ratio"].value == pytest.approx(1, rel=1e-8)
    assert found["rate_ratio_all_places"].low > 1.5
    assert band(weigh(stops(*((t, r, int(n)) for t, r, n in rows)), people), "model").high > 1.5


def test_exclusions_add_up_to_the_rows_that_came_in():
    rows = [
        *stops(*CELLS, (TOWNS[0], "?", 7), (TOWNS[0], "H", 5), ("nowhere", "B", 11), ("unknown", "W", 3)),
        *stops((TOWNS[0], "B", 4), repeated="yes"),
        *stops((TOWNS[0], "B", 2), mode="foot"),
    ]
    result = weigh(rows, scope=Scope("vehicles", {"mode": ("vehicle",)}))
    set_aside = {exclusion.reason: exclusion.n for exclusion in result.excluded}
    assert set_aside == {
        "a further row of a stop already counted": 4,
        "mode is not vehicle": 2,
        "month with race missing in more than 50% of stops": 0,
        "place not recorded": 3,
        "the benchmark has no figure for this place": 11,
        "race not recorded": 7,
        "race is in neither group, or in either": 5,
    }
    assert result.rows_in == len(rows)
    assert result.rows_used == result.answer.headline.n == sum(n for _, _, n in CELLS)


def test_relabelling_the_groups_inverts_the_ratio():
    result, other = weigh(stops(*CELLS)), weigh(stops(*CELLS), contrast=Contrast("WHITE", "BLACK"))
    one, inverted = estimates(result)["rate_ratio"], estimates(other)["rate_ratio"]
    # the solver's tolerance
    assert one.value * inverted.value == pytest.approx(1, rel=1e-8)
    assert one.low * inverted.high == pytest.approx(1, rel=1e-8)


def test_the_order_of_rows_does_not_matter():
    rows = stops(*CELLS, (TOWNS[3], "?", 9))
    assert weigh(rows) == weigh(rows[::-1])


def test_smallest_visible_is_that_of_the_interval():
    import math

    result = weigh(stops(*CELLS))
    assert result.answer.smallest_visible == pytest.approx(math.exp(2.8016 * result.answer.headline.se), rel=1e-5)


# missing race


def test_unknown_race_makes_a_band_and_never_a_group():
    rows = stops(("x", "B", 80), ("x", "W", 60), ("x", "?", 40))
    result = weigh(rows, ONE, place="")
    found = band(result, "missing_race")
    assert estimates(result)["rate_ratio"].value == pytest.approx(2.0)
    # 80 against 100, then 120 against 60, of 2,000 and 3,000
    assert (found.low, found.high) == pytest.approx((0.8 * 1.5, 2.0 * 1.5))
    assert "40 stops have no race recorded" in found.reading


def test_the_tipping_share_is_its_own_number():
    rows = stops(("x", "B", 80), ("x", "W", 80), ("x", "?", 100))
    share = estimates(weigh(rows, ONE, place=""))["tipping_share"]
    # METHODS 4.1: [2000 (80 + 100) - 3000 x 80]/[100 x 5000]
    assert share.value == pytest.approx(0.24)
    assert share.low < 0.24 < share.high


def test_a_tipping_share_no_split_reaches_says_so():
    rows = stops(("x", "B", 80), ("x", "W", 60), ("x", "?", 10))
    share = estimates(weigh(rows, ONE, place=""))["tipping_share"]
    assert share.value < 0
    assert "stays above 1 however the unknown are split" in share.note


def test_without_unknown_race_there_is_nothing_to_tip():
    result = weigh(stops(*CELLS))
    found = band(result, "missing_race")
    assert found.low == found.high == estimates(result)["rate_ratio"].value
    assert "tipping_share" not in estimates(result)


def test_a_month_with_most_races_missing_leaves_counted():
    march = [row | {"date": date(2021, 3, 5)} for row in stops(("x", "?", 20))]
    result = weigh([*stops(("x", "B", 80), ("x", "W", 60)), *march], ONE, place="")
    left = next(e for e in result.excluded if e.reason.startswith("month with race missing"))
    in_march = sum(day.month == 3 for n in (80, 60) for day in spread(n))
    assert left.n == 20 + in_march
    assert band(result, "missing_race").figures["unknown"] == 0


def test_a_race_that_may_be_several_gives_lower_and_upper_counts():
    result = weigh(stops(("x", "B", 80), ("x", "W", 60), ("x", "B|H", 20)), ONE, place="")
    found = estimates(result)
    assert found["rate_ratio"].value == pytest.approx(2.0)
    assert found["rate_ratio_group_upper"].value == pytest.approx(2.5)
    assert "rate_ratio_reference_upper" not in found


# refusals, each with a neighbour that passes


def test_a_missing_month_is_refused_and_a_listed_gap_is_not():
    rows = [row for row in stops(("x", "B", 800), ("x", "W", 600)) if row["date"].month != 5]
    refused = weigh(rows, ONE, place="")
    assert isinstance(refused.answer, Refusal)
    assert "2021-05" in refused.answer.reason
    assert isinstance(weigh(rows, ONE, place="", coverage=replace(YEAR, gaps=("2021-05",))).answer, Answer)


def test_a_month_nobody_asks_about_need_not_have_arrived():
    rows = [row for row in stops(("x", "B", 800), ("x", "W", 600)) if row["date"].month != 5]
    autumn = Scope(period=Period("autumn", date(2021, 9, 1), date(2021, 11, 30)))
    assert isinstance(weigh(rows, ONE, place="", scope=autumn).answer, Answer)


def test_most_races_missing_is_refused_and_half_is_not():
    cells = (("x", "B", 80), ("x", "W", 60))
    refused = weigh(stops(*cells, ("x", "?", 150)), ONE, place="")
    assert isinstance(refused.answer, Refusal)
    assert "race is not recorded in 150 of 290 stops" in refused.answer.reason
    assert isinstance(weigh(stops(*cells, ("x", "?", 100)), ONE, place="").answer, Answer)


def test_29_stops_are_refused_and_30_are_not():
    refused = weigh(stops(("x", "B", 29), ("x", "W", 60)), ONE, place="")
    assert isinstance(refused.answer, Refusal)
    assert refused.answer.figures["smaller_group"] == 29
    assert isinstance(weigh(stops(("x", "B", 30), ("x", "W", 60)), ONE, place="").answer, Answer)


def test_10_places_are_refused_and_11_are_not():
    def some(n):
        return weigh(stops(*(cell for cell in CELLS if cell[0] in TOWNS[:n])))

    assert isinstance(some(10).answer, Refusal)
    assert some(10).answer.figures["residual_df"] == 9
    assert isinstance(some(11).answer, Answer)


def test_no_stops_at_all_are_refused():
    assert isinstance(weigh(stops(("nowhere", "B", 50))).answer, Refusal)


def test_stops_of_people_the_benchmark_does_not_count_are_refused_by_name():
    people = residents({**dict.fromkeys(TOWNS, (2000, 3000)), TOWNS[4]: (0, 3000)})
    refused = weigh(stops(*CELLS), people)
    assert isinstance(refused.answer, Refusal)
    assert "town 04 (40 stops of the group)" in refused.answer.reason
    # the same benchmark where nobody of the group was stopped: that place says nothing, and passes
    assert isinstance(weigh(stops(*(c for c in CELLS if c[:2] != (TOWNS[4], "B"))), people).answer, Answer)


def test_classes_that_differ_are_refused_with_what_to_write():
    words = Contrast("B", "W", "as recorded")
    refused = weigh(stops(*CELLS), contrast=words)
    assert isinstance(refused.answer, Refusal)
    assert 'classes = { "B" = "...", "W" = "..." }' in refused.answer.needed
    told = weigh(stops(*CELLS), contrast=words, classes={"B": "BLACK", "W": "WHITE"})
    assert told.answer.headline.value == weigh(stops(*CELLS)).answer.headline.value


def test_a_class_missing_in_one_place_is_refused():
    broken = Benchmark("residents", "town", {**PEOPLE.exposure, TOWNS[2]: {"WHITE": 3000.0}})
    refused = weigh(stops(*CELLS), broken)
    assert isinstance(refused.answer, Refusal)
    assert "not BLACK" in refused.answer.reason


def test_places_that_share_no_ratio_are_refused():
    def unlike(times):
        cells = [(t, "B", 40 * times if at % 2 else 40) for at, t in enumerate(TOWNS)]
        return weigh(stops(*cells, *((town, "W", 60 * times if at % 2 == 0 else 60) for at, town in enumerate(TOWNS))))

    refused = unlike(4)
    assert isinstance(refused.answer, Refusal)
    assert refused.answer.figures["phi"] > 50
    passing = unlike(2)
    assert isinstance(passing.answer, Answer)
    assert 10 < passing.diagnostics["phi"] <= 50


def test_exposures_so_uneven_that_nothing_could_show_are_refused():
    rows = stops(("x", "B", 60), ("x", "W", 30))
    assert isinstance(weigh(rows, residents({"all": (10_000, 1)}, level=""), place="").answer, Refusal)
    assert isinstance(weigh(rows, residents({"all": (10_000, 3_000)}, level=""), place="").answer, Answer)


def test_a_plan_that_names_no_benchmark_we_have_is_an_error():
    with pytest.raises(PlanError, match="no benchmark crashes: the plan has residents"):
        weigh(stops(*CELLS), rungs=("crashes",))
    with pytest.raises(PlanError, match="given by town, the method asks by no place"):
        weigh(stops(*CELLS), place="")
    with pytest.raises(RecordError, match=r"found -1\.0, expected 0 or more"):
        weigh(stops(*CELLS), residents({**dict.fromkeys(TOWNS, (2000, 3000)), TOWNS[0]: (-1, 5)}))


# the ladder, and what stands beside


def test_the_ladder_repeats_the_ratio_over_benchmarks():
    drivers = residents(dict.fromkeys(TOWNS, (2400, 3000)), "not at fault drivers")
    result = weigh(stops(*CELLS), PEOPLE, drivers)
    found = estimates(result)
    # the group drives a fifth more than it lives there: the ratio falls by that
    assert found["rung_not_at_fault_drivers"].value == pytest.approx(found["rate_ratio"].value / 1.2)
    assert found["rung_residents"].value == found["rate_ratio"].value
    over = band(result, "benchmark")
    assert (over.low, over.high) == pytest.approx((found["rate_ratio"].value / 1.2, found["rate_ratio"].value))
    ladder = series(result, "benchmark_ladder")
    assert ladder["rung"] == ("residents", "not at fault drivers")
    assert ladder["share_of_exposure"] == pytest.approx((0.4, 2400 / 5400))
    assert ladder["share_of_stops"][0] == ladder["share_of_stops"][1]


def test_the_first_rung_named_carries_the_headline():
    drivers = residents(dict.fromkeys(TOWNS, (4000, 3000)), "drivers")
    result = weigh(stops(*CELLS), PEOPLE, drivers, rungs=("drivers",))
    assert series(result, "benchmark_ladder")["rung"] == ("drivers",)
    assert not [found for found in result.answer.bands if found.over == "benchmark"]


def test_a_rung_that_cannot_be_had_says_why_and_leaves_the_others():
    crashes = residents({**dict.fromkeys(TOWNS, (20, 30)), TOWNS[0]: (0, 30)}, "crashes")
    result = weigh(stops(*CELLS), PEOPLE, crashes)
    ladder = series(result, "benchmark_ladder")
    assert ladder["ratio"][1] is None
    assert "counts nobody where there were stops: town 00" in ladder["refused"][1]
    assert ladder["refused"][0] is None


def test_tiles_hold_back_ratios_of_few_stops():
    cells = [cell for cell in CELLS if cell[0] != TOWNS[5]]
    tiles = series(weigh(stops(*cells, (TOWNS[5], "B", 29), (TOWNS[5], "W", 40))), "district_tiles")
    at = tiles["place"].index(TOWNS[5])
    assert (tiles["group_stops"][at], tiles["ratio"][at], tiles["low"][at]) == (29, None, None)
    shown = tiles["place"].index(TOWNS[4])
    assert tiles["reference_stops"][shown] == 30
    assert tiles["ratio"][shown] == pytest.approx((40 / 2000) / (30 / 3000))


def test_places_without_a_benchmark_are_named_with_their_counts():
    more = residents({**dict.fromkeys(TOWNS, (2000, 3000)), "quiet": (10, 10)})
    result = weigh(stops(*CELLS, ("industrial", "B", 12)), more)
    assert result.diagnostics["places_without_benchmark"] == {"industrial": 12}
    assert result.diagnostics["places_without_stops"] == ("quiet",)


def test_one_place_out_at_a_time_is_reported_with_its_name():
    odd_town = [(town, race, 120 if (town, race) == (TOWNS[7], "B") else n) for town, race, n in CELLS]
    left = weigh(stops(*odd_town)).diagnostics["leave_one_place_out"]
    assert left["without_for_low"] == TOWNS[7]
    assert left["low"] < left["high"]


def test_the_negative_control_holds_on_even_days_and_fails_when_stops_fall_on_odd_ones():
    control = weigh(stops(*CELLS)).diagnostics["negative_control"]
    assert control["passes"] is True
    assert control["low"] <= 1 <= control["high"]
    # every second stop of the even days taken away
    lopsided = [row for at, row in enumerate(stops(*CELLS)) if at % 2 or (row["date"] - date(1970, 1, 1)).days % 2]
    assert weigh(lopsided).diagnostics["negative_control"]["passes"] is False


def test_the_hidden_factor_is_that_of_the_limit_nearer_1():
    result = weigh(stops(*CELLS))
    low = result.answer.headline.low
    assert result.diagnostics["hidden_factor"]["e_value"] == pytest.approx(low + (low * (low - 1)) ** 0.5)
    even = weigh(stops(("x", "B", 40), ("x", "W", 60)), ONE, place="")
    assert even.diagnostics["hidden_factor"] == {"limit": 1.0, "e_value": 1.0}


def test_people_from_elsewhere_are_a_share_of_those_whose_home_is_known():
    rows = [*stops(*CELLS, resident_here="yes"), *stops((TOWNS[0], "B", 10), resident_here="no")]
    rows += stops((TOWNS[1], "W", 5), resident_here="not_stated")
    found = weigh(rows).diagnostics["non_residents"]
    n = sum(count for _, _, count in CELLS)
    assert found == {"share": 10 / (n + 10), "known": n + 10, "stops": n + 15}


def test_a_file_that_does_not_say_where_people_live_says_so():
    import ibis

    table = ibis.memtable(stops(*CELLS), schema=SCHEMA).drop("resident_here")
    found = BenchmarkTest(BW, Scope(), "town").weigh(Evidence(table, (), (YEAR,), (PEOPLE,)))
    assert found.diagnostics["non_residents"] == "not recorded"
