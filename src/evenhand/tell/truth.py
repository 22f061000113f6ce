"""The truth: what was planted in a simulated wave beside what its findings said, opened after everything else.

The only page that is not made from a finding alone; it exists for simulated data, where the answer is known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.tell import numbers, page, questions, words
from evenhand.tell.document import Document


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted quantity: what it is, its name in the sealed answer, and the method's number that speaks of it."""

    what: str
    sealed: str
    method: str
    quantity: str
    written: Callable[[float], str]


def _times(value: float) -> str:
    return f"{numbers.ratio(value)} times"


PLANTED = (
    Planted("How much more often officers of colour were stopped", "risk_ratio", "roster", "risk_ratio", _times),
    Planted("How many times as frequent encounters became", "surge_ratio", "surge", "rate_ratio", _times),
    Planted(
        "Odds that treatment got better once they knew", "better_odds", "recognition", "better_odds", numbers.ratio
    ),
    Planted(
        "Elements in which officers and residents differ",
        *("unlike_elements", "two_streams", "unlike_elements"),
        numbers.count,
    ),
    Planted("Share of encounters never recorded", "never_recorded", "recording_rate", "never_recorded", numbers.share),
    Planted("Encounters there were, told or not", "encounters", "multiple_systems", "total", numbers.count),
    Planted("Share of calls for help missing", "calls_missing_share", "trust", "calls_missing_share", numbers.share),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page: every cell as printed."""

    what: str
    planted: str
    asked: str
    said: str
    held: str


def page_of(documents: Sequence[Document], sealed: Mapping[str, Any]) -> str:
    """The page of what was planted, for the findings of one simulated world."""
    return page.render(
        "truth.html",
        document=documents[-1],
        story=sealed["story"],
        rows=list(rows(documents, sealed["truth"])),
        telling=list(_telling(documents, sealed["truth"])),
        settings=sealed["settings"],
    )


def rows(documents: Sequence[Document], truth: Mapping[str, float]) -> Iterator[Row]:
    """What was planted and what was said of it, one row a result that speaks of it."""
    for planted in PLANTED:
        results = [result for document in documents for result in document["results"]]
        mine = [result for result in results if result["method"] == planted.method and planted.sealed in truth]
        said = [_row(planted, truth[planted.sealed], result) for result in mine]
        # a question asked twice of the same data is answered once
        yield from dict.fromkeys(said)


def _row(planted: Planted, value: float, result: Mapping[str, Any]) -> Row:
    answer = result["answer"]
    pair = result["contrast"]
    asked = questions.titled(result) + (f", {words.contrast(pair)}" if pair else "")
    shown = planted.written(value)
    if "refusal" in answer:
        return Row(planted.what, shown, asked, f"refused: {answer['refusal']['reason']}", "nothing was claimed")
    found = next((each for each in answer["estimates"] if each["quantity"] == planted.quantity), None)
    if found is None:
        return Row(planted.what, shown, asked, "no number", "nothing was claimed")
    low, high = _ends(found, answer["bands"])
    held = "holds it" if low <= value <= high else "does not hold it"
    return Row(planted.what, shown, asked, numbers.reading_of(found), held)


def _ends(estimate: Mapping[str, Any], bands: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """The interval with every band about it: a range over models, links or silence is part of what was said."""
    ends = [estimate["low"], estimate["high"], *(end for band in bands.values() for end in band)]
    return min(ends), max(ends)


def _telling(documents: Sequence[Document], truth: Mapping[str, float]) -> Iterator[str]:
    """What reports alone can bear: whether telling could have explained them, and whether it did."""
    for result in documents[0]["results"]:
        if result["method"] != "unanimity" or "refusal" in result["answer"]:
            continue
        tipping = next(each for each in result["answer"]["estimates"] if each["quantity"] == "tipping_ratio")
        yield (
            f"People of colour were planted to be stopped {_times(truth['stop_ratio'])} as often as others in the same "
            f"place, and to tell of it {_times(truth['telling_ratio'])} as often."
        )
        needed = f"The mailbox alone said: blind stops would need telling to differ {_times(tipping['low'])} or more."
        enough = truth["telling_ratio"] >= tipping["low"]
        verdict = (
            "Telling did differ as much: the mailbox misled." if enough else "Telling differed less: it was right."
        )
        yield f"{needed} {verdict}"
        return
