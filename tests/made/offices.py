"""Offices made up for tests: a log, a witness and desks whose keys are hashes of words, and the manifests they sign."""

import hashlib
from collections.abc import Sequence
from datetime import date

from evenhand.keep import code, manifest, note

ORIGIN = "report.example.org/ledger"
DAY = date(2026, 12, 1)


def seed(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


def signer(name: str, words: str = "", kind: int = note.ED25519) -> note.Signer:
    return note.Signer(name, seed(words or f"example {name}"), kind)


LOG = signer(ORIGIN, "example log key")
PROMISE = signer(f"{ORIGIN}/promise", "example promise key")
WITNESS = signer("witness.legal.example/w1", "example witness key", note.COSIGNATURE)


def root(desk: str) -> note.Signer:
    return signer(f"{desk}/root")


def operator(desk: str, number: int = 1) -> note.Signer:
    return signer(f"{desk}/op-{number}")


def identity(words: str) -> str:
    return code.identity(seed(words))


def desk(name: str, facts: str = "") -> manifest.Desk:
    return manifest.Desk(
        name, root(name).key, code.recipient(seed(facts or f"{name} facts")), code.recipient(seed(f"{name} story"))
    )


def operators(name: str, roles: Sequence[str] = ("facts", "code", "release")) -> tuple[manifest.Operator, ...]:
    return tuple(
        manifest.Operator(operator(name, n).key, code.recipient(seed(f"{name}/op-{n} age")), tuple(roles))
        for n in (1, 2)
    )


def first(**changes: object) -> manifest.Manifest:
    """Version 1, of two desks with two operators each, one witness and a quorum of one."""
    said: dict[str, object] = {
        "origin": ORIGIN,
        "version": 1,
        "previous": None,
        "day": DAY,
        "log": LOG.key,
        "promise": PROMISE.key,
        "desks": (desk("civil-rights"), desk("legal")),
        "witnesses": (WITNESS.key,),
        "quorum": 1,
        "operators": (*operators("civil-rights"), *operators("legal")),
        "labels": (manifest.Label("civil-rights", "en", "Human rights office"),),
    }
    return manifest.Manifest(**{**said, **changes})  # type: ignore[arg-type]


def signed(made: manifest.Manifest, *desks: str) -> note.Note:
    """Signed by the log and by the roots of these desks."""
    return note.sign(made.text, [LOG, *(root(each) for each in desks)])
