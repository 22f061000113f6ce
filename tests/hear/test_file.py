"""What lies at a path is judged by its bytes, and a bad file ends in one sentence."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.errors import RecordError
from evenhand.hear import file, sheet

TEXT = "a,b\n1,x\n2,y\n"
LONG = "a,b\n" + "".join(f"{row},some words\n" for row in range(50_000))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"PK\x03\x04rest", "is a zip or Excel file"),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"PAR1cut", "Parquet file that breaks off"),
        (b"a\n1\n", "first line has one cell"),
        (b"a,b,A\n1,2,3\n", "column A, a stands twice"),
        (gzip.compress(LONG.encode(), mtime=0)[:-9], "gzip that breaks off"),
        ("a,b\n1,Jos\u00e9".encode()[:-1], "breaks off in the middle of a letter"),
        (b"\xfe\xff\x00a\x00,\x00b", "high byte first"),
    ],
)
def test_what_is_no_table_is_named(written: Callable[..., Path], content: bytes, sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        file.look(written(content))


def test_a_path_with_nothing_and_a_folder_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="nothing is there"):
        file.look(tmp_path / "gone.csv")
    with pytest.raises(RecordError, match="is not a file"):
        file.look(tmp_path)


@pytest.mark.parametrize(
    ("content", "encoding", "note"),
    [
        ("a,b\n1,José\n".encode("latin-1"), "latin-1", "read as Latin-1"),
        ("a,b\n1,José\n".encode("utf-8-sig"), "utf-8", "byte-order mark"),
        ("a,b\n1,José\n".encode("utf-16"), "utf-16", "UTF-16"),
        ("a;b\n1;José\n".encode(), "utf-8", None),
        (gzip.compress("a\tb\n1\tJosé\n".encode(), mtime=0), "utf-8", None),
    ],
)
def test_letters_are_read_right_and_the_notes_say_how(
    connection: Any, written: Callable[..., Path], content: bytes, encoding: str, note: str | None
) -> None:
    found = file.look(written(content))
    assert found.encoding == encoding
    assert sheet.rows(connection, found).b.to_pyarrow().to_pylist() == ["José"]
    assert (note in " ".join(found.notes)) if note else not found.notes


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,x\n2\n", "line 3: 1 cells where the header has 2"),
        ('a,b\n1,x\n2,"y', "line 3: a quoted cell is never closed"),
    ],
)
def test_a_torn_row_is_named_by_its_line_and_no_cell_is_repeated(
    connection: Any, written: Callable[..., Path], content: str, sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence):
        sheet.rows(connection, file.look(written(content)))


def test_a_file_without_a_last_line_end_says_that_a_cut_could_not_be_seen(written: Callable[..., Path]) -> None:
    assert "could not be seen" in file.look(written("a,b\n1,x")).notes[0]


def test_a_path_that_looks_like_a_pattern_is_one_file(connection: Any, written: Callable[..., Path]) -> None:
    found = file.look(written(TEXT, "stops[1]*.csv"))
    assert sheet.rows(connection, found).count().to_pyarrow().as_py() == 2
