"""What else could have made people report so, what reports do not show, and what would change what they suggest.

EXPERIENCE 4.1 parts 4 and 5: one row an explanation, with a figure or "cannot be tested with these data", and how many
invented reports, or untold encounters of others, would undo the result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evenhand.tell import numbers, strength, strength_of_reports
from evenhand.tell.reported import group_name, officers
from evenhand.tell.strength import ON_REPORTS
from evenhand.tell.strength_of_reports import found, quantity
from evenhand.terms.finding import Explanation
from evenhand.terms.result import Answer, Estimate, Refusal, Result

UNTESTED = "cannot be tested with these data"

# EXPERIENCE 4.4, for findings from what people told.
NOT_SHOWN = (
    "How common such stops are: no count of reports is a rate of stops.",
    "That every account is true, or that any is not.",
    "What happened in any one stop.",
    "The intent of any officer.",
    "Whether race was the only reason, or one of several.",
    "Places, periods and agencies that are not in the data.",
    "That causes beyond those tested here are ruled out.",
    "That a law was broken.",
)


def others(results: Sequence[Result]) -> Iterator[Explanation]:
    """The other explanations of what people told, each once; none where there is no result on reports."""
    mine = [result for result in results if result.method in ON_REPORTS]
    if not mine:
        return
    yield Explanation(
        "Where the agency was sent, and why", f"{UNTESTED}: reports carry no count of where its people were"
    )
    yield from _another_agency(mine)
    yield from _publicity(mine)
    yield from _invented(mine)
    yield from _who_reports(mine)
    yield from _silence(mine)
    yield Explanation(
        "Warrants, or calls that sent them",
        f"{UNTESTED}: what brought the agency there is in its own records, not in what people told",
    )
    yield _chance(mine)


def would_change(results: Sequence[Result]) -> Iterator[str]:
    """What would move what reports suggest, at least one each way, with its number."""
    mine = [result for result in results if result.method in ON_REPORTS]
    for result in _answered(mine, "unanimity"):
        invented, untold = quantity(result, "invented_to_undo"), quantity(result, "untold_to_undo")
        if strength_of_reports.grade(result).level == 2:
            yield (
                f"If {_range(invented)} of the reports turned out to be invented, or if {_range(untold)} more "
                f"encounters of others had gone untold, so many from "
                f"{group_name(result)} would be no surprise (level 1)."
            )
    if mine and not _answered(mine, "roster"):
        yield (
            "A canvass of every officer of a department, off duty, would give the denominator that reports lack: it "
            "could raise this to level 3, or rule a difference out (level 0)."
        )
    for result in _answered(mine, "roster"):
        yield from _more_answers(result)
    asked: set[str] = set()
    for result in mine:
        if isinstance(result.answer, Refusal) and result.answer.needed and result.answer.needed not in asked:
            asked.add(result.answer.needed)
            yield f"The question of {result.method.replace('_', ' ')} could be answered with {result.answer.needed}."


def _another_agency(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "unanimity"):
        for gate in result.gates:
            if gate.gate != "attribution" or gate.verdict == "not assessed":
                continue
            done = gate.sentence
            ratio = _among(result.diagnostics.get("attributed"), "tipping_ratio")
            if ratio is not None:
                done += (
                    f"; among these alone the group would have to be {numbers.ratio(ratio)} times as likely to report"
                )
            ids = (f"{result.id}#tipping_ratio",)
            yield Explanation("Another agency, mistaken for this one", done, ids, tested=True)
            return


def _publicity(results: Sequence[Result]) -> Iterator[Explanation]:
    title = "News of the stops, after which more people tell"
    for result in results:
        if result.method != "surge":
            continue
        if isinstance(result.answer, Refusal):
            yield Explanation(title, f"{UNTESTED}: {result.answer.reason}")
            return
        beside = found(result, "rate_ratio_beside_publicity")
        outside = result.diagnostics.get("publicity", {}).get("outside_the_window", 0)
        none = "the news that was named fell outside" if outside else "no news was named that fell in"
        none += " the weeks looked at"
        ratio = beside or quantity(result, "rate_ratio")
        done = (
            f"beside the steps that news made in telling, encounters are {_reading(ratio)} as frequent after the change"
            if beside
            else f"{none}; the ratio after the change is {_reading(ratio)}"
        )
        yield Explanation(title, done, (f"{result.id}#{ratio.quantity}",), tested=True)
        return
    yield Explanation(title, f"{UNTESTED}: no day of news was named, or too few weeks were told of")


def _invented(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "unanimity"):
        invented = quantity(result, "invented_to_undo")
        done = (
            f"{_range(invented)} of the {numbers.count(quantity(result, 'in_group').value)} reports from "
            "the group would have to be invented before so many were no surprise"
        )
        backed = result.diagnostics.get("corroboration", {})
        if "any" in backed:
            done += (
                f"; {numbers.count(backed['any'])} of {numbers.count(backed['encounters'])} encounters have something "
            )
            done += "that could be looked up, such as a video or a second report"
        yield Explanation("Coordinated or invented reports", done, (f"{result.id}#invented_to_undo",), tested=True)
        return


def _who_reports(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "unanimity"):
        ratio, untold = quantity(result, "tipping_ratio"), quantity(result, "untold_to_undo")
        low, high = numbers.ratio(ratio.low), numbers.ratio(ratio.high)
        times = low if low == high else f"{low} to {high}"
        done = (
            f"the group would have to be {times} times as likely to report as others, or "
            f"{_range(untold)} encounters of others would have to be untold, for so many to be no surprise"
        )
        ids = (f"{result.id}#tipping_ratio", f"{result.id}#untold_to_undo")
        yield Explanation("Who tends to report", done, ids, tested=True)
        return


def _silence(results: Sequence[Result]) -> Iterator[Explanation]:
    for result in _answered(results, "roster"):
        answered = quantity(result, "answered_share")
        band = strength.band(result, "silence")
        done = f"{numbers.share(answered.value)} of those on the roster answered"
        if band is not None:
            low, high = numbers.ratio(band.low), numbers.ratio(band.high)
            done += f"; whatever the others would have said, the ratio lies from {low} to {high}"
        yield Explanation("Officers who did not answer", done, (f"{result.id}#answered_share",), tested=True)


def _chance(results: Sequence[Result]) -> Explanation:
    for result in _answered(results, "unanimity"):
        chance = quantity(result, "chance")
        low, high = (numbers.probability(end) for end in (chance.low, chance.high))
        said = low if low == high else f"{low} to {high}, by the share at risk"
        done = (
            f"if telling and stops were blind to race, so many from one group would come about with a chance of {said}"
        )
        looked = int(result.settings.get("groups_looked_at", 1))
        if looked > 1:
            done += f", counting that {looked} groups were looked at"
        return Explanation("Chance", done, (f"{result.id}#chance",), tested=True)
    ids = [f"{result.id}#{result.answer.headline.quantity}" for result in results if isinstance(result.answer, Answer)]
    done = "every number stands with what chance alone would leave open; none is given without it"
    return Explanation("Chance", done, tuple(ids), tested=bool(ids))


def _more_answers(result: Result) -> Iterator[str]:
    answered = quantity(result, "answered_share")
    group, reference = officers(result)
    if answered.value < strength_of_reports.ANSWERED:
        yield (
            f"{numbers.share(answered.value)} of those on the roster answered the canvass: answers from "
            f"{numbers.share(strength_of_reports.ANSWERED)} would let it say more of {group} and {reference}."
        )


def _answered(results: Sequence[Result], method: str) -> list[Result]:
    return [result for result in results if result.method == method and isinstance(result.answer, Answer)]


def _range(counted: Estimate) -> str:
    """A count over the shares at risk that were named: one number where both its ends are alike."""
    low, high = numbers.count(counted.low), numbers.count(counted.high)
    return low if low == high else f"{low} to {high}"


def _among(figures: Any, name: str) -> float | None:
    value = figures.get(name) if isinstance(figures, Mapping) else None
    return float(value) if isinstance(value, (int, float)) else None


def _reading(estimate: Estimate) -> str:
    return numbers.reading_of(asdict(estimate)).replace(" (", " times (", 1)
