"""Were times rounded? Darkness falls by the minute, and a quarter of an hour can change the light.

Each time is thought of as written to the minute, or to 5, 15, 30 or 60 minutes. A step of k minutes puts
all its stops on multiples of k and its due share on those of coarser steps; five shares give five parts.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.result import Verdict

# The steps of `time_precision` within an hour (ENCOUNTER).
STEPS = (1, 5, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Rounding:
    """Passes with under `most` of the minutes on multiples of 15; heaps on 5 pass, and are told.

    `time_precision` is the coarsest step that at least `heap` of the times are written to: where it is
    5, minutes are rounded to 5 before they are compared. A heap of a quarter on 5 shows as two fifths on
    multiples of 5, twice what chance gives.
    """

    most: float = 0.5
    heap: float = 0.25
    # with fewer, chance alone can heap them
    fewest_stops: int = 100

    def check(self, table: Any) -> Verdict:
        """Look at the minutes of all stops with a time."""
        derive.need(table, "time_local")
        minute = derive.minute(table)
        cells = tally(table.filter(minute.notnull()), {"minute": minute})
        stops = np.zeros(1440, dtype=np.int64)
        stops[cells["minute"].astype(int)] = cells["n"]
        return self.of_minutes(stops)

    def of_minutes(self, stops: np.ndarray[Any, Any]) -> Verdict:
        """The verdict on 1,440 counts by minute of the day."""
        total = int(stops.sum())
        if total < self.fewest_stops:
            sentence = f"{total} stops with a time are too few to see heaps (at least {self.fewest_stops})"
            return Verdict("rounding", "not assessed", sentence, {"stops_with_time": total, "time_precision": 1})
        on_quarters = int(stops[::15].sum())
        precision = self.precision(stops)
        figures = {
            "on_quarter_hours": on_quarters,
            "stops_with_time": total,
            "share": on_quarters / total,
            "share_on_fives": int(stops[::5].sum()) / total,
            "time_precision": precision,
        }
        found = f"{on_quarters / total:.1%} of minutes are multiples of 15; times seem written to {precision} min"
        if on_quarters < self.most * total:
            return Verdict("rounding", "pass", found, figures)
        return Verdict(
            "rounding",
            "refuse",
            f"{found}, expected under {self.most:.0%}: too coarse to tell light from dark; ask for the times as sent "
            "to dispatch, or leave the darkness comparison out",
            figures,
        )

    def precision(self, stops: np.ndarray[Any, Any]) -> int:
        """The coarsest step, of 1, 5, 15, 30 and 60 minutes, that at least `heap` of the times are written to."""
        parts = step_shares(stops)
        coarser = {step: sum(part for other, part in parts.items() if other >= step) for step in STEPS}
        # a count of exactly `heap` must not fail for a rounding error in the last bit
        return max(step for step in STEPS if step == 1 or coarser[step] >= self.heap - 1e-12)


def step_shares(stops: np.ndarray[Any, Any]) -> dict[int, float]:
    """Share of times written to each step, by moments: step to share, summing to 1, none negative.

    `stops` are 1,440 counts by minute of the day. A step s puts min(1, s/m) of its stops on multiples
    of m, since each step divides the next. 00:00 is left out: a heap there is a default, not a rounding.
    Chance can push a part a little below zero; it is then zero and the finer step's share gives way.
    """
    counts = np.array(stops, dtype=np.float64)
    counts[0] = 0.0
    total = counts.sum()
    if not total:
        return {step: float(step == 1) for step in STEPS}
    coarser_than = 0.0
    parts: dict[int, float] = {}
    on = {step: float(counts[::step].sum() / total) for step in STEPS}
    # on multiples of m: everything written to m or coarser, and s/m of what each finer step s wrote
    design = np.array([[min(1.0, step / multiple) for step in STEPS] for multiple in STEPS])
    solved = np.linalg.solve(design, np.array([on[multiple] for multiple in STEPS]))
    for step, part in zip(reversed(STEPS[1:]), solved[:0:-1], strict=True):
        parts[step] = min(max(float(part), 0.0), 1.0 - coarser_than)
        coarser_than += parts[step]
    return {1: 1.0 - coarser_than} | {step: parts[step] for step in STEPS[1:]}
