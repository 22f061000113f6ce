"""Ceremony: the keys of a log, a witness or a desk are made, tried, printed, and put together in a signed manifest.

Each step writes files that a person carries to the next; docs/keeping.md is the script. Nothing here uses a network.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from evenhand.errors import FormatError, OutputError, ProofError
from evenhand.keep import code, frame, keyring, manifest, note, seal
from evenhand.keep.durable import check_free, make_folder, put
from evenhand.keep.keyring import Keyring, Secret
from evenhand.keep.lines import Lines, read, written
from evenhand.keep.manifest import Desk, Label, Manifest, Operator
from evenhand.keep.note import Note

PART = "evenhand/part/1"
READABLE = 0o644
SHEET_WIDTH = 76
RULE = "-" * SHEET_WIDTH
Passphrase = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made: its files, the public one first, and the fingerprints to be read aloud."""

    files: tuple[Path, ...]
    fingerprints: tuple[tuple[str, str], ...]


def make_log(folder: Path, origin: str) -> Made:
    """The keys of a ledger's server: log and promise, each in a file of its own for a user of its own."""
    log = Secret("log", origin, secrets.token_bytes(32))
    promise = Secret("promise", f"{origin}/promise", secrets.token_bytes(32))
    files = _new(folder, "log.part", "log.key", "promise.key")
    keyring.save(files[1], Keyring((log,)), None)
    keyring.save(files[2], Keyring((promise,)), None)
    lines = [f"{each.use} {each.signer.key.text}" for each in (log, promise)]
    put(files[0], written([PART, *lines]), READABLE)
    return Made(files, tuple((each.name, fingerprint(each.signer.key.public)) for each in (log, promise)))


def make_witness(folder: Path, name: str) -> Made:
    """The key of a witness."""
    witness = Secret("witness", name, secrets.token_bytes(32))
    files = _new(folder, "witness.part", "witness.key")
    keyring.save(files[1], Keyring((witness,)), None)
    put(files[0], written([PART, f"witness {witness.signer.key.text}"]), READABLE)
    return Made(files, ((name, fingerprint(witness.signer.key.public)),))


def make_desk(
    folder: Path, name: str, label: Label, roles: Sequence[Sequence[str]], passphrase: Passphrase, today: date
) -> Made:
    """The keys of a desk: a root, two reading keys, one keyring for each operator, and the recovery key on paper.

    `roles` has each operator's. `passphrase` is asked for each keyring by its name, before anything is written. A test
    report is sealed and opened with every key as it lies on the disk, and with the paper, before anything is said to be
    made. FormatError where a manifest would not take the desk.
    """
    manifest.check_name(name)
    made = {use: Secret(use, name, secrets.token_bytes(32)) for use in ("facts", "story", "recovery")}
    root = Secret("root", f"{name}/root", secrets.token_bytes(32))
    desk = Desk(name, root.signer.key, *(code.recipient(made[use].seed) for use in ("facts", "story")))
    names = [f"op-{n}.keyring" for n in range(1, len(roles) + 1)]
    rings = [Keyring((root,)), *_operators(name, roles, made)]
    operators = [_operator(ring, its) for ring, its in zip(rings[1:], roles, strict=True)]
    # what a manifest refuses is found now, and not once the machine was wiped
    for each in operators:
        manifest.check_operator(each)
    manifest.read_label(label.line.removeprefix("label "))
    files = _new(folder, "desk.part", "sheet.txt", "recovery.age", "root.keyring", *names)
    for path in files[3:]:
        passphrase(path.name)
    for path, ring in zip(files[3:], rings, strict=True):
        keyring.save(path, ring, passphrase(path.name))
    recovered = Keyring((made["facts"], made["story"]))
    put(files[2], seal.seal(recovered.text, [code.recipient(made["recovery"].seed)]))
    fingerprints = (
        (f"{name} root", fingerprint(root.signer.key.public)),
        *((each.key.name, fingerprint(each.key.public)) for each in operators),
    )
    sheet = _sheet(name, code.identity(made["recovery"].seed), fingerprints, files, today)
    put(files[1], sheet)
    _try_keys(desk, files, passphrase)
    part = written([PART, desk.line, *(each.line for each in operators), label.line])
    put(files[0], part, READABLE)
    return Made(files, fingerprints)


def _operators(desk: str, roles: Sequence[Sequence[str]], made: dict[str, Secret]) -> list[Keyring]:
    """A keyring for each: what signs, what is theirs alone, and the reading keys of their roles."""
    rings = []
    for at, its in enumerate(roles, start=1):
        name = f"{desk}/op-{at}"
        own = [Secret(use, name, secrets.token_bytes(32)) for use in ("operator", "own")]
        rings.append(Keyring((*own, *(made[role] for role in its if role in ("facts", "story")))))
    return rings


def _operator(ring: Keyring, roles: Sequence[str]) -> Operator:
    own = next(each for each in ring.secrets if each.use == "own")
    return Operator(ring.signer("operator").key, code.recipient(own.seed), tuple(roles))


def _new(folder: Path, *names: str) -> tuple[Path, ...]:
    files = tuple(folder / name for name in names)
    there = [path.name for path in files if path.exists()]
    if there:
        raise ProofError(f"{folder} holds {', '.join(there)} already, and a key is never written over: choose another")
    try:
        make_folder(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made ({error.strerror}): choose another place") from None
    return files


def _try_keys(desk: Desk, files: Sequence[Path], passphrase: Passphrase) -> None:
    """A report that is sealed to the desk opens with each keyring as it lies there, and with what the paper says."""
    reports = {
        use: frame.make(use, content, [reader])
        for use, content, reader in (
            ("facts", frame.facts_text({"language": "en"}), desk.facts),
            ("story", frame.story_text("en", "A test of the ceremony."), desk.story),
        )
    }
    for path in files[4:]:
        ring = keyring.load(path, partial(passphrase, path.name))
        for use, report in reports.items():
            if identities := ring.identities(use):
                frame.open(report, identities)
    keyring.load(files[3], partial(passphrase, files[3].name)).signer("root")
    paper = Lines(files[1].read_bytes(), "the sheet").rest()
    typed = "".join("".join(line.split()) for line in paper if line.startswith("    "))
    recovered = keyring.parse(seal.unseal(files[2].read_bytes(), [typed]))
    for use, report in reports.items():
        frame.open(report, recovered.identities(use))


def _sheet(
    name: str, recovery: str, fingerprints: Sequence[tuple[str, str]], files: Sequence[Path], today: date
) -> bytes:
    """The page that two people sign: what was made, what is read aloud, and the recovery key, to be typed back."""
    groups = [recovery[at : at + 5] for at in range(0, len(recovery), 5)]
    key = ["    " + " ".join(groups[at : at + 8]) for at in range(0, len(groups), 8)]
    told = [line for owner, print_ in fingerprints for line in (owner, *_indented(print_))]
    return written([
        f"EVENHAND - CEREMONY OF THE DESK {name}",
        f"{today.isoformat()}",
        RULE,
        "Two people, one machine without a network, about 30 minutes.",
        "",
        "[ ] A test report was sealed, and opened with each keyring and with this page.",
        "[ ] root.keyring is on two USB sticks, each in an envelope, sealed and signed.",
        "[ ] Each op-N.keyring is on its operator's machine, and on no other.",
        "[ ] recovery.age went to both signatories; without this page it opens nothing.",
        "[ ] desk.part went to whoever draws up the manifest.",
        "[ ] The fingerprints were read aloud, by telephone, to another desk.",
        "[ ] The machine was wiped.",
        RULE,
        "FINGERPRINTS",
        "",
        *told,
        RULE,
        "RECOVERY KEY. Whoever holds it and recovery.age reads every report of this desk.",
        "Two copies on paper, in two safes, one for each signatory. Never on a screen again.",
        "",
        *key,
        "",
        RULE,
        f"Files: {', '.join(path.name for path in files)}",
        "",
        "Signed ______________________________   Signed ______________________________",
    ])  # fmt: skip


def _indented(print_: str) -> list[str]:
    groups = print_.split(" ")
    return ["  " + " ".join(groups[at : at + 8]) for at in range(0, len(groups), 8)]


def fingerprint(data: bytes) -> str:
    """Bytes in hexadecimal, in groups of four, to be read aloud."""
    text = data.hex()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def draw_up(parts: Sequence[Path], quorum: int | None, today: date, before: Sequence[Note] = ()) -> Manifest:
    """A manifest of the parts that people brought: version 1, or the next one after those `before`.

    A later part stands in for what it replaces: a desk with all its lines, a log, a witness of the same name. Without a
    `quorum` it is that of before, and none in version 1.
    """
    chain = manifest.check(before)
    old = chain[-1] if chain else None
    keys: dict[str, note.Key] = {} if old is None else {"log": old.log, "promise": old.promise}
    witnesses = {} if old is None else {key.name: key for key in old.witnesses}
    desks = {} if old is None else {desk.name: desk for desk in old.desks}
    operators = [] if old is None else list(old.operators)
    labels = [] if old is None else list(old.labels)
    for path in parts:
        brought = _read_part(path)
        keys |= brought.keys
        witnesses |= {key.name: key for key in brought.witnesses}
        for desk in brought.desks:
            desks[desk.name] = desk
            operators = [each for each in operators if each.desk != desk.name]
            labels = [each for each in labels if each.desk != desk.name]
        operators += brought.operators
        labels += brought.labels
    if "log" not in keys:
        raise FormatError("no part has a log: bring log.part, which `evenhand keep ceremony log` made")
    said: dict[str, Any] = {
        "log": keys["log"],
        "promise": keys["promise"],
        "desks": tuple(desks.values()),
        "witnesses": tuple(witnesses.values()),
        "quorum": quorum if quorum is not None else 0 if old is None else old.quorum,
        "operators": tuple(operators),
        "labels": tuple(labels),
    }
    if old is None:
        return Manifest(origin=keys["log"].name, version=1, previous=None, day=today, **said)
    return _next(before, today, **said)


def _next(versions: Sequence[Note], today: date, **said: Any) -> Manifest:
    """The version after the last of these, with what is said anew."""
    last = manifest.read(versions[-1])
    return replace(last, version=last.version + 1, previous=manifest.digest(versions[-1]), day=today, **said)


@dataclass(frozen=True, slots=True)
class _Part:
    keys: dict[str, note.Key]
    witnesses: tuple[note.Key, ...]
    desks: tuple[Desk, ...]
    operators: tuple[Operator, ...]
    labels: tuple[Label, ...]


def _read_part(path: Path) -> _Part:
    try:
        lines = Lines(path.read_bytes(), str(path), PART)
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}): expected a part of a manifest") from None
    keys = {use: note.read_key(text) for use in ("log", "promise") if (text := lines.maybe(use)) is not None}
    part = _Part(
        keys=keys,
        witnesses=tuple(note.read_key(each) for each in lines.many("witness")),
        desks=tuple(manifest.read_desk(each) for each in lines.many("desk")),
        operators=tuple(manifest.read_operator(each) for each in lines.many("operator")),
        labels=tuple(manifest.read_label(each) for each in lines.many("label")),
    )
    lines.end()
    return part


def write_draft(path: Path, made: Manifest) -> str:
    """Write a manifest that nobody has signed; the fingerprint of its text, to be read aloud before anyone does.

    OutputError where a file is there already: it may be a key, or a draft that others have signed.
    """
    check_free(path)
    put(path, made.text.encode(), READABLE)
    return text_fingerprint(path)


def sign(path: Path, ring: Keyring) -> Note:
    """Add a signature to a manifest's draft, or to one that others have signed: the root's or the log's."""
    stored = path.read_bytes()
    text = read(stored, str(path))
    drawn_up = note.parse(stored) if f"\n\n{note.DASH}" in text else Note(text)
    made = manifest.read(drawn_up)
    known = {made.log.name, *(f"{desk.name}/root" for desk in made.desks)}
    signers = [each.signer for each in ring.secrets if each.use in ("log", "root")]
    if not signers:
        raise FormatError("a manifest is signed with a root's or a log's key: choose root.keyring or log.key")
    if strangers := [signer.name for signer in signers if signer.name not in known and made.version == 1]:
        raise ProofError(f"{strangers[0]} has no part in this manifest: nothing was signed")
    signed = note.add(drawn_up, signers)
    put(path, signed.bytes, READABLE)
    return signed


def text_fingerprint(path: Path) -> str:
    """SHA-256 of a manifest's text, without its signatures, so that every signatory reads out the same."""
    stored = path.read_bytes()
    text = read(stored, str(path)).partition(f"\n\n{note.DASH}")[0]
    return fingerprint(hashlib.sha256(f"{text.rstrip()}\n".encode()).digest())


def rotate(folder: Path, ring: Path, name: str, versions: Sequence[Note], passphrase: Passphrase, today: date) -> Made:
    """New reading keys for a desk: a next manifest, drawn up and signed by the root, and a file of the new keys.

    New reports use the new keys once the manifest is in a checkpoint. Old keys stay in the keyrings: `take_up` puts
    the new ones before them, operator by operator.
    """
    chain = manifest.check(versions)
    old = next((desk for desk in chain[-1].desks if desk.name == name), None)
    if old is None:
        raise ProofError(f"the manifest has no desk {name}: it has {', '.join(sorted(chain[-1].roots))}")
    files = _new(folder, f"manifest-{chain[-1].version + 1}", "reading.keyring")
    root = keyring.load(ring, partial(passphrase, ring.name)).signer("root")
    if root.key != old.root:
        raise ProofError(
            f"{ring} holds {root.name}, and not the root of {name} in the manifest: choose the right one. Where that "
            "root is lost, `evenhand keep ceremony manifest --after` draws up a change for the other desks to sign"
        )
    new = {use: Secret(use, name, secrets.token_bytes(32)) for use in ("facts", "story")}
    desk = replace(old, facts=code.recipient(new["facts"].seed), story=code.recipient(new["story"].seed))
    desks = tuple(desk if each.name == name else each for each in chain[-1].desks)
    made = _next(versions, today, desks=desks)
    keyring.save(files[1], Keyring(tuple(new.values())), passphrase(files[1].name))
    signed = note.sign(made.text, [root])
    put(files[0], signed.bytes, READABLE)
    return Made(files, tuple((use, desk_key) for use, desk_key in (("facts", desk.facts), ("story", desk.story))))


def take_up(ring: Path, new: Path, passphrase: Passphrase) -> Keyring:
    """An operator's keyring with the new reading keys of its roles before the old ones, written in its place.

    ProofError where the new keys are another desk's.
    """
    held = keyring.load(ring, partial(passphrase, ring.name))
    brought = keyring.load(new, partial(passphrase, new.name))
    desk = held.signer("operator").name.partition("/")[0]
    if strangers := sorted({each.name for each in brought.secrets} - {desk}):
        raise ProofError(f"{new} has keys of {strangers[0]}, and {ring} is of {desk}: nothing was taken up")
    uses = {each.use for each in held.secrets}
    added = [each for each in brought.secrets if each.use in uses and each not in held.secrets]
    taken = held.add(*added)
    put(ring, seal.lock(taken.text, passphrase(ring.name)))
    return taken


def strike(versions: Sequence[Note], names: Sequence[str], today: date) -> Manifest:
    """The next manifest without these operators: their acts since are marked, their signatures no longer count."""
    last = manifest.check(versions)[-1]
    unknown = [name for name in names if last.operator(name) is None]
    if unknown:
        raise ProofError(f"the manifest has no operator {', '.join(unknown)}")
    return _next(versions, today, operators=tuple(each for each in last.operators if each.key.name not in names))
