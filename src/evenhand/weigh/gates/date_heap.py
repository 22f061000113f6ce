"""Were dates made up? A form sent late, or a default date, heaps a month's stops on one day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenhand.tables import derive
from evenhand.tables.tally import tally
from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class DateHeap:
    """Passes when no day holds more than `most` of its month.

    A month of fewer than `fewest_stops`, or of which the table's dates span fewer than `fewest_days`
    days, is not assessed and is named: in a few days, or a few stops, a fifth on one day is chance.
    """

    most: float = 0.2
    fewest_stops: int = 100
    fewest_days: int = 15

    def check(self, table: Any) -> Verdict:
        """Look at the dates of all stops."""
        derive.need(table, "date")
        cells = tally(table.filter(table.date.notnull()), {"day": table.date.strftime("%Y-%m-%d")})
        days = {date.fromisoformat(str(day)): int(n) for day, n in zip(cells["day"], cells["n"], strict=True)}
        return self.of_days(days)

    def of_days(self, stops: dict[date, int]) -> Verdict:
        """The verdict on counts by date."""
        months: dict[str, dict[date, int]] = {}
        for day, n in stops.items():
            months.setdefault(f"{day:%Y-%m}", {})[day] = n
        assessed = {month: days for month, days in months.items() if self._enough(days, min(stops), max(stops))}
        left = tuple(sorted(set(months) - set(assessed)))
        if not assessed:
            sentence = f"no month has {self.fewest_stops} stops over {self.fewest_days} days to see a heap in"
            return Verdict("date_heap", "not assessed", sentence, {"months_not_assessed": left})
        shares = {day: n / sum(days.values()) for days in assessed.values() for day, n in days.items()}
        worst = max(shares, key=lambda day: (shares[day], day))
        heaps = {f"{day}": shares[day] for day in sorted(shares) if shares[day] > self.most}
        figures = {
            "worst_day": f"{worst}",
            "stops_that_day": stops[worst],
            "stops_that_month": sum(assessed[f"{worst:%Y-%m}"].values()),
            "share": shares[worst],
            "heaps": heaps,
            "months_not_assessed": left,
        }
        found = f"the fullest day, {worst}, holds {shares[worst]:.1%} of its month"
        if not heaps:
            return Verdict("date_heap", "pass", found, figures)
        return Verdict(
            "date_heap",
            "refuse",
            f"{found}, expected at most {self.most:.0%} (days over it: {', '.join(heaps)}): dates heaped on a day are "
            "not the dates of the stops; ask what happened that day, or cut the month and plan again",
            figures,
        )

    def _enough(self, days: dict[date, int], first: date, last: date) -> bool:
        day = next(iter(days))
        start = max(first, day.replace(day=1))
        end = min(last, day.replace(day=monthrange(day.year, day.month)[1]))
        return sum(days.values()) >= self.fewest_stops and (end - start).days + 1 >= self.fewest_days
