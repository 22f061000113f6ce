"""A sheet with columns of its own: a mapping is drafted, corrected and read by; what it may not say is refused."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import RecordError
from evenhand.hear import inbox, sheet_mapping

Written = Callable[..., Path]
OWN = (
    "Date Received,When,What time,Complainant,Cell,Race/Ethnicity,Who stopped you?,Town,How it ended,What happened,"
    "Weather\n"
    "3/20/2026,3/14/2026,6:30 PM,María López,612-555-0100,Af-Am,ICE,Minneapolis,sent home,Maria was let go,cold\n"
    "3/21/2026,3/4/2026,,Ann Lee,,white,ICE,St Paul,ticket,nothing,warm\n"
)
MAPPING = """
[source]
timezone = "America/Chicago"
publisher = "An office"

[columns]
reported_on = "Date Received"
date = "When"
time_local = "What time"
race_self = "Race/Ethnicity"
agency_id = "Who stopped you?"
result = "How it ended"
narrative = "What happened"

[areas]
city = "Town"

[constants]
agency_level = "federal"

[codes.race_self]
"Af-Am" = "BLACK"

[codes.result]
"sent home" = ["released"]

[drop]
name = ["complainant"]
phone = ["Cell"]
"""


def test_a_sheet_of_ones_own_is_read_by_its_mapping(connection: Any, written: Written) -> None:
    heard = inbox.hear(connection, written(OWN, "own.csv"), mapping=written(MAPPING, "m.toml"))
    assert heard.unreadable == ()
    first, second = heard.reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    expected = {
        "reported_on": dt.date(2026, 3, 20),
        "date": dt.date(2026, 3, 14),
        "time_local": "18:30",
        "race_self": ["BLACK"],
        "agency_id": "ICE",
        "agency_level": "federal",
        "area_city": "Minneapolis",
        "result": ["released"],
        "narrative": "[name] was let go",
        "scrubbed": ["name", "phone"],
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["date"], second["result"], second["scrubbed"]) == (dt.date(2026, 3, 4), ["citation"], ["name"])
    assert heard.reading.source.publisher == "An office"
    assert "Columns that nobody knows were not read: K Weather." in heard.reading.source.notes


def test_the_draft_names_what_it_found_drops_persons_and_is_read_once_a_zone_is_in(
    connection: Any, written: Written
) -> None:
    path = written(OWN, "own.csv")
    draft = sheet_mapping.propose(path)
    assert 'reported_on = "Date Received"' in draft
    assert 'date = "When"' in draft
    assert 'race_self = "Race/Ethnicity"' in draft
    assert 'city = "Town"' in draft
    assert 'name = ["Complainant"]' in draft
    assert 'phone = ["Cell"]' in draft
    assert '# "Af-Am" =    # 1 rows: which code?' in draft
    assert "López" not in draft
    corrected = draft.replace('timezone = ""', 'timezone = "America/Chicago"')
    heard = inbox.hear(connection, path, mapping=written(corrected, "draft.toml"))
    assert [(each.row, each.column) for each in heard.unreadable] == [(2, "race_self"), (2, "result")]


@pytest.mark.parametrize(
    ("change", "to", "sentence"),
    [
        ('date = "When"', 'day = "When"', "day is no column"),
        ('"Af-Am" = "BLACK"', '"Af-Am" = "PURPLE"', "a code|codes of race_self"),
        ('agency_id = "Who stopped you?"', 'agency_id = "Complainant"', r"under \[drop\]"),
        ('race_self = "Race/Ethnicity"', 'race_self = "Citizenship"', r"under \[drop\]"),
        ('city = "Town"', 'street = "Town"', "area_street is no column"),
        ('agency_level = "federal"', 'agency_level = "galactic"', "a code of agency_level"),
        ('agency_level = "federal"', 'narrative = "x"', "cannot be one for all rows"),
        ("[drop]", "[dropped]", "dropped is not known"),
        ('name = ["complainant"]', 'person = ["complainant"]', "person is not known"),
        ("[constants]", '[formats]\ndate = "backwards"\n[constants]', "'month first' or 'day first'"),
        ("[source]", "[source", "is not TOML"),
        ('date = "When"', 'date = "Whenever"', "not the columns the mapping names for date|no column date"),
    ],
)
def test_what_a_mapping_may_not_say_is_refused_by_name(
    connection: Any, written: Written, change: str, to: str, sentence: str
) -> None:
    assert change in MAPPING
    with pytest.raises(RecordError, match=sentence):
        inbox.hear(connection, written(OWN, "own.csv"), mapping=written(MAPPING.replace(change, to), "m.toml"))


def test_a_stated_order_reads_days_that_no_column_tells(connection: Any, written: Written) -> None:
    text = "reported_on,date\n2026-05-20,3/4/2026\n"
    (untold,) = inbox.hear(connection, written(text), timezone="America/Chicago").unreadable
    assert "begins with the day or the month" in untold.expected or "begin with the day or the month" in untold.expected
    stated = written('[formats]\ndate = "day first"\n', "m.toml")
    heard = inbox.hear(connection, written(text), timezone="America/Chicago", mapping=stated)
    assert heard.reading.encounters.date.to_pyarrow().to_pylist() == [dt.date(2026, 4, 3)]
