"""The demonstration: Minneapolis 2017, real data, from the records to a page."""

from dataclasses import replace
from pathlib import Path

from evenhand.flow import Told, plan, publish, untold
from evenhand.flow.publish import Made

PLAN = Path(__file__).with_name("minneapolis_2017.toml")


def demonstrate(out: Path, told: Told = untold) -> Made:
    """Weigh the plan shipped in the package and tell its finding, all in `out`."""
    weighed = publish.weigh_plan(plan.read(PLAN), out, told=told)
    told_of = publish.tell(weighed.finding, out, told)
    return replace(told_of, answered=weighed.answered)
