"""Recognition: closed forms through whole tables, the contrast of release, elements before and after, each refusal."""

import ibis
import pytest
from scipy.stats import binom, binomtest

from evenhand.errors import PlanError
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Refusal, Scope
from evenhand.weigh import told
from evenhand.weigh.methods.recognition import Recognition, Release

SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "link_probability": "float64",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
    "race_self": "array<string>",
    "actions": "array<string>",
    "off_duty_officer": "string",
    "known_as_officer": "string",
    "treatment_once_known": "string",
    "area_county": "string",
}
CODES = {"report_id": "string", "coder": "string", "element": "string", "phase": "string", "code": "int64"}


def told_by(n, known="not_stated", treatment="not_stated", actions=("rude",), **columns):
    """n tellings of encounters of their own: officers where it is stated when they were known, else residents."""
    fixed = {
        "link_probability": 1.0,
        "agency_basis": ["said"],
        "corroboration": ["none"],
        "race_self": ["BLACK"],
        "actions": actions,
        "off_duty_officer": "no" if known == "not_stated" else "yes",
        "known_as_officer": known,
        "treatment_once_known": treatment,
        "area_county": "Hennepin",
    }
    return [fixed | columns for _ in range(n)]


def evidence(*parts, without=(), codes=()):
    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [row for part in parts for row in part]
    numbered = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} | row for at, row in enumerate(rows)]
    table = ibis.memtable([{name: row[name] for name in schema} for row in numbered], schema=schema)
    coded = [dict(zip(CODES, row, strict=True)) for row in codes]
    return Evidence(None, (), reports=table, codes=ibis.memtable(coded, schema=CODES) if coded else None)


def weigh(*parts, without=(), codes=(), **settings):
    return Recognition(**settings).weigh(evidence(*parts, without=without, codes=codes))


def quantities(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


# seven better, two ended there, one worse
NINE_OF_TEN = (told_by(7, "during", "better"), told_by(2, "during", "ended_there"), told_by(1, "during", "worse"))


def test_nine_of_ten_has_the_numbers_of_methods_8_through_whole_tables() -> None:
    """R4: two-sided exact p 0.021484; share better 0.5550 to 0.9975."""
    found = quantities(weigh(*NINE_OF_TEN))
    assert found["p"].value == pytest.approx(0.021484, abs=1e-4)
    assert (found["share_better"].low, found["share_better"].high) == pytest.approx((0.5550, 0.9975), abs=1e-4)
    # odds are the share's: 0.5550/0.4450 to 0.9975/0.0025, from scipy's limits
    limits = binomtest(9, 10).proportion_ci(method="exact")
    odds = found["better_odds"]
    assert (odds.value, odds.low, odds.high) == pytest.approx(
        (9, limits.low / (1 - limits.low), limits.high / (1 - limits.high)), rel=1e-6
    )
    assert (found["better"].value, found["worse"].value) == (9, 1)


def test_the_smallest_visible_odds_are_seen_in_four_of_five() -> None:
    """Of 10 that changed 9 are needed for a two-sided 5 %: binom.sf(8, 10, .5) x 2 = .0215, with 8 it is .109."""
    visible = weigh(*NINE_OF_TEN).answer.smallest_visible
    assert binom.sf(8, 10, visible / (1 + visible)) == pytest.approx(0.8)


@pytest.mark.parametrize(("changed", "refused"), [(9, True), (10, False)])
def test_fewer_than_ten_that_changed_are_refused(changed: int, refused: bool) -> None:
    unchanged = [told_by(50, "during", "same"), told_by(50, "before", "better"), told_by(50, "during", "not_stated")]
    result = weigh(told_by(changed, "during", "better"), *unchanged)
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures == {"better": 9, "worse": 0}


def test_with_none_worse_the_lower_limit_stands_alone_and_says_so() -> None:
    odds = quantities(weigh(told_by(10, "during", "better")))["better_odds"]
    assert odds.value == odds.low == odds.high
    # one-sided at 2.5 %: the share is the tenth root
    low = 0.025 ** (1 / 10)
    assert odds.low == pytest.approx(low / (1 - low))
    assert "lower limit alone" in odds.interval


def test_with_none_better_the_odds_are_nothing() -> None:
    odds = quantities(weigh(told_by(10, "during", "worse")))["better_odds"]
    assert (odds.value, odds.low) == (0, 0)
    assert odds.high < 1


def test_release_is_contrasted_with_others_whose_identity_was_asked() -> None:
    result = weigh(
        told_by(8, "during", "better", ["released_as_officer"]),
        told_by(2, "during", "worse", ["id_demanded"]),
        told_by(3, "during", "same", None),  # what was done not told
        told_by(4, "before", "same", ["id_demanded", "released_on_id"]),  # known from the start: no side
        told_by(5, "never", "not_stated", ["id_demanded"]),
        told_by(4, actions=["released_on_id"]),
        told_by(1, actions=["id_disregarded"]),
        told_by(9, actions=["rude"]),  # nobody asked who they are
    )
    assert result.diagnostics["release"] == {"known": 10, "as_officer": 8, "asked": 10, "on_id": 4}
    ratio = quantities(result)["release_ratio"]
    assert ratio.value == 2
    assert ratio.low < 2 < ratio.high
    assert "8 of 10 known as police told of being let go on it; 4 of 10 others" in ratio.note
    assert "2.00 times as often as others on their identity" in quantities(result)["better_odds"].note


@pytest.mark.parametrize("without", [(), ("actions",)])
def test_where_nobody_was_let_go_on_identity_the_sentence_says_that_this_alone_shows_nothing(without) -> None:
    found = quantities(weigh(*NINE_OF_TEN, without=without))
    assert "release_ratio" not in found
    assert "this alone shows nothing of knowing" in found["better_odds"].note


def test_before_and_never_stand_beside() -> None:
    series = {
        each.name: each for each in weigh(*NINE_OF_TEN, told_by(3, "before", "same"), told_by(2, "never")).answer.series
    }
    assert series["before_and_after"].columns == {
        "treatment": ("better", "worse", "same", "ended_there", "not stated"),
        "before": (0, 0, 3, 0, 0),
        "during": (7, 1, 0, 2, 0),
        "never": (0, 0, 0, 0, 2),
    }


def test_exclusions_add_up_to_the_tellings_that_came_in() -> None:
    result = weigh(
        *NINE_OF_TEN,
        told_by(2, "during", "better", encounter_id="e0"),
        told_by(3, off_duty_officer="yes"),
        told_by(4, off_duty_officer="yes", known_as_officer=None),
        told_by(5),
        told_by(6, "never", area_county="Ramsey"),
        scope=Scope("hennepin", {"area_county": ("Hennepin",)}),
    )
    assert [(row.reason, row.n) for row in result.excluded] == [
        ("a further telling of an encounter already counted", 2),
        ("area_county is not Hennepin", 6),
        ("off-duty officer, not stated whether known as one", 7),
    ]
    assert (result.rows_in, result.rows_used) == (30, 15)


def coded(report, element, before, after, coder="a"):
    return [(report, coder, element, "before", before), (report, coder, element, "after", after)]


def test_elements_go_by_mcnemar_over_those_that_changed_with_holm() -> None:
    codes = [
        *(row for at in range(8) for row in coded(f"r{at}", "handcuffed", 1, 0)),
        *coded("r8", "handcuffed", 0, 1),
        *(row for at in range(3) for row in coded(f"r{at}", "rude", 1, 0)),
        *coded("r0", "searched", 1, 1),  # never changed
        *coded("r1", "entry", 1, 9),  # not mentioned afterwards: no pair
        *coded("r10", "rude", 1, 0),  # a resident: not known as an officer during it
    ]
    result = weigh(*NINE_OF_TEN, told_by(1), codes=codes)
    elements = {each.name: each for each in result.answer.series}["elements"].columns
    assert elements["element"] == ("handcuffed", "rude")
    assert (elements["before_only"], elements["after_only"]) == ((8, 3), (1, 0))
    p = (binomtest(8, 9).pvalue, binomtest(3, 3).pvalue)
    assert elements["p"] == pytest.approx(p)
    # the smaller twice, the larger once, and never below the one before it
    assert elements["p_holm"] == pytest.approx((2 * p[0], max(2 * p[0], p[1])))


def test_coders_who_differ_settle_nothing() -> None:
    codes = [*coded("r0", "rude", 1, 0, "a"), *coded("r0", "rude", 0, 0, "b")]
    assert [each.name for each in weigh(*NINE_OF_TEN, codes=codes).answer.series] == ["before_and_after"]


def test_by_corroboration_and_by_race_for_the_whole_region_only() -> None:
    rows = [
        told_by(6, "during", "better", corroboration=["video"]),
        told_by(3, "during", "better", race_self=["WHITE"]),
        told_by(1, "during", "worse", race_self=["WHITE", "BLACK"]),
    ]
    diagnostics = weigh(*rows).diagnostics
    assert diagnostics["by_corroboration"]["backed"]["n"] == 6
    assert diagnostics["by_corroboration"]["not_backed"]["worse"] == 1
    assert diagnostics["by_race_self"] == {"BLACK": {"better": 6, "worse": 0}, "WHITE": {"better": 3, "worse": 0}}
    county = Scope("hennepin", {"area_county": ("Hennepin",)})
    assert weigh(*rows, scope=county).diagnostics["by_race_self"] == {}
    assert weigh(*rows, without=("race_self",)).diagnostics["by_race_self"] == {}


def test_every_reading_stands_beside() -> None:
    weak = told_by(1, "during", "worse", encounter_id="e0", link_probability=0.9, agency_basis=["guessed"])
    readings = weigh(*NINE_OF_TEN, weak).diagnostics
    assert {at: found["worse"] for at, found in readings["thresholds"].items()} == {"0.5": 1, "0.8": 1, "0.95": 2}
    assert readings["attributed"]["n"] == 10
    assert readings["corroboration"]["encounters"] == 10
    # mid-p: half of the count seen
    assert readings["p_mid"] == pytest.approx(2 * binom.cdf(1, 10, 0.5) - binom.pmf(1, 10, 0.5))


def test_without_reports_it_is_refused() -> None:
    assert Recognition().weigh(Evidence(None, ())).answer == told.NO_REPORTS


def test_without_the_page_on_being_known_it_is_an_error() -> None:
    with pytest.raises(PlanError, match="known_as_officer"):
        weigh(*NINE_OF_TEN, without=("known_as_officer",))


@pytest.mark.parametrize("level", [0.0, 0.9])
def test_a_level_that_means_nothing_is_an_error(level: float) -> None:
    with pytest.raises(PlanError, match="level"):
        Recognition(level=level)


def test_a_stricter_level_widens_and_may_be_too_strict_for_ten() -> None:
    """Of 10 the least two-sided p is 0.00195."""
    assert isinstance(weigh(*NINE_OF_TEN, level=0.001).answer, Refusal)
    strict = quantities(weigh(*NINE_OF_TEN, level=0.01))["share_better"]
    assert (strict.low, strict.high) == pytest.approx(tuple(binomtest(9, 10).proportion_ci(0.99, "exact")))


def test_a_contrast_of_nobody_is_none() -> None:
    assert len(Recognition().assess(9, 1, Release(5, 5, 0, 0)).estimates) == 5
    assert len(Recognition().assess(9, 1, Release(5, 5, 4, 1)).estimates) == 6
