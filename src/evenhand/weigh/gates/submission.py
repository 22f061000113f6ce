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

    Not asked of a source that is `complete` (its empty months are true zeros) nor of months in its `gaps`
    (they are absent, and named). A low month counts as missing only where the median month would leave so
    few stops with probability under `chance`, shared out over the agency's months: an agency of three stops
    a month has empty months by chance, and is named as too small to tell.
    """

    least: float = 0.25
    chance: float = 0.01

    def check(self, table: Any, coverage: tuple[Coverage, ...]) -> Verdict:
        """Look at stops by source, agency and month against what each source says it covers."""
        if not coverage:
            sentence = "no source says which dates it covers, so a missing month cannot be told from an empty one"
            return Verdict("submission", "not assessed", sentence)
        derive.need(table, "date")
        missing: dict[str, int] = {}
        too_small: list[str] = []
        for span in coverage:
            if not span.complete:
                for agency, counts in _by_agency(table, span).items():
                    name = f"{agency} " if agency else ""
                    found, told = self.missing(counts, span)
                    missing |= {name + month: n for month, n in found.items()}
                    too_small += [] if told else [agency or span.source]
        return self._verdict(missing, tuple(too_small), coverage)

    def missing(self, counts: Months, span: Coverage) -> tuple[Months, bool]:
        """The missing months of one agency with their stops, and whether an empty month could be told at all."""
        from scipy.special import pdtr

        months = dict(_months(span))
        full = [counts[month] for month, part in months.items() if counts.get(month) and part == 1.0]
        usual = median(full or [counts[month] / part for month, part in months.items() if counts.get(month)] or [0])
        if not usual:
            return dict.fromkeys(months, 0), True
        level = self.chance / len(months)
        low = {
            month: counts.get(month, 0)
            for month, part in months.items()
            if counts.get(month, 0) < self.least * usual * part and pdtr(counts.get(month, 0), usual * part) < level
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
    inside = table.filter(table.date.between(span.first, span.last))
    if derive.has(table, "source_id"):
        inside = inside.filter(inside.source_id == span.source)
    keys = {"month": derive.month(inside)}
    if derive.has(table, "agency_id"):
        keys = {"agency": inside.agency_id.fill_null("")} | keys
    cells = tally(inside, keys)
    agencies = cells["agency"] if "agency" in cells else [""] * cells["n"].size
    found: dict[str, Months] = {}
    for agency, month, n in zip(agencies, cells["month"], cells["n"], strict=True):
        found.setdefault(str(agency), {})[str(month)] = int(n)
    return found or {"": {}}


def _months(span: Coverage) -> Iterator[tuple[str, float]]:
    """Months inside the coverage that are not gaps, with the part of each that is covered."""
    start = span.first
    while start <= span.last:
        days = monthrange(start.year, start.month)[1]
        end = min(span.last, date(start.year, start.month, days))
        if f"{start:%Y-%m}" not in span.gaps:
            yield f"{start:%Y-%m}", ((end - start).days + 1) / days
        start = end + timedelta(days=1)
