"""The rows of a file on the engine, as the file has them, with one clear sentence when they cannot be read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear.file import File, refuse_doubled

# Cells that say nothing. R writes NA, pandas NaN; "None" is left out, for it may mean that nothing was found.
BLANK = ("", "NA", "N/A", "NaN", "NULL")
# A CSV up to this size is parsed once and kept on the engine; a larger one is read where it lies, each time.
KEPT_BYTES = 64 << 20
# What gzip makes of text, about.
ZIPPED = 8
# The number of the row in its file, from 1; it costs nothing where it is not asked for.
ROW = "_row"


def rows(connection: Any, file: File, types: Mapping[str, str] | None = None, blank: Sequence[str] = BLANK) -> Any:
    """The file's rows as an Ibis table, with `_row`; text cells that say nothing (`blank`) are null.

    A CSV's cells are text unless `types`, which are DuckDB's, say otherwise; a cell that is not of its type
    makes the first reading of the rows fail: see `explained`.
    """
    import ibis
    from ibis.util import gen_name

    with explained(file):
        table = _csv(connection, file, types or {}, blank) if file.kind == "csv" else _parquet(connection, file, blank)
        numbered = table.mutate(**{ROW: ibis.row_number() + 1})
        if file.kind == "parquet" or file.size * (ZIPPED if file.zipped else 1) > KEPT_BYTES:
            return numbered
        return connection.create_table(gen_name("sheet"), numbered, temp=True)


def _csv(connection: Any, file: File, types: Mapping[str, str], blank: Sequence[str]) -> Any:
    return connection.read_csv(
        literal(str(file.path)),
        columns={name: types.get(name, "varchar") for name in file.names},
        delim=file.delimiter,
        quote='"',
        escape='"',
        nullstr=list(blank),
        encoding=file.encoding,
        compression="gzip" if file.zipped else "none",
    )


def _parquet(connection: Any, file: File, blank: Sequence[str]) -> Any:
    table = connection.read_parquet(literal(str(file.path)))
    refuse_doubled(file.path, _parquet_names(connection, file))
    texts = [name for name in table.columns if table[name].type().is_string()]
    return table.mutate(**{name: _said(table[name], blank) for name in texts})


def _said(cell: Any, blank: Sequence[str]) -> Any:
    for word in blank:
        cell = cell.nullif(word)
    return cell


def _parquet_names(connection: Any, file: File) -> list[str]:
    """The names of the top columns as the file has them: the engine renames doubled ones."""
    query = "SELECT name, num_children FROM parquet_schema(?)"
    found = connection.con.execute(query, [literal(str(file.path))]).fetchall()
    names, skip = [], 0
    for name, children in found[1:]:
        if not skip:
            names.append(name)
        skip = max(skip - 1, 0) + (children or 0)
    return names


def literal(path: str) -> str:
    """A path that the engine does not take for a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", path)


def need(file: File, table: Any, *columns: str, hint: str) -> None:
    """RecordError when the file lacks one of these columns."""
    absent = [column for column in columns if column not in table.columns]
    if absent:
        there = ", ".join(name for name in table.columns if name != ROW)
        raise RecordError(f"{file.path} has no column {', '.join(absent)}: {hint}; its columns are {there}")


@contextmanager
def explained(file: File) -> Iterator[None]:
    """Turn what the engine says of a bad file into a sentence that repeats no cell of it."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise RecordError(_sentence(file, str(error))) from error


def _sentence(file: File, said: str) -> str:
    line = re.search(r"on Line: (\d+)", said)
    where = f"{file.path}, line {int(line[1]):,}" if line else str(file.path)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
    if cells:
        return f"{where}: {cells[2]} cells where the header has {cells[1]}; mend the line, or fetch the file again"
    if "unterminated quote" in said:
        return f"{where}: a quoted cell is never closed; the file may be cut short: fetch it again"
    if "value after quote" in said.lower() or "quote should be followed" in said.lower():
        return f"{where}: a quote stands inside a cell; expected quotes around whole cells: have the file written anew"
    if file.kind == "parquet":
        return f"{file.path} is damaged inside; expected a whole Parquet file: fetch it again"
    return f"{where}: {said.splitlines()[0][:120]}; expected plain CSV rows: mend the file, or fetch it again"
