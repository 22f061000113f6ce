"""Every method has its question, and says what it is blind to."""

import pytest

from evenhand import weigh
from evenhand.tell import numbers, questions, words


def test_every_method_that_can_be_planned_can_be_told() -> None:
    assert set(weigh.METHODS) <= set(questions.QUESTIONS)


def test_a_method_not_told_yet_is_called_by_its_name() -> None:
    assert questions.question("new_method").name == "New method"


# METHODS 6: the methods on reports, each with a question and a blind spot of its own.
ON_REPORTS = (
    *("unanimity", "roster", "recognition", "two_streams", "surge", "space_time_scan"),
    *("multiple_systems", "recording_rate", "agreement", "trust"),
)


@pytest.mark.parametrize("method", ON_REPORTS)
def test_a_method_on_reports_is_asked_as_a_question_and_names_its_blind_spot(method: str) -> None:
    told = questions.question(method)
    assert told.asks.endswith("?")
    assert told.blind_to.endswith(".")
    assert words.forbidden(f"{told.name} {told.asks} {told.above_one} {told.blind_to}") == []
    assert numbers.numbers_in(f"{told.name} {told.asks} {told.above_one} {told.blind_to}") == []
