"""One cell of a sheet that people filled in, as the record has it; `UNREAD` where it cannot be read.

Nothing is guessed: a date that may be the 3rd of April or the 4th of March is not read unless its column tells.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from evenhand.hear import guide
from evenhand.hear.spreadsheet import Cell
from evenhand.terms.codebook import EXCLUSIVE
from evenhand.terms.sheets import SEPARATOR


class Unread:
    """The one value that says: there is something here, and it cannot be read."""


UNREAD: Final = Unread()
Order = Literal["month first", "day first", "untold"]

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# Nobody tells a mailbox of a stop before their grandparents' time, and none is from the next century.
FIRST_YEAR, LAST_YEAR = 1950, 2099
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
ISO_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4})")
NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
WORDS = re.compile(
    r"(?:[a-z]+day,?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<month>[a-z]{3,9})\.?,?"
    r"|(?P<other>[a-z]{3,9})\.?\s+(?P<late>\d{1,2})(?:st|nd|rd|th)?,?)\s+(?P<year>\d{4})"
)
MONTH_WORD = re.compile(r"([a-z]{3,9})\.?,?\s+(\d{4})")
CLOCK = re.compile(
    r"(\d{1,2})(?:\s*(?:[:h.])\s*(\d{2}))?(?:\s*[:]\s*\d{2})?\s*(h|hrs?|o'?clock)?\s*([ap])?\.?\s*(m)?\.?"
)
ABOUT = re.compile(r"^(?:about|around|approx(?:imately|\.)?|at|circa|ca\.?|~)\s*")
MINUTES_OF_DAY = 1440


@dataclass(frozen=True, slots=True)
class Day:
    """The first and the last day a cell may mean; `last` is None where it means one day."""

    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """Codes read from a cell, and whether some of its words were no code."""

    codes: tuple[str, ...]
    stray: bool


def text(cell: Cell) -> str | None:
    """The cell as text: a whole number without its `.0`, spaces single, None where nothing is said."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes") if cell.time() != time() else cell.date().isoformat()
    return " ".join(str(cell).split()) or None


def day_order(column: Iterable[Cell]) -> Order:
    """Whether 3/4/2026 is a day of March or of April, by those cells of the column that can only be one."""
    firsts = seconds = 0
    for cell in column:
        found = NUMBERS.fullmatch(text(cell) or "")
        if found and found[2] != ".":
            firsts += int(found[1]) > 12
            seconds += int(found[3]) > 12
    if bool(firsts) == bool(seconds):
        return "untold"
    return "day first" if firsts else "month first"


def day(cell: Cell, order: Order) -> Day | Unread | None:
    """The day, or the month as its first and last day."""
    if isinstance(cell, datetime):
        return _within(cell.date())
    if isinstance(cell, date):
        return _within(cell)
    said = text(cell)
    return None if said is None else _written(said.lower(), order)


def _written(said: str, order: Order) -> Day | Unread:
    made: Day | Unread = UNREAD
    if found := ISO_DAY.fullmatch(said):
        made = _made(int(found[1]), int(found[2]), int(found[3]))
    elif found := ISO_MONTH.fullmatch(said):
        made = _month(int(found[1] or found[4]), int(found[2] or found[3]))
    elif found := NUMBERS.fullmatch(said):
        made = _numbers(int(found[1]), int(found[3]), found[4], "day first" if found[2] == "." else order)
    elif found := WORDS.fullmatch(said):
        month = _month_number(found["month"] or found["other"])
        made = _made(int(found["year"]), month, int(found["day"] or found["late"]))
    elif found := MONTH_WORD.fullmatch(said):
        made = _month(int(found[2]), _month_number(found[1]))
    return made


def _numbers(first: int, second: int, year: str, order: Order) -> Day | Unread:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    if first > 12 or (order == "day first" and second <= 12) or first == second:
        return _made(full, second, first)
    if second > 12 or order == "month first":
        return _made(full, first, second)
    return UNREAD


def _month_number(word: str) -> int:
    word = "sep" if word == "sept" else word
    return next((number for number, name in enumerate(MONTHS, 1) if word in (name, name[:3])), 0)


def _made(year: int, month: int, number: int) -> Day | Unread:
    try:
        return _within(date(year, month, number))
    except ValueError:
        return UNREAD


def _within(day: date) -> Day | Unread:
    return Day(day) if FIRST_YEAR <= day.year <= LAST_YEAR else UNREAD


def _month(year: int, month: int) -> Day | Unread:
    first = _made(year, month, 1)
    if isinstance(first, Unread):
        return UNREAD
    after = date(year + month // 12, month % 12 + 1, 1)
    return Day(first.first, after - timedelta(days=1))


def minute(cell: Cell) -> tuple[int, int] | Unread | None:
    """The minute of the day as told, and how many minutes it may be off by."""
    if isinstance(cell, datetime):
        return _precise(cell.hour, cell.minute)
    if isinstance(cell, time):
        # a spreadsheet keeps 18:30 as a fraction of a day, a few milliseconds off
        told = (datetime.combine(date(2000, 1, 1), cell) + timedelta(seconds=30)).time()
        return _precise(told.hour, told.minute)
    if isinstance(cell, float) and not isinstance(cell, bool) and 0 < cell < 1:
        return _precise(*divmod(round(cell * MINUTES_OF_DAY) % MINUTES_OF_DAY, 60))
    said = text(cell) if not isinstance(cell, (bool, date, timedelta)) else "?"
    if said is None:
        return None
    return _clock(ABOUT.sub("", said.lower()))


def _clock(said: str) -> tuple[int, int] | Unread:
    if said in ("noon", "midday", "midnight"):
        return (0 if said == "midnight" else 720, 60)
    if re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", said):
        return _precise(int(said[:2]), int(said[2:]))
    found = CLOCK.fullmatch(said)
    if not found:
        return UNREAD
    hour, minutes, half = int(found[1]), int(found[2] or 0), found[4]
    if half:
        if not 1 <= hour <= 12:
            return UNREAD
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minutes > 59:
        return UNREAD
    return (hour * 60, 60) if found[2] is None else _precise(hour, minutes)


def _precise(hour: int, minutes: int) -> tuple[int, int]:
    """People tell round times: how round this one is."""
    return hour * 60 + minutes, next(each for each in (60, 30, 15, 5, 1) if minutes % each == 0)


def number(cell: Cell, least: float, most: float) -> float | Unread | None:
    """A number within bounds; beyond them it is no such number, but a telephone's or a date."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        return cell if least <= cell <= most else UNREAD
    said = text(cell)
    if said is None:
        return None
    found = re.fullmatch(
        r"(?:about|around|~|ca\.?)?\s*(\d{1,6}(?:[.,]\d{1,4})?)\s*(?:%|min(?:ute)?s?\.?)?", said.lower()
    )
    if not found:
        return UNREAD
    value = float(found[1].replace(",", "."))
    if said.endswith("%"):
        value /= 100
    return value if least <= value <= most else UNREAD


def coded(cell: Cell, words: Mapping[str, tuple[str, ...]], several: bool) -> Coded:
    """The codes of a cell; without any, `not_stated`.

    Not knowing stands alone: it is left out beside a code. So do two that cannot both be, and `none` beside
    another: such a cell is stray.
    """
    said = text(cell)
    if said is None:
        return Coded(("not_stated",), stray=False)
    read = [words.get(guide.key(part)) for part in parts(cell, words, several)]
    stray = None in read
    codes = dict.fromkeys(code for meant in read if meant is not None for code in meant)
    known = [code for code in codes if code not in ("unknown", "not_stated")]
    if "none" in known and len(known) > 1:
        known.remove("none")
        stray = True
    for pair in EXCLUSIVE:
        if set(pair) <= set(known):
            known = [code for code in known if code not in pair]
            stray = True
    silent = "unknown" if "unknown" in codes and not stray else "not_stated"
    return Coded(tuple(known) or (silent,), stray)


def parts(cell: Cell, words: Mapping[str, tuple[str, ...]], several: bool) -> list[str]:
    """The words of a cell of codes: parted by `;` or by lines, and by commas where only that makes sense."""
    said = cell if isinstance(cell, str) else text(cell) or ""
    if not several:
        return [" ".join(said.split())] if said.strip() else []
    apart: list[str] = []
    for part in re.split(rf"[{SEPARATOR}\n]", said):
        whole = guide.key(part) in words
        apart += [part.strip()] if whole else [piece.strip() for piece in re.split(r"[,|+]", part)]
    return [part for part in apart if part]


def age_band(cell: Cell) -> str | Unread | None:
    """A band of years, such as 25-34, under 18 or 65+; a lone age becomes the record's band, a date is not read."""
    # a spreadsheet takes 10-17 for the 17th of October
    said = "?" if isinstance(cell, date) else text(cell)
    if said is None:
        return None
    said = re.sub(r"\s*years?(?: old)?", "", said.lower().replace("–", "-")).strip()
    if found := re.fullmatch(r"(\d{1,2})\s*(?:-|to)\s*(\d{1,2})", said):
        return f"{int(found[1])}-{int(found[2])}" if int(found[1]) <= int(found[2]) else UNREAD
    if found := re.fullmatch(r"(?:under|below|<)\s*(\d{1,2})", said):
        return f"under {int(found[1])}"
    if found := re.fullmatch(r"(\d{1,2})\s*(?:\+|and over|or older|and older|or over)|over\s*(\d{1,2})", said):
        return f"{int(found[1] or found[2])}+"
    return _band(int(said)) if re.fullmatch(r"\d{1,2}", said) else UNREAD


def _band(age: int) -> str:
    low, high = next(band for band in BANDS if age <= band[1])
    return f"{low}-{high}" if high < 100 else f"{low}+"


# The record's bands of age (ENCOUNTER).
BANDS = ((0, 9), (10, 17), (18, 24), (25, 34), (35, 49), (50, 64), (65, 120))
