"""The sampler against worlds it was made for, against itself and against an exact posterior."""

import numpy as np
import pytest
from scipy import stats

from evenhand.maths import latent_class, lists, multiple_systems
from evenhand.maths.lists import Cells

SPINA_BIFIDA = Cells(3, np.array([60, 49, 4, 247, 112, 142, 12]))


def world(seed, people, chances, sizes):
    """People of classes of these sizes, each on each list by the chance of the class."""
    random = np.random.default_rng(seed)
    of = random.choice(len(sizes), size=people, p=sizes)
    held = random.random((people, len(chances[0]))) < np.array(chances)[of]
    return lists.tally(held[held.any(axis=1)].astype(int))


def test_people_alike_are_numbered_as_by_independent_lists():
    cells = world(5, 2000, [[0.3, 0.25, 0.4, 0.2]], [1.0])
    found = latent_class.sample(cells, chains=8, burn_in=1000, draws=200)
    assert found.low < 2000 < found.high
    assert found.median == pytest.approx(2000, rel=0.1)


def test_people_who_differ_are_not_numbered_as_if_alike():
    cells = world(6, 4000, [[0.6, 0.5, 0.6, 0.5], [0.1, 0.12, 0.08, 0.15]], [0.4, 0.6])
    alike = multiple_systems.fit(cells, "[1,2,3,4]").high
    found = latent_class.sample(cells, chains=8, burn_in=3000, draws=300)
    assert alike < 4000
    assert found.low < 4000 < found.high


def test_the_same_seed_draws_the_same_and_another_does_not():
    one, again, other = (
        latent_class.sample(SPINA_BIFIDA, chains=2, burn_in=20, draws=20, every=1, seed=seed).draws
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one.shape == (20, 2)
    assert one.min() >= SPINA_BIFIDA.people


def test_logs_of_gamma_draws_have_the_gamma_distribution():
    random = np.random.default_rng(8)
    for shape in (0.4, 1.0, 7.0):
        drawn = np.exp(latent_class._log_gamma(np.full(4000, shape), random))
        # fails by chance for 1 seed in 1,000
        assert stats.kstest(drawn, stats.gamma(shape).cdf).pvalue > 0.001


def test_chains_that_agree_have_an_r_hat_of_1_and_chains_apart_do_not():
    random = np.random.default_rng(2)
    together = random.normal(size=(4000, 4))
    assert latent_class.split_r_hat(together) == pytest.approx(1, abs=0.01)
    assert latent_class.split_r_hat(together + np.array([0, 0, 0, 3])) > 1.5
    # one chain that drifts is apart from itself
    assert latent_class.split_r_hat(together + np.linspace(0, 4, 4000)[:, None]) > 1.2
    assert latent_class.split_r_hat(np.ones((10, 2))) == 1


@pytest.mark.parametrize(("chains", "draws"), [(1, 100), (2, 3)])
def test_too_little_to_compare_is_refused(chains, draws):
    with pytest.raises(ValueError, match="give at least 2 chains"):
        latent_class.sample(SPINA_BIFIDA, chains=chains, draws=draws)


def test_cells_that_cannot_say_are_refused():
    with pytest.raises(ValueError, match="needs at least 7"):
        latent_class.sample(Cells(3, np.array([40, 30, 6, 20, 0, 0, 0])))
