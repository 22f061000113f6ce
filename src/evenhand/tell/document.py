"""finding.json: the one file that the page, the statement and the charts are made from (`evenhand/finding@1`).

The format is written down in docs/formats/finding.md and held by schema/finding@1.json. Every value is plain JSON; a
number that is not finite never leaves here. A number has an id, `result-id#quantity`, by which claims and prose
point at it.
"""

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from evenhand.errors import MissingExtraError, OutputError, RecordError
from evenhand.terms.finding import Claim, Explanation, Finding, Plan
from evenhand.terms.result import Answer, Band, Refusal, Result

SCHEMA = "evenhand/finding@1"
FILE_NAME = "finding.json"
BANDS = ("missing_race", "benchmark", "model", "silence", "links")

Document = dict[str, Any]


def to_document(finding: Finding) -> Document:
    """`finding` as plain JSON; a RecordError names the number that is not finite, or that a claim cannot find."""
    document = {
        "schema": SCHEMA,
        "title": finding.title,
        "made_by": finding.made_by,
        "made_on": finding.made_on,
        "cleared": finding.cleared,
        "plan": _plan(finding.plan),
        "sources": [plain(source, f"source {source.id}") for source in finding.sources],
        "results": [_result(result) for result in finding.results],
        "claims": [_claim(claim) for claim in finding.claims],
        "explanations": [_explanation(explanation) for explanation in finding.explanations],
        "not_shown": list(finding.not_shown),
        "would_change": list(finding.would_change),
    }
    _hold_together(document)
    return document


def _plan(plan: Plan) -> Document:
    return {
        "title": plan.title,
        "agency": plan.agency,
        "contact": plan.contact,
        "reply_asked": plan.reply_asked,
        "reply": plan.reply,
        "sha256": plan.sha256,
        "locked_on": plan.locked_on,
        "changes": list(plan.changes),
    }


def _claim(claim: Claim) -> Document:
    made: Document = plain(claim, f"claim {claim.id}")
    return made


def _explanation(explanation: Explanation) -> Document:
    made: Document = plain(explanation, "explanation")
    return made


def _result(result: Result) -> Document:
    return {
        "id": result.id,
        "method": result.method,
        "settings": plain(result.settings, f"{result.id}#settings"),
        "contrast": plain(result.contrast, result.id),
        "scope": plain(result.scope, f"{result.id}#scope"),
        "rows_in": int(result.rows_in),
        "rows_used": int(result.rows_used),
        "excluded": plain(result.excluded, f"{result.id}#excluded"),
        "gates": plain(result.gates, f"{result.id}#gates"),
        "answer": _answer(result.id, result.answer),
        "diagnostics": plain(result.diagnostics, f"{result.id}#diagnostics"),
    }


def _answer(result_id: str, answer: Answer | Refusal) -> Document:
    if isinstance(answer, Refusal):
        return {"refusal": plain(answer, f"{result_id}#refusal")}
    return {
        "estimates": [plain(estimate, f"{result_id}#{estimate.quantity}") for estimate in answer.estimates],
        "bands": _bands(result_id, answer.bands),
        "band_readings": {
            band.over: {"reading": band.reading, "figures": plain(band.figures, f"{result_id}#bands.{band.over}")}
            for band in answer.bands
        },
        "smallest_visible": plain(answer.smallest_visible, f"{result_id}#smallest_visible"),
        "series": {series.name: plain(series.columns, f"{result_id}#series.{series.name}") for series in answer.series},
        "series_readings": {series.name: series.reading for series in answer.series},
    }


def _bands(result_id: str, bands: Iterable[Band]) -> Document:
    """Low and high of the headline by what it ranges over; empty where there is no such band."""
    pairs: Document = {over: [] for over in BANDS}
    for band in bands:
        if pairs[band.over]:
            raise RecordError(f"{result_id}: two bands over {band.over}; a headline has one, make it their whole range")
        pairs[band.over] = plain([band.low, band.high], f"{result_id}#bands.{band.over}")
    return pairs


def plain(value: Any, where: str) -> Any:
    """`value` in JSON's own types: dataclasses to objects, sequences to arrays, dates to ISO, NumPy to Python."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return _finite(value, where)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), f"{where}.{field.name}") for field in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key, where): plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, Iterable):
        return [plain(item, f"{where}[{place}]") for place, item in enumerate(value)]
    raise RecordError(
        f"{where}: a {type(value).__name__} has no place in a finding; give text, a number or a table of them"
    )


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise RecordError(f"{where} is {value}, and a finding holds finite numbers only; refuse it or leave it out")
    return value


def _key(key: Any, where: str) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, date):
        return key.isoformat()
    if isinstance(key, int):
        return str(key)
    raise RecordError(f"{where}: a key is {type(key).__name__}; keys in a finding are text")


def number(document: Document, number_id: str) -> Document:
    """The estimate named `result-id#quantity`, as in the document."""
    result_id, _, quantity = number_id.rpartition("#")
    for result in document["results"]:
        if result["id"] == result_id:
            for estimate in result["answer"].get("estimates", ()):
                if estimate["quantity"] == quantity:
                    return dict(estimate)
    raise RecordError(f"no number {number_id!r} in this finding; ids read result#quantity, as in results and estimates")


def _hold_together(document: Document) -> None:
    """What a schema cannot say: ids are unique, series are tables, and every number pointed at is there."""
    for what, ids in _ids(document):
        for place, name in enumerate(ids):
            if name in ids[:place]:
                raise RecordError(f"two {what} are called {name!r}; an id names one thing")
    for pointer in [*document["claims"], *document["explanations"]]:
        for number_id in pointer["numbers"]:
            number(document, number_id)
    for result in document["results"]:
        if result["rows_in"] != result["rows_used"] + sum(excluded["n"] for excluded in result["excluded"]):
            raise RecordError(f"{result['id']}: rows used and rows excluded do not add up to rows_in")
        for name, columns in result["answer"].get("series", {}).items():
            if len({len(column) for column in columns.values()}) > 1:
                raise RecordError(f"{result['id']}#series.{name}: columns differ in length; a series is a table")


def _ids(document: Document) -> Iterator[tuple[str, list[str]]]:
    yield "results", [result["id"] for result in document["results"]]
    yield "claims", [claim["id"] for claim in document["claims"]]
    for result in document["results"]:
        estimates = result["answer"].get("estimates", ())
        yield f"estimates of {result['id']}", [estimate["quantity"] for estimate in estimates]


def to_text(document: Document) -> str:
    """The document as it is written to disk; the same bytes for the same document."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def write(document: Document, folder: str | Path) -> Path:
    """Write finding.json into `folder` (made if absent) under a temporary name, then move it into place."""
    folder = Path(folder)
    part = folder / f".{FILE_NAME}.{os.getpid()}"
    text = to_text(document)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(text, "utf-8")
        part.replace(folder / FILE_NAME)
    except OSError as error:
        raise OutputError(f"cannot write {FILE_NAME} in {folder}: {error.strerror}; choose another folder") from error
    return folder / FILE_NAME


def read(path: str | Path) -> Document:
    """The document at `path` (a file, or a folder that holds finding.json), held against the schema."""
    path = Path(path)
    path = path / FILE_NAME if path.is_dir() else path
    try:
        document = json.loads(path.read_text("utf-8"), parse_constant=_no_constant)
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}; expected a {FILE_NAME}") from error
    except ValueError as error:
        raise RecordError(f"{path} is not a finding: {error}; expected JSON as evenhand weigh writes it") from error
    check(document, str(path))
    return dict(document)


def _no_constant(name: str) -> float:
    raise ValueError(f"it holds {name}, which is not a number in JSON")


def check(document: Any, where: str = "finding") -> None:
    """Hold `document` against schema and ids; a RecordError names the first place that does not fit."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError as error:
        raise MissingExtraError("checking a finding needs jsonschema: pip install 'evenhand[page]'") from error
    from jsonschema.exceptions import best_match

    mismatch = best_match(Draft202012Validator(schema()).iter_errors(document))
    if mismatch is not None:
        place = mismatch.json_path.removeprefix("$.")
        raise RecordError(f"{where} does not fit {SCHEMA} at {place}: {_shortened(mismatch.message)}")
    _hold_together(document)


def _shortened(message: str, most: int = 300) -> str:
    return message if len(message) <= most else message[: most // 2] + " … " + message[-most // 2 :]


def schema() -> Document:
    """The JSON Schema (2020-12) of evenhand/finding@1, as shipped in the package."""
    text = files("evenhand.tell").joinpath("schema", "finding@1.json").read_text("utf-8")
    made: Document = json.loads(text)
    return made
