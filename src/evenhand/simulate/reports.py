"""What was told of the wave, in columns of the record: a mailbox, a canvass, and the agency's own rows."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from evenhand.simulate import city, narrative
from evenhand.simulate.city import Flags, Ints
from evenhand.simulate.metropolis import RACES, REFERENCE, Metropolis
from evenhand.simulate.planted import source_id
from evenhand.simulate.practice import Facts
from evenhand.simulate.stopped import Stopped
from evenhand.simulate.telling import ALONE, Told
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME

NAME = "wave"
# A word for the agency that means nobody.
AGENCY = "SIMULATED-AGENCY"
HOUR = 60
DARK_FROM, LIGHT_FROM = 21, 6
BANDS = ("18-24", "25-34", "35-49", "50-64", "65+")
GENDERS = ("man", "woman", "declined")
SEEN = ("clearly", "a_little", "no", "unknown")
CAUSES = ("race", "language", "location", "vehicle")
# What could back an account up, with the share of encounters that have it.
BACKING = {"video": 0.12, "dispatch_log": 0.06, "document": 0.05, "body_camera": 0.04, "medical": 0.02}
# Consents beside counting and comparing, with the share of tellers who give each.
CONSENTS = {"quote_redacted": 0.5, "signed_statement": 0.3, "recontact": 0.6, "share_oversight": 0.4}
# Of those who are let go; an arrest is the rest.
RESULTS, RESULT_SHARES = ("released", "none", "arrest"), (0.75, 0.20, 0.05)
REASONS, REASON_SHARES = ("suspicion", "moving", "equipment", "other"), (0.5, 0.25, 0.15, 0.1)
ON_FOOT = 0.2
PLACES = ("street", "highway", "parking", "shop")
SCRUBBED = ("name", "phone")


@dataclass(frozen=True, slots=True)
class Details:
    """What everybody who tells of an encounter says alike of it; arrays of shape (encounters,)."""

    role: Any
    result: Any
    reason: Any
    place_type: Any
    officers: Ints
    vehicles: Ints
    minutes: Ints
    backing: Mapping[str, Flags]


@dataclass(frozen=True, slots=True)
class Happened:
    """All that happened: where, to whom, what, and the days that the world covers."""

    metropolis: Metropolis
    stopped: Stopped
    facts: Facts
    details: Details
    days: list[date]

    def said(self, at: int) -> dict[str, Any]:
        """The columns that an account of an encounter and an answered sheet share."""
        facts = self.facts
        return {
            "race_self": [RACES[self.stopped.race[at]]],
            "result": [str(self.details.result[at])],
            "actions": facts.actions(at),
            "agency_level": "unknown" if facts.basis[at] == ["none"] else "federal",
            "agency_basis": facts.basis[at],
            "known_as_officer": facts.known[at],
            "treatment_once_known": facts.treatment[at],
            "corroboration": [code for code, has in self.details.backing.items() if has[at]] or ["none"],
        }

    def where(self, at: int) -> dict[str, Any]:
        """City, county and how the person went about, as told and as recorded."""
        place, role = int(self.stopped.place[at]), str(self.details.role[at])
        return {
            "area_city": self.metropolis.city(place),
            "area_county": self.metropolis.county(place),
            "role": role,
            "mode": "foot" if role == "pedestrian" else "vehicle",
            "tz": city.ZONE,
        }


def details(rng: np.random.Generator, stopped: Stopped, facts: Facts) -> Details:
    """What else is said of each of these encounters."""
    n = len(stopped)
    released = facts.happened["released_as_officer"] | facts.happened["released_on_id"]
    # by event, so that the second person of one on foot is on foot too
    on_foot = (rng.random(n) < ON_FOOT)[stopped.event]
    return Details(
        role=np.where(on_foot, "pedestrian", np.where(stopped.passenger, "passenger", "driver")),
        result=np.where(released, "released", rng.choice(RESULTS, n, p=RESULT_SHARES)),
        reason=np.where(facts.happened["no_cause_given"], "none_given", rng.choice(REASONS, n, p=REASON_SHARES)),
        place_type=rng.choice(PLACES, n),
        officers=rng.integers(2, 7, n),
        vehicles=rng.integers(1, 4, n),
        minutes=5 * rng.integers(1, 11, n),
        backing={code: rng.random(n) < share for code, share in BACKING.items()},
    )


def mailbox(rng: np.random.Generator, recipe: Any, happened: Happened, told: Told) -> tuple[Any, list[int]]:
    """A pyarrow table, one row a telling in the order told, R0001 and on, and which encounter each is of.

    `link_probability` is null except where an office put two tellings together.
    """
    first = [(int(day), 0, at) for at, day in enumerate(told.day)]
    further = [(int(day), 1, at) for at, day in enumerate(told.again_day)]
    numbers: dict[int, str] = {}
    events: dict[int, dict[int, list[dict[str, Any]]]] = {}
    rows: list[dict[str, Any]] = []
    of: list[int] = []
    for day, is_further, at in sorted([*first, *further]):
        which = int(told.again[at]) if is_further else at
        encounter = int(told.encounter[which])
        row = _account(rng, recipe, happened, encounter)
        row |= {"report_id": f"R{len(rows) + 1:04d}", "raw_row": len(rows) + 1, "reported_on": happened.days[day]}
        row["encounter_id"] = row["report_id"]
        if is_further:
            row |= _second_hand(rng, bool(happened.stopped.off_duty[encounter]))
            if told.linked[at]:
                row |= {"encounter_id": numbers[encounter], "link_probability": float(told.probability[at])}
        else:
            numbers[encounter] = row["report_id"]
            row |= _way(told, which)
        events.setdefault(int(happened.stopped.event[encounter]), {}).setdefault(encounter, []).append(row)
        rows.append(row)
        of.append(encounter)
    for event, people in events.items():
        for row in (row for of_one in people.values() for row in of_one if len(people) > 1):
            row["event_id"] = f"E{event + 1}"
    return table(rows, TELLING_COLUMNS), of


def _account(rng: np.random.Generator, recipe: Any, happened: Happened, at: int) -> dict[str, Any]:
    """One telling of an encounter, by the person stopped."""
    stopped, facts, details = happened.stopped, happened.facts, happened.details
    hour = int(stopped.minute[at]) // HOUR
    off_duty, thinks = bool(stopped.off_duty[at]), stopped.in_group[at] and rng.random() < recipe.sees_race
    first, last = _when(rng.random(), happened.days[stopped.day[at]], recipe.unreadable, recipe.month_only)
    return {
        **happened.said(at),
        **happened.where(at),
        "source_id": f"{source_id(NAME)}-reports",
        "kind": "report_self",
        "reporter_role": "off_duty_officer" if off_duty else "person_stopped",
        "recruitment": "unprompted",
        "scrubbed": [code for code in SCRUBBED if rng.random() < recipe.contacts],
        "date": first,
        "date_to": last,
        "time_local": f"{hour:02d}:00",
        "time_precision": HOUR,
        "place_type": str(details.place_type[at]),
        "light": "dark" if hour >= DARK_FROM or hour < LIGHT_FROM else "light",
        "seen_before_stop": str(rng.choice(SEEN)),
        "age_band": str(rng.choice(BANDS)),
        "gender": str(rng.choice(GENDERS, p=(0.6, 0.37, 0.03))),
        "off_duty_officer": "yes" if off_duty else "no",
        "agency_id": AGENCY if facts.basis[at] != ["none"] else None,
        "officer_count": int(details.officers[at]),
        "vehicle_count": int(details.vehicles[at]),
        "reason": str(details.reason[at]),
        "perceived_cause": [str(rng.choice(CAUSES))] if thinks else ["none"],
        "consent": _consent(rng, recipe),
        "told_elsewhere": "yes" if rng.random() < recipe.told_twice else "no",
        "narrative": narrative.account(rng, facts.actions(at)),
        "duration_min": int(details.minutes[at]),
    }


def _when(chance: float, day: date, unreadable: float, month_only: float) -> tuple[date | None, date | None]:
    """The day, or the month it was in, or nothing that can be read."""
    if chance < unreadable:
        return None, None
    if chance < unreadable + month_only:
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, None


def _consent(rng: np.random.Generator, recipe: Any) -> list[str]:
    compare = ["compare_records"] if rng.random() < recipe.compare else []
    return ["count_only", *compare, *(code for code, share in CONSENTS.items() if rng.random() < share)]


def _second_hand(rng: np.random.Generator, officer: bool) -> dict[str, Any]:
    """A further telling: by the person to another office, or by somebody else."""
    if officer or rng.random() < 1 / 2:
        return {"told_elsewhere": "yes"}
    role = str(rng.choice(["family", "witness"]))
    return {"reporter_role": role, "kind": "report_witness" if role == "witness" else "report_other"}


def _way(told: Told, at: int) -> dict[str, Any]:
    if told.after_publicity[at]:
        return {"recruitment": "after_publicity"}
    if told.referrer[at] != ALONE:
        return {"recruitment": "referred", "referrer": f"body-{told.referrer[at] + 1}"}
    return {}


def answers(
    rng: np.random.Generator, recipe: Any, happened: Happened, officers: Mapping[tuple[int, int], Ints]
) -> list[dict[str, Any]]:
    """One row an answered sheet, in no order: columns of terms/sheets.CANVASS, `date` with `date_to` for a month.

    `officers` maps place and race to the numbers of those who answered.
    """
    stopped = happened.stopped
    of_officer: dict[tuple[int, int, int], list[int]] = {}
    for at in np.flatnonzero(stopped.off_duty):
        key = (int(stopped.place[at]), int(stopped.race[at]), int(stopped.officer[at]))
        of_officer.setdefault(key, []).append(int(at))
    rows = []
    for (place, race), numbers in officers.items():
        for number in numbers:
            own = of_officer.get((place, race, int(number)), [])
            row: dict[str, Any] = {
                "department": happened.metropolis.department(place),
                "race_self": [RACES[race]],
                "stopped": "yes" if own else "no",
                "times": len(own) or None,
            }
            if own:
                first, last = _when(rng.random(), happened.days[stopped.day[own[-1]]], 0, recipe.month_only)
                row |= happened.said(own[-1]) | {"date": first, "date_to": last}
            rows.append(row)
    return [rows[at] for at in rng.permutation(len(rows))]


def asked(answered: Iterable[Mapping[str, Any]]) -> Any:
    """A pyarrow table, one row an answered sheet that says yes, C0001 and on; columns as those of the mailbox."""
    yes = [row for row in answered if row["stopped"] == "yes"]
    rows = [
        {
            **row,
            "encounter_id": f"C{number:04d}",
            "report_id": f"C{number:04d}",
            "source_id": f"{source_id(NAME)}-canvass",
            "raw_row": number,
            "kind": "report_self",
            "reporter_role": "off_duty_officer",
            "recruitment": "asked_whole_group",
            "sentinel_group": row["department"],
            "off_duty_officer": "yes",
            "tz": city.ZONE,
            "mode": "not_stated",
            "reason": "not_stated",
        }
        for number, row in enumerate(yes, 1)
    ]
    return table(rows, TELLING_COLUMNS)


def records(happened: Happened, recorded: Flags) -> Any:
    """The agency's own rows of the encounters it recorded, as a pyarrow table of the record."""
    stopped = happened.stopped
    kept = np.flatnonzero(recorded).tolist()
    rows = [
        happened.where(at)
        | {
            "encounter_id": f"A{number:05d}",
            "source_id": source_id(NAME),
            "kind": "agency_record",
            "raw_row": number,
            "date": happened.days[stopped.day[at]],
            "time_local": f"{stopped.minute[at] // HOUR:02d}:{stopped.minute[at] % HOUR:02d}",
            "time_precision": 1,
            "race_officer": [RACES[stopped.race[at]]],
            "race_officer_options": ["WHITE", "MENA"] if stopped.race[at] == REFERENCE else [RACES[stopped.race[at]]],
            "agency_level": "federal",
            "agency_id": AGENCY,
            "initiated_by": "officer",
            "reason": "other",
            "result": ["not_stated"],
        }
        for number, at in enumerate(kept, 1)
    ]
    return table(rows, RECORD_COLUMNS)


RECORD_COLUMNS = (
    "encounter_id", "source_id", "kind", "raw_row", "date", "time_local", "time_precision", "tz", "race_officer",
    "race_officer_options", "role", "agency_level", "agency_id", "mode", "initiated_by", "reason", "result",
    "area_city", "area_county",
)  # fmt: skip


TELLING_COLUMNS = (
    "encounter_id", "event_id", "source_id", "kind", "raw_row", "report_id", "link_probability", "reporter_role",
    "recruitment", "sentinel_group", "referrer", "reported_on", "scrubbed", "date", "date_to", "time_local",
    "time_precision", "tz", "duration_min", "place_type", "race_self", "gender", "role", "age_band", "light",
    "seen_before_stop", "off_duty_officer", "known_as_officer", "treatment_once_known", "agency_level", "agency_id",
    "agency_basis", "officer_count", "vehicle_count", "mode", "reason", "result", "actions", "corroboration",
    "perceived_cause", "consent", "told_elsewhere", "narrative", "area_city", "area_county",
)  # fmt: skip


def table(rows: list[dict[str, Any]], columns: Iterable[str]) -> Any:
    """A pyarrow table of these columns of the record; what a row does not have is null."""
    import pyarrow as pa

    kinds = {
        "str": pa.string(),
        "code": pa.string(),
        "ynu": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "date": pa.date32(),
        "codes": pa.list_(pa.string()),
    }
    return pa.table(
        {
            name: pa.array(
                [row.get(name) for row in rows],
                type=pa.string() if name.startswith(AREA_PREFIX) else kinds[BY_NAME[name].kind],
            )
            for name in columns
        }
    )
