"""Worlds of lists: the interval that re-selects holds the planted number, and is fooled only where we say so.

People are drawn here by a logistic chance for each list, without tables; a few worlds go through the whole of `weigh`.
Each commit runs 100 worlds, nightly runs 1,000 (METHODS 1.3).
"""

import math

import numpy as np
import pytest

from evenhand.maths import lists, multiple_systems, reselection
from evenhand.maths.lists import Cells
from evenhand.terms.evidence import Evidence, ListCell, Lists
from evenhand.terms.result import Answer, Refusal, Result
from evenhand.weigh.methods.multiple_systems import MultipleSystems

NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
WORLDS = pytest.mark.parametrize("worlds", [100, NIGHTLY])
PEOPLE, CHANCES = 1_000, (0.3, 0.25, 0.2)


def draw(
    seed: int,
    people: int = PEOPLE,
    chances: tuple[float, ...] = CHANCES,
    odds: float = 1.0,
    spread: float = 0.0,
    missed: float = 0.0,
    referred: float = 0.0,
) -> Cells:
    """People on lists.

    Being on the first list multiplies the odds of the second by `odds`; half of the people have log odds of every list
    that are `spread` above, the others below; a share of those on several lists is cut in two; a share of those on the
    first list is passed on to the second.
    """
    rng = np.random.default_rng(seed)
    log_odds = np.log(chances) - np.log1p(-np.array(chances))
    ease = spread * rng.choice([-1.0, 1.0], size=(people, 1))
    held = rng.random((people, len(chances))) < 1 / (1 + np.exp(-(log_odds + ease)))
    second = log_odds[1] + ease[:, 0] + math.log(odds) * held[:, 0]
    held[:, 1] = rng.random(people) < 1 / (1 + np.exp(-second))
    held[:, 1] |= held[:, 0] & (rng.random(people) < referred)
    several = np.flatnonzero(held.sum(axis=1) > 1)
    cut = several[rng.random(len(several)) < missed]
    alone = np.zeros((len(cut), len(chances)), dtype=bool)
    for row, person in enumerate(cut):
        at = rng.choice(np.flatnonzero(held[person]))
        held[person, at], alone[row, at] = False, True
    everyone = np.concatenate([held, alone])
    return lists.tally(everyone[everyone.any(axis=1)].astype(int))


def coverage(worlds: int, draws: int = 100, **planted) -> float:
    """Share of worlds whose interval holds the number planted; one without an interval does not hold it."""
    held = 0
    for seed in range(worlds):
        try:
            found = reselection.lowest_bic(draw(seed, **planted), draws=draws, seed=seed)
        except ValueError:
            continue
        held += found.low <= planted.get("people", PEOPLE) <= found.high
    return held / worlds


def weigh(cells: Cells, linkage_error: float | None = 0.0, refer: tuple = (), draws: int = 100) -> Result:
    names = ("one", "two", "three", "four")[: cells.lists]
    counted = tuple(
        ListCell(tuple(int(w >> at & 1) for at in range(cells.lists)), int(n)) for w, n in enumerate(cells.counts, 1)
    )
    given = Lists(names, counted, linkage_error=linkage_error, refer=refer)
    return MultipleSystems(draws=draws).weigh(Evidence(None, (), lists=(given,)))


@WORLDS
def test_independent_lists_are_numbered_with_the_stated_coverage(worlds: int) -> None:
    assert coverage(worlds) >= (0.93 if worlds == 1_000 else 0.88)


@WORLDS
def test_one_pair_with_an_odds_ratio_of_three_is_too(worlds: int) -> None:
    assert coverage(worlds, odds=3.0) >= (0.93 if worlds == 1_000 else 0.88)


@pytest.mark.nightly
@pytest.mark.parametrize("odds", [1.0, 3.0])
def test_four_lists_are_too(odds: float) -> None:
    assert coverage(400, chances=(*CHANCES, 0.35), odds=odds) >= 0.92


@WORLDS
def test_a_tenth_of_the_people_widens_it_and_it_still_holds(worlds: int) -> None:
    """Lists long enough that 100 people share more than a few; the interval is wide, and has no answer in some."""
    assert coverage(worlds, people=100, chances=(0.5, 0.4, 0.45)) >= 0.85


def test_holding_the_pair_apart_is_too_low_and_choosing_is_not() -> None:
    """Why independence alone is never the answer: the pair's odds ratio of 3 takes a fifth off."""
    found = [draw(seed, odds=3.0) for seed in range(40)]
    apart = np.median([multiple_systems.fit(cells, "[1,2,3]").total for cells in found])
    chosen = np.median([multiple_systems.lowest_bic(cells).total for cells in found])
    assert apart < 0.85 * PEOPLE
    assert chosen == pytest.approx(PEOPLE, rel=0.05)


def test_people_who_differ_in_how_easily_they_are_found_fool_it() -> None:
    """Listed: no pair of lists depends on another, all depend on the person; most intervals end below the number."""
    planted = {"chances": (*CHANCES, 0.35), "spread": 1.0}
    assert coverage(20, **planted) < 0.5
    chosen = [multiple_systems.lowest_bic(draw(seed, **planted)).total for seed in range(20)]
    assert np.median(chosen) < 0.85 * PEOPLE


def test_latent_classes_hold_what_the_interval_over_models_does_not() -> None:
    """Half found easily and half not is two classes: their interval holds the number, though even their median is low.

    So the range of the fan is no bound either; it is printed as what the choice of model does, and no more.
    """
    planted = 4_000
    result = weigh(draw(1, people=planted, chances=(0.4, 0.35, 0.3, 0.45), spread=1.2), draws=400)
    assert isinstance(result.answer, Answer)
    assert result.answer.headline.high < planted
    latent = next(each for each in result.answer.estimates if each.quantity == "total_latent_classes")
    assert latent.low < planted < latent.high
    (band,) = result.answer.bands
    assert band.high < planted


def test_links_missed_inflate_the_number_and_putting_them_back_takes_that_off() -> None:
    """5 % of those on several lists counted twice: about 5 % too many, and none with the links put back."""
    found = [draw(seed, chances=(*CHANCES, 0.35), missed=0.05) for seed in range(40)]
    inflated = np.median([multiple_systems.fit(cells, "[1,2,3,4]").total for cells in found])
    joined = np.median([multiple_systems.fit(lists.rejoin(cells, 0.05), "[1,2,3,4]").total for cells in found])
    assert inflated > 1.03 * PEOPLE
    # 0.015: 3 standard errors of a median of 40, each total with one of about 3 %
    assert joined == pytest.approx(PEOPLE, rel=0.015)


def test_links_said_to_be_missed_are_a_band_below_the_headline() -> None:
    cells = draw(1, missed=0.05)
    result = weigh(cells, linkage_error=0.05)
    band = next(band for band in result.answer.bands if band.over == "links")
    assert band.low < band.high == result.answer.headline.value
    assert isinstance(weigh(cells, linkage_error=None).answer, Refusal)


def test_a_list_that_passes_everyone_on_is_no_third_list_and_the_result_says_so() -> None:
    """Of three lists the first refers fully to the second: two lists in truth, one odds ratio of them unknown."""
    cells = draw(2, referred=1.0)
    result = weigh(cells, refer=(("one", "two"),))
    assert isinstance(result.answer, Answer)
    assert result.diagnostics["inside"] == ("one inside two",)
    assert result.diagnostics["refer"][0]["lists"] == "one and two"
    every = (("one", "two"), ("one", "three"), ("two", "three"))
    assert isinstance(weigh(cells, refer=every).answer, Refusal)


def test_referring_lowers_the_number_where_the_model_holds_the_pair_apart() -> None:
    """The direction that the result prints, planted: half of the first list is passed on to the second."""
    apart = [multiple_systems.fit(draw(seed, referred=0.5), "[1,2,3]").total for seed in range(20)]
    assert max(apart) < PEOPLE
    allowed = [multiple_systems.fit(draw(seed, referred=0.5), "[12,3]").total for seed in range(20)]
    assert np.median(allowed) == pytest.approx(PEOPLE, rel=0.05)
