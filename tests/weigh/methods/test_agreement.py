"""Agreement: alpha of whole tables against the coders' own lists, each refusal with a neighbour, no coder by name."""

import json
from datetime import date

import ibis
import numpy as np
import pytest

from evenhand.errors import PlanError
from evenhand.maths import agreement as maths
from evenhand.maths.agreement import Alpha
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Period, Refusal, Scope
from evenhand.weigh.methods.agreement import (
    NOT_REPORTED,
    TENTATIVE,
    USABLE,
    Agreement,
    assess,
    verdict,
)

SCHEMA = {
    "report_id": "string",
    "coder": "string",
    "version": "string",
    "element": "string",
    "phase": "string",
    "code": "int64",
    "month": "string",
    "language": "string",
}
FIXED = {"version": "1", "phase": "whole", "month": "2026-03", "language": "en"}


def sheet(element, first, second, start=0, coders=("ann", "ben"), **columns):
    """Two coders' codes of one element: strings of 0, 1, 9 and a blank where a coder gave none."""
    return [
        FIXED | {"report_id": f"r{start + at}", "coder": coder, "element": element, "code": int(code)} | columns
        for coder, codes in zip(coders, (first, second), strict=True)
        for at, code in enumerate(codes)
        if code != " "
    ]


def evidence(*parts, reports=None, columns=SCHEMA):
    rows = [{name: row[name] for name in columns} for part in parts for row in part]
    return Evidence(None, (), codes=ibis.memtable(rows, schema=columns), reports=reports)


def reports(n, **columns):
    rows = [{"report_id": f"r{at}", "date": date(2026, 1, 1), "mode": "foot", "narrative": "told"} for at in range(n)]
    schema = {"report_id": "string", "date": "date", "mode": "string", "narrative": "string"}
    return ibis.memtable([row | columns for row in rows], schema=schema)


def weigh(*parts, reports=None, columns=SCHEMA, **settings):
    return Agreement(**{"draws": 200} | settings).weigh(evidence(*parts, reports=reports, columns=columns))


def numbers(result):
    assert isinstance(result.answer, Answer)
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def row(result, element):
    columns = result.answer.series[0].columns
    at = columns["element"].index(element)
    return {name: values[at] for name, values in columns.items()}


# 120 narratives: the coders part in 6; then in 24; then in half of them
GOOD = sheet("handcuffed", "1" * 50 + "0" * 40 + "9" * 30, "1" * 47 + "0" * 40 + "1" * 3 + "9" * 30)
FAIR = sheet("threat", "1" * 60 + "0" * 60, "1" * 48 + "0" * 60 + "1" * 12)
POOR = sheet("explained", "10" * 60, "1100" * 30)


def test_each_element_stands_or_falls_alone() -> None:
    result = weigh(GOOD, POOR)
    found = numbers(result)
    assert result.id == "agreement/all"
    assert result.answer.headline.quantity == "elements_usable"
    assert (found["elements_usable"].value, found["elements_usable"].low) == (1, 1)
    assert "of 2 elements coded; 0 tentative, 1 not reported" in found["elements_usable"].note
    assert set(found) == {"elements_usable", "alpha_handcuffed"}
    assert (row(result, "handcuffed")["verdict"], row(result, "explained")["verdict"]) == (USABLE, NOT_REPORTED)
    assert result.answer.smallest_visible is None


def test_alpha_is_that_of_the_coders_own_lists_with_nine_and_without() -> None:
    """Against `maths.agreement.read` of the rows themselves, which the tally by narrative never sees."""
    result = weigh(GOOD, FAIR)
    lists = [(each["coder"], each["report_id"], each["code"]) for each in GOOD]
    codes = maths.read(*zip(*lists, strict=True))
    assert numbers(result)["alpha_handcuffed"].value == pytest.approx(maths.alpha(codes))
    said = maths.read(*zip(*(each for each in lists if each[2] != 9), strict=True))
    at = row(result, "handcuffed")
    assert at["alpha_said"] == pytest.approx(maths.alpha(said))
    assert at["raw"] == pytest.approx(maths.raw_agreement(codes))
    assert at["prevalence"] == pytest.approx((50 + 50) / 240)
    assert at["narratives"] == 120
    # nobody coded `threat` 9: both alphas are one number
    assert row(result, "threat")["alpha"] == pytest.approx(row(result, "threat")["alpha_said"])


@pytest.mark.parametrize(
    ("alpha", "said"),
    [
        ((0.80, 0.667, 0.9), USABLE),
        ((0.80, 0.666, 0.9), TENTATIVE),
        ((0.799, 0.70, 0.9), TENTATIVE),
        ((0.667, 0.50, 0.8), TENTATIVE),
        ((0.666, 0.60, 0.9), NOT_REPORTED),
    ],
)
def test_the_verdict_takes_the_value_and_the_lower_end(alpha, said: str) -> None:
    assert verdict(Alpha(*alpha, draws=2000, undefined=0)) == said


def test_a_rare_element_has_raw_agreement_beside_it() -> None:
    rare = sheet("weapon_fired", "1" * 9 + "0" * 191, "1" * 8 + "0" * 192)
    common = sheet("handcuffed", "1" * 12 + "0" * 188, "1" * 11 + "0" * 189)
    found = numbers(weigh(rare, common))
    # 17 of 400 codes, 199 of 200 pairs
    assert "4.2% of the codes say that it happened, and 99.5% of the pairs" in found["alpha_weapon_fired"].note
    assert found["alpha_handcuffed"].note == USABLE


def test_every_code_is_used_or_set_aside_by_name() -> None:
    other = sheet("handcuffed", "1" * 7, "1" * 7, start=500, version="2")
    odd = sheet("handcuffed", "5", "1", start=600)
    result = weigh(GOOD, other, odd, sheet("handcuffed", "101", "   ", start=700), version="1")
    assert {exclusion.reason: exclusion.n for exclusion in result.excluded} == {
        "report outside the scope": 0,
        "coder not recorded": 0,
        "an adjudicated code, no reading apart": 0,
        "code is not 1, 0 or 9": 1,
        "codebook version is not 1": 14,
        "coded by one coder only": 4,
    }
    assert result.rows_in == 240 + 14 + 2 + 3
    assert result.rows_used == 240


def test_versions_mixed_are_refused_with_their_counts_and_one_can_be_picked() -> None:
    parts = (GOOD, sheet("handcuffed", "1" * 7, "1" * 7, start=500, version="2"))
    refused = weigh(*parts).answer
    assert isinstance(refused, Refusal)
    assert refused.figures == {"codes_by_version": {"1": 240, "2": 14}}
    assert isinstance(weigh(*parts, version="1").answer, Answer)
    assert "no codes by version 3" in weigh(*parts, version="3").answer.reason


def test_one_coder_is_refused_and_two_are_not() -> None:
    result = weigh(sheet("handcuffed", "10" * 60, " " * 120))
    assert isinstance(result.answer, Refusal)
    assert result.answer.figures == {"coders": 1}


def test_no_codes_are_refused_naming_the_section() -> None:
    assert "[[codes]]" in Agreement().weigh(Evidence(None, ())).answer.needed


@pytest.mark.parametrize(("narratives", "refused"), [(99, True), (100, False)])
def test_fewer_than_a_hundred_narratives_coded_twice_are_refused(narratives: int, refused: bool) -> None:
    result = weigh(sheet("handcuffed", ("10" * 60)[:narratives], ("10" * 60)[:narratives]))
    assert isinstance(result.answer, Refusal) == refused


@pytest.mark.parametrize(("told", "refused"), [(600, False), (601, True)])
def test_less_than_a_fifth_of_the_reports_coded_twice_is_refused(told: int, refused: bool) -> None:
    result = weigh(GOOD, reports=reports(told))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures == {"coded_twice": 120, "narratives": 601}


def test_reports_without_a_narrative_are_none_that_could_be_coded() -> None:
    bare = reports(900, narrative="").union(reports(400))
    assert isinstance(weigh(GOOD, reports=bare).answer, Answer)


def test_an_element_with_all_codes_alike_is_refused_alone_and_all_of_them_together() -> None:
    alike = sheet("weapon_fired", "9" * 120, "9" * 120)
    result = weigh(GOOD, alike)
    assert row(result, "weapon_fired")["alpha"] is None
    assert row(result, "weapon_fired")["verdict"] == NOT_REPORTED
    assert "alike" in result.diagnostics["refused"]["weapon_fired"]
    refused = weigh(alike).answer
    assert isinstance(refused, Refusal)
    assert "none of 1 elements" in refused.reason


def test_an_element_coded_twice_in_too_few_narratives_is_refused_alone() -> None:
    result = weigh(GOOD, sheet("threat", "10" * 30, "10" * 30))
    assert "60 narratives coded twice" in result.diagnostics["refused"]["threat"]


def test_phases_are_elements_of_their_own() -> None:
    before = sheet("handcuffed", "10" * 60, "10" * 60, phase="before")
    found = numbers(weigh(GOOD, before))
    assert found["alpha_handcuffed_before"].value == 1
    assert found["alpha_handcuffed"].value < 1


def test_a_coder_who_codes_twice_is_refused() -> None:
    result = weigh(GOOD, sheet("handcuffed", "1", " "))
    assert result.answer.figures == {"repeated": 1}


def test_a_scope_looks_at_the_codes_of_its_reports_only() -> None:
    told = reports(120, mode="vehicle").union(reports(60).mutate(report_id=ibis.literal("other")))
    more = sheet("handcuffed", "1" * 5, "0" * 5, start=900)
    cars = Scope("cars", {"mode": ("vehicle",)})
    result = weigh(GOOD, more, reports=told, scope=cars)
    assert {exclusion.reason: exclusion.n for exclusion in result.excluded}["report outside the scope"] == 10
    assert numbers(result) == numbers(weigh(GOOD))
    year = Scope("year", period=Period("2027", date(2027, 1, 1), date(2027, 12, 31)))
    assert "no codes" in weigh(GOOD, reports=told, scope=year).answer.reason
    assert "no reports" in weigh(GOOD, scope=year).answer.reason


def test_confusion_is_by_pair_of_coders_and_no_coder_is_named() -> None:
    third = sheet("handcuffed", "1" * 110, "0" * 110, start=200, coders=("ben", "zoe"))
    result = weigh(GOOD, third)
    assert result.diagnostics["coders"] == 3
    assert result.diagnostics["confusion"]["handcuffed"] == {
        "1 and 2": {"0 and 0": 37, "0 and 1": 3, "1 and 0": 3, "1 and 1": 47, "9 and 9": 30},
        "2 and 3": {"1 and 0": 110},
    }
    for name in ("ann", "ben", "zoe"):
        assert name not in json.dumps(result.diagnostics)


def test_drift_by_month_and_by_language_of_which_rare_ones_are_not_named() -> None:
    april = sheet("handcuffed", "10" * 10, "01" * 10, start=300, month="2026-04", language="so")
    few = sheet("handcuffed", "1" * 5, "1" * 5, start=400, month="2026-04", language="am")
    found = weigh(GOOD, april, few).diagnostics
    assert found["by_month"] == {
        "2026-03": {"pairs": 120, "alike": pytest.approx(114 / 120)},
        "2026-04": {"pairs": 25, "alike": pytest.approx(5 / 25)},
    }
    assert set(found["by_language"]) == {"en", "so", "other languages"}


def test_codes_without_phase_month_or_language_are_read() -> None:
    columns = {name: kind for name, kind in SCHEMA.items() if name not in ("phase", "month", "language")}
    result = weigh(GOOD, columns=columns)
    assert numbers(result) == numbers(weigh(GOOD))
    assert set(result.diagnostics["by_month"]) == {"not recorded"}


def test_the_order_of_rows_and_the_names_of_coders_never_matter() -> None:
    mixed = [GOOD[at] for at in np.random.default_rng(0).permutation(len(GOOD))]
    assert weigh(mixed) == weigh(GOOD)
    renamed = [each | {"coder": {"ann": "x", "ben": "y"}[each["coder"]]} for each in GOOD]
    assert weigh(renamed) == weigh(GOOD)


def test_the_same_seed_gives_the_same_interval_and_no_draws_are_refused() -> None:
    counts = np.array([[2, 0, 0]] * 70 + [[0, 2, 0]] * 50 + [[1, 1, 0]] * 12, dtype=float)
    assert assess(counts, 300, seed=3) == assess(counts, 300, seed=3)
    assert assess(counts, 300, seed=3) != assess(counts, 300, seed=4)
    with pytest.raises(PlanError, match="draws"):
        Agreement(draws=0)


def test_an_adjudicated_code_is_no_second_reading() -> None:
    """Whoever settles a code has both in sight: with one coder it would agree with itself."""
    one = sheet("handcuffed", "1" * 60 + "0" * 60, "1" * 60 + "0" * 60, coders=("ann", "adjudicated"))
    refused = weigh(one)
    assert isinstance(refused.answer, Refusal)
    assert "1 coder" in refused.answer.reason
    settled = [row for row in one if row["coder"] == "adjudicated"]
    result, before = weigh(GOOD, settled), weigh(GOOD)
    assert row(result, "handcuffed") == row(before, "handcuffed")
    assert result.rows_in == before.rows_in + 120
    assert {each.reason: each.n for each in result.excluded}["an adjudicated code, no reading apart"] == 120


def test_a_code_without_its_coder_is_set_aside() -> None:
    nobody = sheet("handcuffed", "1" * 60 + "0" * 60, "", coders=(None, "ben"))
    result = weigh(GOOD, nobody)
    assert row(result, "handcuffed") == row(weigh(GOOD), "handcuffed")
    assert {each.reason: each.n for each in result.excluded}["coder not recorded"] == 120
