"""Charts of what people told: they read as they should, hold nothing too small to be shown, and bear any length."""

import json
import math
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from evenhand.tell import backing, charts, numbers, tokens, words
from evenhand.tell.charts.chart import Chart
from evenhand.tell.document import to_text

NAMES = charts.CHARTS[charts.CHARTS.index("flow_of_reports") :]
LONG = "the part of the county beyond the river and the railway that nobody has ever named in fewer words " * 3


def _draw(name: str, document: dict) -> Chart | None:
    draw: Callable[[dict], Chart | None] = import_module(f"evenhand.tell.charts.{name}").draw
    return draw(document)


def _drawn(name: str, document: dict) -> Chart:
    chart = _draw(name, document)
    assert chart is not None
    return chart


def _of(method: str, document: dict) -> dict:
    return next(result for result in document["results"] if result["method"] == method)


def _columns(method: str, series: str, document: dict) -> dict[str, list]:
    columns: dict[str, list] = _of(method, document)["answer"]["series"][series]
    return columns


def _values(spec: Any) -> list[dict[str, Any]]:
    if isinstance(spec, dict):
        own = spec.get("values")
        rows = own if isinstance(own, list) and own and isinstance(own[0], dict) else []
        return rows + [row for part in spec.values() for row in _values(part)]
    return [row for part in spec for row in _values(part)] if isinstance(spec, list) else []


def _widths(chart: Chart) -> list[float]:
    return [float(re.findall(r'viewBox="0 0 ([\d.]+) ', svg)[0]) for svg in (chart.svg, chart.narrow)]


def _texts(chart: Chart) -> list[str]:
    return [row["text"] for row in _values(json.loads(chart.spec)) if "text" in row]


def test_the_charts_of_reports_are_drawn_from_reports_alone(told: dict) -> None:
    assert [chart.name for chart in charts.drawn(told) if chart.name in NAMES] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_smaller_than_the_small_size_of_the_house(name: str, told: dict) -> None:
    chart = _drawn(name, told)
    for svg in (chart.svg, chart.narrow):
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)(?:px)?"', svg)]
        assert sizes
        assert min(sizes) >= tokens.CHART_SMALL


@pytest.mark.parametrize("name", NAMES)
def test_it_says_nothing_that_a_finding_never_says(name: str, told: dict) -> None:
    chart = _drawn(name, told)
    assert words.forbidden(f"{chart.title} {chart.sentence} {chart.alt} {chart.key}") == []


@pytest.mark.parametrize("name", NAMES)
def test_the_same_reports_give_the_same_bytes(name: str, told: dict) -> None:
    assert _draw(name, told) == _draw(name, told)


@pytest.mark.parametrize("name", NAMES)
def test_drawing_leaves_the_document_as_it_was(name: str, told: dict) -> None:
    before = to_text(told)
    _draw(name, told)
    assert to_text(told) == before


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_chart_is_a_number_of_the_finding(name: str, told: dict) -> None:
    # each result alone, so that no other lends it a number
    alone = [told | {"results": [result]} for result in told["results"]]
    document, chart = next((each, chart) for each in alone if (chart := _draw(name, each)) is not None)
    said = "\n".join(
        [chart.title, chart.sentence, chart.alt, chart.key, *(cell for row in chart.table for cell in row)]
    )
    assert backing.unbacked(f"<figure>{said}</figure>", document) == []


def test_a_ratio_that_compares_no_groups_is_not_on_the_ladder_of_those_that_do(whole: dict) -> None:
    rows = [row[0] for row in _drawn("evidence_ladder", whole).table]
    assert "A whole group asked" in rows
    assert not {"Who told us", "Once they knew", "When it rose"} & set(rows)


# ---- flow of reports


def test_steps_that_set_nothing_aside_stand_in_the_table_and_not_in_the_picture(told: dict) -> None:
    chart = _drawn("flow_of_reports", told)
    assert [row[1] for row in chart.table[1:6]] == ["202", "38", "0", "14", "150"]
    shown = " ".join(_texts(chart))
    assert "race not recorded" in shown
    assert "outside the period" not in shown


def test_what_is_used_is_told_at_three_thresholds_of_a_link(told: dict) -> None:
    chart = _drawn("flow_of_reports", told)
    assert "of 0.5: 144; of 0.8: 150; of 0.95: 163" in " ".join(_texts(chart))
    assert [row[1] for row in chart.table[6:]] == ["144", "150", "163"]


def test_a_refused_result_still_shows_where_its_tellings_went(told: dict) -> None:
    told["results"] = [_of("unanimity", told)]
    told["results"][0]["answer"] = {"refusal": {"reason": "too few", "figures": {}, "needed": ""}}
    assert _drawn("flow_of_reports", told).sentence.startswith("Of 202 tellings received, 150 are used")


def test_no_tellings_draw_no_flow(told: dict) -> None:
    for result in told["results"]:
        result |= {"rows_in": 0, "rows_used": 0, "excluded": []}
    assert _draw("flow_of_reports", told) is None


# ---- reports over time


def test_its_title_says_that_counts_are_no_rate(told: dict) -> None:
    assert "not a rate" in _drawn("reports_over_time", told).title


def test_a_week_held_back_has_no_bar_and_no_number(told: dict) -> None:
    chart = _drawn("reports_over_time", told)
    assert chart.table[-1][2] == "held back"
    below = json.loads(chart.spec)["vconcat"][1]
    assert len([row for row in _values(below) if row.get("week") == "6 Apr 2026"]) == 0
    # 32 weeks less the three held back, and a triangle and a line of publicity
    assert len([row for row in _values(below) if "week" in row and "n" in row]) == 29 + 2
    assert "Hatched weeks" in chart.key


def test_where_every_week_is_shown_nothing_is_said_of_hatching(told: dict) -> None:
    columns = _columns("surge", "by_week", told)
    columns["happened"] = [count or 5 for count in columns["happened"]]
    assert "Hatched" not in _drawn("reports_over_time", told).key


def test_publicity_is_marked_in_both_panels_and_named_in_the_table(told: dict) -> None:
    chart = _drawn("reports_over_time", told)
    for panel in json.loads(chart.spec)["vconcat"]:
        assert [layer["mark"].get("shape") for layer in panel["layer"] if "mark" in layer].count("triangle-down") == 1
    assert [row[0] for row in chart.table if row[4] == "first news report"] == ["19 January 2026"]
    # told in the four weeks before, 9 + 10 + 11 + ... by hand: 8 + 9 + 10 + 11 = 38; from it on 26 + 19 + 12 + 11 = 68
    assert "more were told in the four weeks from the first publicity" in chart.sentence


# ---- telling tipping


def test_it_reads_at_the_share_of_the_headline_and_over_the_range(told: dict) -> None:
    assert _drawn("telling_tipping", told).sentence == (
        "If Black people were 25 % of those at risk, they would have to be 4.63 times as likely as others to report "
        "for so many to be no surprise; for shares between 15 and 35 %, between 2.87 and 8.75 times."
    )


def test_the_line_goes_through_the_shares_and_on_by_the_closed_form(told: dict) -> None:
    spec = json.loads(_drawn("telling_tipping", told).spec)
    line = [row for row in _values(spec) if set(row) == {"share", "ratio"}]
    q = 0.05 ** (1 / 6)
    # w = q(1 - p)/(p(1 - q)) (METHODS 6.1), to the digits the made figures have
    assert all(
        row["ratio"] == pytest.approx(q * (1 - row["share"]) / (row["share"] * (1 - q)), rel=1e-3) for row in line
    )
    assert len(line) > 50


def test_on_a_roster_it_is_a_ratio_of_odds_at_one_share(told: dict) -> None:
    _of("unanimity", told)["settings"] |= {"members": 40, "total": 160}
    columns = _columns("unanimity", "unanimity", told)
    for name in columns:
        columns[name] = columns[name][1:2]
    sentence = _drawn("telling_tipping", told).sentence
    assert "the odds that one of them reports would have to be 4.63 times those of another" in sentence
    assert sentence.endswith("no surprise.")


def test_where_so_many_are_no_surprise_it_says_so(told: dict) -> None:
    _of("unanimity", told)["answer"]["estimates"][0] |= {"value": 0.9, "low": 0.7, "high": 1.4}
    _columns("unanimity", "unanimity", told)["tipping_ratio"] = [1.4, 0.9, 0.7]
    assert "no surprise even if stops were blind to race" in _drawn("telling_tipping", told).sentence


# ---- before and after


def test_counts_too_small_are_nowhere_in_the_chart(told: dict) -> None:
    columns = _columns("recognition", "before_and_after", told)
    columns["before"], columns["during"] = [12, 7, 24, 0], [31, 18, 26, 4]
    columns["never"] = [1, 5, 41, 9]
    chart = _drawn("before_and_after", told)
    assert chart.table[2] == ("it ended there", "18", "fewer than 10", "fewer than 10")
    assert chart.table[4] == ("treated worse", "fewer than 10", "fewer than 10", "fewer than 10")
    counts = [text for text in _texts(chart) if text[0].isdigit()]
    assert sorted(map(int, counts)) == [12, 18, 24, 26, 31, 41]
    # all held-back bars are alike, zero and nine too
    slants = {row["x2"] for row in _values(json.loads(chart.spec)) if row.get("held")}
    assert len(slants) <= 1


def test_no_small_count_follows_from_what_the_sentence_says(told: dict) -> None:
    columns = _columns("recognition", "before_and_after", told)
    columns["during"] = [31, 6, 26, 4]
    # 31 + 6 = 37 would tell the six
    chart = _drawn("before_and_after", told)
    assert "got better in 31 encounters, the encounter ended there in fewer than 10, and" in chart.sentence
    assert "37" not in f"{chart.sentence} {chart.alt} {chart.table}"


def test_no_count_large_enough_draws_nothing(told: dict) -> None:
    for name in ("before", "during", "never"):
        _columns("recognition", "before_and_after", told)[name] = [9, 0, 3, None]
    assert _draw("before_and_after", told) is None


# ---- clusters


def test_areas_stand_by_cluster_then_by_name_and_nowhere_on_a_map(told: dict) -> None:
    chart = _drawn("clusters", told)
    names = ["Downtown", "North", "Area 2", "Area 10", "East", "Lakes", "Riverside", "South"]
    assert [row[0] for row in chart.table[1:]] == names
    assert "44.98" not in chart.spec + chart.svg + chart.narrow
    assert "93.1" not in chart.spec + chart.svg + chart.narrow


def test_an_area_with_too_few_shows_neither_count_nor_shade(told: dict) -> None:
    chart = _drawn("clusters", told)
    assert ("Riverside", "", "held back", "held back") in chart.table
    assert "11.9" not in chart.spec
    assert "6" not in _texts(chart)
    # tiles with a shade: all eight less the two held back
    shades = [layer for layer in json.loads(chart.spec)["layer"] if layer.get("mark", {}).get("fill") in tokens.STEPS]
    assert sum(len(_values(layer["data"])) for layer in shades) == 6


def test_its_sentence_holds_the_days_and_the_chance(told: dict) -> None:
    sentence = _drawn("clusters", told).sentence
    assert "41 encounters where 14 were expected, from 12 January 2026 to 25 January 2026" in sentence
    assert sentence.endswith("with p = 0.003.")


def test_a_cluster_that_is_likely_chance_or_too_small_is_not_outlined(told: dict) -> None:
    assert {row[1] for row in _drawn("clusters", told).table[1:]} == {"1", ""}
    columns = _columns("space_time_scan", "clusters", told)
    columns["p"] = [0.003, 0.01]
    assert {row[1] for row in _drawn("clusters", told).table[1:]} == {"1", ""}
    columns["cases"] = [41, 10]
    assert {row[1] for row in _drawn("clusters", told).table[1:]} == {"1", "2", ""}


def test_a_likeliest_cluster_that_chance_would_give_is_told_as_none(told: dict) -> None:
    columns = _columns("space_time_scan", "clusters", told)
    columns["p"] = [0.41, 0.8]
    chart = _drawn("clusters", told)
    assert chart.sentence.startswith("No areas stand out as a cluster: the likeliest holds 41 encounters")
    assert {row[1] for row in chart.table[1:]} == {""}


def test_a_likeliest_cluster_too_small_to_be_shown_gives_neither_days_nor_areas(told: dict) -> None:
    columns = _columns("space_time_scan", "clusters", told)
    columns["cases"] = [7, 5]
    chart = _drawn("clusters", told)
    assert chart.sentence.startswith("The likeliest cluster holds fewer than 10 encounters, and is held back")
    assert "2026" not in chart.sentence
    assert {row[1] for row in chart.table[1:]} == {""}


def test_areas_too_small_to_be_shown_are_drawn_where_their_cluster_is_large_enough(told: dict) -> None:
    columns = _columns("space_time_scan", "cluster_areas", told)
    columns["cases"] = [9, 3, 2, 1, 4, None, 8, 0]
    assert [row[1:] for row in _drawn("clusters", told).table[1:3]] == [("1", "held back", "held back")] * 2
    columns["cluster"] = [None] * 8
    assert _draw("clusters", told) is None


def test_an_area_held_back_alone_in_its_cluster_takes_another_with_it(told: dict) -> None:
    columns = _columns("space_time_scan", "cluster_areas", told)
    # North, East and Downtown make up the cluster's 41: the last would be 41 - 22 - 14
    columns["cluster"][4], columns["cases"][6] = 1, 5
    rows = {row[0]: row for row in _drawn("clusters", told).table[1:]}
    assert rows["North"][2] == "22"
    assert rows["Downtown"][2] == rows["East"][2] == "held back"


# ---- model fan


def test_the_answer_of_the_fan_is_its_range(told: dict) -> None:
    chart = _drawn("model_fan", told)
    assert chart.sentence == (
        "The models put the total anywhere between 640 and 2,310, where the lists hold 212; an interval that allows "
        "for the choice of model lies between 520 and 4,105."
    )
    assert "1,24" not in chart.title + chart.sentence


def test_models_without_an_answer_stand_in_the_table_alone(told: dict) -> None:
    columns = _columns("multiple_systems", "fan", told)
    for name, value in {"model": "", "chosen_by": "stepwise at 0.001: no answer"}.items():
        columns[name].append(value)
    for name in ("total", "low", "high", "bic"):
        columns[name].append(None)
    chart = _drawn("model_fan", told)
    assert chart.table[-1] == ("", "stepwise at 0.001: no answer", "no finite total", "")
    assert not [text for text in _texts(chart) if "no answer" in text]


def test_a_fan_that_spans_little_still_has_numbers_on_its_scale(told: dict) -> None:
    columns = _columns("multiple_systems", "fan", told)
    columns |= {"total": [640, 700, 705, 660], "low": [620, 640, 650, 630], "high": [690, 820, 800, 700]}
    _of("multiple_systems", told)["answer"]["bands"]["model"] = [640, 705]
    for estimate in _of("multiple_systems", told)["answer"]["estimates"]:
        estimate |= {"low": 600, "value": 640, "high": 840}
    # ticks by hundreds between 600/1.2 = 500 and 840 x 1.2 = 1,008
    assert len(re.findall(r">(?:600|700|800|900|1,000)</text>", _drawn("model_fan", told).svg)) >= 3


def test_an_interval_without_upper_end_goes_to_the_edge(told: dict) -> None:
    columns = _columns("multiple_systems", "fan", told)
    columns["low"][3] = 900.0
    chart = _drawn("model_fan", told)
    assert chart.table[4][3] == "900 or more"
    rows = [row for row in _values(json.loads(chart.spec)) if row.get("total") == 2310.0]
    # the largest end is that of the interval that re-selects, 4,105, with a fifth of room
    assert [row["high"] for row in rows] == [pytest.approx(4105.0 * 1.2)]


# ---- canvass


def test_silence_stands_beside_the_interval_and_is_not_it(told: dict) -> None:
    chart = _drawn("canvass", told)
    assert chart.table[1] == (
        "stopped, of those who answered",
        "43 % (between 34 and 52 %)",
        "14 % (between 11 and 18 %)",
    )
    assert chart.table[2][1:] == ("between 36 and 52 %", "between 12 and 29 %")
    assert "between 1.12 and 6.80" in chart.alt


def test_a_department_held_back_has_no_line(told: dict) -> None:
    columns = _columns("roster", "departments", told)
    # few stopped is as much a name as few who answered
    columns["group_stopped"][1] = 3
    chart = _drawn("canvass", told)
    assert ("B", "fewer than 10 of 31", "13 of 96") in chart.table
    assert ("D", "held back", "held back") in chart.table
    assert [text for text in _texts(chart) if text in ("A", "B", "C", "D")] == ["A", "C"]


def test_one_is_marked_and_written_however_far_off_the_ratio_is(told: dict) -> None:
    answer = _of("roster", told)["answer"]
    for value, low, high in ((2.94, 2.07, 4.18), (79.9, 18.6, 344.0), (0.004, 0.0002, 0.09)):
        answer["estimates"][0] |= {"value": value, "low": low, "high": high}
        answer["bands"]["silence"] = [0.7 * value, 1.3 * value]
        # almost none of the reference: a dot at the very end of the scale
        answer["estimates"][3] |= {"value": 0.0015, "low": 0.0005, "high": 0.0045}
        answer["estimates"][5] |= {"value": 0.0015, "low": 0.0013, "high": 0.1565}
        chart = _drawn("canvass", told)
        for svg in (chart.svg, chart.narrow):
            assert ">1</text>" in svg
        assert _widths(chart) == pytest.approx([tokens.CHART_WIDE, tokens.CHART_NARROW], abs=4)


def test_residents_are_a_range_with_what_it_assumes(told: dict) -> None:
    chart = _drawn("canvass", told)
    assert "20,000 residents in 90 days" in chart.key
    assert "times a factor that nobody has measured" in chart.key
    del _of("roster", told)["answer"]["series"]["residents"]
    without = _drawn("canvass", told)
    assert "residents" not in without.key
    assert not [row for row in without.table if "residents" in row[0]]


def test_without_a_silence_nothing_is_drawn_for_it(told: dict) -> None:
    answer = _of("roster", told)["answer"]
    answer["bands"]["silence"] = []
    answer["estimates"] = [each for each in answer["estimates"] if "silence" not in each["quantity"]]
    chart = _drawn("canvass", told)
    assert len([row for row in chart.table if "would have said" in row[0]]) == 0


# ---- hostile lengths


def _stretch(document: dict) -> None:
    """Names as long as anyone may write them, and many more rows than a page is made for."""
    _of("unanimity", document)["excluded"][2]["reason"] = LONG
    _of("unanimity", document)["settings"]["group_name"] = LONG
    series = {name: columns for result in document["results"] for name, columns in result["answer"]["series"].items()}
    series["unanimity"] |= {
        "share": [0.01 * step for step in range(1, 80)],
        "tipping_ratio": [3.527 * (1 - 0.01 * step) / (0.01 * step) for step in range(1, 80)],
        **{name: [1] * 79 for name in ("chance", "invented_to_undo", "untold_to_undo")},
    }
    for name, many in {"departments": 90, "cluster_areas": 70, "fan": 400, "before_and_after": 12}.items():
        for column, cells in series[name].items():
            series[name][column] = [cells[row % len(cells)] for row in range(many)]
    for name, column in {"departments": "department", "cluster_areas": "area", "fan": "model"}.items():
        series[name][column] = [f"{row} {LONG}" for row in range(len(series[name][column]))]
    series["before_and_after"]["treatment"] = [f"{row}_{LONG}" for row in range(12)]
    series["by_week"] = {
        name: [cells[row % len(cells)] for row in range(500)] for name, cells in series["by_week"].items()
    }
    series["by_week"]["week"] = [f"{2010 + row // 52}-W{row % 52:02}" for row in range(500)]
    series["by_week"]["told"][17] = 10**6
    _of("surge", document)["answer"]["series"] = {"by_week": series["by_week"]}


@pytest.mark.parametrize("name", NAMES)
def test_any_length_keeps_the_width_and_a_height_that_can_be_read(name: str, told: dict) -> None:
    _stretch(told)
    chart = _drawn(name, told)
    for svg, width in ((chart.svg, tokens.CHART_WIDE), (chart.narrow, tokens.CHART_NARROW)):
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
        assert found is not None
        assert float(found[1]) <= width + 4
        assert float(found[2]) <= 2000
        assert "NaN" not in svg
        assert "undefined" not in svg


def test_people_are_counted_from_ten_on() -> None:
    assert [numbers.people(count) for count in (10, 1234, 9, None)] == ["10", "1,234", "fewer than 10", "fewer than 10"]
    assert not math.isnan(numbers.FEWEST)
