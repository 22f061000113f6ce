"""Check a ledger of reports, a receipt, a promise or a release: one file, no trust in whoever wrote what it reads.

    python evenhand_verify.py [--first SHA256] PATH...

A PATH is a receipt, promise, checkpoint, key manifest or file of openings, or a folder: a release, a published ledger,
a store. All is checked together. Keys come from manifests: give those, or the ledger that holds them, with a receipt.
`--first` is the SHA-256 (hexadecimal) of the first manifest, as you were told it by another way. One line a check:
`ok`, `FAIL` or `not checked`, what, and why. It ends with 1 when something failed, else with 2 when something could not
be read, else with 0. Written from the pages in docs/formats; shares no code with the programs that it checks.
"""

import argparse
import base64
import hashlib
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE, COSIGNATURE, TILE = 0x01, 0x04, 256
LIMIT = 1 << 28  # no larger file is read whole: a store of 100,000 entries has rows of 60 MB
PUBLIC = ("manifest", "release", "plan")
FRAMES = {"report": ("facts", "story"), "correction": ("facts", "story"), "canvass": ("facts",), "cover": ()}
FRAMES |= dict.fromkeys(("withdrawal", "reply", "act"), ("note",))
N, B, DESK, AGE = r"(?:0|[1-9][0-9]{0,17})", r"(\S+)", r"[a-z0-9-]+", r"age1[02-9ac-hj-np-z]{58}"
Entry = tuple[str, bytes]  # `sealed` or a public kind, and a commitment or the digest of a document
ROLE = "(?:facts|story|code|adjudicate|release)"
sha256: Callable[[bytes], bytes] = lambda data: hashlib.sha256(data).digest()
base64_of: Callable[[bytes], str] = lambda data: base64.b64encode(data).decode()


class Unchecked(Exception):  # a check could not be made, or not wholly; what is wrong is a ValueError
    pass


def hold(claim: bool, otherwise: str) -> None:  # what must be true, and what was found if it is not
    if not claim:
        raise ValueError(otherwise)


def need(claim: bool, otherwise: str) -> None:  # what must be here, and what is missing
    if not claim:
        raise Unchecked(otherwise)


def text_of(data: bytes) -> str:  # note.md, "Every text of the vault"
    text = data.decode("utf-8")
    hold(text.endswith("\n"), "no LF at the end: cut short?")
    hold(unicodedata.is_normalized("NFC", text), "text is not in form NFC")
    hold(not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), "a control character in the text")
    return text


def match(pattern: str, text: str, otherwise: str) -> tuple[str, ...]:  # the groups of a pattern that is all of a text
    found = re.fullmatch(pattern, text)
    hold(found is not None, otherwise)
    return found.groups("") if found else ()


def unbase64(text: str, size: int) -> bytes:  # written in the one way there is, of so many bytes (0: of any number)
    data = base64.b64decode(text + "==")  # of a text that is cut short too, so that what is wrong is said below
    hold(base64_of(data) == text, "base64 is not canonical: stray bits, or cut short")
    hold(size in (0, len(data)), f"base64 holds {len(data)} bytes, expected {size}")
    return data


def due_on(text: str) -> int:  # 06:00 UTC of a day YYYY-MM-DD, in seconds since 1970
    (day,) = match(r"([0-9]{4}-[0-9]{2}-[0-9]{2})", text, "not a day YYYY-MM-DD")
    return int(datetime.fromisoformat(f"{day}T06:00+00:00").timestamp())


def lines_of(text: str, first: str) -> list[str]:  # the lines after the first, which names format and version
    head, *rest = text[:-1].split("\n")
    hold(head == first, f"the first line is not {first}")
    return rest


# lines `word value` of these shapes, in this order and no other: each word once, `?` at most, `+` or `*` more often
def fields(lines: Sequence[str], shapes: dict[str, str]) -> dict[str, list[tuple[str, ...]]]:
    found, at = dict[str, list[tuple[str, ...]]](), 0
    for word, shape in shapes.items():
        name, start = word.rstrip("?*+"), at
        while at < len(lines) and lines[at].startswith(f"{name} ") and (at == start or word[-1] in "*+"):
            at += 1
        hold(at > start or word[-1] in "?*", f"line {at + 2}: expected `{name}`; missing, unknown or out of order")
        values = (line[len(name) + 1 :] for line in lines[start:at])
        found[name] = [match(shape, value, f"a line `{name}` has not the shape of its kind") for value in values]
    hold(at == len(lines), f"line {at + 2}: unknown, repeated or out of order")
    return found


def read(path: Path) -> bytes:
    hold(path.stat().st_size <= LIMIT, "larger than any file of its kind")
    return path.read_bytes()


Key = NamedTuple("Key", [("label", str), ("name", str), ("id", bytes), ("kind", int), ("public", bytes)])


def parse_key(text: str, *kinds: int) -> Key:  # NAME+ID+BASE64, of one of the kinds (none: of any)
    label, name, number, rest = match(r"(([^\s+]+)\+([0-9a-f]{8}))\+(\S+)", text, "not a key NAME+ID+BASE64")
    data = unbase64(rest, 0)
    hold(sha256(f"{name}\n".encode() + data)[:4].hex() == number, f"wrong key id: {label}")
    hold(not kinds or data[0] in kinds, f"the key {label} is of a type that does not belong here")
    hold(len(data) == 33 or data[0] not in (SIGNATURE, COSIGNATURE), f"the key {label} is not of 32 bytes")
    return Key(label, name, bytes.fromhex(number), data[0], data[1:])


class Note:  # note.md: a text, and one signature or more, no two by one name and key id
    def __init__(self, data: bytes, name: str) -> None:
        text, blank, tail = text_of(data).rpartition("\n\n")
        hold(bool(blank), "no empty line before the signatures")
        self.name, self.text, self.digest = name, text + "\n", sha256(data)
        self.signatures: dict[tuple[str, bytes], bytes] = {}
        for line in tail[:-1].split("\n"):
            who, written = match(r"— ([^\s+]+) (\S+)", line, "what stands after the last empty line is no signature")
            blob = unbase64(written, 0)
            hold(len(blob) > 4, "a signature is too short to hold a key id")
            hold((who, blob[:4]) not in self.signatures, f"two signatures of {who}+{blob[:4].hex()}")
            self.signatures[who, blob[:4]] = blob[4:]

    def signed(self, keys: Iterable[Key]) -> dict[Key, int]:  # who signed, with a cosignature's seconds or 0
        by, kinds = {}, (SIGNATURE, COSIGNATURE)  # others are carried along, and count as nobody's
        for key in (key for key in keys if (key.name, key.id) in self.signatures and key.kind in kinds):
            blob, message, seconds = self.signatures[key.name, key.id], self.text.encode(), 0
            if key.kind == COSIGNATURE:
                seconds, blob = int.from_bytes(blob[:8], "big"), blob[8:]
                message = f"cosignature/v1\ntime {seconds}\n".encode() + message
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
            except InvalidSignature:  # of a key that is known: a fault, not an absence
                raise ValueError(f"the signature by {key.label} does not hold") from None
            by[key] = seconds
        return by


class Checkpoint(Note):
    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data, name)
        self.origin, size, root = match(rf"(.+)\n({N})\n(\S+)\n", self.text, "not the three lines of a checkpoint")
        self.size, self.root, self.times = int(size), unbase64(root, 32), list[int]()

    def by_log(self, manifest: "Manifest") -> None:
        hold(self.origin == manifest.origin, "it is of another ledger")
        hold(manifest.log in self.signed([manifest.log]), f"no signature by the log, {manifest.log.label}")

    def by_witnesses(self, manifest: "Manifest") -> None:
        by, quorum = self.signed(manifest.keys), manifest.quorum
        self.times = sorted(by[key] for key in manifest.witnesses if key in by)
        need(len(self.times) >= quorum, f"kept, not yet seen by a witness: {len(self.times)} of {quorum} cosigned")


class Opening:  # opening.md
    def __init__(self, data: bytes) -> None:
        lines = lines_of(text_of(data), "evenhand/opening/1")
        self.kind, self.commitment = "".join(lines[:1]).removeprefix("kind "), sha256(data)
        hold(self.kind in FRAMES, "an opening of an unknown kind")
        found = fields(lines, {"kind": ".+"} | dict.fromkeys(("blind", *FRAMES[self.kind]), B))
        self.digests = [unbase64(each[0], 32) for (each,) in list(found.values())[1:]][1:]


def parse_openings(data: bytes, _: str) -> list[Opening]:  # one after another, or none
    first, *parts = re.split(r"(?m)^(?=evenhand/opening/1\n)", text_of(data) if data else "")
    hold(not first, "the first line is not evenhand/opening/1")
    return [Opening(part.encode()) for part in parts]


def entry_of(word: str, digest: bytes) -> bytes:
    return f"evenhand/{word}/1\n{base64_of(digest)}\n".encode()


class Receipt:  # receipt.md
    def __init__(self, data: bytes, name: str) -> None:
        head, _, tail = data.partition(b"\n\n")
        lines = lines_of(text_of(head + b"\n"), "c2sp.org/tlog-proof@v1")
        found = fields(lines[:2], {"extra": B, "index": f"({N})"})
        self.name, self.opening = name, Opening(unbase64(found["extra"][0][0], 0))
        self.index, self.path = int(found["index"][0][0]), [unbase64(line, 32) for line in lines[2:]]
        self.checkpoint = Checkpoint(tail, f"{name} (checkpoint)")


def climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:  # RFC 6962 section 2.1.1, from above
    hold(bool(path) == (size > 1), "the path is too short" if size > 1 else "the path has hashes to spare")
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1" + climb(leaf, index, half, path[:-1]) + path[-1])
    return sha256(b"\1" + path[-1] + climb(leaf, index - half, size - half, path[:-1]))


class Promise(Note):  # receipt.md
    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data, name)
        shape = r"evenhand/promise/1\n(.+)\n(\S+)\nby (.+)\n"
        self.origin, commitment, self.day = match(shape, self.text, "not the four lines of a promise")
        self.commitment, self.due = unbase64(commitment, 32), due_on(self.day)


MANIFEST = {"origin": B, "version": r"([1-9][0-9]{0,17})"}
MANIFEST |= dict.fromkeys(("previous?", "day", "log", "promise", "witness*"), B) | {"quorum": f"({N})"}
MANIFEST |= {"code": rf"argon2id {N} {N} {N}", "term": rf"facts {N} story {N} reply {N} act {N}"}
MANIFEST |= {"batch": rf"{N} daily (?:[01][0-9]|2[0-3]):[0-5][0-9]"}
MANIFEST |= {"desk+": rf"({DESK}) root (\S+) facts ({AGE}) story ({AGE})"}
MANIFEST |= {"operator*": rf"({DESK}/op-{N}\+\S+) ({AGE}) roles ({ROLE}(?:,{ROLE})*)"}
MANIFEST |= {"label*": rf'({DESK} [A-Za-z0-9]+(?:-[A-Za-z0-9]+)*) "[^"]*"'}


class Manifest(Note):  # manifest.md; `owned`: its lines, each with its desk, or an empty name where it is everybody's
    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data, name)
        lines = lines_of(self.text, "evenhand/manifest/1")
        found = fields(lines, MANIFEST)
        words = ("origin", "version", "day", "quorum", "log", "promise")
        self.origin, version, self.day, quorum, log, promise = (found[word][0][0] for word in words)
        self.version, self.quorum, self.previous = int(version), int(quorum), found["previous"]
        hold((self.version == 1) != bool(self.previous), "version 1, and no other, is without `previous`")
        due_on(self.day)
        self.log, self.promise = parse_key(log, SIGNATURE), parse_key(promise, SIGNATURE)
        hold(self.log.name == self.origin, "the name of the log key is not the origin")
        witnesses = [parse_key(key) for (key,) in found["witness"]]
        self.witnesses = [key for key in witnesses if key.kind == COSIGNATURE]
        hold(self.quorum <= len(self.witnesses), "the quorum is larger than the number of witnesses")
        self.roots = {desk: parse_key(key, SIGNATURE) for desk, key, _, _ in found["desk"]}
        operators = [parse_key(key, SIGNATURE) for key, _, _ in found["operator"]]
        self.roles = dict(zip(operators, (roles.split(",") for _, _, roles in found["operator"]), strict=True))
        self.keys = [self.log, self.promise, *witnesses, *self.roots.values(), *operators]
        unique: list[tuple[str, Sequence[object]]] = [
            ("desk", [desk for desk, _, _, _ in found["desk"]]),
            ("key's name", [key.name for key in self.keys]),
            ("key", [key.public for key in self.keys]),
            ("age recipient", re.findall(AGE, "\n".join(each for each in lines if each[0] in "do"))),
            ("label in one language", found["label"]),
            ("role of one operator", [(key, role) for key, roles in self.roles.items() for role in roles]),
        ]
        for what, values in unique:
            hold(len(set(values)) == len(values), f"a {what} stands twice")
        parted = [(*re.split("[ /]", line)[:2], line) for line in lines]
        lasting = [each for each in parted if each[0] not in ("version", "previous", "day")]
        self.owned = {(desk if word in ("desk", "operator", "label") else "", line) for word, desk, line in lasting}
        hold({desk for desk, _ in self.owned} <= {"", *self.roots}, "a line is of a desk that is not in the manifest")

    def signers(self, before: "Manifest | None") -> None:  # "Who signs"
        by = self.signed(self.keys + (before.keys if before else []))
        hold(self.log in by, f"no signature by the log, {self.log.label}")
        if before is None:
            need(self.version == 1, "signed by its own log; who else must sign depends on the version before")
            for desk, root in self.roots.items():
                hold(root in by, f"no signature by the root of desk {desk}, {root.label}")
            return
        desks, lost = {desk for desk, root in before.roots.items() if root in by}, []
        changed = {desk for desk, _ in self.owned ^ before.owned}
        absent = ", ".join(sorted(set(before.roots) - desks)) if "" in changed else ""
        hold(not absent, f"lines of everybody changed without the root that {absent} had before")
        for desk in sorted(changed - {""}):
            others = set(before.roots) - {desk}
            if desk not in before.roots:
                hold(self.roots[desk] in by, f"no signature by the root of the new desk {desk}")
                hold(len(desks) >= min(2, len(others)), f"the new desk {desk} lacks signatures of two desks before it")
            elif desk not in desks:
                hold(bool(others) and others <= desks, f"lines of desk {desk} changed without the root it had before")
                lost.append(desk)
        need(not lost, f"signatures hold; that {', '.join(lost)}, its root lost, waited 30 days is in no file")


COUNTS = ("received", "counted", "duplicate", "withdrawn", "pending", "lost", "other")
RELEASE = {"origin": "(.+)", "name": B, "tree": rf"({N}) (\S+)"} | dict.fromkeys(COUNTS[:3], f"({N})")
RELEASE |= {"out*": rf"([a-z-]+) ({N})"} | dict.fromkeys(COUNTS[3:], f"({N})") | {"previous?": r"(\S+) (\S+)"}
RELEASE |= {"changed*": "(.+)", "desk+": f"({DESK})", "dispositions": B, "tables": B}
RELEASE |= {"code": r"\S+ \S+ [0-9a-f]{40}(?:[0-9a-f]{24})?"}


class Release(Note):  # release.md
    def __init__(self, folder: Path) -> None:
        super().__init__(read(folder / "release"), str(folder))
        self.lines = found = fields(lines_of(self.text, "evenhand/release/1"), RELEASE)
        ((self.origin,),), ((self.title,),), ((size, root),) = found["origin"], found["name"], found["tree"]
        hold(self.title == folder.resolve().name, "its name is not that of its folder")
        self.folder, self.size, self.root, self.previous = folder, int(size), unbase64(root, 32), found["previous"]
        self.out = {reason: int(number) for reason, number in found["out"]}
        hold(len(self.out) == len(found["out"]), "a reason stands twice")
        self.desks = [desk for (desk,) in found["desk"]]
        hold(self.desks == sorted(set(self.desks)), "desks are out of order, or one stands twice")
        hold(bool(self.previous) or not found["changed"], "`changed` without `previous`")
        self.counts = {word: int(found[word][0][0]) for word in COUNTS}

    def letters(self) -> str:  # one a leaf
        data = read(self.folder / "dispositions")
        hold(self.lines["dispositions"] == [(base64_of(sha256(data)),)], "another SHA-256 than the note says")
        lines = lines_of(text_of(data), "evenhand/dispositions/1")
        letters = "".join(lines)
        right = [letters[at : at + 64] for at in range(0, len(letters), 64)]
        hold(lines == right, "the letters do not stand 64 a line")
        hold(len(letters) == self.size, f"{len(letters)} letters for {self.size} leaves")
        return letters

    def tables(self) -> None:  # what `sha256sum -c tables` checks
        data, shape = read(self.folder / "tables"), "([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9._-]*)"
        hold(self.lines["tables"] == [(base64_of(sha256(data)),)], "another SHA-256 than the note says")
        lines = (text_of(data) if data else "").split("\n")[:-1]
        listed = [match(shape, line, "not a line of sha256sum") for line in lines]
        names = [name for _, name in listed]
        hold(names == sorted(set(names)), "names in `tables` are out of order, or one stands twice")
        for digest, name in listed:
            hold(sha256(read(self.folder / name)).hex() == digest, f"{name} has another SHA-256 than `tables` says")
        beside = {path.name for path in self.folder.iterdir()} - {"release", "dispositions", "tables", *names}
        need(not beside, f"{len(names)} files have their digests; not known: {', '.join(sorted(beside))}")

    def by_desks(self, manifest: Manifest) -> None:
        hold(self.origin == manifest.origin, "it is of another ledger")
        by = self.signed(manifest.keys)
        for desk in self.desks:
            hold(desk in manifest.roots, f"the desk {desk} is not in the manifest in force")
            ours = [key for key in by if key.name.startswith(f"{desk}/op-")]
            two = [key for key in ours if "release" in manifest.roles.get(key, [])]
            hold(len(two) > 1, f"{len(two)} operators of desk {desk} with the role `release` signed, expected two")
        hold("unreadable" not in self.out or set(manifest.roots) <= set(self.desks), "`unreadable` needs every desk")


class Tree:  # ledger.md: entries, their leaf hashes, and the number of each entry's first leaf
    def __init__(self, name: str, entries: list[Entry]) -> None:
        self.name, self.entries = name, entries
        self.leaves = [sha256(b"\0" + entry_of(*entry)) for entry in entries]
        self.places = {entry: at for at, entry in reversed(list(enumerate(entries)))}
        self.manifests = [(at, digest) for at, (word, digest) in enumerate(entries) if word == "manifest"]


def roots_of(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:  # of those there are: RFC 6962, 2.1
    wanted, found = set(sizes), {0: sha256(b"")}
    stack: list[bytes] = []  # roots of full subtrees, from the left; their sizes are the ones of `size` in binary
    for size, leaf in enumerate(leaves, 1):
        stack.append(leaf)
        for _ in range((size & -size).bit_length() - 1):
            stack[-2:] = [sha256(b"\1" + stack[-2] + stack[-1])]
        if size in wanted:
            found[size] = stack[-1]
            for left in reversed(stack[:-1]):
                found[size] = sha256(b"\1" + left + found[size])
    return found


def tile_name(level: str, index: int) -> str:  # number 1234067 of level 0 is tile/0/x001/x234/067
    digits = f"{index:0{-(-len(str(index)) // 3) * 3}}"
    return f"tile/{level}/" + "".join(f"x{digits[at : at + 3]}/" for at in range(0, len(digits) - 3, 3)) + digits[-3:]


def read_entries(files: dict[str, bytes], size: int) -> list[Entry]:
    entries = list[Entry]()
    for index in range(-(-size // TILE)):
        width = min(TILE, size - index * TILE)
        name = tile_name("entries", index) + (f".p/{width}" if width < TILE else "")
        found = re.findall(rf"evenhand/(sealed|{'|'.join(PUBLIC)})/1\n(\S+)\n", files.get(name, b"").decode("latin-1"))
        hold(len(found) >= width, f"{name} is not here, or holds fewer than {width} entries")
        entries += [(word, unbase64(digest, 32)) for word, digest in found[:width]]
    return entries


def check_tiles(files: dict[str, bytes], tree: Tree) -> None:  # all needed are here, all, older too, hold what is right
    bundled = [len(each).to_bytes(2, "big") + each for each in (entry_of(*entry) for entry in tree.entries)]
    parts, level = {"entries": bundled, "0": tree.leaves}, 0
    while len(below := parts[str(level)]) >= TILE:
        chunks, level = (below[at : at + TILE] for at in range(0, len(below) - TILE + 1, TILE)), level + 1
        parts[str(level)] = [roots_of(each, [TILE])[TILE] for each in chunks]
    right = dict[str, list[bytes]]()
    for name, each in parts.items():
        for index in range(-(-len(each) // TILE)):
            full, right[full] = tile_name(name, index), each[index * TILE :][:TILE]
            needed = full if len(right[full]) == TILE else f"{full}.p/{len(right[full])}"
            hold(needed in files, f"missing: {needed}")
    unknown = {name for name in files if not re.fullmatch(r"tile/\w+/(x\d{3}/)*\d{3}(\.p/[1-9]\d{0,2})?", name, re.A)}
    for name in sorted(files.keys() - unknown):
        full, _, width = name.partition(".p/")
        known = right.get(full, [])[: int(width or TILE)]
        hold(len(known) == int(width or TILE), f"{name} goes beyond the checkpoint: put back, or cut off")
        hold(files[name] == b"".join(known), f"{name} disagrees with the entries, or has another size")
    need(not unknown, f"all agree; not known: {', '.join(sorted(unknown))}")


HEAD = re.compile(rb"record (0|[1-9][0-9]{0,17}) (\S{44}) (\S{44})\n")
ROWS = {"root": rf"size (?P<number>{N})\nroot (?P<digests>\S+\n)", "checkpoint": r"(?P<note>(?:.*\n)+)"}
ROWS |= dict.fromkeys(("shred", "shredded"), r"(?P<digests>(?:\S+\n)*)")
ROWS["batch"] = rf"number (?P<number>{N})\nday (?P<day>\S+)\nfirst (?P<first>{N})\n(?P<digests>(?:\S+\n)*)"
ROWS["entry"] = r"commitment (?P<digests>\S+\n)kind (?P<kind>\S+)\nlookup (?P<lookup>\S+)\nabout (?P<about>\S+)\n"
ROWS["entry"] += rf"day (?P<day>\S+)\nlane (?:open|set aside)\nframes (?P<number>{N})(?P<lengths>(?: {N})*)\n"
ROWS["entry"] += r"(?P<opening>(?:.*\n)*)"


def bodies(data: bytes, noted: int) -> Iterator[bytes]:  # of records that are whole, one after another
    first = b"evenhand/folder/1\n"
    hold(data.startswith(first), "the first line is not evenhand/folder/1")
    at, before = len(first), base64_of(sha256(first)).encode()
    while at < len(data):
        head = HEAD.match(data, at)
        end = head.end() + int(head[1]) if head else at
        body = data[head.end() : end] if head else b""
        if head is None or head[2] != base64_of(sha256(body)).encode() or data[end : end + 4] != b"end\n":
            rest = data[at:]
            short = b"\n" not in rest or (head is not None and len(data) < end + 4)
            if at >= noted and (b"\0\0" in rest or (short and not rest.endswith(b"\nend\n"))):
                need(False, f"all hold but {len(rest)} bytes at the end: a last write that a crash cut off")
            raise ValueError(f"the record at byte {at} is damaged")
        hold(head[3] == before, f"the record at byte {at} does not follow the one before it")
        yield body
        at, before = end + 4, head[2]


class Row:  # folder.md; `digests`: a commitment, a root, or what is listed; `number`: a size, an offset, a batch
    def __init__(self, body: bytes) -> None:
        self.word, _, rest = text_of(body).partition("\n")
        found = re.fullmatch(ROWS.get(self.word, "(?!)"), rest)
        hold(found is not None, "of an unknown kind, or not of the lines of its kind")
        value = defaultdict(str, found.groupdict() if found else {})
        self.digests = [unbase64(each, 32) for each in value["digests"].split("\n")[:-1]]
        self.number, self.first = int(value["number"] or 0), int(value["first"] or 0)
        self.kind, self.lengths = value["kind"], [int(length) for length in value["lengths"].split()]
        sealed = self.word == "entry" and (value["opening"] or self.kind not in PUBLIC)
        self.opening = Opening(value["opening"].encode()) if sealed else None
        self.checkpoint = Checkpoint(value["note"].encode(), "a checkpoint in rows") if value["note"] else None
        if self.checkpoint:
            self.number, self.digests = self.checkpoint.size, [self.checkpoint.root]
        if "day" in value:
            due_on(value["day"])
        if self.word == "entry":
            unbase64(value["lookup"], 16)
            unbase64(value["about"].removeprefix("-"), 0 if value["about"] == "-" else 32)


def order_of(rows: Sequence[Row], tree: Tree) -> Iterator[tuple[str, bool, str]]:  # check, claim, what else was found
    computed = roots_of(tree.leaves, (row.number for row in rows if row.word == "root"))
    frames: dict[str, set[bytes]] = {"entry": set(), "shred": set(), "shredded": set()}
    above, numbered, ends, roots, count = set[bytes](), set[bytes](), set[int](), dict[int, bytes](), 0
    for row in rows:
        what = base64_of(digest := b"".join(row.digests[:1]))
        if row.word == "entry":
            digests = row.opening.digests if row.opening else []
            yield "entries", digest not in above, f"{what} stands twice"
            yield "entries", not row.opening or row.opening.commitment == digest, f"{what} is not of its opening"
            yield "entries", not row.opening or row.opening.kind == row.kind, f"{what} is not of its opening's kind"
            yield "entries", len(row.lengths) == len(digests), f"{what} has {len(row.lengths)} frames"
            above.add(digest)
            frames["entry"].update(digests)
        elif row.word == "batch":
            count += 1
            yield "batches", row.number == count, f"number {row.number} stands where {count} is expected"
            yield "batches", row.first == len(numbered), f"{count} begins at {row.first}, not {len(numbered)}"
            yield "batches", set(row.digests) <= above, f"{count} numbers an entry that is not kept above it"
            numbers = len(numbered) + len(row.digests)
            numbered.update(row.digests)
            yield "batches", len(numbered) == numbers, f"{count} numbers an entry a second time"
            ends.add(numbers)
        elif row.word == "root":
            yield "roots", row.number in ends, f"one of size {row.number}, where no batch ends"
            yield "roots", roots.setdefault(row.number, digest) == digest, f"two for size {row.number}"
            yield "roots", computed.get(row.number) == digest, f"that of size {row.number} is not that of its leaves"
        elif row.word == "checkpoint":
            yield "checkpoints", roots.get(row.number) == digest, f"the root of size {row.number} is not above it"
        else:
            before = "entry" if row.word == "shred" else "shred"
            yield "shredding", set(row.digests) <= frames[before], f"of what no `{before}` above has"
            frames[row.word].update(row.digests)


def check_frames(folder: Path, rows: Sequence[Row]) -> None:  # each where its entry says, and what its opening names
    gone, going = ({each for row in rows if row.word == word for each in row.digests} for word in ("shredded", "shred"))
    with (folder / "frames").open("rb") as file:
        hold(file.readline(TILE) == b"evenhand/frames/1\n", "the first line is not evenhand/frames/1")
        for row in rows:
            what = base64_of(row.digests[0]) if row.lengths else ""
            hold(not row.lengths or row.number == file.tell(), f"those of {what} do not follow those before them")
            for digest, length in zip(row.opening.digests if row.opening else (), row.lengths, strict=False):
                line = f"frame {length} {base64_of(digest)} {what}\n"
                hold(file.readline(TILE) == line.encode(), f"the line of one of {what} is not that of its opening")
                data, end = file.read(min(length, LIMIT)), file.read(1)
                hold(len(data) == length and end == b"\n", f"one of {what} is cut short, or without its LF")
                hold(digest not in gone or not any(data), f"one of {what} is shredded, and is not zeros")
                right = digest in going or sha256(data) == digest
                hold(right, f"one of {what} is not the one that its opening names")
        rest = len(file.read(LIMIT))
    need(going == gone, f"all hold; {len(going - gone)} are to go, and are not noted as gone")
    need(not rest, f"all hold; {rest} bytes at the end are of no entry: a last write that a crash cut off?")


KINDS: dict[str, Callable[[bytes, str], Any]] = {"evenhand/manifest/1": Manifest, "evenhand/promise/1": Promise}
KINDS |= {"evenhand/opening/1": parse_openings, "c2sp.org/tlog-proof@v1": Receipt}
KINDS |= {"checkpoint": Checkpoint, "checkpoints": Checkpoint, "manifest": Manifest, "openings": parse_openings}


class Case:  # all that is given, checked together
    def __init__(self, told: str, now: float) -> None:
        self.told, self.now, self.unread = told, now, False
        self.lines: list[tuple[str, str, str]] = []
        self.given: dict[type, list[Any]] = defaultdict(list)
        self.manifests: list[Manifest] = []  # those that hold, in order
        self.tree = Tree("no ledger", [])  # the largest; `roots` are those of all sizes that are named
        self.roots: dict[int, bytes] = {}

    @contextmanager
    def check(self, what: str, why: str = "") -> Iterator[None]:  # a line: `ok` (none without a why), or what is raised
        word = "ok"
        try:
            yield
        except Unchecked as missing:
            word, why = "not checked", str(missing)
        except FileNotFoundError as error:
            word, why = "FAIL", f"missing: {Path(error.filename).name}"
        except OSError as error:
            self.unread, word, why = True, "not checked", f"could not be read: {error.strerror or error}"
        except ValueError as fault:
            word, why = "FAIL", str(fault)
        self.lines += [(word, what, why)] if why else []

    def take(self, path: Path, kind: str) -> list[Any]:  # what is read, alone in a list, or none and a line
        found = []
        with self.check(f"{path} read"):
            found.append(Release(path) if kind == "release" else KINDS[kind](read(path), str(path)))
            self.given[type(found[0])] += found
        return found

    def gather(self, path: Path) -> None:  # a PATH, by what its folder holds or its first line says
        names = {each.name for each in path.iterdir()} if path.is_dir() else set()
        data = read(path) if path.is_file() else b""
        first = data.split(b"\n", 1)[0].decode("latin-1")
        kind = first if first in KINDS else "checkpoint" if "\n\n— ".encode() in data else ""
        if names & {"rows", "frames", "length"}:
            self.gather_store(path)
        elif names & {"checkpoint", "checkpoints", "tile", "manifest"}:
            self.gather_ledger(path)
        elif kind or "release" in names:
            self.take(path, kind or "release")
        else:
            raise OSError("not there, or nothing that this program knows")

    def gather_ledger(self, folder: Path) -> None:  # published.md
        tiles, unknown = dict[str, bytes](), list[str]()
        found: dict[str, dict[str, Any]] = {"checkpoint": {}, "checkpoints": {}, "manifest": {}, "openings": {}}
        for path in sorted(path for path in folder.rglob("[!.]*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            kind, _, number = name.partition("/")
            if kind == "tile":
                tiles[name] = read(path)
            elif kind in found:
                found[kind].update((number, each) for each in self.take(path, kind))
            elif kind != "release":
                unknown.append(name)
        notes = [("release", each) for path in sorted(folder.glob("release/*")) for each in self.take(path, "release")]
        notes += [("manifest", each) for each in found["manifest"].values()]
        with self.check(f"{folder} names", "files are what they are called"):
            named = [(each.name, each.size) for each in found["checkpoints"].values()]
            named += [(each.name, each.version) for each in found["manifest"].values()]
            wrong = [f"{name} is of {own}" for name, own in named if Path(name).name != str(own)]
            hold(not wrong, ", ".join(wrong))
            need(not unknown, f"not known: {', '.join(unknown)}")
        with self.check(f"{folder} checkpoint", "the newest, and the same under its size"):
            hold("" in found["checkpoint"], "none that can be read")
            newest, older = found["checkpoint"][""], {each.size: each for each in found["checkpoints"].values()}
            size, largest = newest.size, max(older, default=0)
            hold(size == largest, f"of size {size}, under checkpoints/ {largest}: put back, or cut off")
            other = older[newest.size]
            mine, theirs = set(newest.signatures.items()), set(other.signatures.items())
            later = (mine <= theirs or theirs <= mine) and newest.origin not in {who for (who, _), _ in mine ^ theirs}
            hold(later and other.text == newest.text, f"{other.name} differs by more than later cosignatures")
        for newest in found["checkpoint"].values():
            with self.check(f"{folder} entries", "none twice, one for each document"):
                tree = Tree(str(folder), read_entries(tiles, newest.size))
                self.given[Tree].append(tree)
                with self.check(f"{folder} tiles", f"{len(tiles)} files agree at every level"):
                    check_tiles(tiles, tree)
                with self.check(f"{folder} root", "tiles lead to the root of the checkpoint"):
                    root = roots_of(tree.leaves, [newest.size])[newest.size]
                    hold(root == newest.root, f"tiles lead to {base64_of(root)}, the checkpoint has another")
                with self.check(f"{folder} openings", "one for each sealed leaf"):
                    need(bool(found["openings"]), "none here; desks and witnesses have them")
                    openings = [each for _, each in sorted(found["openings"].items(), key=lambda item: int(item[0]))]
                    places = [tree.places.get(("sealed", each.commitment), -1) for batch in openings for each in batch]
                    hold(-1 not in places, f"{places.count(-1)} are of no leaf")
                    hold(len(set(places)) == len(places), "one stands twice")
                    hold(places == sorted(places), "they do not stand in the order of their leaves")
                    hold(len(places) == sum(word == "sealed" for word, _ in tree.entries), "a sealed leaf has none")
                twice = [at for at, entry in enumerate(tree.entries) if tree.places[entry] != at]
                hold(not twice, f"leaf {twice[:1]} has the entry of one before it")
                bare = [note.name for word, note in notes if (word, note.digest) not in tree.places]
                hold(not bare, f"no leaf has {', '.join(bare)}")

    def gather_store(self, folder: Path) -> None:  # folder.md
        rows, noted = list[Row](), [0, 0]
        with self.check(f"{folder} length", "files are no shorter than noted"):
            need((folder / "length").exists(), "not here: that a store was cut short shows only by it")
            shape = rf"evenhand/length/1\nrows ({N})\nframes ({N})\n"
            noted = [int(each) for each in match(shape, text_of(read(folder / "length")), "not the lines of `length`")]
            for name, length in zip(("rows", "frames"), noted, strict=True):
                hold((folder / name).stat().st_size >= length, f"{name} had {length} bytes: cut, or an old copy")
            beside = {path.name for path in folder.glob("[!.]*")} - {"rows", "frames", "length", "lock"}
            need(not beside, f"files are no shorter than noted; not known: {', '.join(sorted(beside))}")
        with self.check(f"{folder} records", "each is whole, and follows the one before"):
            for body in bodies(read(folder / "rows"), noted[0]):
                try:
                    rows.append(Row(body))
                except ValueError as fault:
                    raise ValueError(f"record {len(rows) + 1}: {fault}") from None
        kinds = {row.digests[0]: row.kind for row in rows if row.word == "entry"}
        numbered = [each for row in rows if row.word == "batch" for each in row.digests if each in kinds]
        tree = Tree(str(folder), [(kinds[each] if kinds[each] in PUBLIC else "sealed", each) for each in numbered])
        self.given[Tree].append(tree)
        self.given[Checkpoint] += [row.checkpoint for row in rows if row.checkpoint]
        self.given[Opening] += [row.opening for row in rows if row.opening]
        faults = {name: otherwise for name, claim, otherwise in reversed([*order_of(rows, tree)]) if not claim}
        for name in ("entries", "batches", "roots", "checkpoints", "shredding"):
            with self.check(f"{folder} {name}", "as records before them allow"):
                hold(name not in faults, faults.get(name, ""))
        with self.check(f"{folder} frames", "each is where its entry says, and what its opening names"):
            check_frames(folder, rows)

    def follow(self) -> None:  # manifests, each from the one before; none after one that does not hold
        given = {each.digest: each for each in self.given[Manifest]}
        for manifest in sorted(given.values(), key=lambda each: each.version):
            before, version, digest = self.manifests[-1:], manifest.version, manifest.digest.hex()
            with self.check(f"manifest {version} chain", "follows the one before" if before else "as you were told"):
                for each in before:
                    need(version <= each.version + 1, f"version {each.version + 1}, between them, is not here")
                    hold(version != each.version, f"two of this version: {each.name} and {manifest.name}")
                    right = manifest.previous == [(base64_of(each.digest),)]
                    hold(right, f"`previous` is not the SHA-256 of version {each.version}")
                    hold(manifest.origin == each.origin, "another origin than the version before")
                    hold(manifest.day >= each.day, "an earlier day than the version before")
                need(bool(before) or version == 1, f"version {version - 1}, which must vouch for it, is not here")
                need(bool(before or self.told), f"compare SHA-256 {digest} with what you were told (--first)")
                hold(bool(before) or self.told == digest, f"its SHA-256 is {digest}, not what you were told")
            with self.check(f"manifest {version} signatures", "signed by all whose word it needs"):
                manifest.signers(before[0] if before else None)
            gap = any(version > each.version + 1 for each in before)
            if gap or "FAIL" in (word for word, _, _ in self.lines[-2:]):
                self.lines.append(("not checked", "manifests", f"no key of version {version} or later is taken"))
                break
            self.manifests.append(manifest)

    def judge(self, size: int, question: Callable[[Manifest], None]) -> None:  # by the manifest in force at a size
        newest = [digest for at, digest in self.tree.manifests if at < size][-1:]
        ours = [each for each in self.manifests if [each.digest] == newest or (not newest and each.version == 1)]
        ours = ours if size <= len(self.tree.entries) else self.manifests
        need(bool(ours), "the manifest in force at this size is not here")
        faults = []
        for manifest in ours:
            try:
                question(manifest)
            except ValueError as fault:
                faults.append(str(fault))
        need(len(faults) in (0, len(ours)), "holds by some manifests; which was in force, only the ledger can say")
        hold(not faults, "".join(faults[:1]))

    def compare(self) -> list[Checkpoint]:  # trees and checkpoints with each other; the checkpoints that hold
        checkpoints = [each.checkpoint for each in self.given[Receipt]] + self.given[Checkpoint]
        given = {each.digest: each for each in reversed(checkpoints)}.values()
        trees = sorted(self.given[Tree], key=lambda tree: len(tree.entries))
        for self.tree in trees[-1:]:
            self.roots = roots_of(self.tree.leaves, {each.size for each in (*given, *self.given[Release])})
            with self.check(f"{self.tree.name} documents", "each public leaf has its own"):
                places = [self.tree.places.get(("manifest", each.digest), LIMIT) for each in self.manifests]
                hold(places == sorted(places), "manifests do not stand in the order of their versions")
                here = {each.digest for each in (*self.given[Manifest], *self.given[Release])}
                public = [(at, *entry) for at, entry in enumerate(self.tree.entries) if entry[0] in PUBLIC]
                absent = [f"{word} of leaf {at}" for at, word, digest in public if digest not in here]
                need(not absent, f"not here: {', '.join(absent)}")
        for tree in trees[:-1]:
            with self.check(f"{tree.name} and {self.tree.name}", f"the first {len(tree.entries)} leaves are the same"):
                wrong = [at for at, entry in enumerate(tree.entries) if entry != self.tree.entries[at]]
                hold(not wrong, f"leaf {wrong[:1]} is another")
                kept = {each.size for each in self.given[Checkpoint] if each.name == "a checkpoint in rows"}
                shown = {each.size for each in self.given[Checkpoint] if "checkpoints/" in each.name}
                gone = sorted(size for size in kept - shown if shown and 0 < size <= len(tree.entries))
                hold(not gone, f"checkpoints/{gone[:1]} is gone, and the store has it")
                store, more = (Path(tree.name) / "rows").is_file(), len(self.tree.entries) - len(tree.entries)
                need(not (store and more), f"the same but for {more} that {tree.name} lacks: it is an old copy")
        first: dict[tuple[str, int], Checkpoint] = {}
        with self.check("forks", f"{len(given)} checkpoints, one root for each size" if given else ""):
            for each in given:
                other = first.setdefault((each.origin, each.size), each)
                hold(other.root == each.root, f"two roots for size {each.size}, keep both: {other.name}, {each.name}")
        good = []
        for each in given:
            with self.check(f"{each.name} log", "signed by it"):
                self.judge(each.size, each.by_log)
            with self.check(f"{each.name} quorum", "cosigned by enough witnesses"):
                self.judge(each.size, each.by_witnesses)
            with self.check(f"{each.name} consistency", "its leaves are the first of all"):
                need(each.size in self.roots, "the leaves of this size are not here")
                hold(self.roots[each.size] == each.root, f"forked: the first {each.size} leaves have another root")
            good += [each] if "FAIL" not in (word for word, _, _ in self.lines[-3:]) else []
        return sorted(good, key=lambda each: each.size)

    def hear(self, good: Sequence[Checkpoint]) -> None:  # openings, receipts, promises
        openings = [each for batch in self.given[list] for each in batch]
        with self.check("openings", f"{len(openings)}, each of a leaf" if openings else ""):
            need(bool(self.tree.entries) or not openings, "the ledger is not here")
            lone = [each for each in openings if ("sealed", each.commitment) not in self.tree.places]
            hold(not lone, f"{len(lone)} are of no leaf")
        proved = {}
        for receipt in self.given[Receipt]:
            with self.check(f"{receipt.name} path", f"leads from a {receipt.opening.kind}, leaf {receipt.index}"):
                size, leaf = receipt.checkpoint.size, sha256(b"\0" + entry_of("sealed", receipt.opening.commitment))
                hold(receipt.index < size, f"leaf {receipt.index} is not below the size {size}")
                root = climb(leaf, receipt.index, size, receipt.path)
                hold(root == receipt.checkpoint.root, "opening and path do not lead to the checkpoint's root")
                proved[receipt.opening.commitment] = receipt.checkpoint.digest
        for promise in self.given[Promise]:
            with self.check(f"{promise.name} signature", "signed by the promise key"):
                need(bool(self.manifests), "no manifest that holds is here")
                hold(promise.origin == self.manifests[0].origin, "it is of another ledger")
                by = promise.signed(key for each in self.manifests for key in each.keys)
                hold(any(each.promise in by for each in self.manifests), "no signature by the promise key")
            with self.check(f"{promise.name} kept", "its leaf was seen in time"):
                need(bool(self.manifests), "no manifest that holds is here")
                place = self.tree.places.get(("sealed", promise.commitment), LIMIT)
                early, all_here = self.now < promise.due, [each for each in good if each.size in self.roots]
                covered = [each for each in all_here if place < each.size]
                covered += [each for each in good if each.digest == proved.get(promise.commitment)]
                kept = any(early or (each.times and each.times[0] <= promise.due) for each in covered)
                for each in all_here:
                    late = each.times[-1] >= promise.due if each.times else each is good[-1] and not early
                    hold(kept or not late or each in covered, f"broken: {each.name}, of its time or later, lacks it")
                need(kept or not early, f"not due yet, before 06:00 UTC of {promise.day}")
                need(kept, f"{len(covered)} checkpoints have its leaf, none is known to be in time, nor to be too late")

    def account(self) -> None:  # releases
        releases = {each.digest: each for each in self.given[Release]}
        opened = self.given[Opening] + [each for batch in self.given[list] for each in batch]
        kinds = {each.commitment: each.kind for each in opened}
        for release in releases.values():
            n, out, name, size, letters = release.counts, sum(release.out.values()), release.name, release.size, ""
            entries, place = self.tree.entries, self.tree.places.get(("release", release.digest), -1)
            with self.check(f"{name} sums", "all that was received is accounted for"):
                parts = sum(n[word] for word in COUNTS[1:-1]) + out
                hold(parts == n["received"], f"the parts add up to {parts}, received is {n['received']}")
                hold(n["received"] + n["other"] == size, f"received and other do not add up to {size}")
            with self.check(f"{name} letters", "as many of each as the note says"):
                letters = release.letters()
                right = {word[0]: n[word] for word in COUNTS[2:-1]} | {"o": out, "c": n["counted"] + n["other"]}
                wrong = sorted(each for each in {*letters, *right} if letters.count(each) != right.get(each, 0))
                hold(not wrong, f"the note says another number of {wrong}")
            with self.check(f"{name} tables", "files have their digests"):
                release.tables()
            with self.check(f"{name} signatures", "two operators of each desk"):
                self.judge(size, release.by_desks)
            with self.check(f"{name} place", "its leaf lies after its tree"):
                need(bool(entries), "the ledger is not here")
                hold(place >= size, f"its leaf ({place}) is not here, or not after its tree of {size}")
            with self.check(f"{name} root", "that of the ledger"):
                need(size in self.roots, "the leaves of this size are not here")
                hold(self.roots[size] == release.root, f"the first {size} leaves have another root")
            with self.check(f"{name} kinds", "c for all that is no report, and as many reports as received"):
                need(0 < len(letters) <= len(entries), "its leaves or letters are not here")
                named = [kinds.get(digest, word) for word, digest in entries[:size]]
                wrong = [at for at, kind in enumerate(named) if kind not in ("report", "sealed") and letters[at] != "c"]
                hold(not wrong, f"a leaf that is no report has another letter: {wrong[:1]}")
                need("sealed" not in named, f"{named.count('sealed')} leaves have no opening here")
                hold(named.count("report") == n["received"], f"{named.count('report')} reports, not {n['received']}")
            with self.check(f"{name} previous", "the release whose leaf comes before"):
                need(place >= 0, "its leaf is not here")
                before = [base64_of(digest) for word, digest in entries[:place] if word == "release"][-1:]
                hold([digest for _, digest in release.previous] == before, "not the release whose leaf comes before")
            with self.check(f"{name} changed", "each letter that changed"):
                for title, digest in release.previous:
                    need(unbase64(digest, 32) in releases, "the release before is not here")
                    earlier = releases[unbase64(digest, 32)]
                    hold(earlier.title == title, f"the release before has the name {earlier.title}")
                    hold(earlier.size <= size, f"the release before has a larger tree, {earlier.size}")
                    pairs = zip(earlier.letters(), release.letters(), strict=False)
                    counts = Counter(one + other for one, other in pairs if one != other)
                    changed = [(f"{pair} {count}",) for pair, count in sorted(counts.items())]
                    hold(release.lines["changed"] == changed, "other changes than the letters show")


def main(arguments: Sequence[str], now: float) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", metavar="SHA256", default="")
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    case = Case(options.first.lower(), now)
    for path in options.paths:
        with case.check(str(path)):
            case.gather(path)
    case.follow()
    case.hear(case.compare())
    case.account()
    for line in case.lines:
        print(re.sub(r"[^\x20-\x7e]", "?", "{:<11}  {}: {}".format(*line)))
    return 1 if "FAIL" in (word for word, _, _ in case.lines) else 2 * case.unread


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], time.time()))
