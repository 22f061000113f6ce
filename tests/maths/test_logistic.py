"""Logistic fits against statsmodels, with and without absorbed effects and clusters; separation and collinearity."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import logistic

# both climb the same likelihood to its top; statsmodels stops at 1e-8 of the deviance, its last step far closer
SAME_TOP = 1e-6
# a fit stops when no row's log odds move by 1e-8, and its errors are of that size
SETTLED = 1e-7


def cells(seed, rows=400, effects=6, dates=20):
    """Grouped counts of a world with known slopes."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.integers(0, 2, rows), rng.normal(size=rows)])
    effect, date = rng.integers(0, effects, rows), rng.integers(0, dates, rows)
    trials = rng.integers(1, 9, rows)
    chance = 1 / (1 + np.exp(-(design @ [-0.3, 0.5, -0.4] + 0.3 * effect - 0.8)))
    return design, rng.binomial(trials, chance), trials, date, effect


def glm(design, successes, trials, **options):
    counts = np.column_stack([successes, trials - successes])
    return sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12, **options)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_coefficients_and_both_errors_agree_with_statsmodels(seed):
    design, successes, trials, date, _ = cells(seed)
    ours = logistic.fit(design, successes, trials, cluster=date)
    theirs = glm(design, successes, trials)
    assert ours.coef == pytest.approx(theirs.params, rel=SAME_TOP, abs=SAME_TOP)
    assert ours.se_model == pytest.approx(theirs.bse, rel=SAME_TOP)
    # statsmodels' factor is G/(G-1) (n-1)/(n-k); METHODS 3 has G/(G-1) alone
    rows, columns = design.shape
    clustered = glm(design, successes, trials, cov_type="cluster", cov_kwds={"groups": date}).bse
    assert ours.se_cluster == pytest.approx(clustered / np.sqrt((rows - 1) / (rows - columns)), rel=SAME_TOP)
    assert ours.clusters == len(np.unique(date))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_absorbed_effects_are_the_dummies_they_stand_for(seed):
    design, successes, trials, date, effect = cells(seed)
    dummies = (effect[:, None] == np.unique(effect)).astype(float)
    absorbed = logistic.fit(design[:, 1:], successes, trials, cluster=date, effect=effect)
    spelled = logistic.fit(np.column_stack([design[:, 1:], dummies]), successes, trials, cluster=date)
    for name in ("coef", "se_model", "se_cluster"):
        assert getattr(absorbed, name) == pytest.approx(getattr(spelled, name)[:2], rel=SETTLED, abs=1e-10)
    assert absorbed.covariance_cluster == pytest.approx(spelled.covariance_cluster[:2, :2], rel=SETTLED, abs=1e-12)
    assert absorbed.deviance == pytest.approx(spelled.deviance, rel=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_row_order_and_merging_equal_cells_change_nothing(seed):
    rng = np.random.default_rng(seed)
    design, successes, trials, date, effect = cells(seed)
    plain = logistic.fit(design[:, 1:], successes, trials, cluster=date, effect=effect)
    # split each cell in two and shuffle the pieces
    part = rng.hypergeometric(successes, trials - successes, trials // 2)
    order = rng.permutation(2 * len(trials))
    split = [
        np.concatenate(pair)[order]
        for pair in (
            (design[:, 1:], design[:, 1:]),
            (part, successes - part),
            (trials // 2, trials - trials // 2),
            (date, date),
            (effect, effect),
        )
    ]
    other = logistic.fit(*split)
    assert other.coef == pytest.approx(plain.coef, rel=1e-8, abs=1e-10)
    assert other.se_cluster == pytest.approx(plain.se_cluster, rel=SETTLED)
    assert (other.deviance, other.n) == (pytest.approx(plain.deviance, rel=1e-12), plain.n)


def test_swapping_yes_and_no_turns_every_sign():
    design, successes, trials, date, _ = cells(5)
    there = logistic.fit(design, successes, trials, cluster=date)
    back = logistic.fit(design, trials - successes, trials, cluster=date)
    assert back.coef == pytest.approx(-there.coef, abs=1e-10)
    assert back.se_cluster == pytest.approx(there.se_cluster, rel=SETTLED)


def test_effects_all_yes_or_all_no_are_dropped_and_counted():
    design, successes, trials, _, effect = cells(8)
    successes = np.where(effect == 0, trials, np.where(effect == 1, 0, successes))
    kept = effect > 1
    whole = logistic.fit(design[:, 1:], successes, trials, effect=effect)
    rest = logistic.fit(design[kept, 1:], successes[kept], trials[kept], effect=effect[kept])
    assert (whole.effects_dropped, rest.effects_dropped) == (2, 0)
    assert whole.coef == pytest.approx(rest.coef, rel=1e-10)
    assert whole.n == trials[kept].sum()


def table(*rows):
    """Design of intercept and two indicators, with successes and trials."""
    grid = np.array(rows, dtype=float)
    return np.column_stack([np.ones(len(grid)), grid[:, :2]]), grid[:, 2], grid[:, 3]


def test_overlapping_counts_do_not_separate():
    assert logistic.separates(*table((0, 0, 3, 9), (0, 1, 2, 7), (1, 0, 4, 8), (1, 1, 5, 6))) is None


def test_a_column_that_is_always_yes_is_named_though_others_are_mixed():
    data = table((0, 0, 3, 9), (0, 1, 6, 6), (0, 0, 2, 8), (1, 0, 4, 8))
    assert logistic.separates(*data) == 2
    with pytest.raises(ValueError, match="separates"):
        logistic.fit(*data)


def test_quasi_separation_on_a_threshold_is_found():
    """All no up to 3, mixed at 3, all yes beyond: no single cell shows it."""
    x = np.array([1.0, 2, 3, 4, 5])
    design = np.column_stack([np.ones(5), x])
    assert logistic.separates(design, [0, 0, 2, 4, 4], [4, 4, 4, 4, 4]) == 1
    assert logistic.separates(design, [0, 1, 2, 4, 4], [4, 4, 4, 4, 4]) is None


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_the_linear_programme_says_when_the_fit_has_no_finite_top(seed):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(12), rng.integers(0, 3, 12), rng.integers(0, 2, 12)])
    successes = rng.integers(0, 2, 12)
    if len(np.unique(successes)) < 2 or np.linalg.matrix_rank(design) < 3:
        return
    if logistic.separates(design, successes, np.ones(12)) is None:
        assert np.abs(logistic.fit(design, successes, np.ones(12)).coef).max() < 15
    else:
        with pytest.raises(ValueError, match="separates"):
            logistic.fit(design, successes, np.ones(12))


def test_variance_inflation_agrees_with_statsmodels():
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    design = cells(4)[0].copy()
    design[:, 2] += 2 * design[:, 1]
    ours = logistic.variance_inflation(design, 1, np.ones(len(design)))
    assert ours == pytest.approx(variance_inflation_factor(design, 1), rel=1e-9)


def test_variance_inflation_counts_a_weight_as_that_many_rows():
    design, _, trials, _, _ = cells(4, rows=60)
    design[:, 2] += design[:, 1]
    repeated = np.repeat(design, trials, axis=0)
    assert logistic.variance_inflation(design, 1, trials) == pytest.approx(
        logistic.variance_inflation(repeated, 1), rel=1e-9
    )


def _columns(*columns):
    return np.column_stack([np.asarray(column, dtype=float) for column in columns])


ONE = [1, 1, 1, 1]
DARK = [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: logistic.fit(_columns(ONE, DARK), [5, 1, 1, 1], [4, 4, 4, 4]), "1 cells have successes"),
        (lambda: logistic.fit(_columns(ONE, DARK), [1, 1, 1], [4, 4, 4]), "one row a cell"),
        (lambda: logistic.fit(_columns(ONE, [0, np.nan, 1, 1]), [1, 1, 1, 1], [4, 4, 4, 4]), "not finite"),
        (lambda: logistic.fit(_columns(ONE, DARK), [0, 0, 0, 0], [4, 4, 4, 4], effect=[0, 0, 1, 1]), "nothing to fit"),
        (
            lambda: logistic.fit(_columns(ONE, DARK, DARK), [1, 2, 1, 1], [4, 4, 4, 4]),
            "column [12] is 0 throughout, a comb",
        ),
        (lambda: logistic.fit(_columns(ONE, [0] * 4), [1, 2, 1, 1], [4, 4, 4, 4]), "column 1 is 0"),
        (lambda: logistic.fit(_columns(ONE, DARK), [1, 2, 1, 1], [4, 4, 4, 4], cluster=ONE), "at least 2"),
        (lambda: logistic.variance_inflation(_columns(ONE, DARK, DARK), 1), "column 1 is constant or"),
        (lambda: logistic.variance_inflation(_columns(ONE, DARK), 0), "column 0 is constant or"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
