"""The tools that read the code, run as ordinary tests: one command, one verdict."""

import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
IMPORT_LINTER = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"


def passes(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing() -> None:
    passes("-m", "ruff", "check")


def test_every_file_is_formatted() -> None:
    passes("-m", "ruff", "format", "--check")


def test_types_hold() -> None:
    passes("-m", "mypy")


def test_imports_point_down() -> None:
    passes("-c", IMPORT_LINTER)
