"""The pages agree with what is there: links lead somewhere, and the command that is promised is the one that is run."""

import re
from pathlib import Path

import pytest

from evenhand.cli import COMMANDS

HOUSE = Path(__file__).resolve().parents[2]
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
TESTS = re.compile(r"^readonly TESTS='(.+)'$", re.MULTILINE)
# [words](path#part) to a file of ours: no scheme, not a part of the same page
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
COMMAND = re.compile(r"(?<!import )\bevenhand ([a-z]+)\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_each_link_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_ci_runs_the_readmes_test_command() -> None:
    run = TESTS.search((HOUSE / ".ci" / "run").read_text(encoding="utf-8"))
    assert run
    assert f"    {run[1]}\n" in (HOUSE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_each_command_named_is_one_there_is(page: str) -> None:
    shown = re.findall(r"`[^`]+`|^    .+$", (HOUSE / page).read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for text in shown for name in COMMAND.findall(text)}
    assert named - set(COMMANDS) == set()
