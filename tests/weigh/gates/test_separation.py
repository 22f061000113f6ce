from pathlib import Path

import numpy as np
import pytest

from evenhand.weigh.gates.separation import Separation

ALL, MOVING = "ctrp3_vod_all_stops.csv", "ctrp3_vod_moving_violations.csv"


def published(shared: Path, engine, file: str) -> dict[str, float]:
    """Coefficients of a Connecticut table by agency and group."""
    table = engine.read_csv(shared / "stops/connecticut_2013_2015" / file)
    rows = table.filter(table.statistic == "Coefficient").to_pyarrow().to_pylist()
    return {f"{row['department']} {row['group']}": row["value"] for row in rows}


def cells(*rows: tuple[int, int, int]):
    """Design (intercept, dark), successes and trials from rows of dark, successes, trials."""
    dark, successes, trials = np.array(rows).T
    return np.column_stack([np.ones(dark.size), dark]), successes, trials


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [(ALL, "Canton Black", 9.264), (ALL, "Suffield Hispanic", 7.044), (MOVING, "Winsted Black", -11.67)],
)
def test_connecticut_coefficients_of_separation_are_withheld(shared, engine, file, name, value) -> None:
    table = published(shared, engine, file)
    verdict = Separation().of_coefficients(list(table.values()), list(table))
    assert verdict.verdict == "refuse"
    assert verdict.figures["withheld"][name] == value
    assert name in verdict.sentence


def test_connecticut_coefficients_within_five_are_not_withheld(shared, engine) -> None:
    table = published(shared, engine, ALL)
    withheld = Separation().of_coefficients(list(table.values()), list(table)).figures["withheld"]
    assert set(withheld) == {name for name, value in table.items() if abs(value) > 5}
    rest = {name: value for name, value in table.items() if name not in withheld}
    assert Separation().of_coefficients(list(rest.values()), list(rest)).verdict == "pass"


@pytest.mark.parametrize(("value", "verdict"), [(5.0, "pass"), (-5.0, "pass"), (5.001, "refuse"), (-5.001, "refuse")])
def test_five_is_the_largest_coefficient(value, verdict) -> None:
    assert Separation().of_coefficients([value], ["dark"]).verdict == verdict


def test_a_coefficient_that_is_no_number_is_withheld() -> None:
    assert Separation().of_coefficients([float("nan")], ["dark"]).verdict == "refuse"


def test_dark_stops_all_of_one_group_are_refused_with_the_term() -> None:
    verdict = Separation().check(*cells((0, 10, 20), (1, 15, 15)), np.array([0.0, 4.0]), ("intercept", "dark"))
    assert (verdict.verdict, verdict.figures["withheld"]) == ("refuse", {"dark": None})
    assert verdict.sentence.startswith("dark")


def test_one_stop_of_the_other_group_lets_its_neighbour_pass() -> None:
    design, successes, trials = cells((0, 10, 20), (1, 14, 15))
    verdict = Separation().check(design, successes, trials, np.array([0.0, np.log(14)]), ("intercept", "dark"))
    assert verdict.verdict == "pass"
    assert verdict.figures["largest"] == pytest.approx(2.64, abs=0.005)


def test_a_fitted_coefficient_beyond_five_is_refused_where_nothing_separates_wholly() -> None:
    # 999 of 1,000 in the dark against 100 of 1,000 in the light: log odds ratio 9.10
    design, successes, trials = cells((0, 100, 1_000), (1, 999, 1_000))
    coefficients = np.array([np.log(100 / 900), np.log(999) - np.log(100 / 900)])
    verdict = Separation().check(design, successes, trials, coefficients, ("intercept", "dark"))
    assert list(verdict.figures["withheld"]) == ["dark"]


def test_an_intercept_or_a_spline_may_be_as_large_as_its_basis_makes_it() -> None:
    minute = np.array([0.0, 0.5, 1.0, 0.25])
    design = np.column_stack([np.ones(4), [0.0, 1.0, 0.0, 1.0], minute])
    coefficients = np.array([-7.5, 0.2, 12.0])
    verdict = Separation().check(design, np.full(4, 5), np.full(4, 10), coefficients, ("intercept", "dark", "clock 1"))
    assert (verdict.verdict, verdict.figures["largest"]) == ("pass", 0.2)


def test_before_there_is_a_fit_the_programme_alone_is_asked() -> None:
    names = ("intercept", "dark")
    assert Separation().check(*cells((0, 10, 20), (1, 14, 15)), None, names).verdict == "pass"
    assert Separation().check(*cells((0, 10, 20), (1, 15, 15)), None, names).verdict == "refuse"
