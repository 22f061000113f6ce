"""Rates over exposure: against closed forms, another model and hand arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import exposure, poisson
from evenhand.maths.exposure import Places


def places(group, reference, exposure_group, exposure_reference, unknown=None):
    columns = (group, reference, unknown or [0] * len(group), exposure_group, exposure_reference)
    names = tuple(f"p{at}" for at in range(len(group)))
    return Places(names, *(np.asarray(column, dtype=float) for column in columns))


THREE = places([30, 12, 50], [40, 30, 20], [100, 50, 300], [200, 100, 150], unknown=[10, 5, 20])


def test_inside_places_it_is_the_conditional_logit_with_offset():
    """Given each place's total the group's count is binomial: the same likelihood by another library."""
    import statsmodels.api as sm

    events = np.column_stack([THREE.group, THREE.reference])
    offset = np.log(THREE.exposure_group / THREE.exposure_reference)
    reference = sm.GLM(events, np.ones((3, 1)), family=sm.families.Binomial(), offset=offset).fit()
    found = exposure.by_place(THREE)
    # two solvers of one likelihood
    assert np.log(found.value) == pytest.approx(reference.params[0], abs=1e-8)
    # X^2 of the Poisson cells is X^2 of the binomial ones
    assert found.dispersion == pytest.approx(reference.pearson_chi2 / 2, abs=1e-8)
    assert found.se_quasi == pytest.approx(reference.bse[0] * np.sqrt(found.dispersion), abs=1e-8)
    assert found.df == 2


@given(st.lists(st.tuples(*[st.integers(1, 500)] * 4), min_size=3, max_size=12))
def test_inside_places_it_is_the_poisson_model_with_an_effect_a_place(rows):
    group, reference, e1, e0 = (list(column) for column in zip(*rows, strict=True))
    found, count = exposure.by_place(places(group, reference, e1, e0)), len(rows)
    sides = np.repeat([1.0, 0.0], count)[:, None]
    fit = poisson.fit(sides, group + reference, e1 + e0, effect=np.tile(np.arange(count), 2))
    # two solvers of one likelihood, each to about 1e-9 of the log ratio
    assert np.log(found.value) == pytest.approx(fit.coef[0], abs=1e-6)
    # where places agree exactly phi is 0, but for what is left of a log ratio known to 1e-6: counts times its square
    left = 1e-12 * (sum(group) + sum(reference))
    assert found.dispersion == pytest.approx(fit.dispersion, rel=1e-6, abs=left)
    # the variance is the model's times phi, and known as well as phi is
    assert found.se_quasi**2 == pytest.approx(fit.se_quasi[0] ** 2, rel=2e-6, abs=left * fit.se_model[0] ** 2)
    assert found.df == fit.df_residual


def test_the_jackknife_leaves_each_place_out_and_the_wider_error_is_used():
    found = exposure.by_place(THREE)
    left_out = np.log(list(exposure.leave_one_out(THREE).values()))
    assert found.se_jackknife == pytest.approx(np.sqrt(2 / 3 * np.sum((left_out - left_out.mean()) ** 2)), rel=1e-9)
    assert found.se == max(found.se_quasi, found.se_jackknife)
    # one large place unlike many small ones: phi averages over places, the jackknife does not
    uneven = places([400, *[9, 11] * 10], [100, *[10] * 20], [1000, *[50] * 20], [1000, *[50] * 20])
    assert exposure.by_place(uneven).se == exposure.by_place(uneven).se_jackknife > exposure.by_place(uneven).se_quasi


def test_a_place_that_holds_all_events_of_a_side_leaves_no_jackknife():
    alone = places([30, 0, 0], [40, 30, 20], [100, 50, 300], [200, 100, 150])
    found = exposure.by_place(alone)
    assert found.se_jackknife is None
    assert found.se == found.se_quasi
    assert list(exposure.leave_one_out(alone)) == ["p1", "p2"]


def test_leaving_one_of_two_places_out_is_an_error():
    with pytest.raises(ValueError, match="leaving one out needs 3"):
        exposure.leave_one_out(places([3, 4], [5, 6], [1, 1], [1, 1]))


@pytest.mark.parametrize("times", [1e-6, 1.0, 1e6])
def test_exposures_of_any_size_find_the_ratio(times):
    """Events at a ratio of 3 exactly, exposures lopsided by six orders of magnitude."""
    exposed = places([30, 60, 90], [10, 20, 30], [10 * times, 20 * times, 30 * times], [10, 20, 30])
    assert exposure.by_place(exposed).value * times == pytest.approx(3, rel=1e-9)


def test_limits_are_students():
    found = exposure.by_place(THREE)
    # t at 0.975 with 2 degrees of freedom, to the digits any table prints
    assert np.log(found.high / found.value) == pytest.approx(4.302653 * found.se, abs=1e-6)
    assert np.log(found.value / found.low) == pytest.approx(4.302653 * found.se, abs=1e-6)


def test_relabelling_the_sides_inverts_the_ratio():
    swapped = Places(
        THREE.names, THREE.reference, THREE.group, THREE.unknown, THREE.exposure_reference, THREE.exposure_group
    )
    for ratio in (exposure.by_place, exposure.together):
        one, other = ratio(THREE), ratio(swapped)
        # the solver's own tolerance, and rounding of a quotient
        assert one.value * other.value == pytest.approx(1, abs=1e-9)
        assert one.low * other.high == pytest.approx(1, abs=1e-9)


def test_a_place_without_exposure_of_one_side_or_without_events_says_nothing():
    more = places([30, 12, 50, 0, 9], [40, 30, 20, 0, 0], [100, 50, 300, 70, 80], [200, 100, 150, 90, 0])
    assert exposure.by_place(more) == pytest.approx(exposure.by_place(THREE), abs=1e-12)


def test_events_without_exposure_are_named():
    wrong = places([3, 0], [4, 5], [10, 10], [0, 20])
    assert exposure.unexposed(wrong) == [("p0", "reference", 4)]
    assert exposure.unexposed(THREE) == []


@given(st.lists(st.tuples(*[st.integers(1, 60)] * 5), min_size=2, max_size=6))
def test_at_the_tipping_share_the_ratio_is_one(rows):
    group, reference, unknown, e1, e0 = (list(column) for column in zip(*rows, strict=True))
    found = places(group, reference, e1, e0, unknown)
    share = exposure.tipping_share(found).share
    n1, n0 = found.group.sum() + share * sum(unknown), found.reference.sum() + (1 - share) * sum(unknown)
    # rounding of sums of numbers below a thousand
    assert n1 * sum(e0) == pytest.approx(n0 * sum(e1), rel=1e-9, abs=1e-6)


def test_at_the_tipping_share_by_place_the_fitted_ratio_is_one():
    share = exposure.tipping_share_by_place(THREE).share
    assert 0 < share < 1
    tipped = places(
        list(THREE.group + share * THREE.unknown),
        list(THREE.reference + (1 - share) * THREE.unknown),
        list(THREE.exposure_group),
        list(THREE.exposure_reference),
    )
    # the solver's tolerance
    assert exposure.by_place(tipped).value == pytest.approx(1, abs=1e-8)


def test_the_tipping_share_is_the_formula_of_the_protocol():
    # METHODS 4.1: [E1 (n0 + U) - E0 n1]/[U (E1 + E0)] with n 92 and 90, U 35, E 450 and 450
    assert exposure.tipping_share(THREE).share == pytest.approx((450 * (90 + 35) - 450 * 92) / (35 * 900), abs=1e-12)


def test_a_tipping_share_needs_something_unknown():
    with pytest.raises(ValueError, match="no share to tip"):
        exposure.tipping_share(places([3, 4], [5, 6], [1, 1], [1, 1]))


def test_the_corners_put_all_unknown_on_one_side():
    low, high = exposure.unknown_to_reference(THREE), exposure.unknown_to_group(THREE)
    assert (low.group.sum(), low.reference.sum()) == (92, 125)
    assert (high.group.sum(), high.reference.sum()) == (127, 90)
    assert exposure.by_place(low).value < exposure.by_place(THREE).value < exposure.by_place(high).value


def test_unknown_events_go_to_no_side_without_exposure():
    found = places([0, 5], [4, 5], [0, 10], [10, 20], unknown=[7, 2])
    assert list(exposure.unknown_to_group(found).group) == [0, 7]


def test_one_place_left_out_at_a_time():
    ratios = exposure.leave_one_out(THREE)
    without_first = places([12, 50], [30, 20], [50, 300], [100, 150])
    assert list(ratios) == ["p0", "p1", "p2"]
    assert ratios["p0"] == pytest.approx(exposure.by_place(without_first).value, abs=1e-12)


@pytest.mark.parametrize(
    "found", [places([3], [4], [10], [10]), places([0, 0], [4, 5], [10, 10], [10, 10])], ids=["one place", "no events"]
)
def test_inside_places_needs_two_places_and_events_on_both_sides(found):
    with pytest.raises(ValueError, match="at least 2 places and events on both sides"):
        exposure.by_place(found)


def test_columns_of_unequal_length_or_negative_are_an_error():
    with pytest.raises(ValueError, match="none negative"):
        places([3, -1], [4, 5], [10, 10], [10, 10])
    with pytest.raises(ValueError, match="one count and one exposure"):
        places([3, 1], [4], [10, 10], [10, 10])


def test_a_count_has_the_exact_limits_of_chi_square_tables():
    # Garwood 1936: half the 0.025 and 0.975 points of chi-square with 2x and 2x + 2 degrees of freedom
    assert exposure.count(10) == pytest.approx((10, 4.795389, 18.390356), abs=1e-6)
    assert exposure.count(0) == pytest.approx((0, 0, 3.688879), abs=1e-6)
    with pytest.raises(ValueError, match="expected 0 or more"):
        exposure.count(-1)
