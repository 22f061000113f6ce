"""A world as a file that an agency might have published, and the planted answer beside it."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from evenhand.errors import OutputError
from evenhand.simulate import world, worlds, write
from evenhand.simulate.writing import told


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_visibility_world_has_stanfords_columns_and_words(tmp_path):
    path = write(world("visibility", race_missing=0.2), tmp_path / "stops.csv", rows=500)["stops"]
    rows = rows_of(path)
    assert len(rows) == 500
    assert list(rows[0])[:5] == ["raw_row_number", "date", "time", "lat", "lng"]
    assert {row["subject_race"] for row in rows} == {"black", "white", "hispanic", "unknown"}
    assert {row["type"] for row in rows} == {"vehicular"}
    assert all(row["date"].startswith("2017-") and len(row["date"]) == 10 for row in rows)
    assert all(len(row["time"]) == 8 and row["time"].endswith(":00") for row in rows)


def test_rows_are_those_of_the_world(tmp_path):
    recipe = world("thresholds", stops=400)
    path = write(recipe, tmp_path / "stops.csv")["stops"]
    table = recipe.draw().table
    rows = rows_of(path)
    assert [row["date"] for row in rows] == [day.isoformat() for day in table["date"].to_pylist()]
    words = {"yes": "TRUE", "no": "FALSE"}
    assert [row["search_conducted"] for row in rows] == [words[word] for word in table["search_person"].to_pylist()]
    assert [row["county_name"] for row in rows] == table["area_county"].to_pylist()
    found = {("none",): "FALSE", ("drugs",): "TRUE", ("not_stated",): "NA"}
    assert [row["contraband_found"] for row in rows] == [found[tuple(codes)] for codes in table["found"].to_pylist()]


def test_unknown_is_written_as_nothing_and_never_as_false(tmp_path):
    path = write(world("decisions", outcome_missing_group=0.5), tmp_path / "stops.csv", rows=500)["stops"]
    assert {row["search_conducted"] for row in rows_of(path)} == {"TRUE", "FALSE", "NA"}
    path = write(world("visibility"), tmp_path / "other.csv", rows=50)["stops"]
    assert {row["arrest_made"] for row in rows_of(path)} == {"NA"}


def test_a_basis_that_left_no_choice_is_other_with_its_reason(tmp_path):
    path = write(world("thresholds", bound_group=0.3), tmp_path / "stops.csv", rows=500)["stops"]
    reasons = {(row["search_basis"], row["reason_for_search"]) for row in rows_of(path)}
    assert reasons == {
        ("NA", "NA"),
        ("other", "Incident to arrest"),
        ("consent", "Consent"),
        ("probable cause", "Probable cause"),
    }


def test_parquet_has_the_same_rows_with_real_flags(tmp_path):
    recipe = world("decisions", stops=300)
    text = write(recipe, tmp_path / "stops.csv")["stops"]
    parquet = write(recipe, tmp_path / "stops.parquet")["stops"]
    table = pq.read_table(parquet)
    assert table.column_names == list(rows_of(text)[0])
    words = {True: "TRUE", False: "FALSE", None: "NA"}
    flags = [words[flag] for flag in table["search_conducted"].to_pylist()]
    assert flags == [row["search_conducted"] for row in rows_of(text)]


def test_the_answer_lies_beside_and_makes_the_world_again(tmp_path):
    written = write(world("visibility", veil=2.0, seed=5), tmp_path / "stops.csv", rows=200)
    truth = Path(written["answer"])
    assert written["rows"] == 200
    assert truth.name == "stops.csv.truth.json"
    answer = json.loads(truth.read_text(encoding="utf-8"))
    assert answer["truth"]["veil_ratio"] == 2
    assert (answer["seed"], answer["rows"], answer["timezone"]) == (5, 200, "America/Chicago")
    again = world(answer["world"], **answer["settings"]).draw()
    assert again.truth == answer["truth"]
    assert again.story == answer["story"]


def test_benchmarks_are_written_as_sheets(tmp_path):
    written = write(world("deployment", benchmark_error=0.7), tmp_path / "stops.csv", rows=200)
    assert Path(written["residents"]).name == "stops.csv.residents.csv"
    residents, drivers = rows_of(written["residents"]), rows_of(written["drivers"])
    assert list(residents[0]) == ["precinct", "BLACK", "WHITE", "HISPANIC"]
    assert float(residents[0]["BLACK"]) == pytest.approx(0.7 * float(drivers[0]["BLACK"]), abs=0.001)


@pytest.mark.parametrize("name", sorted(name for name in worlds() if not told(name)))
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_same_seed_writes_the_same_bytes(tmp_path, name, ending):
    def written():
        made = write(world(name, seed=3), tmp_path / f"stops.{ending}", rows=300)
        return [Path(made[part]).read_bytes() for part in ("stops", "answer")]

    assert written() == written()


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write stops.xlsx: expected a name that ends in .csv or .parquet"):
        write(world("visibility"), tmp_path / "stops.xlsx")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory; name another place"):
        write(world("visibility"), tmp_path / "nowhere" / "stops.csv", rows=10)
