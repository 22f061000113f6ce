"""Notices: what only an office can say: people to talk to, how to complain, deadlines that may run.

They stand in `notices.toml` of the drop box's folder (docs/formats/notices.md); without it there is a line for anyone.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenhand.errors import FormatError
from evenhand.web.dropbox.settings import FOLDER

PATH = FOLDER / "notices.toml"
PLACES = ("talk", "young", "complain", "deadline")
KEYS = {"language", "name", "words"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: its place is one of PLACES; a deadline has the day until which it was looked at."""

    place: str
    language: str
    name: str
    words: str
    checked: date | None = None


# 988 answers calls and texts in the whole United States, at any hour, in English and Spanish (988lifeline.org)
LINES = {
    "en": "Call or text 988, at any hour. It is free.",
    "es": "Llame al 988, a cualquier hora, y oprima 2. O envíe AYUDA al 988. Es gratis.",
}
EVERYWHERE = tuple(
    Notice(place, tongue, "988", words) for place in ("talk", "young") for tongue, words in LINES.items()
)


def notices(language: str) -> dict[str, list[Notice]]:
    """Those of each place in a language, in English where there are none in it; FormatError says what is wrong."""
    found: dict[str, list[Notice]] = {}
    for place in PLACES:
        here = [each for each in NOTICES if each.place == place]
        found[place] = [each for each in here if each.language == language] or [
            each for each in here if each.language == "en"
        ]
    return found


def read(text: str) -> tuple[Notice, ...]:
    """The notices in a TOML text; of each place that it leaves out, those for anyone."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"notices.toml is no TOML: {error}") from None
    if unknown := set(said) - set(PLACES):
        raise FormatError(f"notices.toml has [[{sorted(unknown)[0]}]]: expected {', '.join(PLACES)}")
    made = [_notice(place, each) for place in PLACES for each in said.get(place, [])]
    return (*made, *(each for each in EVERYWHERE if each.place not in said))


def _notice(place: str, said: dict[str, Any]) -> Notice:
    keys = KEYS | ({"checked"} if place == "deadline" else set())
    if not isinstance(said, dict) or set(said) != keys:
        raise FormatError(f"a [[{place}]] of notices.toml has {', '.join(sorted(keys))}, and nothing else")
    if not all(isinstance(said[key], str) and said[key].strip() for key in KEYS):
        raise FormatError(f"a [[{place}]] of notices.toml: {', '.join(sorted(KEYS))} are texts, none of them blank")
    if place == "deadline" and type(said["checked"]) is not date:
        raise FormatError("a [[deadline]] of notices.toml: `checked` is the day somebody made sure of it, 2026-11-24")
    return Notice(place, **said)


def _of_folder() -> tuple[Notice, ...]:
    return read(PATH.read_text(encoding="utf-8")) if PATH.exists() else EVERYWHERE


NOTICES = _of_folder()
