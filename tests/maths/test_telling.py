"""Telling: steps against exact ratios and planted worlds, completeness against the ladder of textbooks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.maths import changepoint, intervals, telling

# both sides evaluate one closed form: only rounding may differ
ROUNDING = 1e-9
COUNTS = st.lists(st.integers(1, 30), min_size=12, max_size=40)


@st.composite
def triangles(draw):
    """Weeks by delays with something told at once in every week, nothing beyond the edge."""
    weeks = draw(st.integers(2, 12))
    delays = draw(st.integers(1, weeks))
    told = np.array(draw(st.lists(st.integers(0, 9), min_size=weeks * delays, max_size=weeks * delays)))
    told = told.reshape(weeks, delays)
    told[:, 0] += 1
    week, delay = np.indices(told.shape)
    return np.where(week + delay < weeks, told, 0)


@given(COUNTS)
def test_one_step_is_the_ratio_of_two_means(counts):
    found = telling.steps(counts, [5])
    assert found.publicity[0].value == pytest.approx(np.mean(counts[5:]) / np.mean(counts[:5]), rel=1e-7)
    assert found.change is None


@given(COUNTS)
def test_a_change_and_a_publicity_step_stand_for_each_other(counts):
    there, back = telling.steps(counts, [4], change=8), telling.steps(counts, [9], change=3)
    assert there.change == pytest.approx(back.publicity[0], rel=1e-7)
    assert there.publicity[0] == pytest.approx(back.change, rel=1e-7)


@given(COUNTS, st.randoms())
def test_order_inside_a_stretch_never_matters(counts, random):
    first, rest = counts[:5], counts[5:]
    shuffled = [*random.sample(first, len(first)), *random.sample(rest, len(rest))]
    assert telling.steps(shuffled, [5]).publicity[0] == pytest.approx(telling.steps(counts, [5]).publicity[0], rel=1e-7)


def test_publicity_alone_leaves_no_change_to_survive():
    rng, worlds, misses = np.random.default_rng(1), 400, 0
    for _ in range(worlds):
        y = rng.poisson(np.where(np.arange(104) < 60, 4, 8))
        found = telling.steps(y, [60], change=44).change
        misses += not found.low <= 1 <= found.high
    # 5 % of 400 plus 1.645 standard errors
    assert misses / worlds <= 0.068


def test_a_change_before_publicity_survives_it():
    rng = np.random.default_rng(2)
    y = rng.poisson(np.select([np.arange(104) < 40, np.arange(104) < 60], [4, 8], 12))
    found = telling.steps(y, [60], change=changepoint.likeliest(y[:60]).last)
    assert found.change.low > 1
    assert found.publicity[0].low > 1


def test_steps_that_fit_too_well_keep_poissons_error():
    y = [4, 5] * 6 + [8, 9] * 6
    found = telling.steps(y, [12])
    exact = intervals.student(0.0, (1 / 54 + 1 / 102) ** 0.5, 22).high
    assert found.dispersion < 1
    assert np.log(found.publicity[0].high / found.publicity[0].value) == pytest.approx(exact, rel=1e-6)


@given(triangles())
def test_completeness_is_the_chain_ladder_of_development_factors(told):
    weeks, delays = told.shape
    up_to = np.cumsum(told, axis=1)
    factors = [up_to[: weeks - d, d].sum() / up_to[: weeks - d, d - 1].sum() for d in range(1, delays)]
    shares = [1 / np.prod(factors[d:]) for d in range(delays)]
    found = telling.completeness(told)
    assert found.by_delay == pytest.approx(np.array(shares), rel=ROUNDING)
    assert found.by_week == pytest.approx(np.array([shares[min(weeks - 1 - t, delays - 1)] for t in range(weeks)]))


@given(triangles(), st.integers(2, 9))
def test_completeness_has_no_unit_and_ends_at_one(told, times):
    found = telling.completeness(told)
    assert telling.completeness(told * times).by_week == pytest.approx(found.by_week, rel=ROUNDING)
    assert found.by_delay[-1] == found.by_week[0] == 1.0
    assert np.all(np.diff(found.by_delay) >= -ROUNDING)


def test_where_nobody_tells_at_once_weeks_wait_for_their_first_telling():
    # everything is told two weeks later: of weeks seen for less nothing is known
    found = telling.completeness([[0, 0, 4], [0, 0, 5], [0, 0, 3], [0, 0, 0], [0, 0, 0]])
    assert found.by_delay == pytest.approx([0, 0, 1])
    assert found.by_week == pytest.approx([1, 1, 1, 0, 0])


def test_weeks_seen_are_those_told_of_nearly_whole():
    happened, told, n = [10, 11, 12, 12, 13], [10, 11, 12, 13, 13], [4, 4, 3, 1, 4]
    found = telling.seen(happened, told, n)
    # one of the four of week 12 came a week later; of 12 told by then in weeks seen for one week, 1: 11/12 at once
    assert (found.first, found.opened, found.withheld) == (10, 10, 4)
    assert found.counts == pytest.approx([4, 4, 4])
    assert telling.seen(happened, told, n, least=0.9).withheld == 0
    assert telling.seen(happened, told, n, least=0.9).complete == pytest.approx([1, 1, 1, 11 / 12])


def test_delays_of_what_happened_before_anyone_told_say_nothing_of_the_habit():
    # telling began in week 30 and reached far back; since then all is told at once
    weeks = np.arange(40)
    found = telling.seen(weeks, np.maximum(weeks, 30), np.full(40, 3))
    assert (len(found.counts), found.opened, found.withheld) == (40, 30, 0)
    assert found.complete == pytest.approx(np.ones(40))


def test_a_canvass_after_everything_leaves_no_week_waiting():
    found = telling.seen([1, 2, 5], [9, 9, 12], [2, 2, 2])
    assert found.counts == pytest.approx([2, 2, 0, 0, 2])
    assert found.withheld == 0


def test_a_known_habit_of_delay_is_found():
    rng, weeks, habit = np.random.default_rng(3), 400, np.array([0.5, 0.3, 0.15, 0.05])
    told = rng.poisson(50 * habit, (weeks, 4))
    week, delay = np.indices(told.shape)
    found = telling.completeness(np.where(week + delay < weeks, told, 0))
    # 20,000 encounters: four standard errors of a share
    assert found.by_delay == pytest.approx(np.cumsum(habit), abs=0.015)
    assert found.by_week[-2:] == pytest.approx([0.8, 0.5], abs=0.015)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: telling.steps([1, 2, 3, 4], [0]), "inside a list"),
        (lambda: telling.steps([1, 2, 3, 4], []), "inside a list"),
        (lambda: telling.steps([1] * 9, [4], change=2), "cannot separate"),
        (lambda: telling.steps([1] * 9, [4], change=4), "cannot separate"),
        (lambda: telling.steps([0, 0, 0, 4, 3, 5, 6], [3]), "without events"),
        (lambda: telling.completeness([[1, 2, 3], [1, 2, 0]]), "no more than weeks"),
        (lambda: telling.completeness([[1, 2], [1, 2]]), "2 encounters told after"),
        (lambda: telling.completeness([[0, 0], [4, 0]]), "seen for 1 weeks"),
        (lambda: telling.seen([], [], []), "no encounters"),
        (lambda: telling.seen([3], [2], [1]), "before they happened"),
        (lambda: telling.completeness([[1, -2], [1, 0]]), "negative"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
