"""Rates over exposure: two groups' counts against those who could have been counted, place by place.

A place's own level of activity is taken out by a Poisson model with an effect a place, which is, given the
place's total, a binomial model with an offset (McCullagh and Nelder 1989). Counts of stops clump, so two
errors stand beside each other and the wider is used: quasi-Poisson (Wedderburn 1974), right where clumping
grows with the count, and a delete-one-place jackknife (Tukey 1958), right however places clump. All places
together the ratio is exact given the total (Przyborowski and Wilenski 1940). Counts alone: Garwood (1936).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from evenhand.maths import intervals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Places:
    """Events of both sides, events of unknown side and exposures of both, one entry a place.

    Raises ValueError unless all have one length, none is negative and all are finite.
    """

    names: tuple[str, ...]
    group: Floats
    reference: Floats
    unknown: Floats
    exposure_group: Floats
    exposure_reference: Floats

    def __post_init__(self) -> None:
        for column in (self.group, self.reference, self.unknown, self.exposure_group, self.exposure_reference):
            if column.shape != (len(self.names),) or not np.all(np.isfinite(column)) or np.any(column < 0):
                raise ValueError(f"{len(self.names)} places: each needs one count and one exposure, none negative")

    @property
    def shared(self) -> NDArray[np.bool_]:
        """Places where both sides have exposure: the others say nothing of the ratio."""
        return np.asarray((self.exposure_group > 0) & (self.exposure_reference > 0))

    @property
    def null_share(self) -> Floats:
        """The group's share of each place's exposure, which is its share of events when rates are equal."""
        return np.asarray(self.exposure_group / (self.exposure_group + self.exposure_reference))

    @property
    def smaller(self) -> int:
        """Events of the smaller side where both have exposure."""
        return int(min(self.group[self.shared].sum(), self.reference[self.shared].sum()))

    @property
    def informative(self) -> NDArray[np.bool_]:
        """Places of shared exposure that have events: what the ratio inside places rests on."""
        return np.asarray(self.shared & (self.group + self.reference > 0))

    def as_one(self) -> "Places":
        """All places added up."""
        columns = (self.group, self.reference, self.unknown, self.exposure_group, self.exposure_reference)
        return Places(("all",), *(column.sum(keepdims=True) for column in columns))

    def only(self, kept: NDArray[np.bool_]) -> "Places":
        """The places flagged in `kept`."""
        names = tuple(name for name, keep in zip(self.names, kept, strict=True) if keep)
        columns = (self.group, self.reference, self.unknown, self.exposure_group, self.exposure_reference)
        return Places(names, *(column[kept] for column in columns))


class RateRatio(NamedTuple):
    """A ratio of rates with its interval, t on `df`; errors are of its log and `se` is the wider of the two.

    `se_jackknife` is None where all events of a side are in one place: without that place there is no ratio.
    """

    value: float
    low: float
    high: float
    se: float
    se_quasi: float
    se_jackknife: float | None
    dispersion: float
    df: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio in two views: inside places, and of all places as one; a single place has only the latter."""

    inside: RateRatio | None
    together: intervals.Interval

    @property
    def headline(self) -> intervals.Interval:
        """Inside places where there are several, else exact."""
        return self.together if self.inside is None else intervals.Interval(*self.inside[:3])

    @property
    def dispersion(self) -> float:
        """X^2 over its degrees of freedom; 1, the Poisson law's own, where one place shows none."""
        return 1.0 if self.inside is None else self.inside.dispersion


class Tipping(NamedTuple):
    """Share of the unknown events at which the ratio is 1; between the ends it cannot be told from 1."""

    share: float
    low: float
    high: float


def unexposed(places: Places) -> list[tuple[str, str, int]]:
    """Cells that have events without exposure: place, side, events. A rate over nothing is no rate."""
    sides = (("group", places.group, places.exposure_group), ("reference", places.reference, places.exposure_reference))
    return [
        (places.names[at], side, int(events[at]))
        for side, events, exposure in sides
        for at in np.flatnonzero((events > 0) & (exposure <= 0))
    ]


def together(places: Places, confidence: float = 0.95) -> intervals.Interval:
    """Ratio of rates of all places as one, exact given the total. ValueError as `intervals.rate_ratio`."""
    return intervals.rate_ratio(
        int(places.group.sum()),
        float(places.exposure_group.sum()),
        int(places.reference.sum()),
        float(places.exposure_reference.sum()),
        confidence,
    )


def by_place(places: Places, confidence: float = 0.95) -> RateRatio:
    """Ratio of rates inside places: n_ge ~ Poisson(E_ge exp(alpha_e + beta_g)), alpha absorbed.

    Raises ValueError with fewer than two places of shared exposure that have events, or without a finite
    ratio.
    """
    kept = places.only(places.informative)
    count, n1, n0 = len(kept.names), int(kept.group.sum()), int(kept.reference.sum())
    if count < 2 or n1 == 0 or n0 == 0:
        raise ValueError(
            f"{count} places with events and exposure of both, {n1} events against {n0}: a ratio inside places needs "
            "at least 2 places and events on both sides"
        )
    log_ratio = float(_log_ratios(kept, np.ones((1, count)))[0])
    left_over, information = _slope(kept, np.array([log_ratio]))
    dispersion = float(np.sum(left_over**2 / information)) / (count - 1)
    se_quasi = float(np.sqrt(dispersion / information.sum()))
    se_jackknife = _jackknife(kept)
    se = max(se_quasi, se_jackknife or 0.0)
    ends = np.exp(intervals.student(log_ratio, se, count - 1, confidence))
    value, low, high = (float(end) for end in ends)
    return RateRatio(value, low, high, se, se_quasi, se_jackknife, dispersion, count - 1)


def ratio(places: Places, confidence: float = 0.95) -> Ratio:
    """Both views of the ratio. ValueError as `by_place` and `together`."""
    inside = by_place(places, confidence) if len(places.names) > 1 else None
    return Ratio(inside, together(places, confidence))


def shares(places: Places) -> tuple[float, float]:
    """The group's share of both sides' events, and of both sides' exposure, all places together."""
    one = places.as_one()
    return float(one.group[0] / (one.group[0] + one.reference[0])), float(one.null_share[0])


def unknown_to_group(places: Places) -> Places:
    """Every event of unknown side counted to the group, where the group has exposure."""
    return replace(places, group=places.group + places.unknown * (places.exposure_group > 0))


def unknown_to_reference(places: Places) -> Places:
    """Every event of unknown side counted to the reference, where the reference has exposure."""
    return replace(places, reference=places.reference + places.unknown * (places.exposure_reference > 0))


def tipping_share(places: Places, dispersion: float = 1.0, confidence: float = 0.95) -> Tipping:
    """Share q of the unknown that, counted to the group, makes the ratio of all places together 1.

    q = (E1 (n0 + U) - E0 n1)/(U (E1 + E0)) (METHODS 4.1). Below 0 the ratio stays above 1 however the unknown
    are split, above 1 it stays below. The ends are where the group's count leaves the range expected at
    equal rates. Raises ValueError without unknown events.
    """
    return tipping_share_by_place(places.as_one(), dispersion, confidence)


def tipping_share_by_place(places: Places, dispersion: float = 1.0, confidence: float = 0.95) -> Tipping:
    """As `tipping_share` for the ratio inside places, the same share q in each.

    The likelihood's slope at a ratio of 1 is n1 + q U - sum of null share times events; q makes it 0.
    """
    kept = places.only(places.shared)
    unknown = float(kept.unknown.sum())
    if unknown == 0:
        raise ValueError("no event of unknown side where both have exposure: there is no share to tip")
    events = kept.group + kept.reference + kept.unknown
    share = float(np.sum(kept.null_share * events) - kept.group.sum()) / unknown
    spread = float(np.sqrt(dispersion * np.sum(events * kept.null_share * (1 - kept.null_share)))) / unknown
    return Tipping(*intervals.normal(share, spread, confidence))


def leave_one_out(places: Places) -> dict[str, float]:
    """The ratio inside places without each place in turn, by the place left out.

    Places that hold all events of a side are passed over. Raises ValueError with fewer than three places
    that have events and exposure of both.
    """
    kept = places.only(places.informative)
    if len(kept.names) < 3:
        raise ValueError(f"{len(kept.names)} places with events and exposure of both: leaving one out needs 3")
    log_ratios = _log_ratios(kept, 1 - np.eye(len(kept.names)))
    pairs = zip(kept.names, log_ratios, strict=True)
    return {name: float(np.exp(log_ratio)) for name, log_ratio in pairs if np.isfinite(log_ratio)}


def count(events: int, confidence: float = 0.95) -> intervals.Interval:
    """A Poisson count with its exact interval (Garwood 1936). Raises ValueError for a negative count.

    >>> [round(end, 3) for end in count(10)]
    [10.0, 4.795, 18.39]

    """
    if events < 0 or not 0 < confidence < 1:
        raise ValueError(f"{events} events at confidence {confidence}: expected 0 or more, and inside 0 to 1")
    tail = (1 - confidence) / 2
    low = float(gammaincinv(events, tail)) if events else 0.0
    return intervals.Interval(float(events), low, float(gammaincinv(events + 1, 1 - tail)))


def _jackknife(places: Places) -> float | None:
    """Delete-one-place standard error of the log ratio; None where a place holds all events of a side."""
    left_out = _log_ratios(places, 1 - np.eye(len(places.names)))
    if not np.all(np.isfinite(left_out)):
        return None
    count = len(left_out)
    return float(np.sqrt((count - 1) / count * np.sum((left_out - left_out.mean()) ** 2)))


def _log_ratios(places: Places, kept: Floats) -> Floats:
    """Log ratio of each row of `kept`, flags of places: where the likelihood's slope is 0, infinite without a side.

    The slope falls all the way, so Newton's steps are held between ends that close in on its root.
    """
    n1, n0 = kept @ places.group, kept @ places.reference
    finite = (n1 > 0) & (n0 > 0)
    found = np.where(n1 > 0, np.inf, -np.inf)
    flags = kept[finite]
    # at a log ratio of 40 even a place a million times more of one side than of the other is all but decided
    low, high = np.full(len(flags), -40.0), np.full(len(flags), 40.0)
    at = np.zeros(len(flags))
    for _ in range(200):
        left_over, information = _slope(places, at)
        slope = np.sum(flags * left_over, axis=1)
        low, high = np.where(slope > 0, at, low), np.where(slope > 0, high, at)
        step = at + slope / np.maximum(np.sum(flags * information, axis=1), 1e-300)
        move = np.where((step > low) & (step < high), step, (low + high) / 2)
        if np.all(np.abs(move - at) < 1e-12):
            break
        at = move
    found[finite] = at
    return found


def _slope(places: Places, log_ratio: Floats) -> tuple[Floats, Floats]:
    """What each place's group count is above its expectation, and its binomial variance: one row a log ratio."""
    odds = np.exp(log_ratio)[:, None] * places.exposure_group
    share = odds / (odds + places.exposure_reference)
    events = places.group + places.reference
    return places.group - events * share, events * share * (1 - share)
