"""Selection bounds: every refusal with a neighbour that passes, every row accounted for, both readings printed."""

from datetime import date, timedelta

import pytest

from evenhand.errors import PlanError
from evenhand.maths import selection
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Contrast, Refusal, Scope
from evenhand.weigh.methods.selection_bounds import SelectionBounds

BW = Contrast("BLACK", "WHITE")
FIRST = date(2021, 1, 4)
RACES = {"B": ["BLACK"], "W": ["WHITE", "MENA"], "H": ["HISPANIC"], "?": ["unknown"], "B|H": ["BLACK", "HISPANIC"]}
SCHEMA = {
    "date": "date",
    "time_local": "string",
    "race_officer_options": "array<string>",
    "area_town": "string",
    "mode": "string",
    "reason": "string",
    "search_person": "string",
    "search_vehicle": "string",
    "result": "array<string>",
    "repeated": "string",
}


def stops(*cells, weeks=20, **columns):
    """Rows from (town, race, searched, count), one after another over the days of `weeks` weeks."""
    fixed = {"time_local": "12:00", "mode": "vehicle", "reason": "moving", "result": ["none"], "repeated": "no"}
    rows = []
    for town, race, searched, n in cells:
        row = fixed | {"area_town": town, "race_officer_options": RACES[race]} | columns
        row |= {"search_person": searched, "search_vehicle": searched}
        rows += [row | {"date": FIRST + timedelta(days=(at * weeks * 7) // n)} for at in range(n)]
    return rows


def weigh(rows, **settings):
    import ibis

    table = ibis.memtable(rows, schema=SCHEMA)
    given = {"contrast": BW, "scope": Scope(), "place": "town"} | settings
    return SelectionBounds(**given).weigh(Evidence(table, ()))


def estimates(result):
    assert isinstance(result.answer, Answer), result.answer
    return {estimate.quantity: estimate for estimate in result.answer.estimates}


def sweep(result):
    return result.answer.series[0].columns


# one town: 30 of 100 against 50 of 200; 25 % of the reference
PLAIN = (("x", "B", "yes", 30), ("x", "B", "no", 70), ("x", "W", "yes", 50), ("x", "W", "no", 150))


def test_the_plain_difference_is_the_first_reading():
    found = estimates(weigh(stops(*PLAIN)))
    assert found["difference"].value == pytest.approx(0.05)
    assert found["difference"].n == 300
    assert found["weighted_share_group"].value == pytest.approx(0.30)
    assert found["weighted_share_reference"].value == pytest.approx(0.25)
    assert "if race tells nothing more once the stop is made" in found["difference"].note


def test_the_sweep_is_the_second_reading_with_intervals_outside_its_ends():
    columns = sweep(weigh(stops(*PLAIN)))
    for at, rho in enumerate(columns["rho"]):
        low, high = selection.average_effect_bounds(0.30, 0.25, 1 / 3, rho)
        # rounding of sums of shares
        assert columns["att"][at] == pytest.approx(0.05 + rho * 0.25, abs=1e-12)
        assert (columns["ate_low"][at], columns["ate_high"][at]) == pytest.approx((low, high), abs=1e-12)
        assert columns["ate_from"][at] < low <= high < columns["ate_to"][at]
        assert columns["att_from"][at] < columns["att"][at] < columns["att_to"][at]


def test_without_racial_stops_the_sweep_is_the_plain_difference_with_its_interval():
    result = weigh(stops(*PLAIN))
    columns, plain = sweep(result), estimates(result)["difference"]
    assert columns["att"][0] == columns["ate_low"][0] == columns["ate_high"][0] == plain.value
    for name in ("att", "ate"):
        # the root of a search for the quantile
        assert (columns[f"{name}_from"][0], columns[f"{name}_to"][0]) == pytest.approx(
            (plain.low, plain.high), abs=1e-9
        )


def test_strata_are_compared_inside():
    """Equal shares in each town, one town searched more and home to more of the group."""
    rows = stops(
        *(("x", "B", "yes", 60), ("x", "B", "no", 60), ("x", "W", "yes", 20), ("x", "W", "no", 20)),
        *(("y", "B", "yes", 10), ("y", "B", "no", 30), ("y", "W", "yes", 40), ("y", "W", "no", 120)),
    )
    assert estimates(weigh(rows))["difference"].value == pytest.approx(0, abs=1e-12)
    assert estimates(weigh(rows, place=""))["difference"].value > 0.1


def test_relabelling_turns_the_plain_difference_round():
    one, other = weigh(stops(*PLAIN)), weigh(stops(*PLAIN), contrast=Contrast("WHITE", "BLACK"))
    # the weights' order of summing
    assert one.answer.headline.value == pytest.approx(-other.answer.headline.value, abs=1e-12)
    assert one.answer.headline.low == pytest.approx(-other.answer.headline.high, abs=1e-9)


def test_a_lower_share_for_the_group_names_where_the_sign_turns():
    result = weigh(stops(*PLAIN), contrast=Contrast("WHITE", "BLACK"))
    turns = estimates(result)["sign_change"]
    # (.30 - .25)/.30
    assert turns.value == pytest.approx(1 / 6)
    assert 0 <= turns.low < turns.value < turns.high <= 1
    assert "its sign turns" in result.answer.series[0].reading
    assert "sign_change" not in estimates(weigh(stops(*PLAIN)))


def test_the_veil_leaves_a_mark_and_no_estimate():
    result = weigh(stops(*PLAIN), veil_ratio=1.25)
    columns = sweep(result)
    assert columns["rho"][columns["mark"].index("veil")] == pytest.approx(0.2)
    assert set(estimates(result)) == set(estimates(weigh(stops(*PLAIN))))


def test_unrecorded_stops_widen_the_sweep():
    full, part = sweep(weigh(stops(*PLAIN))), sweep(weigh(stops(*PLAIN), recorded=(0.9, 0.9)))
    assert all(b < a for a, b in zip(full["ate_low"], part["ate_low"], strict=True))
    assert all(b > a for a, b in zip(full["ate_high"], part["ate_high"], strict=True))
    # .9 of each recorded: .27 to .37 against .225 to .325
    assert (part["att_low"][0], part["att_high"][0]) == pytest.approx((-0.055, 0.145))
    argued = sweep(weigh(stops(*PLAIN), recorded=(0.9, 0.9, 0.2, 0.4)))
    assert part["ate_low"][0] < argued["ate_low"][0] < argued["ate_high"][0] < part["ate_high"][0]


def test_the_model_band_runs_over_both_readings():
    result = weigh(stops(*PLAIN), shares=(0.0, 0.4))
    band = next(band for band in result.answer.bands if band.over == "model")
    _, high = selection.average_effect_bounds(0.30, 0.25, 1 / 3, 0.4)
    assert (band.low, band.high) == pytest.approx((0.05, high))


def test_unknown_race_makes_a_band_and_never_a_group():
    result = weigh(stops(*PLAIN, ("x", "?", "yes", 20)))
    band = next(band for band in result.answer.bands if band.over == "missing_race")
    assert result.answer.headline.value == pytest.approx(0.05)
    # all of the group, 50 of 120; all of the reference, 70 of 220
    assert (band.low, band.high) == pytest.approx((0.30 - 70 / 220, 50 / 120 - 0.25))


def test_exclusions_add_up_to_the_rows_that_came_in():
    rows = [
        *stops(
            *PLAIN, ("x", "?", "no", 7), ("x", "H", "no", 5), ("x", "B", "not_stated", 9), ("unknown", "B", "no", 3)
        ),
        *stops(("x", "B", "no", 4), repeated="yes"),
        *stops(("x", "W", "no", 2), mode="foot"),
    ]
    result = weigh(rows, scope=Scope("vehicles", {"mode": ("vehicle",)}))
    assert {exclusion.reason: exclusion.n for exclusion in result.excluded} == {
        "a further row of a stop already counted": 4,
        "mode is not vehicle": 2,
        "month with race missing in more than 50% of stops": 0,
        "place not recorded": 3,
        "reason not recorded": 0,
        "part of day not recorded": 0,
        "searched not recorded": 9,
        "race not recorded": 7,
        "race is in neither group, or in either": 5,
    }
    assert result.rows_in == len(rows)
    assert result.rows_used == 300


def test_the_order_of_rows_does_not_matter():
    rows = stops(*PLAIN)
    assert weigh(rows) == weigh(rows[::-1])


# refusals, each with a neighbour that passes


def test_9_searches_are_refused_and_10_are_not():
    def some(n):
        return weigh(stops(("x", "B", "yes", n), ("x", "B", "no", 90), *PLAIN[2:]))

    assert isinstance(some(9).answer, Refusal)
    assert some(9).answer.figures["fewer_events"] == 9
    assert isinstance(some(10).answer, Answer)


def test_29_stops_are_refused_and_30_are_not():
    def some(n):
        return weigh(stops(("x", "B", "yes", 12), ("x", "B", "no", n - 12), *PLAIN[2:]))

    assert isinstance(some(29).answer, Refusal)
    assert isinstance(some(30).answer, Answer)


def test_10_weeks_are_refused_and_11_are_not():
    assert isinstance(weigh(stops(*PLAIN, weeks=10)).answer, Refusal)
    assert isinstance(weigh(stops(*PLAIN, weeks=11)).answer, Answer)


def test_a_share_of_one_is_refused_and_nine_tenths_is_not():
    refused = weigh(stops(*PLAIN), shares=(0.0, 1.0))
    assert isinstance(refused.answer, Refusal)
    assert "found 1, expected at least 0 and below 1" in refused.answer.reason
    assert isinstance(weigh(stops(*PLAIN), shares=()).answer, Refusal)
    assert isinstance(weigh(stops(*PLAIN), shares=(0.0, 0.9)).answer, Answer)


def test_an_outcome_unknown_in_over_a_fifth_is_refused_and_a_fifth_is_not():
    def unknown(n):
        # both groups alike, so that neither is above the whole
        return weigh(stops(*PLAIN, ("x", "B", "not_stated", n), ("x", "W", "not_stated", 2 * n)))

    assert isinstance(unknown(26).answer, Refusal)
    assert "78 of 378 stops" in unknown(26).answer.reason
    assert isinstance(unknown(25).answer, Answer)


def test_most_races_missing_is_refused_and_half_is_not():
    assert isinstance(weigh(stops(*PLAIN, ("x", "?", "no", 400))).answer, Refusal)
    assert isinstance(weigh(stops(*PLAIN, ("x", "?", "no", 250))).answer, Answer)


def test_towns_of_one_group_each_are_refused():
    rows = stops(("x", "B", "yes", 30), ("x", "B", "no", 70), ("y", "W", "yes", 50), ("y", "W", "no", 150))
    assert isinstance(weigh(rows).answer, Refusal)
    assert isinstance(weigh(rows, place="").answer, Answer)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"outcome": "annoyed"}, "has no outcome 'annoyed'"),
        ({"recorded": (0.9,)}, "expected the shares of stops recorded"),
        ({"recorded": (0.0, 0.9)}, "above 0"),
        ({"recorded": (0.9, 0.9, 0.5, 0.2)}, "least and largest"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_an_error(settings, sentence):
    with pytest.raises(PlanError, match=sentence):
        SelectionBounds(BW, Scope(), **settings)


def test_codes_of_result_are_outcomes_too():
    rows = [
        *stops(("x", "B", "no", 30), ("x", "W", "no", 50), result=["arrest"]),
        *stops(("x", "B", "no", 70), ("x", "W", "no", 150)),
    ]
    result = weigh(rows, outcome="arrest")
    assert result.answer.headline.value == pytest.approx(0.05)
    assert result.id == "selection_bounds/arrest/BLACK-WHITE/all"
