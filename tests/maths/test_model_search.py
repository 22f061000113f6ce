"""The search against fitting every model to every table, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import hierarchy, model_search, multiple_systems
from evenhand.maths.lists import Cells


def one_by_one(ranking, lists, table):
    """Lowest BIC and total among the ranking's models; infinite when none has an answer."""
    best = (np.inf, np.inf)
    for place in range(len(ranking.models)):
        try:
            fit = multiple_systems.fit(Cells(lists, table), ranking.model(place))
        except ValueError:
            continue
        best = min(best, (fit.bic, fit.total))
    return best


@settings(deadline=None, max_examples=6)
@given(st.integers(3, 4), st.integers(0, 10_000), st.booleans())
def test_the_best_is_that_of_fitting_every_model(lists, seed, sparse):
    random = np.random.default_rng(seed)
    counts = random.integers(1, 4 if sparse else 60, 2**lists - 1)
    ranking = multiple_systems.rank(Cells(lists, counts))
    tables = random.multinomial(counts.sum(), counts / counts.sum(), size=3)
    best = model_search.lowest(
        ranking, hierarchy.design(lists, ranking.terms), np.concatenate([tables, counts[None]]).astype(float)
    )
    for row, table in enumerate([*tables, counts]):
        bic, total = one_by_one(ranking, lists, table)
        assert best.bic[row] == pytest.approx(bic, abs=1e-6)
        # two models of one BIC may have different totals
        assert (best.place[row] >= 0) == np.isfinite(total)
    assert best.place[-1] == 0 or best.bic[-1] == pytest.approx(ranking.bic[0], abs=1e-6)
    assert best.total[-1] == pytest.approx(ranking.total[best.place[-1]], rel=1e-6)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_five_lists_is_that_of_fitting_all_6212(seed):
    random = np.random.default_rng(seed)
    chance = random.dirichlet(np.full(31, 0.5))
    counts = random.multinomial(800, chance)
    ranking = multiple_systems.rank(Cells(5, counts))
    tables = random.multinomial(counts.sum(), counts / counts.sum(), size=1)
    best = model_search.lowest(ranking, hierarchy.design(5, ranking.terms), tables.astype(float))
    assert best.bic[0] == pytest.approx(one_by_one(ranking, 5, tables[0])[0], abs=1e-6)
