"""The exact common odds ratio against one table, against counting by hand, and against its own definition."""

import itertools
import math

import numpy as np
import pytest

from evenhand.maths import conditional, intervals


def test_one_stratum_is_the_exact_odds_ratio_of_one_table() -> None:
    ours = conditional.common_odds_ratio([12], [40], [5], [37])
    # 1e-9: both walk to the same root
    assert ours == pytest.approx(intervals.exact_odds_ratio(12, 28, 5, 32), rel=1e-9)


def test_limits_leave_the_stated_tail_when_every_way_is_counted() -> None:
    """The tails at the limits, from every table of the margins enumerated: 2.5 % each."""
    x1, n1, x0, n0 = [3, 2, 4], [6, 5, 7], [1, 2, 1], [7, 4, 6]
    ours = conditional.common_odds_ratio(x1, n1, x0, n0)

    def tail(odds: float, at_least: bool) -> float:
        margins = list(zip(np.add(x1, x0), n1, n0, strict=True))
        total = {}
        for chosen in itertools.product(*(range(m + 1) for m, _, _ in margins)):
            ways = math.prod(
                math.comb(g, k) * math.comb(r, m - k) for k, (m, g, r) in zip(chosen, margins, strict=True)
            )
            total[sum(chosen)] = total.get(sum(chosen), 0.0) + ways * odds ** sum(chosen)
        part = sum(weight for k, weight in total.items() if (k >= 9 if at_least else k <= 9))
        return part / sum(total.values())

    # 1e-9: the root is found to 1e-13 in the log odds
    assert tail(ours.low, at_least=True) == pytest.approx(0.025, abs=1e-9)
    assert tail(ours.high, at_least=False) == pytest.approx(0.025, abs=1e-9)
    assert ours.low < ours.value < ours.high


def test_swapping_the_groups_inverts_the_ratio() -> None:
    ours = conditional.common_odds_ratio([3, 2, 4], [6, 5, 7], [1, 2, 1], [7, 4, 6])
    turned = conditional.common_odds_ratio([1, 2, 1], [7, 4, 6], [3, 2, 4], [6, 5, 7])
    assert (turned.value, turned.low, turned.high) == pytest.approx((1 / ours.value, 1 / ours.high, 1 / ours.low))


def test_strata_of_one_group_change_nothing() -> None:
    ours = conditional.common_odds_ratio([3, 2], [6, 5], [1, 2], [7, 4])
    more = conditional.common_odds_ratio([3, 2, 9], [6, 5, 30], [1, 2, 0], [7, 4, 0])
    assert more == pytest.approx(ours)


def test_an_end_of_the_margins_has_no_finite_ratio() -> None:
    with pytest.raises(ValueError, match="0 events"):
        conditional.common_odds_ratio([0, 0], [6, 5], [1, 2], [7, 4])


def test_more_events_than_it_is_for_are_an_error() -> None:
    with pytest.raises(ValueError, match="2500 events"):
        conditional.common_odds_ratio([1500], [3000], [1000], [3000])
