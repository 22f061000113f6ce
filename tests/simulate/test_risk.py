"""Distributions of risk against closed forms, integrals and draws."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, norm

from evenhand.simulate.risk import RISKS, Beta, Discriminant


@pytest.mark.parametrize(
    ("risk", "search", "hit"),
    [
        (Beta(0.352, 28.98, 0.3), 0.71, 0.39),
        (Beta(0.3878, 26.48, 0.351), 0.64, 0.44),
        (Beta(0.354, 30.59, 0.304), 0.71, 0.39),
        (Beta(0.3385, 6.19, 0.254), 0.64, 0.44),
    ],
)
def test_the_four_published_pairs(risk, search, hit):
    # METHODS O4, printed digits
    assert risk.search_rate == pytest.approx(search, abs=0.005)
    assert risk.hit_rate == pytest.approx(hit, abs=0.005)


def test_beta_rates_are_the_integrals_they_stand_for():
    risk = Beta(0.1, 6, 0.25)
    density = beta(0.6, 5.4).pdf
    searched = quad(density, 0.25, 1)[0]
    assert risk.search_rate == pytest.approx(searched, abs=1e-9)
    assert risk.hit_rate == pytest.approx(quad(lambda p: p * density(p), 0.25, 1)[0] / searched, abs=1e-9)


def test_discriminant_rates_are_the_integrals_they_stand_for():
    risk = Discriminant(0.1, 1.5, 0.25)

    def carries(signal):
        return 0.1 * norm.pdf(signal, 1.5) / (0.1 * norm.pdf(signal, 1.5) + 0.9 * norm.pdf(signal))

    signals = np.linspace(-10, 12, 2_000_001)
    density = 0.1 * norm.pdf(signals, 1.5) + 0.9 * norm.pdf(signals)
    above = carries(signals) >= 0.25
    searched = density[above].sum() / density.sum()
    assert risk.search_rate == pytest.approx(searched, abs=1e-5)
    assert risk.hit_rate == pytest.approx((density * carries(signals))[above].sum() / density[above].sum(), abs=1e-5)


@pytest.mark.parametrize("family", RISKS)
def test_draws_agree_with_the_rates(family):
    for risk in RISKS[family]["lower_risk"]:
        searched, carrying = risk.search(np.random.default_rng(3), 400_000)
        # four standard errors in 400,000 people and at least 20,000 searches
        assert searched.mean() == pytest.approx(risk.search_rate, abs=0.002)
        assert carrying[searched].mean() == pytest.approx(risk.hit_rate, abs=0.014)


def test_a_shift_of_nothing_changes_nothing():
    for risk in (Beta(0.1, 6, 0.25), Discriminant(0.1, 1.5, 0.25)):
        assert risk.shifted(0, 0).search_rate == pytest.approx(risk.search_rate)
        assert risk.shifted(0, 0.5).search_rate < risk.search_rate < risk.shifted(0.5, 0).search_rate
