"""What was answered on the report form, as fields of the record: which pages are shown, what is wrong, what is found.

Answers come as they were typed or ticked: the name of a question to its codes, or to its text. Nothing that a person
typed is repeated in what is said of it, but for `flags`, which are for their writer. The form is `terms.form`; the
fields are docs/formats/form.md.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from evenhand.hear import marks, scrub
from evenhand.hear.scrub import KINDS, Kind, Scrubbed
from evenhand.terms import form
from evenhand.terms.encounter import BY_NAME
from evenhand.terms.form import PAGES, QUESTIONS, Answer, Page, Question, When

Answers = Mapping[str, Sequence[str] | str]
# As a facts frame may hold it: no floats.
Fact = str | int | None | list[str]

# Nobody tells of a stop before their grandparents' time.
FIRST_YEAR = 1950
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
WHOLE = re.compile(r"[0-9]{1,4}")
WRITTEN = ("text", "long")
# Which kind of thing a mark stands for.
MARKED: dict[str, Kind] = {pattern.mark: pattern.kind for pattern in marks.PATTERNS}


class Problem(NamedTuple):
    """What is wrong with the answer to a question: a sentence to be translated, with the figures that stand in it."""

    question: str
    sentence: str
    figures: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Flag:
    """Words of a text that tell who somebody is, and of what kind; for whoever wrote them, and never for a log."""

    question: str
    kind: Kind
    words: str = field(repr=False)


def pages(answers: Answers) -> tuple[Page, ...]:
    """The pages this person is shown, in order: the last ones are one page for somebody who is under 18."""
    shown = tuple(page for page in PAGES if page.when is None or _holds(page.when, answers))
    if not is_young(answers):
        return shown
    return (*(page for page in shown if page.number not in form.LEFT_OUT_FOR_THE_YOUNG), form.SHORT)


def is_young(answers: Answers) -> bool:
    """Whether under 18 was chosen."""
    return form.YOUNG in _codes(form.AGE, answers)


def for_another(page: Page, answers: Answers) -> bool:
    """Whether `form.FOR_ANOTHER` stands on the page."""
    return page.of_person and bool({"with", "saw", "for"} & set(_codes(form.WHO, answers)))


def questions(page: Page, answers: Answers) -> tuple[Question, ...]:
    """The questions of a page that count, as things are answered; the others are shown with them, and left out."""
    return tuple(each for each in page.questions if each.when is None or _holds(each.when, answers))


def problems(page: Page, answers: Answers, today: date) -> list[Problem]:
    """What is missing or wrong on this page, in the order of its questions; an empty list lets go on."""
    found = [problem for question in questions(page, answers) for problem in _wrong(question, answers, today)]
    if page.required and not any(_said(answers, name) for name in page.required):
        found.insert(0, Problem(page.required[0], page.missing))
    return found


def facts(answers: Answers, today: date, told_in: str = "en") -> dict[str, Fact]:
    """The fields of the record that the answers fill, for a facts frame; days are texts, `told_in` a BCP 47 tag.

    What was not asked or not answered is absent, which reads as `not_stated`; what `problems` would name is left out.
    Texts are scrubbed here; the story is not among them (`story`).
    """
    asked = [question for page in pages(answers) for question in questions(page, answers)]
    made: dict[str, Fact] = {"told_in": told_in, "kind": "report_self", **_days(answers, today)}
    for question in asked:
        for answer in _chosen(question, answers):
            _fill(made, answer)
        if question.kind == "number" and (number := _number(question, answers)) is not None:
            made[question.field] = number
    names = {question.name for question in asked}
    made |= _place(answers)
    if "own_word" in names:
        made |= _own_word(answers, made)
    _settle(made)
    told = {name: said for name, said in _texts(answers) if name in names}
    scrubbed = {MARKED[mark] for said in told.values() for mark in marks.MARK.findall(scrub.text(said).text)}
    made["scrubbed"] = [kind for kind in KINDS if kind in scrubbed]
    return made


def story(answers: Answers) -> str:
    """The story as it is sealed, scrubbed; empty where none was told or none was asked for."""
    asked = any(form.STORY in page.questions for page in pages(answers))
    return scrub.text(_text(form.STORY, answers)).text if asked else ""


def without_status(answers: Answers) -> dict[str, Sequence[str] | str]:
    """The same answers, their texts without words of status: what may be kept, be it only as a draft."""
    kept = {name: said for name, said in answers.items() if name in QUESTIONS}
    return {**kept, **{name: scrub.status(said).text for name, said in _texts(answers)}}


def flags(answers: Answers) -> tuple[Flag, ...]:
    """What tells who somebody is in the texts, in reading order: shown to the writer, and taken out on sending."""
    return tuple(
        Flag(name, kind, words) for name, said in _texts(answers) for kind, words in _in_order(scrub.text(said), said)
    )


def _in_order(made: Scrubbed, said: str) -> list[tuple[Kind, str]]:
    return sorted((each for each in made.words if each[0] != "status"), key=lambda each: said.find(each[1]))


def _said(answers: Answers, name: str) -> tuple[str, ...]:
    """What was answered, without blanks, each once."""
    given = answers.get(name, ())
    listed = (given,) if isinstance(given, str) else given
    return tuple(dict.fromkeys(each.strip() for each in listed if each.strip()))


def _texts(answers: Answers) -> Iterator[tuple[str, str]]:
    for question in QUESTIONS.values():
        if question.kind in WRITTEN and _said(answers, question.name):
            yield question.name, "\n".join(_said(answers, question.name))


def _chosen(question: Question, answers: Answers) -> list[Answer]:
    """The answers chosen, in the form's order; none where a question of one answer has several."""
    said = _said(answers, question.name)
    chosen = [answer for answer in question.answers if answer.code in said]
    if question.kind == "one" and len(chosen) > 1:
        return []
    together = [answer for answer in chosen if not answer.alone]
    return together or chosen[:1]


def _codes(question: Question, answers: Answers) -> tuple[str, ...]:
    return tuple(answer.code for answer in _chosen(question, answers))


def _holds(when: When, answers: Answers) -> bool:
    """Whether the other question is one that counts itself, and has one of these answers."""
    other = QUESTIONS[when.question]
    codes = _codes(other, answers)
    counts = other.when is None or _holds(other.when, answers)
    return counts and (bool(set(codes) & set(when.codes)) or (when.unanswered and not codes))


def _wrong(question: Question, answers: Answers, today: date) -> Iterator[Problem]:
    said = _said(answers, question.name)
    if not said:
        return
    figures = {"least": question.least, "most": question.most}
    if question.answers:
        yield from (Problem(question.name, sentence) for sentence in _ill_chosen(question, said))
    elif question.kind in WRITTEN and len("\n".join(said)) > question.most:
        yield Problem(question.name, form.TOO_LONG, figures)
    elif question.kind == "number" and _number(question, answers) is None:
        yield Problem(question.name, form.NO_NUMBER, figures)
    elif question.kind == "month":
        first = _first_of_month(answers)
        if first is None or first > today:
            yield Problem(question.name, form.NO_MONTH if first is None else form.NOT_YET)
    elif question.kind == "day":
        yield from (Problem(question.name, sentence) for sentence in _ill_day(answers, today))


def _ill_chosen(question: Question, said: Sequence[str]) -> Iterator[str]:
    of_code = {answer.code: answer for answer in question.answers}
    if not set(said) <= set(of_code):
        yield form.NOT_SHOWN
    elif len(said) > 1 and question.kind == "one":
        yield form.ONLY_ONE
    elif len(said) > 1 and any(of_code[code].alone for code in said):
        yield form.STANDS_ALONE


def _ill_day(answers: Answers, today: date) -> Iterator[str]:
    if not _said(answers, "month"):
        yield form.DAY_ALONE
    elif _first_of_month(answers) is not None:
        day = _day(answers)
        if day is None:
            yield form.NO_DAY
        elif day > today >= day.replace(day=1):
            yield form.NOT_YET


def _text(question: Question, answers: Answers) -> str:
    """What was written, where it is not too long."""
    said = "\n".join(_said(answers, question.name))
    return said if len(said) <= question.most else ""


def _number(question: Question, answers: Answers) -> int | None:
    said = _said(answers, question.name)
    if len(said) != 1 or not WHOLE.fullmatch(said[0]):
        return None
    return int(said[0]) if question.least <= int(said[0]) <= question.most else None


def _first_of_month(answers: Answers) -> date | None:
    said = _said(answers, "month")
    found = MONTH.fullmatch(said[0]) if len(said) == 1 else None
    return date(int(found[1]), int(found[2]), 1) if found and int(found[1]) >= FIRST_YEAR else None


def _day(answers: Answers) -> date | None:
    """The day, where it is one of its month."""
    first, number = _first_of_month(answers), _number(form.DAY, answers)
    if first is None or number is None or number > monthrange(first.year, first.month)[1]:
        return None
    return first.replace(day=number)


def _days(answers: Answers, today: date) -> dict[str, Fact]:
    """`date` and `date_to`: one day, the ends of what it may have been, or null for an end that nobody knows."""
    first, day = _first_of_month(answers), _day(answers)
    ago = _codes(form.AGO, answers)
    of_today = today.replace(day=1)
    before = of_today - timedelta(days=1)
    if day is not None and day <= today:
        return {"date": day.isoformat(), "date_to": None}
    if first is not None and first <= today:
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return {"date": first.isoformat(), "date_to": min(last, today).isoformat()}
    if "this_week" in ago:
        # whichever day a week begins on, it began no more than six days ago
        return {"date": (today - timedelta(days=6)).isoformat(), "date_to": today.isoformat()}
    if "last_month" in ago:
        return {"date": before.replace(day=1).isoformat(), "date_to": before.isoformat()}
    if "earlier" in ago:
        return {"date": None, "date_to": (before.replace(day=1) - timedelta(days=1)).isoformat()}
    return {"date": None, "date_to": None}


def _place(answers: Answers) -> dict[str, Fact]:
    """A county by its name, else a city; what is near it as it was told."""
    place, near = (_one_line(question, answers) for question in (form.PLACE, form.NEAR))
    made: dict[str, Fact] = {}
    if place:
        made["area_county" if place.casefold().endswith(" county") else "area_city"] = place
    elif _codes(form.NO_PLACE, answers):
        made["area_city"] = None
    return made | ({"area_near": near} if near else {})


def _one_line(question: Question, answers: Answers) -> str:
    return " ".join(scrub.text(_text(question, answers)).text.split())


def _own_word(answers: Answers, made: Mapping[str, Fact]) -> dict[str, Fact]:
    """A person's own word for their race; alone, it is a race that the list does not have."""
    word = _one_line(form.RACE_WRITTEN, answers)
    races = made.get("race_self")
    if not word or races == ["DECLINED"]:
        return {}
    return {"race_self_written": word, "race_self": races or ["OTHER"]}


def _fill(made: dict[str, Fact], answer: Answer) -> None:
    """Add what an answer fills: codes beside codes, words of a source joined by +, else one value."""
    for name, value in answer.fills:
        there = made.get(name)
        if BY_NAME[name].kind == "codes":
            listed = there if isinstance(there, list) else []
            made[name] = listed if value in listed else [*listed, value]
        elif BY_NAME[name].kind == "str" and isinstance(there, str):
            made[name] = f"{there}+{value}"
        else:
            made[name] = value


def _settle(made: dict[str, Fact]) -> None:
    """`count_only` says that nothing more is allowed, and goes where something is."""
    consent = made.get("consent")
    if isinstance(consent, list) and len(consent) > 1:
        made["consent"] = [code for code in consent if code != "count_only"]
