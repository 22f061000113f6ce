"""Time zones by an offset table joined on the UTC day: no engine converts zones for us (METHODS 1.2).

A day on which the clocks change has two offsets and the UTC minute at which the second begins.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evenhand.errors import RecordError
from evenhand.tables.small import small_table

DAY = 1440


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; RecordError says what a name looks like."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RecordError(f"time zone {name!r} is not known: expected an IANA name such as America/Chicago") from error


def offset_rows(name: str, first: date, last: date) -> list[dict[str, Any]]:
    """For each UTC day: minutes to add to UTC, the UTC minute at which that changes, and minutes after."""
    local = zone(name)
    return [_offsets(local, first + timedelta(days=step)) for step in range((last - first).days + 1)]


def _offsets(local: ZoneInfo, day: date) -> dict[str, Any]:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    before, after = _minutes(local, start), _minutes(local, start + timedelta(minutes=DAY - 1))
    change = DAY if before == after else _change(local, start, before)
    return {"utc_day": day, "offset": before, "change": change, "offset_after": after}


def _change(local: ZoneInfo, start: datetime, before: int) -> int:
    low, high = 0, DAY - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _minutes(local, start + timedelta(minutes=middle)) == before else (low, middle)
    return high


def _minutes(local: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(local).utcoffset() or timedelta()
    return round(offset.total_seconds() / 60)


def to_local(table: Any, moment: str, name: str) -> Any:
    """`table` with `date` and `time_local` (HH:MM) of `name`'s clocks from the UTC column `moment`."""
    import ibis

    utc = table[moment]
    bounds = table.aggregate(first=utc.date().min(), last=utc.date().max()).to_pyarrow().to_pylist()[0]
    if bounds["first"] is None:
        raise RecordError(f"column {moment!r} holds no readable time: expected UTC timestamps")
    rows = offset_rows(name, bounds["first"], bounds["last"])
    types = {"utc_day": "date", "offset": "int64", "change": "int64", "offset_after": "int64"}
    offsets = small_table({column: [row[column] for row in rows] for column in types}, types)
    joined = table.mutate(_day=utc.date(), _minute=utc.hour().cast("int64") * 60 + utc.minute().cast("int64"))
    joined = joined.left_join(offsets, joined["_day"] == offsets.utc_day)
    shift = ibis.ifelse(joined["_minute"] < joined.change, joined.offset, joined.offset_after)
    joined = joined.mutate(_local=joined["_minute"] + shift)
    days = (joined["_local"] / DAY).floor().cast("int64")
    minute = joined["_local"] - days * DAY
    joined = joined.mutate(date=joined["_day"] + days.as_interval("D"), time_local=clock(minute))
    return joined.drop("_day", "_minute", "_local", "utc_day", "offset", "change", "offset_after")


def clock(minute: Any) -> Any:
    """HH:MM of a minute of the day, on the engine."""
    hours = (minute // 60).cast("int64").cast("string").lpad(2, "0")
    return hours + ":" + (minute % 60).cast("int64").cast("string").lpad(2, "0")
