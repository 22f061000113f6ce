"""Worlds of being known: a coin is seldom called a change, and the contrast keeps still where every stop just ends.

Counts are drawn here, without tables. Each commit runs 100 worlds, nightly runs 1,000 (METHODS 1.3).
"""

import math

import numpy as np
import pytest

from evenhand.weigh.methods.recognition import Recognition, Release

NIGHTLY = pytest.param(1_000, marks=pytest.mark.nightly)
LEVEL = 0.05
METHOD = Recognition()


def allowed(level: float, worlds: int) -> float:
    """METHODS 1.3: the level and its Monte Carlo allowance."""
    return level + 1.645 * math.sqrt(level * (1 - level) / worlds)


def assess(rng, changed=30, for_the_better=0.5, known=60, as_officer=0.3, asked=80, on_id=0.3):
    """One world: its estimates by name. Shares let go: of those known as police, of others asked who they are."""
    better = int(rng.binomial(changed, for_the_better))
    release = Release(known, int(rng.binomial(known, as_officer)), asked, int(rng.binomial(asked, on_id)))
    answer = METHOD.assess(better, changed - better, release)
    return {estimate.quantity: estimate for estimate in answer.estimates}


def alarms(found, name):
    return not found[name].low <= 1 <= found[name].high


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("changed", [10, 30, 200])
def test_where_knowing_makes_no_difference_a_change_is_seldom_called(changed: int, worlds: int) -> None:
    rng = np.random.default_rng(changed)
    drawn = [assess(rng, changed) for _ in range(worlds)]
    assert np.mean([found["p"].value <= LEVEL for found in drawn]) <= allowed(LEVEL, worlds)
    assert np.mean([alarms(found, "better_odds") for found in drawn]) <= allowed(LEVEL, worlds)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.97])
def test_the_interval_of_the_share_better_holds_the_planted_one(share: float, worlds: int) -> None:
    rng = np.random.default_rng(17)
    drawn = [assess(rng, 40, share)["share_better"] for _ in range(worlds)]
    # exact intervals only have to exceed; 88 % is METHODS 1.3 for 100 worlds
    assert np.mean([found.low <= share <= found.high for found in drawn]) >= (0.88 if worlds == 100 else 0.93)


@pytest.mark.parametrize("worlds", [100, NIGHTLY])
@pytest.mark.parametrize("let_go", [0.2, 0.6])
def test_where_treatment_improves_with_time_the_odds_alarm_and_the_contrast_does_not(
    let_go: float, worlds: int
) -> None:
    """Listed: every stop ends, whatever is known. The odds alone are fooled; release is as common in the others."""
    rng = np.random.default_rng(int(100 * let_go))
    drawn = [assess(rng, 30, 0.9, as_officer=let_go, on_id=let_go) for _ in range(worlds)]
    assert np.mean([alarms(found, "better_odds") for found in drawn]) > 0.9
    assert np.mean([alarms(found, "release_ratio") for found in drawn]) <= allowed(LEVEL, worlds)
    still = [found["better_odds"].note for found in drawn if not alarms(found, "release_ratio")]
    assert all("every stop ends" in note for note in still)


def test_a_planted_change_on_being_known_is_seen_by_both() -> None:
    """Nine of ten for the better, and let go on it twice as often as others on their identity."""
    rng = np.random.default_rng(4)
    drawn = [assess(rng, 30, 0.9, 100, 0.6, 100, 0.3) for _ in range(100)]
    assert np.mean([found["better_odds"].low > 1 for found in drawn]) > 0.9
    assert np.mean([found["release_ratio"].low > 1 for found in drawn]) > 0.9


def test_where_only_good_endings_are_told_both_are_fooled() -> None:
    """Listed blind spot: knowing changes nothing, but officers tell of good endings four times as often.

    Others tell of either alike. Of officers 80 % tell of a good ending, 20 % of a bad one; 30 of 100 were let go.
    """
    rng = np.random.default_rng(8)
    fooled = {"better_odds": [], "release_ratio": []}
    for _ in range(100):
        better, worse = int(rng.binomial(50, 0.8)), int(rng.binomial(50, 0.2))
        let_go, held = int(rng.binomial(30, 0.8)), int(rng.binomial(70, 0.2))
        release = Release(let_go + held, let_go, 80, int(rng.binomial(80, 0.3)))
        found = {each.quantity: each for each in METHOD.assess(better, worse, release).estimates}
        for name, heard in fooled.items():
            heard.append(alarms(found, name))
    assert all(np.mean(heard) > 0.9 for heard in fooled.values())


def test_the_smallest_visible_odds_are_seen_in_four_worlds_of_five() -> None:
    """METHODS 1.3: within 5 points of the share called, in 400 worlds."""
    printed = METHOD.assess(15, 15).smallest_visible
    rng = np.random.default_rng(12)
    called = [assess(rng, 30, printed / (1 + printed))["p"].value <= LEVEL for _ in range(400)]
    assert np.mean(called) == pytest.approx(0.80, abs=0.05)
