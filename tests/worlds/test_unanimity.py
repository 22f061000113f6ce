"""Worlds of telling: a group that tells as others do seldom looks surprising, and one that tells more is told so.

Counts are drawn here, without tables; a few whole tables go through `weigh`. Each commit runs 100 worlds, nightly runs
1,000 (METHODS 1.3).
"""

import math
from datetime import date

import ibis
import numpy as np
import pytest

from evenhand.maths import unanimity
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer
from evenhand.weigh.methods.unanimity import Tellers, Unanimity, roster_law, share_law, smallest_visible

NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
LEVEL = 0.05
SHARES = {"ASIAN": 0.08, "BLACK": 0.2, "HISPANIC": 0.12, "MENA": 0.05, "AIAN": 0.05, "WHITE": 0.5}


def allowed(level: float, worlds: int) -> float:
    """METHODS 1.3: the level and its Monte Carlo allowance."""
    return level + 1.645 * math.sqrt(level * (1 - level) / worlds)


def told_more(p: float, w: float) -> float:
    """The share among tellers of a group that is p of those at risk and w times as likely to tell."""
    return p * w / (p * w + 1 - p)


def headline(x: int, k: int, p: float, **settings) -> float:
    chosen = Unanimity(("BLACK",), "Black people", (p,), "planted", **settings)
    return chosen.assess(Tellers(k, x, x)).headline.value


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize(("k", "p"), [(6, 0.25), (12, 0.3), (40, 0.3), (200, 0.1)])
def test_equal_stopping_and_telling_seldom_look_surprising(k: int, p: float, worlds: int) -> None:
    x = np.random.default_rng(k).binomial(k, p, worlds)
    chances = np.array([share_law(p).chance(int(each), k) for each in x])
    assert np.mean(chances <= LEVEL) <= allowed(LEVEL, worlds)
    # the two say the same: a ratio above 1 is a chance under the level
    ratios = np.array([headline(int(each), k, p) for each in x])
    assert np.array_equal(ratios > 1, chances < LEVEL)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("w", [1.25, 2.0, 6.0])
@pytest.mark.parametrize(("k", "p"), [(6, 0.25), (40, 0.3), (200, 0.1)])
def test_the_tipping_ratio_seldom_exceeds_how_much_more_the_group_told(k: int, p: float, w: float, worlds: int) -> None:
    """No race in the stops, telling w times as likely: at most w in 95 % of worlds or more."""
    x = np.random.default_rng(k).binomial(k, told_more(p, w), worlds)
    over = np.mean([headline(int(each), k, p) > w for each in x])
    assert over <= allowed(LEVEL, worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("odds", [1.0, 3.0])
def test_on_a_roster_it_seldom_exceeds_the_odds_ratio_of_telling(odds: float, worlds: int) -> None:
    """60 members and 140 others tell by chance, members with higher odds: Fisher's law, given how many told."""
    rng = np.random.default_rng(7)
    other = 0.06
    member = odds * other / (1 - other + odds * other)
    over = []
    for _ in range(worlds):
        x = int(rng.binomial(60, member))
        k = x + int(rng.binomial(140, other))
        over.append(k > 0 and roster_law(60, 200).tipping(x, k, level=LEVEL) > odds)
    assert np.mean(over) <= allowed(LEVEL, worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
def test_a_group_chosen_because_it_was_unanimous_is_a_surprise_too_often_unless_all_looked_at_are_counted(
    worlds,
) -> None:
    """Listed: of six groups the one with the least chance is reported; counted as one it alarms in far too many."""
    rng = np.random.default_rng(3)
    alone, counted = [], []
    for _ in range(worlds):
        told = rng.multinomial(30, list(SHARES.values()))
        chances = [unanimity.tail(int(x), 30, p) for x, p in zip(told, SHARES.values(), strict=True)]
        best = int(np.argmin(chances))
        p = list(SHARES.values())[best]
        alone.append(chances[best] <= LEVEL)
        counted.append(share_law(p, len(SHARES)).chance(int(told[best]), 30) <= LEVEL)
        assert (headline(int(told[best]), 30, p, groups_looked_at=6) > 1) == counted[-1]
    assert np.mean(counted) <= allowed(LEVEL, worlds)
    assert np.mean(alone) > 2 * LEVEL


def test_who_tells_more_and_not_who_is_stopped_more_is_enough_to_alarm() -> None:
    """Listed, and what the ratio is for: stops blind to race and telling 3 times as likely alarm in most worlds."""
    x = np.random.default_rng(5).binomial(40, told_more(0.3, 3), 100)
    alarms = [share_law(0.3).chance(int(each), 40) <= LEVEL for each in x]
    assert np.mean(alarms) > 0.8
    assert np.mean([headline(int(each), 40, 0.3) > 3 for each in x]) <= allowed(LEVEL, 100)


def test_a_share_at_risk_named_too_small_alarms_too_often_and_the_range_says_so() -> None:
    """Listed: a census share of 0.2 where 0.35 are at risk; the range that holds 0.35 reaches no surprise."""
    x = np.random.default_rng(6).binomial(40, 0.35, 100)
    assert np.mean([headline(int(each), 40, 0.2) > 1 for each in x]) > 0.5
    ranged = Unanimity(("BLACK",), "Black people", (0.2, 0.275, 0.35), "planted")
    low = [ranged.assess(Tellers(40, int(each), int(each))).headline.low for each in x]
    assert np.mean([each > 1 for each in low]) <= allowed(LEVEL, 100)


def test_the_smallest_visible_ratio_is_seen_in_four_worlds_of_five() -> None:
    """METHODS 1.3: within 5 points of the share called, in 400 worlds."""
    p, k = 0.3, 60
    printed = smallest_visible(k, share_law(p), LEVEL)
    x = np.random.default_rng(11).binomial(k, told_more(p, printed), 400)
    called = [headline(int(each), k, p) > 1 for each in x]
    assert np.mean(called) == pytest.approx(0.80, abs=0.05)


def tellings(rng, k: int, p: float, times: int, linked: bool) -> Evidence:
    """k encounters, the group a share p; each of the group's is told so many times, by name of the encounter or not."""
    rows = [
        {
            "report_id": f"r{encounter}-{again}",
            "encounter_id": f"e{encounter}" if linked else f"e{encounter}-{again}",
            "reported_on": date(2026, 2, 1 + again),
            "race_self": ["BLACK"] if inside else ["WHITE"],
        }
        for encounter, inside in enumerate(rng.random(k) < p)
        for again in range(times if inside else 1)
    ]
    schema = {"report_id": "string", "encounter_id": "string", "reported_on": "date", "race_self": "array<string>"}
    return Evidence(None, (), reports=ibis.memtable(rows, schema=schema))


def test_one_encounter_told_four_times_counts_once_and_unlinked_would_alarm() -> None:
    """Duplicates planted: the group's encounters are passed on and told four times each, the others' once."""
    chosen = Unanimity(("BLACK",), "Black people", (0.3,), "planted")
    alarms = {True: [], False: []}
    for linked, alarmed in alarms.items():
        for seed in range(10):
            answer = chosen.weigh(tellings(np.random.default_rng(seed), 30, 0.3, 4, linked)).answer
            assert isinstance(answer, Answer)
            alarmed.append(answer.headline.value > 1)
    assert sum(alarms[True]) <= 2
    assert sum(alarms[False]) >= 9
