import pytest

from evenhand.weigh.gates.small import Small


@pytest.mark.parametrize(("smaller_group", "verdict"), [(29, "refuse"), (30, "pass")])
def test_thirty_stops_a_group_are_enough(smaller_group, verdict) -> None:
    assert Small().check(smaller_group, 10, 10).verdict == verdict


@pytest.mark.parametrize(("fewer_events", "verdict"), [(9, "refuse"), (10, "pass")])
def test_ten_events_an_arm_are_enough(fewer_events, verdict) -> None:
    assert Small().check(30, fewer_events, 10).verdict == verdict


@pytest.mark.parametrize(("residual_df", "verdict"), [(9, "refuse"), (10, "pass")])
def test_ten_residual_degrees_of_freedom_are_enough(residual_df, verdict) -> None:
    assert Small().check(30, 10, residual_df).verdict == verdict


def test_the_refusal_says_all_three_counts() -> None:
    verdict = Small().check(29, 9, 10)
    assert verdict.figures == {"smaller_group": 29, "fewer_events": 9, "residual_df": 10}
    assert "smaller group 29 (at least 30); fewer events 9 (at least 10)" in verdict.sentence


def test_what_a_method_has_not_is_not_asked() -> None:
    assert Small().check(30).figures == {"smaller_group": 30}
