"""Catalogue: what a language says for each string, and whether two native readers have signed exactly that.

A compiled catalogue is read as GNU gettext writes it; a signature stands in `locale/signatures.toml` with the hash of
what was read (docs/formats/signatures.md). English is the source and has neither.
"""

import hashlib
import json
import re
import struct
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from evenhand.errors import FormatError

LOCALE = Path(__file__).parent / "locale"
# EXPERIENCE 2.4, each in its own name
NAMES = {
    "en": "English",
    "es": "Español",
    "so": "Soomaali",
    "mww": "Hmoob",
    "ksw": "ကညီ",
    "vi": "Tiếng Việt",
    "om": "Afaan Oromoo",
    "am": "አማርኛ",
}
READERS = {1, 2}
# GNU gettext's manual, "The Format of GNU MO Files"
MAGIC = 0x950412DE
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)s")
# what a string says, by its key; more than one where the language has more forms of number
Said = Mapping[str, tuple[str, ...]]


def key(text: str, plural: str = "") -> str:
    """What a string is called in a catalogue."""
    return f"{text}\0{plural}" if plural else text


def file(tag: str, folder: Path = LOCALE, ending: str = "mo") -> Path:
    """Where the catalogue of a language lies."""
    return folder / tag / "LC_MESSAGES" / f"django.{ending}"


def read(path: Path) -> dict[str, tuple[str, ...]]:
    """What a compiled catalogue says; nothing where there is none."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    if len(data) < 28 or struct.unpack_from("<I", data)[0] != MAGIC:
        raise FormatError(f"{path}: no compiled catalogue; expected what `python -m catalogues --write` makes")
    count, originals, translations = struct.unpack_from("<3I", data, 8)

    def text(table: int, place: int) -> str:
        length, start = struct.unpack_from("<2I", data, table + 8 * place)
        return data[start : start + length].decode()

    pairs = {text(originals, each): tuple(text(translations, each).split("\0")) for each in range(count)}
    # the first is the header: when it was written, and how many forms of number there are
    return {name: forms for name, forms in pairs.items() if name and all(forms)}


def digest(said: Said) -> str:
    """The hash that readers sign: SHA-256 of every string with what it says, in the order of the strings, as JSON."""
    listed = [[name, *forms] for name, forms in sorted(said.items())]
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False).encode()).hexdigest()


def missing(said: Said, wanted: Iterable[str]) -> list[str]:
    """Strings that a language does not say yet."""
    return [name for name in wanted if name not in said]


def stale(said: Said, wanted: Iterable[str]) -> list[str]:
    """What a language says that nobody asks for any more."""
    return sorted(set(said) - set(wanted))


def differing(said: Said) -> list[str]:
    """Strings whose placeholders are not those of what is said; a form of number may leave its number out."""
    return [name for name, forms in said.items() if any(_differs(name, form) for form in forms)]


def _differs(name: str, form: str) -> bool:
    known = set(PLACEHOLDER.findall(name))
    there = set(PLACEHOLDER.findall(form))
    return not there <= known or (there != known and "\0" not in name)


def signers(tag: str, said: Said, folder: Path = LOCALE) -> set[int]:
    """Which of the two readers have signed what is said; one person is one reader."""
    path = folder / "signatures.toml"
    lines = tomllib.loads(path.read_text(encoding="utf-8")).get("signed", []) if path.exists() else []
    fit = {line["name"]: line["reader"] for line in lines if (line["language"], line["sha256"]) == (tag, digest(said))}
    return set(fit.values()) & READERS


def is_ready(tag: str, wanted: Iterable[str], folder: Path = LOCALE) -> bool:
    """Whether a language may be shown: every string said, none torn, and signed by two."""
    said = read(file(tag, folder))
    return not missing(said, wanted) and not differing(said) and signers(tag, said, folder) == READERS
