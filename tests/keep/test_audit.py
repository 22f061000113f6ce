"""Audit: a whole ledger passes every check; each planted fault is found, with words of its own."""

import dataclasses
import random
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import ledgers
import offices
import pytest
import stores
from planted import PLANTED

from evenhand.keep import manifest, note, receipt
from evenhand.keep.audit import FAIL, NOT_CHECKED, OK, Audit, audit

NOW = ledgers.NOW + timedelta(days=3)
TOLD = manifest.digest(ledgers.FIRST).hex()
EVERYTHING = ("ledger", "store", "receipt-0", "receipt-1", "promise", "old")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledgers.make(tmp_path_factory.mktemp("ledger"))


def checked(folder: Path, given: tuple[str, ...] = EVERYTHING, told: str | None = TOLD) -> Audit:
    return audit([folder / name for name in given], NOW, told)


def test_a_whole_ledger_passes_every_check(whole: Path) -> None:
    made = checked(whole)
    assert {check.outcome for check in made.checks} == {OK}, [check for check in made.checks if check.outcome != OK]
    assert made.exit_code == 0
    assert len(made.checks) > 30


def test_faults_are_many_and_each_is_another() -> None:
    assert len(PLANTED) >= 40
    assert len({planted.name for planted in PLANTED}) == len(PLANTED)


@pytest.mark.parametrize("planted", PLANTED, ids=[planted.name for planted in PLANTED])
def test_a_planted_fault_is_found(whole: Path, tmp_path: Path, planted) -> None:
    folder = tmp_path / "ledger"
    shutil.copytree(whole, folder)
    planted.plant(folder)
    made = checked(folder, planted.given)
    failed = [check.why for check in made.checks if check.outcome == FAIL]
    assert failed
    assert made.exit_code == 1
    assert any(re.search(planted.words, why) for why in failed), failed


def test_what_is_missing_is_said_and_never_passed_over(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "ledger", tmp_path / "public")
    shutil.rmtree(tmp_path / "public" / "openings")
    made = audit([tmp_path / "public"], NOW)
    silent = {check.what.rpartition(" ")[2]: check.why for check in made.checks if check.outcome == NOT_CHECKED}
    assert made.exit_code == 0
    assert "desks and witnesses have them" in silent["openings"]
    assert "compare its SHA-256" in silent["1"]
    assert "openings" in silent["kinds"]


def test_a_receipt_without_a_manifest_is_not_said_to_hold(whole: Path) -> None:
    made = checked(whole, ("receipt-0",))
    assert made.exit_code == 2
    assert "no key is known" in made.checks[-1].why
    assert made.checks[-1].outcome == NOT_CHECKED


def test_a_receipt_below_the_quorum_is_kept_and_not_final(whole: Path, tmp_path: Path) -> None:
    text = (whole / "receipt-0").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("\u2014 witness")]
    (tmp_path / "receipt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = audit([tmp_path / "receipt", whole / "ledger" / "manifest" / "1"], NOW, TOLD)
    assert "kept, not yet seen by 1 witnesses" in made.checks[-1].why
    assert made.exit_code == 0


def test_somebody_else_s_manifest_is_told(whole: Path) -> None:
    made = checked(whole, ("ledger",), "00" * 32)
    assert any("somebody else's ledger" in check.why for check in made.checks if check.outcome == FAIL)


@pytest.mark.parametrize("given", ["absent", "empty", "text"])
def test_what_cannot_be_read_ends_with_2(tmp_path: Path, given: str) -> None:
    if given == "empty":
        (tmp_path / given).mkdir()
    if given == "text":
        (tmp_path / given).write_text("hello\n", encoding="utf-8")
    assert audit([tmp_path / given], NOW).exit_code == 2


def promised(name: str, by: date) -> bytes:
    """A promise for something told in `ledgers.make`."""
    commitment = stores.told(name, name.split(maxsplit=1)[0])[0].commitment
    given = by - timedelta(days=2)
    return receipt.promise(receipt.Promise(offices.ORIGIN, commitment, by), given, offices.PROMISE).bytes


def test_a_promise_is_kept_only_by_what_was_seen_in_time(whole: Path, tmp_path: Path) -> None:
    """Acts are in the checkpoint of 62 leaves, seen at 06:00 of the second day; what is due then is in time."""
    shutil.copytree(whole / "ledger", tmp_path / "ledger")
    on = ledgers.NOW.date() + timedelta(days=1)
    (tmp_path / "in-time").write_bytes(promised("act 0", on))
    (tmp_path / "late").write_bytes(promised("act 0", on - timedelta(days=1)))

    def said() -> dict[str, tuple[str, str]]:
        made = audit([tmp_path / name for name in ("ledger", "in-time", "late")], NOW, TOLD)
        checks = [check for check in made.checks if check.what.endswith(" promise")]
        return {Path(check.what).name.split()[0]: (check.outcome, check.why) for check in checks}

    assert said()["in-time"][0] == OK
    # the checkpoint of 41 leaves was seen when it was due, and is without it
    assert said()["late"][0] == FAIL
    assert "of 41 leaves, seen 2026-12-02 06:00" in said()["late"][1]
    for path in [tmp_path / "ledger/checkpoint", *(tmp_path / "ledger/checkpoints").iterdir()]:
        found = note.parse(path.read_bytes())
        ours = tuple(each for each in found.signatures if each.name == offices.ORIGIN)
        path.write_bytes(note.Note(found.text, ours).bytes)
    for name in ("in-time", "late"):
        outcome, why = said()[name]
        assert outcome == NOT_CHECKED
        assert "no witness says that it was in time" in why


def test_a_broken_receipt_is_blamed_on_nothing_else(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes((whole / "receipt-0").read_bytes()[:300])
    made = audit([whole / "ledger", whole / "promise", tmp_path / "cut"], NOW, TOLD)
    assert [check.what for check in made.checks if check.outcome == FAIL] == [f"{tmp_path / 'cut'} receipt"]


def test_a_root_that_did_not_sign_is_told(tmp_path: Path) -> None:
    second = dataclasses.replace(offices.first(), version=2, previous=manifest.digest(ledgers.FIRST), labels=())
    for desks, told in ((("civil-rights",), []), (("legal",), ["manifest 2"])):
        for version, signed in ((1, ledgers.FIRST), (2, offices.signed(second, *desks))):
            (tmp_path / str(version)).write_bytes(signed.bytes)
        checks = audit([tmp_path / "1", tmp_path / "2"], NOW, TOLD).checks
        assert [check.what for check in checks if check.outcome == NOT_CHECKED] == told
    assert "its root lost: that they waited 30 days is in no file" in checks[-2].why


def test_what_belongs_to_no_store_is_told(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "whole")
    for name in ("store/.length.new", "ledger/.checkpoint.new"):
        (tmp_path / "whole" / name).write_bytes(b"")
    assert {check.outcome for check in checked(tmp_path / "whole", ("ledger", "store")).checks} == {OK}
    (tmp_path / "whole/store/codes.txt").write_bytes(b"")
    (line,) = (check for check in checked(tmp_path / "whole", ("ledger", "store")).checks if check.outcome != OK)
    assert (line.outcome, line.why.rpartition("; ")[2]) == (NOT_CHECKED, "codes.txt: no part of a store")


def test_what_was_told_is_a_digest(whole: Path) -> None:
    why = [check.why for check in checked(whole, ("ledger",), "SHA256-OF-MANIFEST-1").checks if check.outcome == FAIL]
    assert why == ["what you were told is no SHA-256: expected 64 hexadecimal digits, as `sha256sum` writes them"]


def test_a_promise_that_is_not_due_is_neither_kept_nor_broken(whole: Path, tmp_path: Path) -> None:
    by = (NOW + timedelta(days=2)).date()
    made = receipt.promise(receipt.Promise(offices.ORIGIN, bytes(32), by), NOW.date(), offices.PROMISE)
    (tmp_path / "promise").write_bytes(made.bytes)
    checks = audit([whole / "ledger", tmp_path / "promise"], NOW, TOLD).checks
    (line,) = (check for check in checks if "promise" in check.what)
    assert (line.outcome, line.why) == (NOT_CHECKED, f"signed, and not due before {by} 06:00 UTC")


@pytest.mark.parametrize("every", [61, pytest.param(1, marks=pytest.mark.nightly)])
def test_no_flipped_bit_of_a_ledger_of_64_leaves_passes(whole: Path, tmp_path: Path, every: int) -> None:
    shutil.copytree(whole / "ledger", tmp_path / "ledger")
    for path, at, bit in ledgers.flipped(tmp_path / "ledger", every, random.Random(20261202)):
        # a changed name of a witness makes it a stranger's line: then its seeing is no longer checked, and that is said
        assert {check.outcome for check in checked(tmp_path, ("ledger",)).checks} != {OK}, (path, at, bit)
    assert {check.outcome for check in checked(tmp_path, ("ledger",)).checks} == {OK}
