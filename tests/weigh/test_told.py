"""Told: an encounter once, at three thresholds, for all and for those whose agency was known; nothing goes unsaid."""

from datetime import date

import ibis

from evenhand.tables.sift import Keep
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Period, Scope
from evenhand.weigh import told

SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "link_probability": "float64",
    "reported_on": "date",
    "date": "date",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
}
# report, encounter, probability, told on, happened on, basis, corroboration
ROWS = [
    ("a", "e1", 1.0, date(2026, 1, 2), date(2026, 1, 1), ["said"], ["video"]),
    ("b", "e1", 0.9, date(2026, 1, 3), date(2026, 1, 1), ["guessed"], ["none"]),
    ("c", "e1", 0.6, date(2026, 1, 4), date(2026, 1, 1), ["none"], ["video", "document"]),
    ("d", "e2", 1.0, date(2026, 1, 5), date(2025, 12, 1), ["badge"], None),
]
REPORTS = ibis.memtable([dict(zip(SCHEMA, row, strict=True)) for row in ROWS], schema=SCHEMA)
EVIDENCE = Evidence(None, (), reports=REPORTS)


def n(table):
    return int(table.count().to_pyarrow().as_py())


def test_an_encounter_counts_once_and_further_tellings_are_counted_as_set_aside() -> None:
    found = told.look(EVIDENCE, Scope())
    assert n(found.table) == 3
    assert [(rows.reason, rows.n) for rows in found.sifted.excluded] == [
        ("a further telling of an encounter already counted", 1)
    ]
    assert found.gate.figures == {"known": 2, "encounters": 3, "share": 2 / 3}


def test_a_method_sets_aside_more_by_name() -> None:
    period = Scope("new year", period=Period("new year", date(2026, 1, 1), date(2026, 12, 31)))
    found = told.look(EVIDENCE, period, lambda table: [Keep("no video", table.corroboration.contains("video"))])
    assert [(rows.reason, rows.n) for rows in found.sifted.excluded] == [
        ("a further telling of an encounter already counted", 1),
        ("outside the period new year", 1),
        ("no video", 0),
    ]
    assert found.sifted.rows_used == 2


def test_corroboration_is_counted_by_kind_and_of_any() -> None:
    assert told.look(EVIDENCE, Scope()).corroboration == {
        "encounters": 3, "video": 2, "second_report": 0, "witness": 0, "dispatch_log": 0, "body_camera": 0,
        "document": 1, "court": 0, "medical": 0, "any": 2,
    }  # fmt: skip


def test_readings_at_three_thresholds_and_for_those_whose_agency_was_known() -> None:
    assert told.readings(EVIDENCE, Scope(), n) == {"thresholds": {"0.5": 2, "0.8": 3, "0.95": 4}, "attributed": 2}


def test_without_reports_there_is_nothing_to_look_at() -> None:
    assert told.look(Evidence(None, ()), Scope()) == told.NOTHING
    assert told.readings(Evidence(None, ()), Scope(), n) == {}
    assert "inbox or canvass" in told.NO_REPORTS.needed


def test_reports_without_a_column_for_it_have_no_corroboration() -> None:
    assert told.corroboration(REPORTS.drop("corroboration")) == {"encounters": 4}


def test_what_a_method_sets_aside_in_cells_is_added() -> None:
    found = told.look(EVIDENCE, Scope())
    assert told.dropped(found, "in the last weeks", 2).rows_used == found.sifted.rows_used - 2
