"""Release: a published total that accounts for every report received, and one letter for every leaf.

The sums hold when it is made and when it is read; the letters agree with them; two operators of each desk sign. The
format is docs/formats/release.md.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.errors import FormatError, ProofError
from evenhand.keep import manifest, note
from evenhand.keep.lines import Lines, decoded, encoded, number, written
from evenhand.terms import acts

FORMAT, DISPOSITIONS = "evenhand/release/1", "evenhand/dispositions/1"
# counted, or no report at all; duplicate; out; withdrawn; pending; lost
LETTERS = "cdowpl"
# what a release's folder has beside the files that are listed
OWN_FILES = ("release", "dispositions", "tables")
WIDTH = 64
SIGNERS = 2
REASON = re.compile(r"[a-z]+(?:-[a-z]+)*")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PAIR = re.compile(rf"([{LETTERS}])([{LETTERS}])")
PROGRAM = re.compile(r"[a-z][a-z0-9-]* [0-9A-Za-z][0-9A-Za-z.+-]* (?:[0-9a-f]{40}|[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Release:
    """What a release says; held to its sums when it is made.

    `tree` is a size and its root; `out` pairs a reason with its number; `previous` is the name of the release before
    and SHA-256 of its note; `changed` pairs two letters, before and now, with how many leaves; `desks` take part;
    `program` is name, version and commit. Digests have 32 bytes.
    """

    origin: str
    name: str
    tree: tuple[int, bytes]
    received: int
    counted: int
    duplicate: int
    withdrawn: int
    pending: int
    lost: int
    other: int
    desks: tuple[str, ...]
    dispositions: bytes
    tables: bytes
    program: str
    out: tuple[tuple[str, int], ...] = ()
    previous: tuple[str, bytes] | None = None
    changed: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        _hold(self)

    @property
    def text(self) -> str:
        """The release before it is signed."""
        size, root = self.tree
        lines = [FORMAT, f"origin {self.origin}", f"name {self.name}", f"tree {size} {encoded(root)}"]
        lines += [f"received {self.received}", f"counted {self.counted}", f"duplicate {self.duplicate}"]
        lines += [f"out {reason} {n}" for reason, n in self.out]
        lines += [f"withdrawn {self.withdrawn}", f"pending {self.pending}", f"lost {self.lost}", f"other {self.other}"]
        if self.previous is not None:
            lines.append(f"previous {self.previous[0]} {encoded(self.previous[1])}")
        lines += [f"changed {pair} {n}" for pair, n in self.changed]
        lines += [f"desk {desk}" for desk in self.desks]
        lines += [
            f"dispositions {encoded(self.dispositions)}",
            f"tables {encoded(self.tables)}",
            f"code {self.program}",
        ]
        return written(lines).decode()


def _hold(made: Release) -> None:
    if not NAME.fullmatch(made.name) or (made.previous and not NAME.fullmatch(made.previous[0])):
        raise FormatError("a release's name has letters, digits, '.', '-' and '_' only")
    _hold_order([reason for reason, _ in made.out], REASON, "reason", ordered=False)
    _hold_order([pair for pair, _ in made.changed], PAIR, "change")
    _hold_order(made.desks, re.compile(manifest.DESK), "desk")
    if not made.desks:
        raise FormatError("a release in which no desk takes part: nobody answers for it")
    if any(n == 0 or pair[0] == pair[1] for pair, n in made.changed):
        raise FormatError("a release lists changes of letters that did not happen")
    if made.changed and made.previous is None:
        raise FormatError("a release has changes, and no release before it")
    if not PROGRAM.fullmatch(made.program):
        raise FormatError("a release names the program, its version and the commit, 40 or 64 hexadecimal digits")
    out = sum(n for _, n in made.out)
    parts = made.counted + made.duplicate + out + made.withdrawn + made.pending + made.lost
    if made.received != parts:
        raise ProofError(f"received {made.received}, and its parts are {parts}: the sum does not hold")
    if made.received + made.other != made.tree[0]:
        raise ProofError(f"received and other are {made.received + made.other}, and the tree has {made.tree[0]} leaves")


def _hold_order(values: Sequence[str], pattern: re.Pattern[str], what: str, ordered: bool = True) -> None:
    if len(set(values)) != len(values) or (ordered and list(values) != sorted(values)):
        raise FormatError(f"a release has each {what} once, in the order of the alphabet")
    if not all(pattern.fullmatch(value) for value in values):
        raise FormatError(f"a release has a {what} of another shape: look at docs/formats/release.md")


def read(signed: note.Note) -> Release:
    """The release in a note, its sums held; not yet held to who must sign: that is `check`."""
    lines = Lines(signed.text.encode(), "a release", FORMAT)
    made = Release(
        origin=lines.one("origin"),
        name=lines.one("name"),
        tree=_tree(lines.one("tree")),
        received=number(lines.one("received")),
        counted=number(lines.one("counted")),
        duplicate=number(lines.one("duplicate")),
        out=tuple(_pair(each) for each in lines.many("out")),
        withdrawn=number(lines.one("withdrawn")),
        pending=number(lines.one("pending")),
        lost=number(lines.one("lost")),
        other=number(lines.one("other")),
        previous=_previous(lines.maybe("previous")),
        changed=tuple(_pair(each) for each in lines.many("changed")),
        desks=lines.many("desk"),
        dispositions=decoded(lines.one("dispositions")),
        tables=decoded(lines.one("tables")),
        program=lines.one("code"),
    )
    lines.end()
    return made


def _tree(value: str) -> tuple[int, bytes]:
    size, _, root = value.partition(" ")
    return number(size), decoded(root)


def _pair(value: str) -> tuple[str, int]:
    name, _, n = value.partition(" ")
    return name, number(n)


def _previous(value: str | None) -> tuple[str, bytes] | None:
    if value is None:
        return None
    name, _, digest = value.partition(" ")
    return name, decoded(digest)


def digest(signed: note.Note) -> bytes:
    """SHA-256 of the note's bytes, 32 bytes: what its leaf holds, and what the next release names."""
    return hashlib.sha256(signed.bytes).digest()


def check(signed: note.Note, force: manifest.Manifest) -> Release:
    """The release, signed by two operators of each desk that takes part, by the manifest in `force` at its tree."""
    made = read(signed)
    if made.origin != force.origin:
        raise ProofError("a release of another ledger")
    releasing = [operator for operator in force.operators if "release" in operator.roles]
    signed_for = Counter(operator.desk for operator in releasing if note.signed_by(signed, operator.key))
    for desk in made.desks:
        if desk not in force.roots:
            raise ProofError(f"{desk} takes part in a release, and the manifest has no such desk")
        if signed_for[desk] < SIGNERS:
            raise ProofError(f"{signed_for[desk]} operators of {desk} signed the release, expected {SIGNERS}")
    absent = sorted(set(force.roots) - set(made.desks))
    for reason, n in made.out:
        if absent and n and f"{acts.OUT}{reason}" in acts.EVERY_DESK:
            raise ProofError(f"reports are ruled {reason}, which needs every desk: {', '.join(absent)} takes no part")
    return made


def dispositions(letters: str) -> bytes:
    """One letter for each leaf, as a file: 64 a line."""
    if set(letters) - set(LETTERS):
        raise FormatError(f"a disposition is one of the letters {', '.join(LETTERS)}")
    return written([DISPOSITIONS, *(letters[at : at + WIDTH] for at in range(0, len(letters), WIDTH))])


def read_dispositions(stored: bytes) -> str:
    """The letters in a file of dispositions."""
    letters = "".join(Lines(stored, "the dispositions", DISPOSITIONS).rest())
    if dispositions(letters) != stored:
        raise FormatError(f"dispositions have {WIDTH} letters a line, the last one fewer")
    return letters


def check_letters(made: Release, stored: bytes) -> str:
    """The letters, held to the digest and the sums of the release."""
    if hashlib.sha256(stored).digest() != made.dispositions:
        raise ProofError("the dispositions are not those that the release names: one of the two was changed")
    letters = read_dispositions(stored)
    if len(letters) != made.tree[0]:
        raise ProofError(f"{len(letters)} letters for {made.tree[0]} leaves")
    found, out = Counter(letters), sum(n for _, n in made.out)
    said = (made.counted + made.other, made.duplicate, out, made.withdrawn, made.pending, made.lost)
    for letter, n in zip(LETTERS, said, strict=True):
        if found[letter] != n:
            raise ProofError(f"the letter {letter} stands {found[letter]} times, and the release says {n}")
    return letters


def check_kinds(made: Release, letters: str, kinds: Sequence[str]) -> None:
    """ProofError unless every leaf that is no report has the letter c, and reports are as many as received.

    `kinds` has the kind of each leaf, by its opening: desks and witnesses have them.
    """
    for index, (letter, kind) in enumerate(zip(letters, kinds, strict=False)):
        if kind != "report" and letter != "c":
            raise ProofError(f"leaf {index} is no report, and its letter is {letter}")
    reports = sum(kind == "report" for kind in kinds[: made.tree[0]])
    if reports != made.received:
        raise ProofError(f"{reports} leaves are reports, and the release says that {made.received} were received")


def changes(before: str, letters: str) -> tuple[tuple[str, int], ...]:
    """How many leaves changed from one letter to another since an earlier release's letters, by pair."""
    if len(before) > len(letters):
        raise ProofError(f"a release of {len(letters)} leaves after one of {len(before)}: a ledger only grows")
    pairs = Counter(f"{old}{new}" for old, new in zip(before, letters, strict=False) if old != new)
    return tuple(sorted(pairs.items()))


def check_previous(made: Release, letters: str, before: note.Note, letters_before: str) -> None:
    """ProofError unless the release names the one before, and its changes are those of the letters."""
    if made.previous != (read(before).name, digest(before)):
        raise ProofError("the release before is not the one that this release names")
    found = changes(letters_before, letters)
    if found != made.changed:
        raise ProofError(f"letters changed otherwise than the release says: {len(found)} kinds of change were found")


def listing(files: Mapping[str, bytes]) -> bytes:
    """The files of a release as `sha256sum` lists them, in the order of their names."""
    if wrong := sum(not NAME.fullmatch(name) for name in files):
        raise FormatError(f"{wrong} files of a release have names beyond letters, digits, '.', '-' and '_'")
    return written(f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files))


def check_tables(made: Release, stored: bytes, files: Mapping[str, bytes]) -> None:
    """ProofError unless the listing is the one that the release names, and the files are those that it lists."""
    if hashlib.sha256(stored).digest() != made.tables:
        raise ProofError("the listing of tables is not the one that the release names")
    if listing(files) != stored:
        raise ProofError("the tables are not those of the listing: one was changed, is missing or was put in")
