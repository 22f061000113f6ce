"""Two streams: do residents and officers who were off duty, who told apart from each other, describe one practice?

Neither knows what the other told. Where both tell of the same conduct as often, that is evidence that they describe one
practice; where they do not, it is said. Each element of the codebook is compared by Fisher's exact test, all of them
as one family by Holm (METHODS 6, head).

Blind to: a story that both had heard; who tells; elements that one of the two was not in a place to see, or a form
that did not ask. An action not told of is no stated no. Not finding a difference among few is no likeness: the smallest
difference that would have been found stands beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from evenhand.errors import PlanError
from evenhand.maths import odds, paired, power
from evenhand.tables import derive
from evenhand.tables.coding import settled
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally, total
from evenhand.tables.telling import HEADLINE
from evenhand.terms.codebook import DID_NOT, ELEMENTS, HAPPENED
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method, told

# Only officers can tell of it: comparing it would find what it was made from.
OF_OFFICERS_ALONE = ("released_as_officer",)


class Said(NamedTuple):
    """One element in both streams: how many told of it (or were coded with it), of how many."""

    element: str
    residents_said: int
    residents: int
    officers_said: int
    officers: int

    @property
    def p(self) -> float:
        """Fisher's exact p, two-sided."""
        return odds.exact_p([self.residents_said], [self.residents], [self.officers_said], [self.officers])


class Likeness(NamedTuple):
    """Elements compared with p and Holm's p, those unlike among them, and the family's size."""

    rows: tuple[Said, ...]
    p: tuple[float, ...]
    p_holm: tuple[float, ...]
    coded: int

    def unlike(self, level: float) -> list[Said]:
        """Elements told of more often in one stream, each once though it may be told and coded."""
        found = {row.element: row for row, p in zip(self.rows, self.p_holm, strict=True) if p <= level}
        return list(found.values())


@dataclass(frozen=True, slots=True)
class TwoStreams:
    """How many elements of the codebook one stream tells of more often than the other, after Holm.

    With fewer than `fewest` encounters in either stream it refuses. Where accounts are coded, an element with as many
    coded in both streams is compared a second time, among those that state it happened or did not.
    """

    level: float = 0.05
    fewest: int = 10
    threshold: float = HEADLINE
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "two_streams"

    def __post_init__(self) -> None:
        if not (0 < self.level <= 0.5 and self.fewest >= 1):
            found = f"level {self.level} and fewest {self.fewest}"
            raise PlanError(f"two_streams: {found}, expected a level of at most 0.5 and at least 1 encounter")

    def weigh(self, evidence: Evidence) -> Result:
        """How many elements are unlike of how many compared, or a refusal."""
        if evidence.reports is None:
            return method.result(self, told.NOTHING.sifted, (told.NOTHING.gate,), told.NO_REPORTS)
        look = told.look(evidence, self.scope, _own, self.threshold)
        actions, coded = _told(look.table), self._coded(evidence, look.table)
        answer = self._too_few(look.table) or self._nothing_to_compare(actions, coded) or self.assess(actions, coded)
        if isinstance(answer, Refusal):
            return method.result(self, look.sifted, (look.gate,), answer)
        return method.result(self, look.sifted, (look.gate,), answer, self._diagnose(evidence, look))

    def assess(self, actions: Sequence[Said], coded: Sequence[Said] = ()) -> Answer:
        """The answer from counts, as `weigh` gives it where it does not refuse."""
        found = compare(actions, coded)
        residents, officers = max(row.residents for row in actions), max(row.officers for row in actions)
        visible = power.smallest_visible_shares(residents, officers, self.level / len(found.rows))
        return Answer(
            estimates=tuple(self._estimates(found, residents, officers, visible)),
            smallest_visible=visible,
            series=tuple(_series(found)),
        )

    def _estimates(self, found: Likeness, residents: int, officers: int, visible: float) -> Iterator[Estimate]:
        n = residents + officers
        elements = len({row.element for row in found.rows})
        unlike = found.unlike(self.level)
        how = f"counted; Fisher's exact test, Holm over {len(found.rows)} comparisons"
        note = _sentence(unlike, elements, residents, officers, visible)
        yield Estimate("unlike_elements", "count", *(3 * (len(unlike),)), n, interval=how, note=note)
        for name, value in (("elements_compared", elements), ("residents", residents), ("officers", officers)):
            yield Estimate(name, "count", value, value, value, n, interval="counted")

    def _too_few(self, table: Any) -> Refusal | None:
        residents, officers = _sizes(table)
        if min(residents, officers) < self.fewest:
            return Refusal(
                f"{residents} encounters told by residents and {officers} by off-duty officers who said what was done, "
                f"at least {self.fewest} of each expected",
                {"residents": residents, "officers": officers},
                "more people of the smaller stream who tell",
            )
        return None

    def _nothing_to_compare(self, actions: Sequence[Said], coded: Sequence[Said]) -> Refusal | None:
        if not actions:
            return Refusal(
                "no element was told of by some and not by all: there is nothing to compare",
                {"elements": 0},
                "reports that say what was done, in the codes of the codebook",
            )
        comparisons, (_, _, residents, _, officers) = len(actions) + len(coded), actions[0]
        # all against none is the strongest there is
        strongest = Said("", residents, residents, 0, officers).p
        if strongest > self.level / comparisons:
            return Refusal(
                f"{residents} residents and {officers} off-duty officers are too few to find any of {comparisons} "
                "comparisons unlike, whatever they told",
                {"residents": residents, "officers": officers, "comparisons": comparisons},
                "more people of the smaller stream who tell",
            )
        return None

    def _coded(self, evidence: Evidence, table: Any) -> list[Said]:
        """Elements by settled codes, where enough in both streams are coded 1 or 0."""
        if evidence.codes is None:
            return []
        enough = [row for row in _by_codes(evidence.codes, table) if min(row.residents, row.officers) >= self.fewest]
        return [row for row in enough if _differs(row)]

    def _diagnose(self, evidence: Evidence, look: told.Told) -> dict[str, Any]:
        def figures(table: Any) -> dict[str, int]:
            residents, officers = _sizes(table)
            counts = {"n": residents + officers, "residents": residents, "officers": officers}
            actions = _told(table) if min(residents, officers) >= self.fewest else []
            if not actions:
                return counts
            found = compare(actions, self._coded(evidence, table))
            elements = len({row.element for row in found.rows})
            return counts | {"unlike_elements": len(found.unlike(self.level)), "elements_compared": elements}

        return {
            **told.readings(evidence, self.scope, figures, _own, self.threshold),
            "corroboration": look.corroboration,
            "events_of_both": _events_of_both(look.table),
        }


def compare(actions: Sequence[Said], coded: Sequence[Said] = ()) -> Likeness:
    """Every element by Fisher's exact test, told of and coded alike in one family by Holm (1979)."""
    rows = (*actions, *coded)
    p = tuple(row.p for row in rows)
    return Likeness(rows, p, tuple(float(adjusted) for adjusted in paired.holm(p)), len(coded))


def _own(table: Any) -> Iterable[Keep]:
    derive.need(table, "off_duty_officer")
    return (Keep("what was done not told", derive.actions_told(table)),)


def _sizes(table: Any) -> tuple[int, int]:
    """Encounters told by residents, and by officers off duty."""
    officers = derive.off_duty(table)
    counts = total(table, {"residents": ~officers, "officers": officers})
    return counts["residents"], counts["officers"]


def _told(table: Any) -> list[Said]:
    """Each element by the actions told of, of all encounters; not those that none told of, or all did."""
    residents, officers = _sizes(table)
    said = table.select(officer=derive.off_duty(table), element=table.actions.unique().unnest())
    cells = tally(said, {"element": said.element}, {"officers": said.officer})
    by_element = {
        str(element): (int(n) - int(of_officers), int(of_officers))
        for element, n, of_officers in zip(cells["element"], cells["n"], cells["officers"], strict=True)
    }
    compared = [element for element in ELEMENTS if element in by_element and element not in OF_OFFICERS_ALONE]
    rows = [Said(name, by_element[name][0], residents, by_element[name][1], officers) for name in compared]
    return [row for row in rows if _differs(row)]


def _by_codes(codes: Any, table: Any) -> Iterator[Said]:
    """Each element among accounts whose codes say that it happened, in any phase, or did not, in every phase coded."""
    who = table.select("report_id", officer=derive.off_duty(table))
    coded = settled(codes).filter(lambda row: row.element.notin(OF_OFFICERS_ALONE)).join(who, "report_id")
    accounts = coded.group_by("report_id", "element", "officer").agg(
        yes=(coded.code == HAPPENED).fill_null(False).any(), no=(coded.code == DID_NOT).fill_null(False).all()
    )
    accounts = accounts.filter(accounts.yes | accounts.no)
    resident, officer = ~accounts.officer, accounts.officer
    sums = {
        "residents_said": resident & accounts.yes,
        "residents": resident,
        "officers_said": officer & accounts.yes,
        "officers": officer,
    }
    cells = tally(accounts, {"element": accounts.element}, sums)
    for element, *counts in zip(cells["element"], *(cells[name] for name in sums), strict=True):
        yield Said(str(element), *(int(count) for count in counts))


def _differs(row: Said) -> bool:
    """Whether some told of it and some did not: else there is nothing to compare."""
    return 0 < row.residents_said + row.officers_said < row.residents + row.officers


def _series(found: Likeness) -> Iterator[Series]:
    """The comparisons by actions told of, and by codes where there are any."""
    first = len(found.rows) - found.coded
    by_actions = (
        "encounters in which it was told of, of all in which it was said what was done; not told of is no stated no"
    )
    by_codes = "accounts coded as it happened, of those coded as it happened or did not"
    for name, part, reading in (
        ("streams", slice(0, first), by_actions),
        ("streams_coded", slice(first, None), by_codes),
    ):
        if found.rows[part]:
            columns = dict(zip(Said._fields, zip(*found.rows[part], strict=True), strict=True))
            yield Series(name, {**columns, "p": found.p[part], "p_holm": found.p_holm[part]}, reading)


def _events_of_both(table: Any) -> int:
    """Events told of in both streams: there the two are not apart."""
    if not derive.has(table, "event_id"):
        return 0
    known = table.filter(table.event_id.nullif("").notnull())
    officers = derive.off_duty(known)
    events = known.group_by("event_id").agg(both=officers.any() & (~officers).any())
    return total(events, {"both": events.both})["both"]


def _sentence(unlike: Sequence[Said], elements: int, residents: int, officers: int, visible: float) -> str:
    """What must be said wherever the count is printed."""
    who = f"residents ({residents:,} encounters) and off-duty officers ({officers:,})"
    unseen = f"a difference of under {visible:.0%} could have gone unseen"
    if not unlike:
        return f"{who} were not told apart in any of {elements} elements they told of; {unseen}"
    named = "; ".join(
        f"{row.element.replace('_', ' ')} ({row.residents_said / row.residents:.0%} against "
        f"{row.officers_said / row.officers:.0%})"
        for row in unlike
    )
    return f"{who} told unlike of {len(unlike)} of {elements} elements: {named}; in the others {unseen}"
