"""Words: the levels of strength, the names of groups, and what a finding never says (EXPERIENCE 4.2, 4.3)."""

import re
from collections.abc import Mapping
from typing import Any

LEVELS = {
    4: "Strong evidence",
    3: "Moderate evidence",
    2: "Limited evidence",
    1: "Unclear",
    0: "No difference that matters",
}

# How the codes of ENCOUNTER are said; words of a source stay as recorded.
GROUPS = {
    "AIAN": "American Indian or Alaska Native",
    "ASIAN": "Asian",
    "BLACK": "Black",
    "HISPANIC": "Hispanic",
    "MENA": "Middle Eastern or North African",
    "NHPI": "Native Hawaiian or Pacific Islander",
    "WHITE": "White",
    "OTHER": "other",
    "DECLINED": "declined to say",
}

# Whose words the groups are: the source's own, or the codes every source is carried over to.
GROUPINGS = {"as recorded": "as recorded", "crosswalk": "standard groups"}

_FORBIDDEN = (
    r"\bprov(?:e|es|ed|en|ing)\b",
    r"\bconfirm(?:s|ed|ing)?\b",
    r"\bracists?\b",
    r"\bracism\b",
    r"\btarget(?:s|ed|ing)\b",
    r"\bhunt(?:s|ed|ing)?\b",
    r"\bsignifican(?:t|tly|ce)\b(?! digits)",
    r"\bno (?:racial )?bias\b",
    r"(?<!\bnot )\bcleared\b",
    r"\d+(?:\.\d+)? ?%[^.]{0,40}\bwere racial profiling\b",
    r"\bup to \d",
    r"\b(?:illegal|unlawful|unconstitutional|guilty|innocent)(?:ly)?\b",
    r"\bviolat(?:e|es|ed|ion|ions)\b",
    r"\b[Oo]fficer (?:[A-Z][a-z]+|\d+)\b",
    r"\bbadge (?:number|\d+)\b",
)
# The last rules look at capitals; all others do not.
_CASED = ("[A-Z]",)
_PATTERNS = tuple(
    re.compile(pattern, 0 if any(mark in pattern for mark in _CASED) else re.IGNORECASE) for pattern in _FORBIDDEN
)


def forbidden(text: str) -> list[str]:
    """What the text says that a finding never says, in the text's own words, in order; empty when there is nothing.

    >>> forbidden("The data prove that up to 40 % of stops were illegal")
    ['prove', 'up to 4', 'illegal']
    >>> forbidden("This page is not cleared for release")
    []

    """
    text = re.sub(r"[ \t]+", " ", text)
    found = [match for pattern in _PATTERNS for match in pattern.finditer(text)]
    return [match.group(0) for match in sorted(found, key=lambda match: match.start())]


def level(number: int) -> str:
    """A level in words with its number, as it stands everywhere.

    >>> level(2)
    'Limited evidence (level 2)'

    """
    return f"{LEVELS[number]} (level {number})"


def group(name: str, grouping: str) -> str:
    """A group as said to people: codes in words, a source's own words as recorded."""
    return GROUPS.get(name, name) if grouping == "crosswalk" else name


def officers(name: str, grouping: str = "crosswalk") -> str:
    """Officers of a group, as said to people.

    >>> officers("WHITE"), officers("people of colour")
    ('White officers', 'officers of colour')

    """
    if name.startswith("people "):
        return f"officers {name.removeprefix('people ')}"
    return f"{group(name, grouping)} officers"


def contrast(pair: Mapping[str, Any] | None) -> str:
    """The two groups of a contrast as said to people, and whose words they are.

    >>> contrast({"group": "BLACK", "reference": "WHITE", "grouping": "crosswalk"})
    'Black compared with White, standard groups'

    """
    if pair is None:
        return "everyone in the data"
    first, second = (group(pair[side], pair["grouping"]) for side in ("group", "reference"))
    return f"{first} compared with {second}, {GROUPINGS[pair['grouping']]}"
