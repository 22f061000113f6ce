"""Could these data have shown anything? What they would miss is printed beside what they say."""

from dataclasses import dataclass

from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Power:
    """Caution where the smallest ratio visible (80 % power, two-sided 5 %) is above `largest`; it never refuses."""

    largest: float = 3.0

    def check(self, smallest_visible_ratio: float | None) -> Verdict:
        """Look at the smallest visible ratio; below 1 it is read the other way up. ValueError unless positive."""
        if smallest_visible_ratio is None:
            return Verdict("power", "not assessed", "no difference is tested")
        if not 0 < smallest_visible_ratio < float("inf"):
            raise ValueError(f"smallest visible ratio {smallest_visible_ratio}: expected a positive number")
        ratio = float(max(smallest_visible_ratio, 1 / smallest_visible_ratio))
        figures = {"smallest_visible": ratio}
        if ratio <= self.largest:
            return Verdict("power", "pass", f"a ratio of {ratio:.2f} would have been seen", figures)
        return Verdict(
            "power",
            "caution",
            f"under-powered: only a ratio of {ratio:.2g} or more would have been seen, expected {self.largest:g} or "
            "less; finding nothing here means little, so add months or agencies",
            figures,
        )
