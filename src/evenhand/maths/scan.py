"""Spatial and space-time scan: is there a place, or a place and time, where cases cluster beyond chance?

Kulldorff (1997) for circles and a known population; Kulldorff, Athas, Feuer, Miller and Key (1998) for cylinders;
Kulldorff, Heffernan, Hartman, Assuncao and Mostashari (2005) for the permutation form, which needs no population.
All three compare the cases c in a window with their expectation E, of C cases in all, by

    LLR = c ln(c/E) + (C - c) ln((C - c)/(C - E))   where c > E, else 0,

and expectations add up over areas and days, so that one scan serves them all: they differ in what is expected
and in how chance draws. Counts have shape (areas, days); without time there is one day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, xlogy

from evenhand.maths.circles import Ring

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)

# fewer cases than this in one window are no cluster (SaTScan's default)
FEWEST = 2
# cells, or areas by spans, held at a time: some 30 MB
BLOCK = 4_000_000
# equal windows may come to heights this far apart, relatively, by the order of their sums
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Cluster:
    """A window with more cases than expected.

    `areas` are indices, nearest to the `centre` first; `first` and `last` its days, both counted in.
    `relative_risk` is that inside over that outside, None when every case is inside. `p` is that of the highest
    LLR anywhere, so it is honest for the first cluster and cautious for the others.
    """

    centre: int
    areas: tuple[int, ...]
    first: int
    last: int
    cases: int
    expected: float
    llr: float
    relative_risk: float | None
    p: float


@dataclass(frozen=True, slots=True)
class Scan:
    """Clusters, most unlikely first, no two sharing an area; `highest` holds the largest LLR of each draw of chance."""

    clusters: tuple[Cluster, ...]
    highest: Floats
    cases: int
    windows: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of days: from `first` to `last`, both counted in, one entry a span."""

    first: Integers
    last: Integers


# draws so many counts of cases as they would fall by chance, shape (draws, areas, days)
Chance = Callable[[int, np.random.Generator], Integers]


def spans(days: int, longest: int | None = None, to_the_end: bool = False) -> Spans:
    """Every span of 1 to `longest` days among `days`, or only those that reach the last day.

    `longest` is half of the days if not given, as in SaTScan. Raises ValueError when it is not between 1 and `days`.
    """
    most = max(days // 2, 1) if longest is None else longest
    if not 1 <= most <= days:
        raise ValueError(f"spans of up to {most} days among {days}: give 1 to {days}")
    pairs = [(end - length + 1, end) for end in range(days) for length in range(1, most + 1) if length <= end + 1]
    kept = [pair for pair in pairs if pair[1] == days - 1 or not to_the_end]
    first, last = np.array(kept, dtype=np.int64).T
    return Spans(first, last)


def poisson(
    cases: ArrayLike,
    population: ArrayLike,
    rings: Sequence[Ring],
    when: Spans | None = None,
    draws: int = 999,
    seed: int = 0,
    most: int = 10,
) -> Scan:
    """Scan for windows with more cases than their population would have at one rate throughout.

    Kulldorff (1997). `cases` and `population` have shape (areas,), or (areas, days) with `when`; a population
    (areas,) is held for every day. Chance deals the same number of cases to areas and days in proportion to
    population. `most` clusters at most. Raises ValueError on impossible counts, under 2 cases, or a number of cases
    where nobody lives.
    """
    counts = _counts(cases)
    people = np.asarray(population, dtype=np.float64)
    people = people[:, None] if people.ndim == 1 else people
    if people.shape not in (counts.shape, (len(counts), 1)):
        raise ValueError(f"population of shape {people.shape} for cases of {counts.shape}: give one an area, or a cell")
    people = np.broadcast_to(people, counts.shape)
    if not np.all((people >= 0) & np.isfinite(people)) or not people.sum() > 0:
        raise ValueError("population must be 0 or more in every area, and not 0 in all")
    if stray := int(counts[people == 0].sum()):
        raise ValueError(f"{stray} cases fell where the population is 0: correct the population or leave the areas out")
    share = people / people.sum()
    total = int(counts.sum())

    def deal(number: int, random: np.random.Generator) -> Integers:
        return random.multinomial(total, share.ravel(), size=number).reshape(number, *counts.shape)

    return _scan(counts, total * share, rings, when, deal, draws, seed, most)


def permutation(
    cases: ArrayLike, rings: Sequence[Ring], when: Spans, draws: int = 999, seed: int = 0, most: int = 10
) -> Scan:
    """Scan for windows with more cases than the area's share of all cases times the days' share would give.

    Kulldorff and others (2005): E = sum over areas z and days d of c_z c_d / C. Chance shuffles the days among the
    cases, so that each area and each day keeps its number. Blind to what rises everywhere at once. `cases` has
    shape (areas, days). Raises ValueError on impossible counts or under 2 cases.
    """
    counts = _counts(cases)
    by_area, by_day = counts.sum(axis=1), counts.sum(axis=0)
    area = np.repeat(np.arange(len(by_area)), by_area)
    day = np.repeat(np.arange(len(by_day)), by_day)
    width = counts.size

    def shuffle(number: int, random: np.random.Generator) -> Integers:
        shuffled = random.permuted(np.broadcast_to(day, (number, len(day))), axis=1)
        cell = area * len(by_day) + shuffled + np.arange(number)[:, None] * width
        return np.bincount(cell.ravel(), minlength=number * width).reshape(number, *counts.shape)

    return _scan(counts, np.outer(by_area, by_day) / counts.sum(), rings, when, shuffle, draws, seed, most)


def visible(found: Scan, share: float = 0.1, level: float = 0.05, power: float = 0.8) -> float:
    """Relative risk that a window which holds a `share` of what is expected would have shown with the given power.

    The window must reach the height that chance exceeds in `level` of the draws; given all cases, those inside are
    binomial (Kulldorff 1997). Windows that overlap it may show it too, so the power is at least so high. Raises
    ValueError without draws, for a share outside 0 to 1, or where even all cases inside would not reach it.
    """
    if not (0 < share < 1 and len(found.highest)):
        raise ValueError(f"share {share}, {len(found.highest)} draws: give a share between 0 and 1, and draws")
    likelihood, total = _Likelihood.of(found.cases), found.cases
    # p is at most the level when no more draws than this are as high
    allowed = max(int(level * (1 + len(found.highest))) - 1, 0)
    height = float(np.sort(found.highest)[::-1][allowed]) * (1 + ROUNDING)
    needed = int(likelihood.fewest(np.array([share * total]), height)[0])
    if needed > total:
        raise ValueError(f"{total} cases: even all of them in one window would not be seen")
    inside = float(betaincinv(needed, total - needed + 1, power))
    return inside / (1 - inside) / (share / (1 - share))


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """The LLR of c cases of `total` against an expectation, as a table over c and a slope in c: no logarithm a window.

    LLR = table[c] - c slope - level, with slope ln(E/(C - E)) and level C ln(C - E).
    """

    total: int
    table: Floats

    @classmethod
    def of(cls, total: int) -> "_Likelihood":
        counts = np.arange(total + 1)
        return cls(total, np.asarray(xlogy(counts, counts) + xlogy(total - counts, total - counts), dtype=np.float64))

    def line(self, expected: Floats) -> tuple[Floats, Floats]:
        """Slope and level for each expectation strictly between 0 and the total; others can hold no cluster."""
        inside = np.where((expected > 0) & (expected < self.total), expected, self.total / 2)
        return np.log(inside / (self.total - inside)), self.total * np.log(self.total - inside)

    def value(self, cases: Integers, expected: Floats) -> Floats:
        """LLR of each window, 0 unless it holds 2 cases and more than expected; shapes broadcast."""
        slope, level = self.line(expected)
        more = (cases >= FEWEST) & (cases > expected) & (expected > 0) & (expected < self.total)
        return np.where(more, np.maximum(self.table[cases] - cases * slope - level, 0), 0)

    def fewest(self, expected: Floats, floor: float) -> Integers:
        """The fewest cases with which each window exceeds its expectation and reaches an LLR of `floor`.

        The total + 1 if none do. The LLR rises with c above E, so halving finds it.
        """
        low = np.maximum(np.floor(expected).astype(np.int64) + 1, FEWEST)
        high = np.full_like(low, self.total + 1)
        while np.any(low < high):
            middle = (low + high) // 2
            reaches = self.value(np.minimum(middle, self.total), expected) >= floor
            low, high = np.where(reaches | (low >= high), low, middle + 1), np.where(reaches, middle, high)
        return low


def _scan(
    counts: Integers,
    expected: Floats,
    rings: Sequence[Ring],
    when: Spans | None,
    chance: Chance,
    draws: int,
    seed: int,
    most: int,
) -> Scan:
    times = spans(1) if when is None and counts.shape[1] == 1 else when
    if times is None:
        raise ValueError(f"cases of {counts.shape[1]} days: say which spans of days to look at")
    if max(ring.order.max() for ring in rings) >= len(counts) or times.last.max() >= counts.shape[1]:
        raise ValueError(f"circles or spans reach beyond cases of {len(counts)} areas and {counts.shape[1]} days")
    likelihood = _Likelihood.of(int(counts.sum()))
    foreseen = _by_span(expected[None], times)
    within = [_windows(foreseen, ring)[0] for ring in rings]
    random = np.random.default_rng(seed)
    size = max(1, BLOCK // max(counts.size, len(counts) * len(times.first)))
    highest = np.concatenate(
        [
            _highest(_by_span(chance(min(size, draws - start), random), times), rings, within, likelihood)
            for start in range(0, draws, size)
        ]
        or [np.zeros(0)]
    )
    found = tuple(_clusters(counts, rings, times, within, likelihood, highest, most))
    return Scan(found, highest, likelihood.total, sum(part.size for part in within))


def _by_span(cells: NDArray[Number], times: Spans) -> NDArray[Number]:
    """Sums over each span, shape (draws, areas, spans), of cells (draws, areas, days)."""
    run = np.cumsum(cells, axis=2)
    run = np.concatenate([np.zeros_like(run[:, :, :1]), run], axis=2)
    return np.asarray(run[:, :, times.last + 1] - run[:, :, times.first])


def _windows(by_span: NDArray[Number], ring: Ring) -> NDArray[Number]:
    """Sums over each circle too, shape (draws, circles, spans)."""
    return np.asarray(np.cumsum(by_span[:, ring.order], axis=1)[:, ring.ends])


def _highest(by_span: Integers, rings: Sequence[Ring], within: Sequence[Floats], likelihood: _Likelihood) -> Floats:
    """The largest LLR of each draw.

    Once every draw has reached some height, a window needs so many cases to matter, which is one comparison; only
    those that have them are worked out. None that is left out could change an answer.
    """
    best = np.zeros(len(by_span))
    for ring, expected in zip(rings, within, strict=True):
        cases = _windows(by_span, ring)
        draw, circle, span = np.nonzero(cases >= likelihood.fewest(expected, float(best.min())))
        value = likelihood.value(cases[draw, circle, span], expected[circle, span])
        np.maximum.at(best, draw, value)
    return best


def _clusters(
    counts: Integers,
    rings: Sequence[Ring],
    times: Spans,
    within: Sequence[Floats],
    likelihood: _Likelihood,
    highest: Floats,
    most: int,
) -> Iterator[Cluster]:
    """The highest window, then the highest that shares no area with those before it, and so on."""
    seen_by_span = _by_span(counts[None], times)
    cases = [_windows(seen_by_span, ring)[0] for ring in rings]
    value = [likelihood.value(part, expected) for part, expected in zip(cases, within, strict=True)]
    taken = np.zeros(len(counts), dtype=bool)
    for _ in range(most):
        free = [ring.ends < _first(taken[ring.order]) for ring in rings]
        heights = [float(part[open_].max(initial=0)) for part, open_ in zip(value, free, strict=True)]
        ring = int(np.argmax(heights))
        if heights[ring] <= 0:
            return
        circle, span = np.unravel_index(np.argmax(value[ring] * free[ring][:, None]), value[ring].shape)
        areas = rings[ring].order[: rings[ring].ends[circle] + 1]
        taken[areas] = True
        seen, foreseen = int(cases[ring][circle, span]), float(within[ring][circle, span])
        outside = likelihood.total - seen
        yield Cluster(
            centre=rings[ring].centre,
            areas=tuple(int(area) for area in areas),
            first=int(times.first[span]),
            last=int(times.last[span]),
            cases=seen,
            expected=foreseen,
            llr=heights[ring],
            relative_risk=seen / foreseen / (outside / (likelihood.total - foreseen)) if outside else None,
            p=float((1 + np.sum(highest >= heights[ring] * (1 - ROUNDING))) / (1 + len(highest))),
        )


def _first(taken: NDArray[np.bool_]) -> int:
    """Position of the first True; the length when there is none."""
    return int(np.argmax(taken)) if taken.any() else len(taken)


def _counts(cases: ArrayLike) -> Integers:
    given = np.asarray(cases, dtype=np.float64)
    counts = given[:, None] if given.ndim == 1 else given
    if counts.ndim != 2:
        raise ValueError(f"cases of shape {given.shape}: give (areas,) or (areas, days)")
    if not np.all((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts)):
        raise ValueError("cases must be whole numbers of 0 or more in every area: round them down, and say so")
    if counts.sum() < FEWEST:
        raise ValueError(f"{counts.sum():g} cases: a cluster is at least {FEWEST}")
    return counts.astype(np.int64)
