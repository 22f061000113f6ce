"""Settled codes: the adjudicated stands, else a true majority, else nothing; other versions are left out."""

import ibis
import pytest

from evenhand.errors import PlanError
from evenhand.tables.coding import settled

SCHEMA = {"report_id": "string", "coder": "string", "version": "string", "element": "string", "phase": "string"}


def code_of(*given, version="1"):
    """The settled code of one element to which coders gave these (coder, code)."""
    rows = [
        {"report_id": "r", "coder": coder, "version": version, "element": "rude", "phase": "whole", "code": code}
        for coder, code in given
    ]
    table = settled(ibis.memtable(rows, schema=SCHEMA | {"code": "int64"}))
    return [row["code"] for row in table.to_pyarrow().to_pylist()]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([("a", 1)], 1),
        ([("a", 1), ("b", 1), ("c", 0)], 1),
        ([("a", 0), ("b", 0), ("c", 9)], 0),
        ([("a", 9), ("b", 9), ("c", 1)], 9),
        ([("a", 1), ("b", 0)], None),
        ([("a", 1), ("b", 9)], None),
        ([("a", 1), ("b", 0), ("c", 9)], None),
        ([("a", 1), ("b", 1), ("adjudicated", 0)], 0),
        ([("adjudicated", 1)], 1),
    ],
)
def test_the_adjudicated_code_stands_else_more_than_half(given, code) -> None:
    assert code_of(*given) == [code]


def test_codes_by_another_version_are_left_out() -> None:
    assert code_of(("a", 1), version="2") == []


def test_phases_and_elements_stay_apart() -> None:
    rows = [
        {"report_id": "r", "element": element, "phase": phase, "code": code}
        for element, phase, code in [("rude", "before", 1), ("rude", "after", 0), ("entry", "before", 0)]
    ]
    schema = {"report_id": "string", "element": "string", "phase": "string", "code": "int64"}
    table = settled(ibis.memtable(rows, schema=schema)).to_pyarrow().to_pylist()
    found = {(row["element"], row["phase"]): row["code"] for row in table}
    assert found == {("rude", "before"): 1, ("rude", "after"): 0, ("entry", "before"): 0}


def test_without_a_phase_a_code_is_of_the_whole_account() -> None:
    rows = [{"report_id": "r", "element": "rude", "code": 1}]
    table = settled(ibis.memtable(rows, schema={"report_id": "string", "element": "string", "code": "int64"}))
    assert table.to_pyarrow().to_pylist() == [{"report_id": "r", "element": "rude", "phase": "whole", "code": 1}]


def test_a_sheet_without_codes_is_an_error() -> None:
    with pytest.raises(PlanError, match="no column element, code"):
        settled(ibis.memtable([{"report_id": "r"}], schema={"report_id": "string"}))
