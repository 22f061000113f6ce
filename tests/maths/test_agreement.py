"""Agreement against the definition written out pair by pair, and against what must hold of it."""

import math
from collections import Counter, defaultdict
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evenhand.maths import agreement

# the same sums in another order
ROUNDING = 1e-9
METRICS = ("nominal", "ordinal", "interval", "ratio")


def difference(metric, c, k, seen):
    """The squared difference of two values, as Krippendorff (2011) writes it."""
    if metric == "nominal":
        return float(c != k)
    if metric == "ordinal":
        between = sum(count for value, count in seen.items() if min(c, k) <= value <= max(c, k))
        return (between - (seen[c] + seen[k]) / 2) ** 2 if c != k else 0.0
    if metric == "interval":
        return float((c - k) ** 2)
    return ((c - k) / (c + k)) ** 2 if c + k else 0.0


def slow_alpha(rows, metric):
    """1 - Do/De by listing every ordered pair of codes: within units, and of all codes with each other."""
    units = defaultdict(list)
    for _, unit, value in rows:
        units[unit].append(value)
    units = [codes for codes in units.values() if len(codes) > 1]
    every = [value for codes in units for value in codes]
    seen = Counter(every)
    observed = sum(
        difference(metric, c, k, seen) / (len(codes) - 1) for codes in units for c, k in permutations(codes, 2)
    )
    expected = sum(difference(metric, c, k, seen) for c, k in permutations(every, 2)) / (len(every) - 1)
    return 1 - observed / expected


@st.composite
def sheets(draw):
    """Rows of coder, unit, value with codes missing, two coders or more and two values or more in pairs."""
    coders, units = draw(st.integers(2, 4)), draw(st.integers(2, 8))
    code = st.one_of(st.none(), st.integers(0, 3))
    rows = [(c, u, value) for c in range(coders) for u in range(units) if (value := draw(code)) is not None]
    paired = [row for row in rows if sum(other[1] == row[1] for other in rows) > 1]
    assume(len({value for _, _, value in paired}) > 1)
    return rows


def read(rows):
    return agreement.read(*zip(*rows, strict=True))


@given(sheets(), st.sampled_from(METRICS))
def test_alpha_is_what_listing_every_pair_finds(rows, metric):
    assert agreement.alpha(read(rows), metric) == pytest.approx(slow_alpha(rows, metric), abs=ROUNDING)


@given(sheets(), st.sampled_from(METRICS), st.randoms())
def test_order_and_names_of_coders_and_units_never_matter(rows, metric, random):
    names = random.sample("abcdefgh", 8)
    other = [(f"coder {9 - c}", names[u], value) for c, u, value in random.sample(rows, len(rows))]
    assert agreement.alpha(read(other), metric) == pytest.approx(agreement.alpha(read(rows), metric), abs=ROUNDING)


@given(sheets())
def test_renaming_values_leaves_nominal_alpha(rows):
    other = [(c, u, "wxyz"[3 - value]) for c, u, value in rows]
    assert agreement.alpha(read(other)) == pytest.approx(agreement.alpha(read(rows)), abs=ROUNDING)


@given(sheets(), st.floats(0.1, 10), st.floats(-5, 5))
def test_the_interval_metric_ignores_unit_and_origin_and_the_ratio_metric_the_unit(rows, unit, origin):
    moved = [(c, u, unit * value + origin) for c, u, value in rows]
    scaled = [(c, u, unit * value) for c, u, value in rows]
    assert agreement.alpha(read(moved), "interval") == pytest.approx(agreement.alpha(read(rows), "interval"), abs=1e-7)
    assert agreement.alpha(read(scaled), "ratio") == pytest.approx(agreement.alpha(read(rows), "ratio"), abs=1e-7)


@given(sheets())
def test_units_coded_once_add_nothing_but_their_count(rows):
    plain, more = read(rows), read([*rows, (0, "once", 2)])
    assert agreement.alpha(more) == pytest.approx(agreement.alpha(plain), abs=ROUNDING)
    assert (more.alone, more.coders) == (plain.alone + 1, plain.coders)


@given(sheets())
def test_merging_two_values_never_lowers_raw_agreement(rows):
    merged = [(c, u, min(value, 2)) for c, u, value in rows]
    assert agreement.raw_agreement(read(merged)) >= agreement.raw_agreement(read(rows)) - ROUNDING


def test_two_coders_agree_in_the_share_of_units_they_agree_in():
    rows = [(c, u, value) for u, pair in enumerate(["11", "10", "00", "00"]) for c, value in enumerate(pair)]
    codes = read(rows)
    assert agreement.raw_agreement(codes) == pytest.approx(0.75, abs=ROUNDING)
    assert (agreement.prevalence(codes, "1"), agreement.prevalence(codes, "9")) == (3 / 8, 0)
    assert agreement.coincidences(codes).tolist() == [[4, 1], [1, 2]]


def test_perfect_agreement_is_one_and_coders_who_always_differ_are_below_zero():
    alike = [(c, u, u % 3) for c in range(3) for u in range(9)]
    apart = [(c, u, (u + c) % 2) for c in range(2) for u in range(10)]
    assert agreement.alpha(read(alike)) == 1.0
    assert agreement.alpha(read(apart)) < 0


def coded(rng, units, rate, error):
    """Two coders who each read a yes/no truth wrongly at a known rate."""
    truth = rng.random(units) < rate
    first, second = (np.where(rng.random(units) < error, ~truth, truth).astype(int) for _ in range(2))
    unit = np.arange(units)
    return agreement.read(np.repeat([0, 1], units), np.append(unit, unit), np.append(first, second))


def test_coders_of_known_error_have_the_alpha_that_follows():
    rate, error, units = 0.4, 0.08, 200_000
    yes = rate * (1 - error) + (1 - rate) * error
    expected = 1 - 2 * error * (1 - error) / (2 * yes * (1 - yes))
    # four standard errors of alpha at this many units
    assert agreement.alpha(coded(np.random.default_rng(4), units, rate, error)) == pytest.approx(expected, abs=0.008)


def test_the_interval_covers_the_alpha_of_known_coders():
    rate, error = 0.4, 0.08
    yes = rate * (1 - error) + (1 - rate) * error
    truth = 1 - error * (1 - error) / (yes * (1 - yes))
    worlds = 200
    inside = 0
    for world in range(worlds):
        found = agreement.bootstrap(coded(np.random.default_rng(world), 200, rate, error), draws=400, seed=world)
        inside += found.low <= truth <= found.high
    # 95 % of 200 less 2.9 standard errors: 90.5 %
    assert inside >= 181


@given(sheets(), st.sampled_from(METRICS), st.integers(0, 99))
@settings(max_examples=30)
def test_the_bootstrap_is_plain_redrawing_of_units(rows, metric, seed):
    codes = read(rows)
    rng, size = np.random.default_rng(seed), len(codes.counts)
    # units coded alike are one kind: redrawing units is drawing how many of each kind
    kinds = sorted({tuple(unit) for unit in codes.counts.tolist()})
    share = [codes.counts.tolist().count(list(kind)) / size for kind in kinds]
    drawn = rng.multinomial(size, share, size=40)
    found = []
    for draw in drawn:
        again = agreement.Codes(codes.values, np.repeat(np.array(kinds), draw, axis=0), codes.coders, 0)
        try:
            found.append(agreement.alpha(again, metric))
        except ValueError:
            found.append(math.inf)
    known = [value for value in found if value < math.inf]
    try:
        ours = agreement.bootstrap(codes, metric, draws=40, seed=seed)
    except ValueError:
        assert len(known) < len(found)
        return
    assert ours.undefined == len(found) - len(known)
    # 40 draws: the lower end is the first value in order, counted from 0
    below = sorted([*([-math.inf] * ours.undefined), *known])
    assert ours.low == pytest.approx(below[0], abs=ROUNDING)
    assert ours.high == pytest.approx(sorted(found)[-1], abs=ROUNDING)


def test_the_same_seed_gives_the_same_interval():
    codes = coded(np.random.default_rng(1), 120, 0.3, 0.1)
    assert agreement.bootstrap(codes, draws=200, seed=5) == agreement.bootstrap(codes, draws=200, seed=5)


def test_a_value_so_rare_that_draws_lose_it_has_no_interval():
    rows = [(c, u, int(u == 0)) for c in range(2) for u in range(120)]
    with pytest.raises(ValueError, match="too rare"):
        agreement.bootstrap(read(rows), draws=200)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: agreement.read([1, 1], [1, 2], [0, 1]), "1 coder:"),
        (lambda: agreement.read([1, 2], [1, 2], [0, 1]), "no pair to compare"),
        (lambda: agreement.read([1, 2, 2], [1, 1, 1], [0, 1, 1]), "repeat a coder"),
        (lambda: agreement.read([1, 2], [1, 1], [0, float("nan")]), "leave a missing code's row out"),
        (lambda: agreement.read([1, 2], [1], [0, 1]), "one row a code"),
        (lambda: agreement.alpha(agreement.read([1, 2], [1, 1], [1, 1])), "no variation"),
        (lambda: agreement.alpha(agreement.read([1, 2], [1, 1], ["a", "b"]), "ordinal"), "only the nominal"),
        (lambda: agreement.alpha(agreement.read([1, 2], [1, 1], [-1, 2]), "ratio"), "0 or more"),
        (lambda: agreement.bootstrap(agreement.read([1, 2], [1, 1], [1, 2]), draws=0), "0 draws"),
    ],
)
def test_impossible_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
