"""Stops of two strata: people stopped whoever they are, and people stopped only because of race.

A share rho of the group's stops are racial: of a reference person they would not have been made, and what
follows a stop could not have followed. Comparing stops with stops then understates what race did (Knox, Lowe
and Mummolo 2020). Both effects among the stopped are planted.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import GROUP, REFERENCE, Flags, Ints
from evenhand.simulate.planted import World, between

# Stops by part of day and district bear on nothing here; methods ask for them.
PRECINCTS = 5


@dataclass(frozen=True, slots=True)
class RacialStops:
    """Stops of which some would not have been made of a reference person.

    `rho` is the share of the group's stops that are racial; `group_share` the group's share of stops.

    A search follows an always-made stop in `always_group` of the group and `always_reference` of the reference, and a
    racial stop in `racial_group`. The bounds of METHODS 4.8 assume that racial stops are no more severe:
    `racial_group` above `always_group` breaks that.
    """

    name: ClassVar[str] = "racial_stops"

    stops: int = 20_000
    rho: float = 0.32
    group_share: float = 0.6
    always_group: float = 0.34
    always_reference: float = 0.25
    racial_group: float = 0.215
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, float("inf"), "stops")
        between(self, 0, 0.99, "rho")
        between(self, 0, 1, "group_share", "always_group", "always_reference", "racial_group")

    def draw(self) -> World:
        """Whom stops are of, which are racial, and which are followed by a search."""
        rng = np.random.default_rng(self.seed)
        race = np.where(rng.random(self.stops) < self.group_share, GROUP, REFERENCE)
        racial = (race == GROUP) & (rng.random(self.stops) < self.rho)
        always = np.where(race == GROUP, self.always_group, self.always_reference)
        searched = rng.random(self.stops) < np.where(racial, self.racial_group, always)
        return city.world(self, self._story(), self._truth(), self._table(rng, race, searched))

    def _table(self, rng: np.random.Generator, race: Ints, searched: Flags) -> Any:
        return city.record(
            self,
            date=city.days(rng, self.stops),
            minute=city.minutes(rng, self.stops),
            race=race,
            search_person=city.yes_no(searched),
            search_vehicle=city.yes_no(searched),
            result=city.pick(searched, [["warning"], ["citation"]]),
            area_precinct=city.pick(rng.integers(0, PRECINCTS, self.stops), [str(at + 1) for at in range(PRECINCTS)]),
        )

    def _truth(self) -> dict[str, float]:
        """Effects of race on being searched among those stopped; no stop, no search."""
        mean = (1 - self.rho) * self.always_group + self.rho * self.racial_group
        on_group = mean - (1 - self.rho) * self.always_reference
        on_reference = self.always_group - self.always_reference
        return {
            "share_racial": self.rho,
            "searched_of_group": mean,
            "searched_of_reference": self.always_reference,
            "difference_among_stopped": mean - self.always_reference,
            "effect_on_group_stopped": on_group,
            "effect_on_all_stopped": self.group_share * on_group + (1 - self.group_share) * on_reference,
        }

    def _story(self) -> str:
        often = "no more often" if self.racial_group <= self.always_group else "more often"
        return (
            f"{self.rho:.0%} of the group's stops would not have been made of a reference person; "
            f"they are followed by a search {often} than its other stops."
        )
