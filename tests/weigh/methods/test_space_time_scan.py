"""Space-time scan: what is scanned is what was told, every refusal has a neighbour that passes, New York comes out."""

import csv
import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from evenhand.errors import PlanError
from evenhand.maths import circles, scan
from evenhand.maths.scan import Scan
from evenhand.tables.small import small_table
from evenhand.terms.evidence import AreaCell, Evidence, Publicity
from evenhand.terms.result import Answer, Period, Refusal, Scope
from evenhand.weigh.methods.space_time_scan import Cases, SpaceTimeScan
from evenhand.weigh.told import NO_REPORTS

START = date(2026, 1, 5)
SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "link_probability": "float64",
    "reported_on": "date",
    "date": "date",
    "date_to": "date",
    "event_id": "string",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
    "area_county": "string",
}
PLAIN = {
    "link_probability": 1.0,
    "reported_on": date(2026, 6, 1),
    "date_to": None,
    "event_id": None,
    "agency_basis": ["said"],
    "corroboration": ["none"],
}
# three by three, about 11 km apart, and a little nearer north and south
GRID = tuple(AreaCell(f"c{at}", 45 + at // 3 / 10, -93 + at % 3 / 7, 50_000.0) for at in range(9))


def told(area, day, n=1, **columns):
    return [PLAIN | {"area_county": area, "date": START + timedelta(days=day)} | columns] * n


# one encounter in every area on each of 20 days, and 32 more in two neighbours over two days
EVEN = [row for cell in GRID for day in range(20) for row in told(cell.area, day)]
CLUSTER = [row for area in ("c0", "c3") for day in (10, 11) for row in told(area, day, 8)]
# c_z c_d / C: 36 encounters in each of the two areas, 25 on each of the two days, 212 in all
EXPECTED = 72 * 50 / 212


def evidence(*parts, areas=GRID, publicity=(), without=()):
    import ibis

    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [row for part in parts for row in part]
    named = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} | row for at, row in enumerate(rows)]
    table = ibis.memtable([{name: row[name] for name in schema} for row in named], schema=schema)
    return Evidence(None, (), reports=table, areas=areas, publicity=tuple(Publicity(day, "news") for day in publicity))


def weigh(*parts, areas=GRID, publicity=(), without=(), **settings):
    settings = {"place": "county", "draws": 99, "longest": 7} | settings
    return SpaceTimeScan(**settings).weigh(evidence(*parts, areas=areas, publicity=publicity, without=without))


def column(result, series, name):
    found = next(one for one in result.answer.series if one.name == series)
    return found.columns[name]


def seen(result):
    return {rows.reason: rows.n for rows in result.excluded}


def test_a_planted_cluster_is_found_where_and_when_it_is() -> None:
    result = weigh(EVEN, CLUSTER)
    assert isinstance(result.answer, Answer)
    assert set(column(result, "clusters", "areas")[0].split(", ")) == {"c0", "c3"}
    assert column(result, "clusters", "first")[0] == (START + timedelta(days=10)).isoformat()
    assert column(result, "clusters", "last")[0] == (START + timedelta(days=11)).isoformat()
    # 32 and four of the even ones
    assert column(result, "clusters", "cases")[0] == 36
    assert column(result, "clusters", "expected")[0] == pytest.approx(EXPECTED)
    assert column(result, "clusters", "rank")[0] == 1
    inside, outside = 36 / EXPECTED, (212 - 36) / (212 - EXPECTED)
    assert column(result, "clusters", "relative_risk")[0] == pytest.approx(inside / outside)


def test_the_headline_is_the_chance_with_the_error_of_its_drawing() -> None:
    headline = weigh(EVEN, CLUSTER).answer.headline
    assert (headline.quantity, headline.scale, headline.n) == ("p", "probability", 212)
    assert headline.value == 0.01
    # no draw of 99 was as high: exact binomial limits of 0 of 99
    assert (headline.low, headline.high) == pytest.approx((0, 1 - 0.025 ** (1 / 99)))
    assert "of the drawing alone" in headline.interval
    assert "36 of 212 encounters in the likeliest cluster, 17.0 expected" in headline.note
    assert "published only in cells that pass" in headline.note


def test_even_encounters_are_no_cluster() -> None:
    result = weigh(EVEN)
    assert result.answer.headline.value > 0.5
    assert [estimate.quantity for estimate in result.answer.estimates] == ["p", "cases"]
    assert result.answer.estimates[1].value == 180


def test_every_area_stands_in_the_table_with_its_cluster() -> None:
    result = weigh(EVEN, CLUSTER)
    ranks = dict(zip(column(result, "cluster_areas", "area"), column(result, "cluster_areas", "cluster"), strict=True))
    assert list(ranks) == [cell.area for cell in GRID]
    assert (ranks["c0"], ranks["c3"]) == (1, 1)
    cases = dict(zip(column(result, "cluster_areas", "area"), column(result, "cluster_areas", "cases"), strict=True))
    assert (cases["c0"], cases["c3"]) == (18, 18)
    assert column(result, "cluster_areas", "latitude")[3] == pytest.approx(45.1)
    expected = column(result, "cluster_areas", "expected")
    assert expected[0] + expected[3] == pytest.approx(EXPECTED)


def test_the_poisson_form_holds_encounters_against_people() -> None:
    few = tuple(AreaCell(cell.area, cell.latitude, cell.longitude, 50_000.0 * (1 + at)) for at, cell in enumerate(GRID))
    result = weigh(EVEN, areas=few, kind="poisson", longest=0)
    # 180 encounters, 20 in each; the first area has 1 of 45 shares of the people, the first two 3 of 45
    rows = zip(column(result, "cluster_areas", "area"), column(result, "cluster_areas", "expected"), strict=True)
    assert dict(rows)["c0"] == pytest.approx(180 / 45)
    assert "c0" in column(result, "clusters", "areas")[0]
    assert column(result, "clusters", "first")[0] == START.isoformat()
    assert column(result, "clusters", "last")[0] == (START + timedelta(days=19)).isoformat()


def test_days_without_encounters_change_nothing() -> None:
    """Against the whole scan, every day and every span of a week in it."""
    rng = np.random.default_rng(7)
    counts = np.where(rng.random(60) < 0.3, rng.poisson(0.6, (9, 60)), 0)
    cases = Cases(GRID, counts, counts, 0, 60)
    ours = SpaceTimeScan(place="county", draws=99, longest=7).search(cases, 0.5)
    assert isinstance(ours, Scan)
    rings = circles.rings(cases.distance("earth"), counts.sum(axis=1), 0.5)
    whole = scan.permutation(counts, rings, scan.spans(60, 7), draws=99)
    # the same deals: days are numbered otherwise and shuffled alike
    assert ours.highest == pytest.approx(whole.highest, rel=1e-9)
    first, same = ours.clusters[0], whole.clusters[0]
    assert (first.areas, first.cases, first.p) == (same.areas, same.cases, same.p)
    assert first.llr == pytest.approx(same.llr, rel=1e-9)
    # of two spans with the same encounters the shorter is named
    assert same.first <= first.first <= first.last <= same.last


def test_a_radius_limit_keeps_circles_small() -> None:
    limits = weigh(EVEN, CLUSTER).diagnostics["radius_limits"]
    assert list(limits) == ["10%", "25%", "50%"]
    # c0 alone holds 36 of 212, over a tenth, and so does c3; the two together over a quarter
    assert limits["10%"]["overlap"] == 0
    assert limits["25%"]["overlap"] == 0.5
    assert limits["50%"] == {"n": 212, "p": 0.01, "areas": 2, "overlap": 1.0}


def test_one_event_of_many_people_is_a_cluster_only_until_it_counts_once() -> None:
    result = weigh(EVEN, told("c4", 7, 20, event_id="bus"))
    assert result.answer.headline.value == 0.01
    once = result.diagnostics["each_event_once"]
    assert once["n"] == 181
    assert once["p"] > 0.2


def test_exclusions_add_up_to_the_rows_that_came_in() -> None:
    period = Scope("winter", {}, Period("winter", START, START + timedelta(days=59)))
    result = weigh(
        EVEN,
        CLUSTER,
        told("c0", 99, 3),
        told("unknown", 3, 5),
        told(None, 3, 2),
        told("c0", 3, 11, date_to=START + timedelta(days=4)),
        told("c0", 3, 13, date=None),
        told("c0", 3, 1, encounter_id="e0"),
        scope=period,
    )
    assert seen(result) == {
        "a further telling of an encounter already counted": 1,
        # no date is in no period
        "outside the period winter": 16,
        "the area it happened in is not known": 7,
        "the area has no centroid": 0,
        "the day it happened is not known": 11,
    }
    assert result.rows_used == result.answer.headline.n == 212


def test_places_alone_need_no_day() -> None:
    rows = [row | {"date_to": row["date"] + timedelta(days=9)} for row in EVEN]
    assert "the day it happened is not known" not in seen(weigh(rows, kind="poisson", longest=0))
    assert weigh(rows, kind="poisson", longest=0).rows_used == 180
    assert seen(weigh(rows, kind="poisson"))["the day it happened is not known"] == 180


def test_without_reports_or_areas_it_refuses() -> None:
    assert SpaceTimeScan(place="county").weigh(Evidence(None, ())).answer == NO_REPORTS
    answer = weigh(EVEN, areas=()).answer
    assert isinstance(answer, Refusal)
    assert "[[areas]]" in answer.needed


@pytest.mark.parametrize(("n", "refused"), [(29, True), (30, False)])
def test_thirty_encounters_are_enough(n, refused) -> None:
    answer = weigh(EVEN[:n]).answer
    assert isinstance(answer, Refusal) == refused
    if refused:
        assert answer.reason == "29 encounters, expected at least 30"


@pytest.mark.parametrize(("people", "refused"), [(24_999, True), (25_000, False)])
def test_areas_of_few_people_are_refused_and_counted(people, refused) -> None:
    areas = (*GRID[:8], AreaCell("c8", 45.2, -92.7, people))
    answer = weigh(EVEN, areas=areas).answer
    assert isinstance(answer, Refusal) == refused
    if refused:
        assert answer.reason.startswith("1 of 9 areas have fewer than 25,000 people")


def test_encounters_in_an_area_without_a_centroid_are_refused_with_their_number() -> None:
    answer = weigh(EVEN, told("elsewhere", 2, 3)).answer
    assert isinstance(answer, Refusal)
    assert answer.figures == {"encounters_without_centroid": 3}
    assert "elsewhere" not in answer.reason
    assert isinstance(weigh(EVEN).answer, Answer)


@pytest.mark.parametrize(("kind", "refused"), [("poisson", True), ("permutation", False)])
def test_the_poisson_form_without_people_is_refused(kind, refused) -> None:
    areas = (*GRID[:8], AreaCell("c8", 45.2, -92.7))
    result = weigh(EVEN, areas=areas, kind=kind)
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures == {"areas": 9, "unknown": 1}
    else:
        assert next(gate for gate in result.gates if gate.gate == "area_size").verdict == "caution"


def test_publicity_among_the_days_is_refused_unless_it_reached_all_alike() -> None:
    inside, outside = START + timedelta(days=19), START + timedelta(days=20)
    answer = weigh(EVEN, publicity=[inside]).answer
    assert isinstance(answer, Refusal)
    assert answer.figures == {"publicity": [inside.isoformat()]}
    assert isinstance(weigh(EVEN, publicity=[outside]).answer, Answer)
    known = weigh(EVEN, publicity=[inside], publicity_everywhere=True)
    assert isinstance(known.answer, Answer)
    assert known.diagnostics["publicity_inside"] == 1
    assert isinstance(weigh(EVEN, publicity=[inside], kind="poisson").answer, Answer)


def test_all_on_one_day_cannot_be_dealt_anew() -> None:
    rows = [row | {"date": START} for row in EVEN]
    assert isinstance(weigh(rows).answer, Refusal)
    assert isinstance(weigh(rows, kind="poisson").answer, Answer)


def test_one_area_with_nearly_all_cases_leaves_no_circle() -> None:
    areas = (GRID[0],)
    answer = weigh([row for row in EVEN if row["area_county"] == "c0"] * 4, areas=areas).answer
    assert isinstance(answer, Refusal)
    assert answer.reason.startswith("no circle")


@pytest.mark.parametrize(
    "settings",
    [
        {"place": ""},
        {"kind": "bernoulli"},
        {"distance": "road"},
        {"share": 0.6},
        {"draws": 9},
        {"longest": -1},
        {"longest": 0},
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_an_error(settings) -> None:
    with pytest.raises(PlanError):
        SpaceTimeScan(**{"place": "county"} | settings)


def test_an_area_listed_twice_is_an_error() -> None:
    with pytest.raises(PlanError, match="listed twice"):
        weigh(EVEN, areas=(*GRID, GRID[0]))


def test_the_cluster_under_other_links_stands_beside() -> None:
    doubted = [row | {"encounter_id": "e180", "link_probability": 0.7} for row in told("c0", 10, 6)]
    result = weigh(EVEN, CLUSTER, doubted)
    at = result.diagnostics["thresholds"]
    assert (at["0.5"]["n"], at["0.8"]["n"], at["0.95"]["n"]) == (212, 218, 218)
    assert at["0.8"]["overlap"] == 1.0
    assert result.diagnostics["attributed"] == at["0.8"]
    assert result.diagnostics["corroboration"]["encounters"] == 218


def test_a_reading_of_too_few_says_so() -> None:
    guessed = [row | {"agency_basis": ["guessed"]} for row in EVEN]
    assert weigh(guessed).diagnostics["attributed"] == {"n": 0, "too_few": True}


def test_no_area_is_named_outside_the_series() -> None:
    result = weigh(EVEN, CLUSTER)
    said = f"{result.diagnostics} {result.gates} {[estimate.note for estimate in result.answer.estimates]}"
    assert "c0" not in said
    assert all("published only in cells that pass" in series.reading for series in result.answer.series)


def test_the_smallest_visible_risk_is_seen_in_four_of_five() -> None:
    """By hand: the fewest cases that exceed the fifth highest of 99 draws, and the share of cases that gives them."""
    found = scan.permutation(
        np.random.default_rng(1).poisson(1, (9, 20)),
        circles.rings(circles.plain([cell.longitude for cell in GRID], [cell.latitude for cell in GRID]), [1] * 9),
        scan.spans(20, 7),
        draws=99,
    )
    total, expected = found.cases, found.cases / 10
    height = sorted(found.highest)[-5]

    def llr(c):
        return c * math.log(c / expected) + (total - c) * math.log((total - c) / (total - expected))

    needed = next(c for c in range(int(expected) + 1, total) if llr(c) > height)
    risk = scan.visible(found, 0.1)
    inside = risk / 9 / (1 + risk / 9)
    assert binom.sf(needed - 1, total, inside) == pytest.approx(0.8, abs=1e-9)


def test_the_id_and_settings_are_those_of_the_plan() -> None:
    result = weigh(EVEN)
    assert result.id == "space_time_scan/all"
    assert result.settings["place"] == "county"
    assert result.settings["fewest_people"] == 25_000


@pytest.fixture(scope="module")
def new_york(shared: Path) -> Evidence:
    """Each case of a tract, rounded down, as one report from that tract; tracts numbered in the order of the file."""
    text = (shared / "reports/ny_leukemia_281tracts.csv").read_text()
    tracts = list(csv.DictReader(text.splitlines()))
    areas = tuple(
        AreaCell(f"tract {at}", float(row["latitude"]), float(row["longitude"]), float(row["population"]))
        for at, row in enumerate(tracts)
    )
    where = [f"tract {at}" for at, row in enumerate(tracts) for _ in range(math.floor(float(row["cases"])))]
    columns = {
        "report_id": [f"r{at}" for at in range(len(where))],
        "encounter_id": [f"e{at}" for at in range(len(where))],
        "date": [date(1980, 1, 1)] * len(where),
        "area_tract": where,
    }
    types = {"report_id": "string", "encounter_id": "string", "date": "date", "area_tract": "string"}
    return Evidence(None, (), reports=small_table(columns, types), areas=areas)


def test_new_york_leukaemia_goes_through_the_method(shared: Path, new_york: Evidence) -> None:
    """C2 to C4 of METHODS 8, read from there: circles of at most 10 %, plain distance on degrees."""
    design = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    numbers = {row["id"]: row for row in csv.DictReader(design.splitlines())}
    settings = {"kind": "poisson", "share": 0.1, "longest": 0, "fewest_people": 0, "distance": "plane"}
    result = SpaceTimeScan(place="tract", **settings).weigh(new_york)
    ours = {name: column(result, "clusters", name)[:2] for name in ("cases", "expected", "p", "areas", "relative_risk")}
    tracts = [areas.split(", ") for areas in ours["areas"]]
    people = {cell.area: cell.people for cell in new_york.areas}
    inside = [sum(people[name] for name in names) for names in tracts]
    # cases and expected of each, people, tracts; printed digits
    found = [ours["cases"][0], ours["expected"][0], ours["cases"][1], ours["expected"][1], *inside, *map(len, tracts)]
    c3, c4, c2 = (numbers[name] for name in ("C3", "C4", "C2"))
    assert found == pytest.approx([float(value) for value in c3["value"].split()], abs=float(c3["tol"]), rel=0)
    assert ours["p"] == pytest.approx([float(value) for value in c4["value"].split()], abs=float(c4["tol"]))
    heights = [
        c * math.log(c / e) + (552 - c) * math.log((552 - c) / (552 - e))
        for c, e in zip(ours["cases"], ours["expected"], strict=True)
    ]
    assert heights == pytest.approx([float(value) for value in c2["value"].split()], abs=float(c2["tol"]))
    assert ours["relative_risk"] == pytest.approx((1.84, 2.22), abs=0.005)
    assert result.answer.estimates[1].value == 552


def test_tracts_of_new_york_are_too_small_to_speak_of(new_york: Evidence) -> None:
    answer = SpaceTimeScan(place="tract", kind="poisson", longest=0).weigh(new_york).answer
    assert isinstance(answer, Refusal)
    assert answer.reason.startswith("281 of 281 areas have fewer than 25,000 people")


def test_an_event_told_of_on_two_days_and_in_two_areas_counts_once() -> None:
    spread = [*told("c4", 7, 10, event_id="bus"), *told("c4", 8, 10, event_id="bus"), *told("c3", 8, event_id="bus")]
    assert weigh(EVEN, spread).diagnostics["each_event_once"]["n"] == len(EVEN) + 1
