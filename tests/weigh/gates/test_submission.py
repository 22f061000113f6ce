from datetime import date, timedelta

import pytest

from evenhand.terms.evidence import Coverage
from evenhand.weigh.gates.submission import Submission

YEAR = Coverage("sent in", date(2021, 1, 1), date(2021, 12, 31))
MONTHS = [f"2021-{month:02d}" for month in range(1, 13)]


def stops(planted, by_month: dict[str, int], agency: str = "A", source: str = "sent in"):
    dates = [date.fromisoformat(f"{month}-15") for month, n in by_month.items() for _ in range(n)]
    return planted(date=dates, agency_id=[agency] * len(dates), source_id=[source] * len(dates))


def test_a_planted_gap_is_refused_and_named(planted) -> None:
    table = stops(planted, dict.fromkeys(MONTHS, 40) | {"2021-03": 0, "2021-04": 2})
    verdict = Submission().check(table, (YEAR,))
    assert verdict.verdict == "refuse"
    assert verdict.figures["missing_months"] == {"A 2021-03": 0, "A 2021-04": 2}
    assert "A 2021-03 (0 stops)" in verdict.sentence


def test_a_month_of_true_zeros_declared_complete_passes(planted) -> None:
    complete = Coverage("sent in", date(2021, 1, 1), date(2021, 12, 31), complete=True)
    table = stops(planted, dict.fromkeys(MONTHS, 40) | {"2021-03": 0})
    assert Submission().check(table, (complete,)).verdict == "pass"


def test_a_month_listed_as_a_gap_passes_and_is_named_as_absent(planted) -> None:
    known = Coverage("sent in", date(2021, 1, 1), date(2021, 12, 31), gaps=("2021-03",))
    table = stops(planted, dict.fromkeys(MONTHS, 40) | {"2021-03": 0})
    verdict = Submission().check(table, (known,))
    assert (verdict.verdict, verdict.figures["gaps"]) == ("pass", {"sent in": ("2021-03",)})
    assert "2021-03" in verdict.sentence


@pytest.mark.parametrize(("march", "verdict"), [(9, "refuse"), (10, "pass")])
def test_a_quarter_of_the_median_month_is_enough(planted, march, verdict) -> None:
    table = stops(planted, dict.fromkeys(MONTHS, 40) | {"2021-03": march})
    assert Submission().check(table, (YEAR,)).verdict == verdict


def test_months_outside_the_coverage_are_neither_zero_nor_missing(planted) -> None:
    half = Coverage("sent in", date(2021, 7, 1), date(2021, 12, 31))
    table = stops(planted, dict.fromkeys(MONTHS[6:], 40) | {"2021-02": 1})
    assert Submission().check(table, (half,)).verdict == "pass"
    assert Submission().check(table, (YEAR,)).verdict == "refuse"


def test_no_coverage_is_not_assessed(planted) -> None:
    assert Submission().check(stops(planted, {"2021-01": 1}), ()).verdict == "not assessed"


@pytest.mark.parametrize(("each", "told"), [(5, False), (10, True)])
def test_an_agency_too_small_to_tell_is_named_and_does_not_refuse(planted, each, told) -> None:
    # e^-5 = 0.7 % of months with 5 stops on average are empty by chance; e^-10 is under 0.01 / 12
    table = stops(planted, dict.fromkeys(MONTHS, each) | {"2021-03": 0})
    verdict = Submission().check(table, (YEAR,))
    assert verdict.verdict == ("refuse" if told else "pass")
    assert verdict.figures["too_small_to_tell"] == (() if told else ("A",))


def test_each_agency_is_held_against_its_own_median(planted) -> None:
    big = stops(planted, dict.fromkeys(MONTHS, 400) | {"2021-06": 20}, agency="big")
    small = stops(planted, dict.fromkeys(MONTHS, 20), agency="small")
    verdict = Submission().check(big.union(small), (YEAR,))
    assert verdict.figures["missing_months"] == {"big 2021-06": 20}


def test_each_source_is_held_to_its_own_coverage(planted) -> None:
    first = stops(planted, dict.fromkeys(MONTHS[:6], 40), source="spring")
    second = stops(planted, dict.fromkeys(MONTHS[6:], 40), source="autumn")
    spring = Coverage("spring", date(2021, 1, 1), date(2021, 6, 30))
    autumn = Coverage("autumn", date(2021, 7, 1), date(2021, 12, 31))
    assert Submission().check(first.union(second), (spring, autumn)).verdict == "pass"
    verdict = Submission().check(first, (spring, autumn))
    assert list(verdict.figures["missing_months"]) == [f"autumn {month}" for month in MONTHS[6:]]


def test_a_month_covered_in_part_is_held_against_that_part() -> None:
    # 12 of 31 days of January, at the rate of the other months
    late = Coverage("sent in", date(2021, 1, 20), date(2021, 12, 31))
    by_month = dict.fromkeys(MONTHS, 60)
    assert Submission().of_months(by_month | {"2021-01": 23}, late) == ({}, True)
    assert Submission().of_months(by_month | {"2021-01": 3}, late) == ({"2021-01": 3}, True)


@pytest.mark.parametrize(("days", "missing"), [(6, {}), (7, {"2021-12": 0})])
def test_a_month_covered_for_less_than_a_week_is_not_asked(days, missing) -> None:
    span = Coverage("sent in", date(2021, 1, 1), date(2021, 11, 30) + timedelta(days=days))
    assert Submission().of_months(dict.fromkeys(MONTHS[:11], 200), span)[0] == missing


def test_a_coverage_of_nothing_but_gaps_has_nothing_missing() -> None:
    span = Coverage("sent in", date(2021, 1, 1), date(2021, 1, 31), gaps=("2021-01",))
    assert Submission().of_months({}, span) == ({}, True)


def test_the_median_is_of_months_that_hold_anything(planted) -> None:
    # seven empty months would make a median of zero, and zero is a quarter of it
    table = stops(planted, dict.fromkeys(MONTHS[:5], 40))
    assert list(Submission().check(table, (YEAR,)).figures["missing_months"]) == [f"A {month}" for month in MONTHS[5:]]


def test_minneapolis_sent_every_month(minneapolis) -> None:
    span = Coverage("minneapolis", date(2017, 1, 1), date(2017, 12, 31))
    assert Submission().check(minneapolis("chicago"), (span,)).verdict == "pass"


@pytest.mark.parametrize("town", ["groton", "hamden"])
def test_connecticut_towns_sent_every_month(connecticut, town) -> None:
    span = Coverage("ct", date(2013, 10, 1), date(2014, 9, 30))
    assert Submission().check(connecticut(town), (span,)).verdict == "pass"


def test_groton_is_refused_for_a_year_it_did_not_send(connecticut) -> None:
    span = Coverage("ct", date(2013, 7, 1), date(2014, 9, 30))
    verdict = Submission().check(connecticut("groton"), (span,))
    assert [month[-7:] for month in verdict.figures["missing_months"]] == ["2013-07", "2013-08", "2013-09"]
