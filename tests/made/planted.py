"""Faults that somebody with the disk, a key or both could plant in a whole ledger, each to be found by two programs."""

import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import ledgers
import offices
import stores
from ledgers import Planted, copied, cut, flip, gone, swap

from evenhand.keep import leaf, manifest, note, receipt, records, release, tiles, tree
from evenhand.keep.lines import encoded
from evenhand.keep.note import Checkpoint, Note

LEDGER = "ledger"
Q4, Q1 = "ledger/release/2026-Q4", "ledger/release/2027-Q1"
TILE, ENTRIES = "ledger/tile/0/000.p/64", "ledger/tile/entries/000.p/64"


def read(folder: Path, name: str) -> Note:
    return note.parse((folder / name).read_bytes())


def write(folder: Path, name: str, data: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def extended(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: write(folder, name, (folder / name).read_bytes() + data)


def without(name: str, signer: str) -> Callable[[Path], None]:
    """A note without the line of a signer."""

    def plant(folder: Path) -> None:
        found = read(folder, name)
        left = tuple(each for each in found.signatures if each.name != signer)
        assert left != found.signatures
        write(folder, name, Note(found.text, left).bytes)

    return plant


def forged(name: str, *signers: note.Signer, text: str = "") -> Callable[[Path], None]:
    """A note signed by others."""
    return lambda folder: write(folder, name, note.sign(text or read(folder, name).text, signers).bytes)


def rewritten(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """Another history, of other entries, that the log signs: tiles and checkpoints made anew, without a witness."""

    def plant(folder: Path) -> None:
        entries = list(tiles.entries((folder / ENTRIES).read_bytes(), 64))
        entries = change(entries)
        shutil.rmtree(folder / "ledger/tile")
        leaves = [tree.leaf_hash(entry) for entry in entries]
        for tile in tiles.wanted(len(entries)):
            data = tiles.bundle(entries) if tile.level is None else b"".join(leaves)
            write(folder, f"ledger/{tile.path}", data)
        shutil.rmtree(folder / "ledger/checkpoints")
        for size in (41, 62, 63, len(entries)):
            signed = note.sign(Checkpoint(offices.ORIGIN, size, tree.root(leaves[:size])).text, [offices.LOG])
            write(folder, f"ledger/checkpoints/{size}", signed.bytes)
        write(folder, "ledger/checkpoint", signed.bytes)

    return plant


def other_root(size: int) -> bytes:
    return note.sign(Checkpoint(offices.ORIGIN, size, hashlib.sha256(b"another").digest()).text, [offices.LOG]).bytes


def manifest_of(version: int, *desks: str, **changes: object) -> Callable[[Path], None]:
    """Another manifest in the place of a version, signed by the log and these desks."""

    def plant(folder: Path) -> None:
        before = manifest.digest(ledgers.FIRST)
        made = dataclasses.replace(manifest.read(ledgers.SECOND), version=version, previous=before, **changes)  # type: ignore[arg-type]
        write(folder, f"ledger/manifest/{version}", offices.signed(made, *desks).bytes)

    return plant


def released(**changes: object) -> Callable[[Path], None]:
    """The second release with other words, signed by all who must."""

    def plant(folder: Path) -> None:
        made = dataclasses.replace(release.read(read(folder, f"{Q1}/release")), **changes)  # type: ignore[arg-type]
        write(folder, f"{Q1}/release", note.sign(made.text, ledgers.SIGNERS).bytes)

    return plant


def relettered(change: Callable[[str], str], **changes: object) -> Callable[[Path], None]:
    """Other letters in the second release, with sums that fit them, signed by all who must."""

    def plant(folder: Path) -> None:
        letters = change(release.read_dispositions((folder / Q1 / "dispositions").read_bytes()))
        stored = release.dispositions(letters)
        write(folder, f"{Q1}/dispositions", stored)
        before = release.read_dispositions((folder / Q4 / "dispositions").read_bytes())
        moved = release.changes(before, letters)
        said = {"dispositions": hashlib.sha256(stored).digest(), "changed": moved, **changes}
        released(**said)(folder)

    return plant


def act_as_duplicate(folder: Path) -> None:
    """An act gets the letter of a duplicate, and a duplicate the letter of what is counted: the sums stay."""
    kinds = opened_kinds(folder)
    made = release.read(read(folder, f"{Q1}/release"))

    def change(letters: str) -> str:
        act = kinds.index("act")
        report = letters.index("o")
        swapped = [*letters]
        swapped[act], swapped[report] = "o", "c"
        return "".join(swapped)

    relettered(change, counted=made.counted, tree=made.tree)(folder)


def opened_kinds(folder: Path) -> list[str]:
    entries = tiles.entries((folder / ENTRIES).read_bytes(), 64)
    text = b"".join((folder / "ledger/openings" / n).read_bytes() for n in ("1", "2"))
    head = f"{leaf.OPENING}\n".encode()
    openings = [leaf.parse(head + part) for part in text.split(head)[1:]]
    kinds = {leaf.entry(opening): opening.kind for opening in openings}
    return [kinds.get(entry, "public") for entry in entries]


def openings(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """The openings of the second batch, changed."""

    def plant(folder: Path) -> None:
        head = f"{leaf.OPENING}\n".encode()
        parts = [head + part for part in (folder / "ledger/openings/2").read_bytes().split(head)[1:]]
        write(folder, "ledger/openings/2", b"".join(change(parts)))

    return plant


def receipt_of(**changes: object) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        proof = receipt.read_proof((folder / "receipt-0").read_bytes())
        write(folder, "receipt-0", dataclasses.replace(proof, **changes).bytes)  # type: ignore[arg-type]

    return plant


def receipt_path(change: Callable[[tuple[bytes, ...]], Sequence[bytes]]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        proof = receipt.read_proof((folder / "receipt-0").read_bytes())
        receipt_of(path=tuple(change(proof.path)))(folder)

    return plant


def receipt_number(folder: Path) -> None:
    proof = receipt.read_proof((folder / "receipt-0").read_bytes())
    receipt_of(index=(proof.index + 1) % 64)(folder)


def receipt_opening(folder: Path) -> None:
    proof = receipt.read_proof((folder / "receipt-0").read_bytes())
    receipt_of(opening=leaf.Opening("correction", proof.opening.blind, proof.opening.digests))(folder)


def rows(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """The store's records changed, and the whole chain made anew, so that it holds: nobody needs a key for that."""

    def plant(folder: Path) -> None:
        found = change([body for _, body in records.bodies((folder / "store/rows").read_bytes(), 0)])
        data, previous = records.ROWS, records.FIRST
        for body in found:
            data += records.record(body, previous)
            previous = hashlib.sha256(body).digest()
        write(folder, "store/rows", data)
        write(folder, "store/length", records.lengths_text(len(data), (folder / "store/frames").stat().st_size))

    return plant


def kind_of(body: bytes) -> bytes:
    return body.partition(b"\n")[0]


def batch_swapped(bodies: list[bytes]) -> list[bytes]:
    at = [kind_of(body) for body in bodies].index(b"batch")
    lines = bodies[at].split(b"\n")
    lines[4], lines[5] = lines[5], lines[4]
    return [*bodies[:at], b"\n".join(lines), *bodies[at + 1 :]]


def without_last_act(bodies: list[bytes]) -> list[bytes]:
    """An act is taken out of everything that the store has after the first batch; roots and checkpoints too."""
    at = max(n for n, body in enumerate(bodies) if b"\nkind act\n" in body)
    name = next(line.partition(b" ")[2] for line in bodies[at].split(b"\n") if line.startswith(b"commitment "))
    first = [kind_of(body) for body in bodies].index(b"checkpoint")
    left = [
        body
        for n, body in enumerate(bodies)
        if n != at and (n <= first or kind_of(body) not in (b"root", b"checkpoint"))
    ]
    left = [
        b"\n".join(line for line in body.split(b"\n") if line != name) if kind_of(body) == b"batch" else body
        for body in left
    ]
    numbered, size = [], 0
    for body in left:
        if kind_of(body) == b"batch":
            lines = body.split(b"\n")
            lines[3] = f"first {size}".encode()
            size += len(lines) - 5
            numbered.append(b"\n".join(lines))
        else:
            numbered.append(body)
    return numbered


def record(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """The store's records as bytes, changed, without a chain made anew."""

    def plant(folder: Path) -> None:
        data = (folder / "store/rows").read_bytes()
        ends = [end for end, _ in records.bodies(data, 0)]
        parts = [data[a:b] for a, b in zip([len(records.ROWS), *ends], ends, strict=False)]
        write(folder, "store/rows", records.ROWS + b"".join(change(parts)))

    return plant


def frames_swapped(folder: Path) -> None:
    one, two = (stores.told(f"report {n}")[1][0] for n in (1, 2))
    data = (folder / "store/frames").read_bytes()
    assert len(one) == len(two)
    data = data.replace(one, b"\0" * len(one), 1).replace(two, one, 1).replace(b"\0" * len(one), two, 1)
    write(folder, "store/frames", data)


def put_back(folder: Path, count: int = 1) -> None:
    """So many of the frames that were shredded, as they had been."""
    entry, frames = stores.told("report 5")
    for frame in frames[:count]:
        digest = hashlib.sha256(frame).digest()
        head = records.frame_head(entry.commitment, digest, len(frame))
        data = (folder / "store/frames").read_bytes()
        at = data.index(head) + len(head)
        write(folder, "store/frames", data[:at] + frame + data[at + len(frame) :])


def manifests_swapped(folder: Path) -> None:
    one, two = ((folder / "ledger/manifest" / n).read_bytes() for n in "12")
    write(folder, "ledger/manifest/1", two)
    write(folder, "ledger/manifest/2", one)


def new_release_without_leaf(folder: Path) -> None:
    shutil.copytree(folder / Q1, folder / "ledger/release/2027-Q2")
    made = dataclasses.replace(release.read(read(folder, f"{Q1}/release")), name="2027-Q2")
    write(folder, "ledger/release/2027-Q2/release", note.sign(made.text, ledgers.SIGNERS).bytes)


def roots_changed(bodies: list[bytes]) -> list[bytes]:
    other = f"{encoded(BAD_HASH)}\n".encode()
    return [body[: body.index(b"\nroot ") + 6] + other if kind_of(body) == b"root" else body for body in bodies]


def checkpoint_changed(bodies: list[bytes]) -> list[bytes]:
    other = b"checkpoint\n" + other_root(64)
    return [other if kind_of(body) == b"checkpoint" and b"\n64\n" in body else body for body in bodies]


def two_counts(folder: Path) -> None:
    swap(f"{Q1}/release", "counted 20", "counted 19")(folder)
    swap(f"{Q1}/release", "withdrawn 10", "withdrawn 11")(folder)


def old_copy(folder: Path) -> None:
    """The store as it was after the first day: rows up to the first checkpoint, and the frames that they name."""
    put_back(folder, 2)
    data = (folder / "store/frames").read_bytes()
    entry, frames = stores.told("act 0", "act")
    first = records.frame_head(entry.commitment, hashlib.sha256(frames[0]).digest(), len(frames[0]))
    write(folder, "store/frames", data[: data.index(first)])
    rows(lambda found: found[: [kind_of(body) for body in found].index(b"checkpoint") + 1])(folder)


def resigned(body: bytes) -> bytes:
    """A checkpoint that a key of the log's name signs."""
    return note.sign(note.parse(body.partition(b"\n")[2]).text, [OTHER_LOG]).bytes


STORE, BOTH, ALL = ("store",), ("store", "ledger"), ("ledger", "receipt-0")
ELSEWHERE = offices.signer("other.example/ledger")
OTHER_LOG = offices.signer(offices.ORIGIN, "another log key")
BAD_HASH = hashlib.sha256(b"another").digest()
OTHER_CHECKPOINT = note.sign(f"{offices.ORIGIN}\n64\n{encoded(BAD_HASH)}\n", [OTHER_LOG])
PLANTED = [
    Planted("a bit of a tile", flip(TILE), "does not agree"),
    Planted("a bit of an older tile", flip("ledger/tile/0/000.p/41"), "does not agree"),
    Planted("a bit of an entry", flip(ENTRIES, 40), ""),
    Planted("a bit of an older entry", flip("ledger/tile/entries/000.p/41", 40), ""),
    Planted("a tile deleted", gone(TILE), "cannot be read"),
    Planted("entries deleted", gone(ENTRIES), "cannot be read"),
    Planted("a tile cut", cut(TILE, -32), "expected 64 hashes"),
    Planted("entries cut", cut(ENTRIES, -65), "expected 64|breaks off"),
    Planted("a tile extended", extended(TILE, bytes(32)), "expected 64 hashes"),
    Planted("a partial tile for another", copied("ledger/tile/0/000.p/62", "ledger/tile/0/000.p/61"), "does not agree"),
    Planted("a tile beyond the end", copied(TILE, "ledger/tile/0/001.p/64"), "beyond its end"),
    Planted("a file that is no tile", copied(TILE, "ledger/tile/0/1"), "no path of a tile", missing=True),
    Planted("the checkpoint deleted", gone("ledger/checkpoint"), "No such file"),
    Planted("a bit of the log's signature", swap("ledger/checkpoint", "ledger ur", "ledger vr"), ""),
    Planted("another root in the checkpoint", forged("ledger/checkpoint", OTHER_LOG), "two roots|not signed by"),
    Planted("another size in the checkpoint", swap("ledger/checkpoint", "\n64\n", "\n63\n"), ""),
    Planted("an older checkpoint put back", copied("ledger/checkpoints/62", "ledger/checkpoint"), "was put back"),
    Planted("a checkpoint deleted", gone("ledger/checkpoints/64"), "is missing"),
    Planted(
        "a checkpoint under another size", copied("ledger/checkpoints/62", "ledger/checkpoints/41"), "of 62 leaves"
    ),
    Planted("a bit of a cosignature", swap("ledger/checkpoint", "w1 FFF6ggAAAA", "w1 FFF6ggAAAB"), "does not hold"),
    Planted("no signature of the log", without("ledger/checkpoint", offices.ORIGIN), "not signed by"),
    Planted("another log's checkpoint", forged("ledger/checkpoints/41", OTHER_LOG), "not signed by"),
    Planted(
        "a checkpoint of another origin",
        forged("old", ELSEWHERE, text=f"{ELSEWHERE.name}\n41\n{encoded(BAD_HASH)}\n"),
        "another",
        ("ledger", "old"),
    ),
    Planted(
        "two roots for one size", lambda folder: write(folder, "old", other_root(62)), "two roots", ("ledger", "old")
    ),
    Planted(
        "a history that was not published",
        lambda folder: write(folder, "old", other_root(50)),
        "does not continue",
        ("ledger", "old"),
    ),
    Planted(
        "leaves taken away",
        lambda folder: write(folder, "old", other_root(90)),
        "taken away",
        ("ledger", "old"),
        missing=True,
    ),
    Planted(
        "two entries swapped in the tiles", rewritten(lambda found: [found[1], found[0], *found[2:]]), "two roots", ALL
    ),
    Planted("an entry twice", rewritten(lambda found: [*found[:-1], found[0]]), "stands twice"),
    Planted(
        "an entry replaced", rewritten(lambda found: [*found[:9], leaf.entry_of("report", BAD_HASH), *found[10:]]), ""
    ),
    Planted(
        "a document's entry put in",
        rewritten(lambda found: [*found[:9], leaf.entry_of("release", BAD_HASH), *found[10:]]),
        "not here",
    ),
    Planted("a manifest deleted", gone("ledger/manifest/2"), "not here", missing=True),
    Planted("the first manifest deleted", gone("ledger/manifest/1"), "first manifest is version 2", missing=True),
    Planted("a bit of a manifest", swap("ledger/manifest/1", "quorum 1", "quorum 0"), "does not hold"),
    Planted("a manifest that a desk did not sign", manifest_of(2, labels=()), "not signed by its root"),
    Planted("a manifest that changes the quorum alone", manifest_of(2, "legal", quorum=0), "everybody's"),
    Planted("a manifest out of order", manifest_of(4, "civil-rights"), "out of order"),
    Planted("manifests in each other's place", manifests_swapped, ""),
    Planted("a manifest that has no leaf", manifest_of(2, "civil-rights", day=offices.DAY.replace(day=2)), ""),
    Planted("a bit of an opening", flip("ledger/openings/1", 100), ""),
    Planted("openings deleted", gone("ledger/openings/2"), "20 missing"),
    Planted("an opening twice", openings(lambda parts: [*parts, parts[0]]), "stands twice"),
    Planted("an opening missing", openings(lambda parts: parts[1:]), "1 missing"),
    Planted("openings in another order", openings(lambda parts: parts[::-1]), "not in the order"),
    Planted("an opening of another kind", swap("ledger/openings/2", "kind act", "kind reply"), "of no leaf"),
    Planted("a count changed", swap(f"{Q1}/release", "received 40", "received 41"), "sum does not hold"),
    Planted("two counts changed together", two_counts, "the letter"),
    Planted("a letter changed", swap(f"{Q1}/dispositions", "o", "w"), "not those that the release names"),
    Planted("letters cut", cut(f"{Q1}/dispositions", -2), ""),
    Planted("a table changed", swap(f"{Q1}/stops.csv", "12", "13"), "not those of the listing"),
    Planted("a table deleted", gone(f"{Q1}/stops.csv"), "not those of the listing"),
    Planted("a table put in", copied(f"{Q1}/stops.csv", f"{Q1}/more.csv"), "not those of the listing", missing=True),
    Planted("the listing changed", swap(f"{Q1}/tables", "stops", "halts"), "not the one that the release names"),
    Planted("one operator did not sign", without(f"{Q1}/release", "legal/op-2"), "1 operators of legal"),
    Planted("an operator's signature forged", swap(f"{Q1}/release", "name 2027-Q1", "name 2027-Q3"), ""),
    Planted("an act called out of scope", act_as_duplicate, "is no report"),
    Planted("changes that are not told", relettered(lambda found: found, changed=()), "changed otherwise"),
    Planted("a release of another tree", released(tree=(63, BAD_HASH)), "not a beginning"),
    Planted("a release without a leaf", new_release_without_leaf, "no leaf"),
    Planted("a release deleted", lambda folder: shutil.rmtree(folder / Q4), "not here", missing=True),
    Planted("the release before replaced", released(previous=("2026-Q4", BAD_HASH)), "another than the one it names"),
    Planted("a receipt's number", receipt_number, "does not lead to this root|hashes than the tree", ALL),
    Planted("a receipt's path", receipt_path(lambda path: [BAD_HASH, *path[1:]]), "does not lead", ALL),
    Planted("a receipt with a hash to spare", receipt_path(lambda path: [*path, BAD_HASH]), "more hashes", ALL),
    Planted("a receipt with a hash too few", receipt_path(lambda path: path[:-1]), "fewer hashes", ALL),
    Planted("a receipt of another opening", receipt_opening, "does not lead", ALL),
    Planted("a receipt with a log's signature forged", receipt_of(checkpoint=OTHER_CHECKPOINT), "", ALL),
    Planted("a promise broken", lambda folder: None, "broken", ("ledger", "late")),
    Planted(
        "a promise for another day",
        swap("promise", "by 2026-12-04", "by 2026-12-14"),
        "does not hold",
        ("ledger", "promise"),
    ),
    Planted("a promise of another key", forged("promise", OTHER_LOG), "not signed by", ("ledger", "promise")),
    Planted("a bit of a record", flip("store/rows", 300), "digest does not hold|damaged", STORE),
    Planted("records cut", cut("store/rows", 900), "cut short, or is an old copy", STORE),
    Planted("records swapped", record(lambda parts: [parts[1], parts[0], *parts[2:]]), "does not follow", STORE),
    Planted("a record doubled", record(lambda parts: [*parts, parts[-1]]), "does not follow", STORE),
    Planted(
        "a record taken out",
        record(lambda parts: [*parts[:3], *parts[4:], parts[0], parts[0]]),
        "does not follow",
        STORE,
    ),
    Planted("a bit of a frame", flip("store/frames", 150), "damaged", STORE),
    Planted("frames cut", cut("store/frames", -1), "cut short", STORE),
    Planted("frames in each other's place", frames_swapped, "damaged", STORE),
    Planted("a shredded frame put back", put_back, "was put back", STORE),
    Planted("the rows deleted", gone("store/rows"), "rows is missing", STORE),
    Planted("the frames deleted", gone("store/frames"), "frames is missing", STORE),
    Planted("the lengths deleted", gone("store/length"), "length is missing", STORE, missing=True),
    Planted("numbers given anew", rows(batch_swapped), "not that of its entries", STORE),
    Planted("a root changed", rows(roots_changed), "not that of its entries", STORE),
    Planted(
        "an opening changed",
        rows(lambda found: [body.replace(b"kind act\n", b"kind reply\n") for body in found]),
        "not that of its opening",
        STORE,
    ),
    Planted("an act dropped from the store", rows(without_last_act), "other entries than", BOTH),
    Planted("an old copy of the store", old_copy, "41 of the 64 entries .* it is an old copy", BOTH, missing=True),
    Planted("an older checkpoint hidden", gone("ledger/checkpoints/41"), "checkpoints/41 is missing", BOTH),
    Planted(
        "the store's checkpoint signed by another log",
        rows(lambda found: [b"checkpoint\n" + resigned(body) if b"\n64\n" in body[:60] else body for body in found]),
        "not signed by",
        BOTH,
    ),
    Planted(
        "a checkpoint of another root in the store", rows(checkpoint_changed), "another root than the one held", STORE
    ),
]
