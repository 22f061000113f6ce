"""The drop box in a real browser: told, proved, returned, withdrawn, without a script, on a phone, by keyboard."""

import contextlib
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sites import CANARY, Server, answer, back_with, begin, on, opened, tell, to_the_check

from evenhand.keep import act, audit, code, frame, keyring, ledger, note
from evenhand.keep.audit import FAIL

PUBLIC = ("/", "/en/start", "/en/before", "/code", "/status", "/what-we-hold", "/who-can-read", "/nothing")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


def test_told_proved_returned_and_withdrawn_without_a_script_on_a_phone(
    server: Server, browser: Any, tmp_path: Path
) -> None:
    page = opened(browser, width=320)
    shown = tell(server, page)
    assert page.inner_text(".code") == shown
    with page.expect_download() as promised:
        page.click("text=Save the note")
    promised.value.save_as(tmp_path / "promise")
    back_with(server, opened(browser), shown)
    server.publish()
    returned = opened(browser, width=320)
    back_with(server, returned, shown)
    assert "is in the ledger, with number" in returned.inner_text("main")
    with returned.expect_download() as proved:
        returned.click("text=Save the receipt")
    proved.value.save_as(tmp_path / "receipt")
    made = audit.audit([server.folder / "ledger", tmp_path / "receipt", tmp_path / "promise"], datetime.now(UTC))
    assert [check for check in made.checks if check.outcome == FAIL] == []
    assert sum("receipt" in check.what and "final" in check.why for check in made.checks) == 1
    assert any("kept" in check.why for check in made.checks)
    returned.click("text=Delete my report")
    on(returned, "Delete my report")
    assert "Its content is deleted" in returned.inner_text("main")
    back_with(server, returned, shown)
    assert "Its content is deleted" in returned.inner_text("main")
    # its reader opens the slip, which only the code could have signed, and the report itself is nowhere
    kind, about, data = newest(server)
    assert kind == "withdrawal"
    ring = keyring.load(server.folder / "trial/legal/op-1.keyring", lambda: "this is a rehearsal")
    slip = act.read_withdrawal(note.parse(frame.open(frame.parse(data), ring.identities("facts"))))
    assert slip.about == about


def newest(server: Server) -> tuple[str, bytes, bytes]:
    """Kind, what it goes with, and the first frame of the newest entry."""
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        found: tuple[str, bytes, bytes] = rows.execute(
            "select e.kind, e.about, f.data from dropbox_frame f join dropbox_entry e on f.entry_id = e.commitment "
            "order by e.arrived desc, f.place limit 1"
        ).fetchone()
    return found


def test_the_desk_that_was_chosen_opens_it_and_the_other_does_not(server: Server, browser: Any) -> None:
    tell(server, opened(browser))
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        facts, story = (
            frame.parse(data)
            for (data,) in rows.execute(
                "select f.data from dropbox_frame f join dropbox_entry e on f.entry_id = e.commitment "
                "where e.kind = 'report' and f.data is not null order by e.arrived desc, f.place limit 2"
            )
        )
    rings = {
        desk: keyring.load(server.folder / f"trial/{desk}/op-1.keyring", lambda: "this is a rehearsal")
        for desk in ("legal", "civil-rights")
    }
    assert frame.read_story(frame.open(story, rings["legal"].identities("story"))) == ("en", CANARY)
    told = frame.read_facts(frame.open(facts, rings["legal"].identities("facts")))
    assert told["manifest"] == 1
    assert told["reply"]["mailbox"].startswith("age1")
    for sealed, use in ((facts, "facts"), (story, "story")):
        with pytest.raises(Exception, match="sealed to others"):
            frame.open(sealed, rings["civil-rights"].identities(use))


def test_every_answer_survives_back_and_a_second_tab(server: Server, browser: Any) -> None:
    page = opened(browser)
    begin(server, page)
    seen = to_the_check(page)
    before = page.inner_text("dl")
    for name in reversed(seen[-6:]):
        page.goto(f"{server.url}/en/{name}")
        assert page.query_selector("input:checked") or page.input_value("textarea") == CANARY
        page.click("text=Back")
    other = page.context.new_page()
    other.goto(f"{server.url}/en/check")
    assert other.inner_text("dl") == before


def test_send_pressed_in_two_tabs_at_once_keeps_one_report(server: Server, browser: Any) -> None:
    page = opened(browser)
    shown = begin(server, page)
    to_the_check(page)
    token = page.get_attribute("input[name=csrfmiddlewaretoken]", "value")
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    body = urlencode({"csrfmiddlewaretoken": token}).encode()

    def send(_: int) -> int:
        form = "application/x-www-form-urlencoded"
        return server.get("/en/check", "POST", body, cookie=cookie, content_type=form)[0]

    with ThreadPoolExecutor(6) as pool:
        # one that comes after the others finds no draft any more, and is led on all the same
        assert set(pool.map(send, range(6))) == {303}
    lookup = code.derive(shown, "localhost/ledger").lookup
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        assert rows.execute("select count(*) from dropbox_entry where lookup = ?", [lookup]).fetchone() == (1,)


def test_by_keyboard_alone(server: Server, browser: Any) -> None:
    page = opened(browser)
    page.goto(f"{server.url}/en/start")
    press(page, "link", "Start", "Enter")
    press(page, "button", "Continue", "Enter")
    press(page, "button", "I have saved it", "Enter")
    press(page, "checkbox", "Trial office two (legal help)", "Space")
    press(page, "button", "Continue", "Enter")
    assert re.search(r"/en/[a-z-]+$", page.url)
    assert page.url.rpartition("/")[2] not in ("readers", "code", "before")


def press(page: Any, role: str, name: str, key: str) -> None:
    """Tab to a control, and press a key on it; its focus must be seen."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            assert "rgb(255, 191, 71)" in wanted.evaluate("each => getComputedStyle(each).outlineColor")
            if key == "Enter":
                with page.expect_navigation():
                    page.keyboard.press(key)
            else:
                page.keyboard.press(key)
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_no_page_has_a_fault_that_axe_finds_and_none_is_wider_than_a_phone(server: Server, browser: Any) -> None:
    from axe_core_python.sync_playwright import Axe

    page, axe, faults = opened(browser, script=True, width=320), Axe(), {}

    def look() -> None:
        found = axe.run(page)["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if found or wide > 0:
            faults[page.url] = ([each["id"] for each in found], wide)

    for path in PUBLIC:
        page.goto(server.url + path)
        look()
    begin(server, page)
    look()
    on(page)
    look()
    page.check("input[value=legal]")
    on(page)
    while not page.url.endswith("/check"):
        look()
        answer(page)
        on(page)
    look()
    on(page, "Send")
    look()
    assert faults == {}


def test_every_page_is_light_and_has_its_headers(server: Server) -> None:
    for path in PUBLIC:
        status, headers, data = server.get(path)
        assert status in (200, 404), path
        assert len(data) + len(str(headers)) < 30_000
        assert len(data) % 4096 == 0
        for name, value in HEADERS.items():
            assert headers.get(name) == value, (path, name)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert not {"etag", "last-modified", "vary", "x-powered-by"} & headers.keys(), path
    assert server.get("/static/form.css")[0] == 200


def test_cookies_are_the_visit_s_and_the_form_s_and_end_with_the_browser(server: Server, browser: Any) -> None:
    page = opened(browser)
    begin(server, page)
    cookies = {each["name"]: each for each in page.context.cookies()}
    assert set(cookies) == {"__Host-visit", "__Host-csrf"}
    for each in cookies.values():
        assert (each["secure"], each["httpOnly"], each["sameSite"], each["path"]) == (True, True, "Strict", "/")
        assert each["expires"] == -1


def test_leave_ends_the_visit_clears_the_browser_and_back_shows_the_start(server: Server, browser: Any) -> None:
    page = opened(browser)
    begin(server, page)
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    status, headers, _ = server.get("/leave", cookie=cookie)
    assert (status, headers["location"]) == (303, "https://www.weather.gov/")
    assert headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert headers["cache-control"] == "no-store"
    page.goto(f"{server.url}/en/readers")
    assert page.url.endswith("/en/start")


def test_with_scripts_leave_hides_the_page_at_once_and_back_does_not_lead_to_it(server: Server, browser: Any) -> None:
    page = opened(browser, script=True)
    page.goto(f"{server.url}/")
    begin(server, page)
    page.check("input[value=legal]")
    on(page)
    left = page.url
    # the weather is not to be had here, which is where Leave led to all the same
    with page.expect_event("requestfailed", lambda request: request.url == "https://www.weather.gov/"):
        page.click("text=Leave now")
    page.wait_for_url("chrome-error://**")
    page.go_back()
    assert page.url != left
    page.goto(left)
    assert page.url.endswith("/en/start")


@pytest.mark.parametrize(("typed", "words"), [
    ("1234", "One of the digits may be wrong"),
    ("letters", "One of the digits may be wrong"),
    ("", "One of the digits may be wrong"),
])  # fmt: skip
def test_a_slip_is_told_apart_from_a_code_that_is_unknown(server: Server, browser: Any, typed: str, words: str) -> None:
    page = opened(browser)
    back_with(server, page, typed)
    assert words in page.inner_text("main")
    back_with(server, page, code.shown(code.new()))
    assert "We have nothing under this code" in page.inner_text("main")


def test_a_code_is_taken_in_the_digits_of_any_script(server: Server, browser: Any) -> None:
    page = opened(browser)
    shown = tell(server, page)
    ethiopic = "".join(chr(0x0660 + int(each)) if each.isdigit() else "\u00a0" for each in shown)
    back_with(server, page, f" {ethiopic}\n")
    assert page.inner_text("h1") == "Your report"
    # the page of having sent is of that visit alone
    page.goto(f"{server.url}/en/sent")
    assert page.url.endswith("/mine")


def test_a_trial_says_so_on_every_page(server: Server) -> None:
    for path in PUBLIC:
        assert b"This is a trial" in server.get(path)[2], path


def test_what_is_no_form_is_refused_before_it_is_read(server: Server) -> None:
    post = {"method": "POST"}
    assert server.get("/code", body=b"x" * 70_000, content_type="application/x-www-form-urlencoded", **post)[0] == 413
    assert (
        server.get("/code", body=b"--x\r\n\r\n--x--", content_type="multipart/form-data; boundary=x", **post)[0] == 415
    )
    assert server.get("/code", body=b"{}", content_type="application/json", **post)[0] == 415
    assert server.get("/code", method="DELETE")[0] == 405
    assert server.get("/ledger/../keys/log.key")[0] == 404
    assert server.get("/ledger/openings/1")[0] == 404
    form = urlencode({"code": "\0" * 5}).encode()
    assert server.get("/code", body=form, content_type="application/x-www-form-urlencoded", **post)[0] == 403


def test_the_published_ledger_is_served_and_checks(server: Server, tmp_path: Path) -> None:
    server.publish()
    status, headers, data = server.get("/ledger/checkpoint")
    assert (status, headers["cache-control"]) == (200, "no-cache")
    assert data == (server.folder / "ledger/checkpoint").read_bytes()
    size = note.read_checkpoint(note.parse(data)).size
    # a witness's line may come to an old one too
    assert server.get(f"/ledger/checkpoints/{size}")[1]["cache-control"] == "no-cache"
    tile = ledger.tiles.wanted(size)[0].path
    assert "immutable" in server.get(f"/ledger/{tile}")[1]["cache-control"]


def test_nothing_that_was_typed_is_anywhere_in_the_clear(server: Server, browser: Any) -> None:
    page = opened(browser)
    shown = tell(server, page).replace(" ", "")
    for path in (f"/en/{CANARY.split()[1]}", f"/code?canary={shown}"):
        server.get(path, user_agent=CANARY, referer=CANARY, x_canary=CANARY)
    found = []
    for path in [*server.folder.rglob("*"), server.folder.parent / "said"]:
        if path.is_file() and path.name != "sheet.txt":
            data = path.read_bytes()
            found += [(path, word) for word in (b"canary", CANARY.encode(), shown.encode()) if word in data]
    assert found == []


def test_the_page_of_what_is_held_names_every_column(server: Server) -> None:
    from django.apps import apps

    text = server.get("/what-we-hold")[2].decode()
    for model in apps.get_app_config("dropbox").get_models():
        assert f"<h2>{model.__name__}</h2>" in text
        for column in model._meta.fields:
            assert column.name in text
