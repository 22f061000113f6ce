"""Natural splines against R's definition: span, straight ends, knots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths.spline import natural_spline, quantile7

VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=40)


@given(VALUES, st.floats(0, 1))
def test_quantiles_agree_with_numpy_linear(values, q):
    # numpy's default method is Hyndman and Fan's type 7; whole numbers, so only rounding may differ
    assert quantile7(values, q)[0] == pytest.approx(np.quantile(values, q), abs=1e-9)


@given(VALUES, st.floats(0, 1), st.randoms())
def test_a_weight_is_that_many_repeats_and_order_never_matters(values, q, random):
    repeated = random.sample(values, len(values))
    distinct, counts = np.unique(values, return_counts=True)
    assert quantile7(distinct, q, counts)[0] == quantile7(repeated, q)[0]


def truncated_powers(x, knots):
    """Natural cubic splines as Hastie, Tibshirani and Friedman write them (2009, 5.4): same span, with constant."""
    powers = np.maximum(x[:, None] - knots, 0) ** 3
    last = powers[:, -1:]
    slopes = (powers[:, :-1] - last) / (knots[-1] - knots[:-1])
    return np.column_stack([np.ones(len(x)), x, slopes[:, :-1] - slopes[:, -1:]])


@pytest.mark.parametrize("df", [1, 2, 3, 6])
def test_the_basis_spans_the_natural_splines_of_the_textbook(df):
    x = np.random.default_rng(3).gamma(4, 60, 500)
    knots = np.quantile(x, np.arange(df + 1) / df)
    ours = np.column_stack([np.ones(len(x)), natural_spline(x, df)])
    theirs = truncated_powers(x, knots)
    left = theirs - ours @ np.linalg.lstsq(ours, theirs)[0]
    # relative to the size of a cube of the range; the two bases are conditioned very differently
    assert ours.shape[1] == df + 1 == np.linalg.matrix_rank(ours)
    assert np.abs(left).max() < 1e-9 * np.abs(theirs).max()


def test_weights_place_the_knots_as_repeated_values_do():
    minutes, counts = np.array([1000.0, 1010, 1030, 1060, 1100, 1150]), np.array([5, 1, 9, 2, 8, 3])
    repeated = np.repeat(minutes, counts)
    assert natural_spline(minutes, 3, counts) == pytest.approx(
        natural_spline(repeated, 3)[np.cumsum(counts) - 1], abs=1e-12
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: natural_spline([1.0, 1, 1, 2], 3), "two of 4 knots on one"),
        (lambda: natural_spline([1.0, 2], 0), "df of 1 or more"),
        (lambda: natural_spline([1.0, np.nan], 1), "finite numbers"),
        (lambda: quantile7([], 0.5), "at least one"),
        (lambda: quantile7([1, 2], 1.5), "between 0 and 1"),
        (lambda: quantile7([1, 2], 0.5, [1, 0.5]), "whole numbers"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
