"""Keyring: the private keys of one holder in one file.

Under a passphrase, as an age file that any age program opens; or, for a server that runs alone, in a file that only its
own user may read. The format is docs/formats/keyring.md.
"""

import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from evenhand.errors import FormatError, NotSealedToUsError, ProofError
from evenhand.keep import code, note, seal
from evenhand.keep.durable import put
from evenhand.keep.lines import SIZE, Lines, decoded, encoded, written

FORMAT = "evenhand/keyring/1"
# what signs, and with which type of key
SIGNING = {
    "log": note.ED25519,
    "promise": note.ED25519,
    "witness": note.COSIGNATURE,
    "root": note.ED25519,
    "operator": note.ED25519,
}
# what opens: a desk's two reading keys, an operator's own, and the one on paper
READING = ("facts", "story", "own", "recovery")
# server keys, which run without anybody there
UNLOCKED = ("log", "promise", "witness")


@dataclass(frozen=True, slots=True)
class Secret:
    """One private key: what it is for, whose it is, and its 32 bytes."""

    use: str
    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.use not in (*SIGNING, *READING) or not note.NAME.fullmatch(self.name) or len(self.seed) != SIZE:
            raise FormatError(
                f"a secret has a use of {', '.join((*SIGNING, *READING))}, a name that has no white space and no +, "
                f"and {SIZE} bytes"
            )

    @property
    def signer(self) -> note.Signer:
        """The key as it signs."""
        return note.Signer(self.name, self.seed, SIGNING[self.use])


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys of one holder, the newest of a use first."""

    secrets: tuple[Secret, ...]

    @property
    def text(self) -> bytes:
        """The keyring before it is locked."""
        return written([FORMAT, *(f"secret {each.use} {each.name} {encoded(each.seed)}" for each in self.secrets)])

    def signer(self, use: str) -> note.Signer:
        """The newest key of a use that signs; FormatError where this keyring has none."""
        found = [each for each in self.secrets if each.use == use]
        if not found:
            raise FormatError(f"this keyring has no {use} key: it has {self._uses()}; choose another file")
        return found[0].signer

    def identities(self, use: str) -> list[str]:
        """The age identities of a use, the newest first; none where it may not open that."""
        return [code.identity(each.seed) for each in self.secrets if each.use == use]

    def add(self, *secrets: Secret) -> "Keyring":
        """The keyring with newer keys, the older ones behind them."""
        return replace(self, secrets=(*secrets, *self.secrets))

    def _uses(self) -> str:
        return ", ".join(sorted({each.use for each in self.secrets})) or "nothing"


def parse(text: bytes) -> Keyring:
    """A keyring from its text; FormatError where that is not one."""
    lines = Lines(text, "a keyring", FORMAT)
    secrets = []
    for line in lines.many("secret"):
        use, _, rest = line.partition(" ")
        name, _, seed = rest.partition(" ")
        secrets.append(Secret(use, name, decoded(seed)))
    lines.end()
    return Keyring(tuple(secrets))


def save(path: Path, keyring: Keyring, passphrase: str | None) -> None:
    """Write a keyring, locked; None for keys that a server uses alone, which are readable by one user only.

    ProofError where a desk's key would lie there unlocked, or where a file is there already.
    """
    if passphrase is None and any(each.use not in UNLOCKED for each in keyring.secrets):
        raise ProofError("a desk's keys are never written without a passphrase")
    if path.exists():
        raise ProofError(f"{path} is there already, and a key is never written over: choose another place")
    put(path, keyring.text if passphrase is None else seal.lock(keyring.text, passphrase))


def load(path: Path, passphrase: Callable[[], str]) -> Keyring:
    """A keyring from its file; `passphrase` is asked for only where it is locked.

    FormatError: no keyring, or a server's key that other users may read. NotSealedToUsError: another passphrase.
    """
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}): expected a keyring") from None
    if stored.startswith(seal.FIRST):
        try:
            return parse(seal.unlock(stored, passphrase()))
        except NotSealedToUsError as error:
            raise NotSealedToUsError(f"{path}: {error}") from None
    found = parse(stored)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise FormatError(f"{path} may be read by other users of this machine: chmod 600 it; a stolen key signs")
    return found
