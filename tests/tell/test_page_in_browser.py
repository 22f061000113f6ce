"""The page in a browser: nothing leaves it, nothing scrolls sideways, and what is drawn is told."""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evenhand.tell import page, statement

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; CI must have it."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(params=["page", "statement", "page not cleared"])
def file(request: pytest.FixtureRequest, document: dict, tmp_path: Path) -> Path:
    """A page as written to disk."""
    document["cleared"] = "not cleared" not in request.param
    made = statement.statement(document) if request.param == "statement" else page.page(document)
    path = tmp_path / "index.html"
    path.write_text(made, "utf-8")
    return path


def _opened(browser: Any, file: Path, width: int) -> tuple[Any, list[str]]:
    view = browser.new_page(viewport={"width": width, "height": 844})
    asked: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.on("console", lambda message: asked.append(message.text))
    view.goto(file.as_uri())
    return view, asked


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(browser: Any, file: Path, width: int) -> None:
    view, _ = _opened(browser, file, width)
    # Opened, the tables must not widen the page either.
    view.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


def test_no_request_leaves_the_page_and_nothing_is_complained_of(browser: Any, file: Path) -> None:
    view, asked = _opened(browser, file, 1280)
    view.wait_for_load_state("networkidle")
    assert [told for told in asked if not told.startswith("data:")] == [file.as_uri()]
    view.close()


def test_headings_are_in_order(browser: Any, file: Path) -> None:
    view, _ = _opened(browser, file, 1280)
    levels = view.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    view.close()


def test_every_picture_has_a_title_and_a_description(browser: Any, file: Path) -> None:
    view, _ = _opened(browser, file, 1280)
    told = view.evaluate(
        "[...document.querySelectorAll('svg')].map(svg => svg.getAttribute('aria-labelledby').split(' ')"
        ".map(id => document.getElementById(id)?.textContent.length ?? 0))"
    )
    assert all(title > 0 and description > 20 for title, description in told)
    view.close()


def test_one_picture_of_each_pair_is_shown_at_a_time(browser: Any, file: Path) -> None:
    for width in (320, 1280):
        view, _ = _opened(browser, file, width)
        figures = view.locator("figure").count()
        assert view.locator("figure svg:visible").count() == figures
        view.close()


def test_every_word_of_a_picture_stays_inside_it(browser: Any, file: Path) -> None:
    for width in (390, 1280):
        view, _ = _opened(browser, file, width)
        outside = view.evaluate(
            "[...document.querySelectorAll('figure svg')].flatMap(svg => {const box = svg.getBoundingClientRect();"
            "return [...svg.querySelectorAll('text')].filter(text => {const own = text.getBoundingClientRect();"
            "return own.width && (own.left < box.left - 3 || own.right > box.right + 3)})"
            ".map(text => text.textContent)})"
        )
        assert outside == []
        view.close()


def test_lines_of_prose_are_not_too_long(browser: Any, file: Path) -> None:
    view, _ = _opened(browser, file, 1280)
    assert view.evaluate("Math.max(...[...document.querySelectorAll('main p')].map(p => p.clientWidth))") <= 680
    view.close()


def test_a_statement_prints_on_one_page(browser: Any, document: dict, tmp_path: Path) -> None:
    path = tmp_path / "statement.html"
    path.write_text(statement.statement(document), "utf-8")
    view, _ = _opened(browser, path, 760)
    # A4 less the margins of the sheet, at 96 dots an inch.
    view.set_viewport_size({"width": 642, "height": 986})
    view.emulate_media(media="print")
    assert view.evaluate("document.documentElement.scrollHeight") <= 986
    view.close()


def test_a_long_word_among_the_notes_of_a_source_does_not_widen_the_page(
    browser: Any, document: dict, tmp_path: Path
) -> None:
    document["sources"][0]["notes"] = ["Read from reports.parquet, sha256 " + "a5" * 32]
    path = tmp_path / "index.html"
    path.write_text(page.page(document), "utf-8")
    view, _ = _opened(browser, path, 360)
    assert view.evaluate("document.documentElement.scrollWidth") <= 360
    view.close()
