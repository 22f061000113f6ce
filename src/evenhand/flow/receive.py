"""Receive: a file is heard, held against the gates that look at whole files, and kept in the record's columns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand import hear
from evenhand.errors import PlanError
from evenhand.flow import Told, untold
from evenhand.terms.evidence import Light, Reading, RosterCell
from evenhand.terms.result import Verdict

# Readers of sheets that people fill in.
SHEETS = ("inbox", "canvass")
# Cells that could not be read are named up to this many; --json names all.
LISTED = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: the reading with its health, the gates' verdicts, and where it was written.

    Of what people told: `tellings` are its figures, `unreadable` the cells that could not be read; `roster` is
    where the roster of a canvass was written.
    """

    reading: Reading
    verdicts: tuple[Verdict, ...]
    out: Path | None
    tellings: Mapping[str, Any] | None = None
    unreadable: tuple[Any, ...] = ()
    roster: Path | None = None

    @property
    def light(self) -> Light:
        """Red when a gate refuses or the reader says so; yellow on any caution."""
        if self.reading.source.verdict == "red" or any(found.verdict == "refuse" for found in self.verdicts):
            return "red"
        cautious = any(found.verdict == "caution" for found in self.verdicts)
        return "yellow" if cautious or self.reading.source.verdict == "yellow" else "green"

    def summary(self) -> dict[str, Any]:
        """What a program needs to know of it."""
        source = self.reading.source
        told = {} if self.tellings is None else {"tellings": {**self.tellings, "unreadable": self._unreadable()}}
        roster = {"roster": str(self.roster)} if self.roster else {}
        return {
            "source": source.id,
            "sha256": source.sha256,
            "rows": source.rows,
            "verdict": self.light,
            "evidence": list(source.evidence),
            "notes": list(source.notes),
            "gates": [
                {"gate": found.gate, "verdict": found.verdict, "sentence": found.sentence} for found in self.verdicts
            ],
            "health": dict(source.health),
            "out": str(self.out) if self.out else None,
            **told,
            **roster,
        }

    def _unreadable(self) -> list[dict[str, Any]]:
        return [{"row": each.row, "column": each.column, "expected": each.expected} for each in self.unreadable]

    def text(self) -> str:
        """A summary a chief would understand."""
        from evenhand.hear import health

        if self.tellings is not None:
            return "\n".join(self._told(self.tellings))
        source = self.reading.source
        lines = [
            f"{source.rows:,} rows from {source.publisher or source.id}: {self.light}",
            f"sha256 {source.sha256}",
            "",
        ]
        lines += [f"  {sentence}" for sentence in (*source.evidence, *health.summary(source.health, self.light))]
        lines += ["", "What each test will ask of it:"]
        lines += [f"  {found.verdict:12} {found.gate.replace('_', ' '):18} {found.sentence}" for found in self.verdicts]
        lines += ["", "What was done on the way in:", *(f"  {note}" for note in source.notes)] if source.notes else []
        return "\n".join([*lines, *(["", str(self.out)] if self.out else [])])

    def _told(self, figures: Mapping[str, Any]) -> Iterator[str]:
        """The same of a sheet of tellings."""
        source = self.reading.source
        told = f"{figures['tellings']:,} tellings of {figures['encounters']:,} encounters"
        yield f"{told} from {source.publisher}: {self.light}"
        yield f"sha256 {source.sha256}"
        yield ""
        yield "  Who told chose to tell, or was asked: these are accounts, and no rate can be made of them alone."
        yield from (f"  {sentence}" for sentence in source.evidence)
        if figures["by_month_told"]:
            yield f"  Told by month: {_counts(figures['by_month_told'])}."
            yield f"  Told before the last of these months, the baseline: {figures['baseline']:,}."
        if figures["agency_basis"]:
            yield f"  How the tellers knew which agency it was: {_counts(figures['agency_basis'])}."
        if figures["taken"]:
            yield f"  Tellings of which something was taken out on the way in: {_counts(figures['taken'])}."
        if self.unreadable:
            yield ""
            yield f"Could not be read, and is empty now ({len(self.unreadable):,}):"
            yield from (f"  {each}" for each in self.unreadable[:LISTED])
            if len(self.unreadable) > LISTED:
                yield f"  and {len(self.unreadable) - LISTED:,} more: --json lists them all"
        yield ""
        yield "What was done on the way in:"
        yield from (f"  {note}" for note in source.notes)
        yield from (f"{place}" for place in (self.out, self.roster) if place)


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counted.items())


def hear_file(
    path: Path | str, reader: str, settings: Mapping[str, Any], out: Path | None = None, told: Told = untold
) -> Heard:
    """Read a file, look at its health, hold it against the gates; written to `out` when given.

    A canvass writes its roster beside `out`. The gates look at stops; what people told has none here.
    """
    from evenhand.flow.publish import writable
    from evenhand.hear import health, heard
    from evenhand.tables.connect import connect

    if out is not None:
        writable(out.parent)
        if reader == "canvass":
            _keep_roster(Path(path), out)
    told("reading the file", 0, 3)
    connection = connect()
    reading, unreadable, cells = _read(connection, path, reader, settings)
    roster = None
    if out is not None:
        told("writing what was read", 1, 3)
        heard.write(reading, out)
        roster = _write_roster(cells, out) if cells else None
        reading = heard.read(connection, out)
    told("looking at its health", 2, 3)
    reading = health.examine(reading)
    figures = _figures(reading)
    verdicts = gates(reading) if figures is None else ()
    told("done", 3, 3)
    return Heard(reading, verdicts, out, figures, unreadable, roster)


def _read(
    connection: Any, path: Path | str, reader: str, settings: Mapping[str, Any]
) -> tuple[Reading, tuple[Any, ...], tuple[RosterCell, ...]]:
    """The reading; of a sheet also the cells that could not be read, of a canvass the cells of its roster."""
    if reader in SHEETS:
        from evenhand.hear import canvass, inbox

        if reader == "inbox":
            told = inbox.hear(connection, path, **settings)
            return told.reading, told.unreadable, ()
        answers = canvass.hear(connection, path, **settings)
        return answers.heard.reading, answers.heard.unreadable, answers.cells
    return hear.reader(reader)(connection, *((path,) if path else ()), **settings), (), ()


def _keep_roster(sheet: Path, out: Path) -> None:
    from evenhand.hear import canvass

    canvass.refuse_own_roster(sheet, out)


def _write_roster(cells: tuple[RosterCell, ...], out: Path) -> Path:
    from evenhand.hear import canvass

    return canvass.write_roster(cells, out)


def _figures(reading: Reading) -> dict[str, Any] | None:
    """The figures of what people told; None for a file of stops."""
    if "report_id" not in reading.encounters.columns:
        return None
    from evenhand.hear import tellings

    return tellings.figures(reading.encounters)


def gates(reading: Reading) -> tuple[Verdict, ...]:
    """The verdicts of the gates that look at a whole file; those whose column is absent say so."""
    from evenhand.terms.result import Contrast
    from evenhand.weigh.gates.date_heap import DateHeap
    from evenhand.weigh.gates.default_midnight import DefaultMidnight
    from evenhand.weigh.gates.race_missing import RaceMissing
    from evenhand.weigh.gates.rounding import Rounding
    from evenhand.weigh.gates.submission import Submission
    from evenhand.weigh.gates.zone import Zone

    table, anyone = reading.encounters, Contrast("", "", "crosswalk")
    looks: dict[str, tuple[str, Callable[[], Verdict]]] = {
        "zone": ("time_local", lambda: Zone().check(table)),
        "default_midnight": ("time_local", lambda: DefaultMidnight().check(table)),
        "rounding": ("time_local", lambda: Rounding().check(table)),
        "date_heap": ("date", lambda: DateHeap().check(table)),
        "submission": ("date", lambda: Submission().check(table, (reading.coverage,))),
        "race_missing": ("race_officer_options", lambda: RaceMissing().check(table, anyone)),
    }
    return tuple(
        look() if column in table.columns else Verdict(gate, "not assessed", f"the file has no {column}")
        for gate, (column, look) in looks.items()
    )


def template(which: str, out: Path | None = None) -> tuple[Path, ...]:
    """Write an empty sheet, of a mailbox or a canvass, for people to fill in."""
    from evenhand.hear import template

    return template.write("canvass" if which == "canvass" else "inbox", out or Path(f"{which}.xlsx"))


def propose(path: Path | str, reader: str | None = None) -> str:
    """A mapping drafted by looking at the file, for a person to correct; a spreadsheet is taken for a mailbox's."""
    from evenhand.hear import mapped, sheet_mapping, spreadsheet

    if reader == "inbox" or (reader is None and spreadsheet.is_book(path)):
        return sheet_mapping.propose(path)
    return mapped.propose(Path(path))


def settings(reader: str | None, mapping: Path | None, **said: Any) -> tuple[str, dict[str, Any]]:
    """The reader a command names, and what it is told of the source; a mapping alone names the reader mapped."""
    name = reader or ("mapped" if mapping else None)
    if name is None:
        raise PlanError(
            "which reader? --reader open_policing for stops, --reader inbox for what people told, --mapping M.toml, or "
            "--propose to draft a mapping"
        )
    if name == "canvass" and mapping:
        raise PlanError("a canvass takes no mapping: its columns are those that --template canvass writes")
    if said.get("group") and name != "canvass":
        raise PlanError(f"--group names the roster of a canvass, and the reader is {name}: leave it out")
    told = {"mapping": str(mapping) if mapping else None, **said}
    return name, {setting: value for setting, value in told.items() if value}
