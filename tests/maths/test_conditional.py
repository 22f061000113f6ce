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


def test_one_stratum_is_the_exact_ratio_of_two_rates() -> None:
    ours = conditional.common_rate_ratio([9], [80], [3], [150])
    # 1e-9: Clopper and Pearson's limits by way of the beta law
    assert ours == pytest.approx(intervals.rate_ratio(9, 80, 3, 150), rel=1e-9)


def test_limits_of_the_rate_ratio_leave_the_stated_tail_over_strata() -> None:
    """The group's events are a sum of binomials given each stratum's events: every way of it is counted."""
    x1, e1, x0, e0 = (3, 2, 1), (6.0, 50.0, 7.0), (1, 4, 2), (7.0, 40.0, 60.0)
    ours = conditional.common_rate_ratio(x1, e1, x0, e0)

    def tail(ratio: float, at_least: bool) -> float:
        found = 0.0
        for chosen in itertools.product(*(range(a + b + 1) for a, b in zip(x1, x0, strict=True))):
            chance = 1.0
            for k, a, b, f, g in zip(chosen, x1, x0, e1, e0, strict=True):
                share = ratio * f / (ratio * f + g)
                chance *= math.comb(a + b, k) * share**k * (1 - share) ** (a + b - k)
            found += chance * (sum(chosen) >= 6 if at_least else sum(chosen) <= 6)
        return found

    assert tail(ours.low, at_least=True) == pytest.approx(0.025, abs=1e-9)
    assert tail(ours.high, at_least=False) == pytest.approx(0.025, abs=1e-9)


def test_past_so_many_events_the_limits_are_normal_and_close_to_exact() -> None:
    ours = conditional.common_rate_ratio([1_500], [8_000], [1_600], [15_000])
    exact = intervals.rate_ratio(1_500, 8_000, 1_600, 15_000)
    assert ours.value == pytest.approx(exact.value)
    # 2e-3: what an exact interval adds at 3,100 events
    assert ours[1:] == pytest.approx(exact[1:], rel=2e-3)


def test_all_events_on_one_side_leave_one_exact_limit_and_firths_value() -> None:
    """One stratum in closed form: (0.025)^(1/9) is the share's limit, and Firth's penalty adds half an event a side."""
    ours = conditional.common_rate_ratio([9], [80], [0], [150])
    share = 0.025 ** (1 / 9)
    assert ours.low == pytest.approx(share / (1 - share) * 150 / 80)
    assert ours.value == pytest.approx(9.5 / 0.5 * 150 / 80)

    def penalised(ratio: float) -> float:
        at = ratio * 80 / (ratio * 80 + 150)
        return 9 * math.log(at) + math.log(9 * at * (1 - at)) / 2

    # half the chi-square quantile at 95 %, one degree of freedom
    assert penalised(ours.value) - penalised(ours.high) == pytest.approx(3.841459 / 2, abs=1e-6)
    turned = conditional.common_rate_ratio([0], [150], [9], [80])
    assert turned == pytest.approx((1 / ours.value, 1 / ours.high, 1 / ours.low))


def test_the_one_limit_of_the_odds_ratio_leaves_the_stated_tail() -> None:
    x1, n1, n0 = [3, 2], [6, 5], [7, 4]
    low = conditional.odds_ratio_limit(x1, n1, [0, 0], n0)
    chance = 1.0
    for events, group, reference in zip(x1, n1, n0, strict=True):
        ways = [math.comb(group, k) * math.comb(reference, events - k) * low**k for k in range(events + 1)]
        chance *= ways[-1] / sum(ways)
    assert chance == pytest.approx(0.025, abs=1e-9)
    assert conditional.odds_ratio_limit([0, 0], n0, x1, n1) == pytest.approx(1 / low)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: conditional.common_rate_ratio([0], [80], [0], [150]), "none of 1 strata has events"),
        (lambda: conditional.common_rate_ratio([3], [80], [1], [0]), "where both have exposure"),
        (lambda: conditional.odds_ratio_limit([3], [6], [1], [7]), "3 of 4 events"),
        (lambda: conditional.odds_ratio_limit([6], [6], [0], [0]), "nothing to compare"),
    ],
)
def test_what_has_no_ratio_is_refused_in_a_sentence(call, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
