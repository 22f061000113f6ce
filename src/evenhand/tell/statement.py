"""The public statement: one page, at most 350 words, no number that is not in the finding (EXPERIENCE 4.7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.errors import RecordError
from evenhand.tell import document as doc
from evenhand.tell import numbers, page, questions, summary, words
from evenhand.tell.document import Document

# EXPERIENCE 4.7.
MOST_WORDS, MOST_NUMBERS = 350, 3
NOT_CLEARED = "Not cleared for release."
# What the number of a method without two groups is, in words.
NUMBERS_OF_REPORTS = {
    "unanimity": "How many times as likely to report the group would have to be for so many to be no surprise",
    "recognition": "Odds that treatment got better once they knew that the person is police",
    "two_streams": "Elements in which what residents and off-duty officers told differs",
    "surge": "How many times as frequent encounters became",
    "space_time_scan": "The chance of as strong a cluster without any cause",
    "recording_rate": "Share of encounters told that no record of the agency shows",
    "trust": "Share of calls for help that are missing",
}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the statement: what it is, how it reads, its id, and of reports how sure it makes us."""

    what: str
    reading: str
    id: str
    sure: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The parts of a statement in order, as they are printed on paper and on screen."""

    cleared: bool
    title: str
    levels: tuple[str, ...]
    numbers: tuple[Number, ...]
    limits: str
    reply: str
    change: str
    check: str
    contact: str


def statement(document: Document) -> str:
    """The statement as one self-contained HTML page; RecordError when it runs over 350 words."""
    return page.render("statement.html", said=_held(parts(document)), document=document)


def text(document: Document) -> str:
    """The statement as plain text, the same words and numbers; RecordError when it runs over 350 words."""
    return _text(_held(parts(document)))


def parts(document: Document) -> Statement:
    """What the statement says."""
    change = page.would_change(document)
    return Statement(
        cleared=document["cleared"],
        title=page.sentence(document["title"]),
        levels=tuple(f"{level}." for level in page.levels(document)),
        numbers=tuple(_numbers(document))[:MOST_NUMBERS],
        limits=_limits(document["not_shown"]),
        reply=page.reply(document),
        change=f"What would change this: {change[0]}" if change else "",
        check="How to check: every number is in finding.json under the id beside it; the page says how to make it.",
        contact=f"Contact: {document['plan']['contact'] or 'the office that publishes this'}.",
    )


def _numbers(document: Document) -> Iterator[Number]:
    """One number a claim, in the order of the claims, for claims that rest on one result.

    A ratio where two groups are compared; of reports the first number, and none of those that no number is right for.
    """
    for claim in document["claims"]:
        result = summary.result_of(document, claim)
        if result is not None and claim["numbers"] and result["method"] in NUMBERS_OF_REPORTS:
            found = doc.number(document, claim["numbers"][0])
            # none got worse: the odds have a lower end only, and stand as their own value
            least = "at least " if result["method"] == "recognition" and not numbers.interval_of(found) else ""
            what, reading = NUMBERS_OF_REPORTS[result["method"]], least + numbers.reading_of(found)
            yield Number(what, reading, claim["numbers"][0], words.level(claim["level"]))
            continue
        for number_id in claim["numbers"] if claim["kind"] != "missed" else ():
            ratio = numbers.as_ratio(doc.number(document, number_id))
            if result is not None and ratio is not None:
                yield Number(_what(result), numbers.reading_of(ratio), number_id)
                break


def _what(result: Mapping[str, Any]) -> str:
    return f"{questions.titled(result)}, {words.contrast(result['contrast'])}, ratio"


def _limits(not_shown: list[str]) -> str:
    if not not_shown:
        return ""
    items = [item[0].lower() + item[1:].rstrip(".") for item in not_shown[:3]]
    return f"What this does not show: {'; '.join(items)}."


def _held(said: Statement) -> Statement:
    found = len(_text(said).split())
    if found > MOST_WORDS:
        raise RecordError(
            f"the statement has {found} words, at most {MOST_WORDS} are allowed: shorten the finding's title, or the "
            "first thing that would change it"
        )
    return said


def _sure(number: Number) -> str:
    return f"{number.reading}, {number.sure}" if number.sure else number.reading


def _text(said: Statement) -> str:
    lines = [] if said.cleared else [NOT_CLEARED, ""]
    lines += [said.title, *said.levels, ""]
    lines += [f"- {number.what}: {_sure(number)} [{number.id}]" for number in said.numbers]
    lines += ["", *(part for part in (said.limits, said.reply, said.change, said.check, said.contact) if part)]
    return "\n".join(lines) + "\n"
