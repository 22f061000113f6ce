"""evenhand keep ceremony, and evenhand keep rotate: keys are made, tried, printed, put together, renewed."""

import argparse
from collections.abc import Callable, Container
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.cli import show

if TYPE_CHECKING:
    from evenhand.flow.ceremony import Made

STEPS = {
    "log": "the keys of a ledger's server",
    "witness": "the key of a witness",
    "desk": "the keys of a desk, tried, with its printed sheet",
    "manifest": "draw up a manifest of the parts that people brought",
    "sign": "sign a manifest that was drawn up",
}
NAMES = {
    "log": "the origin, such as report.example.org/ledger",
    "witness": "such as witness.example.org/w1",
    "desk": "in small letters, such as civil-rights",
}
REHEARSAL = "this is a rehearsal"


def steps(parser: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """The steps of a ceremony."""
    made = parser.add_subparsers(dest="step", metavar="STEP", required=True, title="steps")
    step = {name: made.add_parser(name, help=line, description=f"Make {line}.") for name, line in STEPS.items()}
    step["manifest"].description, step["sign"].description = "Draw up a manifest.", "Sign a manifest."
    for name, words in NAMES.items():
        step[name].add_argument("name", metavar="NAME", help=words)
        step[name].add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a folder for the keys")
    desk = step["desk"]
    desk.add_argument("--label", required=True, help="what a form calls this desk")
    desk.add_argument("--language", default="en", help="of the label (BCP 47)")
    desk.add_argument(
        "--operator", action="append", required=True, metavar="ROLES", help="of facts,story,code,adjudicate,release"
    )
    desk.add_argument("--rehearse", action="store_true", help="with a passphrase that everybody knows")
    draft = step["manifest"]
    draft.add_argument("draft", type=Path, metavar="DRAFT", help="the file to write")
    draft.add_argument(
        "--part", type=Path, action="append", default=[], metavar="FILE", help="log.part, desk.part, ..."
    )
    draft.add_argument("--quorum", type=int, metavar="N", help="witnesses that make a receipt final; as before, or 0")
    draft.add_argument("--after", type=Path, metavar="LEDGER", help="the next version of this ledger's manifest")
    step["sign"].add_argument("draft", type=Path, metavar="DRAFT", help="the manifest")
    step["sign"].add_argument("--key", type=Path, required=True, metavar="FILE", help="root.keyring or log.key")
    step["sign"].add_argument("--rehearse", action="store_true", help="the passphrase is that of a rehearsal")
    for each in step.values():
        common(each)
    for name in ("desk", "sign"):
        passphrase(step[name])


def rotation(parser: argparse.ArgumentParser) -> None:
    """What a rotation takes."""
    parser.add_argument("ledger", type=Path, metavar="LEDGER", help="the published ledger")
    parser.add_argument("--desk", metavar="NAME", help="make new reading keys for this desk")
    parser.add_argument("--key", type=Path, metavar="root.keyring", help="the desk's root, with --desk")
    parser.add_argument("--take-up", type=Path, metavar="op.keyring", help="put new keys into an operator's keyring")
    parser.add_argument("--new", type=Path, metavar="reading.keyring", help="the new keys, with --take-up")
    parser.add_argument("--strike", action="append", default=[], metavar="OPERATOR", help="draw up a manifest without")
    parser.add_argument("--to", type=Path, metavar="PATH", help="a folder for new keys, or the draft to write")
    passphrase(parser)


def passphrase(parser: argparse.ArgumentParser) -> None:
    """Where a passphrase comes from."""
    parser.add_argument("--passphrase", type=Path, metavar="FILE", help="a file with it; asked for without")


def asked(options: argparse.Namespace, made: Container[str] = ()) -> Callable[[str], str]:
    """The passphrase of a keyring by its file's name: of a file, of a rehearsal, or asked for once.

    For keyrings that are `made` now it is typed twice: a slip that nobody saw would lock them for good.
    """
    from evenhand.errors import FormatError

    known: dict[str, str] = {}
    said = first_line(options.passphrase) if options.passphrase else None

    def ask(name: str) -> str:
        if getattr(options, "rehearse", False):
            return REHEARSAL
        if name not in known:
            known[name] = said or typed(f"Passphrase for {name}: ")
            while not said and name in made and typed(f"The same again for {name}: ") != known[name]:
                known[name] = typed(f"They differ. Passphrase for {name}: ")
            if not known[name]:
                raise FormatError(f"no passphrase was given for {name}: nothing was opened")
        return known[name]

    return ask


def typed(prompt: str) -> str:
    """What is typed at a prompt, and not shown; FormatError where nobody is there to type."""
    from getpass import getpass

    from evenhand.errors import FormatError

    try:
        return getpass(prompt)
    except EOFError:
        raise FormatError("nothing was typed: answer, or give a file (--passphrase, --code)") from None


def first_line(path: Path) -> str:
    """The first line of a file with a passphrase or a code in it."""
    from evenhand.errors import FormatError

    try:
        return path.read_text(encoding="utf-8").split("\n")[0]
    except (OSError, UnicodeDecodeError):
        raise FormatError(f"{path} cannot be read: expected a text of one line") from None


def run(options: argparse.Namespace) -> int:
    """One step of a ceremony."""
    from evenhand.flow import ceremony
    from evenhand.keep.manifest import Label

    today = datetime.now(UTC).date()
    if options.step == "log":
        _made(options, ceremony.make_log(options.to, options.name))
    elif options.step == "witness":
        _made(options, ceremony.make_witness(options.to, options.name))
    elif options.step == "desk":
        show.say(options, "Making and trying the keys; each keyring takes a second or two to lock.")
        roles = [each.split(",") for each in options.operator]
        label = Label(options.name, options.language, options.label)
        rings = ["root.keyring", *(f"op-{n}.keyring" for n in range(1, len(roles) + 1))]
        _made(options, ceremony.make_desk(options.to, options.name, label, roles, asked(options, rings), today))
        show.say(options, "Print sheet.txt, sign it, and destroy the file: it holds the recovery key.")
    elif options.step == "manifest":
        from evenhand.flow.vault import manifests

        before = manifests(options.after) if options.after else ()
        drawn = ceremony.draw_up(options.part, options.quorum, today, before)
        _drafted(options, options.draft, ceremony.write_draft(options.draft, drawn), "Read it aloud before you sign.")
    else:
        from evenhand.keep import keyring

        ask = asked(options)
        signed = ceremony.sign(options.draft, keyring.load(options.key, lambda: ask(options.key.name)))
        names = ", ".join(each.name for each in signed.signatures)
        _drafted(options, options.draft, ceremony.text_fingerprint(options.draft), f"Signed by {names}.")
    return 0


def rotate(options: argparse.Namespace) -> int:
    """New reading keys, taken up, or an operator struck out."""
    from evenhand.errors import FormatError
    from evenhand.flow import ceremony
    from evenhand.flow.vault import manifests

    today = datetime.now(UTC).date()
    if options.desk and options.key and options.to:
        ask = asked(options, ["reading.keyring"])
        made = ceremony.rotate(options.to, options.key, options.desk, manifests(options.ledger), ask, today)
        _made(options, made)
        show.say(options, "The log signs the manifest too; then publish it, and each operator takes up the new keys.")
    elif options.take_up and options.new:
        taken = ceremony.take_up(options.take_up, options.new, asked(options))
        count = sum(each.use in ("facts", "story") for each in taken.secrets)
        show.data(options, {"reading_keys": count}, f"{options.take_up}\nreading keys {count}, the newest first")
    elif options.strike and options.to:
        drawn = ceremony.strike(manifests(options.ledger), options.strike, today)
        _drafted(options, options.to, ceremony.write_draft(options.to, drawn), "Its desk's root and the log sign it.")
    else:
        raise FormatError(
            "a rotation is --desk NAME --key root.keyring --to FOLDER, --take-up op.keyring --new reading.keyring, or "
            "--strike OPERATOR --to DRAFT"
        )
    return 0


def _made(options: argparse.Namespace, made: "Made") -> None:
    value = {"files": [str(path) for path in made.files], "fingerprints": dict(made.fingerprints)}
    plain = [str(path) for path in made.files] + [f"{owner}\n  {print_}" for owner, print_ in made.fingerprints]
    show.data(options, value, "\n".join(plain))


def _drafted(options: argparse.Namespace, path: Path, print_: str, words: str) -> None:
    show.data(
        options, {"manifest": str(path), "text_sha256": print_.replace(" ", "")}, f"{path}\ntext sha256\n  {print_}"
    )
    show.say(options, words)
