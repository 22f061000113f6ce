"""Intervals over the choice of model: BCa against scipy's, and what must hold of any table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.maths import multiple_systems, reselection
from evenhand.maths.lists import Cells

SPINA_BIFIDA = Cells(3, np.array([60, 49, 4, 247, 112, 142, 12]))
PALEMBANG = Cells(3, np.array([5, 5, 54, 41, 6, 0, 12]))


def test_bca_agrees_with_scipy():
    """On a mean, whose jackknife and draws can be had both ways."""
    values = np.random.default_rng(3).gamma(1.5, size=40)
    result = stats.bootstrap((values,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(4))
    left_out = (values.sum() - values) / (len(values) - 1)
    acceleration = reselection.bca_acceleration(left_out, np.ones(len(values)))
    ours = reselection.bca(result.bootstrap_distribution, float(values.mean()), acceleration, 0.95)
    # scipy counts draws equal to the value by half and takes quantiles of another kind
    assert ours == pytest.approx(tuple(result.confidence_interval), rel=2e-3)


@given(st.lists(st.floats(-50, 50), min_size=4, max_size=40), st.data())
def test_weights_of_the_jackknife_are_repetitions(left_out, data):
    weight = data.draw(st.lists(st.integers(1, 5), min_size=len(left_out), max_size=len(left_out)))
    spelled_out = np.repeat(left_out, weight)
    together = reselection.bca_acceleration(np.array(left_out), np.array(weight, float))
    assert together == pytest.approx(reselection.bca_acceleration(spelled_out, np.ones(len(spelled_out))), abs=1e-9)


def test_nothing_skewed_and_half_below_leaves_the_plain_quantiles():
    draws = np.arange(1.0, 1001)
    assert reselection.bca(draws, 500.5, 0.0, 0.9) == pytest.approx(
        np.quantile(draws, [0.05, 0.95], method="median_unbiased")
    )


def test_draws_all_on_one_side_have_no_interval():
    with pytest.raises(ValueError, match="100% of 3 draws are below the estimate"):
        reselection.bca(np.array([1.0, 2, 3]), 9.0, 0.0, 0.95)


def test_the_interval_holds_the_total_and_counts_every_draw():
    found = reselection.lowest_bic(SPINA_BIFIDA, draws=200)
    assert found.total == multiple_systems.lowest_bic(SPINA_BIFIDA).total
    assert found.low < found.total < found.high
    assert len(found.draws) + found.without == 200
    assert sum(found.chosen.values()) == len(found.draws)


def test_stepwise_chooses_anew_too():
    found = reselection.stepwise(PALEMBANG, draws=100)
    assert found.total == multiple_systems.stepwise(PALEMBANG).total
    assert len(found.chosen) > 1
    assert len(found.draws) + found.without == 100


def test_the_same_seed_draws_the_same_and_another_does_not():
    one, again, other = (reselection.lowest_bic(PALEMBANG, draws=50, seed=seed).draws for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_jackknife_of_palembang_is_that_of_another_implementation():
    """-0.008783628: asserted in the tests of MultipleSystemsEstimation for R (Silverman), printed digits."""
    assert reselection.lowest_bic(PALEMBANG, draws=50).acceleration == pytest.approx(-0.008783628, abs=5e-10)


def test_a_table_that_needs_each_of_its_people_has_no_interval():
    cells = Cells(3, np.array([0, 0, 4, 1, 0, 0, 4]))
    assert np.isfinite(multiple_systems.rank(cells).total[0])
    with pytest.raises(ValueError, match="with one person less no model has an answer"):
        reselection.lowest_bic(cells, draws=20)


def test_cells_that_cannot_say_are_refused():
    few = Cells(3, np.array([40, 30, 6, 20, 0, 0, 0]))
    for reselect in (reselection.lowest_bic, reselection.stepwise):
        with pytest.raises(ValueError, match="needs at least 7"):
            reselect(few)


def test_a_jackknife_of_tiny_differences_has_the_acceleration_of_large_ones():
    tiny, large = (np.array([0.0, 0.0, 0.0, end]) for end in (5.3e-133, 53.0))
    assert reselection.bca_acceleration(tiny, np.ones(4)) == pytest.approx(
        reselection.bca_acceleration(large, np.ones(4)), rel=1e-12
    )
    assert reselection.bca_acceleration(np.zeros(4), np.ones(4)) == 0.0
