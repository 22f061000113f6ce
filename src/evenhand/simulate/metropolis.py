"""The invented metropolis of the wave: counties, cities, who lives there, and a police department in each.

Every name is a colour and a number, which no real place has. Its sun and clocks are those of the invented city.
"""

from dataclasses import dataclass

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import Floats, Ints
from evenhand.terms.evidence import AreaCell, Benchmark

# Codes of race, the reference first; the group is all others, people of colour.
RACES = ("WHITE", "BLACK", "HISPANIC", "ASIAN", "AIAN")
REFERENCE = 0
GROUP_RACES = RACES[1:]
# Shares among people of colour.
WITHIN = np.array([0.35, 0.30, 0.28, 0.07])

COUNTIES = ("Amber", "Crimson", "Indigo", "Ochre", "Teal")
# A scan's smallest area (METHODS 6.5), people above it with their log-normal spread.
FEWEST_PEOPLE = 25_000
MORE_PEOPLE = 60_000
PEOPLE_SPREAD = 0.8
# Log-normal spread of departments' sizes, the smallest, and how common the group is in them, of its share in the city.
SWORN_SPREAD = 0.5
FEWEST_SWORN = 20
OFFICERS_OF_GROUP = 0.5
# Degrees from the centre to a county's middle, and of a city from there.
COUNTY_RADIUS = 0.35
CITY_SPREAD = 0.08


@dataclass(frozen=True, slots=True)
class Metropolis:
    """Places in one order: `people` and `officers` have shape (places, races), `lean` is standard normal.

    A place is a city and its police department; `lean` says how far its people lean to the group.
    """

    latitude: Floats
    longitude: Floats
    people: Ints
    officers: Ints
    lean: Floats

    @property
    def places(self) -> int:
        """How many cities, and departments."""
        return len(self.lean)

    def city(self, at: int) -> str:
        """The name of a city: its county's colour and a number."""
        return f"{COUNTIES[at % len(COUNTIES)]} {at // len(COUNTIES) + 1}"

    def county(self, at: int) -> str:
        """The county a city is in."""
        return f"{COUNTIES[at % len(COUNTIES)]} County"

    def department(self, at: int) -> str:
        """The word for a department, which says nothing of its city."""
        return f"Dept {at + 1:02d}"

    def in_first_county(self) -> Ints:
        """1 for each place of the first county, where a cluster is planted; else 0."""
        return np.asarray(np.arange(self.places) % len(COUNTIES) == 0, dtype=np.int64)

    def areas(self) -> tuple[AreaCell, ...]:
        """The cities as areas of a scan."""
        return tuple(
            AreaCell(self.city(at), float(self.latitude[at]), float(self.longitude[at]), float(self.people[at].sum()))
            for at in range(self.places)
        )

    def residents(self) -> Benchmark:
        """Who lives where, by city."""
        exposure = {
            self.city(at): {race: float(n) for race, n in zip(RACES, self.people[at], strict=True)}
            for at in range(self.places)
        }
        return Benchmark("residents", "city", exposure, caveat="Simulated.")


def build(rng: np.random.Generator, places: int, group_share: float, mix_spread: float, sworn: int) -> Metropolis:
    """A metropolis of `places` cities; `sworn` officers in the middling department."""
    lean = rng.standard_normal(places)
    share = 1 / (1 + np.exp(-(np.log(group_share / (1 - group_share)) + mix_spread * lean)))
    people = FEWEST_PEOPLE + np.rint(MORE_PEOPLE * np.exp(PEOPLE_SPREAD * rng.standard_normal(places)))
    size = np.maximum(FEWEST_SWORN, np.rint(sworn * np.exp(SWORN_SPREAD * rng.standard_normal(places))))
    angle = 2 * np.pi * (np.arange(places) % len(COUNTIES)) / len(COUNTIES)
    return Metropolis(
        latitude=np.round(
            city.CENTROID.latitude + COUNTY_RADIUS * np.cos(angle) + CITY_SPREAD * rng.standard_normal(places), 3
        ),
        longitude=np.round(
            city.CENTROID.longitude + COUNTY_RADIUS * np.sin(angle) + CITY_SPREAD * rng.standard_normal(places), 3
        ),
        people=np.rint(people[:, None] * _by_race(share)).astype(np.int64),
        officers=np.stack(
            [
                rng.multinomial(int(n), shares)
                for n, shares in zip(size, _by_race(OFFICERS_OF_GROUP * share), strict=True)
            ]
        ),
        lean=lean,
    )


def _by_race(share: Floats) -> Floats:
    return np.column_stack([1 - share, share[:, None] * WITHIN])
