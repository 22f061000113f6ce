"""Leaf: what stands in the ledger for a report, and the opening that says what it stands for (VAULT 3.3).

The opening names a kind, a blind of 32 random bytes and the digests of the sealed frames. The ledger's entry is the
SHA-256 of the opening's bytes: it tells nothing, and every entry has one size. The format is docs/formats/opening.md.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from evenhand.errors import FormatError

OPENING, SEALED = "evenhand/opening/1", "evenhand/sealed/1"
# Every kind with the roles of its frames, in order; a cover has none.
KINDS = {
    "report": ("facts", "story"),
    "correction": ("facts", "story"),
    "withdrawal": ("note",),
    "reply": ("note",),
    "act": ("note",),
    "canvass": ("facts",),
    "cover": (),
}
# Documents that are public: their entry holds the document's own hash.
PUBLIC = {"manifest": "evenhand/manifest/1", "release": "evenhand/release/1", "plan": "evenhand/plan/1"}
SIZE = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """What an entry stands for: its kind, its blind, and the SHA-256 of each frame in the order of `KINDS`."""

    kind: str
    blind: bytes
    digests: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FormatError(f"an opening of kind {self.kind!r}: expected one of {', '.join(KINDS)}")
        if len(self.digests) != len(KINDS[self.kind]):
            raise FormatError(f"{len(self.digests)} digests in an opening: a {self.kind} has {len(KINDS[self.kind])}")
        if any(len(part) != SIZE for part in (self.blind, *self.digests)):
            raise FormatError(f"the blind and each digest of an opening have {SIZE} bytes")

    def text(self) -> bytes:
        """The opening as it is hashed and stored."""
        lines = [OPENING, f"kind {self.kind}", f"blind {encoded(self.blind)}"]
        lines += [f"{role} {encoded(part)}" for role, part in zip(KINDS[self.kind], self.digests, strict=True)]
        return "".join(f"{line}\n" for line in lines).encode()


def parse(text: bytes) -> Opening:
    """The opening in these bytes; FormatError where they are not exactly what `text` writes."""
    lines = _lines(text, "an opening")
    if len(lines) < 3 or lines[0] != OPENING:
        raise FormatError(f"an opening begins with {OPENING}, its kind and its blind")
    kind = _value(lines[1], "kind")
    if kind not in KINDS:
        raise FormatError("an opening of a kind that is not known")
    roles = KINDS[kind]
    if len(lines) != 3 + len(roles):
        raise FormatError(f"an opening of a {kind} has {3 + len(roles)} lines: found {len(lines)}")
    digests = tuple(decoded(_value(line, role)) for role, line in zip(roles, lines[3:], strict=True))
    return Opening(kind, decoded(_value(lines[2], "blind")), digests)


def commitment(opening: Opening) -> bytes:
    """SHA-256 of the opening's bytes: what the ledger holds of it; 32 bytes."""
    return hashlib.sha256(opening.text()).digest()


def entry(opening: Opening) -> bytes:
    """The ledger's entry of an opening; every such entry has 63 bytes."""
    return _entry(SEALED, commitment(opening))


def public_entry(kind: str, document: bytes) -> bytes:
    """The entry of a public document (`manifest`, `release`, `plan`): the hash of its bytes, for anyone to compare."""
    if kind not in PUBLIC:
        raise FormatError(f"a public entry of kind {kind!r}: expected one of {', '.join(PUBLIC)}")
    return _entry(PUBLIC[kind], hashlib.sha256(document).digest())


def read_entry(text: bytes) -> tuple[str, bytes]:
    """The first line of an entry (`evenhand/sealed/1`, or of a public document) and its 32 bytes."""
    lines = _lines(text, "an entry")
    if len(lines) != 2 or lines[0] not in (SEALED, *PUBLIC.values()):
        raise FormatError("an entry has two lines, the first of which names its format")
    return lines[0], decoded(lines[1])


def encoded(raw: bytes) -> str:
    """Base64 as RFC 4648 section 4 has it, with padding."""
    return base64.b64encode(raw).decode("ascii")


def decoded(text: str, size: int = SIZE) -> bytes:
    """So many bytes from base64; FormatError where it is not the one way to write them."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise FormatError("base64 was expected") from error
    if encoded(raw) != text:
        raise FormatError("base64 with stray bits: the same bytes are written one way only")
    if len(raw) != size:
        raise FormatError(f"base64 of {size} bytes was expected: found {len(raw)}")
    return raw


def _entry(head: str, digest: bytes) -> bytes:
    return f"{head}\n{encoded(digest)}\n".encode()


def _lines(text: bytes, what: str) -> list[str]:
    try:
        lines = text.decode("ascii")
    except UnicodeDecodeError as error:
        raise FormatError(f"{what} is ASCII") from error
    if not lines.endswith("\n") or "\r" in lines:
        raise FormatError(f"{what} ends each line with LF, the last one too")
    return lines[:-1].split("\n")


def _value(line: str, name: str) -> str:
    head, _, value = line.partition(" ")
    if head != name:
        raise FormatError(f"an opening has the line {name!r} here")
    return value
