"""evenhand keep pull, and evenhand keep append: a desk's own copy, and what a desk brings to its drop box."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.cli import ceremony, show

if TYPE_CHECKING:
    from evenhand.keep.note import Signer


def arguments(pull: argparse.ArgumentParser, append: argparse.ArgumentParser) -> None:
    """Where the drop box is, who asks, and where the copy lies."""
    for parser in (pull, append):
        parser.add_argument("url", metavar="URL", help="the drop box: https, or an onion")
        parser.add_argument("--key", type=Path, required=True, metavar="KEYRING", help="of an operator")
        ceremony.passphrase(parser)
    pull.add_argument("--to", type=Path, required=True, metavar="COPY", help="the folder with this desk's copy")
    pull.add_argument("--first", metavar="SHA256", help="of the first manifest, as you were told it by another way")
    append.add_argument("--copy", type=Path, required=True, metavar="COPY", help="the folder with this desk's copy")
    append.add_argument("--give-back", action="store_true", help="all that a drop box lacks which was put back")
    append.add_argument("acts", type=Path, nargs="*", metavar="ACT", help="acts, each a sealed frame in a file")


def _operator(options: argparse.Namespace) -> "Signer":
    from evenhand.keep import keyring

    ask = ceremony.asked(options)
    return keyring.load(options.key, lambda: ask(options.key.name)).signer("operator")


def pull(options: argparse.Namespace) -> int:
    """Fetch what is new."""
    from evenhand.flow import pull

    signer = _operator(options)
    with show.progress(options) as told:
        done = pull.pull(options.url, signer, options.to, told, options.first)
    value = {"size": done.size, "new": done.new, "waiting": done.waiting, "lost": done.lost, "manifest": done.first}
    show.data(options, value, f"{done.size} leaves, {done.new} new; {done.waiting} wait for their number")
    if done.lost:
        show.say(
            options,
            f"{done.lost} that waited here are not at the drop box any more: it lost them, or was put back from a "
            "backup. `evenhand keep append --give-back` brings them.",
        )
    show.say(options, f"The first manifest is {done.first}: compare it with the sheet.")
    return 0


def append(options: argparse.Namespace) -> int:
    """Bring acts, or what a restored drop box lacks."""
    from evenhand.errors import PlanError
    from evenhand.flow import append

    if bool(options.acts) == options.give_back:
        raise PlanError("give the files of acts, or --give-back: one of the two")
    signer = _operator(options)
    with show.progress(options) as told:
        if options.give_back:
            kept = append.give_back(options.url, signer, options.copy, told)
        else:
            kept = append.acts(options.url, signer, options.copy, [path.read_bytes() for path in options.acts])
    show.data(options, {"kept": kept}, f"{kept} kept that were not there")
    return 0
