"""Inbox: an office's sheet of what people told it, one row a telling, read into the record's columns.

Nothing that tells who a person is comes in, and nothing of status: such columns are dropped unread, and texts are
scrubbed. A cell that cannot be read is empty in the table and listed by row, column and what was expected; no row
is dropped for it. The format is docs/formats/inbox.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.errors import PlanError, RecordError
from evenhand.hear import cells, guide, register, scrub, sheet_mapping, spreadsheet, tellings, told_again
from evenhand.hear.cells import Unread
from evenhand.hear.scrub import Dropped, Kind
from evenhand.hear.sheet_mapping import ASKED, DAYS, READ, Meant, field_of, is_coded
from evenhand.hear.spreadsheet import Cell, Row, Sheet
from evenhand.hear.tellings import Columns, Draft, Inbox
from evenhand.tables import zones
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME
from evenhand.terms.evidence import Reading
from evenhand.terms.sheets import INBOX

HINT = (
    "`evenhand hear --template inbox` writes such a sheet, and `evenhand hear FILE --reader inbox "
    "--propose` drafts a "
    "mapping for columns of your own"
)
NEEDED = tuple(column.name for column in INBOX if column.needed)
# What a number of these may be: beyond it stands a telephone number, or a date.
BOUNDS = {"link_probability": (0, 1), "officer_count": (0, 500), "vehicle_count": (0, 200), "duration_min": (0, 10_080)}
KINDS = {
    "family": "report_other", "companion": "report_other", "passenger": "report_other", "advocate": "report_other",
    "attorney": "report_other", "agency_staff": "report_other", "witness": "report_witness",
}  # fmt: skip

# By field, the codes of each word that is read.
Words = Mapping[str, Mapping[str, tuple[str, ...]]]


def read(
    connection: Any,
    path: str | Path,
    *,
    timezone: str | None = None,
    publisher: str = "",
    address: str = "",
    public: bool = False,
    mapping: str | Path | None = None,
    coverage: register.Span = None,
) -> Reading:
    """The tellings of a sheet as a `Reading`; RecordError says what is wrong with the file or the mapping."""
    return hear(
        connection, path, timezone=timezone, publisher=publisher, address=address, public=public, mapping=mapping,
        coverage=coverage,
    ).reading  # fmt: skip


def hear(
    connection: Any,
    path: str | Path,
    *,
    timezone: str | None = None,
    publisher: str = "",
    address: str = "",
    public: bool = False,
    mapping: str | Path | None = None,
    coverage: register.Span = None,
) -> Inbox:
    """The same with every cell that could not be read."""
    meant = sheet_mapping.load(mapping) if mapping else Meant()
    zone = timezone or meant.source.get("timezone")
    if not zone:
        raise PlanError(f"{path}: whose clocks were the times told by? say --timezone America/Chicago or the like")
    zones.zone(zone)
    found = spreadsheet.under_header(spreadsheet.open_book(path), lambda name: _known(name, meant), "tellings", HINT)
    which = _columns(found, meant)
    draft = Draft(found, notes=list(found.notes))
    about = register.About(
        id=meant.source.get("id") or tellings.source_id(found.path),
        reader="inbox",
        timezone=zone,
        publisher=publisher or meant.source.get("publisher", ""),
        address=address or meant.source.get("address", ""),
        licence=meant.source.get("licence", ""),
        coverage=coverage or meant.source.get("coverage"),
        public=public or bool(meant.source.get("public", False)),
    )
    made = told_again.joined(draft, rows(draft, which, meant), about)
    return tellings.finished(connection, draft, which, made, about, ("date", "reported_on"))


def _known(name: str, meant: Meant) -> bool:
    return sheet_mapping.header(name) in meant.names or field_of(name) is not None


def _columns(found: Sheet, meant: Meant) -> Columns:
    """Which column is what; RecordError when one that is needed is absent, or one field has two columns."""
    of: dict[str, int] = {}
    dropped: dict[int, Kind] = {}
    twice: list[str] = []
    for place, name in enumerate(found.names):
        said = sheet_mapping.header(name)
        field = meant.fields.get(said) or (None if said in meant.names else field_of(name))
        kind = meant.drop.get(said) or (None if field else scrub.column(name))
        if kind:
            dropped[place] = kind
        elif field in of:
            twice.append(field)
        elif field:
            of[field] = place
    if twice:
        raise RecordError(
            f"{found.path}: {', '.join(twice)} stands twice in the header (row {found.header}): rename one"
        )
    absent = [name for name in NEEDED if name not in of and name not in meant.constants]
    if absent:
        raise RecordError(f"{found.path} has no column {', '.join(absent)}, which the reader cannot do without: {HINT}")
    lost = sorted(set(meant.fields.values()) - set(of))
    if lost:
        raise RecordError(f"{found.path} has not the columns the mapping names for {', '.join(lost)}: mend them there")
    if not found.rows:
        raise RecordError(f"{found.path} has a header and no rows; expected a row a telling: fill it in")
    return Columns(of, dropped)


def rows(draft: Draft, which: Columns, meant: Meant) -> list[dict[str, Any]]:
    """A dictionary of fields for each row, with `same_as`, `same_event` and the office's number as it was written."""
    found = draft.sheet
    orders = {
        name: meant.orders.get(name) or cells.day_order(row.at(which.of[name]) for row in found.rows)
        for name in DAYS
        if name in which.of
    }
    words = {name: {**guide.words(name), **meant.codes.get(name, {})} for name in READ if is_coded(name)}
    return [_telling(draft, row, which, meant, orders, words) for row in found.rows]


def _telling(
    draft: Draft,
    row: Row,
    which: Columns,
    meant: Meant,
    orders: Mapping[str, cells.Order],
    words: Words,
) -> dict[str, Any]:
    said = {name: row.at(place) for name, place in which.of.items()}
    _list_broken(draft, row, which)
    told: dict[str, Any] = {"raw_row": row.number}
    for name in (*READ, *(area for area in which.of if area.startswith(AREA_PREFIX))):
        if name in said or name in ASKED or name in meant.constants:
            cell = said.get(name)
            cell = meant.constants.get(name) if cell is None else cell
            told[name] = _value(draft, row.number, name, cell, words, orders.get(name, "untold"))
    told |= _when(draft, row.number, told)
    _scrub(draft, row, which, told)
    if told["reporter_role"] == "off_duty_officer" and said.get("off_duty_officer") is None:
        told["off_duty_officer"] = "yes"
    told["kind"] = KINDS.get(told["reporter_role"], "report_self")
    return told


def _list_broken(draft: Draft, row: Row, which: Columns) -> None:
    """Cells that no reader gives: errors, formulas without a value, merged ones, and more than the header has."""
    for name, place in which.of.items():
        if (row.number, place) in draft.sheet.unread:
            draft.list_unread(row.number, name, "a value; the cell has an error, or a formula that was never reckoned")
        elif (row.number, place) in draft.sheet.merged:
            draft.list_unread(row.number, name, "a cell of its own; it is merged with another")
    beyond = [place for place in range(len(draft.sheet.names), len(row.cells)) if row.cells[place] is not None]
    if beyond:
        draft.list_unread(row.number, spreadsheet.letter(beyond[0]), "no more cells than the header has")


def _value(draft: Draft, row: int, name: str, cell: Cell, words: Words, order: cells.Order) -> Any:
    """A cell as its field has it; what cannot be read is listed, and empty."""
    made: Any
    if name in words:
        several = BY_NAME[name].kind == "codes"
        read = cells.coded(cell, words[name], several)
        if read.stray:
            draft.list_unread(row, name, _expected(name, several))
        return list(read.codes) if several else read.codes[0]
    if name in DAYS:
        made, expected = cells.day(cell, order), _expected_day(order, cell)
    elif name == "time_local":
        made, expected = cells.minute(cell), "an hour, 18:30 or 18 or 6:30 PM"
    elif name in BOUNDS:
        low, high = BOUNDS[name]
        made, expected = cells.number(cell, low, high), f"a number from {low} to {high:,}"
        if isinstance(made, float) and BY_NAME[name].kind == "int":
            made = round(made)
    elif name == "age_band":
        made, expected = cells.age_band(cell), "a band of years, 25-34"
    elif name == "narrative" and isinstance(cell, str):
        return cell
    else:
        return cells.text(cell)
    if isinstance(made, Unread):
        draft.list_unread(row, name, expected)
        return None
    return made


def _expected(name: str, several: bool) -> str:
    codes = guide.codes(BY_NAME[name])
    listed = ", ".join(codes[:6]) + (f" and {len(codes) - 6} more on the guide page" if len(codes) > 6 else "")
    return f"{'codes, parted by ;, of' if several else 'one of'} {listed}"


def _expected_day(order: cells.Order, cell: Cell) -> str:
    if order == "untold" and isinstance(cell, str) and cells.NUMBERS.fullmatch(cell):
        return "2026-03-14; nothing in this column tells whether its dates begin with the day or the month"
    return "2026-03-14, or 2026-03 for a month"


def _when(draft: Draft, row: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """Days as dates, a month as its first and last day, and the time with how round it is."""
    reported, first, last = (told.get(name) for name in DAYS)
    day = reported.first if reported else None
    if first and day and first.first > day:
        draft.list_unread(row, "date", "a day not after the one it was told")
        first = last = None
    if last and (not first or (last.last or last.first) < first.first):
        draft.list_unread(row, "date_to", "a day not before date")
        last = None
    end = (last.last or last.first) if last else first.last if first else None
    at = told.get("time_local")
    return {
        "reported_on": day,
        "date": first.first if first else None,
        "date_to": end,
        "time_local": f"{at[0] // 60:02d}:{at[0] % 60:02d}" if at else None,
        "time_precision": at[1] if at else cells.MINUTES_OF_DAY,
    }


def _scrub(draft: Draft, row: Row, which: Columns, told: dict[str, Any]) -> None:
    """Scrub every free text of a telling; `scrubbed` says of which kinds something was taken."""
    there = {place: cells.text(row.at(place)) for place in which.dropped}
    dropped = [Dropped(which.dropped[place], said) for place, said in there.items() if said]
    kinds: set[Kind] = {each.kind for each in dropped}
    for name in [name for name in told if _is_free(name)]:
        if told[name] is None:
            continue
        made = (scrub.number if name == "report_id" else scrub.text)(told[name], dropped)
        if name == "report_id":
            # the office's number links rows as it was written; what is kept of it is decided with all of them
            told["_written"] = guide.key(told[name])
            told[name] = None if made.taken else told[name]
        else:
            told[name] = made.text.strip() or None
        kinds |= set(made.taken)
        draft.taken.update(made.taken)
    told["scrubbed"] = [kind for kind in scrub.KINDS if kind in kinds]


def _is_free(name: str) -> bool:
    known = BY_NAME.get(name)
    return name.startswith(AREA_PREFIX) or (known is not None and known.kind == "str" and name != "time_local")
