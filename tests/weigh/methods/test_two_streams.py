"""Two streams: Fisher and Holm through whole tables by scipy's and by hand, codes beside actions, each refusal."""

import ibis
import pytest
from scipy.stats import fisher_exact

from evenhand.errors import PlanError
from evenhand.maths import power
from evenhand.terms.codebook import ELEMENTS
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Refusal, Scope
from evenhand.weigh import told
from evenhand.weigh.methods.two_streams import Said, TwoStreams

SCHEMA = {
    "report_id": "string",
    "encounter_id": "string",
    "event_id": "string",
    "link_probability": "float64",
    "agency_basis": "array<string>",
    "corroboration": "array<string>",
    "actions": "array<string>",
    "off_duty_officer": "string",
    "area_county": "string",
}
CODES = {"report_id": "string", "coder": "string", "element": "string", "phase": "string", "code": "int64"}


def told_by(n, who, *actions, **columns):
    """n tellings of encounters of their own by `residents` or `officers`."""
    fixed = {
        "event_id": None,
        "link_probability": 1.0,
        "agency_basis": ["said"],
        "corroboration": ["none"],
        "actions": list(actions),
        "off_duty_officer": {"residents": "no", "officers": "yes"}[who],
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
    return TwoStreams(**settings).weigh(evidence(*parts, without=without, codes=codes))


def quantities(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def series(result):
    return {each.name: each.columns for each in result.answer.series}


# cuffs told of by 20 of 30 residents and 2 of 20 officers; a rude word by half of each
UNLIKE = (
    told_by(15, "residents", "handcuffed", "rude"), told_by(5, "residents", "handcuffed"), told_by(10, "residents"),
    told_by(2, "officers", "handcuffed"), told_by(10, "officers", "rude"), told_by(8, "officers"),
)  # fmt: skip


def test_each_element_by_scipys_fisher_and_all_by_holm() -> None:
    result = weigh(*UNLIKE)
    streams = series(result)["streams"]
    assert streams["element"] == ("handcuffed", "rude")
    assert (streams["residents_said"], streams["officers_said"]) == ((20, 15), (2, 10))
    assert (streams["residents"], streams["officers"]) == ((30, 30), (20, 20))
    p = (fisher_exact([[20, 10], [2, 18]]).pvalue, fisher_exact([[15, 15], [10, 10]]).pvalue)
    assert streams["p"] == pytest.approx(p)
    assert streams["p_holm"] == pytest.approx((2 * p[0], min(1, max(2 * p[0], p[1]))))
    found = quantities(result)
    assert {name: estimate.value for name, estimate in found.items()} == {
        "unlike_elements": 1, "elements_compared": 2, "residents": 30, "officers": 20,
    }  # fmt: skip
    note = found["unlike_elements"].note
    assert "told unlike of 1 of 2 elements: handcuffed (67% against 10%)" in note


def test_likeness_is_said_with_what_could_have_gone_unseen() -> None:
    residents = (told_by(15, "residents", "rude"), told_by(15, "residents"))
    result = weigh(*residents, told_by(9, "officers", "rude"), told_by(11, "officers"))
    found = quantities(result)["unlike_elements"]
    assert (found.value, found.low, found.high) == (0, 0, 0)
    visible = result.answer.smallest_visible
    assert visible == power.smallest_visible_shares(30, 20, 0.05)
    assert "were not told apart" in found.note
    assert f"under {visible:.0%} could have gone unseen" in found.note


def test_the_smallest_visible_difference_is_at_holms_first_step() -> None:
    assert weigh(*UNLIKE).answer.smallest_visible == power.smallest_visible_shares(30, 20, 0.05 / 2)


@pytest.mark.parametrize(("officers", "refused"), [(9, True), (10, False)])
def test_a_stream_of_fewer_than_ten_is_refused(officers: int, refused: bool) -> None:
    told_of = told_by(20, "residents", "rude"), told_by(20, "residents"), told_by(officers, "officers", "rude")
    result = weigh(*told_of)
    assert isinstance(result.answer, Refusal) == refused
    if refused:
        assert result.answer.figures == {"residents": 40, "officers": 9}


def test_where_nobody_told_of_any_element_or_all_did_it_is_refused() -> None:
    assert isinstance(weigh(told_by(20, "residents"), told_by(20, "officers")).answer, Refusal)
    assert isinstance(weigh(told_by(20, "residents", "rude"), told_by(20, "officers", "rude")).answer, Refusal)
    assert isinstance(weigh(told_by(20, "residents", "rude"), told_by(20, "officers")).answer, Answer)


def test_too_few_to_find_anything_is_refused_where_fewer_are_let_in() -> None:
    """6 choose 3 is 20, so 3 against 3 has at least p = 0.1; 4 against 4 has 2/70 = 0.029."""
    assert "too few" in weigh(told_by(3, "residents", "rude"), told_by(3, "officers"), fewest=3).answer.reason
    assert isinstance(weigh(told_by(4, "residents", "rude"), told_by(4, "officers"), fewest=3).answer, Answer)


def test_what_only_officers_can_tell_of_is_not_compared() -> None:
    result = weigh(told_by(20, "residents", "rude"), told_by(20, "officers", "released_as_officer"))
    assert series(result)["streams"]["element"] == ("rude",)
    assert "released_as_officer" in ELEMENTS


def test_not_stated_as_officer_is_a_resident_and_actions_not_told_are_set_aside_by_name() -> None:
    result = weigh(
        told_by(10, "residents", "rude", off_duty_officer="not_stated"),
        told_by(10, "residents", off_duty_officer=None),
        told_by(10, "officers"),
        told_by(2, "officers", actions=None),
        told_by(3, "officers", "not_stated"),
        told_by(4, "officers", "rude", encounter_id="e0"),
        told_by(5, "officers", "rude", area_county="Ramsey"),
        scope=Scope("hennepin", {"area_county": ("Hennepin",)}),
    )
    assert [(row.reason, row.n) for row in result.excluded] == [
        ("a further telling of an encounter already counted", 4),
        ("area_county is not Hennepin", 5),
        ("what was done not told", 5),
    ]
    assert (quantities(result)["residents"].value, quantities(result)["officers"].value) == (20, 10)
    assert result.rows_in == result.rows_used + 14


def coded(reports, element, code, phase="whole", coder="a"):
    return [(f"r{at}", coder, element, phase, code) for at in reports]


def test_codes_are_compared_among_those_that_say_so() -> None:
    """Residents are r0 to r29, officers r30 to r49."""
    codes = [
        *coded(range(12), "searched", 1), *coded(range(12, 15), "searched", 0), *coded(range(15, 30), "searched", 9),
        *coded(range(30, 32), "searched", 1), *coded(range(32, 44), "searched", 0),
        *coded(range(9), "entry", 1), *coded(range(30, 50), "entry", 0),  # nine residents: too few
        *coded(range(30), "rude", 1), *coded(range(30, 50), "rude", 1),  # all alike: nothing to compare
        *coded(range(20), "arrested", 1), *coded(range(20), "arrested", 0, coder="b"),  # coders differ
    ]  # fmt: skip
    result = weigh(*UNLIKE, codes=codes)
    found = series(result)["streams_coded"]
    assert found["element"] == ("searched",)
    assert [found[name] for name in Said._fields[1:]] == [(12,), (15,), (2,), (14,)]
    assert found["p"] == pytest.approx((fisher_exact([[12, 3], [2, 12]]).pvalue,))
    # one family of three
    assert series(result)["streams"]["p_holm"][0] == pytest.approx(3 * series(result)["streams"]["p"][0])
    assert (quantities(result)["elements_compared"].value, quantities(result)["unlike_elements"].value) == (3, 2)


def test_an_element_coded_in_two_phases_happened_in_either_and_did_not_only_in_both() -> None:
    codes = [
        *coded(range(10), "searched", 1, "before"), *coded(range(10), "searched", 0, "after"),
        *coded(range(10, 20), "searched", 0, "before"), *coded(range(10, 20), "searched", 9, "after"),
        *coded(range(30, 50), "searched", 0, "before"), *coded(range(30, 50), "searched", 0, "after"),
    ]  # fmt: skip
    found = series(weigh(*UNLIKE, codes=codes))["streams_coded"]
    assert [found[name] for name in Said._fields[1:]] == [(10,), (10,), (0,), (20,)]


def test_an_element_told_and_coded_counts_once() -> None:
    codes = [*coded(range(30), "handcuffed", 1), *coded(range(30, 50), "handcuffed", 0)]
    found = quantities(weigh(*UNLIKE, codes=codes))
    assert (found["elements_compared"].value, found["unlike_elements"].value) == (2, 1)


def test_every_reading_stands_beside_and_events_of_both_are_counted() -> None:
    weak = told_by(3, "officers", "rude", encounter_id="e0", link_probability=0.9, agency_basis=["guessed"])
    shared_event = [told_by(1, who, "rude", event_id="one") for who in ("residents", "officers")]
    diagnostics = weigh(*UNLIKE, weak, *shared_event).diagnostics
    assert {at: found["officers"] for at, found in diagnostics["thresholds"].items()} == {
        "0.5": 21,
        "0.8": 21,
        "0.95": 24,
    }
    assert diagnostics["attributed"]["unlike_elements"] == 1
    assert diagnostics["events_of_both"] == 1
    assert diagnostics["corroboration"]["encounters"] == 52


def test_a_reading_with_too_few_has_counts_alone() -> None:
    rows = [told_by(20, "residents", "rude"), told_by(20, "officers", agency_basis=["guessed"])]
    assert weigh(*rows).diagnostics["attributed"] == {"n": 20, "residents": 20, "officers": 0}


def test_without_reports_it_is_refused() -> None:
    assert TwoStreams().weigh(Evidence(None, ())).answer == told.NO_REPORTS


@pytest.mark.parametrize("settings", [{"level": 0.0}, {"level": 0.9}, {"fewest": 0}])
def test_settings_that_mean_nothing_are_errors(settings) -> None:
    with pytest.raises(PlanError, match="two_streams"):
        TwoStreams(**settings)


def test_swapping_the_streams_changes_nothing_but_the_names() -> None:
    ours = TwoStreams().assess([Said("rude", 9, 30, 2, 20), Said("entry", 3, 30, 9, 20)])
    theirs = TwoStreams().assess([Said("rude", 2, 20, 9, 30), Said("entry", 9, 20, 3, 30)])
    assert ours.series[0].columns["p_holm"] == pytest.approx(theirs.series[0].columns["p_holm"])
    assert ours.smallest_visible == pytest.approx(theirs.smallest_visible)


def test_reports_that_do_not_ask_who_is_an_officer_say_so() -> None:
    with pytest.raises(PlanError, match="off_duty_officer"):
        weigh(*UNLIKE, without=("off_duty_officer",))
