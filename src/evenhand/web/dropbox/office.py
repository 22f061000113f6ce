"""Office: who is behind this drop box, from the manifest in force, never typed by hand; and the key that promises."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from evenhand.errors import FormatError, ProofError
from evenhand.flow import vault
from evenhand.keep import keyring
from evenhand.keep.manifest import Desk, Manifest
from evenhand.keep.note import Signer
from evenhand.web.dropbox.settings import LEDGER, PROMISE_KEY


@dataclass(frozen=True, slots=True)
class Reader:
    """A desk as a form offers it: its name in the manifest, and what a person calls it in which language."""

    name: str
    label: str
    language: str


@dataclass(slots=True)
class _Force:
    """The manifest in force, read anew when the checkpoint was."""

    read_at: int = -1
    manifest: Manifest | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_FORCE = _Force()


def in_force() -> Manifest:
    """The manifest in force."""
    path = LEDGER / "checkpoint"
    now = path.stat().st_mtime_ns if path.exists() else 0
    with _FORCE.lock:
        if _FORCE.manifest is None or _FORCE.read_at != now:
            _FORCE.manifest, _FORCE.read_at = vault.in_force(LEDGER), now
        return _FORCE.manifest


def readers(language: str) -> tuple[Reader, ...]:
    """The desks a reporter may choose from, in the manifest's order, as they are called in a language or in English."""
    force = in_force()
    labels = {(each.desk, each.language): each.text for each in force.labels}
    called = {
        desk.name: next((each for each in (language, "en") if labels.get((desk.name, each))), "")
        for desk in force.desks
    }
    return tuple(Reader(name, labels.get((name, tongue), name), tongue or "en") for name, tongue in called.items())


def desks(names: Sequence[str]) -> list[Desk]:
    """Those of these desks that are still in the manifest in force; ProofError where none is."""
    found = [desk for desk in in_force().desks if desk.name in names]
    if not found:
        raise ProofError("none of the offices that it went to is here any more: nothing was done")
    return found


def promise_key() -> Signer:
    """The key that signs promises."""
    return keyring.load(PROMISE_KEY, _locked).signer("promise")


def _locked() -> str:
    raise FormatError(f"{PROMISE_KEY} is under a passphrase: a server's key is not")
