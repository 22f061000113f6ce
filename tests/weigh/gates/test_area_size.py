import pytest

from evenhand.terms.evidence import AreaCell
from evenhand.weigh.gates.area_size import AreaSize


def areas(*people):
    return [AreaCell(f"a{at}", 45.0, -93.0, n) for at, n in enumerate(people)]


@pytest.mark.parametrize(("people", "verdict"), [(24_999, "refuse"), (25_000, "pass"), (None, "caution")])
def test_twenty_five_thousand_people_are_enough(people, verdict) -> None:
    assert AreaSize().check(areas(40_000, people)).verdict == verdict


def test_the_refusal_counts_the_areas_and_names_none() -> None:
    verdict = AreaSize().check(areas(40_000, 10, 20, None))
    assert verdict.figures == {"areas": 4, "under": 2, "unknown": 1, "fewest_people": 25_000}
    assert verdict.sentence.startswith("2 of 4 areas have fewer than 25,000 people")
    assert "a1" not in verdict.sentence


def test_a_plan_may_ask_for_less_of_public_counts() -> None:
    assert AreaSize(0).check(areas(12, None)).verdict == "pass"


def test_without_areas_there_is_nothing_to_look_at() -> None:
    assert AreaSize().check([]).verdict == "not assessed"
