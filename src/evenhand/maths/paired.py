"""Pairs: within one encounter, did something change once a fact was known?

Each encounter is its own comparison, so only those that changed speak: better against worse is a fair coin
where knowing made no difference (sign test; Arbuthnott 1710, Conover 1999), and an element seen before and
not after against the reverse is the same test (McNemar 1947, exact). The mid-p form is less cautious
(Lancaster 1961). Many elements: Holm (1979). Release under two circumstances, in separate encounters: ratio
of shares with the score interval of Koopman (1984), which stays honest when everyone was let go.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, chdtri

from evenhand.maths import intervals
from evenhand.maths.intervals import Interval

Floats = NDArray[np.float64]


class SignTest(NamedTuple):
    """Two-sided p, exact and mid-p, and the share better among those that changed with its exact interval."""

    p: float
    p_mid: float
    share: Interval


def sign_test(better: int, worse: int, confidence: float = 0.95) -> SignTest:
    """Are changes for the better as common as for the worse? Counts of encounters; those unchanged say nothing.

    Twice the smaller binomial tail at one half, at most 1; mid-p takes half of the count seen (Lancaster
    1961). The share has the interval of Clopper and Pearson (1934). Raises ValueError where nothing changed.

    >>> round(sign_test(9, 1).p, 6)
    0.021484

    """
    changed = _changed(better, worse)
    fewer = min(better, worse)
    below = float(bdtr(fewer - 1, changed, 0.5)) if fewer else 0.0
    up_to = float(bdtr(fewer, changed, 0.5))
    share = intervals.clopper_pearson(better, changed, confidence)
    return SignTest(min(1.0, 2 * up_to), min(1.0, below + up_to), share)


def mcnemar(before_only: int, after_only: int, confidence: float = 0.95) -> SignTest:
    """Did an element go away once the fact was known? McNemar (1947), exact.

    `before_only` counts encounters with the element before and not after, `after_only` the reverse; the share
    is of the former. Raises ValueError where neither happened.
    """
    return sign_test(before_only, after_only, confidence)


def odds(better: int, worse: int, confidence: float = 0.95) -> Interval:
    """Odds better/worse among encounters that changed, with exact limits (Clopper and Pearson 1934).

    Raises ValueError with none worse, which leaves the odds without an upper end.
    """
    changed = _changed(better, worse)
    if worse == 0:
        raise ValueError(f"{better} better and 0 worse: the odds have no upper limit, give the share instead")
    return Interval(*(end / (1 - end) for end in intervals.clopper_pearson(better, changed, confidence)))


def holm(p: ArrayLike) -> Floats:
    """Adjusted p of a family of tests, in the order given; shape (n,).

    Holm (1979): reject those at most the level, and the chance of any false rejection stays at most the level
    however the tests depend on each other. Raises ValueError unless all lie in 0 to 1.
    """
    raw = np.asarray(p, dtype=np.float64)
    if raw.ndim != 1 or not len(raw) or not np.all((raw >= 0) & (raw <= 1)):
        raise ValueError(f"p values of shape {raw.shape}: give one a test, each in 0 to 1")
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def release_ratio(x: int, n: int, y: int, m: int, confidence: float = 0.95) -> Interval:
    """Ratio of shares let go, x of n under one circumstance over y of m under the other; separate encounters.

    Score interval of Koopman (1984). With x = 0 the low end is 0; with all let go under both the ratio is 1
    and still has a width. Raises ValueError unless both are counts out of positive totals and y > 0.
    """
    if not (0 <= x <= n and 0 < y <= m and n > 0):
        raise ValueError(f"{x} of {n} against {y} of {m}: a ratio needs counts within totals, and at least 1 below")
    bound = float(chdtri(1, 1 - confidence)) if 0 < confidence < 1 else 0.0
    if not bound:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    ratio = (x / n) / (y / m)

    def beyond(log_ratio: float) -> float:
        return _koopman(x, n, y, m, math.exp(log_ratio)) - bound

    # with nobody let go above, any small ratio is inside: 1e-9 stands for 0
    middle = math.log(ratio) if x else -20.0
    low = math.exp(_outwards(beyond, middle, -1)) if x else 0.0
    return Interval(ratio, low, math.exp(_outwards(beyond, middle, 1)))


def _koopman(x: int, n: int, y: int, m: int, ratio: float) -> float:
    """Koopman's (1984) chi-square of x/n and y/m if the first share were `ratio` times the second."""
    middle = ratio * (n + y) + x + m
    # the smaller root of the likelihood's quadratic, in the form that does not cancel
    share = 2 * ratio * (x + y) / (middle + math.sqrt(max(middle**2 - 4 * ratio * (n + m) * (x + y), 0.0)))
    return _pearson(x, n, min(share, 1.0)) + _pearson(y, m, min(share / ratio, 1.0))


def _pearson(x: int, n: int, share: float) -> float:
    """Chi-square of x of n against a share; a share of 1 is reached only where all n were let go."""
    return (x - n * share) ** 2 / (n * share * (1 - share)) if share < 1 else 0.0


def _outwards(beyond: Callable[[float], float], middle: float, direction: int) -> float:
    """The first place on that side of `middle` where `beyond` is 0."""
    from scipy.optimize import brentq

    step = 0.5
    # 300 keeps the ratio's square short of overflow; no share of people comes near it
    while step < 300 and beyond(middle + direction * step) < 0:
        step *= 2
    return float(brentq(beyond, middle, middle + direction * step, xtol=1e-13))


def _changed(better: int, worse: int) -> int:
    if better < 0 or worse < 0 or better + worse == 0:
        raise ValueError(f"{better} better and {worse} worse: a sign test needs encounters that changed")
    return better + worse
