"""Tree: the reference roots of RFC 6962, the design's ledger of 64, proofs for all small sizes, and no others."""

import base64
import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import ProofError
from evenhand.keep import leaf, tree

# The entries and roots of the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test).
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MOST = 70


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def leaves(n: int) -> list[bytes]:
    return [tree.leaf_hash(str(at).encode()) for at in range(n)]


def test_the_roots_of_the_reference_implementation() -> None:
    hashes = [tree.leaf_hash(entry) for entry in ENTRIES]
    assert [tree.root(hashes[: n + 1]).hex() for n in range(8)] == list(ROOTS)
    assert tree.root([]).hex() == hashlib.sha256(b"").hexdigest()


def test_the_design_s_ledger_of_64() -> None:
    """VAULT 3.6: leaf 37 is that of 3.3, the others are covers with a blind of their own."""
    hashes = []
    for at in range(64):
        blind = hashlib.sha256(f"example cover {at}".encode()).digest()
        hashes.append(tree.leaf_hash(leaf.entry(leaf.Opening("cover", blind))))
    hashes[37] = tree.leaf_hash(b"evenhand/sealed/1\np5CV/HI3ZdCosYCzPk5We8lcJipRXyCrDYh8id+p6Bk=\n")
    assert base64.b64encode(tree.root(hashes)) == b"DrlokM2mqbG7snviKtOzcSK9FY/2cUbNBC/Bo+WsFok="
    path = tree.inclusion(37, hashes)
    assert base64.b64encode(path[0]) == b"illlNgmKe7Sze6m0AG9whIRW5VD1NIX6Uss5u4OvHDI="
    assert len(path) == 6


@pytest.mark.parametrize("size", list(range(1, MOST)))
def test_every_leaf_of_every_small_tree_is_in_it(size) -> None:
    hashes = leaves(size)
    root = by_definition(hashes)
    assert tree.root(hashes) == root
    for index in range(size):
        tree.check_inclusion(hashes[index], index, size, tree.inclusion(index, hashes), root)


@pytest.mark.parametrize("second", list(range(1, MOST)))
def test_every_small_tree_begins_with_every_smaller_one(second) -> None:
    hashes = leaves(second)
    for first in range(1, second + 1):
        path = tree.consistency(first, hashes)
        tree.check_consistency(first, second, by_definition(hashes[:first]), by_definition(hashes), path)


@given(st.integers(1, MOST), st.data())
def test_no_changed_proof_of_inclusion_holds(size, data) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = list(tree.inclusion(index, hashes)), tree.root(hashes)
    change = data.draw(st.sampled_from(["leaf", "index", "more", "root", *(["less", "step"] if path else [])]))
    given_leaf, at = hashes[index], index
    if change == "leaf":
        given_leaf = tree.leaf_hash(b"another")
    elif change == "index":
        at = data.draw(st.integers(-2, size + 2).filter(lambda other: other != index))
    elif change == "more":
        path.append(root)
    elif change == "less":
        path.pop()
    elif change == "step":
        path[data.draw(st.integers(0, len(path) - 1))] = tree.leaf_hash(b"another")
    else:
        root = tree.leaf_hash(b"another")
    with pytest.raises(ProofError):
        tree.check_inclusion(given_leaf, at, size, path, root)


@given(st.integers(2, MOST), st.data())
def test_a_rewritten_ledger_is_not_a_continuation(second, data) -> None:
    hashes = leaves(second)
    first = data.draw(st.integers(1, second - 1))
    seen = tree.root(hashes[:first])
    changed = data.draw(st.integers(0, first - 1))
    rewritten = [*hashes[:changed], tree.leaf_hash(b"another"), *hashes[changed + 1 :]]
    with pytest.raises(ProofError, match="changed or removed"):
        tree.check_consistency(first, second, seen, tree.root(rewritten), tree.consistency(first, rewritten))


def test_two_roots_for_one_size_are_a_fork() -> None:
    with pytest.raises(ProofError, match="two roots for one size"):
        tree.check_consistency(3, 3, tree.root(leaves(3)), tree.leaf_hash(b"another"), ())


def test_a_hundred_thousand_leaves_have_their_root_in_a_second() -> None:
    hashes = leaves(100_000)
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        tree.root(hashes)
        spent.append(time.perf_counter() - started)
    # the quickest counts: other work can only make it slower
    assert min(spent) < 1.0
