"""Claims: sentences bound to the numbers they rest on, each as strong as `strength` computes, no stronger.

A sentence says what was compared, how large the difference is with its interval, and how sure that is. Every
numeral in it is a number of the finding, written by `numbers`; `backing` holds them to that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from evenhand.tell import explanations, explanations_of_reports, numbers, reported, strength, words
from evenhand.tell.strength import Graded
from evenhand.terms.evidence import Source
from evenhand.terms.finding import Claim, Finding, Plan
from evenhand.terms.result import Answer, Contrast, Estimate, Refusal, Result

# The order of a finding: race itself first, then what was compared, then what could not be asked.
ORDER = ("overall", "decision", "darkness", "stops", "outcome")
# Readers of what people told.
TOLD_TO_US = ("inbox", "canvass")
# Methods that make claims; selection_bounds shows how much hangs on who was stopped, and claims nothing.
KINDS = {
    "benchmark": "stops",
    "veil_of_darkness": "darkness",
    "decision_rate": "decision",
    "outcome_test": "outcome",
    "robust_outcome_test": "outcome",
}


def finding(plan: Plan, sources: Sequence[Source], results: Sequence[Result]) -> Finding:
    """The finding of a plan's results: claims by contrast in the order of the plan, and what stands against them."""
    records = [result for result in results if result.method not in strength.ON_REPORTS]
    made = [claim for contrast in plan.contrasts for claim in _of_contrast(contrast, results)]
    return Finding(
        title=_title(plan, results),
        plan=plan,
        sources=tuple(sources),
        results=tuple(results),
        claims=(*made, *reported.claims(results)),
        explanations=(*explanations.others(plan, records), *explanations_of_reports.others(results)),
        not_shown=_not_shown(records, results),
        would_change=(*explanations.would_change(plan, records), *explanations_of_reports.would_change(results)),
        cleared=all(_may_be_told(source) for source in sources),
    )


def _may_be_told(source: Source) -> bool:
    """Whether rows may be told before the gate stands: those an agency published itself, and simulated ones.

    What people told is nobody's to call public.
    """
    return source.public and (source.reader not in TOLD_TO_US or source.simulated)


def _not_shown(records: Sequence[Result], results: Sequence[Result]) -> tuple[str, ...]:
    """What the records do not show, and what the reports do not, each once."""
    told = explanations_of_reports.NOT_SHOWN if len(records) < len(results) else ()
    return tuple(dict.fromkeys([*(explanations.NOT_SHOWN if records or not told else ()), *told]))


def _of_contrast(contrast: Contrast, results: Sequence[Result]) -> list[Claim]:
    mine = [result for result in results if result.contrast == contrast and result.method in KINDS]
    claims = [_about_race(contrast, mine, results), *(claim for result in mine for claim in _claim(result))]
    # two methods refused for one reason make one claim
    distinct = {claim.text: claim for claim in reversed(claims) if claim}
    # what could be answered comes before what could not
    return sorted(
        distinct.values(), key=lambda claim: (_refused(claim), ORDER.index(claim.kind), -claim.level, claim.id)
    )


def _about_race(contrast: Contrast, results: Sequence[Result], tested: Sequence[Result]) -> Claim | None:
    """Whether race itself, rather than something beside it, weighs in who is stopped or searched."""
    asked = [result for result in results if result.method in strength.ABOUT_RACE]
    if not asked:
        return None
    graded = strength.grade_race(results, tested)
    group, reference = _people(contrast)
    about = f"race itself, and not only place or hour, weighs in how {group} and {reference} are treated"
    agreeing = [result for result in asked if isinstance(result.answer, Answer)]
    turned = any(strength.grade(r).level >= 2 and not strength.concern(r) for r in agreeing)
    if turned and graded.level >= 2:
        about += f", to the disadvantage of {reference}"
    text = {
        4: f"There is strong evidence that {about}.",
        3: f"Probably, {about}.",
        2: f"It may be that {about}.",
        1: f"The data cannot tell us whether {about}.",
        0: f"The data rule out, in the tests that ask about race itself, a difference that matters between {group} and"
        f" {reference}.",
    }[graded.level]
    ids = [f"{result.id}#{strength.ratio_of(result).quantity}" for result in agreeing]
    return Claim(f"overall/{contrast.name}", text, tuple(ids), graded.level, graded.reasons, "overall")


def _refused(claim: Claim) -> bool:
    return claim.kind != "overall" and not claim.numbers


def _claim(result: Result) -> Iterator[Claim]:
    """The claim of one result, or of its refusal."""
    kind = KINDS[result.method]
    graded = strength.grade(result)
    group, reference = _people(result.contrast)
    if isinstance(result.answer, Refusal):
        text = f"{_REFUSED[kind](result, group, reference)} cannot be said from these records: {result.answer.reason}."
        yield Claim(f"{kind}/{result.id}", text, (), graded.level, graded.reasons, kind)
        return
    ratio = strength.ratio_of(result)
    sentence = _SENTENCES[result.method](result, group, reference, graded)
    numbers_used = [f"{result.id}#{ratio.quantity}", *_beside(result)]
    yield Claim(f"{kind}/{result.id}", sentence, tuple(numbers_used), graded.level, graded.reasons, kind)


def _stops(result: Result, group: str, reference: str, graded: Graded) -> str:
    ratio = strength.ratio_of(result)
    unit = result.diagnostics.get("unit", "those who could have been stopped")
    where = " of the same places" if result.settings.get("place") else ""
    what = f"for their number among {unit}{where}, {group}"
    more = f"stopped {_times(ratio)} as often as {reference}"
    return _hedged(
        graded, what, more, f"{group} are stopped more or less often than {reference} for their number", ratio, result
    )


def _decision(result: Result, group: str, reference: str, graded: Graded) -> str:
    ratio = strength.ratio_of(result)
    done = _outcome(result)
    what = f"once stopped{_alike(result)}, {group}"
    more = f"{done} {_times(ratio)} as often as {reference}"
    return _hedged(
        graded, what, more, f"{group}, once stopped, are {done} more or less often than {reference}", ratio, result
    )


def _darkness(result: Result, group: str, reference: str, graded: Graded) -> str:
    ratio = strength.ratio_of(result)
    odds = f"at the same clock time, the odds that a driver who was stopped was among {group} rather than {reference}"
    more = f"{_times(ratio)} as high in daylight as in the dark"
    if graded.level == 1:
        return (
            f"The data cannot tell us whether being seen matters to who is stopped: {odds} were {more} "
            f"({_between(ratio)}); {_visible(result)}."
        )
    if graded.level == 0:
        return f"The data rule out a difference that matters by light: {odds} were {more} ({_between(ratio)})."
    hedge = {2: "may have been", 3: "were probably", 4: "were, on strong evidence,"}[graded.level]
    return f"{_upper(odds)} {hedge} {more} ({_between(ratio)})."


def _found(result: Result, group: str, reference: str, graded: Graded) -> str:
    ratio = strength.ratio_of(result)
    what = f"searches of {group}"
    more = f"productive {_times(ratio)} as often as searches of {reference}"
    return _hedged(
        graded, what, more, f"searches of {group} turn up more or less than searches of {reference}", ratio, result
    )


def _opposed(result: Result, group: str, reference: str, graded: Graded) -> str:
    """Searches and finds together: conclusive only where they oppose each other."""
    assert isinstance(result.answer, Answer)  # refusals have a sentence of their own
    found = {estimate.quantity: estimate for estimate in result.answer.estimates}
    search, hit = (asdict(found[f"{name}_difference_per_1000"]) for name in ("search", "hit"))
    both = (
        f"searches of {group}: {numbers.value_of(search)} stops ({numbers.interval_of(search)}) than of {reference}; "
        f"finds: {numbers.value_of(hit)} searches ({numbers.interval_of(hit)})"
    )
    if graded.level <= 1:
        return f"The data cannot tell us whether searches and finds together point one way: {both}."
    who = group if result.diagnostics.get("direction") == "against the group" else reference
    hedge = {2: "may point", 3: "probably point", 4: "point, on strong evidence,"}[graded.level]
    return f"Searches and finds together {hedge} to a lower bar for searching {who}: {both}."


_SENTENCES: dict[str, Callable[[Result, str, str, Graded], str]] = {
    "benchmark": _stops,
    "decision_rate": _decision,
    "veil_of_darkness": _darkness,
    "outcome_test": _found,
    "robust_outcome_test": _opposed,
}
_REFUSED: dict[str, Callable[[Result, str, str], str]] = {
    "stops": lambda _result, group, reference: (
        f"Whether {group} are stopped more often than {reference} for their number"
    ),
    "decision": lambda result, group, reference: f"Whether {group} are {_outcome(result)} more often than {reference}",
    "darkness": lambda _result, _group, _reference: "Whether being seen matters to who is stopped",
    "outcome": lambda _result, group, reference: (
        f"Whether searches of {group} turn up less than searches of {reference}"
    ),
}


def _hedged(graded: Graded, what: str, more: str, whether: str, ratio: Estimate, result: Result) -> str:
    """One sentence with its number, as sure as its level."""
    interval = f"({_between(ratio)})"
    if graded.level == 1:
        found = f"the ratio is {numbers.ratio(ratio.value)} {interval}; {_visible(result)}"
        return f"The data cannot tell us whether {whether}: {found}."
    if graded.level == 0:
        return f"The data rule out a difference that matters: {what} were {more} {interval}."
    hedge = {2: "may have been", 3: "were probably", 4: "were, on strong evidence,"}[graded.level]
    return f"{_upper(what)} {hedge} {more} {interval}."


def _alike(result: Result) -> str:
    """What the stops compared have in common, of what they were stratified by."""
    said = {"place": "in like places", "reason": "for like reasons", "part_of_day": "at like hours"}
    strata = [name for name in result.diagnostics.get("strata", ()) if name != "place" or result.settings.get("place")]
    parts = [said[name] for name in strata if name in said]
    return f", {', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]}" if parts else ""


def _outcome(result: Result) -> str:
    return {"searched": "searched", "frisk": "frisked", "citation": "given a citation", "arrest": "arrested"}.get(
        str(result.settings.get("outcome", "searched")), f"given the result {result.settings.get('outcome')!r}"
    )


def _beside(result: Result) -> Iterator[str]:
    """The numbers that stand beside the ratio in the sentence or the table."""
    assert isinstance(result.answer, Answer)  # refusals have no numbers
    for estimate in result.answer.estimates:
        if estimate.quantity in ("share_group", "share_reference", "share_light", "share_dark", "is_dark"):
            yield f"{result.id}#{estimate.quantity}"


def _visible(result: Result) -> str:
    assert isinstance(result.answer, Answer)  # refusals see nothing
    if result.answer.smallest_visible is None or result.answer.headline.scale == "difference":
        return "a difference of the size printed beside the test would have been seen"
    return f"a ratio of {numbers.ratio(result.answer.smallest_visible)} or more would have been seen"


def _title(plan: Plan, results: Sequence[Result]) -> str:
    """The finding in one sentence: what is surest, then what is said of race itself; of the plan's first contrast."""
    if results and all(result.method in strength.ON_REPORTS for result in results):
        parts = [reported.lead(results) or "what reports can and cannot say", reported.race_in_title(results)]
        return f"{plan.title}: " + "; ".join(parts)
    if not plan.contrasts:
        return plan.title
    first = plan.contrasts[0]
    mine = [result for result in results if result.contrast == first and result.method in KINDS]
    group, reference = _people(first)
    graded = [(strength.grade(result), result) for result in mine if isinstance(result.answer, Answer)]
    seen = [pair for pair in graded if pair[0].level >= 2]
    if seen:
        level, surest = max(seen, key=lambda pair: (pair[0].level, -ORDER.index(KINDS[pair[1].method])))
        parts = [_lead(level, surest, group, reference), _race_in_title(mine, results)]
    elif graded and all(level.level == 0 for level, _ in graded):
        parts = [f"no difference that matters between {group} and {reference}"]
    else:
        parts = [f"what the records can and cannot say of {group} and {reference}", _race_in_title(mine, results)]
    return f"{plan.title}: " + "; ".join(part for part in parts if part)


def _lead(graded: Graded, result: Result, group: str, reference: str) -> str:
    more = "more" if strength.ratio_of(result).value > 1 else "less"
    said = {4: "were, on strong evidence,", 3: "were probably", 2: "may have been"}[graded.level]
    return {
        "stops": f"{group} {said} stopped {more} often for their number than {reference}",
        "decision": f"once stopped, {group} {said} {_outcome(result)} {more} often than {reference}",
        "darkness": f"{group} {said} stopped {more} often, beside {reference}, when they could be seen",
        "outcome": f"searches of {group} {said} {more} often productive than searches of {reference}",
    }[KINDS[result.method]]


def _race_in_title(results: Sequence[Result], tested: Sequence[Result]) -> str:
    if not any(result.method in strength.ABOUT_RACE for result in results):
        return ""
    return {
        4: "there is strong evidence that race itself weighs in it",
        3: "race itself probably weighs in it",
        2: "race itself may weigh in it",
        1: "whether race itself decides, the data cannot tell",
        0: "where race itself can be tested, no difference that matters shows",
    }[strength.grade_race(results, tested).level]


def _times(ratio: Estimate) -> str:
    return f"{numbers.ratio(ratio.value)} times"


def _between(ratio: Estimate) -> str:
    return numbers.interval_of(asdict(ratio))


def _people(contrast: Contrast | None) -> tuple[str, str]:
    assert contrast is not None  # every method on records compares two groups
    # the officer's own word, or the group that the crosswalk counts it in: they differ, and the sentence says which
    how = "recorded" if contrast.grouping == "as recorded" else "counted"
    names = (words.group(name, contrast.grouping) for name in (contrast.group, contrast.reference))
    group, reference = (f"people {how} as {name}" for name in names)
    return group, reference


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
