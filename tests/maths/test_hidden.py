"""Hidden factors: E-values and contours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import hidden


def test_e_value_of_a_limit_whose_root_is_exact():
    # 1.8 x 0.8 = 1.44 = 1.2 squared
    assert hidden.e_value(1.8) == pytest.approx(3.0, rel=1e-12)


@given(st.floats(1.0001, 50))
def test_a_factor_of_twice_the_e_value_explains_exactly_the_limit(limit):
    needed = hidden.e_value(limit)
    assert hidden.explained_by(needed, needed) == pytest.approx(limit, rel=1e-9)


@given(st.floats(1.0001, 50))
def test_a_limit_below_one_is_inverted(limit):
    assert hidden.e_value(1 / limit) == pytest.approx(hidden.e_value(limit), rel=1e-9)


def test_common_odds_enter_as_their_square_root():
    assert hidden.e_value(4.0, common_odds=True) == pytest.approx(hidden.e_value(2.0), rel=1e-12)


def test_no_effect_needs_no_factor():
    assert hidden.e_value(1.0) == 1.0


@given(st.floats(1.01, 20), st.integers(2, 50))
def test_every_point_of_the_contour_explains_the_limit(limit, points):
    u, v = hidden.contour(limit, points)
    assert len(u) == len(v) == points
    assert [hidden.explained_by(*pair) for pair in zip(u, v, strict=True)] == pytest.approx(
        np.full(points, limit), rel=1e-9
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: hidden.e_value(0.0), "positive"),
        (lambda: hidden.e_value(float("inf")), "finite"),
        (lambda: hidden.e_value(-1.0, common_odds=True), "positive"),
        (lambda: hidden.explained_by(0.9, 2.0), "at least 1"),
        (lambda: hidden.contour(1.0, 10), "other than 1"),
        (lambda: hidden.contour(2.0, 1), "2 points"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
