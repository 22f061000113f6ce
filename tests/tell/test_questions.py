"""Every method has its question, and says what it is blind to."""

from evenhand import weigh
from evenhand.tell import questions


def test_every_method_that_can_be_planned_can_be_told() -> None:
    assert set(weigh.METHODS) <= set(questions.QUESTIONS)


def test_a_method_not_told_yet_is_called_by_its_name() -> None:
    assert questions.question("new_method").name == "New method"
