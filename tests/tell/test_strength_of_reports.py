"""Reports never above level 2, a canvass to 3 and to 0, and every step down with its reason."""

from dataclasses import replace

import made_reports as made
import pytest

from evenhand.tell import strength_of_reports


def graded(result):
    found = strength_of_reports.grade(result)
    return found.level, " ".join(found.reasons)


def test_reports_that_chose_themselves_stay_at_level_2() -> None:
    level, reasons = graded(made.unanimity())
    assert level == 2
    assert "chose themselves" in reasons


def test_one_share_at_risk_that_makes_it_no_surprise_is_enough_to_step_down() -> None:
    assert graded(made.unanimity(low=0.99))[0] == 1
    assert graded(made.unanimity(chance=0.051))[0] == 1
    assert graded(made.unanimity(chance=0.049))[0] == 2


@pytest.mark.parametrize("diagnostics", [
    {"thresholds": {"0.5": {"tipping_ratio": 0.9}, "0.8": {"tipping_ratio": 3.0}}},
    {"attributed": {"tipping_ratio": 0.8, "n": 5}},
    # at the middle share it holds there, at the largest it does not
    {"thresholds": {"0.5": {"tipping_ratio": 1.2, "tipping_ratio_low": 0.9}}},
    # most who told were in one event, or were sent on by one referrer
    {"one_an_event": {"tipping_ratio": 1.3, "tipping_ratio_low": 0.7, "n": 4}},
    {"left_out": {"referrer": {"tipping_ratio": 0.7, "n": 4}}},
])  # fmt: skip
def test_what_holds_only_for_some_links_or_without_the_agency_steps_down(diagnostics) -> None:
    level, reasons = graded(replace(made.unanimity(), diagnostics=diagnostics))
    assert level == 1
    assert "does not hold" in reasons


def test_what_holds_each_event_once_and_without_a_referrer_stays() -> None:
    holds = {"tipping_ratio": 1.4, "tipping_ratio_low": 1.1}
    diagnostics = {
        "thresholds": {"0.5": holds},
        "one_an_event": holds,
        "left_out": {"referrer": holds, "source_id": {}},
    }
    assert graded(replace(made.unanimity(), diagnostics=diagnostics))[0] == 2


@pytest.mark.parametrize(
    ("low", "high", "answered", "silence", "level"),
    [
        (1.6, 2.4, 0.8, (1.2, 3.0), 3),
        (1.6, 2.4, 0.79, (1.2, 3.0), 2),
        (1.6, 2.4, 0.8, (0.9, 3.0), 2),
        (1.05, 1.5, 0.9, None, 2),
        (0.8, 1.5, 0.9, None, 1),
        (0.95, 1.05, 0.8, None, 0),
        (0.95, 1.05, 0.79, None, 1),
    ],
)
def test_a_canvass_reaches_3_and_0_only_with_four_in_five_answers(low, high, answered, silence, level) -> None:
    assert graded(made.roster(low, high, answered, silence))[0] == level


@pytest.mark.parametrize(
    ("result", "level"),
    [
        (made.recognition(), 2),
        (made.recognition(6, 4, 0.5), 1),
        (made.recognition(10, 0, 2.2), 2),
        (made.recognition(release=0.9), 1),
        (made.recognition(release=None), 1),
        (made.streams(0, 0.31), 1),
        (made.streams(0, 0.30), 2),
        (made.streams(0, None), 1),
        (made.streams(1, 0.9), 2),
        (made.surge(1.01, 3.0), 2),
        (made.surge(0.99, 3.0), 1),
        (made.scan(0.05), 2),
        (made.scan(0.051), 1),
        (made.unrecorded(0.1), 2),
        (made.unrecorded(0.0), 1),
        (made.unrecorded(0.1, (0.0, 0.5)), 1),
        (made.missed(), 1),
        (made.result("surge"), 1),
    ],
)
def test_each_method_has_its_condition(result, level) -> None:
    assert graded(result)[0] == level


def test_race_itself_is_asked_of_a_canvass_and_of_nothing_else() -> None:
    assert strength_of_reports.grade_race([made.unanimity()]).level == 1
    assert strength_of_reports.grade_race([made.unanimity(), made.roster(1.6, 2.4)]).level == 2
    assert strength_of_reports.grade_race([made.roster(0.4, 0.6)]).level == 1
    assert strength_of_reports.grade_race([made.roster(0.95, 1.05)]).level == 0
