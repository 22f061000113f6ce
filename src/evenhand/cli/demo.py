"""evenhand demo: from 51,920 real stops to a page; with --wave, from a simulated mailbox of complaints to two."""

import argparse
from pathlib import Path

from evenhand.cli import show

STOPS, WAVE = Path("evenhand-finding"), Path("evenhand-wave")


def arguments(command: argparse.ArgumentParser) -> None:
    """What to show, and where to write."""
    command.add_argument(
        "--wave", action="store_true", help="a simulated wave of complaints: a mailbox, then a canvass, the truth last"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help=f"folder to write to: {STOPS}, or {WAVE} with --wave")


def run(options: argparse.Namespace) -> int:
    """Hear, weigh, tell."""
    return _wave(options) if options.wave else _stops(options)


def _stops(options: argparse.Namespace) -> int:
    from evenhand.flow import demo

    with show.progress(options) as told:
        made = demo.demonstrate(options.out or STOPS, told)
    show.data(options, made.summary(), made.text())
    show.say(options, f"Open {made.page}")
    return 0


def _wave(options: argparse.Namespace) -> int:
    from evenhand.flow import wave

    with show.progress(options) as told:
        made = wave.demonstrate(options.out or WAVE, told)
    show.data(options, made.summary(), made.text())
    show.say(options, f"Open {made.findings['mailbox'].page}; what was planted is in {made.truth}: open it last")
    return 0
