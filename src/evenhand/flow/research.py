"""Research: a file of one's own to evidence, in one call; the methods are then weighed one by one.

The same steps as a plan's, so that what a notebook finds and what `evenhand weigh` publishes are one number.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evenhand import weigh
from evenhand.flow import study
from evenhand.tables.connect import connect
from evenhand.terms.evidence import Benchmark, Evidence
from evenhand.terms.finding import PlannedSource
from evenhand.weigh.method import Method


def read(
    path: Path | str,
    reader: str,
    *,
    benchmarks: Sequence[Benchmark] = (),
    connection: Any = None,
    **settings: Any,
) -> Evidence:
    """The stops in a file as evidence, with the verdict on it in `sources[0]` and the dates it covers.

    `reader` says whose columns they are: `open_policing` (Stanford's), `mapped` (any CSV or Parquet, with
    `mapping=` a TOML file), `heard` (what `evenhand hear` wrote), `minneapolis` (shipped; its path is empty);
    `settings` are that reader's, `timezone="America/New_York"` for times that do not say their zone.
    `connection` is an Ibis backend to read on, a DuckDB in memory by default. RecordError when the file
    breaks the record's contract, PlanError when the reader or a setting is not known.

    >>> evidence = read("", reader="minneapolis")
    >>> evidence.sources[0].rows, evidence.sources[0].verdict
    (51920, 'yellow')

    """
    planned = PlannedSource(str(path), reader, settings)
    reading = study.hear_source(planned, connect() if connection is None else connection)
    return study.gather([reading], benchmarks)


def methods_by_name() -> Mapping[str, type[Method]]:
    """Every method there is, by the name a plan knows it by.

    >>> methods_by_name()["veil_of_darkness"].__name__
    'VeilOfDarkness'

    """
    return MappingProxyType({name: weigh.named(name) for name in weigh.METHODS})
