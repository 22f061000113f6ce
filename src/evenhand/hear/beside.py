"""Small tables beside a plan: rosters, areas, lists, codes, links and calls, each held against what it means.

One function a table, all alike: columns are brought to their types on the engine, and what cannot be is refused
with its row and column, the kind that was found and what was expected; never with the cell itself. Rows count from
1 below the header. Authority: docs/formats/beside.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evenhand.errors import RecordError
from evenhand.hear import clock, file, sheet, words
from evenhand.hear.file import File
from evenhand.terms.codebook import ELEMENTS, EXCLUSIVE, HAPPENED, PHASES
from evenhand.terms.encounter import RACES, UNKNOWN_CODES
from evenhand.terms.evidence import AreaCell, ListCell, Lists, RosterCell, Source

# Names listed in a sentence; the others are counted.
MOST_LISTED = 10
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a small table: its kind, what is expected of a cell, and between which ends.

    A column that is not `needed` may be absent; a cell that need not be `filled` may be empty. Both are then `default`.
    """

    name: str
    kind: Literal["text", "whole", "number", "date", "month", "yes or no"]
    expected: str
    needed: bool = True
    filled: bool = True
    low: float | None = None
    high: float | None = None
    codes: tuple[Any, ...] = ()
    default: Any = None


def _text(name: str, expected: str, *codes: str) -> Column:
    return Column(name, "text", expected, codes=codes)


def _count(name: str, low: int = 0) -> Column:
    return Column(name, "whole", f"a whole number, {low} or more", low=low)


def _optional(name: str, kind: Any, expected: str, default: Any = None, **more: Any) -> Column:
    return Column(name, kind, expected, needed=False, filled=False, default=default, **more)


ROSTER = (
    _text("department", "a word for the department"),
    _text("race", f"one of {', '.join((*RACES, *UNKNOWN_CODES))}", *RACES, *UNKNOWN_CODES),
    _count("size"),
    _count("asked"),
    _count("answered"),
    _count("stopped"),
    _count("days", 1),
    _optional("group", "text", "a word for the group", ""),
    _optional("whole", "yes or no", "yes or no: was everybody asked", True),
)
AREAS = (
    _text("area", "the name of the area"),
    Column("latitude", "number", "degrees from -90 to 90", filled=False, low=-90, high=90),
    Column("longitude", "number", "degrees from -180 to 180", filled=False, low=-180, high=180),
    _optional("people", "number", "how many people live there, 0 or more", low=0),
)
CODES = (
    _text("report_id", "the report_id of the account"),
    _text("coder", "a word for the coder, never a name"),
    _text("version", "the version of the codebook"),
    _text("element", "an element of the codebook", *ELEMENTS),
    _optional("phase", "text", f"one of {', '.join(PHASES)}", "whole", codes=PHASES),
    Column("code", "whole", "1 (happened), 0 (did not) or 9 (not mentioned)", codes=(1, 0, 9)),
    _optional("month", "month", "a month, 2026-03"),
    _optional("language", "text", "the language of the account"),
)
LINKS = (
    _text("encounter_id", "the encounter_id of what was told"),
    Column("probability", "number", "a number from 0 to 1", filled=False, low=0, high=1),
    _optional("undecided", "yes or no", "yes or no", False),
)
CALLS = (
    Column("date", "date", "a day, 2026-03-14"),
    _optional("area", "text", "the area group", "all"),
    _optional("call_type", "text", "the type of call", "all"),
    _count("n"),
)
# The column of a table of lists that counts; every other one is a list.
COUNT = "count"


@dataclass(frozen=True, slots=True)
class Table:
    """A small table as read: its kind, its nouns (for codes, links and calls an Ibis table), where it came from."""

    kind: str
    content: Any
    source: Source


def read(connection: Any, kind: str, path: str | Path, said: Mapping[str, Any] | None = None) -> Table:
    """The small table of that kind at `path`; `said` is what a plan says of it (publisher, public, refer ...)."""
    said = said or {}
    own = {name: said[name] for name in ("unit", "refer", "linkage_error", "name") if name in said}
    content = READERS[kind](connection, path, **own)
    found = file.look(path)
    source = Source(
        id=f"{kind}-{_stem(found)}",
        publisher=str(said.get("publisher", "not stated")),
        address=str(said.get("address", found.path.name)),
        licence=str(said.get("licence", "not stated")),
        retrieved=str(said.get("retrieved", f"file dated {found.dated}")),
        sha256=found.sha256,
        rows=_rows(content),
        reader=kind,
        verdict="yellow",
        evidence=("A table beside the plan: its cells were held against each other, and against nothing else.",),
        notes=found.notes,
        public=bool(said.get("public", False)),
    )
    return Table(kind, content, source)


def roster(connection: Any, path: str | Path) -> tuple[RosterCell, ...]:
    """A group of known size, all of whom were asked: one cell a department and race."""
    found, table = _read(connection, path, ROSTER)
    rows = _listed(found, table)
    for row in rows:
        for fewer, more in (("asked", "size"), ("answered", "asked"), ("stopped", "answered")):
            if row[fewer] > row[more]:
                raise RecordError(
                    f"{found.path}, row {row[sheet.ROW]}: {fewer} {row[fewer]:,} is more than {more} {row[more]:,}; "
                    "expected stopped <= answered <= asked <= size: mend the row"
                )
    _refuse_twice(found, table, ("group", "department", "race"), "the cell of a department and race")
    return tuple(RosterCell(**_without_row(row)) for row in rows)


def areas(connection: Any, path: str | Path) -> tuple[AreaCell, ...]:
    """The areas of a scan: the centroid of each, and the people who live there."""
    found, table = _read(connection, path, AREAS)
    rows = _listed(found, table)
    nowhere = [row["area"] for row in rows if row["latitude"] is None or row["longitude"] is None]
    if nowhere:
        raise RecordError(
            f"{found.path}: no centroid for {_some(nowhere)}; expected latitude and longitude in degrees: fill them in"
        )
    _refuse_twice(found, table, ("area",), "an area")
    return tuple(AreaCell(**_without_row(row)) for row in rows)


def lists(
    connection: Any,
    path: str | Path,
    unit: str = "people",
    refer: Sequence[Sequence[str]] = (),
    linkage_error: float | None = None,
    name: str = "",
) -> tuple[Lists, ...]:
    """Overlapping lists, a column of 0 and 1 each, and `count`: how many are on exactly these.

    An empty `name` is the file's.
    """
    found = file.look(path)
    there = sheet.rows(connection, found).columns
    names = tuple(name for name in there if name not in (COUNT, sheet.ROW))
    on = tuple(Column(name, "whole", "1 (on the list) or 0 (not on it)", codes=(1, 0)) for name in names)
    found, table = _read(connection, path, (*on, _count(COUNT)))
    stray = sorted({name for pair in refer for name in pair} - set(names))
    if stray:
        raise RecordError(
            f"{found.path} has no list {', '.join(stray)}, named in `refer`: its lists are {_some(names)}"
        )
    cells: dict[tuple[int, ...], int] = {}
    for row in _listed(found, table):
        cell = tuple(row[name] for name in names)
        if not any(cell):
            raise RecordError(
                f"{found.path}, row {row[sheet.ROW]}: on no list, {row[COUNT]:,} counted; expected only "
                "those who are on one at least, for nobody saw the others: take the row out"
            )
        cells[cell] = cells.get(cell, 0) + row[COUNT]
    pairs = tuple((first, second) for first, second in refer)
    return (
        Lists(
            names, tuple(ListCell(on, n) for on, n in cells.items()), unit, pairs, linkage_error, name or _stem(found)
        ),
    )


def codes(connection: Any, path: str | Path) -> Any:
    """What coders read in accounts, an Ibis table: report_id, coder, version, element, phase, code, month, language."""
    found, table = _read(connection, path, CODES)
    key = ("report_id", "coder", "version", "element", "phase")
    _refuse_twice(found, table, key, "one element of one report by one coder")
    with sheet.explained(found):
        _refuse_exclusive(found, table)
    return table.drop(sheet.ROW)


def links(connection: Any, path: str | Path) -> Any:
    """Links of encounters to stop records, an Ibis table: encounter_id, probability, undecided."""
    found, table = _read(connection, path, LINKS)
    with sheet.explained(found):
        bare = table.filter(table.probability.isnull() & ~table.undecided)
        first = bare[sheet.ROW].min().to_pyarrow().as_py()
    if first is not None:
        raise RecordError(
            f"{found.path}, row {first:,}, column probability: found an empty cell, expected a number from 0 to 1 "
            "unless undecided is yes: fill it in"
        )
    return table.drop(sheet.ROW)


def calls(connection: Any, path: str | Path) -> Any:
    """Calls for help, an Ibis table: date, area, call_type, n."""
    found, table = _read(connection, path, CALLS)
    _refuse_twice(found, table, ("date", "area", "call_type"), "a day, area and call type")
    return table.drop(sheet.ROW)


# Reader by the name of the plan's section.
READERS = {"roster": roster, "areas": areas, "lists": lists, "codes": codes, "links": links, "calls": calls}


def _read(connection: Any, path: str | Path, columns: Sequence[Column]) -> tuple[File, Any]:
    """The file, and its rows as these columns, each of its type, with the number of the row."""
    found = file.look(path)
    raw = sheet.rows(connection, found)
    _refuse_columns(found, raw, columns)
    values, wrong = {}, {}
    for column in columns:
        if column.name in raw.columns:
            values[column.name], wrong[column.name] = _parsed(raw[column.name], column)
        else:
            values[column.name] = _constant(column)
    with sheet.explained(found):
        _refuse_cells(found, raw, [column for column in columns if column.name in wrong], wrong)
    return found, raw.select(raw[sheet.ROW], **values)


def _refuse_columns(found: File, raw: Any, columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    needed = [column.name for column in columns if column.needed]
    sheet.need(found, raw, *needed, hint=f"expected {', '.join(needed)}")
    stray = [name for name in raw.columns if name not in (*names, sheet.ROW)]
    if stray:
        raise RecordError(
            f"{found.path} has a column {', '.join(stray)}, expected only {', '.join(names)}: mend its "
            "name, or take it out"
        )


def _parsed(cell: Any, column: Column) -> tuple[Any, Any]:
    """The cell as a value, and the kind of what was found where it is none; null where all is well."""
    import ibis

    if cell.type().is_boolean() and column.kind == "whole":
        cell = cell.cast("int64")
    text = words.text(cell)
    value, cases = _value(cell, text, column)
    empty = [(text.isnull(), "an empty cell" if column.filled else ibis.null("string"))]
    found = ibis.cases(*empty, *cases, else_=ibis.null("string"))
    if column.default is not None:
        value = value.fill_null(column.default)
    return value, found


def _value(cell: Any, text: Any, column: Column) -> tuple[Any, list[tuple[Any, str]]]:
    """The value, and by what it is told that a cell which is not empty holds none."""
    if column.kind in ("whole", "number"):
        return _number(text, column)
    if column.kind == "yes or no":
        value = words.flag(cell)
        return value, [(value.isnull(), "a word that is neither")]
    if column.kind == "date":
        value = clock.iso(text, "date")
        return value, [(value.isnull(), "text that is no such day"), (~value.cast("string").between(*clock.PLAUSIBLE),
                       "a day no call can be of")]  # fmt: skip
    if column.kind == "month":
        return text, [(~text.re_search(MONTH), "text that is no such month")]
    return text, [(~text.isin(column.codes), "a word that is none")] if column.codes else []


def _number(text: Any, column: Column) -> tuple[Any, list[tuple[Any, str]]]:
    import ibis

    read = text.try_cast("float64")
    number = ibis.ifelse(read.isnan() | read.isinf(), None, read)
    cases = [(number.isnull(), "text that is no number")]
    if column.codes:
        cases.append((~number.isin([float(code) for code in column.codes]), "another number"))
    elif column.kind == "whole":
        cases.append((number != number.floor(), "a number with a fraction"))
    if column.low is not None:
        cases.append((number < column.low, f"a number below {column.low:g}"))
    if column.high is not None:
        cases.append((number > column.high, f"a number above {column.high:g}"))
    # `floor` before the cast: engines round halves differently
    return (number.floor().cast("int64") if column.kind == "whole" else number), cases


def _constant(column: Column) -> Any:
    """An absent column: its default in every row, or null, of the column's type."""
    import ibis

    types = {"whole": "int64", "number": "float64", "date": "date", "yes or no": "boolean"}
    kind = types.get(column.kind, "string")
    return ibis.null(kind) if column.default is None else ibis.literal(column.default, type=kind)


def _refuse_cells(found: File, raw: Any, columns: Sequence[Column], wrong: Mapping[str, Any]) -> None:
    """RecordError at the first cell that holds no value, or when there is no row at all."""
    checked = raw.select(raw[sheet.ROW], **{f"{at}": wrong[column.name] for at, column in enumerate(columns)})
    row = checked[sheet.ROW]
    sums = {"rows": checked.count()}
    for at in range(len(columns)):
        kind = checked[f"{at}"]
        sums |= {f"n{at}": kind.count(), f"row{at}": row.min(where=kind.notnull())}
        sums[f"kind{at}"] = kind.argmin(row, where=kind.notnull())
    seen = checked.aggregate(**sums).to_pyarrow().to_pylist()[0]
    if not seen["rows"]:
        raise RecordError(f"{found.path} has a header and no rows; expected one row at least: fill it in")
    for at, column in enumerate(columns):
        if n := seen[f"n{at}"]:
            others = f" ({n:,} rows are not as expected)" if n > 1 else ""
            raise RecordError(
                f"{found.path}, row {seen[f'row{at}']:,}, column {column.name}: found {seen[f'kind{at}']}, expected "
                f"{column.expected}{others}: mend the file"
            )


def _refuse_twice(found: File, table: Any, key: Sequence[str], what: str) -> None:
    """RecordError when two rows have one key."""
    with sheet.explained(found):
        doubled = table.group_by(key).agg(n=table.count(), row=table[sheet.ROW].max())
        doubled = doubled.filter(doubled.n > 1)
        seen = doubled.aggregate(n=doubled.count(), row=doubled.row.min()).to_pyarrow().to_pylist()[0]
    if seen["n"]:
        others = f" ({seen['n']:,} are so)" if seen["n"] > 1 else ""
        raise RecordError(
            f"{found.path}, row {seen['row']:,}: {what} stands there a second time{others}; expected one row for each "
            f"{', '.join(key)}: take one out"
        )


def _refuse_exclusive(found: File, table: Any) -> None:
    """RecordError when a coder says of one account that two things happened which exclude each other."""
    happened = table.filter(table.code == HAPPENED)
    both = {
        f"{at}": (happened.element == one).any() & (happened.element == other).any()
        for at, (one, other) in enumerate(EXCLUSIVE)
    }
    accounts = happened.group_by("report_id", "coder", "version").agg(**both)
    for at, (one, other) in enumerate(EXCLUSIVE):
        rows = accounts.filter(accounts[f"{at}"]).select("report_id").distinct().order_by("report_id")
        reports = rows.to_pyarrow()["report_id"].to_pylist()
        if reports:
            raise RecordError(
                f"{found.path}: {one} and {other} are both 1 by one coder in report {_some(reports)}; at most one can "
                "have happened: give these accounts back to their coders"
            )


def _listed(found: File, table: Any) -> list[dict[str, Any]]:
    with sheet.explained(found):
        rows: list[dict[str, Any]] = table.order_by(sheet.ROW).to_pyarrow().to_pylist()
    return rows


def _without_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != sheet.ROW}


def _rows(content: Any) -> int:
    """How many rows (of lists: cells) a table has."""
    if not isinstance(content, tuple):
        return int(content.count().to_pyarrow().as_py())
    return sum(len(part.cells) if isinstance(part, Lists) else 1 for part in content)


def _stem(found: File) -> str:
    return found.path.name.split(".")[0]


def _some(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
