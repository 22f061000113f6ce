"""Sheets as people send them: every program's, and every way in which they break, each ending in one sentence."""

import datetime as dt
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import RecordError
from evenhand.hear import inbox, spreadsheet
from evenhand.hear.tellings import Inbox

from .sheets import HEADER, TOLD, ods, with_value, xlsx

Written = Callable[..., Path]
DAY = dt.date(2026, 3, 14)


def hear(connection: Any, path: Path) -> Inbox:
    return inbox.hear(connection, path, timezone="America/Chicago")


def rows(heard: Inbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = heard.reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    return found


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("letter.txt", "no sheet")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"%PDF-1.7 letter", "is a PDF"),
        (b"<html><table>", "is a web page"),
        (b"PAR1" + b"\0" * 20 + b"PAR1", "is Parquet"),
        (xlsx()[:3_000], "is damaged, or cut short"),
        (xlsx()[:-200], "is damaged, or cut short"),
        (_zip(), "is damaged, or no sheet at all"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is damaged, or no sheet at all"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (xlsx([]), "is empty"),
        (xlsx([("Maria Lopez", "612-555-0100"), ("Ann Lee", "yes")]), "no header that the reader knows"),
        (xlsx([HEADER]), "a header and no rows"),
        (xlsx([("mode", "narrative"), ("car", "x")]), "no column reported_on, date"),
        (b"reported_on,date\n", "a header and no rows"),
        (b"Maria Lopez,612-555-0100\nAnn Lee,612-555-0101\n", "no header that the reader knows"),
        (b'reported_on,date\n2026-03-20,"2026-03-14\n', "a quoted cell is never closed"),
        (b"reported_on,date,Date\n2026-03-20,2026-03-14,2026-03-14\n", "date stands twice in the header"),
    ],
    # a file that was zipped just now has other bytes each time, and tests must have one name
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_heard_ends_in_one_sentence_that_says_why(
    connection: Any, written: Written, content: bytes, sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence) as refused:
        hear(connection, written(content, "inbox.xlsx"))
    assert "555" not in str(refused.value)
    assert "Lopez" not in str(refused.value)


def test_a_path_with_nothing_is_said(connection: Any, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="nothing is there"):
        hear(connection, tmp_path / "gone.xlsx")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (xlsx(), "inbox.xlsx"),
        (xlsx(), "inbox.csv"),
        (ods(), "inbox.ods"),
        (("\n".join([",".join(HEADER), ",".join(TOLD)]) + "\n").encode(), "inbox.xlsx"),
        (("\r\n".join([";".join(HEADER), ";".join(TOLD)]) + "\r\n").encode(), "inbox.csv"),
        (("\n".join(["\t".join(HEADER), "\t".join(TOLD)]) + "\n").encode("utf-16"), "inbox.csv"),
        (("\n".join([",".join(HEADER), ",".join(TOLD)]) + "\n").encode("utf-8-sig"), "inbox.csv"),
    ],
    ids=["xlsx", "xlsx named csv", "ods", "csv named xlsx", "semicolons", "utf-16 and tabs", "utf-8 with its mark"],
)
def test_every_kind_of_sheet_is_read_alike_whatever_its_name(
    connection: Any, written: Written, content: bytes, name: str
) -> None:
    heard = hear(connection, written(content, name))
    assert heard.unreadable == ()
    (row,) = rows(heard)
    assert (row["date"], row["mode"], row["raw_row"]) == (DAY, "vehicle", 2)
    assert row["narrative"] == TOLD[3]


def test_letters_of_windows_are_read_and_said(connection: Any, written: Written) -> None:
    heard = hear(connection, written("reported_on,date,narrative\n2026-03-20,2026-03-14,he’s gone\n".encode("cp1252")))
    assert rows(heard)[0]["narrative"] == "he’s gone"
    assert "The file is not UTF-8: it was read as Windows-1252." in heard.reading.source.notes


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_dates_are_the_same_in_both_systems_of_excel(connection: Any, written: Written, epoch: int) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    def touch(book: Any, page: Any) -> None:
        book.epoch = CALENDAR_MAC_1904 if epoch == 1904 else CALENDAR_WINDOWS_1900
        page.append([dt.date(2026, 3, 20), dt.datetime(2026, 3, 14, 18, 30)])

    heard = hear(connection, written(xlsx([HEADER[:2]], touch=touch), "inbox.xlsx"))
    assert (rows(heard)[0]["reported_on"], rows(heard)[0]["date"]) == (dt.date(2026, 3, 20), DAY)


def test_dates_as_text_are_read_as_dates_are(connection: Any, written: Written) -> None:
    said = [("2026-03-20", "14 March 2026"), ("March 20, 2026", "3/14/2026"), (dt.date(2026, 3, 20), "2026-03")]
    heard = hear(connection, written(xlsx([HEADER[:2], *said]), "inbox.xlsx"))
    assert heard.unreadable == ()
    assert [row["date"] for row in rows(heard)] == [DAY, DAY, dt.date(2026, 3, 1)]
    assert {row["reported_on"] for row in rows(heard)} == {dt.date(2026, 3, 20)}


def test_a_formula_gives_its_value_and_one_never_reckoned_is_listed(connection: Any, written: Written) -> None:
    raw = xlsx([(*HEADER[:2], "officer_count"), (*TOLD[:2], "=1+1"), (*TOLD[:2], "=1+2"), (*TOLD[:2], 4)])
    heard = hear(connection, written(with_value(raw, "1+1", "2"), "inbox.xlsx"))
    assert [row["officer_count"] for row in rows(heard)] == [2, None, 4]
    assert [(each.row, each.column) for each in heard.unreadable] == [(3, "officer_count")]


def test_an_error_in_a_cell_is_listed(connection: Any, written: Written) -> None:
    def touch(_book: Any, page: Any) -> None:
        page["C2"] = "#N/A"
        page["C2"].data_type = "e"

    heard = hear(connection, written(xlsx(touch=touch), "inbox.xlsx"))
    assert [(each.row, each.column) for each in heard.unreadable] == [(2, "mode")]


def test_a_merged_cell_holds_for_its_first_row_and_the_others_are_listed(connection: Any, written: Written) -> None:
    def touch(_book: Any, page: Any) -> None:
        page.append(TOLD)
        page.merge_cells("C2:C3")

    heard = hear(connection, written(xlsx(touch=touch), "inbox.xlsx"))
    assert [row["mode"] for row in rows(heard)] == ["vehicle", "not_stated"]
    assert [(each.row, each.column) for each in heard.unreadable] == [(3, "mode")]


def test_rows_that_hold_nothing_are_counted_and_the_numbers_stay_the_spreadsheets(
    connection: Any, written: Written
) -> None:
    heard = hear(connection, written(xlsx([HEADER, TOLD, (), (None, " ", "", None), TOLD]), "inbox.xlsx"))
    assert [row["raw_row"] for row in rows(heard)] == [2, 5]
    assert "Rows between others that hold nothing, and were passed over: 2." in heard.reading.source.notes


def test_an_empty_area_behind_the_rows_is_nothing(connection: Any, written: Written) -> None:
    def touch(_book: Any, page: Any) -> None:
        page["B200000"] = " "
        page["Z900"].number_format = "0.00"

    heard = hear(connection, written(xlsx(touch=touch), "inbox.xlsx"))
    assert heard.reading.source.rows == 1


def test_a_cell_at_the_end_of_the_grid_is_refused_before_the_memory_is_gone(connection: Any, written: Written) -> None:
    with pytest.raises(RecordError, match=r"column XFD and one in row 1,048,576"):
        hear(connection, written(xlsx(touch=lambda _book, page: page.cell(1_048_576, 16_384, " ")), "inbox.xlsx"))


def test_a_title_above_the_header_and_pages_beside_it_are_said(connection: Any, written: Written) -> None:
    def touch(book: Any, _page: Any) -> None:
        book.create_sheet("guide").append(["reported_on", "date", "the guide is no page of tellings"])
        book.create_sheet("old").append(["something else"])

    heard = hear(connection, written(xlsx([("What people told us",), (), HEADER, TOLD], "May", touch), "inbox.xlsx"))
    notes = " ".join(heard.reading.source.notes)
    assert rows(heard)[0]["raw_row"] == 4
    assert "The header is row 3: 1 rows above it were not read." in notes
    assert "1 more that hold something were not" in notes


def test_a_row_longer_than_the_header_is_listed(connection: Any, written: Written) -> None:
    heard = hear(connection, written("reported_on,date\n2026-03-20,2026-03-14,spilled\n"))
    assert [(each.row, each.column) for each in heard.unreadable] == [(2, "C")]


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
)
def test_columns_have_the_letters_a_spreadsheet_shows(column: int, letters: str) -> None:
    assert spreadsheet.letter(column) == letters


def test_an_empty_file_is_said_to_be_no_sheet(connection: Any, tmp_path: Path) -> None:
    (tmp_path / "inbox.xlsx").touch()
    with pytest.raises(RecordError, match="is empty; expected a sheet as Excel"):
        hear(connection, tmp_path / "inbox.xlsx")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_sheet_that_may_not_be_read_is_said(connection: Any, written: Written) -> None:
    sheet = written("reported_on,date\n2026-03-20,2026-03-14\n")
    sheet.chmod(0)
    with pytest.raises(RecordError, match="cannot be opened"):
        hear(connection, sheet)
