"""The schema on the engine, and how a table is held against it."""

from collections.abc import Iterable
from typing import Any

from evenhand.errors import RecordError
from evenhand.tables import derive
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME, FIELDS, UNKNOWN_CODES, YES_NO, Field

# The engine's type for each kind of field.
TYPES = {
    "str": "string",
    "int": "int64",
    "float": "float64",
    "date": "date",
    "code": "string",
    "codes": "array<string>",
    "ynu": "string",
}


def conform(table: Any) -> Any:
    """`table` with exactly the record's columns, each of its type, in the record's order.

    Columns that are not of the record are an error, and so are required ones that are absent;
    optional ones may stay away. Values are held against the code lists by `stray_codes`.
    """
    names = list(table.columns)
    areas = sorted(name for name in names if name.startswith(AREA_PREFIX))
    stray = [name for name in names if name not in BY_NAME and name not in areas]
    if stray:
        raise RecordError(f"columns not of the record: {', '.join(stray)}; map them to a field or leave them out")
    missing = [field.name for field in FIELDS if field.need == "R" and field.name not in names]
    if missing:
        raise RecordError(f"required columns absent: {', '.join(missing)}; say in the mapping where they are")
    if "race_officer_options" in names and "race_officer_set" not in names:
        table = table.mutate(race_officer_set=derive.race_set(table))
        names.append("race_officer_set")
    if "time_local" in names and "minute_local" not in names:
        table = table.mutate(minute_local=derive.minute(table))
        names.append("minute_local")
    kept = [table[field.name].cast(TYPES[field.kind]).name(field.name) for field in FIELDS if field.name in names]
    return table.select(*kept, *(table[name].cast("string").name(name) for name in areas))


def areas(table: Any) -> tuple[str, ...]:
    """The levels of area a table has, without the prefix."""
    return tuple(name.removeprefix(AREA_PREFIX) for name in table.columns if name.startswith(AREA_PREFIX))


def stray_codes(table: Any, fields: Iterable[str] = ()) -> dict[str, dict[str, int]]:
    """Codes outside their field's list, with counts: field to code to rows. Empty when all are known."""
    wanted = [BY_NAME[name] for name in fields] or [field for field in FIELDS if field.codes or field.kind == "ynu"]
    found = {field.name: _stray(table, field) for field in wanted if field.name in table.columns}
    return {name: codes for name, codes in found.items() if codes}


def _stray(table: Any, field: Field) -> dict[str, int]:
    values = table.select(code=table[field.name].unnest() if field.kind == "codes" else table[field.name])
    known = (*field.codes, *UNKNOWN_CODES) if field.kind != "ynu" else YES_NO
    counts = values.filter(values.code.notin(known)).group_by("code").agg(n=lambda t: t.count())
    return {row["code"]: row["n"] for row in counts.to_pyarrow().to_pylist()}
