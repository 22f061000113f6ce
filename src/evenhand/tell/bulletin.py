"""The first bulletin: what may be said early of what people told, when silence would leave the numbers to others.

EXPERIENCE 5: the region only, one period, no cross-tables, counts to the nearest five and at least ten people, level 2
at most, the agency's reply asked for and its day printed. A sentence with "everyone" only where thirty or more stand
behind it, and only with the tipping ratio in it. Until the disclosure gate stands it is a draft, and says so.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.tell import numbers, page, reported, words
from evenhand.tell.document import Document

# EXPERIENCE 5: rules 1, 2 and 11, and the first bulletin.
FEWEST, NEAREST, PERCENT_BASE, EVERYONE = 10, 5, 30, 30
HIGHEST_LEVEL = 2
PER_GROUP, PER_ARM = 30, 10

Estimates = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The parts of a bulletin in order; `unmet` are the rules that keep it from leaving."""

    title: str
    period: str
    level: str
    said: tuple[str, ...]
    not_said: tuple[str, ...]
    reply: str
    contact: str
    unmet: tuple[str, ...]


def bulletin(document: Document) -> str:
    """The bulletin as one self-contained HTML page."""
    return page.render("bulletin.html", said=parts(document), document=document)


def text(document: Document) -> str:
    """The bulletin as plain text, the same words and numbers."""
    said = parts(document)
    blocks = [
        ["Not cleared for release."],
        [said.title, said.period, f"How sure we are: {said.level}."],
        [f"- {sentence}" for sentence in said.said],
        ["What cannot be said:", *(f"- {sentence}" for sentence in said.not_said)],
        [said.reply, said.contact],
        ["Before this may leave:", *(f"- {rule}" for rule in said.unmet)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def told_of(document: Document) -> bool:
    """Whether the finding holds what people told, so that there is a bulletin to write."""
    return any(result["method"] in ("unanimity", "roster") for result in document["results"])


def parts(document: Document) -> Bulletin:
    """What the bulletin says, every count rounded."""
    plan = document["plan"]
    levels = [claim["level"] for claim in document["claims"] if claim["kind"] not in ("overall", "missed")]
    return Bulletin(
        title=f"First bulletin: {plan['title']}",
        period=_period(document),
        level=words.level(min(HIGHEST_LEVEL, max(levels, default=1))),
        said=(*_reports(document), *_canvass(document)),
        not_said=tuple(_cannot(document)),
        reply=page.reply(document),
        contact=f"Contact: {plan['contact'] or 'the office that publishes this'}.",
        unmet=tuple(_unmet(document)),
    )


def rounded(n: float) -> str:
    """A count as a bulletin prints it: to the nearest five, and not at all under ten.

    >>> rounded(71), rounded(9), rounded(0)
    ('about 70', 'fewer than 10', 'fewer than 10')

    """
    return f"about {numbers.count(NEAREST * round(n / NEAREST))}" if n >= FEWEST else "fewer than 10"


def at_least(ratio: float) -> str:
    """A ratio rounded down, so that no count can be worked back from it.

    >>> at_least(4.63), at_least(1.39), at_least(13.2)
    ('at least 4', 'at least 1.3', 'at least 13')

    """
    return f"at least {numbers.decimals(math.floor(ratio), 0) if ratio >= 2 else math.floor(10 * ratio) / 10}"


def _reports(document: Document) -> Iterator[str]:
    for result, estimates in _answered(document, "unanimity"):
        told, of_group = estimates["encounters"]["value"], estimates["in_group"]["value"]
        who = result["settings"].get("group_name") or "the group"
        likelier = f"{at_least(estimates['tipping_ratio']['low'])} times as likely as others to report"
        blind = f"with stops blind to race, they would have to be {likelier} for that to be no surprise"
        yield f"People told us of {rounded(told)} encounters, each counted once however often it was told."
        if told == of_group and told >= EVERYONE:
            yield f"Everyone who reported to us described themselves as {who}; {blind}."
        elif told >= PERCENT_BASE and of_group >= FEWEST:
            share = numbers.count(100 * _nearest(of_group) / _nearest(told))
            yield f"Of those who reported to us, about {share} % described themselves as {who}; {blind}."
        return


def _canvass(document: Document) -> Iterator[str]:
    for result, estimates in _answered(document, "roster"):
        contrast = result["contrast"]
        group, reference = (words.officers(contrast[side], contrast["grouping"]) for side in ("group", "reference"))
        sizes = [estimates[f"share_{side}"] for side in ("group", "reference")]
        asked = result["rows_in"]
        yield f"In a canvass {rounded(asked)} officers were asked, whether or not they had anything to tell."
        if any(size["n"] < PER_GROUP or size["value"] * size["n"] < PER_ARM for size in sizes):
            yield "Too few in one of the groups were stopped, or answered, for a comparison to leave this office."
            return
        ratio = estimates["risk_ratio"]
        yield (
            f"{page.sentence(group)[:-1]} may have been stopped off duty {numbers.ratio(ratio['value'])} times as "
            f"often as {reference} of the same departments ({numbers.interval_of(ratio)})."
            if not ratio["low"] <= 1 <= ratio["high"]
            else f"Whether {group} are stopped off duty more or less often than {reference}, the canvass cannot tell "
            f"({numbers.interval_of(ratio)} times as often)."
        )
        return


def _cannot(document: Document) -> Iterator[str]:
    """What is open: race itself, how common such stops are, and each question that was refused."""
    yield "How common such stops are: no count of reports is a rate of stops."
    for claim in document["claims"]:
        if claim["kind"] == "overall" and claim["level"] == 1:
            yield claim["text"]
    # a refusal, or an interval on both sides, holds exact figures, which stay at the desk
    methods = {kind: method for method, kind in reported.KINDS.items()}
    for claim in document["claims"]:
        if claim["kind"] in methods and claim["level"] == 1:
            yield f"{reported.WHETHER[methods[claim['kind']]]}."


def _period(document: Document) -> str:
    for result in document["results"]:
        if period := result["scope"]["period"]:
            return f"{numbers.day(period['first'])} to {numbers.day(period['last'])}; the whole region together"
    return "All dates told of; the whole region together"


def _unmet(document: Document) -> Iterator[str]:
    """The rules of EXPERIENCE 5 that are not yet met."""
    yield "the disclosure gate has to pass it, with the attack on its claims"
    if not document["plan"]["reply_asked"]:
        yield "the agency has to be asked for its reply, and the day printed (reply_asked in the plan)"
    periods = {str(result["scope"]["period"]) for result in document["results"]}
    if len(periods) > 1:
        yield f"it has to keep to one period: the plan has {len(periods)}"
    for _, estimates in _answered(document, "unanimity"):
        if estimates["encounters"]["value"] < FEWEST:
            yield "at least 10 people have to stand behind it"
    yield "no other bulletin may have left in the same quarter"


def _nearest(n: float) -> float:
    return NEAREST * round(n / NEAREST)


def _answered(document: Document, method: str) -> Iterator[tuple[Mapping[str, Any], Estimates]]:
    for result in document["results"]:
        if result["method"] == method and "estimates" in result["answer"]:
            yield result, {estimate["quantity"]: estimate for estimate in result["answer"]["estimates"]}
