"""Note: a text and who signed it; the checkpoint of a ledger; the witness's cosignature.

C2SP signed-note, tlog-checkpoint and tlog-cosignature, Ed25519 throughout (RFC 8032). A signature of a type that is not
known is carried along and never counted. The format is docs/formats/note.md.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from evenhand.errors import FormatError, MissingExtraError, ProofError
from evenhand.keep.lines import SIZE, Lines, decoded, encoded, number, read, written

ED25519, COSIGNATURE, ML_DSA_44 = 0x01, 0x04, 0x06
SIGNATURE_SIZES = {ED25519: 64, COSIGNATURE: 8 + 64}
DASH = "\u2014 "
KEY_ID_SIZE = 4
NAME = re.compile(r"[^\s+]+")
EXTRA = "signing needs cryptography: pip install 'evenhand[keep]'"


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and whose it is: `name+id+base64`, as a manifest prints it. `kind` is the type of C2SP."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise FormatError("a key's name is not empty and has no space and no plus sign")
        if self.kind in SIGNATURE_SIZES and len(self.public) != SIZE:
            raise FormatError(f"the key of {self.name} has {len(self.public)} bytes, expected {SIZE}")

    @property
    def id(self) -> bytes:
        """The key id, 4 bytes: SHA-256 of name, LF, type and public key, cut."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_SIZE]

    @property
    def text(self) -> str:
        """The key as it is printed and compared."""
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key: `seed` is the 32 bytes of RFC 8032. Its `key` is public."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    @property
    def key(self) -> Key:
        """The public half."""
        return Key(self.name, self.kind, _private(self.seed).public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: a name, the id of its key (4 bytes), and the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line end, and its signatures in the order they stand."""

    text: str
    signatures: tuple[Signature, ...] = ()

    @property
    def bytes(self) -> bytes:
        """The note as it is stored, and as it is hashed."""
        lines = (f"{DASH}{each.name} {encoded(each.key_id + each.value)}" for each in self.signatures)
        return self.text.encode() + b"\n" + written(lines)


def read_key(text: str) -> Key:
    """A key from `name+id+base64`; FormatError where the id is not that of name and key."""
    name, _, rest = text.partition("+")
    identifier, _, public = rest.partition("+")
    raw = decoded(public, None)
    if not raw:
        raise FormatError("a key is written name+id+base64")
    key = Key(name, raw[0], raw[1:])
    if key.id.hex() != identifier:
        raise FormatError(f"the id of the key of {name} is not that of its name and bytes: it was copied wrong")
    return key


def parse(stored: bytes) -> Note:
    """A note from its bytes; FormatError for anything that `Note.bytes` would not have written."""
    text, blank, tail = read(stored, "a note").rpartition("\n\n")
    if not blank or not tail:
        raise FormatError("a note has a blank line before its signatures, and one signature at least")
    signatures = tuple(_signature(line) for line in tail[:-1].split("\n"))
    if len({(each.name, each.key_id) for each in signatures}) != len(signatures):
        raise FormatError("a note has two signatures of one key")
    return Note(f"{text}\n", signatures)


def _signature(line: str) -> Signature:
    name, _, value = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not NAME.fullmatch(name):
        raise FormatError("a signature's line begins with an em dash, a space and a name")
    raw = decoded(value, None)
    if len(raw) <= KEY_ID_SIZE:
        raise FormatError("a signature has no bytes after the id of its key")
    return Signature(name, raw[:KEY_ID_SIZE], raw[KEY_ID_SIZE:])


def sign(text: str, signers: Sequence[Signer], time: datetime | None = None) -> Note:
    """A note of `text`, UTF-8 with a last line end, signed by each of `signers` in that order.

    A cosignature (type 0x04) says at which `time` it was made, to the second; the others do not.
    """
    read(text.encode(), "the text of a note")
    return add(Note(text), signers, time)


def add(note: Note, signers: Sequence[Signer], time: datetime | None = None) -> Note:
    """The note with more signatures; one of the same key takes the place of the one before."""
    added = tuple(_sign(note.text, signer, time) for signer in signers)
    ids = {(each.name, each.key_id) for each in added}
    return replace(note, signatures=(*(s for s in note.signatures if (s.name, s.key_id) not in ids), *added))


def _sign(text: str, signer: Signer, time: datetime | None) -> Signature:
    private, key = _private(signer.seed), signer.key
    if signer.kind != COSIGNATURE:
        return Signature(signer.name, key.id, private.sign(text.encode()))
    if time is None:
        raise ValueError("a cosignature says when it was made: give the time")
    seconds = int(time.timestamp())
    return Signature(signer.name, key.id, seconds.to_bytes(8, "big") + private.sign(_cosigned(text, seconds)))


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def signed_by(note: Note, key: Key) -> bool:
    """Did this key sign? ProofError where its line is there and does not hold, since that is no absence.

    A key of a type that is not known (ML-DSA-44) has not signed, as far as we can tell.
    """
    found = next((each for each in note.signatures if (each.name, each.key_id) == (key.name, key.id)), None)
    if found is None or key.kind not in SIGNATURE_SIZES:
        return False
    if len(found.value) != SIGNATURE_SIZES[key.kind]:
        raise ProofError(f"the signature of {key.name} has {len(found.value)} bytes: it is damaged")
    message, value = note.text.encode(), found.value
    if key.kind == COSIGNATURE:
        message, value = _cosigned(note.text, int.from_bytes(value[:8], "big")), value[8:]
    if not _holds(key.public, value, message):
        raise ProofError(f"the signature of {key.name} does not hold: the text was changed, or somebody else signed it")
    return True


def check(note: Note, keys: Sequence[Key]) -> None:
    """ProofError unless each of `keys` signed."""
    for key in keys:
        if not signed_by(note, key):
            raise ProofError(f"not signed by {key.name}: its signature is missing")


def cosigned_at(note: Note, key: Key) -> datetime | None:
    """When a witness says that it saw this; None where it did not sign. ProofError as in `signed_by`."""
    if key.kind != COSIGNATURE or not signed_by(note, key):
        return None
    value = next(each.value for each in note.signatures if (each.name, each.key_id) == (key.name, key.id))
    try:
        return datetime.fromtimestamp(int.from_bytes(value[:8], "big"), UTC)
    except (OverflowError, ValueError, OSError):
        raise ProofError(f"the cosignature of {key.name} has a time beyond all calendars") from None


def _private(seed: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    return Ed25519PrivateKey.from_private_bytes(seed)


def _holds(public: bytes, value: bytes, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, message)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log signs: its origin, how many leaves it has, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


def read_checkpoint(note: Note, origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note, without extension lines; ProofError where it is of another origin."""
    lines = Lines(note.text.encode(), "a checkpoint")
    found = Checkpoint(lines.plain(), number(lines.plain()), decoded(lines.plain()))
    lines.end()
    if origin is not None and found.origin != origin:
        raise ProofError(f"a checkpoint of another ledger, expected one of {origin}: nothing was compared with it")
    return found
