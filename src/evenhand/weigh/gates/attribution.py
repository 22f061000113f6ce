"""Do the tellers know which agency it was? A claim names one only where most of them had more than a guess."""

from dataclasses import dataclass
from typing import Any

from evenhand.tables import derive
from evenhand.tables.tally import total
from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Attribution:
    """Passes when at least `least` of the encounters have a basis for the agency; else no claim may name it."""

    least: float = 0.5

    def check(self, table: Any) -> Verdict:
        """Look at one row an encounter; it never refuses, since every result is given both ways."""
        encounters = table.mutate(known=derive.attributed(table))
        counts = total(encounters, {"known": encounters.known})
        known, n = counts["known"], counts["n"]
        if not n:
            return Verdict("attribution", "not assessed", "no encounters to look at", {"known": 0, "encounters": 0})
        figures = {"known": known, "encounters": n, "share": known / n}
        found = f"in {known:,} of {n:,} encounters the agency was said, shown, marked or found out later"
        if known < self.least * n:
            return Verdict("attribution", "caution", f"{found}: under half, so no claim names the agency", figures)
        return Verdict("attribution", "pass", found, figures)
