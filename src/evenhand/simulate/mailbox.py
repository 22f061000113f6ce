"""Write a wave as an office would have it: a mailbox sheet, a canvass, small tables beside, and the answer apart.

The mailbox has the mess of real life: a month in place of a day, a date that nobody can read, a name and a telephone
number in an account. Nothing but `truth.json` says what was planted: hand over the rest, and that file afterwards.
"""

import csv
import importlib
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.errors import OutputError
from evenhand.simulate import narrative, stanford
from evenhand.simulate.planted import Recipe, World
from evenhand.terms.evidence import SIMULATED, Benchmark, Lists, Review
from evenhand.terms.sheets import CANVASS, INBOX, ROSTER, SEPARATOR, Column

EXCEL, CSV = ".xlsx", ".csv"
COMPLAINTS, CANVASS_NAME, TRUTH = "complaints", "canvass", "truth.json"
# The pages of a book, as the readers and the templates name them.
TELLINGS, ANSWERS, ROSTER_PAGE = "tellings", "answers", "roster"
UNREADABLE = ("sometime in June?", "last wk", "30.6 or 1.7")
ABOUT = """Simulated: nobody was stopped, and no such places, departments or people exist.
The sheets are as an office might have them; beside.toml names the small tables as a plan does.
What was planted is in truth.json: keep it apart from whoever is to find it.
"""
# Dates inside a book, so that the same seed gives the same bytes.
WRITTEN = (2026, 7, 6, 0, 0, 0)
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
PROPERTIES = "docProps/core.xml"
# A sheet written on another day has other words for what cannot be read.
HAND = 7


def write(recipe: Recipe, out: Path | str, rows: int | None = None) -> Mapping[str, Any]:
    """Draw the world and write it into the folder `out`, or beside the mailbox sheet `out` (.xlsx or .csv).

    Into a folder go Excel sheets where openpyxl is installed, else CSV. `rows` takes the place of `stops`. Gives the
    paths, as text, with the count of tellings and the truth; OutputError where they cannot be written.
    """
    out = Path(out)
    if out.suffix not in ("", EXCEL, CSV):
        raise OutputError(f"cannot write {out.name}: expected a folder, or a name that ends in {EXCEL} or {CSV}")
    ending = out.suffix or (EXCEL if _openpyxl() else CSV)
    sheet = out if out.suffix else out / f"{COMPLAINTS}{ending}"
    if ending == EXCEL and not _openpyxl():
        raise OutputError(
            f"cannot write {sheet.name}: openpyxl is not installed; install evenhand[sheets], or ask for {CSV}"
        )
    world = (recipe if rows is None else replace(recipe, stops=rows)).draw()
    try:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        written = _write(world, sheet, ending)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror or error}; name another place with --out") from error
    return {
        "complaints": str(sheet),
        "rows": world.reports.num_rows,
        **{name: str(path) for name, path in written.items()},
        "truth": dict(world.truth),
    }


def complaints(world: World) -> list[dict[str, Any]]:
    """The tellings as cells of terms/sheets.INBOX, as they were written down."""
    rng = np.random.default_rng([world.settings["seed"], HAND])
    rows = world.reports.to_pylist()
    return [_complaint(rng, row) for row in rows]


def _complaint(rng: np.random.Generator, row: Mapping[str, Any]) -> dict[str, Any]:
    again = row["encounter_id"] != row["report_id"]
    cells = {column.name: row.get(column.name) for column in INBOX}
    return cells | {
        "same_as": row["encounter_id"] if again else None,
        "link_probability": None if row["link_probability"] == 1 else row["link_probability"],
        "same_event": row["event_id"],
        "date": _day_or_month(row) or str(rng.choice(UNREADABLE)),
        "date_to": None,
        "time_local": row["time_local"] if rng.random() < 1 / 2 else str(int(row["time_local"][:2])),
        "narrative": narrative.signed(rng, row["narrative"], row["scrubbed"]),
    }


def _day_or_month(row: Mapping[str, Any]) -> date | str | None:
    """The day; the month as 2026-06 where that is all there is; None where the date cannot be read."""
    day: date | None = row["date"]
    return day.strftime("%Y-%m") if day and row["date_to"] else day


def canvass(world: World) -> list[dict[str, Any]]:
    """The answered sheets as cells of terms/sheets.CANVASS."""
    return [
        {column.name: row.get(column.name) for column in CANVASS}
        | {"date": _day_or_month({"date_to": None, "date": None, **row})}
        for row in world.answers
    ]


def asked(world: World) -> list[dict[str, Any]]:
    """Who was asked, as cells of terms/sheets.ROSTER."""
    return [{column.name: getattr(cell, column.name) for column in ROSTER} for cell in world.rosters]


def _write(world: World, sheet: Path, ending: str) -> dict[str, Path]:
    """Everything beside the mailbox sheet, by name."""
    folder = sheet.parent
    mailbox = {TELLINGS: _cells(INBOX, complaints(world))}
    answers = {ANSWERS: _cells(CANVASS, canvass(world)), ROSTER_PAGE: _cells(ROSTER, asked(world))}
    if ending == EXCEL:
        _book(sheet, mailbox)
        paths = {CANVASS_NAME: _book(folder / f"{CANVASS_NAME}{EXCEL}", answers)}
    else:
        _sheet(sheet, *mailbox[TELLINGS])
        paths = {
            CANVASS_NAME: _sheet(folder / f"{CANVASS_NAME}{CSV}", *answers[ANSWERS]),
            "canvass_roster": _sheet(folder / f"{CANVASS_NAME}.roster{CSV}", *answers[ROSTER_PAGE]),
        }
    paths |= {name: _sheet(folder / f"{name}{CSV}", *rows) for name, rows in _beside(world).items()}
    paths["stops"] = stanford.write(world.table, folder / f"stops{CSV}")
    plain = {
        "beside.toml": _plan(world),
        "README.txt": ABOUT,
        TRUTH: json.dumps(world.answer(sheet.name), indent=2) + "\n",
    }
    for name, text in plain.items():
        (folder / name).write_text(text, encoding="utf-8")
    return paths | {"beside": folder / "beside.toml", "answer": folder / TRUTH}


Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]


def _beside(world: World) -> dict[str, Rows]:
    """The small tables of docs/formats/beside.md that the world has, each as its header and rows."""
    (residents,) = world.benchmarks
    tables: dict[str, Rows | None] = {
        "roster": _values(
            ("department", "race", "size", "asked", "answered", "stopped", "days", "group"), world.rosters
        ),
        "publicity": _values(("day", "what"), world.publicity),
        "areas": _values(("area", "latitude", "longitude", "people"), world.areas),
        "residents": _exposure(residents),
        "codes": _table(world.codes),
        "links": _table(world.links),
        "calls": _table(world.calls),
        "lists": _lists(world.lists[0]) if world.lists else None,
    }
    return {name: rows for name, rows in tables.items() if rows is not None}


def _values(names: Sequence[str], values: Sequence[Any]) -> Rows | None:
    return (names, [[getattr(value, name) for name in names] for value in values]) if values else None


def _table(table: Any) -> Rows | None:
    return None if table is None else (table.column_names, [list(row.values()) for row in table.to_pylist()])


def _lists(lists: Lists) -> Rows:
    return [*lists.names, "count"], [[*cell.on, cell.n] for cell in lists.cells]


def _exposure(benchmark: Benchmark) -> Rows:
    groups = list(next(iter(benchmark.exposure.values())))
    return [benchmark.level, *groups], [[place, *by.values()] for place, by in benchmark.exposure.items()]


def _plan(world: World) -> str:
    """The sections of a plan that name these tables; a publisher that begins so is told to be simulated."""
    sections = ["# Simulated: nobody was stopped. The sections of a plan that name the tables of this folder."]
    sections += [f'[[publicity]]\nday = {each.day.isoformat()}\nwhat = "{each.what}"' for each in world.publicity]
    named = ("roster", "areas", "lists", "codes", "links", "calls")
    there = _beside(world)
    for name in (name for name in named if name in there):
        lines = [f"[[{name}]]", f'path = "{name}{CSV}"', f'publisher = "{SIMULATED}: invented"', "public = true"]
        if name == "lists":
            (lists,) = world.lists
            lines += [f'unit = "{lists.unit}"', f"linkage_error = {lists.linkage_error}"]
            lines += [f"refer = {json.dumps([list(pair) for pair in lists.refer])}"] if lists.refer else []
        sections.append("\n".join(lines))
    if world.review:
        sections.append(_review(world.review))
    return "\n\n".join(sections) + "\n"


def _review(review: Review) -> str:
    names = ("true_pairs", "found", "false_pairs", "linked")
    return "\n".join(["[review]", *(f"{name} = {getattr(review, name)}" for name in names)])


def _cells(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Rows:
    names = [column.name for column in columns]
    return names, [[row[name] for name in names] for row in rows]


def _sheet(path: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(names)
        sheet.writerows([_text(cell) for cell in row] for row in rows)
    return path


def _text(cell: Any) -> Any:
    """A cell: codes parted by `;`, nothing where nothing is known, whole numbers without a point."""
    if isinstance(cell, list):
        return SEPARATOR.join(cell)
    if isinstance(cell, bool):
        return "yes" if cell else ""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return "" if cell is None else cell


def _book(path: Path, pages: Mapping[str, Rows]) -> Path:
    """An Excel book with these pages; days are cells of that kind, as a spreadsheet keeps them."""
    book = _openpyxl().Workbook(write_only=True)
    for title, (names, rows) in pages.items():
        page = book.create_sheet(title)
        page.append(list(names))
        for row in rows:
            page.append([_text(cell) if cell is not None else None for cell in row])
    written = BytesIO()
    book.save(written)
    path.write_bytes(_without_clock(written))
    return path


def _without_clock(written: BytesIO) -> bytes:
    """The same book without the hour at which it was written."""
    day = datetime(*WRITTEN).isoformat() + "Z"
    still = BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            body = before.read(part)
            if part == PROPERTIES:
                body = STAMP.sub(rb"\g<1>" + day.encode(), body)
            after.writestr(zipfile.ZipInfo(part, WRITTEN), body, zipfile.ZIP_DEFLATED)
    return still.getvalue()


def _openpyxl() -> Any:
    """The module that writes Excel books, which comes with the extra `sheets`; None without it."""
    try:
        return importlib.import_module("openpyxl")
    except ImportError:
        return None
