"""evenhand plan: new, lock or show."""

import argparse
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """What to do with which plan."""
    command.add_argument("do", choices=("new", "lock", "show"), help="write an example, lock it, show what it asks")
    command.add_argument("plan", type=Path, metavar="PLAN.toml", help="the plan")
    command.add_argument("--reports", action="store_true", help="with new: an example for reports of a mailbox")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    from evenhand.errors import PlanError
    from evenhand.flow import plan

    if options.reports and options.do != "new":
        raise PlanError(f"--reports is for `evenhand plan new`, not for {options.do}: leave it out")
    if options.do == "new":
        example = plan.REPORTS_EXAMPLE if options.reports else plan.EXAMPLE
        written = plan.new(options.plan, example.read_text(encoding="utf-8"))
        show.data(options, {"plan": str(written)}, str(written))
        show.say(options, "Edit it, then `evenhand plan lock` before you look at any result.")
        return 0
    if options.do == "lock":
        beside = plan.lock(options.plan)
        locked = plan.read(options.plan)
        show.data(options, {"lock": str(beside), "sha256": locked.sha256}, f"{beside}\nsha256 {locked.sha256}")
        return 0
    shown = plan.check(plan.read(options.plan))
    show.data(options, plan.summary(shown), plan.text(shown))
    return 0
