"""Robust outcome test: conclusive only where both rates oppose, every refusal with a neighbour, every place counted."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths.corners import Counts
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods import robust_outcome_test
from evenhand.weigh.methods.robust_outcome_test import AGAINST, IN_FAVOUR, INCONCLUSIVE, RobustOutcomeTest
from evenhand.weigh.searches import SearchCells

BW = Contrast("BLACK", "WHITE")
OPTIONS = {"B": ["BLACK"], "W": ["WHITE", "MENA"], "H": ["HISPANIC"], "?": ["unknown"]}
SCHEMA = {
    "date": "date",
    "race_officer_options": "array<string>",
    "mode": "string",
    "search_any": "string",
    "search_basis": "array<string>",
    "found": "array<string>",
    "repeated": "string",
    "area_beat": "string",
}


def rows(race, n, searched, basis, found, **columns):
    fixed = {
        "race_officer_options": OPTIONS[race],
        "mode": "vehicle",
        "search_any": searched,
        "search_basis": [basis],
        "found": [found],
        "repeated": "no",
        "area_beat": "1",
    }
    day = [date(2021, 1, 1) + timedelta(days=(at * 97) % 365) for at in range(n)]
    return [fixed | {"date": on} | columns for on in day]


def stops(race, n, searched=0, hits=0, **columns):
    """n stops of people of a race, so many searched by consent, so many of those with a find."""
    return [
        *rows(race, n - searched, "no", "not_stated", "not_stated", **columns),
        *rows(race, searched - hits, "yes", "consent", "none", **columns),
        *rows(race, hits, "yes", "consent", "drugs", **columns),
    ]


def evidence(*parts, without=()):
    import ibis

    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    table = [{name: row[name] for name in schema} for part in parts for row in part]
    return Evidence(ibis.memtable(table, schema=schema), ())


def weigh(*parts, without=(), **settings):
    return RobustOutcomeTest(BW, Scope(), **{"place": "beat"} | settings).weigh(evidence(*parts, without=without))


def cells(*places):
    """Cells from (stops, searches, hits) of the group, then of the reference, a place each."""
    n1, s1, h1, n0, s0, h0 = (np.array(part, dtype=float) for part in zip(*places, strict=True))
    return SearchCells(tuple(str(at) for at in range(len(n1))), (n1, n0), (s1, s0), Counts(h1, s1, h0, s0))


# searched in 20 % with finds in 20 %, against 10 % with finds in 40 %
UNEQUAL = (stops("B", 1000, 200, 40), stops("W", 1500, 150, 60))


def test_more_searches_with_fewer_finds_are_against_the_group() -> None:
    result = weigh(*UNEQUAL)
    assert isinstance(result.answer, Answer)
    assert result.id == "robust_outcome_test/BLACK-WHITE/all"
    assert result.diagnostics["direction"] == result.diagnostics["direction_pooled"] == AGAINST
    quantities = {found.quantity: found for found in result.answer.estimates}
    assert result.answer.headline.quantity == "hit_difference_per_1000"
    assert quantities["hit_difference_per_1000"].value == pytest.approx(-200)
    assert quantities["search_difference_per_1000"].value == pytest.approx(100)
    assert quantities["hit_rate_ratio"].value == pytest.approx(0.5)
    assert quantities["search_rate_ratio"].value == pytest.approx(2)
    # the variance by hand, not pooled: .2 x .8/200 + .4 x .6/150
    assert result.diagnostics["z_hit"] == pytest.approx(-0.2 / np.sqrt(0.2 * 0.8 / 200 + 0.4 * 0.6 / 150))


@pytest.mark.parametrize(
    ("group", "reference", "direction"),
    [
        ((1000, 200, 40), (1000, 100, 40), AGAINST),
        ((1000, 100, 40), (1000, 200, 40), IN_FAVOUR),
        ((1000, 200, 80), (1000, 100, 20), INCONCLUSIVE),
        ((1000, 100, 20), (1000, 200, 80), INCONCLUSIVE),
        ((1000, 200, 78), (1000, 100, 40), INCONCLUSIVE),
        ((1000, 101, 20), (1000, 100, 40), INCONCLUSIVE),
    ],
)
def test_it_is_conclusive_only_where_both_rates_clear_their_limits_and_oppose(group, reference, direction) -> None:
    assert robust_outcome_test.diagnose(cells((*group, *reference)))["direction"] == direction


def test_the_variance_is_not_pooled() -> None:
    """12 finds in 100 searches against 200 in 1,000: 2.29 standard errors and conclusive; pooled, 1.93 and not."""
    told = robust_outcome_test.diagnose(cells((500, 100, 12, 10_000, 1_000, 200)))
    assert told["z_hit"] == pytest.approx(-0.08 / np.sqrt(0.12 * 0.88 / 100 + 0.2 * 0.8 / 1000))
    assert told["direction"] == AGAINST
    both = 212 / 1100
    assert 0.08 / np.sqrt(both * (1 - both) * (1 / 100 + 1 / 1000)) < 1.96


def test_exclusions_add_up_to_the_rows_that_came_in() -> None:
    method = RobustOutcomeTest(BW, Scope("cars", {"mode": ("vehicle",)}), place="beat")
    result = method.weigh(
        evidence(
            *UNEQUAL,
            rows("B", 2, "no", "not_stated", "not_stated", repeated="yes"),
            rows("B", 3, "no", "not_stated", "not_stated", mode="foot"),
            rows("B", 5, "unknown", "not_stated", "not_stated"),
            rows("B", 7, "yes", "warrant", "drugs"),
            rows("B", 11, "yes", "not_stated", "drugs"),
            rows("B", 13, "no", "not_stated", "not_stated", area_beat=""),
            stops("?", 17, 2),
            stops("H", 19, 2),
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
        "race not recorded": 17,
        "race is in neither group, or in either": 19,
    }
    assert result.rows_in == 2577
    assert result.rows_used == 2500


def test_a_search_whose_result_is_unknown_counts_as_a_search_and_not_as_a_find() -> None:
    result = weigh(*UNEQUAL, rows("B", 20, "yes", "consent", "not_stated"))
    shares = {found.quantity: found.note for found in result.answer.estimates if found.scale == "share"}
    assert shares["search_rate_group"] == "220 of 1,020"
    assert shares["hit_rate_group"] == "40 of 200"


def test_without_a_field_for_what_was_found_it_is_refused_and_says_what_to_ask_for() -> None:
    result = weigh(*UNEQUAL, without=("found",))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("no field says whether anything was found in the 350 searches")
    assert "for each of the 350 searches" in result.answer.needed


@pytest.mark.parametrize(("silent", "refused"), [(350, False), (351, True)])
def test_a_basis_known_for_under_half_the_searches_is_refused(silent: int, refused: bool) -> None:
    result = weigh(*UNEQUAL, rows("W", silent, "yes", "unknown", "none"))
    assert isinstance(result.answer, Refusal) == refused


@pytest.mark.parametrize(("unknown", "refused"), [(250, False), (251, True)])
def test_searching_unknown_in_over_a_fifth_of_a_groups_stops_is_refused(unknown: int, refused: bool) -> None:
    result = weigh(*UNEQUAL, rows("B", unknown, "not_stated", "not_stated", "not_stated"))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert "251 of 1,251 stops of BLACK" in result.answer.reason


@pytest.mark.parametrize(("unknown", "refused"), [(50, False), (51, True)])
def test_a_result_unknown_in_over_a_fifth_of_a_groups_searches_is_refused(unknown: int, refused: bool) -> None:
    result = weigh(*UNEQUAL, rows("B", unknown, "yes", "consent", "unknown"))
    assert isinstance(result.answer, Refusal) == refused


def test_fewer_than_ten_searches_are_refused_with_the_counts() -> None:
    result = weigh(stops("B", 300, 9, 8), stops("W", 1500, 150, 60))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("9 searches of BLACK and 150 of WHITE")
    assert "small" not in str(result.answer.figures)


@pytest.mark.parametrize(("searched", "hits", "refused"), [(11, 10, False), (12, 9, True)])
def test_fewer_than_ten_hits_are_refused(searched: int, hits: int, refused: bool) -> None:
    result = weigh(stops("B", 300, searched, hits), stops("W", 1500, 150, 60))
    assert isinstance(result.answer, Refusal) == refused


@pytest.mark.parametrize(("stopped", "refused"), [(30, False), (29, True)])
def test_fewer_than_thirty_stops_are_refused(stopped: int, refused: bool) -> None:
    result = weigh(stops("B", stopped, 12, 10), stops("W", 1500, 150, 60))
    assert isinstance(result.answer, Refusal) == refused


def test_no_hits_is_refused_with_the_counts() -> None:
    result = weigh(stops("B", 1000, 200, 0), stops("W", 1500, 150, 60))
    assert isinstance(result.answer, Refusal)
    assert result.answer.reason.startswith("0 hits in 200 searches of BLACK")


def test_places_are_counted_by_quadrant_and_by_what_they_say_alone() -> None:
    told = robust_outcome_test.diagnose(
        cells(
            (1000, 200, 40, 1000, 100, 40),  # against the group
            (1000, 100, 40, 1000, 200, 40),  # in its favour
            (1000, 200, 80, 1000, 100, 20),  # searched more, found more
            (1000, 9, 3, 1000, 8, 4),  # too few searches to say anything alone
            (1000, 50, 50, 1000, 40, 40),  # found in all: no variance
            (1000, 50, 5, 1000, 0, 0),  # only one group searched
        )
    )
    assert told["quadrants"] == {"places": 5, "searched_more": 4, "lower_hit": 2, "both": 2, "neither": 1}
    assert told["places"] == {
        "assessed": 3,
        "against": 1,
        "in_favour": 1,
        "not_assessed": 3,
        "share_inconclusive": pytest.approx(1 / 3),
    }
    assert told["without_overlap"] == {"places": 1, "searches": 50}


def test_missing_race_is_a_band_on_both_rates() -> None:
    """20 found and 30 not, of unknown race: the lowest difference is 40/230 - 80/170, the highest 60/220 - 60/180."""
    (band,) = weigh(*UNEQUAL, stops("?", 50, 50, 20)).answer.bands
    assert band.over == "missing_race"
    assert band.low == pytest.approx(1000 * (40 / 230 - 80 / 170))
    assert band.high == pytest.approx(1000 * (60 / 220 - 60 / 180))
    assert band.figures["of_searching"]["search_difference_high"] == pytest.approx(1000 * (250 / 1050 - 0.1))


def test_the_smallest_visible_difference_goes_with_the_headline() -> None:
    answer = weigh(*UNEQUAL).answer
    assert answer.smallest_visible == pytest.approx(2.80158 * answer.headline.se)


places = st.tuples(st.integers(10, 60), st.integers(0, 40), st.integers(0, 90))


@given(st.lists(st.tuples(places, places), min_size=1, max_size=5))
def test_relabelling_the_groups_turns_the_direction(drawn: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
    counted = [tuple((hits + more + left, hits + more, hits) for hits, more, left in pair) for pair in drawn]
    # one place with a variance in each rate, so that there is always an answer
    counted.append(((100, 50, 20), (120, 50, 25)))
    straight = robust_outcome_test.diagnose(cells(*((*group, *reference) for group, reference in counted)))
    turned = robust_outcome_test.diagnose(cells(*((*reference, *group) for group, reference in counted)))
    opposite = {AGAINST: IN_FAVOUR, IN_FAVOUR: AGAINST, INCONCLUSIVE: INCONCLUSIVE}
    assert turned["direction"] == opposite[straight["direction"]]
    # 1e-9: the same sums in another order
    assert turned["z_hit"] == pytest.approx(-straight["z_hit"], rel=1e-9, abs=1e-9)


def test_relabelling_the_contrast_turns_every_difference() -> None:
    method = RobustOutcomeTest(BW, Scope(), place="beat")
    found = evidence(*UNEQUAL, stops("?", 50, 50, 20))
    straight = method.weigh(found).answer
    turned = replace(method, contrast=Contrast("WHITE", "BLACK")).weigh(found).answer
    for ours, theirs in zip(straight.estimates, turned.estimates, strict=True):
        if ours.scale == "difference":
            assert (-theirs.high, -theirs.low) == pytest.approx((ours.low, ours.high))
    assert (-turned.bands[0].high, -turned.bands[0].low) == pytest.approx(
        (straight.bands[0].low, straight.bands[0].high)
    )


def test_the_order_of_rows_never_matters() -> None:
    table = [row for part in UNEQUAL for row in part]
    mixed = [table[at] for at in np.random.default_rng(0).permutation(len(table))]
    assert weigh(mixed) == weigh(table)
