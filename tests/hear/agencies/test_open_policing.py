"""Stanford's standard columns, row by row against the crosswalk of ENCOUNTER."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import RecordError
from evenhand.hear.agencies import open_policing

HEADER = (
    "raw_row_number,date,time,subject_race,type,arrest_made,citation_issued,warning_issued,outcome,"
    "contraband_found,contraband_drugs,search_conducted,search_basis,lat,lng"
)
ROWS = (
    "1,2017-01-01,00:42:00,asian/pacific islander,vehicular,FALSE,FALSE,TRUE,warning,NA,NA,FALSE,NA,41.8,-71.4",
    "2,2017-01-02,13:05:00,white,vehicular,FALSE,FALSE,FALSE,NA,FALSE,FALSE,TRUE,k9,41.8,-71.4",
    "3,2017-01-03,NA,other,pedestrian,TRUE,NA,NA,arrest,TRUE,TRUE,TRUE,plain view,0,0",
    "4,2017-01-04,23:59:00,unknown,NA,FALSE,NA,NA,NA,TRUE,FALSE,TRUE,other,NA,NA",
    "5,2017-01-05,08:00:00,NA,vehicular,NA,NA,NA,summons,NA,NA,NA,NA,41.8,-71.4",
)


@pytest.fixture
def rows(connection: Any, written: Callable[..., Path]) -> list[dict[str, Any]]:
    path = written("\n".join((HEADER, *ROWS, "")))
    reading = open_policing.read(connection, path, timezone="America/New_York")
    found: list[dict[str, Any]] = reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    return found


def test_a_race_is_the_set_it_may_mean_and_unknown_is_unknown(rows: list[dict[str, Any]]) -> None:
    assert [row["race_officer_options"] for row in rows] == [
        ["ASIAN", "NHPI"],
        ["WHITE", "MENA"],
        ["AIAN", "MENA", "OTHER"],
        ["unknown"],
        ["unknown"],
    ]
    assert [row["race_officer_set"] for row in rows] == [
        "ASIAN+NHPI",
        "MENA+WHITE",
        "AIAN+MENA+OTHER",
        "unknown",
        "unknown",
    ]
    assert [row["race_officer_detail"] for row in rows] == ["asian/pacific islander", "white", "other", None, None]


def test_a_type_gives_mode_role_and_who_began(rows: list[dict[str, Any]]) -> None:
    assert [(row["mode"], row["role"], row["initiated_by"]) for row in rows[1:4]] == [
        ("vehicle", "driver", "officer"),
        ("foot", "pedestrian", "unknown"),
        ("not_stated", "not_stated", "unknown"),
    ]


def test_a_result_is_none_only_when_all_three_acts_are_recorded_as_false(rows: list[dict[str, Any]]) -> None:
    assert [row["result"] for row in rows] == [["warning"], ["none"], ["arrest"], ["not_stated"], ["citation"]]


def test_an_empty_search_is_not_stated_and_found_nothing_is_said_only_by_false(rows: list[dict[str, Any]]) -> None:
    assert [row["search_any"] for row in rows] == ["no", "yes", "yes", "yes", "not_stated"]
    assert [row["found"] for row in rows] == [["not_stated"], ["none"], ["drugs"], ["other"], ["not_stated"]]


def test_a_basis_called_other_may_have_been_no_choice(rows: list[dict[str, Any]]) -> None:
    assert [row["search_basis"] for row in rows[1:4]] == [["dog"], ["plain_view"], ["unknown"]]


def test_times_and_places_are_kept_and_a_place_of_zero_is_none(rows: list[dict[str, Any]]) -> None:
    assert [(row["time_local"], row["time_precision"]) for row in rows[:3]] == [
        ("00:42", 1),
        ("13:05", 1),
        (None, 1440),
    ]
    assert [row["lat"] for row in rows] == [41.8, 41.8, None, None, 41.8]


def test_a_parquet_and_a_gzip_of_the_same_rows_read_the_same(connection: Any, written: Callable[..., Path]) -> None:
    import gzip

    text = "\n".join((HEADER, *ROWS, ""))
    plain = written(text)
    zipped = written(gzip.compress(text.encode()), "stops.csv.gz")
    parquet = plain.with_suffix(".parquet")
    connection.raw_sql(f"COPY (SELECT * FROM read_csv('{plain}', nullstr=['NA'])) TO '{parquet}' (FORMAT parquet)")
    tables = [
        open_policing.read(connection, path, timezone="America/New_York", source_id="x").encounters.order_by("raw_row")
        for path in (plain, zipped, parquet)
    ]
    first, *others = [table.to_pyarrow().to_pylist() for table in tables]
    assert all(other == first for other in others)


def test_a_cell_of_another_type_is_read_as_text_and_not_as_no(connection: Any, written: Callable[..., Path]) -> None:
    rows = "\n".join((HEADER, ROWS[0], ROWS[1].replace("TRUE,k9", "perhaps,k9"), ""))
    reading = open_policing.read(connection, written(rows), timezone="America/New_York")
    assert reading.encounters.order_by("raw_row").search_any.to_pyarrow().to_pylist() == ["no", "unknown"]


def test_times_on_a_twelve_hour_clock_are_refused_and_not_read_as_morning(
    connection: Any, written: Callable[..., Path]
) -> None:
    rows = "\n".join((HEADER, ROWS[1].replace("13:05:00", "1:05:00 PM"), ""))
    with pytest.raises(RecordError, match=r"1 of 1 cells of the time cannot be read; expected 18:05"):
        open_policing.read(connection, written(rows), timezone="America/New_York")


def test_times_that_end_in_z_are_put_on_local_clocks_and_said_so(connection: Any, written: Callable[..., Path]) -> None:
    rows = "\n".join((HEADER, ROWS[0].replace("00:42:00", "00:42:00Z"), ""))
    reading = open_policing.read(connection, written(rows), timezone="America/New_York")
    row = reading.encounters.to_pyarrow().to_pylist()[0]
    assert (str(row["date"]), row["time_local"]) == ("2016-12-31", "19:42")
    assert any("zone of UTC" in note for note in reading.source.notes)


def test_unknown_race_words_are_listed_with_their_rows(connection: Any, written: Callable[..., Path]) -> None:
    rows = "\n".join((HEADER, ROWS[0], ROWS[1].replace("white", "Martian"), ROWS[2].replace("other,", "Martian,"), ""))
    with pytest.raises(RecordError, match=r"words for race_officer that nobody explained.*'Martian' \(2\)"):
        open_policing.read(connection, written(rows), timezone="America/New_York")


def test_a_missing_column_is_named_with_those_there_are(connection: Any, written: Callable[..., Path]) -> None:
    with pytest.raises(RecordError, match=r"has no column subject_race.*its columns are date, race"):
        open_policing.read(connection, written("date,race\n2017-01-01,white\n"), timezone="America/New_York")


def test_two_rows_of_one_number_are_marked_and_counted(connection: Any, written: Callable[..., Path]) -> None:
    rows = "\n".join((HEADER, ROWS[0], ROWS[1], ROWS[1], ""))
    reading = open_policing.read(connection, written(rows), timezone="America/New_York", source_id="x")
    marked = reading.encounters.order_by("encounter_id").to_pyarrow().to_pylist()
    assert [(row["encounter_id"], row["repeated"]) for row in marked] == [
        ("x-1", "no"),
        ("x-2", "no"),
        ("x-2-row-3", "yes"),
    ]
    assert reading.source.health["repeated"] == 1
    assert "1 rows repeat" in " ".join(reading.source.notes)
