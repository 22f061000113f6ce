"""Other explanations of reports: each a figure or "cannot be tested", and how many would undo or change it."""

from dataclasses import replace

import made_reports as made
import pytest

from evenhand.tell import backing, explanations_of_reports, page, words
from evenhand.tell import document as doc

ASKED = (
    "Where the agency was sent, and why",
    "Another agency, mistaken for this one",
    "News of the stops, after which more people tell",
    "Coordinated or invented reports",
    "Who tends to report",
    "Warrants, or calls that sent them",
    "Chance",
)


def rows(*results):
    return {row.explanation: row for row in explanations_of_reports.others(results)}


def test_every_explanation_the_design_lists_has_its_row() -> None:
    found = rows(made.unanimity(), made.surge(1.5, 4.0))
    assert tuple(found) == ASKED
    for row in found.values():
        assert row.tested or row.done.startswith("cannot be tested with these data")


def test_how_many_invented_and_how_many_untold_would_undo_it() -> None:
    found = rows(made.unanimity())
    assert "25 of the 40 reports" in found["Coordinated or invented reports"].done
    assert "90 encounters of others" in found["Who tends to report"].done
    assert "12 of 40 encounters have something" in found["Coordinated or invented reports"].done


def test_publicity_that_could_not_be_told_apart_is_said_with_its_reason() -> None:
    told = rows(made.result("surge"))["News of the stops, after which more people tell"]
    assert not told.tested
    assert "fewer than 20 weeks were told of" in told.done


def test_silence_is_an_explanation_where_there_is_a_canvass() -> None:
    assert "from 1.20 to 3.00" in rows(made.roster(1.6, 2.4, 0.8, (1.2, 3.0)))["Officers who did not answer"].done


def test_what_would_change_it_points_both_ways() -> None:
    said = list(explanations_of_reports.would_change([made.unanimity(), made.result("surge")]))
    assert any("level 1" in item for item in said)
    assert any("level 3, or rule a difference out (level 0)" in item for item in said)
    assert any("20 weeks" in item for item in said)
    with_canvass = explanations_of_reports.would_change([made.roster(1.1, 2.0, 0.6)])
    assert any("60 % of those on the roster answered" in item for item in with_canvass)


def test_records_have_none_of_it() -> None:
    assert rows(replace(made.unanimity(), method="benchmark")) == {}
    assert list(explanations_of_reports.would_change([])) == []


@pytest.mark.parametrize("results", [
    (made.unanimity(), made.surge(1.5, 4.0), made.roster(1.6, 2.4, 0.8, (1.2, 3.0)), made.streams(0, 0.2)),
    (made.missed(), made.trust(0.02), made.scan(0.01), made.unrecorded(0.1), made.recognition()),
    (made.result("unanimity"), made.result("surge")),
])  # fmt: skip
def test_a_page_of_reports_holds_only_numbers_of_the_finding(results) -> None:
    document = doc.to_document(made.finding(*results))
    doc.check(document)
    html = page.page(document)
    assert backing.unbacked(html, document) == []
    assert "How common such stops are: no count of reports is a rate of stops." in html
    assert words.forbidden(backing.visible_text(html)[0]) == []
    assert "What people told us" in html


def test_news_outside_the_weeks_is_not_said_to_be_none() -> None:
    surge = made.surge(1.5, 4.0)
    named = replace(surge, diagnostics={**surge.diagnostics, "publicity": {"dates": [], "outside_the_window": 1}})
    title = "News of the stops, after which more people tell"
    assert "the news that was named fell outside the weeks" in rows(named)[title].done


def test_how_many_would_undo_it_is_a_range_over_the_shares_named() -> None:
    told = made.unanimity()
    ends = {"invented_to_undo": (21, 29), "untold_to_undo": (70, 120)}
    estimates = tuple(
        replace(each, low=ends[each.quantity][0], high=ends[each.quantity][1]) if each.quantity in ends else each
        for each in told.answer.estimates
    )
    moved = replace(told, answer=replace(told.answer, estimates=estimates))
    (said,) = [item for item in explanations_of_reports.would_change([moved]) if "invented" in item]
    assert "If 21 to 29 of the reports" in said
    assert "70 to 120 more encounters" in said
    assert "21 to 29 of the 40" in rows(moved)["Coordinated or invented reports"].done
