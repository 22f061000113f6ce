"""Fold: entries and what opens of them, made into the state of a desk. A pure function: the desk keeps nothing else.

Entries of one batch stand in an order of chance, and nothing here depends on it. What counts for nothing is listed with
its reason, and never dropped. How it is judged is docs/formats/fold.md.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from evenhand.errors import ProofError
from evenhand.keep import frame, leaf, manifest, release
from evenhand.keep.act import Act, Correction, codes, sheets
from evenhand.keep.chain import Listed, Signed
from evenhand.keep.judged import Corrected, Later, Numbered, Versions, in_order, judge_acts, judge_later
from evenhand.keep.manifest import Manifest
from evenhand.keep.opened import Closed, Opened
from evenhand.keep.store import Entry
from evenhand.keep.views import Said, View, view
from evenhand.terms import acts

# what a report is, in one letter, as a release prints it
COUNTED, DUPLICATE, OUT, WITHDRAWN, PENDING, LOST = tuple(release.LETTERS)
FIRST = (f"{frame.FACTS}\n".encode(), f"{frame.STORY}\n".encode())
RELEASED, LINKED, UNLINKED = "released", "linked", "unlinked"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one coder found in an account in one phase: 1, 0 or 9 for each element."""

    by: str
    phase: str
    codes: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as far as this desk can tell. `facts` and `story` are contents, or why closed; None: not there.

    `disposition` is what holds over all desks, None while pending; `views` are those of each desk. `corrections` pair
    what was said later with its story. `held` is the last day of a hold. `adjudicated` pairs a phase with a
    view of its codes, a digit an element. `opened_by` and `shredded_by` are an operator, a day, and why.
    """

    commitment: bytes
    batch: int
    day: date
    lane: str
    facts: bytes | Closed | None = field(repr=False)
    story: bytes | Closed | None = field(repr=False)
    withdrawn: bool = False
    lost: bool = False
    disposition: str | None = None
    views: tuple[View, ...] = ()
    corrections: tuple[tuple[Correction, bytes | Closed | None], ...] = field(default=(), repr=False)
    sheets: tuple[Sheet, ...] = ()
    adjudicated: tuple[tuple[str, View], ...] = field(default=(), repr=False)
    held: date | None = None
    opened_by: tuple[tuple[str, date, str], ...] = ()
    shredded_by: tuple[tuple[str, date, str], ...] = ()

    @property
    def letter(self) -> str:
        """What becomes of it in a release."""
        if self.withdrawn:
            return WITHDRAWN
        if self.lost:
            return LOST
        if self.disposition is None:
            return PENDING
        return {acts.COUNTED: COUNTED, acts.DUPLICATE: DUPLICATE}.get(self.disposition, OUT)


@dataclass(frozen=True, slots=True)
class Link:
    """What reports have in common, or how a report compares with a record.

    `what` is of LINKS and the view is LINKED; or `what` is base64 of the SHA-256 of a file, `row` one of its rows, and
    the view is of ANSWERS.
    """

    about: tuple[bytes, ...]
    what: str
    row: str
    view: View


@dataclass(frozen=True, slots=True)
class Desk:
    """The state of a desk after some batch.

    `leaves` are commitments by leaf number; `reports` by commitment. `closed` are acts that were sealed to others:
    another coder's sheet is among them. `shred` are the digests of the frames that have to go now.
    """

    leaves: tuple[bytes, ...]
    reports: Mapping[bytes, Report]
    links: tuple[Link, ...] = ()
    closed: frozenset[bytes] = frozenset()
    listed: tuple[Listed, ...] = ()
    shred: frozenset[bytes] = frozenset()


def fold(entries: Iterable[Entry], opened: Opened, versions: Versions, day: date) -> Desk:
    """The desk's state, from all numbered entries in leaf order and the frames that `opened` has.

    `versions` pairs the leaf of each manifest with it. `day` is the one it is folded for: it says which terms and which
    holds are over, counted from the day of each entry: let that be the day it was first seen here, and not what the
    drop box says. ProofError where leaves are missing, or an opening is not that of its entry.
    """
    told = in_order(entries)
    reports = {each.name: each for each in told if each.kind == "report"}
    now = manifest.in_force(versions, len(told))
    judged = judge_acts(told, opened, versions, reports)
    later = judge_later(told, opened, reports, judged.counting)
    done = _by_report(judged.counting)
    made = {
        name: _report(each, opened, later, done.get(name, ()), frozenset(now.roots), _lost(each, opened, now, day), day)
        for name, each in reports.items()
    }
    listed = (
        *judged.listed,
        *later.listed,
        *_damaged(told, opened, later.withdrawn, now, day),
        *_swapped(made, later),
    )
    return Desk(
        leaves=tuple(each.name for each in told),
        reports=made,
        links=_links(judged.counting),
        closed=judged.closed,
        listed=tuple(sorted(listed, key=lambda each: (each.batch, each.entry, each.kind, each.words))),
        shred=frozenset(_due(told, opened, made, later, now, day)),
    )


def _by_report(counting: Iterable[Signed]) -> dict[bytes, list[Signed]]:
    """The acts about each report, in their order."""
    done: defaultdict[bytes, list[Signed]] = defaultdict(list)
    for one in counting:
        for name in one.act.about:
            done[name].append(one)
    return done


def _report(
    each: Numbered, opened: Opened, later: Later, done: Sequence[Signed], desks: Set[str], lost: bool, day: date
) -> Report:
    withdrawn = each.name in later.withdrawn
    facts, story = (None if withdrawn else _content(opened, *pair) for pair in zip(each.digests, FIRST, strict=True))
    made = Report(
        each.name, each.batch, each.entry.day, each.entry.lane, facts, story, withdrawn, lost and not withdrawn
    )
    if each.name in later.corrections:
        made = replace(made, corrections=tuple(_corrections(later.corrections[each.name], opened, withdrawn)))
    if not done:
        return made
    views = _views(done, ("disposition",), lambda one: str(one.value), _needs)
    return replace(
        made,
        views=views,
        disposition=_settled(views, desks),
        sheets=_sheets(done),
        adjudicated=_adjudicated(done),
        held=_held(done, day),
        opened_by=tuple((one.act.by, one.act.day, one.act.value) for one in done if one.act.what == "opened"),
        shredded_by=tuple((one.act.by, one.act.day, one.act.value) for one in done if one.act.what == "shredded"),
    )


def _content(opened: Opened, digest: bytes, first: bytes) -> bytes | Closed | None:
    """What is in a frame of a report, which has to begin as such a frame does."""
    found = opened.frames.get(digest)
    return Closed.UNREADABLE if isinstance(found, bytes) and not found.startswith(first) else found


def _corrections(
    held: Iterable[Corrected], opened: Opened, withdrawn: bool
) -> Iterator[tuple[Correction, bytes | Closed | None]]:
    for each in held:
        story = None if withdrawn else opened.frames.get(each.story)
        if isinstance(story, bytes) and hashlib.sha256(story).digest() != each.said.story:
            story = Closed.ALTERED
        yield (replace(each.said, given={}) if withdrawn else each.said), story


def _views(
    done: Iterable[Signed],
    what: tuple[str, ...],
    value: Callable[[Act], str],
    needs: Callable[[str], int],
    stays: bool = False,
) -> tuple[View, ...]:
    """The view of each desk whose operators said something, desks in the order of the alphabet."""
    said: defaultdict[str, list[Said]] = defaultdict(list)
    for one in done:
        if one.act.what in what:
            said[one.act.by.partition("/")[0]].append(Said(one.batch, one.act.by, value(one.act)))
    return tuple(view(desk, said[desk], needs, stays) for desk in sorted(said))


def _needs(disposition: str) -> int:
    return 2 if disposition in acts.TWO_OPERATORS else 1


def _settled(views: Iterable[View], desks: Set[str]) -> str | None:
    """What holds over all desks: what each that says something says; `out unreadable` only if every desk does."""
    speaking = [each for each in views if each.value is not None or each.opposed]
    values = {each.value for each in speaking}
    if len(values) != 1:
        return None
    (value,) = values
    if value in acts.EVERY_DESK and {each.desk for each in speaking} < desks:
        return None
    return value


def _sheets(done: Iterable[Signed]) -> tuple[Sheet, ...]:
    """Each sheet once, whether we opened it itself or in an adjudication."""
    found: dict[tuple[str, int], Act] = {}
    for one in done:
        if one.act.what == "code":
            found[one.act.by, one.act.n] = one.act
        elif one.act.what == "adjudicate":
            found |= {(sheet.by, sheet.n): sheet for _, sheet in sheets(one.act.value)}
    return tuple(Sheet(by, found[by, n].value["phase"], codes(found[by, n].value)) for by, n in sorted(found))


def _adjudicated(done: Sequence[Signed]) -> tuple[tuple[str, View], ...]:
    settling = [one for one in done if one.act.what == "adjudicate"]
    phases = sorted({one.act.value["phase"] for one in settling})
    return tuple(
        (phase, each)
        for phase in phases
        for each in _views(
            [one for one in settling if one.act.value["phase"] == phase],
            ("adjudicate",),
            lambda one: str(one.value["codes"]),
            lambda _: 1,
        )
    )


def _held(done: Iterable[Signed], day: date) -> date | None:
    """The last day of the longest hold that two operators of a desk asked for; disagreement leaves a hold as it was."""
    views = _views(
        done,
        ("hold", "release hold"),
        lambda one: one.value or RELEASED,
        lambda _: acts.ACTS["hold"].operators,
        stays=True,
    )
    until = [date.fromisoformat(each.value) for each in views if each.value not in (None, RELEASED)]
    return max((end for end in until if end >= day), default=None)


def _links(counting: Iterable[Signed]) -> tuple[Link, ...]:
    """What is linked, in the order of the reports; what was unlinked again is not there."""
    topics: defaultdict[tuple[tuple[bytes, ...], str, str], list[Signed]] = defaultdict(list)
    for one in counting:
        if one.act.what in ("link", "unlink"):
            value = one.act.value
            about = tuple(sorted(one.act.about))
            topics[(about, value["source"], value["row"]) if isinstance(value, dict) else (about, value, "")].append(
                one
            )
    links = (
        Link(about, what, row, each)
        for (about, what, row), done in sorted(topics.items())
        for each in _views(done, ("link", "unlink"), _linked, lambda _: 1)
    )
    return tuple(link for link in links if link.view.value != UNLINKED)


def _linked(one: Act) -> str:
    if one.what == "unlink":
        return UNLINKED
    return str(one.value["answer"]) if isinstance(one.value, dict) else LINKED


def _over(each: Numbered, place: int, force: Manifest, day: date) -> bool:
    """Is the term of the frame at this place of an entry over?"""
    return (day - each.entry.day).days > force.term(each.kind, leaf.KINDS[each.kind][place])


def _lost(each: Numbered, opened: Opened, force: Manifest, day: date) -> bool:
    """Is a frame missing whose term is not over?"""
    return any(
        digest not in opened.frames and not _over(each, place, force, day) for place, digest in enumerate(each.digests)
    )


def _damaged(
    told: Iterable[Numbered], opened: Opened, withdrawn: Set[bytes], force: Manifest, day: date
) -> Iterator[Listed]:
    """Frames that are not there or not whole, and should be."""
    for each in told:
        if each.name in withdrawn or each.entry.about in withdrawn:
            continue
        for place, digest in enumerate(each.digests):
            found = opened.frames.get(digest)
            role = leaf.KINDS[each.kind][place]
            if found is None and not _over(each, place, force, day):
                yield Listed(each.batch, each.name, "gone", f"a {each.kind}: its frame {role} is missing or damaged")
            elif found is Closed.ALTERED:
                yield Listed(each.batch, each.name, "altered", f"a {each.kind}: its frame {role} is {found}")
            elif found is Closed.UNREADABLE:
                yield Listed(each.batch, each.name, "unreadable", f"a {each.kind}: its frame {role} {found}")


def _swapped(made: Mapping[bytes, Report], later: Later) -> Iterator[Listed]:
    """Corrections whose story is another than the one that was signed."""
    for name, held in later.corrections.items():
        for each, (_, story) in zip(held, made[name].corrections, strict=True):
            if story is Closed.ALTERED:
                yield Listed(
                    each.batch, each.entry, "story", "the story of a correction is not the one that was signed"
                )


def _due(
    told: Sequence[Numbered],
    opened: Opened,
    made: Mapping[bytes, Report],
    later: Later,
    force: Manifest,
    day: date,
) -> Iterator[bytes]:
    """Digests of frames that have to go: of what was withdrawn, or past their term, and not under hold.

    Which report a correction is about is what its hand signed; of a reply, which we cannot open, what the entry says.
    A frame belongs to the entries of the first batch that names it: another one, put in by somebody who cannot read it,
    neither takes it away nor keeps it.
    """
    about = {each.entry: name for name, held in later.corrections.items() for each in held}
    first: dict[bytes, int] = {}
    for each in told:
        for digest in each.digests:
            first.setdefault(digest, each.batch)
        name = each.entry.about if each.kind == "reply" else about.get(each.name, each.name)
        report = made.get(name) if name is not None else None
        if report is not None and report.held:
            continue
        gone = report is not None and report.withdrawn
        for place, digest in enumerate(each.digests):
            if digest in opened.frames and first[digest] == each.batch and (gone or _over(each, place, force, day)):
                yield digest


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports came to what, under the names of a release: the parts add up to `received`."""

    received: int
    counted: int
    duplicate: int
    out: tuple[tuple[str, int], ...]
    withdrawn: int
    pending: int
    lost: int
    other: int


def dispositions(desk: Desk, size: int) -> str:
    """One letter for each of the first `size` leaves, as a release prints them; `c` also where there is no report."""
    reports = desk.reports
    return "".join(reports[name].letter if name in reports else COUNTED for name in _first(desk, size))


def counts(desk: Desk, size: int) -> Counts:
    """The numbers of a release that covers the first `size` leaves."""
    found = [desk.reports[name] for name in _first(desk, size) if name in desk.reports]
    letters = Counter(each.letter for each in found)
    reasons = Counter(str(each.disposition).removeprefix(acts.OUT) for each in found if each.letter == OUT)
    return Counts(
        received=len(found),
        counted=letters[COUNTED],
        duplicate=letters[DUPLICATE],
        out=tuple((reason, reasons[reason]) for reason in acts.REASONS if reasons[reason]),
        withdrawn=letters[WITHDRAWN],
        pending=letters[PENDING],
        lost=letters[LOST],
        other=size - len(found),
    )


def _first(desk: Desk, size: int) -> tuple[bytes, ...]:
    if not 0 <= size <= len(desk.leaves):
        raise ProofError(f"letters for {size} leaves, and {len(desk.leaves)} are folded: fold more, or ask for fewer")
    return desk.leaves[:size]
