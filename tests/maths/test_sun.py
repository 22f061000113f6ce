"""The sun against Meeus's worked examples, published times and its own definition."""

import csv
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import sun

DAYS = np.arange("2017-01-01", "2018-01-01", dtype="datetime64[D]")


def test_the_position_is_that_of_meeus_example_25a():
    # 1992 October 13, 0 h: apparent declination -7.78507 degrees; example 28.b, Smart's equation of time: 3.427768
    # degrees. Printed digits; the obliquity here is the mean one to 1e-6 degrees.
    sin_declination, equation_of_time = sun._position(np.array([-2636.5]))
    assert np.degrees(np.arcsin(sin_declination))[0] == pytest.approx(-7.78507, abs=2e-5)
    assert equation_of_time[0] / 4 == pytest.approx(3.427768, abs=1e-3)


@given(st.floats(-58, 58), st.floats(-180, 180), st.integers(0, 20_000))
def test_at_the_event_the_sun_stands_at_the_stated_zenith(latitude, longitude, day):
    date = np.datetime64("1980-01-01") + day
    for minutes, zenith in zip(sun.sun_times(latitude, longitude, date), (90.833, 96.0), strict=True):
        midnight = (date - np.datetime64("2000-01-01")).astype(float) - 0.5
        sin_declination, equation = sun._position(np.array(midnight + minutes / 1440))
        hour_angle = np.radians((minutes + equation + 4 * longitude - 720) / 4)
        north = np.radians(latitude)
        height = np.sin(north) * sin_declination + np.cos(north) * np.cos(hour_angle) * np.cos(
            np.arcsin(sin_declination)
        )
        # 0.0003 degrees are under 0.2 s of time at these latitudes: two passes leave no more
        assert np.degrees(np.arccos(height)) == pytest.approx(zenith, abs=3e-4)
        assert hour_angle > 0


def test_places_and_dates_broadcast():
    latitudes = np.array([[30.0], [45.0]])
    table = sun.sun_times(latitudes, -93.0, DAYS)
    assert table.sunset.shape == table.civil_dusk.shape == (2, 365)
    assert table.sunset[1, 40] == sun.sun_times(45.0, -93.0, DAYS[40]).sunset
    assert np.all(table.sunset < table.civil_dusk)


def test_minutes_belong_to_the_local_date_and_may_pass_midnight_in_greenwich():
    sunset = sun.sun_times(44.9778, -93.2650, np.datetime64("2017-06-21")).sunset
    # 21:03 by the summer clock of Minneapolis, five hours behind: 02:03 UTC of the next day
    assert float(sunset) == pytest.approx(1440 + 2 * 60 + 3, abs=1)


def test_white_nights_are_counted_in_the_refusal_and_known_beforehand():
    exists = sun.sun_exists(65.0, 25.0, DAYS)
    with pytest.raises(ValueError, match=f"on {np.sum(~exists)} of 365 days"):
        sun.sun_times(65.0, 25.0, DAYS)
    assert np.all(np.isfinite(sun.sun_times(65.0, 25.0, DAYS[exists])))
    assert 30 < np.sum(~exists) < 120


@pytest.mark.parametrize(("latitude", "longitude"), [(91.0, 0.0), (0.0, 181.0), (np.nan, 0.0)])
def test_a_place_that_cannot_be_is_refused(latitude, longitude):
    with pytest.raises(ValueError, match="cannot be"):
        sun.sun_times(latitude, longitude, DAYS)


def test_an_unknown_date_is_refused():
    with pytest.raises(ValueError, match="dates known"):
        sun.sun_times(45.0, -93.0, np.datetime64("NaT"))


def test_anchors_of_the_same_family_agree_within_a_minute(shared):
    """Astral takes dusk at 96.055 and sunset at 90.789 degrees, refraction its own way: 17 s and 21 s apart."""
    rows = list(csv.DictReader((shared / "stops/veil_of_darkness_anchors/solar_anchors.csv").read_text().splitlines()))
    assert len(rows) == 8
    for row in rows:
        times = sun.sun_times(float(row["lat"]), float(row["lon"]), np.datetime64(row["date"]))
        offset = ZoneInfo(row["tz"]).utcoffset(datetime.fromisoformat(f"{row['date']}T18:00"))
        for minutes, column in zip(times, ("astral_sunset", "astral_dusk"), strict=True):
            hours, minute, second = map(int, row[column].split(":"))
            local = float(minutes) * 60 + offset.total_seconds()
            assert local == pytest.approx(hours * 3600 + minute * 60 + second, abs=60)
