"""Log-linear rates against statsmodels, with and without absorbed effects."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import poisson

SAME_TOP = 1e-6
# a fit stops when no cell's log rate moves by 1e-8, and its errors are of that size
SETTLED = 1e-7


def cells(seed, rows=200, effects=8):
    """Counts of a world with known slopes and clumping."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.integers(0, 2, rows), rng.normal(size=rows)])
    effect, exposure = rng.integers(0, effects, rows), rng.uniform(1, 1000, rows)
    mean = exposure * np.exp(design @ [-3.0, 0.4, -0.2] + 0.2 * effect)
    return design, rng.poisson(mean * rng.gamma(3, 1 / 3, rows)), exposure, effect


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_fit_agrees_with_statsmodels(seed):
    design, counts, exposure, _ = cells(seed)
    ours = poisson.fit(design, counts, exposure)
    theirs = sm.GLM(counts, design, family=sm.families.Poisson(), exposure=exposure).fit(tol=1e-12)
    assert ours.coef == pytest.approx(theirs.params, rel=SAME_TOP, abs=SAME_TOP)
    assert ours.se_model == pytest.approx(theirs.bse, rel=SAME_TOP)
    assert (ours.deviance, ours.pearson) == pytest.approx((theirs.deviance, theirs.pearson_chi2), rel=SAME_TOP)
    quasi = sm.GLM(counts, design, family=sm.families.Poisson(), exposure=exposure).fit(tol=1e-12, scale="X2")
    assert (ours.dispersion, *ours.se_quasi) == pytest.approx((quasi.scale, *quasi.bse), rel=SAME_TOP)
    assert ours.df_residual == theirs.df_resid


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_absorbed_effects_are_the_dummies_they_stand_for(seed):
    design, counts, exposure, effect = cells(seed)
    dummies = (effect[:, None] == np.unique(effect)).astype(float)
    absorbed = poisson.fit(design[:, 1:], counts, exposure, effect)
    spelled = poisson.fit(np.column_stack([design[:, 1:], dummies]), counts, exposure)
    assert absorbed.coef == pytest.approx(spelled.coef[:2], rel=1e-8, abs=1e-10)
    assert absorbed.se_quasi == pytest.approx(spelled.se_quasi[:2], rel=SETTLED)
    assert (absorbed.deviance, absorbed.df_residual) == (pytest.approx(spelled.deviance), spelled.df_residual)


@given(st.integers(0, 2**32 - 1), st.randoms())
@settings(max_examples=20)
def test_row_order_and_merging_equal_cells_change_nothing_of_the_slopes(seed, random):
    design, counts, exposure, effect = cells(seed)
    plain = poisson.fit(design[:, 1:], counts, exposure, effect)
    order = np.array(random.sample(range(2 * len(counts)), 2 * len(counts)))
    half = counts // 2
    split = [
        np.concatenate(pair)[order]
        for pair in (
            (design[:, 1:], design[:, 1:]),
            (half, counts - half),
            (exposure / 4, exposure * 3 / 4),
            (effect, effect),
        )
    ]
    other = poisson.fit(*split)
    assert other.coef == pytest.approx(plain.coef, rel=1e-8, abs=1e-10)
    assert other.se_model == pytest.approx(plain.se_model, rel=SETTLED)


def test_relabelling_the_groups_turns_the_sign():
    design, counts, exposure, effect = cells(1)
    turned = design.copy()
    turned[:, 1] = 1 - turned[:, 1]
    there = poisson.fit(design[:, 1:], counts, exposure, effect).coef[0]
    assert poisson.fit(turned[:, 1:], counts, exposure, effect).coef[0] == pytest.approx(-there, abs=1e-10)


def test_two_groups_alone_give_the_ratio_of_their_rates():
    fit = poisson.fit([[1, 0], [1, 0], [1, 1]], [30, 50, 90], [400, 600, 300])
    assert fit.coef == pytest.approx([math.log(80 / 1000), math.log((90 / 300) / (80 / 1000))], abs=1e-9)
    assert fit.se_model[1] == pytest.approx(math.sqrt(1 / 80 + 1 / 90), rel=1e-6)


def test_effects_without_an_event_are_dropped_and_counted():
    design, counts, exposure, effect = cells(2)
    counts = np.where(effect < 2, 0, counts)
    kept = effect >= 2
    whole = poisson.fit(design[:, 1:], counts, exposure, effect)
    rest = poisson.fit(design[kept, 1:], counts[kept], exposure[kept], effect[kept])
    assert (whole.effects_dropped, whole.cells) == (2, kept.sum())
    assert whole.coef == pytest.approx(rest.coef, rel=1e-10)
    assert whole.dispersion == pytest.approx(rest.dispersion, rel=1e-10)


def test_huge_exposures_and_rare_events_are_no_trouble():
    fit = poisson.fit(np.ones((4, 1)), [0, 1, 0, 2], [1e9, 3e9, 2e9, 4e9])
    assert fit.coef[0] == pytest.approx(math.log(3 / 10e9), rel=1e-9)


ONES = np.ones((3, 1))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: poisson.fit(ONES, [1, 2, 3], [1, 0, -2]), "2 of 3 cells have exposure"),
        (lambda: poisson.fit(ONES, [1, -2, 3], [1, 1, 1]), "1 cells have counts"),
        (lambda: poisson.fit(ONES, [0, 0, 0], [1, 1, 1]), "no events"),
        (lambda: poisson.fit(ONES, [1, 2], [1, 1]), "one row a cell"),
        (lambda: poisson.fit(ONES * np.nan, [1, 2, 3], [1, 1, 1]), "3 entries of the design"),
        (lambda: poisson.fit([[1, 0], [1, 1]], [1, 2], [1, 1]), "leave 0 degrees of freedom"),
        (lambda: poisson.fit([[1, 0], [1, 0], [1, 1], [1, 1]], [1, 2, 0, 0], [1, 1, 1, 1]), "no finite maximum"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
