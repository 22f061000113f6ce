"""A mailbox's sheet: what is told is read, who told it is not, and nothing that cannot be read gets lost."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import PlanError, RecordError
from evenhand.hear import inbox
from evenhand.hear.tellings import Inbox

ZONE = "America/Chicago"
Told = dict[str, Any]


@pytest.fixture
def hear(connection: Any, tmp_path: Path) -> Callable[..., Inbox]:
    """Hear a CSV of these rows; a row is what differs from an ordinary telling."""

    def run(*rows: Told, **settings: Any) -> Inbox:
        names = list(dict.fromkeys(["reported_on", "date", *(name for row in rows for name in row)]))
        full = [{"reported_on": "2026-03-20", "date": "2026-03-14"} | row for row in rows]
        path = tmp_path / "inbox.csv"
        path.write_text(
            "\n".join([",".join(names), *(",".join(_quoted(row.get(name, "")) for name in names) for row in full)])
            + "\n",
            encoding="utf-8",
        )
        return inbox.hear(connection, path, timezone=ZONE, **settings)

    return run


def _quoted(cell: Any) -> str:
    return '"' + str(cell).replace('"', '""') + '"'


def table(heard: Inbox) -> list[Told]:
    rows: list[Told] = heard.reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    return rows


def listed(heard: Inbox) -> list[tuple[int, str]]:
    return [(each.row, each.column) for each in heard.unreadable]


def test_a_telling_is_read_into_the_records_columns(hear: Callable[..., Inbox]) -> None:
    heard = hear(
        {
            "report_id": "17",
            "time_local": "6:30 PM",
            "reporter_role": "Person stopped",
            "race_self": "Black; Latino",
            "actions": "boxed in; HANDCUFFED",
            "agency_basis": "words on a vest or uniform",
            "officer_count": "4",
            "off_duty_officer": "no",
            "area_city": "Minneapolis",
        }
    )
    assert heard.unreadable == ()
    (row,) = table(heard)
    expected = {
        "report_id": "17",
        "encounter_id": "17",
        "kind": "report_self",
        "reported_on": dt.date(2026, 3, 20),
        "date": dt.date(2026, 3, 14),
        "date_to": None,
        "time_local": "18:30",
        "time_precision": 30,
        "minute_local": 1110,
        "race_self": ["BLACK", "HISPANIC"],
        "actions": ["boxed_in", "handcuffed"],
        "agency_basis": ["vest_text"],
        "officer_count": 4,
        "off_duty_officer": "no",
        "area_city": "Minneapolis",
        "result": ["not_stated"],
        "mode": "not_stated",
        "scrubbed": [],
        "raw_row": 2,
        "tz": ZONE,
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("", "report_self"),
        ("person_stopped", "report_self"),
        ("off_duty_officer", "report_self"),
        ("family", "report_other"),
        ("passenger", "report_other"),
        ("advocate", "report_other"),
        ("attorney", "report_other"),
        ("witness", "report_witness"),
    ],
)
def test_the_kind_of_telling_follows_from_who_tells(hear: Callable[..., Inbox], role: str, kind: str) -> None:
    assert table(hear({"reporter_role": role}))[0]["kind"] == kind


def test_who_tells_as_an_off_duty_officer_was_one(hear: Callable[..., Inbox]) -> None:
    rows = table(
        hear(
            {"reporter_role": "off_duty_officer", "off_duty_officer": ""},
            {"reporter_role": "family", "off_duty_officer": ""},
        )
    )
    assert [row["off_duty_officer"] for row in rows] == ["yes", "not_stated"]


def test_what_cannot_be_read_is_listed_by_row_and_column_and_its_row_is_kept(hear: Callable[..., Inbox]) -> None:
    heard = hear(
        {"mode": "car", "officer_count": "3"},
        {"mode": "spaceship", "officer_count": "6125550100"},
        {"mode": "", "officer_count": "", "date": "last spring"},
    )
    assert listed(heard) == [(3, "mode"), (3, "officer_count"), (4, "date")]
    rows = table(heard)
    assert [row["mode"] for row in rows] == ["vehicle", "not_stated", "not_stated"]
    assert [row["officer_count"] for row in rows] == [3, None, None]
    assert [row["date"] for row in rows] == [dt.date(2026, 3, 14), dt.date(2026, 3, 14), None]
    said = " ".join([*map(str, heard.unreadable), *heard.reading.source.notes])
    assert "spaceship" not in said and "spring" not in said and "6125550100" not in said


def test_columns_of_a_person_are_dropped_and_their_words_leave_the_texts(hear: Callable[..., Inbox]) -> None:
    heard = hear(
        {
            "Caller name": "María López",
            "Phone": "612-555-0100",
            "Citizenship": "citizen",
            "narrative": "Maria said: call 612 555 0100",
        },
        {"Caller name": "", "Phone": "", "Citizenship": "", "narrative": "nothing to add"},
    )
    rows = table(heard)
    assert rows[0]["narrative"] == "[name] said: call [phone]"
    assert [row["scrubbed"] for row in rows] == [["status", "name", "phone"], []]
    notes = " ".join(heard.reading.source.notes)
    assert "C Caller name (name), D Phone (phone), E Citizenship (status)" in notes
    assert "1 name, 1 telephone number" in notes


def test_columns_nobody_knows_are_named(hear: Callable[..., Inbox]) -> None:
    assert "Columns that nobody knows were not read: C Mood." in hear({"Mood": "calm"}).reading.source.notes


def test_a_chain_of_same_as_leads_to_the_first_telling_and_doubt_multiplies(hear: Callable[..., Inbox]) -> None:
    rows = table(
        hear(
            {"report_id": "a"},
            {"report_id": "b", "same_as": "a", "link_probability": "0.9"},
            {"report_id": "c", "same_as": "B", "link_probability": "0.5"},
            {"report_id": "d", "same_as": ""},
        )
    )
    assert [row["encounter_id"] for row in rows] == ["a", "a", "a", "d"]
    assert [row["link_probability"] for row in rows] == [None, 0.9, 0.45, None]


def test_a_circle_of_same_as_is_one_encounter_and_an_unknown_one_stands_alone(hear: Callable[..., Inbox]) -> None:
    heard = hear(
        {"report_id": "a", "same_as": "b"},
        {"report_id": "b", "same_as": "a"},
        {"report_id": "c", "same_as": "z"},
        {"report_id": "d", "same_as": "d"},
    )
    assert [row["encounter_id"] for row in table(heard)] == ["a", "a", "c", "d"]
    assert listed(heard) == [(4, "same_as"), (5, "same_as")]


def test_people_of_one_event_share_a_number_that_is_not_the_offices_word(hear: Callable[..., Inbox]) -> None:
    rows = table(hear({"same_event": "the Lopez car"}, {"same_event": "The Lopez Car"}, {"same_event": ""}))
    assert [row["event_id"] for row in rows] == ["inbox-event-2", "inbox-event-2", None]


def test_two_tellings_of_one_number_are_refused_by_their_rows(hear: Callable[..., Inbox]) -> None:
    with pytest.raises(RecordError, match="rows 2 and 4"):
        hear({"report_id": "a"}, {"report_id": "b"}, {"report_id": "A"})


def test_a_sheet_without_a_day_of_telling_is_refused_with_what_helps(
    connection: Any, written: Callable[..., Path]
) -> None:
    with pytest.raises(RecordError, match=r"no column reported_on.*--template inbox.*--propose"):
        inbox.read(connection, written("date,mode\n2026-03-14,car\n"), timezone=ZONE)


def test_without_a_zone_nobody_knows_whose_clocks_they_were(connection: Any, written: Callable[..., Path]) -> None:
    with pytest.raises(PlanError, match="--timezone"):
        inbox.read(connection, written("date,reported_on\n2026-03-14,2026-03-15\n"))


def test_a_day_after_its_telling_is_listed_and_not_kept(hear: Callable[..., Inbox]) -> None:
    heard = hear({"date": "2026-04-01"}, {"date": "2026-03", "date_to": "2026-02-01"})
    assert listed(heard) == [(2, "date"), (3, "date_to")]
    assert [(row["date"], row["date_to"]) for row in table(heard)] == [
        (None, None),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
    ]
