"""Stops through a year by officers who see race by day and see less of it in the dark.

Drivers of the group are stopped s times as often as others where race is seen, and as often where it is
not. With race seen in a share v of stops by day and w in the dark, the group's odds among stops fall from
day to dark by the veil ratio K = (v s + 1 - v) / (w s + 1 - w): the planted answer, log odds of dark -log K
(Grogger and Ridgeway 2006). Whatever else a file may suffer from is an option.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evenhand.errors import PlanError
from evenhand.simulate import city, sky
from evenhand.simulate.city import GROUP, REFERENCE, THIRD, UNKNOWN, Floats, Ints
from evenhand.simulate.planted import World, between, one_of

MISSING_BY = ("chance", "race", "dark", "race and dark")
# How much likelier race is to be missing where it depends on something.
MISSING_MORE = 2.0
# Share of stops that are of a third group.
OTHERS = 0.1
PRECINCTS = 5
REASONS = {"moving": 0.6, "equipment": 0.25, "nonmoving": 0.15}
# Degrees north, south, east and west of the centre within which stops lie: 4 seconds of sunset.
NEAR = 0.02


@dataclass(frozen=True, slots=True)
class Visibility:
    """Stops by officers who see race by day and less of it in the dark.

    `veil` is the planted ratio K: 1 is no bias, 2 halves the group's odds in the dark. `mix_by_clock` is the change
    of the group's log odds on the road from 17:00 to 21:00, light or dark. `light_behaviour` multiplies the group's
    odds by day for a reason that is not the officers'. `street_lighting` is the share of dark stops in which race is
    seen as by day. `clumping` is the share of a day's stops that share its luck. `race_missing` depends on what
    `missing_by` says. `quarter_hours` is the share of times written as the quarter hour before, `midnight` as 00:00;
    `utc` writes UTC clocks and does not say so. `absent_in_dark` and `only` are `group` or `reference`;
    `missing_month` is 1 to 12, 0 for none.
    """

    name: ClassVar[str] = "visibility"

    stops: int = 20_000
    veil: float = 1.25
    seen_by_day: float = 0.8
    seen_in_dark: float = 0.2
    group_share: float = 0.35
    mix_by_clock: float = 0.5
    light_behaviour: float = 1.0
    street_lighting: float = 0.0
    clumping: float = 0.0
    race_missing: float = 0.0
    missing_by: str = "chance"
    midnight: float = 0.0
    quarter_hours: float = 0.0
    utc: bool = False
    absent_in_dark: str = ""
    only: str = ""
    dark_stops: bool = True
    missing_month: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, float("inf"), "stops")
        between(self, 0, 1, "seen_by_day", "seen_in_dark", "street_lighting", "clumping", "race_missing")
        between(self, 0, 1, "midnight", "quarter_hours")
        between(self, 0.01, 0.99, "group_share")
        between(self, 0.1, 10, "veil", "light_behaviour")
        between(self, 0, 12, "missing_month")
        one_of(self, "missing_by", MISSING_BY)
        one_of(self, "absent_in_dark", ("", "group", "reference"))
        one_of(self, "only", ("", "group", "reference"))
        if self.stopped_when_seen <= 0:
            raise PlanError(
                f"world visibility: a veil of {self.veil:g} cannot come about with race seen in {self.seen_by_day:g} "
                f"of stops by day and {self.seen_in_dark:g} in the dark; widen the gap or lower the veil"
            )

    @property
    def stopped_when_seen(self) -> float:
        """How many times as often the group is stopped where race is seen, for the veil to come about."""
        if self.veil == 1:
            return 1.0
        gap = self.seen_by_day - self.veil * self.seen_in_dark
        return (self.veil * (1 - self.seen_in_dark) - (1 - self.seen_by_day)) / gap if gap else 0.0

    def draw(self) -> World:
        """Dates and times, then light, then whom officers stopped and saw, then what was written down."""
        rng = np.random.default_rng(self.seed)
        day, minute = self._when(rng)
        darkness = sky.darkness(day, minute)
        race = self._stopped(rng, day, minute, darkness)
        seen = rng.random(len(race)) < self._seen(race, darkness)
        recorded, lost = self._recorded(rng, race, darkness)
        written_day, written_minute = self._written(rng, day, minute)
        table = self._table(rng, written_day, written_minute, recorded, seen)
        if self.missing_month:
            table = table.filter(city.month(written_day) != self.missing_month)
        return city.world(self, self._story(), self._truth(lost), table)

    def _when(self, rng: np.random.Generator) -> tuple[Any, Ints]:
        day, minute = city.days(rng, self.stops), city.minutes(rng, self.stops)
        while not self.dark_stops and (dark := sky.darkness(day, minute) > 0).any():
            again = int(dark.sum())
            day[dark], minute[dark] = city.days(rng, again), city.minutes(rng, again)
        return day, minute

    def _stopped(self, rng: np.random.Generator, day: Any, minute: Ints, darkness: Floats) -> Ints:
        """Race of who was stopped.

        Clumped stops of a day compare one and the same uniform number with their own probability: they go
        together, and each keeps its probability exactly.
        """
        own, of_day = rng.random(len(day)), rng.random(len(city.DAYS))
        clumped = rng.random(len(day)) < self.clumping
        luck = np.where(clumped, of_day[(day - city.DAYS[0]).astype(int)], own)
        odds = np.exp(self._log_odds_on_road(minute)) * self._pull(darkness) * self.light_behaviour ** (1 - darkness)
        race = np.where(luck < odds / (1 + odds), GROUP, REFERENCE)
        if self.absent_in_dark:
            race[darkness == 1] = REFERENCE if self.absent_in_dark == "group" else GROUP
        if self.only:
            race[:] = GROUP if self.only == "group" else REFERENCE
        race[rng.random(len(day)) < OTHERS] = THIRD
        return race

    def _log_odds_on_road(self, minute: Ints) -> Floats:
        by_clock = np.sin(2 * np.pi * (minute - 19 * 60) / 1440)
        return np.asarray(np.log(self.group_share / (1 - self.group_share)) + self.mix_by_clock * by_clock)

    def _visible(self, darkness: Floats) -> Floats:
        """Share of drivers whose race is seen."""
        in_dark = self.seen_in_dark + self.street_lighting * (self.seen_by_day - self.seen_in_dark)
        return self.seen_by_day + darkness * (in_dark - self.seen_by_day)

    def _pull(self, darkness: Floats) -> Floats:
        """How many times as often the group is stopped, seen or not."""
        visible = self._visible(darkness)
        return visible * self.stopped_when_seen + 1 - visible

    def _seen(self, race: Ints, darkness: Floats) -> Floats:
        """Chance that race was seen before the stop, given that the stop was made."""
        visible = self._visible(darkness)
        return np.where(race == GROUP, visible * self.stopped_when_seen / self._pull(darkness), visible)

    def _recorded(self, rng: np.random.Generator, race: Ints, darkness: Floats) -> tuple[Ints, Floats]:
        """Race as written down, and the chance of losing it by [dark, group]."""
        weights = np.array([[self._weight(dark, group) for group in (False, True)] for dark in (False, True)])
        own = weights[(darkness == 1).astype(int), (race == GROUP).astype(int)]
        lost = np.minimum(self.race_missing * weights / own.mean(), 1.0)
        chance = np.minimum(self.race_missing * own / own.mean(), 1.0)
        return np.where(rng.random(len(race)) < chance, UNKNOWN, race), lost

    def _weight(self, dark: bool, group: bool) -> float:
        depends = {"chance": False, "race": group, "dark": dark, "race and dark": group and dark}[self.missing_by]
        return MISSING_MORE if depends else 1.0

    def _written(self, rng: np.random.Generator, day: Any, minute: Ints) -> tuple[Any, Ints]:
        if self.utc:
            utc = minute - sky.minutes_ahead(day)
            day, minute = day + utc // 1440, utc % 1440
        minute = np.where(rng.random(len(minute)) < self.quarter_hours, minute // 15 * 15, minute)
        return day, np.where(rng.random(len(minute)) < self.midnight, 0, minute)

    def _table(self, rng: np.random.Generator, day: Any, minute: Ints, race: Ints, seen: Any) -> Any:
        stops = len(race)
        before = np.where(seen, race, len(city.RACES))
        return city.record(
            self,
            date=day,
            minute=minute,
            race=race,
            lat=np.round(city.CENTROID.latitude + rng.uniform(-NEAR, NEAR, stops), 6),
            lon=np.round(city.CENTROID.longitude + rng.uniform(-NEAR, NEAR, stops), 6),
            geo_precision_m=100,
            race_before_stop=city.pick(before, [*([code] for code in city.RACES), ["NOT_SEEN"]], ["unknown"]),
            reason=city.pick(rng.choice(len(REASONS), stops, p=list(REASONS.values())), list(REASONS)),
            area_precinct=city.pick(rng.integers(0, PRECINCTS, stops), [str(at + 1) for at in range(PRECINCTS)]),
        )

    def _truth(self, lost: Floats) -> dict[str, float]:
        """The planted answer, and what a perfect count of this very file would give in its place."""
        truth = {
            "log_odds_of_dark": -float(np.log(self.veil)),
            "veil_ratio": float(self.veil),
            "stopped_when_seen": self.stopped_when_seen,
        }
        if not self.absent_in_dark and not self.only and (lost < 1).all():
            light, dark = self._pull(np.array([0.0, 1.0]))
            kept = np.log(1 - lost)
            shown = np.log(dark / light / self.light_behaviour) + kept[1, 1] - kept[1, 0] - kept[0, 1] + kept[0, 0]
            truth["log_odds_of_dark_in_record"] = float(shown)
        return truth

    def _story(self) -> str:
        bias = (
            "officers stop no group more for being seen"
            if self.veil == 1
            else f"where officers see race they stop the group {self.stopped_when_seen:.3g} times as often"
        )
        return (
            f"A year of traffic stops in which {bias}; they see it in {self.seen_by_day:.0%} of stops-to-be by day "
            f"and {self.seen_in_dark:.0%} in the dark."
        )
