"""Rates over exposure: two groups' counts against those who could have been counted, place by place.

A place's own level of activity is taken out by a Poisson model with an effect a place (McCullagh and Nelder
1989); clumping widens its interval by the root of Pearson's dispersion (Wedderburn 1974). All places
together the ratio is exact given the total (Przyborowski and Wilenski 1940). Counts alone: Garwood (1936).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from evenhand.maths import intervals, poisson

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
    """A ratio of rates with its interval; `se` is of its log, widened by the root of `dispersion`."""

    value: float
    low: float
    high: float
    se: float
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

    Quasi-Poisson: the model's standard error times the root of X^2/df, limits by Student's t. Raises
    ValueError with fewer than two places of shared exposure that have events, or without a finite ratio.
    """
    kept = places.only(places.informative)
    count = len(kept.names)
    if count < 2 or kept.group.sum() == 0 or kept.reference.sum() == 0:
        raise ValueError(
            f"{count} places with events and exposure of both, {int(kept.group.sum())} events against "
            f"{int(kept.reference.sum())}: a ratio inside places needs at least 2 places and events on both sides"
        )
    fit = poisson.fit(
        np.repeat([1.0, 0.0], count)[:, None],
        np.concatenate([kept.group, kept.reference]),
        np.concatenate([kept.exposure_group, kept.exposure_reference]),
        effect=np.tile(np.arange(count), 2),
    )
    se = float(fit.se_quasi[0])
    ends = np.exp(intervals.student(float(fit.coef[0]), se, fit.df_residual, confidence))
    return RateRatio(float(ends[0]), float(ends[1]), float(ends[2]), se, fit.dispersion, fit.df_residual)


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

    Raises ValueError with fewer than three places that have events and exposure of both.
    """
    informative = np.flatnonzero(places.informative)
    everywhere = np.ones(len(places.names), dtype=np.bool_)
    ratios = {}
    for at in informative:
        kept = everywhere.copy()
        kept[at] = False
        ratios[places.names[at]] = by_place(places.only(kept)).value
    return ratios


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
