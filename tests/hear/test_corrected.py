"""Corrected: a question that is answered again replaces all that it can fill, and nothing else."""

from datetime import date

from hypothesis import given as made_of
from hypothesis import strategies as st

from evenhand.hear import answers, corrected
from evenhand.terms.form import QUESTIONS

TODAY = date(2026, 3, 14)
TICKED = [question for question in QUESTIONS.values() if question.answers]
# one answer to each of some questions
ANSWERS = st.fixed_dictionaries(
    {}, optional={each.name: st.sampled_from([[one.code] for one in each.answers]) for each in TICKED}
)


def again(first: dict, later: dict) -> dict:
    return corrected.corrected(answers.facts(first, TODAY), corrected.given(later, TODAY, "en"))


def test_a_box_that_is_not_ticked_again_is_gone_and_other_questions_stay() -> None:
    made = again({"did": ["searched_you", "boxed"], "reason": ["papers"], "end": ["warning"]}, {"did": ["id"]})
    assert "search_person" not in made
    assert "boxed_in" not in made["actions"]
    assert {"id_demanded", "cause_stated"} <= set(made["actions"])
    assert made["result"] == ["warning"]


def test_a_word_of_one_s_own_leaves_the_boxes_as_they_were() -> None:
    made = again({"race": ["black"]}, {"own_word": "Habesha"})
    assert (made["race_self"], made["race_self_written"]) == (["BLACK"], "Habesha")


def test_a_county_takes_the_place_of_a_city() -> None:
    made = again({"place": "Minneapolis", "near": "Lake and Lyndale"}, {"place": "Ramsey County"})
    assert ("area_city" in made, made["area_county"], made["area_near"]) == (False, "Ramsey County", "Lake and Lyndale")


def sorted_lists(facts: dict) -> dict:
    """Lists in one order: they are sets in the record. An empty one says nothing, but for what was scrubbed."""
    return {name: sorted(value) if isinstance(value, list) else value for name, value in facts.items()}


@made_of(ANSWERS, ANSWERS)
def test_nothing_answered_changes_nothing_and_what_is_said_again_is_said_once(first: dict, later: dict) -> None:
    facts = answers.facts(first, TODAY)
    assert again(first, {}) == facts
    assert sorted_lists(again(first, first)) == sorted_lists(facts)
    once = again(first, later)
    assert sorted_lists(corrected.corrected(once, corrected.given(later, TODAY, "en"))) == sorted_lists(once)
