"""100,000 reports at a desk: their facts opened afresh, read from the sealed snapshot, and folded with the desk's acts.

Only sealed frames and the sealed snapshot are ever on the disk, as it is at a desk.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Line, run

REPORTS = 100_000
# VAULT 17
MOST_AFRESH, MOST_SNAPSHOT = 40.0, 3.0
# answers of a report as the form asks them: some 900 bytes
MADE = """
import hashlib, struct, sys
from datetime import date
from evenhand.keep import act, code, frame, leaf, manifest, note, opened, snapshot
from evenhand.keep.store import Entry

seed = lambda words: hashlib.sha256(words.encode()).digest()
FACTS, STORY, ROOT, DAY = seed("facts"), seed("story"), seed("root"), date(2026, 12, 1)
OPERATOR = note.Signer("legal/op-1", seed("operator"))
ANSWERS = {f"answer_{n}": "some words of an answer" for n in range(18)}

def frames():
    stored = open("frames", "rb")
    while length := stored.read(4):
        yield stored.read(struct.unpack(">I", length)[0])
"""
SEAL = """
readers, reply = [code.recipient(FACTS)], {"hand": "00" * 32, "mailbox": code.recipient(STORY)}
with open("frames", "wb") as stored, open("digests", "w") as names:
    for number in range(int(sys.argv[1])):
        each = frame.make("facts", frame.facts_text({**ANSWERS, "number": number, "reply": reply}), readers)
        stored.write(struct.pack(">I", len(each.bytes)) + each.bytes)
        print(frame.digest(each).hex(), file=names)
"""
AFRESH = """
found = opened.open_frames(frames(), [code.identity(FACTS)], processes=2)
count = len(found.frames)
assert count == int(sys.argv[1]) and all(isinstance(each, bytes) for each in found.frames.values())
open("snapshot", "wb").write(snapshot.make(found, count, ROOT, [code.recipient(FACTS)]))
"""
AGAIN = """
names = {bytes.fromhex(each.strip()) for each in open("digests")}
found = snapshot.read(open("snapshot", "rb").read(), [code.identity(FACTS)], len(names), ROOT, names)
"""
# an act for each fifty reports: as many as fit in a frame
FOLD = (
    AGAIN
    + """
from evenhand.keep import fold
ABOUT = 50
entries, acts_made, chain = [], {}, None
def add(kind, *digests):
    opening = leaf.Opening(kind, seed(f"blind {len(entries)}"), digests)
    batch, name = len(entries) // 64 + 1, leaf.commitment(opening)
    entries.append(Entry(name, opening.text(), kind, name[:16], None, DAY, "open", batch, len(entries)))
    return name
stories = {each: hashlib.sha256(each).digest() for each in names}
told = [add("report", *each) for each in stories.items()]
for n, start in enumerate(range(0, len(told), ABOUT), start=1):
    said = act.Act(tuple(told[start : start + ABOUT]), OPERATOR.name, DAY, n, chain, "disposition", "counted")
    signed = note.sign(said.text, [OPERATOR])
    digest = seed(f"act {n}")
    chain, acts_made[digest] = act.digest(signed), signed.bytes
    add("act", digest)
found = opened.Opened(found.frames | acts_made | dict.fromkeys(stories.values(), opened.Closed.STORY), found.readers)
desk = manifest.Desk("legal", note.Signer("legal/root", ROOT).key, code.recipient(FACTS), code.recipient(STORY))
log = note.Signer("example/ledger", seed("log"))
force = manifest.Manifest(
    log.name, 1, None, DAY, log.key, note.Signer("p", seed("p")).key, (desk,),
    operators=(manifest.Operator(OPERATOR.key, code.recipient(seed("own")), ("facts",)),),
)
import time
began = time.perf_counter()
state = fold.fold(entries, found, [(0, force)], DAY)
letters = fold.counts(state, len(entries))
print(time.perf_counter() - began)
assert (letters.counted, state.listed) == (len(told), ()), letters
"""
)


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """One run of each, in a process of its own; sealing is no part of a desk's work."""
    count = rows or REPORTS
    run([sys.executable, "-c", MADE + SEAL, str(count)], folder)
    afresh = run([sys.executable, "-c", MADE + AFRESH, str(count)], folder)
    again = run([sys.executable, "-c", MADE + AGAIN], folder)
    folded = run([sys.executable, "-c", MADE + FOLD], folder)
    inner = float((folder / "words.txt").read_text())
    size = (folder / "snapshot").stat().st_size / 1e6
    return (
        Line(
            f"open {count:,} facts afresh, two processes", afresh, f"{MOST_AFRESH:.0f} s", afresh.seconds <= MOST_AFRESH
        ),
        Line(f"  from the snapshot, {size:.0f} MB", again, f"{MOST_SNAPSHOT:.0f} s", again.seconds <= MOST_SNAPSHOT),
        Line(f"  and fold them with {count // 50:,} acts", folded, f"the fold itself {inner:.1f} s"),
    )
