"""evenhand serve: the programs that listen. The drop box now."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from evenhand.cli import show


def arguments(command: argparse.ArgumentParser) -> None:
    """What to serve, from which folder, on which port of this machine."""
    command.add_argument("what", choices=("dropbox",), help="the form that takes reports")
    command.add_argument("--folder", type=Path, default=Path("evenhand-dropbox"), help="made when it is not there")
    command.add_argument("--port", type=int, default=8000, help="on 127.0.0.1; a proxy with TLS stands before it")
    command.add_argument("--processes", type=int, default=1, help="more than one needs PostgreSQL")
    command.add_argument(
        "--publish", action="store_true", help="make the daily batch, and end: for a timer at 06:00 UTC"
    )
    command.add_argument(
        "--document", type=Path, action="append", default=[], help="with --publish: a manifest, a release"
    )
    command.add_argument("--poster", metavar="ADDRESS", help="write a sheet to hang up, with a QR code of it, and end")
    command.add_argument("--to", type=Path, default=Path("poster.html"), help="with --poster: the file")
    command.add_argument(
        "--newest",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that a desk or a witness has: do not start with less than it",
    )
    command.add_argument(
        "--closed", action="store_true", help="no form: answer desks only, while they bring back what is lacking"
    )


def run(options: argparse.Namespace) -> int:
    """Prepare the folder, then become the server."""
    from importlib.util import find_spec

    from evenhand.errors import MissingExtraError, PlanError

    if any(find_spec(name) is None for name in ("django", "granian", "csp", "whitenoise")):
        raise MissingExtraError("the drop box needs Django and a server: pip install 'evenhand[web]'")
    if options.processes > 1 and "EVENHAND_DATABASE_URL" not in os.environ:
        raise PlanError("several processes need PostgreSQL: set EVENHAND_DATABASE_URL, or leave --processes out")
    there = {**os.environ, "EVENHAND_DROPBOX": str(options.folder.absolute())}
    if options.closed:
        there["EVENHAND_CLOSED"] = "1"
    # whoever is closed is about to be given what it lacks
    module, said = "prepare", [] if options.closed else options.newest
    if options.publish:
        module, said = "publish", options.document
    elif options.poster:
        module, said = "poster", [options.poster, options.to]
    command = [sys.executable, "-m", f"evenhand.web.dropbox.{module}", *map(str, said)]
    ended = subprocess.run(command, env=there, check=False).returncode
    if ended or options.publish or options.poster:
        return ended
    show.say(options, f"The form is at http://localhost:{options.port}/ (Ctrl-C ends it).")
    server = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(options.port),
    ]
    limits = ["--workers", str(options.processes), "--blocking-threads", "8", "--log-level", "error", "--no-ws"]
    # the server takes the place of this process, so that it gets the signals
    return os.execvpe(sys.executable, [*server, *limits, "evenhand.web.dropbox.wsgi:application"], there)
