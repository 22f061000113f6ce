"""The frame: one sealed envelope, of one size for each kind, and the texts that lie in it.

One line says format, seal and size; a binary age file follows. What is sealed was filled with zeros to the size before,
so that a blank story looks like a long one. The format is docs/formats/frame.md.
"""

import builtins
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evenhand.errors import FormatError, ProofError
from evenhand.keep import seal

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
# RFC 7493: beyond it, a reader in another language makes a rounded number of it
LARGEST = 2**53 - 1


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
    try:
        line = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError("facts cannot be written as JSON: expected plain mappings and lists") from error
    _hold(facts)
    content = _utf8(f"{FACTS}\n{unicodedata.normalize('NFC', line)}\n")
    read_facts(content)
    return content


def read_facts(content: bytes) -> dict[str, Any]:
    """The facts: no floats, no duplicate keys, no number beyond 53 bits, no text that is not Unicode in NFC."""
    line = _after(FACTS, content)
    if "\n" in line or not (line.startswith("{") and line.endswith("}")):
        raise FormatError("facts are not one object of JSON on one line")
    try:
        facts: dict[str, Any] = json.loads(
            line, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
        )
    except FormatError:
        raise
    except (ValueError, RecursionError):
        # json's error carries the whole text with it
        raise FormatError("facts are not JSON, expected one object on one line") from None
    _hold(facts)
    if not unicodedata.is_normalized("NFC", json.dumps(facts, ensure_ascii=False)):
        raise FormatError("facts have a text that is not in NFC, written with escapes")
    return facts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise FormatError("facts have a key twice, expected each once")
    return made


def _no_float(_: str) -> Any:
    raise FormatError("facts have a number that is no integer: write it as an integer or a text")


def _hold(facts: object) -> None:
    """Hold every value to what facts may be, in a queue and not by recursion: depth is somebody else's choice."""
    waiting = [facts]
    while waiting:
        match waiting.pop():
            case bool() | None:
                pass
            case int() as number if abs(number) <= LARGEST:
                pass
            case str() as text:
                _utf8(text)
            case Mapping() as inner if all(isinstance(key, str) for key in inner):
                waiting += [*inner.keys(), *inner.values()]
            case list() as inner:
                waiting += inner
            case _:
                raise FormatError(
                    "facts have a value of another kind: expected texts, integers of up to 53 bits, lists"
                )


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
