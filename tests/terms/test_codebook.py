"""The codebook and its page say the same of every element."""

import re
from pathlib import Path

from evenhand.terms.codebook import CODEBOOK, ELEMENTS, EXCLUSIVE, VERSION

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats" / "codebook.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE)


def test_the_page_has_each_element_in_its_order_with_its_words() -> None:
    assert [(element.id, element.counts_when, element.not_when) for element in CODEBOOK] == ROWS


def test_the_page_names_the_version_and_the_pairs() -> None:
    assert f"version {VERSION}." in PAGE
    for one, other in EXCLUSIVE:
        assert f"`{one}` and `{other}`" in PAGE


def test_no_element_stands_twice_and_pairs_are_elements() -> None:
    assert len(set(ELEMENTS)) == len(ELEMENTS)
    assert all(element in ELEMENTS for pair in EXCLUSIVE for element in pair)
