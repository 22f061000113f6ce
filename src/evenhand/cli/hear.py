"""evenhand hear: read a file, check it, keep it in the record's columns."""

import argparse
from pathlib import Path

from evenhand.cli import show
from evenhand.errors import PlanError


def arguments(command: argparse.ArgumentParser) -> None:
    """The file, its reader, what the reader needs to be told; or the empty sheet that is wanted."""
    command.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="CSV or Parquet; of what people told, Excel, ODS or CSV"
    )
    command.add_argument(
        "--reader",
        metavar="NAME",
        help="of stops minneapolis, open_policing or mapped; of what people told inbox or canvass; heard for our own",
    )
    command.add_argument("--mapping", type=Path, metavar="M.toml", help="for mapped and inbox: what the columns mean")
    command.add_argument("--timezone", metavar="ZONE", help="IANA zone of the times, such as America/Chicago")
    command.add_argument("--publisher", metavar="WHO", help="who gave the file out, or whose mailbox it is")
    command.add_argument("--address", metavar="WHERE", help="where it can be fetched")
    command.add_argument("--group", metavar="NAME", help="for canvass: whose roster it is")
    command.add_argument(
        "--public", action="store_true", help="the agency published these rows itself, or they are simulated"
    )
    command.add_argument(
        "--out", type=Path, metavar="STOPS.parquet", help="write what was read in the record's columns"
    )
    command.add_argument("--propose", action="store_true", help="draft a mapping by looking at the file")
    command.add_argument(
        "--template", choices=("inbox", "canvass"), help="write an empty sheet to fill in, to --out (.xlsx or .csv)"
    )


def run(options: argparse.Namespace) -> int:
    """Write an empty sheet, propose a mapping, or hear the file and print its health."""
    from evenhand.flow import receive

    if options.template:
        return _template(options)
    if options.propose:
        draft = receive.propose(options.file, options.reader)
        show.data(options, {"mapping": draft}, draft)
        reader = f"--reader {options.reader} " if options.reader else ""
        kept = "TOLD" if options.reader == "inbox" else "STOPS"
        show.say(options, f"Correct it, then: evenhand hear FILE {reader}--mapping M.toml --out {kept}.parquet")
        return 0
    with show.progress(options) as told:
        said = {name: getattr(options, name) for name in ("timezone", "publisher", "address", "group", "public")}
        reader, settings = receive.settings(options.reader, options.mapping, **said)
        heard = receive.hear_file(options.file, reader, settings, options.out, told)
    show.data(options, heard.summary(), heard.text())
    return 0


def _template(options: argparse.Namespace) -> int:
    from evenhand.flow import receive

    if options.file:
        raise PlanError("--template writes an empty sheet and reads no file: name its place with --out")
    written = receive.template(options.template, options.out)
    show.data(options, {"written": [str(path) for path in written]}, "\n".join(map(str, written)))
    then = f"evenhand hear FILE --reader {options.template} --timezone ZONE --out TOLD.parquet"
    show.say(options, f"Fill it in, then: {then}")
    return 0
