"""Leaf: the design's own example to the byte, one way to write it, and nothing read that is not exactly that."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError
from evenhand.keep import leaf, tree

# VAULT 3.3, as printed there.
TEXT = b"""evenhand/opening/1
kind report
blind Ujz/fypBoA6D9U0Euk1mRf8WBBWXg9sXatjQrV7BlPM=
facts Uy2jGfy/IEIbX+8HlsASuBHacT2B/dQ8ZySt7g6Z2jg=
story wHTAundZKDD+9/1GHs111rprr0QNe3f1RdKA8CHor60=
"""
ENTRY = b"evenhand/sealed/1\np5CV/HI3ZdCosYCzPk5We8lcJipRXyCrDYh8id+p6Bk=\n"
bytes32 = st.binary(min_size=32, max_size=32)
openings = st.sampled_from(list(leaf.KINDS)).flatmap(
    lambda kind: st.builds(leaf.Opening, st.just(kind), bytes32, st.tuples(*[bytes32] * len(leaf.KINDS[kind])))
)


def test_the_design_s_example_comes_out_to_the_byte() -> None:
    opening = leaf.parse(TEXT)
    assert opening.text() == TEXT
    assert leaf.entry(opening) == ENTRY
    assert len(ENTRY) == 63
    assert base64.b64encode(tree.leaf_hash(ENTRY)) == b"hiwWtRAkz1R7nJycVzZnC/lBwReynced0NQo4W9zdog="


@given(openings)
def test_what_is_written_is_read_back_and_every_entry_has_one_size(opening) -> None:
    assert leaf.parse(opening.text()) == opening
    assert len(leaf.entry(opening)) == 63
    assert leaf.read_entry(leaf.entry(opening)) == (leaf.SEALED, leaf.commitment(opening))


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_every_changed_byte_is_refused_or_is_another_commitment(place, change) -> None:
    changed = bytes([*TEXT[:place], TEXT[place] ^ change, *TEXT[place + 1 :]])
    try:
        opening = leaf.parse(changed)
    except FormatError:
        return
    assert leaf.commitment(opening) != leaf.commitment(leaf.parse(TEXT))


@pytest.mark.parametrize("text", [
    TEXT[:-1],
    TEXT + b"\n",
    TEXT + b"story wHTAundZKDD+9/1GHs111rprr0QNe3f1RdKA8CHor60=\n",
    TEXT.replace(b"\n", b"\r\n"),
    TEXT.replace(b"/1\n", b"/2\n", 1),
    TEXT.replace(b"kind report", b"kind reports"),
    TEXT.replace(b"kind report", b"kind act"),
    TEXT.replace(b"facts ", b"story "),
    TEXT.replace(b"BlPM=", b"BlPN="),
    TEXT.replace(b"BlPM=", b"BlPM"),
    TEXT.replace(b"blind ", b"blind  "),
    b"",
    "evenhand/opening/1\u00a0\n".encode(),
])  # fmt: skip
def test_what_is_not_exactly_an_opening_is_refused(text) -> None:
    with pytest.raises(FormatError):
        leaf.parse(text)


def test_a_public_document_stands_under_its_own_hash() -> None:
    document = b"a plan"
    head, digest = leaf.read_entry(leaf.public_entry("plan", document))
    assert (head, digest) == ("evenhand/plan/1", hashlib.sha256(document).digest())
    with pytest.raises(FormatError, match="expected one of manifest, release, plan"):
        leaf.public_entry("secret", document)


def test_kinds_have_their_own_number_of_frames() -> None:
    with pytest.raises(FormatError, match="a report has 2"):
        leaf.Opening("report", bytes(32), (bytes(32),))
    with pytest.raises(FormatError, match="have 32 bytes"):
        leaf.Opening("cover", bytes(31))
