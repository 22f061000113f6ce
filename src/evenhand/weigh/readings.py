"""Readings of a file's searches: how the answer moves with which bases count, and with what was found.

Whether a search on consent, by a dog or of a person on probation left the officer a choice can be argued, and
"anything found" mixes grams and guns (METHODS 4.3). So the ratio of hit rates is printed for each reading.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.maths import strata
from evenhand.maths.corners import Counts
from evenhand.tables.tally import tally
from evenhand.terms.encounter import NOT_DISCRETIONARY, UNKNOWN_CODES
from evenhand.weigh.gates.small import Small

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Readings:
    """Searches of both groups with a known result, whatever their basis: one entry a combination of what is known.

    `place` numbers places, `group` says which side, `basis` and `kinds` are sets of codes, `n` counts searches.
    """

    place: NDArray[np.intp]
    group: Rows
    hit: Rows
    basis: tuple[frozenset[str], ...]
    kinds: tuple[frozenset[str], ...]
    n: NDArray[np.int64]

    @classmethod
    def of(cls, table: Any) -> "Readings":
        """Count the rows of a table that `searches.prepare` made: searched, of the two groups, result known."""
        names = ("place", "side", "hit", "basis", "kinds")
        rows = tally(table, {name: table[name] for name in names})
        _, place = np.unique(rows["place"].astype(str), return_inverse=True)
        basis, kinds = (tuple(frozenset(str(words).split("+")) for words in rows[name]) for name in ("basis", "kinds"))
        return cls(place, rows["side"] == "group", rows["hit"] == "yes", basis, kinds, rows["n"])

    def by_basis(self, supervision: bool, confidence: float) -> dict[str, dict[str, Any]]:
        """The ratio as planned, with supervision read the other way, with each basis left out or let in, and of all."""
        bound, other_way = bound_by(supervision), bound_by(not supervision)
        chosen = {
            "as planned": self._of_choice(bound),
            f"supervision {'left a choice' if supervision else 'left no choice'}": self._of_choice(other_way),
            "all searches, whatever the basis": np.ones(len(self.n), dtype=bool),
        }
        for code in sorted(frozenset().union(*self.basis).difference(UNKNOWN_CODES)):
            if code in bound:
                chosen[f"with {code}"] = self._of_choice(tuple(other for other in bound if other != code))
            else:
                chosen[f"without {code}"] = chosen["as planned"] & np.array([code not in basis for basis in self.basis])
        return {name: self._told(rows, self.hit, confidence) for name, rows in chosen.items()}

    def by_kind(self, supervision: bool, confidence: float) -> dict[str, dict[str, Any]]:
        """The ratio counting only finds of one kind, of the searches planned."""
        planned = self._of_choice(bound_by(supervision))
        kinds = sorted(frozenset().union(*self.kinds).difference((*UNKNOWN_CODES, "none")))
        found = {kind: np.array([kind in codes for codes in self.kinds], dtype=bool) for kind in kinds}
        return {kind: self._told(planned, hits, confidence) for kind, hits in found.items()}

    def _of_choice(self, bound: Iterable[str]) -> Rows:
        """Rows whose basis is known and leaves a choice; the rule of `derive.discretionary`, basis by basis."""
        none_of = frozenset((*bound, *UNKNOWN_CODES))
        return np.array([not basis & none_of for basis in self.basis], dtype=bool)

    def _told(self, rows: Rows, hit: Rows, confidence: float) -> dict[str, Any]:
        counts = self._counts(rows, hit)
        x1, n1, x0, n0 = (int(part.sum()) for part in counts)
        told: dict[str, Any] = {"hits_group": x1, "searches_group": n1, "hits_reference": x0, "searches_reference": n0}
        both = (counts.n1 > 0) & (counts.n0 > 0)
        met = [int(part[both].sum()) for part in counts]
        if Small().check(min(met[1], met[3]), min(met[0], met[2])).verdict == "refuse":
            return told | {"too_few": True}
        ratio = strata.mantel_haenszel_ratio(*counts, confidence)
        return told | {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}

    def _counts(self, rows: Rows, hit: Rows) -> Counts:
        places = int(self.place.max(initial=-1)) + 1

        def of(which: Rows) -> NDArray[np.float64]:
            here = rows & which
            return np.bincount(self.place[here], self.n[here], places).astype(np.float64)

        return Counts(of(self.group & hit), of(self.group), of(~self.group & hit), of(~self.group))


def bound_by(supervision: bool) -> tuple[str, ...]:
    """Bases that leave no choice; supervision among them when asked."""
    return (*NOT_DISCRETIONARY, "supervision") if supervision else NOT_DISCRETIONARY
