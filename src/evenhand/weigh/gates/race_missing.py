"""Is race recorded often enough to compare by it?

A month in which most races are missing is set aside, counted; a file in which most are is refused. What is
left unrecorded is never guessed: it becomes the band over missing race.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.tables import derive
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally
from evenhand.terms.result import Contrast, Verdict


@dataclass(frozen=True, slots=True)
class RaceMissing:
    """Passes when at most `most` of all stops have no race; months above it are named, to be set aside."""

    most: float = 0.5

    def check(self, table: Any, contrast: Contrast) -> Verdict:
        """Look at the share without a race by month, in the contrast's own terms."""
        derive.need(table, "date")
        known = derive.race_known(table, contrast)
        cells = tally(table, {"month": derive.month(table)}, {"missing": ~known})
        names = tuple("no date" if month is None else str(month) for month in cells["month"])
        return self.of_months(names, cells["missing"], cells["n"])

    def of_months(self, names: tuple[str, ...], missing: np.ndarray[Any, Any], stops: np.ndarray[Any, Any]) -> Verdict:
        """The verdict on stops without a race and all stops, one entry a month."""
        without, total = int(missing.sum()), int(stops.sum())
        if not total:
            return Verdict("race_missing", "not assessed", "no stops to look at", {"stops": 0, "months_out": ()})
        shares = dict(zip(names, (missing / stops).tolist(), strict=True))
        out = tuple(name for name, share in shares.items() if share > self.most)
        figures = {"missing": without, "stops": total, "share": without / total, "months": shares, "months_out": out}
        found = f"race is not recorded in {without:,} of {total:,} stops ({without / total:.1%})"
        if without > self.most * total:
            return Verdict(
                "race_missing",
                "refuse",
                f"{found}, expected at most {self.most:.0%}: too few are known to compare groups; ask for the race as "
                "the officer recorded it, or plan a period in which it was",
                figures,
            )
        aside = f"; months with more than {self.most:.0%} are set aside: {', '.join(out)}" if out else ""
        return Verdict("race_missing", "pass", f"{found}, by month {_range(shares)}{aside}", figures)

    def keep(self, table: Any, verdict: Verdict) -> Keep:
        """The predicate that sets aside the months `verdict` named (over the table it looked at)."""
        out = [None if name == "no date" else name for name in verdict.figures["months_out"]]
        month = derive.month(table)
        holds = month.notin([name for name in out if name is not None]) | month.isnull()
        if None in out:
            holds = holds & month.notnull()
        return Keep(f"month with race missing in more than {self.most:.0%} of stops", holds)


def _range(shares: dict[str, float]) -> str:
    return f"{min(shares.values()):.1%} to {max(shares.values()):.1%}"
