"""Sunset and civil dusk of each place and date, joined as a small table of local minutes.

Darkness needs only integers, reckoned once for each distinct (place, date): `sunset` is the minute of the
local day in which the sun sets, `dusk` the first minute that begins after civil twilight has ended. So a
minute is light when it was over before sunset, dark when it began after dusk, and every minute that holds
any twilight is left out.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from evenhand.errors import PlanError
from evenhand.tables import zones
from evenhand.tables.small import small_table
from evenhand.tables.tally import Cells, tally
from evenhand.terms.evidence import Centroid

# Solar algorithms differ by 50 to 110 seconds (METHODS 3): what lies this near an edge may change sides.
SLACK = 2


def sun(table: Any, centroids: Mapping[str | None, Centroid], zone: str) -> Cells:
    """`place`, `date`, `sunset`, `dusk` (local minutes) for every place and date of `table` with a centroid.

    `table` has the columns `place` and `date`. A place without a centroid of its own has the one kept
    under None; with neither it is left out, and `join` leaves its sunset null. PlanError when no place
    has one, or where the sun does not set.
    """
    from evenhand.maths.sun import sun_times

    found = tally(
        table.filter(table.place.notnull() & table.date.notnull()), {"place": table.place, "date": table.date}
    )
    days = found["date"].astype("datetime64[D]")
    sunset, dusk = np.full(len(days), -1), np.full(len(days), -1)
    shift = _evening_offsets(days, zone)
    for place in np.unique(found["place"]):
        centroid = centroids.get(str(place), centroids.get(None))
        if centroid is None:
            continue
        here = found["place"] == place
        try:
            times = sun_times(centroid.latitude, centroid.longitude, days[here])
        except ValueError as error:
            raise PlanError(f"no dusk at {place}: {error}; leave the veil of darkness out") from error
        sunset[here] = np.floor(times.sunset + shift[here])
        dusk[here] = np.ceil(times.civil_dusk + shift[here])
    kept = dusk >= 0
    if len(dusk) and not kept.any():
        raise PlanError("no place has a centroid: give the source latitude and longitude, or a centroid in the plan")
    return {"place": found["place"][kept], "date": days[kept], "sunset": sunset[kept], "dusk": dusk[kept]}


def join(table: Any, times: Cells) -> Any:
    """`table` with `sunset`, `dusk`, and `window_first` and `window_last`, the place's earliest and latest dusk."""
    first = {str(place): int(times["dusk"][times["place"] == place].min()) for place in np.unique(times["place"])}
    last = {str(place): int(times["dusk"][times["place"] == place].max()) for place in np.unique(times["place"])}
    rows: dict[str, Any] = {
        "sun_place": [str(place) for place in times["place"]],
        "sun_date": times["date"].astype(object),
        "sunset": times["sunset"],
        "dusk": times["dusk"],
        "window_first": [first[str(place)] for place in times["place"]],
        "window_last": [last[str(place)] for place in times["place"]],
    }
    small = small_table(rows, {"sun_place": "string", "sun_date": "date", **dict.fromkeys(list(rows)[2:], "int64")})
    joined = table.left_join(small, [table.place == small.sun_place, table.date == small.sun_date])
    return joined.drop("sun_place", "sun_date")


def edge(table: Any) -> Any:
    """Where a stop's minute lies: an index into `maths.darkness.EDGES`, by `minute`, `sunset` and `dusk`."""
    import ibis

    at, sunset, dusk = table.minute, table.sunset, table.dusk
    return ibis.cases(
        (at < sunset - SLACK, 0),
        (at < sunset, 1),
        (at < sunset + SLACK, 2),
        (at < dusk - SLACK, 3),
        (at < dusk, 4),
        (at < dusk + SLACK, 5),
        else_=6,
    )


def _evening_offsets(days: Any, zone: str) -> Any:
    """Minutes that local clocks are ahead of UTC on the evening of each date."""
    local = zones.zone(zone)
    distinct, where = np.unique(days, return_inverse=True)
    offsets = [_evening_offset(day, local) for day in distinct.astype(object)]
    return np.asarray(offsets, dtype=np.int64)[where]


def _evening_offset(day: date, local: Any) -> int:
    offset = datetime(day.year, day.month, day.day, 18, tzinfo=local).utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
