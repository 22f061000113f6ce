"""A keeper that is killed: `python publisher.py FOLDER SEED` keeps and publishes until somebody stops it.

It says on stdout what was acknowledged, and only once it was: `kept COMMITMENT`, `published SIZE ROOT`.
"""

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import offices
import stores

from evenhand.keep import ledger, note
from evenhand.keep.folder import Folder

FIRST = datetime(2026, 12, 2, 6, tzinfo=UTC)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    folder, seed = Path(sys.argv[1]), sys.argv[2]
    chance = random.Random(seed)
    say("ready")
    with Folder(folder / "store") as store:
        for number in range(10**6):
            for each in range(chance.randrange(4)):
                entry, frames = stores.told(f"{seed} {number} {each}")
                store.keep(entry, frames)
                say("kept", entry.commitment.hex())
            last = store.last_batch()
            now = FIRST if last is None else datetime.combine(last.day + timedelta(days=1), FIRST.timetz())
            done = ledger.publish(store, folder / "ledger", offices.LOG, now)
            say("published", done.size, note.read_checkpoint(done.checkpoint).root.hex())


if __name__ == "__main__":
    main()
