"""Note: the notes that others published hold, ours come out to the byte, and no changed byte passes."""

import contextlib
import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError, ProofError
from evenhand.keep import note

VECTORS = Path(__file__).parent / "vectors"
GO: dict[str, Any] = json.loads((VECTORS / "signed_note.json").read_text(encoding="utf-8"))
VAULT: dict[str, Any] = json.loads((VECTORS / "vault.json").read_text(encoding="utf-8"))
RFC_8032 = json.loads((VECTORS / "rfc8032.json").read_text(encoding="utf-8"))
AT = datetime(2026, 12, 2, 6, tzinfo=UTC)
texts = st.lists(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x24F)), min_size=1).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


def signer(name: str = "desk.example/op-1", kind: int = note.ED25519) -> note.Signer:
    return note.Signer(name, bytes(range(32)), kind)


def test_a_note_of_the_go_library_holds_and_is_written_to_the_byte() -> None:
    # golang.org/x/mod/sumdb/note, note_test.go: its key, its text, its signature
    stored = GO["go"]["note"].encode()
    made = note.parse(stored)
    key = note.read_key(GO["go"]["vkey"])
    note.check(made, [key])
    assert made.bytes == stored
    assert key.text == GO["go"]["vkey"]
    private = note.Signer("PeterNeumann", note.decoded(GO["go"]["skey"].split("+", 4)[4], None)[1:])
    assert note.sign(made.text, [private]).bytes == stored


def test_the_examples_of_c2sp_are_read() -> None:
    assert note.parse(GO["c2sp_note"].encode()).bytes == GO["c2sp_note"].encode()
    cosigned = note.parse(GO["c2sp_cosigned"].encode())
    assert note.read_checkpoint(cosigned, "example.com/behind-the-sofa").size == 20852163
    assert int.from_bytes(cosigned.signatures[1].value[:8], "big") == GO["c2sp_cosigned_at"]


@pytest.mark.parametrize("vector", RFC_8032)
def test_ed25519_is_that_of_rfc_8032(vector) -> None:
    assert note.Signer("any", bytes.fromhex(vector["seed"])).key.public == bytes.fromhex(vector["public"])


def test_the_design_s_checkpoint_comes_out_to_the_byte() -> None:
    checkpoint = note.Checkpoint("report.example.org/ledger", VAULT["size"], note.decoded(VAULT["root"]))
    log = note.Signer("report.example.org/ledger", _seed("example log key"))
    witness = note.Signer("witness.legal.example/w1", _seed("example witness key"), note.COSIGNATURE)
    made = note.add(note.sign(checkpoint.text, [log]), [witness], AT)
    assert made.bytes.decode() == f"{checkpoint.text}\n{VAULT['log_line']}{VAULT['witness_line']}"
    assert (log.key.text, witness.key.text) == (VAULT["log"], VAULT["witness"])
    assert note.read_key(VAULT["witness"]) == witness.key
    assert note.cosigned_at(made, witness.key) == AT


def _seed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@given(texts)
def test_what_is_signed_is_read_back_and_holds(text) -> None:
    text = unicodedata.normalize("NFC", text)
    made = note.sign(text, [signer(), signer("witness.example/w1", note.COSIGNATURE)], AT)
    assert note.parse(made.bytes) == made
    assert note.signed_by(made, signer().key)
    assert note.cosigned_at(made, signer("witness.example/w1", note.COSIGNATURE).key) == AT


@given(st.data())
def test_every_changed_bit_is_refused_or_no_longer_holds(data) -> None:
    stored = note.sign("one\n\ntwo\n", [signer()]).bytes
    place, bit = data.draw(st.integers(0, len(stored) - 1)), data.draw(st.integers(0, 7))
    changed = bytes([*stored[:place], stored[place] ^ 1 << bit, *stored[place + 1 :]])
    with contextlib.suppress(FormatError, ProofError):
        assert not note.signed_by(note.parse(changed), signer().key)


MADE = note.sign("a text\n", [note.Signer("name", bytes(32))]).bytes


@pytest.mark.parametrize("stored", [
    b"",
    b"a text\n",
    MADE[:-1],
    MADE + b"\n",
    MADE + MADE.partition(b"\n\n")[2],
    MADE.replace(b"\n\n", b"\n"),
    MADE.replace(b"\n", b"\r\n"),
    MADE.replace(b"a text", b"a\ttext"),
    MADE.replace(b"a text", b"a\x00text"),
    MADE.replace(b"a text", "a\u0308 text".encode()),
    MADE.replace(b"a text", b"\xff text"),
    MADE.replace("\u2014 ".encode(), b"- "),
    MADE.replace(b" name ", b" na me "),
    MADE.replace(b" name ", b" na+me "),
    MADE.replace(b" name ", b"  "),
    MADE.replace(b"=\n", b"\n"),
    b"a text\n\n" + "\u2014 name AAAAAA==\n".encode(),
])  # fmt: skip
def test_what_is_no_note_is_refused(stored: bytes) -> None:
    with pytest.raises(FormatError):
        note.parse(stored)


def test_a_key_whose_id_is_not_its_own_is_refused() -> None:
    with pytest.raises(FormatError, match="copied wrong"):
        note.read_key(VAULT["log"].replace("bab87518", "bab87519"))
    with pytest.raises(FormatError):
        note.read_key(GO["go"]["wrong_length"])
    with pytest.raises(FormatError, match="31 bytes, expected 32"):
        note.Key("name", note.ED25519, bytes(31))
    assert note.read_key(GO["go"]["unknown_type"]).kind not in note.SIGNATURE_SIZES


def test_a_signature_that_does_not_hold_is_a_fault_and_one_that_is_absent_is_not() -> None:
    made = note.sign("a text\n", [signer()])
    with pytest.raises(ProofError, match="does not hold"):
        note.signed_by(note.Note("another\n", made.signatures), signer().key)
    assert not note.signed_by(made, signer("somebody.else/op-1").key)
    with pytest.raises(ProofError, match="missing"):
        note.check(made, [signer("somebody.else/op-1").key])


def test_a_signature_of_an_unknown_type_is_carried_and_counts_for_nobody() -> None:
    quantum = note.Key("witness.example/w2", note.ML_DSA_44, bytes(1312))
    made = note.sign("a text\n", [signer()])
    both = note.Note(made.text, (*made.signatures, note.Signature(quantum.name, quantum.id, bytes(2420))))
    assert note.parse(both.bytes) == both
    assert not note.signed_by(both, quantum)
    assert note.signed_by(both, signer().key)


def test_a_cosignature_cannot_be_moved_to_another_time() -> None:
    witness = signer("witness.example/w1", note.COSIGNATURE)
    made = note.sign("a text\n", [witness], AT)
    later = bytes([*made.signatures[0].value[:7], made.signatures[0].value[7] ^ 1, *made.signatures[0].value[8:]])
    with pytest.raises(ProofError, match="does not hold"):
        note.cosigned_at(note.Note(made.text, (note.Signature(witness.name, witness.key.id, later),)), witness.key)


def test_signing_again_replaces_the_line_of_that_key() -> None:
    made = note.sign("a text\n", [signer()])
    assert note.add(made, [signer()]) == made


@pytest.mark.parametrize("text", ["no line end", "a\ttext\n", "e\u0301\n"])
def test_a_text_that_no_reader_would_take_is_not_signed(text) -> None:
    with pytest.raises(FormatError):
        note.sign(text, [signer()])


@pytest.mark.parametrize("text", ["ledger\n1\n", "ledger\n01\nAAAA\n", "ledger\n1\nAAAA\n", "ledger\n1\n{}\nmore\n"])
def test_a_checkpoint_has_three_lines_and_no_more(text: str) -> None:
    made = note.Note(text.replace("{}", note.encoded(bytes(32))))
    with pytest.raises(FormatError):
        note.read_checkpoint(made)
