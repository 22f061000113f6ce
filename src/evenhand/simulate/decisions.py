"""Searches of people stopped, in places, at hours and for reasons that differ in how often anyone is searched.

Within a stratum (place, part of day, reason) the group is searched `ratio` times as often. Where the group is
stopped more in strata with more searches, the crude ratio is larger than that: confounding, planted.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import GROUP, REFERENCE, Flags, Floats, Ints
from evenhand.simulate.planted import World, between

# Hours of each part of the day, as derive.part_of_day has them.
PARTS = {
    "night": (22, 23, 0, 1, 2, 3, 4, 5),
    "morning": (6, 7, 8, 9),
    "day": tuple(range(10, 16)),
    "evening": tuple(range(16, 22)),
}
REASONS = ("moving", "equipment", "suspicion")
# No stratum's search rate may pass this, or the planted ratio could not hold in it.
HIGHEST = 0.9


@dataclass(frozen=True, slots=True)
class Decisions:
    """Searches after stops, confounded by place and hour.

    `ratio` is the planted ratio of search rates within a stratum, `search_rate` the reference's in a middling one.

    `by_place` and `by_hour` are how far places and parts of the day differ, in log search rate and at once in the
    group's log odds there (standard deviation): confounding. `effect_spread` is the standard deviation over places
    of the log ratio. `outcome_missing_group` and `outcome_missing_reference` are shares of stops with no word on
    a search.
    """

    name: ClassVar[str] = "decisions"

    stops: int = 30_000
    ratio: float = 1.0
    search_rate: float = 0.06
    group_share: float = 0.4
    places: int = 6
    by_place: float = 0.5
    by_hour: float = 0.3
    effect_spread: float = 0.0
    outcome_missing_group: float = 0.0
    outcome_missing_reference: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, float("inf"), "stops", "places")
        between(self, 0.1, 10, "ratio")
        between(self, 0.001, 0.5, "search_rate")
        between(self, 0, 2, "by_place", "by_hour", "effect_spread")
        between(self, 0, 1, "group_share", "outcome_missing_group", "outcome_missing_reference")

    def draw(self) -> World:
        """Strata with their rates, then a stratum, a race and a decision for each stop."""
        rng = np.random.default_rng(self.seed)
        weight, share, rates = self._strata(rng)
        stratum = rng.choice(len(weight), self.stops, p=weight)
        race = np.where(rng.random(self.stops) < share[stratum], GROUP, REFERENCE)
        searched = rng.random(self.stops) < rates[stratum, race]
        missing = np.array([self.outcome_missing_group, self.outcome_missing_reference])[race]
        known = rng.random(self.stops) >= missing
        table = self._table(rng, stratum, race, searched, known)
        return city.world(self, self._story(), self._truth(weight, share, rates), table)

    def _strata(self, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Share of stops, share of the group, and search rates (group, reference), by stratum."""
        place = np.linspace(-1, 1, self.places) if self.places > 1 else np.zeros(1)
        hour = np.linspace(1, -1, len(PARTS))
        busy = rng.uniform(0.5, 1.5, self.places)
        effect = np.log(self.ratio) + self.effect_spread * rng.standard_normal(self.places)
        at = np.array(list(product(range(self.places), range(len(PARTS)), range(len(REASONS)))))
        lean = self.by_place * place[at[:, 0]] + self.by_hour * hour[at[:, 1]]
        hours = np.array([sum(city.HOURS[clock] for clock in clocks) for clocks in PARTS.values()])
        weight = busy[at[:, 0]] * hours[at[:, 1]] * np.array([0.6, 0.3, 0.1])[at[:, 2]]
        share = self.group_share * np.exp(lean) / (self.group_share * np.exp(lean) + 1 - self.group_share)
        reference = self.search_rate * np.exp(lean) * np.array([0.7, 1.0, 2.0])[at[:, 2]]
        reference = np.minimum(reference, HIGHEST / max(1.0, float(np.exp(effect.max()))))
        return weight / weight.sum(), share, np.column_stack([reference * np.exp(effect[at[:, 0]]), reference])

    def _table(self, rng: np.random.Generator, stratum: Ints, race: Ints, searched: Flags, known: Flags) -> Any:
        place, part, reason = np.unravel_index(stratum, (self.places, len(PARTS), len(REASONS)))
        return city.record(
            self,
            date=city.days(rng, self.stops),
            minute=_minutes(rng, part),
            race=race,
            reason=city.pick(reason, list(REASONS)),
            search_person=city.yes_no(searched, known),
            search_vehicle=city.yes_no(searched, known),
            result=city.pick(searched, [["warning"], ["citation"]]),
            area_precinct=city.pick(place, [str(at + 1) for at in range(self.places)]),
        )

    def _truth(self, weight: Floats, share: Floats, rates: Floats) -> dict[str, float]:
        """What Mantel and Haenszel's ratio and difference, and the crude ratio, are in expectation."""
        group, reference = weight * share, weight * (1 - share)
        overlap = group * reference / weight
        crude = (group @ rates[:, GROUP] / group.sum()) / (reference @ rates[:, REFERENCE] / reference.sum())
        return {
            "ratio_of_search_rates": float(overlap @ rates[:, GROUP] / (overlap @ rates[:, REFERENCE])),
            "difference_of_search_rates": float(overlap @ (rates[:, GROUP] - rates[:, REFERENCE]) / overlap.sum()),
            "ratio_of_search_rates_crude": float(crude),
        }

    def _story(self) -> str:
        return (
            f"At like places, hours and reasons the group is searched {self.ratio:g} times as often; it is stopped "
            "more where and when more people are searched."
        )


def _minutes(rng: np.random.Generator, part: Ints) -> Ints:
    """A minute in each part of the day, hours as busy as the city's."""
    minute = np.empty(len(part), dtype=np.int64)
    for at, hours in enumerate(PARTS.values()):
        rows = part == at
        weights = [city.HOURS[hour] if hour in hours else 0 for hour in range(24)]
        minute[rows] = city.minutes(rng, int(rows.sum()), weights)
    return minute
