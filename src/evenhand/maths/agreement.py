"""Agreement: do coders who read apart read the same thing?

Krippendorff's alpha, 1 - Do/De from the matrix of coincidences (Krippendorff 2011; 2019, chapter 12): 1 where
coders always agree, 0 where they agree as often as codes drawn from one hat. A missing code is a row that is
not there. Units are drawn anew for the interval (Efron 1979).

Blind to a reading that the coders share and that is wrong. Where nobody ever disagrees the interval has no
width, whatever the number of units.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


class Alpha(NamedTuple):
    """Alpha with its percentile interval; `undefined` counts draws of units in which all codes were alike."""

    value: float
    low: float
    high: float
    draws: int
    undefined: int


@dataclass(frozen=True, slots=True)
class Codes:
    """How often each value was given to each unit: `counts` has a row a unit that two coders or more coded.

    `values` are sorted, one a column. `coders` counts those who took part in a pair, `alone` the units that
    one coder alone coded, which say nothing of agreement.
    """

    values: NDArray[np.generic]
    counts: Floats
    coders: int
    alone: int


def read(coder: ArrayLike, unit: ArrayLike, value: ArrayLike) -> Codes:
    """Codes from three columns of one length, a row a code; order never matters.

    Raises ValueError for a single coder, a coder who coded a unit twice, a value that is no number (leave the
    row out) or no unit with two codes.
    """
    columns = [np.asarray(column) for column in (coder, unit, value)]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError(f"columns of shapes {[column.shape for column in columns]}: give one row a code")
    if columns[2].dtype.kind == "f" and not np.all(np.isfinite(columns[2])):
        raise ValueError(
            f"{int(np.sum(~np.isfinite(columns[2])))} codes are not numbers: leave a missing code's row out"
        )
    coders, by_coder = np.unique(columns[0], return_inverse=True)
    units, by_unit = np.unique(columns[1], return_inverse=True)
    values, by_value = np.unique(columns[2], return_inverse=True)
    if len(coders) < 2:
        raise ValueError(f"{len(coders)} coder: agreement needs at least 2 who coded apart")
    repeats = len(by_unit) - len(np.unique(by_unit * len(coders) + by_coder))
    if repeats:
        raise ValueError(f"{repeats} codes repeat a coder and a unit: keep one of each")
    counts = np.zeros((len(units), len(values)))
    np.add.at(counts, (by_unit, by_value), 1)
    paired = counts.sum(axis=1) > 1
    if not paired.any():
        raise ValueError(f"none of {len(units)} units has codes by two coders: there is no pair to compare")
    took_part = len(np.unique(by_coder[paired[by_unit]]))
    return Codes(values, counts[paired], took_part, int(np.sum(~paired)))


def coincidences(codes: Codes) -> Floats:
    """How often values c and k met within a unit, each unit of m codes weighing m; shape (values, values).

    Krippendorff (2011): sum over units of n_c (n_k - [c = k])/(m - 1).
    """
    return np.asarray(_by_unit(codes.counts).sum(axis=0))


def alpha(codes: Codes, metric: Metric = "nominal") -> float:
    """1 - Do/De, observed over expected disagreement (Krippendorff 2011).

    Raises ValueError when all codes are alike, which leaves De = 0; for metrics other than nominal when values
    are not numbers, for ratio when one is negative.
    """
    found = _alphas(coincidences(codes)[None], _difference(codes, metric))[0]
    if not np.isfinite(found):
        raise ValueError(f"all {int(codes.counts.sum())} codes are alike: with no variation alpha is unknown")
    return float(found)


def bootstrap(
    codes: Codes, metric: Metric = "nominal", draws: int = 2000, seed: int = 0, confidence: float = 0.95
) -> Alpha:
    """Alpha with a percentile interval over units drawn anew (Efron 1979).

    A draw in which all codes are alike has no alpha: it is counted beyond both ends. Raises ValueError as
    `alpha`, and when so many draws have none that an end is unknown.
    """
    if not (0 < confidence < 1 and draws > 0):
        raise ValueError(f"{draws} draws at confidence {confidence}: expected 1 or more, and inside 0 to 1")
    value, difference = alpha(codes, metric), _difference(codes, metric)
    # units coded alike are drawn together, how many of each: the same law, and few kinds where units are many
    kinds, times = np.unique(codes.counts, axis=0, return_counts=True)
    rng, units = np.random.default_rng(seed), len(codes.counts)
    weights = rng.multinomial(units, times / units, size=draws).astype(np.float64)
    found = _alphas(np.tensordot(weights, _by_unit(kinds), axes=1), difference)
    known = np.isfinite(found)
    tail = (1 - confidence) / 2
    low = np.quantile(np.where(known, found, -np.inf), tail, method="lower")
    high = np.quantile(np.where(known, found, np.inf), 1 - tail, method="higher")
    undefined = int(np.sum(~known))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"{undefined} of {draws} draws of units have no variation: too rare a value for an interval")
    return Alpha(value, float(low), float(high), draws, undefined)


def raw_agreement(codes: Codes) -> float:
    """Share of pairs of codes within units that are alike, each unit of m codes weighing m: 1 - Do, nominal."""
    met = coincidences(codes)
    return float(np.trace(met) / met.sum())


def prevalence(codes: Codes, value: object) -> float:
    """Share of the codes in pairs that are `value`; 0 where nobody gave it."""
    return float(codes.counts[:, codes.values == value].sum() / codes.counts.sum())


def _by_unit(counts: Floats) -> Floats:
    """Each unit's own coincidences, shape (units, values, values), from how often each value was given to it."""
    met = counts[:, :, None] * counts[:, None, :]
    met[:, np.arange(counts.shape[1]), np.arange(counts.shape[1])] -= counts
    return np.asarray(met / (counts.sum(axis=1) - 1)[:, None, None])


def _alphas(met: Floats, difference: Callable[[Floats], Floats]) -> Floats:
    """Alpha of each matrix of coincidences, shape (draws, values, values); infinite where De is 0."""
    of_value = met.sum(axis=2)
    total = of_value.sum(axis=1)
    squared = difference(of_value)
    observed = np.sum(met * squared, axis=(1, 2)) / total
    # values drawn from one hat without putting back
    expected = np.sum(of_value[:, :, None] * of_value[:, None, :] * squared, axis=(1, 2)) / (total * (total - 1))
    varies = expected > 0
    return np.where(varies, 1 - observed / np.where(varies, expected, 1), np.inf)


def _difference(codes: Codes, metric: Metric) -> Callable[[Floats], Floats]:
    """The squared difference of values c and k (Krippendorff 2011), given how often each value occurs."""
    if metric == "nominal":
        unlike = 1 - np.eye(len(codes.values))
        return lambda of_value: unlike[None]
    if codes.values.dtype.kind not in "iuf":
        raise ValueError("values that are no numbers: only the nominal metric compares them")
    if metric == "ordinal":
        return _ordinal
    at = codes.values.astype(np.float64)
    apart = at[:, None] - at[None, :]
    if metric == "ratio":
        if at[0] < 0:
            raise ValueError(f"a value of {at[0]:g}: the ratio metric needs values of 0 or more")
        together = at[:, None] + at[None, :]
        apart = apart / np.where(together > 0, together, 1)
    return lambda of_value: (apart**2)[None]


def _ordinal(of_value: Floats) -> Floats:
    """Codes ranked between two values, half of each end's own."""
    rank = np.cumsum(of_value, axis=1) - of_value / 2
    return np.asarray((rank[:, :, None] - rank[:, None, :]) ** 2)
