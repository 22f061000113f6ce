"""What people told, as every method on reports looks at it: an encounter once, however often it was told.

Every result on reports is given at three thresholds of what is one encounter, for all encounters and for those whose
agency the teller could know, with the counts of what could back them up beside it (METHODS 6).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.tables import derive
from evenhand.tables.sift import Keep, Sifted, sift
from evenhand.tables.tally import total
from evenhand.tables.telling import HEADLINE, THRESHOLDS, tellings
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Exclusion, Refusal, Scope, Verdict
from evenhand.weigh.gates.attribution import Attribution
from evenhand.weigh.method import encounters_told

# What could back an account up, and be looked for (METHODS 6).
BACKING = ("video", "second_report", "witness", "dispatch_log", "body_camera", "document", "court", "medical")
NO_REPORTS = Refusal(
    "there are no reports to weigh",
    {"reports": 0},
    "a source of what people told, heard with the inbox or canvass reader",
)

# What a method keeps of the encounters, over the table of tellings.
Own = Callable[[Any], Iterable[Keep]]


def everything(_table: Any) -> Iterable[Keep]:
    """Nothing more is set aside."""
    return ()


@dataclass(frozen=True, slots=True)
class Told:
    """Encounters told, one row each, with the gate on which agency it was and what could back them up."""

    sifted: Sifted
    gate: Verdict
    corroboration: Mapping[str, int]

    @property
    def table(self) -> Any:
        """One row an encounter, as it was first told."""
        return self.sifted.table


# What stands in a result where there is no table of reports at all.
NOTHING = Told(Sifted(None, (), 0), Verdict("attribution", "not assessed", "no encounters to look at"), {})


def look(evidence: Evidence, scope: Scope, own: Own = everything, threshold: float = HEADLINE) -> Told:
    """The encounters told in scope that a method keeps, all else counted; `NOTHING` where there are no reports."""
    if evidence.reports is None:
        return NOTHING
    table = tellings(evidence.reports, threshold)
    sifted = sift(table, *encounters_told(table, scope), *own(table))
    return Told(sifted, Attribution().check(sifted.table), corroboration(sifted.table))


def corroboration(table: Any) -> dict[str, int]:
    """How many encounters have what could back them up: of each kind, and of any."""
    if not derive.has(table, "corroboration"):
        return {"encounters": total(table, {})["n"]}
    kinds = {kind: table.corroboration.contains(kind).fill_null(False) for kind in BACKING}
    counts = total(table, {**kinds, "any": derive.any_true(list(kinds.values()))})
    return {"encounters": counts.pop("n"), **counts}


def readings(
    evidence: Evidence, scope: Scope, figure: Callable[[Any], Any], own: Own = everything, threshold: float = HEADLINE
) -> dict[str, Any]:
    """`figure` of the encounters at each threshold, and of those whose agency the teller could know.

    Gives `thresholds` (by the threshold as text) and `attributed`; both are diagnostics of every result on reports.
    """
    if evidence.reports is None:
        return {}
    at = {f"{each}": figure(look(evidence, scope, own, each).table) for each in THRESHOLDS}

    def known(table: Any) -> Iterable[Keep]:
        return [*own(table), Keep("agency not known, or guessed", derive.attributed(table))]

    return {"thresholds": at, "attributed": figure(look(evidence, scope, known, threshold).table)}


def dropped(told: Told, reason: str, n: int) -> Sifted:
    """The sifted rows of `told` with `n` more set aside by a method that counts in cells."""
    sifted = told.sifted
    return Sifted(sifted.table, (*sifted.excluded, Exclusion(reason, n)), sifted.rows_in)
