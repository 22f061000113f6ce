"""Our own files: what is written is read again whole, and nothing is half-written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand import hear
from evenhand.errors import OutputError, PlanError, RecordError
from evenhand.hear import heard
from evenhand.hear.agencies import open_policing
from evenhand.tables.connect import connect
from evenhand.terms.evidence import Reading

ROWS = "date,time,subject_race,lat,lng\n2017-01-01,10:00:00,black,41.8,-71.4\n2017-02-01,NA,NA,41.8,-71.4\n"


@pytest.fixture
def reading(connection: Any, written: Callable[..., Path]) -> Reading:
    return open_policing.read(
        connection,
        written(ROWS),
        timezone="America/New_York",
        publisher="O'Hara's office",
        coverage=["2017-01", "2017-12"],
    )


def test_rows_and_register_come_back_as_they_went(reading: Reading, tmp_path: Path) -> None:
    heard.write(reading, tmp_path / "out.parquet")
    again = heard.read(connect(), tmp_path / "out.parquet")
    assert again.encounters.order_by("raw_row").to_pyarrow().to_pylist() == (
        reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    )
    assert (again.coverage, again.centroids, again.timezone) == (reading.coverage, reading.centroids, reading.timezone)
    assert again.source.health == reading.source.health
    assert again.source.publisher == "O'Hara's office"
    assert again.source.notes[:-1] == reading.source.notes


def test_an_utc_reading_is_written_too(connection: Any, written: Callable[..., Path], tmp_path: Path) -> None:
    given = open_policing.read(connection, written(ROWS), timezone="America/New_York", utc=True)
    heard.write(given, tmp_path / "out.parquet")
    again = heard.read(connect(), tmp_path / "out.parquet")
    assert again.encounters.order_by("raw_row").time_local.to_pyarrow().to_pylist() == ["05:00", None]


def test_a_folder_that_cannot_be_written_is_one_sentence_and_leaves_nothing(reading: Reading, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        heard.write(reading, tmp_path / "no" / "such" / "out.parquet")
    (tmp_path / "out.parquet").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        heard.write(reading, tmp_path / "out.parquet")
    assert not list(tmp_path.glob(".*.part"))


def test_a_stray_code_is_refused_and_the_old_file_stays(reading: Reading, tmp_path: Path) -> None:
    from dataclasses import replace

    import ibis

    heard.write(reading, tmp_path / "out.parquet")
    before = (tmp_path / "out.parquet").read_bytes()
    wrong = replace(reading, encounters=reading.encounters.mutate(mode=ibis.literal("rocket")))
    with pytest.raises(RecordError, match=r"codes of no list.*rocket"):
        heard.write(wrong, tmp_path / "out.parquet")
    assert (tmp_path / "out.parquet").read_bytes() == before
    assert not list(tmp_path.glob(".*.part"))


def test_the_file_that_was_read_is_never_written_over(reading: Reading, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is the file that was read"):
        heard.write(reading, tmp_path / "stops.csv")


def test_parquet_of_others_and_csv_are_not_ours(connection: Any, written: Callable[..., Path], tmp_path: Path) -> None:
    connection.raw_sql(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'x.parquet'}' (FORMAT parquet)")
    with pytest.raises(RecordError, match="carries no register"):
        heard.read(connection, tmp_path / "x.parquet")
    with pytest.raises(RecordError, match="is CSV; expected Parquet"):
        heard.read(connection, written(ROWS))


def test_a_reader_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(PlanError, match="expected one of canvass, heard, inbox, mapped, minneapolis, open_policing"):
        hear.reader("police")
    assert hear.reader("heard") is heard.read
