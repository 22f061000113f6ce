"""Small tables for gates: the columns a gate looks at, planted, or read from files with known answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenhand.tables.connect import connect


@pytest.fixture(scope="session")
def engine() -> Any:
    return connect()


@pytest.fixture(scope="session")
def planted() -> Callable[..., Any]:
    """A table of the columns given, with the types of the record."""
    import ibis

    from evenhand.tables.columns import TYPES
    from evenhand.terms.encounter import BY_NAME

    def make(**columns: list[Any]) -> Any:
        return ibis.memtable(columns, schema={name: TYPES[BY_NAME[name].kind] for name in columns})

    return make


@pytest.fixture(scope="session")
def connecticut(shared: Path, engine: Any) -> Callable[[str], Any]:
    """Stops of Groton or Hamden, October 2013 to September 2014."""

    def read(town: str) -> Any:
        raw = engine.read_parquet(shared / f"stops/connecticut_2013_2015/{town}_stops_2013_14.parquet")
        return raw.select(
            date=raw.InterventionDate.as_timestamp("%A, %B %d, %Y").date(),
            time_local=raw.InterventionTime.as_timestamp("%I:%M:%S %p").strftime("%H:%M"),
            agency_id=raw.OrganizationIdentificationID,
        )

    return read


@pytest.fixture(scope="session")
def states(shared: Path, engine: Any) -> Callable[[str], Any]:
    """State patrol stops of Arizona, Colorado or Texas."""

    def read(state: str) -> Any:
        raw = engine.read_parquet(shared / f"stops/inconsistent_perception_az_co_tx/{state}.parquet")
        day, clock = ("date", "time") if state == "tx" else ("stop_date", "stop_time")
        return raw.select(date=raw[day].cast("date"), time_local=raw[clock].substr(0, 5))

    return read


@pytest.fixture(scope="session")
def minneapolis(shared: Path, engine: Any) -> Callable[[str], Any]:
    """Stops of Minneapolis in 2017, on the clocks the file holds (`utc`) or on Chicago's (`chicago`)."""
    import ibis

    def read(clocks: str) -> Any:
        raw = engine.read_parquet(shared / "stops/minneapolis_2017/mpls_stops.parquet")
        moment = raw.date_utc if clocks == "utc" else raw.local_time_chicago_if_utc.cast("timestamp")
        return raw.select(
            date=moment.date(),
            time_local=moment.strftime("%H:%M"),
            tz=ibis.literal("America/Chicago"),
            race_officer_detail=raw.race.nullif("Unknown"),
            reason_detail=raw.problem,
            recorded_on=raw.MDC,
        )

    return read


@pytest.fixture(scope="session")
def design(shared: Path, engine: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The 3,843 stops of the veil of darkness design, Minneapolis 2017, as columns."""
    raw = engine.read_csv(shared / "stops/veil_of_darkness_anchors/mpls_2017_vod_design.csv").to_pyarrow()
    names = ("local_time", "minute", "sunset_minute", "civil_dusk_minute", "is_dark", "is_black")
    return {name: raw.column(name).to_numpy() for name in names}
