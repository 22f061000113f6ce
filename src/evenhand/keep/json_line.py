"""JSON line: one object on one line, as facts and signed notes hold it, with nothing in it that two readers read apart.

No floats, no key twice, no number beyond 53 bits (RFC 7493), no text that is not Unicode in NFC. There is no canonical
JSON: nothing is written again before it is checked.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from evenhand.errors import FormatError
from evenhand.keep.seal import LONE_SURROGATE

# RFC 7493: beyond it, a reader in another language makes a rounded number of it
LARGEST = 2**53 - 1


def write(value: Mapping[str, Any], what: str) -> str:
    """The object on one line, without a line end; texts are put in NFC. FormatError names `what`, never a value."""
    try:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"{what} cannot be written as JSON: expected plain mappings and lists") from error
    _hold(value, what)
    return unicodedata.normalize("NFC", line)


def read(line: str, what: str) -> dict[str, Any]:
    """The object in a line that `write` could have written, its keys in any order."""
    if "\n" in line or not (line.startswith("{") and line.endswith("}")):
        raise FormatError(f"{what} are not one object of JSON on one line")
    try:
        value: dict[str, Any] = json.loads(
            line, object_pairs_hook=once, parse_float=_no_float, parse_constant=_no_float
        )
    except FormatError as error:
        raise FormatError(f"{what} have {error}") from None
    except (ValueError, RecursionError):
        # json's error carries the whole text with it
        raise FormatError(f"{what} are not JSON, expected one object on one line") from None
    _hold(value, what)
    if not unicodedata.is_normalized("NFC", json.dumps(value, ensure_ascii=False)):
        raise FormatError(f"{what} have a text that is not in NFC, written with escapes")
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON from its pairs; FormatError where a key stands twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise FormatError("a key twice, expected each once")
    return made


def _no_float(_: str) -> Any:
    raise FormatError("a number that is no integer: write it as an integer or a text")


def _hold(value: object, what: str) -> None:
    """Hold every value to what may be in it, in a queue and not by recursion: depth is somebody else's choice."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case bool() | None:
                pass
            case int() as number if abs(number) <= LARGEST:
                pass
            case str() as text:
                if LONE_SURROGATE.search(text):
                    raise FormatError("a text holds half a character (a lone surrogate): no UTF-8 can hold it")
            case Mapping() as inner if all(isinstance(key, str) for key in inner):
                waiting += [*inner.keys(), *inner.values()]
            case list() as inner:
                waiting += inner
            case _:
                raise FormatError(
                    f"{what} have a value of another kind: expected texts, integers of up to 53 bits, lists"
                )
