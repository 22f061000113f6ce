"""Manifest: who is behind a ledger. Its keys, desks, operators and terms, in versions that each follow from the last.

Each version is signed by those whose lines it changes, so that no drop box gives itself other readers. The format is
docs/formats/manifest.md.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from evenhand.errors import FormatError, ProofError
from evenhand.keep import note
from evenhand.keep.lines import Lines, day, decoded, encoded, number, written

FORMAT = "evenhand/manifest/1"
ROLES = ("facts", "story", "code", "adjudicate", "release")
TERMS = ("facts", "story", "reply", "act")
# Bech32 of 32 bytes: 52 values and 6 of checksum
AGE = r"age1[02-9ac-hj-np-z]{58}"
DESK = r"[a-z0-9]+(?:-[a-z0-9]+)*"
CODE = re.compile(r"argon2id (\d+) (\d+) (\d+)", re.ASCII)
BATCH = re.compile(r"(\d+) daily ((?:[01][0-9]|2[0-3]):[0-5][0-9])", re.ASCII)
DESK_LINE = re.compile(rf"({DESK}) root (\S+) facts ({AGE}) story ({AGE})")
OPERATOR_LINE = re.compile(rf"(\S+) ({AGE}) roles ([a-z]+(?:,[a-z]+)*)")
OPERATOR_NAME = re.compile(rf"({DESK})/op-[1-9][0-9]*")
LABEL_LINE = re.compile(rf'({DESK}) ([A-Za-z]{{2,8}}(?:-[A-Za-z0-9]{{1,8}})*) "([^"\n]+)"')


@dataclass(frozen=True, slots=True)
class Desk:
    """An office that reads: its root key, and the age recipients of its facts and story keys."""

    name: str
    root: note.Key
    facts: str
    story: str

    @property
    def line(self) -> str:
        """The desk as it stands in a manifest."""
        return f"desk {self.name} root {self.root.text} facts {self.facts} story {self.story}"


@dataclass(frozen=True, slots=True)
class Operator:
    """One person's keys at a desk: a number, never a name. `age` is their own recipient; `roles` are of ROLES."""

    key: note.Key
    age: str
    roles: tuple[str, ...]

    @property
    def desk(self) -> str:
        """The desk they work at."""
        return self.key.name.partition("/")[0]

    @property
    def line(self) -> str:
        """The operator as they stand in a manifest."""
        return f"operator {self.key.text} {self.age} roles {','.join(self.roles)}"


@dataclass(frozen=True, slots=True)
class Label:
    """What a form calls a desk in one language (BCP 47)."""

    desk: str
    language: str
    text: str

    @property
    def line(self) -> str:
        """The label as it stands in a manifest."""
        return f'label {self.desk} {self.language} "{self.text}"'


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version, held to its rules when it is made. `previous` is SHA-256 of the version before, 32 bytes."""

    origin: str
    version: int
    previous: bytes | None
    day: date
    log: note.Key
    promise: note.Key
    desks: tuple[Desk, ...]
    witnesses: tuple[note.Key, ...] = ()
    quorum: int = 0
    code: tuple[int, int, int] = (47_104, 1, 1)
    terms: tuple[int, int, int, int] = (1825, 730, 365, 3650)
    batch: tuple[int, str] = (64, "06:00")
    operators: tuple[Operator, ...] = ()
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        _hold(self)

    @property
    def text(self) -> str:
        """The manifest before it is signed."""
        lines = [FORMAT, f"origin {self.origin}", f"version {self.version}"]
        if self.previous is not None:
            lines.append(f"previous {encoded(self.previous)}")
        lines += [f"day {self.day.isoformat()}", *self.everybodys, *(line for _, line in self.owned)]
        return written(lines).decode()

    @property
    def everybodys(self) -> tuple[str, ...]:
        """The lines that belong to no desk: a change of one is signed by all."""
        return (
            f"log {self.log.text}",
            f"promise {self.promise.text}",
            *(f"witness {witness.text}" for witness in self.witnesses),
            f"quorum {self.quorum}",
            f"code argon2id {' '.join(map(str, self.code))}",
            f"term {' '.join(f'{name} {days}' for name, days in zip(TERMS, self.terms, strict=True))}",
            f"batch {self.batch[0]} daily {self.batch[1]}",
        )

    @property
    def owned(self) -> tuple[tuple[str, str], ...]:
        """Desk and line, for each line that belongs to a desk, in order."""
        return (
            *((desk.name, desk.line) for desk in self.desks),
            *((operator.desk, operator.line) for operator in self.operators),
            *((label.desk, label.line) for label in self.labels),
        )

    @property
    def roots(self) -> dict[str, note.Key]:
        """Each desk's root key."""
        return {desk.name: desk.root for desk in self.desks}

    def term(self, kind: str, role: str) -> int:
        """How many days a frame of this role in such an entry is kept: a story goes first, acts stay longest."""
        return self.terms[TERMS.index(role if role != "note" else "reply" if kind == "reply" else "act")]

    def operator(self, name: str) -> Operator | None:
        """The operator whose key has this name."""
        return next((each for each in self.operators if each.key.name == name), None)


def _hold(made: Manifest) -> None:
    if made.version < 1 or (made.previous is None) != (made.version == 1):
        raise FormatError("a manifest's version counts from 1, and every one but the first has a previous")
    if made.log.name != made.origin:
        raise FormatError("the log key's name is not the origin of the ledger")
    if not made.desks:
        raise FormatError("a manifest without a desk: nobody could read what is told")
    desks = [desk.name for desk in made.desks]
    _once(desks, "a desk")
    _once([witness.name for witness in made.witnesses], "a witness")
    _once([(label.desk, label.language) for label in made.labels], "a label of one desk and language")
    keys = [made.log, made.promise, *made.roots.values(), *(operator.key for operator in made.operators)]
    if any(key.kind != note.ED25519 for key in keys) or any(key.kind == note.ED25519 for key in made.witnesses):
        raise FormatError("a key is of a type that its line does not take")
    _once([key.name for key in (*keys, *made.witnesses)], "a key's name")
    _once([key.public for key in (*keys, *made.witnesses)], "a key")
    _once(
        [*(age for desk in made.desks for age in (desk.facts, desk.story)), *(o.age for o in made.operators)],
        "an age key",
    )
    if not 0 <= made.quorum <= sum(witness.kind == note.COSIGNATURE for witness in made.witnesses):
        raise FormatError(f"a quorum of {made.quorum}: there are fewer witnesses whose signatures can be checked")
    for operator in made.operators:
        check_operator(operator)
    if unknown := {desk for desk, _ in made.owned} - set(desks):
        raise FormatError(f"{len(unknown)} desks have lines and no desk line")


def check_name(desk: str) -> None:
    """FormatError where a desk may not have this name."""
    if not re.fullmatch(DESK, desk):
        raise FormatError("a desk's name has small letters, digits and hyphens, such as civil-rights: choose another")


def check_operator(operator: Operator) -> None:
    """FormatError where an operator's name or roles are none."""
    _once(operator.roles, "a role of one operator")
    if not OPERATOR_NAME.fullmatch(operator.key.name) or not set(operator.roles) <= set(ROLES):
        raise FormatError(f"an operator is named DESK/op-NUMBER and has roles of {', '.join(ROLES)}")


def _once(values: Sequence[object], what: str) -> None:
    if len(set(values)) != len(values):
        raise FormatError(f"{what} stands twice in the manifest, expected once")


def read(signed: note.Note) -> Manifest:
    """The manifest in a note, not yet held to who must sign: that is `check`."""
    lines = Lines(signed.text.encode(), "a manifest", FORMAT)
    origin, version = lines.one("origin"), number(lines.one("version"))
    previous = lines.maybe("previous")
    made = Manifest(
        origin=origin,
        version=version,
        previous=None if previous is None else decoded(previous),
        day=day(lines.one("day")),
        log=note.read_key(lines.one("log")),
        promise=note.read_key(lines.one("promise")),
        witnesses=tuple(note.read_key(each) for each in lines.many("witness")),
        quorum=number(lines.one("quorum")),
        code=_code(lines.one("code")),
        terms=_terms(lines.one("term")),
        batch=_batch(lines.one("batch")),
        desks=tuple(read_desk(each) for each in lines.many("desk")),
        operators=tuple(read_operator(each) for each in lines.many("operator")),
        labels=tuple(read_label(each) for each in lines.many("label")),
    )
    lines.end()
    if made.text != signed.text:
        raise FormatError("a manifest has one way to be written, and this is another")
    return made


def _match(pattern: re.Pattern[str], value: str, what: str) -> tuple[str, ...]:
    found = pattern.fullmatch(value)
    if found is None:
        raise FormatError(f"a manifest's line {what} has another shape: look at docs/formats/manifest.md")
    return found.groups()


def _code(value: str) -> tuple[int, int, int]:
    memory, passes, lanes = map(number, _match(CODE, value, "code"))
    return memory, passes, lanes


def _terms(value: str) -> tuple[int, int, int, int]:
    pattern = re.compile(" ".join(rf"{name} (\d+)" for name in TERMS), re.ASCII)
    facts, story, reply, act = map(number, _match(pattern, value, "term"))
    return facts, story, reply, act


def _batch(value: str) -> tuple[int, str]:
    size, hour = _match(BATCH, value, "batch")
    return number(size), hour


def read_desk(value: str) -> Desk:
    """A desk from what stands behind the word `desk`."""
    name, root, facts, story = _match(DESK_LINE, value, "desk")
    return Desk(name, note.read_key(root), facts, story)


def read_operator(value: str) -> Operator:
    """An operator from what stands behind the word `operator`."""
    key, age, roles = _match(OPERATOR_LINE, value, "operator")
    return Operator(note.read_key(key), age, tuple(roles.split(",")))


def read_label(value: str) -> Label:
    """A label from what stands behind the word `label`."""
    found = LABEL_LINE.fullmatch(value)
    if found is None:
        raise FormatError('a label has a desk, a language (BCP 47), and a text without quotation marks between two (")')
    return Label(*found.groups())


def digest(signed: note.Note) -> bytes:
    """SHA-256 of the whole file, signatures included, 32 bytes: what the next version names, and a leaf holds."""
    return hashlib.sha256(signed.bytes).digest()


def check(versions: Iterable[note.Note]) -> tuple[Manifest, ...]:
    """The manifests of a chain, from version 1 on; ProofError where one does not follow or is not signed as it must be.

    Nothing vouches for version 1: compare its digest with one that came another way.
    """
    held: list[Manifest] = []
    before: note.Note | None = None
    for signed in versions:
        made = read(signed)
        if before is None:
            _check_first(made, signed)
        else:
            _check_next(held[-1], digest(before), made, signed)
        held.append(made)
        before = signed
    return tuple(held)


def for_lost_roots(versions: Sequence[note.Note]) -> tuple[tuple[int, str], ...]:
    """Version and desk, of a chain that holds, where the other desks signed for one whose root did not."""
    chain = [read(signed) for signed in versions]
    return tuple(
        (made.version, desk)
        for before, made, signed in zip(chain, chain[1:], versions[1:], strict=False)
        for desk in sorted({desk for desk, _ in set(made.owned) ^ set(before.owned)} & set(before.roots))
        if not note.signed_by(signed, before.roots[desk])
    )


def _check_first(made: Manifest, signed: note.Note) -> None:
    if made.version != 1:
        raise ProofError(f"the first manifest is version {made.version}, expected 1: fetch those before it")
    note.check(signed, [made.log, *made.roots.values()])


def _check_next(before: Manifest, digest_before: bytes, made: Manifest, signed: note.Note) -> None:
    if made.version != before.version + 1:
        raise ProofError(
            f"manifest {made.version} comes after {before.version}: out of order, or one is missing; "
            f"expected version {before.version + 1}"
        )
    if made.previous != digest_before:
        raise ProofError(f"manifest {made.version} follows another version {before.version} than this one")
    if made.origin != before.origin:
        raise ProofError(f"manifest {made.version} is of another ledger")
    if made.day < before.day:
        raise ProofError(f"manifest {made.version} is of an earlier day than version {before.version}")
    # a known key's signature that does not hold voids it, needed or not
    roots = before.roots
    signers = {desk for desk, root in roots.items() if note.signed_by(signed, root)}
    for key in made.roots.values():
        note.signed_by(signed, key)
    note.check(signed, [made.log])
    if set(made.everybodys) != set(before.everybodys) and signers != set(roots):
        absent = ", ".join(sorted(set(roots) - signers))
        raise ProofError(f"manifest {made.version} changes a line of everybody's, and {absent} did not sign")
    for desk in sorted({desk for desk, _ in set(made.owned) ^ set(before.owned)}):
        _check_desk(desk, made, signed, roots, signers)


def _check_desk(desk: str, made: Manifest, signed: note.Note, roots: dict[str, note.Key], signers: set[str]) -> None:
    if desk in roots:
        others = set(roots) - {desk}
        if desk not in signers and not (others and others <= signers):
            raise ProofError(
                f"manifest {made.version} changes lines of {desk}: not signed by its root, nor by every other desk"
            )
        return
    if not note.signed_by(signed, made.roots[desk]):
        raise ProofError(f"manifest {made.version} brings in {desk}, and its own root did not sign")
    if len(signers) < min(2, len(roots)):
        raise ProofError(f"manifest {made.version} brings in {desk}: signed by {len(signers)} desks, expected two")


def in_force(versions: Sequence[tuple[int, Manifest]], size: int) -> Manifest:
    """The version in force at a size, of pairs of leaf number and manifest: the newest whose leaf lies below it.

    ProofError where no version has a leaf.
    """
    if not versions:
        raise ProofError("no manifest has a leaf in this ledger, so that none is in force: publish the first one")
    below = [made for index, made in versions if index < size]
    version = max(made.version for made in below) if below else min(made.version for _, made in versions)
    return next(made for _, made in versions if made.version == version)
