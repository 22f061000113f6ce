"""A stranger's way: a file of one's own, heard, planned, locked, weighed and told, by the commands of the README."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.cli import main

README = Path(__file__).resolve().parents[2] / "README.md"
PLAN = """
title = "Stops of a simulated city, 2017"
agency = "a simulated agency"
place = "precinct"

[[source]]
path = "stops.parquet"
reader = "heard"

[[contrast]]
group = "BLACK"
reference = "WHITE"

[[method]]
name = "veil_of_darkness"

[[method]]
name = "outcome_test"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a simulated agency's file, as an agency might send it."""
    folder = tmp_path_factory.mktemp("office")
    arguments = ["simulate", "visibility", "--rows", "20000", "--set", "veil=2.0", "--set", "seed=5"]
    assert main([*arguments, "--out", str(folder / "stops.csv"), "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def heard(folder: Path) -> Path:
    stops = folder / "stops.parquet"
    said = ["--timezone", "America/Chicago", "--publisher", "evenhand simulate", "--public"]
    assert main(["hear", str(folder / "stops.csv"), "--reader", "open_policing", *said, "--out", str(stops)]) == 0
    return stops


@pytest.fixture(scope="module")
def finding(heard: Path) -> Path:
    folder = heard.parent
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    assert main(["plan", "lock", str(folder / "plan.toml"), "--quiet"]) == 0
    assert main(["weigh", str(folder / "plan.toml"), "--out", str(folder / "finding"), "--quiet"]) == 0
    assert main(["tell", str(folder / "finding"), "--quiet"]) == 0
    return folder / "finding"


def test_the_planted_answer_comes_back(finding: Path) -> None:
    document = json.loads((finding / "finding.json").read_text(encoding="utf-8"))
    veil = next(result for result in document["results"] if result["method"] == "veil_of_darkness")
    ratio = next(found for found in veil["answer"]["estimates"] if found["quantity"] == "veil_ratio")
    # one world: its 95 % interval may miss, but not by as much as no effect at all
    assert ratio["low"] > 1.2
    assert ratio["low"] < 2.0 * 1.25
    assert ratio["high"] > 2.0 / 1.25


def test_rows_that_nobody_called_public_are_marked_and_end_with_3(
    folder: Path, finding: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = ["--timezone", "America/Chicago"]
    heard = tmp_path / "stops.parquet"
    assert main(["hear", str(folder / "stops.csv"), "--reader", "open_policing", *zone, "--out", str(heard)]) == 0
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    assert main(["weigh", str(tmp_path / "plan.toml"), "--out", str(tmp_path), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["tell", str(tmp_path), "--quiet"]) == 3
    assert "not cleared for release" in capsys.readouterr().err
    assert "ot cleared for release" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "ot cleared for release" not in (finding / "index.html").read_text(encoding="utf-8")


def test_what_cannot_be_asked_is_refused_and_said(finding: Path) -> None:
    document = json.loads((finding / "finding.json").read_text(encoding="utf-8"))
    outcome = next(result for result in document["results"] if result["method"] == "outcome_test")
    assert outcome["answer"]["refusal"]["reason"]
    assert any("cannot be said from these records" in claim["text"] for claim in document["claims"])


def test_the_page_holds_no_number_that_is_not_in_the_finding(finding: Path) -> None:
    from evenhand.tell import backing, document, words

    read = document.read(finding)
    for name in ("index.html", "statement.html", "statement.txt"):
        text = (finding / name).read_text(encoding="utf-8")
        assert backing.unbacked(text, read) == []
        assert words.forbidden(backing.visible_text(text)[0]) == []


def test_the_locked_plan_stands_in_the_finding_and_a_change_is_printed(
    finding: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = finding.parent / "plan.toml"
    plan.write_text(PLAN.replace('name = "outcome_test"', 'name = "robust_outcome_test"'), encoding="utf-8")
    assert main(["weigh", str(plan), "--out", str(finding.parent / "changed")]) == 0
    assert 'changed since the plan was locked: +name = "robust_outcome_test"' in capsys.readouterr().err
    document = json.loads((finding.parent / "changed" / "finding.json").read_text(encoding="utf-8"))
    assert document["plan"]["changes"][0].startswith("locked as sha256 ")
    assert '-name = "outcome_test"' in document["plan"]["changes"]


def test_the_readmes_ten_lines_weigh_the_veil_on_that_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _python_of(README)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    code = code.replace('place="county"', 'place="precinct"').replace("America/New_York", "America/Chicago")
    monkeypatch.chdir(folder)
    exec(compile(code, "README.md", "exec"), {})
    assert "quantity='is_dark'" in capsys.readouterr().out


def test_every_command_of_the_readme_is_one_we_have(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for command in re.findall(r"uv run evenhand (\w+)", README.read_text(encoding="utf-8")):
        assert f"    {command} " in shown


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must fail with this code and one sentence; the sentence."""

    def run(code: int, *arguments: str) -> str:
        assert main(list(arguments)) == code
        said = capsys.readouterr()
        assert said.out == ""
        assert "Traceback" not in said.err
        (sentence,) = said.err.strip().splitlines()
        return sentence

    return run


def test_bad_input_ends_with_one_sentence_and_nothing_half_written(folder: Path, tmp_path: Path, refused) -> None:
    out = tmp_path / "out.parquet"
    empty = tmp_path / "empty.csv"
    empty.touch()
    hear = ("hear", str(empty), "--reader", "open_policing", "--timezone", "America/Chicago", "--out", str(out))
    assert "empty" in refused(1, *hear)
    assert "which reader?" in refused(1, "hear", str(folder / "stops.csv"))
    assert "not known" in refused(1, "hear", str(folder / "stops.csv"), "--reader", "stanford")
    assert "no plan at" in refused(1, "weigh", str(tmp_path / "none.toml"))
    assert "finding.json" in refused(1, "tell", str(tmp_path))
    assert list(tmp_path.iterdir()) == [empty]


def test_a_month_missing_is_refused_by_the_benchmark_with_the_month(tmp_path: Path) -> None:
    stops, out = tmp_path / "stops.csv", tmp_path / "stops.parquet"
    world = ["--rows", "12000", "--set", "missing_month=5", "--out", str(stops), "--quiet"]
    assert main(["simulate", "visibility", *world]) == 0
    zone = ["--timezone", "America/Chicago", "--out", str(out), "--quiet"]
    assert main(["hear", str(stops), "--reader", "open_policing", *zone]) == 0
    (tmp_path / "people.csv").write_text("precinct,BLACK,WHITE\n" + "".join(f"{n},900,900\n" for n in range(1, 6)))
    benchmark = '[[benchmark]]\nname = "residents"\npath = "people.csv"\nkey = "precinct"\n\n'
    method = '[[method]]\nname = "benchmark"\n'
    (tmp_path / "plan.toml").write_text(PLAN.partition("[[method]]")[0] + benchmark + method, encoding="utf-8")
    assert main(["weigh", str(tmp_path / "plan.toml"), "--out", str(tmp_path), "--quiet"]) == 4
    document = json.loads((tmp_path / "finding.json").read_text(encoding="utf-8"))
    refusal = document["results"][0]["answer"]["refusal"]
    assert "2017-05" in str(refusal)
    assert [source["id"] for source in document["sources"]] == ["stops", "benchmark-residents"]


def test_wrong_arguments_are_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "burn", "plan.toml"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_plan_that_is_refused_whole_ends_with_4(heard: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    text = PLAN.replace('path = "stops.parquet"', f'path = "{heard}"').replace(
        'name = "veil_of_darkness"', 'name = "robust_outcome_test"'
    )
    plan.write_text(text, encoding="utf-8")
    assert main(["weigh", str(plan), "--out", str(tmp_path / "finding"), "--quiet"]) == 4
    assert (tmp_path / "finding" / "finding.json").exists()


def test_a_folder_that_cannot_be_written_is_said_before_any_work(heard: Path, tmp_path: Path, refused) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    plan = heard.parent / "plan.toml"
    assert "cannot be written to" in refused(1, "weigh", str(plan), "--out", str(blocked / "finding"))


def _python_of(page: Path) -> str:
    found = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)
