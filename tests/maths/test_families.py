"""The Beta family of risks against draws of its own definition."""

import numpy as np
import pytest

from evenhand.maths.families import beta_rates


def test_rates_are_those_of_people_drawn_from_the_family():
    risk = np.random.default_rng(20170301).beta(6 * 0.3, 6 * 0.7, 400_000)
    rates = beta_rates(0.3, 6.0, 0.25)
    # five standard errors of 400,000 draws: 5 x 0.5 / sqrt(400,000) = 0.004
    assert float(rates.search) == pytest.approx(np.mean(risk > 0.25), abs=0.004)
    assert float(rates.hit) == pytest.approx(risk[risk > 0.25].mean(), abs=0.004)


def test_searching_everyone_hits_at_the_mean_risk():
    rates = beta_rates([0.1, 0.4], 5.0, 0.0)
    assert rates.search == pytest.approx([1, 1])
    assert rates.hit == pytest.approx([0.1, 0.4])


def test_two_groups_show_the_same_rates_under_opposite_thresholds():
    """Infra-marginality: (.354, .304) and (.3878, .351) against (.352, .3) and (.3385, .254); printed digits."""
    rates = beta_rates([0.352, 0.3878, 0.354, 0.3385], [28.98, 26.48, 30.59, 6.19], [0.3, 0.351, 0.304, 0.254])
    assert rates.search == pytest.approx([0.71, 0.64, 0.71, 0.64], abs=0.005)
    assert rates.hit == pytest.approx([0.39, 0.44, 0.39, 0.44], abs=0.005)


@pytest.mark.parametrize(
    ("phi", "lam", "threshold", "sentence"),
    [
        (0.0, 5.0, 0.2, "means must lie inside"),
        (0.3, 0.0, 0.2, "sizes be positive"),
        (0.3, 5.0, 1.0, "thresholds"),
        (1e-9, 1e9, 0.999, "nobody to search"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(phi, lam, threshold, sentence):
    with pytest.raises(ValueError, match=sentence):
        beta_rates(phi, lam, threshold)
