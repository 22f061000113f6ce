"""JSON line: what is written is read back, what two readers would read apart is refused, by name and never by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError
from evenhand.keep import json_line

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('ab\u00e9\n\t"\\'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc"), PLAIN, max_size=5))
def test_what_is_written_is_read_back(value: dict[str, object]) -> None:
    assert json_line.read(json_line.write(value, "facts"), "facts") == value


@pytest.mark.parametrize("line", [
    '{"a":1.0}', '{"a":NaN}', '{"a":9007199254740992}', '{"a":1,"a":2}', '{"b":{"a":1,"\\u0061":2}}', '{"a":"\\ud800"}',
    '{"a":"e\\u0301"}', "[1]", " {}", "{}{}", '{"a":\n1}', '{"a":' + "[" * 100_000 + "}",
])  # fmt: skip
def test_what_would_be_read_apart_is_refused_under_its_name(line: str) -> None:
    with pytest.raises(FormatError, match=r"the note|half a character") as caught:
        json_line.read(line, "the note")
    assert caught.value.__cause__ is None
    assert "0301" not in str(caught.value)
