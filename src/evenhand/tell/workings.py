"""How it was done, result by result: what went in and was set aside, what gates said, each number and setting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.tell import numbers, questions, words
from evenhand.tell.document import Document

# How each band is said.
BANDS = {
    "missing_race": "race not recorded",
    "benchmark": "choice of benchmark",
    "model": "choice of model",
    "silence": "those who did not answer",
    "links": "what is one encounter, or is in the records",
}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Working:
    """One result as told: every field is text as printed."""

    id: str
    anchor: str
    groups: str
    scope: str
    rows_in: str
    rows_used: str
    excluded: Pairs
    gates: tuple[tuple[str, str, str], ...]
    refusal: str
    needed: str
    figures: Pairs
    estimates: tuple[tuple[str, str, str, str, str], ...]
    bands: tuple[tuple[str, str, str], ...]
    smallest_visible: str
    settings: Pairs
    diagnostics: Pairs


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with all that was done about it: a result for each pair of groups and period."""

    anchor: str
    title: str
    asks: str
    blind_to: str
    workings: tuple[Working, ...]


def asked(document: Document) -> Iterator[Asked]:
    """Every question of the document in the order of its results, each result once."""
    by_title: dict[str, list[Mapping[str, Any]]] = {}
    for result in document["results"]:
        by_title.setdefault(questions.titled(result), []).append(result)
    for title, results in by_title.items():
        question = questions.of(results[0])
        made = tuple(map(_working, results))
        yield Asked(f"question-{made[0].anchor}", title, question.asks, question.blind_to, made)


def anchor(result_id: str) -> str:
    """A result's place on the page.

    >>> anchor("benchmark/Black-White/all")
    'result-benchmark-Black-White-all'

    """
    return "result-" + "".join(letter if letter.isalnum() else "-" for letter in result_id)


def _working(result: Mapping[str, Any]) -> Working:
    answer = result["answer"]
    refusal = answer.get("refusal", {"reason": "", "needed": "", "figures": {}})
    headline = answer["estimates"][0] if "estimates" in answer else None
    return Working(
        id=result["id"],
        anchor=anchor(result["id"]),
        groups=words.contrast(result["contrast"]),
        scope=_scope(result["scope"]),
        rows_in=numbers.count(result["rows_in"]),
        rows_used=numbers.count(result["rows_used"]),
        excluded=tuple(
            (excluded["reason"].replace("_", " "), numbers.count(excluded["n"])) for excluded in result["excluded"]
        ),
        gates=tuple(_gate(gate) for gate in result["gates"]),
        refusal=refusal["reason"],
        needed=refusal["needed"],
        figures=tuple(flat(refusal["figures"])),
        estimates=tuple(_estimate(estimate) for estimate in answer.get("estimates", ())),
        bands=tuple(_bands(answer, headline)) if headline else (),
        smallest_visible=_visible(answer["smallest_visible"], headline) if headline else "",
        settings=tuple(flat(result["settings"])),
        diagnostics=tuple(flat(result["diagnostics"])),
    )


def _scope(scope: Mapping[str, Any]) -> str:
    limits = [f"{name.replace('_', ' ')} {' or '.join(codes)}" for name, codes in scope["where"].items()]
    period = scope["period"]
    dates = f"{numbers.day(period['first'])} to {numbers.day(period['last'])}" if period else "all dates"
    return "; ".join([*(limits or ["all records"]), dates])


def _gate(gate: Mapping[str, Any]) -> tuple[str, str, str]:
    said = gate["sentence"] or "; ".join(f"{name} {value}" for name, value in flat(gate["figures"]))
    return gate["gate"].replace("_", " "), gate["verdict"], said


def _estimate(estimate: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    name = estimate["quantity"].replace("_", " ").replace("per 1000", "per 1,000")
    note = "; ".join(part for part in (estimate["note"], estimate["interval"]) if part)
    interval = numbers.interval_of(estimate)
    return name, numbers.value_of(estimate), interval, numbers.count(estimate["n"]), note


def _bands(answer: Mapping[str, Any], headline: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for over, ends in answer["bands"].items():
        if ends:
            low, high = ends
            told = numbers.interval_of({**headline, "low": low, "high": high})
            yield BANDS[over], told, answer["band_readings"].get(over, {"reading": ""})["reading"]


def _visible(value: float | None, headline: Mapping[str, Any]) -> str:
    if value is None:
        return "nothing is compared"
    if headline["scale"] in ("ratio", "log odds ratio"):
        return f"a ratio of {numbers.ratio(value)}"
    return f"a difference of {numbers.value_of({**headline, 'value': abs(value)}).replace(' more', '')}"


def flat(figures: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Figures as pairs of name and text, one a leaf; figures of figures by both names."""
    for name, value in figures.items():
        said = f"{before}{name.replace('_', ' ')}"
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{said}: ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for part in value:
                yield from flat(part, f"{said}: ")
        else:
            yield said, numbers.figure(value)
