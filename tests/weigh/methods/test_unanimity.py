"""Unanimity: closed forms through whole tables, each refusal with a neighbour, every other way to count beside."""

import json
from datetime import date

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom, nchypergeom_fisher

from evenhand.errors import PlanError
from evenhand.terms.evidence import Evidence, Publicity
from evenhand.terms.result import Answer, Refusal, Scope
from evenhand.weigh import told
from evenhand.weigh.methods.unanimity import Tellers, Unanimity, roster_law, share_law, smallest_visible

OF_COLOUR = ("AIAN", "ASIAN", "BLACK", "HISPANIC", "MENA", "NHPI")
SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "link_probability": "float64",
    "event_id": "string",
    "source_id": "string",
    "referrer": "string",
    "reported_on": "date",
    "date": "date",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
    "race_self": "array<string>",
    "area_county": "string",
}


def told_by(*races, n=1, **columns):
    """n tellings of encounters of their own, of people of these races."""
    fixed = {
        "link_probability": 1.0,
        "event_id": None,
        "source_id": "inbox",
        "referrer": None,
        "reported_on": date(2026, 2, 1),
        "date": date(2026, 1, 1),
        "agency_basis": ["said"],
        "corroboration": ["none"],
        "race_self": list(races),
        "area_county": "Hennepin",
    }
    return [fixed | columns for _ in range(n)]


def evidence(*parts, publicity=(), without=()):
    schema = {name: kind for name, kind in SCHEMA.items() if name not in without}
    rows = [row for part in parts for row in part]
    numbered = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} | row for at, row in enumerate(rows)]
    table = [{name: row[name] for name in schema} for row in numbered]
    return Evidence(None, (), reports=ibis.memtable(table, schema=schema), publicity=publicity)


def method(**settings):
    named = {"group": OF_COLOUR, "group_name": "people of colour", "share": (0.25,), "share_source": "a made share"}
    return Unanimity(**named | settings)


def weigh(*parts, publicity=(), without=(), **settings):
    return method(**settings).weigh(evidence(*parts, publicity=publicity, without=without))


def quantities(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def test_the_numbers_of_methods_8_through_whole_tables(shared) -> None:
    """R3: the closed forms of shared expected.json, counted from made tables."""
    cases = json.loads((shared / "reports/expected.json").read_text())["unanimity"]
    assert len(cases) == 3
    for case in cases:
        found = quantities(weigh(told_by("BLACK", n=case["k"]), share=(case["share"],)))
        # five digits are printed
        assert found["chance"].value == pytest.approx(case["probability"], rel=1e-4)
        assert found["tipping_ratio"].value == pytest.approx(case["reporting_ratio_to_explain_at_0.05"], rel=1e-4)


def test_the_range_is_over_the_shares_and_the_middle_one_is_the_headline() -> None:
    found = quantities(weigh(told_by("BLACK", n=8), told_by("WHITE"), share=(0.4, 0.2, 0.3)))
    by_share = {p: method(share=(p,)).assess(Tellers(9, 8, 8)).headline.value for p in (0.2, 0.3, 0.4)}
    ratio = found["tipping_ratio"]
    assert (ratio.low, ratio.value, ratio.high) == pytest.approx((by_share[0.4], by_share[0.3], by_share[0.2]))
    assert ratio.interval == "range over the shares named, not a confidence interval"
    assert found["chance"].value == pytest.approx(binom.sf(7, 9, 0.3))
    assert (found["chance"].low, found["chance"].high) == pytest.approx((binom.sf(7, 9, 0.2), binom.sf(7, 9, 0.4)))


def test_of_two_shares_the_cautious_one_is_the_headline() -> None:
    ratio = quantities(weigh(told_by("BLACK", n=8), share=(0.2, 0.3)))["tipping_ratio"]
    assert ratio.value == ratio.low < ratio.high


def test_the_table_has_a_row_a_share() -> None:
    (series,) = weigh(told_by("BLACK", n=8), told_by("WHITE"), share=(0.3, 0.2)).answer.series
    assert series.name == "unanimity"
    assert list(series.columns) == ["share", "chance", "tipping_ratio", "invented_to_undo", "untold_to_undo"]
    assert series.columns["share"] == (0.2, 0.3)
    assert "a made share" in series.reading


def test_the_counts_and_what_would_undo_them() -> None:
    found = quantities(weigh(told_by("BLACK", n=8), told_by("WHITE", n=2)))
    assert (found["in_group"].value, found["encounters"].value) == (8, 10)
    # the definitions, by search: fewest invented, and fewest untold, that lift the tail above 5 %
    invented = next(i for i in range(9) if binom.sf(8 - i - 1, 10 - i, 0.25) > 0.05)
    untold = next(i for i in range(999) if binom.sf(7, 10 + i, 0.25) > 0.05)
    assert (found["invented_to_undo"].value, found["untold_to_undo"].value) == (invented, untold)
    assert found["share_of_tellers"].value == 0.8


def test_the_sentence_says_all_and_what_it_would_take() -> None:
    note = quantities(weigh(told_by("BLACK", n=6)))["tipping_ratio"].note
    assert note == (
        "all 6 encounters told were of people of colour, who are 25% of those at risk; if stops were blind to race, "
        "members would have to be 4.63 times as likely as others to report for so many to be no surprise"
    )
    some = quantities(weigh(told_by("BLACK", n=6), told_by("WHITE")))["tipping_ratio"].note
    assert some.startswith("6 of 7 encounters")


def test_what_is_no_surprise_is_called_so() -> None:
    result = weigh(told_by("BLACK", n=3), told_by("WHITE", n=7))
    assert quantities(result)["tipping_ratio"].value < 1
    assert "no surprise even if stops were blind to race" in quantities(result)["tipping_ratio"].note
    assert quantities(result)["invented_to_undo"].value == quantities(result)["untold_to_undo"].value == 0


def test_a_set_of_codes_is_in_the_group_only_where_all_of_them_are() -> None:
    result = weigh(told_by("BLACK", "ASIAN", n=6), told_by("BLACK", "WHITE", n=2), told_by("WHITE", n=2))
    counted = quantities(result)["in_group"]
    assert (counted.value, counted.low, counted.high) == (6, 6, 8)
    upper = quantities(weigh(told_by("BLACK", n=8), told_by("WHITE", n=2)))
    assert result.diagnostics["upper_count"]["tipping_ratio"] == pytest.approx(upper["tipping_ratio"].value)


@pytest.mark.parametrize("races", [["DECLINED"], ["unknown"], ["not_stated"], [], None, ["DECLINED", "BLACK"]])
def test_who_states_no_race_is_set_aside_by_name_and_is_a_band(races) -> None:
    result = weigh(told_by("BLACK", n=6), told_by(n=3, race_self=races))
    assert {row.reason: row.n for row in result.excluded} == {
        "a further telling of an encounter already counted": 0,
        "race not stated by the teller": 3,
    }
    (band,) = result.answer.bands
    assert band.over == "missing_race"
    assert band.low == pytest.approx(method().assess(Tellers(9, 6, 6)).headline.value)
    assert band.high == pytest.approx(method().assess(Tellers(9, 9, 9)).headline.value)
    assert band.figures["chance_out"] == pytest.approx(binom.sf(5, 9, 0.25))


def test_exclusions_add_up_to_the_tellings_that_came_in() -> None:
    twice = told_by("BLACK", encounter_id="e0")
    elsewhere = told_by("WHITE", n=4, area_county="Ramsey")
    result = weigh(
        told_by("BLACK", n=6), twice, told_by("DECLINED", n=2), elsewhere,
        scope=Scope("hennepin", {"area_county": ("Hennepin",)}),
    )  # fmt: skip
    assert [row.n for row in result.excluded] == [1, 4, 2]
    assert (result.rows_in, result.rows_used) == (13, 6)


@pytest.mark.parametrize(("n", "refused"), [(3, True), (4, False)])
def test_fewer_than_four_are_refused(n: int, refused: bool) -> None:
    result = weigh(told_by("BLACK", n=n))
    assert isinstance(result.answer, Refusal) == refused


def test_nobody_in_the_group_is_refused_and_one_is_not() -> None:
    assert isinstance(weigh(told_by("WHITE", n=8)).answer, Refusal)
    assert isinstance(weigh(told_by("WHITE", "BLACK"), told_by("WHITE", n=7)).answer, Refusal)
    assert isinstance(weigh(told_by("BLACK"), told_by("WHITE", n=7)).answer, Answer)


@pytest.mark.parametrize(("share", "said"), [((), "is not given"), ((0.2, 1.0), "1.0 lies"), ((0.0,), "0.0 lies")])
def test_without_a_share_inside_0_to_1_it_is_refused(share, said: str) -> None:
    refusal = weigh(told_by("BLACK", n=6), share=share).answer
    assert isinstance(refusal, Refusal)
    assert said in refusal.reason


@pytest.mark.parametrize(("name", "said"), [("event_id", "in one event"), ("referrer", "one referrer")])
def test_all_of_one_event_or_one_referrer_are_refused_and_all_but_one_are_not(name: str, said: str) -> None:
    result = weigh(told_by("BLACK", n=6, **{name: "secret words"}))
    assert isinstance(result.answer, Refusal)
    assert said in result.answer.reason
    assert "secret" not in str(result)
    assert isinstance(weigh(told_by("BLACK", n=6, **{name: "x"}), told_by("BLACK")).answer, Answer)
    assert isinstance(weigh(told_by("BLACK", n=6, **{name: ""})).answer, Answer)
    assert isinstance(weigh(told_by("BLACK", n=6), without=(name,)).answer, Answer)


@pytest.mark.parametrize(("share", "refused"), [(0.47, False), (0.48, True)])
def test_where_even_all_would_be_no_surprise_it_is_refused(share: float, refused: bool) -> None:
    """Of 4: 0.47^4 = 0.0488, 0.48^4 = 0.0531."""
    result = weigh(told_by("BLACK", n=4), share=(share,))
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures["chance_of_all"] == pytest.approx(0.48**4)


def test_without_reports_it_is_refused() -> None:
    result = method().weigh(Evidence(None, ()))
    assert result.answer == told.NO_REPORTS
    assert result.rows_in == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"group": "BLACK"},
        {"group": ()},
        {"group": ("Black",)},
        {"group": ("DECLINED",)},
        {"share": 0.25},
        {"level": 0.0},
        {"level": 0.9},
        {"groups_looked_at": 0},
    ],
)
def test_settings_that_mean_nothing_are_errors_before_any_row_is_read(settings) -> None:
    with pytest.raises(PlanError, match="unanimity"):
        method(**settings)


def test_groups_looked_at_multiply_the_chance_and_divide_the_level() -> None:
    one, six = (weigh(told_by("BLACK", n=8), groups_looked_at=m) for m in (1, 6))
    assert quantities(six)["chance"].value == pytest.approx(6 * quantities(one)["chance"].value)
    # of all: q is the 8th root of the level
    q = (0.05 / 6) ** (1 / 8)
    assert quantities(six)["tipping_ratio"].value == pytest.approx(q * 0.75 / (0.25 * (1 - q)))
    assert six.diagnostics["groups_looked_at"] == {
        "groups": 6,
        "tipping_ratio_of_one": pytest.approx(quantities(one)["tipping_ratio"].value),
        "chance_of_one": pytest.approx(quantities(one)["chance"].value),
    }
    assert "one of 6 groups looked at" in quantities(six)["tipping_ratio"].note


def test_a_roster_is_its_own_frame_and_its_ratio_is_of_odds() -> None:
    result = weigh(told_by("BLACK", n=7), told_by("WHITE"), share=(), members=40, total=200)
    found = quantities(result)
    assert found["chance"].value == pytest.approx(hypergeom.sf(6, 200, 40, 8))
    ratio = found["tipping_ratio"]
    assert nchypergeom_fisher.sf(6, 200, 40, 8, ratio.value) == pytest.approx(0.05)
    assert ratio.low == ratio.value == ratio.high
    assert "a ratio of odds" in ratio.note
    assert "40 of 200 on the roster" in ratio.note
    untold = next(i for i in range(160) if hypergeom.sf(6, 200, 40, 8 + i) > 0.05)
    assert found["untold_to_undo"].value == untold


@pytest.mark.parametrize(
    "settings", [{"members": 40}, {"total": 200}, {"members": 0, "total": 9}, {"members": 9, "total": 9}]
)
def test_half_a_roster_or_one_of_one_kind_is_refused(settings) -> None:
    assert isinstance(weigh(told_by("BLACK", n=7), **settings).answer, Refusal)


@pytest.mark.parametrize(("members", "refused"), [(7, True), (8, False)])
def test_more_tellers_than_stand_on_the_roster_are_refused(members: int, refused: bool) -> None:
    result = weigh(told_by("BLACK", n=8), members=members, total=60)
    assert isinstance(result.answer, Refusal) == refused


def test_those_unstated_are_put_where_the_roster_has_room() -> None:
    """8 of the group and 5 unstated; 10 others on the roster told already all but 2 of them: 3 must be members."""
    result = weigh(told_by("BLACK", n=8), told_by("WHITE", n=8), told_by("DECLINED", n=5), members=12, total=22)
    (band,) = result.answer.bands
    assert band.figures["chance_out"] == pytest.approx(hypergeom.sf(10, 22, 12, 21))
    assert band.figures["chance_in"] == pytest.approx(hypergeom.sf(11, 22, 12, 21))


def test_every_reading_stands_beside_and_the_smallest_is_named() -> None:
    weak = [told_by("BLACK", encounter_id="e0", link_probability=p, agency_basis=["guessed"]) for p in (0.6, 0.9)]
    result = weigh(told_by("BLACK", n=6), *weak, told_by("WHITE", n=2, agency_basis=["guessed"]), share=(0.2, 0.3))
    readings = result.diagnostics
    assert {at: found["n"] for at, found in readings["thresholds"].items()} == {"0.5": 8, "0.8": 9, "0.95": 10}
    assert readings["attributed"]["n"] == readings["attributed"]["in_group"] == 6
    assert readings["thresholds"]["0.8"]["tipping_ratio"] == quantities(result)["tipping_ratio"].value
    lows = [found["tipping_ratio_low"] for found in (*readings["thresholds"].values(), readings["attributed"])]
    assert readings["smallest_tipping_ratio"] == min(lows)
    assert readings["corroboration"]["encounters"] == 9
    assert [gate.gate for gate in result.gates] == ["attribution"]


def test_each_source_left_out_in_turn_leaves_the_smallest_and_no_name() -> None:
    result = weigh(
        told_by("BLACK", n=3, referrer="secret words"), told_by("BLACK", n=2, source_id="other"), told_by("WHITE", n=2)
    )
    alone = method()
    left = result.diagnostics["left_out"]
    assert left["referrer"]["left_out"] == 3
    assert left["referrer"]["tipping_ratio"] == pytest.approx(alone.assess(Tellers(4, 2, 2)).headline.value)
    # without the inbox two of two are left, without the other source three of five
    assert left["source_id"]["left_out"] == 2
    assert (left["source_id"]["in_group"], left["source_id"]["n"]) == (3, 5)
    assert "secret" not in str(result)


def test_people_of_one_event_are_counted_once_beside_the_headline() -> None:
    result = weigh(
        told_by("BLACK", n=3, event_id="one"), told_by("BLACK", n=3),
        told_by("BLACK", event_id="two"), told_by("WHITE", event_id="two"),
    )  # fmt: skip
    assert (result.diagnostics["one_an_event"]["n"], result.diagnostics["one_an_event"]["in_group"]) == (5, 4)


def test_before_and_after_the_first_publicity_stand_apart() -> None:
    result = weigh(
        told_by("BLACK", n=4), told_by("BLACK", n=3, reported_on=date(2026, 3, 2)), told_by("WHITE", reported_on=None),
        publicity=(Publicity(date(2026, 4, 1)), Publicity(date(2026, 3, 2), "a story")),
    )  # fmt: skip
    around = result.diagnostics["publicity"]
    assert around["first"] == date(2026, 3, 2)
    assert (around["before"]["n"], around["after"]["n"], around["day_unknown"]) == (4, 3, 1)
    assert around["before"]["chance"] == pytest.approx(0.25**4)
    assert weigh(told_by("BLACK", n=4)).diagnostics["publicity"] == {}


def test_areas_count_encounters_and_not_groups() -> None:
    result = weigh(told_by("BLACK", n=4), told_by("WHITE", n=2, area_county="Ramsey"), told_by("BLACK", area_county=""))
    assert result.diagnostics["areas"] == {
        "level": "county",
        "encounters": {"Hennepin": 4, "Ramsey": 2, "not stated": 1},
    }


@given(st.integers(4, 60), st.floats(0.05, 0.45))
def test_the_smallest_visible_ratio_is_seen_in_four_of_five(k: int, p: float) -> None:
    """By scipy's binomial: at the share it stands for, so many or more are a surprise with 80 % power."""
    ratio = smallest_visible(k, share_law(p), 0.05)
    needed = next(x for x in range(k + 2) if binom.sf(x - 1, k, p) <= 0.05)
    assert needed <= k
    share = p * ratio / (p * ratio + 1 - p)
    # both invert one closed form
    assert binom.sf(needed - 1, k, share) == pytest.approx(0.8, rel=1e-9)


def test_on_a_roster_the_smallest_visible_ratio_is_of_odds() -> None:
    ratio = smallest_visible(8, roster_law(40, 200), 0.05)
    needed = next(x for x in range(9) if hypergeom.sf(x - 1, 200, 40, 8) <= 0.05)
    assert nchypergeom_fisher.sf(needed - 1, 200, 40, 8, ratio) == pytest.approx(0.8)


def test_the_order_of_rows_never_matters() -> None:
    rows = [*told_by("BLACK", n=6), *told_by("WHITE", n=2), *told_by("DECLINED")]
    numbered = [{"report_id": f"r{at}", "encounter_id": f"e{at}"} | row for at, row in enumerate(rows)]
    assert weigh(numbered) == weigh(numbered[::-1])


def test_it_is_named_by_its_group() -> None:
    assert weigh(told_by("BLACK", n=6)).id == "unanimity/people-of-colour/all"
