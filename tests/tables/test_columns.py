from datetime import date

import ibis
import pyarrow
import pytest

from evenhand.errors import RecordError
from evenhand.tables import columns
from evenhand.terms.encounter import FIELDS, UNKNOWN_CODES, YES_NO

REQUIRED = {
    "encounter_id": ["1"],
    "source_id": ["town"],
    "kind": ["agency_record"],
    "date": [date(2021, 1, 1)],
    "tz": ["America/Chicago"],
    "mode": ["vehicle"],
    "reason": ["moving"],
    "result": [["none"]],
}


def of_arrow(**columns):
    """A table as a reader may hand it over, with whatever types its values have."""
    return ibis.memtable(pyarrow.table(columns))


def test_the_columns_required_are_those_planted_here() -> None:
    assert set(REQUIRED) == {field.name for field in FIELDS if field.need == "R"}


def test_columns_come_back_in_the_order_of_the_record_with_its_types() -> None:
    shuffled = {"area_precinct": [4], "lat": [45], "raw_row": ["7"], **dict(reversed(list(REQUIRED.items())))}
    table = columns.conform(of_arrow(**shuffled))
    order = [field.name for field in FIELDS if field.name in shuffled]
    assert table.columns == (*order, "area_precinct")
    kinds = {field.name: columns.TYPES[field.kind] for field in FIELDS} | {"area_precinct": "string"}
    assert {name: str(kind) for name, kind in table.schema().items()} == {name: kinds[name] for name in table.columns}
    assert table.to_pyarrow().to_pylist()[0]["area_precinct"] == "4"


def test_areas_are_their_levels() -> None:
    table = columns.conform(of_arrow(**REQUIRED, area_precinct=["4"], area_city=["Minneapolis"]))
    assert columns.areas(table) == ("city", "precinct")


def test_a_column_that_is_not_of_the_record_is_an_error_with_its_name() -> None:
    with pytest.raises(RecordError, match="race, speed"):
        columns.conform(of_arrow(**REQUIRED, race=["Black"], speed=[40]))


@pytest.mark.parametrize("name", REQUIRED)
def test_each_required_column_is_asked_for_by_name(name) -> None:
    rest = {other: values for other, values in REQUIRED.items() if other != name}
    with pytest.raises(RecordError, match=f"required columns absent: {name};"):
        columns.conform(of_arrow(**rest))


def test_codes_that_no_list_knows_are_counted_by_field(planted) -> None:
    table = planted(
        mode=["vehicle", "horse", "horse", "unknown", None],
        result=[["none"], ["citation", "fined"], [], None, ["not_stated"]],
        frisk=["yes", "no", "Y", "unknown", None],
        reason_detail=["anything", "goes", "in", "free", "words"],
    )
    assert columns.stray_codes(table) == {"mode": {"horse": 2}, "result": {"fined": 1}, "frisk": {"Y": 1}}
    assert columns.stray_codes(table, ["frisk"]) == {"frisk": {"Y": 1}}


@pytest.mark.parametrize(
    "field", [field for field in FIELDS if field.codes or field.kind == "ynu"], ids=lambda f: f.name
)
def test_every_code_of_a_list_and_every_way_not_to_know_is_known(planted, field) -> None:
    codes = YES_NO if field.kind == "ynu" else (*field.codes, *UNKNOWN_CODES)
    table = planted(**{field.name: [[code] if field.kind == "codes" else code for code in codes]})
    assert columns.stray_codes(table) == {}
