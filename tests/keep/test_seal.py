"""The seal: always four slots, readers that do not show, and the age test kit of C2SP (CCTV, 1e3d2860)."""

import base64
import collections
import hashlib
import hmac
import json
import random
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import EvenhandError, FormatError, NotSealedToUsError, ProofError
from evenhand.keep import code, seal

KIT = json.loads((Path(__file__).parent / "vectors" / "age.json").read_text("utf-8"))
# good age files with a stanza of a kind we never write: it could be a reader, so we refuse where age does not
STRICTER = {"stanza_empty_body", "stanza_empty_last_line", "stanza_valid_characters", "x25519_grease"}
SEEDS = [bytes([number]) * 32 for number in range(1, 6)]
READERS = [code.recipient(seed) for seed in SEEDS]
IDENTITIES = [code.identity(seed) for seed in SEEDS]
STANZA = re.compile(rb"-> X25519 ([^\n]{43})\n[^\n]{43}\n")
GREASE = re.compile(rb"-> \S*-grease[^\n]*\n(?:[^\n]{64}\n)*[^\n]{0,63}\n")
PASSPHRASE = "caf\u00e9 \u0641 six words that nobody else would say"


@pytest.fixture(scope="module")
def keyring() -> bytes:
    return seal.lock(b"AGE-SECRET-KEY of an example", PASSPHRASE)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_reader_opens_it_and_nobody_else(count: int) -> None:
    sealed = seal.seal(b"what was told", READERS[:count])
    assert seal.stanzas(sealed) == 4
    for identity in IDENTITIES[:count]:
        assert seal.unseal(sealed, [IDENTITIES[4], identity]) == b"what was told"
    for identity in IDENTITIES[count:]:
        with pytest.raises(NotSealedToUsError, match="none of our 1 keys"):
            seal.unseal(sealed, [identity])


@given(st.binary(max_size=70_000))
def test_what_is_sealed_comes_back(plaintext: bytes) -> None:
    assert seal.unseal(seal.seal(plaintext, READERS[:2]), IDENTITIES[1:2]) == plaintext


def test_sealing_twice_differs() -> None:
    made = [seal.seal(b"the same", READERS[:2]) for _ in range(50)]
    shares = [share for sealed in made for share in STANZA.findall(sealed)]
    assert len(set(made)) == 50
    assert len(set(shares)) == len(shares) == 200
    assert len({sealed[-24:] for sealed in made}) == 50


def test_an_age_program_written_from_the_specification_opens_it() -> None:
    # C2SP age.md by hand over other primitives than pyrage's: what "any age program opens it" means
    sealed = seal.seal(b"what was told" * 10_000, READERS[:3])
    for seed in SEEDS[:3]:
        assert opened_by_hand(sealed, seed) == b"what was told" * 10_000
    assert opened_by_hand(sealed, SEEDS[3]) is None


def opened_by_hand(sealed: bytes, seed: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def expanded(key: bytes, salt: bytes, info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, info).derive(key)

    def raw(text: bytes) -> bytes:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)

    ours = X25519PrivateKey.from_private_bytes(seed)
    mine = ours.public_key().public_bytes_raw()
    header, mac, payload = re.fullmatch(rb"(.*?\n---) ([^\n]+)\n(.*)", sealed, re.DOTALL).groups()  # type: ignore[union-attr]
    for share, wrapped in re.findall(rb"-> X25519 (\S+)\n(\S+)\n", header):
        shared = ours.exchange(X25519PublicKey.from_public_bytes(raw(share)))
        key = expanded(shared, raw(share) + mine, b"age-encryption.org/v1/X25519")
        try:
            file_key = ChaCha20Poly1305(key).decrypt(bytes(12), raw(wrapped), None)
        except InvalidTag:
            continue
        assert hmac.digest(expanded(file_key, b"", b"header"), header, "sha256") == raw(mac)
        stream = ChaCha20Poly1305(expanded(file_key, payload[:16], b"payload"))
        chunks = [payload[start : start + 65_552] for start in range(16, len(payload), 65_552)]
        return b"".join(
            stream.decrypt(number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, None)
            for number, chunk in enumerate(chunks)
        )
    return None


def place_of_reader(sealed: bytes, identity: str) -> int:
    """Which of the four stanzas is the reader's: the one without which age no longer finds a key."""
    ours = [pyrage.x25519.Identity.from_str(identity)]
    for place, stanza in enumerate(STANZA.finditer(sealed)):
        try:
            pyrage.decrypt(sealed[: stanza.start()] + sealed[stanza.end() :], ours)
        except pyrage.DecryptError as error:
            if str(error) == seal.NO_KEY:
                return place
    raise AssertionError("no stanza is the reader's")


def unevenness(make: Callable[[], bytes], draws: int) -> float:
    """Pearson's statistic of the reader's place against four equally likely ones, 3 degrees of freedom."""
    places = collections.Counter(place_of_reader(make(), IDENTITIES[0]) for _ in range(draws))
    return sum((places[place] - draws / 4) ** 2 / (draws / 4) for place in range(4))


# the chance of a statistic above this, with 3 degrees of freedom, is one in 100 million
AT_MOST = 40.6


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_readers_place_tells_nothing(count: int) -> None:
    assert unevenness(lambda: seal.seal(b"", READERS[:count]), 300) < AT_MOST


def test_readers_in_the_order_given_would_be_found_out() -> None:
    in_order = [pyrage.x25519.Recipient.from_str(reader) for reader in READERS[:4]]
    assert unevenness(lambda: bytes(pyrage.encrypt(b"", in_order)), 50) > AT_MOST


def looks(sealed: bytes) -> tuple[object, ...]:
    """What shows of a sealed file but the random bytes themselves: lengths, kinds of stanza, and their order."""
    header = sealed[: sealed.index(b"\n--- ")]
    kinds = [
        "X25519" if line.startswith(b"-> X25519 ") else "other" for line in header.split(b"\n") if line[:2] == b"->"
    ]
    return (len(sealed) // 64, seal.outside(sealed), *kinds)


def guessed(make: Callable[[int], bytes], each: int) -> float:
    """Share of files whose number of readers is guessed right: the commonest among files that look alike."""
    seen: dict[tuple[object, ...], collections.Counter[int]] = collections.defaultdict(collections.Counter)
    for count in (1, 2, 3, 4):
        for _ in range(each):
            seen[looks(make(count))][count] += 1
    right = 0
    for count in (1, 2, 3, 4):
        for _ in range(each):
            like = seen.get(looks(make(count)))
            right += (like.most_common(1)[0][0] if like else secrets.choice((1, 2, 3, 4))) == count
    return right / (4 * each)


def test_the_number_of_readers_is_not_to_be_guessed() -> None:
    # 1,200 guesses at one in four: standard deviation 0.0125; six of them are one in a thousand million
    assert abs(guessed(lambda count: seal.seal(b"", READERS[:count]), 300) - 0.25) < 0.075


def test_readers_without_spare_slots_would_be_found_out() -> None:
    def naive(count: int) -> bytes:
        return bytes(pyrage.encrypt(b"", [pyrage.x25519.Recipient.from_str(reader) for reader in READERS[:count]]))

    assert guessed(naive, 50) > 0.9


@pytest.mark.parametrize(
    ("readers", "told"),
    [
        ([], "^0 readers, expected 1 to 4"),
        (READERS, "^5 readers"),
        ([READERS[0], READERS[1], READERS[0]], "twice"),
        ([READERS[0][:-1] + "q"], "no age X25519 recipient"),
        (["age1short"], "no age X25519 recipient"),
        ([""], "no age X25519 recipient"),
        ([IDENTITIES[0]], "no age X25519 recipient"),
        (
            ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN"],
            "no age X25519 recipient",
        ),
    ],
)
def test_readers_that_cannot_be_are_refused(readers: list[str], told: str) -> None:
    with pytest.raises(FormatError, match=told) as caught:
        seal.seal(b"", readers)
    assert not any(reader and reader in str(caught.value) for reader in readers)


def test_a_bad_key_of_ours_is_told_and_not_repeated() -> None:
    sealed = seal.seal(b"", READERS[:1])
    with pytest.raises(FormatError, match="one of our keys") as caught:
        seal.unseal(sealed, [IDENTITIES[0], IDENTITIES[0][:-1] + "Q"])
    assert IDENTITIES[0][:-1] not in str(caught.value) + str(caught.value.__cause__)
    with pytest.raises(NotSealedToUsError, match="no key was given"):
        seal.unseal(sealed, [])


def tried(name: str) -> str:
    vector = KIT[name]
    file = base64.b64decode(vector["file"])
    if vector["passphrases"]:
        return hashlib.sha256(seal.unlock(file, vector["passphrases"][0])).hexdigest()
    return hashlib.sha256(seal.unseal(file, vector["identities"])).hexdigest()


@pytest.mark.parametrize("name", [name for name, vector in KIT.items() if vector["expect"] == "success"])
def test_the_test_kits_good_files(name: str) -> None:
    if name in STRICTER:
        with pytest.raises(FormatError, match="may let in somebody else"):
            tried(name)
    else:
        assert tried(name) == KIT[name]["payload"]


@pytest.mark.parametrize("name", [name for name, vector in KIT.items() if vector["expect"] != "success"])
def test_the_test_kits_bad_files(name: str) -> None:
    with pytest.raises((FormatError, NotSealedToUsError, ProofError)):
        tried(name)


def test_one_grease_stanza_is_passed_over_and_no_second() -> None:
    # rage adds one to each file; without it the file's own check fails, and what shows is the same
    plain = GREASE.sub(b"", seal.seal(b"", READERS[:1]))
    first = len(seal.FIRST)
    one = plain[:first] + b"-> x-grease a b\nQUJD\n" + plain[first:]
    assert seal.outside(one) == seal.outside(plain)
    with pytest.raises(FormatError, match="2 grease stanzas"):
        seal.outside(plain[:first] + b"-> x-grease\n\n-> y-grease\n\n" + plain[first:])


def test_a_stanza_that_lets_in_somebody_else_is_refused() -> None:
    sealed = seal.seal(b"", READERS[:1])
    first = len(seal.FIRST)
    for stanza in (b"-> ssh-ed25519 AAAA AAAA\nQUJD\n", b"-> piv-p256 AAAA\nQUJD\n", b"-> X25519 QUJD\nQUJD\n"):
        with pytest.raises(FormatError, match="stanza 1 is no whole X25519 one"):
            seal.stanzas(sealed[:first] + stanza + sealed[first:])


def test_each_altered_byte_is_found() -> None:
    # a bit of each byte, drawn anew each run; test_frame turns every one of them at night
    sealed = seal.seal(b"what was told", READERS[:2])
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1 << random.randrange(8)
        with pytest.raises((FormatError, NotSealedToUsError, ProofError)):
            seal.unseal(bytes(altered), IDENTITIES[:1])


def test_each_cut_is_found() -> None:
    sealed = seal.seal(b"what was told", READERS[:2])
    for size in range(len(sealed)):
        with pytest.raises((FormatError, ProofError)):
            seal.unseal(sealed[:size], IDENTITIES[:1])
    with pytest.raises(ProofError, match="altered"):
        seal.unseal(sealed + b"\n", IDENTITIES[:1])


@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_are_a_sealed_file_or_one_of_our_errors(raw: bytes, headed: bool) -> None:
    try:
        seal.unseal(seal.FIRST + raw if headed else raw, IDENTITIES[:1])
    except EvenhandError:
        return
    raise AssertionError("opened what nobody sealed")


def test_a_keyring_opens_with_its_passphrase(keyring: bytes) -> None:
    # the same letters as another keyboard composes them
    assert seal.unlock(keyring, PASSPHRASE.replace("\u00e9", "e\u0301")) == b"AGE-SECRET-KEY of an example"


def test_a_wrong_passphrase_is_told_and_not_repeated() -> None:
    # the test kit's keyring asks for little work, which a busy machine has too
    file, passphrase = base64.b64decode(KIT["scrypt"]["file"]), KIT["scrypt"]["passphrases"][0]
    with pytest.raises(NotSealedToUsError, match="does not open this keyring: type it again") as caught:
        seal.unlock(file, passphrase + " not")
    assert passphrase not in str(caught.value)


def test_a_keyring_that_was_altered_or_cut_is_told() -> None:
    # the test kit's keyring, which opens in a moment
    file, passphrase = base64.b64decode(KIT["scrypt"]["file"]), KIT["scrypt"]["passphrases"][0]
    for altered in (file[:-1], file[:-1] + bytes([file[-1] ^ 1]), file[:60]):
        with pytest.raises(ProofError, match="damaged"):
            seal.unlock(altered, passphrase)


def test_a_keyring_that_asks_for_more_than_any_machine_has_is_told() -> None:
    file = base64.b64decode(KIT["scrypt"]["file"])
    first, _, rest = file.partition(b" 10\n")
    assert rest
    with pytest.raises(NotSealedToUsError, match="too small, or too busy now"):
        seal.unlock(first + b" 40\n" + rest, "password")


@pytest.mark.parametrize("passphrase", ["", "half \ud800 a character"])
def test_no_passphrase_is_none(passphrase: str) -> None:
    with pytest.raises(FormatError, match="the passphrase"):
        seal.lock(b"", passphrase)


def test_what_is_no_keyring_is_told() -> None:
    with pytest.raises(FormatError, match="not a keyring"):
        seal.unlock(seal.seal(b"", READERS[:1]), PASSPHRASE)
