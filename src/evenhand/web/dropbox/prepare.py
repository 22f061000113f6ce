"""Prepare: a folder becomes a drop box. Its database is made, and, for a trial, keys that everybody knows how to open.

`python -m evenhand.web.dropbox.prepare` before the server starts; a folder that was prepared stays as it is.
"""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evenhand.errors import EvenhandError, FormatError, OutputError, ProofError
from evenhand.flow import ceremony, vault
from evenhand.keep import keyring, manifest, note, tree
from evenhand.keep.manifest import Label
from evenhand.web.dropbox import settings

ORIGIN = "localhost/ledger"
REHEARSAL = "this is a rehearsal"
DESKS = (("civil-rights", "Trial office one (civil rights)"), ("legal", "Trial office two (legal help)"))


def prepare() -> bool:
    """Make what is missing; whether this is a trial, with keys made here."""
    keys = settings.FOLDER / "keys"
    trial = not (keys / "log.key").exists()
    if trial:
        ceremony.make_log(keys, ORIGIN)
    # read when it is first imported: what is wrong in it is told here, before the server starts
    from evenhand.web.dropbox import notices  # noqa: F401

    migrate()
    if not (settings.LEDGER / "manifest").exists():
        if not trial:
            raise OutputError(
                f"{settings.LEDGER} has no manifest: take the first one in with `evenhand serve dropbox --publish "
                "--document manifest-1`, then start again"
            )
        _trial_manifest()
    return settings.TRIAL.exists()


def start() -> None:
    """Begin Django, for a program that is no server."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.dropbox.settings")
    django.setup()


def migrate() -> None:
    """Bring the database's tables to what the models say; Django is begun."""
    from django.core.management import call_command

    start()
    call_command("migrate", verbosity=0, interactive=False)


def _trial_manifest() -> None:
    from evenhand.web.dropbox.publish import publish

    today = datetime.now(UTC).date()
    folder, keys = settings.TRIAL, settings.FOLDER / "keys"
    parts = [keys / "log.part"]
    for name, label in DESKS:
        roles = (("facts", "story", "code", "release"), ("facts", "story", "release"))
        made = ceremony.make_desk(folder / name, name, Label(name, "en", label), roles, lambda _: REHEARSAL, today)
        parts.append(made.files[0])
    draft = folder / "manifest-1"
    ceremony.write_draft(draft, ceremony.draw_up(parts, 0, today))
    for path in (keys / "log.key", *(folder / name / "root.keyring" for name, _ in DESKS)):
        ceremony.sign(draft, keyring.load(path, lambda: REHEARSAL))
    publish([draft])


def check_newest(paths: Sequence[Path]) -> None:
    """ProofError where this database does not hold all that a desk or a witness has seen: it is an old copy."""
    if not paths:
        return
    from evenhand.web.dropbox.store import DatabaseStore

    versions = manifest.check(vault.manifests(settings.LEDGER))
    leaves = [tree.leaf_hash(entry.leaf) for entry in DatabaseStore().entries()]
    for path in paths:
        try:
            signed = note.parse(path.read_bytes())
        except OSError as error:
            raise FormatError(f"{path} cannot be read ({error.strerror}): expected a checkpoint") from None
        seen = note.read_checkpoint(signed, versions[0].origin)
        if not any(note.signed_by(signed, version.log) for version in versions):
            raise ProofError(f"{path} is not signed by this ledger's log: it says nothing of it; leave it out")
        if seen.size > len(leaves):
            raise ProofError(
                f"{path} is of {seen.size} leaves, and this drop box has {len(leaves)}: it was put back from an old "
                "backup, and would lose reports and bring back what was withdrawn. Not started. Start it with "
                "--closed, let a desk run `evenhand keep append URL --give-back`, then start it as now"
            )
        if tree.root(leaves[: seen.size]) != seen.root:
            raise ProofError(
                f"{path} is of a tree that this drop box does not continue: these are two histories. Not started. "
                "Keep both, tell every desk and witness, and do not publish"
            )


def main() -> int:
    """Prepare the folder that the environment names; the arguments are checkpoints that others have seen."""
    try:
        if prepare():
            sys.stderr.write(f"A trial: the keys in {settings.TRIAL} are under the passphrase {REHEARSAL!r}.\n")
        check_newest([Path(each) for each in sys.argv[1:]])
    except EvenhandError as error:
        sys.stderr.write(f"evenhand serve dropbox: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
