"""Tellings stay, encounters count once, and how sure a link must be decides which is which."""

from datetime import date
from typing import Any

import ibis
import pytest

from evenhand.errors import PlanError
from evenhand.tables.telling import THRESHOLDS, doubled, searched_for, tellings, whole

ROWS = {
    "report_id": ["a", "b", "c", "d"],
    "encounter_id": ["e1", "e1", "e1", "e2"],
    "link_probability": [1.0, 0.9, 0.6, None],
    "reported_on": [date(2026, 1, 3), date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 4)],
    "raw_row": [1, 2, 3, 4],
}


@pytest.fixture
def reports(planted: Any) -> Any:
    return planted(**ROWS)


def told(reports: Any, threshold: float) -> dict[str, tuple[str, bool, int]]:
    rows = tellings(reports, threshold).to_pyarrow().to_pylist()
    return {row["report_id"]: (row["encounter"], row["first"], row["times_told"]) for row in rows}


@pytest.mark.parametrize(("threshold", "encounters"), list(zip(THRESHOLDS, (2, 3, 4), strict=True)))
def test_a_stricter_threshold_tells_more_encounters_apart_and_loses_no_telling(reports, threshold, encounters) -> None:
    found = told(reports, threshold)
    assert set(found) == {"a", "b", "c", "d"}
    assert len({encounter for encounter, _, _ in found.values()}) == encounters
    assert sum(first for _, first, _ in found.values()) == encounters


def test_the_earliest_telling_stands_for_its_encounter_and_the_others_are_counted(reports) -> None:
    found = told(reports, 0.5)
    assert {name: first for name, (_, first, _) in found.items()} == {"a": False, "b": False, "c": True, "d": True}
    assert found["c"][2] == 3


def test_without_probabilities_every_link_is_sure(planted) -> None:
    plain = planted(**{name: values for name, values in ROWS.items() if name != "link_probability"})
    assert {encounter for encounter, _, _ in told(plain, 0.95).values()} == {"e1", "e2"}


def test_reports_without_ids_are_said(planted) -> None:
    with pytest.raises(PlanError, match="encounter_id"):
        tellings(planted(report_id=["a"]))


def test_the_likeliest_record_of_an_encounter_stands_at_each_of_its_tellings(reports) -> None:
    rows = [("e1", 0.4, False), ("e1", 0.9, True), ("x", 1.0, False)]
    schema = {"encounter_id": "string", "probability": "float64", "undecided": "boolean"}
    links = ibis.memtable([dict(zip(schema, row, strict=True)) for row in rows], schema=schema)
    found = searched_for(reports, links).to_pyarrow().to_pylist()
    assert {row["report_id"]: row["record_probability"] for row in found} == {"a": 0.9, "b": 0.9, "c": 0.9, "d": 0.0}
    assert {row["report_id"]: row["record_undecided"] for row in found} == {"a": True, "b": True, "c": True, "d": False}
    assert [row["report_id"] for row in found if not row["record_named"]] == ["d"]
    # nothing of the reports is lost
    assert set(searched_for(reports, links).columns) > set(reports.columns)


def test_a_field_that_a_source_never_asked_is_not_stated_there(planted: Any) -> None:
    short = planted(report_id=["z"], encounter_id=["z"])
    (row,) = whole(short, ["report_id", "mode", "actions", "officer_count", "area_city"]).to_pyarrow().to_pylist()
    assert row == {
        "report_id": "z",
        "mode": "not_stated",
        "actions": ["not_stated"],
        "officer_count": None,
        "area_city": None,
    }


def test_numbers_that_two_sources_share_are_counted(planted: Any) -> None:
    both = planted(report_id=["1", "2", "1", "3", "1"], encounter_id=["1", "2", "1", "3", "1"])
    assert doubled(both) == 1
    assert doubled(both.filter(both.report_id != "1")) == 0
