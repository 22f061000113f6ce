"""Fits against maths.poisson, which statsmodels checks, and floors against the fits they stand under."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import hierarchy, loglinear, poisson

# a fit settles when one more step would move it by 1e-8 of a standard error
SETTLED = 1e-7


@st.composite
def tables(draw):
    """Tables of three or four lists without a 0, so that every model has an answer; a few models of each."""
    lists = draw(st.integers(3, 4))
    counts = np.array(draw(st.lists(st.integers(1, 40), min_size=2**lists - 1, max_size=2**lists - 1)), float)
    order = lists - 1
    models = hierarchy.every_model(lists, order)
    rows = draw(st.lists(st.integers(0, len(models) - 1), min_size=1, max_size=6))
    return hierarchy.design(lists, hierarchy.terms(lists, order)), models[rows], counts


def problems(design, models, counts):
    every = np.broadcast_to(counts, (len(models), len(counts)))
    return loglinear.Problems(design, models, np.ones(every.shape, dtype=bool), every)


@settings(deadline=None)
@given(tables())
def test_fits_agree_with_one_poisson_fit_at_a_time(table):
    design, models, counts = table
    reached = loglinear.maximise(problems(design, models, counts))
    assert reached.settled.all()
    for row, model in enumerate(models):
        if model.sum() == len(counts):
            continue  # no degrees of freedom, which poisson.fit refuses
        one = poisson.fit(design[:, model], counts, np.ones(len(counts)))
        assert reached.coef[row, model] == pytest.approx(one.coef, abs=SETTLED)
        mean = np.exp(design[:, model] @ one.coef)
        assert reached.value[row] == pytest.approx(np.sum(mean - counts * np.log(mean)))
        assert reached.least_mean[row] == pytest.approx(mean.min())


@settings(deadline=None)
@given(tables(), st.data())
def test_a_floor_is_never_above_what_is_reached(table, data):
    design, models, counts = table
    reached = loglinear.maximise(problems(design, models, counts))
    away = np.array(data.draw(st.lists(st.floats(-1, 1), min_size=design.shape[1], max_size=design.shape[1])))
    for row, model in enumerate(models):
        columns = design[:, model]
        mean = np.exp(columns @ (reached.coef[row] + 0.2 * away)[model])
        step = np.linalg.solve(columns.T @ (columns * mean[:, None]), columns.T @ (counts - mean))
        floor = loglinear.floor(mean * (1 + columns @ step))
        assert floor <= reached.value[row] + SETTLED * counts.sum()


@settings(deadline=None)
@given(tables(), st.floats(-3, 3))
def test_a_fit_given_up_would_have_ended_at_or_above_its_ceiling(table, lower):
    design, models, counts = table
    reached = loglinear.maximise(problems(design, models, counts))
    ceiling = reached.value + lower
    stopped = loglinear.maximise(problems(design, models, counts), ceiling)
    given_up = ~stopped.settled
    assert np.all(reached.value[given_up] >= ceiling[given_up] - SETTLED * counts.sum())
    assert stopped.value[~given_up] == pytest.approx(reached.value[~given_up])


def test_a_negative_mean_has_no_floor():
    assert loglinear.floor(np.array([1.0, -0.1])) == -np.inf


def test_without_a_maximum_a_fit_goes_to_0_or_does_not_settle():
    design = hierarchy.design(3, np.array(hierarchy.read("[12,13]", 3)))
    counts = np.array([5.0, 5, 54, 41, 6, 0, 12])
    reached = loglinear.maximise(problems(design, np.ones((1, design.shape[1]), dtype=bool), counts))
    assert not reached.settled[0] or reached.least_mean[0] < loglinear.SURELY_POSITIVE
