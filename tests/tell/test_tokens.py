"""The look is named once, and can be read."""

import re
from importlib.resources import files

import pytest

from evenhand.tell import tokens


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [tokens.INK, tokens.NOTE, tokens.ACCENT, tokens.CAUTION])
def test_text_can_be_read_on_paper(colour: str) -> None:
    # EXPERIENCE 7: text at 7:1 or better
    assert _contrast(colour, tokens.PAPER) >= 7


def test_text_can_be_read_on_bands_and_tiles() -> None:
    assert _contrast(tokens.NOTE, tokens.BAND) >= 7
    assert min(_contrast(step, tokens.INK) for step in tokens.STEPS[:4]) >= 7
    assert _contrast(tokens.STEPS[4], tokens.PAPER) >= 7


def test_the_style_sheet_sets_no_colour_of_its_own() -> None:
    sheet = files("evenhand.tell").joinpath("templates", "finding.css").read_text("utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl", sheet)
    names = set(re.findall(r"var\(--([\w-]+)\)", sheet)) - {"pad"}
    assert names <= set(re.findall(r"--([\w-]+):", tokens.custom_properties()))
