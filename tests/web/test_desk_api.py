"""The desks' calls against a drop box that runs: pulled, opened, refused, cut off, brought back."""

import hashlib
import io
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sites
from sites import CANARY, Server, back_with, on, opened, tell

from evenhand.cli import main
from evenhand.errors import EvenhandError, FormatError, NotSealedToUsError, OutputError, PlanError, ProofError
from evenhand.flow import append, pull, vault
from evenhand.flow.door import Door
from evenhand.keep import act, ask, audit, fold, frame, keyring, ledger, note, published, stream
from evenhand.keep.ask import Ask
from evenhand.keep.folder import Folder
from evenhand.keep.keyring import Keyring
from evenhand.keep.opened import open_frames

ORIGIN = "localhost/ledger"
DESKS = ("legal", "civil-rights")


@dataclass
class Desk:
    """An operator of a desk, with the keyring unlocked once."""

    ring: Keyring

    @property
    def signer(self) -> note.Signer:
        return self.ring.signer("operator")


@pytest.fixture(scope="module")
def desks(trial: Path) -> dict[str, Desk]:
    return {
        name: Desk(keyring.load(trial / f"trial/{name}/op-1.keyring", lambda: "this is a rehearsal")) for name in DESKS
    }


def asked(what: str = ask.PULL, **changes: Any) -> Ask:
    said = {
        "ask": what,
        "start": 0,
        "log": ORIGIN,
        "nonce": secrets.token_bytes(32),
        "time": datetime.now(UTC).replace(microsecond=0),
    }
    return Ask(**{**said, **changes})


def post(server: Server, path: str, body: bytes) -> tuple[int, dict, bytes]:
    return server.get(path, "POST", body, content_type="text/plain; charset=utf-8")


def reports(store: Folder) -> list:
    return [entry for entry in (*store.entries(), *store.waiting()) if entry.kind == "report"]


def folded(copy: Path, ring: Keyring) -> fold.Desk:
    with Folder(copy / "store", reading=True) as store:
        entries = list(store.entries())
        frames = [each for entry in entries for each in store.frames(entry.commitment) if each is not None]
        versions = ledger.with_leaves(store, published.read_manifests(copy / "ledger"))
        found = open_frames(frames, ring.identities("facts"))
        return fold.fold(entries, found, versions, datetime.now(UTC).date())


def test_a_desk_pulls_and_opens_what_was_sealed_to_it_and_the_other_cannot(
    server: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path
) -> None:
    assert b"No office has fetched a copy yet" in server.get("/status")[2]
    shown = tell(server, opened(browser))
    page = opened(browser)
    back_with(server, page, shown)
    assert "kept on one machine so far" in page.inner_text("main")
    for name in DESKS:
        done = pull.pull(server.url, desks[name].signer, tmp_path / name)
        assert (done.size, done.waiting, done.lost) == (1, 1, 0)
        with Folder(tmp_path / name / "store", reading=True) as store:
            facts, story = (frame.parse(each) for each in store.frames(reports(store)[0].commitment))
        if name == "legal":
            told = frame.open(story, desks[name].ring.identities("story"))
            assert frame.read_story(told) == ("en", CANARY)
        else:
            for sealed, use in ((facts, "facts"), (story, "story")):
                with pytest.raises(NotSealedToUsError):
                    frame.open(sealed, desks[name].ring.identities(use))
    assert b"within the last hour" in server.get("/status")[2]
    page.reload()
    assert "It is kept on two machines" in page.inner_text("main")
    server.publish()
    done = pull.pull(server.url, desks["legal"].signer, tmp_path / "legal")
    assert (done.new, done.waiting, done.lost) == (1, 0, 0)
    made = audit.audit(
        [tmp_path / "legal/ledger", tmp_path / "legal/store", server.folder / "ledger"], datetime.now(UTC)
    )
    assert [check for check in made.checks if check.outcome == audit.FAIL] == []
    assert made.exit_code == 0
    verifier = [sys.executable, "verifier/evenhand_verify.py", tmp_path / "legal/ledger", tmp_path / "legal/store"]
    assert subprocess.run(list(map(str, verifier)), check=False, capture_output=True).returncode == 0
    (report,) = folded(tmp_path / "legal", desks["legal"].ring).reports.values()
    assert (report.letter, type(report.facts)) == ("p", bytes)


def test_an_act_that_a_desk_brings_is_numbered_once_and_folds(
    server: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path
) -> None:
    tell(server, opened(browser))
    server.publish()
    copy, legal = tmp_path / "copy", desks["legal"]
    pull.pull(server.url, legal.signer, copy)
    with Folder(copy / "store", reading=True) as store:
        name = reports(store)[-1].commitment
    said = act.Act((name,), legal.signer.name, datetime.now(UTC).date(), 1, None, "disposition", "counted")
    facts = next(desk.facts for desk in vault.in_force(server.folder / "ledger").desks if desk.name == "legal")
    sealed = frame.make("note", note.sign(said.text, [legal.signer]).bytes, [facts]).bytes
    assert append.acts(server.url, legal.signer, copy, [sealed]) == 1
    assert append.acts(server.url, legal.signer, copy, [sealed]) == 0
    server.publish()
    pull.pull(server.url, legal.signer, copy)
    state = folded(copy, legal.ring)
    assert state.reports[name].disposition == "counted"
    assert state.listed == ()


def test_who_may_not_ask_hears_no_more_than_that(server: Server, desks: dict[str, Desk]) -> None:
    signer = desks["legal"].signer
    stranger = note.Signer(signer.name, bytes(32))
    late = datetime.now(UTC).replace(microsecond=0)
    once = ask.sign(asked(), signer).bytes
    refused = {
        "another key of the same name": ask.sign(asked(), stranger),
        "a clock behind": ask.sign(asked(time=late - timedelta(seconds=400)), signer),
        "a clock ahead": ask.sign(asked(time=late + timedelta(seconds=400)), signer),
        "another ledger": ask.sign(asked(log="another.example/ledger"), signer),
        "another door": ask.sign(asked(ask.OPENINGS), signer),
        "two signatures": note.add(ask.sign(asked(), signer), [stranger]),
    }
    assert post(server, "/desk/pull", once)[0] == 200
    answers = {"the same twice": post(server, "/desk/pull", once)}
    answers |= {why: post(server, "/desk/pull", signed.bytes) for why, signed in refused.items()}
    assert {why: (status, body) for why, (status, _, body) in answers.items()} == dict.fromkeys(
        answers, (403, b"refused\n")
    )
    assert post(server, "/desk/pull", once[:-20])[0] == 400
    assert post(server, "/desk/pull", b"")[0] == 400
    assert server.get("/desk/pull")[0] == 405
    assert all(headers["cache-control"] == "no-store" for _, headers, _ in answers.values())
    with closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        columns = [row[1] for row in rows.execute("pragma table_info(dropbox_nonce)")]
    assert columns == ["hash", "bucket"]


def test_what_is_brought_is_held_to_its_digest_and_needs_a_proof(server: Server, desks: dict[str, Desk]) -> None:
    signer = desks["legal"].signer
    sealed = frame.make("note", b"anything", [vault.in_force(server.folder / "ledger").desks[0].facts]).bytes
    parts = {
        kind: b"".join(stream.pack([append.entry_of(kind, sealed), stream.Sealed(sealed)]))
        for kind in ("act", "withdrawal", "reply")
    }
    for kind, body in parts.items():
        signed = ask.sign(asked(ask.APPEND, body=hashlib.sha256(body).digest()), signer).bytes
        assert post(server, "/desk/append", signed + body[:-1])[0] == 403
        assert post(server, "/desk/append", signed + body)[0] == (200 if kind == "act" else 403), kind
    # a body that ends early is told before anything is kept, though its digest is signed
    cut = parts["act"][:-30]
    signed = ask.sign(asked(ask.APPEND, body=hashlib.sha256(cut).digest()), signer).bytes
    assert post(server, "/desk/append", signed + cut)[0] == 400
    for path, length in (("append", 8 * 2**20 + 1), ("pull", 70_000)):
        assert server.get(f"/desk/{path}", "POST", content_type="text/plain", content_length=str(length))[0] == 413


def test_a_stream_that_is_cut_anywhere_is_told(server: Server, desks: dict[str, Desk]) -> None:
    for path in (ask.PULL, ask.OPENINGS):
        status, headers, whole = post(server, f"/desk/{path}", ask.sign(asked(path), desks["legal"].signer).bytes)
        assert (status, headers["content-type"]) == (200, "application/octet-stream")
        assert list(stream.read(io.BytesIO(whole)))
        step = max(1, len(whole) // 400)
        for at in [*range(0, len(whole), step), len(whole) - 1]:
            with pytest.raises(FormatError):
                list(stream.read(io.BytesIO(whole[:at])))
        with pytest.raises(FormatError):
            list(stream.read(io.BytesIO(whole + b"\n")))


@dataclass
class Cutting:
    """A way to the server that breaks off after so many bytes of each answer."""

    server: Server
    after: int

    def __enter__(self) -> str:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://localhost:{self._listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client = self._listening.accept()[0]
            except OSError:
                return
            with client, socket.create_connection(("localhost", self.server.port)) as there:
                client.settimeout(5)
                there.settimeout(5)
                there.sendall(client.recv(2**16))
                left = self.after
                while left and (data := self._some(there, client)):
                    client.sendall(data[:left])
                    left -= len(data[:left])

    def _some(self, there: socket.socket, client: socket.socket) -> bytes:
        client.setblocking(False)
        with suppress(BlockingIOError):
            there.sendall(client.recv(2**16))
        client.settimeout(5)
        try:
            return there.recv(2**14)
        except TimeoutError:
            return b""


def test_a_pull_that_breaks_off_goes_on_and_two_at_once_agree(
    server: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path
) -> None:
    tell(server, opened(browser))
    signer = desks["legal"].signer
    copy = tmp_path / "cut"
    pull.pull(server.url, signer, copy)
    shutil.rmtree(copy / "store")
    for after in (200, 3_000, 20_000, 60_000):
        with Cutting(server, after) as url, pytest.raises((OutputError, FormatError)):
            pull.pull(url, signer, copy)
    pull.pull(server.url, signer, copy)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda n: pull.pull(server.url, signer, tmp_path / f"at-once-{n}"), range(2)))
    assert done[0] == done[1]
    names = []
    for each in ("cut", "at-once-0", "at-once-1"):
        with Folder(tmp_path / each / "store", reading=True) as store:
            names.append({entry.commitment for entry in (*store.entries(), *store.waiting())})
        assert audit.audit([tmp_path / each / "ledger", tmp_path / each / "store"], datetime.now(UTC)).exit_code == 0
    assert names[0] == names[1] == names[2]


def test_only_https_a_machine_of_ones_own_and_an_onion_are_reached() -> None:
    for url in ("http://report.example.org", "ftp://localhost", "report.example.org", "http://localhost.example.org"):
        with pytest.raises(PlanError, match="https"):
            Door(url)
    for url in ("https://report.example.org", "http://localhost:8000", "http://abc.onion"):
        Door(url)


def test_a_root_may_ask_and_an_operator_who_was_struck_out_may_not(server: Server, tmp_path: Path) -> None:
    trial, draft, secret = server.folder / "trial", tmp_path / "manifest-2", tmp_path / "passphrase"
    secret.write_text("this is a rehearsal\n", encoding="utf-8")
    second = keyring.load(trial / "legal/op-2.keyring", lambda: "this is a rehearsal").signer("operator")
    root = keyring.load(trial / "legal/root.keyring", lambda: "this is a rehearsal").signer("root")

    def answers(*signers: note.Signer) -> list[int]:
        return [post(server, "/desk/openings", ask.sign(asked(ask.OPENINGS), each).bytes)[0] for each in signers]

    assert answers(second, root) == [200, 200]
    for command in (
        ("rotate", server.folder / "ledger", "--strike", "legal/op-2", "--to", draft),
        ("ceremony", "sign", draft, "--key", trial / "legal/root.keyring", "--passphrase", secret),
        ("ceremony", "sign", draft, "--key", server.folder / "keys/log.key"),
    ):
        assert main(list(map(str, ("keep", *command)))) == 0
    server.publish("--document", draft)
    assert answers(second, root) == [403, 200]


@pytest.fixture
def lone(trial: Path, tmp_path: Path) -> Iterator[Server]:
    """A drop box of one test's own, to be put back from a backup."""
    made = Server(tmp_path / "alone" / "box", sites.free_port())
    shutil.copytree(trial, made.folder)
    made.start()
    yield made
    made.stop()


def held(server: Server) -> dict[bytes, list[bytes | None]]:
    """Every frame by its report, as the database has it."""
    with closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        found: dict[bytes, list[bytes | None]] = {}
        for name, data in rows.execute(
            "select e.lookup, f.data from dropbox_frame f join dropbox_entry e on f.entry_id = e.commitment "
            "where e.kind = 'report' order by e.commitment, f.place"
        ):
            found.setdefault(name, []).append(data)
    return found


def withdraw(server: Server, browser: Any, shown: str) -> None:
    page = opened(browser)
    back_with(server, page, shown)
    page.click("text=Delete my report")
    on(page, "Delete my report")
    assert "Its content is deleted" in page.inner_text("main")


def restored(server: Server, backup: Path) -> None:
    server.stop()
    shutil.rmtree(server.folder)
    shutil.copytree(backup, server.folder)


def test_an_old_backup_gets_back_what_it_lacks_and_not_what_was_withdrawn(
    lone: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path
) -> None:
    signer, copy, backup = desks["legal"].signer, tmp_path / "copy", tmp_path / "backup"
    early, early_too = tell(lone, opened(browser)), tell(lone, opened(browser))
    lone.publish()
    lone.stop()
    shutil.copytree(lone.folder, backup)
    lone.start()
    later, both_later = tell(lone, opened(browser)), tell(lone, opened(browser))
    # the desk has the frames of all of them
    pull.pull(lone.url, signer, copy)
    before = held(lone)
    withdraw(lone, browser, early)
    withdraw(lone, browser, both_later)
    lone.publish()
    waiting = tell(lone, opened(browser))
    withdraw(lone, browser, early_too)
    pull.pull(lone.url, signer, copy)
    after = held(lone)
    restored(lone, backup)
    assert None not in [frame for frames in held(lone).values() for frame in frames]

    command = [sys.executable, "-m", "evenhand.cli", "serve", "dropbox", "--folder", lone.folder, "--newest"]
    said = subprocess.run(
        [*map(str, command), str(copy / "ledger/checkpoint")], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert "--closed" in said.stderr
    assert "--give-back" in said.stderr

    lone.start("--closed")
    assert lone.get("/en/start")[0] == 503
    assert append.give_back(lone.url, signer, copy) == 6
    assert append.give_back(lone.url, signer, copy) == 0
    lone.stop()
    lone.start("--newest", copy / "ledger/checkpoint")
    assert held(lone) == after
    for shown, words in ((early, "deleted"), (early_too, "deleted"), (both_later, "deleted"), (later, "in the ledger")):
        page = opened(browser)
        back_with(lone, page, shown)
        assert words in page.inner_text("main"), words
    page = opened(browser)
    back_with(lone, page, waiting)
    assert "Your report is kept" in page.inner_text("main")
    # the slip that names its readers was on the lost disk alone, and it is taken back all the same
    withdraw(lone, browser, waiting)
    # no byte of what was withdrawn is in any file of the database
    gone = [frame for name, frames in before.items() for frame in frames if frame and None in after[name]]
    assert len(gone) == 6
    lone.stop()
    for path in lone.folder.glob("dropbox.sqlite3*"):
        data = path.read_bytes()
        assert not any(frame[300:400] in data for frame in gone), path
    lone.start()
    lone.publish()
    pull.pull(lone.url, signer, copy)
    made = audit.audit([lone.folder / "ledger", copy / "ledger", copy / "store"], datetime.now(UTC))
    assert [check for check in made.checks if check.outcome == audit.FAIL] == []


def test_a_desk_tells_that_a_drop_box_was_put_back(
    lone: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path, capsys: Any
) -> None:
    signer, copy, backup = desks["legal"].signer, tmp_path / "copy", tmp_path / "backup"
    lone.stop()
    shutil.copytree(lone.folder, backup)
    lone.start()
    tell(lone, opened(browser))
    secret = tmp_path / "passphrase"
    secret.write_text("this is a rehearsal\n", encoding="utf-8")
    key = ("--key", lone.folder / "trial/legal/op-1.keyring", "--passphrase", secret)
    assert main(list(map(str, ("keep", "pull", lone.url, *key, "--to", copy, "--json")))) == 0
    assert '"waiting": 1' in capsys.readouterr().out
    restored(lone, backup)
    lone.start()
    assert pull.pull(lone.url, signer, copy).lost == 1
    restored(lone, backup)
    lone.start()
    assert main(list(map(str, ("keep", "append", lone.url, *key, "--copy", copy, "--give-back")))) == 0
    assert pull.pull(lone.url, signer, copy).lost == 0
    # another history of the same keys: the desk says so, and keeps its own
    lone.publish()
    pull.pull(lone.url, signer, copy)
    restored(lone, backup)
    lone.start()
    with pytest.raises(ProofError, match="second history"):
        pull.pull(lone.url, signer, copy)
    tell(lone, opened(browser))
    lone.publish()
    with pytest.raises(EvenhandError):
        append.give_back(lone.url, signer, copy)


def test_an_entry_that_somebody_changed_is_not_taken_back(
    lone: Server, browser: Any, desks: dict[str, Desk], tmp_path: Path
) -> None:
    signer, copy, backup = desks["legal"].signer, tmp_path / "copy", tmp_path / "backup"
    first, second = tell(lone, opened(browser)), tell(lone, opened(browser))
    lone.publish()
    lone.stop()
    shutil.copytree(lone.folder, backup)
    lone.start()
    withdraw(lone, browser, first)
    pull.pull(lone.url, signer, copy)
    restored(lone, backup)
    lone.start("--closed")
    with Folder(copy / "store", reading=True) as store, pull.Proofs(copy / "given") as proofs:
        (slip,) = store.waiting()
        other = next(each.commitment for each in reports(store) if each.commitment != slip.about)
        proof, frames = proofs.of(slip.commitment), store.frames(slip.commitment)
    # what a withdrawal is about lies in no opening: an operator who names another report has no signature for it
    forged = replace(slip, about=other)
    for proved in (proof, None):
        with pytest.raises(ProofError, match="refused"):
            append.send(Door(lone.url), ORIGIN, signer, [stream.Given(forged, proved), *map(stream.Sealed, frames)])
    assert None not in [frame for each in held(lone).values() for frame in each]
    assert append.send(Door(lone.url), ORIGIN, signer, [stream.Given(slip, proof), *map(stream.Sealed, frames)]) == 1
    assert sum(None in each for each in held(lone).values()) == 1
    del second
