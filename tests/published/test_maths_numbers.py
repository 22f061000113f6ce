"""The numbers of METHODS section 8 that arithmetic alone can reproduce, each by its id.

Expected values and tolerances are read from that section, never typed here; its `why` column says why each tolerance
is what it is. Rows said in words (all rows of a file, a published column) have a test of their own below.
"""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest

from evenhand.maths import families, intervals, logistic, poisson, selection, spline, strata, sun

FRISK = "stops/nyc_frisk_1998/frisk_with_noise.csv"
VEIL = "stops/veil_of_darkness_anchors"
VEIL_DESIGN = f"{VEIL}/mpls_2017_vod_design.csv"
MINNEAPOLIS = "stops/minneapolis_2017/mpls_stops.parquet"
CAROLINA = "stops/nc_threshold_2018/north_carolina.csv"
COUNTIES = "stops/openpolicing_2017"


def read(sql: str) -> dict[str, np.ndarray]:
    with duckdb.connect() as engine:
        return {name: np.ma.getdata(column) for name, column in engine.execute(sql).fetchnumpy().items()}


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, str]]:
    """Section 8 of METHODS, by id."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def nyc(shared: Path) -> tuple[np.ndarray, ...]:
    cells = read(
        f"select precinct, eth, sum(stops) s, sum(past_arrests) a from '{shared / FRISK}' group by all order by all"
    )
    one = np.ones(len(cells["s"]))
    design = np.column_stack([one, cells["eth"] == 2, cells["eth"] == 3])
    return design, cells["s"], cells["a"], cells["precinct"]


def b1(shared: Path) -> list[float]:
    design, stops, arrests, _ = nyc(shared)
    fit = poisson.fit(design[:, :1], stops, arrests)
    return [fit.coef[0], fit.se_model[0], fit.deviance, fit.pearson]


def b2(shared: Path) -> list[float]:
    design, stops, arrests, _ = nyc(shared)
    return list(poisson.fit(design, stops, arrests).coef[1:])


def b3(shared: Path) -> list[float]:
    """Spelled out, for the intercept; `b4` absorbs the same precincts."""
    design, stops, arrests, precinct = nyc(shared)
    dummies = precinct[:, None] == np.unique(precinct)[1:]
    fit = poisson.fit(np.column_stack([design, dummies]), stops, arrests)
    return [value for pair in zip(fit.coef[:3], fit.se_model[:3], strict=True) for value in pair]


def b4(shared: Path) -> list[float]:
    design, stops, arrests, precinct = nyc(shared)
    fit = poisson.fit(design[:, 1:], stops, arrests, effect=precinct)
    return [fit.dispersion, *fit.se_quasi]


def b6(shared: Path) -> list[float]:
    rows = read(
        "select driver_race, n_stops::int, county_population "
        f"from '{shared / COUNTIES}/fig2_stop_rate_county.csv' where location = '04001'"
    )
    counts = {race: (int(stops), float(people)) for race, stops, people in zip(*rows.values(), strict=True)}
    return list(intervals.rate_ratio(*counts["Black drivers"], *counts["White drivers"]))


def veil(shared: Path) -> dict[str, np.ndarray]:
    """Minutes, darkness, race, dates and whether race was known before the stop, of the light and dark stops."""
    return read(
        f"""select d.minute::double as clock, d.is_dark::double dark, d.is_black::double black,
                   d.local_time::date dates, d.policePrecinct precinct,
                   (s.preRace is not null and s.preRace <> 'Unknown')::double known
            from '{shared / VEIL_DESIGN}' d join '{shared / MINNEAPOLIS}' s
            on s.local_time_chicago_if_utc::timestamp = d.local_time and s.lat = d.lat and s.long = d.long
            and s.problem = 'traffic'"""
    )


def darkness(stops: dict[str, np.ndarray], curve: np.ndarray, outcome: str = "black", **options) -> list[float]:
    one = np.ones(len(stops["dark"]))
    design = np.column_stack([stops["dark"], curve] if options else [stops["dark"], one, curve])
    fit = logistic.fit(design, stops[outcome], one, cluster=stops["dates"], **options)
    return [fit.coef[0], fit.se_model[0], fit.se_cluster[0]]


def v2(shared: Path) -> list[float]:
    stops = veil(shared)
    return darkness(stops, spline.natural_spline(stops["clock"], 6))


def v3(shared: Path) -> list[float]:
    stops = veil(shared)
    return darkness(stops, spline.natural_spline(stops["clock"], 6), effect=stops["precinct"])


def v4(shared: Path) -> list[float]:
    """Degrees of freedom 3; then an effect for each 15-minute bin in place of the spline."""
    stops = veil(shared)
    bins = darkness(stops, np.zeros((len(stops["dark"]), 0)), effect=stops["clock"] // 15)
    return [*darkness(stops, spline.natural_spline(stops["clock"], 3)), *bins]


def v6(shared: Path) -> list[float]:
    stops = veil(shared)
    return darkness(stops, spline.natural_spline(stops["clock"], 6), outcome="known")[:2]


def v7(shared: Path) -> list[float]:
    rows = read(f"select race, day, night from '{shared / VEIL}/sdpd_2019_intertwilight_counts.csv'")
    counts = {race: (int(night), int(day)) for race, day, night in zip(*rows.values(), strict=True)}
    return [value for race in ("black", "hispanic") for value in dark_odds(counts[race], counts["white"])]


def dark_odds(group: tuple[int, int], reference: tuple[int, int]) -> tuple[float, float]:
    """Log odds of the group in the dark over those in the light: dark and light counts of each."""
    return intervals.woolf(group[0], reference[0], group[1], reference[1])


def departments(shared: Path, race: str) -> list[np.ndarray]:
    """Stops, searches and hits of the group, then of White drivers, by department."""
    rows = read(
        f"""select g.num_stops n1, g.num_searches s1, g.num_hits h1, w.num_stops n0, w.num_searches s0, w.num_hits h0
            from '{shared / CAROLINA}' g join '{shared / CAROLINA}' w using (police_department)
            where g.driver_race = '{race}' and w.driver_race = 'White'"""
    )
    return list(rows.values())


def o2(shared: Path) -> list[float]:
    found = []
    for race in ("Black", "Hispanic"):
        _, s1, h1, _, s0, h0 = departments(shared, race)
        ratio = strata.mantel_haenszel_ratio(h1, s1, h0, s0)
        found += [ratio.value, ratio.low, ratio.high]
    return found


def o3(shared: Path) -> list[float]:
    rows = f"'{shared / COUNTIES}/fig4a_hit_rate_county.csv'"
    totals = read(f"select driver_race, sum(n_hits)/sum(n_searches) rate from {rows} group by all order by all")
    ratios = []
    for race in ("Black drivers", "Hispanic drivers"):
        pairs = read(
            f"""select g.n_hits x1, g.n_searches n1, w.n_hits x0, w.n_searches n0 from {rows} g join {rows} w
                using (location) where g.driver_race = '{race}' and w.driver_race = 'White drivers'"""
        )
        ratios.append(strata.mantel_haenszel_ratio(**pairs).value)
    return [*totals["rate"], *ratios]


def o4(_: Path) -> list[float]:
    rates = families.beta_rates(
        phi=[0.352, 0.3878, 0.354, 0.3385], lam=[28.98, 26.48, 30.59, 6.19], threshold=[0.3, 0.351, 0.304, 0.254]
    )
    return [value for pair in zip(*rates, strict=True) for value in pair]


def o5(shared: Path) -> list[float]:
    found = []
    for race in ("Black", "Hispanic"):
        n1, s1, h1, n0, s0, h0 = departments(shared, race)
        more, lower = s1 / n1 > s0 / n0, h1 / s1 < h0 / s0
        searched, hit = intervals.difference_z(s1, n1, s0, n0), intervals.difference_z(h1, s1, h0, s0)
        against, favoured = (searched > 1.96) & (hit < -1.96), (searched < -1.96) & (hit > 1.96)
        found += [np.sum(more), np.sum(lower), np.sum(more & lower), np.sum(against), np.sum(favoured)]
    return found


def a4(_: Path) -> list[float]:
    bounds = selection.average_effect_bounds(0.30, 0.25, 0.6, 0.32)
    return [0.30 - 0.25, selection.effect_among_stopped(0.30, 0.25, 0.32), *bounds]


def d1(shared: Path) -> list[float]:
    part_of_day = "case when h >= 22 or h <= 5 then 'night' when h <= 9 then 'morning' when h <= 15 then 'day' end"
    cells = read(
        f"""select policePrecinct p, coalesce({part_of_day}, 'evening') part,
                   count(*) filter (where race = 'Black' and searched) x1, count(*) filter (where race = 'Black') n1,
                   count(*) filter (where race = 'White' and searched) x0, count(*) filter (where race = 'White') n0
            from (select *, hour(local_time_chicago_if_utc::timestamp) h,
                         personSearch = 'YES' or vehicleSearch = 'YES' searched from '{shared / MINNEAPOLIS}')
            where problem = 'traffic' and searched is not null group by all"""
    )
    names = ("x1", "n1", "x0", "n0")
    total = [int(cells[name].sum()) for name in names]
    by_precinct = [np.bincount(cells["p"], cells[name]) for name in names]
    found = [*total, intervals.katz_ratio(*total).value]
    for counts in (by_precinct, [cells[name] for name in names]):
        ratio = strata.mantel_haenszel_ratio(*counts)
        found += [ratio.value, ratio.low, ratio.high]
    return found


def r4(_: Path) -> list[float]:
    """The first value of R4 is the sign test: twice the smaller tail, here read off the binomial law."""
    exact = intervals.clopper_pearson(9, 10)
    return [2 * (1 + 10) / 2**10, exact.low, exact.high]


@pytest.mark.parametrize(
    "reproduce", [b1, b2, b3, b4, b6, v2, v3, v4, v6, v7, o2, o3, o4, o5, a4, d1, r4], ids=lambda f: f.__name__.upper()
)
def test_the_number_is_reproduced(
    reproduce: Callable[[Path], list[float]], shared: Path, numbers: dict[str, dict[str, str]]
) -> None:
    row = numbers[reproduce.__name__.upper()]
    expected = [float(value) for value in row["value"].split()]
    tolerances = [float(value) for value in row["tol"].split()]
    tolerances *= len(expected) if len(tolerances) == 1 else 1
    for ours, theirs, tolerance in zip(reproduce(shared), expected, tolerances, strict=True):
        assert ours == pytest.approx(theirs, abs=tolerance, rel=0), row["quantity"]


def test_v1_published_sunsets_and_dusks_are_met_within_the_stated_seconds(shared, numbers):
    rows = list(csv.DictReader((shared / numbers["V1"]["where"]).read_text().splitlines()))
    assert len(rows) == 8
    for row in rows:
        times = sun.sun_times(float(row["lat"]), float(row["lon"]), np.datetime64(row["date"]))
        offset = ZoneInfo(row["tz"]).utcoffset(datetime.fromisoformat(f"{row['date']}T18:00"))
        for minutes, column in zip(times, ("published_sunset_suncalc", "published_civil_dusk_suncalc"), strict=True):
            hours, minute, second = map(int, row[column].split(":"))
            local = float(minutes) * 60 + offset.total_seconds()
            assert local == pytest.approx(hours * 3600 + minute * 60 + second, abs=float(numbers["V1"]["tol"]))


def test_minutes_of_the_veil_design_are_met_within_one(shared):
    """The design's own sun (astral, floored) takes sunset at 90.789 and dusk at 96.055 degrees: one minute at most."""
    rows = read(
        "select distinct local_time::date dates, sunset_minute sunset, civil_dusk_minute dusk "
        f"from '{shared / VEIL_DESIGN}' order by dates"
    )
    days = rows["dates"].astype("datetime64[D]")
    assert len(days) == 362
    zone = ZoneInfo("America/Chicago")
    evening = [zone.utcoffset(datetime.fromisoformat(f"{day}T18:00")).total_seconds() / 60 for day in days]
    # the point of Minneapolis that the design's minutes give away: with it and its zeniths 723 of 724 agree
    times = sun.sun_times(44.9778, -93.2650, days)
    for ours, theirs in ((times.sunset, rows["sunset"]), (times.civil_dusk, rows["dusk"])):
        assert np.abs(np.floor(ours + evening) - theirs).max() <= 1


@pytest.mark.parametrize(("method", "ends"), [("clopper_pearson", "exact"), ("wilson", "wilson")])
def test_r1_every_printed_limit_of_one_share_is_reproduced(shared, numbers, method, ends):
    rows = list(csv.DictReader((shared / numbers["R1"]["where"]).read_text().splitlines()))
    assert rows
    for row in rows:
        ours = getattr(intervals, method)(int(row["x"]), int(row["n"]))
        printed = (float(row[f"{ends}_lo"]), float(row[f"{ends}_hi"]))
        assert (ours.low, ours.high) == pytest.approx(printed, abs=float(numbers["R1"]["tol"]))


def test_r2_every_printed_limit_of_a_difference_is_reproduced(shared, numbers):
    rows = list(csv.DictReader((shared / numbers["R2"]["where"]).read_text().splitlines()))
    assert rows
    for row in rows:
        ours = intervals.newcombe(*(int(row[name]) for name in ("x1", "n1", "x2", "n2")))
        printed = (float(row["method10_lo"]), float(row["method10_hi"]))
        assert (ours.low, ours.high) == pytest.approx(printed, abs=float(numbers["R2"]["tol"]))


def test_the_offset_trap_is_refused_with_its_one_cell(shared):
    cells = read(f"select stops, past_arrests from '{shared / FRISK}'")
    with pytest.raises(ValueError, match="1 of 900 cells"):
        poisson.fit(np.ones((len(cells["stops"]), 1)), cells["stops"], cells["past_arrests"])


@pytest.mark.parametrize(("name", "letter"), [("black", "b"), ("hispanic", "h"), ("minorities", "m")])
def test_b7_every_printed_ratio_to_the_driving_population_is_its_share_over_its_benchmark(
    shared, numbers, name, letter
):
    path = shared / f"stops/connecticut_2013_2015/edp_{name}.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 92
    for row in rows:
        share, benchmark = (float(row[f"edp_{letter}{part}"].rstrip("%")) for part in ("_p", ""))
        printed = float(row[f"edp_{letter}_ratio"])
        assert share / benchmark == pytest.approx(printed, abs=float(numbers["B7"]["tol"])), row["DepartmentName"]


def test_b7_ansonia_and_avon_are_the_ratios_quoted(shared, numbers):
    """METHODS quotes 1.97 for Berlin; the file prints 2.53 (8.77 over 3.47), which the test above holds it to."""
    path = shared / numbers["B7"]["where"]
    printed = {row["DepartmentName"]: row["edp_b_ratio"] for row in csv.DictReader(path.read_text().splitlines())}
    assert [printed["Ansonia"], printed["Avon"]] == numbers["B7"]["value"].split()[:2]
    assert printed["Berlin"] == "2.53"
