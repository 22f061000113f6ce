"""Judged: which of the signed things in a ledger count. Acts by the manifest in force, later words by the code's key.

What does not count is listed with its reason. An act is judged by the manifest in force before its batch, since the
order within a batch is one of chance.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from evenhand.errors import EvenhandError, FormatError, ProofError
from evenhand.keep import act, frame, leaf, manifest, note
from evenhand.keep.act import Correction
from evenhand.keep.chain import Listed, Signed, in_chains
from evenhand.keep.manifest import Manifest
from evenhand.keep.opened import Closed, Opened
from evenhand.keep.store import Entry
from evenhand.terms import acts

Versions = Sequence[tuple[int, Manifest]]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry in its place: its batch, the first leaf of that batch, its kind and frames by its opening."""

    entry: Entry
    batch: int
    first: int
    kind: str
    digests: tuple[bytes, ...]

    @property
    def name(self) -> bytes:
        """Its commitment."""
        return self.entry.commitment


def in_order(entries: Iterable[Entry]) -> tuple[Numbered, ...]:
    """Entries from leaf 0 on; ProofError where one is missing, stands twice, or is not what its leaf commits to."""
    told: list[Numbered] = []
    batch, first = 0, 0
    for index, entry in enumerate(entries):
        if entry.index != index or entry.batch is None or entry.batch < batch:
            raise ProofError(
                f"leaf {index} is missing or out of its order: fetch the entries again from leaf {index} on"
            )
        if entry.batch != batch:
            batch, first = entry.batch, index
        told.append(Numbered(entry, batch, first, *_kind(entry)))
    if len({each.name for each in told}) != len(told):
        raise ProofError("an entry stands in the ledger twice, expected once: keep both leaves, and ask who runs it")
    return tuple(told)


def _kind(entry: Entry) -> tuple[str, tuple[bytes, ...]]:
    if entry.kind in leaf.PUBLIC:
        return entry.kind, ()
    if hashlib.sha256(entry.opening).digest() != entry.commitment:
        raise ProofError(f"leaf {entry.index} has another opening than the one that it commits to: fetch it again")
    opening = leaf.parse(entry.opening)
    return opening.kind, opening.digests


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts that count, in order; those sealed to others (commitments); and all that does not count."""

    counting: tuple[Signed, ...]
    closed: frozenset[bytes]
    listed: tuple[Listed, ...]


def judge_acts(told: Sequence[Numbered], opened: Opened, versions: Versions, reports: Mapping[bytes, Numbered]) -> Acts:
    """Acts held to their form, signature, role, chain, and to what they are about."""
    signed: list[Signed] = []
    listed: list[Listed] = []
    closed: set[bytes] = set()
    unopened: Counter[int] = Counter()
    force = {first: manifest.in_force(versions, first) for first in {each.first for each in told}}
    for each in told:
        if each.kind != "act":
            continue
        content = opened.frames.get(each.digests[0], Closed.NOT_OURS)
        if isinstance(content, Closed):
            unopened[each.batch] += 1
            if content is Closed.NOT_OURS and each.digests[0] in opened.frames:
                closed.add(each.name)
            continue
        judged = _judge(each, content, force[each.first], versions, opened.readers)
        if isinstance(judged, Listed):
            listed.append(judged)
        else:
            signed.append(judged)
    firsts = {each.batch: each.first for each in told}

    def readable(by: str, chain: str, batch: int) -> bool:
        return batch not in firsts or _readable(by, chain, force[firsts[batch]], opened.readers)

    ordered, wrong = in_chains(signed, readable, unopened)
    faults = {one.entry: _fault(one, reports, versions, firsts[one.batch]) for one in ordered}
    counting = tuple(one for one in ordered if faults[one.entry] is None)
    listed += [fault for fault in faults.values() if fault is not None]
    return Acts(counting, frozenset(closed), (*listed, *wrong, *_other_sheets(ordered, counting)))


def _other_sheets(ordered: Iterable[Signed], counting: Iterable[Signed]) -> Iterator[Listed]:
    """Adjudications that hold another sheet than the one its coder put in the ledger, or in front of another reader."""
    known = {(one.act.by, one.act.n): one.digest for one in ordered if one.act.what == "code"}
    for one in counting:
        for signed, sheet in act.sheets(one.act.value) if one.act.what == "adjudicate" else ():
            digest = act.digest(signed)
            if known.setdefault((sheet.by, sheet.n), digest) != digest:
                words = f"sheet {sheet.n} of {sheet.by} in an adjudication is not the one that was seen before"
                yield Listed(one.batch, one.entry, "fork", words)


def _judge(each: Numbered, content: bytes, force: Manifest, versions: Versions, readers: Set[str]) -> Signed | Listed:
    try:
        signed = note.parse(content)
        said = act.read(signed)
    except FormatError as error:
        return Listed(each.batch, each.name, "format", f"an act that is none: {error}")
    operator = force.operator(said.by)
    if operator is None:
        known = any(index < each.first and made.operator(said.by) for index, made in versions)
        kind, words = (
            ("struck out", "was struck out before") if known else ("unknown", "is no operator of the manifest")
        )
        return Listed(each.batch, each.name, kind, f"{said.by} {words}: the act does not count")
    try:
        act.check(signed, operator.key)
    except ProofError as error:
        return Listed(each.batch, each.name, "signature", f"an act of {said.by} does not count: {error}")
    if said.chain == "coding" and not _readable(said.by, "coding", force, readers):
        words = f"a code sheet of {said.by} was sealed to others than its author and the adjudicators: it is not blind"
        return Listed(each.batch, each.name, "blind", words)
    return Signed(each.batch, each.name, act.digest(signed), signed, said, operator.roles)


def _readable(by: str, chain: str, force: Manifest, readers: Set[str]) -> bool:
    """Are the acts of this chain sealed to us? An operator who is not in force puts none there."""
    operator = force.operator(by)
    if operator is None:
        return True
    if chain == "desk":
        return any(desk.name == operator.desk and desk.facts in readers for desk in force.desks)
    if chain == "coding":
        return operator.age in readers or any(
            other.desk == operator.desk and other.age in readers and "adjudicate" in other.roles
            for other in force.operators
        )
    return False


def _fault(one: Signed, reports: Mapping[bytes, Numbered], versions: Versions, first: int) -> Listed | None:
    """Why an act that is signed and in its chain does not count all the same."""
    what = one.act.what
    if not set(acts.ACTS[what].roles) & set(one.roles):
        needed = " or ".join(acts.ACTS[what].roles)
        return Listed(one.batch, one.entry, "role", f"{one.act.by} signed {what!r} without the role {needed}")
    strange = sum(name not in reports or reports[name].batch > one.batch for name in one.act.about)
    if strange:
        return Listed(one.batch, one.entry, "about", f"{what!r} of {one.act.by} is about {strange} that are no reports")
    if what == "adjudicate":
        try:
            _check_sheets(one, versions, first)
        except EvenhandError as error:
            return Listed(one.batch, one.entry, "sheets", f"an adjudication of {one.act.by} does not count: {error}")
    return None


def _check_sheets(one: Signed, versions: Versions, first: int) -> None:
    """ProofError unless the sheets are of other coders and this report, and are settled only where they differ."""
    held = act.sheets(one.act.value)
    for signed, sheet in held:
        if sheet.by == one.act.by or sheet.about != one.act.about:
            raise ProofError("it holds a sheet of its own author, or one about another report")
        former = [made.operator(sheet.by) for index, made in versions if index < first or made.version == 1]
        keys = {each.key.id: each.key for each in former if each is not None and "code" in each.roles}
        key = keys.get(signed.signatures[0].key_id)
        if key is None:
            raise ProofError(f"{sheet.by}, who signed one of its sheets, was no coder")
        act.check(signed, key)
    apart = [sheet.value["codes"] for _, sheet in held]
    for digit, *others in zip(one.act.value["codes"], *apart, strict=True):
        if len(set(others)) == 1 and digit != others[0]:
            raise ProofError("it changes a code that all coders gave alike")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction whose signature holds, the digest of its story's frame, and of its own note."""

    batch: int
    entry: bytes
    said: Correction
    story: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Later:
    """What reporters said later, its signature held: who withdrew, and corrections by report, in their order."""

    withdrawn: frozenset[bytes]
    corrections: Mapping[bytes, tuple[Corrected, ...]]
    listed: tuple[Listed, ...] = ()


def judge_later(
    told: Sequence[Numbered], opened: Opened, reports: Mapping[bytes, Numbered], counting: Iterable[Signed]
) -> Later:
    """Withdrawals and corrections, each held to the key `hand` in the facts of the report that it is about.

    A copy of a report is withdrawn with it. Once these facts are shredded nobody can hold a withdrawal to them: then it
    counts if an operator who could has signed that the content was shredded because it was withdrawn.
    """
    shredded = (one.act for one in counting if one.act.what == "shredded" and one.act.value == "withdrawn")
    vouched = {name for each in shredded for name in each.about}
    withdrawn: set[bytes] = set()
    corrections: list[Corrected] = []
    listed: list[Listed] = []
    for each in told:
        content = opened.frames.get(each.digests[0]) if each.kind in ("correction", "withdrawal") else None
        if content is None or isinstance(content, Closed):
            continue
        try:
            signed = note.parse(content)
            said = act.read_correction(signed) if each.kind == "correction" else act.read_withdrawal(signed)
        except FormatError as error:
            listed.append(Listed(each.batch, each.name, "format", f"a {each.kind} that is none: {error}"))
            continue
        fault = _unheld(each, signed, said.about, reports, opened, vouched)
        if fault is not None:
            listed.append(fault)
        elif isinstance(said, Correction):
            corrections.append(Corrected(each.batch, each.name, said, each.digests[1], act.digest(signed)))
        else:
            withdrawn.add(said.about)
    ordered, wrong = _ordered(corrections)
    copied = {reports[name].digests[0] for name in withdrawn}
    everywhere = frozenset(name for name, each in reports.items() if each.digests[0] in copied)
    return Later(everywhere, ordered, (*listed, *wrong, *_copies(told)))


def _copies(told: Sequence[Numbered]) -> Iterator[Listed]:
    """Reports with a frame of another entry, sealed bytes and all: put in by somebody who need not read it."""
    first: dict[bytes, tuple[int, bytes]] = {}
    for each in told:
        for digest in each.digests:
            first[digest] = min(first.get(digest, (each.batch, each.name)), (each.batch, each.name))
    for each in told:
        if each.kind == "report" and any(first[digest][1] != each.name for digest in each.digests):
            words = "a report with a frame that is, to the byte, one of another entry"
            yield Listed(each.batch, each.name, "replay", words)


def _ordered(corrections: Iterable[Corrected]) -> tuple[dict[bytes, tuple[Corrected, ...]], list[Listed]]:
    """Corrections by report in the order of their numbers, each once; two of one number are both shown, and listed."""
    by_report: dict[bytes, list[Corrected]] = {}
    listed: list[Listed] = []
    for each in sorted(corrections, key=lambda one: (one.said.n, one.batch, one.entry)):
        there = by_report.setdefault(each.said.about, [])
        if any(other.digest == each.digest for other in there):
            listed.append(Listed(each.batch, each.entry, "replay", "a correction stands in the ledger twice"))
            continue
        if there and there[-1].said.n == each.said.n:
            words = f"two corrections of one report have the number {each.said.n}: both are shown"
            listed.append(Listed(each.batch, each.entry, "fork", words))
        there.append(each)
    return {name: tuple(some) for name, some in by_report.items()}, listed


def _unheld(
    each: Numbered,
    signed: note.Note,
    about: bytes,
    reports: Mapping[bytes, Numbered],
    opened: Opened,
    vouched: Set[bytes],
) -> Listed | None:
    """Why a later word does not count."""
    report = reports.get(about)
    if report is None or report.batch > each.batch:
        return Listed(each.batch, each.name, "about", f"a {each.kind} that is about no report")
    facts = opened.frames.get(report.digests[0])
    if facts is None or isinstance(facts, Closed):
        if each.kind == "withdrawal" and about in vouched and facts is None:
            return None
        words = f"a {each.kind} that cannot be held to the facts of its report: it does not count"
        return Listed(each.batch, each.name, "unproved", words)
    try:
        act.check(signed, hand(facts))
    except (FormatError, ProofError) as error:
        return Listed(each.batch, each.name, "signature", f"a {each.kind} does not count: {error}")
    return None


def hand(facts: bytes) -> note.Key:
    """The key that signs what the reporter says later, from the facts; FormatError where there is none."""
    reply = frame.read_facts(facts).get("reply")
    public = reply.get("hand") if isinstance(reply, dict) else None
    if not isinstance(public, str):
        raise FormatError("the report was sent without a code: nobody can sign for it later")
    try:
        raw = bytes.fromhex(public)
    except ValueError:
        raise FormatError("the report's key is not written in hexadecimal digits") from None
    return note.Key(act.HAND, note.ED25519, raw)
