"""Were times made up? A system that fills a missing time with 00:00 makes night of it.

Groton in Connecticut wrote 601 of 6,252 stops at midnight, 505 of them in one month (The Day, 2016-05-12).
A file recorded to the half hour puts one stop in 48 on 00:00, so a share counts only where it is also
more than chance makes of that: METHODS 2 gives 5 % for every agency-month, and one stop of twelve is 8 %.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.result import Verdict

# A verdict names this many months, the worst first.
NAMED = 5


@dataclass(frozen=True, slots=True)
class DefaultMidnight:
    """Passes with at most `most` of the stops at exactly 00:00, in the file and in each agency-month.

    A share above `most` refuses when so many stops at 00:00 would be seen with probability under `chance`,
    shared out over all agency-months (Bonferroni), were `usual` the true share. Over twelve months that is
    10 of 100 stops, 6 of 40, 4 of 10, and `most` alone from 500 stops a month; over a thousand
    agency-months 12 of 100, and `most` alone from 920.
    """

    most: float = 0.05
    # one in 48 is 2.1 %: the share of an honest file recorded to the half hour
    usual: float = 0.025
    chance: float = 0.01

    def check(self, table: Any) -> Verdict:
        """Look at all stops with a time, by agency (one where no `agency_id` is recorded) and month."""
        derive.need(table, "date", "time_local")
        timed = table.filter(derive.minute(table).notnull())
        keys = {"month": derive.month(timed)}
        if derive.has(timed, "agency_id"):
            keys = {"agency": timed.agency_id} | keys
        cells = tally(timed, keys, {"midnight": derive.minute(timed) == 0})
        agencies = cells["agency"] if "agency" in cells else np.full(cells["n"].size, None)
        names = tuple(
            f"{agency} {month}" if agency else str(month)
            for agency, month in zip(agencies, cells["month"], strict=True)
        )
        return self.of_months(names, cells["midnight"], cells["n"])

    def of_months(self, names: tuple[str, ...], midnight: np.ndarray[Any, Any], stops: np.ndarray[Any, Any]) -> Verdict:
        """The verdict on stops at 00:00 and all stops, one entry an agency-month."""
        at_midnight, total = int(midnight.sum()), int(stops.sum())
        if not total:
            return Verdict("default_midnight", "not assessed", "no stop has a time", {"stops_with_time": 0})
        share = midnight / np.maximum(stops, 1)
        bad = self._too_many(midnight, stops, len(names))
        whole = bool(self._too_many(np.array([at_midnight]), np.array([total]), 1)[0])
        # the months that refuse come first, then the highest shares
        worst = [int(index) for index in np.lexsort((-share, ~bad))[:NAMED] if midnight[index]]
        figures = {
            "at_midnight": at_midnight,
            "stops_with_time": total,
            "share": at_midnight / total,
            "worst_months": {names[i]: {"at_midnight": int(midnight[i]), "stops": int(stops[i])} for i in worst},
            "months_refused": tuple(names[i] for i in np.flatnonzero(bad)),
        }
        found = f"{at_midnight:,} of {total:,} stops ({at_midnight / total:.1%}) are at exactly 00:00"
        if not whole and not bad.any():
            return Verdict("default_midnight", "pass", found, figures)
        listed = ", ".join(f"{names[i]} {share[i]:.1%}" for i in worst if bad[i])
        return Verdict(
            "default_midnight",
            "refuse",
            f"{found}{f' (worst: {listed})' if listed else ''}, expected at most {self.most:.0%}: midnight stands for "
            "a missing time; set these times to null, or cut these months and plan again",
            figures,
        )

    def _too_many(
        self, midnight: np.ndarray[Any, Any], stops: np.ndarray[Any, Any], looks: int
    ) -> np.ndarray[Any, np.dtype[np.bool_]]:
        from scipy.special import bdtrc

        probability = np.where(midnight > 0, bdtrc(np.maximum(midnight - 1, 0), stops, self.usual), 1.0)
        too_many: np.ndarray[Any, np.dtype[np.bool_]] = (midnight > self.most * stops) & (
            probability * looks < self.chance
        )
        return too_many
