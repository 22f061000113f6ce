"""The empty sheets: every column with its codes, and what is filled in by the guide is read back."""

from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import OutputError
from evenhand.hear import canvass, inbox, template
from evenhand.hear.sheet_mapping import is_coded
from evenhand.terms.encounter import BY_NAME
from evenhand.terms.sheets import CANVASS, INBOX, ROSTER, Column

Book = Any


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("templates")
    return {which: template.write(which, folder / f"{which}.xlsx")[0] for which in template.SHEETS}


def opened(path: Path) -> Book:
    from openpyxl import load_workbook

    return load_workbook(path)


def header(page: Any) -> list[str]:
    return [cell.value for cell in page[1]]


@pytest.mark.parametrize(
    ("which", "page", "columns"),
    [("inbox", "tellings", INBOX), ("canvass", "answers", CANVASS), ("canvass", "roster", ROSTER)],
)
def test_each_page_has_its_columns_and_marks_those_that_are_needed(
    books: dict[str, Path], which: str, page: str, columns: tuple[Column, ...]
) -> None:
    sheet = opened(books[which])[page]
    assert header(sheet) == [column.name + (" *" if column.needed else "") for column in columns]
    assert sheet.freeze_panes == "B2"


@pytest.mark.parametrize(
    ("which", "page", "columns"),
    [("inbox", "tellings", INBOX), ("canvass", "answers", CANVASS), ("canvass", "roster", ROSTER)],
)
def test_each_column_of_codes_has_a_drop_down_of_just_its_codes(
    books: dict[str, Path], which: str, page: str, columns: tuple[Column, ...]
) -> None:
    book = opened(books[which])
    by_column = {str(each.sqref).split(":")[0]: each for each in book[page].data_validations.dataValidation}
    for place, column in enumerate(columns, 1):
        rule = by_column[book[page].cell(2, place).coordinate]
        assert rule.prompt and rule.promptTitle == column.name
        name = {"race": "race_self", "stopped": "off_duty_officer"}.get(column.name, column.name)
        if not is_coded(name):
            assert rule.type is None or rule.type == "none"
            continue
        first, last = rule.formula1.removeprefix("guide!").split(":")
        offered = [row[0].value for row in book["guide"][first.replace("$", "") : last.replace("$", "")]]
        own = ("yes", "no") if BY_NAME[name].kind == "ynu" else BY_NAME[name].codes
        assert offered == [*own, "unknown"]
        # a cell of several codes must be let through
        assert bool(rule.showErrorMessage) == ("several" not in column.guide)


def test_the_guide_says_the_rules(books: dict[str, Path]) -> None:
    said = {
        which: " ".join(str(cell.value) for row in opened(path)["guide"] for cell in row if cell.value)
        for which, path in books.items()
    }
    for word in ("no name", "status", "one telling", "Unknown is not no"):
        assert word in said["inbox"]
    for word in ("Voluntary", "No name", "No discipline", "Who holds the answers"):
        assert word in said["canvass"]


def test_a_day_of_the_event_is_text_so_that_a_month_stays_one(books: dict[str, Path]) -> None:
    page = opened(books["inbox"])["tellings"]
    letters = {name.rstrip(" *"): page.cell(1, place).column_letter for place, name in enumerate(header(page), 1)}
    for name in ("date", "date_to", "time_local", "age_band", "report_id"):
        assert page.column_dimensions[letters[name]].number_format == "@"
    assert page.column_dimensions[letters["reported_on"]].number_format == "yyyy-mm-dd"


def test_one_row_of_every_code_is_read_back_whole(books: dict[str, Path], connection: Any, tmp_path: Path) -> None:
    book = opened(books["inbox"])
    page = book["tellings"]
    longest = max(len(BY_NAME[column.name].codes) for column in INBOX if column.name in BY_NAME)
    for row in range(longest):
        for place, column in enumerate(INBOX, 1):
            codes = BY_NAME[column.name].codes if column.name in BY_NAME else ()
            page.cell(row + 2, place, codes[row % len(codes)] if codes else None)
        page.cell(row + 2, 5, "2026-03-20")
        page.cell(row + 2, 9, "2026-03")
    path = tmp_path / "filled.xlsx"
    book.save(path)
    heard = inbox.hear(connection, path, timezone="America/Chicago")
    assert heard.unreadable == ()
    rows = heard.reading.encounters.order_by("raw_row").to_pyarrow().to_pylist()
    assert len(rows) == longest
    for column in INBOX:
        codes = BY_NAME[column.name].codes if column.name in BY_NAME else ()
        if codes:
            told = [row[column.name] for row in rows]
            assert [each if isinstance(each, str) else each[0] for each in told] == [
                codes[row % len(codes)] for row in range(longest)
            ]


@pytest.mark.parametrize("which", list(template.SHEETS))
def test_nothing_that_is_there_is_overwritten(books: dict[str, Path], which: Any) -> None:
    before = books[which].read_bytes()
    with pytest.raises(OutputError, match="is not overwritten"):
        template.write(which, books[which])
    assert books[which].read_bytes() == before


def test_a_csv_is_the_header_alone_and_a_canvass_has_its_roster_beside(tmp_path: Path) -> None:
    (sheet,) = template.write("inbox", tmp_path / "inbox.csv")
    assert sheet.read_text(encoding="utf-8-sig").splitlines() == [",".join(column.name for column in INBOX)]
    answers, roster = template.write("canvass", tmp_path / "paper.csv")
    assert (answers.name, roster.name) == ("paper.csv", "paper.roster.csv")
    assert roster.read_text(encoding="utf-8-sig").splitlines() == ["department,race,size,asked,days"]


def test_a_place_that_cannot_be_written_and_a_strange_ending_are_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.xlsx or \.csv"):
        template.write("inbox", tmp_path / "inbox.docx")
    with pytest.raises(OutputError, match="cannot be written"):
        template.write("inbox", tmp_path / "nowhere" / "inbox.xlsx")


def test_the_csv_of_a_canvass_is_read_back(connection: Any, tmp_path: Path) -> None:
    answers, roster = template.write("canvass", tmp_path / "paper.csv")
    with answers.open("a") as file:
        file.write("North,BLACK,yes,2,2026-02\n")
    with roster.open("a") as file:
        file.write("North,BLACK,10,10,365\n")
    heard = canvass.hear(connection, answers, timezone="America/Chicago")
    assert (heard.cells[0].answered, heard.cells[0].stopped) == (1, 1)


def test_a_sheet_for_which_there_is_no_room_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    import resource

    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, kept[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            template.write("inbox", tmp_path / "sheet.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert not (tmp_path / "sheet.csv").exists()
