"""One model at a time against statsmodels and closed forms; what must hold however lists are named."""

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evenhand.maths import hierarchy, lists, multiple_systems
from evenhand.maths.lists import Cells

# both sides settle to far less
SETTLED = 1e-6


def table(number, low=1, high=40):
    size = 2**number - 1
    return st.lists(st.integers(low, high), min_size=size, max_size=size).map(
        lambda counts: Cells(number, np.array(counts))
    )


def relabelled(cells, order):
    """The same people, list i now called order[i]."""
    held = lists.combinations(cells.lists)[:, None] >> np.arange(cells.lists) & 1
    moved = np.zeros_like(held)
    moved[:, list(order)] = held
    return lists.tally(moved, cells.counts)


def renamed(model, order):
    moved = tuple(sum(1 << order[i] for i in range(len(order)) if term >> i & 1) for term in model)
    return hierarchy.closed(moved, len(order))


# statsmodels takes a fit without residual for separation
@pytest.mark.filterwarnings("ignore:Perfect separation")
@settings(deadline=None, max_examples=40)
@given(table(4), st.integers(0, 112))
def test_a_fit_agrees_with_statsmodels(cells, row):
    terms = hierarchy.terms(4, 3)[hierarchy.every_model(4, 3)[row]]
    assume(len(terms) < 15)  # statsmodels divides by the degrees of freedom left
    ours = multiple_systems.fit(cells, tuple(int(term) for term in terms))
    theirs = sm.GLM(cells.counts, hierarchy.design(4, terms), family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    assert ours.finite == tuple(terms)
    assert ours.coef == pytest.approx(theirs.params, abs=SETTLED)
    assert ours.se_log_missing == pytest.approx(theirs.bse[0], rel=SETTLED)
    assert ours.deviance == pytest.approx(theirs.deviance, abs=SETTLED)
    assert ours.bic == pytest.approx(-2 * theirs.llf + len(terms) * np.log(cells.people), abs=SETTLED)
    ends = cells.people + np.exp(theirs.params[0] + np.array([-1, 1]) * 1.959964 * theirs.bse[0])
    assert (ours.low, ours.high) == pytest.approx(tuple(ends), rel=SETTLED)


@given(table(2))
def test_two_independent_lists_are_lincoln_and_petersen(cells):
    first, second, both = cells.counts.tolist()
    total = (both + first) * (both + second) / both
    assert multiple_systems.fit(cells, "[1,2]").total == pytest.approx(total, rel=SETTLED)


@given(table(3))
def test_one_list_apart_from_two_that_go_together_has_a_closed_form(cells):
    """[12,3] is Petersen's with the two together as one list; Bishop, Fienberg and Holland (1975, section 6.4)."""
    shared, third = cells.counts[4:].sum(), cells.counts[3]
    either = cells.counts[:3].sum()
    missing = either * third / shared
    assert multiple_systems.fit(cells, "[12,3]").total == pytest.approx(cells.people + missing, rel=SETTLED)


@settings(deadline=None, max_examples=30)
@given(table(4), st.integers(0, 112), st.permutations(range(4)))
def test_names_of_lists_never_matter(cells, row, order):
    model = tuple(int(term) for term in hierarchy.terms(4, 3)[hierarchy.every_model(4, 3)[row]])
    plain = multiple_systems.fit(cells, model)
    other = multiple_systems.fit(relabelled(cells, order), renamed(model, order))
    assert other.total == pytest.approx(plain.total, rel=SETTLED)
    assert other.bic == pytest.approx(plain.bic, rel=SETTLED)


@settings(deadline=None, max_examples=15)
@given(table(4), st.permutations(range(4)))
def test_names_of_lists_never_matter_to_the_choice(cells, order):
    moved = relabelled(cells, order)
    plain, other = multiple_systems.rank(cells), multiple_systems.rank(moved)
    assert other.bic == pytest.approx(plain.bic, abs=SETTLED)
    assert np.sort(other.total) == pytest.approx(np.sort(plain.total), rel=SETTLED)
    there, back = multiple_systems.stepwise(cells), multiple_systems.stepwise(moved)
    assert renamed(there.model, order) == back.model


@settings(deadline=None, max_examples=20)
@given(table(3, low=0, high=12))
def test_the_ranking_is_of_every_model_that_has_an_answer(cells):
    answers = {}
    for row in hierarchy.every_model(3, 2):
        model = tuple(int(term) for term in hierarchy.terms(3, 2)[row])
        try:
            answers[model] = multiple_systems.fit(cells, model)
        except ValueError:
            continue
    if not answers:
        with pytest.raises(ValueError, match=r"none of 8 models has a finite answer|no people"):
            multiple_systems.rank(cells)
        return
    ranking = multiple_systems.rank(cells)
    ranked = {ranking.model(place): place for place in range(len(ranking.models))}
    assert set(ranked) == set(answers)
    assert ranking.refused == 8 - len(answers)
    assert np.all(np.diff(ranking.bic) >= 0)
    for model, place in ranked.items():
        assert ranking.total[place] == pytest.approx(answers[model].total, rel=SETTLED)
        assert ranking.bic[place] == pytest.approx(answers[model].bic, abs=SETTLED)


def test_a_pair_that_nobody_has_is_at_minus_infinity_and_shown():
    cells = Cells(3, np.array([40, 30, 6, 20, 0, 5, 0]))
    fit = multiple_systems.fit(cells, "[13,2]")
    assert fit.minus_infinity == (5,)
    assert hierarchy.term_name(5) == "13"
    assert len(fit.coef) == len(fit.finite) == len(fit.model) - 1
    # what is left: 40 30 6 20 5 on 1, 2, 12, 3, 23, of which lists 1 and 3 apart from 2
    assert np.isfinite(fit.total)
    assert fit.bic == pytest.approx(multiple_systems.rank(cells).bic[_place(cells, fit)])


def _place(cells, fit):
    ranking = multiple_systems.rank(cells)
    return next(place for place in range(len(ranking.models)) if ranking.model(place) == fit.model)


def test_a_pair_is_added_where_it_is_planted():
    held = np.array(list(itertools.product([0, 1], repeat=4)))[1:]
    chance = np.prod(np.where(held, [0.3, 0.25, 0.2, 0.35], [0.7, 0.75, 0.8, 0.65]), axis=1)
    people = np.round(5000 * chance * np.where(held[:, 1] & held[:, 2], 3, 1))
    assert multiple_systems.stepwise(lists.tally(held, people), 0.001).name == "[23,1,4]"


def test_the_fan_holds_each_choice_and_its_range():
    cells = Cells(3, np.array([60, 49, 4, 247, 112, 142, 12]))
    fan = multiple_systems.fan(cells)
    assert set(fan.answers) == {"independent lists", "lowest BIC", "stepwise, p 0.02", "stepwise, p 0.001"}
    assert (fan.low, fan.high) == (
        min(a.total for a in fan.answers.values()),
        max(a.total for a in fan.answers.values()),
    )
    assert fan.without == {}


def test_the_fan_says_why_a_choice_is_missing():
    cells = lists.tally(np.concatenate([np.eye(7, dtype=int), np.ones((1, 7), dtype=int)]), [9] * 8)
    fan = multiple_systems.fan(cells)
    assert "too many to look at" in fan.without["lowest BIC"]
    assert "independent lists" in fan.answers


def test_cells_that_cannot_say_have_no_fan():
    with pytest.raises(ValueError, match="6 people are on two or more lists"):
        multiple_systems.fan(Cells(3, np.array([40, 30, 6, 20, 0, 0, 0])))


def test_people_who_are_all_on_every_list_have_no_fan():
    """Nobody was missed by any list, so nothing tells how many were missed by all."""
    with pytest.raises(ValueError, match=r"independent lists: \[1,2,3\]: the likelihood has no finite maximum"):
        multiple_systems.fan(Cells(3, np.array([0, 0, 0, 0, 0, 0, 20])))


def test_no_people_have_no_fit():
    for attempt in (multiple_systems.rank, multiple_systems.stepwise):
        with pytest.raises(ValueError, match="no people in any cell"):
            attempt(Cells(3, np.zeros(7, dtype=int)))
