"""Spreadsheets for tests, made in memory: as people make them, and broken in the ways they break."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

HEADER = ("reported_on", "date", "mode", "narrative")
TOLD = ("2026-03-20", "2026-03-14", "vehicle", "they asked for papers")


def xlsx(
    rows: Iterable[Sequence[Any]] = (HEADER, TOLD),
    page: str = "tellings",
    touch: Callable[[Any, Any], None] | None = None,
) -> bytes:
    """An Excel file of these rows; `touch` is given the book and its page before it is saved."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = page
    for row in rows:
        book.active.append(list(row))
    if touch:
        touch(book, book.active)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def with_xml(raw: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The same file with the text of one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            text = old.read(each)
            new.writestr(each, change(text.decode()).encode() if each == name else text)
    return made.getvalue()


def with_value(raw: bytes, formula: str, value: str) -> bytes:
    """The same file with the value a program would have reckoned for a formula."""
    return with_xml(
        raw,
        "xl/worksheets/sheet1.xml",
        lambda text: re.sub(rf"<f>{re.escape(formula)}</f><v\s*/?>(</v>)?", f"<f>{formula}</f><v>{value}</v>", text),
    )


def ods(rows: Iterable[Sequence[Any]] = (HEADER, TOLD)) -> bytes:
    """An OpenDocument sheet as LibreOffice writes it, with the empty rest of the grid behind the rows."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    rest = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="tellings">{body}{rest}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    made = io.BytesIO()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr("content.xml", content)
        file.writestr("META-INF/manifest.xml", manifest)
    return made.getvalue()


def _ods_cell(value: Any) -> str:
    import datetime as dt

    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, dt.date):
        shown = "<text:p>x</text:p>"
        return f'<table:table-cell office:value-type="date" office:date-value="{value}">{shown}</table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
