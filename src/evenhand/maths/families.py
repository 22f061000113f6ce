"""Families of risk: the search rate and hit rate that follow from risks and one threshold.

Each stopped person has a risk of carrying contraband; officers search above a threshold t. With Beta risks
the two rates have closed forms (Simoiu, Corbett-Davies and Goel 2017). Two groups can show the same two
rates under opposite thresholds: the reason no single family is ever believed alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

Floats = NDArray[np.float64]


class Rates(NamedTuple):
    """Search rate among the stopped and hit rate among the searched, arrays of one shape."""

    search: Floats
    hit: Floats


def beta_rates(phi: ArrayLike, lam: ArrayLike, threshold: ArrayLike) -> Rates:
    """Search and hit rate of risks Beta(lam phi, lam (1 - phi)) searched above `threshold`; arrays broadcast.

    Simoiu, Corbett-Davies and Goel (2017): search = 1 - I_t(a, b), hit = a/(a + b) (1 - I_t(a + 1, b))/(1 -
    I_t(a, b)). Raises ValueError unless 0 < phi < 1, lam > 0, 0 <= threshold < 1, and where the threshold
    leaves nobody to search.
    """
    mean, total, t = (np.asarray(part, dtype=np.float64) for part in (phi, lam, threshold))
    if not (np.all((mean > 0) & (mean < 1)) and np.all((total > 0) & np.isfinite(total))):
        raise ValueError(f"mean risks {mean} with sizes {total}: means must lie inside 0 to 1 and sizes be positive")
    if not np.all((t >= 0) & (t < 1)):
        raise ValueError(f"thresholds {t}: they must lie in 0 to 1, 1 itself not included")
    a, b = total * mean, total * (1 - mean)
    search = np.asarray(betaincc(a, b, t), dtype=np.float64)
    if np.any(search <= 0):
        raise ValueError(f"{int(np.sum(search <= 0))} thresholds leave nobody to search: the hit rate has no base")
    return Rates(search, np.asarray(mean * betaincc(a + 1, b, t) / search, dtype=np.float64))
