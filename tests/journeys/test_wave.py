"""The wave: a mailbox sheet to two findings and a bulletin, simulated and said to be, the truth on the last page."""

import json
from pathlib import Path

import pytest

from evenhand.cli import main
from evenhand.tell import backing, words
from evenhand.tell import document as doc

STEPS = ("1-mailbox", "2-canvass")
# Methods whose claims may reach level 3: everyone on a roster was asked.
ASKED_EVERYONE = "canvass"


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `evenhand demo --wave` writes."""
    folder = tmp_path_factory.mktemp("wave")
    assert main(["demo", "--wave", "--out", str(folder), "--quiet"]) == 0
    return folder


def finding(wave: Path, step: str) -> dict:
    return doc.read(wave / step)


def pages(wave: Path) -> list[Path]:
    return [*sorted(wave.glob("*/*.html")), wave / "3-truth.html"]


def test_each_step_has_its_page_statement_and_bulletin(wave) -> None:
    names = {"finding.json", "index.html", "statement.html", "statement.txt", "bulletin.html", "bulletin.txt"}
    for step in STEPS:
        assert names <= {path.name for path in (wave / step).iterdir()}


def test_every_page_says_that_it_is_simulated(wave) -> None:
    assert len(pages(wave)) == 7
    for page in pages(wave):
        assert "Simulated: nobody was stopped" in page.read_text("utf-8"), page.name


def test_what_was_planted_stands_on_the_last_page_and_nowhere_else(wave) -> None:
    sealed = json.loads((wave / "sheets" / "truth.json").read_text("utf-8"))
    assert sealed["story"] in (wave / "3-truth.html").read_text("utf-8")
    for page in pages(wave)[:-1]:
        assert sealed["story"] not in page.read_text("utf-8")


def test_reports_stay_at_level_2_and_a_canvass_at_3(wave) -> None:
    for step in STEPS:
        for claim in finding(wave, step)["claims"]:
            assert claim["level"] <= (3 if claim["kind"] == ASKED_EVERYONE else 2), claim["id"]


def test_every_numeral_of_every_page_is_a_number_of_its_finding(wave) -> None:
    for step in STEPS:
        document = finding(wave, step)
        for name in ("index.html", "statement.html"):
            html = (wave / step / name).read_text("utf-8")
            assert backing.unbacked(html, document) == [], f"{step}/{name}"
            assert words.forbidden(backing.visible_text(html)[0]) == []
        assert backing.unbound(document) == []


def test_every_question_of_the_plan_is_answered_or_refused_with_a_reason_and_a_sentence(wave) -> None:
    for step in STEPS:
        document = finding(wave, step)
        assert document["plan"]["locked_on"]
        for result in document["results"]:
            if "refusal" in result["answer"]:
                assert result["answer"]["refusal"]["reason"]
                assert any("What can be said" in claim["text"] for claim in document["claims"])


def test_nobody_who_told_can_be_read_of_in_what_is_told(wave) -> None:
    accounts = (wave / "sheets" / "complaints.csv").exists() or (wave / "sheets" / "complaints.xlsx").exists()
    assert accounts
    for page in pages(wave):
        text = page.read_text("utf-8")
        assert "555-01" not in text
        assert "[name]" not in text


def test_the_bulletin_prints_no_exact_count(wave) -> None:
    document = finding(wave, "1-mailbox")
    told = next(result for result in document["results"] if result["method"] == "unanimity")
    counts = {each["quantity"]: each["value"] for each in told["answer"]["estimates"]}
    text = (wave / "1-mailbox" / "bulletin.txt").read_text("utf-8")
    for quantity in ("encounters", "in_group"):
        if counts[quantity] % 5:
            assert f" {counts[quantity]:.0f} " not in text


def test_the_truth_page_holds_each_answer_against_what_was_planted(wave) -> None:
    html = (wave / "3-truth.html").read_text("utf-8")
    visible = " ".join(backing.visible_text(html))
    assert "holds it" in visible
    assert "How many times as frequent encounters became" in visible


def test_the_same_wave_again_says_the_same(wave, tmp_path) -> None:
    from evenhand.flow import wave as flow

    flow.demonstrate(tmp_path)
    for step in STEPS:
        before, after = ((place / step / "finding.json").read_bytes() for place in (wave, tmp_path))
        assert before == after
