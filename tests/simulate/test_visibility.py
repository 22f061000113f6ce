"""Worlds of visibility: what is planted is found by plain counting, and each option does what it says."""

import numpy as np
import pytest
from pyarrow import compute

from evenhand.errors import PlanError
from evenhand.simulate import sky, world
from evenhand.simulate.city import DAYS

# Of these some 80,000 lie where the same minute is light on some days and dark on others.
MANY = 300_000
# Monte-Carlo error of the log odds ratio in so many, about 0.016, four times over.
TOLERANCE = 0.06


def drawn(**settings):
    return world("visibility", **{"stops": MANY, "seed": 1, **settings}).draw()


def arrays(table):
    day = table["date"].to_numpy().astype("datetime64[D]")
    hour, minute = (compute.utf8_slice_codeunits(table["time_local"], at, at + 2).cast("int64") for at in (0, 3))
    race = compute.list_element(table["race_officer"], 0)
    return day, hour.to_numpy() * 60 + minute.to_numpy(), race.to_numpy().astype(str)


def log_odds_of_dark(table):
    """Mantel-Haenszel log odds ratio of BLACK over WHITE, dark over light, by minute of the clock."""
    day, minute, race = arrays(table)
    darkness = sky.darkness(day, minute)
    keep = (minute > 15 * 60) & (darkness != 0.5) & np.isin(race, ("BLACK", "WHITE"))
    minute, dark, black = minute[keep], darkness[keep] == 1, race[keep] == "BLACK"
    a, b, c, d = (
        np.bincount(minute[dark & black], minlength=1440),
        np.bincount(minute[dark & ~black], minlength=1440),
        np.bincount(minute[~dark & black], minlength=1440),
        np.bincount(minute[~dark & ~black], minlength=1440),
    )
    n = np.maximum(a + b + c + d, 1)
    return float(np.log((a * d / n).sum() / (b * c / n).sum()))


@pytest.mark.parametrize("veil", [1.0, 1.25, 2.0])
def test_the_planted_veil_is_found_by_counting(veil):
    drew = drawn(veil=veil)
    assert drew.truth["log_odds_of_dark"] == pytest.approx(-np.log(veil))
    assert log_odds_of_dark(drew.table) == pytest.approx(-np.log(veil), abs=TOLERANCE)


@pytest.mark.parametrize(
    "settings",
    [
        {"light_behaviour": 0.7},
        {"street_lighting": 0.5, "veil": 2.0},
        {"race_missing": 0.2, "missing_by": "race and dark"},
        {"race_missing": 0.2, "missing_by": "race"},
        {"clumping": 0.3, "veil": 2.0},
    ],
    ids=lambda settings: next(iter(settings)) + str(settings.get("missing_by", "")),
)
def test_what_a_perfect_count_of_the_file_gives_is_in_the_truth(settings):
    drew = drawn(**settings)
    # clumping adds dates' luck to the error: 365 days share 0.3 of it
    tolerance = TOLERANCE * (2 if "clumping" in settings else 1)
    assert log_odds_of_dark(drew.table) == pytest.approx(drew.truth["log_odds_of_dark_in_record"], abs=tolerance)


def test_behaviour_that_depends_on_light_moves_the_record_and_not_the_planted_answer():
    drew = drawn(stops=10, veil=1.0, light_behaviour=0.5)
    assert drew.truth["log_odds_of_dark"] == 0
    assert drew.truth["log_odds_of_dark_in_record"] == pytest.approx(np.log(2))


def test_race_missing_by_chance_or_by_race_alone_leaves_the_odds_ratio():
    for by in ("chance", "race", "dark"):
        assert drawn(stops=10_000, race_missing=0.2, missing_by=by).truth[
            "log_odds_of_dark_in_record"
        ] == pytest.approx(-np.log(1.25))


@pytest.mark.parametrize("by", ["chance", "race", "dark", "race and dark"])
def test_a_fifth_of_race_is_missing_whatever_it_depends_on(by):
    _, _, race = arrays(drawn(stops=100_000, race_missing=0.2, missing_by=by).table)
    # four standard errors of a share of 0.2 in 100,000
    assert np.mean(race == "unknown") == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / 100_000))


def test_race_is_seen_by_day_and_less_in_the_dark():
    table = drawn(stops=200_000, veil=1.0).table
    day, minute, _ = arrays(table)
    darkness = sky.darkness(day, minute)
    seen = compute.list_element(table["race_before_stop"], 0).to_numpy() != "NOT_SEEN"
    assert seen[darkness == 0].mean() == pytest.approx(0.8, abs=0.01)
    assert seen[darkness == 1].mean() == pytest.approx(0.2, abs=0.01)


def test_clumped_stops_of_a_day_go_together():
    def dispersion(clumping):
        day, _, race = arrays(drawn(stops=100_000, clumping=clumping).table)
        at = (day - DAYS[0]).astype(int)
        n, k = np.bincount(at), np.bincount(at[race == "BLACK"], minlength=365)
        p = k.sum() / n.sum()
        return float(((k - n * p) ** 2 / (n * p * (1 - p))).mean())

    # 365 days: the mean of as many chi-squares of one degree of freedom lies within 0.3 of 1 at four errors
    assert dispersion(0.0) == pytest.approx(1, abs=0.3)
    assert dispersion(0.3) > 5


def test_utc_times_are_written_on_another_clock():
    local, utc = arrays(drawn(stops=100, utc=False).table), arrays(drawn(stops=100, utc=True).table)
    ahead = ((utc[0] - local[0]).astype(int) * 1440 + utc[1] - local[1]).tolist()
    assert set(ahead) == {300, 360}


def test_midnight_takes_its_share_of_times():
    _, minute, _ = arrays(drawn(stops=50_000, midnight=0.1).table)
    assert np.mean(minute == 0) == pytest.approx(0.1, abs=0.007)


def test_quarter_hours_take_their_share_of_times():
    _, minute, _ = arrays(drawn(stops=50_000, quarter_hours=0.6).table)
    # the other 0.4 fall on quarters by chance one time in fifteen
    assert np.mean(minute % 15 == 0) == pytest.approx(0.6 + 0.4 / 15, abs=0.01)


@pytest.mark.parametrize(("who", "code"), [("group", "BLACK"), ("reference", "WHITE")])
def test_one_side_is_absent_in_the_dark(who, code):
    day, minute, race = arrays(drawn(stops=20_000, absent_in_dark=who).table)
    darkness = sky.darkness(day, minute)
    assert not (race[darkness == 1] == code).any()
    assert (race[darkness == 0] == code).any()


@pytest.mark.parametrize(("only", "absent"), [("group", "WHITE"), ("reference", "BLACK")])
def test_only_one_of_the_two_groups(only, absent):
    drew = drawn(stops=5_000, only=only)
    assert absent not in arrays(drew.table)[2]
    assert "log_odds_of_dark_in_record" not in drew.truth


def test_no_stop_in_the_dark():
    day, minute, _ = arrays(drawn(stops=20_000, dark_stops=False).table)
    assert (sky.darkness(day, minute) == 0).all()
    assert len(day) == 20_000


def test_a_missing_month_is_missing_alone():
    day, _, _ = arrays(drawn(stops=20_000, missing_month=3).table)
    assert set(day.astype("datetime64[M]").astype(int) % 12 + 1) == set(range(1, 13)) - {3}


def test_stops_are_fewest_before_dawn_on_local_clocks():
    _, minute, _ = arrays(drawn(stops=100_000).table)
    hours = np.bincount(minute // 60, minlength=24)
    assert 0 <= np.argmin([hours[np.arange(at, at + 4) % 24].sum() for at in range(24)]) <= 5


def test_the_same_seed_gives_the_same_table_and_another_seed_another():
    assert drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=7).table)
    assert not drawn(stops=1_000, seed=7).table.equals(drawn(stops=1_000, seed=8).table)


def test_a_veil_that_visibility_cannot_bring_about_is_refused():
    with pytest.raises(PlanError, match=r"a veil of 2 cannot come about with race seen in 0.4 of stops by day"):
        world("visibility", veil=2.0, seen_by_day=0.4, seen_in_dark=0.2)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"race_missing": 1.2}, "race_missing = 1.2, expected 0 to 1"),
        ({"missing_by": "moon"}, "missing_by = 'moon', expected chance, race, dark, race and dark"),
        ({"only": "both"}, "only = 'both', expected nothing, group, reference"),
        ({"missing_month": 13}, "missing_month = 13, expected 0 to 12"),
    ],
)
def test_a_setting_out_of_range_is_refused_with_its_range(settings, sentence):
    with pytest.raises(PlanError, match=sentence):
        world("visibility", **settings)
