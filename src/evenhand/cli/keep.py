"""evenhand keep: the ledger's keeper: ceremony, report, publish, receipt, witness, rotate, shred, pull, append."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from evenhand.cli import ceremony, copy, show

DO = {
    "ceremony": "make keys, and the manifest that says who is behind a ledger",
    "report": "seal a report, keep it, and hand out its code and promise",
    "publish": "number what waits, and publish the tree with its checkpoint",
    "receipt": "hand out the receipt of what is kept under a code",
    "witness": "check a published ledger, and sign its checkpoint",
    "rotate": "give a desk new reading keys, take them up, or strike out an operator",
    "shred": "take out what was withdrawn or has reached its term",
    "pull": "fetch a drop box's ledger into a desk's own copy, sealed as it is",
    "append": "bring acts to a drop box, or what it lacks after a backup was put back",
}


def arguments(command: argparse.ArgumentParser) -> None:
    """A word for each thing a keeper does."""
    what = command.add_subparsers(dest="do", metavar="DO", required=True, title="what to do")
    made = {
        name: what.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.") for name, line in DO.items()
    }
    for name in ("report", "publish", "receipt", "shred"):
        made[name].add_argument("store", type=Path, metavar="STORE", help="the folder with what is kept")
        made[name].add_argument("ledger", type=Path, metavar="LEDGER", help="the folder that is published")
    ceremony.steps(made["ceremony"], _common)
    ceremony.rotation(made["rotate"])
    _report(made["report"])
    _publish(made["publish"])
    made["receipt"].add_argument("--code", type=Path, metavar="FILE", help="a file with the code; asked for without")
    made["receipt"].add_argument("--to", type=Path, required=True, metavar="FILE", help="where the receipt goes")
    _witness(made["witness"])
    copy.arguments(made["pull"], made["append"])
    made["shred"].add_argument("--hold", type=Path, metavar="FILE", help="commitments under a legal hold, one a line")
    made["shred"].add_argument("--only-say", action="store_true", help="say what is due, and shred nothing")
    for name, parser in made.items():
        if name != "ceremony":
            _common(parser)


def _common(parser: argparse.ArgumentParser) -> None:
    # behind the inner word too: `evenhand keep publish ... --json`
    said = {"--json": "print the result as JSON", "--quiet": "no words", "--debug": "show where an error came from"}
    for flag, words in said.items():
        parser.add_argument(flag, action="store_true", default=argparse.SUPPRESS, help=words)


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--for", dest="desks", action="append", required=True, metavar="DESK", help="who may read it")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="answers, as one object of JSON")
    parser.add_argument("--story", type=Path, metavar="FILE", help="what happened, as text")
    parser.add_argument("--language", default="und", metavar="TAG", help="of the story (BCP 47); und: not known")
    parser.add_argument("--key", type=Path, required=True, metavar="promise.key", help="what signs the promise")
    parser.add_argument("--promise", type=Path, required=True, metavar="FILE", help="where the promise goes")


def _publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=Path, required=True, metavar="log.key", help="what signs the checkpoint")
    parser.add_argument(
        "--document",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="take in a manifest, a release's folder",
    )
    parser.add_argument(
        "--cosigned", type=Path, action="append", default=[], metavar="FILE", help="a checkpoint that a witness signed"
    )
    parser.add_argument("--openings", action="store_true", help="write openings too: for desks and witnesses only")
    parser.add_argument("--late", action="store_true", help="the clock is right, and days were missed")


def _witness(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", type=Path, metavar="LEDGER", help="the published ledger")
    parser.add_argument("--key", type=Path, required=True, metavar="witness.key", help="what signs")
    parser.add_argument("--state", type=Path, required=True, metavar="FOLDER", help="what this witness has seen")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="where the cosigned checkpoint goes")
    parser.add_argument("--first", metavar="SHA256", help="of the first manifest, as you were told it by another way")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    done = {
        "ceremony": ceremony.run,
        "rotate": ceremony.rotate,
        "report": _do_report,
        "publish": _do_publish,
        "receipt": _do_receipt,
        "witness": _do_witness,
        "shred": _do_shred,
        "pull": copy.pull,
        "append": copy.append,
    }
    return done[options.do](options)


def _unlocked(path: Path) -> str:
    from evenhand.errors import FormatError

    raise FormatError(
        f"{path} is under a passphrase, and a server's key is not: choose log.key, promise.key, witness.key"
    )


def _do_report(options: argparse.Namespace) -> int:
    from evenhand.flow import vault
    from evenhand.keep import code, keyring
    from evenhand.keep.durable import check_free

    check_free(options.promise)
    key = keyring.load(options.key, lambda: _unlocked(options.key))
    facts, story = vault.read_facts(options.facts), vault.read_story(options.story)
    today = datetime.now(UTC).date()
    kept = vault.keep_report(options.store, options.ledger, options.desks, facts, options.language, story, key, today)
    value = {"code": kept.code, "promise": str(options.promise)}
    # the report is kept: whatever becomes of the file, its code must not be lost
    show.data(options, value, f"{code.shown(kept.code)}\n{options.promise}")
    vault.write(options.promise, kept.promise.bytes)
    show.say(options, "Kept. The code is shown once, here, and stored nowhere: write it down.")
    return 0


def _do_publish(options: argparse.Namespace) -> int:
    from evenhand.flow import vault
    from evenhand.keep import keyring

    key = keyring.load(options.key, lambda: _unlocked(options.key))
    said = {"openings": options.openings, "late": options.late}
    with vault.opened(options.store, options.ledger) as held:
        done = vault.publish(held, options.ledger, key, datetime.now(UTC), options.document, options.cosigned, **said)
    value = {"size": done.size, "numbered": done.numbered, "checkpoint": done.checkpoint.bytes.decode()}
    show.data(options, value, done.checkpoint.bytes.decode().rstrip())
    show.say(options, f"{done.numbered} numbered; {done.size} leaves in all.")
    return 0


def _do_receipt(options: argparse.Namespace) -> int:
    from evenhand.flow import vault
    from evenhand.keep.durable import check_free

    check_free(options.to)
    typed = ceremony.first_line(options.code) if options.code else ceremony.typed("Code: ")
    proof = vault.give_receipt(options.store, options.ledger, typed)
    vault.write(options.to, proof.bytes)
    show.data(options, {"receipt": str(options.to), "index": proof.index}, str(options.to))
    show.say(options, f"Leaf {proof.index}. Check it with `evenhand verify {options.to} {options.ledger}`.")
    return 0


def _do_witness(options: argparse.Namespace) -> int:
    from evenhand.flow import vault
    from evenhand.keep import keyring, note
    from evenhand.keep.durable import check_free

    check_free(options.to)
    key = keyring.load(options.key, lambda: _unlocked(options.key))
    cosigned = vault.cosign(options.ledger, options.state, key, datetime.now(UTC), options.first)
    vault.write(options.to, cosigned.bytes)
    size = note.read_checkpoint(cosigned).size
    show.data(options, {"checkpoint": str(options.to), "size": size}, str(options.to))
    show.say(
        options, f"Seen and signed: {size} leaves. The ledger takes it in with `evenhand keep publish --cosigned`."
    )
    return 0


def _do_shred(options: argparse.Namespace) -> int:
    from evenhand.flow import vault

    held_back = vault.read_held_back(options.hold) if options.hold else frozenset()
    today = datetime.now(UTC).date()
    due = vault.shred(options.store, options.ledger, today, held_back, options.only_say)
    plain = "\n".join(f"{n} {reason}" for reason, n in due.reasons) or "nothing is due"
    show.data(options, {"frames": len(due.digests), "reasons": dict(due.reasons)}, plain)
    if due.digests and not options.only_say:
        show.say(
            options, "Shredded here. Backups and snapshots of the file system may hold them for as long as they live."
        )
    return 0
