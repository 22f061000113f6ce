"""D1 of METHODS section 8 and the row below it in 4.11, through the whole method on the 51,920 stops."""

import csv
from pathlib import Path
from typing import Any

import pytest

from evenhand.terms.result import Answer, Contrast, Refusal, Result, Scope
from evenhand.weigh.methods.decision_rate import DecisionRate

TRAFFIC = Scope("traffic", {"mode": ("vehicle",)})
AS_RECORDED = Contrast("Black", "White", "as recorded")
CROSSWALK = Contrast("BLACK", "WHITE")
# METHODS 4.11, second row: the counts, the crude ratio, by precinct with its interval; "same" tolerance
EAST_AFRICAN_IN_BLACK = (1632, 11307, 3.1434, 2.3511, 2.1060, 2.6248)


@pytest.fixture(scope="module")
def by_contrast(minneapolis_2017: Any) -> dict[Contrast, Result]:
    """Searches in traffic stops, Black over White, in the officer's words and by the crosswalk."""
    return {
        contrast: DecisionRate(contrast, TRAFFIC, "searched", "precinct").weigh(minneapolis_2017)
        for contrast in (AS_RECORDED, CROSSWALK)
    }


def told(result: Result) -> list[float]:
    """Counts, crude ratio, and by precinct with its Greenland-Robins interval."""
    assert isinstance(result.answer, Answer)
    estimates = {estimate.quantity: estimate for estimate in result.answer.estimates}
    counts = [int(n.replace(",", "")) for n in estimates["share_group"].note.split() if n[0].isdigit()]
    reference = [int(n.replace(",", "")) for n in estimates["share_reference"].note.split() if n[0].isdigit()]
    by_precinct = result.diagnostics["fewer_strata"]["by place"]
    ends = [by_precinct[name] for name in ("ratio", "low", "high")]
    return [*counts, *reference, estimates["crude_ratio"].value, *ends]


def test_d1_searches_by_precinct_and_part_of_day(shared: Path, by_contrast: dict[Contrast, Result]) -> None:
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    row = next(row for row in csv.DictReader(text.splitlines()) if row["id"] == "D1")
    result = by_contrast[AS_RECORDED]
    assert isinstance(result.answer, Answer)
    both = next(found for found in result.answer.estimates if found.quantity == "risk_ratio_greenland_robins")
    ours = [*told(result), both.value, both.low, both.high]
    expected, tolerances = ([float(part) for part in row[name].split()] for name in ("value", "tol"))
    for found, value, tolerance in zip(ours, expected, tolerances, strict=True):
        # 1e-4: printed digits (METHODS)
        assert found == pytest.approx(value, abs=tolerance, rel=0)


def test_the_interval_reported_is_the_wider_of_the_two(by_contrast: dict[Contrast, Result]) -> None:
    """The published limits are Greenland-Robins; the jackknife's, a little wider, is the headline's."""
    answer = by_contrast[AS_RECORDED].answer
    assert isinstance(answer, Answer)
    headline, plain = answer.estimates[:2]
    assert headline.value == plain.value
    assert headline.low < plain.low
    assert headline.high > plain.high
    assert headline.interval == "delete-one-week jackknife, t with 52 degrees of freedom"


def test_east_african_within_black_lowers_the_ratio_to_what_methods_says(by_contrast: dict[Contrast, Result]) -> None:
    x1, n1, _, _, *ratios = told(by_contrast[CROSSWALK])
    assert (x1, n1) == EAST_AFRICAN_IN_BLACK[:2]
    # 1e-4: printed digits (METHODS)
    assert ratios == pytest.approx(EAST_AFRICAN_IN_BLACK[2:], abs=1e-4)


def test_citations_are_refused_with_exactly_the_counts(minneapolis_2017: Any) -> None:
    result = DecisionRate(AS_RECORDED, TRAFFIC, "citation", "precinct").weigh(minneapolis_2017)
    assert isinstance(result.answer, Refusal)
    assert "in 16,992 of 26,098 stops" in result.answer.reason
    assert (result.answer.figures["unknown"], result.answer.figures["stops"]) == (16_992, 26_098)
    assert result.id == "decision_rate/citation/Black-White/traffic"


def test_every_row_of_minneapolis_is_accounted_for(by_contrast: dict[Contrast, Result]) -> None:
    result = by_contrast[AS_RECORDED]
    assert result.rows_in == 51_920
    assert result.rows_used == 9_762 + 8_167


def test_stops_with_neither_race_nor_search_are_those_off_the_in_car_computer(by_contrast) -> None:
    devices = by_contrast[AS_RECORDED].diagnostics["by_device"]
    assert devices["other"] == {"stops": 2_884, "race_unknown": 2_884, "outcome_unknown": 2_884}
    assert devices["MDC"] == {"stops": 23_214, "race_unknown": 756, "outcome_unknown": 0}
    band = by_contrast[AS_RECORDED].answer.bands[0]
    assert band.figures["neither_race_nor_outcome"] == 2_884
