"""METHODS section 8, id A4, through the method itself: a table of stops in, the sweep out."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Scope
from evenhand.weigh.methods.selection_bounds import SelectionBounds


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, str]]:
    """Section 8 of METHODS, by id."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def stops(race: str, searched: int, n: int) -> list[dict[str, Any]]:
    """n stops of one group over 20 weeks, the first of them searched."""
    return [
        {
            "date": date(2021, 1, 4) + timedelta(days=(at * 140) // n),
            "race_officer_options": [race],
            "search_any": "yes" if at < searched else "no",
        }
        for at in range(n)
    ]


def test_a4_the_made_up_case_comes_out_of_a_table(numbers: Any) -> None:
    """E1 .30, E0 .25, P1 .6, rho .32: 180 of 600 searched against 100 of 400."""
    import ibis

    schema = {"date": "date", "race_officer_options": "array<string>", "search_any": "string"}
    table = ibis.memtable([*stops("BLACK", 180, 600), *stops("WHITE", 100, 400)], schema=schema)
    method = SelectionBounds(Contrast("BLACK", "WHITE"), Scope(), shares=(0.0, 0.32))
    answer = method.weigh(Evidence(table, ())).answer
    assert isinstance(answer, Answer)
    sweep = answer.series[0].columns
    found = [answer.headline.value, sweep["att"][1], sweep["ate_low"][1], sweep["ate_high"][1]]
    expected = [float(part) for part in numbers["A4"]["value"].split()]
    assert found == pytest.approx(expected, abs=float(numbers["A4"]["tol"]))
    # METHODS 4.8: at rho = 0 all equal D
    assert sweep["att"][0] == sweep["ate_low"][0] == sweep["ate_high"][0] == answer.headline.value
