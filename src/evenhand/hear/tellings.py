"""The end of reading a sheet of tellings: its table on the engine, and its register with all that was done to it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import register, scrub, spreadsheet
from evenhand.hear.scrub import Kind
from evenhand.hear.spreadsheet import Sheet
from evenhand.tables import columns
from evenhand.tables.tally import tally
from evenhand.terms.encounter import BY_NAME, FIELDS
from evenhand.terms.evidence import Coverage, Light, Reading, Source

# The columns of a table of tellings without a telling.
NOBODY: dict[str, Any] = dict.fromkeys(field.name for field in FIELDS if field.need == "R" or field.name == "report_id")
# A tenth of rows with something unreadable, or without a day, asks for care; without half of the days nothing is asked.
YELLOW, RED = 0.1, 0.5
TAKEN: dict[Kind, tuple[str, str]] = {
    "status": ("word of status", "words of status"), "name": ("name", "names"), "plate": ("plate", "plates"),
    "phone": ("telephone number", "telephone numbers"), "address": ("address", "addresses"),
    "other": ("other mark of a person", "other marks of a person"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that could not be read: its row as the spreadsheet shows it, its column, what was expected there."""

    row: int
    column: str
    expected: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Inbox:
    """A sheet as heard: the reading, every cell that could not be read, and what was taken out, by kind."""

    reading: Reading
    unreadable: tuple[Unreadable, ...]
    taken: Mapping[str, int]


@dataclass(slots=True)
class Draft:
    """What is being made of a sheet: a row of fields for each telling, and what is counted on the way."""

    sheet: Sheet
    unreadable: list[Unreadable] = field(default_factory=list)
    taken: Counter[Kind] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def list_unread(self, row: int, column: str, expected: str) -> None:
        """Put a cell on the list of what could not be read."""
        self.unreadable.append(Unreadable(row, column, expected))


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the sheet is what: by field, and those dropped by the kind of what they hold.

    `counted` are read elsewhere and are no field.
    """

    of: Mapping[str, int]
    dropped: Mapping[int, Kind]
    counted: frozenset[int] = frozenset()


def finished(
    connection: Any,
    draft: Draft,
    which: Columns,
    tellings: Sequence[Mapping[str, Any]],
    about: register.About,
    asked: Sequence[str] = (),
) -> Inbox:
    """The table on the engine, with its register: what was dropped, taken out, and could not be read.

    `asked` are the days without which a telling is of little use.
    """
    table = _table(connection, tellings)
    listed = tuple(sorted(draft.unreadable, key=lambda each: (each.row, each.column)))
    light, evidence = _verdict(tellings, listed, asked)
    notes = [*draft.notes, *_notes(draft, which, listed)]
    source = Source(
        id=about.id,
        publisher=about.publisher or "not stated",
        address=about.address or draft.sheet.path.name,
        licence=about.licence or "not stated",
        retrieved=f"file dated {draft.sheet.dated}",
        sha256=draft.sheet.sha256,
        rows=len(tellings),
        reader=about.reader,
        verdict=light,
        evidence=evidence,
        # the figures of a file of stops are none of a sheet of tellings
        health={"rows": len(tellings), "light": light, "evidence": list(evidence)},
        notes=tuple(notes),
        public=about.public,
    )
    reading = Reading(table, source, _coverage(draft.sheet, tellings, about), about.timezone)
    return Inbox(reading, listed, {kind: draft.taken[kind] for kind in scrub.KINDS if draft.taken[kind]})


def _table(connection: Any, tellings: Sequence[Mapping[str, Any]]) -> Any:
    import ibis
    import pyarrow
    from ibis.util import gen_name

    kinds = {
        "str": pyarrow.string(), "code": pyarrow.string(), "ynu": pyarrow.string(), "int": pyarrow.int64(),
        "float": pyarrow.float64(), "date": pyarrow.date32(), "codes": pyarrow.list_(pyarrow.string()),
    }  # fmt: skip
    # where nobody said yes there is a table all the same, without a row: the engine makes none of nothing
    names = list(dict.fromkeys(name for telling in tellings or (NOBODY,) for name in telling))
    arrays = {
        name: pyarrow.array(
            [telling.get(name) for telling in tellings or (NOBODY,)],
            type=kinds[BY_NAME[name].kind] if name in BY_NAME else pyarrow.string(),
        )
        for name in names
    }
    kept = connection.create_table(
        gen_name("tellings"), ibis.memtable(pyarrow.table(arrays)).limit(len(tellings)), temp=True
    )
    return columns.conform(kept)


def _verdict(
    tellings: Sequence[Mapping[str, Any]], listed: Sequence[Unreadable], asked: Sequence[str]
) -> tuple[Light, tuple[str, ...]]:
    rows = len(tellings) or 1
    unread = len({each.row for each in listed}) / rows
    undated = {name: sum(telling[name] is None for telling in tellings) / rows for name in asked}
    worst = max(undated.values(), default=0.0)
    light: Light = "red" if worst > RED else "yellow" if max(worst, unread) > YELLOW else "green"
    said = [f"{round(share * rows):,} of {rows:,} rows have no {name}." for name, share in undated.items() if share]
    if listed:
        said.append(f"{round(unread * rows):,} rows hold something that cannot be read.")
    return light, tuple(said)


def _notes(draft: Draft, which: Columns, listed: Sequence[Unreadable]) -> Iterable[str]:
    found = draft.sheet
    if found.empty:
        yield f"Rows between others that hold nothing, and were passed over: {found.empty:,}."
    if which.dropped:
        named = ", ".join(f"{_named(found, place)} ({kind})" for place, kind in which.dropped.items())
        yield (
            f"Columns that tell who a person is, or of status, were dropped and their words taken out of "
            f"the texts: {named}."
        )
    spare = [
        place
        for place, name in enumerate(found.names)
        if place not in {*which.of.values(), *which.dropped, *which.counted}
    ]
    spare = [place for place in spare if found.names[place] or any(row.at(place) is not None for row in found.rows)]
    if spare:
        yield f"Columns that nobody knows were not read: {', '.join(_named(found, place) for place in spare)}."
    if draft.taken:
        yield f"Taken out of texts: {taken_in_words(draft.taken)}."
    yield "A name that nothing marks cannot be found by a rule: read a narrative before it is shared."
    if listed:
        by_column = Counter(each.column for each in listed)
        said = ", ".join(f"{column} {n:,}" for column, n in sorted(by_column.items()))
        yield f"Cells that could not be read, and are empty here: {len(listed):,} ({said})."


def taken_in_words(taken: Mapping[Kind, int]) -> str:
    """`3 names, 1 telephone number`."""
    return ", ".join(f"{taken[kind]:,} {TAKEN[kind][taken[kind] != 1]}" for kind in scrub.KINDS if taken.get(kind))


def _named(found: Sheet, place: int) -> str:
    """A column by its letter and its name, of which as much is told as is a name's."""
    name = scrub.heading(found.names[place])[:40]
    return f"{spreadsheet.letter(place)} {name}".strip()


def _coverage(found: Sheet, tellings: Sequence[Mapping[str, Any]], about: register.About) -> Coverage:
    stated = register.span(about)
    if stated is not None:
        return stated
    ends = [telling[name] for telling in tellings for name in ("date", "date_to") if telling[name]]
    ends = ends or [telling["reported_on"] for telling in tellings if telling["reported_on"]]
    if not ends:
        raise RecordError(
            f"{found.path}: no row has a day that can be read; "
            f"expected 2026-03-14 in reported_on or date: mend the column"
        )
    first: date = min(ends)
    return Coverage(about.id, first, max(ends))


def source_id(path: Path) -> str:
    """A source id from a file's name, scrubbed as the texts are."""
    stem = scrub.number(path.name.split(".")[0]).text.lower()
    return "".join(letter if letter.isalnum() else "-" for letter in stem).strip("-") or "inbox"


def figures(table: Any) -> dict[str, Any]:
    """What a table of tellings holds: how many, of how many encounters, told in which months, by whom known, scrubbed.

    `baseline` counts those told before the last month; `taken` the tellings of which something was taken out.
    """
    months = (
        tally(table, {"month": table.reported_on.cast("string").substr(0, 7)}) if "reported_on" in table.columns else {}
    )
    by_month = {
        str(month): int(n) for month, n in zip(months.get("month", ()), months.get("n", ()), strict=True) if month
    }
    last = max(by_month, default="")
    return {
        "tellings": int(table.count().to_pyarrow().as_py()),
        "encounters": int(table.encounter_id.nunique().to_pyarrow().as_py()),
        "by_month_told": dict(sorted(by_month.items())),
        "baseline": sum(n for month, n in by_month.items() if month != last),
        "agency_basis": _by_code(table, "agency_basis"),
        "taken": _by_code(table, "scrubbed"),
    }


def _by_code(table: Any, name: str) -> dict[str, int]:
    """Tellings with each code of a field of codes, most first; one may count under several."""
    if name not in table.columns:
        return {}
    cells = tally(table.select(code=table[name].unnest()), {"code": lambda each: each.code})
    counted = [(str(code), int(n)) for code, n in zip(cells["code"], cells["n"], strict=True) if code]
    return dict(sorted(counted, key=lambda pair: (-pair[1], pair[0])))
