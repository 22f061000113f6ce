"""evenhand canvass: codes for everybody on a roster, on paper; then what they answered, counted by a desk outside."""

import argparse
import json
import os
import subprocess
import sys
from base64 import b64decode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evenhand.cli import ceremony, show

OUTSIDE = "The desk must be outside the department that is asked. The department sees totals that passed the gate only."


def arguments(command: argparse.ArgumentParser) -> None:
    """new, and close."""
    what = command.add_subparsers(dest="do", metavar="DO", required=True, title="what to do")
    new = what.add_parser("new", help="make the slips for a roster", description=f"Make the slips. {OUTSIDE}")
    close = what.add_parser("close", help="end it, and count", description=f"End it, and count. {OUTSIDE}")
    for each in (new, close):
        each.add_argument("--folder", type=Path, required=True, metavar="DROPBOX", help="the drop box's folder")
        for flag in ("--json", "--quiet", "--debug"):
            each.add_argument(flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    new.add_argument("--roster", type=Path, required=True, metavar="FILE", help="CSV: race, sex, age_band, size")
    new.add_argument("--since", type=date.fromisoformat, required=True, metavar="DATE", help="stopped since then?")
    new.add_argument("--until", type=date.fromisoformat, required=True, metavar="DATE", help="the last day to answer")
    new.add_argument("--desk", required=True, help="who holds the answers: a desk outside the department")
    new.add_argument("--label", required=True, metavar="NAME", help="the department, as its people call it")
    new.add_argument("--address", metavar="URL", help="of the form; without it, https:// and the ledger's host")
    new.add_argument("--to", type=Path, required=True, metavar="SHEETS", help="the slips to print, as HTML")
    close.add_argument("--key", type=Path, required=True, metavar="KEYRING", help="of an operator at the desk")
    close.add_argument(
        "--to", type=Path, required=True, metavar="canvass.csv", help="the answers; the roster is beside"
    )
    close.add_argument("--passphrase", type=Path, metavar="FILE", help="a file with its passphrase; asked for without")
    close.add_argument("--store", type=Path, metavar="COPY", help="the desk's own copy, once the last day has passed")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return _new(options) if options.do == "new" else _close(options)


def _new(options: argparse.Namespace) -> int:
    from evenhand.flow import canvass, slips
    from evenhand.keep.durable import check_free, put

    check_free(options.to)
    today = datetime.now(UTC).date()
    folder = options.folder.absolute()
    wanted = (options.roster, folder, options.label, options.desk, options.since, options.until)
    made = canvass.draw_up(*wanted, today, lambda: None)
    address = options.address or f"https://{made.origin.partition('/')[0]}/canvass"
    put(options.to, slips.sheet(made.settings, made.tickets, address, made.desk_label))
    said = {"settings": made.settings.text.decode(), "lookups": [each.hex() for each in made.lookups]}
    try:
        _dropbox(folder, "open", json.dumps(said))
    except BaseException:
        options.to.unlink()
        raise
    show.data(options, {"slips": len(made.tickets), "sheet": str(options.to)}, str(options.to))
    show.say(options, f"{len(made.tickets)} slips. Print, shuffle and hand them out, then delete the file. {OUTSIDE}")
    return 0


def _close(options: argparse.Namespace) -> int:
    from evenhand.errors import PlanError
    from evenhand.flow import canvass
    from evenhand.keep import keyring
    from evenhand.keep.durable import check_free

    check_free(options.to)
    folder, today = options.folder.absolute(), datetime.now(UTC).date()
    made = canvass.settings(folder)
    if made is None:
        raise PlanError(f"{folder} has no canvass: `evenhand canvass new` makes one")
    ring = keyring.load(options.key, lambda: _passphrase(options.passphrase))
    if options.store:
        if made.is_open(today):
            raise PlanError(
                "it still takes answers: close it at the drop box first, or wait until the last day is over"
            )
        frames = canvass.copied(options.store)
    else:
        frames = [b64decode(each) for each in json.loads(_dropbox(folder, "close"))]
        made = canvass.settings(folder) or made
    done = canvass.count(made, frames, ring, options.to, today)
    value: dict[str, Any] = {"size": done.size, "answered": done.answered, "files": [str(each) for each in done.files]}
    show.data(options, value, done.text())
    show.say(options, "Then: evenhand hear FILE --reader canvass --timezone ZONE --out TOLD.parquet. " + OUTSIDE)
    return 0


def _passphrase(path: Path | None) -> str:
    return ceremony.first_line(path) if path else ceremony.typed("Passphrase: ")


def _dropbox(folder: Path, do: str, said: str = "") -> str:
    from evenhand.errors import OutputError

    there = {**os.environ, "EVENHAND_DROPBOX": str(folder)}
    command = [sys.executable, "-m", "evenhand.web.dropbox.tickets", do]
    ended = subprocess.run(command, env=there, input=said, text=True, stdout=subprocess.PIPE, check=False)
    if ended.returncode:
        raise OutputError("the drop box did not do it; what it said stands above")
    return ended.stdout
