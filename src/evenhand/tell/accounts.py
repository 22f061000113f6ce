"""What people told: counts of accounts, what they say was done, and how far coders read them alike.

Part 8 of EXPERIENCE 4.1, kept apart from rates: a share here is of those who told, and of nobody else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.tell import numbers
from evenhand.tell.document import Document
from evenhand.terms.codebook import CODEBOOK

# How each kind of backing is said.
BACKING = {
    "video": "a video",
    "second_report": "a second report",
    "witness": "a witness",
    "dispatch_log": "a dispatch log",
    "body_camera": "a body camera",
    "document": "a document",
    "court": "a court record",
    "medical": "a medical record",
}
MEANING = {element.id: element.counts_when for element in CODEBOOK}


@dataclass(frozen=True, slots=True)
class Told:
    """One element of the codebook: who told of it, and whether coders agree on it; every cell as printed."""

    element: str
    meaning: str
    residents: str
    officers: str
    agreement: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """What stands on the page about accounts."""

    counts: tuple[str, ...]
    backing: tuple[str, ...]
    elements: tuple[Told, ...]


def of(document: Document) -> Accounts | None:
    """What people told, of the document's results on reports; None where there are none."""
    first = next((result for result in document["results"] if "corroboration" in result["diagnostics"]), None)
    if first is None:
        return None
    return Accounts(tuple(_counts(first)), tuple(_backing(first)), tuple(_elements(document)))


def _counts(result: Mapping[str, Any]) -> Iterator[str]:
    further = sum(rows["n"] for rows in result["excluded"] if rows["reason"].startswith("a further telling"))
    yield f"{numbers.count(result['rows_in'])} tellings came in"
    yield f"{numbers.count(further)} of them told again of an encounter already counted"
    for gate in result["gates"]:
        if gate["gate"] == "attribution" and gate["sentence"]:
            yield gate["sentence"]


def _backing(result: Mapping[str, Any]) -> Iterator[str]:
    counted = result["diagnostics"]["corroboration"]
    for kind, said in BACKING.items():
        if counted.get(kind):
            yield f"{said}: {numbers.count(counted[kind])} of {numbers.count(counted['encounters'])} encounters"


def _elements(document: Document) -> Iterator[Told]:
    agreed = _agreement(document)
    for row in _rows(document, "streams"):
        element = str(row["element"])
        yield Told(
            element=element.replace("_", " "),
            meaning=MEANING.get(element, ""),
            residents=_of(row["residents_said"], row["residents"]),
            officers=_of(row["officers_said"], row["officers"]),
            agreement=agreed.get(element, "not coded by two readers"),
        )


def _agreement(document: Document) -> dict[str, str]:
    return {str(row["element"]): _alpha(row) for row in _rows(document, "agreement")}


def _alpha(row: Mapping[str, Any]) -> str:
    if row["alpha"] is None or row["verdict"] == "not reported":
        return "not reported: readers differ too much"
    word = "tentative: " if row["verdict"] == "tentative" else ""
    ends = numbers.between(*(numbers.agreement(row[end]) for end in ("low", "high")))
    return f"{word}alpha {numbers.agreement(row['alpha'])} ({ends})"


def _of(some: int | None, of: int | None) -> str:
    return "held back" if some is None or of is None else f"{numbers.count(some)} of {numbers.count(of)}"


def _rows(document: Document, name: str) -> Iterator[dict[str, Any]]:
    for result in document["results"]:
        columns = result["answer"].get("series", {}).get(name)
        if columns:
            yield from (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
            return
