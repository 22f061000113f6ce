"""A wave written as an office would have it, and its small tables read again, is the wave that was drawn."""

import tomllib

import pytest

from evenhand.hear import beside
from evenhand.simulate import world, write
from evenhand.tables.connect import connect

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
