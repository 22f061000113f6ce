"""The form asks nothing without a field and a use, in short words, and never what it must not ask."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import grade, sentences

from evenhand.tables import derive
from evenhand.terms import form
from evenhand.terms.codebook import ELEMENTS
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME, UNKNOWN_CODES, YES_NO
from evenhand.terms.form import PAGES, QUESTIONS, SHORT, USES, Answer, Page, Question
from evenhand.weigh import METHODS, told

DOC = Path(__file__).resolve().parents[2] / "docs" / "formats" / "form.md"
ALL_PAGES = (*PAGES, SHORT)
ANSWERS = [(question, answer) for question in QUESTIONS.values() for answer in question.answers]

# EXPERIENCE 2.1, and 2.2 "Never asked, anywhere"
FORBIDDEN = r"suspect|victim|incident number|allegation|perpetrator"
NEVER_ASKED = (
    r"your name|birth|address|phone number|e-?mail|telephone|immigra|citizen|visa|passport|social security|licen[cs]e"
    r"|your plate|case number|ticket number|convict|criminal|was it true|their names|which department|your rank"
    r"|your badge|upload|attach|photo|location"
)
# which say not to give one, or that it is not asked
SAYS_NOT = ("Do not give a home address.", "Do not send it now.")


def words_of(page: Page) -> Iterator[str]:
    """Everything that is read on a page."""
    yield from (page.heading, page.why, *page.words, page.missing)
    for question in page.questions:
        yield question.heading
        for answer in question.answers:
            yield from (answer.label, answer.says)


def said() -> list[str]:
    sentences = [getattr(form, name) for name in ("FOR_ANOTHER", "NOT_SHOWN", "ONLY_ONE", "STANDS_ALONE", "NO_NUMBER")]
    sentences += [form.TOO_LONG, form.NO_MONTH, form.NOT_YET, form.NO_DAY, form.DAY_ALONE]
    return [words for words in (*(words for page in ALL_PAGES for words in words_of(page)), *sentences) if words]


def test_the_form_reads_as_school_grade_six_or_lower() -> None:
    prose = [text for page in ALL_PAGES for text in (page.heading, page.why, *page.words) if text]
    assert grade(said()) <= 6
    assert grade(prose) <= 6
    assert grade(["The adjudication of allegations necessitates considerable administrative deliberation."]) > 12


def test_sentences_are_short() -> None:
    lengths = [len(sentence) for sentence in sentences(said())]
    assert sum(lengths) / len(lengths) <= 15
    assert max(len(sentence) for page in ALL_PAGES for sentence in sentences([page.why])) < 15


def test_no_word_is_forbidden_and_nothing_is_asked_that_never_is() -> None:
    assert [words for words in said() if re.search(FORBIDDEN, words, re.IGNORECASE)] == []
    asked = [words for words in said() if words not in SAYS_NOT]
    assert [words for words in asked if re.search(NEVER_ASKED, words, re.IGNORECASE)] == []


def test_pages_are_numbered_as_designed_and_each_says_why() -> None:
    numbers = [page.number for page in PAGES]
    assert list(dict.fromkeys(numbers)) == [*map(str, range(4, 14)), "13a", *map(str, range(14, 20))]
    assert all(page.why and page.heading for page in ALL_PAGES)
    assert len({page.name for page in ALL_PAGES}) == len(ALL_PAGES)
    assert all(re.fullmatch("[a-z]{3,6}", page.name) for page in ALL_PAGES)


def test_four_pages_want_an_answer_and_not_sure_is_one_of_three() -> None:
    wanted = [page for page in PAGES if page.required]
    assert [page.number for page in wanted] == ["5", "6", "7", "19"]
    for page in wanted:
        named = {question.name: question for question in page.questions}
        assert set(page.required) <= set(named)
        assert page.missing
        unsure = [answer for name in page.required for answer in named[name].answers if answer.code == "unsure"]
        assert bool(unsure) is (page.number != "19")


@pytest.mark.parametrize(("question", "answer"), ANSWERS, ids=lambda each: getattr(each, "name", None) or each.code)
def test_each_answer_fills_a_field_with_a_code_of_it(question: Question, answer: Answer) -> None:
    assert answer.fills or question.field
    for name, value in answer.fills:
        field = BY_NAME[name]
        codes = YES_NO if field.kind == "ynu" else (*field.codes, *UNKNOWN_CODES)
        assert value in codes or (field.kind == "str" and not field.codes), f"{name}: {value}"


def test_each_code_of_an_added_field_is_one_that_an_answer_fills() -> None:
    filled = {pair for _question, answer in ANSWERS for pair in answer.fills}
    only_here = ("time_band", "duration_band", "race_self_detail", "drew_eye", "cause_grounds")
    assert {(name, code) for name in only_here for code in BY_NAME[name].codes} <= filled


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda each: each.name)
def test_each_question_has_a_field_and_a_use(question: Question) -> None:
    assert question.fields
    assert all(field in BY_NAME or field.startswith(AREA_PREFIX) for field in question.fields)
    assert question.needs
    assert set(question.needs) <= {*METHODS, *USES, "codebook"}


def uses(question: Question, need: str) -> bool:
    """Whether the method's file names a field of the question, or calls a function of `derive` or `told` that does."""
    file = importlib.import_module(f"evenhand.weigh.methods.{METHODS[need].split(':')[0]}")
    source = inspect.getsource(file)
    if "told." in source:
        source += inspect.getsource(told) + inspect.getsource(
            importlib.import_module("evenhand.weigh.gates.attribution")
        )
    called = {name for name in re.findall(r"derive\.(\w+)", source) if hasattr(derive, name)}
    source += "".join(inspect.getsource(getattr(derive, name)) for name in called if callable(getattr(derive, name)))
    names = ("areas", "place") if "area_city" in question.fields else question.fields
    return any(re.search(rf"\b{name}\b", source) for name in names)


@pytest.mark.parametrize(
    ("question", "need"),
    [(question, need) for question in QUESTIONS.values() for need in question.needs if need in METHODS],
    ids=lambda each: getattr(each, "name", each),
)
def test_each_method_that_is_named_uses_a_field_of_the_question(question: Question, need: str) -> None:
    if question.name == "story":
        assert need == "agreement"  # of codes that coders gave to stories
    else:
        assert uses(question, need)


def test_a_question_for_the_codebook_fills_elements_of_it_or_is_the_story() -> None:
    for question in QUESTIONS.values():
        elements = {value for answer in question.answers for name, value in answer.fills if name == "actions"}
        assert elements <= {*ELEMENTS, "other"}
        assert ("codebook" in question.needs) is bool(elements or question.name == "story")


def test_each_use_is_one_that_a_question_has() -> None:
    assert {need for question in QUESTIONS.values() for need in question.needs} >= set(USES) - {"queue"}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda each: each.name)
def test_codes_are_distinct_and_a_group_is_an_answer(question: Question) -> None:
    codes = [answer.code for answer in question.answers]
    assert len(set(codes)) == len(codes)
    assert {answer.group for answer in question.answers} - {""} <= set(codes)


def test_conditions_name_questions_and_answers_there_are() -> None:
    conditions = [each.when for page in PAGES for each in (page, *page.questions) if each.when]
    assert conditions
    for when in conditions:
        assert set(when.codes) <= {answer.code for answer in QUESTIONS[when.question].answers}


def row(page: Page, question: Question) -> str:
    """A question as the format page lists it."""
    asked = question.heading or page.heading
    codes = " ".join(f"`{answer.code}`" for answer in question.answers) or f"{question.kind}"
    fields = " ".join(f"`{field}`" for field in question.fields)
    return f"| {page.number} | {asked} | `{question.name}` | {fields} | {codes} | {', '.join(question.needs)} |"


def test_the_format_page_lists_every_question_as_it_is() -> None:
    listed = DOC.read_text(encoding="utf-8").splitlines()
    wanted = [row(page, question) for page in PAGES if page.name != "person" for question in page.questions]
    assert [line for line in listed if re.match(r"\| \d", line)] == wanted
