"""Every chart says in words what it shows, holds what the finding holds, and hides nothing in its picture."""

import json
import re
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest

from evenhand.tell import charts, tokens
from evenhand.tell.charts.chart import Chart

DRAWN = [name for name in charts.CHARTS if name != "search_and_find"]


def _draw(name: str, document: dict) -> Chart | None:
    draw: Callable[[dict], Chart | None] = import_module(f"evenhand.tell.charts.{name}").draw
    return draw(document)


def _drawn(name: str, document: dict) -> Chart:
    chart = _draw(name, document)
    assert chart is not None
    return chart


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_has_its_sentence_alt_text_table_and_pictures(name: str, whole: dict) -> None:
    chart = _drawn(name, whole)
    assert chart.name == name
    assert chart.sentence.endswith(".")
    assert chart.alt.startswith(chart.sentence[:20])
    assert len(chart.table) > 1
    assert {len(row) for row in chart.table} == {len(chart.table[0])}
    for svg in (chart.svg, chart.narrow):
        assert svg.startswith("<svg ")
        assert f">{chart.title}</title>" in svg


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_keeps_its_width_and_no_labels_that_only_machines_see(name: str, whole: dict) -> None:
    chart = _drawn(name, whole)
    for svg, width in ((chart.svg, tokens.CHART_WIDE), (chart.narrow, tokens.CHART_NARROW)):
        assert "aria-label=" not in svg
        assert "http" not in svg.replace("http://www.w3.org/", "")
        found = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
        assert found is not None
        # A pixel or two of frame; wider would scroll on a phone.
        assert float(found.group(1)) <= width + 4


@pytest.mark.parametrize("name", DRAWN)
def test_the_specification_is_vega_lite(name: str, whole: dict) -> None:
    import altair

    spec = json.loads(_drawn(name, whole).spec)
    altair.Chart.from_dict(spec, validate=True)
    assert spec["config"]["aria"] is False


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_document_without_anything_for_it_draws_nothing(name: str, whole: dict) -> None:
    for result in whole["results"]:
        result["answer"] = {"refusal": {"reason": "no", "figures": {}, "needed": ""}}
        result |= {"rows_in": 0, "rows_used": 0, "excluded": []}
    whole["sources"][0]["health"] = {}
    assert _draw(name, whole) is None


def test_charts_come_in_the_order_of_the_page(whole: dict) -> None:
    assert [chart.name for chart in charts.drawn(whole)] == DRAWN


def test_the_same_document_gives_the_same_bytes(document: dict) -> None:
    first, second = (_drawn("evidence_ladder", document) for _ in range(2))
    assert first == second


def test_a_refusal_keeps_its_row_on_the_ladder_without_a_mark(document: dict) -> None:
    chart = _drawn("evidence_ladder", document)
    assert chart.table[-1][2:4] == ("refused", document["results"][4]["answer"]["refusal"]["reason"])
    assert "refused: The file does not say" in chart.svg
    # three bars of three shades, no fourth for the refusal
    assert chart.svg.count(f'stroke="{tokens.SHADES[0]}"') == 3


def test_the_narrower_intervals_lie_inside_on_the_log_scale() -> None:
    from evenhand.tell.charts.evidence_ladder import narrowed

    ratio = {"value": 2.0, "low": 1.0, "high": 4.0}
    assert narrowed(ratio, 0.95) == pytest.approx((1.0, 4.0), abs=1e-12)
    # z(0.5)/z(0.95) = 0.67449/1.95996 = 0.34413; 2 * 2**-0.34413 and 2 * 2**0.34413
    assert narrowed(ratio, 0.50) == pytest.approx((1.5755, 2.5388), abs=1e-4)


def test_a_ladder_of_log_odds_alone_tells_daylight_over_dark(document: dict) -> None:
    from evenhand.tell.charts.evidence_ladder import ratio_of

    veil = document["results"][1]
    veil["answer"]["estimates"] = veil["answer"]["estimates"][:1]
    ratio = ratio_of(veil)
    assert ratio is not None
    # exp(0.116466), exp(-0.0861), exp(0.319)
    assert (ratio["value"], ratio["low"], ratio["high"]) == pytest.approx((1.12352, 0.91750, 1.37575), abs=1e-5)


def test_a_held_back_place_shows_no_number(document: dict) -> None:
    chart = _drawn("district_tiles", document)
    assert chart.table[-1] == ("5", "held back", "held back", "held back", "held back")
    held = [row for row in _values(json.loads(chart.spec)) if row.get("told") == "held back"]
    assert held
    assert all(row.get("ratio") is None for row in held)


def _values(spec: Any) -> list[dict[str, Any]]:
    if isinstance(spec, dict):
        own = spec.get("values")
        rows = own if isinstance(own, list) and own and isinstance(own[0], dict) else []
        return rows + [row for part in spec.values() for row in _values(part)]
    if isinstance(spec, list):
        return [row for part in spec for row in _values(part)]
    return []


def test_places_are_in_the_order_people_count_in(document: dict) -> None:
    columns = document["results"][0]["answer"]["series"]["district_tiles"]
    columns["place"] = ["10", "9", "2", "Ward 10", "Ward 9"]
    assert [row[0] for row in _drawn("district_tiles", document).table[1:]] == ["2", "9", "10", "Ward 9", "Ward 10"]


def test_the_planned_analysis_is_marked_among_all(document: dict) -> None:
    chart = _drawn("every_analysis", document)
    assert [row[-1] for row in chart.table].count("planned") == 2  # the header and one row
    assert chart.table[1][0] <= chart.table[-1][0]
    assert chart.sentence.startswith("The planned analysis gives 1.12")


def test_a_hidden_factor_is_drawn_only_where_one_lies_outside_the_interval(document: dict) -> None:
    chart = _drawn("tipping_point", document)
    assert [row[0] for row in chart.table[1:]] == ["Stops against a benchmark", "Like stops compared: searched"]
    # E = 1.71 belongs to the limit 1.21: 1.71^2 / (2 * 1.71 - 1) = 1.2083
    assert chart.table[2][2:] == ("1.21", "1.71")


def test_search_and_find_pairs_the_groups_place_by_place(document: dict) -> None:
    columns = {
        "place": ["1", "1", "2", "2", "3"],
        "group": ["Black", "White", "Black", "White", "Black"],
        "search_rate": [0.12, 0.09, 0.15, 0.11, 0.2],
        "find_rate": [0.2, 0.3, 0.25, 0.24, 0.2],
    }
    document["results"][0]["answer"]["series"]["search_and_find"] = columns
    chart = _drawn("search_and_find", document)
    assert [row[0] for row in chart.table] == ["place", "1", "2"]
    assert chart.table[1] == ("1", "12 %", "9.0 %", "20 %", "30 %")
    assert "searched more often in every place shown" in chart.sentence
    assert float(re.findall(r'viewBox="0 0 ([\d.]+) ', chart.svg)[0]) <= tokens.CHART_WIDE + 4


def test_marks_that_tell_groups_apart_differ_in_grey_too() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for steps in (tokens.SHADES, tokens.STEPS):
        greys = [grey(colour) for colour in steps]
        assert greys == sorted(greys, reverse=True)
        assert min(before - after for before, after in pairwise(greys)) > 12
