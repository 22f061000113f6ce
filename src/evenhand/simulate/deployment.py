"""Stops counted by place against a benchmark of who is there, with the ways a benchmark is wrong.

Stops of a group in a place are Poisson around exposure times the place's rate, times `ratio` for the group.
Two benchmarks come with the world: `drivers`, which is who is really on the road, and `residents`, which is
what an analyst would find in a census and may be off.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import GROUP, REFERENCE, THIRD, Floats, Ints
from evenhand.simulate.planted import World, between
from evenhand.terms.evidence import Benchmark

LEVEL = "precinct"
# Shares of the third group and of a place's people, log-normal spread of places' sizes.
THIRD_SHARE = 0.12
PEOPLE = 5_000
SIZE_SPREAD = 0.5
# The group's share outside the city, of its share inside.
OUTSIDE = 0.5
CAVEAT = "Simulated."


@dataclass(frozen=True, slots=True)
class Deployment:
    """Counts of stops by place, beside true and mistaken benchmarks.

    `stops` are expected over the year; `ratio` is the planted ratio of rates, group over reference, in every place.

    `benchmark_error` multiplies the group's exposure in `residents`: 0.7 counts 30 % too few. `commuters` is the share
    of a place's drivers who live outside the city, where the group is half as common: residents then hide a bias.
    `deployment` is the change of a place's log rate for one standard deviation of the group's log odds there.
    `clumping` is the variance of the gamma factor on each place and group's rate (negative binomial counts).
    `missing_months` leave the file, from December back.
    """

    name: ClassVar[str] = "deployment"

    stops: int = 20_000
    ratio: float = 1.0
    places: int = 40
    group_share: float = 0.25
    mix_spread: float = 1.0
    benchmark_error: float = 1.0
    commuters: float = 0.0
    deployment: float = 0.0
    clumping: float = 0.0
    missing_months: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, float("inf"), "stops", "places")
        between(self, 0.1, 10, "ratio", "benchmark_error")
        between(self, 0.01, 0.8, "group_share")
        between(self, 0, 3, "mix_spread", "clumping")
        between(self, -3, 3, "deployment")
        between(self, 0, 1, "commuters")
        between(self, 0, 11, "missing_months")

    def draw(self) -> World:
        """Places and their people, counts by place and group, then a date and time for every stop."""
        rng = np.random.default_rng(self.seed)
        residents, lean = self._residents(rng)
        drivers = self._drivers(residents)
        expected = self._expected(drivers, lean)
        factor = rng.gamma(1 / self.clumping, self.clumping, expected.shape) if self.clumping else 1.0
        counts = rng.poisson(expected * factor)
        place, race = np.indices(counts.shape).reshape(2, -1)
        order = rng.permutation(int(counts.sum()))
        table = self._table(rng, place.repeat(counts.ravel())[order], race.repeat(counts.ravel())[order])
        benchmarks = (self._benchmark("residents", self._as_counted(residents)), self._benchmark("drivers", drivers))
        return city.world(self, self._story(), self._truth(drivers, expected), table, benchmarks)

    def _residents(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """People by place and group, and how far each place leans to the group (standard normal)."""
        people = PEOPLE * np.exp(SIZE_SPREAD * rng.standard_normal(self.places))
        lean = rng.standard_normal(self.places)
        centre = np.log(self.group_share) - np.log(1 - self.group_share)
        share = (1 - THIRD_SHARE) / (1 + np.exp(-(centre + self.mix_spread * lean)))
        by_group = np.column_stack([share, 1 - THIRD_SHARE - share, np.full(self.places, THIRD_SHARE)])
        return np.round(people[:, None] * by_group, 3), lean

    def _drivers(self, residents: Floats) -> Floats:
        people = residents.sum(axis=1, keepdims=True)
        group = OUTSIDE * residents[:, GROUP].sum() / residents.sum()
        outside = np.array([group, 1 - THIRD_SHARE - group, THIRD_SHARE])
        return np.asarray(np.round((1 - self.commuters) * residents + self.commuters * people * outside, 3))

    def _expected(self, drivers: Floats, lean: Floats) -> Floats:
        rate = drivers * np.exp(self.deployment * lean)[:, None]
        rate[:, GROUP] *= self.ratio
        return np.asarray(self.stops * rate / rate.sum())

    def _as_counted(self, residents: Floats) -> Floats:
        counted = residents.copy()
        counted[:, GROUP] = np.round(counted[:, GROUP] * self.benchmark_error, 3)
        return counted

    def _benchmark(self, name: str, exposure: Floats) -> Benchmark:
        by_place = {
            _place(at): {city.RACES[who]: float(exposure[at, who]) for who in (GROUP, REFERENCE, THIRD)}
            for at in range(self.places)
        }
        return Benchmark(name, LEVEL, by_place, unit=name, caveat=CAVEAT)

    def _table(self, rng: np.random.Generator, place: Ints, race: Ints) -> Any:
        day = city.days(rng, len(race))
        table = city.record(
            self,
            date=day,
            minute=city.minutes(rng, len(race)),
            race=race,
            area_precinct=city.pick(place, [_place(at) for at in range(self.places)]),
        )
        return table.filter(city.month(day) <= 12 - self.missing_months)

    def _truth(self, drivers: Floats, expected: Floats) -> dict[str, float]:
        stops, exposure = expected.sum(axis=0), drivers.sum(axis=0)
        pooled = stops[GROUP] / exposure[GROUP] / (stops[REFERENCE] / exposure[REFERENCE])
        return {"ratio_of_rates": self.ratio, "ratio_of_rates_pooled": float(pooled)}

    def _story(self) -> str:
        return (
            f"In each of {self.places} precincts the group is stopped {self.ratio:g} times as often as the reference, "
            "for each driver on the road; the benchmark of residents may not say who is on the road."
        )


def _place(at: int) -> str:
    return f"P{at + 1:03d}"
