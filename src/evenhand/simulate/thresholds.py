"""Searches and finds by officers who search whoever looks riskier than a threshold.

Each person stopped carries something with a risk drawn from the group's distribution; an officer sees the
risk and searches when it passes the group's threshold; what is found follows the risk. Search and hit rates
are then planted (Simoiu, Corbett-Davies and Goel 2017), and whether they betray the thresholds is the
question: with some distributions they point the wrong way (infra-marginality).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from evenhand.simulate import city
from evenhand.simulate.city import GROUP, REFERENCE, THIRD, Flags, Floats, Ints
from evenhand.simulate.planted import World, between, one_of
from evenhand.simulate.risk import FAMILIES, RISKS, Risk

THIRD_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Searches on suspicion above a threshold, and what they find.

    `risks` names the two groups' distributions and thresholds, `family` their form (see `risk.RISKS`).

    `threshold_ratio` multiplies the group's threshold: 0.8 is searched on weaker suspicion. `places` differ in
    risk and in threshold, alike for all groups, by `place_spread` (standard deviation of log odds), and in whom
    they stop by `mix_spread`. `bound_group` and `bound_reference` are shares of stops searched because the person
    was arrested. `basis_known` is the share of searches whose basis was written down. `coding_error` is the share
    of finds in the first district, where most of the group is stopped, written down as nothing found.
    """

    name: ClassVar[str] = "thresholds"

    stops: int = 60_000
    risks: str = "same"
    family: str = "beta"
    threshold_ratio: float = 1.0
    places: int = 12
    place_spread: float = 0.2
    group_share: float = 0.35
    mix_spread: float = 0.5
    bound_group: float = 0.0
    bound_reference: float = 0.0
    basis_known: float = 1.0
    coding_error: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, float("inf"), "stops", "places")
        between(self, 0.1, 3, "threshold_ratio")
        between(self, 0, 2, "place_spread", "mix_spread")
        between(self, 0, 1, "group_share", "bound_group", "bound_reference", "basis_known", "coding_error")
        one_of(self, "family", FAMILIES)
        one_of(self, "risks", tuple(RISKS[self.family]))

    def draw(self) -> World:
        """Places first, then who is stopped where, then risk, search and find, then what was written down."""
        rng = np.random.default_rng(self.seed)
        share, shift, weight = self._places(rng)
        place = rng.choice(self.places, self.stops, p=weight)
        race = _race(rng, share[place])
        searched, found, bound = self._searches(rng, place, race, shift)
        table = self._table(rng, place, race, searched, self._as_coded(rng, place, found), bound)
        return city.world(self, self._story(), self._truth(share, shift, weight), table)

    def _places(self, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Share of the group among both, shifts of (risk, threshold) in log odds, and share of stops, by place."""
        centre = np.log(self.group_share) - np.log(1 - self.group_share)
        share = np.sort(centre + self.mix_spread * rng.standard_normal(self.places))[::-1]
        shift = self.place_spread * rng.standard_normal((2, self.places))
        weight = rng.uniform(0.5, 1.5, self.places)
        return 1 / (1 + np.exp(-share)), shift, weight / weight.sum()

    def risk(self, race: int, shift: Sequence[float] | Floats = (0.0, 0.0)) -> Risk:
        """The distribution of risk of a group, and its threshold, in a place shifted by so much."""
        group, reference = RISKS[self.family][self.risks]
        group = replace(group, threshold=group.threshold * self.threshold_ratio)
        return (group if race == GROUP else reference).shifted(float(shift[0]), float(shift[1]))

    def _searches(self, rng: np.random.Generator, place: Ints, race: Ints, shift: Floats) -> tuple[Flags, Flags, Flags]:
        searched, found = np.zeros((2, self.stops), dtype=bool)
        for at in range(self.places):
            for who in (GROUP, REFERENCE, THIRD):
                rows = (place == at) & (race == who)
                searched[rows], found[rows] = self.risk(who, shift[:, at]).search(rng, int(rows.sum()))
        share = np.where(race == GROUP, self.bound_group, self.bound_reference)
        bound = rng.random(self.stops) < share
        return searched | bound, found & (searched | bound), bound

    def _as_coded(self, rng: np.random.Generator, place: Ints, found: Flags) -> Flags:
        return np.asarray(found & ~((place == 0) & (rng.random(self.stops) < self.coding_error)))

    def _table(
        self, rng: np.random.Generator, place: Ints, race: Ints, searched: Flags, found: Flags, bound: Flags
    ) -> Any:
        known = rng.random(self.stops) < self.basis_known
        basis = np.where(~searched, -1, np.where(~known, 3, np.where(bound, 2, rng.integers(0, 2, self.stops))))
        return city.record(
            self,
            date=city.days(rng, self.stops),
            minute=city.minutes(rng, self.stops),
            race=race,
            search_person=city.yes_no(searched),
            search_vehicle=city.yes_no(searched),
            search_basis=city.pick(
                basis, [["probable_cause"], ["consent"], ["incident_to_arrest"], ["not_stated"]], ["not_stated"]
            ),
            found=city.pick(np.where(searched, found, -1), [["none"], ["drugs"]], ["not_stated"]),
            result=city.pick(np.where(bound, 2, found), [["warning"], ["citation"], ["arrest"]]),
            area_county=city.pick(place, [f"District {at + 1}" for at in range(self.places)]),
        )

    def _truth(self, share: Floats, shift: Floats, weight: Floats) -> dict[str, float]:
        """Rates over all places as officers' own thresholds give them, before arrests and coding errors."""
        truth: dict[str, float] = {}
        by_group = {"group": (GROUP, share), "reference": (REFERENCE, 1 - share)}
        searches, hits = {}, {}
        for name, (who, of_both) in by_group.items():
            risks = [self.risk(who, shift[:, at]) for at in range(self.places)]
            stopped = weight * of_both
            searches[name] = stopped * [risk.search_rate for risk in risks]
            hits[name] = searches[name] * [risk.hit_rate for risk in risks]
            truth[f"search_rate_{name}"] = float(searches[name].sum() / stopped.sum())
            truth[f"hit_rate_{name}"] = float(hits[name].sum() / searches[name].sum())
            truth[f"threshold_{name}"] = float(weight @ [risk.threshold for risk in risks])
        both = searches["group"] + searches["reference"]
        truth["ratio_of_hit_rates"] = truth["hit_rate_group"] / truth["hit_rate_reference"]
        truth["ratio_of_hit_rates_within_places"] = float(
            (hits["group"] * searches["reference"] / both).sum() / (hits["reference"] * searches["group"] / both).sum()
        )
        truth["difference_of_thresholds"] = truth["threshold_group"] - truth["threshold_reference"]
        return truth

    def _story(self) -> str:
        group, reference = self.risk(GROUP), self.risk(REFERENCE)
        return (
            f"Officers search the group above a risk of {group.threshold:.3g} and the reference above "
            f"{reference.threshold:.3g}, in {self.places} districts; risks are {self.risks!r} of the {self.family} "
            "family."
        )


def _race(rng: np.random.Generator, share: Floats) -> Ints:
    race = np.where(rng.random(len(share)) < share, GROUP, REFERENCE)
    race[rng.random(len(share)) < THIRD_SHARE] = THIRD
    return race
