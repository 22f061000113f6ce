"""evenhand simulate: a world with a planted answer."""

import argparse
from pathlib import Path

from evenhand.cli import show
from evenhand.errors import PlanError


def arguments(command: argparse.ArgumentParser) -> None:
    """The world, its settings, where to write it."""
    command.add_argument("world", nargs="?", metavar="WORLD", help="a world by name; without one, the list")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the world")
    command.add_argument("--rows", type=int, help="how many stops")
    command.add_argument("--out", type=Path, metavar="FILE", help="CSV or Parquet by its ending; a folder for the wave")


def run(options: argparse.Namespace) -> int:
    """Write the world and, beside it, the answer that was planted."""
    from evenhand.flow import rehearse

    if options.world is None:
        stories = rehearse.stories()
        show.data(options, stories, "\n".join(f"{name:16} {story}" for name, story in stories.items()))
        return 0
    settings = dict(_setting(text) for text in options.set)
    out = options.out or rehearse.place(options.world)
    with show.progress(options) as told:
        written = rehearse.write(options.world, settings, out, options.rows, told)
    show.data(options, written, "\n".join(f"{name}: {value}" for name, value in written.items()))
    return 0


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise PlanError(f"--set {text!r}: expected NAME=VALUE")
    return name, value
