"""Take a picture of every page in every language: `uv run python -m screenshots --to FOLDER`.

A trial is served with the languages that nobody has signed yet; a phone walks it from the first page to the last.
`index.html` shows all of them side by side. A page that is wider than the phone is told.
"""

import argparse
import contextlib
import html
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "made"))

import sites  # noqa: E402  # the tests' own server and phone

from evenhand.web.catalogue import LOCALE, NAMES  # noqa: E402

STYLE = "body{font:14px system-ui;margin:1rem}figure{margin:0}img{border:1px solid #999;width:100%}"
GRID = "div{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:1rem;align-items:start}"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m screenshots", description=__doc__)
    options.add_argument("--to", type=Path, required=True, help="an empty folder, or one that is not there")
    options.add_argument("--width", type=int, default=375, help="of the phone, in pixels (375)")
    options.add_argument("language", nargs="*", help="which ones; all that are begun, by default")
    asked = options.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    begun = [tag for tag in NAMES if tag == "en" or (LOCALE / tag).is_dir()]
    wide = 0
    with running() as server, phone() as browser:
        for tag in asked.language or begun:
            for number, (name, page) in enumerate(walk(server, sites.opened(browser, width=asked.width), tag)):
                page.screenshot(path=asked.to / f"{tag}-{number:02}-{name}.png", full_page=True)
                over = page.evaluate("document.documentElement.scrollWidth") - asked.width
                if over > 0:
                    wide += 1
                    print(f"{tag} {name}: {over} px too wide")
    sheet(asked.to)
    print(asked.to / "index.html")
    return 1 if wide else 0


@contextlib.contextmanager
def running() -> Iterator[sites.Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = sites.Server(Path(folder) / "box", sites.free_port())
        sites.prepared(server.folder)
        os.environ["EVENHAND_UNSIGNED"] = "1"
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def phone() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sites.CHROMIUM, args=sites.FLAGS)
        yield browser
        browser.close()


def press(page: Any) -> None:
    """The first button of a page, whatever it is called."""
    with page.expect_navigation():
        page.click("main button >> nth=0")


def walk(server: sites.Server, page: Any, tag: str) -> Iterator[tuple[str, Any]]:
    """Every page in the order in which somebody meets it, with the mistakes one can make."""

    def at(path: str) -> Any:
        page.goto(server.url + path)
        return page

    yield "languages", at("/")
    yield "start", at(f"/{tag}/start")
    yield "before", at(f"/{tag}/before")
    press(page)
    yield "code", page
    press(page)
    yield "readers", page
    press(page)
    yield "readers-wrong", page
    page.check("input[value=legal]")
    press(page)
    while not page.url.endswith("/check"):
        name = page.url.rpartition("/")[2]
        yield name, page
        if name in ("doing", "when", "where", "use"):
            if name == "when":
                page.fill("#q-day", "40")
            press(page)
            yield f"{name}-wrong", page
        sites.answer(page)
        if name == "words":
            page.fill("#q-story", "+1 612 555 0142")
        if name == "when":
            page.fill("#q-month", "2026-03")
            page.fill("#q-day", "")
        press(page)
        if page.url.endswith(f"/{name}"):
            yield f"{name}-flagged", page
            press(page)
    yield "check", page
    press(page)
    yield "sent", page
    yield "copy", at(f"/{tag}/copy")
    yield from after(at, page, tag)


def after(at: Any, page: Any, tag: str) -> Iterator[tuple[str, Any]]:
    """What can be done later, and the pages about this server."""
    shown = at(f"/{tag}/sent").inner_text(".code")
    yield "comeback", at(f"/code?in={tag}")
    page.fill("#code", "1234")
    press(page)
    yield "comeback-wrong", page
    page.fill("#code", shown)
    press(page)
    yield "mine", page
    yield "correct", at("/mine/correct")
    at(f"/{tag}/end")
    sites.answer(page)
    press(page)
    yield "correct-begun", page
    press(page)
    yield "added", page
    yield "withdraw", at("/mine/withdraw")
    press(page)
    yield "withdrawn", page
    for name in ("help", "who-can-read", "what-we-hold", "status"):
        yield name, at(f"/{name}?in={tag}")
    yield "missing", at(f"/{tag}/Nothing")


def sheet(folder: Path) -> None:
    """All pictures on one page."""
    shown = "".join(
        f'<figure><figcaption>{html.escape(each.stem)}</figcaption><a href="{each.name}"><img src="{each.name}" '
        f'alt="{html.escape(each.stem)}"></a></figure>'
        for each in sorted(folder.glob("*.png"))
    )
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>{STYLE}{GRID}</style>'
    (folder / "index.html").write_text(f"{page}<div>{shown}</div></html>\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
