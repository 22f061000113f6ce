from datetime import date, datetime, timedelta

import numpy as np
import pytest

from evenhand.weigh.gates.zone import Zone

CHICAGO = "America/Chicago"


def hours_quietest_at(start: int, stops: int = 1_200) -> np.ndarray:
    counts = np.full(24, stops // 20)
    counts[[(start + step) % 24 for step in range(4)]] = 1
    return counts


@pytest.mark.parametrize(("town", "quietest"), [("groton", 4), ("hamden", 3)])
def test_connecticut_towns_are_on_local_clocks(connecticut, town, quietest) -> None:
    verdict = Zone().check(connecticut(town))
    assert (verdict.verdict, verdict.figures["quietest_hours_begin"]) == ("pass", quietest)


@pytest.mark.parametrize(("state", "quietest"), [("az", 1), ("co", 2), ("tx", 2)])
def test_state_patrols_are_on_local_clocks(states, state, quietest) -> None:
    verdict = Zone().check(states(state))
    assert (verdict.verdict, verdict.figures["quietest_hours_begin"]) == ("pass", quietest)


def test_minneapolis_as_it_stands_is_refused_with_the_hours_to_take_off(minneapolis) -> None:
    verdict = Zone().check(minneapolis("utc"))
    assert (verdict.verdict, verdict.figures["quietest_hours_begin"]) == ("refuse", 9)
    assert verdict.figures["hours_to_take_off"] == 5
    assert "09" in verdict.sentence


def test_minneapolis_on_chicago_clocks_passes(minneapolis) -> None:
    verdict = Zone().check(minneapolis("chicago"))
    assert (verdict.verdict, verdict.figures["quietest_hours_begin"]) == ("pass", 4)
    assert (verdict.figures["first"], verdict.figures["last"]) == ("2017-01-01 00:00", "2017-12-31 23:52")


def test_a_year_kept_in_utc_is_refused_even_where_the_quiet_hours_are_not_asked(minneapolis) -> None:
    verdict = Zone(first=0, last=12).check(minneapolis("utc"))
    assert verdict.verdict == "refuse"
    assert (verdict.figures["first"], verdict.figures["last"]) == ("2017-01-01 06:00", "2018-01-01 05:52")
    assert verdict.figures["hours_to_take_off"] == 6


def test_a_file_without_a_zone_is_judged_by_its_quiet_hours_alone(minneapolis) -> None:
    verdict = Zone(first=0, last=12).check(minneapolis("utc").drop("tz"))
    assert verdict.verdict == "pass"
    assert "first" not in verdict.figures


def test_a_year_from_midnight_to_midnight_passes() -> None:
    first, last = datetime(2017, 1, 1, 0, 4), datetime(2017, 12, 31, 23, 41)
    assert Zone().of_year(first, last, CHICAGO).verdict == "pass"


@pytest.mark.parametrize(
    ("name", "first", "last", "hours"),
    [
        (CHICAGO, datetime(2017, 1, 1, 6, 0), datetime(2018, 1, 1, 5, 59), 6),
        ("America/Los_Angeles", datetime(2017, 1, 1, 8, 59), datetime(2018, 1, 1, 7, 0), 8),
        ("Europe/Paris", datetime(2016, 12, 31, 23, 10), datetime(2017, 12, 31, 22, 50), -1),
    ],
)
def test_a_year_that_starts_and_ends_at_the_zones_offset_is_refused(name, first, last, hours) -> None:
    verdict = Zone().of_year(first, last, name)
    assert (verdict.verdict, verdict.figures["hours_to_take_off"]) == ("refuse", hours)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # a first stop before the offset was made on local clocks
        (datetime(2017, 1, 1, 5, 59), datetime(2018, 1, 1, 5, 59)),
        # a last stop beyond the offset is of the next year on any clock
        (datetime(2017, 1, 1, 6, 0), datetime(2018, 1, 1, 6, 0)),
        # a file cut at a midnight kept that midnight: no offset of six hours
        (datetime(2017, 1, 1, 6, 30), datetime(2018, 1, 1, 0, 0)),
        # not a calendar year
        (datetime(2017, 7, 1, 6, 0), datetime(2018, 7, 1, 5, 59)),
    ],
)
def test_its_neighbours_by_a_minute_or_a_season_pass(first, last) -> None:
    assert Zone().of_year(first, last, CHICAGO).verdict == "pass"


def test_greenwich_has_no_offset_to_find() -> None:
    first, last = datetime(2017, 1, 1, 0, 0), datetime(2017, 12, 31, 23, 59)
    assert Zone().of_year(first, last, "Europe/London").verdict == "pass"


@pytest.mark.parametrize(("start", "verdict"), [(23, "refuse"), (0, "pass"), (5, "pass"), (6, "refuse")])
def test_quiet_hours_must_begin_between_midnight_and_five(start, verdict) -> None:
    assert Zone().of_hours(hours_quietest_at(start)).verdict == verdict


@pytest.mark.parametrize(("stops", "verdict"), [(999, "not assessed"), (1_000, "refuse")])
def test_under_a_thousand_stops_are_not_assessed(stops, verdict) -> None:
    counts = hours_quietest_at(9, stops=960)
    counts[0] += stops - counts.sum()
    assert Zone().of_hours(counts).verdict == verdict


def test_a_small_file_of_a_year_in_utc_is_still_refused(planted) -> None:
    moments = [datetime(2017, 1, 1, 6, 5) + timedelta(hours=12 * step) for step in range(729)]
    moments.append(datetime(2018, 1, 1, 5, 40))
    table = planted(
        date=[moment.date() for moment in moments],
        time_local=[f"{moment:%H:%M}" for moment in moments],
        tz=[CHICAGO] * len(moments),
    )
    assert Zone().check(table).verdict == "refuse"
    assert Zone().check(table.filter(table.date < date(2018, 1, 1))).verdict == "not assessed"


def test_a_table_without_any_time_is_not_assessed(planted) -> None:
    table = planted(date=[date(2017, 1, 1)], time_local=[None], tz=[CHICAGO])
    assert Zone().check(table).verdict == "not assessed"
