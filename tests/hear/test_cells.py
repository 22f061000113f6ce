"""One cell: what people write for a day, an hour, a number, a code, and what is not guessed."""

import datetime as dt
from typing import Any

import pytest

from evenhand.hear import cells, guide
from evenhand.hear.cells import UNREAD, Day, Order
from evenhand.terms.codebook import CODEBOOK
from evenhand.terms.encounter import BY_NAME

MARCH_14 = Day(dt.date(2026, 3, 14))
MARCH = Day(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-14", MARCH_14),
        ("2026/3/14", MARCH_14),
        ("2026-03-14 18:30:00", MARCH_14),
        ("2026-03-14T18:30", MARCH_14),
        ("14 March 2026", MARCH_14),
        ("14th of March, 2026", MARCH_14),
        ("March 14, 2026", MARCH_14),
        ("Mar. 14 2026", MARCH_14),
        ("Saturday, March 14, 2026", MARCH_14),
        ("14.3.2026", MARCH_14),
        (dt.date(2026, 3, 14), MARCH_14),
        (dt.datetime(2026, 3, 14, 18, 30), MARCH_14),
        ("2026-03", MARCH),
        ("03/2026", MARCH),
        ("March 2026", MARCH),
        ("Sept 2026", Day(dt.date(2026, 9, 1), dt.date(2026, 9, 30))),
        ("2026-12", Day(dt.date(2026, 12, 1), dt.date(2026, 12, 31))),
        ("2024-02", Day(dt.date(2024, 2, 1), dt.date(2024, 2, 29))),
        (None, None),
        ("  ", None),
        ("last spring", UNREAD),
        ("2026", UNREAD),
        (46095.0, UNREAD),
        ("2026-02-30", UNREAD),
        ("2026-13", UNREAD),
        ("14 Marchember 2026", UNREAD),
        ("0226-03-14", UNREAD),
        (True, UNREAD),
        ("3/4/2026", UNREAD),
    ],
)
def test_a_day_is_read_as_people_write_it(cell: Any, day: Any) -> None:
    assert cells.day(cell, "untold") == day


@pytest.mark.parametrize(
    ("column", "order", "read"),
    [
        (["3/4/2026", "3/14/2026"], "month first", dt.date(2026, 3, 4)),
        (["3/4/2026", "14/3/2026", None], "day first", dt.date(2026, 4, 3)),
        (["3/4/2026", "1/2/26"], "untold", None),
        (["3/4/2026", "3/14/2026", "14/3/2026"], "untold", None),
        (["3/4/2026", "14.3.2026"], "untold", None),
    ],
)
def test_3_4_2026_is_read_by_its_whole_column_and_not_guessed(
    column: list[Any], order: Order, read: dt.date | None
) -> None:
    assert cells.day_order(column) == order
    assert cells.day(column[0], order) == (Day(read) if read else UNREAD)


def test_a_day_that_can_only_be_one_is_read_in_any_column() -> None:
    assert cells.day("3/14/26", "untold") == MARCH_14
    assert cells.day("14-3-2026", "untold") == MARCH_14
    assert cells.day("3/3/2026", "untold") == Day(dt.date(2026, 3, 3))


@pytest.mark.parametrize(
    ("cell", "minute"),
    [
        ("18:30", (1110, 30)),
        ("18", (1080, 60)),
        (18.0, (1080, 60)),
        ("6:30 PM", (1110, 30)),
        ("6 pm", (1080, 60)),
        ("6p.m.", (1080, 60)),
        ("12 AM", (0, 60)),
        ("12:05 pm", (725, 5)),
        ("18:07", (1087, 1)),
        ("18:15", (1095, 15)),
        ("18:00", (1080, 60)),
        ("1830", (1110, 30)),
        ("18h30", (1110, 30)),
        ("18:30:00", (1110, 30)),
        ("around 6:30 PM", (1110, 30)),
        ("noon", (720, 60)),
        ("midnight", (0, 60)),
        (dt.time(18, 30), (1110, 30)),
        (dt.time(18, 29, 59, 971000), (1110, 30)),
        (0.770833, (1110, 30)),
        (None, None),
        ("", None),
        ("evening", UNREAD),
        ("25:00", UNREAD),
        ("18:75", UNREAD),
        ("13 PM", UNREAD),
        (dt.timedelta(hours=30), UNREAD),
        ("6125550100", UNREAD),
        (True, UNREAD),
    ],
)
def test_an_hour_is_read_with_how_round_it_is(cell: Any, minute: Any) -> None:
    assert cells.minute(cell) == minute


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (3.0, 3),
        ("3", 3),
        ("about 20", 20),
        ("20 min", 20),
        ("20 minutes", 20),
        ("0,5", 0.5),
        (None, None),
        ("6125550100", UNREAD),
        (6125550100.0, UNREAD),
        ("many", UNREAD),
        (-1.0, UNREAD),
        (True, UNREAD),
    ],
)
def test_a_number_beyond_its_bounds_is_none(cell: Any, number: Any) -> None:
    assert cells.number(cell, 0, 500) == number


@pytest.mark.parametrize(
    ("name", "cell", "codes", "stray"),
    [
        ("race_self", "Black; Latino", ("BLACK", "HISPANIC"), False),
        ("race_self", "black,white", ("BLACK", "WHITE"), False),
        ("race_self", "Hispanic or Latino", ("HISPANIC",), False),
        ("race_self", None, ("not_stated",), False),
        ("race_self", "not sure", ("unknown",), False),
        ("race_self", "unknown; BLACK", ("BLACK",), False),
        ("race_self", "BLACK; purple", ("BLACK",), True),
        ("race_self", "purple", ("not_stated",), True),
        ("corroboration", "none; video", ("video",), True),
        ("actions", "no_cause_given; Cause Stated; boxed-in", ("boxed_in",), True),
        ("actions", "no_cause_given;boxed_in\nhandcuffed", ("no_cause_given", "boxed_in", "handcuffed"), False),
        ("mode", "Home visit", ("home_visit",), False),
        ("mode", "vehicle; foot", ("not_stated",), True),
        ("off_duty_officer", True, ("yes",), False),
        ("off_duty_officer", "N", ("no",), False),
        ("seen_before_stop", "no", ("no",), False),
    ],
)
def test_codes_are_read_whatever_their_capitals_and_hyphens(
    name: str, cell: Any, codes: tuple[str, ...], stray: bool
) -> None:
    read = cells.coded(cell, guide.words(name), BY_NAME[name].kind == "codes")
    assert (read.codes, read.stray) == (codes, stray)


@pytest.mark.parametrize(
    ("cell", "band"),
    [
        ("18-24", "18-24"),
        ("25 – 34", "25-34"),
        ("65+", "65+"),
        ("over 65", "65+"),
        ("under 18", "under 18"),
        ("34", "25-34"),
        (70.0, "65+"),
        (None, None),
        ("3/14/1990", UNREAD),
        (dt.date(2026, 10, 17), UNREAD),
        ("1990", UNREAD),
        ("old", UNREAD),
        ("34-25", UNREAD),
    ],
)
def test_an_age_is_a_band_and_never_a_date_of_birth(cell: Any, band: Any) -> None:
    assert cells.age_band(cell) == band


@pytest.mark.parametrize("name", list(guide.MEANINGS))
def test_every_code_has_a_meaning_that_is_read_back_as_it(name: str) -> None:
    field = BY_NAME["race_self" if name == "race" else name]
    assert set(guide.MEANINGS[name]) == set(field.codes)
    read = guide.words(name)
    for code in field.codes:
        assert read[guide.key(code)] == (code,)
        assert read[guide.key(guide.meaning(name, code))] == (code,)


def test_the_actions_of_the_guide_are_the_codebooks_and_one_for_all_else() -> None:
    assert {*(element.id for element in CODEBOOK), "other"} == set(guide.MEANINGS["actions"])
