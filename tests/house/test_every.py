"""Nothing stands alone: each method, gate, reader, dependency and file has what the house promises beside it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from evenhand.weigh import METHODS

HOUSE = Path(__file__).resolve().parents[2]
SOURCE = HOUSE / "src" / "evenhand"
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
DECISIONS = sorted((HOUSE / "docs" / "decisions").glob("*.md"))

# a decision is found by its number and never edited: 0001-the-house.md, `# 0001 The house`, a date
DECISION_NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
DECISION_DATE = re.compile(r"^(?:Decided )?\d{4}-\d{2}-\d{2}\b", re.MULTILINE)
# PEP 508: the name ends where the extras, the version, the marker or the URL begins
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9]")


def modules(folder: str) -> list[str]:
    return sorted(file.stem for file in (SOURCE / folder).glob("*.py") if file.stem != "__init__")


def dependencies() -> list[str]:
    project = PROJECT["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    names = {REQUIREMENT.match(line).group() for group in groups for line in group}  # type: ignore[union-attr]  # PEP 508
    return sorted(names - {project["name"]})


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_a_test(method: str) -> None:
    assert (HOUSE / f"tests/weigh/methods/test_{method}.py").is_file()


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_a_world_with_a_planted_answer(method: str) -> None:
    assert (HOUSE / f"tests/worlds/test_{method}.py").is_file()


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_a_page(method: str) -> None:
    assert (HOUSE / f"docs/methods/{method}.md").is_file()


def test_each_method_file_is_a_method_by_name() -> None:
    assert {place.partition(":")[0] for place in METHODS.values()} == set(modules("weigh/methods"))


@pytest.mark.parametrize("gate", modules("weigh/gates"))
def test_each_gate_has_a_test(gate: str) -> None:
    assert (HOUSE / f"tests/weigh/gates/test_{gate}.py").is_file()


@pytest.mark.parametrize("reader", modules("hear/agencies"))
def test_each_agency_has_a_page(reader: str) -> None:
    assert (HOUSE / f"docs/agencies/{reader}.md").is_file()


@pytest.mark.parametrize("name", dependencies())
def test_each_dependency_is_argued_for_in_a_decision(name: str) -> None:
    assert any(f"`{name}`" in page.read_text(encoding="utf-8") for page in DECISIONS), (
        f"no page of docs/decisions names `{name}`: what it replaces, who maintains it, what it pulls in"
    )


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_each_decision_is_numbered_and_dated(page: Path) -> None:
    named = DECISION_NAME.fullmatch(page.name)
    text = page.read_text(encoding="utf-8")
    assert named, "expected NNNN-words-of-it.md"
    assert text.startswith(f"# {named[1]} ")
    assert DECISION_DATE.search(text), "expected a line that begins with the date, YYYY-MM-DD"


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert numbers == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda file: str(file.relative_to(SOURCE)))
def test_each_file_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_the_house_page_lists_every_file_and_no_other() -> None:
    page = (HOUSE / "docs" / "house.md").read_text(encoding="utf-8")
    listed = re.findall(r"^    (\S+\.\S+)  ", page, re.MULTILINE)
    there = {file.relative_to(SOURCE).as_posix() for file in SOURCE.rglob("*.*") if "__pycache__" not in file.parts}
    assert len(listed) == len(set(listed)), "a file is listed twice"
    assert there - set(listed) == set(), "add a line for each to docs/house.md"
    assert set(listed) - there == set(), "docs/house.md lists what is not there"
