"""Prepare: a folder becomes a drop box. Its database is made, and, for a trial, keys that everybody knows how to open.

`python -m evenhand.web.dropbox.prepare` before the server starts; a folder that was prepared stays as it is.
"""

import os
import sys
from datetime import UTC, datetime

from evenhand.errors import EvenhandError, OutputError
from evenhand.flow import ceremony
from evenhand.keep import keyring
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


def main() -> int:
    """Prepare the folder that the environment names."""
    try:
        if prepare():
            sys.stderr.write(f"A trial: the keys in {settings.TRIAL} are under the passphrase {REHEARSAL!r}.\n")
    except EvenhandError as error:
        sys.stderr.write(f"evenhand serve dropbox: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
