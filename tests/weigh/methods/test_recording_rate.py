"""Recording rate: the closed form of METHODS 8 through whole tables; who may be compared; refusals and neighbours."""

from dataclasses import replace
from datetime import date

import ibis
import pytest

from evenhand.errors import PlanError
from evenhand.maths import recording
from evenhand.terms.evidence import Coverage, Evidence, Review
from evenhand.terms.result import Answer, Refusal
from evenhand.weigh import told
from evenhand.weigh.methods.recording_rate import Found, RecordingRate

REPORTS = {
    "report_id": "string", "encounter_id": "string", "link_probability": "float64", "source_id": "string",
    "reported_on": "date", "date": "date", "date_to": "date", "time_precision": "int64", "race_self": "array<string>",
    "agency_basis": "array<string>", "actions": "array<string>", "consent": "array<string>",
}  # fmt: skip
LINKS = {"encounter_id": "string", "probability": "float64", "undecided": "boolean"}
# s = 0.9 and f = 0.05, as METHODS 8 has them
REVIEW = Review(true_pairs=200, found=180, false_pairs=200, linked=10)
SPAN = Coverage("agency", date(2026, 1, 1), date(2026, 6, 30))
METHOD = RecordingRate(draws=500)


def tellings(n, start=0, **given):
    """So many encounters told once, as one would tell them; `given` is what differs."""
    plain = {
        "link_probability": None, "source_id": "mailbox", "reported_on": date(2026, 7, 1), "date": date(2026, 3, 1),
        "date_to": None, "time_precision": 60, "race_self": ["BLACK"], "agency_basis": ["badge"], "actions": [],
        "consent": ["compare_records"],
    }  # fmt: skip
    ids = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} for at in range(start, start + n)]
    return [{**each, **plain, **given} for each in ids]


def links(n, start=0, probability=0.97, undecided=False):
    return [
        {"encounter_id": f"e{at}", "probability": probability, "undecided": undecided} for at in range(start, start + n)
    ]


def evidence(rows, found, review=REVIEW, coverage=(SPAN,), encounters=None):
    reports = ibis.memtable(rows, schema=REPORTS)
    return Evidence(
        encounters, (), coverage=coverage, reports=reports, links=ibis.memtable(found, schema=LINKS), review=review
    )


def weigh(rows, found, method=METHOD, **given):
    return method.weigh(evidence(rows, found, **given))


def quantities(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def test_r5_the_closed_form_of_methods_8_through_whole_tables() -> None:
    result = weigh(tellings(60), links(40))
    found = quantities(result)
    # METHODS 8, R5: 40 of 60, s .9, f .05; six digits are printed
    assert 1 - found["never_recorded"].value == pytest.approx(0.725490, abs=1e-6)
    assert (found["linked"].value, found["told"].value) == (40, 60)
    assert found["raw_share"].value == pytest.approx(20 / 60)
    assert found["never_recorded"].low < found["never_recorded"].value < found["never_recorded"].high
    assert result.answer.headline.quantity == "never_recorded"
    assert "20 of 60 were not found" in result.answer.headline.note


def test_the_interval_is_that_of_the_arithmetic() -> None:
    drawn = recording.drawn(40, 60, recording.Review(180, 200, 10, 200), draws=500, seed=0)
    headline = weigh(tellings(60), links(40)).answer.headline
    assert (headline.low, headline.high) == (1 - drawn.high, 1 - drawn.low)


def test_only_consent_to_compare_counts_and_no_other_stands_in() -> None:
    asked = tellings(60) + tellings(5, 60, consent=["signed_statement", "share_oversight", "count_only"])
    result = weigh(asked + tellings(5, 65, consent=None), links(70))
    assert quantities(result)["told"].value == 60
    assert ("no consent to compare with the agency's records", 10) in [(out.reason, out.n) for out in result.excluded]
    assert result.rows_in == 70


def test_only_days_the_records_cover_count() -> None:
    outside = [
        *tellings(1, 60, date=date(2025, 12, 31)),
        *tellings(1, 61, date=date(2026, 6, 20), date_to=date(2026, 7, 2)),
        *tellings(1, 62, date=None),
        *tellings(1, 63, date=date(2026, 5, 9)),
    ]
    span = replace(SPAN, gaps=("2026-05",))
    mailbox = Coverage("mailbox", date(2020, 1, 1), date(2026, 12, 31))
    result = weigh(tellings(60) + outside, links(64), coverage=(span, mailbox))
    assert quantities(result)["told"].value == 60
    assert ("outside the dates that the agency's records cover", 4) in [(out.reason, out.n) for out in result.excluded]


def test_an_encounter_told_twice_counts_once_and_one_perhaps_told_twice_is_set_aside() -> None:
    again = [*tellings(60), {**tellings(1)[0], "report_id": "x", "link_probability": 0.9}]
    perhaps = [{**tellings(1, 1)[0], "report_id": "y", "link_probability": 0.6}]
    result = weigh(again + perhaps, links(40))
    assert quantities(result)["told"].value == 60
    excluded = {out.reason: out.n for out in result.excluded}
    assert excluded["a further telling of an encounter already counted"] == 1
    assert excluded["perhaps a further telling of an encounter already looked for"] == 1


def test_what_a_reviewer_left_open_counts_as_not_found_and_is_counted_both_ways() -> None:
    open_ones = links(10, 60, probability=None, undecided=True) + links(1, 0, probability=0.3, undecided=True)
    result = weigh(tellings(70), links(40) + open_ones)
    found = quantities(result)
    # the encounter with a sure record beside an open one is decided
    assert (found["told"].value, found["linked"].value) == (70, 40)
    assert "; 10 that no reviewer could decide count as not found" in found["never_recorded"].note
    (band,) = result.answer.bands
    assert band.over == "links"
    # closed form of METHODS 6.7, all out and all in
    assert (1 - band.high, 1 - band.low) == pytest.approx(((40 / 70 - 0.05) / 0.85, (50 / 70 - 0.05) / 0.85))
    assert band.low < found["never_recorded"].value == band.high


def test_the_best_of_several_records_decides() -> None:
    assert quantities(weigh(tellings(60), links(40, probability=0.1) + links(40)))["linked"].value == 40


def test_three_thresholds_stand_beside() -> None:
    found = links(20, probability=0.97) + links(20, 20, probability=0.85) + links(10, 40, probability=0.6)
    (series,) = weigh(tellings(60), found).answer.series
    assert list(series.columns) == ["threshold", "linked", "told", "never_recorded", "low", "high"]
    assert series.columns["threshold"] == (0.5, 0.8, 0.95)
    assert series.columns["linked"] == (50, 40, 20)
    expected = [1 - (linked / 60 - 0.05) / 0.85 for linked in (50, 40, 20)]
    assert series.columns["never_recorded"] == pytest.approx(expected)


def test_a_group_asked_for_is_given_and_a_small_one_held_back() -> None:
    rows = tellings(60) + tellings(10, 60, race_self=["WHITE"])
    result = weigh(rows, links(40) + links(5, 60), RecordingRate(by=("BLACK", "WHITE"), draws=500))
    series = next(each for each in result.answer.series if each.name == "by_group")
    assert series.columns["told"] == (60, None)
    assert series.columns["never_recorded"][0] == pytest.approx(1 - 0.725490, abs=1e-6)
    assert series.columns["never_recorded"][1] is series.columns["high"][1] is None


def test_diagnostics_part_by_time_and_paper_and_count_links_of_nobody() -> None:
    rows = tellings(40, actions=["no_paper_given"]) + tellings(20, 40, time_precision=None, actions=None)
    result = weigh(rows, links(30) + links(10, 40) + links(3, 900))
    by_time, by_paper = result.diagnostics["by_time_precision"], result.diagnostics["by_paper"]
    assert {name: (part["n"], part["linked"]) for name, part in by_time.items()} == {
        "60 minutes": (40, 30), "not stated": (20, 10),
    }  # fmt: skip
    assert by_paper["no paper given"]["never_recorded"] == pytest.approx(1 - (30 / 40 - 0.05) / 0.85)
    assert by_paper["paper given, or not said"]["n"] == 20
    assert result.diagnostics["links_of_no_encounter"] == 3
    assert set(result.diagnostics["thresholds"]) == {"0.5", "0.8", "0.95"}
    assert result.diagnostics["attributed"]["n"] == 60


REFUSALS = [
    ("49 encounters could be compared", {"rows": tellings(49)}, {"rows": tellings(50)}),
    (
        "more than a guess which agency it was in 78%",
        {"rows": tellings(47) + tellings(13, 47, agency_basis=["guessed"])},
        {"rows": tellings(48) + tellings(12, 48, agency_basis=["guessed"])},
    ),
    (
        "linking finds 34% of encounters that have a record and 5%",
        {"review": replace(REVIEW, found=69)},
        {"review": replace(REVIEW, found=70), "found": links(20)},
    ),
    ("no link names an encounter", {"found": links(40, 900)}, {"found": links(40, 900) + links(1)}),
    ("nobody said which dates", {"coverage": ()}, {}),
    ("how well linking works was not reviewed", {"review": None}, {}),
    ("how well linking works was not reviewed", {"review": Review(0, 0, 0, 0)}, {}),
    (
        "0 encounters could be compared",
        {"coverage": (Coverage("agency", date(2020, 1, 1), date(2020, 12, 31)),)},
        {"coverage": (SPAN, Coverage("older", date(2020, 1, 1), date(2020, 12, 31)))},
    ),
    ("tells nothing apart: review more pairs", {"review": Review(2, 2, 2, 1)}, {"review": Review(20, 20, 20, 10)}),
]


@pytest.mark.parametrize(("says", "refused", "neighbour"), REFUSALS)
def test_each_refusal_has_a_world_that_triggers_it_and_a_neighbour_that_does_not(says, refused, neighbour) -> None:
    plain = {"rows": tellings(60), "found": links(40)}
    answer = weigh(**plain | refused).answer
    assert isinstance(answer, Refusal)
    assert says in answer.reason
    assert answer.needed
    assert isinstance(weigh(**plain | neighbour).answer, Answer)


def test_records_with_a_month_not_sent_are_refused_and_whole_ones_are_not() -> None:
    schema = {"source_id": "string", "date": "date"}
    months = [[{"source_id": "agency", "date": date(2026, month, 2)}] * 40 for month in range(1, 7)]
    whole = ibis.memtable([row for rows in months for row in rows], schema=schema)
    short = ibis.memtable([row for rows in months[:5] for row in rows], schema=schema)
    refused = weigh(tellings(60), links(40), encounters=short)
    assert refused.answer.figures["gate"] == "submission"
    result = weigh(tellings(60), links(40), encounters=whole)
    assert [gate.verdict for gate in result.gates if gate.gate == "submission"] == ["pass"]


def test_without_reports_or_links_it_says_what_is_needed() -> None:
    assert METHOD.weigh(Evidence(None, ())).answer == told.NO_REPORTS
    without = replace(evidence(tellings(60), links(40)), links=None)
    assert "[[links]]" in METHOD.weigh(without).answer.needed
    bare = replace(without, links=ibis.memtable(links(40), schema=LINKS), review=None)
    assert "[review]" in METHOD.weigh(bare).answer.needed


def test_a_group_that_is_no_code_is_an_error_of_the_plan() -> None:
    with pytest.raises(PlanError, match="expected a list of codes"):
        RecordingRate(by=("Black",))
    with pytest.raises(PlanError, match="link_threshold is 2"):
        RecordingRate(link_threshold=2)


def test_nothing_found_is_all_never_recorded_and_no_more() -> None:
    review = recording.Review(180, 200, 10, 200)
    headline = METHOD.assess(Found(0, 60), review).headline
    assert (headline.value, headline.high) == (1.0, 1.0)
    assert headline.low > 0.9


@pytest.mark.parametrize(("linked", "review", "refused"), [
    # fewer are linked than of those without a record: Fisher's exact p is 6e-9, and 0.4 next to it
    (10, Review(200, 180, 200, 80), True),
    (35, Review(200, 180, 200, 80), False),
    # more than of those with one: 3e-11, and 0.7
    (98, Review(200, 120, 200, 10), True),
    (63, Review(200, 120, 200, 10), False),
])  # fmt: skip
def test_links_that_the_review_cannot_be_of_are_refused(linked, review, refused) -> None:
    """Cut off at 0 and at 1, the interval would be all of it or nothing, without any width."""
    answer = weigh(tellings(100), links(linked), review=review).answer
    assert isinstance(answer, Refusal) == refused
    if isinstance(answer, Refusal):
        assert "the review is not of these links" in answer.reason
    else:
        assert answer.headline.low < answer.headline.high


def test_reports_without_a_date_say_so() -> None:
    with pytest.raises(PlanError, match="date"):
        undated = ibis.memtable(tellings(60), schema=REPORTS).drop("date")
        METHOD.weigh(replace(evidence(tellings(60), links(40)), reports=undated))
