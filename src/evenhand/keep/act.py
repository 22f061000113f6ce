"""Act: what lies signed in a frame. A desk's work, a reporter's correction or withdrawal, a reply.

Each is a note of two lines, a format and a JSON object. An operator's acts are numbered and name the one before, so
that none is dropped, doubled or put in another order unseen. The format is docs/formats/act.md.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from evenhand.errors import FormatError, ProofError
from evenhand.keep import frame, json_line, manifest, note
from evenhand.keep.lines import Lines, day, decoded, encoded
from evenhand.terms import acts
from evenhand.terms.codebook import DID_NOT, ELEMENTS, EXCLUSIVE, HAPPENED, NOT_MENTIONED, PHASES, VERSION

ACT, CORRECTION = "evenhand/act/1", "evenhand/correction/1"
WITHDRAWAL, REPLY = "evenhand/withdrawal/1", "evenhand/reply/1"
# the name of the key that is derived from a return code, and signs what its holder says later
HAND = "hand"
CODES = {str(code): code for code in (HAPPENED, DID_NOT, NOT_MENTIONED)}
KEY_COPIES = ("facts", "story")
Typed = TypeVar("Typed")


@dataclass(frozen=True, slots=True)
class Act:
    """What one operator did: `n` counts from 1 in its chain, `previous` is the digest of their note before (32 bytes).

    `about` are commitments, 32 bytes each; `value` is as docs/formats/act.md has it for each `what`.
    """

    about: tuple[bytes, ...]
    by: str
    day: date
    n: int
    previous: bytes | None
    what: str
    value: Any = field(repr=False)

    def __post_init__(self) -> None:
        if self.what not in acts.ACTS:
            raise FormatError(f"an act that is not known: expected one of {', '.join(acts.ACTS)}")
        least, most = acts.ACTS[self.what].about
        if len(self.about) < least or (most is not None and len(self.about) > most):
            raise FormatError(f"{self.what!r} is about {len(self.about)} reports: expected {_range(least, most)}")
        _check_operator(self.by)
        if len(set(self.about)) != len(self.about):
            raise FormatError("an act is about one report twice, expected each once")
        if self.n < 1 or (self.previous is None) != (self.n == 1):
            raise FormatError("acts are numbered from 1, and each but the first names the one before")
        VALUES[self.what](self.value, len(self.about))

    @property
    def chain(self) -> str:
        """Which of its operator's chains it is in."""
        return acts.ACTS[self.what].chain

    @property
    def text(self) -> str:
        """The act before it is signed."""
        return _text(
            ACT,
            {
                "about": [encoded(each) for each in self.about],
                "by": self.by,
                "day": self.day.isoformat(),
                "n": self.n,
                "previous": None if self.previous is None else encoded(self.previous),
                "value": self.value,
                "what": self.what,
            },
        )


def _check_operator(name: str) -> None:
    # anyone can seal to a desk: what stands here is shown, so it is held to its shape before
    if not manifest.OPERATOR_NAME.fullmatch(name):
        raise FormatError("an operator is named DESK/op-NUMBER")


def _range(least: int, most: int | None) -> str:
    return f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"


def _text(first: str, said: Mapping[str, Any]) -> str:
    return f"{first}\n{json_line.write(dict(sorted(said.items())), first)}\n"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a reporter says later: `given` are the fields said again; `story` is SHA-256 of the content of its story.

    `n` counts the corrections of one report from 1, since a batch does not keep their order.
    """

    about: bytes
    given: Mapping[str, Any] = field(repr=False)
    n: int
    story: bytes

    def __post_init__(self) -> None:
        if self.n < 1:
            raise FormatError("corrections of a report are numbered from 1")

    @property
    def text(self) -> str:
        """The correction before it is signed."""
        said = {"about": encoded(self.about), "given": dict(self.given), "n": self.n, "story": encoded(self.story)}
        return _text(CORRECTION, said)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A reporter takes the report back."""

    about: bytes

    @property
    def text(self) -> str:
        """The withdrawal before it is signed."""
        return _text(WITHDRAWAL, {"about": encoded(self.about)})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a desk asks or tells a reporter: sealed to the mailbox of the code, so that no desk reads it again."""

    about: bytes
    by: str
    day: date
    language: str
    words: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_operator(self.by)
        if not frame.LANGUAGE.fullmatch(self.language):
            raise FormatError("no language tag: expected BCP 47, such as en, so-SO or und")

    @property
    def text(self) -> str:
        """The reply before it is signed."""
        said = {"about": encoded(self.about), "by": self.by, "day": self.day.isoformat()}
        return _text(REPLY, {**said, "language": self.language, "words": self.words})


def digest(signed: note.Note) -> bytes:
    """SHA-256 of a note's bytes, 32 bytes: what the next act of its chain names."""
    return hashlib.sha256(signed.bytes).digest()


def read(signed: note.Note) -> Act:
    """The act in a note, not yet held to its signature: that is `check`."""
    said = _object(signed, ACT, ("about", "by", "day", "n", "previous", "value", "what"))
    about, previous = said["about"], said["previous"]
    if not isinstance(about, list):
        raise FormatError(f"{ACT}: about is no list of commitments")
    return Act(
        about=tuple(decoded(_is(str, each, "about")) for each in about),
        by=_is(str, said["by"], "by"),
        day=day(_is(str, said["day"], "day")),
        n=_is(int, said["n"], "n"),
        previous=None if previous is None else decoded(_is(str, previous, "previous")),
        what=_is(str, said["what"], "what"),
        value=said["value"],
    )


def read_correction(signed: note.Note) -> Correction:
    """The correction in a note, not yet held to its signature."""
    said = _object(signed, CORRECTION, ("about", "given", "n", "story"))
    return Correction(
        about=decoded(_is(str, said["about"], "about")),
        given=_is(dict, said["given"], "given"),
        n=_is(int, said["n"], "n"),
        story=decoded(_is(str, said["story"], "story")),
    )


def read_withdrawal(signed: note.Note) -> Withdrawal:
    """The withdrawal in a note, not yet held to its signature."""
    return Withdrawal(decoded(_is(str, _object(signed, WITHDRAWAL, ("about",))["about"], "about")))


def read_reply(signed: note.Note) -> Reply:
    """The reply in a note, not yet held to its signature."""
    said = _object(signed, REPLY, ("about", "by", "day", "language", "words"))
    return Reply(
        about=decoded(_is(str, said["about"], "about")),
        by=_is(str, said["by"], "by"),
        day=day(_is(str, said["day"], "day")),
        language=_is(str, said["language"], "language"),
        words=_is(str, said["words"], "words"),
    )


def check(signed: note.Note, key: note.Key) -> None:
    """ProofError unless this key signed it, and nobody else."""
    note.check(signed, [key])
    if len(signed.signatures) != 1:
        raise ProofError(f"signed by {len(signed.signatures)} keys, expected {key.name} alone")


def _object(signed: note.Note, first: str, keys: tuple[str, ...]) -> dict[str, Any]:
    lines = Lines(signed.text.encode(), first, first)
    said = json_line.read(lines.plain(), first)
    lines.end()
    if set(said) != set(keys):
        raise FormatError(f"{first} has the keys {', '.join(keys)}, each once, and no other")
    return said


def _is(kind: type[Typed], value: object, key: str) -> Typed:
    # type() and not isinstance(): True is no number here
    if type(value) is not kind:
        raise FormatError(f"{key} is of another type: expected {kind.__name__}")
    return value


def sheet(codes: Mapping[str, int], phase: str = "whole") -> dict[str, str]:
    """The value of a code sheet: a code for each element of the codebook, in its order, as one text of digits."""
    if set(codes) != set(ELEMENTS):
        raise FormatError(f"{len(codes)} elements are coded, expected all {len(ELEMENTS)} of the codebook and no other")
    value = {"codebook": VERSION, "codes": "".join(str(codes[element]) for element in ELEMENTS), "phase": phase}
    _sheet(value, 1)
    return value


def codes(value: Mapping[str, Any]) -> dict[str, int]:
    """The codes in the value of a `code` or an `adjudicate`: 1, 0 or 9 for each element."""
    return {element: CODES[digit] for element, digit in zip(ELEMENTS, value["codes"], strict=True)}


def sheets(value: Mapping[str, Any]) -> tuple[tuple[note.Note, Act], ...]:
    """The signed code sheets that an adjudication holds; their signatures are still to be checked."""
    signed = [note.parse(_is(str, each, "sheets").encode()) for each in _is(list, value["sheets"], "sheets")]
    return tuple((each, read(each)) for each in signed)


def _keys(value: object, what: str, *keys: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise FormatError(f"the value of {what!r} is an object with the keys {', '.join(keys)}")
    return value


def _one_of(value: object, what: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise FormatError(f"the value of {what!r} is not one of {', '.join(known)}")


def _sheet(value: object, _: int) -> None:
    _coded(_keys(value, "code", "codebook", "codes", "phase"))


def _coded(value: Mapping[str, Any]) -> None:
    digits = value["codes"]
    if value["codebook"] != VERSION or value["phase"] not in PHASES:
        raise FormatError(f"a sheet is of codebook {VERSION}, and of a phase: {', '.join(PHASES)}")
    if not isinstance(digits, str) or len(digits) != len(ELEMENTS) or set(digits) - set(CODES):
        raise FormatError(f"a sheet has {len(ELEMENTS)} codes, each {', '.join(CODES)}, one for each element")
    given = codes(value)
    for pair in EXCLUSIVE:
        if all(given[element] == HAPPENED for element in pair):
            raise FormatError(f"{' and '.join(pair)} are both coded as happened: the account goes back to its coder")


def _adjudicate(value: object, _: int) -> None:
    held = _keys(value, "adjudicate", "codebook", "codes", "phase", "sheets")
    _coded(held)
    read_apart = [each for _, each in sheets(held)]
    if len({each.by for each in read_apart}) != len(read_apart) or len(read_apart) < 2:
        raise FormatError("an adjudication holds the sheets of two coders or more, one of each")
    if any(each.what != "code" or each.value["phase"] != held["phase"] for each in read_apart):
        raise FormatError("an adjudication holds something that is no code sheet of its phase")


def _disposition(value: object, _: int) -> None:
    _one_of(value, "disposition", acts.DISPOSITIONS)


def _link(value: object, about: int) -> None:
    if about > 1:
        _one_of(value, "link", acts.LINKS)
        return
    record = _keys(value, "link", "answer", "row", "source")
    _one_of(record["answer"], "link", acts.ANSWERS)
    decoded(_is(str, record["source"], "source"))
    _is(str, record["row"], "row")


def _opened(value: object, _: int) -> None:
    _one_of(value, "opened", ("story",))


def _shredded(value: object, _: int) -> None:
    _one_of(value, "shredded", acts.SHREDDED)


def _hold(value: object, _: int) -> None:
    day(_is(str, value, "value"))


def _nothing(value: object, _: int) -> None:
    if value is not None:
        raise FormatError("this act has no value: expected null")


def _key_copy(value: object, _: int) -> None:
    if not isinstance(value, dict) or not value or not set(value) <= set(KEY_COPIES):
        raise FormatError(f"a key copy holds keys of {' and '.join(KEY_COPIES)}")
    if not all(isinstance(each, str) for each in value.values()):
        raise FormatError("a key copy holds age identities, each a text")


# What the value of each kind of act has to be, given about how many reports it is.
VALUES: Mapping[str, Callable[[object, int], None]] = {
    "code": _sheet,
    "adjudicate": _adjudicate,
    "disposition": _disposition,
    "link": _link,
    "unlink": _link,
    "opened": _opened,
    "shredded": _shredded,
    "hold": _hold,
    "release hold": _nothing,
    "key copy": _key_copy,
}
