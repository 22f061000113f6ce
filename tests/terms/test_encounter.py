"""The record's page lists the record's fields, and the codebook's pairs are of its elements."""

from pathlib import Path

from evenhand.terms.codebook import CODEBOOK, ELEMENTS, EXCLUSIVE
from evenhand.terms.encounter import BY_NAME, FIELDS, NEVER

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "encounter.md"


def test_every_field_stands_on_the_page_with_its_need_and_release() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for field in FIELDS:
        assert f"| `{field.name}` | {field.kind} | {field.need} | {field.release} |" in page, field.name


def test_no_field_is_there_twice_and_none_is_about_status() -> None:
    assert len(BY_NAME) == len(FIELDS)
    assert not [name for name in BY_NAME for part in NEVER if part in name]


def test_elements_are_distinct_and_pairs_that_exclude_each_other_are_elements() -> None:
    assert len(set(ELEMENTS)) == len(CODEBOOK)
    assert {element for pair in EXCLUSIVE for element in pair} <= set(ELEMENTS)
