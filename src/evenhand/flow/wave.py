"""The wave: a simulated mailbox of complaints, then a canvass, each to a page; what was planted comes out last.

Everything goes the way an office would go: the sheets are written, heard, planned, locked, weighed and told by the same
functions as the commands. Nobody was stopped, and every page says so.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evenhand.flow import Told, publish, receive, untold
from evenhand.flow import plan as plans
from evenhand.flow.publish import Made
from evenhand.terms.evidence import SIMULATED

# The wave that is shown: people of colour are stopped more often, and also tell more often; both are planted.
SETTINGS: Mapping[str, Any] = {"ratio": 8.0, "telling_ratio": 2.5, "seed": 2026}
STEPS = ("mailbox", "canvass")
TRUTH_PAGE = "3-truth.html"
# Sections of small tables that the first plan, of the mailbox alone, may name.
OF_THE_MAILBOX = ("[[publicity]]", "[[areas]]")


@dataclass(frozen=True, slots=True)
class Wave:
    """What was written: a finding of the mailbox, one with the canvass, and the page that tells what was planted."""

    sheets: Path
    findings: Mapping[str, Made]
    truth: Path

    def summary(self) -> dict[str, Any]:
        """What a program needs to know of it."""
        return {
            "sheets": str(self.sheets),
            **{name: made.summary() for name, made in self.findings.items()},
            "truth": str(self.truth),
        }

    def text(self) -> str:
        """The same for people: the four questions a chief is asked, as far as each step answers them."""
        lines = ["Simulated: nobody was stopped, and nobody told anything.", ""]
        for at, made in enumerate(self.findings.values(), start=1):
            lines += [f"{at}. {made.document['title']}"]
            lines += [f"     level {claim['level']}  {claim['text']}" for claim in made.document["claims"]]
            lines += [f"     {path}" for path in (made.page, made.bulletin) if path]
            lines += [""]
        return "\n".join([*lines, f"3. What was planted: {self.truth}"])


def demonstrate(out: Path, told: Told = untold, settings: Mapping[str, Any] = SETTINGS) -> Wave:
    """Draw a wave, hear its sheets, weigh and tell it twice, all in `out`; the truth is opened at the end."""
    from evenhand import simulate
    from evenhand.simulate import mailbox
    from evenhand.tell import truth

    publish.writable(out)
    steps = 7
    told("simulating a wave of accounts", 0, steps)
    sheets = out / "sheets"
    world = simulate.world("wave", **settings)
    written = mailbox.write(world, sheets)
    sealed = json.loads(Path(written["answer"]).read_text(encoding="utf-8"))
    told("hearing the mailbox", 1, steps)
    _hear(Path(written["complaints"]), "inbox", sheets / "reports.parquet")
    told("hearing the canvass and the agency's records", 2, steps)
    _hear(Path(written["canvass"]), "canvass", sheets / "canvassed.parquet")
    _hear(Path(written["stops"]), "open_policing", sheets / "stops.parquet")
    findings = {}
    for at, name in enumerate(STEPS):
        told(f"weighing the {name}", 3 + 2 * at, steps)
        weighed = publish.weigh(_planned(sheets, name), out / f"{at + 1}-{name}")
        told(f"telling the {name}", 4 + 2 * at, steps)
        findings[name] = publish.tell(weighed.finding)
    page = publish.write(out / TRUTH_PAGE, truth.page_of([dict(made.document) for made in findings.values()], sealed))
    told("done", steps, steps)
    return Wave(sheets, findings, page)


def _hear(sheet: Path, reader: str, out: Path) -> None:
    name, settings = receive.settings(
        reader, None, timezone="America/Chicago", publisher=f"{SIMULATED}: invented, nobody was stopped", public=True
    )
    receive.hear_file(sheet, name, settings, out)


def _planned(sheets: Path, name: str) -> Path:
    """The plan of one step beside the sheets, with the sections that name their small tables, locked."""
    shipped = Path(__file__).with_name(f"wave_{name}.toml").read_text(encoding="utf-8")
    beside = _sections((sheets / "beside.toml").read_text(encoding="utf-8"))
    kept = [text for text in beside if name != "mailbox" or text.startswith(OF_THE_MAILBOX)]
    plan = sheets / f"{name}.toml"
    plan.write_text("\n\n".join([shipped.rstrip(), *kept]) + "\n", encoding="utf-8")
    plan.with_suffix(".lock").unlink(missing_ok=True)
    plans.lock(plan, datetime.now(UTC).date())
    return plan


def _sections(text: str) -> Iterator[str]:
    """The sections of a TOML file, each from its header on."""
    for part in text.split("\n\n"):
        if part.lstrip().startswith("["):
            yield part.strip()
