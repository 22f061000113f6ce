"""The wave as an office has it: the columns of the sheets, the mess of real life, and the answer in one file alone."""

import csv
import json
import re
import tomllib
from pathlib import Path

import pytest

from evenhand.errors import OutputError
from evenhand.flow import rehearse
from evenhand.simulate import world, write
from evenhand.simulate.narrative import NOT_NAMES
from evenhand.terms.sheets import CANVASS, INBOX, ROSTER

TABLES = {"roster", "publicity", "areas", "residents", "links", "calls", "lists", "canvass", "canvass.roster"}
PHONE = re.compile(r"\d{3}[-. ]\d{3}[-. ]\d{4}|\(\d{3}\)")
ADDRESS = re.compile(r"\b\d+ \w+ (street|st|avenue|ave|road|rd|lane|drive|blvd)\b", re.IGNORECASE)


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("wave")
    write(world("wave", told_twice=0.2), where / "complaints.csv")
    return where


def test_the_sheets_have_exactly_their_columns(folder):
    for name, sheet in (("complaints", INBOX), ("canvass", CANVASS), ("canvass.roster", ROSTER)):
        assert header(folder / f"{name}.csv") == [column.name for column in sheet]
        needed = [column.name for column in sheet if column.needed]
        assert all(row[column] for row in rows_of(folder / f"{name}.csv") for column in needed)


def test_everything_is_written_and_named(folder):
    assert {path.stem for path in folder.glob("*.csv")} == TABLES | {"complaints", "stops"}
    plan = tomllib.loads((folder / "beside.toml").read_text(encoding="utf-8"))
    assert set(plan) == {"publicity", "roster", "areas", "lists", "links", "calls", "review"}
    assert all((folder / plan[name][0]["path"]).is_file() for name in plan if name not in ("publicity", "review"))
    assert plan["lists"][0]["refer"] == [["hotline", "legal_aid"]]
    assert plan["publicity"][0]["day"].isoformat() == rows_of(folder / "publicity.csv")[0]["day"]
    assert "Simulated" in (folder / "README.txt").read_text(encoding="utf-8")


def test_the_sheet_says_what_the_world_does(folder):
    told = world("wave", told_twice=0.2).draw().reports.to_pylist()
    rows = rows_of(folder / "complaints.csv")
    assert [row["report_id"] for row in rows] == [row["report_id"] for row in told]
    for row, known in zip(rows, told, strict=True):
        assert (row["same_as"] or row["report_id"]) == known["encounter_id"]
        assert row["actions"].split(";") == known["actions"]
        assert row["reported_on"] == known["reported_on"].isoformat()
        assert row["narrative"].startswith(known["narrative"])
        assert int(row["time_local"].partition(":")[0]) == int(known["time_local"][:2])
    linked = {row["report_id"]: row for row in rows}
    again = [row for row in rows if row["same_as"]]
    assert again
    assert all(linked[row["same_as"]]["reported_on"] <= row["reported_on"] for row in again)
    # a sure link has no number, as the guide says
    assert {row["link_probability"] for row in again} <= {"", "0.97", "0.9", "0.85", "0.7"}


def test_dates_are_as_untidy_as_planted(tmp_path):
    write(world("wave", month_only=0.3, unreadable=0.1), tmp_path / "complaints.csv")
    told = world("wave", month_only=0.3, unreadable=0.1).draw().reports.to_pylist()
    kinds = set()
    for row, known in zip(rows_of(tmp_path / "complaints.csv"), told, strict=True):
        if known["date"] is None:
            assert not re.match(r"\d{4}", row["date"])
            kinds.add("unreadable")
        elif known["date_to"]:
            assert row["date"] == known["date"].strftime("%Y-%m")
            kinds.add("month")
        else:
            assert row["date"] == known["date"].isoformat()
            kinds.add("day")
    assert kinds == {"unreadable", "month", "day"}


def test_the_canvass_adds_up_to_the_roster(folder):
    answers = rows_of(folder / "canvass.csv")
    cells = {(row["department"], row["race"]): row for row in rows_of(folder / "roster.csv")}
    for place in cells:
        own = [row for row in answers if (row["department"], row["race_self"]) == place]
        assert len(own) == int(cells[place]["answered"])
        assert sum(row["stopped"] == "yes" for row in own) == int(cells[place]["stopped"])
    said = [row for row in answers if row["stopped"] == "yes"]
    assert all(int(row["times"]) >= 1 and row["actions"] for row in said)
    assert all(not row["actions"] and not row["date"] for row in answers if row["stopped"] == "no")


def test_names_and_numbers_are_there_to_be_taken_out_and_are_nobodys(tmp_path):
    write(world("wave", contacts=0.3), tmp_path / "complaints.csv")
    told = world("wave", contacts=0.3).draw().reports.to_pylist()
    rows = rows_of(tmp_path / "complaints.csv")
    numbers = [number for row in rows for number in PHONE.findall(row["narrative"])]
    assert len(numbers) == sum("phone" in row["scrubbed"] for row in told) > 0
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", number) for number in numbers)
    named = [any(word in row["narrative"] for word in NOT_NAMES) for row in rows]
    assert named == ["name" in row["scrubbed"] for row in told]
    # what a method sees has neither
    assert not any(
        PHONE.search(row["narrative"]) or any(word in row["narrative"] for word in NOT_NAMES) for row in told
    )


def test_nothing_in_any_file_is_an_address_or_a_status(folder):
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not ADDRESS.search(text)
        assert "@" not in text
        if path.name != "truth.json":
            assert not re.search(r"citizen|immigra|visa|alien|undocumented", text, re.IGNORECASE)


def test_accounts_say_that_they_are_simulated(folder):
    assert all(row["narrative"].startswith("Simulated account.") for row in rows_of(folder / "complaints.csv"))


def test_the_answer_is_in_one_file_and_makes_the_world_again(folder):
    answer = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    again = world(answer["world"], **answer["settings"]).draw()
    assert again.truth == answer["truth"]
    assert answer["story"] == again.story
    assert "Simulated" in answer["story"]
    planted = set(answer["truth"])
    for path in folder.iterdir():
        if path.name != "truth.json":
            words = set(re.findall(r"[a-z_]+", path.read_text(encoding="utf-8")))
            # three of them are plain words, which the accounts and the plan use
            assert words & (planted - {"encounters", "officers", "tellings"}) == set()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_same_seed_writes_the_same_bytes(tmp_path, ending):
    if ending == "xlsx":
        pytest.importorskip("openpyxl", reason="the extra `sheets` is absent")

    def written(name):
        write(world("wave", seed=3), tmp_path / name / f"complaints.{ending}", rows=300)
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    one = written("one")
    assert one == written("two")
    assert f"canvass.{ending}" in one


def test_an_excel_sheet_has_the_cells_of_the_csv(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `sheets` is absent")
    write(world("wave"), tmp_path)
    write(world("wave"), tmp_path / "csv" / "complaints.csv")
    for book, page, sheet in (
        ("complaints", "tellings", "complaints"),
        ("canvass", "answers", "canvass"),
        ("canvass", "roster", "canvass.roster"),
    ):
        pages = openpyxl.load_workbook(tmp_path / f"{book}.xlsx")
        cells = [
            ["" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row] for row in pages[page].values
        ]
        with (tmp_path / "csv" / f"{sheet}.csv").open(encoding="utf-8", newline="") as file:
            assert cells == list(csv.reader(file))


def test_the_command_writes_a_folder(tmp_path):
    written = rehearse.write("wave", {"seed": "4"}, tmp_path / "office")
    assert written["rows"] == written["truth"]["tellings"]
    assert (tmp_path / "office" / "truth.json").is_file()
    assert Path(written["complaints"]).parent == tmp_path / "office"
    assert rehearse.place("wave") == Path("wave")
    assert rehearse.place("visibility") == Path("visibility.csv")
    assert "off-duty officers" in rehearse.stories()["wave"]


def test_another_ending_and_a_place_that_cannot_be_are_refused(tmp_path):
    with pytest.raises(
        OutputError, match=r"cannot write wave.parquet: expected a folder, or a name that ends in .xlsx"
    ):
        write(world("wave"), tmp_path / "wave.parquet")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="name another place with --out"):
        write(world("wave"), tmp_path / "file" / "complaints.csv")
