"""Light over the invented city: when it is day, when dark, and what is between."""

from datetime import date, datetime
from typing import Any

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import Floats, Ints
from evenhand.tables import zones


def darkness(day: Any, minute: Ints) -> Floats:
    """0 by day, 1 when dark, a half in minutes with any civil twilight in them; `minute` is local.

    Sunrise is taken as far before noon as sunset is after it: no method looks at mornings.
    """
    from evenhand.maths.sun import sun_times

    times = sun_times(city.CENTROID.latitude, city.CENTROID.longitude, city.DAYS)
    ahead, at = minutes_ahead(city.DAYS), (day - city.DAYS[0]).astype(int)
    sunset, dusk = np.floor(times.sunset + ahead)[at], np.ceil(times.civil_dusk + ahead)[at]
    noon = (720 - 4 * city.CENTROID.longitude + ahead)[at]
    after_noon = np.where(minute >= noon, minute, 2 * noon - minute)
    return np.where(after_noon >= dusk, 1.0, np.where(after_noon >= sunset, 0.5, 0.0))


def minutes_ahead(day: Any) -> Ints:
    """Minutes that the city's clocks are ahead of UTC on the evening of each date."""
    local = zones.zone(city.ZONE)
    distinct, where = np.unique(day, return_inverse=True)
    return np.array([_ahead(at, local) for at in distinct.astype(object)], dtype=np.int64)[where]


def _ahead(day: date, local: Any) -> int:
    offset = datetime(day.year, day.month, day.day, 18, tzinfo=local).utcoffset()
    assert offset is not None  # a zone of the IANA list has an offset at every moment
    return round(offset.total_seconds() / 60)
