"""Levels are computed, each step with its reason, and "no difference" comes out as readily as the others."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evenhand.tell import strength
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Exclusion, Period, Refusal, Result, Scope, Verdict

PAIR = Contrast("BLACK", "WHITE")


def ratio(low: float, high: float, *, method: str = "decision_rate", period: str = "2017", **changes: Any) -> Result:
    value = math.sqrt(low * high)
    scope = Scope("all", {}, Period(period, date(2017, 1, 1), date(2017, 12, 31)))
    answer = Answer(
        (Estimate("ratio", "ratio", value, low, high, 5000),),
        smallest_visible=1.1,
        bands=(Band("missing_race", low * 0.99, high * 1.01, "corners"),),
    )
    made = Result(
        id=f"{method}/BLACK-WHITE/all/{period}",
        method=method,
        settings={},
        contrast=PAIR,
        scope=scope,
        rows_in=6000,
        excluded=(Exclusion("race not recorded", 100), Exclusion("race is in neither group, or in either", 900)),
        gates=(),
        answer=answer,
        diagnostics={"negative_control": {"passes": True}, "specifications": {"same_sign_share": 1.0}},
    )
    return replace(made, **changes)


def refused(method: str) -> Result:
    return replace(ratio(1, 1, method=method), answer=Refusal("no field says what was found"))


def test_an_interval_inside_the_band_rules_a_difference_out() -> None:
    assert strength.grade(ratio(0.93, 1.08)).level == 0


def test_no_difference_is_tested_before_limited() -> None:
    # the interval excludes 1 and yet holds nothing that matters
    assert strength.grade(ratio(1.01, 1.10)).level == 0


def test_an_interval_on_both_sides_is_unclear() -> None:
    graded = strength.grade(ratio(0.8, 1.5))
    assert (graded.level, graded.word) == (1, "Unclear")


def test_one_clear_design_is_moderate_and_never_more() -> None:
    assert strength.grade(ratio(1.9, 2.4)).level == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gates": (Verdict("race_missing", "pass", "", {"share": 0.336}),)}, "race is not recorded in 34%"),
        ({"gates": (Verdict("power", "caution", "under-powered", {}),)}, "under-powered"),
        ({"diagnostics": {"specifications": {"same_sign_share": 0.56}}}, "56% of the specifications agree"),
        ({"diagnostics": {"negative_control": {"passes": False}}}, "the negative control found a difference"),
    ],
)
def test_each_condition_that_fails_steps_down_to_limited_and_says_so(changes, reason) -> None:
    graded = strength.grade(ratio(1.9, 2.4, **changes))
    assert graded.level == 2
    assert any(reason in why for why in graded.reasons)


def test_a_small_hidden_factor_steps_down() -> None:
    # E-value of 1.05 is 1.28, below 1.5
    graded = strength.grade(ratio(1.05, 1.30))
    assert graded.level == 2
    assert "hidden factor of 1.28" in graded.reasons[0]


def test_unknown_races_that_could_undo_it_step_down() -> None:
    found = ratio(1.9, 2.4)
    wide = replace(found.answer, bands=(Band("missing_race", 0.8, 5.0, "corners"),))
    assert strength.grade(replace(found, answer=wide)).level == 2


def test_a_benchmark_of_residents_alone_is_limited() -> None:
    assert strength.grade(ratio(3.0, 5.0, method="benchmark")).level == 2


def test_searches_and_finds_that_do_not_oppose_each_other_are_unclear() -> None:
    found = ratio(0.4, 0.6, method="robust_outcome_test", diagnostics={"direction": "inconclusive"})
    assert strength.grade(found).level == 1


def test_a_refusal_is_unclear_with_its_reason() -> None:
    graded = strength.grade(refused("outcome_test"))
    assert graded.level == 1
    assert "no field says what was found" in graded.reasons[0]


def test_race_itself_is_unclear_when_only_comparisons_of_groups_were_made() -> None:
    assert strength.grade_race([ratio(1.9, 2.4), ratio(3.0, 5.0, method="benchmark")]).level == 1


def test_race_itself_is_at_most_moderate_from_one_design() -> None:
    graded = strength.grade_race([ratio(1.5, 2.4, method="veil_of_darkness"), refused("robust_outcome_test")])
    assert graded.level in (2, 3)
    assert any("robust outcome test was refused" in why for why in graded.reasons)


def test_two_designs_that_agree_in_two_periods_are_strong() -> None:
    results = [
        ratio(low, high, method=method, period=period)
        for period in ("2016", "2017")
        for method, low, high in (("veil_of_darkness", 1.9, 2.4), ("robust_outcome_test", 0.4, 0.6))
    ]
    assert strength.grade_race(results).level == 4


def test_the_same_two_designs_in_one_period_are_moderate_and_say_why() -> None:
    results = [ratio(1.9, 2.4, method="veil_of_darkness"), ratio(0.4, 0.6, method="robust_outcome_test")]
    graded = strength.grade_race(results)
    assert graded.level == 3
    assert "the two designs agree in one period only" in graded.reasons


def two_designs(period: str, low: float = 1.9) -> list[Result]:
    return [
        ratio(low, 2.4, method="veil_of_darkness", period=period),
        ratio(0.4, 0.6, method="robust_outcome_test", period=period),
    ]


def test_a_second_period_that_does_not_show_it_is_no_repetition() -> None:
    graded = strength.grade_race([*two_designs("2016"), *two_designs("2017", low=0.8)])
    assert graded.level == 3
    assert "the two designs agree in one period only" in graded.reasons
    assert any("veil of darkness (2017)" in why for why in graded.reasons)


def test_designs_that_pass_in_different_periods_do_not_agree() -> None:
    veil, _ = two_designs("2016")
    _, outcome = two_designs("2017")
    graded = strength.grade_race([veil, outcome])
    assert (graded.level, graded.reasons) == (3, ("only one design that asks about race passes",))


@pytest.mark.parametrize(
    ("diagnostics", "reason"),
    [
        ({"specifications": {"same_sign_share": 1.0}}, "no negative control"),
        ({"negative_control": {"passes": True}}, "no second specification"),
    ],
)
def test_strong_needs_a_control_and_a_second_specification(diagnostics, reason) -> None:
    results = [*two_designs("2016"), *two_designs("2017")]
    graded = strength.grade_race([replace(results[0], diagnostics=diagnostics), *results[1:]])
    assert graded.level == 3
    assert any(reason in why for why in graded.reasons)


def test_strong_holds_false_discoveries_over_everything_tested() -> None:
    results = [*two_designs("2016", low=1.12), *two_designs("2017", low=1.12)]
    nothing = [ratio(0.8, 1.25, period=f"look {look}") for look in range(4000)]
    assert results[0].id in strength.discoveries(results)
    assert results[0].id not in strength.discoveries([*results, *nothing])
    graded = strength.grade_race(results, [*results, *nothing])
    assert any("false discoveries are held over everything tested" in why for why in graded.reasons)


def test_designs_that_contradict_each_other_are_unclear() -> None:
    results = [ratio(1.9, 2.4, method="veil_of_darkness"), ratio(1.9, 2.4, method="robust_outcome_test")]
    assert strength.grade_race(results).level == 1


def test_designs_that_rule_a_difference_out_say_so() -> None:
    results = [ratio(0.95, 1.05, method="veil_of_darkness"), ratio(0.95, 1.05, method="robust_outcome_test")]
    assert strength.grade_race(results).level == 0
