"""Outcome test: every refusal with a neighbour that passes, every row accounted for, every reading beside the ratio."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths.corners import Counts
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods import outcome_test
from evenhand.weigh.methods.outcome_test import OutcomeTest
from evenhand.weigh.searches import SearchCells
from evenhand.weigh.unrecorded import OUTCOMES, SIDES, Unrecorded

BW = Contrast("BLACK", "WHITE")
OPTIONS = {"B": ["BLACK"], "W": ["WHITE", "MENA"], "H": ["HISPANIC"], "?": ["unknown"], "B|H": ["BLACK", "HISPANIC"]}
SCHEMA = {
    "date": "date",
    "race_officer_options": "array<string>",
    "mode": "string",
    "search_person": "string",
    "search_vehicle": "string",
    "search_basis": "array<string>",
    "found": "array<string>",
    "repeated": "string",
    "area_beat": "string",
}
PLAIN = {
    "mode": "vehicle",
    "search_person": "yes",
    "search_vehicle": "no",
    "search_basis": ["consent"],
    "repeated": "no",
    "area_beat": "1",
}


def searches(race, n, hits=0, unknown=0, kind="drugs", **columns):
    """n searches of people of a race: so many that found something, so many whose result is not recorded."""
    found = [[kind]] * hits + [["not_stated"]] * unknown + [["none"]] * (n - hits - unknown)
    day = [date(2021, 1, 1) + timedelta(days=(at * 97) % 365) for at in range(n)]
    fixed = PLAIN | {"race_officer_options": OPTIONS[race]}
    return [fixed | {"found": what, "date": on} | columns for what, on in zip(found, day, strict=True)]


def stops(race, n, **columns):
    """n stops without a search."""
    return searches(race, n, search_person="no", search_basis=["not_stated"], **columns)


def evidence(*parts, without=()):
    import ibis

    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [{name: row[name] for name in schema} for part in parts for row in part]
    return Evidence(ibis.memtable(rows, schema=schema), ())


def weigh(*parts, without=(), **settings):
    return OutcomeTest(BW, Scope(), **{"place": "beat"} | settings).weigh(evidence(*parts, without=without))


def estimate(result, quantity):
    return next(found for found in result.answer.estimates if found.quantity == quantity)


def cells(x1, n1, x0, n0):
    """Cells by place of which only the finds matter."""
    found = Counts(*(np.array(part, dtype=float) for part in (x1, n1, x0, n0)))
    places = tuple(str(at) for at in range(len(found.x1)))
    return SearchCells(places, (found.n1 * 9, found.n0 * 9), (found.n1, found.n0), found)


# 20 hits in 100 searches against 60 in 150: a ratio of a half
HALF = (searches("B", 100, 20), searches("W", 150, 60), stops("B", 300), stops("W", 400))


def test_a_ratio_of_a_half_is_reported_with_its_counts() -> None:
    result = weigh(*HALF)
    assert isinstance(result.answer, Answer)
    assert result.id == "outcome_test/BLACK-WHITE/all"
    assert result.answer.headline.quantity == "hit_rate_ratio"
    assert result.answer.headline.value == pytest.approx(0.5)
    assert result.answer.headline.note == "20 hits in 100 searches against 60 in 150"
    assert estimate(result, "difference_per_1000").value == pytest.approx(-200)
    assert estimate(result, "pooled_difference_per_1000").value == pytest.approx(-200)
    assert (estimate(result, "hit_rate_group").value, estimate(result, "hit_rate_reference").value) == (0.2, 0.4)
    # Pearson by hand: 250 (20 x 90 - 80 x 60)^2 / (100 x 150 x 80 x 170)
    assert result.diagnostics["pearson"]["chi_square"] == pytest.approx(250 * 3000**2 / (100 * 150 * 80 * 170))


def test_exclusions_add_up_to_the_rows_that_came_in() -> None:
    result = OutcomeTest(BW, Scope("cars", {"mode": ("vehicle",)}), place="beat").weigh(
        evidence(
            *HALF,
            searches("B", 2, repeated="yes"),
            searches("B", 3, mode="foot"),
            searches("B", 5, search_person="not_stated"),
            searches("B", 7, search_basis=["consent", "inventory"]),
            searches("B", 11, search_basis=["not_stated"]),
            searches("B", 13, area_beat=None),
            searches("?", 17, 2),
            searches("H", 19, 2),
            searches("B", 23, unknown=23),
        )
    )
    counts = {exclusion.reason: exclusion.n for exclusion in result.excluded}
    assert counts == {
        "a further row of a stop already counted": 2,
        "mode is not vehicle": 3,
        "month with race missing in more than 50% of stops": 0,
        "unknown whether searched": 5,
        "the search left no choice": 7,
        "basis of the search not recorded": 11,
        "place not recorded": 13,
        "not searched": 700,
        "race not recorded": 17,
        "race is in neither group, or in either": 19,
        "unknown whether anything was found": 23,
    }
    assert result.rows_in == 1050
    assert result.rows_used == result.answer.headline.n == 250


def test_a_reversal_between_places_and_their_sum_is_told() -> None:
    """In both places the group's searches find more often; together they find less often (Simpson)."""
    parts = [searches("B", 200, 44), searches("W", 50, 10)]
    parts += [searches("B", 50, 33, area_beat="2"), searches("W", 200, 120, area_beat="2")]
    result = weigh(*parts)
    assert result.answer.headline.value > 1
    assert estimate(result, "pooled_ratio").value < 1
    assert result.diagnostics["reversed_by_place"] is True
    assert weigh(*HALF).diagnostics["reversed_by_place"] is False


def test_without_a_field_for_what_was_found_it_is_refused_and_says_what_to_ask_for() -> None:
    result = weigh(*HALF, without=("found", "search_basis"))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("no field says whether anything was found in the 250 searches")
    assert result.answer.figures["searches"] == 250
    assert "for each of the 250 searches, whether anything was found, and what" in result.answer.needed
    assert "on what basis" in result.answer.needed


def test_without_a_basis_it_is_refused_and_says_that_nothing_else_is_missing() -> None:
    result = weigh(*HALF, without=("search_basis",))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("the basis is known for 0 of 250 searches")
    assert "nothing else is missing" in result.answer.needed


@pytest.mark.parametrize(("silent", "refused"), [(250, False), (251, True)])
def test_a_basis_known_for_under_half_the_searches_is_refused(silent: int, refused: bool) -> None:
    result = weigh(*HALF, searches("W", silent, 9, search_basis=["unknown"]))
    assert isinstance(result.answer, Refusal) == refused


@pytest.mark.parametrize(("unknown", "refused"), [(25, False), (26, True)])
def test_a_result_unknown_in_over_a_fifth_of_one_groups_searches_is_refused(unknown: int, refused: bool) -> None:
    """25 of 125 is a fifth exactly, and passes."""
    result = weigh(*HALF, searches("B", unknown, unknown=unknown))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert "26 of 126 searches of BLACK" in result.answer.reason
    else:
        # a headline has one band over each kind of choice: unknown finds and readings of a basis share it
        _, model = result.answer.bands
        assert model.high >= model.figures["finds_unknown"]["high"] == pytest.approx((45 / 125) / 0.4)
        assert model.low <= model.figures["finds_unknown"]["low"] == pytest.approx((20 / 125) / 0.4)


def test_no_hits_is_refused_with_the_counts() -> None:
    result = weigh(searches("B", 100, 0), searches("W", 150, 60))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("0 hits in 100 searches of BLACK against 60 in 150 of WHITE")


def test_finds_in_every_search_are_refused() -> None:
    assert "no interval" in weigh(searches("B", 40, 40), searches("W", 50, 50)).answer.reason
    assert isinstance(weigh(searches("B", 40, 40), searches("W", 50, 49)).answer, Answer)


@pytest.mark.parametrize(("searched", "hits", "refused"), [(30, 10, False), (29, 10, True), (30, 9, True)])
def test_too_few_searches_or_hits_are_refused(searched: int, hits: int, refused: bool) -> None:
    result = weigh(searches("B", searched, hits), searches("W", 150, 60))
    assert isinstance(result.answer, Refusal) == refused


def test_groups_never_searched_in_one_place_are_refused_and_one_shared_place_is_enough() -> None:
    apart = (searches("B", 100, 20), searches("W", 150, 60, area_beat="2"))
    result = weigh(*apart)
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason == "in none of 2 places were both groups searched"
    shared = weigh(*apart, searches("W", 50, 20))
    assert shared.answer.headline.n == 150
    assert shared.diagnostics["without_overlap"] == {"places": 1, "searches": 150}


def test_nobody_searched_is_refused() -> None:
    result = weigh(stops("B", 300), stops("W", 400))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason == "no search is recorded in 700 stops"


def test_supervision_is_a_setting_and_is_told_both_ways() -> None:
    parts = (*HALF, searches("B", 100, 5, search_basis=["supervision"]))
    left, right = weigh(*parts), weigh(*parts, supervision=True)
    assert left.answer.headline.value == pytest.approx((25 / 200) / 0.4)
    assert right.answer.headline.value == pytest.approx(0.5)
    assert left.diagnostics["by_basis"]["supervision left no choice"]["ratio"] == pytest.approx(0.5)
    assert right.diagnostics["by_basis"]["supervision left a choice"]["ratio"] == pytest.approx((25 / 200) / 0.4)
    assert left.settings["supervision"] is False


def test_every_basis_is_left_out_or_let_in_and_the_planned_reading_is_the_headline() -> None:
    parts = (*HALF, searches("B", 50, 40, search_basis=["inventory"]), searches("W", 60, 30, search_basis=["odor"]))
    result = weigh(*parts)
    told = result.diagnostics["by_basis"]
    assert told["as planned"]["ratio"] == pytest.approx(result.answer.headline.value)
    assert told["as planned"]["low"] == pytest.approx(result.answer.headline.low)
    assert told["with inventory"]["ratio"] == pytest.approx((60 / 150) / (90 / 210))
    assert told["without odor"]["ratio"] == pytest.approx(0.5)
    assert told["without consent"]["too_few"] is True
    assert told["all searches, whatever the basis"]["searches_group"] == 150
    band = result.answer.bands[-1]
    assert (band.over, band.low, band.high) == ("model", *(f(band.figures["by_basis"].values()) for f in (min, max)))


def test_hits_are_told_by_kind() -> None:
    result = weigh(searches("B", 100, 20, kind="weapon"), searches("B", 100, 30), searches("W", 200, 60), stops("W", 9))
    assert result.diagnostics["by_kind"] == {
        "drugs": {
            "hits_group": 30,
            "searches_group": 200,
            "hits_reference": 60,
            "searches_reference": 200,
            **{name: result.diagnostics["by_kind"]["drugs"][name] for name in ("low", "high")},
            "ratio": pytest.approx(0.5),
        },
        "weapon": {
            "hits_group": 20,
            "searches_group": 200,
            "hits_reference": 0,
            "searches_reference": 200,
            "too_few": True,
        },
    }


def test_missing_race_is_a_band_of_worst_corners() -> None:
    """20 found and 30 not, of unknown race: high is (40/120)/(60/180), low is (20/130)/(80/170)."""
    band = weigh(*HALF, searches("?", 50, 20)).answer.bands[0]
    assert band.over == "missing_race"
    assert band.high == pytest.approx((40 / 120) / (60 / 180))
    assert band.low == pytest.approx((20 / 130) / (80 / 170))


def test_a_set_of_races_counts_in_the_upper_counts_only() -> None:
    result = weigh(*HALF, searches("B|H", 20, 10))
    assert result.answer.headline.value == pytest.approx(0.5)
    assert estimate(result, "hit_rate_ratio_upper_counts").value == pytest.approx((30 / 120) / 0.4)


def test_the_chart_of_searches_and_finds_shows_rates_on_thirty_or_more() -> None:
    result = weigh(*HALF, searches("B", 29, 9, area_beat="2"), searches("W", 30, 9, area_beat="2"))
    columns = next(series for series in result.answer.series if series.name == "search_and_find").columns
    assert columns["place"] == ("1", "2", "1", "2")
    assert columns["group"] == ("group", "group", "reference", "reference")
    assert columns["search_rate"] == (pytest.approx(0.25), None, pytest.approx(150 / 550), pytest.approx(1))
    assert columns["find_rate"] == (pytest.approx(0.2), None, pytest.approx(0.4), pytest.approx(0.3))


def test_the_sweep_is_of_searches_and_says_so() -> None:
    sweep = next(series for series in weigh(*HALF).answer.series if series.name == "selection_sweep")
    assert sweep.columns["att"][0] == pytest.approx(-0.2)
    assert sweep.reading.startswith("Of searches, not of stops")


def test_small_places_get_an_exact_odds_ratio_and_large_ones_none() -> None:
    parts = [searches(race, n, hits, area_beat=f"{at}") for at in range(12) for race, n, hits in SMALL_PLACE]
    exact = estimate(weigh(*parts), "hit_odds_ratio_exact")
    assert exact.interval == "exact conditional"
    assert exact.low < exact.value < exact.high
    assert not [found for found in weigh(*HALF).answer.estimates if found.quantity == "hit_odds_ratio_exact"]


SMALL_PLACE = (("B", 3, 1), ("W", 4, 2))


def test_a_difference_between_odd_and_even_days_fails_the_negative_control() -> None:
    odd = [row | {"date": date(2021, 3, 1 + 2 * (at % 15))} for at, row in enumerate(searches("B", 100, 60))]
    even = [row | {"date": date(2021, 3, 2 + 2 * (at % 15))} for at, row in enumerate(searches("W", 100, 20))]
    assert weigh(odd, even).diagnostics["negative_control"]["passes"] is False
    assert weigh(*HALF).diagnostics["negative_control"]["passes"] is True


counts = st.integers(0, 40)


@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=6))
def test_relabelling_the_groups_inverts_every_ratio(tables: list[tuple[int, ...]]) -> None:
    x1, more1, x0, more0 = (np.array(part, dtype=float) for part in zip(*tables, strict=True))
    group, reference = (x1 + 10, x1 + 20 + more1), (x0 + 10, x0 + 20 + more0)
    straight, turned = answer(*group, *reference), answer(*reference, *group)
    inverted = {found.quantity: found for found in turned.estimates if found.scale == "ratio"}
    for found in straight.estimates:
        if found.scale == "ratio":
            other = inverted[found.quantity]
            # 1e-6: the exact odds ratio is a root found to 1e-13 in its log; the others differ by rounding
            assert (1 / other.value, 1 / other.high, 1 / other.low) == pytest.approx(
                (found.value, found.low, found.high), rel=1e-6
            )


def answer(x1, n1, x0, n0) -> Answer:
    """The answer from counts by place in which everything is known."""
    rows = {(side, word): np.zeros(len(x1)) for side in SIDES for word in OUTCOMES}
    rows |= {("group", "yes"): x1, ("group", "no"): n1 - x1, ("reference", "yes"): x0, ("reference", "no"): n0 - x0}
    return outcome_test.compare(cells(x1, n1, x0, n0), Unrecorded(rows), {})


def test_relabelling_the_contrast_inverts_the_ratio_with_its_band() -> None:
    method = OutcomeTest(BW, Scope(), place="beat")
    found = evidence(*HALF, searches("?", 50, 20), searches("B", 60, 20, area_beat="2"), searches("W", 50, 10))
    straight = method.weigh(found).answer
    turned = replace(method, contrast=Contrast("WHITE", "BLACK")).weigh(found).answer
    for ours, theirs in ((straight.headline, turned.headline), (straight.bands[0], turned.bands[0])):
        assert (1 / theirs.high, 1 / theirs.low) == pytest.approx((ours.low, ours.high))


def test_the_order_of_rows_never_matters() -> None:
    rows = [row for part in HALF for row in part]
    mixed = [rows[at] for at in np.random.default_rng(0).permutation(len(rows))]
    assert weigh(mixed) == weigh(rows)
