"""What went unrecorded: how far it could move a ratio, and when there is too much of it to compare at all.

Printed beside every number about an outcome (METHODS 4.3, 4.11). A row may lack race, outcome or both. The
first two are bands of their own, because they are mended by asking for different fields. Rows with neither
are in the band over outcomes: were their races known, they still would not say what happened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from evenhand.maths import corners
from evenhand.maths.corners import Counts, Floats
from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.result import Band, Contrast

# METHODS 4.3 and 4.11: with more of an outcome unknown, a comparison of the rest says little.
MOST_UNKNOWN = 0.2

# What a row's race may be: certainly a side, possibly one of them, possibly both, or not recorded.
SIDES = ("group", "reference", "maybe group", "maybe reference", "either", "unknown")
OUTCOMES = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Rows by what is known of them, `rows[side, outcome]`: one of `SIDES`, one of `OUTCOMES`, an entry a stratum."""

    rows: Mapping[tuple[str, str], Floats]

    @classmethod
    def of(cls, table: Any, contrast: Contrast, strata: Mapping[str, Any], outcome: Any) -> Self:
        """Count the rows of `table` by stratum, side and outcome (an expression of yes, no, unknown)."""
        at = side(table, contrast)
        cells = tally(table.filter(at.notnull()), {**strata, "side": at, "outcome": outcome})
        columns = [cells[name].astype(str) for name in strata]
        labels = np.array(["\x1f".join(parts) for parts in zip(*columns, strict=True)], dtype=str)
        names, stratum = np.unique(labels, return_inverse=True)
        rows = {}
        for name in SIDES:
            for word in OUTCOMES:
                here = (cells["side"] == name) & (cells["outcome"] == word)
                rows[name, word] = np.bincount(stratum[here], cells["n"][here], len(names)).astype(np.float64)
        return cls(rows)

    @property
    def known(self) -> Counts:
        """Rows whose race is certain and whose outcome is known: the lower counts."""
        return self._counts(("group",), ("reference",))

    @property
    def upper(self) -> Counts | None:
        """Counts with every row the record says may be of a side; None where no set leaves a doubt."""
        doubtful = SIDES[2:5]
        if not any(self._sum(doubtful, word).sum() for word in OUTCOMES[:2]):
            return None
        return self._counts(("group", "maybe group", "either"), ("reference", "maybe reference", "either"))

    def bands(self, what: str, unit: str) -> Iterator[Band]:
        """Bands of the Mantel-Haenszel ratio over missing race and, where any is missing, missing outcome.

        `what` is the outcome as a clause ("the person was searched"), `unit` what a row is ("stop"). Raises
        ValueError when the known rows give no ratio.
        """
        yield self.over_race(what, unit)
        unknown = self._outcome
        counted = {name: int(part.sum()) for name, part in unknown._asdict().items()}
        if sum(counted.values()):
            # over="model": an outcome that was not recorded is not a race that was not recorded, and taking it
            # for yes or no is a choice of reading; apart from the race band, for other rows are behind it
            yield Band(
                "model",
                *corners.over_outcome(self.known, unknown),
                f"every {unit} where it is unknown whether {what} ({sum(counted.values()):,}) taken as yes on one side "
                f"and as no on the other, then the reverse; {counted['neither']:,} of them have no race either, and go "
                "where they move it most",
                {f"unknown_{name}": n for name, n in counted.items()},
            )

    def over_race(self, what: str, unit: str, statistic: corners.Statistic = corners.risk_ratio) -> Band:
        """The band of the statistic over missing race, of rows whose outcome is known."""
        missing = int(self._sum(SIDES[2:], "yes").sum() + self._sum(SIDES[2:], "no").sum())
        neither = int(self._outcome.neither.sum())
        reading = (
            f"every {unit} whose race was not recorded for certain ({missing:,}) put on one side or the other: those "
            f"where {what} on one, the rest on the other, then the reverse"
        )
        if neither:
            reading += f"; {neither:,} more have neither race nor outcome and are in the band over outcomes"
        figures = {"unknown_race": missing, "neither_race_nor_outcome": neither}
        return Band("missing_race", *corners.over_race(self.known, self._race, statistic), reading, figures)

    @property
    def _race(self) -> corners.RaceUnknown:
        group, reference = ("maybe group", "either", "unknown"), ("maybe reference", "either", "unknown")
        return corners.RaceUnknown(
            self._sum(group, "yes"), self._sum(group, "no"), self._sum(reference, "yes"), self._sum(reference, "no")
        )

    @property
    def _outcome(self) -> corners.OutcomeUnknown:
        return corners.OutcomeUnknown(
            self.rows["group", "unknown"], self.rows["reference", "unknown"], self._sum(SIDES[2:], "unknown")
        )

    def _counts(self, group: tuple[str, ...], reference: tuple[str, ...]) -> Counts:
        yes1, yes0 = self._sum(group, "yes"), self._sum(reference, "yes")
        return Counts(yes1, yes1 + self._sum(group, "no"), yes0, yes0 + self._sum(reference, "no"))

    def _sum(self, sides: tuple[str, ...], outcome: str) -> Floats:
        return np.asarray(np.sum([self.rows[side, outcome] for side in sides], axis=0), dtype=np.float64)


def side(table: Any, contrast: Contrast) -> Any:
    """One of `SIDES`, or null for a row recorded as neither group."""
    import ibis

    certain = derive.group(table, contrast)
    group = derive.possibly(table, contrast, contrast.group).fill_null(False)
    reference = derive.possibly(table, contrast, contrast.reference).fill_null(False)
    return ibis.cases(
        (certain.notnull(), certain),
        (~derive.race_known(table, contrast), "unknown"),
        (group & reference, "either"),
        (group, "maybe group"),
        (reference, "maybe reference"),
        else_=None,
    )


def too_much(counts: Mapping[str, tuple[int, int]]) -> str | None:
    """Whose share unknown is above the limit: the name with the largest, of (unknown, all) by name; else None."""
    shares = {name: unknown / total for name, (unknown, total) in counts.items() if total}
    worst = max(shares, key=lambda name: shares[name], default=None)
    return worst if worst is not None and shares[worst] > MOST_UNKNOWN else None
