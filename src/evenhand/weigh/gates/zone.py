"""Are the times on local clocks? Police stop least before dawn, everywhere.

Two tells of a file on another clock: its quietest four hours in a row do not begin between midnight
and 05, or a file of one calendar year starts and ends at the zone's offset from UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from evenhand.tables import derive, zones
from evenhand.tables.tally import tally
from evenhand.terms.result import Figures, Verdict

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Zone:
    """Passes when the quietest four hours in a row begin between `first` and `last`, local, and the year is whole."""

    first: int = 0
    last: int = 5
    # METHODS 2: with fewer stops the quiet hours are noise
    fewest_stops: int = 1_000

    def check(self, table: Any) -> Verdict:
        """Look at the hours of day of all stops with a time, and at the first and last of them."""
        derive.need(table, "date", "time_local")
        timed = table.filter(derive.minute(table).notnull() & table.date.notnull())
        cells = tally(timed, {"hour": derive.hour(timed)})
        stops = np.zeros(24, dtype=np.int64)
        stops[cells["hour"].astype(int)] = cells["n"]
        by_hours = self.of_hours(stops)
        name = _only_zone(timed)
        if by_hours.verdict == "refuse" or name is None:
            return by_hours
        by_year = self.of_year(*_first_and_last(timed), name)
        if by_year.verdict == "refuse":
            return Verdict("zone", "refuse", by_year.sentence, {**by_hours.figures, **by_year.figures})
        return Verdict("zone", by_hours.verdict, by_hours.sentence, {**by_hours.figures, **by_year.figures})

    def of_hours(self, stops: np.ndarray[Any, Any]) -> Verdict:
        """The verdict on 24 counts by hour."""
        total = int(stops.sum())
        if total < self.fewest_stops:
            figures: dict[str, Any] = {"stops_with_time": total}
            return Verdict("zone", "not assessed", f"{total} stops with a time are too few to see quiet hours", figures)
        quietest = int(np.argmin([sum(stops[(start + step) % 24] for step in range(4)) for start in range(24)]))
        figures = {"quietest_hours_begin": quietest, "stops_with_time": total}
        if self.first <= quietest <= self.last:
            return Verdict("zone", "pass", f"the quiet hours begin at {quietest:02d}, as they should", figures)
        # the quiet hours of files on local clocks begin near 04
        offset = (quietest - 4 + 12) % 24 - 12
        figures["hours_to_take_off"] = offset
        return Verdict(
            "zone",
            "refuse",
            f"the quietest four hours begin at {quietest:02d}, expected {self.first:02d} to {self.last:02d}: the times "
            f"look {offset:+d} hours off local time; name the zone the file is in when it is heard",
            figures,
        )

    def of_year(self, first: datetime, last: datetime, name: str) -> Verdict:
        """The verdict on the first and last stop of a file said to be on the clocks of zone `name`.

        A year of stops kept in UTC begins, west of Greenwich, some hours into 1 January and ends as many
        hours into the next; east of it, both fall on 31 December. Refused when first and last lie within
        an hour of that: the first after it, the last before it.
        """
        figures: Figures = {"first": f"{first:%Y-%m-%d %H:%M}", "last": f"{last:%Y-%m-%d %H:%M}", "timezone": name}
        # the new year nearest the first stop
        year = (first + timedelta(days=182)).year
        start, end = _new_year(year, name), _new_year(year + 1, name)
        off = start != datetime(year, 1, 1)
        if not (off and start <= first < start + HOUR and end - HOUR <= last < end):
            return Verdict("zone", "pass", "the file does not start and end as a year kept in UTC does", figures)
        hours = (start - datetime(year, 1, 1)) / HOUR
        return Verdict(
            "zone",
            "refuse",
            f"the file runs from {figures['first']} to {figures['last']}, expected midnight to midnight: that is a "
            f"year of {name} kept in UTC, {hours:+g} hours off; name the zone the file is in when it is heard",
            {**figures, "hours_to_take_off": hours},
        )


def _only_zone(table: Any) -> str | None:
    if not derive.has(table, "tz"):
        return None
    names = tally(table, {"tz": table.tz})["tz"]
    return str(names[0]) if names.size == 1 and names[0] is not None else None


def _first_and_last(table: Any) -> tuple[datetime, datetime]:
    moment = derive.day(table) * zones.DAY + derive.minute(table)
    ends = table.aggregate(first=moment.min(), last=moment.max()).to_pyarrow().to_pylist()[0]
    epoch = datetime.combine(date.fromisoformat(derive.EPOCH), datetime.min.time())
    return epoch + timedelta(minutes=ends["first"]), epoch + timedelta(minutes=ends["last"])


def _new_year(year: int, name: str) -> datetime:
    """The moment a year begins on the clocks of `name`, as UTC's clocks show it."""
    return datetime(year, 1, 1, tzinfo=zones.zone(name)).astimezone(UTC).replace(tzinfo=None)
