"""The frame: one size for each kind, a strict grammar, every altered bit found, and texts in every script."""

import hashlib
import json
import random
import sys
import unicodedata
from collections import Counter

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import EvenhandError, FormatError, NotSealedToUsError, ProofError
from evenhand.keep import code, frame, seal

SEEDS = [bytes([number]) * 32 for number in range(1, 5)]
READERS = [code.recipient(seed) for seed in SEEDS]
IDENTITIES = [code.identity(seed) for seed in SEEDS]
FACTS = b"evenhand/facts/1\n"
STORY = b"evenhand/story/1\n"
# one sentence or more in scripts of one to four bytes a character, right to left, with marks, without spaces
SCRIPTS = [
    "They asked where I was going.",
    "Waxay ahayd fiidkii; waa la i joojiyay.",
    "Lawv nug kuv tias kuv mus qhov twg.",
    "سألوني إلى أين أذهب\u200f.",
    "እየነዳሁ ነበር።",
    "तुम कहाँ जा रहे हो?",
    "ကျွန်တော် အိမ်ပြန်နေတာပါ။",
    "他們問我去哪裡。",
    "ພວກເຂົາຖາມຂ້ອຍ",
    "𞤀𞤣𞤤𞤢𞤥 𐓷𐓘𐓻𐓘𐓻𐓟",
    "👮🏿‍♀️ 🚗",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def envelope() -> frame.Frame:
    return frame.make("facts", frame.facts_text({"language": "so", "reply": None}), READERS[:2])


@pytest.mark.parametrize("kind", list(frame.BUCKETS))
def test_one_size_for_each_kind(kind: str) -> None:
    bucket = frame.BUCKETS[kind]
    for content in (b"", b"x", b"x" * bucket):
        made = frame.make(kind, content, READERS[:1])
        assert (made.bucket, seal.outside(made.sealed)) == (bucket, seal.Outside(4, bucket + 32))
        assert len(seal.unseal(made.sealed, IDENTITIES[:1])) == bucket
        assert frame.open(made, IDENTITIES[:1]) == content
    with pytest.raises(FormatError, match=f"{bucket + 1} bytes of {kind}, expected at most {bucket}"):
        frame.make(kind, b"x" * (bucket + 1), READERS[:1])


def test_any_age_program_opens_the_rest(envelope: frame.Frame) -> None:
    first, _, rest = envelope.bytes.partition(b"\n")
    opened = pyrage.decrypt(rest, [pyrage.x25519.Identity.from_str(IDENTITIES[1])])
    assert first == b"evenhand/frame/1 age-x25519 4096"
    assert opened == frame.facts_text({"language": "so", "reply": None}).ljust(4_096, b"\0")


@given(st.sampled_from(list(frame.BUCKETS)), st.binary(max_size=200), st.integers(1, 4))
def test_parsing_what_was_written_is_the_frame(kind: str, content: bytes, count: int) -> None:
    made = frame.make(kind, content + b".", READERS[:count])
    again = frame.parse(made.bytes)
    assert again == made
    assert again.bytes == made.bytes
    assert frame.digest(again) == hashlib.sha256(made.bytes).digest()
    assert frame.open(again, [IDENTITIES[count - 1]]) == content + b"."


def test_zeros_inside_stay_and_zeros_at_the_end_are_refused() -> None:
    content = b"\0a\0\0b" + b"\0" * 1_000 + b"c"
    assert frame.open(frame.make("note", content, READERS[:1]), IDENTITIES[:1]) == content
    with pytest.raises(FormatError, match="ends with a zero byte"):
        frame.make("note", b"a\0", READERS[:1])


def test_sealing_twice_differs_and_so_does_the_digest() -> None:
    made = [frame.make("note", b"the same", READERS[:1]) for _ in range(20)]
    assert len({frame.digest(each) for each in made}) == 20


def test_a_kind_that_is_not_is_refused() -> None:
    with pytest.raises(FormatError, match="expected one of facts, story, draft, note"):
        frame.make("media", b"", READERS[:1])


def test_a_frame_for_others_does_not_open(envelope: frame.Frame) -> None:
    with pytest.raises(NotSealedToUsError):
        frame.open(envelope, IDENTITIES[2:])


def test_a_frame_is_not_printed(envelope: frame.Frame) -> None:
    assert repr(envelope) == "Frame(bucket=4096)"


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b"evenhand/frame/2 age-x25519 4096\n", "not a frame"),
        (b"evenhand/frame/1 age-mlkem768x25519 4096\n", "not a frame"),
        (b"evenhand/frame/1  age-x25519 4096\n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 4096 \n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 4096\r\n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 04096\n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 4_096\n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 +4096\n", "not a frame"),
        ("evenhand/frame/1 age-x25519 ٤٠٩٦\n".encode(), "not a frame"),
        (b"evenhand/frame/1 age-x25519 4097\n", "a frame of 4097 bytes"),
        (b"evenhand/frame/1 age-x25519 32768\n", "cut or extended"),
        (b"\nevenhand/frame/1 age-x25519 4096\n", "not a frame"),
        (b"evenhand/frame/1 age-x25519 4096\n\n", "not an age file"),
        (b"", "not a frame"),
    ],
)
def test_another_first_line_is_refused(envelope: frame.Frame, first: bytes, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        frame.parse(first + envelope.sealed)


def test_a_frame_cut_or_extended_is_refused_without_a_key(envelope: frame.Frame) -> None:
    stored = envelope.bytes
    for size in range(len(stored)):
        with pytest.raises(FormatError):
            frame.parse(stored[:size])
    for more in (b"\n", b"\0", stored):
        with pytest.raises(FormatError, match="cut or extended"):
            frame.parse(stored + more)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_another_number_of_stanzas_is_refused(count: int) -> None:
    keys = [pyrage.x25519.Identity.generate().to_public() for _ in range(count)]
    with pytest.raises(FormatError, match=f"a frame with {count} stanzas, expected 4: do not store it"):
        frame.Frame(4_096, pyrage.encrypt(bytes(4_096), keys))


def altered(stored: bytes, place: int, bit: int) -> None:
    """Alter a bit: the digest must differ, and parsing or opening must find it without the digest too."""
    wrong = bytearray(stored)
    wrong[place] ^= 1 << bit
    assert hashlib.sha256(wrong).digest() != hashlib.sha256(stored).digest()
    with pytest.raises((FormatError, NotSealedToUsError, ProofError)):
        frame.open(frame.parse(bytes(wrong)), IDENTITIES[:1])


def test_an_altered_bit_of_each_byte_is_found(envelope: frame.Frame) -> None:
    for place in range(len(envelope.bytes)):
        altered(envelope.bytes, place, random.randrange(8))


@pytest.mark.nightly
def test_every_altered_bit_is_found(envelope: frame.Frame) -> None:
    for place in range(len(envelope.bytes)):
        for bit in range(8):
            altered(envelope.bytes, place, bit)


@given(st.binary(max_size=400), st.sampled_from([b"", b"evenhand/frame/1 age-x25519 4096\nage-encryption.org/v1\n"]))
def test_any_bytes_are_refused_by_our_errors(raw: bytes, first: bytes) -> None:
    with pytest.raises(FormatError):
        frame.parse(first + raw)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_facts_come_back(facts: dict[str, object]) -> None:
    try:
        content = frame.facts_text(facts)
    except FormatError as error:
        # two keys that are one in NFC
        assert "twice" in str(error)
        return
    assert content.startswith(FACTS)
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 2
    assert frame.read_facts(content) == json.loads(unicodedata.normalize("NFC", json.dumps(facts, ensure_ascii=False)))


@pytest.mark.parametrize("text", SCRIPTS)
def test_facts_and_stories_in_every_script(text: str) -> None:
    told = unicodedata.normalize("NFC", text)
    assert frame.read_facts(frame.facts_text({"place": text}))["place"] == told
    assert frame.read_story(frame.story_text("und", text)) == ("und", told)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"a": 1.5}, "another kind"),
        ({"a": float("nan")}, "another kind"),
        ({"a": [{"b": 1e300}]}, "another kind"),
        ({"a": 2**53}, "another kind"),
        ({"a": "half \ud800"}, "lone surrogate"),
        ({"half \ud800": 1}, "lone surrogate"),
        ({1: "a"}, "another kind"),
        ({"a": {None: 1}}, "another kind"),
        ({"a": b"bytes"}, "cannot be written as JSON"),
        ({"a": (1, 2)}, "another kind"),
        ({"e\u0301": 1, "\u00e9": 2}, "twice"),
    ],
)
def test_facts_that_cannot_be_are_not_written(facts: dict[str, object], told: str) -> None:
    with pytest.raises(FormatError, match=told):
        frame.facts_text(facts)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'evenhand/facts/1\n{"a":1.0}\n', "no integer"),
        (b'evenhand/facts/1\n{"a":1e3}\n', "no integer"),
        (b'evenhand/facts/1\n{"a":NaN}\n', "no integer"),
        (b'evenhand/facts/1\n{"a":-Infinity}\n', "no integer"),
        (b'evenhand/facts/1\n{"a":9007199254740992}\n', "another kind"),
        (b'evenhand/facts/1\n{"a":' + b"9" * 4_000 + b"}\n", "another kind"),
        (b'evenhand/facts/1\n{"a":' + b"9" * 5_000 + b"}\n", "not JSON"),
        (b'evenhand/facts/1\n{"a":1,"a":1}\n', "twice"),
        (b'evenhand/facts/1\n{"b":{"a":1,"\\u0061":2}}\n', "twice"),
        (b'evenhand/facts/1\n{"a":"\\ud800"}\n', "lone surrogate"),
        (b'evenhand/facts/1\n{"a":"e\\u0301"}\n', "NFC, written with escapes"),
        ('evenhand/facts/1\n{"a":"e\u0301"}\n'.encode(), "not in NFC"),
        (b'evenhand/facts/1\n{"a":"\xed\xa0\x80"}\n', "not UTF-8"),
        (b'evenhand/facts/1\n{"a":"\xff"}\n', "not UTF-8"),
        (b'evenhand/facts/1\n{"a":\n1}\n', "not one object"),
        (b"evenhand/facts/1\n[1]\n", "not one object"),
        (b"evenhand/facts/1\n {}\n", "not one object"),
        (b"evenhand/facts/1\n{}{}\n", "not JSON"),
        (b'evenhand/facts/1\n{"a":"\0"}\n', "not JSON"),
        (b'evenhand/facts/1\n{"a":' + b"[" * 3_000 + b"}\n", "not JSON"),
        (b"evenhand/facts/1\n{}", "it was cut"),
        (b"evenhand/facts/1\n", "it was cut"),
        (b"evenhand/facts/1\r\n{}\n", "another format"),
        (b"evenhand/facts/2\n{}\n", "another format"),
        (b"\xef\xbb\xbfevenhand/facts/1\n{}\n", "another format"),
        (b"", "another format"),
    ],
)
def test_facts_of_another_grammar_are_refused(content: bytes, told: str) -> None:
    with pytest.raises(FormatError, match=told) as caught:
        frame.read_facts(content)
    # a codec's or json's own error would carry the whole text into a traceback
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.binary(max_size=100), st.sampled_from([FACTS, STORY, b""]))
def test_any_content_is_read_or_refused(raw: bytes, first: bytes) -> None:
    for read in (frame.read_facts, frame.read_story):
        try:
            read(first + raw)  # type: ignore[operator]
        except EvenhandError as error:
            assert type(error) is FormatError


@given(TEXT)
def test_a_story_comes_back(text: str) -> None:
    told = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    content = frame.story_text("en", text)
    assert frame.read_story(content) == ("en", told)
    assert frame.read_story(content.ljust(32_768, b"\0").rstrip(b"\0")) == ("en", told)


@pytest.mark.parametrize(
    "text", ["", "\n", "\n\nlast\n\n", "nul \0 inside", "nul at the end\0\0", "\u202eturned\u202c", "\0"]
)
def test_nothing_of_a_story_is_lost_in_a_frame(text: str) -> None:
    made = frame.make("story", frame.story_text("so-SO", text), READERS[:1])
    assert frame.read_story(frame.open(made, IDENTITIES[:1])) == ("so-SO", text)


def test_six_thousand_characters_fit_in_every_script() -> None:
    # in NFC, none takes more than four bytes
    for character in ("a", "é", "語", chr(sys.maxunicode - 0xFFFF), "𞤀"):
        assert len(frame.story_text("und", character * 6_000)) <= frame.BUCKETS["story"]


@pytest.mark.parametrize("language", ["", "x", "english language", "en\n", "en_US", "-en", "en-", "é", "٤٤"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    with pytest.raises(FormatError, match="BCP 47"):
        frame.story_text(language, "text")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"evenhand/story/1\nen\n", "no language tag on its second line"),
        (b"evenhand/story/1\n\ntext\n", "no language tag"),
        (b"evenhand/story/1\ne n\ntext\n", "no language tag"),
        (b"evenhand/story/1\nen\ntext", "it was cut"),
        (b"evenhand/story/1\nen\nte\rxt\n", "carriage return"),
        ("evenhand/story/1\nen\ne\u0301\n".encode(), "not in NFC"),
        (b"evenhand/story/1\nen\n\xed\xa0\x80\n", "not UTF-8"),
        (b"evenhand/facts/1\n{}\n", "another format"),
    ],
)
def test_stories_of_another_grammar_are_refused(content: bytes, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        frame.read_story(content)


def test_half_a_character_is_refused_and_not_repeated() -> None:
    with pytest.raises(FormatError, match="lone surrogate") as caught:
        frame.story_text("en", "they said \udc80")
    assert "they said" not in str(caught.value)
    assert caught.value.__context__ is None


def test_content_of_another_length_than_its_line_says_is_found_without_a_key() -> None:
    # one byte short, as a faulty maker could seal it
    with pytest.raises(FormatError, match="cut or extended"):
        frame.Frame(4_096, seal.seal(bytes(4_095), READERS[:1]))


def test_how_many_read_a_frame_shows_no_better_than_by_chance() -> None:
    """Classifiers on length, on stanzas and on their order, trained on one half and tried on the other."""
    made = [
        (count, frame.make("facts", FACTS + b"{}\n", READERS[:count]).bytes)
        for _ in range(300)
        for count in range(1, 5)
    ]
    random.Random(4).shuffle(made)
    shares = {
        "length": len,
        "stanzas": lambda stored: seal.stanzas(stored.partition(b"\n")[2]),
        "lines": lambda stored: stored.partition(b"--- ")[0].count(b"\n"),
        # how the four sort: a reader's must not come before a spare one
        "order": lambda stored: tuple(sorted(range(4), key=lambda n: stored.split(b"-> X25519 ")[1:][n][:4])),
        "first": lambda stored: stored.split(b"-> X25519 ")[1][:1],
    }
    for name, look in shares.items():
        seen = [(count, look(stored)) for count, stored in made]
        train, test = seen[:600], seen[600:]
        guess = {value: Counter(c for c, v in train if v == value).most_common(1)[0][0] for _, value in train}
        right = sum(guess.get(value, 1) == count for count, value in test)
        # chance is a quarter; four standard errors of 600 draws
        assert right / 600 < 0.25 + 4 * (0.25 * 0.75 / 600) ** 0.5, name
