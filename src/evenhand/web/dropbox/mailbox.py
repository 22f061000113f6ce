"""Mailbox: what desks wrote to a report, opened in memory while its page is drawn and kept nowhere (VAULT 5)."""

from dataclasses import dataclass, field
from datetime import date

from evenhand.errors import EvenhandError
from evenhand.keep import act, code, frame, note
from evenhand.keep.lines import decoded
from evenhand.web.dropbox import office
from evenhand.web.dropbox.store import DatabaseStore
from evenhand.web.dropbox.visit import Visit


@dataclass(frozen=True, slots=True)
class Letter:
    """A question or a word from a desk: what the desk is called, the day, the language, the words."""

    desk: str
    day: date
    language: str
    words: str = field(repr=False)


def letters(visit: Visit) -> tuple[tuple[Letter, ...], int]:
    """The letters that an operator of the manifest in force signed, oldest first, and how many others there are."""
    store, identity = DatabaseStore(), code.identity(bytes.fromhex(visit.mailbox))
    about = decoded(visit.entry)
    sealed = [store.frames(each.commitment)[0] for each in store.about(about) if each.kind == "reply"]
    made = [_letter(each, identity, about, visit.language) for each in sealed if each is not None]
    read = [each for each in made if each is not None]
    return tuple(sorted(read, key=lambda each: each.day)), len(made) - len(read)


def _letter(sealed: bytes, identity: str, about: bytes, language: str) -> Letter | None:
    """One letter; None where it does not open, is about another report, or its signature does not hold."""
    try:
        signed = note.parse(frame.open(frame.parse(sealed), [identity]))
        said = act.read_reply(signed)
        operator = office.in_force().operator(said.by)
        if operator is None or said.about != about:
            return None
        act.check(signed, operator.key)
    except EvenhandError:
        return None
    called = {reader.name: reader.label for reader in office.readers(language)}
    return Letter(called[operator.desk], said.day, said.language, said.words)
