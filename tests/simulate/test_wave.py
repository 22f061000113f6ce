"""The wave: what is planted is met, the default is the story, and impossible settings are refused."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from scipy import stats

from evenhand.errors import PlanError
from evenhand.simulate import world
from evenhand.simulate.metropolis import GROUP_RACES
from evenhand.tables import columns
from evenhand.terms.codebook import EXCLUSIVE

# Nothing is conditioned upon, and each telling can be dated.
FREE = {"residents_told": 0, "officers_told": 0, "month_only": 0.0, "unreadable": 0.0}
# One in a thousand by chance, with a seed that is fixed: a failure is a fault and no bad luck.
UNLIKELY = 0.001


def firsts(drew):
    """The first telling of each encounter, as rows; only where no second telling was left unlinked."""
    return [row for row in drew.reports.to_pylist() if row["report_id"] == row["encounter_id"]]


def of_group(row):
    return row["race_self"][0] in GROUP_RACES


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_default_is_eleven_officers_and_sixty_residents_and_a_few_duplicates(seed):
    drew = world("wave", seed=seed).draw()
    truth = drew.truth
    assert (truth["encounters_told_residents"], truth["encounters_told_officers"]) == (60, 11)
    assert truth["tellings"] == drew.reports.num_rows == 71 + truth["told_again"]
    unlinked = truth["told_again"] - truth["told_again_and_linked"]
    assert len({row["encounter_id"] for row in drew.reports.to_pylist()}) == 71 + unlinked
    assert len(drew.publicity) == 1


def test_duplicates_are_told_again_in_most_worlds_and_most_are_linked():
    truths = [world("wave", seed=seed).draw().truth for seed in range(20)]
    again, linked = (sum(truth[name] for truth in truths) for name in ("told_again", "told_again_and_linked"))
    assert stats.binomtest(int(again), 20 * 71, 0.08).pvalue > UNLIKELY
    assert stats.binomtest(int(linked), int(again), 0.75).pvalue > UNLIKELY


def test_unanimity_is_not_forced():
    told = [world("wave", seed=seed).draw().truth["encounters_told_reference"] for seed in range(20)]
    assert min(told) == 0
    assert max(told) > 0


def test_the_ratio_of_stops_is_met_within_places():
    drew = world(
        "wave", stops=30_000, ratio=4.0, surge=1.0, deployment=0.5, company=0.0, never_recorded=0.0, told=0.01, **FREE
    ).draw()
    residents = drew.benchmarks[0].exposure
    stops = Counter()
    officers = {cell.department: 0 for cell in drew.rosters}
    assert len(officers) == 24
    for row in drew.table.select(["area_city", "race_officer"]).to_pylist():
        stops[row["area_city"], row["race_officer"][0] in GROUP_RACES] += 1
    # Mantel and Haenszel's ratio of rates over places, by hand
    above = below = 0.0
    for place, people in residents.items():
        group, reference = sum(people[race] for race in GROUP_RACES), people["WHITE"]
        above += stops[place, True] * reference / (group + reference)
        below += stops[place, False] * group / (group + reference)
    # the 60 officers expected among 30,000 live by other shares and move it by less than the interval
    assert above / below == pytest.approx(4.0, rel=0.05)
    assert drew.truth["stop_ratio_crude"] > 4.1


def test_residents_and_officers_are_as_many_as_expected():
    drew = [world("wave", seed=seed).draw().truth for seed in range(40)]
    for name, expected in (("encounters_residents", 600), ("encounters_officers", 60)):
        # a second person of a car makes counts vary more than Poisson's: 1 + 3 x 0.15 / 1.15 times, at most 1.5
        assert abs(np.mean([truth[name] for truth in drew]) - expected) < 3.3 * np.sqrt(1.5 * expected / 40)


def test_the_rise_begins_in_the_planted_week():
    drew = world("wave", stops=10_000, never_recorded=0.0, company=0.0, told=0.01, **FREE).draw()
    days = np.array(drew.table["date"].to_pylist(), dtype="datetime64[D]")
    week = (days - np.datetime64("2026-01-05")).astype(int) // 7 + 1
    counts = np.bincount(week, minlength=27)[1:]
    expected = np.where(np.arange(1, 27) >= 24, 10.0, 1.0)
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > UNLIKELY
    assert drew.truth["change_week"] == 24


def test_without_a_change_no_week_has_more():
    drew = world("wave", stops=20_000, change_week=27, never_recorded=0.0, company=0.0, told=0.01, **FREE).draw()
    days = np.array(drew.table["date"].to_pylist(), dtype="datetime64[D]")
    week = (days - np.datetime64("2026-01-05")).astype(int) // 7
    assert stats.chisquare(np.bincount(week, minlength=26)).pvalue > UNLIKELY
    assert drew.truth["surge_ratio"] == 1


def test_a_cluster_moves_stops_to_one_county_after_the_change():
    settings = {"stops": 10_000, "ratio": 1.0, "never_recorded": 0.0, "company": 0.0, "surge": 5.0}
    drew = world("wave", cluster=3.0, **settings, **FREE).draw()
    people = {area.area: area.people for area in drew.areas}
    inside = sum(n for area, n in people.items() if area.startswith("Amber")) / sum(people.values())
    rows = drew.table.select(["date", "area_county"]).to_pylist()
    change = date(2026, 6, 15)
    for after, share in ((False, inside), (True, 3 * inside / (3 * inside + 1 - inside))):
        there = [row["area_county"] == "Amber County" for row in rows if (row["date"] >= change) is after]
        assert stats.binomtest(sum(there), len(there), share).pvalue > UNLIKELY


def test_one_ratio_of_telling_is_one_share_told_and_four_is_four_times_the_share():
    for ratio in (1.0, 4.0):
        settings = {"stops": 20_000, "ratio": 1.0, "told": 0.05, "telling_ratio": ratio, "publicity_week": 0}
        # told soon, so that none is cut off by the last day
        truth = world("wave", delay_days=0.0, company=0.0, **settings, **FREE).draw().truth
        group = stats.binomtest(int(truth["encounters_told_group"]), int(truth["encounters_group"]), 0.05 * ratio)
        other = stats.binomtest(int(truth["encounters_told_reference"]), int(truth["encounters_reference"]), 0.05)
        assert min(group.pvalue, other.pvalue) > UNLIKELY


def test_publicity_makes_as_many_more_tell_and_some_say_so():
    settings = {"stops": 12_000, "change_week": 27, "delay_days": 0.0, "publicity_week": 14, "publicity": 3.0}
    drew = world("wave", company=0.0, told_twice=0.0, **settings, **FREE).draw()
    event = drew.publicity[0].day
    after = [row for row in drew.reports.to_pylist() if row["reported_on"] >= event]
    days = (drew.last - event).days + 1
    before = (event - drew.first).days
    share = 3 * days / (3 * days + before)
    assert stats.binomtest(len(after), drew.reports.num_rows, share).pvalue > UNLIKELY
    spurred = sum(row["recruitment"] == "after_publicity" for row in after)
    assert stats.binomtest(spurred, len(after), 2 / 3).pvalue > UNLIKELY


def test_delays_are_as_long_as_planted():
    settings = {"stops": 20_000, "change_week": 27, "publicity_week": 0, "told_twice": 0.0, "delay_days": 5.0}
    rows = world("wave", **settings, **FREE).draw().reports.to_pylist()
    # only what happened ten weeks before the end: later ones are cut off
    delays = [(row["reported_on"] - row["date"]).days for row in rows if row["date"] < date(2026, 4, 26)]
    error = np.sqrt(5.0 * 6.0 / len(delays))  # a geometric delay of mean m has variance m (m + 1)
    assert abs(np.mean(delays) - 5.0) < 3.3 * error


def test_elements_happen_as_often_as_planted_in_both_streams():
    drew = world("wave", stops=3_000, officer_stops=3_000, told=0.4, told_twice=0.0, **FREE).draw()
    rows, truth = drew.reports.to_pylist(), drew.truth
    for officer, ending in (("no", ""), ("yes", "_officers")):
        of = [row["actions"] for row in rows if row["off_duty_officer"] == officer]
        elements = [
            name.removeprefix("element_")
            for name in truth
            if name.startswith("element_") and f"{name}_officers" in truth
        ]
        pvalues = {
            element: stats.binomtest(
                sum(element in actions for actions in of), len(of), truth[f"element_{element}{ending}"]
            ).pvalue
            for element in elements
        }
        assert len(elements) == 21
        assert min(pvalues.values()) > UNLIKELY / 42, pvalues


def test_two_practices_differ_in_as_many_elements_as_the_truth_says():
    one, two = (world("wave", practices=practices).draw().truth for practices in ("one", "two"))

    def unlike(truth):
        names = [name for name in truth if name.startswith("element_") and f"{name}_officers" in truth]
        return {name for name in names if truth[name] != truth[f"{name}_officers"]} - {"element_released_as_officer"}

    assert (len(unlike(one)), one["unlike_elements"]) == (0, 0)
    assert len(unlike(two)) == two["unlike_elements"] == 3


def test_what_excludes_each_other_never_both_happened():
    for row in world("wave", stops=3_000, **FREE).draw().reports.to_pylist():
        assert all(not {one, other} <= set(row["actions"]) for one, other in EXCLUSIVE)
        assert not {"released_as_officer", "released_on_id"} <= set(row["actions"])


def test_treatment_changes_only_for_officers_found_out_during_the_stop():
    drew = world("wave", officer_stops=4_000, told=0.4, told_twice=0.0, **FREE).draw()
    rows = drew.reports.to_pylist()
    assert {row["known_as_officer"] for row in rows if row["off_duty_officer"] == "no"} == {None}
    officers = [row for row in rows if row["off_duty_officer"] == "yes"]
    during = [row for row in officers if row["known_as_officer"] == "during"]
    assert {row["treatment_once_known"] for row in officers if row["known_as_officer"] != "during"} == {None}
    assert stats.binomtest(len(during), len(officers), 0.7).pvalue > UNLIKELY
    treatment = Counter(row["treatment_once_known"] for row in during)
    better, worse = treatment["better"] + treatment["ended_there"], treatment["worse"]
    assert stats.binomtest(better, better + worse, 0.8 / 0.85).pvalue > UNLIKELY
    assert drew.truth["better_odds"] == pytest.approx(16)


def test_the_canvass_has_the_risk_ratio_that_is_planted_within_departments():
    truths = []
    above = below = 0.0
    for seed in range(20):
        drew = world("wave", seed=seed, ratio=5.0, officer_stops=300, deployment=0.5, answered=1.0, surge=1.0).draw()
        truths.append(drew.truth["risk_ratio"])
        for department in {cell.department for cell in drew.rosters}:
            cells = [cell for cell in drew.rosters if cell.department == department]
            group = [cell for cell in cells if cell.race in GROUP_RACES]
            other = [cell for cell in cells if cell.race not in GROUP_RACES]
            n, m = (sum(cell.answered for cell in some) for some in (group, other))
            above += sum(cell.stopped for cell in group) * m / (n + m)
            below += sum(cell.stopped for cell in other) * n / (n + m)
    # about 5,500 officers are stopped over the worlds: a standard error of 3 %
    assert above / below == pytest.approx(np.mean(truths), rel=0.09)
    assert 4.0 < np.mean(truths) < 5.0


def test_silence_depends_on_being_stopped_where_that_is_planted():
    settings = {"officer_stops": 600, "answered": 0.5, "answered_if_stopped": 1.6}
    drew = [world("wave", seed=seed, **settings).draw() for seed in range(5)]
    cells = [cell for world_ in drew for cell in world_.rosters]
    reached = sum(cell.stopped for cell in cells)
    full = [
        world("wave", seed=seed, **(settings | {"answered": 1.0, "answered_if_stopped": 1.0})).draw()
        for seed in range(5)
    ]
    everybody = sum(cell.stopped for world_ in full for cell in world_.rosters)
    # the officers stopped are the same in both, for they are drawn before anybody answers
    assert stats.binomtest(reached, everybody, 0.8).pvalue > UNLIKELY
    others = sum(cell.answered - cell.stopped for cell in cells), sum(cell.asked for cell in cells) - everybody
    assert stats.binomtest(others[0], others[1], 0.5).pvalue > UNLIKELY


def test_a_cell_of_the_roster_is_never_more_than_the_one_before():
    for cell in world("wave").draw().rosters:
        assert 0 <= cell.stopped <= cell.answered <= cell.asked == cell.size
        assert cell.whole
        assert cell.days == 182


def test_the_agency_records_all_but_the_planted_share():
    drew = world("wave", stops=5_000, never_recorded=0.4, **FREE).draw()
    assert stats.binomtest(drew.table.num_rows, int(drew.truth["encounters"]), 0.6).pvalue > UNLIKELY


def test_links_find_and_err_as_often_as_planted_and_only_where_the_teller_agreed():
    drew = world("wave", stops=6_000, told=0.4, told_twice=0.0, **FREE).draw()
    truth = drew.truth
    agreed = {row["encounter_id"] for row in firsts(drew) if "compare_records" in row["consent"]}
    links = drew.links.to_pylist()
    assert {row["encounter_id"] for row in links} <= agreed
    assert len(agreed) == truth["compared_with_records"]
    linked, undecided = sum(row["probability"] >= 0.8 for row in links), sum(row["undecided"] for row in links)
    r = truth["compared_and_recorded"] / len(agreed)
    assert stats.binomtest(linked, len(agreed), 0.9 * (r * 0.9 + (1 - r) * 0.05)).pvalue > UNLIKELY
    assert stats.binomtest(undecided, len(agreed), 0.1).pvalue > UNLIKELY
    assert all(0.5 <= row["probability"] < 0.8 for row in links if row["undecided"])
    assert (drew.review.true_pairs, drew.review.false_pairs) == (200, 200)


def test_lists_hold_their_share_and_two_of_them_go_together():
    drew = world("wave", stops=20_000, told=0.01, linkage_error=0.0, **FREE).draw()
    (lists,) = drew.lists
    n = int(drew.truth["encounters"])
    for at in range(4):
        on = sum(cell.n for cell in lists.cells if cell.on[at])
        assert stats.binomtest(on, n, 0.2).pvalue > UNLIKELY

    def log_odds(one, other):
        counts = np.zeros((2, 2))
        for cell in lists.cells:
            counts[cell.on[one], cell.on[other]] += cell.n
        counts[0, 0] = n - counts.sum() + counts[0, 0]
        return np.log(counts[1, 1] * counts[0, 0] / counts[0, 1] / counts[1, 0]), np.sqrt((1 / counts).sum())

    for pair, planted in (((0, 1), np.log(3)), ((0, 2), 0.0), ((2, 3), 0.0)):
        value, error = log_odds(*pair)
        assert abs(value - planted) < 3.3 * error
    assert lists.refer == (("hotline", "legal_aid"),)
    assert all(any(cell.on) for cell in lists.cells)


def test_missed_links_between_lists_make_people_of_one_two():
    settings = {"stops": 20_000, "told": 0.01, **FREE}
    joined, apart = (world("wave", linkage_error=error, **settings).draw().lists[0].cells for error in (0.0, 0.3))

    def people(cells):
        return sum(cell.n for cell in cells), sum(cell.n for cell in cells if sum(cell.on) > 1)

    # the lists hold the same entries; those on several whose entries stand apart are counted twice
    entries = [sum(cell.n * sum(cell.on) for cell in cells) for cells in (joined, apart)]
    assert entries[0] == entries[1]
    added = people(apart)[0] - people(joined)[0]
    # of those on three or four lists, what is left may come apart again; few, and it only adds
    assert 0.28 < added / people(joined)[1] < 0.38


def test_readers_agree_as_much_as_their_errors_allow():
    from evenhand.maths import agreement

    drew = world("wave", stops=6_000, told=0.5, coded=1_500, coder_error=0.1, publicity=1.0, **FREE).draw()
    codes = drew.codes.to_pandas()
    assert codes.report_id.nunique() == 1_500
    for element in ("papers_demanded", "weapon_pointed", "recording_stopped"):
        of = codes[codes.element == element]
        alpha = agreement.alpha(agreement.read(of.coder, of.report_id, of.code))
        # alpha of 1,500 narratives has a standard error of about 0.015 (its own bootstrap)
        assert alpha == pytest.approx(drew.truth[f"alpha_{element}"], abs=0.05)


def test_narratives_are_coded_only_where_there_are_so_many():
    assert world("wave").draw().codes is None
    codes = world("wave", coded=60).draw().codes
    assert len(set(codes["report_id"].to_pylist())) == 60
    assert set(codes["code"].to_pylist()) == {0, 1, 9}


def test_calls_fall_by_the_planted_share_beside_a_kind_that_does_not():
    drew = world("wave", calls_drop=0.2).draw()
    event = drew.publicity[0].day
    calls = Counter()
    for row in drew.calls.to_pylist():
        calls[row["call_type"], row["date"] >= event] += row["n"]
    # what season and luck do to both kinds alike cancels in the ratio of ratios; the rest is Poisson
    ratio = calls["help", True] / calls["help", False] / (calls["alarm", True] / calls["alarm", False])
    assert np.log(ratio) == pytest.approx(np.log(0.8), abs=3.3 * np.sqrt(sum(1 / n for n in calls.values())))
    weeks = {(row["date"] - event).days // 7 for row in drew.calls.to_pylist()}
    assert (min(weeks), max(weeks)) == (-208, 11)


def test_reports_are_rows_of_the_record_with_known_codes():
    evidence = world("wave", stops=2_000, **FREE).draw().evidence()
    table = columns.conform(evidence.reports)
    assert columns.stray_codes(table) == {}
    assert [source.id for source in evidence.sources] == ["simulated-wave", "simulated-wave-reports"]


def test_methods_see_encounters_at_three_thresholds():
    from evenhand.tables.tally import total
    from evenhand.tables.telling import THRESHOLDS, tellings

    drew = world("wave", told_twice=0.5, unlinked=0.0).draw()
    seen = [total(tellings(drew.evidence().reports, at).filter(lambda t: t.first), {})["n"] for at in THRESHOLDS]
    assert seen[0] == 71
    assert seen[0] < seen[1] < seen[2] < drew.reports.num_rows


def test_the_canvass_can_be_among_the_reports():
    drew = world("wave", stops=2_000).draw()
    evidence = drew.evidence(canvass=True)
    rows = columns.conform(evidence.reports).to_pyarrow().to_pylist()
    assert columns.stray_codes(columns.conform(evidence.reports)) == {}
    asked = [row for row in rows if row["recruitment"] == "asked_whole_group"]
    assert len(rows) == drew.reports.num_rows + len(asked)
    assert Counter(row["sentinel_group"] for row in asked) == Counter(
        {
            department: n
            for department in {cell.department for cell in drew.rosters}
            if (n := sum(cell.stopped for cell in drew.rosters if cell.department == department))
        }
    )
    assert {source.id for source in evidence.sources} >= {row["source_id"] for row in rows}


def test_people_of_one_car_share_an_event_and_nobody_else_has_one():
    rows = world("wave", stops=5_000, company=0.5, **FREE).draw().reports.to_pylist()
    people = Counter(event for event, _ in {(row["event_id"], row["area_city"]) for row in rows if row["event_id"]})
    assert people
    assert set(people.values()) == {1}
    alone = [row for row in rows if row["role"] == "passenger" and row["event_id"] is None]
    assert alone == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ratio": 0.0}, "ratio = 0.0, expected 0.01 to 100"),
        ({"change_week": 28}, "change_week = 28, expected 2 to 27"),
        ({"publicity_week": 27}, "publicity_week = 27, expected 0 to 26"),
        ({"practices": "three"}, "practices = 'three', expected one, two"),
        ({"telling_ratio": 9.0}, "told x telling_ratio x publicity = 1.8, expected at most 1"),
        ({"answered": 0.9, "answered_if_stopped": 1.2}, "answered x answered_if_stopped = 1.08, expected at most 1"),
        ({"eased": 0.99}, "eased . worsened = 1.04, expected at most 1"),
        ({"unreadable": 0.99}, "unreadable . month_only = 1.04, expected at most 1"),
        ({"seed": -1}, "seed = -1, expected 0 to inf"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, sentence):
    with pytest.raises(PlanError, match=f"world wave: {sentence}"):
        world("wave", **settings)


def test_more_to_be_told_than_happened_is_refused():
    with pytest.raises(PlanError, match=r"residents_told = 60, and only \d+ could be told: expect more to happen"):
        world("wave", stops=20).draw()
    assert world("wave", stops=20, **FREE).draw().truth["encounters_told"] >= 0
