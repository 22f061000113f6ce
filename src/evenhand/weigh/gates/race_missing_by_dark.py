"""Does it depend on the light whether race is recorded? Then darkness changes the record, not the stops.

Inside the veil's window only. Missing ~ dark + clock time (natural spline), the sandwich clustered by date:
if dark matters, what is missing could make or hide the result, and the band over missing race leads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.terms.result import Verdict

GATE = "race_missing_by_dark"

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class RaceMissingByDark:
    """Passes with at most `most` missing in the window; caution where it differs by dark with p < `level`."""

    most: float = 0.2
    level: float = 0.01
    df: int = 6

    def check(self, missing: Array, n: Array, dark: Array, minute: Array, day: Array) -> Verdict:
        """Look at cells of the window: stops without a race, stops, whether dark, minute of the day, day number."""
        figures = _shares(missing, n, dark)
        if not figures["stops"]:
            return Verdict(GATE, "not assessed", "no stops in the window", figures)
        found = (
            f"race is not recorded in {figures['missing']:,} of {figures['stops']:,} stops of the window "
            f"({figures['share']:.1%})"
        )
        if figures["missing"] > self.most * figures["stops"]:
            return Verdict(
                GATE,
                "refuse",
                f"{found}, expected at most {self.most:.0%}: the missing could make or hide an effect of darkness; ask "
                "for the races of these stops, or plan a period in which they were recorded",
                figures,
            )
        if not figures["stops_light"] or not figures["stops_dark"]:
            return Verdict(GATE, "not assessed", f"{found}, all of them on one side of dusk", figures)
        try:
            figures |= {"p": self.p_value(missing, n, dark, minute, day), "test": "logistic, clustered by date"}
        except ValueError:
            # no fit, as when one side misses none: the two shares alone can still be compared
            figures |= {"p": _pooled(figures), "test": "Fisher's exact, clock time left out"}
        return self._compared(found, figures)

    def p_value(self, missing: Array, n: Array, dark: Array, minute: Array, day: Array) -> float:
        """Two-sided p of `dark` given clock time, by t with dates less one degrees of freedom.

        Raises ValueError when the fit has no finite answer.
        """
        from scipy.special import stdtr

        from evenhand.maths.logistic import fit, separates
        from evenhand.maths.spline import natural_spline

        clock = natural_spline(minute, self.df, weights=n)
        design = np.column_stack([np.ones(minute.size), dark.astype(np.float64), clock])
        if separates(design, missing, n) is not None:
            raise ValueError("the stops without a race are sorted without fail: no finite estimate")
        fitted = fit(design, missing, n, cluster=day)
        # every date missing the same share leaves no residual: a sandwich of rounding errors
        if fitted.se_cluster is None or fitted.se_cluster[1] < 1e-6 * fitted.se_model[1]:
            raise ValueError("the dates do not differ: no standard error clustered by date")
        t = fitted.coef[1] / fitted.se_cluster[1]
        return float(2 * stdtr(np.unique(day[n > 0]).size - 1, -abs(t)))

    def _compared(self, found: str, figures: dict[str, Any]) -> Verdict:
        p = figures["p"]
        shares = f"{figures['share_light']:.1%} in the light and {figures['share_dark']:.1%} in the dark, p = {p:.2g}"
        if p >= self.level:
            return Verdict(GATE, "pass", f"{found}: {shares}", figures)
        return Verdict(
            GATE,
            "caution",
            f"{found}: {shares}, expected no difference: read the range over missing race before the estimate",
            figures,
        )


def _shares(missing: Array, n: Array, dark: Array) -> dict[str, Any]:
    after = dark.astype(bool)
    figures: dict[str, Any] = {}
    for name, side in (("", np.full(n.size, True)), ("_light", ~after), ("_dark", after)):
        without, total = int(missing[side].sum()), int(n[side].sum())
        figures |= {f"missing{name}": without, f"stops{name}": total}
        if total:
            figures[f"share{name}"] = without / total
    return figures


def _pooled(figures: dict[str, Any]) -> float:
    from scipy.stats import fisher_exact

    missing = np.array([figures["missing_light"], figures["missing_dark"]])
    stops = np.array([figures["stops_light"], figures["stops_dark"]])
    return float(fisher_exact(np.array([missing, stops - missing])).pvalue)
