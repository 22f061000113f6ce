"""What a difference after the stop can mean, if some of the group's stops were made because of race.

Printed beside every number about searches, hits, arrests and force (METHODS 4.8). Two readings stand side
by side and the data cannot choose: the plain difference is already the effect among people stopped
(Gaebler, Cai, Basse, Shroff, Goel and Hill 2022), or it is off by what the racial stops hide (Knox, Lowe
and Mummolo 2020), here at every share of racial stops from 0 to 0.9.
"""

from typing import NamedTuple

from evenhand.maths import selection
from evenhand.terms.result import Series

# twentieths from 0 to 0.9 (METHODS 4.8)
SHARES = tuple(step / 20 for step in range(19))


class Recorded(NamedTuple):
    """Share of stops that reach the record, by side; the mean outcome of the others lies in [low, high]."""

    group: float
    reference: float
    low: float = 0.0
    high: float = 1.0


class Corners(NamedTuple):
    """The ends of both means, and the group's share of all stops, recorded or not."""

    e1: selection.Bounds
    e0: selection.Bounds
    p1: float


def selection_sweep(
    e1: float,
    e0: float,
    p1: float,
    veil_ratio: float | None = None,
    recorded: Recorded | None = None,
    shares: tuple[float, ...] = SHARES,
) -> Series:
    """Effect of race on the outcome among people stopped, at each share rho of racial stops in the group's.

    e1, e0: mean outcome in stops of the group, of the reference, in [0, 1]; p1: the group's share of those
    stops. Columns `rho`, `att` (among the group's stops), `ate_low`, `ate_high` (among all stops) and `mark`:
    "veil" on the one row where rho = 1 - 1/veil_ratio (see `veil_mark`), which is a mark and not an estimate.
    Where stops go unrecorded (`recorded`) the ends are those of the worst corner, and `att_low`, `att_high`
    stand beside `att`. Raises ValueError outside those ranges.
    """
    mark = veil_mark(veil_ratio, shares)
    shares = tuple(sorted({*shares, *([] if mark is None else [mark])}))
    corners = at_corners(e1, e0, p1, recorded)
    bounds = [average_effect(corners, rho) for rho in shares]
    columns: dict[str, tuple[float | str | None, ...]] = {
        "rho": shares,
        "att": tuple(selection.effect_among_stopped(e1, e0, rho) for rho in shares),
        "ate_low": tuple(bound.low for bound in bounds),
        "ate_high": tuple(bound.high for bound in bounds),
        "mark": tuple("veil" if rho == mark else None for rho in shares),
    }
    if recorded is not None:
        ends = [effect_on_group(corners, rho) for rho in shares]
        columns |= {"att_low": tuple(end.low for end in ends), "att_high": tuple(end.high for end in ends)}
    return Series("selection_sweep", columns, _reading(e1, e0))


def veil_mark(veil_ratio: float | None, shares: tuple[float, ...] = SHARES) -> float | None:
    """The share of racial stops that a veil ratio K implies, 1 - 1/K; None where that is not on the sweep."""
    if veil_ratio is None or veil_ratio <= 1:
        return None
    mark = 1 - 1 / veil_ratio
    return mark if mark <= max(shares) else None


def at_corners(e1: float, e0: float, p1: float, recorded: Recorded | None = None) -> Corners:
    """Both means as ranges (Manski 1989) and the group's share of all stops, once unrecorded stops count.

    Raises ValueError unless the means and p1 lie in [0, 1] and the recorded shares in (0, 1].
    """
    if recorded is None:
        return Corners(selection.Bounds(e1, e1), selection.Bounds(e0, e0), p1)
    if not (0 < recorded.group <= 1 and 0 < recorded.reference <= 1):
        raise ValueError(f"recorded {recorded.group} and {recorded.reference}: shares above 0 and up to 1 are expected")
    group, reference = p1 / recorded.group, (1 - p1) / recorded.reference
    return Corners(
        selection.with_recording(e1, recorded.group, recorded.low, recorded.high),
        selection.with_recording(e0, recorded.reference, recorded.low, recorded.high),
        group / (group + reference),
    )


def effect_on_group(corners: Corners, rho: float) -> selection.Bounds:
    """Range of the effect among the group's stops over the corners; it rises in e1 and falls in e0."""
    low = selection.effect_among_stopped(corners.e1.low, corners.e0.high, rho)
    return selection.Bounds(low, selection.effect_among_stopped(corners.e1.high, corners.e0.low, rho))


def average_effect(corners: Corners, rho: float) -> selection.Bounds:
    """Widest bounds of the effect among all stops over the corners; both ends rise in e1 and fall in e0."""
    low = selection.average_effect_bounds(corners.e1.low, corners.e0.high, corners.p1, rho).low
    return selection.Bounds(low, selection.average_effect_bounds(corners.e1.high, corners.e0.low, corners.p1, rho).high)


def _reading(e1: float, e0: float) -> str:
    turns = selection.sign_change(e1, e0)
    if turns is not None:
        return (
            f"The plain difference is {e1 - e0:+.3f}. Read as it stands, that is the effect among people stopped. If "
            f"more than {turns:.0%} of the group's stops were made because of race, its sign turns."
        )
    return (
        f"The plain difference is {e1 - e0:+.3f}. Read as it stands, that is the effect among people stopped. If some "
        "of the group's stops were made because of race, the effect among the group's stops is higher."
    )
