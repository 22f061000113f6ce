"""evenhand tell: the page and the statement of a finding."""

import argparse
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """The finding and the folder."""
    command.add_argument("finding", type=Path, metavar="finding.json", help="a finding, or the folder that holds one")
    command.add_argument("--out", type=Path, metavar="DIR", help="folder to write to; the finding's own by default")


def run(options: argparse.Namespace) -> int:
    """Write page and statement; a finding not cleared for release is drawn with that mark and ends with 3."""
    from evenhand.flow import publish

    with show.progress(options) as told:
        made = publish.tell(options.finding, options.out, told)
    show.data(options, made.summary(), made.text())
    return 0
