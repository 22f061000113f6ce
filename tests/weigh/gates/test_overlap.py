import numpy as np
import pytest

from evenhand.weigh.gates.overlap import Overlap


def bins(*sides: tuple[int, int]):
    """Cells with so many light and dark stops in each quarter hour from 17:00."""
    minute = np.repeat(1020 + 15 * np.arange(len(sides)), 2)
    return minute, np.tile([0, 1], len(sides)), np.array(sides).ravel()


def test_minneapolis_holds_fifteen_quarters_of_an_hour(design) -> None:
    stops = np.ones(design["minute"].size, dtype=int)
    verdict = Overlap().check(design["minute"], design["is_dark"], stops)
    assert (verdict.verdict, verdict.figures["bins_short"]) == ("pass", ("17:00", "21:00", "21:15", "21:30"))
    assert (verdict.figures["bins"][0], verdict.figures["bins"][-1]) == ("17:15", "20:45")
    assert (verdict.figures["stops_outside"], verdict.figures["stops_inside"]) == (710, 3133)


def test_the_trimmed_fit_of_minneapolis_is_the_one_of_methods(design) -> None:
    from evenhand.maths.logistic import fit
    from evenhand.maths.spline import natural_spline

    stops = np.ones(design["minute"].size, dtype=int)
    inside = Overlap().inside(design["minute"], design["is_dark"], stops)
    assert inside.sum() == 3133
    clock = natural_spline(design["minute"][inside], 6)
    columns = np.column_stack([np.ones(inside.sum()), design["is_dark"][inside], clock])
    days = design["local_time"].astype("datetime64[D]")[inside]
    fitted = fit(columns, design["is_black"][inside], np.ones(inside.sum()), cluster=days)
    # METHODS 2 prints three decimals (5e-4) and does not say whose knots: those of all 3,843 stops give -0.1044
    # (0.1044), those of the 3,133 inside, here, -0.1046 (0.1045); half of that difference is added
    assert fitted.coef[1] == pytest.approx(-0.104, abs=6.5e-4)
    assert fitted.se_cluster[1] == pytest.approx(0.105, abs=6.5e-4)


@pytest.mark.parametrize(("side", "verdict"), [(9, "refuse"), (10, "pass")])
def test_ten_on_each_side_make_a_bin(side, verdict) -> None:
    assert Overlap().check(*bins((10, 30), (30, 10), (10, 10), (30, side))).verdict == verdict
    assert Overlap().check(*bins((10, 30), (30, 10), (10, 10), (side, 30))).verdict == verdict


@pytest.mark.parametrize(("good", "verdict"), [(3, "refuse"), (4, "pass")])
def test_four_bins_are_enough(good, verdict) -> None:
    assert Overlap().check(*bins(*[(50, 50)] * good)).verdict == verdict


@pytest.mark.parametrize(("outside", "verdict"), [(80, "pass"), (81, "refuse")])
def test_half_the_stops_must_lie_inside(outside, verdict) -> None:
    found = Overlap().check(*bins(*[(10, 10)] * 4, (outside, 0)))
    assert found.verdict == verdict
    assert (found.figures["stops_inside"], found.figures["stops_outside"]) == (80, outside)


def test_cells_of_one_bin_are_added_before_they_are_counted() -> None:
    minute = np.array([1020, 1021, 1034, 1022, 1033])
    inside = Overlap().inside(minute, np.array([0, 0, 0, 1, 1]), np.array([4, 4, 2, 5, 5]))
    assert inside.tolist() == [True] * 5
    assert Overlap().inside(minute, np.array([0, 0, 0, 1, 1]), np.array([4, 4, 1, 5, 5])).tolist() == [False] * 5


def test_an_empty_window_is_refused() -> None:
    nothing = np.array([], dtype=int)
    assert Overlap().check(nothing, nothing, nothing).verdict == "refuse"
    assert Overlap().inside(nothing, nothing, nothing).size == 0
