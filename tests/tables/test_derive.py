from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import PlanError
from evenhand.tables import derive
from evenhand.tables.sift import Keep, sift
from evenhand.terms.encounter import NOT_DISCRETIONARY, RACES
from evenhand.terms.result import Contrast, Period, Scope

FOUR = ("yes", "no", "unknown", "not_stated", None)
CROSSWALK = Contrast("BLACK", "WHITE")
# a set of races: unordered, a code may stand twice, and a file may say nothing in three ways
SETS = st.one_of(st.none(), st.lists(st.sampled_from([*RACES, "unknown", "not_stated"]), max_size=4))


def values(table, expression) -> list:
    """The derived column, in the order of the rows planted."""
    return columns(table, expression)[0]


def columns(table, *expressions) -> list[list]:
    """Several derived columns, in one query."""
    found = table.select(**{f"column_{place}": expression for place, expression in enumerate(expressions)})
    return [column.to_pylist() for column in found.to_pyarrow().itercolumns()]


def test_searched_is_yes_if_either_was_no_if_neither_and_else_unknown(planted) -> None:
    pairs = list(product(FOUR, FOUR))
    table = planted(search_person=[person for person, _ in pairs], search_vehicle=[vehicle for _, vehicle in pairs])
    expected = ["yes" if "yes" in pair else "no" if set(pair) == {"no"} else "unknown" for pair in pairs]
    assert values(table, derive.searched(table)) == expected


@pytest.mark.parametrize(
    ("column", "derived"),
    [
        ("search_any", derive.searched),
        ("search_person", derive.searched),
        ("search_vehicle", derive.searched),
        ("frisk", lambda table: derive.outcome(table, "frisk")),
    ],
)
def test_one_flag_alone_is_yes_or_no_or_unknown_and_never_null(planted, column, derived) -> None:
    table = planted(**{column: list(FOUR)})
    assert values(table, derived(table)) == ["yes", "no", "unknown", "unknown", "unknown"]


def test_the_one_flag_for_any_search_goes_before_its_parts(planted) -> None:
    table = planted(search_any=["no"], search_person=["yes"], search_vehicle=["yes"])
    assert values(table, derive.searched(table)) == ["no"]


@pytest.mark.parametrize("name", ["searched", "frisk", "hit"])
def test_what_no_column_says_is_unknown_in_every_row(planted, name) -> None:
    table = planted(date=[date(2021, 1, 1)] * 2)
    assert values(table, derive.outcome(table, name)) == ["unknown"] * 2


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["none"], "no"),
        (["none", "none"], "no"),
        (["drugs"], "yes"),
        (["weapon", "money"], "yes"),
        (["none", "drugs"], "yes"),
        # drugs were found, whatever else may have been
        (["drugs", "unknown"], "yes"),
        (["none", "unknown"], "unknown"),
        (["not_stated"], "unknown"),
        ([], "unknown"),
        ([None], "unknown"),
        (None, "unknown"),
    ],
)
def test_a_hit_is_a_thing_found_and_a_miss_is_none_said(planted, found, expected) -> None:
    table = planted(found=[found])
    assert values(table, derive.hit(table)) == [expected]


@pytest.mark.parametrize("basis", NOT_DISCRETIONARY)
def test_a_basis_that_leaves_no_choice_is_not_discretionary_whatever_else_is_there(planted, basis) -> None:
    table = planted(search_basis=[[basis], ["consent", basis], [basis, "unknown"]])
    assert values(table, derive.discretionary(table)) == ["no"] * 3


def test_a_basis_with_a_choice_is_discretionary_and_silence_is_unknown(planted) -> None:
    table = planted(search_basis=[["consent"], ["consent", "odor"], ["consent", "unknown"], ["not_stated"], [], None])
    assert values(table, derive.discretionary(table)) == ["yes", "yes", "unknown", "unknown", "unknown", "unknown"]


def test_supervision_is_read_either_way(planted) -> None:
    table = planted(search_basis=[["supervision"]])
    assert values(table, derive.discretionary(table)) == ["yes"]
    assert values(table, derive.discretionary(table, supervision=True)) == ["no"]


def test_an_outcome_is_yes_where_its_code_stands_and_unknown_where_nothing_is_said(planted) -> None:
    table = planted(result=[["citation"], ["citation", "unknown"], ["warning"], ["unknown"], ["not_stated"], [], None])
    found = values(table, derive.outcome(table, "citation"))
    assert found == ["yes", "yes", "no", "unknown", "unknown", "unknown", "unknown"]


def test_an_outcome_without_its_column_is_a_plan_error(planted) -> None:
    with pytest.raises(PlanError, match="no column result"):
        derive.outcome(planted(date=[date(2021, 1, 1)]), "citation")


def test_every_minute_of_the_day_is_read(planted) -> None:
    table = planted(time_local=[f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440)])
    assert values(table, derive.minute(table)) == list(range(1440))
    assert values(table, derive.hour(table)) == [minute // 60 for minute in range(1440)]


def test_a_time_with_seconds_is_its_minute(planted) -> None:
    table = planted(time_local=["00:00:59", "23:59:59"])
    assert values(table, derive.minute(table)) == [0, 1439]


@pytest.mark.parametrize("clock", [None, "", "24:00", "12:60", "-1:30", "9:05", "noon", "12", "1230", "12.30"])
def test_what_is_no_time_is_null_and_not_another_time(planted, clock) -> None:
    table = planted(time_local=[clock])
    assert values(table, derive.minute(table)) == [None]
    assert values(table, derive.part_of_day(table)) == [None]


def test_parts_of_the_day_are_those_of_methods(planted) -> None:
    table = planted(time_local=[f"{hour:02d}:30" for hour in range(24)])
    expected = ["night"] * 6 + ["morning"] * 4 + ["day"] * 6 + ["evening"] * 6 + ["night"] * 2
    assert values(table, derive.part_of_day(table)) == expected


@settings(max_examples=15, deadline=None)
@given(dates=st.lists(st.dates(date(1950, 1, 1), date(2049, 12, 31)), min_size=1, max_size=40))
def test_days_weeks_and_months_are_those_of_the_calendar(planted, dates) -> None:
    table = planted(date=dates)
    assert values(table, derive.day(table)) == [(day - date(1970, 1, 1)).days for day in dates]
    assert [derive.date_of(day) for day in values(table, derive.day(table))] == dates
    assert values(table, derive.month(table)) == [f"{day:%Y-%m}" for day in dates]
    mondays = [day - timedelta(days=day.weekday()) for day in dates]
    assert values(table, derive.week(table)) == [(monday - date(1969, 12, 29)).days // 7 for monday in mondays]
    assert [derive.monday(week) for week in values(table, derive.week(table))] == mondays


def test_weeks_of_telling_are_of_their_own_column(planted) -> None:
    table = planted(date=[date(2026, 1, 4), None], reported_on=[date(2026, 1, 5), date(2026, 1, 5)])
    assert columns(table, derive.week(table), derive.week(table, "reported_on")) == [[2922, None], [2923, 2923]]


def test_a_day_is_known_to_within_so_many_days(planted) -> None:
    day = date(2026, 1, 5)
    last = [None, day, date(2026, 1, 12), date(2026, 1, 13), day]
    table = planted(date=[day, day, day, day, None], date_to=last)
    assert columns(table, derive.day_known(table, 7), derive.day_known(table)) == [
        [True, True, True, False, False],
        [True, True, False, False, False],
    ]
    alone = table.drop("date_to")
    assert values(alone, derive.day_known(alone)) == [True, True, True, True, False]


def test_a_stop_without_a_date_has_no_day(planted) -> None:
    table = planted(date=[None])
    assert [values(table, of(table)) for of in (derive.day, derive.week, derive.month)] == [[None]] * 3


def test_a_place_that_says_nothing_is_null(planted) -> None:
    table = planted(area_precinct=["4", "", "unknown", "not_stated", None])
    assert values(table, derive.place(table, "precinct")) == ["4", None, None, None, None]
    assert values(table, derive.place(table, "")) == ["all"] * 5
    with pytest.raises(PlanError, match="area_district"):
        derive.place(table, "district")


@settings(max_examples=15, deadline=None)
@given(sets=st.lists(SETS, min_size=1, max_size=60))
def test_lower_counts_are_rows_that_can_mean_nothing_else_and_upper_counts_those_that_may(planted, sets) -> None:
    table = planted(race_officer_options=sets)
    alike = {"BLACK": {"BLACK"}, "WHITE": {"WHITE", "MENA"}, "HISPANIC": {"HISPANIC"}}
    both = (derive.certainly, derive.possibly)
    found = columns(table, *(of(table, CROSSWALK, label) for label in alike for of in both))
    for label, lower, upper in zip(alike, found[::2], found[1::2], strict=True):
        named = [bool(options) and label in options for options in sets]
        certain = [holds and set(options) <= alike[label] for holds, options in zip(named, sets, strict=True)]
        assert [bool(holds) for holds in lower] == certain
        assert [bool(holds) for holds in upper] == named


@settings(max_examples=15, deadline=None)
@given(sets=st.lists(SETS, min_size=1, max_size=60))
def test_a_row_is_of_one_group_of_the_other_or_of_neither_and_swapping_them_swaps_it(planted, sets) -> None:
    table = planted(race_officer_options=sets)
    here, swapped, black = columns(
        table,
        derive.group(table, CROSSWALK),
        derive.group(table, Contrast("WHITE", "BLACK")),
        derive.certainly(table, CROSSWALK, "BLACK"),
    )
    other = {"group": "reference", "reference": "group", None: None}
    assert [other[side] for side in here] == swapped
    assert [side == "group" for side in here] == [bool(holds) for holds in black]


@settings(max_examples=15, deadline=None)
@given(sets=st.lists(SETS, min_size=1, max_size=60))
def test_a_race_is_known_where_something_was_said_and_not_that_it_is_unknown(planted, sets) -> None:
    table = planted(race_officer_options=sets)
    known, grouped = columns(table, derive.race_known(table), derive.group(table, CROSSWALK))
    assert known == [bool(options) and not {"unknown", "not_stated"} & set(options) for options in sets]
    # a row of either group always has a race
    assert all(holds for holds, side in zip(known, grouped, strict=True) if side)


def test_as_recorded_keeps_apart_what_the_crosswalk_joins(planted) -> None:
    words = ["Black", "East African", "White", None]
    table = planted(race_officer_detail=words)
    contrast = Contrast("Black", "White", "as recorded")
    assert values(table, derive.group(table, contrast)) == ["group", None, "reference", None]
    assert values(table, derive.race_known(table, contrast)) == [True, True, True, False]


def test_a_group_that_is_no_code_is_a_plan_error_that_says_the_other_way(planted) -> None:
    table = planted(race_officer_options=[["BLACK"]])
    with pytest.raises(PlanError, match="as recorded"):
        derive.group(table, Contrast("Black", "WHITE"))


def test_a_scope_keeps_codes_of_a_field_and_dates_of_a_period(planted) -> None:
    table = planted(
        date=[date(2020, 12, 31), date(2021, 1, 1), date(2021, 6, 30), date(2021, 7, 1), None],
        mode=["vehicle", "vehicle", "foot", "vehicle", "vehicle"],
    )
    period = Period("spring", date(2021, 1, 1), date(2021, 6, 30))
    rules = derive.in_scope(table, Scope("by car", {"mode": ("vehicle",)}, period))
    sifted = sift(table, *(Keep(reason, holds) for reason, holds in rules))
    assert [(exclusion.reason, exclusion.n) for exclusion in sifted.excluded] == [
        ("outside the period spring", 3),
        ("mode is not vehicle", 1),
    ]
    assert sifted.rows_used == 1


def test_a_scope_of_a_field_with_several_codes_keeps_rows_with_any_of_them(planted) -> None:
    table = planted(result=[["citation", "tow"], ["warning"], ["arrest"], [], None])
    ((reason, holds),) = derive.in_scope(table, Scope("cited", {"result": ("citation", "arrest")}))
    assert reason == "result is not citation or arrest"
    assert sift(table, Keep(reason, holds)).rows_used == 2


def test_a_scope_of_an_absent_field_is_a_plan_error(planted) -> None:
    with pytest.raises(PlanError, match="no column mode"):
        derive.in_scope(planted(date=[date(2021, 1, 1)]), Scope("by car", {"mode": ("vehicle",)}))
