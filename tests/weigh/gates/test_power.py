import math
from pathlib import Path

import pytest

from evenhand.weigh.gates.power import Power

# 80 % power at two-sided 5 % (METHODS 1.2)
PER_SE = 2.8016


@pytest.mark.parametrize(
    ("department", "log_ratio", "verdict"),
    [("Winsted", 3.32, "caution"), ("State Police- Troop H", 0.34, "pass")],
)
def test_connecticut_agencies_are_told_what_they_could_not_see(
    shared: Path, engine, department, log_ratio, verdict
) -> None:
    table = engine.read_csv(shared / "stops/connecticut_2013_2015/ctrp3_vod_all_stops.csv")
    rows = table.filter(
        (table.department == department) & (table.statistic == "SE") & (table.group == "Minorities")
    ).to_pyarrow()
    found = Power().check(math.exp(PER_SE * rows.column("value")[0].as_py()))
    assert found.verdict == verdict
    # printed to two decimals (METHODS 2)
    assert math.log(found.figures["smallest_visible"]) == pytest.approx(log_ratio, abs=0.005)
    assert ("under-powered" in found.sentence) is (verdict == "caution")


@pytest.mark.parametrize(("ratio", "verdict"), [(3.0, "pass"), (3.01, "caution"), (1 / 3, "pass"), (0.33, "caution")])
def test_three_is_the_largest_ratio_either_way_up(ratio, verdict) -> None:
    assert Power().check(ratio).verdict == verdict


@pytest.mark.parametrize("ratio", [0.0, -2.0, math.inf, math.nan])
def test_what_is_no_ratio_is_an_error(ratio) -> None:
    with pytest.raises(ValueError, match="expected a positive number"):
        Power().check(ratio)


def test_a_method_that_tests_no_difference_has_no_power_to_ask_for() -> None:
    assert Power().check(None).verdict == "not assessed"
