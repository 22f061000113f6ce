"""The bulletin: counts to the nearest five, none under ten, "everyone" only with thirty and its ratio, rules unmet."""

import re

import made_reports as made
import pytest

from evenhand.tell import bulletin, words
from evenhand.tell import document as doc


def drafted(*results, **plan):
    return bulletin.text(doc.to_document(made.finding(*results, **plan)))


def test_it_says_that_it_is_not_cleared_on_paper_and_on_screen() -> None:
    document = doc.to_document(made.finding(made.unanimity()))
    assert bulletin.text(document).startswith("Not cleared for release.")
    assert "Not cleared for release." in bulletin.bulletin(document)


def test_everyone_stands_with_the_ratio_in_the_same_sentence() -> None:
    text = drafted(made.unanimity())
    (sentence,) = [line for line in text.splitlines() if "Everyone" in line]
    # the ratio of 40 of 40 in a quarter, 38.6, rounded down
    assert "at least 38 times as likely as others to report" in sentence
    assert "people of colour" in sentence


def test_everyone_is_not_said_of_all_but_one() -> None:
    text = drafted(made.unanimity(x=made.K - 1))
    assert "Everyone" not in text
    assert "about 100 %" in text


@pytest.mark.parametrize("few", [9, 0])
def test_no_count_under_ten_is_told_apart(few) -> None:
    assert bulletin.rounded(few) == "fewer than 10"


def test_every_count_is_a_multiple_of_five() -> None:
    text = drafted(made.unanimity(x=33), made.roster(1.6, 2.4), made.streams(0, 0.2), made.result("surge"))
    counts = [int(n.replace(",", "")) for n in re.findall(r"about ([\d,]+)\b(?! %)", text)]
    assert counts
    assert all(n % 5 == 0 for n in counts)
    assert "33" not in text
    assert "44" not in text


def test_its_level_is_never_above_2() -> None:
    assert "Limited evidence (level 2)" in drafted(made.roster(1.6, 2.4, 0.9, (1.2, 3.0)))


def test_a_canvass_too_small_to_compare_is_said_to_be() -> None:
    small = made.roster(1.6, 2.4)
    estimates = tuple(
        made.estimate("share_group", "share", 0.2, 0.1, 0.3, 29) if each.quantity == "share_group" else each
        for each in small.answer.estimates
    )
    from dataclasses import replace

    text = drafted(replace(small, answer=replace(small.answer, estimates=estimates)))
    assert "Too few in one of the groups" in text
    assert "1.96" not in text


def test_the_reply_is_asked_for_and_its_day_printed() -> None:
    assert "has not yet been asked" in drafted(made.unanimity())
    assert "reply_asked in the plan" in drafted(made.unanimity())
    asked = drafted(made.unanimity(), agency="the agency", reply_asked="2026-03-20")
    assert "was asked for its reply on 20 March 2026 and has not replied" in asked
    assert "reply_asked in the plan" not in asked
    replied = drafted(made.unanimity(), agency="the agency", reply_asked="2026-03-20", reply="We looked into it.")
    assert "Its reply: We looked into it." in replied


def test_a_refusal_leaves_no_exact_count_behind() -> None:
    text = drafted(made.unanimity(), made.result("surge"))
    assert "Whether encounters, and not only reports of them, became more frequent." in text
    assert "44" not in text


def test_no_word_that_is_barred_and_no_bulletin_without_reports() -> None:
    assert words.forbidden(drafted(made.unanimity(), made.roster(1.6, 2.4))) == []
    assert not bulletin.told_of(doc.to_document(made.finding(made.streams(0, 0.2))))
