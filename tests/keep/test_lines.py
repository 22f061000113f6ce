"""Lines: one way to write a text of the vault, and a reader who says which line is wrong without repeating it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError
from evenhand.keep.lines import Lines, day, decoded, encoded, number, read, written


@given(st.binary())
def test_base64_is_read_back(raw) -> None:
    assert decoded(encoded(raw), None) == raw


# RFC 4648, section 10
@pytest.mark.parametrize(("raw", "text"), [
    (b"", ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"foob", "Zm9vYg=="), (b"foobar", "Zm9vYmFy"),
])  # fmt: skip
def test_base64_is_that_of_rfc_4648(raw: bytes, text: str) -> None:
    assert encoded(raw) == text


@pytest.mark.parametrize("text", ["Zg", "Zh==", "Zg==\n", " Zg==", "Zm-v", "Zm9vYg=", "é"])
def test_another_way_to_write_the_same_bytes_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        decoded(text, None)


def test_a_size_is_held_to() -> None:
    with pytest.raises(FormatError, match="of 32 bytes was expected: found 1"):
        decoded("Zg==")


@pytest.mark.parametrize("text", ["", "01", "-1", "+1", "1_0", "1 ", "٣", "1" * 19])
def test_a_number_is_written_one_way(text: str) -> None:
    with pytest.raises(FormatError):
        number(text)


@given(st.integers(0, 10**18 - 1))
def test_numbers_are_read_back(value) -> None:
    assert number(str(value)) == value


@given(st.dates())
def test_days_are_read_back(value) -> None:
    assert day(value.isoformat()) == value


@pytest.mark.parametrize("text", ["20261201", "2026-W49-2", "2026-02-30", "2026-12-1", "2026-12-01T00"])
def test_a_day_is_written_one_way(text: str) -> None:
    with pytest.raises(FormatError):
        day(text)


def test_lines_are_read_in_order_and_the_wrong_one_is_named_by_its_number() -> None:
    text = written(["evenhand/example/1", "origin here", "desk one", "desk two", "end"])
    lines = Lines(text, "an example", "evenhand/example/1")
    assert lines.maybe("previous") is None
    assert (lines.one("origin"), lines.many("desk")) == ("here", ("one", "two"))
    with pytest.raises(FormatError, match="an example, line 5: expected a line that begins with 'day'") as error:
        lines.one("day")
    assert "end" not in str(error.value).replace("ends", "")
    with pytest.raises(FormatError, match="line 5: a line that is unknown here"):
        lines.end()
    assert date(2026, 12, 1) == day("2026-12-01")


def test_a_text_that_ends_early_and_one_of_another_format_are_refused() -> None:
    with pytest.raises(FormatError, match="does not begin with the line evenhand/other/1"):
        Lines(b"evenhand/example/1\n", "an example", "evenhand/other/1")
    with pytest.raises(FormatError, match="expected one more line"):
        Lines(b"evenhand/example/1\n", "an example", "evenhand/example/1").plain()


@pytest.mark.parametrize(
    "text", [b"", b"cut", b"a\r\n", b"a\0\n", b"\x7f\n", "\x85\n".encode(), b"\xff\n", "e\u0301\n".encode()]
)
def test_what_is_no_text_of_the_vault_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        read(text, "a text")
