"""Did every month arrive? A month not sent looks like a month without stops, and is not one.

Inside a source's `Coverage` each agency's month is held against that agency's median month; a month the
coverage covers in part, against the same part of it. Outside the coverage nothing is zero: it is absent.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.evidence import Coverage
from evenhand.terms.result import Verdict

Months = dict[str, int]


@dataclass(frozen=True, slots=True)
class Submission:
    """Passes when each month inside the coverage has at least `least` of the agency's median month.

    Not asked of a source that is `complete` (its empty months are true zeros), of months in its `gaps`
    (they are absent, and named), nor of a month covered for fewer than `fewest_days` days. A low month
    counts as missing only where the median month would leave so few stops with probability under `chance`
    (Poisson), shared out over the agency's months: an agency of three stops a month has empty months by
    chance, and is named as too small to tell.
    """

    least: float = 0.25
    chance: float = 0.01
    fewest_days: int = 7

    def check(self, table: Any, coverage: tuple[Coverage, ...]) -> Verdict:
        """Look at stops by source, agency and month against what each source says it covers."""
        if not coverage:
            sentence = "no source says which dates it covers, so a missing month cannot be told from an empty one"
            return Verdict("submission", "not assessed", sentence)
        derive.need(table, "date")
        missing: Months = {}
        too_small: list[str] = []
        for span in (span for span in coverage if not span.complete):
            for agency, counts in _by_agency(table, span).items():
                low, told = self.of_months(counts, span)
                missing |= {f"{agency} {month}": n for month, n in low.items()}
                too_small += [] if told else [agency]
        return self._verdict(missing, tuple(too_small), coverage)

    def of_months(self, counts: Months, span: Coverage) -> tuple[Months, bool]:
        """The missing months of one agency with their stops, and whether an empty month could be told at all."""
        from scipy.special import pdtr

        parts = {month: part for month, days, part in _months(span) if days >= self.fewest_days}
        full = [counts[month] / part for month, part in parts.items() if counts.get(month)]
        if not full:
            return dict.fromkeys(parts, 0), True
        usual = median(full)
        level = self.chance / len(parts)
        low = {
            month: n
            for month, part in parts.items()
            if (n := counts.get(month, 0)) < self.least * usual * part and pdtr(n, usual * part) < level
        }
        return low, bool(pdtr(0, usual) < level)

    def _verdict(self, missing: Months, too_small: tuple[str, ...], coverage: tuple[Coverage, ...]) -> Verdict:
        figures = {
            "missing_months": missing,
            "gaps": {span.source: span.gaps for span in coverage if span.gaps},
            "complete": tuple(span.source for span in coverage if span.complete),
            "too_small_to_tell": too_small,
        }
        if missing:
            listed = ", ".join(f"{month} ({n} stops)" for month, n in missing.items())
            return Verdict(
                "submission",
                "refuse",
                f"months inside the coverage hold under {self.least:.0%} of the median month: {listed}; ask for them, "
                "list them as gaps, or declare the source complete if they are truly empty",
                figures,
            )
        absent = ", ".join(month for span in coverage for month in span.gaps)
        sentence = f"every month covered arrived{f', and the gaps are absent: {absent}' if absent else ''}"
        return Verdict("submission", "pass", sentence, figures)


def _by_agency(table: Any, span: Coverage) -> dict[str, Months]:
    """Stops by month inside the coverage, for each agency of the source; the source's name where there is none."""
    inside = table.filter(table.date.between(span.first, span.last))
    if derive.has(table, "source_id"):
        inside = inside.filter(inside.source_id == span.source)
    keys = {"month": derive.month(inside)}
    if derive.has(table, "agency_id"):
        keys = {"agency": inside.agency_id.fill_null(span.source)} | keys
    cells = tally(inside, keys)
    agencies = cells["agency"] if "agency" in cells else [span.source] * cells["n"].size
    found: dict[str, Months] = {}
    for agency, month, n in zip(agencies, cells["month"], cells["n"], strict=True):
        found.setdefault(str(agency), {})[str(month)] = int(n)
    return found or {span.source: {}}


def _months(span: Coverage) -> Iterator[tuple[str, int, float]]:
    """Months inside the coverage that are not gaps, with the days and the part of each that are covered."""
    start = span.first
    while start <= span.last:
        length = monthrange(start.year, start.month)[1]
        end = min(span.last, date(start.year, start.month, length))
        days = (end - start).days + 1
        if f"{start:%Y-%m}" not in span.gaps:
            yield f"{start:%Y-%m}", days, days / length
        start = end + timedelta(days=1)
