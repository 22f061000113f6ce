"""Stops by the million in Stanford's columns, made on the engine: for speed, not for inference.

Every value of row i is a hash of i, the seed and the value's name, so that rows are the same whatever the number
of threads, and a larger file begins with the smaller one. The same bytes need the same version of DuckDB.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.errors import OutputError
from evenhand.simulate import city, sky, stanford

COUNTIES = 20
# log odds of the group against the reference by county, from the first to the last
LEANS = (-1.6, 0.2)
SHARES = {"hispanic": 0.15, "asian/pacific islander": 0.04, "other": 0.02, "unknown": 0.03}
REASONS = {"Speeding": 0.55, "Equipment violation": 0.2, "Registration": 0.15, "Other": 0.1}
OUTCOMES = {"warning": 0.52, "citation": 0.44, "arrest": 0.04}
BASES = {"probable cause": 0.5, "consent": 0.3, "k9": 0.05, "plain view": 0.05, "other": 0.1}
SEARCHED = {"black": 0.06, "hispanic": 0.05}
SEARCHED_OTHERWISE = 0.035
FOUND = 0.3
# Seeds that differ by this give the same rows; rows of two seeds never meet below this many.
SEEDS, MOST_ROWS = 100_000_000, 1_000_000_000
# Names of the values that are drawn; a name's place in this list is its part of the key.
DRAWS = (
    *("day", "hour", "minute", "county", "lat", "lng"),
    *("third", "group", "age", "sex", "reason", "outcome"),
    *("searched", "basis", "found", "drugs", "weapons", "vehicle"),
)


def open_policing_rows(connection: Any, rows: int, path: Path | str, seed: int = 0, veil: float = 1.0) -> Path:
    """Write `rows` stops of a state patrol of 20 counties over a year to `path`, CSV or Parquet by its ending.

    `connection` is a DuckDB backend of ibis. Darkness divides the group's odds by `veil`. Raises OutputError where the
    file cannot be written. About 3 seconds a million rows on two cores.
    """
    path = Path(path)
    stops = _stops(_draws(connection, rows, seed), np.log(veil))
    try:
        path.touch()
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; name another place") from error
    if path.suffix == ".parquet":
        connection.to_parquet(stops, path)
    else:
        connection.to_csv(stanford.as_text(stops), path, header=True, nullstr=stanford.NOTHING)
    return path


def _draws(connection: Any, rows: int, seed: int) -> Any:
    """`row` and a number in [0, 1) for each of DRAWS, the hash of one whole number over 2^64.

    DuckDB's hash of several values only combines theirs by exclusive or, and draws would go together.
    """
    first = seed % SEEDS * MOST_ROWS
    numbers = ", ".join(
        f"hash(({first} + range) * {len(DRAWS)} + {at}) / 18446744073709551616.0 AS {name}"
        for at, name in enumerate(DRAWS)
    )
    schema = {"row": "int64", **dict.fromkeys(DRAWS, "float64")}
    return connection.sql(f"SELECT range AS row, {numbers} FROM range({rows:d})", schema=schema)


def _stops(draw: Any, log_veil: float) -> Any:
    import ibis

    day, county = _whole(draw.day * len(city.DAYS)), _whole(draw.county * COUNTIES)
    minute = _choice(draw.hour, dict(zip(range(24), city.HOURS, strict=True))) * 60 + _whole(draw.minute * 60)
    dark = minute >= ibis.array(_dusks())[day]
    lean = LEANS[0] + (LEANS[1] - LEANS[0]) * county / (COUNTIES - 1) - ibis.ifelse(dark, log_veil, 0.0)
    third = _choice(draw.third, {None: 1 - sum(SHARES.values()), **SHARES})
    race = third.coalesce(ibis.ifelse(draw.group < 1 / (1 + (-lean).exp()), "black", "white"))
    searched = draw.searched < race.cases(*SEARCHED.items(), else_=SEARCHED_OTHERWISE)
    outcome, found = _choice(draw.outcome, OUTCOMES), draw.found < FOUND
    # on the engine a date and an interval make a timestamp, whatever ibis thinks
    start = ibis.literal(city.FIRST.isoformat()).cast("timestamp")
    return draw.select(
        raw_row_number=draw.row + 1,
        date=(start + day.as_interval("D")).date(),
        time=_two(minute // 60) + ":" + _two(minute % 60) + ":00",
        lat=(city.CENTROID.latitude + (draw.lat - 0.5) / 10).round(6),
        lng=(city.CENTROID.longitude + (draw.lng - 0.5) / 10).round(6),
        county_name="County " + _two(county + 1),
        subject_age=16 + _whole(draw.age * 60),
        subject_race=race,
        subject_sex=ibis.ifelse(draw.sex < 0.66, "male", "female"),
        type=ibis.literal("vehicular"),
        arrest_made=outcome == "arrest",
        citation_issued=outcome == "citation",
        warning_issued=outcome == "warning",
        outcome=outcome,
        contraband_found=searched.ifelse(found, None),
        contraband_drugs=searched.ifelse(found & (draw.drugs < 0.7), None),
        contraband_weapons=searched.ifelse(found & (draw.weapons < 0.1), None),
        search_conducted=searched,
        search_person=searched & (draw.vehicle < 0.7),
        search_vehicle=searched & (draw.vehicle >= 0.3),
        search_basis=searched.ifelse(_choice(draw.basis, BASES), None),
        reason_for_stop=_choice(draw.reason, REASONS),
    )


def _choice(draw: Any, weights: Mapping[Any, float]) -> Any:
    """A key by weight."""
    import ibis

    edges = np.cumsum(list(weights.values())) / sum(weights.values())
    keys = list(weights)
    return ibis.cases(*[(draw < edge, key) for edge, key in zip(edges[:-1], keys[:-1], strict=True)], else_=keys[-1])


def _dusks() -> list[int]:
    """Local minute of civil dusk by day of the year."""
    from evenhand.maths.sun import sun_times

    times = sun_times(city.CENTROID.latitude, city.CENTROID.longitude, city.DAYS)
    return [int(at) for at in np.ceil(times.civil_dusk + sky.minutes_ahead(city.DAYS))]


def _whole(number: Any) -> Any:
    return number.floor().cast("int64")


def _two(number: Any) -> Any:
    return number.cast("int64").cast("string").lpad(2, "0")
