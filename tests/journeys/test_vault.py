"""A ledger by the command line alone: a ceremony, reports kept, published, witnessed, proved, rotated, shredded."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from evenhand.cli import main
from evenhand.errors import EvenhandError
from evenhand.flow import ceremony, vault
from evenhand.keep import code, frame, keyring, ledger, lines, manifest, note
from evenhand.keep.folder import Folder
from evenhand.keep.keyring import Keyring, Secret

ORIGIN = "report.example.org/ledger"
STORY = "A canary sang in the boxed-in car."


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One desk with two operators, a log, a witness, three reports, published and cosigned."""
    at = tmp_path_factory.mktemp("office")
    assert run("keep", "ceremony", "log", ORIGIN, "--to", at / "log", "--quiet") == 0
    assert run("keep", "ceremony", "witness", "witness.example.org/w1", "--to", at / "witness", "--quiet") == 0
    operators = ("--operator", "facts,code,release", "--operator", "story,release")
    desk = ("keep", "ceremony", "desk", "legal", "--to", at / "legal", "--label", "Legal help", "--rehearse", "--quiet")
    assert run(*desk, *operators) == 0
    parts = [
        part for name in ("log/log.part", "legal/desk.part", "witness/witness.part") for part in ("--part", at / name)
    ]
    assert run("keep", "ceremony", "manifest", at / "manifest-1", *parts, "--quorum", 1, "--quiet") == 0
    assert (
        run("keep", "ceremony", "sign", at / "manifest-1", "--key", at / "legal/root.keyring", "--rehearse", "--quiet")
        == 0
    )
    assert run("keep", "ceremony", "sign", at / "manifest-1", "--key", at / "log/log.key", "--quiet") == 0
    publish = ("keep", "publish", at / "store", at / "ledger", "--key", at / "log/log.key", "--quiet")
    assert run(*publish, "--document", at / "manifest-1") == 0
    (at / "facts.json").write_text('{"date": "2026-11-20", "vehicle_count": 2}', encoding="utf-8")
    (at / "story.txt").write_text(f"{STORY}\n", encoding="utf-8")
    for n in range(3):
        told = (
            "keep",
            "report",
            at / "store",
            at / "ledger",
            "--for",
            "legal",
            "--facts",
            at / "facts.json",
            "--quiet",
        )
        rest = ("--story", at / "story.txt", "--language", "en", "--key", at / "log/promise.key")
        made = subprocess.run(
            [sys.executable, "-m", "evenhand.cli", *map(str, (*told, *rest, "--promise", at / f"promise-{n}"))],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        (at / f"code-{n}").write_text(made.stdout.splitlines()[0], encoding="utf-8")
    assert run(*publish, "--openings") == 0
    witness = ("keep", "witness", at / "ledger", "--key", at / "witness/witness.key", "--state", at / "seen", "--quiet")
    assert run(*witness, "--to", at / "cosigned") == 0
    assert run(*publish, "--cosigned", at / "cosigned") == 0
    for n in range(3):
        receipt = ("keep", "receipt", at / "store", at / "ledger", "--code", at / f"code-{n}", "--quiet")
        assert run(*receipt, "--to", at / f"receipt-{n}") == 0
    return at


@pytest.fixture
def copy(office: Path, tmp_path: Path) -> Path:
    shutil.copytree(office, tmp_path / "copy")
    return tmp_path / "copy"


def verified(*paths: Path, capsys) -> tuple[int, dict[str, str]]:
    capsys.readouterr()
    ended = run("verify", *paths, "--json", "--quiet")
    checks = json.loads(capsys.readouterr().out)["checks"]
    return ended, {check["what"]: f"{check['outcome']}: {check['why']}" for check in checks}


def test_all_that_was_handed_out_holds(office: Path, capsys) -> None:
    handed = [office / f"{what}-{n}" for n in range(3) for what in ("receipt", "promise")]
    ended, checks = verified(office / "ledger", office / "store", *handed, capsys=capsys)
    assert ended == 0
    assert not [why for why in checks.values() if why.startswith("FAIL")]
    assert checks[f"{office / 'receipt-1'} receipt"].endswith("final")
    assert "kept" in checks[f"{office / 'promise-2'} promise"]


def test_a_desk_opens_what_was_sealed_to_it_and_only_with_the_role(office: Path) -> None:
    rings = {n: keyring.load(office / f"legal/op-{n}.keyring", lambda: "this is a rehearsal") for n in (1, 2)}
    with Folder(office / "store", reading=True) as store:
        entry = next(entry for entry in store.entries() if entry.kind == "report")
        facts, story = (frame.parse(each) for each in store.frames(entry.commitment) if each is not None)
    told = frame.read_facts(frame.open(facts, rings[1].identities("facts")))
    assert (told["vehicle_count"], told["manifest"], told["told_in"]) == (2, 1, "en")
    assert frame.read_story(frame.open(story, rings[2].identities("story"))) == ("en", STORY)
    assert not rings[1].identities("story")
    assert not rings[2].identities("facts")
    with pytest.raises(EvenhandError, match="sealed to others"):
        frame.open(story, rings[1].identities("facts"))


def test_paper_and_one_file_restore_a_desk(office: Path, tmp_path: Path) -> None:
    sheet = (office / "legal/sheet.txt").read_text(encoding="utf-8")
    typed = "".join("".join(line.split()) for line in sheet.splitlines() if line.startswith("    "))
    text = pyrage.decrypt((office / "legal/recovery.age").read_bytes(), [pyrage.x25519.Identity.from_str(typed)])
    recovered = keyring.parse(text)
    held = keyring.load(office / "legal/op-1.keyring", lambda: "this is a rehearsal")
    assert recovered.identities("facts") == held.identities("facts")


def test_nothing_that_was_told_is_in_any_file_in_the_clear(office: Path) -> None:
    words = [STORY.encode(), b"2026-11-20", b"canary"]
    digits = [(office / f"code-{n}").read_text(encoding="utf-8").replace(" ", "").encode() for n in range(3)]
    for path in [*(office / "store").rglob("*"), *(office / "ledger").rglob("*"), *office.glob("receipt-*")]:
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in (*words, *digits) if word in data], path


def test_a_code_with_a_slip_is_told_before_any_look_up(copy: Path, capsys) -> None:
    good = (copy / "code-0").read_text(encoding="utf-8")
    digits = good.replace(" ", "")
    (copy / "slip").write_text(f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}\n", encoding="utf-8")
    shutil.rmtree(copy / "store")
    ended = run("keep", "receipt", copy / "store", copy / "ledger", "--code", copy / "slip", "--to", copy / "r")
    assert ended == 1
    said = capsys.readouterr().err
    assert "one of the digits may be wrong" in said
    assert digits[:4] not in said
    assert not (copy / "store").exists()


def test_a_code_that_nothing_is_kept_under_is_another_sentence(copy: Path, capsys) -> None:
    (copy / "other").write_text(code.shown(code.new()), encoding="utf-8")
    receipt = ("keep", "receipt", copy / "store", copy / "ledger", "--code", copy / "other", "--to", copy / "r")
    assert run(*receipt) == 1
    assert "nothing is kept under this code" in capsys.readouterr().err


def sentences(capsys, *arguments: object) -> str:
    capsys.readouterr()
    assert run(*arguments) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return str(said)


def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_lost(copy: Path, capsys) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and path.name != "length"}
    report = ("keep", "report", copy / "store", copy / "ledger", "--key", copy / "log/promise.key")
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key")
    to = ("--promise", copy / "new")
    assert "choose one to four desks of legal" in sentences(capsys, *report, "--for", "police", *to)
    (copy / "long").write_text("x" * 40_000, encoding="utf-8")
    assert "shorten it" in sentences(capsys, *report, "--for", "legal", "--story", copy / "long", *to)
    (copy / "facts").write_text('{"lat": 44.95}', encoding="utf-8")
    assert "integers of up to 53 bits" in sentences(capsys, *report, "--for", "legal", "--facts", copy / "facts", *to)
    (copy / "facts").write_text('{"name": "canary"}', encoding="utf-8")
    said = sentences(capsys, *report, "--for", "legal", "--facts", copy / "facts", *to)
    assert "1 fields that an encounter does not have" in said
    assert "canary" not in said
    (copy / "facts").write_text('{"date": "2026-11-20", "date": "canary"}', encoding="utf-8")
    said = sentences(capsys, *report, "--for", "legal", "--facts", copy / "facts", *to)
    assert "a key twice, expected each once" in said
    assert "canary" not in said
    (copy / "facts").write_text('{"canary', encoding="utf-8")
    assert "canary" not in sentences(capsys, *report, "--for", "legal", "--facts", copy / "facts", *to).replace(
        str(copy), ""
    )
    assert "there already" in sentences(capsys, *report, "--for", "legal", "--promise", copy / "promise-0")
    wrong = ("keep", "report", copy / "store", copy / "ledger", "--for", "legal", "--key", copy / "log/log.key", *to)
    assert "has no promise key: it has log" in sentences(capsys, *wrong)
    locked = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "legal/root.keyring")
    assert "a server's key is not" in sentences(capsys, *locked)
    another = manifest.read(note.parse((copy / "manifest-1").read_bytes()))
    keys = [keyring.load(copy / name, lambda: "this is a rehearsal") for name in ("legal/root.keyring", "log/log.key")]
    signers = [keys[0].signer("root"), keys[1].signer("log")]
    (copy / "another").write_bytes(note.sign(replace(another, quorum=0).text, signers).bytes)
    assert "expected version 2" in sentences(capsys, *publish, "--document", copy / "another")
    ceremony_again = ("keep", "ceremony", "log", ORIGIN, "--to", copy / "log")
    assert "never written over" in sentences(capsys, *ceremony_again)
    cosigned = (copy / "cosigned").read_bytes().replace(ORIGIN.encode(), b"other.example.org/ledger")
    (copy / "other").write_bytes(cosigned)
    assert "does not hold" in sentences(capsys, *publish, "--cosigned", copy / "other")
    after = {path: path.read_bytes() for path in before}
    assert after == before
    assert not (copy / "new").exists()


def test_the_wrong_passphrase_and_a_key_that_others_may_read_are_refused(copy: Path, capsys) -> None:
    (copy / "wrong").write_text("not this one\n", encoding="utf-8")
    sign = ("keep", "ceremony", "sign", copy / "manifest-1", "--key", copy / "legal/root.keyring")
    said = sentences(capsys, *sign, "--passphrase", copy / "wrong")
    assert "legal/root.keyring: the passphrase does not open this keyring" in said
    (copy / "log/log.key").chmod(0o644)
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key")
    assert "chmod 600" in sentences(capsys, *publish)


def test_a_witness_does_not_sign_what_it_cannot_check(copy: Path, capsys) -> None:
    witness = ("keep", "witness", copy / "ledger", "--key", copy / "witness/witness.key", "--state", copy / "seen")
    data = bytearray((copy / "ledger/tile/0/000.p/4").read_bytes())
    data[40] ^= 1
    (copy / "ledger/tile/0/000.p/4").write_bytes(bytes(data))
    assert "nothing was signed" in sentences(capsys, *witness, "--to", copy / "new")
    assert not (copy / "new").exists()


def test_a_witness_that_counts_for_nobody_is_told(copy: Path, capsys) -> None:
    made = ("keep", "ceremony", "witness", "witness.example.org/w1", "--to", copy / "other", "--quiet")
    assert run(*made) == 0
    witness = ("keep", "witness", copy / "ledger", "--key", copy / "other/witness.key", "--state", copy / "new-seen")
    assert "would count for nobody" in sentences(capsys, *witness, "--to", copy / "new")
    assert not (copy / "new").exists()


def test_a_rotation_gives_new_keys_and_old_reports_still_open(copy: Path, capsys) -> None:
    (copy / "passphrase").write_text("this is a rehearsal\n", encoding="utf-8")
    typed = ("--passphrase", copy / "passphrase", "--quiet")
    rotate = ("keep", "rotate", copy / "ledger")
    assert run(*rotate, "--desk", "legal", "--key", copy / "legal/root.keyring", "--to", copy / "new", *typed) == 0
    assert run("keep", "ceremony", "sign", copy / "new/manifest-2", "--key", copy / "log/log.key", "--quiet") == 0
    take_up = ("--take-up", copy / "legal/op-1.keyring", "--new", copy / "new/reading.keyring")
    assert run(*rotate, *take_up, *typed) == 0
    ring = keyring.load(copy / "legal/op-1.keyring", lambda: "this is a rehearsal")
    assert len(ring.identities("facts")) == 2
    assert ring.identities("story") == []
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key", "--quiet")
    assert run(*publish, "--document", copy / "new/manifest-2") == 0
    assert vault.in_force(copy / "ledger").version == 2
    kept = vault.keep_report(copy / "store", copy / "ledger", ["legal"], {}, "en", "", promise_key(copy), today())
    with Folder(copy / "store", reading=True) as store:
        first = next(entry for entry in store.entries() if entry.kind == "report")
        for name in (first.commitment, kept.commitment):
            facts = store.frames(name)[0]
            assert facts is not None
            frame.open(frame.parse(facts), ring.identities("facts"))
    assert verified(copy / "ledger", copy / "store", capsys=capsys)[0] == 0


def promise_key(copy: Path) -> Keyring:
    return keyring.load(copy / "log/promise.key", lambda: "")


def today() -> date:
    return datetime.now(UTC).date()


def test_an_operator_is_struck_out_by_a_manifest_that_the_root_signs(copy: Path) -> None:
    draft = copy / "manifest-2"
    assert run("keep", "rotate", copy / "ledger", "--strike", "legal/op-2", "--to", draft, "--quiet") == 0
    assert "legal/op-2" not in draft.read_text(encoding="utf-8")
    assert run("keep", "ceremony", "sign", draft, "--key", copy / "log/log.key", "--quiet") == 0
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key", "--quiet")
    assert run(*publish, "--document", draft) == 1
    assert run("keep", "ceremony", "sign", draft, "--key", copy / "legal/root.keyring", "--rehearse", "--quiet") == 0
    assert run(*publish, "--document", draft) == 0
    assert run("keep", "rotate", copy / "ledger", "--strike", "legal/op-2", "--to", copy / "more", "--quiet") == 1


def test_stories_go_at_their_term_facts_at_theirs_and_a_hold_keeps_both(copy: Path) -> None:
    with Folder(copy / "store", reading=True) as store:
        names = [entry.commitment for entry in store.entries() if entry.kind == "report"]
        arrived = next(entry.day for entry in store.entries() if entry.kind == "report")
    at = (copy / "store", copy / "ledger")
    assert vault.shred(*at, arrived + timedelta(days=730)).digests == frozenset()
    held_back = frozenset(names[:1])
    assert vault.shred(*at, arrived + timedelta(days=731), held_back, only_say=True).reasons == (
        ("story past its term", 2),
    )
    assert vault.shred(*at, arrived + timedelta(days=731), held_back).reasons == (("story past its term", 2),)
    assert vault.shred(*at, arrived + timedelta(days=731), held_back).digests == frozenset()
    with Folder(copy / "store", reading=True) as store:
        gone = [[frame is None for frame in store.frames(name)] for name in names]
    assert gone == [[False, False], [False, True], [False, True]]
    reasons = vault.shred(*at, arrived + timedelta(days=1826)).reasons
    assert reasons == (("facts past its term", 3), ("story past its term", 1))


def test_a_slip_in_a_hold_shreds_nothing(copy: Path, capsys) -> None:
    long_past = date(2040, 1, 1)
    with Folder(copy / "store", reading=True) as store:
        names = [entry.commitment for entry in store.entries() if entry.kind == "report"]
    with pytest.raises(EvenhandError, match="1 of the commitments under a hold are of nothing"):
        vault.shred(copy / "store", copy / "ledger", long_past, frozenset({names[0], bytes(32)}))
    with Folder(copy / "store", reading=True) as store:
        assert not [name for name in names if None in store.frames(name)]
    (copy / "hold").write_text(f"{lines.encoded(names[0])}\ncanary\n", encoding="utf-8")
    said = sentences(capsys, "keep", "shred", copy / "store", copy / "ledger", "--hold", copy / "hold")
    assert "hold, line 2: base64 was expected" in said


def test_what_was_withdrawn_goes_with_its_correction_and_the_withdrawal_stays(copy: Path) -> None:
    reader = vault.in_force(copy / "ledger").desks[0].facts
    with Folder(copy / "store") as store:
        report = next(entry for entry in store.entries() if entry.kind == "report")
        sealed = [frame.make("facts", b"evenhand/facts/1\n{}\n", [reader]), frame.make("story", b"x", [reader])]
        ledger.append(store, "correction", sealed, today(), about=report.commitment)
        slip = [frame.make("note", b"x", [reader])]
        ledger.append(store, "withdrawal", slip, today(), about=report.commitment)
    due = vault.shred(copy / "store", copy / "ledger", today())
    assert due.reasons == (("withdrawn", 4),)
    with Folder(copy / "store", reading=True) as store:
        assert store.frames(report.commitment) == (None, None)
        assert [entry.kind for entry in store.waiting() if None not in store.frames(entry.commitment)] == ["withdrawal"]


DESK = ("keep", "ceremony", "desk")
ROLES = ("--operator", "facts,release", "--operator", "story,release")


def test_the_next_manifest_keeps_the_quorum_unless_it_is_said(copy: Path) -> None:
    for name, more, quorum in (("kept", (), 1), ("said", ("--quorum", 0), 0)):
        draft = ("keep", "ceremony", "manifest", copy / name, "--after", copy / "ledger", "--quiet")
        assert run(*draft, *more) == 0
        assert f"\nquorum {quorum}\n" in (copy / name).read_text(encoding="utf-8")


def test_a_draft_is_never_written_over_a_key(copy: Path, capsys) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    part = ("--part", copy / "log/log.part", "--part", copy / "legal/desk.part")
    strike = ("keep", "rotate", copy / "ledger", "--strike", "legal/op-2", "--to")
    for there in (copy / "legal/root.keyring", copy / "manifest-1"):
        assert "is there already" in sentences(capsys, "keep", "ceremony", "manifest", there, *part)
        assert "is there already" in sentences(capsys, *strike, there)
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "label", "roles", "words"),
    [
        ("Human Rights", "Human rights", "facts", "small letters, digits and hyphens"),
        ("rights", 'The "rights" office', "facts", "a text without quotation marks"),
        ("rights", "Human rights", "facts,reading", "has roles of facts, story, code"),
        ("rights", "Human rights", "facts,facts", "a role of one operator stands twice"),
    ],
)
def test_what_a_manifest_refuses_is_found_before_a_key_is_made(
    tmp_path: Path, capsys, name: str, label: str, roles: str, words: str
) -> None:
    desk = (*DESK, name, "--label", label, "--operator", roles, "--to", tmp_path / "desk", "--rehearse")
    assert words in sentences(capsys, *desk)
    assert not (tmp_path / "desk").exists()


def test_a_passphrase_of_a_new_keyring_is_typed_twice(tmp_path: Path, monkeypatch) -> None:
    answers = iter(["one", "oen", "two", "two", *["three"] * 4])
    asked = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", typed)
    assert run(*DESK, "rights", "--label", "Human rights", *ROLES, "--to", tmp_path, "--quiet") == 0
    assert asked[:4] == [
        "Passphrase for root.keyring: ",
        "The same again for root.keyring: ",
        "They differ. Passphrase for root.keyring: ",
        "The same again for root.keyring: ",
    ]
    assert keyring.load(tmp_path / "root.keyring", lambda: "two").signer("root").name == "rights/root"


def test_where_nobody_types_nothing_is_made(copy: Path, capsys, monkeypatch) -> None:
    def gone(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", gone)
    desk = (*DESK, "rights", "--label", "Human rights", *ROLES, "--to", copy / "rights")
    assert "nothing was typed" in sentences(capsys, *desk)
    assert not list((copy / "rights").iterdir())
    receipt = ("keep", "receipt", copy / "store", copy / "ledger", "--to", copy / "r")
    assert "nothing was typed" in sentences(capsys, *receipt)


def test_new_keys_are_of_the_desk_that_takes_them(copy: Path, capsys) -> None:
    (copy / "passphrase").write_text("this is a rehearsal\n", encoding="utf-8")
    known = ("--passphrase", copy / "passphrase")
    other = ("rights", "--label", "Human rights", *ROLES, "--to", copy / "rights", "--rehearse", "--quiet")
    assert run(*DESK, *other) == 0
    rotate = ("keep", "rotate", copy / "ledger")
    new = (*rotate, "--desk", "legal", "--to", copy / "new", *known, "--key")
    assert "and not the root of legal" in sentences(capsys, *new, copy / "rights/root.keyring")
    assert run(*new, copy / "legal/root.keyring", "--quiet") == 0
    before = (copy / "rights/op-1.keyring").read_bytes()
    take_up = (*rotate, "--new", copy / "new/reading.keyring", *known, "--take-up")
    assert "has keys of legal" in sentences(capsys, *take_up, copy / "rights/op-1.keyring")
    assert (copy / "rights/op-1.keyring").read_bytes() == before


def test_a_manifest_is_signed_by_nobody_who_has_no_part_in_it(tmp_path: Path, office: Path) -> None:
    shutil.copy(office / "manifest-1", tmp_path / "draft")
    stranger = Keyring((Secret("root", "police/root", bytes(32)),))
    with pytest.raises(EvenhandError, match="police/root has no part in this manifest"):
        ceremony.sign(tmp_path / "draft", stranger)
    with pytest.raises(EvenhandError, match="signed with a root's or a log's key"):
        ceremony.sign(tmp_path / "draft", Keyring((Secret("promise", f"{ORIGIN}/promise", bytes(32)),)))
    assert note.parse((tmp_path / "draft").read_bytes()) == note.parse((office / "manifest-1").read_bytes())


def test_an_old_copy_of_the_store_neither_keeps_nor_publishes(copy: Path, capsys) -> None:
    shutil.copytree(copy / "store", copy / "old")
    report = ("keep", "report", "--for", "legal", "--key", copy / "log/promise.key")
    publish = ("keep", "publish", "--key", copy / "log/log.key")
    assert run(*report, copy / "store", copy / "ledger", "--promise", copy / "new", "--quiet") == 0
    assert run(*publish, copy / "store", copy / "ledger", "--quiet") == 0
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    at = (copy / "old", copy / "ledger")
    assert "an old copy, or another ledger's" in sentences(capsys, *publish, *at)
    assert "an old copy, or another ledger's" in sentences(capsys, *report, *at, "--promise", copy / "lost")
    assert "holds nothing" in sentences(capsys, *publish, copy / "stroe", copy / "ledger")
    assert "holds nothing" in sentences(capsys, *report, copy / "stroe", copy / "ledger", "--promise", copy / "lost")
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_ledger_is_published_whole_and_among_nothing_else(copy: Path, capsys) -> None:
    publish = ("keep", "publish", copy / "store")
    key = ("--key", copy / "log/log.key")
    assert "without 1 of the manifests" in sentences(capsys, *publish, copy / "desk-copy", *key, "--openings")
    assert "which is no part of a ledger" in sentences(capsys, *publish, copy / "log", *key)
    assert sorted(path.name for path in (copy / "log").iterdir()) == ["log.key", "log.part", "promise.key"]
    shutil.copytree(copy / "ledger", copy / "desk-copy")
    assert run(*publish, copy / "desk-copy", *key, "--openings", "--quiet") == 0
    assert verified(copy / "desk-copy", copy / "store", capsys=capsys)[0] == 0


def test_a_manifest_whose_publisher_was_killed_before_its_entry_is_taken_in_by_another_run(copy: Path, capsys) -> None:
    assert run("keep", "rotate", copy / "ledger", "--strike", "legal/op-2", "--to", copy / "manifest-2", "--quiet") == 0
    for key in ("log/log.key", "legal/root.keyring"):
        sign = ("keep", "ceremony", "sign", copy / "manifest-2", "--key", copy / key, "--rehearse", "--quiet")
        assert run(*sign) == 0
    # it writes the document first
    shutil.copy(copy / "manifest-2", copy / "ledger/manifest/2")
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key", "--quiet")
    for _ in range(2):
        assert run(*publish, "--document", copy / "manifest-2") == 0
    assert verified(copy / "ledger", copy / "store", capsys=capsys)[0] == 0
    assert vault.in_force(copy / "ledger").version == 2


def test_a_code_is_shown_even_where_its_promise_cannot_be_written(copy: Path, capsys) -> None:
    report = ("keep", "report", copy / "store", copy / "ledger", "--for", "legal", "--key", copy / "log/promise.key")
    capsys.readouterr()
    assert run(*report, "--promise", copy / "facts.json" / "promise") == 1
    said = capsys.readouterr()
    assert "could not be written" in said.err
    (copy / "code").write_text(said.out.splitlines()[0], encoding="utf-8")
    publish = ("keep", "publish", copy / "store", copy / "ledger", "--key", copy / "log/log.key", "--quiet")
    assert run(*publish) == 0
    receipt = ("keep", "receipt", copy / "store", copy / "ledger", "--code", copy / "code", "--quiet")
    assert run(*receipt, "--to", copy / "receipt") == 0


def test_a_cosignature_for_a_ledger_without_a_manifest_is_a_sentence(copy: Path, capsys) -> None:
    publish = ("keep", "publish", copy / "bare", copy / "shown", "--key", copy / "log/log.key", "--quiet")
    assert run(*publish) == 0
    assert "no manifest has a leaf" in sentences(capsys, *publish, "--cosigned", copy / "cosigned")
