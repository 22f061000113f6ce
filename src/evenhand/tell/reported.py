"""Claims on reports: what may be said of what people told, each sentence as sure as reports can make it.

Counts are encounters told, never rates of stops. A refusal says what can be said all the same: a chief who stands
before the press needs a true sentence either way.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from evenhand.tell import numbers, strength_of_reports, words
from evenhand.tell.strength import ON_REPORTS, Graded
from evenhand.tell.strength_of_reports import found, quantity
from evenhand.terms.finding import Claim
from evenhand.terms.result import Answer, Estimate, Refusal, Result

# Methods that make claims, in the order a chief asks: is it a pattern, is it race, how many more.
KINDS = {
    "unanimity": "telling",
    "roster": "canvass",
    "recognition": "treatment",
    "two_streams": "streams",
    "surge": "surge",
    "space_time_scan": "cluster",
    "recording_rate": "unrecorded",
    "trust": "trust",
    "multiple_systems": "missed",
}
ORDER = ("telling", "canvass", "overall", *list(KINDS.values())[2:])


def claims(results: Sequence[Result]) -> list[Claim]:
    """The claims of results on reports, first what could be answered; none where there is no such result."""
    mine = [result for result in results if result.method in ON_REPORTS]
    if not mine:
        return []
    made = [_about_race(mine), *(_claim(result) for result in mine if result.method in KINDS)]
    distinct = {claim.text: claim for claim in reversed(made)}
    return sorted(distinct.values(), key=lambda claim: (_refused(claim), ORDER.index(claim.kind), claim.id))


def lead(results: Sequence[Result]) -> str:
    """The surest thing that reports say, for the title; empty where they say nothing."""
    for method, said in _LEADS.items():
        for result in results:
            if result.method == method and isinstance(result.answer, Answer):
                graded = strength_of_reports.grade(result)
                if graded.level != 1:
                    return said(result, graded)
    return ""


def _refused(claim: Claim) -> bool:
    return claim.kind != "overall" and not claim.numbers


def _about_race(results: Sequence[Result]) -> Claim:
    """Whether race itself weighs in it: the question that reports alone leave open, and the sentence that says so."""
    graded = strength_of_reports.grade_race(results)
    text = {
        2: "It may be that race itself weighs in who is stopped: among officers of the same departments, all of whom "
        "were asked, the shares differ by race.",
        1: "Whether race itself weighs in who is stopped, what people told cannot settle.",
        0: "Among officers of the same departments, all of whom were asked, the data rule out a difference by race "
        "that matters.",
    }[graded.level]
    asked = [result for result in results if result.method == "roster" and isinstance(result.answer, Answer)]
    ids = tuple(f"{result.id}#risk_ratio" for result in asked)
    return Claim("overall/reports", text, ids, graded.level, graded.reasons, "overall")


def _claim(result: Result) -> Claim:
    """The claim of one result, or of its refusal."""
    kind, graded = KINDS[result.method], strength_of_reports.grade(result)
    if isinstance(result.answer, Refusal):
        told = f"What can be said: {_told(result)}." if result.rows_in else "Nothing was counted for it."
        text = f"{WHETHER[result.method]} cannot be said from these data: {result.answer.reason}. {told}"
        return Claim(f"{kind}/{result.id}", text, (), 1, graded.reasons, kind)
    text, used = _SENTENCES[result.method](result, graded)
    return Claim(
        f"{kind}/{result.id}", text, tuple(f"{result.id}#{name}" for name in used), graded.level, graded.reasons, kind
    )


def _told(result: Result) -> str:
    """What a refused result still counted."""
    return f"{numbers.count(result.rows_in)} {_UNITS.get(result.method, 'tellings came in')}"


# What came in, where it is not tellings.
_UNITS = {
    "roster": "people were asked",
    "multiple_systems": "people are on the lists",
    "trust": "counts of calls came in",
}
Sentence = tuple[str, tuple[str, ...]]


def _unanimity(result: Result, graded: Graded) -> Sentence:
    in_group, all_of = quantity(result, "in_group"), quantity(result, "encounters")
    ratio, who = quantity(result, "tipping_ratio"), group_name(result)
    every = numbers.count(all_of.value)
    whole = in_group.value == all_of.value
    told = (
        f"all {every} encounters told to us"
        if whole
        else f"{numbers.count(in_group.value)} of {every} encounters told to us"
    )
    likelier = f"{who} would have to be {_range(ratio)} times as likely as others to report for that to be no surprise"
    if result.settings.get("members"):
        # on a roster the ratio is one of odds
        likelier = f"the odds that {who} report would have to be {_range(ratio)} times those of others for that"
        likelier += " to be no surprise"
    text = f"{_upper(told)} were of {who}."
    if graded.level == 2:
        text += f" If stops were blind to race, {likelier}: it may be that they are stopped more."
    else:
        text += f" The reports cannot tell whether that is more than who came to report: {likelier}."
    return text, ("tipping_ratio", "in_group", "encounters")


def _roster(result: Result, graded: Graded) -> Sentence:
    ratio = quantity(result, "risk_ratio")
    group, reference = officers(result)
    used = ("risk_ratio", "answered_share")
    if graded.level == 0:
        text = (
            f"The canvass rules out a difference that matters: {group} were stopped off duty {_times(ratio)} as often "
            f"as {reference} ({_between(ratio)})."
        )
    elif graded.level == 1:
        text = (
            f"The canvass cannot tell whether {group} are stopped off duty more or less often than {reference}: the "
            f"ratio is {numbers.ratio(ratio.value)} ({_between(ratio)})."
        )
    else:
        hedge = {2: "may have been", 3: "were probably"}[graded.level]
        text = (
            f"Of officers who were all asked, {group} {hedge} stopped off duty {_times(ratio)} as often as {reference} "
            f"of the same departments ({_between(ratio)})."
        )
    return text, used


def _recognition(result: Result, graded: Graded) -> Sentence:
    better, worse, odds = (quantity(result, name) for name in ("better", "worse", "better_odds"))
    # where none got worse the odds have a lower limit only
    limits = _between(odds) or f"at least {numbers.ratio(odds.low)}"
    counts = (
        f"in {numbers.count(better.value)} encounters it got better or ended there, in {numbers.count(worse.value)} it "
        f"got worse (odds {limits})"
    )
    if graded.level == 1:
        whether = "Whether treatment changed once the agents knew that the person is police"
        text = f"{whether}, the reports cannot tell: {counts}."
    else:
        way = "better" if odds.value > 1 else "worse"
        text = f"Once the agents knew that the person is police, treatment may have turned {way}: {counts}."
    used: tuple[str, ...] = ("better_odds", "better", "worse")
    if release := found(result, "release_ratio"):
        text = (
            f"{text[:-1]}; persons known as police were then let go {_times(release)} as often as others once their "
            f"identity was accepted ({_between(release)})."
        )
        used = (*used, "release_ratio")
    return text, used


def _two_streams(result: Result, graded: Graded) -> Sentence:
    unlike, of = quantity(result, "unlike_elements"), quantity(result, "elements_compared")
    residents, theirs = quantity(result, "residents"), quantity(result, "officers")
    who = (
        f"residents ({numbers.count(residents.value)} encounters) and off-duty officers ({numbers.count(theirs.value)})"
    )
    used = ("unlike_elements", "elements_compared", "residents", "officers")
    seen = ""
    if isinstance(result.answer, Answer) and result.answer.smallest_visible is not None:
        seen = f"; a difference of {numbers.share(result.answer.smallest_visible)} or more would have been seen"
    if unlike.value:
        text = (
            f"What {who} told differs in {numbers.count(unlike.value)} of {numbers.count(of.value)} elements compared: "
            "they may describe more than one practice."
        )
    elif graded.level == 2:
        text = (
            f"What {who} told, apart from each other, is alike in all {numbers.count(of.value)} elements "
            f"compared{seen}: they may describe one practice."
        )
    else:
        text = (
            f"Whether {who} describe one practice, the reports cannot tell: no difference shows in "
            f"{numbers.count(of.value)} elements{seen}."
        )
    return text, used


def _surge(result: Result, graded: Graded) -> Sentence:
    ratio = quantity(result, "rate_ratio")
    week = str(result.diagnostics.get("change", {}).get("week", ""))
    beside: tuple[str, ...] = ("rate_ratio_beside_publicity",) if found(result, "rate_ratio_beside_publicity") else ()
    apart = " and apart from the days of news" if beside else ""
    since = f" from the week of {numbers.day(week)} on" if week else ""
    if graded.level == 1:
        text = (
            f"Whether encounters became more frequent, or only telling of them, the reports cannot tell: those told of "
            f"happened {_times(ratio)} as often{since} as before ({_between(ratio)})."
        )
    else:
        text = (
            f"Encounters of the kind told to us may have become {_times(ratio)} as frequent{since} "
            f"({_between(ratio)}), counted by when they happened{apart}."
        )
    return text, ("rate_ratio", *beside)


def _cluster(result: Result, graded: Graded) -> Sentence:
    p = quantity(result, "p")
    seen = f"chance alone would give as much with {numbers.chance(p.value)}"
    if graded.level == 1:
        return f"No place and time stands out among the encounters told beyond what chance would do: {seen}.", ("p",)
    return (
        f"Encounters told may cluster in one place and time more than chance would have it: {seen}; telling may "
        "cluster too.",
        ("p",),
    )


def _unrecorded(result: Result, graded: Graded) -> Sentence:
    share, told = quantity(result, "never_recorded"), quantity(result, "told")
    what = (
        f"of {numbers.count(told.value)} encounters whose tellers agreed to have them looked for, "
        f"{numbers.share(share.value)} ({_between(share)}) are in no stop record of the agency"
    )
    if graded.level == 1:
        return f"Whether the agency records every stop, the reports cannot tell: by estimate, {what}.", (
            "never_recorded",
            "told",
        )
    return f"It may be that stops go unrecorded: by estimate, {what}.", ("never_recorded", "told")


def _trust(result: Result, graded: Graded) -> Sentence:
    assert isinstance(result.answer, Answer)  # _claim has seen to refusals
    missing, p = result.answer.headline, quantity(result, "p")
    shown = f"{numbers.value_of(asdict(missing))} ({_between(missing)}, {numbers.chance(p.value)})"
    if graded.level == 1:
        text = f"Whether people called for help less after the event, the data cannot tell: calls missing {shown}."
    else:
        text = f"People may have called for help less after the event: calls missing {shown}."
    return text, (missing.quantity, "p")


def _missed(result: Result, _graded: Graded) -> Sentence:
    total, seen = quantity(result, "total"), quantity(result, "seen")
    assert isinstance(result.answer, Answer)  # _claim has seen to refusals
    fan = [(band.low, band.high) for band in result.answer.bands if band.over == "model"]
    low, high = min([total.low, *(ends[0] for ends in fan)]), max([total.high, *(ends[1] for ends in fan)])
    text = (
        f"How many there are beyond the {numbers.count(seen.value)} on all lists together, the lists cannot tell: "
        f"models of the same lists, and the choice among them, give from {numbers.count(low)} to {numbers.count(high)} "
        "in all; no number between them is the right one to quote."
    )
    return text, ("total", "seen")


_SENTENCES: dict[str, Callable[[Result, Graded], Sentence]] = {
    "unanimity": _unanimity,
    "roster": _roster,
    "recognition": _recognition,
    "two_streams": _two_streams,
    "surge": _surge,
    "space_time_scan": _cluster,
    "recording_rate": _unrecorded,
    "trust": _trust,
    "multiple_systems": _missed,
}
# What each method asks, for a sentence that leaves it open.
WHETHER = {
    "unanimity": "Whether so many reports from one group would surprise",
    "roster": "Whether officers of one group are stopped more often off duty",
    "recognition": "Whether treatment changed once the agents knew that the person is police",
    "two_streams": "Whether residents and off-duty officers describe one practice",
    "surge": "Whether encounters, and not only reports of them, became more frequent",
    "space_time_scan": "Whether encounters cluster in one place and time",
    "recording_rate": "Whether the agency's records hold the encounters that people told of",
    "trust": "Whether people called for help less after the event",
    "multiple_systems": "How many encounters every list missed",
}


def _roster_lead(result: Result, graded: Graded) -> str:
    group, reference = officers(result)
    if graded.level == 0:
        return f"among officers, no difference that matters between {group} and {reference}"
    said = {3: "were probably", 2: "may have been"}[graded.level]
    more = "more" if quantity(result, "risk_ratio").value > 1 else "less"
    return f"{group} {said} stopped off duty {more} often than {reference}"


_LEADS: dict[str, Callable[[Result, Graded], str]] = {
    "roster": _roster_lead,
    "unanimity": lambda result, _graded: f"it may be that {group_name(result)} are stopped more",
}


def race_in_title(results: Sequence[Result]) -> str:
    """What reports say of race itself, for the title."""
    return {
        2: "race itself may weigh in it",
        1: "whether race itself decides, reports cannot tell",
        0: "among officers no difference by race that matters shows",
    }[strength_of_reports.grade_race(results).level]


def group_name(result: Result) -> str:
    """The group of a result on who told, as the plan names it."""
    named = str(result.settings.get("group_name") or "")
    return named or " or ".join(words.group(code, "crosswalk") for code in result.settings.get("group", ())) + " people"


def officers(result: Result) -> tuple[str, str]:
    """The two groups of a canvass."""
    assert result.contrast is not None  # a canvass compares two groups
    pair = (result.contrast.group, result.contrast.reference)
    group, reference = (words.officers(name, result.contrast.grouping) for name in pair)
    return group, reference


def _times(ratio: Estimate) -> str:
    return f"{numbers.ratio(ratio.value)} times"


def _between(estimate: Estimate) -> str:
    return numbers.interval_of(asdict(estimate))


def _range(estimate: Estimate) -> str:
    """A range that is no interval: one number where both its ends are written alike."""
    low, high = numbers.ratio(estimate.low), numbers.ratio(estimate.high)
    return low if low == high else f"{low} to {high}"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
