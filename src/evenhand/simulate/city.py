"""The invented city that every world is drawn in: its sun, clocks and year, and what its stops have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.simulate.planted import World, source_id
from evenhand.terms.encounter import AREA_PREFIX, FIELDS
from evenhand.terms.evidence import Benchmark, Centroid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# The group, the reference, and a third for what must not depend on there being two.
GROUP, REFERENCE, THIRD = 0, 1, 2
RACES = ("BLACK", "WHITE", "HISPANIC")
WORDS = ("Black", "White", "Hispanic")
UNKNOWN = -1

# An invented city with Minneapolis's sun, clocks and year.
ZONE = "America/Chicago"
CENTROID = Centroid(44.97, -93.27, "the invented city's centre")
YEAR = 2017
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
DAYS = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)

# Stops by local hour, invented after the shape of agencies' own files: least at 03-06, most near 18.
HOURS = (42, 36, 26, 14, 9, 10, 22, 40, 46, 46, 46, 42, 38, 40, 44, 50, 56, 60, 60, 56, 56, 58, 56, 50)


def world(
    recipe: Any, story: str, truth: Mapping[str, float], table: Any, benchmarks: tuple[Benchmark, ...] = ()
) -> World:
    """A world of this city."""
    return World(recipe.name, story, asdict(recipe), truth, table, FIRST, LAST, ZONE, CENTROID, benchmarks)


def days(rng: np.random.Generator, stops: int) -> Any:
    """Dates of the year, each as likely, as datetime64[D]."""
    return rng.choice(DAYS, stops)


def month(day: Any) -> Ints:
    """1 to 12."""
    return np.asarray(day.astype("datetime64[M]").astype(int) % 12 + 1)


def minutes(rng: np.random.Generator, stops: int, hours: Sequence[float] = HOURS) -> Ints:
    """Minutes of the local day, with `hours` the weights of the 24 hours."""
    weights = np.asarray(hours, dtype=np.float64)
    return rng.choice(24, stops, p=weights / weights.sum()) * 60 + rng.integers(0, 60, stops)


def record(recipe: Any, *, date: Any, minute: Ints, race: Ints, **columns: Any) -> Any:
    """A pyarrow table of the record: what every stop of a simulated agency has, and these columns beside it.

    `race` holds GROUP, REFERENCE, THIRD or UNKNOWN. Vehicle stops by an officer on patrol unless `columns` say
    otherwise; a column is an arrow or numpy array, or one value for all rows.
    """
    import pyarrow as pa

    stops = len(race)
    made = {
        "encounter_id": _ids(recipe.name, stops),
        "source_id": source_id(recipe.name),
        "kind": "agency_record",
        "raw_row": np.arange(1, stops + 1),
        "date": date,
        "time_local": clock(minute),
        "time_precision": 1,
        "tz": ZONE,
        "race_officer": pick(race, [[code] for code in RACES], ["unknown"]),
        "race_officer_options": pick(race, [["BLACK"], ["WHITE", "MENA"], ["HISPANIC"]], ["unknown"]),
        "race_officer_detail": pick(race, list(WORDS), None),
        "role": "driver",
        "agency_level": "city",
        "agency_id": "SIMULATED",
        "mode": "vehicle",
        "initiated_by": "officer",
        "reason": "moving",
        "result": ["not_stated"],
        "area_city": "Simulated",
        **columns,
    }
    order = [f.name for f in FIELDS if f.name in made] + sorted(name for name in made if name.startswith(AREA_PREFIX))
    return pa.table({name: _column(made[name], stops) for name in order})


def pick(codes: Any, choices: Sequence[Any], otherwise: Any = None) -> Any:
    """An arrow array of `choices` by code; a negative code is `otherwise`."""
    import pyarrow as pa

    kind = pa.list_(pa.string()) if isinstance(choices[0], list) else None
    return pa.array([*choices, otherwise], type=kind).take(np.where(np.asarray(codes) < 0, len(choices), codes))


def yes_no(flags: Any, known: Any = None) -> Any:
    """`yes` or `no` by flag; `not_stated` where not `known`."""
    codes = np.where(flags, 1, 0)
    return pick(codes if known is None else np.where(known, codes, -1), ["no", "yes"], "not_stated")


def clock(minute: Ints) -> Any:
    """HH:MM."""
    return pick(minute, [f"{at // 60:02d}:{at % 60:02d}" for at in range(1440)])


def _column(values: Any, stops: int) -> Any:
    import pyarrow as pa

    if isinstance(values, str | int | list):
        return pick(np.zeros(stops, dtype=np.int64), [values])
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)


def _ids(name: str, stops: int) -> Any:
    import pyarrow as pa
    from pyarrow import compute

    numbers = compute.cast(pa.array(np.arange(1, stops + 1)), pa.string())
    return compute.binary_join_element_wise(f"{source_id(name)}-", numbers, "")
