"""An office's way: the empty sheet, filled in, heard, kept and heard back; and a canvass with its roster."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli import main
from evenhand.tables.connect import connect
from evenhand.tables.telling import tellings

ZONE = ["--timezone", "America/Chicago"]
TOLD: list[dict[str, Any]] = [
    {
        "report_id": "1",
        "reported_on": dt.date(2026, 1, 20),
        "date": "2026-01",
        "mode": "vehicle",
        "agency_basis": "said; badge",
    },
    {
        "report_id": "2",
        "reported_on": dt.date(2026, 3, 2),
        "date": "2026-03-01",
        "narrative": "My name is Ann Lee, 612-555-0100",
    },
    {"report_id": "3", "same_as": "2", "reported_on": dt.date(2026, 3, 9), "date": "1 March 2026", "mode": "spaceship"},
]


def fill(path: Path, page: str, rows: list[dict[str, Any]]) -> None:
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheet = book[page]
    columns = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, 2):
        for name, value in row.items():
            sheet.cell(number, columns[name], value)
    book.save(path)


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "mailbox.xlsx"
    assert main(["hear", "--template", "inbox", "--out", str(path), "--quiet"]) == 0
    fill(path, "tellings", TOLD)
    return path


def test_from_the_empty_sheet_to_a_kept_table(mailbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = mailbox.with_name("told.parquet")
    said = ["hear", str(mailbox), "--reader", "inbox", *ZONE, "--publisher", "An office", "--out", str(out)]
    assert main(said) == 0
    text = capsys.readouterr().out
    assert text.startswith("3 tellings of 2 encounters from An office: yellow")
    assert "Told by month: 2026-01 1, 2026-03 2." in text
    assert "Told before the last of these months, the baseline: 1." in text
    assert "How the tellers knew which agency it was: not_stated 2, badge 1, said 1." in text
    assert "Taken out of texts: 1 name, 1 telephone number." in text
    assert "row 4, mode: expected one of vehicle, foot" in text
    assert str(out) in text
    assert "spaceship" not in text
    # asks of stops are not asked of tellings
    assert "What each test will ask" not in text


def test_the_same_as_json_lists_every_cell(mailbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hear", str(mailbox), "--reader", "inbox", *ZONE, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tellings"]["unreadable"] == [
        {
            "row": 4,
            "column": "mode",
            "expected": "one of vehicle, foot, cycle, home_visit, workplace, checkpoint and 2 more on the guide page",
        }
    ]
    assert (found["tellings"]["tellings"], found["tellings"]["encounters"], found["tellings"]["baseline"]) == (3, 2, 1)
    assert found["tellings"]["taken"] == {"name": 1, "phone": 1}
    assert found["gates"] == []


def test_what_was_kept_is_heard_back_as_it_was(mailbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evenhand.hear import heard, inbox

    out = mailbox.with_name("back.parquet")
    assert main(["hear", str(mailbox), "--reader", "inbox", *ZONE, "--out", str(out), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["hear", str(out), "--reader", "heard"]) == 0
    assert "3 tellings of 2 encounters" in capsys.readouterr().out
    engine = connect()
    first = inbox.read(engine, mailbox, timezone="America/Chicago")
    back = heard.read(engine, out)
    assert back.encounters.columns == first.encounters.columns
    order = [reading.encounters.order_by("raw_row").to_pyarrow().to_pylist() for reading in (first, back)]
    assert order[0] == order[1]
    assert (back.source.reader, back.source.verdict, back.coverage) == ("inbox", first.source.verdict, first.coverage)
    assert tellings(back.encounters).filter(lambda table: table.first).count().to_pyarrow().as_py() == 2


def test_a_sheet_of_its_own_columns_is_proposed_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, mapping = tmp_path / "own.csv", tmp_path / "m.toml"
    sheet.write_text("Date received,When,Caller,What happened\n2026-03-20,2026-03-14,Ann Lee,Ann was let go\n")
    assert main(["hear", str(sheet), "--reader", "inbox", "--propose"]) == 0
    mapping.write_text(capsys.readouterr().out.replace('timezone = ""', 'timezone = "America/Chicago"'))
    assert main(["hear", str(sheet), "--reader", "inbox", "--mapping", str(mapping)]) == 0
    assert "1 tellings of 1 encounters" in capsys.readouterr().out


def test_a_canvass_becomes_tellings_and_a_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper, out = tmp_path / "paper.xlsx", tmp_path / "canvass.parquet"
    assert main(["hear", "--template", "canvass", "--out", str(paper), "--quiet"]) == 0
    fill(
        paper,
        "answers",
        [{"department": "North", "race_self": "BLACK", "stopped": each} for each in ("yes", "no", "no")],
    )
    fill(paper, "roster", [{"department": "North", "race": "BLACK", "size": 5, "asked": 4, "days": 365}])
    capsys.readouterr()
    said = ["hear", str(paper), "--reader", "canvass", *ZONE, "--group", "sworn", "--out", str(out), "--json"]
    assert main(said) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tellings"]["tellings"] == 1
    roster = Path(found["roster"]).read_text(encoding="utf-8").splitlines()
    assert roster == [
        "department,race,size,asked,answered,stopped,days,group,whole",
        "North,BLACK,5,4,3,1,365,sworn,yes",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{sheet}", "--reader", "inbox"], "--timezone"),
        (["--template", "inbox", "--out", "{sheet}"], "is not overwritten"),
        (["{sheet}", "--template", "inbox"], "reads no file"),
        (["{sheet}", "--reader", "canvass", "--mapping", "m.toml"], "takes no mapping"),
        (["{sheet}", "--reader", "inbox", "--group", "sworn"], "--group names the roster"),
        (["{sheet}", "--reader", "open_policing", *ZONE], "an Excel file|zip or Excel"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    mailbox: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    capsys.readouterr()
    assert main(["hear", *(each.format(sheet=mailbox) for each in arguments)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(sentence, said.err.strip())
    assert len(said.err.strip().splitlines()) == 1
