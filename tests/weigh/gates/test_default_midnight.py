from datetime import date

import numpy as np
import pytest

from evenhand.errors import PlanError
from evenhand.weigh.gates.default_midnight import DefaultMidnight


def judged(*months: tuple[int, int]):
    names = tuple(f"month {number}" for number in range(len(months)))
    midnight, stops = np.array(months).T
    return DefaultMidnight().of_months(names, midnight, stops)


def test_groton_is_refused_and_its_two_months_are_named(connecticut) -> None:
    verdict = DefaultMidnight().check(connecticut("groton"))
    assert verdict.verdict == "refuse"
    assert (verdict.figures["at_midnight"], verdict.figures["stops_with_time"]) == (601, 6252)
    assert verdict.figures["months_refused"] == ("CT00A5901 2014-02", "CT00A5901 2014-03")
    worst = list(verdict.figures["worst_months"].items())
    assert worst[0] == ("CT00A5901 2014-03", {"at_midnight": 505, "stops": 561})
    assert worst[1] == ("CT00A5901 2014-02", {"at_midnight": 87, "stops": 525})
    # all other months, 0.4 % at most (METHODS 2)
    assert all(found["at_midnight"] / found["stops"] <= 0.004 for _, found in worst[2:])


def test_groton_without_its_two_months_passes(connecticut) -> None:
    groton = connecticut("groton")
    verdict = DefaultMidnight().check(groton.filter(groton.date.strftime("%Y-%m").notin(["2014-02", "2014-03"])))
    assert verdict.verdict == "pass"


def test_hamden_passes(connecticut) -> None:
    verdict = DefaultMidnight().check(connecticut("hamden"))
    assert verdict.verdict == "pass"
    assert (verdict.figures["at_midnight"], verdict.figures["stops_with_time"]) == (4, 5466)


@pytest.mark.parametrize("clocks", ["utc", "chicago"])
def test_minneapolis_passes(minneapolis, clocks) -> None:
    assert DefaultMidnight().check(minneapolis(clocks)).verdict == "pass"


@pytest.mark.parametrize("state", ["az", "co", "tx"])
def test_state_patrols_pass(states, state) -> None:
    assert DefaultMidnight().check(states(state)).verdict == "pass"


@pytest.mark.parametrize(("at_midnight", "verdict"), [(50, "pass"), (51, "refuse")])
def test_a_month_of_a_thousand_may_hold_five_in_a_hundred(at_midnight, verdict) -> None:
    assert judged((at_midnight, 1_000), (0, 1_000)).verdict == verdict


# the last binomial tail at 1 in 40 above 0.01 / 12, and the first below it
@pytest.mark.parametrize(("stops", "enough"), [(10, 4), (40, 6), (100, 10), (500, 26)])
def test_a_small_month_refuses_only_beyond_chance(stops, enough) -> None:
    others = [(1, 500)] * 11
    assert judged((enough - 1, stops), *others).verdict == "pass"
    assert judged((enough, stops), *others).verdict == "refuse"


def test_one_bad_month_refuses_a_file_whose_whole_share_is_low() -> None:
    verdict = judged((90, 100), (0, 50_000))
    assert verdict.verdict == "refuse"
    assert verdict.figures["share"] < 0.002
    assert "month 0 90.0%" in verdict.sentence


def test_many_small_agencies_recorded_to_the_half_hour_are_not_refused() -> None:
    # 2,000 agency-months of 40 stops, of which 1 in 48 falls on each half hour: METHODS 2 by the letter would
    # refuse the hundreds of months that hold 3 or more
    generator = np.random.default_rng(48)
    midnight = generator.binomial(40, 1 / 48, size=2_000)
    assert np.sum(midnight / 40 > 0.05) > 50
    assert judged(*((int(n), 40) for n in midnight)).verdict == "pass"


def test_agencies_are_judged_apart(planted) -> None:
    stops = 200
    table = planted(
        date=[date(2020, 5, 1)] * (2 * stops),
        time_local=["00:00"] * 12 + ["09:30"] * (2 * stops - 12),
        agency_id=["quiet town"] * 20 + ["big city"] * (2 * stops - 20),
    )
    apart = DefaultMidnight().check(table)
    assert apart.verdict == "refuse"
    assert apart.figures["months_refused"] == ("quiet town 2020-05",)
    together = DefaultMidnight().check(table.drop("agency_id"))
    assert (together.verdict, list(together.figures["worst_months"])) == ("pass", ["2020-05"])


def test_stops_without_a_time_are_not_looked_at(planted) -> None:
    table = planted(date=[date(2020, 5, 1)] * 3, time_local=[None, "", "10:00"])
    assert DefaultMidnight().check(table).figures["stops_with_time"] == 1


def test_no_times_at_all_are_not_assessed(planted) -> None:
    assert DefaultMidnight().check(planted(date=[date(2020, 5, 1)], time_local=[None])).verdict == "not assessed"


def test_a_table_without_times_is_a_plan_error(planted) -> None:
    with pytest.raises(PlanError, match="time_local"):
        DefaultMidnight().check(planted(date=[date(2020, 5, 1)]))
