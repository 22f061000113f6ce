"""What a finding never says, it does not say."""

import pytest

from evenhand.tell import backing, page, statement, words


@pytest.mark.parametrize(
    "said",
    [
        "proves that",
        "it is proven",
        "This confirms it",
        "racist stops",
        "were targeted",
        "hunted down",
        "a significant difference",
        "statistically significant",
        "no bias was found",
        "the department is cleared",
        "34 % of stops were racial profiling",
        "up to 40 %",
        "an unlawful stop",
        "Officer Smith",
        "badge 1234",
    ],
)
def test_each_forbidden_word_is_found(said: str) -> None:
    assert words.forbidden(f"We write: {said}.")


@pytest.mark.parametrize(
    "said",
    [
        "stopped 1.4 times as often (between 1.2 and 1.7)",
        "not cleared for release",
        "an officer saw",
        "the target of the benchmark",
        "That a law was broken.",
        "four significant digits",
    ],
)
def test_plain_words_pass(said: str) -> None:
    assert words.forbidden(said) == []


def test_page_and_statement_say_nothing_forbidden(document: dict) -> None:
    for cleared in (True, False):
        document["cleared"] = cleared
        assert words.forbidden(" ".join(backing.visible_text(page.page(document)))) == []
        assert words.forbidden(statement.text(document)) == []


def test_level_words_carry_their_number() -> None:
    assert [words.level(number) for number in range(5)] == [
        "No difference that matters (level 0)",
        "Unclear (level 1)",
        "Limited evidence (level 2)",
        "Moderate evidence (level 3)",
        "Strong evidence (level 4)",
    ]
