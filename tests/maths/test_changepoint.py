"""One change: the posterior against direct integration, the intervals against planted changes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import gamma, nbinom, poisson

from evenhand.maths import changepoint

# the same sums in another order
ROUNDING = 1e-9
COUNTS = st.lists(st.integers(0, 12), min_size=3, max_size=12).filter(any)
PRIORS = st.floats(0.2, 3)


def planted(rng, before, after, at, n, clumping=0.0):
    spread = rng.gamma(1 / clumping, clumping, n) if clumping else 1.0
    return rng.poisson(np.where(np.arange(n) <= at, before, after) * spread)


@given(COUNTS, PRIORS, PRIORS)
@settings(max_examples=20, deadline=None)
def test_the_weights_are_what_integrating_over_both_rates_gives(counts, shape, rate):
    # evenly in the log of the rate: there every density is smooth, also one infinite at 0
    levels = np.exp(np.linspace(-60, 6, 20_001))
    prior = gamma.pdf(levels, shape, scale=1 / rate) * levels * (66 / 20_000)

    def stretch(events):
        return float(prior @ np.prod([poisson.pmf(count, levels) for count in events], axis=0))

    direct = np.array([stretch(counts[: t + 1]) * stretch(counts[t + 1 :]) for t in range(len(counts) - 1)])
    ours = changepoint.posterior(counts, shape, rate)
    # what lies below e^-60 under a prior of shape 0.2 is e^-12 of it
    assert ours.weights == pytest.approx(direct / direct.sum(), abs=1e-5)
    assert ours.log_bayes_factor == pytest.approx(math.log(direct.mean() / stretch(counts)), abs=2e-5)


def test_the_rates_and_their_ratio_are_those_of_draws_from_the_posterior():
    rng = np.random.default_rng(7)
    y = planted(rng, 3, 5, 20, 50)
    ours = changepoint.posterior(y)
    at = rng.choice(49, size=200_000, p=ours.weights)
    up_to = np.cumsum(y)[at]
    before = rng.gamma(0.5 + up_to) / (1 + at + 1)
    after = rng.gamma(0.5 + y.sum() - up_to) / (1 + 49 - at)
    for interval, drawn in ((ours.before, before), (ours.after, after), (ours.ratio, after / before)):
        # 200,000 draws: a quantile's own error is below half a per cent here
        assert interval == pytest.approx(np.quantile(drawn, [0.5, 0.025, 0.975]), rel=0.01)


@given(COUNTS)
def test_the_likeliest_change_is_what_trying_every_period_finds(counts):
    def log_likelihood(t):
        first, rest = counts[: t + 1], counts[t + 1 :]
        return sum(float(poisson.logpmf(part, np.mean(part)).sum()) for part in (first, rest))

    found = changepoint.likeliest(counts)
    best = max(range(len(counts) - 1), key=log_likelihood)
    assert log_likelihood(found.last) == pytest.approx(log_likelihood(best), abs=ROUNDING)
    assert (found.before, found.after) == pytest.approx(
        (np.mean(counts[: found.last + 1]), np.mean(counts[found.last + 1 :]))
    )


@given(COUNTS, PRIORS)
def test_reading_the_series_backwards_turns_the_answer_round(counts, shape):
    there, back = changepoint.posterior(counts, shape), changepoint.posterior(counts[::-1], shape)
    assert there.weights == pytest.approx(back.weights[::-1], abs=ROUNDING)
    assert there.log_bayes_factor == pytest.approx(back.log_bayes_factor, abs=1e-8)
    assert there.before == pytest.approx(back.after, rel=1e-6)
    assert there.ratio == pytest.approx((1 / back.ratio.value, 1 / back.ratio.high, 1 / back.ratio.low), rel=1e-6)


@given(COUNTS)
def test_order_inside_a_stretch_never_matters_to_its_period(counts):
    evidence = changepoint.evidence(counts)[0]
    middle = len(counts) // 2
    other = [*sorted(counts[:middle]), *sorted(counts[middle:])]
    assert changepoint.evidence(other)[0][middle - 1] == pytest.approx(evidence[middle - 1], abs=ROUNDING)


@given(COUNTS, st.floats(0.01, 3))
def test_the_clumped_likelihood_is_scipys_negative_binomial(counts, alpha):
    y = np.array(counts)
    mean = y.mean()
    theirs = nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)) + [math.lgamma(count + 1) for count in counts]
    ours = changepoint.log_likelihood(y, np.full((1, len(y)), mean), alpha)
    assert ours[0] == pytest.approx(theirs.sum(), rel=1e-8, abs=1e-8)


@given(COUNTS)
def test_no_clumping_is_the_limit_of_little(counts):
    means = changepoint.rates_around(counts)
    assume(np.all(means > 0))
    # alpha = 1e-7 moves a log likelihood of such counts by their squares times alpha
    assert changepoint.log_likelihood(counts, means, 1e-7) == pytest.approx(
        changepoint.log_likelihood(counts, means, 0.0), abs=1e-3
    )


def test_counts_that_do_not_clump_are_found_not_to():
    rng = np.random.default_rng(3)
    even = rng.permutation(np.repeat([4, 5, 6], 20))
    assert changepoint.clumped(even).clumping == 0
    assert changepoint.dispersion(even) < 1


def share_covering(before, after, clumping, worlds=150):
    """Shares of worlds whose interval holds the planted period and the planted ratio: clumped, then Poisson."""
    rng = np.random.default_rng(20)
    series = [planted(rng, before, after, 60, 104, clumping) for _ in range(worlds)]
    held = [
        [(found.low <= 60 <= found.high, found.ratio.low <= after / before <= found.ratio.high) for found in forms]
        for forms in ((changepoint.clumped(y), changepoint.posterior(y)) for y in series)
    ]
    return np.mean(held, axis=0)


def test_both_cover_a_planted_change_in_plain_counts():
    # 95 % of 150 less 2.9 standard errors
    assert np.all(share_covering(3, 6, 0) >= 0.898)


def test_only_the_clumped_form_covers_a_planted_change_in_clumped_counts():
    clumped, plain = share_covering(20, 30, 0.1)
    assert np.all(clumped >= 0.898)
    # the named weakness: Poisson takes clumps for changes
    assert np.all(plain < 0.85)


def test_the_clumped_form_covers_both_planted_rates():
    rng, worlds = np.random.default_rng(21), 150
    found = [changepoint.clumped(planted(rng, 20, 30, 60, 104, 0.1)) for _ in range(worlds)]
    for held in (
        [f.before.low <= 20 <= f.before.high for f in found],
        [f.after.low <= 30 <= f.after.high for f in found],
    ):
        assert np.mean(held) >= 0.898


def test_flat_clumped_weeks_raise_the_plain_alarm_and_not_the_clumped_one():
    rng, worlds = np.random.default_rng(5), 100
    weeks = [planted(rng, 20, 20, 0, 52, 0.3) for _ in range(worlds)]
    ten = math.log(10)
    assert sum(changepoint.clumped(y).log_bayes_factor > ten for y in weeks) <= 5
    assert sum(changepoint.posterior(y).log_bayes_factor > ten for y in weeks) >= 10
    assert sum(changepoint.dispersion(y) > 1.5 for y in weeks) >= 95


def test_a_prior_far_from_the_rate_hides_a_change_that_a_fitting_one_finds():
    y = planted(np.random.default_rng(9), 20, 26, 60, 104)
    plain, fitting = changepoint.posterior(y), changepoint.posterior(y, rate=0.5 / y.mean())
    assert fitting.log_bayes_factor > plain.log_bayes_factor + 3


def test_a_stretch_without_events_still_has_every_number():
    y = [0, 0, 0, 0, 0, 3, 4, 2, 5, 3]
    assert changepoint.likeliest(y) == (4, 0.0, 3.4)
    for found in (changepoint.posterior(y), changepoint.clumped(y)):
        assert found.mode == 4
        assert 0 < found.ratio.low < found.ratio.value < found.ratio.high < math.inf


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: changepoint.likeliest([1, 2]), "3 periods or more"),
        (lambda: changepoint.posterior([0, 0, 0]), "not all can be 0"),
        (lambda: changepoint.posterior([1, 2.5, 3]), "whole"),
        (lambda: changepoint.clumped([1, -2, 3]), "0 or more"),
        (lambda: changepoint.posterior([1, 2, float("nan")]), "whole"),
        (lambda: changepoint.posterior([1, 2, 3], rate=0), "prior"),
        (lambda: changepoint.posterior([1, 2, 3], confidence=1.2), "confidence"),
        (lambda: changepoint.dispersion([1, 2, 3]), "at least 4"),
        (lambda: changepoint.log_likelihood([1, 2, 3], np.ones((1, 3)), -1), "clumping -1"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
