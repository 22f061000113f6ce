"""evenhand hear: read a file, check it, keep it in the record's columns."""

import argparse
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """The file, its reader, what the reader needs to be told."""
    command.add_argument("file", nargs="?", default="", metavar="FILE", help="CSV or Parquet")
    command.add_argument("--reader", metavar="NAME", help="minneapolis, open_policing, mapped or heard")
    command.add_argument("--mapping", type=Path, metavar="M.toml", help="for mapped: what the columns mean")
    command.add_argument("--timezone", metavar="ZONE", help="IANA zone of the times, such as America/Chicago")
    command.add_argument("--publisher", metavar="WHO", help="who gave the file out")
    command.add_argument("--address", metavar="WHERE", help="where it can be fetched")
    command.add_argument(
        "--public", action="store_true", help="the agency published these rows itself, or they are simulated"
    )
    command.add_argument("--out", type=Path, metavar="STOPS.parquet", help="write the stops in the record's columns")
    command.add_argument("--propose", action="store_true", help="draft a mapping by looking at the file")


def run(options: argparse.Namespace) -> int:
    """Propose a mapping, or hear the file and print its health."""
    from evenhand.flow import receive

    if options.propose:
        draft = receive.propose(options.file)
        show.data(options, {"mapping": draft}, draft)
        show.say(options, "Correct it, then: evenhand hear FILE --mapping M.toml --out STOPS.parquet")
        return 0
    with show.progress(options) as told:
        said = {name: getattr(options, name) for name in ("timezone", "publisher", "address", "public")}
        reader, settings = receive.settings(options.reader, options.mapping, **said)
        heard = receive.hear_file(options.file, reader, settings, options.out, told)
    show.data(options, heard.summary(), heard.text())
    return 0
