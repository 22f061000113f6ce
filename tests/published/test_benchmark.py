"""METHODS section 8, ids B5, B6, B7 and the offset trap, through the method itself: a table in, a Result out.

Expected values and tolerances are read from that section; its `why` column says why each tolerance is what it is.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenhand.maths import exposure
from evenhand.maths.exposure import Places
from evenhand.tables.connect import connect
from evenhand.terms.evidence import Benchmark, Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Result, Scope
from evenhand.weigh.methods.benchmark import BenchmarkTest

BLACK_WHITE = Contrast("Black drivers", "White drivers", "as recorded")


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, str]]:
    """Section 8 of METHODS, by id."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def weigh(cells: str, people: dict[str, dict[str, float]], contrast: Contrast, level: str = "spot") -> Result:
    """The method on one row a stop, from a query of cells (place, race, stops)."""
    engine = connect()
    engine.raw_sql(
        "create table stops as select date '2015-06-01' as date, place as area_spot, race as race_officer_detail, "
        f"[race] as race_officer_options from (select *, unnest(range(stops::bigint)) from ({cells}))"
    )
    benchmark = Benchmark("people", level, people)
    return BenchmarkTest(contrast, Scope(), level).weigh(Evidence(engine.table("stops"), (), benchmarks=(benchmark,)))


def series(result: Result, name: str) -> dict[str, tuple[Any, ...]]:
    assert isinstance(result.answer, Answer), result.answer
    return next(dict(found.columns) for found in result.answer.series if found.name == name)


def counties(path: Path) -> dict[str, dict[str, float]]:
    people: dict[str, dict[str, float]] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            if row["driver_race"] in (BLACK_WHITE.group, BLACK_WHITE.reference):
                people.setdefault(row["location"], {})[row["driver_race"]] = float(row["county_population"])
    return {place: groups for place, groups in people.items() if len(groups) == 2}


def test_b5_black_stop_rates_are_above_white_ones_in_727_of_859_places(shared: Path, numbers: Any) -> None:
    path = shared / numbers["B5"]["where"]
    people = counties(path)
    with path.open() as file:
        stops = {(row["location"], row["driver_race"]): float(row["n_stops"]) for row in csv.DictReader(file)}
    sides = (BLACK_WHITE.group, BLACK_WHITE.reference)
    columns = [[stops[place, side] for place in people] for side in sides]
    exposures = [[groups[side] for groups in people.values()] for side in sides]
    places = Places(tuple(people), *(np.array(part) for part in (*columns, [0.0] * len(people), *exposures)))
    at = np.arange(len(people))
    above = [exposure.together(places.only(at == one)).value > 1 for one in at]
    assert [sum(above), len(above)] == [int(part) for part in numbers["B5"]["value"].split()]


def test_b6_one_county_is_exact(shared: Path, numbers: Any) -> None:
    path = shared / numbers["B6"]["where"]
    cells = f"select 'all' as place, driver_race as race, n_stops as stops from '{path}' where location = '04001'"
    result = weigh(cells, {"all": counties(path)["04001"]}, BLACK_WHITE, level="")
    assert isinstance(result.answer, Answer)
    found = result.answer.headline
    expected = [float(part) for part in numbers["B6"]["value"].split()]
    assert [found.value, found.low, found.high] == pytest.approx(expected, abs=float(numbers["B6"]["tol"]))
    assert found.n == 214 + 4892


def departments(path: Path, letter: str) -> Iterator[tuple[str, int, float, float, float]]:
    """Name, stops, the group's share of stops, its share of the driving population, and the printed ratio."""
    with path.open() as file:
        for row in csv.DictReader(file):
            share, benchmark = (float(row[f"edp_{letter}{part}"].strip("%")) / 100 for part in ("_p", ""))
            yield (
                row["DepartmentName"],
                int(row[f"edp_{letter}_t"].replace(",", "")),
                share,
                benchmark,
                float(row[f"edp_{letter}_ratio"]),
            )


def test_b7_the_ladder_reads_as_the_printed_ratios(shared: Path, numbers: Any) -> None:
    """Their ratio is of shares: the group's of all stops over its of all drivers, both columns of our ladder."""
    path = shared / numbers["B7"]["where"]
    rows = {name: rest for name, *rest in departments(path, "b")}
    contrast = Contrast("Black", "other", "as recorded")
    for name, printed in zip(("Ansonia", "Avon"), numbers["B7"]["value"].split(), strict=False):
        stops, share, benchmark, _ = rows[name]
        group = round(stops * share)
        cells = (
            f"select 'all' as place, * from (values ('Black', {group}), ('other', {stops - group})) as t(race, stops)"
        )
        result = weigh(cells, {"all": {"Black": 100 * benchmark, "other": 100 - 100 * benchmark}}, contrast, level="")
        if isinstance(result.answer, Refusal):
            # Avon: 26 stops of the group; a share may be read off, a ratio may not
            assert result.answer.figures["smaller_group"] == group < 30
            assert share / benchmark == pytest.approx(float(printed), abs=float(numbers["B7"]["tol"]))
            continue
        ladder = series(result, "benchmark_ladder")
        ours = ladder["share_of_stops"][0] / ladder["share_of_exposure"][0]
        assert ours == pytest.approx(float(printed), abs=float(numbers["B7"]["tol"]))


def test_the_offset_trap_is_refused_by_its_one_cell_and_not_dropped(shared: Path) -> None:
    """New York 1998 by precinct and crime: one cell has stops and no arrest the year before (METHODS 4.1)."""
    path = shared / "stops/nyc_frisk_1998/frisk_with_noise.csv"
    groups = {"1": "black", "2": "hispanic", "3": "white"}
    arrests: dict[str, dict[str, float]] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            place = f"precinct {row['precinct']}, crime {row['crime']}"
            arrests.setdefault(place, {})[groups[row["eth"]]] = float(row["past_arrests"])
    cells = (
        "select 'precinct ' || precinct || ', crime ' || crime as place, "
        f"['black', 'hispanic', 'white'][eth] as race, stops from '{path}'"
    )
    refused = weigh(cells, arrests, Contrast("white", "black", "as recorded"))
    assert isinstance(refused.answer, Refusal)
    assert refused.answer.figures == {"cells": 1, "stops": 3}
    assert "precinct 48, crime 3 (3 stops of the group)" in refused.answer.reason
    # the neighbour: no cell of the other two groups lacks arrests
    assert isinstance(weigh(cells, arrests, Contrast("hispanic", "black", "as recorded")).answer, Answer)
