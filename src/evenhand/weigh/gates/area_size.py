"""Are the areas large enough to say anything of? In a small one a number is soon a person (EXPERIENCE 5, rule 5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.terms.evidence import AreaCell
from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class AreaSize:
    """Refuses where an area has fewer than `fewest` people; caution where nobody knows how many live in one."""

    fewest: int = 25_000

    def check(self, areas: Iterable[AreaCell]) -> Verdict:
        """Look at the people of each area, and count the areas that fall short or are not known."""
        cells = list(areas)
        if not cells:
            return Verdict("area_size", "not assessed", "no areas to look at", {"areas": 0})
        under = sum(cell.people is not None and cell.people < self.fewest for cell in cells)
        unknown = sum(cell.people is None for cell in cells)
        figures = {"areas": len(cells), "under": under, "unknown": unknown, "fewest_people": self.fewest}
        of = f"of {len(cells):,} areas"
        if under:
            why = f"{under:,} {of} have fewer than {self.fewest:,} people: join them to their neighbours"
            return Verdict("area_size", "refuse", why, figures)
        if unknown and self.fewest:
            why = f"how many people live in {unknown:,} {of} is not known: at least {self.fewest:,} expected"
            return Verdict("area_size", "caution", why, figures)
        return Verdict("area_size", "pass", f"each {of} has at least {self.fewest:,} people", figures)
