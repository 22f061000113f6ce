"""Headcount: the roster of a canvass as sizes by race, sex and age band, and never a person; a small CSV.

What looks like a name, an address, a badge or a number of somebody is refused with words on why.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import RecordError
from evenhand.hear import cells, guide, mapping, scrub
from evenhand.hear.cells import Unread
from evenhand.terms.encounter import UNKNOWN_CODES

COLUMNS = ("race", "sex", "age_band", "size")
SEXES = ("man", "woman", "nonbinary", "other", "declined")
MOST = 20_000
WHY = "a roster here is a count, so that nothing ties an answer to a person"


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people of one race, sex and age band are on the roster; an empty text where it is not told apart."""

    race: str
    sex: str
    age_band: str
    size: int


def read(path: Path) -> tuple[Cell, ...]:
    """The cells of a roster; RecordError names the column or row that cannot be, and never what stands in it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream, strict=True) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise RecordError(f"{path} cannot be read: expected a CSV in UTF-8 with {', '.join(COLUMNS)}") from None
    of = _columns(path, rows[0] if rows else [])
    found = tuple(_cell(path, number, row, of) for number, row in enumerate(rows[1:], start=2))
    if len({(each.race, each.sex, each.age_band) for each in found}) != len(found):
        raise RecordError(f"{path} has two rows of one race, sex and age band: add them up")
    people = sum(each.size for each in found)
    if not 1 <= people <= MOST:
        raise RecordError(f"{path} counts {people:,} people; expected 1 to {MOST:,}")
    return found


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    of: dict[str, int] = {}
    for place, name in enumerate(header):
        plain = {"gender": "sex"}.get(mapping.plain(name), mapping.plain(name))
        if plain not in COLUMNS:
            kind = scrub.column(name)
            held = "looks like a column that tells who somebody is" if kind else "is no column of a roster"
            raise RecordError(
                f"{path}: column {place + 1} {held}; expected {', '.join(COLUMNS)} alone: {WHY}; count first"
            )
        of[plain] = place
    if not {"race", "size"} <= of.keys():
        raise RecordError(f"{path} needs the columns race and size, and may have sex and age_band: {WHY}")
    return of


def _cell(path: Path, number: int, row: list[str], of: dict[str, int]) -> Cell:
    at = {name: row[place].strip() if place < len(row) else "" for name, place in of.items()}
    race = cells.coded(at["race"], guide.words("race"), several=False)
    if race.stray or race.codes[0] in UNKNOWN_CODES:
        raise _wrong(path, number, "race", f"one of {', '.join(guide.RACE)}")
    sex = cells.coded(at.get("sex", ""), guide.words("gender"), several=False)
    if sex.stray:
        raise _wrong(path, number, "sex", f"one of {', '.join(SEXES)}, or nothing")
    band = cells.age_band(at.get("age_band", ""))
    if isinstance(band, Unread):
        raise _wrong(path, number, "age_band", "a band such as 25-34, or nothing")
    size = cells.number(at["size"], 0, MOST)
    if size is None or isinstance(size, Unread) or size != int(size):
        raise _wrong(path, number, "size", "a whole number of people")
    return Cell(race.codes[0], "" if sex.codes[0] in UNKNOWN_CODES else sex.codes[0], band or "", int(size))


def _wrong(path: Path, number: int, column: str, expected: str) -> RecordError:
    return RecordError(f"{path}, row {number}, {column}: expected {expected}; {WHY}")
