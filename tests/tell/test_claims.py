"""Claims say no more than their level, hold only the finding's numbers, and never a word that is barred."""

import math
from dataclasses import replace
from typing import Any

import pytest

from evenhand.tell import claims, explanations, words
from evenhand.terms.finding import Plan
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Exclusion, Refusal, Result, Scope, Verdict

PAIR = Contrast("Black", "White", "as recorded")
PLAN = Plan("Stops, 2017", (), (PAIR,), (), (), (), (), "", "0" * 64)
HEDGES = {3: "were probably", 2: "may have been", 1: "cannot tell", 0: "rule out"}


def answered(method: str, low: float, high: float, **changes: Any) -> Result:
    value = math.sqrt(low * high)
    quantity = {"benchmark": "rate_ratio", "veil_of_darkness": "veil_ratio"}.get(method, "risk_ratio")
    answer = Answer(
        (Estimate(quantity, "ratio", value, low, high, 5000),),
        smallest_visible=1.34,
        bands=(Band("missing_race", low, high, "corners"), Band("benchmark", low, high, "3", {"a": 1, "b": 1, "c": 1})),
    )
    made = Result(
        f"{method}/Black-White/all", method, {}, PAIR, Scope(), 5000, (Exclusion("race not recorded", 0),), (), answer
    )
    return replace(made, **changes)


def refused(method: str) -> Result:
    answer = Refusal("no field says whether anything was found", {}, "whether each search found anything")
    return replace(answered(method, 1, 1), answer=answer)


def one_claim(result: Result) -> Any:
    finding = claims.finding(PLAN, (), [result])
    (claim,) = [claim for claim in finding.claims if claim.kind != "overall"]
    return claim


@pytest.mark.parametrize("method", ["benchmark", "decision_rate", "outcome_test", "veil_of_darkness"])
@pytest.mark.parametrize(("low", "high", "level"), [(1.9, 2.4, 3), (1.05, 1.3, 2), (0.8, 1.5, 1), (0.95, 1.05, 0)])
def test_each_level_has_its_own_words(method, low, high, level) -> None:
    claim = one_claim(answered(method, low, high))
    assert claim.level == level
    assert HEDGES[level] in claim.text
    assert f"between {low:.2f} and {high:.2f}" in claim.text
    assert words.forbidden(claim.text) == []


@pytest.mark.parametrize("method", ["benchmark", "decision_rate", "outcome_test", "veil_of_darkness"])
def test_a_refusal_says_what_cannot_be_said_and_why(method) -> None:
    claim = one_claim(refused(method))
    assert claim.level == 1
    assert claim.numbers == ()
    assert "cannot be said from these records: no field says" in claim.text


def test_a_claim_points_at_the_numbers_it_rests_on() -> None:
    assert one_claim(answered("decision_rate", 1.9, 2.4)).numbers == ("decision_rate/Black-White/all#risk_ratio",)


def test_two_methods_refused_for_one_reason_make_one_claim() -> None:
    finding = claims.finding(PLAN, (), [refused("outcome_test"), refused("robust_outcome_test")])
    assert len([claim for claim in finding.claims if claim.kind == "outcome"]) == 1


def test_what_could_be_answered_comes_before_what_could_not() -> None:
    finding = claims.finding(PLAN, (), [refused("decision_rate"), answered("benchmark", 0.8, 1.5)])
    assert [claim.kind for claim in finding.claims] == ["stops", "decision"]


def test_selection_bounds_claim_nothing() -> None:
    assert claims.finding(PLAN, (), [answered("selection_bounds", 1.9, 2.4)]).claims == ()


def test_groups_as_recorded_and_as_counted_are_told_apart() -> None:
    crosswalk = Contrast("BLACK", "WHITE")
    counted = replace(answered("decision_rate", 1.9, 2.4), id="decision_rate/BLACK-WHITE/all", contrast=crosswalk)
    finding = claims.finding(replace(PLAN, contrasts=(crosswalk,)), (), [counted])
    assert "people counted as Black" in finding.claims[0].text
    assert "people recorded as Black" in one_claim(answered("decision_rate", 1.9, 2.4)).text


def test_the_title_says_the_surest_claim_and_then_race_itself() -> None:
    results = [answered("decision_rate", 1.9, 2.4), answered("veil_of_darkness", 0.8, 1.5)]
    title = claims.finding(PLAN, (), results).title
    assert "were probably searched more often" in title
    assert title.endswith("whether race itself decides, the data cannot tell")


def test_a_title_of_no_difference_is_as_plain() -> None:
    results = [answered("decision_rate", 0.95, 1.05), answered("veil_of_darkness", 0.96, 1.04)]
    assert "no difference that matters" in claims.finding(PLAN, (), results).title


def test_a_lower_ratio_is_said_as_such_and_not_as_more() -> None:
    title = claims.finding(PLAN, (), [answered("decision_rate", 0.4, 0.5)]).title
    assert "less often" in title


def test_every_explanation_is_tested_with_a_figure_or_says_that_it_cannot_be() -> None:
    results = [answered("veil_of_darkness", 0.8, 1.5), answered("decision_rate", 1.9, 2.4)]
    for row in explanations.others(PLAN, results):
        assert row.tested or "cannot be tested with these data" in row.done


def test_what_would_change_names_the_missing_field() -> None:
    assert any(
        "whether each search found anything" in line
        for line in explanations.would_change(PLAN, [refused("outcome_test")])
    )


def test_a_sentence_names_what_was_compared_and_nothing_else() -> None:
    drivers = one_claim(answered("benchmark", 1.9, 2.4, diagnostics={"unit": "licensed drivers"}))
    assert drivers.text.startswith("For their number among licensed drivers, people")
    crude = one_claim(answered("decision_rate", 1.9, 2.4, diagnostics={"strata": ("place",)}, settings={"place": ""}))
    assert crude.text.startswith("Once stopped, people")
    alike = {"strata": ("place", "reason", "part_of_day")}
    close = one_claim(answered("decision_rate", 1.9, 2.4, diagnostics=alike, settings={"place": "beat"}))
    assert "in like places, for like reasons and at like hours, people" in close.text


def test_two_tests_that_lack_one_field_ask_for_it_once() -> None:
    lines = list(explanations.would_change(PLAN, [refused("outcome_test"), refused("robust_outcome_test")]))
    assert len(lines) == 1


def test_a_verdict_of_caution_is_a_reason_against_the_top() -> None:
    cautious = answered("decision_rate", 1.9, 2.4, gates=(Verdict("power", "caution", "under-powered", {}),))
    claim = one_claim(cautious)
    assert (claim.level, claim.reasons) == (2, ("under-powered",))
