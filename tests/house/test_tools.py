"""The tools that read the code, run as ordinary tests: one command, one verdict."""

import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
IMPORT_LINTER = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=HOUSE, capture_output=True, text=True, check=False)


def passes(*arguments: str) -> None:
    done = run(*arguments)
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing() -> None:
    passes("-m", "ruff", "check")


def test_every_file_is_formatted() -> None:
    passes("-m", "ruff", "format", "--check")


def test_types_hold() -> None:
    # mypy's cache can say of a module made since that its package has no such attribute: a failure is had from scratch
    if run("-m", "mypy").returncode != 0:
        passes("-m", "mypy", "--no-incremental")


def test_imports_point_down() -> None:
    passes("-c", IMPORT_LINTER)
