"""Tree: a Merkle tree over the ledger's entries, with proofs that one is in it and that it only ever grew (RFC 6962).

Hashes are 32 bytes. Sizes and indices count leaves from 0. Nothing here knows what a leaf means.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evenhand.errors import ProofError

LEAF, NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry: RFC 6962 section 2.1."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: RFC 6962 section 2.1."""
    return hashlib.sha256(NODE + left + right).digest()


@dataclass(slots=True)
class Tree:
    """A tree that is appended to: it keeps the roots of its complete subtrees, largest first, and no leaf."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """One more leaf hash; the cost is that of the complete subtrees it closes."""
        self.roots.append(leaf)
        closing = self.size
        while closing & 1:
            right, left = self.roots.pop(), self.roots.pop()
            self.roots.append(node_hash(left, right))
            closing >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far; of none, SHA-256 of nothing."""
        if not self.roots:
            return EMPTY
        found = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            found = node_hash(left, found)
        return found


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of these leaf hashes."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def roots(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """The root of the first leaves, for each of these sizes, in one pass over the leaf hashes."""
    tree, wanted = Tree(), set(sizes)
    found = {0: EMPTY} if 0 in wanted else {}
    for leaf in leaves[: max(wanted, default=0)]:
        tree.append(leaf)
        if tree.size in wanted:
            found[tree.size] = tree.root()
    return found


def inclusion(index: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """The path from a leaf to the root, nearest first (RFC 6962 section 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"leaf {index} of {len(leaves)}: expected 0 to {len(leaves) - 1}")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if index < split:
        return (*inclusion(index, leaves[:split]), root(leaves[split:]))
    return (*inclusion(index - split, leaves[split:]), root(leaves[:split]))


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> None:
    """ProofError unless the path leads from this leaf at `index` to the root of `size` leaves (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} cannot be in a tree of {size}")
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise ProofError("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofError("the proof has fewer hashes than the tree has levels")
    if found != expected:
        raise ProofError("the proof does not lead to this root: the entry is not in this ledger at that number")


def consistency(first: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """That the tree of all these leaves begins with that of the first ones (RFC 6962 section 2.1.2)."""
    if not 0 < first <= len(leaves):
        raise ValueError(f"consistency of {first} with {len(leaves)} leaves: expected 1 to {len(leaves)}")
    return _subproof(first, leaves, whole=True)


def grown(seen: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """What shows whoever has seen so many leaves that these go on from there; nothing, where they saw none or all."""
    return consistency(seen, leaves) if 0 < seen < len(leaves) else ()


def check_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> None:
    """ProofError unless the tree of `second` leaves begins with that of `first` (RFC 9162 section 2.1.4.2)."""
    if not 0 < first <= second:
        raise ProofError(f"a tree of {second} leaves cannot continue one of {first}")
    if first == second:
        if path or first_root != second_root:
            raise ProofError("two roots for one size: somebody was shown another ledger")
        return
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        raise ProofError("the proof has no hashes")
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    if last or before != first_root or after != second_root:
        raise ProofError("the later tree does not begin with the earlier one: entries were changed or removed")


def _subproof(first: int, leaves: Sequence[bytes], whole: bool) -> tuple[bytes, ...]:
    if first == len(leaves):
        return () if whole else (root(leaves),)
    split = _split(len(leaves))
    if first <= split:
        return (*_subproof(first, leaves[:split], whole), root(leaves[split:]))
    return (*_subproof(first - split, leaves[split:], whole=False), root(leaves[:split]))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
