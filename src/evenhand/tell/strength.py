"""Strength of evidence: results to levels 0-4, each step with its reason (EXPERIENCE 4.2).

Computed, never chosen. A level says how sure we are of a *difference*; whether it points to race rather
than to something else is a claim of its own, made only from designs in which race is seen or hidden.
Level 0 is tested before 2, so that "no difference that matters" comes out as readily as the others.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenhand.maths import hidden
from evenhand.terms.result import Answer, Band, Estimate, Refusal, Result

# EXPERIENCE 4.2: a ratio inside these is no difference that matters.
MATTERS_BELOW, MATTERS_ABOVE = 0.90, 1.11
# EXPERIENCE 4.2, level 3 and level 4: the conditions that have a number.
SPECIFICATIONS = {3: 0.75, 4: 0.90}
HIDDEN_FACTOR = {3: 1.5, 4: 2.0}
RACE_MISSING = {3: 0.20, 4: 0.10}
LARGE = 1.5
FALSE_DISCOVERIES = 0.05
# a limit of 0 has no logarithm; a ratio this small is as far from 1 as any
TINY = 1e-12

WORDS = {4: "Strong", 3: "Moderate", 2: "Limited", 1: "Unclear", 0: "No difference that matters"}
# Designs that ask about race itself, because it is hidden from the officer, or because the outcome tells
# what was suspected; the others compare groups and leave the cause open.
ABOUT_RACE = ("veil_of_darkness", "robust_outcome_test")
# Methods on what people told, graded by `strength_of_reports`.
ON_REPORTS = (
    *("unanimity", "roster", "recognition", "two_streams", "surge"),
    *("space_time_scan", "recording_rate", "trust", "multiple_systems", "agreement"),
)


@dataclass(frozen=True, slots=True)
class Graded:
    """A level and why it is not higher (or not lower)."""

    level: int
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        """The level's word."""
        return WORDS[self.level]


def grade(result: Result) -> Graded:
    """How sure one result makes us of the difference it measures: at most 3, since one design is one design."""
    if isinstance(result.answer, Refusal):
        return Graded(1, (f"the test was refused: {result.answer.reason}",))
    if result.diagnostics.get("direction") == "inconclusive":
        return Graded(1, ("searches and finds do not oppose each other, so this test says nothing either way",))
    ratio = ratio_of(result)
    if ratio.low >= MATTERS_BELOW and ratio.high <= MATTERS_ABOVE:
        return Graded(0, ("the whole interval lies within 0.90 and 1.11",))
    if ratio.low <= 1 <= ratio.high:
        return Graded(1, ("the interval lies on both sides of no difference",))
    held_back = tuple(_held_back(result, 3))
    if held_back:
        return Graded(2, held_back)
    large = nearer_to_one(ratio.low, ratio.high) >= LARGE
    return Graded(3, ("the effect is large" if large else "one design passes and nothing contradicts it",))


def grade_race(results: Sequence[Result], tested: Sequence[Result] = ()) -> Graded:
    """How far the results of one contrast point to race itself, from the designs that ask about it.

    `tested` is everything the plan tested, over which false discoveries are held; none: these results alone.
    """
    asked = [result for result in results if result.method in ABOUT_RACE]
    told = [result for result in asked if isinstance(result.answer, Answer)]
    refused = tuple(f"{_title(result)} was refused" for result in asked if isinstance(result.answer, Refusal))
    if not told:
        return Graded(1, (*refused, "no design in which race is seen or hidden could be run"))
    levels = {result.id: grade(result) for result in told}
    for_concern = [result for result in told if levels[result.id].level >= 2 and concern(result)]
    against = [result for result in told if levels[result.id].level >= 2 and not concern(result)]
    if all(graded.level == 0 for graded in levels.values()):
        return Graded(0, tuple(f"{_title(result)}: no difference of a size that matters" for result in told))
    if not for_concern and not against:
        unclear = tuple(f"{_title(result)}: {levels[result.id].reasons[0]}" for result in told)
        return Graded(1, (*unclear, *refused))
    if for_concern and against:
        return Graded(1, ("the designs contradict each other",))
    passing = for_concern or against
    together = _periods_together(passing)
    if not together:
        reasons: tuple[str, ...] = ("only one design that asks about race passes",)
    elif not (short := tuple(dict.fromkeys(_short_of_strong(passing, together, tested or results)))):
        return Graded(4, ("two designs with different weaknesses agree, in more than one period",))
    else:
        reasons = short
    unclear = tuple(
        f"{_title(result)} ({_period(result)}): {levels[result.id].reasons[0]}"
        for result in told
        if result not in passing
    )
    return Graded(min(3, *(levels[result.id].level for result in passing)), (*reasons, *unclear, *refused))


def ratio_of(result: Result) -> Estimate:
    """The estimate a level is read from, as a ratio of the group over the reference."""
    assert isinstance(result.answer, Answer)  # callers have seen to refusals
    for estimate in result.answer.estimates:
        if estimate.scale == "ratio":
            return estimate
    raise ValueError(f"{result.id} has no estimate on the scale of a ratio")


def concern(result: Result) -> bool:
    """Whether the result points the way that would be of concern for the group."""
    value = ratio_of(result).value
    return value < 1 if result.method in ("outcome_test", "robust_outcome_test") else value > 1


def hidden_factor(result: Result) -> float:
    """The ratio a hidden factor would need with both race and outcome to bring the nearer limit to 1."""
    ratio = ratio_of(result)
    if ratio.low <= 1 <= ratio.high:
        return 1.0
    limit = nearer_to_one(ratio.low, ratio.high)
    return float(hidden.e_value(limit, common_odds=result.method == "veil_of_darkness"))


def nearer_to_one(low: float, high: float) -> float:
    """The limit nearer to 1, turned so that it is above 1; 1 when the interval holds it."""
    if low <= 1 <= high:
        return 1.0
    return low if low > 1 else 1 / high


def race_missing(result: Result) -> float:
    """Share of the rows in scope whose race was not recorded: the gate's, or counted from the exclusions."""
    for verdict in result.gates:
        if verdict.gate == "race_missing" and "share" in verdict.figures:
            return float(verdict.figures["share"])
    unknown = sum(exclusion.n for exclusion in result.excluded if exclusion.reason == "race not recorded")
    neither = sum(exclusion.n for exclusion in result.excluded if exclusion.reason.startswith("race is in neither"))
    looked_at = unknown + neither + result.rows_used
    return unknown / looked_at if looked_at else 1.0


def agreeing(result: Result) -> float | None:
    """Share of the specifications on the headline's side of no difference; None where there is only one."""
    found = result.diagnostics.get("specifications")
    return None if found is None else float(found["same_sign_share"])


def band(result: Result, over: str) -> Band | None:
    """The result's band over `missing_race`, `benchmark` or `model`."""
    if not isinstance(result.answer, Answer):
        return None
    return next((found for found in result.answer.bands if found.over == over), None)


def _held_back(result: Result, level: int) -> Iterable[str]:
    """The conditions of a level that the result does not fulfil, in words with their figures."""
    missing = race_missing(result)
    if missing >= RACE_MISSING[level]:
        yield f"race is not recorded in {missing:.0%} of the stops looked at (under {RACE_MISSING[level]:.0%} needed)"
    elif (unknown := band(result, "missing_race")) is not None and _holds_null(unknown, result):
        yield "with every stop of unknown race on one side, the difference could vanish"
    for verdict in result.gates:
        if verdict.verdict == "caution":
            yield verdict.sentence
    share = agreeing(result)
    if share is not None and share < SPECIFICATIONS[level]:
        yield f"{share:.0%} of the specifications agree (at least {SPECIFICATIONS[level]:.0%} needed)"
    if (factor := hidden_factor(result)) < HIDDEN_FACTOR[level]:
        needed = HIDDEN_FACTOR[level]
        yield f"a hidden factor of {factor:.2f} with both race and outcome would explain it ({needed} needed)"
    if result.diagnostics.get("negative_control", {}).get("passes") is False:
        yield "the negative control found a difference where there can be none"
    ladder = band(result, "benchmark")
    if result.method == "benchmark" and (ladder is None or len(ladder.figures) < 3):
        unit = result.diagnostics.get("unit", "residents")
        yield f"{unit} need not be those who could have been stopped, and fewer than 3 benchmarks stand side by side"


def _periods_together(passing: Sequence[Result]) -> set[str]:
    """The periods in which two designs of different kind pass; empty where they never pass together."""
    by_period: dict[str, set[str]] = {}
    for result in passing:
        by_period.setdefault(_period(result), set()).add(result.method)
    return {period for period, methods in by_period.items() if len(methods) >= 2}


def _short_of_strong(passing: Sequence[Result], together: set[str], tested: Sequence[Result]) -> Iterable[str]:
    """Why two designs that agree are not yet strong evidence: the conditions of level 4 that do not hold."""
    discovered = discoveries(tested)
    for result in passing:
        ratio = ratio_of(result)
        if not (ratio.high < MATTERS_BELOW or ratio.low > MATTERS_ABOVE):
            yield f"the interval of {_title(result)} reaches into 0.90-1.11"
        yield from _held_back(result, 4)
        if agreeing(result) is None:
            yield f"{_title(result)} has no second specification to agree with"
        if result.diagnostics.get("negative_control", {}).get("passes") is None:
            yield f"{_title(result)} has no negative control that could be run"
        if result.id not in discovered:
            yield f"{_title(result)} does not stand when false discoveries are held over everything tested"
    if len(together) < 2:
        yield "the two designs agree in one period only"


def discoveries(tested: Sequence[Result]) -> set[str]:
    """Ids of results that stand with false discoveries held at 5 % over all that were tested.

    Benjamini and Yekutieli (2001), since tests of one file depend on each other; p from the ratio's interval.
    """
    from scipy.stats import false_discovery_control

    told = [result for result in tested if _has_ratio(result) and result.method not in ON_REPORTS]
    if not told:
        return set()
    adjusted = false_discovery_control([_p(ratio_of(result)) for result in told], method="by")
    return {result.id for result, p in zip(told, adjusted, strict=True) if p <= FALSE_DISCOVERIES}


def _p(ratio: Estimate) -> float:
    """Two-sided p of a ratio of 1, from the width of its 95 % interval on the log scale."""
    low, value, high = (math.log(max(end, TINY)) for end in (ratio.low, ratio.value, ratio.high))
    return math.erfc(abs(value) / ((high - low) / (2 * 1.959964)) / math.sqrt(2)) if high > low else 0.0


def _has_ratio(result: Result) -> bool:
    estimates = result.answer.estimates if isinstance(result.answer, Answer) else ()
    return any(estimate.scale == "ratio" for estimate in estimates)


def _period(result: Result) -> str:
    return result.scope.period.name if result.scope.period else "all dates"


def _holds_null(found: Band, result: Result) -> bool:
    assert isinstance(result.answer, Answer)  # a band stands only in an answer
    null = 0.0 if result.answer.headline.scale in ("log odds ratio", "difference") else 1.0
    return found.low <= null <= found.high


def _title(result: Result) -> str:
    return result.method.replace("_", " ")
