"""Recording rate: what share of the encounters that people told of does the agency's own record never show?

Encounters whose tellers agreed to a comparison were looked for in the agency's records. Linking overlooks some that
are there and links some that are not; a review of pairs whose truth is known says how often, and the share found is
corrected for both (Rogan and Gladen 1978; METHODS 6.7). An encounter that a reviewer could not decide counts as not
found, as it does in the review, and is counted both ways beside it.

Blind to: tellers are not a sample of those stopped; an encounter with another agency looks like no record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, NamedTuple

from evenhand.errors import PlanError
from evenhand.maths import intervals, odds, recording
from evenhand.tables import derive
from evenhand.tables.sift import Keep
from evenhand.tables.tally import tally, total
from evenhand.tables.telling import HEADLINE, THRESHOLDS, searched_for
from evenhand.terms.encounter import RACES
from evenhand.terms.evidence import Coverage, Evidence, Review
from evenhand.terms.result import Answer, Band, Estimate, Refusal, Result, Scope, Series, Verdict
from evenhand.weigh import method, told
from evenhand.weigh.gates.submission import Submission

# METHODS 6.7: fewer encounters, or linking that tells less apart, say nothing.
FEWEST = 50
LEAST_APART = 0.3
# A share linked that review could hardly give at any share recorded: the two are not of one linking.
TOO_UNLIKELY = 0.001
# METHODS 6.7: tellers who do not know which agency it was may have met another one.
LEAST_KNOWN = 0.8
CONSENT = "compare_records"
NO_LINKS = Refusal(
    "the encounters were not looked for in the agency's records",
    {"links": 0},
    "a table [[links]] of the plan: encounter_id, probability",
)
NO_REVIEW = Refusal(
    "how well linking works was not reviewed",
    {"true_pairs": 0, "false_pairs": 0},
    "a section [review] of the plan: pairs whose truth is known, and what linking made of them",
)
NO_COVERAGE = Refusal(
    "nobody said which dates the agency's records cover",
    {"coverage": 0},
    "the agency's stops as a [[source]] of the plan, with its coverage",
)


class Found(NamedTuple):
    """Encounters found in the records, of those told; `undecided` of the others a reviewer left open."""

    linked: int
    told: int
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class RecordingRate:
    """Share of told encounters that the agency's records never show, corrected for the errors of linking.

    `link_threshold` is the probability at which a record counts as found, the one the review was made at; `threshold`
    that at which two tellings are one encounter. `by` are codes of `race_self` to give it for as well. The interval is
    a bootstrap of `draws` over the share found and both errors of linking, from `seed`.
    """

    by: tuple[str, ...] = ()
    draws: int = 10_000
    seed: int = 0
    confidence: float = 0.95
    link_threshold: float = HEADLINE
    threshold: float = HEADLINE
    scope: Scope = field(default_factory=Scope)

    name: ClassVar[str] = "recording_rate"

    def __post_init__(self) -> None:
        if not set(self.by) <= set(RACES):
            raise PlanError(f"recording_rate: by is {self.by!r}, expected a list of codes such as BLACK, HISPANIC")
        if not 0 < self.link_threshold <= 1:
            raise PlanError(f"recording_rate: link_threshold is {self.link_threshold}, expected a probability")

    def weigh(self, evidence: Evidence) -> Result:
        """The share never recorded with its interval, or a refusal."""
        spans = _of_records(evidence)
        said, absent = evidence.review, _absent(evidence, spans)
        if absent or said is None:
            return method.result(self, told.NOTHING.sifted, (told.NOTHING.gate,), absent or NO_REVIEW)
        linked = replace(evidence, reports=searched_for(evidence.reports, evidence.links))
        own = partial(self._own, spans=spans)
        look = told.look(linked, self.scope, own, self.threshold)
        found = self._count(look.table)
        arrived = _arrived(evidence, spans)
        gates = (look.gate, arrived)
        refused = (
            method.refusing((arrived,)) or self._refusal(found, look.table) or _apart(said) or _beyond(found, said)
        )
        if refused:
            return method.result(self, look.sifted, gates, refused)
        review = recording.Review(said.found, said.true_pairs, said.linked, said.false_pairs)
        try:
            answer = self.assess(found, review, self._thresholds(look.table), self._groups(look.table))
        except ValueError as error:
            return method.result(self, look.sifted, gates, Refusal(str(error), found._asdict(), "a larger review"))
        diagnostics = {
            **told.readings(linked, self.scope, partial(self._figure, review=review), own, self.threshold),
            "corroboration": look.corroboration,
            "review": {"s": review.s, "f": review.f, "true_pairs": review.recorded, "false_pairs": review.unrecorded},
            "by_time_precision": self._by_precision(look.table, review),
            "by_paper": self._by_paper(look.table, review),
            "links_of_no_encounter": _strangers(evidence),
        }
        return method.result(self, look.sifted, gates, answer, diagnostics)

    def assess(
        self,
        found: Found,
        review: recording.Review,
        thresholds: Mapping[float, Found] | None = None,
        groups: Mapping[str, Found] | None = None,
    ) -> Answer:
        """The answer from counts. Raises ValueError where the review is too small for an interval."""
        linked, n, left_open = found
        drawn = self._never(found, review)
        raw = intervals.wilson(n - linked, n, self.confidence)
        how = f"parametric bootstrap over the share found and both errors of linking, {self.draws:,} draws"
        say = f"{n - linked:,} of {n:,} were not found in the records; corrected for linking, which finds "
        say += f"{review.s:.0%} of those that are there and {review.f:.0%} of those that are not"
        if left_open:
            say += f"; {left_open:,} that no reviewer could decide count as not found"
        counted = "counted"
        return Answer(
            estimates=(
                Estimate("never_recorded", "share", *drawn, n, interval=how, note=say),
                Estimate("linked", "count", linked, linked, linked, n, interval=counted, note="found in the records"),
                Estimate("told", "count", n, n, n, n, interval=counted, note="with consent to compare"),
                Estimate("raw_share", "share", *raw, n, interval="Wilson", note="not found, before any correction"),
            ),
            # nothing is tested: there is no share at which records would be as they should
            smallest_visible=None,
            bands=(_over_links(found, review),),
            series=tuple(self._series(thresholds or {}, groups or {}, review)),
        )

    def _own(self, table: Any, spans: tuple[Coverage, ...]) -> Iterable[Keep]:
        """Encounters that may be, and were, looked for in the records."""
        derive.need(table, "date")
        yield Keep("no consent to compare with the agency's records", _consents(table))
        yield Keep("outside the dates that the agency's records cover", _covered(table, spans))
        # it was looked for under the other's name, and may be the same encounter
        own = table.encounter == table.encounter_id
        yield Keep("perhaps a further telling of an encounter already looked for", own)

    def _count(self, table: Any) -> Found:
        sums = {"linked": _linked(table, self.link_threshold), "open": _open(table, self.link_threshold)}
        counts = total(table, sums)
        return Found(counts["linked"], counts["n"], counts["open"])

    def _refusal(self, found: Found, table: Any) -> Refusal | None:
        figures = found._asdict()
        if found.told < FEWEST:
            reason = f"{found.told} encounters could be compared with the records, at least {FEWEST} expected"
            return Refusal(reason, figures, "more tellers who agree to a comparison (consent compare_records)")
        if not total(table, {"named": table.record_named})["named"]:
            reason = "no link names an encounter that was told: the two do not use the same encounter_id"
            return Refusal(reason, figures, "links whose encounter_id is that of the reports")
        counts = total(table, {"known": derive.attributed(table)})
        if counts["known"] < LEAST_KNOWN * counts["n"]:
            known = counts["known"] / counts["n"]
            reason = (
                f"the teller had more than a guess which agency it was in {known:.0%} of {counts['n']:,} encounters, "
                f"at least {LEAST_KNOWN:.0%} expected: another agency's encounter looks like one never recorded"
            )
            return Refusal(reason, figures | {"known": counts["known"]}, "a scope of encounters whose agency was known")
        return None

    def _never(self, found: Found, review: recording.Review) -> tuple[float, float, float]:
        drawn = recording.drawn(found.linked, found.told, review, self.draws, self.seed, self.confidence)
        return 1 - drawn.value, 1 - drawn.high, 1 - drawn.low

    def _thresholds(self, table: Any) -> dict[float, Found]:
        """Counts at each probability at which a record counts as found."""
        levels = sorted({*THRESHOLDS, self.link_threshold})
        sums = {f"linked {level}": _linked(table, level) for level in levels}
        sums |= {f"open {level}": _open(table, level) for level in levels}
        counts = total(table, sums)
        at = {level: (counts[f"linked {level}"], counts[f"open {level}"]) for level in levels}
        return {level: Found(linked, counts["n"], undecided) for level, (linked, undecided) in at.items()}

    def _groups(self, table: Any) -> dict[str, Found]:
        return {code: self._count(table.filter(derive.self_within(table, (code,)))) for code in self.by}

    def _series(
        self, thresholds: Mapping[float, Found], groups: Mapping[str, Found], review: recording.Review
    ) -> Iterator[Series]:
        said = "the errors of linking are those of the review, made at one threshold"
        if thresholds:
            yield self._table("thresholds", "threshold", thresholds, review, f"a row a threshold; {said}")
        if groups:
            yield self._table("by_group", "group", groups, review, f"held back under {FEWEST} encounters; {said}")

    def _table(self, name: str, key: str, rows: Mapping[Any, Found], review: recording.Review, reading: str) -> Series:
        never = [self._never(found, review) if found.told >= FEWEST else (None, None, None) for found in rows.values()]
        value, low, high = (tuple(each[part] for each in never) for part in range(3))
        columns = {
            key: tuple(rows),
            "linked": tuple(found.linked if found.told >= FEWEST else None for found in rows.values()),
            "told": tuple(found.told if found.told >= FEWEST else None for found in rows.values()),
        }
        return Series(name, {**columns, "never_recorded": value, "low": low, "high": high}, reading)

    def _figure(self, table: Any, review: recording.Review) -> dict[str, Any]:
        return _point(self._count(table), review)

    def _by_precision(self, table: Any, review: recording.Review) -> dict[str, Any]:
        """The same by how exactly the time is known: linking finds less of what is dated loosely."""
        if not derive.has(table, "time_precision"):
            return {}
        keys = {"minutes": table.time_precision}
        cells = tally(table, keys, {"linked": _linked(table, self.link_threshold)})
        named = zip(cells["minutes"], cells["linked"], cells["n"], strict=True)
        return {
            "not stated" if minutes is None else f"{int(minutes)} minutes": _point(Found(int(linked), int(n)), review)
            for minutes, linked, n in named
        }

    def _by_paper(self, table: Any, review: recording.Review) -> dict[str, Any]:
        """The same by whether the teller was left without a paper: where none was written, none may be kept."""
        if not derive.has(table, "actions"):
            return {}
        bare = table.actions.contains("no_paper_given").fill_null(False)
        parts = {"no paper given": table.filter(bare), "paper given, or not said": table.filter(~bare)}
        return {name: self._figure(part, review) for name, part in parts.items()}


def _absent(evidence: Evidence, spans: tuple[Coverage, ...]) -> Refusal | None:
    """The refusal where a table it needs is not there."""
    if evidence.reports is None:
        return told.NO_REPORTS
    if evidence.links is None:
        return NO_LINKS
    if evidence.review is None or not (evidence.review.true_pairs and evidence.review.false_pairs):
        return NO_REVIEW
    return None if spans else NO_COVERAGE


def _point(found: Found, review: recording.Review) -> dict[str, Any]:
    """Counts, and the corrected share where there are any."""
    counts = {"n": found.told, "linked": found.linked}
    if not found.told:
        return counts
    return counts | {"never_recorded": 1 - recording.share(found.linked, found.told, review.s, review.f)}


def _over_links(found: Found, review: recording.Review) -> Band:
    """Encounters that were left open, all found and all not."""
    ends = recording.bounds(found.linked, found.undecided, found.told, review.s, review.f)
    reading = "encounters a reviewer could not decide, all counted as found, then all as not found"
    return Band("links", 1 - ends.high, 1 - ends.low, reading, {"undecided": found.undecided, "told": found.told})


def _linked(table: Any, level: float) -> Any:
    return table.record_probability >= level


def _open(table: Any, level: float) -> Any:
    return table.record_undecided & ~_linked(table, level)


def _consents(table: Any) -> Any:
    """Whether the teller agreed to a comparison; no other consent stands in for that one."""
    import ibis

    return table.consent.contains(CONSENT) if derive.has(table, "consent") else ibis.literal(False)


def _covered(table: Any, spans: tuple[Coverage, ...]) -> Any:
    """Whether every day it may have been lies in what some source of records covers, and in no gap."""
    last = table.date_to.fill_null(table.date) if derive.has(table, "date_to") else table.date
    return derive.any_true(
        [
            table.date.between(span.first, span.last)
            & last.between(span.first, span.last)
            & derive.month(table).notin(span.gaps or ("",))
            for span in spans
        ]
    )


def _of_records(evidence: Evidence) -> tuple[Coverage, ...]:
    """What the sources of records cover: those of which no row was told by a person."""
    if evidence.reports is None or not derive.has(evidence.reports, "source_id"):
        return evidence.coverage
    told_by = {str(source) for source in tally(evidence.reports, {"source": evidence.reports.source_id})["source"]}
    return tuple(span for span in evidence.coverage if span.source not in told_by)


def _arrived(evidence: Evidence, spans: tuple[Coverage, ...]) -> Verdict:
    if evidence.encounters is None:
        return Verdict("submission", "not assessed", "the agency's records themselves are not among the sources")
    return Submission().check(evidence.encounters, spans)


def _apart(said: Review) -> Refusal | None:
    """The refusal where linking hardly tells an encounter with a record from one without."""
    s, f = said.found / said.true_pairs, said.linked / said.false_pairs
    # a hundredth of the least step of any review: 0.9 - 0.6 is 0.3 whatever the machine says
    if s - f >= LEAST_APART - 1e-9:
        return None
    reason = (
        f"linking finds {s:.0%} of encounters that have a record and {f:.0%} of those that have none, at least "
        f"{LEAST_APART:.0%} apart expected"
    )
    return Refusal(reason, {"s": s, "f": f}, "the hour, or the place, of more encounters")


def _beyond(found: Found, said: Review) -> Refusal | None:
    """The refusal where fewer were linked than of encounters without a record, or more than of those with one.

    Chance may put a share a little beyond either; one that Fisher's exact test tells apart from it would be truncated
    to an interval of no width.
    """
    p, s, f = found.linked / found.told, said.found / said.true_pairs, said.linked / said.false_pairs
    if f <= p <= s:
        return None
    linked, of = (said.linked, said.false_pairs) if p < f else (said.found, said.true_pairs)
    if odds.exact_p([found.linked], [found.told], [linked], [of]) >= TOO_UNLIKELY:
        return None
    return Refusal(
        f"{found.linked:,} of {found.told:,} encounters are linked, and by the review it should be between {f:.0%} and "
        f"{s:.0%} whatever the records hold: the review is not of these links",
        {**found._asdict(), "s": s, "f": f},
        "a review of pairs drawn from these links, at the same threshold",
    )


def _strangers(evidence: Evidence) -> int:
    """Links of encounters that nobody told."""
    known = evidence.reports.select("encounter_id").distinct()
    return int(evidence.links.anti_join(known, "encounter_id").count().to_pyarrow().as_py())
