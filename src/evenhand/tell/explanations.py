"""What else could have made the difference, what a finding does not show, and what would change it.

EXPERIENCE 4.1 parts 4 and 5, 4.4: one row an explanation, with a figure or "cannot be tested with these data".
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from evenhand.tell import numbers, strength, words
from evenhand.terms.finding import Explanation, Plan
from evenhand.terms.result import Answer, Band, Estimate, Refusal, Result

# Methods whose numbers make claims.
CLAIMING = ("benchmark", "veil_of_darkness", "decision_rate", "outcome_test", "robust_outcome_test")

# EXPERIENCE 4.4, for findings from an agency's records.
NOT_SHOWN = (
    "The intent of any officer.",
    "Whether race was the only reason, or one of several.",
    "What happened in any one stop.",
    "What happened where no record was kept.",
    "Places, periods and agencies that are not in the data.",
    "That causes beyond those tested here are ruled out.",
    "That a law was broken.",
    "Race as people see themselves: records hold what an officer perceived.",
)


def others(_plan: Plan, results: Sequence[Result]) -> Iterator[Explanation]:
    """The other explanations, for the first contrast of the plan; none where there is no result on records."""
    mine = _first_contrast(results)
    if not mine:
        return
    yield from _deployment(mine)
    yield from _hours(mine)
    yield from _unrecorded_race(mine)
    yield from _hidden_factor(mine)
    yield from _racial_stops(mine)
    yield _chance(mine)
    yield Explanation(
        "Different driving, or different behaviour on the road",
        "cannot be tested with these data: no count of who drives, where and how, stands beside the stops",
    )
    yield Explanation(
        "Stops that no record was made of",
        "cannot be tested with these data: it takes people's own accounts, joined to the records",
    )
    yield Explanation(
        "Who complains, publicity, invented reports",
        "not at issue here: these are the agency's own records, not reports",
        tested=True,
    )


def would_change(_plan: Plan, results: Sequence[Result]) -> Iterator[str]:
    """What would move the conclusion, at least one each way, with its number."""
    asked: set[str] = set()
    for result in _first_contrast(results):
        if isinstance(result.answer, Answer):
            yield from _tipping(result)
            yield from _other_benchmark(result)
            yield from _more_stops(result)
        elif result.answer.needed not in asked:
            # two tests that lack one field ask for it once
            asked.add(result.answer.needed)
            yield from _needed(result)


def _deployment(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "benchmark"):
        inside, together = _estimate(result, "rate_ratio"), _estimate(result, "rate_ratio_all_places")
        if inside is not None and together is not None:
            yield Explanation(
                "Where officers were sent",
                f"compared inside places: the ratio of stops is {_reading(inside)} inside places, against "
                f"{_reading(together)} with all places as one",
                (_id(result, inside), _id(result, together)),
                tested=True,
            )
    for result in _answered(results, "decision_rate"):
        pooled, crude = strength.ratio_of(result), _estimate(result, "crude_ratio")
        if crude is not None:
            yield Explanation(
                "Where, when and why people were stopped",
                f"compared only within {_strata(result)}: the ratio is {_reading(pooled)}, "
                f"against {_reading(crude)} before",
                (_id(result, pooled), _id(result, crude)),
                tested=True,
            )


def _strata(result: Result) -> str:
    """What stops were compared within."""
    names = [str(name).replace("_", " ") for name in result.diagnostics.get("strata", ())]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "the whole file"


def _hours(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "veil_of_darkness"):
        ratio = strength.ratio_of(result)
        yield Explanation(
            "Who is on the road at which hour",
            f"compared at the same clock time in daylight and in the dark: {_reading(ratio)}",
            (_id(result, ratio),),
            tested=True,
        )


def _unrecorded_race(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in results:
        title = f"Races that were not recorded ({result.method.replace('_', ' ')})"
        if (found := strength.band(result, "missing_race")) is not None and result.method in CLAIMING:
            yield _corners(result, found, title)
        found = strength.band(result, "model")
        if found is not None and result.method in ("decision_rate", "outcome_test"):
            yield _corners(result, found, f"Outcomes that were not recorded ({result.method.replace('_', ' ')})")


def _corners(result: Result, found: Band, title: str) -> Explanation:
    """What a band was taken over, in its own words, and from where to where it runs."""
    assert isinstance(result.answer, Answer)  # a band stands only in an answer
    headline = result.answer.headline
    low, high = (numbers.value_of({**asdict(headline), "value": end}) for end in (found.low, found.high))
    what = {"ratio": "the ratio", "log odds ratio": "the log odds in the dark"}.get(headline.scale, "the difference")
    return Explanation(title, f"{found.reading}: {what} from {low} to {high}", (_id(result, headline),), tested=True)


def _hidden_factor(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in results:
        if isinstance(result.answer, Answer) and strength.grade(result).level >= 2:
            ratio = strength.ratio_of(result)
            yield Explanation(
                f"Something not recorded, that goes with race and with the outcome ({result.method.replace('_', ' ')})",
                f"it would need a ratio of {numbers.ratio(strength.hidden_factor(result))} with both to explain the "
                "nearer end of the interval",
                (_id(result, ratio),),
                tested=True,
            )


def _racial_stops(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "decision_rate"):
        yield Explanation(
            "Stops that would not have been made of others (they dilute or hide what follows)",
            "shown as a sweep beside the number: how the difference moves with the share of such stops",
            (_id(result, strength.ratio_of(result)),),
            tested=True,
        )


def _chance(results: Sequence[Result]) -> Explanation:
    ids = [_id(result, strength.ratio_of(result)) for result in results if isinstance(result.answer, Answer)]
    done = "every ratio stands with the 95 % interval that chance alone would leave; none is given without it"
    return Explanation("Chance", done, tuple(ids), tested=True)


def _tipping(result: Result) -> Iterator[str]:
    share = _estimate(result, "tipping_share_by_place") or _estimate(result, "tipping_share")
    if share is None or not 0 <= share.value <= 1 or result.contrast is None:
        return
    pair, grouping = (result.contrast.group, result.contrast.reference), result.contrast.grouping
    group, reference = (words.group(name, grouping) for name in pair)
    yield (
        f"If {numbers.share(share.value)} of the stops with no race recorded were of {group} people and the rest of "
        f"{reference} people, the difference in stops would vanish (level 1)."
    )


def _other_benchmark(result: Result) -> Iterator[str]:
    if result.method != "benchmark" or strength.grade(result).level < 2 or result.contrast is None:
        return
    ratio = strength.ratio_of(result)
    group = words.group(result.contrast.group, result.contrast.grouping)
    unit = result.diagnostics.get("unit", "residents")
    yield (
        f"Another benchmark in which {group} people are {numbers.ratio(ratio.value)} times as present as among {unit} "
        "would remove the difference in stops; several in which they are as present would raise its level."
    )


def _more_stops(result: Result) -> Iterator[str]:
    if result.method != "veil_of_darkness" or strength.grade(result).level != 1:
        return
    assert isinstance(result.answer, Answer)  # graded unclear because its interval holds 1, not refused
    assert result.answer.smallest_visible is not None  # it compares two groups
    yield (
        f"A second year of stops would narrow the comparison of daylight with darkness, which now sees no ratio under "
        f"{numbers.ratio(result.answer.smallest_visible)}: it could raise that answer, or rule a difference out."
    )


def _needed(result: Result) -> Iterator[str]:
    assert isinstance(result.answer, Refusal)  # the caller has seen to answers
    if result.answer.needed:
        yield f"The {result.method.replace('_', ' ')} could be run if the records held {result.answer.needed}."


def _first_contrast(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.contrast == results[0].contrast] if results else []


def _answered(results: Sequence[Result], method: str) -> list[Result]:
    return [result for result in results if result.method == method and isinstance(result.answer, Answer)]


def _estimate(result: Result, quantity: str) -> Estimate | None:
    estimates = result.answer.estimates if isinstance(result.answer, Answer) else ()
    return next((estimate for estimate in estimates if estimate.quantity == quantity), None)


def _reading(estimate: Estimate) -> str:
    return numbers.reading_of(asdict(estimate))


def _id(result: Result, estimate: Estimate) -> str:
    return f"{result.id}#{estimate.quantity}"
