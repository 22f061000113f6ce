"""Unanimity: how surprising is it that x of the k who told belong to one group?

If members are a share p of those at risk and tell as readily as others, x is binomial; where everyone stands
on a roster it is hypergeometric. If members are w times as likely to tell, their share among tellers is
q = pw/(pw + 1 - p) (Bayes); the smallest q that makes x unsurprising is the lower limit of Clopper and
Pearson (1934), and w = q(1 - p)/(p(1 - q)). On a roster the law is Fisher's noncentral hypergeometric
(Fisher 1935) and w is an odds ratio of telling.

`p` is the share of those at risk, never the census share; nobody knows it exactly, so callers give a range
and print a table. `groups_looked_at` multiplies the chance and divides the level (Bonferroni; Dunn 1961):
had another group been unanimous, that would have been told instead.
"""

import math
from bisect import bisect_right
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, logsumexp

Floats = NDArray[np.float64]
Chance = Callable[[int, int], float]


def tail(x: int, k: int, p: float, groups_looked_at: int = 1) -> float:
    """P(X >= x) among k tellers when members are a share p of those at risk, times the groups looked at, at most 1.

    Binomial. Raises ValueError unless 0 <= x <= k, k > 0, 0 < p < 1 and groups_looked_at >= 1.

    >>> round(tail(6, 6, 0.25), 8)
    0.00024414

    """
    _hold(x, k, groups_looked_at)
    _hold_share(p)
    chance = 1.0 if x == 0 else float(betainc(x, k - x + 1, p))
    return min(1.0, groups_looked_at * chance)


def tail_from_roster(x: int, k: int, members: int, total: int, groups_looked_at: int = 1) -> float:
    """P(X >= x) among k tellers of a roster of `total` with so many `members`, times the groups, at most 1.

    Hypergeometric, in whole numbers until the last division. Raises ValueError where the roster cannot have
    given these tellers.
    """
    _hold(x, k, groups_looked_at)
    _hold_roster(x, k, members, total)
    ways = sum(math.comb(members, i) * math.comb(total - members, k - i) for i in range(x, min(k, members) + 1))
    return min(1.0, groups_looked_at * (ways / math.comb(total, k)))


def tipping_ratio(x: int, k: int, p: float, level: float = 0.05, groups_looked_at: int = 1) -> float:
    """How many times as likely to tell members must be for x of k to have a tail of `level`.

    w = q(1 - p)/(p(1 - q)), q the one-sided lower limit of Clopper and Pearson (1934), level^(1/k) when x = k.
    At most 1 where x is not surprising to begin with. ValueError as `tail`, or for a level outside 0 to 1.

    >>> round(tipping_ratio(6, 6, 0.25), 4)
    4.6329

    """
    _hold(x, k, groups_looked_at)
    _hold_share(p)
    q = float(betaincinv(x, k - x + 1, _level(level, groups_looked_at))) if x else 0.0
    return q * (1 - p) / (p * (1 - q))


def tipping_ratio_from_roster(
    x: int, k: int, members: int, total: int, level: float = 0.05, groups_looked_at: int = 1
) -> float:
    """Odds ratio of telling, members over others, at which x of k from the roster has a tail of `level`.

    Fisher's noncentral hypergeometric law (Fisher 1935). It is a ratio of odds: where most of a roster told,
    the ratio of chances is nearer 1. It is 0.0 where k leaves no fewer than x members at any odds. ValueError
    as `tail_from_roster`, or for a level outside 0 to 1.
    """
    _hold(x, k, groups_looked_at)
    _hold_roster(x, k, members, total)
    at = np.arange(max(0, k - (total - members)), min(k, members) + 1, dtype=np.float64)
    if x == at[0]:
        return 0.0
    ways = -(gammaln(at + 1) + gammaln(members - at + 1) + gammaln(k - at + 1) + gammaln(total - members - k + at + 1))
    target = _level(level, groups_looked_at)

    def above(log_odds: float) -> float:
        weights = ways + at * log_odds
        return math.exp(logsumexp(weights[at >= x]) - logsumexp(weights)) - target

    return math.exp(_root(above))


def invented_to_undo(x: int, k: int, chance: Chance, level: float = 0.05) -> int:
    """Fewest of the x reports which, had they been invented, leave a tail above `level`; 0 if it is above already.

    `chance(x, k)` is the tail, such as `partial(tail, p=0.25)`. One taken out makes both x and k one less,
    which never lowers the tail. Raises ValueError unless 0 <= x <= k; what `chance` raises passes through.
    """
    _hold(x, k)
    return bisect_right(range(x), level, key=lambda invented: chance(x - invented, k - invented))


def untold_to_undo(x: int, k: int, chance: Chance, level: float = 0.05, most: int = 1_000_000) -> int:
    """Fewest untold encounters of other groups which, had they been told, lift the tail above `level`.

    `chance(x, k)` as in `invented_to_undo`; one more told makes k one more. `most` is how many there can be:
    on a roster, its other members less the k - x who told. Raises ValueError where even `most` do not lift
    it.
    """
    _hold(x, k)
    untold = bisect_right(range(most + 1), level, key=lambda untold: chance(x, k + untold))
    if untold > most:
        raise ValueError(f"{x} of {k}: even {most} untold encounters of other groups leave the tail at most {level}")
    return untold


def _hold(x: int, k: int, groups_looked_at: int = 1) -> None:
    if not (0 <= x <= k and k > 0):
        raise ValueError(f"{x} of {k} who told: x must lie between 0 and k, and somebody must have told")
    if groups_looked_at < 1:
        raise ValueError(f"{groups_looked_at} groups looked at: count at least the one reported on")


def _hold_share(p: float) -> None:
    if not 0 < p < 1:
        raise ValueError(f"share at risk {p}: it must lie inside 0 to 1, give the range of what it may be")


def _hold_roster(x: int, k: int, members: int, total: int) -> None:
    if not (0 < members < total and x <= members and k - x <= total - members):
        raise ValueError(
            f"{x} of {k} tellers against {members} of {total} on the roster: the roster must hold both kinds, and "
            "all who told"
        )


def _level(level: float, groups_looked_at: int) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level {level}: it must lie inside 0 to 1, such as 0.05")
    return level / groups_looked_at


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of the log odds is 0."""
    from scipy.optimize import brentq

    reach = 1.0
    # 600 is short of exp's overflow; no roster of people comes near it
    while reach < 600 and not rising(-reach) < 0 < rising(reach):
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=1e-13))
