"""Summary of findings: one row a claim: what was compared, how many, how large, how sure and why (EXPERIENCE 4.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.tell import document as doc
from evenhand.tell import numbers, questions, words
from evenhand.tell.document import Document

# The pairs of numbers that can stand for a difference in plain counts, where no difference is among the estimates.
PAIRS = (
    ("share_group", "share_reference", "{} against {}"),
    ("hit_rate_group", "hit_rate_reference", "{} against {}"),
    ("per_1000_group", "per_1000_reference", "{} against {}"),
    ("share_light", "share_dark", "{} in daylight, {} in the dark"),
    ("in_group", "encounters", "{} of {} encounters"),
    ("better", "worse", "better in {}, worse in {}"),
    ("unlike_elements", "elements_compared", "unlike in {} of {}"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: every cell is text as printed; `result_id` says where its numbers are worked out."""

    asked: str
    groups: str
    records: str
    counts: str
    ratio: str
    interval: str
    level: int
    strength: str
    reason: str
    result_id: str


def by_groups(document: Document) -> dict[str, list[Row]]:
    """The rows of the table under the groups they compare, both in the order of the claims."""
    tables: dict[str, list[Row]] = {}
    for row in rows(document):
        tables.setdefault(row.groups, []).append(row)
    return tables


def rows(document: Document) -> Iterator[Row]:
    """The rows of the table, in the order of the claims."""
    for claim in document["claims"]:
        yield _row(document, claim)


def result_of(document: Document, claim: Mapping[str, Any]) -> dict[str, Any] | None:
    """The one result a claim is about: that of its numbers, or that its id names; None where it rests on several."""
    ids = {number_id.rpartition("#")[0] for number_id in claim["numbers"]}
    found = [
        result for result in document["results"] if result["id"] in ids or claim["id"].endswith("/" + result["id"])
    ]
    return found[0] if len(found) == 1 and claim["kind"] != "overall" else None


def _row(document: Document, claim: Mapping[str, Any]) -> Row:
    result = result_of(document, claim)
    ratio = next(filter(None, (numbers.as_ratio(doc.number(document, name)) for name in claim["numbers"])), None)
    told = ratio if result is not None else None
    answer = result["answer"] if result is not None else {}
    # a number that is no ratio stands among the counts
    headline: dict[str, Any] | None = next(iter(answer.get("estimates", ())), None)
    counted = told or headline
    if result is not None and result["method"] == "multiple_systems" and headline:
        # it is a total, and no one number is right for it
        low, high = (numbers.count(headline[end]) for end in ("low", "high"))
        plain = f"from {low} to {high} in all, on the lists or not"
    else:
        plain = _counts(answer.get("estimates", ())) or (numbers.reading_of(headline) if headline and not told else "")
    return Row(
        asked=questions.titled(result) if result is not None else "Race itself, all tests that ask about it together",
        groups=words.contrast(result["contrast"]) if result is not None else _groups(document, claim),
        records=numbers.count(counted["n"]) if counted else "",
        counts=plain,
        ratio=numbers.value_of(told) if told else "refused" if "refusal" in answer else "",
        interval=numbers.interval_of(told) if told else "",
        level=claim["level"],
        strength=words.level(claim["level"]),
        reason=claim["reasons"][0] if claim["reasons"] else "",
        result_id=result["id"] if result is not None else "",
    )


def _groups(document: Document, claim: Mapping[str, Any]) -> str:
    ids = {number_id.rpartition("#")[0] for number_id in claim["numbers"]}
    pairs = (result["contrast"] for result in document["results"] if result["id"] in ids)
    return ", ".join(dict.fromkeys(words.contrast(pair) for pair in pairs)) or words.contrast(None)


def _counts(estimates: Any) -> str:
    """A difference in plain counts, or the two numbers it is the difference of."""
    by_name = {estimate["quantity"]: estimate for estimate in estimates}
    for estimate in estimates:
        if estimate["scale"] == "difference" and not estimate["quantity"].startswith("pooled"):
            return f"about {numbers.value_of(estimate)}"
    for first, second, said in PAIRS:
        if first in by_name and second in by_name:
            return said.format(*(numbers.value_of(by_name[name]) for name in (first, second)))
    return ""
