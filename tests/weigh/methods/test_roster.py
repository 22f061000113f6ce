"""Roster: every person asked is counted once, each refusal has a neighbour, and nobody can be read off a department."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import PlanError
from evenhand.maths import intervals, strata
from evenhand.terms.evidence import Evidence, RosterCell
from evenhand.terms.result import Answer, Contrast, Period, Refusal, Scope
from evenhand.weigh.methods.roster import Asked, Roster

BW = Contrast("BLACK", "WHITE")


def cell(department, race, stopped, answered, size=None, asked=None, days=180, group="canvass", whole=True):
    size = answered if size is None else size
    return RosterCell(group, department, race, size, size if asked is None else asked, answered, stopped, days, whole)


def weigh(*cells, contrast=BW, scope=None, **settings):
    return Roster(contrast, scope or Scope(), **settings).weigh(Evidence(None, (), rosters=tuple(cells)))


def numbers(result):
    assert isinstance(result.answer, Answer)
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


# stopped, answered, on the roster
TWO = (
    cell("east", "BLACK", 12, 40, 50),
    cell("east", "WHITE", 15, 100, 120),
    cell("west", "BLACK", 3, 15, 16),
    cell("west", "WHITE", 10, 200, 240),
)


def test_the_ratio_is_pooled_over_departments_and_the_pooled_one_is_never_alone() -> None:
    result = weigh(*TWO)
    found = numbers(result)
    assert result.id == "roster/BLACK-WHITE/all"
    assert result.answer.headline.quantity == "risk_ratio"
    # Mantel and Haenszel's sums by hand
    ratio = (12 * 100 / 140 + 3 * 200 / 215) / (15 * 40 / 140 + 10 * 15 / 215)
    assert found["risk_ratio"].value == pytest.approx(ratio)
    assert found["pooled_ratio"].value == pytest.approx((15 / 55) / (25 / 300))
    katz = intervals.katz_ratio(15, 55, 25, 300)
    assert (found["pooled_ratio"].low, found["pooled_ratio"].high) == pytest.approx(katz[1:])
    assert "never" in found["pooled_ratio"].note and "never" in found["pooled_difference_per_1000"].note
    assert found["share_group"].value == pytest.approx(15 / 55)
    assert found["answered_share"].value == pytest.approx(355 / 426)
    assert result.answer.smallest_visible == pytest.approx(np.exp(2.80158 * found["risk_ratio"].se), rel=1e-5)


def test_the_rates_are_per_1000_person_days_of_those_who_answered() -> None:
    found = numbers(weigh(*TWO))
    assert found["rate_group"].value == pytest.approx(1000 * 15 / (55 * 180))
    assert found["rate_reference"].n == 25
    # one department: the exact ratio of two rates
    one = numbers(weigh(*TWO[:2]))["rate_ratio"]
    assert (one.value, one.low, one.high) == pytest.approx(intervals.rate_ratio(12, 7_200, 15, 18_000), rel=1e-9)


def test_everybody_asked_is_used_or_set_aside_by_name() -> None:
    result = weigh(
        *TWO,
        cell("east", "ASIAN", 1, 2, 5),
        cell("east", "unknown", 0, 3),
        cell("north", "WHITE", 4, 30, 40),
        cell("south", "BLACK", 0, 0, 7),
        cell("south", "WHITE", 2, 9, 11),
    )
    assert {exclusion.reason: exclusion.n for exclusion in result.excluded} == {
        "race not recorded": 3,
        "race in neither group": 5,
        "in a department with one race only": 40,
        "asked and did not answer": 71 + 7 + 2,
        "in a department where one race only answered": 9,
    }
    assert result.rows_in == 426 + 3 + 5 + 40 + 18
    assert result.rows_used == 355
    assert result.diagnostics["departments"] == {"on_the_roster": 4, "with_both": 3, "compared": 2}


def test_silence_is_bounded_on_the_scale_of_the_headline_and_of_each_share() -> None:
    result = weigh(*TWO[:2])
    found, band = numbers(result), result.answer.bands[0]
    # east alone, by hand: 12 of 50 to 22 of 50 against 15 of 120 to 35 of 120
    share = found["share_group_over_silence"]
    assert (share.value, share.low, share.high) == pytest.approx((12 / 40, 12 / 50, 22 / 50))
    assert band.over == "silence"
    assert (band.low, band.high) == pytest.approx(((12 / 50) / (35 / 120), (22 / 50) / (15 / 120)))
    gap = found["difference_per_1000_over_silence"]
    assert (gap.value, gap.low, gap.high) == pytest.approx(
        (150, 1000 * (12 / 50 - 35 / 120), 1000 * (22 / 50 - 15 / 120))
    )
    # with all ten silent unstopped the group is still at 12 of 50, above 15 of 100; with all 20 stopped the reference
    # is at 35 of 120, below 12 of 40
    assert result.diagnostics["tipping_silence"] == {"group": None, "reference": None}
    more = weigh(cell("east", "BLACK", 12, 40, 90), TWO[1])
    assert more.diagnostics["tipping_silence"]["group"] == pytest.approx((0.15 * 90 - 12) / 50)


def test_with_nobody_of_the_reference_stopped_the_exact_limit_carries_the_answer() -> None:
    result = weigh(cell("east", "BLACK", 9, 40), cell("east", "WHITE", 0, 150))
    found = numbers(result)
    ratio, share = found["risk_ratio"], 0.025 ** (1 / 9)
    assert ratio.low == pytest.approx(share / (1 - share) * 150 / 40)
    assert "at least" in ratio.note and ratio.interval.startswith("lower limit exact")
    assert "odds_ratio" not in found
    # Fisher's exact test of one table: all nine among the forty
    chance = np.prod([(40 - k) / (190 - k) for k in range(9)])
    assert found["p"].value == pytest.approx(chance)
    assert result.diagnostics["exact_odds_ratio_limit"] > 1
    assert [gate.verdict for gate in result.gates] == ["caution", "caution"]


def test_with_nobody_of_the_group_stopped_it_is_the_other_way_round() -> None:
    straight = numbers(weigh(cell("east", "BLACK", 9, 40), cell("east", "WHITE", 0, 150)))["risk_ratio"]
    turned = numbers(weigh(cell("east", "BLACK", 0, 150), cell("east", "WHITE", 9, 40)))["risk_ratio"]
    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (1 / straight.value, 1 / straight.high, 1 / straight.low)
    )
    assert "at most" in turned.note


@pytest.mark.parametrize(
    ("stopped", "refused"), [((0, 0), True), ((40, 150), True), ((1, 0), False), ((40, 149), False)]
)
def test_all_or_none_stopped_is_refused_with_the_figures(stopped, refused: bool) -> None:
    result = weigh(cell("east", "BLACK", stopped[0], 40), cell("east", "WHITE", stopped[1], 150))
    assert isinstance(result.answer, Refusal) == refused
    if stopped == (0, 0):
        assert result.answer.figures["share_group_high"] == pytest.approx(1 - 0.025 ** (1 / 40))


@pytest.mark.parametrize(("answered", "refused"), [((20, 39), True), ((20, 40), False)])
def test_fewer_than_half_who_answered_are_refused(answered, refused: bool) -> None:
    result = weigh(cell("east", "BLACK", 5, answered[0], 40), cell("east", "WHITE", 5, answered[1], 80))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures == {"answered": 59, "asked": 120, "on_the_roster": 120}


@pytest.mark.parametrize(("answered", "refused"), [(19, True), (20, False)])
def test_fewer_than_thirty_answers_are_refused(answered: int, refused: bool) -> None:
    result = weigh(cell("east", "BLACK", 3, 10), cell("east", "WHITE", 3, answered))
    assert isinstance(result.answer, Refusal) == refused


def test_members_who_were_never_asked_count_as_silent() -> None:
    result = weigh(cell("east", "BLACK", 12, 40, 50, asked=44), TWO[1])
    assert numbers(result)["answered_share"].value == pytest.approx(140 / 170)
    assert result.rows_in == 44 + 120


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((), "no roster"),
        ((replace(TWO[0], whole=False), *TWO[1:]), "not of a whole roster"),
        ((replace(TWO[0], answered=51), *TWO[1:]), "1 of 4 rows of the roster cannot be"),
        ((replace(TWO[0], stopped=41), *TWO[1:]), "cannot be"),
        ((replace(TWO[0], days=0), *TWO[1:]), "cannot be"),
        ((TWO[0], TWO[3]), "no department has both"),
        ((TWO[0], replace(TWO[1], answered=0, stopped=0, size=9, asked=9)), "no department has answers of both"),
    ],
)
def test_what_cannot_be_weighed_is_refused_in_words(cells, words: str) -> None:
    result = weigh(*cells)
    assert isinstance(result.answer, Refusal)
    assert words in result.answer.reason
    assert result.answer.needed


def test_a_roster_is_not_cut_by_a_period_or_a_scope() -> None:
    from datetime import date

    year = Period("2026", date(2026, 1, 1), date(2026, 12, 31))
    for scope in (Scope("year", period=year), Scope("cars", {"mode": ("vehicle",)})):
        assert "no rows to cut" in weigh(*TWO, scope=scope).answer.reason


def test_several_rosters_are_told_apart_by_name() -> None:
    other = [replace(each, group="other", stopped=1) for each in TWO]
    with pytest.raises(PlanError, match="canvass, other"):
        weigh(*TWO, *other)
    with pytest.raises(PlanError, match="'third'"):
        weigh(*TWO, roster="third")
    assert numbers(weigh(*TWO, *other, roster="canvass")) == numbers(weigh(*TWO))


def test_residents_are_a_range_with_its_assumptions_and_only_when_asked_for() -> None:
    assert [series.name for series in weigh(*TWO).answer.series] == ["departments"]
    series = weigh(*TWO, residents=10_000, resident_days=30).answer.series[1]
    rate = 15 / (55 * 180)
    assert series.columns["factor"] == (0.25, 0.5, 1.0, 2.0, 4.0)
    assert series.columns["value"] == pytest.approx([rate * 300_000 * r for r in (0.25, 0.5, 1, 2, 4)])
    for assumption in ("same exposure", "same visibility", "same treatment"):
        assert assumption in series.reading
    with pytest.raises(PlanError, match="give both"):
        Roster(BW, residents=10_000)


def test_small_departments_are_held_back_and_so_is_what_a_subtraction_would_give_away() -> None:
    tiny = (cell("tiny", "BLACK", 1, 3), cell("tiny", "WHITE", 0, 12))
    columns = weigh(*TWO, *tiny).answer.series[0].columns
    assert columns["department"] == ("east", "tiny", "west")
    # with tiny alone held back, the totals less east and west would be its counts
    assert columns["group_answered"] == (40, None, None)
    assert columns["reference_stopped"] == (15, None, None)
    assert weigh(*TWO).answer.series[0].columns["group_stopped"] == (12, 3)


def test_several_races_can_be_taken_together_as_the_group() -> None:
    parts = (replace(TWO[0], stopped=7, answered=22, asked=30, size=30), cell("east", "HISPANIC", 5, 18, 20))
    whole = numbers(weigh(*TWO))
    together = weigh(*parts, *TWO[1:], contrast=Contrast("of color", "WHITE"), races=("BLACK", "HISPANIC"))
    assert numbers(together) == whole
    assert together.id == "roster/of color-WHITE/all"
    for races in (("BLACK", "WHITE"), ("Black",)):
        with pytest.raises(PlanError, match="expected codes"):
            Roster(BW, races=races)


@given(st.lists(st.tuples(*(st.integers(0, 30) for _ in range(2))), min_size=1, max_size=8))
def test_what_is_held_back_is_never_a_few_answers(answers) -> None:
    cells = [
        cell(str(at), race, 0, n, n + 1)
        for at, pair in enumerate(answers)
        for race, n in zip(("BLACK", "WHITE"), pair, strict=True)
    ]
    from evenhand.weigh.methods import roster

    asked = Asked.of(tuple(cells), ("BLACK",), "WHITE")
    shown = roster._shown(asked)
    for side in (asked.group, asked.reference):
        assert np.all(side.answered[shown] >= 10)
        # all shown, all held back, or enough held back together
        assert shown.all() or not shown.any() or side.answered[~shown].sum() >= 10


def test_relabelling_the_contrast_inverts_the_ratio_and_turns_the_difference() -> None:
    straight, turned = numbers(weigh(*TWO)), numbers(weigh(*TWO, contrast=Contrast("WHITE", "BLACK")))
    for name in ("risk_ratio", "odds_ratio", "rate_ratio", "pooled_ratio"):
        assert (turned[name].low, turned[name].high) == pytest.approx((1 / straight[name].high, 1 / straight[name].low))
    for name in ("difference_per_1000", "difference_per_1000_over_silence"):
        assert (turned[name].low, turned[name].high) == pytest.approx((-straight[name].high, -straight[name].low))


def test_the_order_of_cells_and_cells_split_in_two_never_matter() -> None:
    whole = weigh(*TWO)
    assert weigh(*reversed(TWO)) == whole
    halves = (cell("east", "BLACK", 2, 15, 20), cell("east", "BLACK", 10, 25, 30))
    assert weigh(*halves, *TWO[1:]) == whole


def test_departments_that_disagree_are_said_to() -> None:
    alike = weigh(*TWO).diagnostics["heterogeneity"]
    apart = weigh(*TWO, cell("north", "BLACK", 2, 60), cell("north", "WHITE", 40, 100)).diagnostics["heterogeneity"]
    assert alike["p"] > 0.05 > apart["p"]


def test_the_difference_is_the_one_of_the_strata() -> None:
    gap = strata.mantel_haenszel_difference([12, 3], [40, 15], [15, 10], [100, 200])
    found = numbers(weigh(*TWO))["difference_per_1000"]
    assert (found.value, found.low, found.high) == pytest.approx((1000 * gap.value, 1000 * gap.low, 1000 * gap.high))
