"""The command line: one file a command, each reads its input, calls one function of `flow`, shows the result.

Data go to stdout, words and progress to stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 refused by the
disclosure gate, 4 not enough data.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from evenhand.errors import EvenhandError

# Commands in the order of a journey, with the line `--help` shows. Their modules import what is heavy when they run.
COMMANDS = {
    "demo": "Minneapolis 2017, real data, from the records to a page anyone can check",
    "hear": "read a file of stops, check it, say in plain words what it can bear",
    "plan": "write, lock or show a plan: what will be asked, before the answers are seen",
    "weigh": "run a plan: a finding with every estimate, refusal and exclusion",
    "tell": "make the page and the one-page statement of a finding",
    "keep": "the ledger's keeper: keys, reports, receipts, the published tree, its witness",
    "serve": "the form that takes reports, on this machine",
    "canvass": "codes on paper for everybody on a roster, then their answers, counted",
    "verify": "does a receipt, a ledger, a store or a release hold?",
    "simulate": "write a world with a planted answer, for critics and for power",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors are one sentence on stderr, a traceback only with --debug."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(given)
    if not options.command:
        parser.print_help()
        return 2
    return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evenhand",
        description="Is it a pattern, is it race, how many more, how sure: stops, weighed so that anyone can check.",
        epilog="Data on stdout, words on stderr. Exit: 0 done, 1 failed, 2 usage, 3 not cleared, 4 not enough data.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        command.add_argument("--json", action="store_true", help="print the result as JSON on stdout")
        command.add_argument("--quiet", action="store_true", help="no words and no progress on stderr")
        command.add_argument("--debug", action="store_true", help="show where an error came from")
        import_module(f"evenhand.cli.{name}").arguments(command)
    return parser


def _version() -> str:
    from importlib.metadata import version

    return f"evenhand {version('evenhand')}"


def _run(options: argparse.Namespace) -> int:
    try:
        return int(import_module(f"evenhand.cli.{options.command}").run(options))
    except EvenhandError as error:
        if options.debug:
            raise
        if options.json:
            print(json.dumps({"error": type(error).__name__, "sentence": str(error)}))
        print(f"evenhand {options.command}: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # whoever read our words has read enough: `evenhand demo | head`; nothing more may be flushed to them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(f"evenhand {options.command}: stopped; nothing half-written was left", file=sys.stderr)
        return 1
