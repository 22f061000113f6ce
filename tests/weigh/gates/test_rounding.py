import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.weigh.gates.rounding import STEPS, Rounding, step_shares


def written_to(parts: dict[int, int]) -> np.ndarray:
    """1,440 counts in which each step wrote so many stops to each of its marks, in all 24 hours."""
    counts = np.zeros(1440, dtype=np.int64)
    for step, each in parts.items():
        counts[::step] += each
    return counts


@pytest.mark.parametrize(("town", "share", "precision"), [("groton", 0.26, 5), ("hamden", 0.057, 1)])
def test_connecticut_towns_pass_with_their_share_on_quarters(connecticut, town, share, precision) -> None:
    verdict = Rounding().check(connecticut(town))
    assert (verdict.verdict, verdict.figures["time_precision"]) == ("pass", precision)
    # printed to two digits (METHODS 2)
    assert verdict.figures["share"] == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(("state", "share", "precision"), [("az", 0.20, 5), ("co", 0.215, 5), ("tx", 0.074, 1)])
def test_state_patrols_pass_with_heaps_on_five_where_they_have_them(states, state, share, precision) -> None:
    verdict = Rounding().check(states(state))
    assert (verdict.verdict, verdict.figures["time_precision"]) == ("pass", precision)
    assert verdict.figures["share"] == pytest.approx(share, abs=0.005)


def test_minneapolis_is_written_to_the_minute(minneapolis) -> None:
    verdict = Rounding().check(minneapolis("chicago"))
    assert (verdict.verdict, verdict.figures["time_precision"]) == ("pass", 1)


@pytest.mark.parametrize("step", STEPS)
def test_times_written_to_one_step_are_told(step) -> None:
    verdict = Rounding().of_minutes(written_to({step: 100}))
    assert verdict.figures["time_precision"] == step
    assert verdict.verdict == ("refuse" if step >= 15 else "pass")


@pytest.mark.parametrize(("on_quarters", "verdict"), [(499, "pass"), (500, "refuse")])
def test_under_half_on_quarters_passes(on_quarters, verdict) -> None:
    counts = np.zeros(1440, dtype=np.int64)
    counts[615], counts[617] = on_quarters, 1_000 - on_quarters
    assert Rounding().of_minutes(counts).verdict == verdict


@pytest.mark.parametrize(("stops", "verdict"), [(99, "not assessed"), (100, "refuse")])
def test_under_a_hundred_stops_are_not_assessed_and_have_a_precision_all_the_same(stops, verdict) -> None:
    counts = np.zeros(1440, dtype=np.int64)
    counts[600] = stops
    found = Rounding().of_minutes(counts)
    assert found.verdict == verdict
    assert found.figures["time_precision"] in STEPS


def test_a_heap_at_midnight_is_a_default_and_not_a_rounding() -> None:
    counts = written_to({1: 10})
    counts[0] = 20_000
    assert Rounding().of_minutes(counts).figures["time_precision"] == 1


@given(st.fixed_dictionaries({step: st.integers(0, 50) for step in STEPS}).filter(lambda parts: sum(parts.values())))
def test_the_five_parts_are_found_again(parts) -> None:
    # each step wrote `each` stops to each of its 1440/step marks; midnight, left out, shifts a share by < 1/24
    total = sum(each * 1440 // step for step, each in parts.items())
    found = step_shares(written_to(parts))
    for step, each in parts.items():
        assert found[step] == pytest.approx(each * 1440 / step / total, abs=0.05)


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1_000)), max_size=40))
def test_parts_are_shares(heaps) -> None:
    counts = np.zeros(1440, dtype=np.int64)
    for minute, n in heaps:
        counts[minute] += n
    found = step_shares(counts)
    assert set(found) == set(STEPS)
    assert all(0 <= part <= 1 for part in found.values())
    # rounding error of adding five shares
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
