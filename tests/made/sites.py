"""A drop box that runs, and a phone before it: what the tests of the site begin with."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANARY = "A canary sang beside two cars."


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def prepared(folder: Path, *documents: Path) -> subprocess.CompletedProcess:
    """What `evenhand serve dropbox` does before it serves."""
    command = [sys.executable, "-m", "evenhand.web.dropbox.prepare", *map(str, documents)]
    return subprocess.run(
        command, env={**os.environ, "EVENHAND_DROPBOX": str(folder)}, capture_output=True, text=True, check=True
    )


@dataclass
class Server:
    """A drop box that runs, its folder, and what it said."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, *said_too: object) -> None:
        with (self.folder.parent / "said").open("ab") as said:
            command = ["serve", "dropbox", "--folder", self.folder, "--port", self.port, "--quiet", *said_too]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "evenhand.cli", *map(str, command)], stdout=said, stderr=said
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if self.get("/status")[0] == 200:
                    return
            assert self.process.poll() is None, (self.folder.parent / "said").read_text(encoding="utf-8")
            time.sleep(0.2)
        raise AssertionError("the server did not start")

    def stop(self, how: int = signal.SIGTERM) -> None:
        """The server and its workers: a kill of the first alone would leave the others."""
        assert self.process is not None
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        )
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        self.process.wait(30)

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict, bytes]:
        with contextlib.closing(http.client.HTTPConnection("localhost", self.port, timeout=20)) as connection:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def publish(self, *said_too: object) -> None:
        command = ["serve", "dropbox", "--folder", self.folder, "--publish", "--quiet", *said_too]
        subprocess.run([sys.executable, "-m", "evenhand.cli", *map(str, command)], check=True, capture_output=True)


def opened(browser: Any, script: bool = False, width: int = 375) -> Any:
    context = browser.new_context(java_script_enabled=script, viewport={"width": width, "height": 700})
    # nothing but the form itself is reached, the weather neither
    context.route(lambda url: "localhost" not in url, lambda route: route.fulfill(status=200, body="weather"))
    return context.new_page()


def on(page: Any, words: str = "Continue") -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()


def begin(server: Server, page: Any) -> str:
    page.goto(f"{server.url}/en/before")
    on(page)
    shown = page.inner_text(".code")
    on(page, "I have saved it")
    return str(shown)


def answer(page: Any) -> None:
    """The first answer of every question on a page."""
    for name in page.eval_on_selector_all("main fieldset", "all => all.map(each => each.id)"):
        if page.query_selector(f"#{name} label.choice"):
            # who is under 18 is asked less: the second age
            page.check(f"#{name} label.choice input >> nth={int(name == 'q-age')}")
    for field in page.query_selector_all("main textarea"):
        field.fill(CANARY)


def to_the_check(page: Any) -> list[str]:
    """Answer every page until the last; their paths."""
    page.check("input[value=legal]")
    on(page)
    seen = []
    while not page.url.endswith("/check"):
        seen.append(page.url.rpartition("/")[2])
        answer(page)
        on(page)
        assert len(seen) < 40
    return seen


def tell(server: Server, page: Any) -> str:
    shown = begin(server, page)
    to_the_check(page)
    on(page, "Send")
    assert page.inner_text("h1") == "Sent. Thank you."
    return shown


def back_with(server: Server, page: Any, shown: str) -> None:
    page.goto(f"{server.url}/code")
    page.fill("#code", shown)
    on(page)
