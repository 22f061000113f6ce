"""Hierarchical models: how many there are is known, and each holds every part of its terms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import hierarchy


# 2 to the number of pairs where only pairs are allowed; 113 and 6,893 with triples and more are the numbers of
# Silverman, Chan and Vincent (2024)
@pytest.mark.parametrize(
    ("lists", "order", "models"),
    [(3, 2, 8), (4, 2, 64), (4, 3, 113), (5, 2, 1024), (5, 3, 6212), (5, 4, 6893), (6, 2, 32768)],
)
def test_every_model_is_there_once(lists, order, models):
    flags = hierarchy.every_model(lists, order)
    assert len(flags) == models
    assert len(np.unique(flags, axis=0)) == models


@pytest.mark.parametrize(("lists", "order"), [(4, 3), (5, 4)])
def test_a_model_holds_every_part_of_its_terms(lists, order):
    terms = hierarchy.terms(lists, order)
    for row in hierarchy.every_model(lists, order):
        model = tuple(int(term) for term in terms[row])
        assert hierarchy.closed(model, lists) == model


@pytest.mark.parametrize(("lists", "order"), [(3, 3), (6, 3), (7, 2)])
def test_too_many_models_are_not_looked_at(lists, order):
    with pytest.raises(ValueError, match="too many to look at, or hold more terms than cells"):
        hierarchy.every_model(lists, order)


@given(st.integers(3, 5), st.data())
def test_a_name_is_read_back(lists, data):
    order = 2 if lists == 3 else 3
    rows = hierarchy.every_model(lists, order)
    row = rows[data.draw(st.integers(0, len(rows) - 1))]
    model = tuple(int(term) for term in hierarchy.terms(lists, order)[row])
    assert hierarchy.read(hierarchy.named(model), lists) == model


def test_names_are_those_of_the_literature():
    assert hierarchy.named(hierarchy.read("[34,123,14]", 4)) == "[123,14,34]"
    assert hierarchy.named(hierarchy.main_effects(3)) == "[1,2,3]"
    assert hierarchy.read("[12,3]", 3) == (0, 1, 2, 4, 3)
    assert hierarchy.term_name(0) == "0"


@pytest.mark.parametrize("name", ["", "[]", "[12;3]", "[11,2]", "[a]", "[10]"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="no model is called"):
        hierarchy.read(name, 3)


def test_a_list_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="names list 4 of 3"):
        hierarchy.read("[14]", 3)


def test_a_column_is_1_where_the_cell_holds_every_list_of_the_term():
    assert hierarchy.design(2, np.array([0, 1, 2, 3])).tolist() == [[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]]
