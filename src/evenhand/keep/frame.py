"""The frame: one sealed envelope, of one size for each kind, and the texts that lie in it.

One line says format, seal and size; a binary age file follows. What is sealed was filled with zeros to the size before,
so that a blank story looks like a long one. The format is docs/formats/frame.md.
"""

import builtins
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evenhand.errors import FormatError, ProofError
from evenhand.keep import json_line, seal

FORMAT = "evenhand/frame/1"
SEAL = "age-x25519"
BUCKETS = {"facts": 4_096, "story": 32_768, "draft": 36_864, "note": 4_096}
FACTS = "evenhand/facts/1"
STORY = "evenhand/story/1"
# age: a nonce of 16 bytes, then chunks of up to 64 KiB, each 16 bytes longer than what it holds; a bucket is one chunk
AROUND = 32
FIRST = re.compile(rb"evenhand/frame/1 age-x25519 ([1-9][0-9]{3,4})\n")
# BCP 47 in its shape: letters, then subtags
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")


@dataclass(frozen=True, slots=True)
class Frame:
    """A sealed envelope: how many bytes are sealed, and the age file with its four stanzas. Checked when it is made."""

    bucket: int
    sealed: builtins.bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.bucket not in BUCKETS.values():
            raise FormatError(f"a frame of {self.bucket} bytes, expected {_sizes()}")
        shown = seal.outside(self.sealed)
        if shown.stanzas != seal.SLOTS:
            raise FormatError(f"a frame with {shown.stanzas} stanzas, expected {seal.SLOTS}: do not store it")
        if shown.payload != self.bucket + AROUND:
            raise FormatError(f"{shown.payload} bytes are sealed in a frame that says {self.bucket}: cut or extended")

    @property
    def bytes(self) -> builtins.bytes:
        """The frame as it is stored, and as it is hashed."""
        return f"{FORMAT} {SEAL} {self.bucket}\n".encode() + self.sealed


def make(kind: str, content: bytes, readers: Sequence[str]) -> Frame:
    """Seal `content` to one to four readers ("age1...") in a frame of its kind's size."""
    if kind not in BUCKETS:
        raise FormatError(f"no kind of frame: expected one of {', '.join(BUCKETS)}")
    bucket = BUCKETS[kind]
    if len(content) > bucket:
        raise FormatError(f"{len(content)} bytes of {kind}, expected at most {bucket}: shorten it")
    if content.endswith(b"\0"):
        raise FormatError("the content ends with a zero byte, and zeros fill the frame: end it with another")
    return Frame(bucket, seal.seal(content.ljust(bucket, b"\0"), readers))


def parse(stored: bytes) -> Frame:
    """A frame from its bytes; FormatError for anything that `Frame.bytes` would not have written."""
    first = FIRST.match(stored)
    if first is None:
        raise FormatError(f"not a frame: its first line is not {FORMAT} {SEAL} and one of {_sizes()}")
    return Frame(int(first[1]), stored[first.end() :])


def _sizes() -> str:
    return ", ".join(str(size) for size in sorted(set(BUCKETS.values())))


def digest(frame: Frame) -> bytes:
    """SHA-256 of the frame as stored, 32 bytes: what an opening names it by."""
    return hashlib.sha256(frame.bytes).digest()


def open(frame: Frame, identities: Sequence[str]) -> bytes:  # noqa: A001  # frame.open, as seal.seal
    """The content of a frame, without the zeros, for whoever holds one of its readers' keys."""
    filled = seal.unseal(frame.sealed, identities)
    if len(filled) != frame.bucket:
        raise ProofError(f"{len(filled)} bytes were sealed, expected {frame.bucket}: it was not made by a drop box")
    return filled.rstrip(b"\0")


def facts_text(facts: Mapping[str, Any]) -> bytes:
    """The content of a `facts` frame: a line of format, a line of JSON. Texts are put in NFC."""
    content = f"{FACTS}\n{json_line.write(facts, 'facts')}\n".encode()
    read_facts(content)
    return content


def read_facts(content: bytes) -> dict[str, Any]:
    """The facts: no floats, no duplicate keys, no number beyond 53 bits, no text that is not Unicode in NFC."""
    return json_line.read(_after(FACTS, content), "facts")


def story_text(language: str, text: str) -> bytes:
    """The content of a `story` frame: format, language tag, the text. The text is put in NFC, its line ends are LF."""
    if not LANGUAGE.fullmatch(language):
        raise FormatError("no language tag: expected BCP 47, such as en, so-SO or und")
    told = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _utf8(f"{STORY}\n{language}\n{told}\n")


def read_story(content: bytes) -> tuple[str, str]:
    """Language tag and text of a story, to the letter as `story_text` put it: a story may end with a line end."""
    language, line_end, text = _after(STORY, content).partition("\n")
    if not line_end or not LANGUAGE.fullmatch(language):
        raise FormatError("the story has no language tag on its second line: expected BCP 47, such as en or und")
    return language, text


def _after(first: str, content: bytes) -> str:
    """The text after the first line, without the last line end; everything that is no text of ours is refused."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        # that error carries the text with it
        raise FormatError(f"{first}: not UTF-8") from None
    start = f"{first}\n"
    if not text.startswith(start):
        raise FormatError(f"expected a first line of {first}: it is of another format")
    if len(text) == len(start) or not text.endswith("\n"):
        raise FormatError(f"{first}: no line end at the end, it was cut")
    if "\r" in text:
        raise FormatError(f"{first}: a carriage return, expected line ends of LF only")
    if not unicodedata.is_normalized("NFC", text):
        raise FormatError(f"{first}: text not in NFC")
    return text[len(start) : -1]


def _utf8(text: str) -> bytes:
    # asked before, since the codec's own error would carry the text with it
    if seal.LONE_SURROGATE.search(text):
        raise FormatError("a text holds half a character (a lone surrogate): no UTF-8 can hold it")
    return text.encode()
