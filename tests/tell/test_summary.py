"""One row a claim, and each cell is what the finding says."""

from dataclasses import replace

import made_reports as made

from evenhand.tell import summary
from evenhand.tell.document import to_document
from evenhand.terms.finding import Claim, Finding


def test_a_row_tells_what_was_compared_how_many_how_large_and_how_sure(document: dict) -> None:
    row = list(summary.rows(document))[2]
    assert (row.asked, row.groups) == ("Like stops compared: searched", "Black compared with White, as recorded")
    assert (row.records, row.counts) == ("24,000", "about 31 more per 1,000")
    assert (row.ratio, row.interval) == ("1.34", "between 1.21 and 1.48")
    assert (row.strength, row.result_id) == ("Limited evidence (level 2)", "doubly_robust/Black-White/all/2017")


def test_without_a_difference_the_two_numbers_stand_side_by_side(document: dict) -> None:
    stops, darkness, _ = summary.rows(document)
    assert stops.counts == "173 per 1,000 against 46 per 1,000"
    assert darkness.counts == "47 % in daylight, 45 % in the dark"


def test_a_claim_about_a_refusal_keeps_its_row(finding: Finding) -> None:
    refused = Claim("outcome/outcome_test/Black-White/all/2017", "Cannot be said.", (), 1, ("refused",), "outcome")
    (row,) = summary.rows(to_document(replace(finding, claims=(refused,))))
    assert (row.asked, row.ratio, row.records) == ("What searches found", "refused", "")


def test_a_claim_over_several_results_has_no_ratio_of_its_own(finding: Finding) -> None:
    ids = tuple(claim.numbers[0] for claim in finding.claims)
    overall = Claim("overall/x", "It may be.", ids, 1, (), "overall")
    (row,) = summary.rows(to_document(replace(finding, claims=(overall,))))
    assert (row.ratio, row.groups, row.result_id) == ("", "Black compared with White, as recorded", "")


def test_a_total_over_lists_is_a_range_and_no_count_of_those_on_no_list() -> None:
    rows = list(summary.rows(to_document(made.finding(made.missed()))))
    (row,) = [row for row in rows if row.result_id]
    total = made.missed().answer.headline
    assert row.counts == f"from {total.low:,.0f} to {total.high:,.0f} in all, on the lists or not"
