"""Is there a time of day at which it is both light and dark, over the year? Only there can the two be compared.

Bins of a quarter of an hour. The headline is not trimmed to the bins that hold; the trimmed fit stands beside it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Overlap:
    """Passes with `fewest_bins` bins of `per_side` dark and `per_side` light stops, holding `least` of all stops."""

    bin_minutes: int = 15
    per_side: int = 10
    fewest_bins: int = 4
    least: float = 0.5

    def check(self, minute: np.ndarray[Any, Any], dark: np.ndarray[Any, Any], n: np.ndarray[Any, Any]) -> Verdict:
        """Look at cells: minute of the day, whether dark, stops."""
        bins, light_stops, dark_stops = self._bins(minute, dark, n)
        holds = (dark_stops >= self.per_side) & (light_stops >= self.per_side)
        total = int(n.sum())
        inside = int((dark_stops + light_stops)[holds].sum())
        figures = {
            "bins": tuple(self._clock(start) for start in bins[holds]),
            "bins_short": tuple(self._clock(start) for start in bins[~holds]),
            "stops_inside": inside,
            "stops_outside": total - inside,
        }
        found = (
            f"{int(holds.sum())} bins of {self.bin_minutes} minutes hold {inside:,} of {total:,} stops in both light "
            "and dark"
        )
        if total and holds.sum() >= self.fewest_bins and inside >= self.least * total:
            return Verdict("overlap", "pass", found, figures)
        return Verdict(
            "overlap",
            "refuse",
            f"{found}, expected at least {self.fewest_bins} with {self.least:.0%} of the stops: light and dark hardly "
            "meet at any clock time; add months so that dusk moves further, or leave the darkness comparison out",
            figures,
        )

    def inside(
        self, minute: np.ndarray[Any, Any], dark: np.ndarray[Any, Any], n: np.ndarray[Any, Any]
    ) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which cells lie in bins that hold, for the fit trimmed to them."""
        bins, light_stops, dark_stops = self._bins(minute, dark, n)
        holds = (dark_stops >= self.per_side) & (light_stops >= self.per_side)
        return np.isin(np.asarray(minute) // self.bin_minutes, bins[holds])

    def _bins(
        self, minute: np.ndarray[Any, Any], dark: np.ndarray[Any, Any], n: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        bins, place = np.unique(np.asarray(minute) // self.bin_minutes, return_inverse=True)
        after = np.asarray(dark).astype(bool)
        light_stops = np.zeros(bins.size, dtype=np.int64)
        dark_stops = np.zeros(bins.size, dtype=np.int64)
        np.add.at(light_stops, place[~after], np.asarray(n)[~after])
        np.add.at(dark_stops, place[after], np.asarray(n)[after])
        return bins, light_stops, dark_stops

    def _clock(self, start: int) -> str:
        return f"{int(start) * self.bin_minutes // 60:02d}:{int(start) * self.bin_minutes % 60:02d}"
