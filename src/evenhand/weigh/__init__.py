"""Weigh: whether race drives who is stopped and how stops go, or why these data cannot tell."""

from importlib import import_module
from typing import Any

from evenhand.errors import PlanError

# The methods there are, by the name a plan uses, imported when asked for.
METHODS = {
    "benchmark": "benchmark:BenchmarkTest",
    "veil_of_darkness": "veil_of_darkness:VeilOfDarkness",
    "decision_rate": "decision_rate:DecisionRate",
    "outcome_test": "outcome_test:OutcomeTest",
    "robust_outcome_test": "robust_outcome_test:RobustOutcomeTest",
    "selection_bounds": "selection_bounds:SelectionBounds",
    "recognition": "recognition:Recognition",
    "recording_rate": "recording_rate:RecordingRate",
    "multiple_systems": "multiple_systems:MultipleSystems",
    "two_streams": "two_streams:TwoStreams",
    "trust": "trust:Trust",
    "unanimity": "unanimity:Unanimity",
    "roster": "roster:Roster",
    "surge": "surge:Surge",
    "agreement": "agreement:Agreement",
    "space_time_scan": "space_time_scan:SpaceTimeScan",
}


def named(name: str) -> Any:
    """The method's class by its name in a plan; PlanError names those there are.

    >>> named("veil_of_darkness").__name__
    'VeilOfDarkness'

    """
    if name not in METHODS:
        raise PlanError(f"method {name!r} is not known: expected one of {', '.join(METHODS)}")
    module, cls = METHODS[name].split(":")
    return getattr(import_module(f"evenhand.weigh.methods.{module}"), cls)
