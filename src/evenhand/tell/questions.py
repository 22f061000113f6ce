"""What each method asks, in words for a reader, and what it is blind to (each method's own paragraph of METHODS)."""

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
    "unanimity": Question(
        "Who told us",
        "If all who told, or most, belong to one group, how surprising is that, and how much likelier to tell would "
        "its members have to be for it not to be?",
        "members of the group would have to be likelier to tell than others to explain who told",
        "Why people told; encounters nobody told; the group's share of those at risk itself, which is why several "
        "stand side by side. It can suggest and never settle.",
    ),
    "roster": Question(
        "A whole group asked",
        "In a group of known size, all of whom were asked, how much likelier were members of one race to be stopped "
        "off duty?",
        "the group was stopped more often for its number",
        "How officers differ from residents; what people misremember; answers given by those who knew what the canvass "
        "was for.",
    ),
    "recognition": Question(
        "Once they knew",
        "Within one encounter, did treatment change once the person was known to be an officer?",
        "treatment got better, or ended, more often than it got worse",
        "Encounters end anyway; memory; a change of treatment, which is not about race until it is compared by race.",
    ),
    "two_streams": Question(
        "Residents and officers off duty",
        "Do residents and officers off duty, who told apart from each other, describe the same conduct?",
        "the element is told more often by one of the two",
        "A story that both had heard; people who tell because of what happened to them; elements that one of the two "
        "was not in a place to see. Likeness suggests one practice; it does not say how common it is.",
    ),
    "surge": Question(
        "When it rose",
        "Did encounters rise at a point in time, or did telling?",
        "more happened in a week after the change than before",
        "A change in telling that looks just like one in what happened.",
    ),
    "space_time_scan": Question(
        "Clusters in place and time",
        "Is there a place and time where encounters told cluster beyond chance?",
        "more was told from there than its share of all",
        "Telling that clusters; and, where the number of people is not used, a rise that comes everywhere at once.",
    ),
    "multiple_systems": Question(
        "Encounters on no list",
        "How many encounters would all lists together have missed?",
        "two lists hold the same encounters more often than chance would have them",
        "Dependence between lists beyond the models fitted; lists that refer to each other, which lower the number, or "
        "that shut each other out, which raise it; encounters that no list could hold. It shows how much hangs on the "
        "model, and never one number.",
    ),
    "recording_rate": Question(
        "Told and not recorded",
        "What share of the encounters told does the agency's own record never show?",
        "the group's encounters go unrecorded more often",
        "Those who told are not a sample of those stopped; a wrong agency looks like no record.",
    ),
    "agreement": Question(
        "Coders who read apart",
        "Do coders who read the same account apart from each other read the same thing in it?",
        "",
        "Coders who share a wrong reading.",
    ),
    "trust": Question(
        "Calls for help",
        "Did people call for help less after an event that became widely known?",
        "more calls came than expected",
        "Fewer needs, as against fewer calls; help asked for in other ways.",
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
