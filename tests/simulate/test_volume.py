"""Big files made on the engine: deterministic, in Stanford's columns, with planted shares."""

import duckdb
import numpy as np
import pytest

from evenhand.errors import OutputError
from evenhand.simulate import open_policing_rows, volume
from evenhand.simulate.city import CENTROID, DAYS
from evenhand.tables.connect import connect

ROWS = 200_000


@pytest.fixture(scope="module")
def stops(tmp_path_factory):
    """200,000 stops with a veil of 2, on DuckDB."""
    path = open_policing_rows(connect(), ROWS, tmp_path_factory.mktemp("volume") / "stops.parquet", seed=1, veil=2.0)
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW stops AS FROM '{path}'")
    return connection


def one(connection, expression):
    return connection.execute(f"SELECT {expression} FROM stops").fetchone()[0]


def test_columns_are_stanfords_with_their_kinds(stops):
    kinds = {name: kind for name, kind, *_ in stops.execute("DESCRIBE stops").fetchall()}
    assert kinds["date"] == "DATE"
    assert kinds["search_conducted"] == kinds["contraband_found"] == "BOOLEAN"
    assert {"raw_row_number", "time", "lat", "lng", "county_name", "subject_race", "outcome", "search_basis"} <= set(
        kinds
    )


def test_every_row_is_there_once(stops):
    assert stops.execute("SELECT count(*), min(raw_row_number), max(raw_row_number) FROM stops").fetchone() == (
        ROWS,
        1,
        ROWS,
    )


@pytest.mark.parametrize(("race", "share"), list(volume.SHARES.items()))
def test_races_have_their_planted_shares(stops, race, share):
    found = one(stops, f"avg((subject_race = '{race}')::int)")
    # four standard errors
    assert found == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / ROWS))


def test_search_rates_are_planted_by_race(stops):
    for race, rate in (("black", 0.06), ("hispanic", 0.05), ("white", 0.035)):
        rows = one(stops, f"count(*) FILTER (subject_race = '{race}')")
        found = one(stops, f"avg(search_conducted::int) FILTER (subject_race = '{race}')")
        assert found == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / rows))


def test_contraband_is_known_only_of_searches(stops):
    assert one(stops, "count(*) FILTER (contraband_found IS NULL = search_conducted)") == 0
    assert one(stops, "avg(contraband_found::int)") == pytest.approx(0.3, abs=0.02)


def test_days_and_places_are_spread(stops):
    assert one(stops, "count(DISTINCT date)") == len(DAYS)
    assert one(stops, "count(DISTINCT county_name)") == volume.COUNTIES
    assert one(stops, "avg(lat)") == pytest.approx(CENTROID.latitude, abs=0.001)


def test_darkness_lowers_the_groups_share_by_the_veil(stops):
    from evenhand.simulate import sky

    rows = stops.execute(
        "SELECT date, split_part(time, ':', 1)::int * 60 + split_part(time, ':', 2)::int AS minute, county_name, "
        "subject_race = 'black' AS black FROM stops WHERE subject_race IN ('black', 'white') AND time > '12:00'"
    ).fetchnumpy()
    darkness = sky.darkness(rows["date"].astype("datetime64[D]"), rows["minute"].astype(int))
    county = np.unique(np.asarray(rows["county_name"]).astype(str), return_inverse=True)[1]
    dark, black = darkness == 1, np.asarray(rows["black"]).astype(bool)
    a, b, c, d = (
        np.bincount(county[x], minlength=20) for x in (dark & black, dark & ~black, ~dark & black, ~dark & ~black)
    )
    n = a + b + c + d
    # four standard errors of a log odds ratio in 100,000
    assert np.log((a * d / n).sum() / (b * c / n).sum()) == pytest.approx(-np.log(2), abs=0.07)


def test_values_of_a_row_do_not_go_together():
    draws = volume._draws(connect(), 50_000, seed=4).select(*volume.DRAWS).to_pyarrow()
    together = np.corrcoef(np.array([column.to_numpy() for column in draws.columns]))
    # 153 pairs: the largest of as many normal scores is below five
    assert np.abs(together - np.eye(len(volume.DRAWS))).max() < 5 / np.sqrt(50_000)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path):
    def written(name, rows, seed):
        return open_policing_rows(connect(), rows, tmp_path / name, seed).read_bytes()

    assert written("a.csv", 3_000, 1) == written("b.csv", 3_000, 1)
    assert written("a.csv", 3_000, 1) != written("c.csv", 3_000, 2)


def test_a_larger_file_begins_with_the_smaller_one(tmp_path):
    small = open_policing_rows(connect(), 1_000, tmp_path / "a.csv", 1).read_bytes()
    assert open_policing_rows(connect(), 130_000, tmp_path / "b.csv", 1).read_bytes().startswith(small)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory; name another place"):
        open_policing_rows(connect(), 10, tmp_path / "nowhere" / "stops.csv")
