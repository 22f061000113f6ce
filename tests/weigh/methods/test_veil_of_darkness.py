"""The veil on whole tables: it answers, adds up, turns round with its groups, and refuses with its figures."""

from typing import Any

import pytest

from evenhand import simulate
from evenhand.errors import PlanError
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods.veil_of_darkness import VeilOfDarkness

PAIR = Contrast("BLACK", "WHITE")


def weigh(evidence: Evidence, contrast: Contrast = PAIR, **settings: Any) -> Any:
    return VeilOfDarkness(contrast, Scope(), **settings).weigh(evidence)


@pytest.fixture(scope="module")
def year() -> Evidence:
    evidence: Evidence = simulate.world("visibility", stops=8000, veil=1.5, seed=3).draw().evidence()
    return evidence


def test_rows_used_and_exclusions_are_the_rows_that_came_in(year: Evidence) -> None:
    result = weigh(year)
    assert isinstance(result.answer, Answer)
    assert result.answer.headline.n + sum(excluded.n for excluded in result.excluded) == result.rows_in == 8000


def test_swapping_the_groups_turns_the_coefficient_round(year: Evidence) -> None:
    here, there = (weigh(year, contrast).answer.headline for contrast in (PAIR, Contrast("WHITE", "BLACK")))
    # 1e-9: the solver's own stop
    assert (here.value, here.low) == pytest.approx((-there.value, -there.high), abs=1e-9)


def test_the_answer_stands_with_its_bands_series_and_control(year: Evidence) -> None:
    result = weigh(year)
    assert {band.over for band in result.answer.bands} == {"missing_race", "model"}
    assert [series.name for series in result.answer.series] == ["dusk", "every_analysis"]
    assert result.diagnostics["negative_control"]["passes"] in (True, False)
    assert result.diagnostics["specifications"]["in_the_grid"] == 324
    assert sum(result.answer.series[1].columns["planned"]) == 1


@pytest.mark.parametrize(
    ("world", "says"),
    [
        ({"midnight": 0.2}, "00:00"),
        ({"utc": True}, "quietest four hours"),
        ({"only": "group"}, "too few to compare"),
        ({"dark_stops": False}, "too few to compare|darkness cannot be told"),
    ],
)
def test_files_that_cannot_carry_it_are_refused_with_the_figures(world: dict[str, Any], says: str) -> None:
    known = simulate.settings_of("visibility")
    asked = {name: value for name, value in world.items() if name in known}
    if not asked:
        pytest.fail(f"the world has no setting {', '.join(world)}: it has {', '.join(known)}")
    result = weigh(simulate.world("visibility", stops=6000, seed=3, **asked).draw().evidence())
    assert isinstance(result.answer, Refusal)
    assert result.answer.figures
    assert any(part in result.answer.reason for part in says.split("|"))


def test_a_table_without_times_is_an_error_that_says_so(year: Evidence) -> None:
    from dataclasses import replace

    with pytest.raises(PlanError, match="time_local"):
        weigh(replace(year, encounters=year.encounters.drop("time_local")))
