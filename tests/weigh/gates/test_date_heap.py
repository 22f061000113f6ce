from datetime import date, timedelta

import pytest

from evenhand.weigh.gates.date_heap import DateHeap


def even(first: date, n: int, each: int) -> dict[date, int]:
    return {first + timedelta(days=step): each for step in range(n)}


def test_a_planted_fourteenth_of_february_is_refused() -> None:
    stops = even(date(2021, 1, 1), 90, 10)
    stops[date(2021, 2, 14)] = 200
    verdict = DateHeap().of_days(stops)
    assert verdict.verdict == "refuse"
    assert verdict.figures["worst_day"] == "2021-02-14"
    assert list(verdict.figures["heaps"]) == ["2021-02-14"]
    assert "2021-02-14" in verdict.sentence


@pytest.mark.parametrize(("that_day", "verdict"), [(67, "pass"), (68, "refuse")])
def test_a_fifth_of_a_month_is_the_most_a_day_may_hold(that_day, verdict) -> None:
    # 27 days of 10 and this one: 67.5 of 337.5 are a fifth
    stops = even(date(2021, 2, 1), 28, 10) | {date(2021, 2, 14): that_day}
    assert DateHeap().of_days(stops).verdict == verdict


@pytest.mark.parametrize("town", ["groton", "hamden"])
def test_connecticut_towns_pass(connecticut, town) -> None:
    assert DateHeap().check(connecticut(town)).verdict == "pass"


def test_the_fullest_day_of_groton_is_a_holiday_weekend(connecticut) -> None:
    figures = DateHeap().check(connecticut("groton")).figures
    assert (figures["worst_day"], figures["stops_that_day"], figures["stops_that_month"]) == ("2014-05-24", 83, 557)


@pytest.mark.parametrize("state", ["az", "co", "tx"])
def test_state_patrols_pass(states, state) -> None:
    assert DateHeap().check(states(state)).verdict == "pass"


def test_the_one_day_of_january_that_utc_makes_is_not_assessed(minneapolis) -> None:
    verdict = DateHeap().check(minneapolis("utc"))
    assert (verdict.verdict, verdict.figures["months_not_assessed"]) == ("pass", ("2018-01",))


def test_a_small_month_is_named_and_not_assessed() -> None:
    stops = even(date(2021, 1, 1), 31, 10) | {date(2021, 2, 1): 30, date(2021, 3, 31): 10}
    verdict = DateHeap().of_days(stops)
    assert (verdict.verdict, verdict.figures["months_not_assessed"]) == ("pass", ("2021-02", "2021-03"))


@pytest.mark.parametrize(("on_the_first", "verdict"), [(99, "pass"), (100, "refuse")])
def test_a_month_wholly_on_its_first_day_is_refused_once_it_is_large_enough(on_the_first, verdict) -> None:
    stops = even(date(2021, 1, 1), 31, 10) | {date(2021, 2, 1): on_the_first} | even(date(2021, 3, 1), 31, 10)
    assert DateHeap().of_days(stops).verdict == verdict


@pytest.mark.parametrize(("days", "assessed"), [(14, False), (15, True)])
def test_a_month_the_file_only_touches_is_not_assessed(days, assessed) -> None:
    stops = even(date(2021, 1, 1), 31 + days, 10)
    assert ("2021-02" not in DateHeap().of_days(stops).figures["months_not_assessed"]) is assessed


def test_nothing_large_enough_is_not_assessed() -> None:
    verdict = DateHeap().of_days(even(date(2021, 1, 1), 9, 11))
    assert (verdict.verdict, verdict.figures["months_not_assessed"]) == ("not assessed", ("2021-01",))


def test_no_dates_at_all_are_not_assessed(planted) -> None:
    assert DateHeap().check(planted(date=[None])).verdict == "not assessed"
