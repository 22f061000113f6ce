"""Publish: a plan to finding.json, and a finding to its page and statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.errors import NotClearedError, OutputError
from evenhand.flow import Told, study, untold
from evenhand.flow import plan as plans
from evenhand.tell.strength import ON_REPORTS
from evenhand.terms.finding import Finding, Plan

PAGE, STATEMENT, STATEMENT_TEXT = "index.html", "statement.html", "statement.txt"
BULLETIN, BULLETIN_TEXT = "bulletin.html", "bulletin.txt"


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, and what it says."""

    finding: Path
    document: Mapping[str, Any]
    answered: bool
    page: Path | None = None
    statement: Path | None = None
    bulletin: Path | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """Lines of the plan changed since it was locked."""
        return tuple(self.document["plan"]["changes"])

    def summary(self) -> dict[str, Any]:
        """What a program needs to know of it."""
        return {
            "finding": str(self.finding),
            "page": str(self.page) if self.page else None,
            "statement": str(self.statement) if self.statement else None,
            "bulletin": str(self.bulletin) if self.bulletin else None,
            "title": self.document["title"],
            "plan": self.document["plan"]["sha256"],
            "sources": [source["sha256"] for source in self.document["sources"]],
            "claims": [
                {"id": claim["id"], "level": claim["level"], "text": claim["text"]} for claim in self.document["claims"]
            ],
        }

    def _unclaimed(self) -> list[tuple[str, str]]:
        """Refused results that no claim speaks of: their reason would else stand on the page alone."""
        spoken = [claim["id"] for claim in self.document["claims"]]
        refused = (result for result in self.document["results"] if "refusal" in result["answer"])
        return [
            (result["id"], result["answer"]["refusal"]["reason"])
            for result in refused
            if result["method"] in ON_REPORTS and not any(claim.endswith(f"/{result['id']}") for claim in spoken)
        ]

    def text(self) -> str:
        """The same for people: the title, each claim with its level, where things lie."""
        lines = [self.document["title"], ""]
        lines += [f"  level {claim['level']}  {claim['text']}" for claim in self.document["claims"]]
        lines += [f"  refused  {name}: {reason}" for name, reason in self._unclaimed()]
        lines += ["", f"plan sha256 {self.document['plan']['sha256']}", f"{self.finding}"]
        return "\n".join([*lines, *(str(path) for path in (self.page, self.statement, self.bulletin) if path)])


def weigh(plan_file: Path, out: Path, engine: str = "duckdb://", told: Told = untold) -> Made:
    """Run the plan in a file; finding.json is written into `out` when all is done."""
    return weigh_plan(plans.read(plan_file), out, engine, told)


def weigh_plan(plan: Plan, out: Path, engine: str = "duckdb://", told: Told = untold) -> Made:
    """Run a plan; finding.json is written into `out` when all is done."""
    from evenhand.tables.connect import connect
    from evenhand.tell import document

    writable(out)
    finding: Finding = study.study(plan, connect(engine), told)
    made = document.to_document(finding)
    return Made(document.write(made, out), made, study.answered(finding))


def tell(finding: Path, out: Path | None = None, told: Told = untold) -> Made:
    """Write page and statement of a finding into `out` (its own folder by default), and a draft bulletin of reports.

    A finding that is not cleared for release is drawn with that mark and then NotClearedError is raised.
    """
    from evenhand.tell import bulletin, document, page, statement

    read = document.read(finding)
    folder = out or (finding if finding.is_dir() else finding.parent)
    writable(folder)
    told("drawing the page", 0, 2)
    written = write(folder / PAGE, page.page(read))
    told("writing the statement", 1, 2)
    stated = write(folder / STATEMENT, statement.statement(read))
    write(folder / STATEMENT_TEXT, statement.text(read))
    drafted = None
    if bulletin.told_of(read):
        drafted = write(folder / BULLETIN, bulletin.bulletin(read))
        write(folder / BULLETIN_TEXT, bulletin.text(read))
    told("done", 2, 2)
    if not read["cleared"]:
        raise NotClearedError(
            f"{written} is marked *not cleared for release*: only agencies' public records and simulated sources are "
            "told before the disclosure gate stands"
        )
    return Made(finding, read, True, written, stated, drafted)


def writable(folder: Path) -> None:
    """OutputError before any work when `folder` cannot be written to."""
    import os

    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise OutputError(f"{folder} cannot be written to: choose another folder with --out")


def write(path: Path, text: str) -> Path:
    """A text at its place, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose another folder with --out") from error
    return path
