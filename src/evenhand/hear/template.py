"""The sheets that people fill in, written empty: a mailbox's and a paper canvass's, with drop-downs and a guide page.

The guide page is what the drop-downs read from, so that what may be chosen and what is explained cannot differ. Days
of the event are text: a spreadsheet makes 1 March of 2026-03, and the month is then lost.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evenhand.errors import MissingExtraError, OutputError
from evenhand.hear import guide
from evenhand.hear.sheet_mapping import is_coded
from evenhand.terms.codebook import CODEBOOK
from evenhand.terms.encounter import BY_NAME, Field
from evenhand.terms.sheets import CANVASS, INBOX, ROSTER, Column

Which = Literal["inbox", "canvass"]
SHEETS: tuple[Which, ...] = ("inbox", "canvass")
TELLINGS, ANSWERS, ROSTER_PAGE, GUIDE = "tellings", "answers", "roster", "guide"
# After the name of a column that must be filled in.
MARK = " *"
# Rows that have drop-downs: more than a mailbox gets in a year.
ROWS = 5_000
# The look of form and finding (EXPERIENCE 7).
FACE = "Calibri"
INK, PAPER, QUIET, RULE, ACCENT, TINT = "1C1F24", "FCFBF8", "5B6470", "D9D6CF", "0B5C7A", "E6EEF1"
NUMBERS = ("officer_count", "vehicle_count", "duration_min", "link_probability", "times", "size", "asked", "days")
WIDTHS = dict.fromkeys(("report_id", "same_as", "reported_on", "date", "date_to", "time_local"), 14) | {
    "narrative": 70,
    "actions": 34,
}

RULES_INBOX = (

        "One row is one telling. Where the same encounter is told again, give it a row of its own and "
        "write the first one's report_id in same_as.",
    "Write no name of anybody, no telephone number, no address, no plate, no date of birth.",

        "Write nothing of anybody's immigration or citizenship status. That somebody was asked about "
        "it is a code of actions; the answer is not written.",

        "Unknown is not no. Leave a cell empty where it did not come up; "
        "choose unknown where it was asked and is not known.",

        "Columns with a star must be filled in. Where a cell takes several codes, part them by ; "
        "as in boxed_in; handcuffed",

        "Do not change the names of the columns. A column you do not need may be deleted, and columns "
        "may stand in any order.",

        "What must not be kept is taken out again when the sheet is read, and counted; "
        "what cannot be read is listed by its row.",
)  # fmt: skip
RULES_CANVASS = (
    "Voluntary: nobody has to answer, and nobody is asked why not.",
    "No name: the sheet asks for none, and none is written on it, nor a badge number.",
    "No discipline: no answer, and no silence, is held against anybody.",
    "Who holds the answers (write it here before the sheets are handed out; not the department that is canvassed): ",
    "One row of answers is one sheet that came back. A no counts as much as a yes: write both.",

        "roster: one row a department and race, how many there are, how many were handed a sheet, and "
        "how many days the question reaches back.",
    "Unknown is not no. Write nothing of anybody's immigration or citizenship status.",

        "In a small department race and answer together are a name: the rows stay with who holds "
        "them, the department sees totals only.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the guide page the codes of a column stand."""

    first: int
    last: int


def write(which: Which, path: str | Path) -> tuple[Path, ...]:
    """Write the empty sheet to `path` (.xlsx, or .csv for the header alone); OutputError when something is there.

    A canvass as CSV is two files, the answers and NAME.roster.csv beside them.
    """
    target = Path(path)
    pages = _pages(which)
    ending = target.suffix.lower()
    if ending == ".csv":
        places = (target, roster_beside(target))[: len(pages)]
        made = [_header(columns) for columns in pages.values()]
    elif ending == ".xlsx":
        places, made = (target,), [_book(which, pages)]
    else:
        raise OutputError(f"{target}: a sheet is written as .xlsx or .csv: give it one of these endings")
    there = [place for place in places if place.exists()]
    if there:
        raise OutputError(f"{there[0]} is there already, and is not overwritten: choose another place with --out")
    for place, content in zip(places, made, strict=True):
        _new(place, content)
    return places


def roster_beside(path: Path) -> Path:
    """Where the roster of a canvass lies whose answers are a CSV."""
    return path.with_name(f"{path.stem}.roster.csv")


def _pages(which: Which) -> dict[str, tuple[Column, ...]]:
    return {TELLINGS: INBOX} if which == "inbox" else {ANSWERS: CANVASS, ROSTER_PAGE: ROSTER}


def _header(columns: Sequence[Column]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(column.name for column in columns)
    # Excel reads a CSV as UTF-8 by its mark alone
    return text.getvalue().encode("utf-8-sig")


def _new(place: Path, content: bytes) -> None:
    begun = False
    try:
        with place.open("xb") as stream:
            begun = True
            stream.write(content)
    except OSError as error:
        if begun:
            # half a sheet would stand in the way of the next try
            place.unlink(missing_ok=True)
        raise OutputError(f"{place} cannot be written ({error.strerror}): choose another place with --out") from error


def _book(which: Which, pages: dict[str, tuple[Column, ...]]) -> bytes:
    try:
        from openpyxl import Workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError("writing a sheet needs openpyxl: pip install 'evenhand[sheets]'") from error
    book = Workbook()
    book.properties.creator = "evenhand"
    book.properties.title = "What people told us" if which == "inbox" else "A canvass on paper"
    sheets = {name: book.active if not at else book.create_sheet(name) for at, name in enumerate(pages)}
    places = _guide(book.create_sheet(GUIDE), which, pages)
    for name, columns in pages.items():
        sheets[name].title = name
        _sheet(sheets[name], columns, places)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _sheet(sheet: Any, columns: Sequence[Column], places: dict[str, Place]) -> None:
    """A page to be filled in: its header, and what each column takes."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(columns, 1):
        cell = sheet.cell(1, at, column.name + (MARK if column.needed else ""))
        cell.font = Font(name=FACE, bold=True, color=PAPER if column.needed else INK)
        cell.fill = PatternFill("solid", start_color=ACCENT if column.needed else TINT)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        cell.border = Border(right=Side("thin", color=RULE), bottom=Side("medium", color=ACCENT))
        letter = get_column_letter(at)
        about = sheet.column_dimensions[letter]
        about.width = WIDTHS.get(column.name, max(15, len(column.name) + 4))
        about.number_format = _format(column)
        about.alignment = Alignment(vertical="top", wrap_text=column.name in ("narrative", "actions"))
        sheet.add_data_validation(_validation(column, f"{letter}2:{letter}{ROWS}", places.get(column.name)))
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = "B2"
    sheet.sheet_view.zoomScale = 110
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _format(column: Column) -> str:
    if column.name in NUMBERS:
        return "General"
    # the day of telling is one day; the others may be a month, which a spreadsheet would make a day of
    return "yyyy-mm-dd" if column.name == "reported_on" else "@"


def _validation(column: Column, cells: str, place: Place | None) -> Any:
    """A prompt that says what to write, and the drop-down where there are codes."""
    from openpyxl.worksheet.datavalidation import DataValidation

    known = _field(column)
    several = place is not None and known is not None and known.kind == "codes" and _is_several(column)
    made: Any = DataValidation(
        type="list" if place else None,
        formula1=f"{GUIDE}!$B${place.first}:$B${place.last}" if place else None,
        allow_blank=True,
        # a cell of several codes is not on the list, and must be let through
        showErrorMessage=place is not None and not several,
        errorStyle="stop",
        errorTitle="Not on the list",
        error="Choose a code from the list; what each means stands on the guide page. Leave the cell empty "
        "where it never came up.",
        showInputMessage=True,
        promptTitle=column.name[:32],
        prompt=_prompt(column)[:255],
        sqref=cells,
    )
    return made


def _is_several(column: Column) -> bool:
    return "several" in column.guide


def _prompt(column: Column) -> str:
    return column.guide[0].upper() + column.guide[1:] + "." + (" Must be filled in." if column.needed else "")


def _field(column: Column) -> Field | None:
    return BY_NAME.get({"race": "race_self", "stopped": "off_duty_officer"}.get(column.name, column.name))


def _guide(sheet: Any, which: Which, pages: dict[str, tuple[Column, ...]]) -> dict[str, Place]:
    """The guide page: the rules, then each column with its codes; where the codes of each stand."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    for letter, width in zip("ABCD", (24, 26, 64, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    title = "How to fill in this sheet" if which == "inbox" else "A canvass: voluntary, no name, no discipline"
    sheet.cell(1, 1, title).font = Font(name=FACE, bold=True, size=16, color=ACCENT)
    row = 3
    for rule in RULES_INBOX if which == "inbox" else RULES_CANVASS:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
        sheet.cell(row, 1, rule).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 32 if len(rule) > 125 else 17
        row += 1
    places: dict[str, Place] = {}
    for page, columns in pages.items():
        row += 1
        sheet.cell(row, 1, f"Columns of {page}").font = Font(name=FACE, bold=True, size=13, color=ACCENT)
        row += 1
        for at, head in enumerate(("column", "code", "what to write, or when it counts", "when it does not count"), 1):
            cell = sheet.cell(row, at, head)
            cell.font = Font(name=FACE, bold=True, color=QUIET)
            cell.border = Border(bottom=Side("thin", color=QUIET))
        for column in columns:
            row += 1
            sheet.cell(row, 1, column.name + (MARK if column.needed else "")).font = Font(name=FACE, bold=True)
            sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=4)
            said = sheet.cell(row, 3, _prompt(column))
            said.alignment = Alignment(wrap_text=True, vertical="top")
            for at in range(1, 5):
                sheet.cell(row, at).fill = PatternFill("solid", start_color=TINT)
            codes = _codes(column)
            if codes and column.name not in places:
                places[column.name] = Place(row + 1, row + len(codes))
            for code, counts, not_when in codes:
                row += 1
                sheet.cell(row, 2, code).alignment = Alignment(vertical="top")
                sheet.cell(row, 3, counts).alignment = Alignment(wrap_text=True, vertical="top")
                sheet.cell(row, 4, not_when).alignment = Alignment(wrap_text=True, vertical="top")
                sheet.cell(row, 4).font = Font(name=FACE, color=QUIET)
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return places


def _codes(column: Column) -> list[tuple[str, str, str]]:
    """Each code a column takes, when it counts and when not."""
    known = _field(column)
    if known is None or not is_coded(known.name):
        return []
    if known.name == "actions":
        elements = [(each.id, each.counts_when, f"not: {each.not_when}") for each in CODEBOOK]
        return [*elements, *((code, guide.meaning("actions", code), "") for code in ("other", "unknown"))]
    return [(code, guide.meaning(known.name, code), "") for code in guide.codes(known)]
