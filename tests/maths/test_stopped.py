"""Means among the stopped with each week left out: against the long way round."""

import numpy as np
import pytest

from evenhand.maths import stopped, strata
from evenhand.maths.corners import Counts
from evenhand.maths.decisions import Cells
from evenhand.maths.selection import Bounds


def cells(seed=3, weeks=20, districts=4):
    rng = np.random.default_rng(seed)
    week, district = (part.ravel() for part in np.meshgrid(np.arange(weeks), np.arange(districts)))
    n1, n0 = rng.poisson(20, len(week)) + 1.0, rng.poisson(30, len(week)) + 1.0
    x1, x0 = rng.binomial(n1.astype(int), 0.3), rng.binomial(n0.astype(int), 0.2)
    return Cells({"place": district.astype(str)}, week, Counts(x1.astype(float), n1, x0.astype(float), n0))


def test_the_means_differ_by_mantel_and_haenszels_difference():
    found = cells()
    at = stopped.means(found.compared)
    # rounding of sums
    assert at.e1 - at.e0 == pytest.approx(strata.mantel_haenszel_difference(*found.compared).value, abs=1e-12)
    assert at.p1 == found.counts.n1.sum() / (found.counts.n1.sum() + found.counts.n0.sum())


def test_strata_of_one_group_are_not_in_the_groups_share():
    at = stopped.means(Counts(*(np.array(part, dtype=float) for part in ([3, 9], [10, 90], [2, 0], [10, 0]))))
    assert at == pytest.approx((0.3, 0.2, 0.5))


def test_each_week_left_out_is_the_means_of_the_others():
    found = cells()
    left_out = stopped.without_each_week(found)
    assert len(left_out) == 20
    kept = found.week != 7
    others = Cells({"place": found.strata["place"][kept]}, found.week[kept], Counts(*(p[kept] for p in found.counts)))
    # rounding of a total less a part
    assert left_out[7] == pytest.approx(stopped.means(others.compared), abs=1e-12)


def test_the_jackknife_is_that_of_the_strata():
    found = cells()
    left_out = stopped.without_each_week(found)

    def difference(x1, n1, x0, n0):
        return strata.mantel_haenszel_difference(x1, n1, x0, n0).value

    expected = strata.jackknife(*found.counts, found.week, difference, found.code("place"))
    assert stopped.jackknife([each.e1 - each.e0 for each in left_out]) == pytest.approx(expected, rel=1e-9)


def test_a_point_has_students_interval():
    found = cells()
    at, left_out = stopped.means(found.compared), stopped.without_each_week(found)
    low, high = stopped.interval(lambda m: Bounds(m.e1, m.e1), at, left_out)
    se = stopped.jackknife([each.e1 for each in left_out])
    # t at 0.975 with 19 degrees of freedom, to the digits any table prints
    assert (at.e1 - low, high - at.e1) == pytest.approx((2.093024 * se, 2.093024 * se), rel=1e-5)


def test_wide_bounds_move_out_by_the_one_sided_quantile():
    found = cells()
    at, left_out = stopped.means(found.compared), stopped.without_each_week(found)
    low, high = stopped.interval(lambda m: Bounds(m.e0 - 5, m.e1 + 5), at, left_out)
    # 1.644854, the normal one-sided quantile, times t over z as for a point
    reach = 1.644854 * 2.093024 / 1.959964
    assert at.e0 - 5 - low == pytest.approx(reach * stopped.jackknife([m.e0 for m in left_out]), rel=1e-5)
    assert high - at.e1 - 5 == pytest.approx(reach * stopped.jackknife([m.e1 for m in left_out]), rel=1e-5)


def test_one_week_leaves_nothing_to_leave_out():
    with pytest.raises(ValueError, match="1 week with stops"):
        stopped.without_each_week(cells(weeks=1))
    with pytest.raises(ValueError, match="needs at least 2"):
        stopped.jackknife([0.3])
    with pytest.raises(ValueError, match="between 0 and 1"):
        stopped.interval(lambda m: Bounds(m.e0, m.e1), stopped.Means(0.3, 0.2, 0.5), [], 1.5)
