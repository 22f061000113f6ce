"""Keyring: a desk's keys are never unlocked on a disk, no key is written over, and the wrong file says what it has."""

import stat
from pathlib import Path

import offices
import pytest

from evenhand.errors import FormatError, NotSealedToUsError, ProofError
from evenhand.keep import code, keyring, note
from evenhand.keep.keyring import Keyring, Secret

RING = Keyring((
    Secret("operator", "civil-rights/op-1", offices.seed("operator")),
    Secret("facts", "civil-rights", offices.seed("new facts")),
    Secret("facts", "civil-rights", offices.seed("old facts")),
))  # fmt: skip
SERVER = Keyring((Secret("log", offices.ORIGIN, offices.seed("example log key")),))


def unasked() -> str:
    raise AssertionError("a passphrase was asked for")


def test_a_locked_keyring_opens_with_its_passphrase_and_is_an_age_file(tmp_path: Path) -> None:
    keyring.save(tmp_path / "op-1.keyring", RING, "correct horse")
    stored = (tmp_path / "op-1.keyring").read_bytes()
    assert stored.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert b"secret" not in stored
    assert keyring.load(tmp_path / "op-1.keyring", lambda: "correct horse") == RING
    with pytest.raises(NotSealedToUsError, match="does not open this keyring"):
        keyring.load(tmp_path / "op-1.keyring", lambda: "wrong horse")


def test_a_server_s_key_is_its_user_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    keyring.save(path, SERVER, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyring.load(path, unasked).signer("log") == offices.LOG
    path.chmod(0o640)
    with pytest.raises(FormatError, match="may be read by other users"):
        keyring.load(path, unasked)


def test_a_desk_s_key_is_never_written_unlocked_nor_any_written_over(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="never written without a passphrase"):
        keyring.save(tmp_path / "op-1.keyring", RING, None)
    assert not list(tmp_path.iterdir())
    keyring.save(tmp_path / "log.key", SERVER, None)
    with pytest.raises(ProofError, match="never written over"):
        keyring.save(tmp_path / "log.key", SERVER, None)


def test_newer_keys_come_first_and_older_ones_stay() -> None:
    newer = RING.add(Secret("facts", "civil-rights", offices.seed("newest")))
    assert newer.identities("facts") == [code.identity(offices.seed(f)) for f in ("newest", "new facts", "old facts")]
    assert newer.identities("story") == []


def test_a_key_signs_as_what_it_is() -> None:
    ring = Keyring((Secret("witness", "w.example/w1", offices.seed("w")),))
    assert ring.signer("witness").kind == note.COSIGNATURE
    with pytest.raises(FormatError, match="has no log key: it has witness"):
        ring.signer("log")


@pytest.mark.parametrize("text", [
    b"", b"evenhand/keyring/2\n", b"evenhand/keyring/1\nsecret boss name AAAA\n", SERVER.text + b"more\n",
    SERVER.text.replace(b"=\n", b"\n"), SERVER.text.replace(b"secret log", b"secret"),
])  # fmt: skip
def test_what_is_no_keyring_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "file").write_bytes(text)
    (tmp_path / "file").chmod(0o600)
    with pytest.raises(FormatError):
        keyring.load(tmp_path / "file", unasked)
    with pytest.raises(FormatError, match="cannot be read"):
        keyring.load(tmp_path / "absent", unasked)


def test_no_secret_shows_when_it_is_printed() -> None:
    assert "b'" not in repr(RING)
