"""The drop box under load: whole sends, and whole journeys with a code, by clients that run at once over real HTTP.

A send is one POST that seals two frames and commits them with the promise (fsync). A journey is every page that a
report needs, with its code, to "Sent". SQLite, one process with threads, as `evenhand serve dropbox` runs it.
"""

import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.measured import Line, Spent

# VAULT 17
LEAST_SENDS, MOST_SECONDS = 150, 0.25
LEAST_JOURNEYS, MOST_PAGE = 5, 1.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Client:
    """One visitor: a connection, its cookies, and how long each page took."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.seconds: list[float] = []
        self.page = ""

    def go(self, path: str, answers: Sequence[tuple[str, str]] | None = None) -> str:
        """A page, or a form of the last one sent; where it led to."""
        body = None
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if answers is not None:
            found = TOKEN.search(self.page)
            assert found is not None, path
            body = urlencode([*answers, ("csrfmiddlewaretoken", found[1])])
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.seconds.append(time.perf_counter() - began)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == http.client.SEE_OTHER:
            return self.go(answer.headers["Location"])
        assert answer.status == http.client.OK, (path, answer.status)
        self.page = text
        return path

    def ready(self, with_code: bool) -> None:
        """Up to the last page before Send."""
        self.go("/en/before")
        self.go("/en/before", [])
        self.go("/en/code", [("go", "saved" if with_code else "without")])
        self.go("/en/readers", [("readers", "legal")])
        for name, answer in (("doing", "driving"), ("when", ""), ("where", ""), ("use", "")):
            self.go(f"/en/{name}")
            given = {"doing": [("doing", answer)], "when": [("ago", "week")], "where": [("no_place", "not_sure")]}
            first = re.findall(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)"', self.page)
            chosen = dict(reversed(first))
            self.go(f"/en/{name}", list(chosen.items()) or given.get(name, []))
        self.go("/en/check")

    def send(self) -> None:
        """Send, and no more: the page after it is another request."""
        self.seconds.clear()
        assert self.go("/en/check", []) == "/en/sent"


def lines(folder: Path, rows: int | None = None) -> Sequence[Line]:
    """Sends of 8 and of 32 clients, journeys of 8."""
    sends = rows or 400
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["serve", "dropbox", "--folder", folder / "box", "--port", port, "--quiet"]
    server = subprocess.Popen([sys.executable, "-m", "evenhand.cli", *map(str, command)], stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        found = [_sends(port, clients, sends) for clients in (8, 32)]
        return [*found, _journeys(port)]
    finally:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split()
        for pid in (server.pid, *map(int, children)):
            os.kill(pid, signal.SIGTERM)
        server.wait(30)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            Client(port).go("/status")
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("the drop box did not start")


def _sends(port: int, clients: int, sends: int) -> Line:
    waiting = [Client(port) for _ in range(sends)]
    _at_once([partial(each.ready, with_code=False) for each in waiting], 8)
    began = time.perf_counter()
    _at_once([each.send for each in waiting], clients)
    spent = time.perf_counter() - began
    rate, slowest = sends / spent, statistics.quantiles([each.seconds[0] for each in waiting], n=100)[98]
    must = f"{rate:.0f} a second, p99 {slowest * 1000:.0f} ms; {LEAST_SENDS} and {MOST_SECONDS * 1000:.0f} ms"
    kept = rate >= LEAST_SENDS and slowest <= MOST_SECONDS
    return Line(f"{sends} whole sends, {clients} clients", Spent(spent, 0), must, kept)


def _journeys(port: int, count: int = 40) -> Line:
    visitors = [Client(port) for _ in range(count)]
    began = time.perf_counter()
    _at_once([partial(each.ready, with_code=True) for each in visitors], 8)
    _at_once([partial(each.go, "/en/check", []) for each in visitors], 8)
    spent = time.perf_counter() - began
    slowest = statistics.quantiles([page for each in visitors for page in each.seconds], n=100)[98]
    must = f"{count / spent:.1f} a second, p99 of a page {slowest * 1000:.0f} ms; {LEAST_JOURNEYS} and 1 s"
    kept = count / spent >= LEAST_JOURNEYS and slowest <= MOST_PAGE
    return Line(f"{count} journeys with codes, 8 clients", Spent(spent, 0), must, kept)


def _at_once(works: Sequence[Callable[[], object]], clients: int) -> None:
    """Each work once, so many at a time; what fails is raised here."""
    left, failed, lock = list(works), [], threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if not left or failed:
                    return
                work = left.pop()
            try:
                work()
            except Exception as error:  # noqa: BLE001  # raised below, where it is seen
                failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
