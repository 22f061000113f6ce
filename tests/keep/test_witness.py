"""Witness: it signs what continues what it has seen, and keeps the proof when something does not."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import offices
import pytest

from evenhand.errors import FormatError, OutOfStepError, OutputError, ProofError
from evenhand.keep import note, tree, witness
from evenhand.keep.witness import Witness

NOW = datetime(2026, 12, 2, 6, 1, tzinfo=UTC)
LEAVES = [hashlib.sha256(str(at).encode()).digest() for at in range(40)]
OTHER = [hashlib.sha256(f"other {at}".encode()).digest() for at in range(40)]


def signed(leaves: list[bytes], log: note.Signer = offices.LOG) -> note.Note:
    return note.sign(note.Checkpoint(log.name, len(leaves), tree.root(leaves)).text, [log])


@pytest.fixture
def watching(tmp_path: Path) -> Witness:
    return Witness(tmp_path, offices.WITNESS, offices.LOG.key)


def test_it_signs_what_continues_what_it_has_seen(watching: Witness) -> None:
    first = watching.cosign(NOW, 0, (), signed(LEAVES[:10]))
    assert note.cosigned_at(first, offices.WITNESS.key) == NOW
    again = watching.cosign(NOW, 10, (), signed(LEAVES[:10]))
    assert again == first
    more = watching.cosign(NOW, 10, tree.consistency(10, LEAVES), signed(LEAVES))
    assert note.signed_by(more, offices.WITNESS.key)
    seen = watching.seen()
    assert seen is not None
    assert (seen.size, seen.root) == (40, tree.root(LEAVES))


def test_it_says_which_size_it_has_seen(watching: Witness) -> None:
    watching.cosign(NOW, 0, (), signed(LEAVES[:10]))
    for old in (0, 9, 11):
        with pytest.raises(OutOfStepError, match="seen a ledger of 10 leaves") as step:
            watching.cosign(NOW, old, (), signed(LEAVES))
        assert step.value.size == 10


@pytest.mark.parametrize(
    "leaves", [OTHER[:10], [*OTHER[:1], *LEAVES[1:]], LEAVES[:9]], ids=["same", "longer", "shorter"]
)
def test_two_histories_are_kept_as_a_proof_with_both_signatures(watching: Witness, leaves: list[bytes]) -> None:
    watching.cosign(NOW, 0, (), signed(LEAVES[:10]))
    path = tree.consistency(10, leaves) if len(leaves) > 10 else ()
    old = "" if len(leaves) >= 10 else ": it may be an old copy, so fetch it again"
    with pytest.raises(ProofError, match=f"does not continue the one of 10 that was signed before{old}"):
        watching.cosign(NOW, 10, path, signed(leaves))
    (proof,) = watching.folder.glob("fork-*.txt")
    text = proof.read_text(encoding="utf-8")
    assert text.count(f"{note.DASH}{offices.ORIGIN} ") == 2
    seen = watching.seen()
    assert seen is not None
    assert seen.size == 10


def test_it_signs_with_no_clock_that_went_back(watching: Witness) -> None:
    watching.cosign(NOW, 0, (), signed(LEAVES[:10]))
    path = tree.consistency(10, LEAVES)
    with pytest.raises(
        ProofError, match="this clock says 2026-12-01 06:01, and this witness signed at 2026-12-02 06:01"
    ):
        watching.cosign(NOW - timedelta(days=1), 10, path, signed(LEAVES))
    seen = watching.seen()
    assert seen is not None
    assert seen.size == 10
    watching.cosign(NOW, 10, path, signed(LEAVES))


def test_it_signs_nothing_that_the_log_did_not(watching: Witness) -> None:
    with pytest.raises(ProofError, match="not signed by"):
        watching.cosign(NOW, 0, (), signed(LEAVES, offices.signer(offices.ORIGIN, "another key")))
    with pytest.raises(ProofError, match="another ledger"):
        watching.cosign(NOW, 0, (), signed(LEAVES, offices.signer("other.example/ledger")))
    with pytest.raises(ProofError, match="nothing to continue"):
        watching.cosign(NOW, 0, (bytes(32),), signed(LEAVES))
    assert watching.seen() is None


def test_what_it_has_seen_is_on_its_disk_before_it_signs(watching: Witness, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OutputError("full")

    monkeypatch.setattr(witness, "put", full)
    with pytest.raises(OutputError):
        watching.cosign(NOW, 0, (), signed(LEAVES))
    assert watching.seen() is None


def test_a_state_of_another_ledger_is_refused(watching: Witness) -> None:
    watching.cosign(NOW, 0, (), signed(LEAVES))
    other = Witness(watching.folder, offices.WITNESS, offices.signer("other.example/ledger").key)
    watching.path.rename(other.path)
    with pytest.raises(ProofError, match="of another ledger"):
        other.seen()


def test_a_witness_needs_a_key_that_says_when(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="type 0x04"):
        Witness(tmp_path, offices.LOG, offices.LOG.key)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_a_day_off_is_found(watching: Witness, days: int) -> None:
    cosigned = watching.cosign(NOW, 0, (), signed(LEAVES))
    witness.check_clock(cosigned, offices.WITNESS.key, NOW + timedelta(hours=23))
    with pytest.raises(ProofError, match="a day or more from our clock"):
        witness.check_clock(cosigned, offices.WITNESS.key, NOW + timedelta(days=days))
    with pytest.raises(ProofError, match="without its signature"):
        witness.check_clock(signed(LEAVES), offices.WITNESS.key, NOW)
