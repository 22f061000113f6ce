"""Does it depend on the light whether race is recorded? Then darkness changes the record, not the stops.

Inside the veil's window only. Missing ~ dark + clock time (natural spline), the sandwich clustered by date:
if dark matters, what is missing could make or hide the result, and the band over missing race leads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.terms.result import Verdict

GATE = "race_missing_by_dark"


@dataclass(frozen=True, slots=True)
class RaceMissingByDark:
    """Passes with at most `most` missing in the window; caution where it differs by dark with p < `level`."""

    most: float = 0.2
    level: float = 0.01
    df: int = 6

    def check(
        self,
        missing: np.ndarray[Any, Any],
        n: np.ndarray[Any, Any],
        dark: np.ndarray[Any, Any],
        minute: np.ndarray[Any, Any],
        day: np.ndarray[Any, Any],
    ) -> Verdict:
        """Look at cells of the window: stops without a race, stops, whether dark, minute of the day, day number."""
        without, total = int(missing.sum()), int(n.sum())
        if not total:
            return Verdict(GATE, "not assessed", "no stops in the window", {"stops": 0})
        after = dark.astype(bool)
        figures: dict[str, Any] = {"missing": without, "stops": total, "share": without / total}
        for name, side in (("light", ~after), ("dark", after)):
            figures |= {f"missing_{name}": int(missing[side].sum()), f"stops_{name}": int(n[side].sum())}
            figures[f"share_{name}"] = figures[f"missing_{name}"] / figures[f"stops_{name}"] if side.any() else None
        found = f"race is not recorded in {without:,} of {total:,} stops of the window ({without / total:.1%})"
        if without > self.most * total:
            return Verdict(
                GATE,
                "refuse",
                f"{found}, expected at most {self.most:.0%}: the missing could make or hide an effect of darkness; ask "
                "for the races of these stops, or plan a period in which they were recorded",
                figures,
            )
        return self._by_dark(found, figures, missing, n, after, minute, day)

    def _by_dark(
        self,
        found: str,
        figures: dict[str, Any],
        missing: np.ndarray[Any, Any],
        n: np.ndarray[Any, Any],
        dark: np.ndarray[Any, Any],
        minute: np.ndarray[Any, Any],
        day: np.ndarray[Any, Any],
    ) -> Verdict:
        if not figures["missing"]:
            return Verdict(GATE, "pass", "race is recorded in every stop of the window", figures)
        try:
            p = self.p_value(missing, n, dark, minute, day)
        except ValueError as error:
            sentence = f"{found}; whether that depends on the light cannot be told: {error}"
            return Verdict(GATE, "not assessed", sentence, figures)
        figures |= {"p": p}
        shares = f"{figures['share_light']:.1%} in the light and {figures['share_dark']:.1%} in the dark, p = {p:.2g}"
        if p >= self.level:
            return Verdict(GATE, "pass", f"{found}: {shares}", figures)
        return Verdict(
            GATE,
            "caution",
            f"{found}: {shares}, expected no difference: read the range over missing race before the estimate",
            figures,
        )

    def p_value(
        self,
        missing: np.ndarray[Any, Any],
        n: np.ndarray[Any, Any],
        dark: np.ndarray[Any, Any],
        minute: np.ndarray[Any, Any],
        day: np.ndarray[Any, Any],
    ) -> float:
        """Two-sided p of `dark` given clock time; t with dates less one degrees of freedom. ValueError if no fit."""
        from scipy.special import stdtr

        from evenhand.maths.logistic import fit, separates
        from evenhand.maths.spline import natural_spline

        clock = natural_spline(minute, self.df, weights=n)
        design = np.column_stack([np.ones(minute.size), dark.astype(np.float64), clock])
        if separates(design, missing, n) is not None:
            raise ValueError("the stops without a race fall wholly to one side")
        fitted = fit(design, missing, n, cluster=day)
        if fitted.covariance_cluster is None or not fitted.covariance_cluster[1, 1] > 0:
            raise ValueError("its standard error by date is not positive")
        t = fitted.coef[1] / np.sqrt(fitted.covariance_cluster[1, 1])
        return float(2 * stdtr(np.unique(day[n > 0]).size - 1, -abs(t)))
