"""Recognition: within one encounter, did treatment change once the person was known to be an officer?

Each encounter is its own comparison: of those in which something changed once it was known, were more for the
better, or ended there, than for the worse? If knowing made no difference a fair coin would decide (sign test;
METHODS 6.3). Every stop ends some day, so a second comparison stands beside it: being let go once known as police,
against being let go once identity was accepted among people who were not known as police.

Blind to: encounters that would have ended anyway, but for that contrast; memory; which endings are told. A change of
treatment is not about race until it is contrasted by race.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from evenhand.errors import PlanError
from evenhand.maths import intervals, paired, power
from evenhand.tables import derive
from evenhand.tables.coding import settled
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally, total
from evenhand.tables.telling import HEADLINE
from evenhand.terms.codebook import DID_NOT, HAPPENED
from evenhand.terms.encounter import AREA_PREFIX, RACES
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Estimate, Refusal, Result, Scope, Series
from evenhand.weigh import method, told

# METHODS 6.3: with fewer encounters that changed nothing is said.
FEWEST = 10
STAGES = ("before", "during", "never")
TREATMENTS = ("better", "worse", "same", "ended_there")
FOR_THE_BETTER = ("better", "ended_there")
# The actions by which it is known that identity was asked for: among these, letting go on it can be counted.
IDENTITY = ("id_demanded", "id_disregarded", "released_on_id")
NO_UPPER_END = "exact lower limit alone: none became worse, so the odds have no upper end"


class Release(NamedTuple):
    """People known as police during it, those let go on that; others asked for identity, those let go on that."""

    known: int
    as_officer: int
    asked: int
    on_id: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """Odds of better (or ended) over worse once known as an officer, the share and its exact test, and the contrast.

    `level` is that of every interval (1 - level), and of the family of elements by Holm.
    """

    level: float = 0.05
    threshold: float = HEADLINE
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "recognition"

    def __post_init__(self) -> None:
        if not 0 < self.level <= 0.5:
            raise PlanError(f"recognition: level is {self.level}, expected one of at most 0.5, such as 0.05")

    def weigh(self, evidence: Evidence) -> Result:
        """The odds with their interval, or a refusal."""
        if evidence.reports is None:
            return method.result(self, told.NOTHING.sifted, (told.NOTHING.gate,), told.NO_REPORTS)
        look = told.look(evidence, self.scope, _own, self.threshold)
        better, worse = _changed(look.table)
        refused = self._too_few(better, worse)
        if refused:
            return method.result(self, look.sifted, (look.gate,), refused)
        series = [_before_and_after(look.table)]
        elements = self._elements(evidence, look.table)
        answer = self.assess(better, worse, _release(look.table), (*series, *elements))
        return method.result(self, look.sifted, (look.gate,), answer, self._diagnose(evidence, look, better, worse))

    def assess(
        self, better: int, worse: int, release: Release | None = None, series: tuple[Series, ...] = ()
    ) -> Answer:
        """The answer from counts, as `weigh` gives it where it does not refuse."""
        let_go = self._let_go(release) if release else None
        return Answer(
            estimates=(*self._estimates(better, worse, let_go), *((let_go,) if let_go else ())),
            smallest_visible=power.smallest_visible_counts(1.0, better + worse, confidence=1 - self.level),
            series=series,
        )

    def _too_few(self, better: int, worse: int) -> Refusal | None:
        changed = better + worse
        if changed < FEWEST or 2 * 0.5**changed > self.level:
            return Refusal(
                f"treatment changed in {changed} encounters once the person was known as an officer, at least {FEWEST} "
                "expected",
                {"better": better, "worse": worse},
                "more off-duty officers who tell, or a canvass in which all were asked",
            )
        return None

    def _estimates(self, better: int, worse: int, let_go: Estimate | None) -> Iterator[Estimate]:
        n = better + worse
        test = paired.sign_test(better, worse, 1 - self.level)
        odds = _odds(better, worse, 1 - self.level)
        how = "Clopper-Pearson" if worse else NO_UPPER_END
        yield Estimate("better_odds", "ratio", *odds, n, interval=how, note=_sentence(better, n, let_go))
        share = f"{better:,} of {n:,} that changed"
        yield Estimate("share_better", "share", *test.share, n, interval="Clopper-Pearson", note=share)
        mid = f"sign test, two-sided; the mid-p is {test.p_mid:.2g}"
        yield Estimate("p", "probability", test.p, test.p, test.p, n, interval="exact", note=mid)
        yield Estimate(
            "better", "count", better, better, better, n, interval="counted", note="better, or it ended there"
        )
        yield Estimate("worse", "count", worse, worse, worse, n, interval="counted")

    def _let_go(self, release: Release) -> Estimate | None:
        """Let go once known as police over let go once identity was accepted; None where either cannot be counted."""
        known, as_officer, asked, on_id = release
        if not known or not on_id:
            return None
        ratio = paired.release_ratio(as_officer, known, on_id, asked, 1 - self.level)
        note = (
            f"{as_officer:,} of {known:,} known as police told of being let go on it; {on_id:,} of {asked:,} others "
            "asked for identity told of being let go on that"
        )
        return Estimate("release_ratio", "ratio", *ratio, known + asked, interval="Koopman", note=note)

    def _elements(self, evidence: Evidence, table: Any) -> tuple[Series, ...]:
        """Each element coded before and after in one encounter, by McNemar; those that never changed are left out."""
        if evidence.codes is None:
            return ()
        rows = [
            (element, gone, come, paired.mcnemar(gone, come).p)
            for element, gone, come in _changes_of_elements(evidence.codes, table)
            if gone + come
        ]
        if not rows:
            return ()
        adjusted = tuple(float(p) for p in paired.holm([row[3] for row in rows]))
        element, before_only, after_only, p = zip(*rows, strict=True)
        columns = {"element": element, "before_only": before_only, "after_only": after_only, "p": p, "p_holm": adjusted}
        reading = (
            "encounters coded with it before the person was known as an officer and not after, against the reverse; "
            "codes adjudicated, or of more than half the coders"
        )
        return (Series("elements", columns, reading),)

    def _figures(self, table: Any) -> dict[str, Any]:
        """The headline of other encounters, as diagnostics give it."""
        better, worse = _changed(table)
        counts: dict[str, Any] = {"n": better + worse, "better": better, "worse": worse}
        if not better + worse:
            return counts
        odds = _odds(better, worse, 1 - self.level)
        test = paired.sign_test(better, worse, 1 - self.level)
        return counts | {"better_odds": odds.value, "p": test.p, "p_mid": test.p_mid}

    def _diagnose(self, evidence: Evidence, look: told.Told, better: int, worse: int) -> dict[str, Any]:
        table = look.table
        backed = derive.backed(table, told.BACKING)
        return {
            **told.readings(evidence, self.scope, self._figures, _own, self.threshold),
            "corroboration": look.corroboration,
            "p_mid": paired.sign_test(better, worse).p_mid,
            "release": _release(table)._asdict() if derive.has(table, "actions") else {},
            "by_corroboration": {
                "backed": self._figures(table.filter(backed)),
                "not_backed": self._figures(table.filter(~backed)),
            },
            "by_race_self": self._by_race(table),
        }

    def _by_race(self, table: Any) -> dict[str, Any]:
        """Better and worse by the one race stated, for the whole region: never where the scope names smaller areas."""
        smaller = any(name.startswith(AREA_PREFIX) and name != f"{AREA_PREFIX}region" for name in self.scope.where)
        if smaller or not derive.has(table, "race_self"):
            return {}
        stated = table.filter(derive.self_stated(table))
        found = {race: _changed(stated.filter(derive.self_within(stated, (race,)))) for race in RACES}
        return {race: {"better": better, "worse": worse} for race, (better, worse) in found.items() if better + worse}


def _own(table: Any) -> Iterable[Keep]:
    derive.need(table, "known_as_officer", "treatment_once_known")
    known = table.known_as_officer.isin(STAGES).fill_null(False)
    return (Keep("off-duty officer, not stated whether known as one", known | ~derive.off_duty(table)),)


def _changed(table: Any) -> tuple[int, int]:
    """Encounters that became better (or ended there), and worse, once the person was known as an officer."""
    during = table.known_as_officer == "during"
    sums = {
        "better": during & table.treatment_once_known.isin(FOR_THE_BETTER),
        "worse": during & (table.treatment_once_known == "worse"),
    }
    counts = total(table, sums)
    return counts["better"], counts["worse"]


def _release(table: Any) -> Release:
    """Who was let go on what, among those who told what was done; others are residents and officers never known."""
    if not derive.has(table, "actions"):
        return Release(0, 0, 0, 0)
    said = table.filter(derive.actions_told(table))
    known = (said.known_as_officer == "during").fill_null(False)
    aside = (said.known_as_officer == "before").fill_null(False)
    asked = ~known & ~aside & derive.told_of(said, *IDENTITY)
    sums = {
        "known": known,
        "as_officer": known & derive.told_of(said, "released_as_officer"),
        "asked": asked,
        "on_id": asked & derive.told_of(said, "released_on_id"),
    }
    counts = total(said, sums)
    return Release(*(counts[name] for name in Release._fields))


def _before_and_after(table: Any) -> Series:
    """Encounters of officers by treatment and by when they were known; `before` and `never` test nothing."""
    officers = table.filter(table.known_as_officer.isin(STAGES))
    cells = tally(officers, {"treatment": officers.treatment_once_known, "stage": officers.known_as_officer})
    rows = (*TREATMENTS, "not stated")
    counts = {stage: dict.fromkeys(rows, 0) for stage in STAGES}
    for treatment, stage, n in zip(cells["treatment"], cells["stage"], cells["n"], strict=True):
        counts[stage][treatment if treatment in TREATMENTS else "not stated"] += int(n)
    columns = {"treatment": rows, **{stage: tuple(counts[stage].values()) for stage in STAGES}}
    reading = (
        "what changed once the person was known as an officer, by when that was; the test is of those known during it"
    )
    return Series("before_and_after", columns, reading)


def _changes_of_elements(codes: Any, table: Any) -> Iterator[tuple[str, int, int]]:
    """(element, encounters with it before and not after, the reverse), of those known as officers during it."""
    during = table.filter(table.known_as_officer == "during").select("report_id")
    coded = settled(codes).semi_join(during, "report_id")
    pairs = coded.group_by("report_id", "element").agg(
        before=coded.code.max(where=coded.phase == "before"), after=coded.code.max(where=coded.phase == "after")
    )
    gone = (pairs.before == HAPPENED) & (pairs.after == DID_NOT)
    come = (pairs.before == DID_NOT) & (pairs.after == HAPPENED)
    cells = tally(pairs, {"element": pairs.element}, {"gone": gone, "come": come})
    for element, of_gone, of_come in zip(cells["element"], cells["gone"], cells["come"], strict=True):
        yield str(element), int(of_gone), int(of_come)


def _odds(better: int, worse: int, confidence: float) -> intervals.Interval:
    """Odds with their exact limits; with none worse, the lower limit in every place: nothing above it is known."""
    if worse:
        return paired.odds(better, worse, confidence)
    low = intervals.clopper_pearson(better, better, confidence).low
    return intervals.Interval(*(3 * (low / (1 - low),)))


def _sentence(better: int, n: int, let_go: Estimate | None) -> str:
    """What must be said wherever the odds are printed."""
    said = (
        f"once the person was known as an officer, {better:,} of {n:,} encounters that changed became better or ended"
    )
    if let_go is None:
        return f"{said}; every stop ends, and release could not be contrasted: this alone shows nothing of knowing"
    times = f"they were let go on it {let_go.value:.2f} times as often as others on their identity"
    if let_go.low <= 1 <= let_go.high:
        return f"{said}; every stop ends, and {times}, which is not told apart from once"
    return f"{said}; {times}"
