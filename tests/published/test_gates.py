"""G1-G5 of METHODS 8: what the gates must find in files whose faults are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenhand.tables.connect import connect
from evenhand.terms.result import Contrast
from evenhand.weigh.gates.default_midnight import DefaultMidnight
from evenhand.weigh.gates.overlap import Overlap
from evenhand.weigh.gates.race_missing import RaceMissing
from evenhand.weigh.gates.zone import Zone


def stops_of(path: Path) -> Any:
    raw = connect().read_parquet(path)
    return raw.select(
        date=raw.InterventionDate.as_timestamp("%A, %B %d, %Y").date(),
        time_local=raw.InterventionTime.as_timestamp("%I:%M:%S %p").strftime("%H:%M"),
    )


# tolerances are 0: counts
@pytest.mark.parametrize(
    ("town", "at_midnight", "stops", "verdict"),
    [("groton", 601, 6252, "refuse"), ("hamden", 4, 5466, "pass")],
    ids=["G1", "G2"],
)
def test_g1_g2_stops_at_midnight(shared: Path, town, at_midnight, stops, verdict) -> None:
    found = DefaultMidnight().check(stops_of(shared / f"stops/connecticut_2013_2015/{town}_stops_2013_14.parquet"))
    assert (found.figures["at_midnight"], found.figures["stops_with_time"]) == (at_midnight, stops)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("clocks", "quietest", "verdict"), [("date_utc", 9, "refuse"), ("local_time_chicago_if_utc", 4, "pass")]
)
def test_g3_quietest_hours_as_utc_and_as_chicago(shared: Path, clocks, quietest, verdict) -> None:
    raw = connect().read_parquet(shared / "stops/minneapolis_2017/mpls_stops.parquet")
    moment = raw[clocks].cast("timestamp")
    found = Zone().check(raw.select(date=moment.date(), time_local=moment.strftime("%H:%M")))
    assert (found.figures["quietest_hours_begin"], found.verdict) == (quietest, verdict)


def test_g4_race_unknown_or_blank(shared: Path) -> None:
    raw = connect().read_parquet(shared / "stops/minneapolis_2017/mpls_stops.parquet")
    table = raw.select(date=raw.local_time_chicago_if_utc.cast("timestamp").date(), race=raw.race.nullif("Unknown"))
    found = RaceMissing().check(table.rename(race_officer_detail="race"), Contrast("Black", "White", "as recorded"))
    assert (found.figures["missing"], found.figures["stops"]) == (17440, 51920)
    assert found.verdict == "pass"


def test_g5_stops_outside_and_inside_the_overlap(shared: Path) -> None:
    rows = connect().read_csv(shared / "stops/veil_of_darkness_anchors/mpls_2017_vod_design.csv").to_pyarrow()
    minute, dark = rows.column("minute").to_numpy(), rows.column("is_dark").to_numpy()
    found = Overlap().check(minute, dark, np.ones(minute.size, dtype=int))
    assert (found.figures["stops_outside"], found.figures["stops_inside"]) == (710, 3133)
    assert found.verdict == "pass"
