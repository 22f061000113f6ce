"""A small ledger made from the pages in docs/formats alone: hashlib and cryptography, nothing of evenhand.

A `World` holds what a desk, a witness and a person would hold after five days: a published ledger of 300 leaves, its
store, two releases, receipts, promises. A test changes it before it is signed (`text`, `sign`) or after (`replace`,
`put`, `drop`), and writes it to a folder.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "report.example.org/ledger"
FRAMES = {"report": ("facts", "story"), "correction": ("facts", "story"), "canvass": ("facts",), "cover": ()}
FRAMES |= dict.fromkeys(("withdrawal", "reply", "act"), ("note",))
PUBLIC = ("manifest", "release", "plan")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Key:
    """A key made from its name; type 4 cosigns."""

    def __init__(self, name: str, kind: int = 1, seed: str = "", public: bytes = b"") -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(sha256((seed or f"test key {name}").encode()))
        self.name, self.kind = name, kind
        self.data = bytes([kind]) + (public or self.private.public_key().public_bytes_raw())
        self.id = sha256(f"{name}\n".encode() + self.data)[:4]
        self.text = f"{name}+{self.id.hex()}+{b64(self.data)}"

    def line(self, text: str, at: int) -> str:
        if self.kind == 4:
            signature = self.private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
            return f"— {self.name} {b64(self.id + at.to_bytes(8, 'big') + signature)}\n"
        return f"— {self.name} {b64(self.id + self.private.sign(text.encode()))}\n"


KEYS = {key.name: key for key in (Key(ORIGIN), Key(f"{ORIGIN}/promise"), Key("w1.example", 4), Key("w2.example", 4))}
KEYS |= {
    f"{desk}/{who}": Key(f"{desk}/{who}") for desk in ("civil", "legal", "third") for who in ("root", "op-1", "op-2")
}
LOG, PROMISE, W1, W2 = ORIGIN, f"{ORIGIN}/promise", "w1.example", "w2.example"
OPERATORS = ("civil/op-1", "civil/op-2", "legal/op-1", "legal/op-2")


def signed(text: str, names: Iterable[str], at: int = 0) -> bytes:
    return f"{text}\n{''.join(KEYS[name].line(text, at) for name in names)}".encode()


def age(seed: str) -> str:
    """In the shape of an age recipient; nothing is sealed to it."""
    digits = "023456789acdefghjklmnpqrstuvwxyz"
    return "age1" + "".join(digits[byte % 32] for byte in hashlib.sha512(seed.encode()).digest()[:58])


def entry(word: str, digest: bytes) -> bytes:
    return f"evenhand/{word}/1\n{b64(digest)}\n".encode()


def leaf(data: bytes) -> bytes:
    return sha256(b"\0" + data)


def root(leaves: Sequence[bytes], known: dict[tuple[int, int], bytes] | None = None, start: int = 0) -> bytes:
    """RFC 6962 section 2.1, as it is written there; `known` keeps the roots of parts of one ledger."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    known, at = {} if known is None else known, (start, len(leaves))
    if at not in known:
        half = 1 << (len(leaves) - 1).bit_length() - 1
        known[at] = sha256(b"\1" + root(leaves[:half], known, start) + root(leaves[half:], known, start + half))
    return known[at]


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) < 2:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(index, leaves[:half]), root(leaves[half:])]
    return [*path(index - half, leaves[half:]), root(leaves[:half])]


def day_after(number: int) -> str:
    return f"{date(2026, 12, 1) + timedelta(number)}"


def seconds(day: str) -> int:
    """05:50 UTC of a day: ten minutes before promises are due."""
    return int(datetime.fromisoformat(f"{day}T05:50+00:00").timestamp())


def tile(level: str, index: int, width: int) -> str:
    number = f"{index:03}" if index < 1000 else f"x{index // 1000:03}/{index % 1000:03}"
    return f"tile/{level}/{number}" + (f".p/{width}" if width < 256 else "")


def tiles(entries: Sequence[bytes], sizes: Iterable[int]) -> dict[str, bytes]:
    """All tiles that ledgers of these sizes have, older parts too."""
    files: dict[str, bytes] = {}
    levels = [[leaf(each) for each in entries]]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        levels.append([root(below[at : at + 256]) for at in range(0, len(below) - 255, 256)])
    bundled = [len(each).to_bytes(2, "big") + each for each in entries]
    for size in sizes:
        names = [("entries", bundled, size), *((str(at), level, size // 256**at) for at, level in enumerate(levels))]
        for level, parts, count in names:
            for at in range(0, count, 256):
                width = min(256, count - at)
                files[tile(level, at // 256, width)] = b"".join(parts[at : at + width])
    return files


class World:
    """Everything; `sizes` are those of checkpoints, one a day from 2026-12-02."""

    def __init__(self, sizes: Sequence[int] = (64, 128, 192, 256, 300), plain: bool = False) -> None:
        self.sizes, self.plain = list(sizes), plain
        self.edits: list[tuple[str, str, str]] = []
        self.signers: dict[str, list[str]] = {}
        self.after: list[Callable[[dict[str, bytes]], None]] = []
        self.paths: list[str] = ["ledger", "store", "receipt-10", "receipt-280", "promise"]
        self.kinds: dict[int, str] = {}
        self.letters: dict[str, str] = {}
        self.batches: list[list[int]] = []
        self.told: str | None = None
        self.now = float(seconds("2026-12-10"))
        self.instead: dict[int, bytes] = {}
        self.limit = 0

    # what a test may change
    def text(self, name: str, old: str, new: str) -> "World":
        """Where a pattern stands in the text of a note, before it is signed."""
        self.edits.append((name, old, new))
        return self

    def sign(self, name: str, *names: str) -> "World":
        self.signers[name] = list(names)
        return self

    def do(self, change: Callable[[dict[str, bytes]], None]) -> "World":
        self.after.append(change)
        return self

    def replace(self, name: str, old: str, new: str) -> "World":
        """Where a pattern first stands in a file."""

        def change(files: dict[str, bytes]) -> None:
            files[name], count = re.subn(old.encode(), new.encode(), files[name], count=1)
            assert count, f"{name} has no {old!r}"

        return self.do(change)

    def rows(self, change: Callable[[list[str]], None]) -> "World":
        """In the bodies of the store's records, which are then chained anew."""

        def rechain(files: dict[str, bytes]) -> None:
            bodies = bodies_of(files["store/rows"])
            change(bodies)
            files["store/rows"] = rows_of(bodies)

        return self.do(rechain).drop("store/length")

    def row(self, word: str, old: str, new: str) -> "World":
        """Where a pattern first stands in a record of a kind."""

        def change(bodies: list[str]) -> None:
            at = next(at for at, body in enumerate(bodies) if body.startswith(f"{word}\n") and re.search(old, body))
            bodies[at] = re.sub(old, new, bodies[at], count=1)

        return self.rows(change)

    def put(self, name: str, data: bytes | str) -> "World":
        return self.do(lambda files: files.update({name: data.encode() if isinstance(data, str) else data}))

    def drop(self, *names: str) -> "World":
        def change(files: dict[str, bytes]) -> None:
            for name in [each for each in files if each.startswith(names)]:
                del files[name]

        return self.do(change)

    def give(self, *paths: str) -> "World":
        self.paths = list(paths)
        return self

    # how it is made
    def note(self, name: str, text: str, names: Sequence[str], at: int = 0) -> bytes:
        for which, old, new in self.edits:
            if which == name:
                text, count = re.subn(old, new, text, count=1)
                assert count, f"{name} has no {old!r}"
        return signed(text, self.signers.get(name, names), at)

    def manifests(self) -> list[bytes]:
        """Version 2 changes a label of one desk, version 3 the witnesses."""
        found: list[bytes] = []
        for version in (1, 2, 3):
            lines = ["evenhand/manifest/1", f"origin {ORIGIN}", f"version {version}"]
            lines += [f"previous {b64(sha256(found[-1]))}"] if found else []
            lines += [f"day 2026-12-0{version}", f"log {KEYS[LOG].text}", f"promise {KEYS[PROMISE].text}"]
            lines += [f"witness {KEYS[name].text}" for name in (W1, W2)[: 1 + (version > 2)]]
            lines += [f"quorum {1 + (version > 2)}", "code argon2id 47104 1 1"]
            lines += ["term facts 1825 story 730 reply 365 act 3650", "batch 64 daily 06:00"]
            for desk in ("civil", "legal"):
                key = KEYS[f"{desk}/root"].text
                lines.append(f"desk {desk} root {key} facts {age(desk + 'f')} story {age(desk + 's')}")
            for name in OPERATORS:
                lines.append(f"operator {KEYS[name].text} {age(name)} roles facts,code,release")
            lines += ['label civil en "Human rights office"', f'label legal en "Legal aid{" now" * (version > 1)}"']
            text = "".join(f"{line}\n" for line in lines)
            names = [["civil/root", "legal/root", LOG], ["legal/root", LOG], ["civil/root", "legal/root", LOG]]
            found.append(self.note(f"manifest/{version}", text, names[version - 1]))
        return found

    def opening(self, index: int) -> tuple[str, bytes, list[bytes]]:
        """Kind, opening and frames of a sealed leaf."""
        other = ("correction", "canvass", "withdrawal", "reply", "act")
        kind = "report" if index % 7 == 3 else other[index // 10 % 5] if index % 10 == 0 else "cover"
        frames = [hashlib.shake_128(f"{index} {role}".encode()).digest(40 + index % 9) for role in FRAMES[kind]]
        lines = ["evenhand/opening/1", f"kind {kind}", f"blind {b64(sha256(f'blind {index}'.encode()))}"]
        lines += [f"{role} {b64(sha256(frame))}" for role, frame in zip(FRAMES[kind], frames, strict=True)]
        return kind, "".join(f"{line}\n" for line in lines).encode(), frames

    def release(
        self, name: str, entries: list[bytes], size: int, before: tuple[str, str, bytes] | None
    ) -> dict[str, bytes]:
        reports = [at for at in range(size) if self.kinds[at] == "report"]
        letters = ["c"] * size
        for number, at in enumerate(reports):
            letters[at] = "ccdowpcccc"[number % 10] if number != 4 or before is None else "c"
        joined = self.letters[name] = "".join(letters)
        count = Counter(letters[at] for at in reports)
        table = b"quarter,stops\n1,9\n"
        rows = "".join(f"{joined[at : at + 64]}\n" for at in range(0, size, 64))
        files = {"counts.csv": table, "dispositions": f"evenhand/dispositions/1\n{rows}".encode()}
        files["tables"] = f"{hashlib.sha256(table).hexdigest()}  counts.csv\n".encode()
        lines = ["evenhand/release/1", f"origin {ORIGIN}", f"name {name}"]
        lines += [f"tree {size} {b64(root([leaf(each) for each in entries[:size]]))}"]
        lines += [f"received {len(reports)}", f"counted {count['c']}", f"duplicate {count['d']}"]
        lines += ["out not-a-stop 1", f"out spam {count['o'] - 1}", f"withdrawn {count['w']}", f"pending {count['p']}"]
        lines += ["lost 0", f"other {size - len(reports)}"]
        if before:
            lines.append(f"previous {before[0]} {b64(sha256(before[2]))}")
            pairs = Counter(one + other for one, other in zip(before[1], joined, strict=False) if one != other)
            lines += [f"changed {pair} {number}" for pair, number in sorted(pairs.items())]
        lines += ["desk civil", "desk legal"]
        lines += [f"{word} {b64(sha256(files[word]))}" for word in ("dispositions", "tables")]
        text = "".join(f"{line}\n" for line in [*lines, f"code evenhand 1.4.0 {'0123456789' * 4}"])
        return files | {"release": self.note(f"release/{name}", text, OPERATORS)}

    def build(self) -> dict[str, bytes]:
        """All files, by path."""
        files: dict[str, bytes] = {}
        manifests = self.manifests()
        files |= {f"ledger/manifest/{at}": data for at, data in enumerate(manifests, 1) if at == 1 or not self.plain}
        documents = {0: ("manifest", 1), 64: ("manifest", 2), 200: ("manifest", 3)}
        places: dict[int, tuple[str, bytes]] = {at: (word, manifests[n - 1]) for at, (word, n) in documents.items()}
        entries: list[bytes] = []
        openings: dict[int, tuple[str, bytes, list[bytes]]] = {}
        previous: tuple[str, str, bytes] | None = None
        self.kinds = {}
        for at in range(self.sizes[-1]):
            if at in (150, 290):
                name, size = {150: ("2027-Q1", 128), 290: ("2027-Q2", 256)}[at]
                folder = self.release(name, entries, size, previous)
                files |= {f"ledger/release/{name}/{each}": data for each, data in folder.items()}
                previous = (name, self.letters[name], folder["release"])
                places[at] = ("release", folder["release"])
            if at in places:
                word, data = places[at]
                self.kinds[at] = word
                entries.append(entry(word, sha256(data)))
            else:
                openings[at] = self.opening(at)
                self.kinds[at] = openings[at][0]
                entries.append(entry("sealed", sha256(openings[at][1])))
            entries[at] = self.instead.get(at, entries[at])
        leaves = [leaf(each) for each in entries]
        files |= {f"ledger/{name}": data for name, data in tiles(entries, self.sizes).items()}
        checkpoints: dict[int, bytes] = {}
        roots: dict[int, bytes] = {}
        known: dict[tuple[int, int], bytes] = {}
        for number, size in enumerate(self.sizes, 1):
            roots[size] = root(leaves[:size], known)
            text = f"{ORIGIN}\n{size}\n{b64(roots[size])}\n"
            names = [LOG, W1, W2] if size > 200 else [LOG, W1]
            made = self.note(f"checkpoint/{size}", text, names, seconds(day_after(number)))
            checkpoints[size] = files[f"ledger/checkpoints/{size}"] = made
        files["ledger/checkpoint"] = checkpoints[self.sizes[-1]]
        starts = [0, *self.sizes]
        self.batches = [list(range(start, end)) for start, end in zip(starts, self.sizes, strict=False)]
        for number, batch in enumerate(self.batches, 1):
            files[f"ledger/openings/{number}"] = b"".join(openings[at][1] for at in batch if at in openings)
        for at, size in ((10, 64), (280, 300)):
            if size in checkpoints:
                lines = [f"extra {b64(openings[at][1])}", f"index {at}", *map(b64, path(at, leaves[:size]))]
                head = "".join(f"{line}\n" for line in ["c2sp.org/tlog-proof@v1", *lines])
                files[f"receipt-{at}"] = head.encode() + b"\n" + checkpoints[size]
        if self.sizes[-1] > 100:
            text = f"evenhand/promise/1\n{ORIGIN}\n{b64(sha256(openings[101][1]))}\nby 2026-12-03\n"
            files["promise"] = self.note("promise", text, [PROMISE])
        files |= self.store(openings, places, roots, checkpoints)
        for change in self.after:
            change(files)
        return files

    def store(
        self,
        openings: dict[int, tuple[str, bytes, list[bytes]]],
        places: dict[int, tuple[str, bytes]],
        roots: dict[int, bytes],
        checkpoints: dict[int, bytes],
    ) -> dict[str, bytes]:
        """The folder store: entries in another order than their leaves, then the batch, its root, its checkpoint."""
        frames, bodies = bytearray(b"evenhand/frames/1\n"), list[str]()
        for number, batch in enumerate(self.batches, 1):
            names: dict[int, str] = {}
            for at in sorted(batch, key=lambda at: sha256(str(at).encode())):
                kind, opening, sealed = openings.get(at) or (places[at][0], b"", [])
                names[at] = b64(sha256(opening or places[at][1]))
                sizes = " ".join(str(each) for each in [len(frames), *map(len, sealed)])
                body = f"entry\ncommitment {names[at]}\nkind {kind}\nlookup {b64(sha256(b'lookup')[:16])}\n"
                about = names[batch[0]] if batch[0] in names and kind == "act" else "-"
                lane = "open" if at % 5 else "set aside"
                body += f"about {about}\nday {day_after(number - 1)}\nlane {lane}\nframes {sizes}\n"
                bodies.append(body + opening.decode())
                for frame in sealed:
                    frames += f"frame {len(frame)} {b64(sha256(frame))} {names[at]}\n".encode() + frame + b"\n"
            listed = "".join(f"{names[at]}\n" for at in batch)
            bodies.append(f"batch\nnumber {number}\nday {day_after(number)}\nfirst {batch[0]}\n{listed}")
            size = batch[-1] + 1
            bodies.append(f"root\nsize {size}\nroot {b64(roots[size])}\n")
            bodies.append(f"checkpoint\n{checkpoints[size].decode()}")
        gone = openings[17][2]
        bodies += [f"{word}\n" + "".join(f"{b64(sha256(frame))}\n" for frame in gone) for word in ("shred", "shredded")]
        for frame in gone:
            frames = frames.replace(frame, bytes(len(frame)))
        rows = rows_of(bodies)
        length = f"evenhand/length/1\nrows {len(rows)}\nframes {len(frames)}\n".encode()
        return {"store/rows": rows, "store/frames": bytes(frames), "store/length": length, "store/lock": b""}

    def write(self, folder: Path) -> list[str]:
        """Put it on the disk; the arguments of the verifier."""
        files = self.build()
        told = sha256(files.get("ledger/manifest/1", b"")).hex() if self.told is None else self.told
        for name, data in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return [*(["--first", told] if told else []), *(str(folder / path) for path in self.paths)]


def rows_of(bodies: Iterable[str]) -> bytes:
    """Records, each with the digest of the one before."""
    rows = bytearray(b"evenhand/folder/1\n")
    before = sha256(rows)
    for body in bodies:
        data = body.encode()
        digest = sha256(data)
        rows += f"record {len(data)} {b64(digest)} {b64(before)}\n".encode() + data + b"end\n"
        before = digest
    return bytes(rows)


def bodies_of(rows: bytes) -> list[str]:
    """The bodies of records, in order."""
    found, at = [], rows.index(b"\n") + 1
    while at < len(rows):
        end = rows.index(b"\n", at) + 1
        length = int(rows[at:end].split()[1])
        found.append(rows[end : end + length].decode())
        at = end + length + 4
    return found
