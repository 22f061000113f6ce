"""The scan against plain loops over every window, and what must hold whatever the map."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.maths import circles, scan

# sums in another order, and a table of logarithms in place of logarithms
ROUNDING = 1e-9


@st.composite
def outbreaks(draw):
    """Cases and people of a few areas over a few days."""
    areas, days = draw(st.integers(3, 7)), draw(st.integers(1, 4))
    point = st.tuples(st.integers(0, 3), st.integers(0, 3))
    x, y = np.array(draw(st.lists(point, min_size=areas, max_size=areas)), float).T
    row = st.lists(st.integers(0, 6), min_size=days, max_size=days)
    cases = np.array(draw(st.lists(row, min_size=areas, max_size=areas)))
    cases[0, 0] += 2
    people = np.array(draw(st.lists(st.integers(1, 20), min_size=areas, max_size=areas)), float)
    return circles.rings(circles.plain(x, y), np.ones(areas), 1.0), cases, people


def llr(c, e, total):
    if c < 2 or c <= e or e >= total:
        return 0.0
    rest = (total - c) * math.log((total - c) / (total - e)) if c < total else 0.0
    return c * math.log(c / e) + rest


def windows(rings, when, cells):
    """Every window's sum over areas and days, one at a time."""
    for ring in rings:
        for end in ring.ends:
            for first, last in zip(when.first, when.last, strict=True):
                yield cells[ring.order[: end + 1], first : last + 1].sum()


def highest(rings, when, cases, expected):
    pairs = zip(windows(rings, when, cases), windows(rings, when, expected), strict=True)
    return max(llr(c, e, cases.sum()) for c, e in pairs)


@settings(deadline=None, max_examples=50)
@given(outbreaks())
def test_the_first_cluster_is_the_highest_of_all_windows_one_by_one(outbreak):
    rings, cases, people = outbreak
    when = scan.spans(cases.shape[1], cases.shape[1])
    person_days = np.broadcast_to(people[:, None], cases.shape)
    known = (
        (scan.poisson(cases, people, rings, when, draws=0), cases.sum() * person_days / person_days.sum()),
        (scan.permutation(cases, rings, when, draws=0), np.outer(cases.sum(1), cases.sum(0)) / cases.sum()),
    )
    for found, expected in known:
        first = found.clusters[0].llr if found.clusters else 0.0
        assert first == pytest.approx(highest(rings, when, cases, expected), abs=ROUNDING * cases.sum())


@settings(deadline=None, max_examples=20)
@given(outbreaks())
def test_windows_left_out_change_no_draw_of_chance(outbreak):
    rings, cases, people = outbreak
    when = scan.spans(cases.shape[1], cases.shape[1])
    person_days = np.broadcast_to(people[:, None], cases.shape)
    share = person_days / person_days.sum()
    drawn = np.random.default_rng(7).multinomial(cases.sum(), share.ravel(), size=20).reshape(20, *cases.shape)
    each = [highest(rings, when, chance, cases.sum() * share) for chance in drawn]
    found = scan.poisson(cases, people, rings, when, draws=20, seed=7)
    assert found.highest == pytest.approx(each, abs=ROUNDING * cases.sum())


@settings(deadline=None, max_examples=30)
@given(outbreaks(), st.randoms())
def test_order_of_areas_never_matters(outbreak, random):
    rings, cases, people = outbreak
    order = np.array(random.sample(range(len(cases)), len(cases)))
    place = np.argsort(order)
    moved = tuple(circles.Ring(int(place[ring.centre]), place[ring.order], ring.ends) for ring in rings)
    when = scan.spans(cases.shape[1], cases.shape[1])
    for plain, other in (
        (
            scan.poisson(cases, people, rings, when, draws=0),
            scan.poisson(cases[order], people[order], moved, when, draws=0),
        ),
        (scan.permutation(cases, rings, when, draws=0), scan.permutation(cases[order], moved, when, draws=0)),
    ):
        assert [c.llr for c in other.clusters[:1]] == pytest.approx([c.llr for c in plain.clusters[:1]], abs=ROUNDING)


@settings(deadline=None, max_examples=30)
@given(outbreaks())
def test_clusters_share_no_area_and_fall_in_height(outbreak):
    rings, cases, people = outbreak
    clusters = scan.poisson(cases, people, rings, scan.spans(cases.shape[1], cases.shape[1]), draws=0).clusters
    areas = [area for cluster in clusters for area in cluster.areas]
    assert len(areas) == len(set(areas))
    heights = [cluster.llr for cluster in clusters]
    assert heights == sorted(heights, reverse=True)
    for cluster in clusters:
        inside = cases[list(cluster.areas), cluster.first : cluster.last + 1].sum()
        assert cluster.cases == inside


def test_relative_risk_is_the_rate_inside_over_the_rate_outside():
    rings = circles.rings(circles.plain([0, 5, 9], [0, 0, 0]), [100, 100, 200], 0.5)
    (cluster,) = scan.poisson([30, 10, 20], [100, 100, 200], rings, draws=0).clusters
    assert (cluster.areas, cluster.cases, cluster.expected) == ((0,), 30, 15)
    assert cluster.relative_risk == pytest.approx((30 / 100) / (30 / 300))


def test_every_case_inside_has_no_relative_risk():
    rings = circles.rings(circles.plain([0, 5, 9], [0, 0, 0]), [100, 100, 200], 0.5)
    assert scan.poisson([30, 0, 0], [100, 100, 200], rings, draws=0).clusters[0].relative_risk is None


def test_p_counts_the_data_among_the_draws():
    rings = circles.rings(circles.plain([0, 5, 9, 14], [0, 0, 0, 0]), [50] * 4, 0.5)
    found = scan.poisson([400, 100, 100, 100], [50] * 4, rings, draws=99)
    assert found.clusters[0].p == 0.01
    assert len(found.highest) == 99


def test_a_surge_in_every_area_at_once_is_not_seen_by_the_permutation_form():
    rings = circles.rings(circles.plain([0, 5, 9], [0, 0, 0]), [1, 1, 1], 1.0)
    cases = np.outer([2, 3, 4], [1, 1, 9, 1])
    assert scan.permutation(cases, rings, scan.spans(4), draws=19).clusters == ()


def test_the_same_seed_draws_the_same_and_another_does_not():
    rings = circles.rings(circles.plain([0, 5, 9, 14], [0, 0, 0, 0]), [50] * 4, 0.5)
    draws = [scan.poisson([9, 5, 5, 6], [50] * 4, rings, draws=50, seed=seed).highest for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_draws_in_small_blocks_are_the_same_draws(monkeypatch):
    rings = circles.rings(circles.plain([0, 5, 9, 14], [0, 0, 0, 0]), [50] * 4, 0.5)
    cases, when = np.array([[3, 1], [2, 2], [1, 4], [5, 0]]), scan.spans(2, 2)
    at_once = [
        scan.poisson(cases, [50] * 4, rings, when, draws=30),
        scan.permutation(cases, rings, when, draws=30),
    ]
    monkeypatch.setattr(scan, "BLOCK", 40)
    in_blocks = [
        scan.poisson(cases, [50] * 4, rings, when, draws=30),
        scan.permutation(cases, rings, when, draws=30),
    ]
    for whole, parts in zip(at_once, in_blocks, strict=True):
        assert np.array_equal(whole.highest, parts.highest)


def test_a_p_below_five_in_a_hundred_comes_five_times_in_a_hundred():
    x, y = (axis.ravel() for axis in np.meshgrid(range(4), range(4)))
    people = np.full(16, 50.0)
    rings = circles.rings(circles.plain(x, y), people, 0.5)
    random = np.random.default_rng(11)
    worlds = [random.multinomial(80, people / people.sum()) for _ in range(200)]
    found = [scan.poisson(cases, people, rings, draws=99, seed=n) for n, cases in enumerate(worlds)]
    alarms = sum(bool(one.clusters) and one.clusters[0].p <= 0.05 for one in found)
    # 10 of 200 expected; 18 is 1 in 100 under the binomial
    assert alarms <= 18


def test_spans_are_every_run_of_days_or_those_that_reach_the_last():
    every, last = scan.spans(4, 2), scan.spans(4, 3, to_the_end=True)
    pairs = [set(zip(part.first.tolist(), part.last.tolist(), strict=True)) for part in (every, last)]
    assert pairs == [{(0, 0), (1, 1), (2, 2), (3, 3), (0, 1), (1, 2), (2, 3)}, {(3, 3), (2, 3), (1, 3)}]


@pytest.mark.parametrize(
    ("cases", "people", "words"),
    [
        ([1.5, 2], [1, 1], "whole numbers of 0 or more"),
        ([-1, 2], [1, 1], "whole numbers of 0 or more"),
        ([1, 0], [1, 1], "1 cases: a cluster is at least 2"),
        ([3, 2], [0, 1], "3 cases fell where the population is 0"),
        ([3, 2], [0, -1], "population must be 0 or more"),
        ([3, 2], [1, 1, 1], "one an area, or a cell"),
        ([[3, 2], [1, 1]], [1, 1], "say which spans"),
        ([3], [1], "reach beyond cases of 1 areas"),
        ([[[1]]], [1], r"give \(areas,\) or \(areas, days\)"),
    ],
)
def test_what_cannot_be_scanned_is_refused_in_a_sentence(cases, people, words):
    rings = circles.rings(circles.plain([0, 1], [0, 0]), [1, 1], 0.5)
    with pytest.raises(ValueError, match=words):
        scan.poisson(cases, people, rings, draws=0)


def test_spans_longer_than_the_days_are_refused():
    with pytest.raises(ValueError, match="spans of up to 9 days among 4"):
        scan.spans(4, 9)
