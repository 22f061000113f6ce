"""Agreement: do independent coders read the same thing in the same narrative?

What a narrative says is a reading of it. Two people who read apart and cannot see each other's codes show how far a
reading can be relied on: Krippendorff's alpha is 1 where they always agree and 0 where they agree as often as codes
drawn from one hat would (Krippendorff 2019, chapter 12). Each element of the codebook stands or falls alone.

Blind to: a reading that the coders share and that is wrong; whether the narrative is true.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from evenhand.errors import PlanError
from evenhand.maths import agreement
from evenhand.maths.agreement import Alpha, Codes, Floats
from evenhand.tables import derive
from evenhand.tables.coding import ADJUDICATED
from evenhand.tables.sift import Keep, Sifted, sift
from evenhand.tables.tally import tally, total
from evenhand.terms.codebook import DID_NOT, HAPPENED, NOT_MENTIONED
from evenhand.terms.evidence import Evidence
from evenhand.terms.result import Answer, Estimate, Exclusion, Refusal, Result, Scope, Series
from evenhand.weigh import method, told

VALUES = (DID_NOT, HAPPENED, NOT_MENTIONED)
# Krippendorff (2019): at and above the first an element is usable, down to the second it allows tentative conclusions.
USABLE_FROM, TENTATIVE_FROM = 0.80, 0.667
# METHODS 6.8: with fewer narratives coded twice, or a smaller share of all, alpha is of a few or of a choice.
FEWEST_NARRATIVES, FEWEST_SHARE = 100, 0.2
# METHODS 6.8: below, or above the rest, alpha hangs on a handful of codes, and raw agreement stands beside it.
RARE = 0.05
# a language of fewer narratives is not named: it may name who told
FEWEST_IN_LANGUAGE = 10
ENDS = ("alpha", "low", "high")
USABLE, TENTATIVE, NOT_REPORTED = "usable", "tentative", "not reported"
NEEDED = "[[codes]] in the plan: what two coders, each apart, read in the same narratives"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many elements of the codebook are read alike, with alpha and its interval for each.

    `version` picks one version of the codebook where there are several. The interval is the percentile bootstrap
    over narratives, of `draws` draws from `seed`.
    """

    version: str = ""
    draws: int = 2000
    seed: int = 0
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "agreement"

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise PlanError(f"agreement: draws is {self.draws}, expected 1 or more, such as 2000")

    def weigh(self, evidence: Evidence) -> Result:
        """Alpha of each element with its verdict, or a refusal."""
        if evidence.codes is None:
            refusal = Refusal("there are no codes to compare", {"codes": 0}, NEEDED)
            return method.result(self, Sifted(None, (), 0), (), refusal)
        if self._cut and evidence.reports is None:
            return method.result(self, Sifted(None, (), 0), (), told.NO_REPORTS)
        table = self._codes(evidence)
        sifted = sift(table, *self._keep(table))
        units = Units.of(sifted.table)
        sifted = _without(sifted, units.alone)
        refused = self._versions(sifted.table) or _coders(sifted.table) or _twice(sifted.table)
        if refused := refused or self._too_few(units, evidence):
            return method.result(self, sifted, (), refused)
        elements = {name: assess(units.counts[name], self.draws, self.seed) for name in units.counts}
        answer = self._answer(elements, units)
        if isinstance(answer, Refusal):
            return method.result(self, sifted, (), answer)
        reasons = {name: element.reason for name, element in elements.items() if element.reason}
        return method.result(self, sifted, (), answer, {"refused": reasons, **diagnose(sifted.table)})

    @property
    def _cut(self) -> bool:
        """Whether the scope looks at some of the reports only."""
        return bool(self.scope.where) or self.scope.period is not None

    def _codes(self, evidence: Evidence) -> Any:
        """The codes with every column there may be, and whether their report is in scope."""
        import ibis

        table = evidence.codes
        for name, absent in (("phase", "whole"), ("month", "not recorded"), ("language", "not recorded")):
            words = table[name].cast("string") if derive.has(table, name) else ibis.literal(None, "string")
            table = table.mutate(**{name: words.fill_null(absent)})
        table = table.mutate(version=table.version.cast("string"))
        if not self._cut:
            return table.mutate(looked_at=True)
        inside = self._reports(evidence).select("report_id").distinct().mutate(looked_at=True)
        joined = table.left_join(inside, "report_id")
        return joined.select(*table.columns, looked_at=joined.looked_at.fill_null(False))

    def _reports(self, evidence: Evidence) -> Any:
        rules = [holds for _, holds in derive.in_scope(evidence.reports, self.scope)]
        return evidence.reports.filter(*rules) if rules else evidence.reports

    def _keep(self, table: Any) -> Iterator[Keep]:
        yield Keep("report outside the scope", table.looked_at)
        yield Keep("coder not recorded", table.coder.notnull())
        # whoever settled it had the coders' codes in sight: it is nobody's second reading
        yield Keep("an adjudicated code, no reading apart", table.coder != ADJUDICATED)
        yield Keep("code is not 1, 0 or 9", table.code.isin(VALUES))
        if self.version:
            yield Keep(f"codebook version is not {self.version}", table.version == self.version)

    def _versions(self, table: Any) -> Refusal | None:
        """The refusal where codes follow several versions of the codebook, or none of the one asked for."""
        cells = tally(table, {"version": table.version})
        counts = {str(name): int(n) for name, n in zip(cells["version"], cells["n"], strict=True)}
        if len(counts) == 1:
            return None
        if not counts:
            asked = f" by version {self.version} of the codebook" if self.version else ""
            return Refusal(f"there are no codes{asked} to compare", {"codes": 0}, NEEDED)
        said = ", ".join(f"{n:,} by {name}" for name, n in counts.items())
        return Refusal(
            f"the codes follow {len(counts)} versions of the codebook ({said}): one element may mean two things",
            {"codes_by_version": counts},
            "version in the plan, which picks one of them",
        )

    def _too_few(self, units: "Units", evidence: Evidence) -> Refusal | None:
        """The refusal where too few narratives were coded twice, or too small a share of all."""
        reports = units.narratives
        if evidence.reports is not None:
            reports = max(reports, _narratives(self._reports(evidence)))
        if units.twice >= max(FEWEST_NARRATIVES, FEWEST_SHARE * reports):
            return None
        return Refusal(
            f"{units.twice:,} of {reports:,} narratives were coded twice: at least {FEWEST_NARRATIVES}, and "
            f"{FEWEST_SHARE:.0%} of all, expected",
            {"coded_twice": units.twice, "narratives": reports},
            "more narratives read by a second coder, drawn by lot",
        )

    def _answer(self, elements: Mapping[str, "Element"], units: "Units") -> Answer | Refusal:
        if all(element.alpha is None for element in elements.values()):
            return Refusal(
                f"none of {len(elements)} elements has an alpha: {next(iter(elements.values())).reason}",
                {"elements": len(elements), "reasons": {name: each.reason for name, each in elements.items()}},
                "narratives that differ in what happened, each read by two coders",
            )
        return Answer((_usable(elements, units.twice), *self._alphas(elements)), None, series=(_series(elements),))

    def _alphas(self, elements: Mapping[str, "Element"]) -> Iterator[Estimate]:
        interval = f"percentile bootstrap over narratives, {self.draws:,} draws"
        for name, element in elements.items():
            if element.alpha is None or element.verdict == NOT_REPORTED:
                continue
            note = element.verdict
            if element.rare:
                note += (
                    f"; {element.prevalence:.1%} of the codes say that it happened, and {element.raw:.1%} of the pairs "
                    "of codes are alike"
                )
            ends = element.alpha.value, element.alpha.low, element.alpha.high
            quantity = f"alpha_{name.replace(' ', '_')}"
            yield Estimate(quantity, "alpha", *ends, n=element.narratives, interval=interval, note=note)


@dataclass(frozen=True, slots=True)
class Units:
    """Narratives by element: how often each code was given, one row a narrative (columns as `VALUES`).

    `alone` counts codes without a second; `narratives` and `twice` the narratives coded at all, and by two or more.
    """

    counts: Mapping[str, Floats]
    alone: int
    narratives: int
    twice: int

    @classmethod
    def of(cls, table: Any) -> "Units":
        """Count the codes of each narrative by element, and by phase where a phase was coded by itself."""
        sums = {f"n{value}": table.code == value for value in VALUES}
        cells = tally(table, {name: table[name] for name in ("element", "phase", "report_id")}, sums)
        counts = np.column_stack([cells[name] for name in sums]).astype(np.float64)
        paired = counts.sum(axis=1) > 1
        phases = zip(cells["element"], cells["phase"], strict=True)
        items = np.array([str(a) if b == "whole" else f"{a} {b}" for a, b in phases], dtype=str)
        by_item = {str(name): counts[items == name] for name in np.unique(items)}
        reports = cells["report_id"].astype(str)
        return cls(by_item, int(np.sum(~paired)), len(np.unique(reports)), len(np.unique(reports[paired])))


class Element(NamedTuple):
    """One element as two coders read it; `said` is alpha of the codes 0 and 1 where both said so.

    Without an alpha (or its interval) `reason` says why.
    """

    alpha: Alpha | None
    said: Alpha | None
    narratives: int
    prevalence: float | None
    raw: float | None
    verdict: str
    reason: str = ""

    @property
    def rare(self) -> bool:
        """Whether nearly all codes say that it happened, or nearly none."""
        return self.prevalence is not None and not RARE <= self.prevalence <= 1 - RARE


def assess(counts: Floats, draws: int = 2000, seed: int = 0) -> Element:
    """Alpha of one element, with its verdict, from counts of the codes 0, 1 and 9: a row a narrative."""
    codes = _paired(counts, VALUES)
    narratives = len(codes.counts)
    if narratives < FEWEST_NARRATIVES:
        reason = f"{narratives:,} narratives coded twice, at least {FEWEST_NARRATIVES} expected"
        return Element(None, None, narratives, None, None, NOT_REPORTED, reason)
    prevalence, raw = agreement.prevalence(codes, HAPPENED), agreement.raw_agreement(codes)
    try:
        alpha = agreement.bootstrap(codes, draws=draws, seed=seed)
    except ValueError as error:
        return Element(None, None, narratives, prevalence, raw, NOT_REPORTED, str(error))
    try:
        said = agreement.bootstrap(_paired(counts[:, :2], VALUES[:2]), draws=draws, seed=seed)
    except ValueError:
        said = None
    return Element(alpha, said, narratives, prevalence, raw, verdict(alpha))


def verdict(alpha: Alpha) -> str:
    """Usable, tentative or not reported; an interval that reaches under the lower line makes any element tentative."""
    if alpha.value < TENTATIVE_FROM:
        return NOT_REPORTED
    return USABLE if alpha.value >= USABLE_FROM and alpha.low >= TENTATIVE_FROM else TENTATIVE


def diagnose(table: Any) -> dict[str, Any]:
    """How coders differ: by pair of coders and element, by month, by language; coders are numbers, not names."""
    pairs = _pairs(table)
    numbers = {name: at + 1 for at, name in enumerate(sorted({*pairs["first"].tolist(), *pairs["second"].tolist()}))}
    confusion: dict[str, dict[str, dict[str, int]]] = {}
    columns = ("element", "phase", "first", "second", "code_first", "code_second", "n")
    for element, phase, first, second, one, two, n in zip(*(pairs[name].tolist() for name in columns), strict=True):
        item = element if phase == "whole" else f"{element} {phase}"
        of_pair = confusion.setdefault(item, {}).setdefault(f"{numbers[first]} and {numbers[second]}", {})
        of_pair[f"{one} and {two}"] = of_pair.get(f"{one} and {two}", 0) + n
    return {
        "coders": len(numbers),
        "confusion": confusion,
        "by_month": _alike(pairs, pairs["month"]),
        "by_language": _alike(pairs, _languages(table, pairs["language"])),
    }


def _pairs(table: Any) -> Mapping[str, Any]:
    """Pairs of codes of one narrative, element and phase, by coders, codes, month and language."""
    import ibis

    key = ["report_id", "element", "phase"]
    first, second = table.select(*key, "coder", "code", "month", "language"), table.view()
    both = first.join(second, [*((first[name] == second[name]) for name in key), first.coder < second.coder])

    def shared(name: str) -> Any:
        return ibis.ifelse(first[name] == second[name], first[name], f"two {name}s")

    flat = both.select(
        element=first.element,
        phase=first.phase,
        first=first.coder,
        second=second.coder,
        code_first=first.code,
        code_second=second.code,
        month=shared("month"),
        language=shared("language"),
    )
    return tally(flat, {name: flat[name] for name in flat.columns})


def _alike(pairs: Mapping[str, Any], by: Any) -> dict[str, dict[str, float]]:
    """Pairs of codes, and the share of them alike, by a label; all elements together, which is not an alpha."""
    alike, n = pairs["code_first"] == pairs["code_second"], pairs["n"]
    labels = by.astype(str)
    found = {}
    for label in np.unique(labels):
        here = labels == label
        found[str(label)] = {"pairs": int(n[here].sum()), "alike": float(n[here & alike].sum() / n[here].sum())}
    return found


def _languages(table: Any, languages: Any) -> Any:
    """The language of each pair, those of few narratives taken together."""
    narratives = table.select("report_id", "language").distinct()
    cells = tally(narratives, {"language": narratives.language})
    few = cells["language"][cells["n"] < FEWEST_IN_LANGUAGE].astype(str)
    return np.where(np.isin(languages.astype(str), few), "other languages", languages.astype(str))


def _usable(elements: Mapping[str, Element], narratives: int) -> Estimate:
    verdicts = [element.verdict for element in elements.values()]
    usable = verdicts.count(USABLE)
    tentative, left_out = verdicts.count(TENTATIVE), verdicts.count(NOT_REPORTED)
    note = f"of {len(verdicts):,} elements coded; {tentative:,} tentative, {left_out:,} not reported"
    return Estimate("elements_usable", "count", usable, usable, usable, narratives, None, "counted", note)


def _series(elements: Mapping[str, Element]) -> Series:
    rows = [
        (
            name,
            *_ends(element.alpha),
            *_ends(element.said),
            element.narratives,
            element.prevalence,
            element.raw,
            element.verdict,
        )
        for name, element in elements.items()
    ]
    names = ("element", *ENDS, *(f"{name}_said" for name in ENDS), "narratives", "prevalence", "raw", "verdict")
    reading = (
        f"Krippendorff's alpha by element, of the codes 1, 0 and 9, and of 1 and 0 where both coders said so; usable "
        f"from {USABLE_FROM:g}, tentative from {TENTATIVE_FROM:g} or where the interval reaches under it"
    )
    return Series("agreement", {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}, reading)


def _ends(alpha: Alpha | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if alpha is None else (alpha.value, alpha.low, alpha.high)


def _coders(table: Any) -> Refusal | None:
    coders = len(tally(table, {"coder": table.coder})["n"])
    if coders > 1:
        return None
    return Refusal(f"{coders} coder: nobody read the narratives a second time", {"coders": coders}, NEEDED)


def _twice(table: Any) -> Refusal | None:
    """The refusal where a coder coded one element of one narrative twice: the two are not independent."""
    keys = ("report_id", "coder", "element", "phase")
    repeated = table.group_by(**{name: table[name] for name in keys}).agg(times=table.count())
    n = total(repeated.filter(repeated.times > 1), {})["n"]
    if not n:
        return None
    return Refusal(
        f"{n:,} codes repeat a coder, narrative and element: two codes of one person are no agreement",
        {"repeated": n},
        "one code of each coder, narrative and element",
    )


def _narratives(reports: Any) -> int:
    """Reports that have a narrative; all of them where none carries one here."""
    rows = reports.select(report=reports.report_id, has=_has_narrative(reports)).distinct()
    counts = total(rows, {"has": rows.has})
    return counts["has"] or counts["n"]


def _has_narrative(reports: Any) -> Any:
    import ibis

    if not derive.has(reports, "narrative"):
        return ibis.literal(False)
    return (reports.narrative.strip() != "").fill_null(False)


def _paired(counts: Floats, values: tuple[int, ...]) -> Codes:
    """The narratives that two coders or more gave one of these values."""
    paired = counts.sum(axis=1) > 1
    coders = int(counts.sum(axis=1).max(initial=0))
    return Codes(np.array(values), counts[paired], coders, int(np.sum(counts.sum(axis=1) == 1)))


def _without(sifted: Sifted, alone: int) -> Sifted:
    return Sifted(sifted.table, (*sifted.excluded, Exclusion("coded by one coder only", alone)), sifted.rows_in)
