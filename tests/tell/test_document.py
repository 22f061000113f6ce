"""What is written is what was found, in plain JSON, and nothing that is not a number passes for one."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import OutputError, RecordError
from evenhand.tell import document as doc
from evenhand.terms.finding import Finding
from evenhand.terms.result import Answer, Band, Estimate, Result, Scope, Series


def _with_answer(finding: Finding, answer: Answer) -> Finding:
    result = Result("made", "made", {}, None, Scope(), 3, (), (), answer)
    return replace(finding, results=(*finding.results, result))


def _made(value: float = 1.0, low: float = 0.5, high: float = 2.0) -> Estimate:
    return Estimate("ratio", "ratio", value, low, high, 3)


def test_a_finding_fits_the_schema_it_names(document: dict) -> None:
    assert document["schema"] == "evenhand/finding@1"
    doc.check(document)


def test_writing_then_reading_changes_nothing(document: dict, tmp_path: Path) -> None:
    path = doc.write(document, tmp_path / "made")
    assert path.name == "finding.json"
    assert doc.read(path) == document
    assert doc.read(path.parent) == document
    assert [file.name for file in path.parent.iterdir()] == ["finding.json"]


def test_the_same_finding_gives_the_same_bytes(finding: Finding) -> None:
    assert doc.to_text(doc.to_document(finding)) == doc.to_text(doc.to_document(finding))


def test_the_parts_others_rely_on_stand_where_the_design_says(document: dict) -> None:
    veil = document["results"][1]
    assert veil["contrast"] == {"group": "Black", "reference": "White", "grouping": "as recorded"}
    assert veil["scope"]["period"] == {"name": "2017", "first": "2017-01-01", "last": "2017-12-31"}
    assert veil["answer"]["estimates"][0]["value"] == -0.116466
    assert veil["answer"]["bands"] == {
        "missing_race": [-0.41, 0.22],
        "benchmark": [],
        "model": [-0.174, -0.001],
        "silence": [],
        "links": [],
    }
    assert veil["answer"]["smallest_visible"] == 1.33
    assert set(veil["answer"]["series"]) == {"dusk", "every_analysis"}
    assert veil["rows_in"] == veil["rows_used"] + sum(excluded["n"] for excluded in veil["excluded"])
    assert set(document["results"][4]["answer"]["refusal"]) == {"reason", "figures", "needed"}
    assert set(document["plan"]) == {
        *("title", "agency", "contact", "reply_asked", "reply"),
        *("sha256", "locked_on", "changes"),
    }


def test_numbers_of_numpy_become_numbers_of_json(finding: Finding) -> None:
    series = Series("made", {"x": tuple(np.arange(2)), "yes": (np.bool_(True), None)})
    answer = Answer((Estimate("ratio", "ratio", np.float64(1.5), np.float32(0.5), 2, np.int64(3)),), 2.0, (), (series,))
    made = doc.to_document(_with_answer(finding, answer))["results"][-1]["answer"]
    assert json.loads(json.dumps(made)) == made
    assert made["estimates"][0]["value"] == 1.5
    assert made["series"]["made"] == {"x": [0, 1], "yes": [True, None]}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_an_error_with_its_id(finding: Finding, bad: float) -> None:
    with pytest.raises(RecordError, match=r"made#ratio\.high is "):
        doc.to_document(_with_answer(finding, Answer((_made(high=bad),), 2.0)))
    with pytest.raises(RecordError, match=r"made#smallest_visible is "):
        doc.to_document(_with_answer(finding, Answer((_made(),), bad)))
    with pytest.raises(RecordError, match=r"made#series\.curve\.share\[1\] is "):
        series = Series("curve", {"share": (0.1, bad)})
        doc.to_document(_with_answer(finding, Answer((_made(),), 2.0, (), (series,))))
    with pytest.raises(RecordError, match=r"made#bands\.model\[0\] is "):
        doc.to_document(_with_answer(finding, Answer((_made(),), 2.0, (Band("model", bad, 1.0, ""),))))


@given(st.floats(), st.floats(), st.floats())
def test_whatever_the_numbers_they_are_written_exactly_or_not_at_all(value: float, low: float, high: float) -> None:
    made = doc.plain(_made(value, low, high), "made") if all(map(math.isfinite, (value, low, high))) else None
    if made is None:
        with pytest.raises(RecordError):
            doc.plain(_made(value, low, high), "made")
    else:
        read = json.loads(json.dumps(made, allow_nan=False))
        assert (read["value"], read["low"], read["high"]) == (value, low, high)


def test_a_number_is_found_by_its_id(document: dict) -> None:
    assert doc.number(document, "doubly_robust/Black-White/all/2017#ratio")["value"] == 1.34


@pytest.mark.parametrize("number_id", ["nothing#ratio", "doubly_robust/Black-White/all/2017#ratios", "ratio", ""])
def test_an_id_that_names_nothing_is_an_error(document: dict, number_id: str) -> None:
    with pytest.raises(RecordError, match="no number"):
        doc.number(document, number_id)


def test_a_claim_on_a_number_that_is_not_there_is_an_error(finding: Finding) -> None:
    claim = replace(finding.claims[0], numbers=("benchmark/Black-White/all/2017#rate",))
    with pytest.raises(RecordError, match="no number 'benchmark/Black-White/all/2017#rate'"):
        doc.to_document(replace(finding, claims=(claim,)))


def test_two_results_of_one_name_are_an_error(finding: Finding) -> None:
    with pytest.raises(RecordError, match="two results"):
        doc.to_document(replace(finding, results=finding.results[:1] * 2, claims=(), explanations=()))


def test_two_bands_over_one_thing_are_an_error(finding: Finding) -> None:
    bands = (Band("model", 1.0, 2.0, ""), Band("model", 1.0, 3.0, ""))
    with pytest.raises(RecordError, match="made: two bands over model"):
        doc.to_document(_with_answer(finding, Answer((_made(),), 2.0, bands)))


def test_a_series_whose_columns_differ_in_length_is_an_error(finding: Finding) -> None:
    series = Series("curve", {"x": (1, 2), "y": (1,)})
    with pytest.raises(RecordError, match=r"made#series\.curve: columns differ"):
        doc.to_document(_with_answer(finding, Answer((_made(),), 2.0, (), (series,))))


def test_reading_names_the_first_place_that_does_not_fit(document: dict, tmp_path: Path) -> None:
    document["results"][0]["answer"]["estimates"][0]["value"] = "three"
    path = doc.write(document, tmp_path)
    with pytest.raises(RecordError, match=r"at results\[0\]\.answer\.estimates\[0\]\.value: 'three' is not"):
        doc.read(path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": NaN}', '{"schema": "evenhand/finding@2"}'])
def test_what_is_not_a_finding_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "finding.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=r"finding\.json"):
        doc.read(path)


def test_a_file_that_is_absent_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot read"):
        doc.read(tmp_path / "absent.json")


def test_a_place_that_cannot_be_written_is_an_error_for_people(document: dict, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"):
        doc.write(document, tmp_path / "file")
