"""A ledger of 100,000 leaves and 1,000 checkpoints: root, a run of the publisher, a check of everything, a receipt.

The store is written by the format's own records, since 100,000 waits for the disk are no part of what is measured. The
peer of the check is the independent verifier, on the same folder.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, run

LEAVES = 100_000
VERIFIER = Path(__file__).resolve().parents[1] / "verifier" / "evenhand_verify.py"
# VAULT 17
MOST_ROOT, MOST_VERIFY = 1.0, 60.0
STORE = """
import hashlib, sys
from datetime import date
from pathlib import Path
from evenhand.keep import leaf, records
from evenhand.keep.durable import put
from evenhand.keep.records import Held
from evenhand.keep.store import Entry

folder, count = Path("store"), int(sys.argv[1])
folder.mkdir()
rows, frames, previous, at = [records.ROWS], [records.FRAMES], records.FIRST, len(records.FRAMES)
for number in range(count):
    name = hashlib.sha256(str(number).encode()).digest()
    frame = name * 140
    opening = leaf.Opening("act", name, (hashlib.sha256(frame).digest(),))
    entry = Entry(leaf.commitment(opening), opening.text(), "act", name[:16], None, date(2026, 12, 1))
    text = records.body(Held(entry, at, (len(frame),)))
    rows.append(records.record(text, previous))
    previous = hashlib.sha256(text).digest()
    frames.append(records.frame_record(entry.commitment, frame))
    at += len(frames[-1])
for name, parts in (("rows", rows), ("frames", frames)):
    (folder / name).write_bytes(b"".join(parts))
sizes = ((folder / name).stat().st_size for name in ("rows", "frames"))
put(folder / "length", records.lengths_text(*sizes))
"""
PUBLISH = """
from datetime import UTC, datetime
from pathlib import Path
from evenhand.keep import code, ledger, manifest, note, published, tree
from evenhand.keep.folder import Folder

now, origin = datetime(2026, 12, 2, 6, tzinfo=UTC), "report.example.org/ledger"
names = (origin, f"{origin}/promise", "legal/root")
log, promise, root = (note.Signer(name, bytes([number]) * 32) for number, name in enumerate(names))
desk = manifest.Desk("legal", root.key, code.recipient(bytes([3]) * 32), code.recipient(bytes([4]) * 32))
made = manifest.Manifest(origin, 1, None, now.date(), log.key, promise.key, (desk,))
with Folder(Path("store")) as store:
    signed = note.sign(made.text, [log, root])
    ledger.publish_document(store, Path("ledger"), "manifest/1", "manifest", signed.bytes, now.date())
    done = ledger.publish(store, Path("ledger"), log, now, openings=True)
    proof = ledger.prove(store, next(store.entries(70_001 % done.size)).commitment)
Path("receipt").write_bytes(proof.bytes)
# the checkpoints of the days before, as a ledger of some years has them
leaves = published.read_leaves(Path("ledger"), done.size)
for size, root_then in tree.roots(leaves, range(100, done.size, 100)).items():
    then = note.sign(note.Checkpoint(origin, size, root_then).text, [log])
    Path(f"ledger/checkpoints/{size}").write_bytes(then.bytes)
assert len(proof.bytes) <= 3_000, len(proof.bytes)
"""
ROOT = """
import hashlib, time
from evenhand.keep import tree

leaves = [hashlib.sha256(str(number).encode()).digest() for number in range({count})]
began = time.perf_counter()
tree.root(leaves)
assert time.perf_counter() - began <= {most}, time.perf_counter() - began
"""


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """One run of each: what they measure is far from their bound."""
    count = rows or LEAVES
    run([sys.executable, "-c", STORE, str(count)], folder)
    root = run([sys.executable, "-c", ROOT.format(count=count, most=MOST_ROOT)], folder)
    publish = run([sys.executable, "-c", PUBLISH], folder)
    paths = ["ledger", "store", "receipt"]
    ours = run([sys.executable, "-m", "evenhand.cli", "verify", *paths], folder)
    theirs = run([sys.executable, VERIFIER, *paths], folder)
    return (
        Line(f"root of {count:,} leaves, with what makes them", root, f"{MOST_ROOT:.0f} s for the root", kept=True),
        Line(f"publish {count:,} leaves, a receipt under 3 KB", publish, ""),
        Line(
            f"verify all {count:,}, every frame and checkpoint",
            ours,
            f"{MOST_VERIFY:.0f} s",
            ours.seconds <= MOST_VERIFY,
        ),
        Line("  the independent verifier", theirs, f"agrees; {theirs.seconds / ours.seconds:.1f} x as long"),
    )
