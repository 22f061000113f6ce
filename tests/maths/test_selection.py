"""Selection bounds against planted principal strata and worked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import selection

UNIT = st.floats(0, 1)


def test_the_worked_example():
    assert selection.effect_among_stopped(0.30, 0.25, 0.32) == pytest.approx(0.13, abs=1e-12)
    assert selection.average_effect_bounds(0.30, 0.25, 0.6, 0.32) == pytest.approx((0.098, 0.154471), abs=1e-6)


@given(UNIT, UNIT, UNIT)
def test_without_racial_stops_everything_is_the_plain_difference(e1, e0, p1):
    assert selection.effect_among_stopped(e1, e0, 0.0) == e1 - e0
    assert selection.average_effect_bounds(e1, e0, p1, 0.0) == (e1 - e0, e1 - e0)


@given(UNIT, UNIT, UNIT, st.floats(0.001, 0.95))
def test_the_low_end_never_passes_the_high_end(e1, e0, p1, rho):
    bounds = selection.average_effect_bounds(e1, e0, p1, rho)
    assert bounds.low <= bounds.high + 1e-12


@given(always=st.floats(0, 1), without_race=st.floats(0, 1), share=st.floats(0, 1), p1=UNIT, rho=st.floats(0.01, 0.9))
def test_the_bounds_hold_planted_principal_strata(always, without_race, share, p1, rho):
    """Always-stopped people and racially stopped people (less severe, and untouched when not stopped)."""
    racial = share * always  # racial stops are no more severe
    e1 = (1 - rho) * always + rho * racial
    e0 = without_race
    # a stop that would not have been made of a reference person has outcome 0 there
    effect_on_group = (1 - rho) * (always - e0) + rho * racial
    effect_on_reference = always - e0
    average = p1 * effect_on_group + (1 - p1) * effect_on_reference
    assert selection.effect_among_stopped(e1, e0, rho) == pytest.approx(effect_on_group, abs=1e-9)
    low, high = selection.average_effect_bounds(e1, e0, p1, rho)
    assert low - 1e-9 <= average <= high + 1e-9


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_the_sign_changes_where_it_is_said_to(e1, e0):
    rho = selection.sign_change(e1, e0)
    if rho is None:
        assert e1 >= e0
    else:
        assert selection.effect_among_stopped(e1, e0, rho) == pytest.approx(0, abs=1e-12)


def test_a_group_with_no_outcomes_never_changes_sign():
    assert selection.sign_change(0.0, 0.2) is None


def test_full_recording_leaves_the_mean_and_none_leaves_the_bounds():
    assert selection.with_recording(0.3, 1.0) == (0.3, 0.3)
    assert selection.with_recording(0.3, 0.0, 0.1, 0.6) == (0.1, 0.6)


def test_imbens_manski_runs_from_two_sided_for_a_point_to_one_sided_for_wide_bounds():
    # normal quantiles at 0.975 and 0.95, to the digits printed in any table
    assert selection.imbens_manski(0, 0, 1, 1) == pytest.approx((-1.959964, 1.959964), abs=1e-6)
    assert selection.imbens_manski(0, 1000, 1, 1) == pytest.approx((-1.644854, 1001.644854), abs=1e-6)


def test_imbens_manski_covers_the_worst_point_at_the_stated_rate():
    """The truth sits on the low end: coverage of the interval built from noisy ends is 95 %."""
    low, high = selection.imbens_manski(0.0, 0.3, 0.2, 0.2)
    moves = np.random.default_rng(7).normal(0, 0.2, 200_000)
    covered = np.mean((moves + low <= 0) & (moves + high >= 0))
    # four Monte-Carlo standard errors of 200,000 draws
    assert covered == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / 200_000) ** 0.5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: selection.effect_among_stopped(1.2, 0.3, 0.1), "between 0 and 1"),
        (lambda: selection.effect_among_stopped(0.2, 0.3, 1.0), "below 1"),
        (lambda: selection.average_effect_bounds(0.2, 0.3, 1.5, 0.2), "share of stops"),
        (lambda: selection.with_recording(0.3, 0.5, 0.8, 0.2), "must lie in 0 to 1"),
        (lambda: selection.imbens_manski(1, 0, 1, 1), "low end first"),
        (lambda: selection.imbens_manski(0, 1, -1, 1), "not negative"),
        (lambda: selection.imbens_manski(0, 1, 1, 1, 0.0), "confidence"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_bounds_known_exactly_stay_as_they_are():
    assert selection.imbens_manski(0.1, 0.4, 0.0, 0.0) == (0.1, 0.4)
