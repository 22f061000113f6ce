"""Killed at any moment, server and publisher both: what was acknowledged is there, once, under one root (VAULT 17)."""

import base64
import contextlib
import http.client
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sites import Server, free_port
from visitors import Visitor, at_once

from evenhand.keep import audit, code
from evenhand.keep.audit import FAIL

ORIGIN = "localhost/ledger"
CLIENTS = 4
# what a cut connection raises, and nothing else is taken for one
CUT = (OSError, http.client.HTTPException)


@dataclass
class Acknowledged:
    """What people were told is kept: commitments by their promise, and drafts by their code."""

    sent: dict[str, str] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.fixture
def site(trial: Path, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "box", free_port())
    shutil.copytree(trial, made.folder)
    made.start()
    yield made
    with contextlib.suppress(ProcessLookupError):
        made.stop()


def tell_until(server: Server, kept: Acknowledged, end: threading.Event) -> None:
    """Drafts and reports, one after another, until the power goes; each is noted only once it is acknowledged."""
    while not end.is_set():
        visitor = Visitor(server.port, timeout=5)
        try:
            visitor.ready()
            with kept.lock:
                kept.drafts.add(visitor.code)
            answer = visitor.send()
            if answer.status != http.client.SEE_OTHER:
                continue
            with kept.lock:
                # the promise comes with the next request: the code says where to look
                kept.sent[visitor.code] = ""
            promised = visitor.ask("GET", "/en/promise")
            if promised.status == http.client.OK:
                with kept.lock:
                    kept.sent[visitor.code] = promised.text.split("\n")[2]
        except CUT:
            # Send may have arrived without its answer: then the draft has become a report
            return
        finally:
            visitor.close()


def one_round(server: Server, kept: Acknowledged, chance: random.Random) -> None:
    """Some time with power, a publisher now and then, and no more."""
    end = threading.Event()
    threads = [threading.Thread(target=tell_until, args=(server, kept, end)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    publisher = None
    if chance.random() < 0.4:
        time.sleep(chance.uniform(0, 0.3))
        command = [sys.executable, "-m", "evenhand.web.dropbox.publish"]
        there = {**os.environ, "EVENHAND_DROPBOX": str(server.folder)}
        publisher = subprocess.Popen(command, env=there, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 1.3))
    else:
        time.sleep(chance.uniform(0.05, 0.6))
    server.stop(signal.SIGKILL)
    if publisher is not None:
        publisher.kill()
        publisher.wait(30)
    end.set()
    for thread in threads:
        thread.join(30)
    server.start()


def check(server: Server, kept: Acknowledged, entries: Path) -> None:
    """Everything acknowledged is there once; every root that was ever held is the only one of its size."""
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        assert rows.execute("pragma integrity_check").fetchone() == ("ok",)
        reports = "from dropbox_entry where kind='report'"
        commitments = [bytes(row[0]) for row in rows.execute(f"select commitment {reports}")]
        frames = dict(rows.execute("select entry_id, count(*) from dropbox_frame where data is not null group by 1"))
        assert {frames.get(each) for each in commitments} <= {2}, "an entry without both its frames"
        lookups = {bytes(row[0]) for row in rows.execute(f"select lookup {reports}")}
        drafts = {bytes(row[0]) for row in rows.execute("select lookup from dropbox_draft")}
        numbers = [row[0] for row in rows.execute('select "index" from dropbox_entry where "index" is not null')]
    assert len(lookups) == len(commitments), "a report twice"
    assert len(numbers) == len(set(numbers)), "a leaf twice"
    by_code = {shown: code.derive(code.read(shown), ORIGIN).lookup for shown in [*kept.sent, *kept.drafts]}
    assert [shown for shown in kept.sent if by_code[shown] not in lookups] == []
    assert [shown for shown in kept.drafts if by_code[shown] not in drafts | lookups] == []
    promised = {each for each in kept.sent.values() if each}
    assert {base64.b64decode(each) for each in promised} <= set(commitments)
    # checkpoints that were seen are never contradicted: the audit holds each against the tiles
    made = audit.audit([server.folder / "ledger", *entries.glob("*")], datetime.now(UTC))
    assert [each for each in made.checks if each.outcome == FAIL] == []


def killed(server: Server, rounds: int, seed: int, tmp_path: Path) -> Acknowledged:
    chance, kept, seen = random.Random(seed), Acknowledged(), tmp_path / "seen"
    seen.mkdir()
    for number in range(rounds):
        one_round(server, kept, chance)
        if (server.folder / "ledger/checkpoint").exists() and number % 5 == 0:
            shutil.copy(server.folder / "ledger/checkpoint", seen / f"checkpoint-{number}")
    server.publish()
    server.publish()
    check(server, kept, seen)
    return kept


def test_killed_fifty_times_nothing_that_was_acknowledged_is_lost(site: Server, tmp_path: Path) -> None:
    kept = killed(site, 50, 20261124, tmp_path)
    # a test that acknowledged nothing would hold nothing; how many there are is a matter of the machine
    assert min(len(kept.sent), len(kept.drafts)) >= 5, (len(kept.sent), len(kept.drafts))


@pytest.mark.nightly
def test_killed_a_thousand_times_nothing_that_was_acknowledged_is_lost(site: Server, tmp_path: Path) -> None:
    kept = killed(site, 1000, int(time.time()), tmp_path)
    assert len(kept.sent) >= 1000


def test_those_who_were_told_come_back_after_a_kill(site: Server) -> None:
    visitors = [Visitor(site.port) for _ in range(6)]
    at_once([visitor.ready for visitor in visitors], 3)
    for visitor in visitors[:3]:
        visitor.send()
    site.stop(signal.SIGKILL)
    site.start()
    for number, visitor in enumerate(visitors):
        visitor.close()
        again = Visitor(site.port)
        assert again.back(visitor.code).heading == ("Your report" if number < 3 else "Check your answers")
        again.close()
