"""Claims on reports: as sure as reports can make them, none without its number, a true sentence for each refusal."""

from dataclasses import replace

import made_reports as made
import pytest

from evenhand.tell import backing, reported, words
from evenhand.tell import document as doc

ANSWERS = {
    "unanimity": (made.unanimity(), made.unanimity(low=0.9, chance=0.06)),
    "roster": (made.roster(1.05, 1.5), made.roster(0.8, 1.6)),
    "recognition": (made.recognition(), made.recognition(6, 4, 0.5)),
    "two_streams": (made.streams(0, 0.2), made.streams(0, 0.6)),
    "surge": (made.surge(1.5, 4.0), made.surge(0.7, 2.0)),
    "space_time_scan": (made.scan(0.01), made.scan(0.4)),
    "recording_rate": (made.unrecorded(0.1), made.unrecorded(0.0)),
    "trust": (made.trust(0.02), made.trust(0.3)),
}


def claim_of(result):
    return next(claim for claim in reported.claims([result]) if claim.kind != "overall")


@pytest.mark.parametrize("method", list(ANSWERS))
def test_each_method_says_more_when_it_may_and_less_when_it_must(method) -> None:
    sure, unsure = (claim_of(result) for result in ANSWERS[method])
    assert (sure.level, unsure.level) == (2, 1)
    assert "may" in sure.text
    assert "cannot tell" in unsure.text or "No place and time" in unsure.text


@pytest.mark.parametrize("result", [answer for both in ANSWERS.values() for answer in both] + [made.missed()])
def test_no_sentence_holds_a_number_that_its_result_does_not(result) -> None:
    document = doc.to_document(made.finding(result))
    assert backing.unbound(document) == []
    assert all(words.forbidden(claim["text"]) == [] for claim in document["claims"])


@pytest.mark.parametrize("method", list(reported.KINDS))
def test_a_refusal_says_what_can_be_said_all_the_same(method) -> None:
    claim = claim_of(made.result(method))
    assert claim.level == 1
    assert claim.numbers == ()
    assert "cannot be said from these data: fewer than 20 weeks" in claim.text
    unit = {"roster": "people were asked", "multiple_systems": "people are on", "trust": "counts of calls"}
    assert f"44 {unit.get(method, 'tellings came in')}" in claim.text


def test_how_many_more_is_a_range_over_models_and_intervals_and_never_one_number() -> None:
    claim = claim_of(made.missed())
    assert "from 350 to 2,100 in all" in claim.text
    assert "900" not in claim.text
    assert claim.level == 1


def test_a_canvass_may_rule_a_difference_out() -> None:
    claim = claim_of(made.roster(0.95, 1.05))
    assert claim.level == 0
    assert "rules out a difference that matters" in claim.text


def test_where_none_got_worse_the_odds_have_a_lower_limit_only() -> None:
    assert "(odds at least 2.20)" in claim_of(made.recognition(10, 0, 2.2)).text


def test_on_a_roster_the_tipping_ratio_is_one_of_odds() -> None:
    result = made.unanimity()
    on_roster = replace(result, settings={**result.settings, "members": 20, "total": 100})
    assert (
        "the odds that people of colour report would have to be 38.6 times those of others" in claim_of(on_roster).text
    )


def test_two_streams_that_differ_are_said_to() -> None:
    assert "differs in 2 of 8 elements" in claim_of(made.streams(2, 0.2)).text


def test_race_itself_is_left_open_by_reports_alone() -> None:
    (claim,) = [claim for claim in reported.claims([made.unanimity()]) if claim.kind == "overall"]
    assert claim.level == 1
    assert "cannot settle" in claim.text


def test_a_title_says_the_surest_and_then_what_is_open() -> None:
    title = made.finding(made.unanimity(), made.surge(0.7, 2.0)).title
    assert title == (
        "Reports of one spring: it may be that people of colour are stopped more; whether race itself decides, reports "
        "cannot tell"
    )
    refused = made.finding(made.result("surge")).title
    assert refused.startswith("Reports of one spring: what reports can and cannot say")


def test_claims_come_in_the_order_a_chief_asks_and_refusals_last() -> None:
    results = [made.missed(), made.result("surge"), made.roster(1.3, 2.0), made.unanimity()]
    assert [claim.kind for claim in reported.claims(results)] == ["telling", "canvass", "overall", "missed", "surge"]


def test_without_reports_nothing_is_claimed_of_them() -> None:
    assert reported.claims([replace(made.unanimity(), method="benchmark")]) == []


@pytest.mark.parametrize(("publisher", "cleared"), [("an office", False), ("evenhand simulate: invented", True)])
def test_what_people_told_is_nobodys_to_call_public(publisher, cleared) -> None:
    source = replace(made.SOURCE, public=True, publisher=publisher)
    from evenhand.tell import claims

    assert claims.finding(made.finding(made.unanimity()).plan, (source,), [made.unanimity()]).cleared is cleared


def test_a_refusal_before_counting_does_not_say_that_nothing_was_told() -> None:
    text = claim_of(made.result("recording_rate", rows_in=0, excluded=())).text
    assert "Nothing was told" not in text
    assert text.endswith("Nothing was counted for it.")
