"""evenhand weighs whether race drives who is stopped by police and how stops go, so that anyone can check it.

    import evenhand as eh

    evidence = eh.read("stops.csv", reader="open_policing", timezone="America/New_York")
    veil = eh.VeilOfDarkness(eh.Contrast("BLACK", "WHITE"), eh.Scope())
    result = veil.weigh(evidence)
    print(result.answer)

Names are found when they are asked for, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evenhand import errors
    from evenhand.flow.research import read
    from evenhand.tables.connect import connect
    from evenhand.terms.evidence import Benchmark, Centroid, Coverage, Evidence, Source
    from evenhand.terms.result import Answer, Contrast, Estimate, Period, Refusal, Result, Scope
    from evenhand.weigh.method import Method
    from evenhand.weigh.methods.agreement import Agreement
    from evenhand.weigh.methods.benchmark import BenchmarkTest
    from evenhand.weigh.methods.decision_rate import DecisionRate
    from evenhand.weigh.methods.multiple_systems import MultipleSystems
    from evenhand.weigh.methods.outcome_test import OutcomeTest
    from evenhand.weigh.methods.recognition import Recognition
    from evenhand.weigh.methods.recording_rate import RecordingRate
    from evenhand.weigh.methods.robust_outcome_test import RobustOutcomeTest
    from evenhand.weigh.methods.roster import Roster
    from evenhand.weigh.methods.selection_bounds import SelectionBounds
    from evenhand.weigh.methods.space_time_scan import SpaceTimeScan
    from evenhand.weigh.methods.surge import Surge
    from evenhand.weigh.methods.trust import Trust
    from evenhand.weigh.methods.two_streams import TwoStreams
    from evenhand.weigh.methods.unanimity import Unanimity
    from evenhand.weigh.methods.veil_of_darkness import VeilOfDarkness

    methods: Mapping[str, type[Method]]

__all__ = [
    "Agreement",
    "Answer",
    "Benchmark",
    "BenchmarkTest",
    "Centroid",
    "Contrast",
    "Coverage",
    "DecisionRate",
    "Estimate",
    "Evidence",
    "MultipleSystems",
    "OutcomeTest",
    "Period",
    "Recognition",
    "RecordingRate",
    "Refusal",
    "Result",
    "RobustOutcomeTest",
    "Roster",
    "Scope",
    "SelectionBounds",
    "Source",
    "SpaceTimeScan",
    "Surge",
    "Trust",
    "TwoStreams",
    "Unanimity",
    "VeilOfDarkness",
    "connect",
    "errors",
    "methods",
    "read",
]

# Where each public name lives, below this package.
_HOMES = {
    "flow.research": ("read",),
    "tables.connect": ("connect",),
    "terms.evidence": ("Benchmark", "Centroid", "Coverage", "Evidence", "Source"),
    "terms.result": ("Answer", "Contrast", "Estimate", "Period", "Refusal", "Result", "Scope"),
    "weigh.methods.agreement": ("Agreement",),
    "weigh.methods.benchmark": ("BenchmarkTest",),
    "weigh.methods.decision_rate": ("DecisionRate",),
    "weigh.methods.multiple_systems": ("MultipleSystems",),
    "weigh.methods.outcome_test": ("OutcomeTest",),
    "weigh.methods.recognition": ("Recognition",),
    "weigh.methods.recording_rate": ("RecordingRate",),
    "weigh.methods.robust_outcome_test": ("RobustOutcomeTest",),
    "weigh.methods.roster": ("Roster",),
    "weigh.methods.selection_bounds": ("SelectionBounds",),
    "weigh.methods.space_time_scan": ("SpaceTimeScan",),
    "weigh.methods.surge": ("Surge",),
    "weigh.methods.two_streams": ("TwoStreams",),
    "weigh.methods.trust": ("Trust",),
    "weigh.methods.unanimity": ("Unanimity",),
    "weigh.methods.veil_of_darkness": ("VeilOfDarkness",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("evenhand.errors")
    if name == "methods":
        return import_module("evenhand.flow.research").methods_by_name()
    if name in _HOME_OF:
        return getattr(import_module(f"evenhand.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'evenhand' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
