"""Are the times on local clocks? Police stop least before dawn, everywhere.

Two tells of a file on another clock: its quietest four hours in a row do not begin between midnight
and 05, or a file of one calendar year starts and ends at the zone's offset from UTC.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Zone:
    """Passes when the quietest four hours in a row begin between `first` and `last`, local."""

    first: int = 0
    last: int = 5
    # METHODS 2: with fewer stops the quiet hours are noise
    fewest_stops: int = 1_000

    def check(self, table: Any) -> Verdict:
        """Look at the hours of day of all stops with a time."""
        cells = tally(table.filter(derive.minute(table).notnull()), {"hour": derive.hour(table)})
        stops = np.zeros(24, dtype=np.int64)
        stops[cells["hour"].astype(int)] = cells["n"]
        return self.of_hours(stops)

    def of_hours(self, stops: np.ndarray[Any, Any]) -> Verdict:
        """The verdict on 24 counts by hour."""
        total = int(stops.sum())
        if total < self.fewest_stops:
            figures: dict[str, Any] = {"stops_with_time": total}
            return Verdict("zone", "not assessed", f"{total} stops with a time are too few to see quiet hours", figures)
        quietest = int(np.argmin([sum(stops[(start + step) % 24] for step in range(4)) for start in range(24)]))
        figures = {"quietest_hours_begin": quietest, "stops_with_time": total}
        if self.first <= quietest <= self.last:
            return Verdict("zone", "pass", f"the quiet hours begin at {quietest:02d}, as they should", figures)
        # the quiet hours of files on local clocks begin near 04
        offset = (quietest - 4 + 12) % 24 - 12
        figures["hours_to_take_off"] = offset
        return Verdict(
            "zone",
            "refuse",
            f"the quietest four hours begin at {quietest:02d}, expected {self.first:02d} to {self.last:02d}: the times "
            f"look {offset:+d} hours off local time; name the zone the file is in when it is heard",
            figures,
        )
