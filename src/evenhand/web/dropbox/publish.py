"""Publish: the drop box's daily batch, for a timer at 06:00 UTC (`evenhand serve dropbox --publish`)."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evenhand.errors import EvenhandError, FormatError
from evenhand.flow import vault
from evenhand.keep import keyring
from evenhand.keep.durable import locked
from evenhand.keep.ledger import Run
from evenhand.web.dropbox import settings
from evenhand.web.dropbox.prepare import migrate


def publish(documents: Sequence[Path] = (), late: bool = False) -> Run:
    """Delete what has reached its end, number what waits and publish it; a lock beside the log key lets in one."""
    from evenhand.web.dropbox.store import DatabaseStore
    from evenhand.web.dropbox.visit import sweep

    path = settings.FOLDER / "keys" / "log.key"
    log = keyring.load(path, _locked)
    lock = locked(settings.FOLDER / "keys" / "publisher.lock")
    try:
        sweep()
        return vault.publish(DatabaseStore(), settings.LEDGER, log, datetime.now(UTC), documents, late=late)
    finally:
        os.close(lock)


def _locked() -> str:
    raise FormatError("log.key is under a passphrase: a server's key is not")


def main() -> int:
    """Publish, taking in the documents named."""
    try:
        migrate()
        done = publish([Path(each) for each in sys.argv[1:]])
    except EvenhandError as error:
        sys.stderr.write(f"publish: {error}\n")
        return error.exit_code
    sys.stderr.write(f"{done.numbered} numbered; {done.size} leaves in all\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
