"""Worst corners against fillings counted by hand."""

import numpy as np
import pytest

from evenhand.maths.corners import (
    Counts,
    OutcomeUnknown,
    RaceUnknown,
    over_outcome,
    over_race,
    risk_difference,
)

NONE = np.zeros(1)


def counts(*numbers: float) -> Counts:
    return Counts(*(np.array([float(number)]) for number in numbers))


def one(number: float) -> np.ndarray:
    return np.array([float(number)])


def test_a_difference_has_its_corners_too() -> None:
    ends = over_race(counts(20, 100, 10, 100), RaceUnknown(one(10), one(50), one(10), one(50)), risk_difference)
    assert ends.low == pytest.approx(20 / 150 - 20 / 110)
    assert ends.high == pytest.approx(30 / 110 - 10 / 150)


def test_nothing_unknown_leaves_the_ratio_alone() -> None:
    known = counts(20, 100, 10, 100)
    assert over_race(known, RaceUnknown(NONE, NONE, NONE, NONE)) == (2.0, 2.0)
    assert over_outcome(known, OutcomeUnknown(NONE, NONE, NONE)) == (2.0, 2.0)


def test_ends_over_race_are_the_two_corners() -> None:
    # 10 events and 50 others of unknown race: high is (30/110)/(10/150), low is (20/150)/(20/110)
    ends = over_race(counts(20, 100, 10, 100), RaceUnknown(one(10), one(50), one(10), one(50)))
    assert ends.low == pytest.approx((20 / 150) / (20 / 110))
    assert ends.high == pytest.approx((30 / 110) / (10 / 150))


def test_rows_that_can_only_be_of_the_group_never_reach_the_reference() -> None:
    ends = over_race(counts(20, 100, 10, 100), RaceUnknown(one(10), one(50), NONE, NONE))
    assert ends.low == pytest.approx((20 / 150) / (10 / 100))
    assert ends.high == pytest.approx((30 / 110) / (10 / 100))


def test_ends_over_outcome_are_the_two_corners() -> None:
    ends = over_outcome(counts(20, 100, 10, 100), OutcomeUnknown(one(20), one(40), NONE))
    assert ends.low == pytest.approx((20 / 120) / (50 / 140))
    assert ends.high == pytest.approx((40 / 120) / (10 / 140))


def test_rows_with_neither_race_nor_outcome_may_fall_anywhere() -> None:
    ends = over_outcome(counts(20, 100, 10, 100), OutcomeUnknown(NONE, NONE, one(100)))
    assert ends.low == pytest.approx((20 / 100) / (110 / 200))
    assert ends.high == pytest.approx((120 / 200) / (10 / 100))


def test_swapping_the_groups_inverts_the_ends() -> None:
    x1, n1, x0, n0 = (np.array(part, dtype=float) for part in ([5, 9], [40, 60], [4, 6], [50, 80]))
    may = [np.array(part, dtype=float) for part in ([2, 3], [7, 1], [4, 0], [2, 9])]
    ends = over_race(Counts(x1, n1, x0, n0), RaceUnknown(*may))
    turned = over_race(Counts(x0, n0, x1, n1), RaceUnknown(may[2], may[3], may[0], may[1]))
    # 1e-12: only the order of additions differs
    assert turned == pytest.approx((1 / ends.high, 1 / ends.low), rel=1e-12)


def test_no_known_ratio_is_an_error() -> None:
    with pytest.raises(ValueError, match="no events"):
        over_race(counts(0, 100, 10, 100), RaceUnknown(one(1), NONE, NONE, NONE))
