"""The verifier on ledgers that the package made: it takes a whole one, and each fault that was planted shows in a line.

Its own tests make ledgers without the package; these are the only ones where the two programs meet.
"""

import importlib.util
import random
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import ledgers
import pytest
from planted import PLANTED

from evenhand.keep import manifest

VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "evenhand_verify.py"
NOW = (ledgers.NOW + timedelta(days=3)).timestamp()
TOLD = manifest.digest(ledgers.FIRST).hex()
EVERYTHING = ("ledger", "store", "receipt-0", "receipt-1", "promise", "old")


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evenhand_verify_planted", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledgers.make(tmp_path_factory.mktemp("ledger"))


def lines(verifier: ModuleType, capsys, folder: Path, given: tuple[str, ...]) -> tuple[int, list[str]]:
    capsys.readouterr()
    ended = verifier.main(["--first", TOLD, *(str(folder / name) for name in given)], NOW)
    return ended, capsys.readouterr().out.splitlines()


def test_it_takes_a_whole_ledger_that_the_package_made(verifier, whole: Path, capsys) -> None:
    ended, said = lines(verifier, capsys, whole, EVERYTHING)
    assert ended == 0
    assert [line for line in said if not line.startswith("ok ")] == []
    assert len(said) > 50


@pytest.mark.parametrize("planted", PLANTED, ids=[planted.name for planted in PLANTED])
def test_a_planted_fault_shows(verifier, whole: Path, tmp_path: Path, capsys, planted) -> None:
    folder = tmp_path / "ledger"
    shutil.copytree(whole, folder)
    planted.plant(folder)
    ended, said = lines(verifier, capsys, folder, planted.given)
    failed = [line for line in said if line.startswith("FAIL")]
    assert bool(failed) == (ended == 1)
    # what is only missing is not a lie: it is told, and does not pass for checked
    assert failed or [line for line in said if line.startswith("not checked")]
    assert failed or planted.missing, said


@pytest.mark.parametrize("every", [61, pytest.param(1, marks=pytest.mark.nightly)])
def test_no_flipped_bit_of_a_ledger_of_64_leaves_passes(
    verifier, whole: Path, tmp_path: Path, capsys, every: int
) -> None:
    shutil.copytree(whole / "ledger", tmp_path / "ledger")
    for path, at, bit in ledgers.flipped(tmp_path / "ledger", every, random.Random(20261203)):
        _, said = lines(verifier, capsys, tmp_path, ("ledger",))
        assert [line for line in said if not line.startswith("ok ")], (path, at, bit)
