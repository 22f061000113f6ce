"""What each method asks, in words for a reader, and what it is blind to (METHODS 4, each method's own paragraph)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """A method as it is told: its name, what it asks, what a ratio above 1 means, and how it could mislead."""

    name: str
    asks: str
    above_one: str
    blind_to: str


QUESTIONS = {
    "benchmark": Question(
        "Stops against a benchmark",
        "Is the group stopped more often than its presence among those who could have been stopped?",
        "the group is stopped more often for its number",
        "Who drives, where and how; where officers were sent and why; one person stopped many times; the choice of "
        "benchmark itself, which is why several stand side by side.",
    ),
    "veil_of_darkness": Question(
        "Daylight against darkness",
        "At the same clock time, does the group's share of stops fall when it is too dark to see who is driving?",
        "the group's share is larger in daylight",
        "Anything outside the hours when dusk can fall; street lighting and other visible cues, which pull the answer "
        "towards no difference; drivers who change their behaviour with the light, which can turn the sign; season; "
        "equipment stops that depend on light.",
    ),
    "decision_rate": Question(
        "What happened after the stop",
        "Once stopped, is the group treated differently from others stopped at like places, times and reasons?",
        "it happens to the group more often",
        "Who was stopped at all; circumstances that were not recorded; reasons written down after the decision.",
    ),
    "outcome_test": Question(
        "What searches found",
        "Are searches of the group less often productive?",
        "searches of the group find something more often",
        "The difference between average and marginal searches: averages can differ where one standard is kept; how "
        "serious the finds are; searches not recorded; anything about who was stopped.",
    ),
    "robust_outcome_test": Question(
        "Searches and finds together",
        "Do the rate of searches and the rate of finds point the same way, so that neither alone can mislead?",
        "searches of the group find something more often",
        "Groups whose risks are spread in ways that cross; and it often cannot decide, which settles nothing.",
    ),
    "threshold_test": Question(
        "The standard of suspicion",
        "What likelihood of a find did officers require before searching each group?",
        "the group is searched on a higher standard",
        "The form assumed for the spread of risk; fair differences of standard in one place; who was stopped at all.",
    ),
    "risk_adjusted_regression": Question(
        "Search at equal risk",
        "Among people of equal estimated risk, is the group searched more, and how wrong would the risks have to be to "
        "undo that?",
        "the group is searched more often at equal risk",
        "Risks of people never searched; other purposes of a search than finds; stand-ins for race among the facts.",
    ),
    "doubly_robust": Question(
        "Like stops compared",
        "After a stop, is the group treated differently from people in like stops?",
        "it happens to the group more often",
        "Circumstances that were not recorded; who was stopped at all.",
    ),
    "selection_bounds": Question(
        "If some stops were about race",
        "If some of the group's stops would not have been made of others, what can differences after a stop mean?",
        "it happens to the group more often",
        "Which of its readings is true: it shows how much hangs on that, and does not choose.",
    ),
    "internal_benchmark": Question(
        "Units compared with like units",
        "Does a unit treat the group differently from like units in like circumstances?",
        "the unit stops the group more often",
        "A practice that all units share; assignment, which is itself a choice.",
    ),
    "inconsistent_perception": Question(
        "One person, seen two ways",
        "Is the same person searched more in stops where the officer recorded them as of the group?",
        "it happens more often when seen as of the group",
        "A label written after the search; people recorded both ways are unlike others; false matches of persons.",
    ),
}


def question(method: str) -> Question:
    """The question of a method; for one not told yet, its own name and no more."""
    name = method.replace("_", " ")
    return QUESTIONS.get(method, Question(name.capitalize(), "", "", ""))


def of(result: Mapping[str, Any]) -> Question:
    """The question of a result of the document."""
    return question(result["method"])


def titled(result: Mapping[str, Any]) -> str:
    """A result's question by name, with what it looks at where a method looks at more than one thing.

    >>> titled({"method": "decision_rate", "settings": {"outcome": "searched"}})
    'What happened after the stop: searched'

    """
    outcome = result["settings"].get("outcome")
    return of(result).name + (f": {str(outcome).replace('_', ' ')}" if outcome else "")
