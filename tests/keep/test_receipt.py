"""Receipt: the design's promise and receipt to the byte, and none that was tampered with passes."""

import contextlib
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, ProofError
from evenhand.keep import leaf, note, receipt, tree

VECTORS = Path(__file__).parent / "vectors"
VAULT = json.loads((VECTORS / "vault.json").read_text(encoding="utf-8"))
RECEIPT = (VECTORS / "receipt.tlog-proof").read_bytes()
LOG, PROMISE_KEY, WITNESS = (note.read_key(VAULT[name]) for name in ("log", "promise_key", "witness"))
ORIGIN = "report.example.org/ledger"
OPENING = leaf.parse(VAULT["opening"].encode())


def signer(name: str, words: str, kind: int = note.ED25519) -> note.Signer:
    return note.Signer(name, hashlib.sha256(words.encode()).digest(), kind)


def openings() -> list[leaf.Opening]:
    covers = [leaf.Opening("cover", hashlib.sha256(f"example cover {at}".encode()).digest()) for at in range(64)]
    return [*covers[:37], OPENING, *covers[38:]]


def test_the_design_s_promise_comes_out_to_the_byte() -> None:
    made = receipt.Promise(ORIGIN, leaf.commitment(OPENING), date(2026, 12, 3))
    signed = receipt.promise(made, date(2026, 12, 1), signer(f"{ORIGIN}/promise", "example promise key"))
    assert signed.bytes.decode() == VAULT["promise"]
    assert receipt.read_promise(note.parse(VAULT["promise"].encode()), PROMISE_KEY) == made


def test_the_design_s_receipt_comes_out_to_the_byte() -> None:
    hashes = [tree.leaf_hash(leaf.entry(opening)) for opening in openings()]
    checkpoint = note.sign(note.Checkpoint(ORIGIN, 64, tree.root(hashes)).text, [signer(ORIGIN, "example log key")])
    witness = signer("witness.legal.example/w1", "example witness key", note.COSIGNATURE)
    checkpoint = note.add(checkpoint, [witness], datetime(2026, 12, 2, 6, tzinfo=UTC))
    made = receipt.Proof(OPENING, 37, tree.inclusion(37, hashes), checkpoint)
    assert made.bytes == RECEIPT
    # VAULT 3.6
    assert hashlib.sha256(made.bytes).hexdigest() == "fd7cd4fb006ab4292046208d584e65361090cb68e1ef1e75f8b17f499cc9e5ba"
    assert receipt.read_proof(RECEIPT) == made
    assert receipt.check_proof(made, LOG, [WITNESS]) == 1
    assert receipt.check_proof(made, LOG) == 0


@given(st.integers(0, len(RECEIPT) - 1), st.integers(0, 7))
def test_every_changed_bit_of_a_receipt_is_found(place, bit) -> None:
    changed = bytes([*RECEIPT[:place], RECEIPT[place] ^ 1 << bit, *RECEIPT[place + 1 :]])
    with contextlib.suppress(FormatError, ProofError):
        # another name in the witness's line makes it a line of somebody unknown
        assert receipt.check_proof(receipt.read_proof(changed), LOG, [WITNESS]) == 0


def test_a_receipt_of_another_ledger_or_log_is_refused() -> None:
    proof = receipt.read_proof(RECEIPT)
    with pytest.raises(ProofError, match="checkpoint of another ledger"):
        receipt.check_proof(proof, signer("other.example/ledger", "example log key").key)
    with pytest.raises(ProofError, match="not signed by"):
        receipt.check_proof(proof, signer(ORIGIN, "another log key").key)


@pytest.mark.parametrize("change", [
    lambda text: text.partition(b"\n\n")[0],
    lambda text: text.replace(b"tlog-proof@v1", b"tlog-proof@v2"),
    lambda text: text.replace(b"index 37", b"index 037"),
    lambda text: text.replace(b"index 37\n", b""),
    lambda text: text.replace(b"index 37\n", b"index 37\nindex 37\n"),
    lambda text: text + b"\n",
    lambda text: text.replace(b"ledger\n64\n", b"ledger\n64\nextension\n", 1),
])  # fmt: skip
def test_what_is_no_receipt_is_refused(change) -> None:
    with pytest.raises(FormatError):
        receipt.read_proof(change(RECEIPT) if change(RECEIPT) != RECEIPT else b"unchanged")


def test_a_path_with_a_hash_to_spare_or_one_too_few_is_refused() -> None:
    proof = receipt.read_proof(RECEIPT)
    for path in (proof.path[:-1], (*proof.path, bytes(32))):
        with pytest.raises(ProofError, match="hashes than the tree has levels"):
            receipt.check_proof(receipt.Proof(proof.opening, proof.index, path, proof.checkpoint), LOG)


@pytest.mark.parametrize("by", [date(2026, 12, 1), date(2026, 11, 30), date(2026, 12, 4)])
def test_no_promise_is_made_for_a_day_past_or_too_far(by: date) -> None:
    made = receipt.Promise(ORIGIN, bytes(32), by)
    with pytest.raises(FormatError, match="expected one of the next 2 days"):
        receipt.promise(made, date(2026, 12, 1), signer(f"{ORIGIN}/promise", "example promise key"))


def test_a_promise_of_another_key_is_refused() -> None:
    with pytest.raises(ProofError, match="not signed by"):
        receipt.read_promise(note.parse(VAULT["promise"].encode()), LOG)


def test_a_promise_is_broken_only_past_its_time_and_without_its_leaf() -> None:
    made = receipt.Promise(ORIGIN, leaf.commitment(OPENING), date(2026, 12, 3))
    entries = [leaf.entry(opening) for opening in openings()]
    without = [entry for entry in entries if entry != leaf.entry(OPENING)]
    due = datetime(2026, 12, 3, 6, tzinfo=UTC)
    assert not receipt.is_broken(made, entries, due)
    assert receipt.is_broken(made, without, due)
    assert not receipt.is_broken(made, without, datetime(2026, 12, 3, 5, 59, 59, tzinfo=UTC))
    with pytest.raises(ProofError, match="without a zone"):
        receipt.is_broken(made, without, datetime(2026, 12, 3, 6))  # the fault under test


def test_a_receipt_among_100_000_leaves_is_under_3_kilobytes() -> None:
    hashes = [hashlib.sha256(str(at).encode()).digest() for at in range(100_000)]
    hashes[70_001] = tree.leaf_hash(leaf.entry(OPENING))
    checkpoint = note.sign(note.Checkpoint(ORIGIN, 100_000, tree.root(hashes)).text, [signer(ORIGIN, "log")])
    made = receipt.Proof(OPENING, 70_001, tree.inclusion(70_001, hashes), checkpoint)
    receipt.check_proof(made, signer(ORIGIN, "log").key)
    assert len(made.bytes) < 3_000
