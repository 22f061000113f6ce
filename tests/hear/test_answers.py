"""Answers become facts that a frame can hold; what is missing is said, and nothing typed is repeated."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.hear import answers
from evenhand.keep import frame
from evenhand.terms import form
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME, UNKNOWN_CODES, YES_NO
from evenhand.terms.form import PAGES, QUESTIONS, Answer, Question

TODAY = date(2026, 3, 14)
UNSURE = {"doing": ["unsure"], "ago": ["unsure"], "anywhere": ["unsure"], "count": ["count"]}
OFFICER = {"work": ["yes"], "known": ["during"], "part": ["only"]}
# what it takes to be asked
BEFORE = {"grounds": OFFICER, "known": OFFICER, "changed": OFFICER}


def hold(facts: dict[str, Any]) -> None:
    """Every fact is of the record, in its kind and by its codes, and a frame takes them all."""
    for name, value in facts.items():
        if name.startswith(AREA_PREFIX):
            assert value is None or isinstance(value, str)
            continue
        field = BY_NAME[name]
        known = YES_NO if field.kind == "ynu" else (*field.codes, *UNKNOWN_CODES)
        if field.kind == "codes":
            assert isinstance(value, list)
            assert len(set(value)) == len(value)
            assert set(value) <= set(known), name
        elif field.kind in ("code", "ynu"):
            assert value in known, name
        elif field.kind == "int":
            assert type(value) is int
        elif field.kind == "date":
            assert value is None or date.fromisoformat(value) <= TODAY
        else:
            assert isinstance(value, str)
    if facts["date"] and facts["date_to"]:
        assert facts["date"] <= facts["date_to"]
    assert frame.read_facts(frame.facts_text(facts)) == facts


@pytest.mark.parametrize(
    ("question", "answer"),
    [(question, answer) for question in QUESTIONS.values() for answer in question.answers],
    ids=lambda each: getattr(each, "name", None) or each.code,
)
def test_each_answer_gives_facts_that_hold(question: Question, answer: Answer) -> None:
    answered = {**BEFORE.get(question.name, {}), question.name: [answer.code]}
    facts = answers.facts(answered, TODAY)
    hold(facts)
    for name, value in answer.fills:
        there = facts[name]
        assert value in there if isinstance(there, list) else value == there


def test_not_sure_everywhere_is_a_whole_report() -> None:
    assert [problem for page in answers.pages(UNSURE) for problem in answers.problems(page, UNSURE, TODAY)] == []
    facts = answers.facts(UNSURE, TODAY)
    hold(facts)
    assert facts == {
        "told_in": "en",
        "kind": "report_self",
        "date": None,
        "date_to": None,
        "role": "unknown",
        "mode": "unknown",
        "area_city": None,
        "consent": ["count_only"],
        "scrubbed": [],
    }


def test_every_answer_that_may_be_unsure_is_taken() -> None:
    unsure = {
        question.name: [answer.code]
        for question in QUESTIONS.values()
        for answer in question.answers
        if answer.code == "unsure"
    }
    assert [problem for page in answers.pages(unsure) for problem in answers.problems(page, unsure, TODAY)] == [
        ("count", form.TICK_TO_SEND, {})
    ]
    hold(answers.facts(unsure, TODAY))


def test_only_four_pages_want_an_answer() -> None:
    missing = [problem for page in answers.pages({}) for problem in answers.problems(page, {}, TODAY)]
    assert [problem.question for problem in missing] == ["doing", "month", "place", "count"]


@pytest.mark.parametrize(
    ("answered", "ends"),
    [
        ({"month": "2026-02"}, ("2026-02-01", "2026-02-28")),
        ({"month": "2024-02"}, ("2024-02-01", "2024-02-29")),
        ({"month": "2026-03"}, ("2026-03-01", "2026-03-14")),
        ({"month": "2026-02", "day": "9"}, ("2026-02-09", None)),
        ({"month": "2026-02", "day": "30"}, ("2026-02-01", "2026-02-28")),
        ({"month": "2026-02", "ago": ["this_week"]}, ("2026-02-01", "2026-02-28")),
        ({"ago": ["this_week"]}, ("2026-03-08", "2026-03-14")),
        ({"ago": ["last_month"]}, ("2026-02-01", "2026-02-28")),
        ({"ago": ["earlier"]}, (None, "2026-01-31")),
        ({"ago": ["unsure"]}, (None, None)),
        ({"ago": ["unsure", "earlier"]}, (None, None)),
        ({"month": "2026-04"}, (None, None)),
        ({"month": "March"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_days(answered: answers.Answers, ends: tuple[str | None, str | None]) -> None:
    facts = answers.facts(answered, TODAY)
    assert (facts["date"], facts["date_to"]) == ends


def test_last_month_of_january_is_december() -> None:
    facts = answers.facts({"ago": "last_month"}, date(2026, 1, 5))
    assert (facts["date"], facts["date_to"]) == ("2025-12-01", "2025-12-31")


@pytest.mark.parametrize(
    ("page", "answered", "problem"),
    [
        ("doing", {"doing": ["flying"]}, ("doing", form.NOT_SHOWN, {})),
        ("doing", {"doing": ["driving", "bike"]}, ("doing", form.ONLY_ONE, {})),
        ("doing", {"doing": " "}, ("doing", form.CHOOSE, {})),
        ("did", {"did": ["id", "none"]}, ("did", form.STANDS_ALONE, {})),
        ("did", {"officers": "0"}, ("officers", form.NO_NUMBER, {"least": 1, "most": 500})),
        ("did", {"vehicles": "two"}, ("vehicles", form.NO_NUMBER, {"least": 0, "most": 200})),
        ("when", {"month": "2026-04"}, ("month", form.NOT_YET, {})),
        ("when", {"month": "0026-04"}, ("month", form.NO_MONTH, {})),
        ("when", {"month": "2026-13"}, ("month", form.NO_MONTH, {})),
        ("when", {"month": "2026-03", "day": "15"}, ("day", form.NOT_YET, {})),
        ("when", {"month": "2026-02", "day": "29"}, ("day", form.NO_DAY, {})),
        ("when", {"ago": ["earlier"], "day": "9"}, ("day", form.DAY_ALONE, {})),
        ("where", {"place": "x" * 81}, ("place", form.TOO_LONG, {"least": 0, "most": 80})),
        ("words", {"story": "x" * 6_001}, ("story", form.TOO_LONG, {"least": 0, "most": 6_000})),
    ],
)
def test_problems_are_said_once_in_words_that_repeat_nothing(
    page: str, answered: answers.Answers, problem: tuple[str, str, dict[str, int]]
) -> None:
    (there,) = [each for each in PAGES if each.name == page]
    assert answers.problems(there, answered, TODAY) == [problem]
    assert problem[1].format(**problem[2])


def test_facts_leave_out_what_problems_name() -> None:
    wrong = {
        "officers": "9999",
        "vehicles": "-1",
        "doing": ["flying"],
        "long": ["under_10", "over_30"],
        "did": ["none", "id"],
    }
    facts = answers.facts(wrong, TODAY)
    assert not {"officer_count", "vehicle_count", "role", "duration_band", "search_any"} & set(facts)
    assert facts["actions"] == ["id_demanded"]


def test_a_teller_who_saw_it_is_not_asked_for_their_own_race_or_work() -> None:
    answered = {
        "who": ["saw"],
        "race": ["black"],
        "work": ["yes"],
        "known": ["during"],
        "seen_as": ["somali", "hispanic"],
    }
    names = [page.name for page in answers.pages(answered)]
    assert "you" not in names
    assert "work" not in names
    assert "person" in names
    facts = answers.facts(answered, TODAY)
    assert (facts["kind"], facts["reporter_role"]) == ("report_witness", "witness")
    assert (facts["race_officer"], facts["race_officer_detail"]) == (["BLACK", "HISPANIC"], "SOMALI")
    assert not {"race_self", "off_duty_officer", "known_as_officer"} & set(facts)
    assert answers.for_another(QUESTION_PAGE["seen"], answered)
    assert not answers.for_another(QUESTION_PAGE["seen"], {"who": ["me"]})


QUESTION_PAGE = {page.name: page for page in PAGES}


def test_somebody_under_18_is_only_counted() -> None:
    answered = {**UNSURE, "age": ["under_18"], "work": ["yes"], "story": "Ann Lee", "more": ["video"], "also": ["ask"]}
    assert [page.name for page in answers.pages(answered)][-2:] == ["part", "count"]
    facts = answers.facts(answered, TODAY)
    assert facts["consent"] == ["count_only"]
    assert facts["age_band"] == "under 18"
    assert not {"off_duty_officer", "corroboration"} & set(facts)
    assert answers.story(answered) == ""


def test_answers_to_questions_that_no_longer_count_are_left_out() -> None:
    answered = {"part": ["no"], "grounds": ["said"], "work": ["no"], "known": ["during"], "changed": ["better"]}
    facts = answers.facts(answered, TODAY)
    assert facts["perceived_cause"] == ["other"]
    assert not {"cause_grounds", "known_as_officer", "treatment_once_known"} & set(facts)


def test_count_only_goes_where_more_is_allowed() -> None:
    facts = answers.facts({"count": ["count"], "also": ["compare", "ask"]}, TODAY)
    assert facts["consent"] == ["compare_records", "recontact"]


@pytest.mark.parametrize(
    ("answered", "races", "written"),
    [
        ({"race": ["somali"]}, ["BLACK"], None),
        ({"race": ["hmong", "white"], "own_word": "Lao"}, ["ASIAN", "WHITE"], "Lao"),
        ({"own_word": " Garifuna "}, ["OTHER"], "Garifuna"),
        ({"race": ["declined"], "own_word": "Lao"}, ["DECLINED"], None),
        ({"race": ["declined", "black"]}, ["BLACK"], None),
    ],
)
def test_race_is_as_people_say(answered: answers.Answers, races: list[str], written: str | None) -> None:
    facts = answers.facts(answered, TODAY)
    assert facts["race_self"] == races
    assert facts.get("race_self_written") == written


def test_a_county_is_told_by_its_name() -> None:
    assert (
        answers.facts({"place": "Ramsey  County", "near": "Lake and 5th Ave"}, TODAY).items()
        >= {
            "area_county": "Ramsey County",
            "area_near": "Lake and 5th Ave",
        }.items()
    )
    assert answers.facts({"place": "St. Paul", "anywhere": ["unsure"]}, TODAY)["area_city"] == "St. Paul"


TOLD = {
    "story": "I am a citizen. My name is Ann Lee, call 612-555-0100. Plate ABC 123.",
    "near": "4821 Oak Street",
    "own_word": "undocumented",
}


def test_a_draft_holds_no_status_and_still_what_its_writer_may_take_out() -> None:
    kept = answers.without_status({**TOLD, "doing": ["driving"], "other": "x"})
    assert kept == {
        "story": "I am a [status]. My name is Ann Lee, call 612-555-0100. Plate ABC 123.",
        "near": "4821 Oak Street",
        "own_word": "[status]",
        "doing": ["driving"],
    }
    assert answers.without_status(kept) == kept


def test_what_tells_who_somebody_is_is_shown_to_the_writer_and_taken_out_on_sending() -> None:
    found = [(flag.question, flag.kind, flag.words) for flag in answers.flags(TOLD)]
    assert sorted(found) == [
        ("near", "address", "4821 Oak Street"),
        ("story", "name", "Ann Lee"),
        ("story", "phone", "612-555-0100"),
        ("story", "plate", "ABC 123"),
    ]
    assert "Ann" not in repr(answers.flags(TOLD))
    assert answers.story(TOLD) == "I am a [status]. My name is [name], call [phone]. Plate [plate]."
    facts = answers.facts(answers.without_status(TOLD), TODAY)
    assert facts["scrubbed"] == ["status", "name", "plate", "phone", "address"]
    assert facts["area_near"] == "[address]"


def test_all_boxes_and_the_longest_texts_fit_a_frame_beside_the_hand() -> None:
    everything: dict[str, Any] = {
        question.name: [answer.code for answer in question.answers if not answer.alone]
        if question.kind == "many"
        else max((answer.code for answer in question.answers), key=len, default="\N{GRINNING FACE}" * question.most)
        for question in QUESTIONS.values()
    }
    everything |= {**OFFICER, "who": ["me"], "month": "2026-02", "day": "", "vehicles": "200", "officers": "500"}
    everything |= {"age": ["18-24"], "known": ["during"]}
    facts = answers.facts(everything, TODAY)
    hold(facts)
    fields = {field for question in QUESTIONS.values() for field in question.fields}
    assert fields - set(facts) == {"narrative", "area_county", "initiated_by", "reason_detail", "place_type"}
    # the public half of the code's key stands in the same frame (docs/formats/code.md)
    assert len(frame.facts_text(facts)) < frame.BUCKETS["facts"] - 512


CODES = [answer.code for question in QUESTIONS.values() for answer in question.answers]
ANSWERED = st.dictionaries(
    st.sampled_from([*QUESTIONS, "other"]),
    st.one_of(
        st.lists(st.sampled_from([*CODES, "2026-02", "2026-03", "31", ""]), max_size=5),
        st.text(max_size=90),
        st.sampled_from(CODES),
    ),
)


@settings(max_examples=200, deadline=None)
@given(ANSWERED)
def test_whatever_is_sent_gives_facts_that_hold(answered: dict[str, list[str] | str]) -> None:
    facts = answers.facts(answered, TODAY)
    for page in answers.pages(answered):
        for problem in answers.problems(page, answered, TODAY):
            assert problem.sentence.format(**problem.figures)
    answers.flags(answered)
    answers.without_status(answered)
    # a frame puts texts in NFC
    hold(frame.read_facts(frame.facts_text(facts)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_answers_without_problems_lose_nothing(data: st.DataObject) -> None:
    answered: dict[str, list[str]] = {}
    for question in QUESTIONS.values():
        codes = [answer.code for answer in question.answers]
        if codes and data.draw(st.booleans()):
            answered[question.name] = data.draw(st.lists(st.sampled_from(codes), min_size=1, max_size=1))
    facts = answers.facts(answered, TODAY)
    hold(facts)
    for page in answers.pages(answered):
        for question in answers.questions(page, answered):
            chosen = [answer for answer in question.answers if answer.code in answered.get(question.name, ())]
            filled = {pair for answer in chosen for pair in answer.fills}
            if "also" in answered:
                # more than counting is allowed
                filled -= {("consent", "count_only")}
            for name, value in filled:
                there = facts[name]
                assert (value in there) if isinstance(there, list) else value == there or value in str(there).split("+")
