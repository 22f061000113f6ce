"""Dates and times of a file, brought to the local date and HH:MM of the record.

Cells are read as ISO 8601 or by a stated format (the codes of `strftime`). A time is local unless it
says otherwise: a flag of the mapping, or a zone of UTC behind it (`Z`, `+00:00`).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from evenhand.tables import zones

# The last letter of a time in UTC (Z, UTC), and the offset that says the same.
UTC_ENDS = ("Z", "z", "C")
UTC_OFFSET = "+00"
UTC_END = r"\s*(Z|z|UTC|\+00(:?00)?)$"
# No record of a stop is older than the car, and none is from the next century.
PLAUSIBLE = ("1900-01-01", "2099-12-31")
# Columns for the checks of `register`: what was there, and could not be read.
UNREAD_DATE, UNREAD_TIME, IN_UTC = "_unread_date", "_unread_time", "_in_utc"
# The minute of the local day as a number, where it was had without reading a text.
MINUTE = "minute_local"
CHECKS = (UNREAD_DATE, UNREAD_TIME, IN_UTC, MINUTE)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a file says when: a date and perhaps a time, or both in one `moment`; formats where not ISO."""

    timezone: str
    date: str | None = None
    time: str | None = None
    moment: str | None = None
    date_format: str | None = None
    time_format: str | None = None
    moment_format: str | None = None
    utc: bool = False


def local(raw: Any, clock: Clock) -> Any:
    """`raw` with `date`, `time_local` and the columns for checks; columns of these names are replaced."""
    table = _with_moment(raw, clock) if clock.moment else _with_parts(raw, clock)
    if not clock.utc:
        at = table["_read_time"]
        written = raw[clock.time] if clock.time and not clock.time_format else None
        there = table.mutate(date=table["_read_day"], time_local=_hours_minutes(at, written))
        minute = (at.hour() * 60 + at.minute()).cast("int16").nullif(24 * 60)
        return there.mutate(**{MINUTE: minute}).drop("_read_day", "_read_time")
    return _from_utc(table, clock.timezone)


def _with_parts(raw: Any, clock: Clock) -> Any:
    import ibis

    date, day = raw[clock.date], _day(raw[clock.date], clock.date_format)
    if clock.time is None:
        nothing = ibis.null("time")
        return raw.mutate(
            _read_day=day,
            _read_time=nothing,
            _unread_date=_unread(date, day),
            _unread_time=False,
            _in_utc=ibis.literal(False),
        )
    time = raw[clock.time]
    at = _time(time, clock.time_format)
    return raw.mutate(
        _read_day=day,
        _read_time=at,
        _unread_date=_unread(date, day),
        _unread_time=_unread(time, at),
        _in_utc=_in_utc(time),
    )


def _with_moment(raw: Any, clock: Clock) -> Any:
    moment = raw[clock.moment]
    read = _moment(moment, clock.moment_format)
    return raw.mutate(
        _read_day=_plausible(read.date()),
        _read_time=read.time(),
        _unread_date=_unread(moment, _plausible(read.date())),
        _unread_time=False,
        _in_utc=_in_utc(moment),
    )


def _from_utc(table: Any, timezone: str) -> Any:
    """Local date and time of UTC ones; a row without a time keeps its UTC date."""
    import ibis

    text = table["_read_day"].cast("string") + " " + table["_read_time"].cast("string")
    dated = table.mutate(_moment=text.try_cast("timestamp"))
    dated = dated.drop(*(name for name in ("date", "time_local") if name in dated.columns))
    moved = zones.to_local(dated, "_moment", timezone)
    moved = moved.mutate(date=ibis.coalesce(moved.date, moved["_read_day"]))
    return moved.drop("_read_day", "_read_time", "_moment")


def _hours_minutes(at: Any, written: Any = None) -> Any:
    """HH:MM of a time; cut from the text it was `written` as, where that begins so."""
    import ibis

    told = at.cast("string").left(5).nullif("24:00")
    if written is None or not written.type().is_string():
        return told
    return ibis.cases((_plain(written) & at.notnull() & (written < "24"), written.left(5)), else_=told)


def _plain(cell: Any) -> Any:
    """Whether a text is laid out as HH:MM:SS and no more: the common case, told at a tenth of the cost of the rest."""
    return cell.like("__:__:__")


def _unread(cell: Any, read: Any) -> Any:
    return cell.notnull() & read.isnull()


def _day(cell: Any, form: str | None) -> Any:
    if not cell.type().is_string():
        return _plausible(cell.cast("date"))
    return _plausible(_parsed(cell, form).date() if form else iso(cell, "date"))


def _plausible(day: Any) -> Any:
    """Null for a day no stop can be of, so that a slip of the pen does not stretch the file over centuries."""
    import ibis

    return ibis.ifelse(day.between(*(ibis.literal(end).cast("date") for end in PLAUSIBLE)), day, None)


def _time(cell: Any, form: str | None) -> Any:
    if cell.type().is_time():
        return cell
    if cell.type().is_timestamp():
        return cell.time()
    text = cell if cell.type().is_string() else cell.cast("string")
    if form == "%H%M":
        # 7:05 is written 705, and five past midnight 5
        return _parsed(text.strip().lpad(4, "0"), form).time()
    return _parsed(text, form).time() if form else iso(text, "time")


def _moment(cell: Any, form: str | None) -> Any:
    if not cell.type().is_string():
        return cell.cast("timestamp")
    return _parsed(cell, form) if form else iso(cell, "timestamp")


def iso(cell: Any, kind: str) -> Any:
    """The cell as an ISO `date`, `time` or `timestamp`, null where it is written otherwise.

    DuckDB reads "4:21:00 PM" as 04:21 and says nothing; so what follows the digits must be a zone of UTC.
    """
    import ibis

    # it reads 10:00:00Z, but not 10:00Z
    bare = cell.re_replace(UTC_END, "")
    return ibis.cases(
        (_plain(cell), cell.try_cast(kind)),
        (_ends_in_utc(cell), bare.try_cast(kind)),
        (cell.right(1).between("0", "9"), cell.try_cast(kind)),
        else_=None,
    )


def _in_utc(cell: Any) -> Any:
    import ibis

    if cell.type().is_timestamp() and cell.type().timezone:
        return cell.notnull()
    if not cell.type().is_string():
        return ibis.literal(False)
    return ibis.cases((_plain(cell), False), else_=_ends_in_utc(cell)).fill_null(False)


def _ends_in_utc(cell: Any) -> Any:
    import ibis

    last = cell.right(1)
    return ibis.or_(*(last == end for end in UTC_ENDS), cell.contains(UTC_OFFSET))


def _parsed(cell: Any, form: str) -> Any:
    return try_strptime()(cell, form)


@cache
def try_strptime() -> Any:
    """DuckDB's reading of a text by a format, null where it does not fit."""
    import ibis

    def try_strptime(text: str, form: str) -> Any: ...

    return ibis.udf.scalar.builtin(try_strptime, signature=(("string", "string"), "timestamp"))
