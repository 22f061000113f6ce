"""One page, few words, and the same characters for every number as on the page."""

import html as markup
from dataclasses import replace

import made_reports as made
import pytest

from evenhand.errors import RecordError
from evenhand.tell import backing, numbers, page, statement
from evenhand.tell.document import to_document
from evenhand.terms.finding import Finding


def test_a_statement_has_at_most_350_words(document: dict) -> None:
    assert len(statement.text(document).split()) <= 350


def test_a_statement_that_runs_over_is_an_error_with_its_count(finding: Finding) -> None:
    long = to_document(replace(finding, title="word " * 350))
    with pytest.raises(RecordError, match=r"the statement has \d+ words, at most 350"):
        statement.text(long)
    with pytest.raises(RecordError, match="at most 350"):
        statement.statement(long)


def test_it_gives_three_numbers_with_intervals_and_ids(document: dict) -> None:
    said = statement.parts(document)
    assert [number.id for number in said.numbers] == [
        "benchmark/Black-White/all/2017#ratio",
        "veil_of_darkness/Black-White/traffic/2017#veil_ratio",
        "doubly_robust/Black-White/all/2017#ratio",
    ]
    assert said.numbers[2].reading == "1.34 (between 1.21 and 1.48)"


def test_paper_and_screen_say_the_same(document: dict) -> None:
    prose, _ = backing.visible_text(statement.statement(document))
    prose = " ".join(markup.unescape(prose).replace("\u00a0", " ").split())
    said = statement.parts(document)
    for part in (said.title, *said.levels, said.limits, said.reply, said.change, said.check, said.contact):
        assert part in prose
        assert part in statement.text(document)
    for number in said.numbers:
        assert f"{number.what}: {number.reading}" in prose
        assert f"{number.what}: {number.reading} [{number.id}]" in statement.text(document)


def test_every_number_of_the_statement_stands_on_the_page_in_the_same_characters(document: dict) -> None:
    shown = page.page(document)
    texts = {numeral.text for numeral in numbers.numbers_in(" ".join(backing.visible_text(shown)))}
    assert {numeral.text for numeral in numbers.numbers_in(statement.text(document))} <= texts


def test_an_agency_that_was_not_asked_is_said_to_be_so(document: dict) -> None:
    assert "Minneapolis Police Department has not yet been asked" in statement.text(document)


def test_the_contact_is_the_plans_or_says_who_to_turn_to(document: dict) -> None:
    assert "Contact: the office that publishes this." in statement.text(document)
    document["plan"]["contact"] = "records@example.org"
    assert "Contact: records@example.org." in statement.text(document)


def test_a_statement_that_is_not_cleared_says_so_first(document: dict) -> None:
    assert not statement.text(document).startswith("Not cleared")
    document["cleared"] = False
    assert statement.text(document).startswith("Not cleared for release.")
    assert "Not cleared for release." in statement.statement(document)


def test_of_reports_each_number_says_how_sure_it_is() -> None:
    document = to_document(made.finding(made.unanimity(), made.streams(0, 0.6), made.recognition(10, 0, 2.2)))
    said = {number.id: number for number in statement.parts(document).numbers}
    assert said["two_streams/all#unlike_elements"].sure == "Unclear (level 1)"
    assert said["unanimity/all#tipping_ratio"].sure == "Limited evidence (level 2)"
    # where none got worse the odds have a lower end only
    assert said["recognition/all#better_odds"].reading == "at least 2.20"
    prose, _ = backing.visible_text(statement.statement(document))
    assert "0, Unclear (level 1)" in " ".join(prose.replace("\u00a0", " ").split())
    assert ": 0, Unclear (level 1) [" in statement.text(document)
    assert backing.unbacked(statement.statement(document), document) == []
