"""Leaf: what stands in the ledger for a report, and the opening that says what it stands for (VAULT 3.3).

The opening names a kind, a blind of 32 random bytes and the digests of the sealed frames. The ledger's entry is the
SHA-256 of the opening's bytes: it tells nothing, and every entry has one size. The format is docs/formats/opening.md.
"""

import hashlib
from dataclasses import dataclass

from evenhand.errors import FormatError
from evenhand.keep.lines import SIZE, Lines, decoded, encoded, written

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
# What goes when the report that it is about is withdrawn.
GOES_WITH = ("correction", "reply")
# Documents that are public: their entry holds the document's own hash.
PUBLIC = {"manifest": "evenhand/manifest/1", "release": "evenhand/release/1", "plan": "evenhand/plan/1"}


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
        digests = [f"{role} {encoded(part)}" for role, part in zip(KINDS[self.kind], self.digests, strict=True)]
        return written([OPENING, f"kind {self.kind}", f"blind {encoded(self.blind)}", *digests])


def parse(text: bytes) -> Opening:
    """The opening in these bytes; FormatError where they are not exactly what `text` writes."""
    lines = Lines(text, "an opening", OPENING)
    kind = lines.one("kind")
    if kind not in KINDS:
        raise FormatError("an opening of a kind that is not known")
    blind = decoded(lines.one("blind"))
    digests = tuple(decoded(lines.one(role)) for role in KINDS[kind])
    lines.end()
    return Opening(kind, blind, digests)


def commitment(opening: Opening) -> bytes:
    """SHA-256 of the opening's bytes: what the ledger holds of it; 32 bytes."""
    return hashlib.sha256(opening.text()).digest()


def entry(opening: Opening) -> bytes:
    """The ledger's entry of an opening; every such entry has 63 bytes."""
    return entry_of(opening.kind, commitment(opening))


def public_entry(kind: str, document: bytes) -> bytes:
    """The entry of a public document (`manifest`, `release`, `plan`): the hash of its bytes, for anyone to compare."""
    if kind not in PUBLIC:
        raise FormatError(f"a public entry of kind {kind!r}: expected one of {', '.join(PUBLIC)}")
    return entry_of(kind, hashlib.sha256(document).digest())


def read_entry(text: bytes) -> tuple[str, bytes]:
    """The first line of an entry (`evenhand/sealed/1`, or of a public document) and its 32 bytes."""
    lines = Lines(text, "an entry")
    head, digest = lines.plain(), decoded(lines.plain())
    lines.end()
    if head not in (SEALED, *PUBLIC.values()):
        raise FormatError("an entry of a format that is not known")
    return head, digest


def entry_of(kind: str, digest: bytes) -> bytes:
    """The entry of any kind from its 32 bytes: the commitment of an opening, or the hash of a public document."""
    return written([PUBLIC.get(kind, SEALED), encoded(digest)])
