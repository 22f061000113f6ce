"""A wave written as an office would have it, and read again as an office would read it, is the wave that was drawn."""

import re
import tomllib

import pytest

from evenhand.hear import beside, canvass, inbox
from evenhand.simulate import world, write
from evenhand.simulate.narrative import NOT_NAMES
from evenhand.tables.connect import connect

# Every word that stands for a name, and every number.
PLACEHOLDERS = re.compile("|".join([r"555-\d{4}", *(word for name in NOT_NAMES for word in name.split())]))
SETTINGS = {"coded": 60, "cluster": 2.0, "seed": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("wave")
    write(world("wave", **SETTINGS), where / "complaints.csv")
    return where


@pytest.fixture(scope="module")
def heard(folder):
    """Every table that `beside.toml` names, read as a plan reads it."""
    plan = tomllib.loads((folder / "beside.toml").read_text(encoding="utf-8"))
    engine = connect()
    sections = {kind: plan[kind][0] for kind in beside.READERS if kind in plan}
    return {
        kind: beside.read(engine, kind, folder / said["path"], {key: said[key] for key in said if key != "path"})
        for kind, said in sections.items()
    }


def test_the_plan_names_every_table_there_is(heard):
    assert set(heard) == set(beside.READERS)
    assert all(table.source.public for table in heard.values())


def test_values_are_those_that_were_drawn(heard):
    drew = world("wave", **SETTINGS).draw()
    assert heard["roster"].content == drew.rosters
    assert heard["areas"].content == drew.areas
    (lists,), (drawn,) = heard["lists"].content, drew.lists
    assert (lists.names, lists.unit, lists.refer, lists.linkage_error) == (
        drawn.names,
        drawn.unit,
        drawn.refer,
        drawn.linkage_error,
    )
    assert set(lists.cells) == set(drawn.cells)


@pytest.mark.parametrize("kind", ["codes", "links", "calls"])
def test_tables_have_the_rows_that_were_drawn(heard, kind):
    drew = getattr(world("wave", **SETTINGS).draw(), kind)
    rows = heard[kind].content.to_pyarrow().to_pylist()
    assert sorted(map(str, rows)) == sorted(map(str, drew.to_pylist()))


# What an office adds or words in its own way: numbers of rows, words of its own for events and sources, an empty
# cell of a code as not stated, a sure link without its number.
OFFICES_OWN = ("source_id", "event_id", "raw_row", "minute_local", "link_probability")
MESS = {"contacts": 0.3, "month_only": 0.1, "unreadable": 0.05, "company": 0.4, "told_twice": 0.2}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_mailbox_is_heard_as_it_was_told(tmp_path, ending):
    if ending == "xlsx":
        pytest.importorskip("openpyxl", reason="the extra `sheets` is absent")
    path = write(world("wave", **MESS), tmp_path / f"complaints.{ending}")["complaints"]
    heard = inbox.hear(connect(), path, timezone="America/Chicago", publisher="evenhand simulate")
    told = world("wave", **MESS).draw().reports.to_pylist()
    rows = heard.reading.encounters.to_pyarrow().to_pylist()
    assert len(rows) == len(told) > 71
    for row, known in zip(rows, told, strict=True):
        same = set(row) - {*OFFICES_OWN, "narrative", "scrubbed"}
        assert {name: row[name] for name in same if row[name] not in (None, "not_stated")} == {
            name: known[name] for name in same if known.get(name) is not None
        }
        assert (row["link_probability"] or 1) == (known["link_probability"] or 1)
        assert set(known["scrubbed"]) <= set(row["scrubbed"])
        assert not PLACEHOLDERS.search(row["narrative"])
    together = {
        (a["report_id"], b["report_id"]) for a in rows for b in rows if a["event_id"] and a["event_id"] == b["event_id"]
    }
    drawn = {
        (a["report_id"], b["report_id"]) for a in told for b in told if a["event_id"] and a["event_id"] == b["event_id"]
    }
    assert together == drawn != set()
    assert len(heard.unreadable) == sum(row["date"] is None for row in told) > 0
    assert {cell.column for cell in heard.unreadable} == {"date"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_canvass_is_heard_as_it_was_answered(tmp_path, ending):
    if ending == "xlsx":
        pytest.importorskip("openpyxl", reason="the extra `sheets` is absent")
    drew = world("wave").draw()
    path = write(world("wave"), tmp_path / f"complaints.{ending}")["canvass"]
    heard = canvass.hear(connect(), path, timezone="America/Chicago", group="simulated-sworn-officers")
    assert heard.cells == drew.rosters
    rows = heard.heard.reading.encounters.to_pyarrow().to_pylist()
    told = drew.asked.to_pylist()
    assert len(rows) == len(told) > 0
    for row, known in zip(rows, told, strict=True):
        same = set(row) - {*OFFICES_OWN, "report_id", "encounter_id", "scrubbed", "time_precision"}
        assert {name: row[name] for name in same if row[name] not in (None, "not_stated", ["not_stated"])} == {
            name: known[name] for name in same if known.get(name) not in (None, "not_stated")
        }
