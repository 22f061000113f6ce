"""From the figures of a source to its light, the sentences it rests on, and a summary for a chief.

Red: it should not be used as it is. Yellow: it can be, with care. Green: nothing found stands in the way.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from evenhand.terms.evidence import Light

# METHODS 2, `race_missing`: more than half unknown is refused.
RACE_RED = 0.5
# EXPERIENCE 4.2: strong evidence needs race missing in under a tenth.
RACE_YELLOW = 0.1
# EXPERIENCE 4.2 asks for under a fifth of race; any other field is held to the same.
FIELD_YELLOW = 0.2
# As METHODS 2 for race: half of the rows cannot be asked.
WHEN_RED, WHEN_YELLOW = 0.5, 0.05
# METHODS 2, `default_midnight`.
MIDNIGHT_YELLOW = 0.05
ABSENT_RED = 0.25
# Fields whose gaps weaken a question that people will ask.
ASKED = {
    "gender": "the sex of the person",
    "search_any": "whether anyone was searched",
    "search_person": "whether the person was searched",
    "search_vehicle": "whether the vehicle was searched",
    "found": "what a search found",
    "result": "how the stop ended",
    "mode": "whether it was a car or a person on foot",
}
ORDER: tuple[Light, ...] = ("green", "yellow", "red")

Finding = tuple[Light, str]


def light(figures: Mapping[str, Any]) -> tuple[Light, tuple[str, ...]]:
    """The worst light of any rule, and a sentence for each rule that had something to say, worst first."""
    found = [*_race(figures), *_when(figures), *_months(figures), *_rows(figures), *_fields(figures)]
    found.sort(key=lambda finding: -ORDER.index(finding[0]))
    worst: Light = found[0][0] if found else "green"
    return worst, tuple(sentence for _, sentence in found)


def summary(figures: Mapping[str, Any], light: Light | None = None) -> tuple[str, ...]:
    """What a chief is told of the file, in three sentences; `light` is the worst that anyone found, by default ours."""
    rows = figures["rows"]
    when = f" from {in_words(figures['dates'][0])} to {in_words(figures['dates'][1])}" if figures["dates"] else ""
    race = figures["missing"].get("race_officer", 1.0)
    untimed = figures["without_time"] / rows if rows else 1.0
    closing = {
        "green": "Nothing was found that stands in the way of using them.",
        "yellow": "They can be used, with care for what is said below.",
        "red": "They should not be used as they are, for what is said below.",
    }[light or figures["light"]]
    return (
        f"The file holds {rows:,} rows{when}.",
        f"Race is missing from {percent(race)} of them, the time of day from {percent(untimed)}.",
        closing,
    )


def in_words(day: str) -> str:
    """`2017-01-01` as 1 January 2017."""
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


def percent(share: float) -> str:
    """A share in per cent, one decimal below ten."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def _race(figures: Mapping[str, Any]) -> list[Finding]:
    share = figures["missing"].get("race_officer")
    if share is None:
        return [("red", "No column says what race the officer recorded.")]
    sentence = f"Race is unknown or blank in {percent(share)} of the rows."
    if share > RACE_RED:
        return [("red", sentence)]
    return [("yellow" if share > RACE_YELLOW else "green", sentence)]


def _when(figures: Mapping[str, Any]) -> list[Finding]:
    rows, found = figures["rows"] or 1, list[Finding]()
    for what, n in (("date", figures["without_date"]), ("time of day", figures["without_time"])):
        share = n / rows
        if n:
            color: Light = "red" if share > WHEN_RED else "yellow" if share > WHEN_YELLOW else "green"
            found.append((color, f"{n:,} rows ({percent(share)}) have no {what}."))
    midnight = figures["midnight"]
    if midnight["share"] > MIDNIGHT_YELLOW:
        found.append(
            (
                "yellow",
                f"{midnight['rows']:,} times ({percent(midnight['share'])}) are exactly midnight, most of all in "
                f"{midnight['worst_month']} ({percent(midnight['worst_share'])}): a default put where none was noted.",
            )
        )
    return found


def _months(figures: Mapping[str, Any]) -> list[Finding]:
    absent, there = figures["absent_months"], len(figures["months"])
    if not absent:
        return []
    color: Light = "red" if len(absent) > ABSENT_RED * (len(absent) + there) else "yellow"
    named = ", ".join(absent[:6]) + (f" and {len(absent) - 6} more" if len(absent) > 6 else "")
    return [(color, f"Months without a single row: {named}.")]


def _rows(figures: Mapping[str, Any]) -> list[Finding]:
    found = list[Finding]()
    if figures["repeated"]:
        found.append(("yellow", f"{figures['repeated']:,} rows have the stop number of an earlier row."))
    if figures["outside_coverage"]:
        found.append(("yellow", f"{figures['outside_coverage']:,} rows lie outside the dates the source covers."))
    return found


def _fields(figures: Mapping[str, Any]) -> list[Finding]:
    missing = figures["missing"]
    found: list[Finding] = [
        ("yellow", f"{percent(missing[name])} of the {_whose(name)} do not say {what}.")
        for name, what in ASKED.items()
        if missing.get(name, 0.0) > FIELD_YELLOW
    ]
    if not {"search_any", "search_person", "search_vehicle"} & set(missing):
        found.append(("green", "No column says whether anyone was searched."))
    if "found" not in missing:
        found.append(("green", "No column says whether a search found anything."))
    return found


def _whose(name: str) -> str:
    return "rows of a search" if name == "found" else "rows"
