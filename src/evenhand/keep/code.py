"""The return code: 24 digits that a person copies by hand, and the keys that are derived from it.

Argon2id stretches the digits once (RFC 9106), HKDF-Expand parts the root into keys (RFC 5869). The last two digits
check the others (ISO 7064 MOD 97-10), so that a slip is found before anything is stretched or looked up. The format
is docs/formats/code.md.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evenhand.errors import CodeSlipError, MissingExtraError

DIGITS = 24
GROUP = 4
FORMAT = "evenhand/code/1"
# characters of age's keys: Bech32, BIP-173
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
MINUS = "\u2212"
EXTRA = "return codes need argon2-cffi and cryptography: pip install 'evenhand[keep]'"


@dataclass(frozen=True, slots=True)
class Derived:
    """What a code opens: `lookup`, 16 bytes, the only one ever stored, and three secret seeds of 32 bytes."""

    lookup: bytes = field(repr=False)
    draft: bytes = field(repr=False)
    mailbox: bytes = field(repr=False)
    hand: bytes = field(repr=False)


def new(length: int = DIGITS) -> str:
    """A new code: 22 digits of the system's chance and 2 check digits, ASCII, without spaces."""
    number = secrets.randbelow(10 ** (length - 2))
    return f"{number:0{length - 2}d}{_check(number):02d}"


def read(text: str, length: int = DIGITS) -> str:
    """The 24 ASCII digits of a code as a person typed or pasted it; a ticket of a canvass has fewer.

    Spaces and line ends, hyphens, marks that do not show and the decimal digits of any script are folded. A
    CodeSlipError says what kind of slip it is, and never repeats what was typed.
    """
    digits = "".join(_digit(character) for character in text if not _between(character))
    if len(digits) != length:
        raise CodeSlipError(f"{len(digits)} digits, and a code has {length}: look whether some are missing or doubled")
    if int(digits[-2:]) != _check(int(digits[:-2])):
        raise CodeSlipError("one of the digits may be wrong, or two have changed places: look again")
    return digits


def _between(character: str) -> bool:
    # Zs and line ends part the groups; Pd is every hyphen; Cf is what comes along when right-to-left text is copied
    return character.isspace() or character == MINUS or unicodedata.category(character) in ("Pd", "Cf")


def _digit(character: str) -> str:
    if not character.isdecimal():
        raise CodeSlipError("a letter or a sign stands in it, and a code has digits only: look whether one was misread")
    return str(unicodedata.decimal(character))


def _check(number: int) -> int:
    """Check digits by ISO 7064 MOD 97-10: 2 to 98, such that the whole number leaves 1 when divided by 97."""
    return 98 - number * 100 % 97


def shown(code: str, length: int = DIGITS) -> str:
    """The code as it is shown: six groups of four digits."""
    digits = read(code, length)
    return " ".join(digits[start : start + GROUP] for start in range(0, length, GROUP))


def derive(code: str, origin: str, memory: int = 47_104, passes: int = 1, lanes: int = 1) -> Derived:
    """The keys of a code in the ledger `origin`; `memory` is in KiB. About 50 ms and 46 MiB, on purpose.

    A code with a slip is a CodeSlipError before anything is stretched. Nothing is remembered between calls.
    """
    digits = read(code)
    try:
        from argon2.low_level import Type, hash_secret_raw
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    salt = hashlib.sha256(f"{FORMAT}\n{origin}".encode()).digest()[:16]
    root = hash_secret_raw(digits.encode(), salt, passes, memory, lanes, 32, Type.ID)
    return Derived(
        lookup=_part(root, "lookup", 16),
        draft=_part(root, "draft", 32),
        mailbox=_part(root, "mailbox", 32),
        hand=_part(root, "hand", 32),
    )


def _part(root: bytes, label: str, length: int) -> bytes:
    try:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    return HKDFExpand(SHA256(), length, f"{FORMAT} {label}".encode()).derive(root)


def recipient(seed: bytes) -> str:
    """The age X25519 recipient ("age1...") that seals to whoever holds `seed`, 32 bytes."""
    try:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    return bech32("age", _fives(X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()))


def identity(seed: bytes) -> str:
    """The age X25519 identity ("AGE-SECRET-KEY-1...") that is `seed`, 32 bytes: a secret."""
    if len(seed) != 32:
        raise ValueError(f"a seed of {len(seed)} bytes, expected 32")
    return bech32("age-secret-key-", _fives(seed)).upper()


def public(hand_seed: bytes) -> bytes:
    """The Ed25519 public key, 32 bytes, of the hand that signs corrections and withdrawals."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    return Ed25519PrivateKey.from_private_bytes(hand_seed).public_key().public_bytes_raw()


def bech32(prefix: str, values: Sequence[int]) -> str:
    """Bech32 (BIP-173) of 5-bit values under a prefix in small letters; age sets no limit of length."""
    expanded = [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]
    remainder = _polymod([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    check = [remainder >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(BECH32[value] for value in [*values, *check])}"


def _polymod(values: Iterable[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for place, step in enumerate(BECH32_STEPS):
            remainder ^= step if top >> place & 1 else 0
    return remainder


def _fives(raw: bytes) -> list[int]:
    """Bytes as 5-bit values, the first bits first, the last value filled with zero bits."""
    size = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << size * 5 - len(raw) * 8
    return [number >> 5 * place & 31 for place in reversed(range(size))]
