"""A sheet that people filled in, Excel, ODS or CSV, as rows of cells under the numbers that the spreadsheet shows.

Such a sheet is one office's: it is read whole, in Python. A cell is text, a number, a date, a time or a yes; what
is empty is None. No sentence here repeats a cell, for the first row may be a telling and not a header.
"""

import csv
import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evenhand.errors import MissingExtraError, RecordError
from evenhand.hear import file

Cell = str | float | bool | date | time | datetime | timedelta | None

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# Excel puts a book with a password into an old container, under this name.
LOCKED = "EncryptedPackage".encode("utf-16-le")
EXPECTED = "expected a sheet as Excel (.xlsx, .xls), OpenDocument (.ods) or CSV"
# A mailbox holds thousands of rows; a stray cell at the end of the grid would make billions of empty ones.
MOST_CELLS = 20_000_000
# Unpacked, a book of a thousand narratives is a few megabytes.
MOST_BYTES = 500 << 20
# A title or two may stand above the header.
HEADER_WITHIN = 10
SHEET_XML = re.compile(r"xl/worksheets/[^/]+\.xml")
REFERENCE = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
# A cell whose value is an error, and one whose formula was never reckoned.
UNREAD = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"'
    rb'|<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f(?:/>|[^>]*>[^<]*</(?:\w+:)?f>|[^>]*/>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|(?=</(?:\w+:)?c>))"
)
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells from column A on."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell:
        """The cell of that column, None beyond the row's end."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet under its header: `names` by column, the rows that hold anything, and how many hold nothing.

    `unread` are cells that are there and have no value, `merged` those that another covers (row number, column
    from 0); `notes` say how it was read.
    """

    path: Path
    sha256: str
    dated: str
    header: int
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: int
    unread: frozenset[tuple[int, int]] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a book as it lies: its name, and every row of it."""

    name: str
    rows: tuple[Row, ...]
    unread: frozenset[tuple[int, int]] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Book:
    """All pages of a file; a CSV has one, without a name."""

    path: Path
    sha256: str
    dated: str
    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()


def is_book(path: str | Path) -> bool:
    """Whether an Excel or OpenDocument file lies there, by its first bytes."""
    where = Path(path)
    if not where.is_file():
        return False
    try:
        with where.open("rb") as stream:
            return stream.read(4) in (ZIP, OLD_EXCEL)
    except OSError as error:
        raise RecordError(f"{where} cannot be opened ({error.strerror}): check who may read it") from error


def open_book(path: str | Path) -> Book:
    """The pages of the file at `path`; RecordError says what lies there instead of a sheet."""
    where = Path(path)
    if where.is_file() and not where.stat().st_size:
        raise RecordError(f"{where} is empty; {EXPECTED} with a header: save it anew, or fetch it again")
    return _book(where) if is_book(where) else _text(where)


def under_header(
    book: Book, known: Callable[[str], bool], page: str, hint: str, beside: Sequence[str] = ("guide",)
) -> Sheet:
    """The page named `page`, else the first that has a header: a row with at least two names that are `known`.

    Pages named `beside` are none of these. RecordError ends with `hint` when no page has a header.
    """
    in_order = sorted(book.pages, key=lambda each: each.name.strip().casefold() != page)
    for each in in_order:
        at = _header(each.rows, known) if each.name.strip().casefold() not in beside else None
        if at is not None:
            return _sheet(book, each, at, beside)
    if not any(_filled(row) for each in book.pages for row in each.rows):
        raise RecordError(f"{book.path} is empty; {EXPECTED} with a header and a row a telling: {hint}")
    raise RecordError(
        f"{book.path} has no header that the reader knows in its first {HEADER_WITHIN} rows; expected a row with the "
        f"names of the columns: {hint}"
    )


def _header(rows: Sequence[Row], known: Callable[[str], bool]) -> int | None:
    """The place of the row with the most known names."""
    first = [(place, row) for place, row in enumerate(rows) if _filled(row)][:HEADER_WITHIN]
    counts = [
        (len({cell for cell in row.cells if isinstance(cell, str) and known(cell)}), place) for place, row in first
    ]
    best, place = max(counts, key=lambda count: (count[0], -count[1]), default=(0, 0))
    return place if best >= 2 else None


def _sheet(book: Book, page: Page, at: int, beside: Sequence[str]) -> Sheet:
    names = tuple(str(cell).strip() if cell is not None else "" for cell in page.rows[at].cells)
    below = page.rows[at + 1 :]
    broken = {row for row, _ in page.unread}
    filled = tuple(row for row in below if _filled(row) or row.number in broken)
    # rows after the last one that holds anything are the sheet's paper, not rows that somebody left empty
    last = filled[-1].number if filled else 0
    notes = list(book.notes)
    if above := sum(_filled(row) for row in page.rows[:at]):
        notes.append(f"The header is row {page.rows[at].number}: {above} rows above it were not read.")
    unlike = [each for each in book.pages if each is not page and each.name.strip().casefold() not in beside]
    others = sum(any(_filled(row) for row in each.rows) for each in unlike)
    if others:
        notes.append(f"One page of the file was read; {others} more that hold something were not.")
    return Sheet(
        path=book.path,
        sha256=book.sha256,
        dated=book.dated,
        header=page.rows[at].number,
        names=names,
        rows=filled,
        empty=sum(row.number <= last for row in below) - len(filled),
        unread=page.unread,
        merged=page.merged,
        notes=tuple(notes),
    )


def _filled(row: Row) -> bool:
    return any(cell is not None for cell in row.cells)


def letter(column: int) -> str:
    """The letters a spreadsheet shows for a column: 0 is A, 26 is AA."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said


def _cell(value: Any) -> Cell:
    """A cell as it is meant: text without outer spaces, whole numbers as such, None where nothing is said."""
    if isinstance(value, str):
        return value.replace("\xa0", " ").strip() or None
    return value  # type: ignore[no-any-return]  # calamine gives the types of Cell


def _text(path: Path) -> Book:
    """A CSV as a book of one page."""
    found = file.headless(path)
    if found.kind == "parquet":
        raise RecordError(f"{path} is Parquet; {EXPECTED}: a file that evenhand wrote has the reader heard")
    raw = gzip.decompress(path.read_bytes()) if found.zipped else path.read_bytes()
    text = _decoded(raw, found.encoding)
    delimiter = _delimiter(text)
    rows = [
        Row(number, tuple(_cell(cell) for cell in cells))
        for number, cells in enumerate(_records(path, text, delimiter), 1)
    ]
    notes = [note for note in found.notes if "Latin-1" not in note]
    if found.encoding == "latin-1":
        notes.append("The file is not UTF-8: it was read as Windows-1252.")
    return Book(path, found.sha256, found.dated, (Page("", tuple(rows)),), tuple(notes))


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding == "latin-1":
        # Excel on Windows writes curly quotes where Latin-1 has none
        return raw.decode("cp1252", errors="replace")
    return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def _delimiter(text: str) -> str:
    """What parts the cells: the mark that parts most of them in the first lines that hold any."""
    lines = [line for line in text.splitlines()[: 4 * HEADER_WITHIN] if line.strip()][:HEADER_WITHIN]
    return max(file.DELIMITERS, key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _records(path: Path, text: str, delimiter: str) -> list[list[str]]:
    """The records of a CSV, one a row of the spreadsheet."""

    def read(strict: bool) -> list[list[str]]:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))

    try:
        return read(strict=True)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise RecordError(
                f"{path}: a quoted cell is never closed; the file may be cut short: save it anew as CSV"
            ) from error
    try:
        return read(strict=False)
    except csv.Error as error:
        raise RecordError(f"{path} is no CSV that can be read; {EXPECTED}: save it anew") from error


def _book(path: Path) -> Book:
    raw = path.read_bytes()
    if LOCKED in raw:
        raise RecordError(f"{path} is locked with a password; {EXPECTED} without one: save a copy that has none")
    unread = _inspect(path, raw) if raw.startswith(ZIP) else {}
    dated = date.fromtimestamp(path.stat().st_mtime).isoformat()
    return Book(path, hashlib.sha256(raw).hexdigest(), dated, tuple(_pages(path, raw, unread)))


def _pages(path: Path, raw: bytes, unread: dict[str, frozenset[tuple[int, int]]]) -> list[Page]:
    try:
        import python_calamine as calamine
    except ModuleNotFoundError as error:
        raise MissingExtraError("reading spreadsheets needs python-calamine: pip install 'evenhand[sheets]'") from error
    try:
        pages = []
        with calamine.load_workbook(io.BytesIO(raw)) as book:
            for about in book.sheets_metadata:
                if about.typ == calamine.SheetTypeEnum.WorkSheet:
                    page = book.get_sheet_by_name(about.name)
                    cells = unread.get(about.name, frozenset())
                    pages.append(Page(about.name, _rows(page), cells, _merged(page)))
    except calamine.PasswordError as error:
        raise RecordError(f"{path} is locked with a password; {EXPECTED} without one: save a copy") from error
    except calamine.CalamineError as error:
        raise RecordError(f"{path} is damaged, or no sheet at all; {EXPECTED}: save it anew") from error
    return pages


def _rows(page: Any) -> tuple[Row, ...]:
    """The rows from the first to the last that hold anything; each merged cell holds its value once, at its corner."""
    if page.start is None:
        return ()
    down, right = page.start
    before = (None,) * right
    return tuple(
        Row(number, (*before, *(_cell(value) for value in values)))
        for number, values in enumerate(page.iter_rows(), down + 1)
    )


def _merged(page: Any) -> frozenset[tuple[int, int]]:
    """The cells that a merged one covers, without its corner."""
    ranges = page.merged_cell_ranges or ()
    return frozenset(
        (row + 1, column)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    )


def _inspect(path: Path, raw: bytes) -> dict[str, frozenset[tuple[int, int]]]:
    """By page of an Excel file, the cells that are there and have no value; RecordError for a grid beyond all sense.

    Errors and formulas that were never reckoned come out of every reader as empty cells, and would be lost.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            if sum(each.file_size for each in book.infolist()) > MOST_BYTES:
                raise RecordError(f"{path} unpacks to more than {MOST_BYTES >> 20} MB; {EXPECTED} of one office")
            found = {}
            for name in book.namelist():
                if SHEET_XML.fullmatch(name):
                    xml = book.read(name)
                    _refuse_far(path, xml)
                    found[name] = _unread(xml)
            return {page: found[name] for page, name in _places(book).items() if found.get(name)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ElementTree.ParseError, EOFError, KeyError, ValueError) as error:
        raise RecordError(f"{path} is damaged, or cut short; {EXPECTED}: save it anew") from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        raise RecordError(f"{path} is locked, or packed in a way we do not read; {EXPECTED}: save it anew") from error


def _refuse_far(path: Path, xml: bytes) -> None:
    widest = deepest = 0
    for column, row in REFERENCE.findall(xml):
        widest, deepest = max(widest, _column(column)), max(deepest, int(row))
    if (widest + 1) * deepest > MOST_CELLS:
        raise RecordError(
            f"{path} holds a cell in column {letter(widest)} and one in row {deepest:,}, far from all others; "
            f"{EXPECTED} of one office: clear what lies outside the table"
        )


def _unread(xml: bytes) -> frozenset[tuple[int, int]]:
    return frozenset(
        (int(row or other_row), _column(column or other)) for column, row, other, other_row in UNREAD.findall(xml)
    )


def _column(letters: bytes) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for each in letters:
        number = 26 * number + each - ord("A") + 1
    return number - 1


def _places(book: zipfile.ZipFile) -> dict[str, str]:
    """Where in an Excel file each page lies; nothing for another kind of file."""
    names = book.namelist()
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = {
        each.get("Id"): each.get("Target", "")
        for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = [
        each for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter() if each.tag.endswith("}sheet")
    ]
    return {
        each.get("name", ""): "xl/" + relations.get(each.get(RELATION), "").removeprefix("/xl/").removeprefix("/")
        for each in sheets
    }
