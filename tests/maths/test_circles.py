"""Circles against their definition: the sets of areas within each distance of a centre."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import circles


@st.composite
def maps(draw):
    """Areas on a coarse grid, so that many are equally far from a centre."""
    size = draw(st.integers(2, 12))
    coordinate = st.lists(st.integers(0, 4), min_size=size, max_size=size)
    x, y = draw(coordinate), draw(coordinate)
    people = draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
    return np.array(x, float), np.array(y, float), np.array(people, float)


def sets(rings):
    return {(ring.centre, frozenset(ring.order[: end + 1].tolist())) for ring in rings for end in ring.ends}


@given(maps(), st.sampled_from([0.3, 0.5, 1.0]), st.sampled_from([None, 1.0, 2.5]))
def test_circles_are_the_areas_within_each_distance_that_hold_few_enough(areas, share, radius):
    x, y, people = areas
    expected = set()
    for centre in range(len(x)):
        apart = [math.hypot(a - x[centre], b - y[centre]) for a, b in zip(x, y, strict=True)]
        for reach in apart:
            inside = frozenset(i for i, far in enumerate(apart) if far <= reach)
            few = sum(people[i] for i in inside) <= share * people.sum() * (1 + 1e-9)
            if few and (radius is None or reach <= radius):
                expected.add((centre, inside))
    if not expected:
        with pytest.raises(ValueError, match="there is no circle"):
            circles.rings(circles.plain(x, y), people, share, radius)
        return
    assert sets(circles.rings(circles.plain(x, y), people, share, radius)) == expected


def test_a_great_circle_is_a_quarter_of_the_way_round_from_pole_to_equator():
    apart = circles.great_circle([90, 0, 0], [0, 17, 18])
    quarter = math.pi / 2 * circles.EARTH_KM
    assert apart[0] == pytest.approx([0, quarter, quarter])
    assert apart[1, 2] == pytest.approx(quarter / 90)


@pytest.mark.parametrize(
    ("x", "y", "size", "share", "words"),
    [
        ([0, 1], [0], [1, 1], 0.5, "one pair an area"),
        ([0, np.nan], [0, 1], [1, 1], 0.5, "coordinate is not a number"),
        ([0, 1], [0, 1], [1], 0.5, r"give \(areas, areas\) and \(areas,\)"),
        ([0, 1], [0, 1], [1, -1], 0.5, "sizes must be 0 or more"),
        ([0, 1], [0, 1], [0, 0], 0.5, "not all 0"),
        ([0, 1], [0, 1], [1, 1], 0.0, r"a share in \(0, 1\]"),
        ([0, 1], [0, 1], [1, 1], 0.4, "every area alone holds over 40%"),
    ],
)
def test_what_is_no_map_is_refused_in_a_sentence(x, y, size, share, words):
    with pytest.raises(ValueError, match=words):
        circles.rings(circles.plain(x, y), size, share)
