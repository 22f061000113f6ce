"""Recording: what share of told encounters does the agency's own record show?

Of the encounters told, a share p is linked to a record. Linking finds a share s of those that have one, and
links a share f of those that have none: p = r s + (1 - r) f, so r = (p - f)/(s - f) (Rogan and Gladen 1978). s
and f come from pairs reviewed with the truth known. The share never recorded is 1 - r.

f is the chance that an encounter without a record is linked to some record all the same; it is **not** the
share of links that are false, which also depends on r. Blind to who tells, and to the wrong agency, which
looks like no record.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from evenhand.maths.corners import Ends
from evenhand.maths.intervals import Interval


@dataclass(frozen=True, slots=True)
class Review:
    """What clerical review found: `found` of `recorded` pairs known true, `linked` of `unrecorded` known to have none.

    Raises ValueError unless each is a count out of a positive total and linking tells the two apart.
    """

    found: int
    recorded: int
    linked: int
    unrecorded: int

    def __post_init__(self) -> None:
        for count, total in ((self.found, self.recorded), (self.linked, self.unrecorded)):
            if not (0 <= count <= total and total > 0):
                raise ValueError(f"{count} of {total} reviewed: give a count between 0 and a positive total")
        _apart(self.s, self.f)

    @property
    def s(self) -> float:
        """Share of true pairs that linking finds."""
        return self.found / self.recorded

    @property
    def f(self) -> float:
        """Share of encounters without a record that linking links all the same."""
        return self.linked / self.unrecorded


class Recorded(NamedTuple):
    """Share recorded with its interval; `undefined` counts draws in which linking told nothing apart."""

    value: float
    low: float
    high: float
    undefined: int


def share(linked: int, told: int, s: float, f: float) -> float:
    """r = (p - f)/(s - f), p = linked/told, truncated to 0 to 1 (Rogan and Gladen 1978).

    Raises ValueError unless 0 <= linked <= told, told > 0 and 0 <= f < s <= 1.

    >>> round(share(40, 60, 0.9, 0.05), 6)
    0.72549

    """
    return _truncated(_share(linked, told, s, f))


def delta(linked: int, told: int, review: Review, confidence: float = 0.95) -> Interval:
    """Share recorded with its delta interval over p, s and f together, truncated to 0 to 1.

    Variance (p(1 - p)/M + r^2 s(1 - s)/n_s + (1 - r)^2 f(1 - f)/n_f)/(s - f)^2 (Rogan and Gladen 1978). Where p, s
    and f are all 0 or 1 it has no width: read `drawn`. Raises ValueError as `share`.
    """
    r, p = _share(linked, told, review.s, review.f), linked / told
    variance = (
        p * (1 - p) / told
        + r**2 * review.s * (1 - review.s) / review.recorded
        + (1 - r) ** 2 * review.f * (1 - review.f) / review.unrecorded
    )
    reach = float(ndtri(1 - _tail(confidence))) * math.sqrt(variance) / (review.s - review.f)
    return Interval(_truncated(r), _truncated(r - reach), _truncated(r + reach))


def drawn(
    linked: int, told: int, review: Review, draws: int = 10_000, seed: int = 0, confidence: float = 0.95
) -> Recorded:
    """Share recorded with a percentile interval over draws of p, s and f together, truncated to 0 to 1.

    A parametric bootstrap (Efron and Tibshirani 1993) whose shares are drawn from Beta(x + 1/2, n - x + 1/2), so
    that counts of none and of all still leave doubt (Brown, Cai and DasGupta 2001). A draw in which s is not
    above f is counted beyond both ends. Raises ValueError as `share`, and when so many are that an end is
    unknown.
    """
    value, tail = share(linked, told, review.s, review.f), _tail(confidence)
    if draws < 1:
        raise ValueError(f"{draws} draws: give 1 or more, such as 10,000")
    rng = np.random.default_rng(seed)
    pairs = ((linked, told), (review.found, review.recorded), (review.linked, review.unrecorded))
    p, s, f = (rng.beta(count + 0.5, total - count + 0.5, draws) for count, total in pairs)
    known = s > f
    r = (p - f) / np.where(known, s - f, 1)
    low = np.quantile(np.where(known, r, -np.inf), tail, method="lower")
    high = np.quantile(np.where(known, r, np.inf), 1 - tail, method="higher")
    undefined = int(np.sum(~known))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"in {undefined} of {draws} draws linking tells nothing apart: review more pairs")
    return Recorded(value, _truncated(float(low)), _truncated(float(high)), undefined)


def bounds(linked: int, undecided: int, told: int, s: float, f: float) -> Ends:
    """Share recorded with every undecided pair out, and with every one in (Manski 1989). ValueError as `share`."""
    if undecided < 0:
        raise ValueError(f"{undecided} undecided: give a count of 0 or more")
    return Ends(share(linked, told, s, f), share(linked + undecided, told, s, f))


def _share(linked: int, told: int, s: float, f: float) -> float:
    if not (0 <= linked <= told and told > 0):
        raise ValueError(f"{linked} of {told} told are linked: give a count between 0 and a positive total")
    _apart(s, f)
    return (linked / told - f) / (s - f)


def _apart(s: float, f: float) -> None:
    if not 0 <= f < s <= 1:
        raise ValueError(f"linking finds {s:g} of true pairs and {f:g} of others: it must find more of the true")


def _truncated(r: float) -> float:
    return min(max(r, 0.0), 1.0)


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: it must lie between 0 and 1, such as 0.95")
    return (1 - confidence) / 2
