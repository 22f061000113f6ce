"""evenhand demo: from 51,920 real stops to a page."""

import argparse
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """Where to write."""
    command.add_argument("--out", type=Path, default=Path("evenhand-finding"), metavar="DIR", help="folder to write to")


def run(options: argparse.Namespace) -> int:
    """Hear, weigh, tell."""
    from evenhand.flow import demo

    with show.progress(options) as told:
        made = demo.demonstrate(options.out, told)
    show.data(options, made.summary(), made.text())
    show.say(options, f"Open {made.page}")
    return 0
