"""Decomposable models against plain multinomials, and graphs against their known numbers."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import decomposable, hierarchy
from evenhand.maths.lists import Cells, combinations, tally

SPINA_BIFIDA = Cells(3, np.array([60, 49, 4, 247, 112, 142, 12]))


def test_there_are_as_many_chordal_graphs_as_known():
    """OEIS A058862: labelled chordal graphs."""
    assert [len(decomposable.chordal_graphs(lists)) for lists in (2, 3, 4, 5)] == [2, 8, 61, 822]


def test_a_square_without_a_diagonal_is_not_among_them():
    names = {
        hierarchy.named(hierarchy.closed(tuple(clique for clique, _ in graph), 4))
        for graph in decomposable.chordal_graphs(4)
    }
    assert len(names) == 61
    assert "[12,14,23,34]" not in names
    assert "[123,134]" in names


def dirichlet_multinomial(counts, weights):
    """Probability of a sequence of people under a Dirichlet prior, by its rule of succession, one by one."""
    log, seen = 0.0, np.zeros(len(counts))
    for cell, number in enumerate(counts):
        for _ in range(int(number)):
            log += math.log((seen[cell] + weights[cell]) / (seen.sum() + sum(weights)))
            seen[cell] += 1
    return log


def test_the_posterior_is_that_of_urns_drawn_from_one_by_one():
    """Every graph of three lists, few people: cliques and separators as urns of their own."""
    cells, delta, most = Cells(3, np.array([3, 2, 1, 4, 1, 0, 2])), 0.5, 6
    found = decomposable.average(cells, most, delta)
    held = np.array(list(itertools.product([0, 1], repeat=3)))[:, ::-1]
    weights = {}
    for edges in itertools.chain.from_iterable(itertools.combinations([(0, 1), (0, 2), (1, 2)], n) for n in range(4)):
        for missing in range(most + 1):
            counts = np.append(missing, cells.counts)
            weights[edges, missing] = math.exp(
                _urns(held, counts, edges, delta) + _ways(counts) - math.log(counts.sum())
            )
    whole = sum(weights.values())
    for missing in range(most + 1):
        share = sum(weight for (_, number), weight in weights.items() if number == missing) / whole
        assert found.probability[missing] == pytest.approx(share, rel=1e-9)
    independent = sum(weight for (edges, _), weight in weights.items() if not edges) / whole
    assert found.models["[1,2,3]"] == pytest.approx(independent, rel=1e-9)


def _urns(held, counts, edges, delta):
    """Product over cliques, over separators, of the probability of the people's combinations of those lists."""
    cliques, separators = {
        0: ([(0,), (1,), (2,)], []),
        1: ([edges[0], tuple({0, 1, 2} - set(edges[0]))] if edges else [], []),
        2: (list(edges), [tuple(set(edges[0]) & set(edges[-1]))] if edges else []),
        3: ([(0, 1, 2)], []),
    }[len(edges)]

    def urn(lists):
        keys = list(itertools.product([0, 1], repeat=len(lists)))
        rows = [tuple(row[list(lists)]) for row in held]
        each = [sum(n for n, row in zip(counts, rows, strict=True) if row == key) for key in keys]
        return dirichlet_multinomial(each, [delta * 8 / len(keys)] * len(keys))

    return sum(urn(clique) for clique in cliques) - sum(urn(separator) for separator in separators)


def _ways(counts):
    return math.lgamma(counts.sum() + 1) - sum(math.lgamma(n + 1) for n in counts)


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(3)))
def test_names_of_lists_never_matter(order):
    held = combinations(3)[:, None] >> np.arange(3) & 1
    moved = np.zeros_like(held)
    moved[:, list(order)] = held
    plain = decomposable.average(SPINA_BIFIDA, 300)
    other = decomposable.average(tally(moved, SPINA_BIFIDA.counts), 300)
    assert other.probability == pytest.approx(plain.probability, abs=1e-12)
    assert sorted(other.models.values()) == pytest.approx(sorted(plain.models.values()), abs=1e-12)


def test_a_search_stopped_too_soon_shows_at_its_edge():
    assert decomposable.average(SPINA_BIFIDA, 60).at_edge > 0.1
    assert decomposable.average(SPINA_BIFIDA, 600).at_edge < 1e-4


@pytest.mark.parametrize(
    ("lists", "settings_", "words"),
    [
        (2, {}, "averaged over 3 to 5"),
        (6, {}, "averaged over 3 to 5"),
        (3, {"delta": 0.0}, "must be positive"),
        (3, {"prior": (0.0, 1.0)}, "must be positive"),
    ],
)
def test_what_cannot_be_averaged_is_refused(lists, settings_, words):
    with pytest.raises(ValueError, match=words):
        decomposable.average(Cells(lists, np.full(2**lists - 1, 5)), 100, **settings_)
