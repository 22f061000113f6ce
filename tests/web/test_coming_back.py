"""Coming back with the code: corrected, asked, answered; a desk reads what was said later, and who else may not."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sites import Server, answer, back_with, begin, on, opened, tell

from evenhand.keep import act, frame, keyring, note
from evenhand.keep.keyring import Keyring

QUESTION = "Was it before or after the bridge?"
# what a desk's program will do over the wire: append a reply, sealed to the mailbox that the facts name
APPEND = """
import sys
from evenhand.web.dropbox.prepare import start
start()
from evenhand.keep import frame, ledger
from evenhand.web.dropbox.store import DatabaseStore
from evenhand.web.dropbox.visit import today
sealed = frame.parse(sys.stdin.buffer.read())
ledger.append(DatabaseStore(), "reply", [sealed], today(), about=bytes.fromhex(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def ring(server: Server) -> Keyring:
    return keyring.load(server.folder / "trial/legal/op-1.keyring", lambda: "this is a rehearsal")


def newest(server: Server, kind: str) -> tuple[bytes, bytes, Sequence[frame.Frame]]:
    """Commitment, what it goes with, and the frames of the newest entry of a kind."""
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        name, about = rows.execute(
            "select commitment, about from dropbox_entry where kind = ? order by arrived desc limit 1", [kind]
        ).fetchone()
        found = rows.execute("select data from dropbox_frame where entry_id = ? order by place", [name]).fetchall()
    return name, about, [frame.parse(data) for (data,) in found]


def reply(server: Server, about: bytes, mailbox: str, signer: note.Signer, words: str = QUESTION) -> None:
    said = act.Reply(about, signer.name, datetime.now(UTC).date(), "en", words)
    sealed = frame.make("note", note.sign(said.text, [signer]).bytes, [mailbox])
    subprocess.run(
        [sys.executable, "-c", APPEND, about.hex()],
        input=sealed.bytes,
        env={**os.environ, "EVENHAND_DROPBOX": str(server.folder)},
        check=True,
    )


def test_what_is_said_later_goes_to_the_same_desk_signed_by_the_code(
    server: Server, browser: Any, ring: Keyring
) -> None:
    shown = tell(server, opened(browser))
    page = opened(browser, width=320)
    back_with(server, page, shown)
    page.click("text=Add or correct")
    assert page.inner_text("dl").count("Stays as it was") > 10
    page.get_by_role("link", name="Change In your own words").click()
    page.fill("textarea", "They came back an hour later.")
    on(page)
    page.get_by_role("link", name="Change When was it?").click()
    page.check("input[value=last_month]")
    on(page)
    assert "They came back an hour later." in page.inner_text("dl")
    on(page, "Send")
    assert "What you told first stays beside it." in page.inner_text("main")
    _, about, (facts, story) = newest(server, "correction")
    first, _, (told, _) = newest(server, "report")
    assert about == first
    signed = note.parse(frame.open(facts, ring.identities("facts")))
    said = act.read_correction(signed)
    hand = frame.read_facts(frame.open(told, ring.identities("facts")))["reply"]["hand"]
    act.check(signed, note.Key(act.HAND, note.ED25519, bytes.fromhex(hand)))
    assert (said.about, said.n, set(said.given)) == (first, 1, {"answered", "date", "date_to"})
    content = frame.open(story, ring.identities("story"))
    assert frame.read_story(content) == ("en", "They came back an hour later.")
    # a second one is counted on, and taking the report back takes both
    page.get_by_role("link", name="Your report").click()
    page.click("text=Add or correct")
    assert "They came back" not in page.inner_text("main")
    page.get_by_role("link", name="Change Your age and gender").click()
    answer(page)
    on(page)
    on(page, "Send")
    second = newest(server, "correction")[2][0]
    assert act.read_correction(note.parse(frame.open(second, ring.identities("facts")))).n == 2
    page.get_by_role("link", name="Your report").click()
    page.click("text=Delete my report")
    on(page, "Delete my report")
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        left = rows.execute(
            "select count(*) from dropbox_frame f join dropbox_entry e on f.entry_id = e.commitment where e.about = ? "
            "and e.kind = 'correction' and f.data is not null",
            [first],
        ).fetchone()
    assert left == (0,)
    page.goto(f"{server.url}/mine/correct")
    assert page.url.endswith("/mine")


def test_a_correction_that_is_sent_twice_at_once_is_kept_once(server: Server, browser: Any) -> None:
    page = opened(browser)
    back_with(server, page, tell(server, opened(browser)))
    page.goto(f"{server.url}/en/age")
    answer(page)
    on(page)
    token = page.get_attribute("input[name=csrfmiddlewaretoken]", "value")
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    body = urlencode({"csrfmiddlewaretoken": token}).encode()

    def send(_: int) -> int:
        form = "application/x-www-form-urlencoded"
        return server.get("/mine/correct", "POST", body, cookie=cookie, content_type=form)[0]

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {303}
    about = newest(server, "report")[0]
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        query = "select count(*) from dropbox_entry where kind = 'correction' and about = ?"
        assert rows.execute(query, [about]).fetchone() == (1,)


def test_a_desk_asks_and_its_question_is_read_with_the_code_alone(server: Server, browser: Any, ring: Keyring) -> None:
    shown = tell(server, opened(browser))
    about, _, (facts, _) = newest(server, "report")
    mailbox = frame.read_facts(frame.open(facts, ring.identities("facts")))["reply"]["mailbox"]
    signer = ring.signer("operator")
    reply(server, about, mailbox, signer)
    reply(server, about, mailbox, note.Signer(signer.name, bytes(32)), "Forged: come to this address.")
    page = opened(browser)
    back_with(server, page, shown)
    assert QUESTION in page.inner_text("main")
    assert "Trial office two (legal help)" in page.inner_text(".letter")
    assert "Forged" not in page.inner_text("main")
    assert "could not be checked" in page.inner_text("main")
    page.click("text=Answer in your own words")
    page.fill("textarea", "After it.")
    on(page)
    on(page, "Send")
    story = newest(server, "correction")[2][1]
    assert frame.read_story(frame.open(story, ring.identities("story")))[1] == "After it."
    for path in server.folder.glob("dropbox.sqlite3*"):
        assert QUESTION.encode() not in path.read_bytes()


def test_a_report_without_a_code_is_not_answered_again(server: Server, browser: Any) -> None:
    page = opened(browser)
    page.goto(f"{server.url}/en/before")
    on(page)
    on(page, "Go on without coming back")
    page.check("input[value=legal]")
    on(page)
    while not page.url.endswith("/check"):
        answer(page)
        on(page)
    on(page, "Send")
    page.goto(f"{server.url}/en/where")
    assert page.url.endswith("/en/sent")


def test_an_officer_is_offered_to_leave_out_their_department(server: Server, browser: Any) -> None:
    page = opened(browser)
    begin(server, page)
    for name in ("civil-rights", "legal"):
        page.check(f"input[value={name}]")
    on(page)
    while not page.url.endswith("/work"):
        answer(page)
        on(page)
    page.check("input[name=work][value=yes]")
    on(page)
    while not page.url.endswith("/check"):
        answer(page)
        on(page)
    page.click("text=Look who may read it")
    assert "Take out the department you work for" in page.inner_text("main")
    page.uncheck("input[value=civil-rights]")
    on(page)
    assert page.url.endswith("/check")
    assert "Trial office one" not in page.inner_text("dl")


def test_help_is_on_every_page_and_the_young_read_whom_they_can_call(server: Server, browser: Any) -> None:
    page = opened(browser)
    begin(server, page)
    page.check("input[value=legal]")
    on(page)
    while not page.url.endswith("/age"):
        answer(page)
        on(page)
    page.check("input[value=under_18]")
    on(page)
    while not page.url.endswith("/count"):
        answer(page)
        on(page)
    assert "988" in page.inner_text("main")
    page.click("footer >> text=Help")
    assert "How to complain or find a lawyer" in page.inner_text("main")


def test_codes_are_not_in_the_address_of_any_page(server: Server, browser: Any) -> None:
    page = opened(browser)
    shown = tell(server, page)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    back_with(server, page, shown)
    page.click("text=Add or correct")
    digits = shown.replace(" ", "")
    assert seen
    assert not [each for each in seen if digits in each or shown.split()[0] in each]


def test_notices_of_an_office_are_read_strictly() -> None:
    example = Path("docs/formats/notices.md").read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    from evenhand.web.dropbox import notices

    made = notices.read(example)
    assert [each.place for each in made] == ["talk", "young", "complain", "deadline"]
    assert notices.read("talk = []") == tuple(each for each in notices.EVERYWHERE if each.place == "young")
    for wrong in ("[[talks]]", "[[talk]]\nlanguage = 'en'", "x = ", example.replace("2026-11-24", "'soon'")):
        with pytest.raises(Exception, match=r"notices\.toml"):
            notices.read(wrong)
