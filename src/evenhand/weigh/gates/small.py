"""Are there enough stops, and enough events, for an interval to mean anything? (EXPERIENCE 5, rule 11)."""

from dataclasses import dataclass

from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Small:
    """Passes with at least this many stops a group, events an arm and residual degrees of freedom."""

    per_group: int = 30
    events: int = 10
    residual_df: int = 10

    def check(self, smaller_group: int, fewer_events: int | None = None, residual_df: int | None = None) -> Verdict:
        """Look at the smaller group, the arm with fewer events, the degrees of freedom left; None: no such thing."""
        found = {"smaller_group": smaller_group, "fewer_events": fewer_events, "residual_df": residual_df}
        figures = {name: count for name, count in found.items() if count is not None}
        least = {"smaller_group": self.per_group, "fewer_events": self.events, "residual_df": self.residual_df}
        short = [
            f"{name.replace('_', ' ')} {n} (at least {least[name]})" for name, n in figures.items() if n < least[name]
        ]
        if short:
            return Verdict("small", "refuse", f"too few to compare: {'; '.join(short)}", figures)
        return Verdict("small", "pass", "enough stops and events on both sides", figures)
