from datetime import date

import pytest

from evenhand.tables.sift import sift
from evenhand.terms.result import Contrast
from evenhand.weigh.gates.race_missing import RaceMissing

AS_RECORDED = Contrast("Black", "White", "as recorded")


def stops(planted, *months: tuple[str, int, int]):
    """A table with, for each month, so many stops without a race and so many with one."""
    rows = [
        (date.fromisoformat(f"{month}-01"), race)
        for month, missing, known in months
        for race in [None] * missing + ["Black"] * known
    ]
    return planted(date=[day for day, _ in rows], race_officer_detail=[race for _, race in rows])


def test_minneapolis_passes_with_a_third_missing(minneapolis) -> None:
    verdict = RaceMissing().check(minneapolis("chicago"), AS_RECORDED)
    assert (verdict.verdict, verdict.figures["months_out"]) == ("pass", ())
    assert (verdict.figures["missing"], verdict.figures["stops"]) == (17440, 51920)
    months = verdict.figures["months"].values()
    # printed to one decimal of a percent (METHODS 2)
    assert (min(months), max(months)) == (pytest.approx(0.273, abs=5e-4), pytest.approx(0.409, abs=5e-4))


def test_in_minneapolis_all_that_was_not_recorded_in_the_car_lacks_race(minneapolis) -> None:
    table = minneapolis("chicago")
    other = RaceMissing().check(table.filter(table.recorded_on == "other"), AS_RECORDED)
    assert other.verdict == "refuse"
    assert (other.figures["missing"], other.figures["stops"]) == (8221, 8221)


@pytest.mark.parametrize(("missing", "verdict"), [(50, "pass"), (51, "refuse")])
def test_half_of_the_whole_period_may_be_missing(planted, missing, verdict) -> None:
    assert RaceMissing().check(stops(planted, ("2021-01", missing, 100 - missing)), AS_RECORDED).verdict == verdict


def test_a_month_above_half_is_named_and_sifted_out_with_its_count(planted) -> None:
    table = stops(planted, ("2021-01", 10, 90), ("2021-02", 60, 40), ("2021-03", 50, 50))
    verdict = RaceMissing().check(table, AS_RECORDED)
    assert (verdict.verdict, verdict.figures["months_out"]) == ("pass", ("2021-02",))
    sifted = sift(table, RaceMissing().keep(table, verdict))
    assert [exclusion.n for exclusion in sifted.excluded] == [100]
    assert sifted.rows_used == 200


def test_no_month_above_half_sets_nothing_aside(planted) -> None:
    table = stops(planted, ("2021-01", 10, 90))
    verdict = RaceMissing().check(table, AS_RECORDED)
    assert sift(table, RaceMissing().keep(table, verdict)).excluded[0].n == 0


def test_stops_without_a_date_are_a_month_of_their_own(planted) -> None:
    table = planted(date=[None, None, None, *[date(2021, 1, 1)] * 7], race_officer_detail=[None] * 3 + ["Black"] * 7)
    verdict = RaceMissing().check(table, AS_RECORDED)
    assert verdict.figures["months_out"] == ("no date",)
    assert sift(table, RaceMissing().keep(table, verdict)).excluded[0].n == 3


def test_stops_without_a_date_stay_where_other_months_leave(planted) -> None:
    table = planted(
        date=[None, *[date(2021, 1, 1)] * 3, *[date(2021, 2, 1)] * 6],
        race_officer_detail=["Black"] + [None] * 3 + ["Black"] * 6,
    )
    verdict = RaceMissing().check(table, AS_RECORDED)
    assert verdict.figures["months_out"] == ("2021-01",)
    assert sift(table, RaceMissing().keep(table, verdict)).rows_used == 7


def test_by_the_crosswalk_unknown_and_not_stated_and_empty_and_null_are_missing(planted) -> None:
    sets = [["BLACK"], ["WHITE", "MENA"], ["unknown"], ["not_stated"], [], None]
    table = planted(date=[date(2021, 1, 1)] * len(sets), race_officer_options=sets)
    assert RaceMissing().check(table, Contrast("BLACK", "WHITE")).figures["missing"] == 4


def test_an_empty_table_is_not_assessed_and_sets_nothing_aside(planted) -> None:
    table = stops(planted, ("2021-01", 0, 1)).filter(False)
    verdict = RaceMissing().check(table, AS_RECORDED)
    assert verdict.verdict == "not assessed"
    assert sift(table, RaceMissing().keep(table, verdict)).rows_in == 0
