"""What a person reads is short, plain, and never a word that has taken a side."""

import re
from collections import defaultdict

import pytest
from reading import grade, sentences, syllables

from evenhand.terms import form
from evenhand.terms.form import Page
from evenhand.web import words

WORDS = words.every()
FORBIDDEN = r"suspect|victim|incident number|allegation|perpetrator"
# names that are not ours to shorten: the federal categories of race, the months
NAMES = {answer.label for question in (form.RACE, form.SEEN_AS) for answer in question.answers}
MONTHS = "web/dropbox/tongue.py"
# the figures of EXPERIENCE 2.1
HARDEST, LONGEST_MEAN = 6, 15


def of_form(page: Page) -> list[str]:
    """All that is read on a page of questions."""
    listed = [page.heading, page.why, *page.words, page.missing]
    for question in page.questions:
        listed += [question.heading, *(text for each in question.answers for text in (each.label, each.says))]
    return [text for text in listed if text and text not in NAMES]


def by_page() -> dict[str, list[str]]:
    """Each page of the form, each template, each file of code, and each table that /what-we-hold explains."""
    found = defaultdict(list, {page.name: of_form(page) for page in (*form.PAGES, form.SHORT)})
    for word in WORDS:
        if word.file not in ("terms/form.py", MONTHS):
            found[word.file if not word.file.endswith("models.py") else word.text[:30]].append(word.text)
    return dict(found)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("stop", 1), ("police", 2), ("officer", 3), ("made", 1), ("little", 2), ("stopped", 1), ("wanted", 2)),
        *(("see", 1), ("area", 3), ("video", 3), ("deleted", 3), ("federal", 3), ("security", 4), ("agencies", 3)),
        *(("places", 2), ("codes", 1), ("created", 3), ("treated", 2), ("someone", 2), ("anyone", 3), ("whoever", 3)),
        *(("something", 2), ("neighborhood", 3), ("vehicle", 3), ("ethnicity", 4), ("history", 3), ("being", 2)),
        *(("quiet", 2), ("people", 2), ("serious", 3), ("region", 2), ("usually", 4), ("lawyer's", 2), ("minutes", 2)),
    ],
)
def test_the_counter_counts_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_that_of_the_formula() -> None:
    # 0.39 * 6 / 1 + 11.8 * 6 / 6 - 15.59
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45)
    assert grade(["The adjudication of allegations necessitates considerable administrative deliberation."]) > 12


@pytest.mark.parametrize(("page", "texts"), by_page().items(), ids=by_page())
def test_each_page_reads_as_grade_six_or_lower_in_short_sentences(page: str, texts: list[str]) -> None:
    prose = [text for text in texts if text.endswith((".", "?"))] or texts
    lengths = [len(sentence) for sentence in sentences(prose)]
    assert (grade(texts) <= HARDEST, grade(prose) <= HARDEST) == (True, True), f"{page}: {grade(texts)}, {grade(prose)}"
    assert sum(lengths) / len(lengths) < LONGEST_MEAN


def test_no_word_has_taken_a_side() -> None:
    assert [word.text for word in WORDS if re.search(FORBIDDEN, word.text, re.IGNORECASE)] == []
