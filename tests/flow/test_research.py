"""A researcher's ten lines, on a file of one's own."""

from dataclasses import dataclass

import pytest

import evenhand as eh
from evenhand import simulate

ZONE = "America/Chicago"
STOPS = 40_000
RESIDENTS = eh.Benchmark("residents", "precinct", {"1": {"BLACK": 100.0, "WHITE": 300.0}})


@dataclass(frozen=True)
class Heard:
    """A file in Stanford's columns as read, on a connection of one's own, and what was planted in it."""

    evidence: eh.Evidence
    connection: object
    planted: float


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    recipe = simulate.world("visibility", stops=STOPS, veil=2.0, seed=7)
    path = tmp_path_factory.mktemp("world") / "stops.csv"
    simulate.write(recipe, path)
    connection = eh.connect("duckdb://?memory_limit=1GB")
    evidence = eh.read(path, reader="open_policing", timezone=ZONE, benchmarks=[RESIDENTS], connection=connection)
    return Heard(evidence, connection, recipe.draw().truth["log_odds_of_dark_in_record"])


def test_the_veil_of_darkness_on_a_file_of_ones_own_finds_what_was_planted(heard: Heard) -> None:
    result = eh.VeilOfDarkness(eh.Contrast("BLACK", "WHITE"), eh.Scope()).weigh(heard.evidence)
    assert isinstance(result.answer, eh.Answer)
    # a veil of 2 is many standard errors from 0 at this size, so the interval is held to both
    assert result.answer.headline.low < heard.planted < result.answer.headline.high < 0
    assert result.rows_in == STOPS


def test_a_reading_keeps_what_stands_beside_the_rows(heard: Heard) -> None:
    evidence = heard.evidence
    assert evidence.benchmarks == (RESIDENTS,)
    assert evidence.timezone == ZONE
    assert evidence.sources[0].rows == STOPS
    assert evidence.coverage[0].source == evidence.sources[0].id


def test_a_connection_of_ones_own_is_used(heard: Heard) -> None:
    assert heard.evidence.encounters.get_backend() is heard.connection


def test_an_unknown_reader_is_refused_with_those_there_are() -> None:
    with pytest.raises(eh.errors.EvenhandError, match="open_policing"):
        eh.read("stops.csv", reader="stanford")


def test_every_method_is_a_public_name_and_known_by_its_name_in_a_plan() -> None:
    for name, method in eh.methods.items():
        assert method.name == name
        assert getattr(eh, method.__name__) is method
