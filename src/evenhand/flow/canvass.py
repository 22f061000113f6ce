"""Canvass: tickets are made for a roster and printed, and the sealed answers become the two tables that a plan reads.

The drop box takes look-ups and gives frames; codes are on the sheet alone, and the desk's key is used here alone.
"""

import csv
import io
import json
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from evenhand.errors import FormatError, NotSealedToUsError, PlanError, ProofError
from evenhand.flow import vault
from evenhand.hear import canvass_form, headcount
from evenhand.hear.headcount import Cell
from evenhand.hear.template import roster_beside
from evenhand.keep import frame, ticket
from evenhand.keep.durable import check_free, put
from evenhand.keep.folder import Folder
from evenhand.keep.keyring import Keyring

FILE = "canvass.json"
FORMAT = "evenhand/canvass/1"
ROSTER_HEADER = ("department", "race", "size", "asked", "answered", "days")


@dataclass(frozen=True, slots=True)
class Settings:
    """The one canvass of a folder: who is asked since when and until when, and the desk that holds the answers.

    `answered` is how many tickets were used, known once it is closed.
    """

    id: str
    label: str
    desk: str
    since: date
    until: date
    cells: tuple[Cell, ...]
    answered: int | None = None

    def is_open(self, today: date) -> bool:
        """Whether answers are taken."""
        return self.answered is None and today <= self.until

    @property
    def races(self) -> tuple[str, ...]:
        """The races that are on the roster, each once."""
        return tuple(dict.fromkeys(cell.race for cell in self.cells if cell.size))

    @property
    def size(self) -> int:
        """How many people are on the roster; as many tickets are made."""
        return sum(cell.size for cell in self.cells)

    @property
    def text(self) -> bytes:
        """The settings as they lie in the folder."""
        said = {**asdict(self), "format": FORMAT, "since": self.since.isoformat(), "until": self.until.isoformat()}
        return json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, text: bytes) -> Self:
        """The settings in these bytes."""
        try:
            said: dict[str, Any] = json.loads(text)
            if said.pop("format") != FORMAT:
                raise FormatError(f"{FILE} is of another format: expected {FORMAT}")
            days = {name: date.fromisoformat(said[name]) for name in ("since", "until")}
            return cls(**{**said, **days, "cells": tuple(Cell(**cell) for cell in said["cells"])})
        except (ValueError, TypeError, KeyError):
            raise FormatError(f"{FILE} is no {FORMAT}: take it from the folder it was made in") from None


def settings(folder: Path) -> Settings | None:
    """The canvass of a folder; None where there is none."""
    path = folder / FILE
    return Settings.read(path.read_bytes()) if path.exists() else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A canvass that was drawn up: its settings, the tickets for the sheet, the look-ups for the drop box."""

    settings: Settings
    tickets: tuple[str, ...]
    lookups: tuple[bytes, ...]
    origin: str
    desk_label: str


def draw_up(
    roster: Path, folder: Path, label: str, desk: str, since: date, until: date, today: date, told: Callable[[], None]
) -> Drawn:
    """Settings and tickets for a roster; PlanError where the days, the desk or an open canvass are in the way."""
    if not since < today <= until:
        raise PlanError("--since is a day that has passed, and --until is today or later: mend the days")
    there = settings(folder)
    if there is not None and there.answered is None:
        raise PlanError(f"{folder} has a canvass already: close it first, with `evenhand canvass close`")
    force = vault.in_force(folder / "ledger")
    names = [each.name for each in force.desks]
    if desk not in names:
        raise PlanError(f"no such desk in the manifest: expected one of {', '.join(names)}, outside the department")
    made = Settings(secrets.token_hex(8), label, desk, since, until, headcount.read(roster))
    tickets: dict[str, bytes] = {}
    while len(tickets) < made.size:
        digits = ticket.new()
        tickets[digits] = ticket.derive(digits, force.origin, *force.code).lookup
        told()
    labels = {each.desk: each.text for each in force.labels if each.language == "en"}
    # by look-up, which is chance: the table's order tells nothing of the sheet's
    return Drawn(made, tuple(tickets), tuple(sorted(tickets.values())), force.origin, labels.get(desk, desk))


@dataclass(frozen=True, slots=True)
class Closed:
    """What was counted: people on the roster, tickets used where known, answers opened, and what lies where."""

    size: int
    used: int | None
    answered: int
    yes: int
    files: tuple[Path, Path]
    crowded: tuple[str, ...]

    def text(self) -> str:
        """The same in words, for the desk alone."""
        used = "" if self.used is None else f"; {self.used} codes were used"
        lines = [f"{self.answered} of {self.size} answered{used}; {self.yes} said yes", *map(str, self.files)]
        lines += [f"More answered as {race} than were asked: the counts of the roster are to be mended" for race in
                  self.crowded]  # fmt: skip
        return "\n".join(lines)


def copied(store: Path) -> list[bytes]:
    """The sealed answers in a desk's own copy of the store."""
    with Folder(store, reading=True) as held:
        found = [each for each in (*held.entries(), *held.waiting()) if each.kind == "canvass"]
        return [data for each in found for data in held.frames(each.commitment) if data is not None]


def count(made: Settings, frames: Sequence[bytes], ring: Keyring, to: Path, today: date) -> Closed:
    """Open what this desk can open, and write the table of answers and the roster beside it."""
    beside = roster_beside(to)
    check_free(to)
    check_free(beside)
    rows = canvass_form.last_of_each(_opened(frames, ring), made.id)
    if made.answered is not None and made.answered > len(rows):
        raise ProofError(
            f"{made.answered} codes were used, and {len(rows)} answers open with this key: is it {made.desk}'s, and is "
            "the copy whole? nothing was written"
        )
    answered = Counter((row.get("race_self") or ["DECLINED"])[0] for row in rows)
    sizes: Counter[str] = Counter()
    for cell in made.cells:
        sizes[cell.race] += cell.size
    days = (min(today, made.until) - made.since).days
    put(to, _table(canvass_form.HEADER, [canvass_form.row(made.label, row) for row in rows]))
    listed = [[made.label, race, size, size, answered[race], days] for race, size in sizes.items()]
    put(beside, _table(ROSTER_HEADER, listed))
    yes = sum(row["stopped"] == "yes" for row in rows)
    crowded = tuple(race for race in sizes if answered[race] > sizes[race])
    return Closed(made.size, made.answered, len(rows), yes, (to, beside), crowded)


def closed(made: Settings, used: int) -> Settings:
    """The settings of a canvass that takes no more answers."""
    return replace(made, answered=used)


def _opened(frames: Sequence[bytes], ring: Keyring) -> list[dict[str, Any]]:
    found = []
    for data in frames:
        try:
            found.append(frame.read_facts(frame.open(frame.parse(data), ring.identities("facts"))))
        except NotSealedToUsError:
            continue
    return found


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(rows)
    return text.getvalue().encode()
