"""A world written as an agency's file and heard again is the world that was drawn."""

import pytest

from evenhand.hear.agencies import open_policing
from evenhand.simulate import world, write
from evenhand.tables import derive
from evenhand.tables.connect import connect
from evenhand.tables.tally import tally
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Contrast, Scope
from evenhand.weigh.methods.veil_of_darkness import VeilOfDarkness

CONTRAST = Contrast("BLACK", "WHITE")


def heard(recipe, path):
    path = write(recipe, path)["stops"]
    reading = open_policing.read(connect(), path, timezone="America/Chicago")
    return Evidence(reading.encounters, (reading.source,), (reading.coverage,), (), reading.centroids, reading.timezone)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_veil_has_the_same_answer_before_and_after(tmp_path, ending):
    recipe = world("visibility", stops=8_000, seed=1, race_missing=0.1)
    before, after = recipe.draw().evidence(), heard(recipe, tmp_path / f"stops.{ending}")
    drawn, written = (VeilOfDarkness(CONTRAST, Scope()).weigh(evidence).answer.headline for evidence in (before, after))
    # the centroid is the mean of the stops there and the city's centre here: a second of dusk at most
    assert (written.value, written.n) == (pytest.approx(drawn.value, abs=0.02), pytest.approx(drawn.n, abs=5))


@pytest.mark.parametrize("name", ["thresholds", "decisions", "racial_stops"])
def test_searches_and_finds_are_counted_the_same_before_and_after(tmp_path, name):
    recipe = world(name, stops=3_000, seed=1)

    def counts(evidence):
        table = evidence.encounters
        keys = {"group": derive.group(table, CONTRAST), "searched": derive.searched(table), "hit": derive.hit(table)}
        found = tally(table, keys)
        return sorted(zip(*(found[part].tolist() for part in ("group", "searched", "hit", "n")), strict=True), key=str)

    assert counts(heard(recipe, tmp_path / "stops.csv")) == counts(recipe.draw().evidence())
