"""What was answered on the canvass form, as the facts that are sealed, and those facts as a row of a canvass.

The format is docs/formats/canvass.md; a row is what `hear.canvass` reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evenhand.errors import FormatError
from evenhand.hear.answers import Problem, problems
from evenhand.terms import canvass
from evenhand.terms.canvass import COLUMNS
from evenhand.terms.form import Page, Question
from evenhand.terms.sheets import SEPARATOR

HEADER = ("department", "race_self", "stopped", "times", *COLUMNS)
# columns that hold several codes
LISTED = ("race_self", "agency_basis", "actions", "result")

__all__ = ["HEADER", "Problem", "facts", "last_of_each", "problems", "row"]


def facts(pages: Sequence[Page], given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the answers fill; of a no, its race and nothing more."""
    stopped = "".join(given.get("stopped", [])[:1])
    made: dict[str, Any] = {"stopped": stopped}
    for page in pages if stopped == "yes" else pages[:1]:
        for question in page.questions:
            _fill(made, question, given.get(question.name, []))
    if made.get("known_as_officer") not in canvass.KNOWN_CODES:
        made.pop("treatment_once_known", None)
    return made


def _fill(made: dict[str, Any], question: Question, said: Any) -> None:
    if question.kind == "number":
        if said:
            made[question.field] = int(said)
        return
    for answer in question.answers:
        for name, value in answer.fills if answer.code in said else ():
            if name in LISTED:
                made[name] = [*dict.fromkeys([*made.get(name, []), value])]
            elif name in HEADER:
                made[name] = value


def last_of_each(opened: Iterable[Mapping[str, Any]], which: str) -> list[Mapping[str, Any]]:
    """Of the sealed answers to the canvass `which`, the last of each ticket, in the order of their rows."""
    last: dict[str, Mapping[str, Any]] = {}
    for each in opened:
        if each.get("canvass") != which:
            continue
        if not isinstance(each.get("row"), str) or not isinstance(each.get("order"), int):
            raise FormatError("an answer has no row or no order: it was not made by a drop box")
        if each["row"] not in last or each["order"] > last[each["row"]]["order"]:
            last[each["row"]] = each
    return [last[name] for name in sorted(last)]


def row(department: str, made: Mapping[str, Any]) -> list[str]:
    """An answer as a row under HEADER; the ticket's own number is not in it."""
    said = {**made, "department": department, "race_self": made.get("race_self") or ["DECLINED"]}
    cells = (said.get(name, "") for name in HEADER)
    return [SEPARATOR.join(cell) if isinstance(cell, list) else str(cell) for cell in cells]
