"""A canvass the whole way: slips are made, forty people are asked, their answers are sealed, counted and weighed."""

import contextlib
import csv
import http.client
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sites import Server, on, opened

from evenhand.errors import RecordError
from evenhand.hear import headcount
from evenhand.keep import ticket

TODAY = datetime.now(UTC).date()
SINCE, UNTIL = TODAY - timedelta(days=180), TODAY + timedelta(days=14)
ROSTER = "race,sex,age_band,size\nBLACK,man,25-34,8\nBLACK,woman,35-49,4\nWHITE,man,25-34,18\nWHITE,woman,35-49,10\n"
# planted: twelve say no; of those asked, six keep silent
YES = {"BLACK": 10, "WHITE": 12}
NO = {"BLACK": 2, "WHITE": 10}


def command(*words: object, **said: Any) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "evenhand.cli", *map(str, words)], capture_output=True, text=True, check=False, **said
    )


def new(server: Server, roster: Path, to: Path) -> subprocess.CompletedProcess:
    days = ("--since", SINCE, "--until", UNTIL)
    who = ("--desk", "legal", "--label", "North", "--address", server.url)
    return command("canvass", "new", "--roster", roster, "--folder", server.folder, *days, *who, "--to", to)


@dataclass
class Phone:
    """A browser without a screen: it keeps cookies, and sends a form back with its token."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, said: list[tuple[str, str]] | None = None) -> tuple[int, str, str]:
        body = urlencode(said).encode() if said is not None else None
        kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        kept |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        with contextlib.closing(http.client.HTTPConnection("localhost", self.server.port, timeout=20)) as connection:
            connection.request("POST" if body else "GET", path, body, kept)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return answer.status, answer.getheader("location") or "", answer.read().decode()

    def fill(self, path: str, *said: tuple[str, str]) -> tuple[int, str, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(path)[2])
        assert token is not None, path
        return self.ask(path, [("csrfmiddlewaretoken", token[1]), *said])


def answer(server: Server, code: str, stopped: str, race: str, *more: tuple[str, str]) -> None:
    phone = Phone(server)
    assert phone.fill("/en/canvass/start", ("code", code))[1] == "/en/canvass/stopped"
    status, there, _ = phone.fill("/en/canvass/stopped", ("stopped", stopped), ("race", race.lower()))
    if stopped == "yes":
        assert there == "/en/canvass/what"
        status, there, _ = phone.fill("/en/canvass/what", *more)
    assert (status, there) == (303, "/en/canvass/done")


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def codes(server: Server, roster: Path) -> Iterator[list[str]]:
    sheet = roster.with_name("sheet.html")
    done = new(server, roster, sheet)
    assert done.returncode == 0, done.stderr
    found = re.findall(r'class="code">([0-9 ]+)<', sheet.read_text(encoding="utf-8"))
    assert len(set(found)) == 40
    yield found


def tables(server: Server, *queries: str) -> list[list[tuple]]:
    with contextlib.closing(sqlite3.connect(server.folder / "dropbox.sqlite3")) as rows:
        return [rows.execute(query).fetchall() for query in queries]


def test_the_sheet_says_what_it_must(server: Server, roster: Path, codes: list[str]) -> None:
    text = roster.with_name("sheet.html").read_text(encoding="utf-8")
    for words in ("It is up to you", "No name", "No discipline", "Trial office two (legal help) holds the answers"):
        assert text.count(words) == len(codes)
    assert text.count(f"{server.url}/canvass</p>") == len(codes)
    assert "<script" not in text


def test_slips_unknown_codes_and_pages_without_one_are_told_apart(server: Server, codes: list[str]) -> None:
    phone = Phone(server)
    assert phone.ask("/canvass")[1] == "/en/canvass/start"
    wrong = codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)
    assert "One of the digits may be wrong" in phone.fill("/en/canvass/start", ("code", wrong))[2]
    assert "We do not know this code" in phone.fill("/en/canvass/start", ("code", ticket.new()))[2]
    assert phone.ask("/en/canvass/what")[1] == "/en/canvass/start"
    again = new(server, roster_again(server), server.folder.parent / "again.html")
    assert again.returncode != 0
    assert "close it first" in again.stderr
    assert not (server.folder.parent / "again.html").exists()


def roster_again(server: Server) -> Path:
    path = server.folder.parent / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def test_a_phone_answers_and_axe_finds_no_fault(server: Server, browser: Any, codes: list[str]) -> None:
    from axe_core_python.sync_playwright import Axe

    page, axe, faults = opened(browser, script=True, width=320), Axe(), {}

    def looked(name: str) -> None:
        found = axe.run(page)["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if found or wide > 320:
            faults[name] = ([each["id"] for each in found], wide)

    page.goto(f"{server.url}/canvass")
    looked("start")
    page.fill("#code", codes[-1])
    on(page)
    on(page)
    assert "Choose yes or no." in page.inner_text("main")
    looked("error")
    page.check("input[name=stopped][value=yes]")
    page.check("input[name=race][value=white]")
    on(page)
    looked("what")
    page.fill("input[name=times]", "many")
    on(page)
    assert "Use a whole number from 1 to 365." in page.inner_text("main")
    page.fill("input[name=times]", "1")
    page.check("input[name=they][value=federal]")
    on(page)
    assert page.inner_text("h1") == "Thank you. It is kept."
    looked("done")
    assert faults == {}


def test_forty_are_asked_and_what_they_said_is_counted_and_weighed(
    server: Server, codes: list[str], tmp_path: Path
) -> None:
    told = iter(codes)
    more = (
        ("times", "2"),
        ("they", "federal"),
        ("tell", "uniform"),
        ("did", "id"),
        ("did", "boxed"),
        ("known", "during"),
    )
    for race, count in YES.items():
        for _ in range(count):
            answer(server, next(told), "yes", race, *more, ("changed", "better"))
    for race, count in NO.items():
        for _ in range(count):
            answer(server, next(told), "no", race)
    # one changes a yes to a no and back, as often as they like
    answer(server, codes[0], "no", "BLACK")
    answer(server, codes[0], "yes", "BLACK", ("times", "3"), ("they", "city"))
    # the phone of the test before has answered too: its code changes to a no and is counted once
    answer(server, codes[-1], "no", "WHITE")
    kept = b"".join(path.read_bytes() for path in server.folder.glob("dropbox.sqlite3*"))
    said = (server.folder.parent / "said").read_bytes()
    for code in codes:
        assert code.encode() not in kept + said
        assert code.replace(" ", "").encode() not in kept + said
    for word in (b"boxed_in", b"agency_level", b"known_as_officer"):
        assert word not in kept + said
    server.publish()
    nobody_can_tell(server)
    result = closed(server, "civil-rights", tmp_path / "wrong.csv")
    assert result.returncode != 0
    assert "nothing was written" in result.stderr
    result = closed(server, "legal", tmp_path / "canvass.csv")
    assert result.returncode == 0, result.stderr
    assert "35 of 40 answered; 35 codes were used; 22 said yes" in result.stdout
    rows = list(csv.DictReader((tmp_path / "canvass.csv").read_text(encoding="utf-8").splitlines()))
    assert sum(row["stopped"] == "no" for row in rows) == 13
    (changed,) = [row for row in rows if row["times"] == "3"]
    assert (changed["race_self"], changed["agency_level"], changed["actions"]) == ("BLACK", "city", "")
    beside = list(csv.DictReader((tmp_path / "canvass.roster.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["race"], row["size"], row["asked"], row["answered"]) for row in beside] == [
        ("BLACK", "12", "12", "12"),
        ("WHITE", "28", "28", "23"),
    ]
    for path in ("/en/canvass/start", "/en/canvass/stopped"):
        assert "This canvass is over" in Phone(server).ask(path)[2]
    assert tables(server, "select count(*) from dropbox_ticket") == [[(0,)]]
    weighed(tmp_path)


def nobody_can_tell(server: Server) -> None:
    """No column of a ticket and none of an entry agree in anything, and tickets lie in the order of their hashes."""
    tickets, entries = tables(
        server,
        "select lookup, used from dropbox_ticket order by rowid",
        "select commitment, lookup, about, day from dropbox_entry where kind = 'canvass'",
    )
    assert [row[0] for row in tickets] == sorted(row[0] for row in tickets)
    assert sum(used for _, used in tickets) == 35
    hashes = {bytes(row[0]) for row in tickets}
    assert not [row for row in entries if bytes(row[1]) in hashes or row[2] is not None]
    assert tables(server, "select count(*) from dropbox_visit", "select count(*) from dropbox_draft") == [
        [(0,)],
        [(0,)],
    ]


def closed(server: Server, desk: str, to: Path) -> subprocess.CompletedProcess:
    key = server.folder / f"trial/{desk}/op-1.keyring"
    (to.parent / "passphrase").write_text("this is a rehearsal\n", encoding="utf-8")
    where = ("--folder", server.folder, "--key", key, "--passphrase", to.parent / "passphrase", "--to", to)
    return command("canvass", "close", *where)


def weighed(folder: Path) -> None:
    zone = ("--timezone", "America/Chicago", "--group", "sworn")
    heard = command("hear", folder / "canvass.csv", "--reader", "canvass", *zone, "--out", folder / "told.parquet")
    assert heard.returncode == 0, heard.stderr
    (folder / "plan.toml").write_text(
        'title = "A canvass"\nagency = "several"\ncontact = "nobody: a test"\n'
        f"reply_asked = {TODAY.isoformat()}\n"
        '[[source]]\npath = "told.parquet"\nreader = "heard"\n'
        '[[roster]]\npath = "told.roster.csv"\n'
        '[[contrast]]\ngroup = "BLACK"\nreference = "WHITE"\n'
        '[[method]]\nname = "roster"\nraces = ["BLACK"]\n',
        encoding="utf-8",
    )
    locked = command("plan", "lock", folder / "plan.toml")
    assert locked.returncode == 0, locked.stderr
    done = command("weigh", folder / "plan.toml", "--out", folder / "finding")
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "finding/finding.json").read_text(encoding="utf-8"))
    (result,) = [each for each in found["results"] if each["method"] == "roster"]
    assert (result["rows_in"], result["rows_used"]) == (40, 35)


@pytest.mark.parametrize(("text", "words"), [
    ("name,race,size\nA Person,BLACK,1\n", "tells who somebody is"),
    ("race,size,e-mail\nBLACK,1,x@example.org\n", "tells who somebody is"),
    ("race,size,badge number\nBLACK,1,77\n", "tells who somebody is"),
    ("race,size,shift\nBLACK,1,night\n", "no column of a roster"),
    ("race,size\nA Person,1\n", "row 2, race"),
    ("race,size\nBLACK,A Person\n", "row 2, size"),
    ("race,size\nBLACK,1\nBLACK,2\n", "two rows"),
    ("race,sex\nBLACK,man\n", "needs the columns"),
])  # fmt: skip
def test_a_roster_that_tells_of_persons_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=words) as refused:
        headcount.read(tmp_path / "roster.csv")
    assert "A Person" not in str(refused.value)


def test_a_ticket_gives_two_numbers_that_share_nothing(trial: Path) -> None:
    digits = ticket.new()
    assert (len(digits), ticket.read(ticket.shown(digits))) == (16, digits)
    one, other = ticket.derive(digits, "a/ledger", 64), ticket.derive(digits, "b/ledger", 64)
    assert len({one.lookup, one.row, other.lookup, other.row}) == 4
    del trial
