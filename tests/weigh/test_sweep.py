"""The sweep printed beside every number made after the stop."""

import pytest

from evenhand.maths import selection
from evenhand.weigh.sweep import Recorded, selection_sweep


def test_the_worked_example_stands_on_its_row():
    # METHODS 4.8: E1 .30, E0 .25, P1 .6, rho .32, reached by the veil ratio 1/(1 - .32)
    sweep = selection_sweep(0.30, 0.25, 0.6, veil_ratio=1 / 0.68)
    row = sweep.columns["mark"].index("veil")
    # the six digits METHODS prints
    assert sweep.columns["rho"][row] == pytest.approx(0.32, abs=1e-12)
    assert sweep.columns["att"][row] == pytest.approx(0.13, abs=1e-6)
    assert sweep.columns["ate_low"][row] == pytest.approx(0.098, abs=1e-6)
    assert sweep.columns["ate_high"][row] == pytest.approx(0.154471, abs=1e-6)


def test_it_runs_from_no_racial_stops_to_nine_in_ten():
    sweep = selection_sweep(0.2, 0.1, 0.5)
    assert (sweep.name, sweep.columns["rho"][0], sweep.columns["rho"][-1]) == ("selection_sweep", 0.0, 0.9)
    assert sweep.columns["att"][0] == sweep.columns["ate_low"][0] == sweep.columns["ate_high"][0] == 0.1
    assert {len(column) for column in sweep.columns.values()} == {19}


@pytest.mark.parametrize("veil_ratio", [None, 1.0, 0.8, 11.0])
def test_a_veil_that_implies_no_share_on_the_sweep_leaves_no_mark(veil_ratio):
    assert set(selection_sweep(0.2, 0.1, 0.5, veil_ratio).columns["mark"]) == {None}


def test_the_reading_names_the_share_at_which_the_sign_turns():
    assert "more than 20% of the group's stops" in selection_sweep(0.20, 0.25, 0.6).reading
    assert "turns" not in selection_sweep(0.30, 0.25, 0.6).reading


def test_unrecorded_stops_widen_the_bounds_to_the_worst_corner():
    plain, missed = selection_sweep(0.3, 0.25, 0.6), selection_sweep(0.3, 0.25, 0.6, recorded=Recorded(0.9, 0.8))
    assert plain.columns["att"] == missed.columns["att"]
    for name, sign in (("ate_low", -1), ("ate_high", 1)):
        pairs = zip(plain.columns[name], missed.columns[name], strict=True)
        assert all(sign * (wide - narrow) > 0 for narrow, wide in pairs)
    # at rho 0 the ends are .9 x .3 - (.8 x .25 + .2) and .9 x .3 + .1 - .8 x .25
    assert missed.columns["att_low"][0] == pytest.approx(-0.13, abs=1e-12)
    assert missed.columns["att_high"][0] == pytest.approx(0.17, abs=1e-12)


def test_the_worst_corner_holds_every_mean_the_missing_stops_could_have():
    sweep = selection_sweep(0.3, 0.25, 0.6, recorded=Recorded(0.9, 0.8, 0.1, 0.7))
    p1 = (0.6 / 0.9) / (0.6 / 0.9 + 0.4 / 0.8)
    for at, rho in enumerate(sweep.columns["rho"]):
        for unseen1, unseen0 in ((0.1, 0.1), (0.1, 0.7), (0.7, 0.1), (0.7, 0.7), (0.3, 0.5)):
            e1, e0 = 0.9 * 0.3 + 0.1 * unseen1, 0.8 * 0.25 + 0.2 * unseen0
            low, high = selection.average_effect_bounds(e1, e0, p1, rho)
            # rounding of sums of a few terms below 10
            assert sweep.columns["ate_low"][at] <= low + 1e-12
            assert high <= sweep.columns["ate_high"][at] + 1e-12


def test_complete_recording_changes_nothing():
    plain, complete = selection_sweep(0.3, 0.25, 0.6), selection_sweep(0.3, 0.25, 0.6, recorded=Recorded(1, 1))
    for name in ("ate_low", "ate_high"):
        # p1 goes through a division and back
        assert complete.columns[name] == pytest.approx(plain.columns[name], abs=1e-12)


@pytest.mark.parametrize("recorded", [Recorded(0.0, 1.0), Recorded(1.0, 1.2)])
def test_a_recorded_share_outside_0_to_1_is_an_error(recorded):
    with pytest.raises(ValueError, match="shares above 0 and up to 1"):
        selection_sweep(0.3, 0.25, 0.6, recorded=recorded)
