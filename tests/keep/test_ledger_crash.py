"""Ledger under kill -9 in any stage: nothing acknowledged is missing, no leaf twice, no two roots for one size."""

import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import offices
import publisher
import pytest

from evenhand.keep import ledger, note, published, tree
from evenhand.keep.folder import Folder


@pytest.mark.parametrize("rounds", [25, pytest.param(500, marks=pytest.mark.nightly)])
def test_a_publisher_that_is_killed_goes_on_and_loses_nothing(tmp_path: Path, rounds: int) -> None:
    chance = random.Random(20261202)
    kept: set[str] = set()
    roots: dict[int, str] = {}
    for seed in range(rounds):
        said = killed(tmp_path, seed, chance.uniform(0.0, 0.15))
        kept |= {words[1] for words in said if words[0] == "kept"}
        for _, size, root in (words for words in said if words[0] == "published"):
            assert roots.setdefault(int(size), root) == root
        check(tmp_path, kept, roots)
    # each life keeps and publishes some, and most end in the midst of it
    assert len(roots) > rounds / 2
    assert len(kept) > rounds / 2


def killed(folder: Path, seed: int, after: float) -> list[list[str]]:
    """What a publisher said before it was killed, so many seconds after it said that it was ready."""
    places = os.pathsep.join([str(Path(publisher.__file__).parent), *sys.path])
    with subprocess.Popen(
        [sys.executable, publisher.__file__, str(folder), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": places},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(after)
        child.kill()
        text = child.stdout.read()
    assert child.returncode == -9
    # what has no line end was not said to its end
    return [line.split() for line in text.split("\n")[:-1]]


def check(folder: Path, kept: set[str], roots: dict[int, str]) -> None:
    shown = folder / "ledger"
    if (shown / "checkpoint").exists():
        found = published.read_leaves(shown, note.read_checkpoint(note.parse((shown / "checkpoint").read_bytes())).size)
        for path in (shown / "checkpoint", *(shown / "checkpoints").glob("[0-9]*")):
            checkpoint = note.read_checkpoint(note.parse(path.read_bytes()))
            assert roots.setdefault(checkpoint.size, checkpoint.root.hex()) == checkpoint.root.hex()
            if checkpoint.size <= len(found):
                assert tree.root(found[: checkpoint.size]) == checkpoint.root
    with Folder(folder / "store") as store:
        held = [entry.commitment.hex() for entry in (*store.entries(), *store.waiting())]
        assert len(set(held)) == len(held)
        assert kept <= set(held)
        last = store.last_batch()
        if last is not None:
            now = datetime.combine(last.day + timedelta(days=1), publisher.FIRST.timetz())
            done = ledger.publish(store, shown, offices.LOG, now)
            assert done.size == len(held)
            root = note.read_checkpoint(done.checkpoint).root.hex()
            assert roots.setdefault(done.size, root) == root
    if last is not None:
        read = published.read(shown)
        assert not list(shown.rglob(".*"))
        assert {
            size: note.read_checkpoint(each).root.hex() for size, each in read.checkpoints.items()
        }.items() <= roots.items()
