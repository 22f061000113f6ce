"""What a fuzzer calls (`fuzz.py`): a parser and what writes its result.

Each parser refuses with one of our errors, or gives what is written back to the same bytes. Anything else is a fault.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import offices

from evenhand.errors import FormatError, ProofError
from evenhand.keep import act, code, frame, keyring, leaf, manifest, note, receipt, records, release, tiles

VECTORS = Path(__file__).resolve().parents[1] / "keep" / "vectors"


def parse_frame(data: bytes) -> bytes:
    return frame.parse(data).bytes


def parse_note(data: bytes) -> bytes:
    return note.parse(data).bytes


def parse_key(data: bytes) -> bytes:
    return note.read_key(data.decode("utf-8", "replace")).text.encode()


def parse_proof(data: bytes) -> bytes:
    return receipt.read_proof(data).bytes


def parse_opening(data: bytes) -> bytes:
    return leaf.parse(data).text()


def parse_entry(data: bytes) -> bytes:
    head, digest = leaf.read_entry(data)
    kind = {text: kind for kind, text in leaf.PUBLIC.items()}.get(head, "report")
    return leaf.entry_of(kind, digest)


def parse_manifest(data: bytes) -> bytes:
    return manifest.read(note.Note(data.decode("utf-8", "replace"))).text.encode()


def parse_release(data: bytes) -> bytes:
    return release.read(note.Note(data.decode("utf-8", "replace"))).text.encode()


def parse_dispositions(data: bytes) -> bytes:
    return release.dispositions(release.read_dispositions(data))


def parse_path(data: bytes) -> bytes:
    return tiles.read_path(data.decode("utf-8", "replace")).path.encode()


def parse_bundle(data: bytes) -> bytes:
    return tiles.bundle(tiles.entries(data[1:], data[0] if data else 0))


def parse_keyring(data: bytes) -> bytes:
    return keyring.parse(data).text


def parse_record(data: bytes) -> bytes:
    return records.body(records.read(data))


def parse_said(read: Callable[[note.Note], Any]) -> Callable[[bytes], bytes]:
    """What is signed in a frame has its keys in any order: what is written back is read as the same."""

    def parse(data: bytes) -> bytes:
        said = read(note.Note(data.decode("utf-8", "replace")))
        assert read(note.Note(said.text)) == said
        return data

    return parse


def facts() -> bytes:
    return frame.make("facts", b"evenhand/facts/1\n{}\n", [code.recipient(offices.seed("reader"))]).bytes


MANIFEST = offices.first().text.encode()
RELEASE = f"""evenhand/release/1
origin {offices.ORIGIN}
name 2027-Q1
tree 3 {note.encoded(bytes(32))}
received 2
counted 1
duplicate 0
out spam 1
withdrawn 0
pending 0
lost 0
other 1
previous 2026-Q4 {note.encoded(bytes(32))}
changed co 1
desk legal
dispositions {note.encoded(bytes(32))}
tables {note.encoded(bytes(32))}
code evenhand 1.4.0 {"a" * 40}
""".encode()
RECEIPT = (VECTORS / "receipt.tlog-proof").read_bytes()
DAY = date(2026, 12, 14)
ACT = act.Act(
    (bytes(32),),
    "legal/op-1",
    DAY,
    2,
    bytes(32),
    "link",
    {"answer": "match", "row": "7", "source": note.encoded(bytes(32))},
)
OPENING = leaf.Opening("report", bytes(32), (bytes(32), bytes(32))).text()

# what is parsed, and a good example to begin with
TARGETS: dict[str, tuple[Callable[[bytes], bytes], bytes]] = {
    "frame": (parse_frame, facts()),
    "note": (parse_note, RECEIPT.partition(b"\n\n")[2]),
    "key": (parse_key, offices.LOG.key.text.encode()),
    "proof": (parse_proof, RECEIPT),
    "opening": (parse_opening, OPENING),
    "entry": (parse_entry, leaf.entry_of("report", bytes(32))),
    "manifest": (parse_manifest, MANIFEST),
    "release": (parse_release, RELEASE),
    "dispositions": (parse_dispositions, release.dispositions("cdowpl" * 12)),
    "path": (parse_path, b"tile/0/x001/x234/067.p/8"),
    "bundle": (parse_bundle, b"\x02" + tiles.bundle([b"one", b"two"])),
    "keyring": (parse_keyring, b"evenhand/keyring/1\nsecret log name " + note.encoded(bytes(32)).encode() + b"\n"),
    "act": (parse_said(act.read), ACT.text.encode()),
    "correction": (parse_said(act.read_correction), act.Correction(bytes(32), {"n": [1]}, 1, bytes(32)).text.encode()),
    "withdrawal": (parse_said(act.read_withdrawal), act.Withdrawal(bytes(32)).text.encode()),
    "reply": (parse_said(act.read_reply), act.Reply(bytes(32), "legal/op-1", DAY, "en", "When?").text.encode()),
    "record": (parse_record, records.body(records.Root(3, bytes(32)))),
}


def hold(target: str, data: bytes) -> bool:
    """Whether the parser took these bytes. AssertionError where it took what it would not have written."""
    try:
        written = TARGETS[target][0](data)
    except (FormatError, ProofError):
        return False
    # the first byte of a bundle says how many; a text that was no UTF-8 came in with marks in the place of bytes
    came = data[1:] if target == "bundle" else data
    assert written in (came, came.decode("utf-8", "replace").encode()), target
    return True
