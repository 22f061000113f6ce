"""Corrected: what somebody answered again, and a report's facts with it. The first telling stays beside (VAULT 5).

A question that was answered again replaces all that it can fill and nothing else, so that who says how long it took
does not take back what was done. The format is docs/formats/form.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from evenhand.hear import answers
from evenhand.hear.answers import Answers
from evenhand.terms import form
from evenhand.terms.form import QUESTIONS, Question

# Beside the fields of the record: which questions were answered again.
ANSWERED = "answered"
# null is an answer of the record's own, so that what is not there any more needs another sign
GONE = object()


def given(again: Answers, today: date, told_in: str) -> dict[str, Any]:
    """The fields that these answers fill, for a correction, with the names of the questions that were answered."""
    shown = [asked for page in answers.pages(again) for asked in answers.questions(page, again)]
    asked = [question for question in shown if again.get(question.name)]
    names = {name for question in asked for name in question.fields}
    if not any(question.name == form.RACE.name for question in asked):
        # a word of one's own is no box: those that were ticked first stand
        names -= {"race_self"}
    facts = answers.facts(again, today, told_in)
    made: dict[str, Any] = {name: value for name, value in facts.items() if name in names}
    if facts["scrubbed"]:
        made["scrubbed"] = facts["scrubbed"]
    return {ANSWERED: [question.name for question in asked], **made}


def corrected(first: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with a correction's `given`; a name that is no question of the form, of a later one, fills nothing."""
    asked = [QUESTIONS[name] for name in later.get(ANSWERED, ()) if name in QUESTIONS]
    made = dict(first)
    for name in first:
        filling = [question for question in asked if name in question.fields]
        if filling:
            made[name] = _without(name, first[name], filling)
    made = {name: value for name, value in made.items() if value is not GONE}
    for name, value in later.items():
        there = made.get(name)
        if name != ANSWERED:
            made[name] = [*there, *(each for each in value if each not in there)] if isinstance(there, list) else value
    return made


def _without(name: str, value: Any, filling: Sequence[Question]) -> Any:
    """A field without what the questions that were answered again can fill; GONE where nothing of it is left."""
    if [question.name for question in filling] == [form.RACE_WRITTEN.name] and name == "race_self":
        return value
    if not isinstance(value, list):
        return GONE
    fills = {code for question in filling for answer in question.answers for of, code in answer.fills if of == name}
    return [each for each in value if each not in fills] or GONE
