"""evenhand verify: does a receipt, a ledger, a store or a release hold?"""

import argparse
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """What is given is checked together."""
    command.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="a receipt, promise, ledger, store, release"
    )
    command.add_argument("--first", metavar="SHA256", help="of the first manifest, as you were told it by another way")


def run(options: argparse.Namespace) -> int:
    """A line for each check: ok, FAIL or not checked, what, and why."""
    from datetime import UTC, datetime

    from evenhand.keep.audit import audit

    made = audit(options.paths, datetime.now(UTC), options.first)
    lines = [f"{check.outcome:<11}  {check.what}: {check.why}" for check in made.checks]
    checks = [{"outcome": check.outcome, "what": check.what, "why": check.why} for check in made.checks]
    show.data(options, {"exit": made.exit_code, "checks": checks}, "\n".join(lines))
    counts = {
        outcome: sum(check.outcome == outcome for check in made.checks) for outcome in ("ok", "FAIL", "not checked")
    }
    show.say(options, ", ".join(f"{n} {outcome}" for outcome, n in counts.items()))
    return made.exit_code
