"""A canvass: who said yes is a telling, all who answered are counted, what cannot be right is refused with its rows."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import OutputError, PlanError, RecordError
from evenhand.hear import beside, canvass, heard
from evenhand.hear.canvass import Canvass

Canvassed = Callable[..., Canvass]
HEADER = "department,race_self,stopped,times,date,agency_level,result,known_as_officer\n"
ANSWERS = (
    "North,BLACK,yes,2,2026-02,federal,released,during\n"
    "north,BLACK,no,,,,,\n"
    "North,WHITE,no,,,,,\n"
    "South,WHITE,yes,,2026-01-09,federal,,never\n"
)
ROSTER = "department,race,size,asked,days\nNorth,BLACK,10,9,365\nNorth,WHITE,20,20,365\nSouth,WHITE,5,5,200\n"


@pytest.fixture
def hear(connection: Any, tmp_path: Path) -> Canvassed:
    def run(answers: str = ANSWERS, roster: str = ROSTER, header: str = HEADER, **settings: Any) -> Canvass:
        (tmp_path / "paper.csv").write_text(header + answers, encoding="utf-8")
        (tmp_path / "paper.roster.csv").write_text(roster, encoding="utf-8")
        return canvass.hear(connection, tmp_path / "paper.csv", timezone="America/Chicago", **settings)

    return run


def test_those_who_said_yes_are_tellings_of_off_duty_officers(hear: Canvassed) -> None:
    read = hear()
    assert read.heard.unreadable == ()
    first, second = read.heard.reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    expected = {
        "kind": "report_self",
        "reporter_role": "off_duty_officer",
        "recruitment": "asked_whole_group",
        "off_duty_officer": "yes",
        "sentinel_group": "North",
        "race_self": ["BLACK"],
        "date": dt.date(2026, 2, 1),
        "date_to": dt.date(2026, 2, 28),
        "agency_level": "federal",
        "result": ["released"],
        "known_as_officer": "during",
        "report_id": "paper-2",
        "encounter_id": "paper-2",
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["raw_row"], second["sentinel_group"], second["known_as_officer"]) == (5, "South", "never")


def test_all_who_answered_are_counted_against_the_roster(hear: Canvassed) -> None:
    read = hear(group="sworn")
    assert [
        (cell.department, cell.race, cell.size, cell.asked, cell.answered, cell.stopped, cell.days)
        for cell in read.cells
    ] == [
        ("North", "BLACK", 10, 9, 2, 1, 365),
        ("North", "WHITE", 20, 20, 1, 0, 365),
        ("South", "WHITE", 5, 5, 1, 1, 200),
    ]
    assert {cell.group for cell in read.cells} == {"sworn"}
    assert all(cell.whole for cell in read.cells)


def test_the_roster_written_is_the_one_a_plan_reads(hear: Canvassed, connection: Any, tmp_path: Path) -> None:
    read = hear(group="sworn", whole=False)
    written = canvass.write_roster(read.cells, tmp_path / "told.parquet")
    assert written.name == "told.roster.csv"
    assert beside.roster(connection, written) == read.cells


def test_where_nobody_said_yes_there_is_a_table_without_a_row(hear: Canvassed, connection: Any, tmp_path: Path) -> None:
    read = hear("North,WHITE,no,,,,,\n")
    assert read.heard.reading.source.rows == 0
    heard.write(read.heard.reading, tmp_path / "told.parquet")
    assert heard.read(connection, tmp_path / "told.parquet").encounters.count().to_pyarrow().as_py() == 0
    days = read.heard.reading.coverage.last - read.heard.reading.coverage.first
    assert days.days == 365


@pytest.mark.parametrize(
    ("answers", "roster", "sentence"),
    [
        ("North,BLACK,no,,,,,\n" * 10, ROSTER, "roster row 2: 10 answers of 9 asked"),
        (ANSWERS, ROSTER.replace("10,9", "8,9"), "roster row 2: 9 were asked of 8"),
        ("West,BLACK,no,,,,,\n" + ANSWERS, ROSTER, r"rows 2 are of a department or race"),
        ("South,BLACK,yes,,,,,\nSouth,ASIAN,no,,,,,\n", ROSTER, r"rows 2, 3 are of a department or race"),
        (ANSWERS, ROSTER + "north,black,3,3,365\n", "roster rows 2 and 5 are of one department and race"),
        (ANSWERS, ROSTER.replace("20,20", "20,some"), "roster row 3, asked: expected a whole number"),
        (ANSWERS, ROSTER.replace("10,9,365", "10,9,0"), "roster row 2, days: expected a whole number, 1 or more"),
        (ANSWERS, ROSTER.replace("North,WHITE", "North,purple"), "roster row 3, race: expected one of AIAN"),
        (ANSWERS, "department,race,size\nNorth,BLACK,3\n", "no column asked, days of the roster"),
        (ANSWERS, "department,race,size,asked,days\n", "a roster without rows"),
        ("", ROSTER, "no rows"),
    ],
)
def test_answers_and_roster_that_cannot_both_be_right_are_refused_with_rows_and_figures(
    hear: Canvassed, answers: str, roster: str, sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence):
        hear(answers, roster)


def test_a_canvass_without_its_roster_or_a_column_is_refused(hear: Canvassed, connection: Any, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no column stopped of answers"):
        hear("North,BLACK\n", header="department,race_self\n")
    (tmp_path / "alone.csv").write_text(HEADER + ANSWERS, encoding="utf-8")
    with pytest.raises(RecordError, match=r"has no roster; expected it beside the answers as alone\.roster\.csv"):
        canvass.hear(connection, tmp_path / "alone.csv", timezone="America/Chicago")
    with pytest.raises(PlanError, match="--timezone"):
        canvass.read(connection, tmp_path / "paper.csv")


@pytest.mark.parametrize(
    ("race", "counted"),
    [
        ("BLACK;HISPANIC", "HISPANIC"),
        ("BLACK; AIAN", "BLACK"),
        ("BLACK;WHITE", "OTHER"),
        ("AIAN;ASIAN", "OTHER"),
        ("MENA", None),
    ],
)
def test_an_answer_of_several_races_counts_in_one_cell(hear: Canvassed, race: str, counted: str | None) -> None:
    roster = "department,race,size,asked,days\n" + "".join(
        f"North,{code},10,10,365\n" for code in ("BLACK", "WHITE", "HISPANIC", "OTHER")
    )
    if counted is None:
        with pytest.raises(RecordError, match="the roster has no row for"):
            hear(f"North,{race},yes,,,,,\n", roster)
        return
    read = hear(f"North,{race},yes,,,,,\n", roster)
    assert {cell.race: cell.stopped for cell in read.cells if cell.answered} == {counted: 1}
    assert "Answers with several codes of race: 1." in " ".join(read.heard.reading.source.notes)


def test_an_answer_without_a_race_or_without_yes_or_no_counts_as_silence_and_is_said(hear: Canvassed) -> None:
    read = hear("North,DECLINED,yes,,,,,\nNorth,BLACK,maybe,,,,,\nNorth,BLACK,no,3,,,,\n")
    assert [cell.answered for cell in read.cells] == [1, 0, 0]
    assert read.heard.reading.source.rows == 1
    assert [(each.row, each.column) for each in read.heard.unreadable] == [(3, "stopped"), (4, "times")]
    assert "Answers that name no race of the roster: 1." in " ".join(read.heard.reading.source.notes)


def test_the_counted_roster_never_takes_the_place_of_the_one_filled_in(tmp_path: Path) -> None:
    sheet = tmp_path / "canvass.csv"
    with pytest.raises(OutputError, match="is the roster that was filled in"):
        canvass.refuse_own_roster(sheet, tmp_path / "canvass.parquet")
    canvass.refuse_own_roster(sheet, tmp_path / "told.parquet")
    canvass.refuse_own_roster(tmp_path / "canvass.xlsx", tmp_path / "canvass.parquet")
