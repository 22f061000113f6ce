"""A wave of accounts of one agency's stops in a metropolis: who was stopped, who told of it, who was asked."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import numpy as np

from evenhand.errors import PlanError
from evenhand.simulate import beside, canvass, city, metropolis, practice, reports, stopped, telling
from evenhand.simulate.city import Flags
from evenhand.simulate.metropolis import Metropolis
from evenhand.simulate.planted import World, between, one_of
from evenhand.simulate.stopped import WEEK, Rates, Stopped
from evenhand.simulate.telling import Told
from evenhand.terms.evidence import Publicity

# A Monday.
FIRST = date(2026, 1, 5)
PRACTICES = ("one", "two")
WHAT = "simulated: two officers speak of their stops in public"


@dataclass(frozen=True, slots=True)
class Wave:
    """Accounts of an agency's stops by residents and off-duty officers, with a canvass and what else stands beside.

    `stops` of residents and `officer_stops` of off-duty officers are expected over `weeks`; each week from
    `change_week` on has `surge` times as many. People of colour, `group_share` of a middling city, are stopped `ratio`
    times as often as others in the same place. `deployment` is the change of a place's log rate for one standard
    deviation of its lean to the group; `cluster` multiplies the rates of one county from the change on; `clumping`
    is the variance of a week's gamma factor; `company` is the share of residents' events with a second person.

    Who tells: with chance `told`, times `telling_ratio` for the group, times `publicity` from the week
    `publicity_week` on (0 for none), after `delay_days` on average. With `residents_told` and `officers_told` 0,
    nothing is conditioned upon; above 0, exactly so many encounters are told (`simulate/telling.py`), which
    fixes counts and with them the size of what a test sees: leave them 0 for inference. `told_twice` are
    told again, `unlinked` of these unseen by any office. `referred` were sent by a body, `basis_known` could know the
    agency, `month_only` remember the month and `unreadable` wrote a date nobody can read; `contacts` write a name, as
    many a number. `sees_race` of the group think race had a part; `compare` agree to comparison with records.

    `practices` one or two: whether officers are treated as residents are. `known_during` of officers are found out
    during the stop, after which treatment eases for `eased` and worsens for `worsened`.

    The canvass: departments of `sworn` officers, of whom `answered`, times `answered_if_stopped`, answer. Four lists
    hold `list_share` of encounters each, two of them with odds ratio `list_odds`; of those on several, `linkage_error`
    were not joined into one. The agency never recorded `never_recorded`; linking finds `found` of the rest and links
    `falsely_linked` of those, and a reviewer leaves `undecided` of all. Two readers code `coded` narratives where there
    are so many, wrong with chance `coder_error`. Calls for help fall by `calls_drop`.
    """

    name: ClassVar[str] = "wave"

    stops: int = 600
    officer_stops: int = 60
    residents_told: int = 60
    officers_told: int = 11
    weeks: int = 26
    change_week: int = 24
    surge: float = 10.0
    ratio: float = 50.0
    departments: int = 24
    group_share: float = 0.4
    mix_spread: float = 0.6
    deployment: float = 0.0
    cluster: float = 1.0
    clumping: float = 0.0
    company: float = 0.15
    told: float = 0.1
    telling_ratio: float = 1.0
    publicity_week: int = 26
    publicity: float = 2.0
    delay_days: float = 2.0
    told_twice: float = 0.08
    unlinked: float = 0.25
    referred: float = 0.12
    basis_known: float = 0.9
    month_only: float = 0.05
    unreadable: float = 0.02
    contacts: float = 0.05
    sees_race: float = 0.7
    compare: float = 0.9
    practices: str = "one"
    known_during: float = 0.7
    eased: float = 0.8
    worsened: float = 0.05
    sworn: int = 120
    answered: float = 0.85
    answered_if_stopped: float = 1.0
    list_share: float = 0.2
    list_odds: float = 3.0
    linkage_error: float = 0.02
    never_recorded: float = 0.4
    found: float = 0.9
    falsely_linked: float = 0.05
    undecided: float = 0.1
    coded: int = 100
    coder_error: float = 0.05
    calls_drop: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        between(self, 1, 100_000, "stops", "officer_stops")
        between(self, 0, float("inf"), "residents_told", "officers_told", "seed")
        between(self, 4, 104, "weeks")
        between(self, 2, self.weeks + 1, "change_week")
        between(self, 0, self.weeks, "publicity_week")
        between(self, 0.01, 100, "surge", "ratio", "cluster", "telling_ratio")
        between(self, 1, 200, "departments")
        between(self, 0.05, 0.8, "group_share")
        between(self, 0, 3, "mix_spread", "clumping")
        between(self, -3, 3, "deployment")
        between(self, 1, 20, "publicity")
        between(self, 0, 60, "delay_days")
        between(self, 0.001, 1, "told", "answered", "worsened", "list_share")
        between(self, 0, 1, "company", "told_twice", "unlinked", "referred", "basis_known", "month_only", "unreadable")
        between(self, 0, 1, "contacts", "sees_race", "compare", "known_during", "eased", "never_recorded", "found")
        between(self, 0, 1, "falsely_linked", "undecided", "calls_drop", "linkage_error")
        between(self, 0, 0.5, "coder_error")
        between(self, 20, 5_000, "sworn")
        between(self, 0, 10, "answered_if_stopped")
        between(self, 1, 20, "list_odds")
        between(self, 0, 5_000, "coded")
        one_of(self, "practices", PRACTICES)
        _at_most_one(self, self.told * max(1, self.telling_ratio) * self.publicity, "told x telling_ratio x publicity")
        _at_most_one(self, self.answered * self.answered_if_stopped, "answered x answered_if_stopped")
        _at_most_one(self, self.eased + self.worsened, "eased + worsened")
        _at_most_one(self, self.unreadable + self.month_only, "unreadable + month_only")

    def draw(self) -> World:
        """The metropolis, who was stopped and what happened, then who told, who answered, and the rest."""
        rng = np.random.default_rng(self.seed)
        place = metropolis.build(rng, self.departments, self.group_share, self.mix_spread, self.sworn)
        rates = stopped.rates(self, place)
        people = stopped.draw(rng, self, rates, place)
        facts = practice.draw(rng, self, people)
        days = [FIRST + timedelta(days=at) for at in range(WEEK * self.weeks)]
        happened = reports.Happened(place, people, facts, reports.details(rng, people, facts), days)
        told = telling.draw(rng, self, people)
        mailbox, told_of = reports.mailbox(rng, self, happened, told)
        answered = canvass.answering(rng, self, place, people)
        recorded = rng.random(len(people)) >= self.never_recorded
        sheets = reports.answers(rng, self, happened, answered)
        compared, in_record = _compared(mailbox, told_of, recorded)
        return World(
            name=self.name,
            story=self._story(),
            settings=asdict(self),
            truth=self._truth(place, rates, people, told, mailbox, compared, in_record),
            table=reports.records(happened, recorded),
            first=days[0],
            last=days[-1],
            timezone=city.ZONE,
            centroid=city.CENTROID,
            benchmarks=(place.residents(),),
            reports=mailbox,
            answers=sheets,
            asked=reports.asked(sheets),
            rosters=canvass.rosters(self, place, people, answered),
            publicity=self._publicity(days),
            areas=place.areas(),
            lists=(beside.lists(rng, self, len(people)),),
            codes=beside.codes(rng, self, mailbox),
            links=beside.links(rng, self, compared, in_record),
            review=beside.review(rng, self),
            calls=beside.calls(rng, self, self._event(days)),
        )

    def _publicity(self, days: list[date]) -> tuple[Publicity, ...]:
        return (Publicity(self._event(days), WHAT),) if self.publicity_week else ()

    def _event(self, days: list[date]) -> date:
        """The day of the publicity; the last day where there is none."""
        return days[min(telling.publicity_day(self), len(days) - 1)]

    def _truth(
        self,
        place: Metropolis,
        rates: Rates,
        people: Stopped,
        told: Told,
        mailbox: Any,
        compared: list[str],
        in_record: list[bool],
    ) -> dict[str, float]:
        group, off_duty = people.in_group, people.off_duty
        at = told.encounter
        expected, living = rates.residents.sum(axis=0), place.people
        crude = expected[:, 1:].sum() / living[:, 1:].sum() / (expected[:, 0].sum() / living[:, 0].sum())
        counts = {
            "encounters": len(people),
            "encounters_group": group.sum(),
            "encounters_reference": (~group).sum(),
            "encounters_residents": (~off_duty).sum(),
            "encounters_officers": off_duty.sum(),
            "encounters_told": len(at),
            "encounters_told_residents": (~off_duty[at]).sum(),
            "encounters_told_officers": off_duty[at].sum(),
            "encounters_told_group": group[at].sum(),
            "encounters_told_reference": (~group[at]).sum(),
            "tellings": mailbox.num_rows,
            "told_again": len(told.again),
            "told_again_and_linked": told.linked.sum(),
            "compared_with_records": len(compared),
            "compared_and_recorded": sum(in_record),
        }
        planted = {
            "stop_ratio": self.ratio,
            "stop_ratio_crude": crude,
            "telling_ratio": self.telling_ratio,
            "publicity_ratio": self.publicity if self.publicity_week else 1.0,
            "share_at_risk": living[:, 1:].sum() / living.sum(),
            "share_at_risk_officers": place.officers[:, 1:].sum() / place.officers.sum(),
            "change_week": self.change_week,
            "surge_ratio": self.surge if self.change_week <= self.weeks else 1.0,
            "cluster_ratio": self.cluster if self.change_week <= self.weeks else 1.0,
            "better_odds": practice.better_odds(self),
            "unlike_elements": practice.unlike_elements(self),
            "never_recorded": self.never_recorded,
            "links_found": self.found * (1 - self.undecided),
            "links_false": self.falsely_linked * (1 - self.undecided),
            "list_odds": self.list_odds,
            "coder_error": self.coder_error,
            "calls_missing_share": self.calls_drop,
            **canvass.planted(place, rates),
        }
        residents, officers = practice.shares(self, officers=False), practice.shares(self, officers=True)
        elements = {f"element_{element}": share for element, share in residents.items()}
        elements |= {f"element_{element}_officers": share for element, share in officers.items()}
        of_officers = float(off_duty[at].mean()) if len(at) else 0.0
        mixed = {name: (1 - of_officers) * residents[name] + of_officers * officers[name] for name in residents}
        alphas = {f"alpha_{element}": beside.alpha(self, mixed[element]) for element in beside.coded()}
        return {name: float(value) for name, value in {**counts, **planted, **elements, **alphas}.items()}

    def _story(self) -> str:
        change = FIRST + timedelta(days=WEEK * (self.change_week - 1))
        rise = (
            f"From {change.isoformat()} on there are {self.surge:g} times as many a week"
            if self.change_week <= self.weeks
            else "They do not change over time"
        )
        return (
            f"Simulated, nobody was stopped. In each of {self.departments} cities an agency stops people of colour "
            f"{self.ratio:g} times as often as others, residents and off-duty officers alike. {rise}. "
            f"They are {_times(self.telling_ratio)} to tell of it."
        )


def _compared(mailbox: Any, told_of: list[int], recorded: Flags) -> tuple[list[str], list[bool]]:
    """Encounters, as an office sees them, that may be compared with records, and whether each is in them."""
    rows = mailbox.select(["report_id", "encounter_id", "consent"]).to_pylist()
    kept = [
        (row["encounter_id"], bool(recorded[at]))
        for row, at in zip(rows, told_of, strict=True)
        if row["report_id"] == row["encounter_id"] and "compare_records" in row["consent"]
    ]
    return [encounter for encounter, _ in kept], [in_record for _, in_record in kept]


def _times(ratio: float) -> str:
    return "as likely as others" if ratio == 1 else f"{ratio:g} times as likely as others"


def _at_most_one(recipe: Wave, product: float, what: str) -> None:
    if product > 1:
        raise PlanError(f"world {recipe.name}: {what} = {product:g}, expected at most 1")
