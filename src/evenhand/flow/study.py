"""Study: run a plan: sources heard, tables beside them read, methods weighed, claims made."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from evenhand import hear
from evenhand.errors import PlanError, RecordError
from evenhand.flow import Told, untold
from evenhand.flow import plan as plans
from evenhand.hear import beside as tables
from evenhand.terms.evidence import Benchmark, Evidence, Reading, Source
from evenhand.terms.finding import Finding, Plan, PlannedBenchmark, PlannedSource
from evenhand.terms.result import Result


def study(plan: Plan, connection: Any, told: Told = untold) -> Finding:
    """Run the plan on the engine behind `connection`: a finding, with every refusal in it."""
    from evenhand.tell import claims

    methods = list(plans.methods(plans.check(plan)))
    steps = len(plan.sources) + len(plan.beside) + len(methods) + 1
    readings = []
    for done, planned in enumerate(plan.sources):
        told(f"hearing {Path(planned.path).name or planned.reader}", done, steps)
        readings.append(hear_source(planned, connection))
    beside = []
    for done, table in enumerate(plan.beside, start=len(readings)):
        told(f"reading {Path(table.path).name}", done, steps)
        beside.append(tables.read(connection, table.kind, table.path, table.settings))
    evidence = gather(readings, [_benchmark(planned) for planned in plan.benchmarks], beside, plan)
    results = []
    for done, method in enumerate(methods, start=len(readings) + len(beside)):
        told(f"weighing {method.name.replace('_', ' ')}", done, steps)
        results.append(method.weigh(evidence))
    told("making claims", steps - 1, steps)
    behind = [benchmark.source for benchmark in evidence.benchmarks if benchmark.source is not None]
    finding = claims.finding(plan, (*evidence.sources, *behind), _distinct(results))
    told("done", steps, steps)
    return replace(finding, made_by=f"evenhand {version('evenhand')}", made_on=datetime.now(UTC).date().isoformat())


def hear_source(planned: PlannedSource, connection: Any) -> Reading:
    """Read one planned source, with the health of what was read in its register."""
    # a reader that brings its own data takes no path
    where = (planned.path,) if planned.path else ()
    return hear.examine(hear.reader(planned.reader)(connection, *where, **planned.settings))


def gather(
    readings: Sequence[Reading],
    benchmarks: Sequence[Benchmark] = (),
    beside: Sequence[tables.Table] = (),
    plan: Plan | None = None,
) -> Evidence:
    """One body of evidence of several readings, on one clock: stops apart from what people told.

    The small tables `beside` are sources like the readings; publicity and review are the plan's.
    """
    zones = sorted({reading.timezone for reading in readings})
    if len(zones) > 1:
        raise PlanError(f"sources on the clocks of {' and '.join(zones)}: weigh them in plans of their own")
    stops = [reading.encounters for reading in readings if "report_id" not in reading.encounters.columns]
    reports = [reading.encounters for reading in readings if "report_id" in reading.encounters.columns]
    centroids = {place: point for reading in readings for place, point in reading.centroids.items()}
    content = {kind: [table.content for table in beside if table.kind == kind] for kind in tables.READERS}
    calls = _together(content["calls"])
    publicity = () if plan is None else plan.publicity
    if plan is not None and not plan.periods:
        plans.within(publicity, _spans(readings, calls), "span of the sources")
    return Evidence(
        encounters=_together(stops),
        reports=_tellings(reports),
        sources=(*(reading.source for reading in readings), *(table.source for table in beside)),
        coverage=tuple(reading.coverage for reading in readings),
        benchmarks=tuple(benchmarks),
        centroids=centroids,
        # no clock is asked for where only small tables are there
        timezone=zones[0] if zones else "UTC",
        rosters=tuple(chain.from_iterable(content["roster"])),
        publicity=publicity,
        areas=tuple(chain.from_iterable(content["areas"])),
        lists=tuple(chain.from_iterable(content["lists"])),
        codes=_together(content["codes"]),
        links=_together(content["links"]),
        review=None if plan is None else plan.review,
        calls=calls,
    )


def _spans(readings: Sequence[Reading], calls: Any) -> list[tuple[date, date]]:
    """First and last day of each source, and of the calls."""
    spans = [(reading.coverage.first, reading.coverage.last) for reading in readings]
    if calls is None:
        return spans
    ends = calls.aggregate(first=calls.date.min(), last=calls.date.max()).to_pyarrow().to_pylist()[0]
    return [*spans, (ends["first"], ends["last"])]


def _together(tables: Sequence[Any]) -> Any:
    """One table of several, with the columns they share; None of none."""
    if not tables:
        return None
    table, *others = tables
    for other in others:
        shared = [name for name in table.columns if name in other.columns]
        table = table.select(shared).union(other.select(shared))
    return table


def _tellings(tables: Sequence[Any]) -> Any:
    """What people told, of several sources: a field that one of them never asked was not stated there."""
    from evenhand.tables.telling import doubled, whole

    if len(tables) < 2:
        return tables[0] if tables else None
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    first, *others = (whole(table, names) for table in tables)
    told = first.union(*others)
    if twice := doubled(told):
        raise PlanError(
            f"{twice:,} numbers of tellings (report_id) stand in more than one source: offices that both count from "
            "1 would become one; give each source's numbers a letter of its own and hear it again"
        )
    return told


def answered(finding: Finding) -> bool:
    """Whether any result is more than a refusal."""
    from evenhand.terms.result import Answer

    return any(isinstance(result.answer, Answer) for result in finding.results)


def _distinct(results: Sequence[Result]) -> tuple[Result, ...]:
    seen: dict[str, Result] = {}
    for result in results:
        if result.id in seen:
            raise PlanError(f"two methods of the plan answer as {result.id}: give them scopes of different names")
        seen[result.id] = result
    return tuple(seen.values())


def _benchmark(planned: PlannedBenchmark) -> Benchmark:
    """Exposure by place and race code: a reader's own, or a CSV with a column for the place and one a race."""
    if planned.settings.get("reader") == "minneapolis":
        from evenhand.hear.agencies import minneapolis

        return minneapolis.benchmark(planned.name, planned.key)
    path = Path(planned.path)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"benchmark {planned.name} at {path} cannot be read: {error}") from error
    if not rows:
        raise RecordError(f"benchmark {path} is empty: expected a header and one row a place")
    if planned.key not in rows[0]:
        raise RecordError(f"benchmark {path} has no column {planned.key!r}: it has {', '.join(rows[0])}")
    groups = [name for name in rows[0] if name != planned.key and name is not None]
    exposure = {row[planned.key]: {name: _exposure(row[name], name, path) for name in groups} for row in rows}
    if len(exposure) < len(rows):
        raise RecordError(f"benchmark {path} has a place twice: {len(rows)} rows, {len(exposure)} places")
    said = planned.settings
    source = Source(
        id=f"benchmark-{planned.name}",
        publisher=str(said.get("publisher", "not stated")),
        address=str(said.get("address", path.name)),
        licence=str(said.get("licence", "not stated")),
        retrieved=str(said.get("retrieved", "not stated")),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        rows=len(rows),
        reader="benchmark",
        verdict="yellow",
        evidence=("A count of who could have been stopped, as the plan names it; nothing in it was checked here.",),
        # counts of people by place are no records of stops
        public=True,
    )
    unit, caveat = str(said.get("unit", "residents")), str(said.get("caveat", ""))
    return Benchmark(planned.name, str(said.get("level", planned.key)), exposure, unit, source, caveat)


def _exposure(text: str | None, column: str, path: Path) -> float:
    try:
        return float(text or "")
    except ValueError as error:
        raise RecordError(f"benchmark {path}, column {column}: found {text!r}, expected a number") from error
