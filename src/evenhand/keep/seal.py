"""The seal: bytes that only chosen readers open, as an age file with always four slots.

The container is age v1 (C2SP age.md) and the library is pyrage; nothing of it is ours but the slots. An X25519 stanza
names nobody: the readers' and throw-away ones stand in random order, so that neither how many can read nor who shows.
"""

import base64
import binascii
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.errors import FormatError, MissingExtraError, NotSealedToUsError, ProofError

SLOTS = 4
FIRST = b"age-encryption.org/v1\n"
# how rage says that every stanza was tried and none opened
NO_KEY = "No matching keys found"
WRONG_PASSPHRASE = "Decryption failed"
# how rage says that a keyring was made by a machine far faster than this one is now
TOO_MUCH_WORK = "Excessive work"
# rage takes its measure of the machine anew for each file, and one that is busy for a moment reads as a slow one
TRIES = 5
# a stanza: "-> " and its arguments, then base64 in lines of 64, the last one shorter, may be empty
STANZA = re.compile(rb"-> ([!-~]+(?: [!-~]+)*)\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)")
LAST = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
GREASE = b"-grease"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Outside:
    """What anyone sees of a sealed file without a key: how many X25519 stanzas, and how many bytes after the header."""

    stanzas: int
    payload: int


def seal(plaintext: bytes, readers: Sequence[str]) -> bytes:
    """A binary age file that each of `readers` ("age1...", one to four) opens, and nobody else.

    Always four X25519 stanzas; the keys of the others are made for this file and thrown away. Counted after sealing.
    """
    chosen = _recipients(readers)
    x25519 = _pyrage().x25519
    spare = [x25519.Identity.generate().to_public() for _ in range(SLOTS - len(chosen))]
    slots = [*chosen, *spare]
    secrets.SystemRandom().shuffle(slots)
    sealed: bytes = _pyrage().encrypt(plaintext, slots)
    found = stanzas(sealed)
    if found != SLOTS:
        raise ProofError(f"sealed with {found} stanzas, expected {SLOTS}: nothing was stored; another pyrage is needed")
    return sealed


def _recipients(readers: Sequence[str]) -> list[Any]:
    if not 1 <= len(readers) <= SLOTS:
        raise FormatError(f"{len(readers)} readers, expected 1 to {SLOTS}: choose fewer")
    pyrage = _pyrage()
    try:
        chosen = [pyrage.x25519.Recipient.from_str(reader) for reader in readers]
    except pyrage.RecipientError as error:
        raise FormatError("a reader's key is no age X25519 recipient: expected age1 and 58 characters") from error
    if len({str(reader) for reader in chosen}) != len(chosen):
        raise FormatError("a reader's key is there twice, expected each once: leave one out")
    return chosen


def unseal(sealed: bytes, identities: Sequence[str]) -> bytes:
    """What was sealed, opened by any of `identities` ("AGE-SECRET-KEY-1...").

    NotSealedToUsError: no slot is ours. FormatError: no age file. ProofError: one of ours, and altered since.
    """
    outside(sealed)
    pyrage = _pyrage()
    try:
        ours = [pyrage.x25519.Identity.from_str(each) for each in identities]
    except pyrage.IdentityError as error:
        raise FormatError("one of our keys is no age X25519 identity: expected AGE-SECRET-KEY-1 and more") from error
    if not ours:
        raise NotSealedToUsError("no key was given: expected one identity or more")
    try:
        plaintext: bytes = pyrage.decrypt(sealed, ours)
    except pyrage.DecryptError as error:
        if str(error) == NO_KEY:
            raise NotSealedToUsError(f"none of our {len(ours)} keys opens it: it was sealed to others") from error
        raise ProofError("one of our keys fits, and the content was altered since: fetch it again") from error
    return plaintext


def recipient_of(identity: str) -> str:
    """The recipient ("age1...") that seals to whoever holds `identity`."""
    pyrage = _pyrage()
    try:
        return str(pyrage.x25519.Identity.from_str(identity).to_public())
    except pyrage.IdentityError as error:
        raise FormatError("one of our keys is no age X25519 identity: expected AGE-SECRET-KEY-1 and more") from error


def stanzas(sealed: bytes) -> int:
    """How many X25519 stanzas a sealed file has; FormatError where a stanza might let in somebody else."""
    return outside(sealed).stanzas


def outside(sealed: bytes) -> Outside:
    """What a sealed file shows. One `grease` stanza, which age adds at random, is passed over; any other is refused."""
    if not sealed.startswith(FIRST):
        raise FormatError(f"not an age file: its first line is not {FIRST.decode().strip()}")
    place, count, grease = len(FIRST), 0, 0
    while stanza := STANZA.match(sealed, place):
        place = stanza.end()
        if _is_x25519(stanza):
            count += 1
        elif stanza[1].split(b" ")[0].endswith(GREASE):
            grease += 1
        else:
            raise FormatError(
                f"stanza {count + grease + 1} is no whole X25519 one, and another may let in somebody else"
            )
    last = LAST.match(sealed, place)
    if last is None or not _is_base64(last[1]):
        raise FormatError(f"the header of the age file breaks off after {count + grease} stanzas")
    if grease > 1:
        raise FormatError(f"{grease} grease stanzas, expected one at most")
    return Outside(count, len(sealed) - last.end())


def _is_x25519(stanza: re.Match[bytes]) -> bool:
    kind, *shares = stanza[1].split(b" ")
    wrapped = stanza[2].rstrip(b"\n")
    return kind == b"X25519" and len(shares) == 1 and _is_key(shares[0]) and _is_key(wrapped)


def _is_key(text: bytes) -> bool:
    return len(text) == 43 and _is_base64(text)


def _is_base64(text: bytes) -> bool:
    """Is `text`, 43 characters, the one way to write its 32 bytes without padding?"""
    try:
        raw = base64.b64decode(text + b"=", validate=True)
    except binascii.Error:
        return False
    return base64.b64encode(raw).rstrip(b"=") == text


def lock(plaintext: bytes, passphrase: str) -> bytes:
    """A keyring under a passphrase: a binary age file of one scrypt stanza. Takes a second or two, on purpose."""
    locked: bytes = _pyrage().passphrase.encrypt(plaintext, _typed(passphrase))
    return locked


def unlock(locked: bytes, passphrase: str) -> bytes:
    """What `lock` locked. NotSealedToUsError: not with this passphrase. ProofError: the keyring was altered."""
    if not locked.startswith(FIRST + b"-> scrypt "):
        raise FormatError("not a keyring: expected an age file that a passphrase opens")
    pyrage, typed = _pyrage(), _typed(passphrase)
    for _ in range(TRIES):
        try:
            plaintext: bytes = pyrage.passphrase.decrypt(locked, typed)
        except pyrage.DecryptError as error:
            if str(error) == WRONG_PASSPHRASE:
                raise NotSealedToUsError("the passphrase does not open this keyring: type it again") from error
            if TOO_MUCH_WORK not in str(error):
                raise ProofError("the keyring is damaged, or cut short: take another copy of it") from error
            refused = error
        else:
            return plaintext
    raise NotSealedToUsError(
        "this machine is too small, or too busy now, to open the keyring: nothing is wrong with it; try again, or open "
        "it on a larger machine"
    ) from refused


def _typed(passphrase: str) -> str:
    # one letter can be typed as one character or as two; NFC makes one of them, whatever the keyboard
    typed = unicodedata.normalize("NFC", passphrase)
    if not typed:
        raise FormatError("the passphrase is empty, expected one")
    if LONE_SURROGATE.search(typed):
        raise FormatError("the passphrase holds half a character (a lone surrogate): type it again")
    return typed


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise MissingExtraError("sealing needs pyrage: pip install 'evenhand[keep]'") from error
    return pyrage
