"""O1, O2, O3 and O5 of METHODS section 8 through the outcome tests' own functions, and their refusals on Minneapolis.

The published tables are counts by place, so the functions that weigh cells are called with them.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenhand.maths.corners import Counts
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods import outcome_test, robust_outcome_test
from evenhand.weigh.methods.outcome_test import OutcomeTest
from evenhand.weigh.methods.robust_outcome_test import RobustOutcomeTest
from evenhand.weigh.searches import SearchCells
from evenhand.weigh.unrecorded import OUTCOMES, SIDES, Unrecorded

TRAFFIC = Scope("traffic", {"mode": ("vehicle",)})
BW = Contrast("Black", "White", "as recorded")


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, Any]]:
    """Section 8 of METHODS, by id, numbers read."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    rows = {row["id"]: row for row in csv.DictReader(text.splitlines()) if row["id"] in ("O1", "O2", "O3", "O5")}
    return {
        name: {"value": [float(value) for value in row["value"].split()], "tol": float(row["tol"])}
        for name, row in rows.items()
    }


def cells(path: Path, place: str, race: str, group: str, reference: str, columns: tuple[str, ...]) -> SearchCells:
    """Stops, searches and hits of two races by place, from a table with a row a place and race."""
    rows: dict[str, dict[str, list[float]]] = {}
    for row in csv.DictReader(path.read_text().splitlines()):
        rows.setdefault(row[place], {})[row[race]] = [float(row[name]) for name in columns]
    places = tuple(name for name, races in rows.items() if group in races and reference in races)
    first, second = (np.array([rows[name][race] for name in places]).T for race in (group, reference))
    found = Counts(first[2], first[1], second[2], second[1])
    return SearchCells(places, (first[0], second[0]), (first[1], second[1]), found)


def departments(shared: Path, group: str) -> SearchCells:
    path = shared / "stops/nc_threshold_2018/north_carolina.csv"
    return cells(path, "police_department", "driver_race", group, "White", ("num_stops", "num_searches", "num_hits"))


def counties(shared: Path, group: str) -> SearchCells:
    """The table has no stops: searches stand in for them, and only finds are looked at."""
    path = shared / "stops/openpolicing_2017/fig4a_hit_rate_county.csv"
    columns = ("n_searches", "n_searches", "n_hits")
    return cells(path, "location", "driver_race", f"{group} drivers", "White drivers", columns)


def answer(found: SearchCells) -> Answer:
    """The outcome test's answer where everything is known."""
    x1, n1, x0, n0 = found.found
    rows = {(side, word): np.zeros(len(x1)) for side in SIDES for word in OUTCOMES}
    rows |= {("group", "yes"): x1, ("group", "no"): n1 - x1, ("reference", "yes"): x0, ("reference", "no"): n0 - x0}
    return outcome_test.compare(found, Unrecorded(rows), {})


def quantity(found: Answer, name: str) -> Any:
    return next(estimate for estimate in found.estimates if estimate.quantity == name)


def test_o1_hit_rates_of_north_carolina(shared: Path, numbers: dict[str, Any]) -> None:
    black, hispanic = answer(departments(shared, "Black")), answer(departments(shared, "Hispanic"))
    ours = [quantity(black, f"hit_rate_{side}") for side in ("reference", "group")]
    ours.append(quantity(hispanic, "hit_rate_group"))
    assert [share.value for share in ours] == pytest.approx(numbers["O1"]["value"], abs=numbers["O1"]["tol"], rel=0)


def test_o2_ratios_within_100_departments(shared: Path, numbers: dict[str, Any]) -> None:
    headlines = [answer(departments(shared, race)).headline for race in ("Black", "Hispanic")]
    ours = [value for found in headlines for value in (found.value, found.low, found.high)]
    assert ours == pytest.approx(numbers["O2"]["value"], abs=numbers["O2"]["tol"], rel=0)


def test_the_pooled_ratios_of_north_carolina_are_further_from_one(shared: Path) -> None:
    """METHODS 4.3: pooled 0.8806 and 0.5993, to 1e-4."""
    pooled = [quantity(answer(departments(shared, race)), "pooled_ratio").value for race in ("Black", "Hispanic")]
    assert pooled == pytest.approx([0.8806, 0.5993], abs=1e-4)


def test_o3_pooled_rates_and_ratios_within_234_counties_tell_two_stories(shared: Path, numbers: dict[str, Any]) -> None:
    black, hispanic = counties(shared, "Black"), counties(shared, "Hispanic")
    assert len(black.places) == len(hispanic.places) == 234
    one, other = answer(black), answer(hispanic)
    ours = [
        quantity(one, "hit_rate_group").value,
        quantity(other, "hit_rate_group").value,
        quantity(one, "hit_rate_reference").value,
        one.headline.value,
        other.headline.value,
    ]
    assert ours == pytest.approx(numbers["O3"]["value"], abs=numbers["O3"]["tol"], rel=0)
    assert outcome_test.diagnose(black)["reversed_by_place"] is True


def test_o5_quadrants_and_conclusive_departments(shared: Path, numbers: dict[str, Any]) -> None:
    ours = []
    for race in ("Black", "Hispanic"):
        told = robust_outcome_test.diagnose(departments(shared, race))
        assert told["quadrants"]["places"] == 100
        ours += [told["quadrants"][name] for name in ("searched_more", "lower_hit", "both")]
        ours += [told["places"][name] for name in ("against", "in_favour")]
    assert ours == numbers["O5"]["value"]


@pytest.mark.parametrize("method", [OutcomeTest, RobustOutcomeTest])
def test_minneapolis_is_refused_because_nobody_says_what_was_found(method: Any, minneapolis_2017: Any) -> None:
    result = method(BW, TRAFFIC, "precinct").weigh(minneapolis_2017)
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("no field says whether anything was found in the 2,356 searches")
    assert result.answer.needed.startswith("for each of the 2,356 searches, whether anything was found, and what")
    assert result.answer.figures == {"stops": 26_098, "searches": 2_356, "basis_known": 0, "result_known": 0}
    assert result.rows_in == 51_920
