"""Lines: the grammar that every text of the vault keeps, so that each has one way to be written and one to be read.

UTF-8 in NFC, LF, a last line end, no control character. Base64 is that of RFC 4648 section 4, days are UTC dates, and
numbers have no leading zero. The same rules stand at the head of each page under docs/formats.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from evenhand.errors import FormatError

SIZE = 32
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# C0 without LF, DEL, and C1
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Lines:
    """A text that is read line by line in the order its format gives; a FormatError names the line, never its value."""

    def __init__(self, text: bytes, what: str, first: str | None = None) -> None:
        self._what = what
        self._lines = read(text, what)[:-1].split("\n")
        self._at = 0
        if first is not None and self.plain() != first:
            raise FormatError(f"{what} does not begin with the line {first}: it is of another format")

    def one(self, name: str) -> str:
        """The value of the next line, which begins with `name` and a space."""
        value = self.maybe(name)
        if value is None:
            raise self._error(f"expected a line that begins with {name!r}")
        return value

    def maybe(self, name: str) -> str | None:
        """The value of the next line where it begins with `name`; None, and the line stays, where it does not."""
        if self._at == len(self._lines) or not self._lines[self._at].startswith(f"{name} "):
            return None
        return self.plain()[len(name) + 1 :]

    def many(self, name: str) -> tuple[str, ...]:
        """The values of all next lines that begin with `name`."""
        values = []
        while (value := self.maybe(name)) is not None:
            values.append(value)
        return tuple(values)

    def plain(self) -> str:
        """The next line, whole."""
        if self._at == len(self._lines):
            raise self._error("expected one more line, and it ends")
        self._at += 1
        return self._lines[self._at - 1]

    def rest(self) -> tuple[str, ...]:
        """All lines that are left."""
        left = tuple(self._lines[self._at :])
        self._at = len(self._lines)
        return left

    def end(self) -> None:
        """FormatError where lines are left: unknown, repeated or in another order."""
        if self._at < len(self._lines):
            self._at += 1
            raise self._error("a line that is unknown here, is there twice or stands in another order")

    def _error(self, expected: str) -> FormatError:
        return FormatError(f"{self._what}, line {min(self._at + 1, len(self._lines))}: {expected}")


def read(text: bytes, what: str) -> str:
    """The text in these bytes, held to the grammar."""
    try:
        found = text.decode()
    except UnicodeDecodeError:
        # that error carries the text with it
        raise FormatError(f"{what} is not UTF-8") from None
    if not found.endswith("\n"):
        raise FormatError(f"{what} does not end with a line end: it was cut short")
    if CONTROL.search(found):
        raise FormatError(f"{what} has a control character, such as CR or NUL: line ends are LF")
    if not unicodedata.is_normalized("NFC", found):
        raise FormatError(f"{what} is not in NFC")
    return found


def written(lines: Iterable[str]) -> bytes:
    """Lines as they are stored."""
    return "".join(f"{line}\n" for line in lines).encode()


def encoded(raw: bytes) -> str:
    """Base64 as RFC 4648 section 4 has it, with padding."""
    return base64.b64encode(raw).decode("ascii")


def decoded(text: str, size: int | None = SIZE) -> bytes:
    """So many bytes from base64, or any number; FormatError where it is not the one way to write them."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise FormatError("base64 was expected") from None
    if encoded(raw) != text:
        raise FormatError("base64 with stray bits: the same bytes are written one way only")
    if size is not None and len(raw) != size:
        raise FormatError(f"base64 of {size} bytes was expected: found {len(raw)}")
    return raw


def number(text: str) -> int:
    """A whole number in ASCII digits, as `str` writes it; at most 18 digits."""
    if not NUMBER.fullmatch(text):
        raise FormatError("a whole number was expected, in digits and without a leading zero")
    return int(text)


def day(text: str) -> date:
    """A day, YYYY-MM-DD."""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise FormatError("a day was expected, as YYYY-MM-DD")
