"""Ticket: the one-time code of a canvass, 16 digits on a slip of paper, and the two numbers that are derived from it.

A drop box stores the look-up alone; the row lies in the sealed answer, and tells which answers are of one slip.
"""

import hashlib
from dataclasses import dataclass, field

from evenhand.errors import MissingExtraError
from evenhand.keep import code

DIGITS = 16
FORMAT = "evenhand/ticket/1"
SIZE = 16


@dataclass(frozen=True, slots=True)
class Derived:
    """What a ticket gives: `lookup` for the drop box, `row` for the desk, 16 bytes each; neither leads to the other."""

    lookup: bytes = field(repr=False)
    row: bytes = field(repr=False)


def new() -> str:
    """A new ticket: 14 digits of the system's chance and 2 check digits."""
    return code.new(DIGITS)


def read(text: str) -> str:
    """The digits as a person typed them; a CodeSlipError says what kind of slip it is, before anything is stretched."""
    return code.read(text, DIGITS)


def shown(digits: str) -> str:
    """The ticket as it is printed: four groups of four digits."""
    return code.shown(digits, DIGITS)


def derive(digits: str, origin: str, memory: int = 47_104, passes: int = 1, lanes: int = 1) -> Derived:
    """Look-up and row of a ticket in the ledger `origin`; stretched as a return code is, about 50 ms on purpose."""
    try:
        from argon2.low_level import Type, hash_secret_raw
    except ImportError as error:
        raise MissingExtraError(code.EXTRA) from error
    salt = hashlib.sha256(f"{FORMAT}\n{origin}".encode()).digest()[:SIZE]
    root = hash_secret_raw(read(digits).encode(), salt, passes, memory, lanes, 32, Type.ID)
    lookup, row = (hashlib.sha256(f"{FORMAT} {part}\n".encode() + root).digest() for part in ("lookup", "row"))
    return Derived(lookup[:SIZE], row[:SIZE])
