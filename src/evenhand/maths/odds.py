"""One odds ratio across strata: whether there is one, how large, and whether the strata share it.

Test: Cochran (1954), Mantel and Haenszel (1959); exact given all margins (Gart 1970) where counts are too
thin for it by the rule of Mantel and Fleiss (1980). Ratio: Mantel and Haenszel's, variance of Robins, Breslow
and Greenland (1986). Likeness of strata: Breslow and Day (1980), Tarone (1985).

Everywhere x1 of n1 is the group and x0 of n0 the reference, one entry a stratum.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from evenhand.maths import conditional
from evenhand.maths.corners import Counts
from evenhand.maths.intervals import normal

Floats = NDArray[np.float64]

# Mantel and Fleiss (1980): the normal law serves when the sum can move this far either way.
MANTEL_FLEISS = 5.0


class ChiSquare(NamedTuple):
    """A chi-square statistic with its degrees of freedom and p."""

    statistic: float
    df: int
    p: float


class Likeness(NamedTuple):
    """Do strata share one odds ratio? Breslow and Day's test, plain and with Tarone's correction."""

    plain: ChiSquare
    tarone: ChiSquare


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """One odds ratio over strata with its interval; `exact` where counts were too thin for the normal law."""

    value: float
    low: float
    high: float
    exact: bool


def cmh(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> ChiSquare:
    """Test that no stratum has a difference, against one that all share; no continuity correction.

    Cochran (1954), Mantel and Haenszel (1959). Raises ValueError when no stratum has both groups and both
    outcomes.
    """
    cells = _informative(x1, n1, x0, n0)
    statistic = float(np.sum(cells.x1 - _expected(cells))) ** 2 / float(np.sum(_variance(cells)))
    return ChiSquare(statistic, 1, float(chdtrc(1, statistic)))


def exact_p(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> float:
    """Two-sided exact p of the same hypothesis: sums as likely as the one seen, or less, given all margins.

    As R's `mantelhaen.test(exact = TRUE)`; in one stratum Fisher's exact test. Raises ValueError as `cmh`.
    """
    from scipy.stats import hypergeom

    cells = _informative(x1, n1, x0, n0)
    law, first = np.ones(1), 0
    for group, reference, events in zip(cells.n1, cells.n0, cells.x1 + cells.x0, strict=True):
        at = np.arange(max(0, events - reference), min(group, events) + 1)
        law = np.convolve(law, hypergeom.pmf(at, group + reference, events, group))
        first += int(at[0])
    seen = law[int(cells.x1.sum()) - first]
    # R's allowance for sums whose probabilities are equal but for rounding
    return min(1.0, float(law[law <= seen * (1 + 1e-7)].sum()))


def sparse(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> bool:
    """Whether counts are too thin for the normal law of `cmh`: the rule of Mantel and Fleiss (1980).

    The group's expected events must be 5 or more from the least and the most the margins allow. Raises
    ValueError as `cmh`.
    """
    cells = _informative(x1, n1, x0, n0)
    events, expected = cells.x1 + cells.x0, float(_expected(cells).sum())
    least = float(np.maximum(0, events - cells.n0).sum())
    most = float(np.minimum(cells.n1, events).sum())
    return min(expected - least, most - expected) < MANTEL_FLEISS


def odds_ratio(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, confidence: float = 0.95) -> OddsRatio:
    """Odds ratio common to the strata: Mantel and Haenszel's, or exact where `sparse`.

    Variance of the log: Robins, Breslow and Greenland (1986). Exact: `conditional.common_odds_ratio`. Raises
    ValueError as `cmh`, or where the ratio has no finite end.
    """
    if sparse(x1, n1, x0, n0):
        return OddsRatio(*conditional.common_odds_ratio(x1, n1, x0, n0, confidence), exact=True)
    cells = _informative(x1, n1, x0, n0)
    ends = np.exp(normal(math.log(_mantel_haenszel(cells)), _robins(cells), confidence))
    value, low, high = (float(end) for end in ends)
    return OddsRatio(value, low, high, exact=False)


def breslow_day(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Likeness:
    """Do strata share one odds ratio? Breslow and Day (1980), and with Tarone's (1985) correction.

    Needs a few expected events in each stratum; a small p speaks against one ratio for all. Raises
    ValueError with fewer than two strata that have both groups and both outcomes, or no finite ratio.
    """
    cells = _informative(x1, n1, x0, n0)
    if len(cells.n1) < 2:
        raise ValueError(f"{len(cells.n1)} stratum has both groups and both outcomes: likeness needs 2")
    fitted = _at_odds(cells, _mantel_haenszel(cells))
    events = cells.x1 + cells.x0
    variance = 1 / (1 / fitted + 1 / (cells.n1 - fitted) + 1 / (events - fitted) + 1 / (cells.n0 - events + fitted))
    left_over, df = cells.x1 - fitted, len(cells.n1) - 1
    plain = float(np.sum(left_over**2 / variance))
    tarone = plain - float(left_over.sum()) ** 2 / float(variance.sum())
    return Likeness(ChiSquare(plain, df, float(chdtrc(df, plain))), ChiSquare(tarone, df, float(chdtrc(df, tarone))))


def _expected(cells: Counts) -> Floats:
    """The group's expected events where the rates of a stratum are equal."""
    return cells.n1 * (cells.x1 + cells.x0) / (cells.n1 + cells.n0)


def _variance(cells: Counts) -> Floats:
    """Hypergeometric variance of the group's events."""
    total, events = cells.n1 + cells.n0, cells.x1 + cells.x0
    return cells.n1 * cells.n0 * events * (total - events) / (total**2 * (total - 1))


def _cross(cells: Counts) -> tuple[Floats, Floats]:
    """Each stratum's part of the two sums whose ratio is the odds ratio."""
    total = cells.n1 + cells.n0
    return cells.x1 * (cells.n0 - cells.x0) / total, cells.x0 * (cells.n1 - cells.x1) / total


def _mantel_haenszel(cells: Counts) -> float:
    upper, lower = (float(part.sum()) for part in _cross(cells))
    if upper == 0 or lower == 0:
        raise ValueError(f"cross products {upper:g} and {lower:g}: the odds ratio has no finite ends")
    return upper / lower


def _robins(cells: Counts) -> float:
    """Robins, Breslow and Greenland (1986): standard error of the log odds ratio."""
    upper, lower = _cross(cells)
    r, s = float(upper.sum()), float(lower.sum())
    like = (cells.x1 + cells.n0 - cells.x0) / (cells.n1 + cells.n0)
    variance = (
        float(like @ upper) / (2 * r**2)
        + float(like @ lower + (1 - like) @ upper) / (2 * r * s)
        + float((1 - like) @ lower) / (2 * s**2)
    )
    return math.sqrt(variance)


def _at_odds(cells: Counts, ratio: float) -> Floats:
    """The group's events at which each stratum, its margins kept, has just this odds ratio."""
    events = cells.x1 + cells.x0
    middle = ratio * (cells.n1 + events) + cells.n0 - events
    root = np.sqrt(middle**2 - 4 * (ratio - 1) * ratio * cells.n1 * events)
    return np.asarray(2 * ratio * cells.n1 * events / (middle + root), dtype=np.float64)


def _informative(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Counts:
    """Strata with both groups and both outcomes: the margins of the others leave nothing to compare."""
    parts = [np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (x1, n1, x0, n0)]
    if len({part.shape for part in parts}) != 1 or parts[0].ndim != 1:
        raise ValueError(f"counts of shapes {[part.shape for part in parts]}: give one entry a stratum")
    cells = Counts(*parts)
    if not (np.all((cells.x1 >= 0) & (cells.x1 <= cells.n1)) and np.all((cells.x0 >= 0) & (cells.x0 <= cells.n0))):
        raise ValueError("a stratum has events outside 0 to its total: each count must lie between")
    events = cells.x1 + cells.x0
    kept = (cells.n1 > 0) & (cells.n0 > 0) & (events > 0) & (events < cells.n1 + cells.n0)
    if not kept.any():
        raise ValueError(f"none of {len(kept)} strata has both groups and both outcomes: nothing to compare")
    return Counts(*(part[kept] for part in cells))
