"""Ten million stops in Stanford's columns: `evenhand hear`, then a plan of four methods.

The file is made by evenhand.simulate on the engine, one year of a state patrol of twenty counties with a veil of 1.2.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, run

EVENHAND = Path(sys.executable).with_name("evenhand")
ROWS = 10_000_000
MAKE = """
import sys
from evenhand.simulate import open_policing_rows
from evenhand.tables.connect import connect
open_policing_rows(connect(), int(sys.argv[1]), sys.argv[2], veil=1.2)
"""
PLAN = """
title = "A state patrol, simulated"
place = "county"

[[source]]
path = "stops.parquet"
reader = "heard"

[[contrast]]
group = "BLACK"
reference = "WHITE"

[[period]]
name = "2017"
from = "2017-01-01"
to = "2017-12-31"

[[method]]
name = "veil_of_darkness"

[[method]]
name = "decision_rate"
outcome = "searched"

[[method]]
name = "outcome_test"

[[method]]
name = "robust_outcome_test"
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """Make the file, hear it, weigh it; each once, each in a process of its own."""
    count = ROWS if rows is None else rows
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    made = run([sys.executable, "-c", MAKE, str(count), "stops.csv"], folder)
    hear = ["hear", "stops.csv", "--reader", "open_policing", "--timezone", "America/Chicago", "--out", "stops.parquet"]
    heard = run([EVENHAND, *hear], folder)
    weighed = run([EVENHAND, "weigh", "plan.toml", "--out", "finding"], folder)
    size = (folder / "stops.csv").stat().st_size / 1e9
    return [
        Line(f"simulate {count:,} stops (CSV, {size:.1f} GB)", made, ""),
        Line(f"hear {count:,} stops, CSV to Parquet", heard, ""),
        Line(f"weigh {count:,} stops, four methods", weighed, ""),
    ]
