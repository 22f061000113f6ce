"""evenhand weigh: run a plan to finding.json."""

import argparse
from pathlib import Path

from evenhand.cli import show

NOT_ENOUGH_DATA = 4


def arguments(command: argparse.ArgumentParser) -> None:
    """The plan, the engine, the folder."""
    command.add_argument("plan", type=Path, metavar="PLAN.toml", help="the plan to run")
    command.add_argument("--engine", default="duckdb://", metavar="URL", help="duckdb:// (embedded, the default)")
    command.add_argument("--out", type=Path, default=Path("evenhand-finding"), metavar="DIR", help="folder to write to")


def run(options: argparse.Namespace) -> int:
    """Run it; exit 4 when every result is a refusal."""
    from evenhand.flow import publish

    with show.progress(options) as told:
        made = publish.weigh(options.plan, options.out, options.engine, told)
    show.data(options, made.summary(), made.text())
    for line in made.changes:
        show.say(options, f"changed since the plan was locked: {line}")
    return 0 if made.answered else NOT_ENOUGH_DATA
