"""How sure reports can make us: they chose themselves, so never above level 2; a whole-roster canvass may do more.

EXPERIENCE 4.2 and METHODS 6. Every step down has its reason; a number that holds only when all tellings, or only sure
links, or only known agencies are counted, is not held to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from evenhand.tell import strength
from evenhand.tell.strength import Graded
from evenhand.terms.result import Answer, Estimate, Refusal, Result

# EXPERIENCE 4.2: a canvass with at least this share of answers may reach level 3, and 0.
ANSWERED = 0.80
# A chance under this is not put down to chance (METHODS 6).
LEVEL = 0.05
# Two streams in which no smaller difference than this could have been seen are not known to be alike.
VISIBLE_DIFFERENCE = 0.30

CHOSE_THEMSELVES = "reports chose themselves: they can suggest, and no more (level 2 at most)"


def grade(result: Result) -> Graded:
    """How sure one result on reports makes us of what it asks."""
    if isinstance(result.answer, Refusal):
        return Graded(1, (f"the test was refused: {result.answer.reason}",))
    return _GRADES[result.method](result)


def _unanimity(result: Result) -> Graded:
    ratio = quantity(result, "tipping_ratio")
    level = float(result.settings.get("level", LEVEL))
    chance = quantity(result, "chance")
    if ratio.low <= 1 or chance.high > level:
        return Graded(1, ("with one of the shares at risk named, so many would be no surprise",))
    if short := (*_elsewhere(result, _tips), *_not_apart(result)):
        return Graded(1, short)
    return Graded(2, (CHOSE_THEMSELVES,))


def _roster(result: Result) -> Graded:
    ratio, answered = quantity(result, "risk_ratio"), quantity(result, "answered_share")
    enough = answered.value >= ANSWERED
    few = f"{answered.value:.0%} of those on the roster answered (at least {ANSWERED:.0%} needed)"
    if ratio.low >= strength.MATTERS_BELOW and ratio.high <= strength.MATTERS_ABOVE:
        return Graded(0, ("the whole interval lies within 0.90 and 1.11",)) if enough else Graded(1, (few,))
    if ratio.low <= 1 <= ratio.high:
        return Graded(1, ("the interval lies on both sides of no difference",))
    # EXPERIENCE 4.2: fewer than 30 in a group, or 10 events, and nothing is known
    if small := [gate.sentence for gate in result.gates if gate.gate == "small" and gate.verdict != "pass"]:
        return Graded(1, tuple(small))
    short = [] if enough else [few]
    silence = strength.band(result, "silence")
    if silence is not None and silence.low <= 1 <= silence.high:
        short.append("what those who did not answer might have said could remove the difference")
    factor = strength.hidden_factor(result)
    if factor < strength.HIDDEN_FACTOR[3]:
        short.append(f"a hidden factor of {factor:.2f} would explain it ({strength.HIDDEN_FACTOR[3]} needed)")
    if short:
        return Graded(2, tuple(short))
    return Graded(3, ("everyone on the roster was asked, and nothing contradicts it",))


def _recognition(result: Result) -> Graded:
    odds, release = quantity(result, "better_odds"), found(result, "release_ratio")
    if odds.low <= 1 <= odds.high:
        return Graded(1, ("changes for the better and for the worse are as common as chance would have them",))
    if release is None or release.low <= 1:
        return Graded(
            1, ("every stop ends: that those of police ended sooner than others once accepted does not show",)
        )
    return Graded(2, (CHOSE_THEMSELVES,))


def _ratio_excludes_one(*others: str) -> Callable[[Result], Graded]:
    """Level 2 where the headline's interval, and those of `others`, leave out 1."""

    def graded(result: Result) -> Graded:
        assert isinstance(result.answer, Answer)  # grade has seen to refusals
        held = [result.answer.headline, *filter(None, (found(result, name) for name in others))]
        if any(each.low <= 1 <= each.high for each in held):
            return Graded(1, ("the interval lies on both sides of no difference",))
        return Graded(2, (CHOSE_THEMSELVES,))

    return graded


def _chance_small(name: str) -> Callable[[Result], Graded]:
    """Level 2 where a chance is at most 5 %."""

    def graded(result: Result) -> Graded:
        p = quantity(result, name)
        if p.high > LEVEL:
            return Graded(1, ("chance alone would do as much too often to leave it out",))
        return Graded(2, (CHOSE_THEMSELVES,))

    return graded


def _two_streams(result: Result) -> Graded:
    assert isinstance(result.answer, Answer)  # grade has seen to refusals
    visible = result.answer.smallest_visible
    if quantity(result, "unlike_elements").value:
        return Graded(2, (CHOSE_THEMSELVES,))
    if visible is None or visible > VISIBLE_DIFFERENCE:
        return Graded(1, ("so few told that a difference between the two could have gone unseen",))
    return Graded(2, (CHOSE_THEMSELVES,))


def _recording_rate(result: Result) -> Graded:
    silent = quantity(result, "never_recorded")
    links = strength.band(result, "links")
    if silent.low <= 0 or (links is not None and links.low <= 0):
        return Graded(1, ("every encounter told may be in the records",))
    return Graded(2, (CHOSE_THEMSELVES,))


def _sensitivity_only(_result: Result) -> Graded:
    return Graded(1, ("models of one and the same lists differ, and none can be told to be right",))


_GRADES: Mapping[str, Callable[[Result], Graded]] = {
    "unanimity": _unanimity,
    "roster": _roster,
    "recognition": _recognition,
    "two_streams": _two_streams,
    "surge": _ratio_excludes_one("rate_ratio_beside_publicity"),
    "space_time_scan": _chance_small("p"),
    "recording_rate": _recording_rate,
    "trust": _chance_small("p"),
    "multiple_systems": _sensitivity_only,
}


def grade_race(results: Iterable[Result]) -> Graded:
    """How far reports point to race itself: alone not at all; a canvass, with a denominator that is known, somewhat."""
    canvasses = [result for result in results if result.method == "roster" and isinstance(result.answer, Answer)]
    if not canvasses:
        return Graded(1, ("reports cannot tell stopping from telling: it takes a canvass, or the agency's records",))
    levels = [grade(result) for result in canvasses]
    if all(graded.level == 0 for graded in levels):
        return Graded(0, ("in a canvass of a whole roster no difference of a size that matters shows",))
    if any(graded.level >= 2 and strength.concern(result) for graded, result in zip(levels, canvasses, strict=True)):
        where = "a canvass compares officers of one department, and not where and how they drive (level 2 at most)"
        return Graded(2, (where,))
    return Graded(1, tuple(f"roster: {graded.reasons[0]}" for graded in levels))


def quantity(result: Result, name: str) -> Estimate:
    """The estimate of that quantity, which every answer of its method has."""
    estimate = found(result, name)
    if estimate is None:
        raise ValueError(f"{result.id} has no estimate {name}")
    return estimate


def found(result: Result, name: str) -> Estimate | None:
    """The estimate of that quantity; None in a refusal, or where an answer lacks it."""
    estimates = result.answer.estimates if isinstance(result.answer, Answer) else ()
    return next((estimate for estimate in estimates if estimate.quantity == name), None)


def _elsewhere(result: Result, holds: Callable[[Any], bool]) -> Iterator[str]:
    """Where the figure does not hold: at another threshold of what is one encounter, or where the agency was known."""
    for threshold, figures in result.diagnostics.get("thresholds", {}).items():
        if not holds(figures):
            yield f"it does not hold when links of {threshold} and more make one encounter"
    if not holds(result.diagnostics.get("attributed")):
        yield "it does not hold among the encounters whose agency the teller could know"


def _not_apart(result: Result) -> Iterator[str]:
    """Where it hangs on tellers who do not stand alone: of one event, or sent on by one referrer."""
    if not _tips(result.diagnostics.get("one_an_event")):
        yield "it does not hold when each event counts once"
    if not _tips(result.diagnostics.get("left_out", {}).get("referrer")):
        yield "it does not hold without those whom one referrer sent on"


def _tips(figures: Any) -> bool:
    """Whether the tipping ratio is above 1 at every share named, as the headline's must be; so where there is none."""
    value = _figure(figures, "tipping_ratio_low")
    value = _figure(figures, "tipping_ratio") if value is None else value
    return value is None or value > 1


def _figure(figures: Any, name: str) -> float | None:
    value = figures.get(name) if isinstance(figures, Mapping) else None
    return float(value) if isinstance(value, (int, float)) else None
