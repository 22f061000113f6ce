"""Does a term predict the group without fail? Then its coefficient has no finite estimate, whatever is printed.

A linear programme looks for a separating direction of the tallied design (Konis 2007, check the paper before
quoting); and a fitted coefficient beyond 5 in size, odds of 148 to 1, is separation that arithmetic stopped
short. Connecticut printed 9.264 with three stars for Canton.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Separation:
    """Passes when nothing separates and every coefficient of a yes-or-no term is at most `largest` in size.

    `largest` is asked of columns that hold both 0 and 1 and nothing else (darkness, a place): what an
    intercept or a spline's column may reach depends on the basis, and says nothing.
    """

    largest: float = 5.0

    def check(
        self,
        design: np.ndarray[Any, Any],
        successes: np.ndarray[Any, Any],
        trials: np.ndarray[Any, Any],
        coefficients: np.ndarray[Any, Any] | None,
        names: Sequence[str],
    ) -> Verdict:
        """Look at a design (cells by terms), its counts, and the fit (None: not fitted yet); `names` by column."""
        from evenhand.maths.logistic import separates

        index = separates(design, successes, trials)
        if index is not None:
            return self._refuse({names[index]: None})
        if coefficients is None:
            return Verdict("separation", "pass", "no term separates the groups", {})
        indicator = [i for i in range(design.shape[1]) if np.array_equal(np.unique(design[:, i]), (0.0, 1.0))]
        return self.of_coefficients([float(coefficients[i]) for i in indicator], [names[i] for i in indicator])

    def of_coefficients(self, coefficients: Sequence[float] | np.ndarray[Any, Any], names: Sequence[str]) -> Verdict:
        """The verdict on coefficients alone, such as a published table's; those withheld are named."""
        by_name = {name: float(value) for name, value in zip(names, coefficients, strict=True)}
        beyond = {name: value for name, value in by_name.items() if not abs(value) <= self.largest}
        if beyond:
            return self._refuse(beyond)
        largest = max((abs(value) for value in by_name.values()), default=0.0)
        figures = {"largest": largest, "withheld": {}}
        return Verdict(
            "separation", "pass", f"no term separates the groups; largest coefficient {largest:.3g}", figures
        )

    def _refuse(self, withheld: dict[str, Any]) -> Verdict:
        listed = ", ".join(name if value is None else f"{name} {value:.4g}" for name, value in withheld.items())
        return Verdict(
            "separation",
            "refuse",
            f"{listed}: sorts the groups (almost) without fail, expected a coefficient within {self.largest:g}; there "
            "are too few stops for it, so leave the term out or add months",
            {"withheld": withheld},
        )
