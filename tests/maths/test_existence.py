"""Existence against the table of Chan, Silverman and Vincent (2021), and the linear programme against the fits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import existence, hierarchy, loglinear

# 1, 2, 12, 3, 13, 23, 123: nobody on both 1 and 3, or both 2 and 3 (their Table 2)
ARTIFICIAL = np.array([40.0, 30, 6, 20, 0, 0, 0])


def look(name, counts):
    design = hierarchy.design(3, np.array(hierarchy.read(name, 3)))
    parts = existence.reduced(design, np.ones((1, design.shape[1]), dtype=bool), counts @ design == 0)
    kept, finite = parts.kept[0], parts.finite[0]
    return existence.exists(design[kept][:, finite], counts[kept]), bool(existence.identifiable(design, parts)[0])


@pytest.mark.parametrize(
    ("name", "exists", "identifiable"),
    [
        ("[1,2,3]", True, True),
        ("[12,3]", False, True),
        ("[13,2]", True, True),
        ("[23,1]", True, True),
        ("[12,13]", False, True),
        ("[12,23]", False, True),
        ("[13,23]", True, True),
        ("[12,13,23]", True, False),
    ],
)
def test_the_artificial_table_has_the_published_answers(name, exists, identifiable):
    assert look(name, ARTIFICIAL) == (exists, identifiable)


def test_terms_that_nobody_has_go_with_the_cells_that_hold_them():
    terms = np.array(hierarchy.read("[12,13]", 3))
    design = hierarchy.design(3, terms)
    parts = existence.reduced(design, np.ones((1, len(terms)), dtype=bool), ARTIFICIAL @ design == 0)
    assert terms[~parts.finite[0]].tolist() == [5]
    # combinations 13 and 123
    assert np.flatnonzero(~parts.kept[0]).tolist() == [4, 6]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 3), min_size=7, max_size=7), st.integers(0, 7))
def test_means_that_stay_clear_of_0_prove_what_the_programme_finds(counts, row):
    terms = hierarchy.terms(3, 2)
    design, model = hierarchy.design(3, terms), hierarchy.every_model(3, 2)[row : row + 1]
    table = np.array(counts, float)
    parts = existence.reduced(design, model, table @ design == 0)
    if not parts.kept.any() or not existence.identifiable(design, parts)[0]:
        return
    reached = loglinear.maximise(loglinear.Problems(design, parts.finite, parts.kept, table[None]))
    proved = bool(reached.settled[0] and reached.least_mean[0] > loglinear.SURELY_POSITIVE)
    kept, finite = parts.kept[0], parts.finite[0]
    assert proved == existence.exists(design[kept][:, finite], table[kept])
