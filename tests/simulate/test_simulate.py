"""The registry, and what holds of every world."""

import pytest

from evenhand import simulate
from evenhand.errors import PlanError
from evenhand.tables import columns

NAMES = ("decisions", "deployment", "racial_stops", "thresholds", "visibility", "wave")
# the first and the last day that a world covers, where it is not the year of the city
COVERED = {"wave": ("2026-01-05", "2026-07-05")}


def test_the_worlds_are_known_by_name():
    assert tuple(sorted(simulate.worlds())) == NAMES


def test_an_unknown_world_is_refused_with_those_there_are():
    with pytest.raises(PlanError, match="no world 'flat': expected visibility, thresholds, racial_stops"):
        simulate.world("flat")


def test_an_unknown_setting_is_refused_with_those_there_are():
    with pytest.raises(PlanError, match="world racial_stops has no setting 'bias': expected stops, rho, group_share"):
        simulate.world("racial_stops", bias=2)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"veil": "2", "stops": "500"}, (2.0, 500)),
        ({"veil": 2, "stops": 500.0}, (2.0, 500)),
    ],
)
def test_text_and_numbers_are_read_as_the_settings_own_kind(settings, expected):
    recipe = simulate.world("visibility", **settings)
    assert (recipe.veil, recipe.stops) == expected
    assert [type(value) for value in (recipe.veil, recipe.stops)] == [float, int]


def test_true_and_false_are_read_from_text():
    assert simulate.world("visibility", utc="true").utc is True
    assert simulate.world("visibility", dark_stops="false").dark_stops is False


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"stops": "many"}, "stops = 'many', expected a whole number"),
        ({"stops": 2.5}, "stops = 2.5, expected a whole number"),
        ({"veil": "nan"}, "veil = 'nan', expected a number"),
        ({"veil": True}, "veil = True, expected a number"),
        ({"utc": "yes"}, "utc = 'yes', expected true or false"),
        ({"only": 1}, "only = 1, expected text"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_refused(settings, sentence):
    with pytest.raises(PlanError, match=sentence):
        simulate.world("visibility", **settings)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_listed_with_their_defaults(name):
    settings = simulate.settings_of(name)
    assert simulate.world(name, **settings) == simulate.world(name)
    assert {"stops", "seed"} <= set(settings)


@pytest.mark.parametrize("name", NAMES)
def test_every_world_is_a_table_of_the_record(name):
    drew = simulate.world(name, stops=500).draw()
    encounters = drew.evidence().encounters
    table = columns.conform(encounters)
    # the race set as one word, and the time as a number, are made when a table is held against the record
    made = [name for name in ("race_officer_set", "minute_local") if name in table.columns]
    assert table.drop(*made).schema() == encounters.schema()
    assert columns.stray_codes(table) == {}
    assert drew.story.endswith(".")
    assert drew.settings["seed"] == 0
    assert all(isinstance(value, float) for value in drew.truth.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_world_can_be_had_as_evidence_on_an_engine(name):
    from evenhand.tables.connect import connect

    drew = simulate.world(name, stops=500).draw()
    evidence = drew.evidence(connect())
    assert evidence.encounters.count().to_pyarrow().as_py() == drew.table.num_rows
    assert evidence.timezone == "America/Chicago"
    assert evidence.sources[0].rows == drew.table.num_rows
    covered = evidence.coverage[0]
    expected = COVERED.get(name, ("2017-01-01", "2017-12-31"))
    assert (covered.first.isoformat(), covered.last.isoformat()) == expected
