from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import RecordError
from evenhand.tables import zones
from evenhand.tables.connect import connect

# zones with a change of an hour, of half an hour, of a whole day (Apia, 2011), and none at odd minutes
ZONES = ["America/Chicago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Europe/Dublin", "UTC"]
MOMENTS = st.lists(st.datetimes(datetime(2005, 1, 1), datetime(2030, 12, 31)), min_size=1, max_size=30)


def local_of(moments, name):
    table = ibis.memtable(
        {"row": range(len(moments)), "moment": moments}, schema={"row": "int64", "moment": "timestamp"}
    )
    rows = zones.to_local(table, "moment", name).order_by("row").to_pyarrow().to_pylist()
    return [(row["date"], row["time_local"]) for row in rows]


def by_zoneinfo(moments, name):
    local = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name)) for moment in moments]
    return [(moment.date(), f"{moment:%H:%M}") for moment in local]


@pytest.mark.parametrize("name", ZONES)
# each example is two queries; the test below goes through every minute of a change
@settings(max_examples=8, deadline=None)
@given(moments=MOMENTS)
def test_any_moment_is_where_zoneinfo_puts_it(name, moments) -> None:
    assert local_of(moments, name) == by_zoneinfo(moments, name)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        # 23 hours, 25 hours, 23.5 hours, 24.5 hours, and the day Samoa left out
        ("America/Chicago", date(2017, 3, 12)),
        ("America/Chicago", date(2017, 11, 5)),
        ("Australia/Lord_Howe", date(2017, 10, 1)),
        ("Australia/Lord_Howe", date(2017, 4, 2)),
        ("Pacific/Apia", date(2011, 12, 30)),
    ],
)
def test_every_minute_around_a_change_of_clocks_is_where_zoneinfo_puts_it(name, day) -> None:
    start = datetime(day.year, day.month, day.day) - timedelta(days=1)
    moments = [start + timedelta(minutes=minute) for minute in range(3 * zones.DAY)]
    assert local_of(moments, name) == by_zoneinfo(moments, name)


@pytest.mark.parametrize(("day", "hours"), [(date(2017, 3, 12), 23), (date(2017, 11, 5), 25), (date(2017, 7, 1), 24)])
def test_a_local_day_has_the_hours_its_clocks_gave_it(day, hours) -> None:
    start = datetime(day.year, day.month, day.day) - timedelta(days=1)
    moments = [start + timedelta(minutes=minute) for minute in range(3 * zones.DAY)]
    assert [at for at, _ in local_of(moments, "America/Chicago")].count(day) == hours * 60


def test_rows_and_their_order_and_their_columns_are_kept() -> None:
    table = ibis.memtable(
        {"moment": [datetime(2017, 1, 1, 6), None, datetime(2017, 1, 1, 5, 59)], "precinct": ["1", "2", "3"]},
        schema={"moment": "timestamp", "precinct": "string"},
    )
    local = zones.to_local(table, "moment", "America/Chicago")
    assert local.columns == ("moment", "precinct", "date", "time_local")
    by_precinct = {row["precinct"]: (row["date"], row["time_local"]) for row in local.to_pyarrow().to_pylist()}
    assert by_precinct == {
        "1": (date(2017, 1, 1), "00:00"),
        "2": (None, None),
        "3": (date(2016, 12, 31), "23:59"),
    }


def test_a_column_that_knows_its_zone_is_read_in_utc_whatever_the_machine_is_set_to(monkeypatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    engine = connect()
    engine.raw_sql("create table stops as select timestamptz '2017-01-01 06:00:00+00' as moment")
    rows = zones.to_local(engine.table("stops"), "moment", "America/Chicago").to_pyarrow().to_pylist()
    assert (rows[0]["date"], rows[0]["time_local"]) == (date(2017, 1, 1), "00:00")


def test_an_offset_table_has_a_row_a_day_and_two_offsets_only_on_days_of_change() -> None:
    rows = zones.offset_rows("America/Chicago", date(2017, 1, 1), date(2017, 12, 31))
    assert [row["utc_day"] for row in rows] == [date(2017, 1, 1) + timedelta(days=step) for step in range(365)]
    changes = {row["utc_day"]: row for row in rows if row["offset"] != row["offset_after"]}
    assert list(changes) == [date(2017, 3, 12), date(2017, 11, 5)]
    # 02:00 by the clocks of before: 08:00 UTC in March, 07:00 in November
    assert [row["change"] for row in changes.values()] == [480, 420]
    assert [(row["offset"], row["offset_after"]) for row in changes.values()] == [(-360, -300), (-300, -360)]


@pytest.mark.parametrize("name", ["Minneapolis", "../etc/passwd", ""])
def test_a_zone_that_is_none_is_an_error_that_says_what_one_looks_like(name) -> None:
    with pytest.raises(RecordError, match="America/Chicago"):
        zones.zone(name)


def test_a_column_without_a_readable_time_is_an_error() -> None:
    table = ibis.memtable({"moment": [None]}, schema={"moment": "timestamp"})
    with pytest.raises(RecordError, match="'moment' holds no readable time"):
        zones.to_local(table, "moment", "America/Chicago")


def test_a_clock_shows_every_minute_of_the_day() -> None:
    table = ibis.memtable({"minute": range(zones.DAY)}, schema={"minute": "int64"})
    shown = table.select(clock=zones.clock(table.minute)).to_pyarrow().column("clock").to_pylist()
    assert shown == [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(zones.DAY)]
