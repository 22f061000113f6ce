"""Multiple systems: the fan and not a number, every refusal with a neighbour, and what lists that refer do to it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from evenhand.errors import PlanError
from evenhand.maths import lists as membership
from evenhand.maths import multiple_systems as log_linear
from evenhand.terms.evidence import Evidence, ListCell, Lists
from evenhand.terms.result import Answer, Refusal, Result
from evenhand.weigh.methods import multiple_systems
from evenhand.weigh.methods.multiple_systems import MultipleSystems

# 1, 2, 12, 3, 13, 23, 123: Palembang, 123 people; published in Silverman, Chan and Vincent (2024)
PALEMBANG = (5, 5, 54, 41, 6, 0, 12)
NAMES = ("hotline", "clinic", "court", "press")


def cells(*counts: int) -> tuple[ListCell, ...]:
    """Counts in the order of the maths, one cell a combination."""
    number = (len(counts) + 1).bit_length() - 1
    return tuple(ListCell(tuple(w >> at & 1 for at in range(number)), n) for w, n in enumerate(counts, 1))


def lists(*counts: int, **given) -> Lists:
    found = cells(*counts)
    return Lists(NAMES[: len(found[0].on)], found, **{"linkage_error": 0.0} | given)


def weigh(*given: Lists, **settings) -> Result:
    return MultipleSystems(**{"draws": 40} | settings).weigh(Evidence(None, (), lists=given))


def refusal(*given: Lists, **settings) -> Refusal:
    said = weigh(*given, **settings).answer
    assert isinstance(said, Refusal)
    return said


@pytest.fixture(scope="module")
def palembang() -> Result:
    return weigh(lists(*PALEMBANG, linkage_error=0.05, refer=(("hotline", "clinic"), ("hotline", "court"))), draws=200)


def by_quantity(result: Result) -> dict:
    assert isinstance(result.answer, Answer)
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def test_the_headline_is_the_lowest_bic_with_the_interval_that_chooses_anew(palembang: Result) -> None:
    """By hand: 5 x 41/6 people are missed where the second list and the third go together with the first alone."""
    total = palembang.answer.headline
    assert (total.quantity, total.scale, total.n) == ("total", "count", 123)
    assert total.value == pytest.approx(123 + 5 * 41 / 6)
    assert total.low < total.value < total.high
    assert "no single number may be quoted" in total.note
    assert "chosen anew" in total.interval
    assert palembang.diagnostics["model"] == "[12,23]"


def test_seen_and_missed_make_the_total(palembang: Result) -> None:
    found = by_quantity(palembang)
    assert (found["seen"].value, found["seen"].low, found["seen"].high) == (123, 123, 123)
    for end in ("value", "low", "high"):
        assert getattr(found["missed"], end) == pytest.approx(getattr(found["total"], end) - 123)


def test_the_fan_is_every_choice_and_the_band_its_range(palembang: Result) -> None:
    (fan,), found = palembang.answer.series, by_quantity(palembang)
    assert (fan.name, tuple(fan.columns)) == (
        "fan",
        ("model", "chosen_by", "total", "low", "high", "bic", "minus_infinity"),
    )
    assert fan.columns["chosen_by"] == (
        "independent lists",
        "lowest BIC",
        "stepwise, p 0.02",
        "stepwise, p 0.001",
        "posterior median",
        "lowest BIC, re-selected",
    )
    band = next(band for band in palembang.answer.bands if band.over == "model")
    assert (band.low, band.high) == (min(fan.columns["total"]), max(fan.columns["total"]))
    # the last row is no choice of its own: it carries the interval
    assert band.figures == {"answers": 5, "choices": 5}
    assert (fan.columns["low"][-1], fan.columns["high"][-1]) == (found["total"].low, found["total"].high)
    assert "1 hotline, 2 clinic, 3 court" in fan.reading
    for how, at in (("independent_lists", 0), ("stepwise_p_0_02", 2), ("stepwise_p_0_001", 3), ("latent_classes", 4)):
        assert found[f"total_{how}"].value == fan.columns["total"][at]
    # never beside a single-model interval of its own
    assert "total_lowest_bic" not in found


def test_missed_links_are_a_band_of_their_own(palembang: Result) -> None:
    """The headline with the links put back, by an independent call of the rule that chose it."""
    band = next(band for band in palembang.answer.bands if band.over == "links")
    joined = log_linear.lowest_bic(membership.rejoin(membership.Cells(3, np.array(PALEMBANG)), 0.05)).total
    assert band.low == pytest.approx(joined)
    assert band.high == palembang.answer.headline.value
    assert not [band for band in weigh(lists(*PALEMBANG)).answer.bands if band.over == "links"]


def test_what_is_behind_it_is_told(palembang: Result) -> None:
    told = palembang.diagnostics
    assert told["on_each_list"] == {"hotline": 77, "clinic": 71, "court": 59}
    assert (told["seen"], told["on_two_or_more"], told["combinations_nobody_has"]) == (123, 72, 1)
    assert told["reselection"]["draws"] == 200
    assert told["reselection"]["models_chosen"] >= len(told["reselection"]["most_often"])
    # without the third list: Lincoln and Petersen by hand, (5 + 6)(5 + 0)/(54 + 12) missed
    assert told["without_each_list"]["court"] == {
        "seen": 82,
        "total": pytest.approx(82 + 11 * 5 / 66),
        "model": "[1,2]",
    }
    assert [pair["in_model"] for pair in told["refer"]] == [True, False]
    assert "too low" in told["refer"][1]["direction"]
    assert told["decomposable"]["at_edge"] < 0.01
    assert palembang.rows_in == palembang.rows_used == 123


def test_latent_classes_whose_chains_do_not_agree_keep_their_row_and_have_no_number() -> None:
    given = lists(*PALEMBANG)
    counted = membership.Cells(3, np.array(PALEMBANG))
    found = MultipleSystems(draws=60)._found(counted)
    for r_hat, told in ((1.1, True), (1.11, False)):
        said = multiple_systems.answer(given, counted, found._replace(latent=replace(found.latent, r_hat=r_hat)))
        row = said.series[0].columns["model"].index("10 latent classes")
        assert (said.series[0].columns["total"][row] is not None) == told
        assert ("total_latent_classes" in {estimate.quantity for estimate in said.estimates}) == told
        assert ("R-hat 1.11" in said.series[0].columns["chosen_by"][row]) != told


def test_a_model_asked_for_by_name_is_one_more_of_the_fan_and_never_the_headline() -> None:
    result = weigh(lists(*PALEMBANG), model="[12,3]")
    found = by_quantity(result)
    assert found["total_named"].value == pytest.approx(268.7778, abs=1e-4)
    assert result.answer.headline.value == pytest.approx(157.1667, abs=1e-4)
    assert "named" in result.answer.series[0].columns["chosen_by"]


def test_parameters_at_minus_infinity_are_shown_by_the_names_of_the_lists() -> None:
    """Nobody is on both the first list and the second; the three other pairs share many."""
    result = weigh(lists(60, 50, 0, 40, 30, 25, 0), model="[12,3]")
    fan = result.answer.series[0].columns
    assert fan["minus_infinity"][fan["chosen_by"].index("named")] == "hotline and clinic"


def test_people_on_none_of_the_lists_are_set_aside_with_their_number() -> None:
    given = lists(*PALEMBANG)
    result = weigh(replace(given, cells=(*given.cells, ListCell((0, 0, 0), 9))))
    assert {exclusion.reason: exclusion.n for exclusion in result.excluded} == {"on none of the lists": 9}
    assert (result.rows_in, result.rows_used) == (132, 123)


def test_more_lists_than_all_models_can_be_looked_at_for_are_added_to_pair_by_pair() -> None:
    def held(*on: int) -> tuple[int, ...]:
        return tuple(int(at in on) for at in range(7))

    alone = [ListCell(held(at), 20 + at) for at in range(7)]
    given = Lists(
        tuple("ABCDEFG"), (*alone, *(ListCell(held(*pair), 3) for pair in combinations(range(7), 2))), linkage_error=0.0
    )
    result = weigh(given, draws=20)
    assert result.diagnostics["chosen_by"] == "stepwise, p 0.02"
    assert "too many to look at" in result.diagnostics["without"]["lowest BIC"]
    assert "lowest BIC: no answer" in result.answer.series[0].columns["chosen_by"]


def test_without_lists_the_plan_is_told_what_to_name() -> None:
    said = refusal()
    assert said.reason == "there are no lists to compare"
    assert "[[lists]]" in said.needed


def test_one_of_several_sets_of_lists_is_picked_by_name() -> None:
    first, second = lists(*PALEMBANG, name="a"), lists(*PALEMBANG[:-1], 20, name="b")
    assert weigh(first, second, lists="b").id == "multiple_systems/b/all"
    for asked in ("", "c"):
        with pytest.raises(PlanError, match="name one of a, b"):
            weigh(first, second, lists=asked)


def test_two_lists_have_no_estimate_but_the_number_over_the_odds_ratio() -> None:
    """n + OR n10 n01/n11 by hand, from a quarter to four."""
    said = refusal(lists(30, 20, 10))
    curve = said.figures["two_lists"]
    assert (curve["odds_ratio"][0], curve["odds_ratio"][-1]) == (0.25, 4)
    assert dict(zip(*curve.values(), strict=True))[1.0] == 120
    assert (curve["total"][0], curve["total"][-1]) == (75, 300)
    assert "two_lists" not in refusal(lists(30, 20, 0)).figures


def test_seven_people_on_two_lists_are_few_and_six_too_few() -> None:
    assert isinstance(weigh(lists(20, 20, 3, 20, 2, 2, 0)).answer, Answer)
    said = refusal(lists(20, 20, 2, 20, 2, 2, 0))
    assert "6 people are on two or more lists" in said.reason
    assert said.figures["on_two_or_more"] == 6


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lists(*PALEMBANG, linkage_error=None), "how many links"),
        (lists(*PALEMBANG, linkage_error=1.0), "a linkage error of 1"),
        (lists(*PALEMBANG, refer=(("hotline", "clinic"), ("court", "clinic"), ("court", "hotline"))), "all 3 pairs"),
        (lists(*PALEMBANG, refer=(("hotline", "school"),)), "refer names school"),
        (lists(5, 5, 54, -1, 6, 0, 12), "1 cells hold less than 0 people"),
        (lists(5, 0, 54, 41, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), "one member on the list press"),
        (lists(5, 5, 54, 41, 0, 0, 0), "court shares nobody"),
        (lists(20, 20, 20, 0, 0, 0, 0), "list 3 holds nobody"),
        (Lists(("hotline",), cells(5), linkage_error=0.0), "1 lists: expected 3 to 9"),
        (Lists(NAMES[:3], cells(5, 5, 54), linkage_error=0.0), "3 cells do not say 0 or 1 for each of 3 lists"),
        # every one of these people is needed for any model to have an answer
        (lists(0, 0, 4, 1, 0, 0, 4), "with one person less no model has an answer"),
    ],
)
def test_lists_that_cannot_say_are_refused_with_the_reason(given: Lists, words: str) -> None:
    assert words in refusal(given).reason


@pytest.mark.parametrize(
    "given",
    [
        lists(*PALEMBANG, refer=(("hotline", "clinic"), ("court", "clinic"))),
        lists(5, 5, 54, 41, 1, 0, 0),
        lists(5, 0, 54, 41, 6, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1),
        lists(0, 0, 4, 2, 1, 1, 4),
    ],
    ids=["two pairs of three refer", "the third shares one", "two on the fourth", "a few more"],
)
def test_their_neighbours_are_not_refused(given: Lists) -> None:
    assert isinstance(weigh(given).answer, Answer)


@pytest.mark.parametrize(
    ("model", "words"),
    [("[12,13,23]", "do not tell its parameters apart"), ("[12,3]", "no finite maximum"), ("[1a,3]", "no model is")],
)
def test_a_named_model_without_an_answer_is_refused_by_itself(model: str, words: str) -> None:
    assert words in refusal(lists(40, 30, 6, 20, 0, 0, 0), model=model).reason


def test_a_list_inside_another_is_named() -> None:
    """All on the first list were passed on to the second: together they are one list."""
    result = weigh(lists(0, 30, 40, 50, 0, 12, 15))
    assert result.diagnostics["inside"] == ("hotline inside clinic",)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    given = lists(*PALEMBANG)
    assert weigh(given, draws=20) == weigh(given, draws=20)
    assert weigh(given, draws=20).answer.headline != weigh(given, draws=20, seed=1).answer.headline


def test_the_order_of_cells_never_matters() -> None:
    given = lists(*PALEMBANG)
    assert weigh(given, draws=20) == weigh(replace(given, cells=given.cells[::-1]), draws=20)
