"""A person's number planted anywhere in a sheet comes out nowhere: not in the table, the notes or an error."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.errors import RecordError
from evenhand.hear import inbox, sheet_mapping
from evenhand.tables.connect import connect
from evenhand.terms.sheets import INBOX

NAMES = [
    *(column.name for column in INBOX),
    "area_precinct",
    "sentinel_group",
    "Caller",
    "Phone",
    "Mood",
    "race_officer",
    "",
]
ORDINARY = {"reported_on": "2026-03-20", "date": "2026-03-14", "mode": "car", "narrative": "they asked for papers"}
MARKS = st.one_of(
    st.builds(
        lambda number, form: form.format(number[0], number[1], f"{number[2]:04d}"),
        st.tuples(st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999)),
        st.sampled_from(["{}-{}-{}", "({}) {}-{}", "{}{}{}", "+1 {} {} {}"]),
    ),
    st.emails(),
)


@pytest.fixture(scope="module")
def engine() -> Any:
    return connect()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("marks")


def _file(folder: Path, header: list[str], rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path = folder / "inbox.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def _said(engine: Any, path: Path) -> str:
    """All that hearing the file says: the table, the register, the list; or the error."""
    try:
        heard = inbox.hear(engine, path, timezone="America/Chicago")
    except RecordError as error:
        return str(error)
    rows = heard.reading.encounters.to_pyarrow().to_pylist()
    return " ".join([str(rows), str(heard.reading.source), *map(str, heard.unreadable)])


def _left(mark: str, said: str) -> bool:
    """Whether the mark is there as it was written, or as its digits."""
    digits = "".join(letter for letter in mark if letter.isdigit())
    return mark in said or ("@" not in mark and digits in said)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mark=MARKS, before=st.sampled_from(["", "call ", "x", "Ann, "]))
def test_a_mark_in_any_cell_comes_out_nowhere(engine: Any, folder: Path, mark: str, before: str) -> None:
    # a row for each column, in which the mark stands there
    rows = [[before + mark if name == place else ORDINARY.get(name, "") for name in NAMES] for place in NAMES]
    assert not _left(mark, _said(engine, _file(folder, NAMES, rows)))


def test_a_mark_in_the_name_of_the_file_is_none_of_its_id(engine: Any, folder: Path) -> None:
    path = folder / "from 612-555-0100.csv"
    path.write_text("reported_on,date\n2026-03-20,2026-03-14\n", encoding="utf-8")
    heard = inbox.hear(engine, path, timezone="America/Chicago")
    assert "555" not in heard.reading.source.id
    assert "555" not in str(heard.reading.encounters.to_pyarrow().to_pylist())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mark=MARKS, known=st.integers(0, 4), twice=st.booleans())
def test_a_mark_in_the_first_row_comes_out_nowhere(
    engine: Any, folder: Path, mark: str, known: int, twice: bool
) -> None:
    header = [*NAMES[:known], *(("reported_on", "date") if known > 2 else ()), mark, *((mark,) if twice else ())]
    assert not _left(mark, _said(engine, _file(folder, header, [["2026-03-20"] * len(header)])))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mark=MARKS, place=st.integers(0, len(NAMES) - 1))
def test_a_proposal_shows_no_mark_of_a_cell(folder: Path, mark: str, place: int) -> None:
    row = [ORDINARY.get(name, "") for name in NAMES]
    row[place] = mark
    assert not _left(mark, sheet_mapping.propose(_file(folder, NAMES, [row])))
