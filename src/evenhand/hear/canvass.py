"""Canvass: everybody on a roster was handed a sheet of paper; what came back, and how many were asked.

Those who said yes are tellings; all who answered, yes or no, are counted against the roster, in cells of a department
and a race. The format is docs/formats/canvass.md.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evenhand.errors import OutputError, PlanError, RecordError
from evenhand.hear import cells, guide, inbox, mapping, register, scrub, spreadsheet, tellings, told_again
from evenhand.hear.cells import Unread
from evenhand.hear.sheet_mapping import Meant, field_of
from evenhand.hear.spreadsheet import Book, Row, Sheet
from evenhand.hear.tellings import Columns, Draft, Inbox
from evenhand.hear.template import ANSWERS, GUIDE, ROSTER_PAGE, roster_beside
from evenhand.tables import zones
from evenhand.terms.encounter import UNKNOWN_CODES
from evenhand.terms.evidence import Coverage, Reading, RosterCell
from evenhand.terms.sheets import CANVASS, ROSTER

HINT = "`evenhand hear --template canvass` writes such a sheet"
# What a sheet of a canvass says of everybody who answers it.
OF_ALL = {"recruitment": "asked_whole_group", "reporter_role": "off_duty_officer", "off_duty_officer": "yes"}
# What a column of the sheet is in the record; `stopped` and `times` are none of it.
BECOMES = {"department": "sentinel_group"}
COUNTED = ("stopped", "times")
# Codes of race that place nobody on a roster.
NO_RACE = (*UNKNOWN_CODES, "DECLINED")
# The columns of a plan's [[roster]] (docs/formats/beside.md).
ROSTER_COLUMNS = ("department", "race", "size", "asked", "answered", "stopped", "days", "group", "whole")
MOST_PEOPLE, MOST_DAYS = 1_000_000, 36_500


@dataclass(frozen=True, slots=True)
class Canvass:
    """A canvass as heard: the tellings of those who said yes, and the cells of the roster."""

    heard: Inbox
    cells: tuple[RosterCell, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the roster page: a department and a race, how many there are, were asked, and for how many days."""

    row: int
    department: str
    race: str
    size: int
    asked: int
    days: int

    @property
    def key(self) -> tuple[str, str]:
        """What an answer is matched by."""
        return guide.key(self.department), self.race


def read(connection: Any, path: str | Path, **said: Any) -> Reading:
    """The tellings of those who said yes; `said` as `hear` takes it."""
    return hear(connection, path, **said).heard.reading


def hear(
    connection: Any,
    path: str | Path,
    *,
    timezone: str | None = None,
    publisher: str = "",
    address: str = "",
    public: bool = False,
    group: str = "",
    whole: bool = True,
    coverage: register.Span = None,
) -> Canvass:
    """Answers and roster of a canvass; `group` names whose roster it is, `whole` that everybody on it was asked.

    RecordError, with rows and figures, where answers and roster cannot both be right.
    """
    if not timezone:
        raise PlanError(f"{path}: on whose calendar were the days told? say --timezone America/Chicago or the like")
    zones.zone(timezone)
    answers, places = _pages(Path(path))
    which, other = _columns(answers)
    draft = Draft(answers, notes=list(answers.notes))
    made = inbox.rows(draft, which, Meant(constants=OF_ALL))
    said = [_stopped(draft, row, other) for row in answers.rows]
    about = register.About(
        id=tellings.source_id(answers.path),
        reader="canvass",
        timezone=timezone,
        publisher=publisher,
        address=address,
        coverage=coverage or _span(made, places, answers),
        public=public,
    )
    counted = _cells(draft, made, said, places, group or about.id, whole)
    yes = [telling for telling, stopped in zip(made, said, strict=True) if stopped == "yes"]
    joined = told_again.joined(draft, yes, about)
    return Canvass(tellings.finished(connection, draft, which, joined, about), counted)


def _pages(path: Path) -> tuple[Sheet, tuple[Place, ...]]:
    """The page of answers and the roster, of one book or of two CSVs that lie beside each other."""
    book = spreadsheet.open_book(path)
    answers = spreadsheet.under_header(book, _is_column(CANVASS), ANSWERS, HINT, (GUIDE, ROSTER_PAGE))
    if not spreadsheet.is_book(path):
        beside = roster_beside(path)
        if not beside.exists():
            raise RecordError(f"{path} has no roster; expected it beside the answers as {beside.name}: {HINT}")
        book = spreadsheet.open_book(beside)
    return answers, _roster(book)


def _is_column(columns: Sequence[Any]) -> Any:
    names = {column.name for column in columns}
    return lambda name: mapping.plain(name) in names


def _columns(answers: Sheet) -> tuple[Columns, dict[str, int]]:
    """The columns that are of the record, and those that are only counted."""
    of: dict[str, int] = {}
    counted: dict[str, int] = {}
    dropped: dict[int, scrub.Kind] = {}
    known = _is_column(CANVASS)
    for place, name in enumerate(answers.names):
        plain = mapping.plain(name)
        field = BECOMES.get(plain) or (plain if known(name) else field_of(name))
        if plain in COUNTED:
            counted.setdefault(plain, place)
        elif field:
            of.setdefault(field, place)
        elif kind := scrub.column(name):
            dropped[place] = kind
    there = {*of, *counted}
    absent = [each.name for each in CANVASS if each.needed and BECOMES.get(each.name, each.name) not in there]
    if absent:
        raise RecordError(f"{answers.path} has no column {', '.join(absent)} of answers: {HINT}")
    if not answers.rows:
        raise RecordError(f"{answers.path} has a header of answers and no rows; expected a row a sheet: fill it in")
    return Columns(of, dropped, frozenset(counted.values())), counted


def _stopped(draft: Draft, row: Row, other: Mapping[str, int]) -> str | None:
    """yes or no; None, and on the list, where a sheet says neither."""
    read = cells.coded(row.at(other["stopped"]), guide.words("off_duty_officer"), several=False)
    said = read.codes[0]
    if "times" in other:
        times = cells.number(row.at(other["times"]), 0, 1_000)
        if isinstance(times, Unread) or (times is not None and (times > 0) != (said == "yes")):
            draft.list_unread(row.number, "times", "how often, 1 or more where stopped is yes")
    if said not in ("yes", "no"):
        draft.list_unread(row.number, "stopped", "yes or no; without it the sheet counts as not answered")
        return None
    return said


def _roster(book: Book) -> tuple[Place, ...]:
    """The roster page; RecordError names the row where it cannot be right."""
    found = spreadsheet.under_header(book, _is_column(ROSTER), ROSTER_PAGE, HINT, (GUIDE, ANSWERS))
    of = {mapping.plain(name): place for place, name in enumerate(found.names)}
    absent = [column.name for column in ROSTER if column.name not in of]
    if absent:
        raise RecordError(f"{found.path} has no column {', '.join(absent)} of the roster: {HINT}")
    if not found.rows:
        raise RecordError(f"{found.path} has a roster without rows; expected one a department and race: fill it in")
    places = tuple(_place(found, row, of) for row in found.rows)
    first: dict[tuple[str, str], int] = {}
    for place in places:
        if first.setdefault(place.key, place.row) != place.row:
            raise RecordError(
                f"{found.path}, roster rows {first[place.key]} and {place.row} are of one department and race; "
                f"expected one "
                "row for each: add them up"
            )
    return places


def _place(found: Sheet, row: Row, of: Mapping[str, int]) -> Place:
    race = cells.coded(row.at(of["race"]), guide.words("race"), several=False)
    if race.stray or race.codes[0] in UNKNOWN_CODES:
        raise _wrong(found, row, "race", f"one of {', '.join(guide.RACE)}")
    department = cells.text(row.at(of["department"]))
    if department is None:
        raise _wrong(found, row, "department", "a word of your own")
    size, asked = (_whole(found, row, of, name, 0, MOST_PEOPLE) for name in ("size", "asked"))
    if asked > size:
        raise RecordError(
            f"{found.path}, roster row {row.number}: {asked:,} were asked of {size:,} on the roster; "
            f"expected asked <= size: "
            "mend the row"
        )
    days = _whole(found, row, of, "days", 1, MOST_DAYS)
    return Place(row.number, scrub.text(department).text, race.codes[0], size, asked, days)


def _whole(found: Sheet, row: Row, of: Mapping[str, int], name: str, least: int, most: int) -> int:
    read = cells.number(row.at(of[name]), least, most)
    if read is None or isinstance(read, Unread) or read != int(read):
        raise _wrong(found, row, name, f"a whole number, {least} or more")
    return int(read)


def _wrong(found: Sheet, row: Row, column: str, expected: str) -> RecordError:
    return RecordError(f"{found.path}, roster row {row.number}, {column}: expected {expected}: mend the cell")


def _cells(
    draft: Draft,
    made: Sequence[Mapping[str, Any]],
    said: Sequence[str | None],
    places: Sequence[Place],
    group: str,
    whole: bool,
) -> tuple[RosterCell, ...]:
    """Answers counted against the roster; RecordError with rows and figures where there are more than can be."""
    races: dict[str, list[str]] = {}
    for place in places:
        races.setdefault(guide.key(place.department), []).append(place.race)
    answered: Counter[tuple[str, str]] = Counter()
    stopped: Counter[tuple[str, str]] = Counter()
    nowhere, unplaced, several = [], 0, 0
    for telling, word in zip(made, said, strict=True):
        if word is None:
            continue
        department = guide.key(telling["sentinel_group"] or "")
        there = races.get(department, [])
        race = _race(telling["race_self"], there)
        if there and race is None and set(telling["race_self"]) <= set(NO_RACE):
            unplaced += 1
        elif race is None:
            nowhere.append(telling["raw_row"])
        else:
            several += len(telling["race_self"]) > 1
            answered[department, race] += 1
            stopped[department, race] += word == "yes"
    if nowhere:
        raise RecordError(
            f"{draft.sheet.path}: the answers in rows {', '.join(map(str, nowhere))} are of a department "
            f"or race that the roster "
            "has no row for; expected each on it: mend the answer, or add the row"
        )
    for place in places:
        if answered[place.key] > place.asked:
            raise RecordError(
                f"{draft.sheet.path}, roster row {place.row}: {answered[place.key]:,} answers of "
                f"{place.asked:,} asked; expected no "
                "more answers than sheets handed out: mend the count, or look for an answer entered twice"
            )
    if several:
        draft.notes.append(
            f"Answers with several codes of race: {several:,}. Each counts in one cell: the one of its "
            f"codes that the roster has, "
            "HISPANIC before others, else OTHER."
        )
    if unplaced:
        draft.notes.append(
            f"Answers that name no race of the roster: {unplaced:,}. They count in no cell, and look there "
            f"like silence."
        )
    return tuple(
        RosterCell(
            group=group,
            department=place.department,
            race=place.race,
            size=place.size,
            asked=place.asked,
            answered=answered[place.key],
            stopped=stopped[place.key],
            days=place.days,
            whole=whole,
        )
        for place in places
    )


def _race(told: Sequence[str], there: Sequence[str]) -> str | None:
    """The cell of a department an answer counts in: its one code that is there; of several HISPANIC, else OTHER."""
    fitting = [race for race in told if race in there]
    if len(fitting) <= 1:
        return fitting[0] if fitting else ("OTHER" if len(told) > 1 and "OTHER" in there else None)
    return "HISPANIC" if "HISPANIC" in fitting else "OTHER" if "OTHER" in there else None


def _span(made: Sequence[Mapping[str, Any]], places: Sequence[Place], answers: Sheet) -> Coverage | None:
    """Where no answer has a day: as far back from the file's own day as the question reaches."""
    if any(telling["date"] for telling in made):
        return None
    last = date.fromisoformat(answers.dated)
    return Coverage(tellings.source_id(answers.path), last - timedelta(days=max(place.days for place in places)), last)


def refuse_own_roster(sheet: Path, out: Path) -> None:
    """OutputError where the counted roster would take the place of the one that was filled in."""
    if sheet.suffix == ".csv" and roster_beside(out).absolute() == roster_beside(sheet).absolute():
        raise OutputError(
            f"{roster_beside(out)} is the roster that was filled in, and the counted one would take its place: choose "
            "another name with --out"
        )


def write_roster(counted: Sequence[RosterCell], path: Path) -> Path:
    """The cells as a CSV that a plan's [[roster]] names, beside `path`; what was there is replaced."""
    target = roster_beside(path)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(ROSTER_COLUMNS)
    for cell in counted:
        written = [getattr(cell, name) for name in ROSTER_COLUMNS[:-1]]
        rows.writerow([*written, "yes" if cell.whole else "no"])
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text.getvalue(), encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{target} cannot be written ({error.strerror}): choose another place with --out") from error
    return target
