"""Sun: when it sets, and when it is too dark to see a driver.

Position after Meeus, Astronomical Algorithms (1998, chapter 25, low accuracy) with the equation of time of
Smart, as in the solar calculator of the United States National Oceanic and Atmospheric Administration.
Sunset: the sun's centre at zenith 90.833 degrees (refraction 34', half-width 16'). Civil dusk: 96 degrees.
The position is taken at the event itself. Other algorithms differ by 50 to 110 seconds: name this one
beside any result.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SUNSET_ZENITH = 90.833
CIVIL_DUSK_ZENITH = 96.0


class SunTimes(NamedTuple):
    """Minutes after 00:00 UTC of the local civil date, which may pass 1440; arrays of one shape."""

    sunset: Floats
    civil_dusk: Floats


def sun_times(latitude: ArrayLike, longitude: ArrayLike, days: ArrayLike) -> SunTimes:
    """Sunset and civil dusk on local civil dates `days` (datetime64[D]); degrees north and east; arrays broadcast.

    Raises ValueError, with how many, where the sun does not reach both angles that day (see `sun_exists`).
    """
    times, exists = _evening(latitude, longitude, days)
    missing = int(np.sum(~exists))
    if missing:
        raise ValueError(f"on {missing} of {exists.size} days the sun does not set and darken: leave those days out")
    return times


def sun_exists(latitude: ArrayLike, longitude: ArrayLike, days: ArrayLike) -> NDArray[np.bool_]:
    """Whether the sun both sets and reaches civil dusk, for each place and date as in `sun_times`."""
    return _evening(latitude, longitude, days)[1]


def _evening(latitude: ArrayLike, longitude: ArrayLike, days: ArrayLike) -> tuple[SunTimes, NDArray[np.bool_]]:
    """Both events, and whether both happen: position first at 18 h by the sun, then at each event's own time.

    A third position would move no event by more than 0.1 s up to 60 degrees of latitude.
    """
    north, east, midnight = _places_and_dates(latitude, longitude, days)
    clock_noon = 720 - 4 * east
    early = _position(midnight + (clock_noon + 360) / 1440)
    first = [_passing(north, clock_noon, zenith, *early)[0] for zenith in (SUNSET_ZENITH, CIVIL_DUSK_ZENITH)]
    sunset, sets = _passing(north, clock_noon, SUNSET_ZENITH, *_position(midnight + first[0] / 1440))
    dusk, darkens = _passing(north, clock_noon, CIVIL_DUSK_ZENITH, *_position(midnight + first[1] / 1440))
    return SunTimes(sunset, dusk), np.asarray(sets & darkens)


def _passing(
    north: Floats, clock_noon: Floats, zenith: float, sin_declination: Floats, equation_of_time: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Minutes at which a sun held at this position passes `zenith` downwards, and whether it does."""
    level = np.cos(np.radians(zenith)) - np.sin(north) * sin_declination
    cos_hour = level / (np.cos(north) * np.sqrt(1 - sin_declination**2))
    hour_angle = np.degrees(np.arccos(np.clip(cos_hour, -1, 1)))
    return clock_noon - equation_of_time + 4 * hour_angle, np.abs(cos_hour) <= 1


def _position(days: Floats) -> tuple[Floats, Floats]:
    """Sine of the sun's declination and equation of time in minutes, at `days` after 2000-01-01 12:00 UTC."""
    century = days / 36525
    longitude = np.radians(280.46646 + century * (36000.76983 + century * 0.0003032))
    anomaly = np.radians(357.52911 + century * (35999.05029 - century * 0.0001537))
    eccentricity = 0.016708634 - century * (0.000042037 + century * 0.0000001267)
    sin_anomaly, cos_anomaly = np.sin(anomaly), np.cos(anomaly)
    centre = (
        sin_anomaly * (1.914602 - century * (0.004817 + century * 0.000014))
        + 2 * sin_anomaly * cos_anomaly * (0.019993 - century * 0.000101)
        + sin_anomaly * (3 - 4 * sin_anomaly**2) * 0.000289
    )
    node = np.radians(125.04 - 1934.136 * century)
    apparent = longitude + np.radians(centre - 0.00569 - 0.00478 * np.sin(node))
    obliquity = np.radians(23.439291 - 0.0130042 * century + 0.00256 * np.cos(node))
    sin_obliquity, cos_obliquity = np.sin(obliquity), np.cos(obliquity)
    y = (1 - cos_obliquity) / (1 + cos_obliquity)
    sin_twice, cos_twice = np.sin(2 * longitude), np.cos(2 * longitude)
    hour = (
        y * sin_twice
        - 2 * eccentricity * sin_anomaly
        + 4 * eccentricity * y * sin_anomaly * cos_twice
        - y**2 * sin_twice * cos_twice
        - 2.5 * eccentricity**2 * sin_anomaly * cos_anomaly
    )
    return sin_obliquity * np.sin(apparent), 4 * np.degrees(hour)


def _places_and_dates(latitude: ArrayLike, longitude: ArrayLike, days: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Latitude in radians, longitude in degrees, 00:00 UTC of each date in days after 2000-01-01 12:00."""
    north, east = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    dates = np.asarray(days, dtype="datetime64[D]")
    if not (np.all(np.abs(north) < 90) and np.all(np.abs(east) <= 180)) or np.any(np.isnat(dates)):
        raise ValueError("a place or date cannot be: latitude must be within 90, longitude within 180, dates known")
    midnight = (dates - np.datetime64("2000-01-01")).astype(np.float64) - 0.5
    return np.radians(north), east, midnight
