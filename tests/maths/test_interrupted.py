"""Interrupted series: errors against statsmodels, the deficit against its definition, placebos against worlds."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import interrupted, poisson

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
EVENT, WEEKS = 208, 8


def calls(seed, fall=0.0, length=EVENT + WEEKS, carried=0.5, size=200, drifts=0.08):
    """Weekly calls with seasons, a trend and a drift of 8 % that carries over; a fall from the event on."""
    rng, week = np.random.default_rng(seed), np.arange(length)
    drift = rng.normal(0, drifts, length)
    for at in range(1, length):
        drift[at] = carried * drift[at - 1] + math.sqrt(1 - carried**2) * drift[at]
    seasons = 0.15 * np.sin(2 * math.pi * week / 52.18 + 1) + 0.02 * week / 52
    return rng.poisson(size * np.exp(seasons + drift) * np.where(week >= EVENT, 1 - fall, 1))


def errors_of_level_and_slope(found):
    return [
        math.log(ends.high / ends.value) / interrupted.intervals.student(0, 1, found.df).high
        for ends in (found.level, found.slope)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coefficients_and_errors_agree_with_statsmodels(seed):
    y = calls(seed, 0.1, EVENT + 30, carried=0.9)
    found = interrupted.fit(y, EVENT, 30)
    design = interrupted._design(EVENT + 30, EVENT, 2)
    model = sm.GLM(y, design, family=sm.families.Poisson())
    newey_west = model.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True})
    quasi = model.fit(scale="X2")
    assert [math.log(found.level.value), math.log(found.slope.value)] == pytest.approx(newey_west.params[-2:], abs=1e-6)
    # statsmodels stops its steps at a deviance change of 1e-8
    wider = np.maximum(newey_west.bse, quasi.bse)[-2:]
    assert errors_of_level_and_slope(found) == pytest.approx(wider, rel=1e-4)


def test_the_deficit_is_the_expected_less_the_seen():
    y = calls(4, 0.2)
    found = interrupted.fit(y, EVENT, WEEKS)
    design = interrupted._design(EVENT + WEEKS, EVENT, 2)
    coef = poisson.fit(design, y, np.ones(len(y))).coef
    expected = np.exp(design[EVENT:, :-2] @ coef[:-2]).sum()
    assert found.seen == y[EVENT:].sum()
    assert found.expected == pytest.approx(expected, rel=ROUNDING)
    assert found.deficit.value == pytest.approx(expected - found.seen, rel=1e-7)
    assert found.share.value == pytest.approx(1 - found.seen / expected, rel=ROUNDING)
    # level and slope are free in the window, so the model's calls there are the calls seen
    assert np.exp(design[EVENT:] @ coef).sum() == pytest.approx(found.seen, rel=1e-7)


def test_the_expected_are_the_fitted_before_the_event_and_sum_to_the_deficit_after_it():
    y, control = calls(8, 0.2), calls(9)
    expected = interrupted.expected(y, EVENT, WEEKS, control)
    found = interrupted.fit(y, EVENT, WEEKS, control)
    assert expected[EVENT:].sum() == pytest.approx(found.expected, rel=ROUNDING)
    # a model with a level fits the sum of the weeks it is fitted to; level and slope of the window take up the rest
    assert expected[:EVENT].sum() == pytest.approx(y[:EVENT].sum(), rel=1e-7)


def test_weeks_after_the_window_change_nothing():
    y = calls(5, 0.1, EVENT + 40)
    assert interrupted.fit(y, EVENT, WEEKS) == interrupted.fit(y[: EVENT + WEEKS], EVENT, WEEKS)
    there, back = interrupted.placebo(y, EVENT, WEEKS), interrupted.placebo(y[: EVENT + WEEKS], EVENT, WEEKS)
    assert (there.share, there.p) == (back.share, back.p)


@given(st.integers(0, 50), st.integers(2, 7))
@settings(max_examples=10, deadline=None)
def test_a_control_has_no_unit_and_one_that_never_moves_is_none(seed, times):
    y, control = calls(seed), calls(seed + 1000)
    there = interrupted.fit(y, EVENT, WEEKS, control)
    assert interrupted.fit(y, EVENT, WEEKS, control * times).share == pytest.approx(there.share, rel=1e-7)
    plain = interrupted.fit(y, EVENT, WEEKS)
    assert interrupted.fit(y, EVENT, WEEKS, np.full(len(y), times)).share == pytest.approx(plain.share, rel=1e-7)


def test_a_fall_that_the_control_shares_is_no_fall():
    y, control = calls(6, 0.3, size=2000), calls(6, 0.3, size=1500)
    assert interrupted.placebo(y, EVENT, WEEKS).share.low > 0
    assert abs(interrupted.placebo(y, EVENT, WEEKS, control).share.value) < 0.05


def test_placebo_dates_lie_where_they_may_and_answer_as_the_event_would():
    y = calls(7)
    found = interrupted.placebo(y, EVENT, WEEKS, before=120, apart=20)
    assert (found.dates[0], found.dates[-1], found.windows) == (120, EVENT - 20, 9)
    as_event = interrupted.fit(y, 150, WEEKS)
    assert found.shares[150 - 120] == pytest.approx(as_event.share.value, rel=1e-7)
    assert found.share.value == pytest.approx(interrupted.fit(y, EVENT, WEEKS).share.value, rel=1e-7)
    assert found.p == (1 + np.sum(found.shares >= found.share.value)) / (1 + len(found.shares))


def test_the_placebo_interval_holds_a_planted_fall_and_the_models_own_does_not():
    worlds, fall = 80, 0.1
    held = []
    for seed in range(worlds):
        y = calls(seed, fall)
        both = interrupted.placebo(y, EVENT, WEEKS).share, interrupted.fit(y, EVENT, WEEKS).share
        held.append([ends.low <= fall <= ends.high for ends in both])
    placebo, model = np.mean(held, axis=0)
    # 95 % of 80 less 2.9 standard errors; the named weakness of the model's errors is at 84 %
    assert placebo >= 0.879
    assert model < 0.93


def test_without_drift_the_models_intervals_hold_a_planted_fall():
    worlds, fall = 300, 0.1
    held = []
    for seed in range(worlds):
        found = interrupted.fit(calls(seed, fall, drifts=0.0), EVENT, WEEKS)
        deficit = found.expected * fall
        held.append([found.share.low <= fall <= found.share.high, found.deficit.low <= deficit <= found.deficit.high])
    # 95 % of 300 less and plus 2.9 standard errors
    assert np.all(np.abs(np.mean(held, axis=0) - 0.95) <= 0.037)


def test_no_event_in_a_drifting_series_is_rarely_an_alarm():
    worlds, off, ranked = 80, 0, 0
    for seed in range(500, 500 + worlds):
        found = interrupted.placebo(calls(seed), EVENT, WEEKS)
        off += not found.share.low <= 0 <= found.share.high
        ranked += found.p <= 0.05
    # 5 % of 80 plus 1.645 standard errors; the rank's own level is 6 % at 13 windows
    assert off / worlds <= 0.09
    assert ranked / worlds <= 0.06 + 1.645 * math.sqrt(0.06 * 0.94 / worlds)


def test_a_fall_of_a_fifth_is_found():
    found = [interrupted.placebo(calls(seed, 0.2), EVENT, WEEKS) for seed in range(20)]
    assert sum(one.share.low > 0 and one.p <= 0.05 for one in found) >= 16


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: interrupted.fit(calls(1), EVENT, 20), "inside the series"),
        (lambda: interrupted.fit(calls(1), EVENT, 1), "2 weeks or more"),
        (lambda: interrupted.fit(calls(1), EVENT, WEEKS, np.zeros(EVENT + WEEKS)), "control is 0 in 216 weeks"),
        (lambda: interrupted.fit(calls(1), EVENT, WEEKS, [1, 2]), "in the same weeks"),
        (lambda: interrupted.fit(calls(1, 1.0), EVENT, WEEKS), "a series that stops"),
        (lambda: interrupted.fit([5] * 9, 4, 3), "degrees of freedom"),
        (lambda: interrupted.placebo(calls(1), 112, WEEKS), "give a longer series"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
