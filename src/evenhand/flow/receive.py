"""Receive: a file is heard, held against the gates that look at whole files, and kept in the record's columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand import hear
from evenhand.errors import PlanError
from evenhand.flow import Told, untold
from evenhand.terms.evidence import Light, Reading
from evenhand.terms.result import Verdict


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: the reading with its health, the gates' verdicts, and where it was written."""

    reading: Reading
    verdicts: tuple[Verdict, ...]
    out: Path | None

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
        }

    def text(self) -> str:
        """A summary a chief would understand."""
        from evenhand.hear import health

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


def hear_file(
    path: Path | str, reader: str, settings: Mapping[str, Any], out: Path | None = None, told: Told = untold
) -> Heard:
    """Read a file, look at its health, hold it against the gates; written to `out` when given."""
    from evenhand.flow.publish import writable
    from evenhand.hear import health, heard
    from evenhand.tables.connect import connect

    if out is not None:
        writable(out.parent)
    told("reading the file", 0, 3)
    connection = connect()
    reading = hear.reader(reader)(connection, *((path,) if path else ()), **settings)
    if out is not None:
        told("writing the stops", 1, 3)
        heard.write(reading, out)
        reading = heard.read(connection, out)
    told("looking at its health", 2, 3)
    reading = health.examine(reading)
    verdicts = gates(reading)
    told("done", 3, 3)
    return Heard(reading, verdicts, out)


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


def propose(path: Path | str) -> str:
    """A mapping drafted by looking at the file, for a person to correct."""
    from evenhand.hear import mapped

    return mapped.propose(Path(path))


def settings(reader: str | None, mapping: Path | None, **said: Any) -> tuple[str, dict[str, Any]]:
    """The reader a command names, and what it is told of the source; a mapping alone names the reader mapped."""
    name = reader or ("mapped" if mapping else None)
    if name is None:
        raise PlanError("which reader? --reader open_policing, --mapping M.toml, or --propose to draft a mapping")
    told = {"mapping": str(mapping) if mapping else None, **said}
    return name, {setting: value for setting, value in told.items() if value}
