"""Our own files: Parquet in the record's columns, with the register of the source in its metadata.

The table and what is known of it travel in one file: under the key `evenhand`, JSON with the source, its
coverage, the points for the sun and the time zone. A file is written beside its place and moved there whole.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from evenhand.errors import OutputError, RecordError
from evenhand.hear import file, sheet
from evenhand.tables import columns
from evenhand.terms.encounter import BY_NAME, UNKNOWN_CODES, YES_NO
from evenhand.terms.evidence import Centroid, Coverage, Reading, Source

KEY = "evenhand"
SCHEMA = "evenhand/heard@1"
# zstd's first level: a fifth faster to write than its third, and a fifth larger.
COMPRESSION = "COMPRESSION zstd, COMPRESSION_LEVEL 1"


def write(reading: Reading, path: str | Path) -> None:
    """Write the reading to `path`, whole or not at all.

    OutputError says what is in the way there, RecordError what breaks the record's code lists.
    """
    target = Path(path)
    _refuse_own_source(reading, target)
    with _beside(target) as place:
        _copy(reading, place, json.dumps(_register(reading), ensure_ascii=False, sort_keys=True))


def read(connection: Any, path: str | Path) -> Reading:
    """What `write` wrote; RecordError when the file is not ours, or is damaged."""
    found = file.look(path)
    if found.kind != "parquet":
        raise RecordError(f"{path} is CSV; expected Parquet that evenhand wrote: hear it with its own reader first")
    with sheet.explained(found):
        register = _metadata(connection, found)
        table = connection.read_parquet(sheet.literal(str(found.path)))
        rows = int(table.count().to_pyarrow().as_py())
    reading = _reading(register, table, found)
    if rows != reading.source.rows:
        raise RecordError(
            f"{path} holds {rows:,} rows, expected {reading.source.rows:,} as its register says: hear the source again"
        )
    return reading


def _refuse_own_source(reading: Reading, target: Path) -> None:
    if target.is_file():
        with target.open("rb") as there:
            if hashlib.file_digest(there, "sha256").hexdigest() == reading.source.sha256:
                raise OutputError(f"{target} is the file that was read: choose another place for what was made of it")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place beside `target` that becomes it when all went well, and is cleared away when not."""
    place = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with place.open("xb"):
            pass
        yield place
        with place.open("rb+") as written:
            os.fsync(written.fileno())
        place.replace(target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written ({error.strerror}): choose another place") from error
    finally:
        with suppress(OSError):
            place.unlink(missing_ok=True)


def _copy(reading: Reading, place: Path, register: str) -> None:
    import duckdb
    import ibis

    table = columns.conform(reading.encounters)
    connection = table.get_backend()
    # a first look makes small tables of ours known to the engine, which the text of the query only names
    table.limit(0).to_pyarrow()
    rows = f"SELECT {', '.join(map(_column, table.columns))} FROM ({ibis.to_sql(table, dialect='duckdb')})"
    options = f"FORMAT parquet, {COMPRESSION}, KV_METADATA {{{KEY}: {_quoted(register)}}}"
    try:
        connection.raw_sql(f"COPY ({rows}) TO {_quoted(str(place))} ({options})")
    except duckdb.ConversionException as error:
        strays = columns.stray_codes(table)
        raise RecordError(
            f"{reading.source.id}: codes of no list, with their rows: {strays}; mend the mapping"
        ) from error
    except duckdb.IOException as error:
        raise OutputError(
            f"{place.parent}: what was read could not be written there: make room, or choose another place"
        ) from error


def _column(name: str) -> str:
    """A column as it is written: codes as members of their list, which is faster and refuses strays."""
    field = BY_NAME.get(name)
    quoted = '"' + name.replace('"', '""') + '"'
    if field is None or not (field.codes or field.kind == "ynu"):
        return quoted
    codes = YES_NO if field.kind == "ynu" else (*field.codes, *UNKNOWN_CODES)
    kind = f"ENUM({', '.join(map(_quoted, codes))})" + ("[]" if field.kind == "codes" else "")
    return f"CAST({quoted} AS {kind}) AS {quoted}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _register(reading: Reading) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "source": asdict(reading.source),
        "coverage": asdict(reading.coverage)
        | {"first": str(reading.coverage.first), "last": str(reading.coverage.last)},
        "timezone": reading.timezone,
        "centroids": [{"place": place, **asdict(point)} for place, point in reading.centroids.items()],
    }


def _metadata(connection: Any, found: file.File) -> dict[str, Any]:
    query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?"
    row = connection.con.execute(query, [sheet.literal(str(found.path)), KEY]).fetchone()
    expected = f"expected {SCHEMA}, as evenhand writes it: hear the source with its own reader"
    if row is None:
        raise RecordError(f"{found.path} carries no register of its source; {expected}")
    register: dict[str, Any] = json.loads(row[0])
    if register.get("schema") != SCHEMA:
        raise RecordError(f"{found.path} carries a register of {register.get('schema')!r}; {expected}")
    return register


def _reading(register: Mapping[str, Any], table: Any, found: file.File) -> Reading:
    said, covers = dict(register["source"]), dict(register["coverage"])
    said["evidence"] = tuple(said["evidence"])
    said["notes"] = (*said["notes"], f"Read from {found.path.name}, sha256 {found.sha256}.")
    covers["gaps"] = tuple(covers["gaps"])
    covers |= {end: date.fromisoformat(covers[end]) for end in ("first", "last")}
    points = {point.pop("place"): Centroid(**point) for point in map(dict, register["centroids"])}
    return Reading(columns.conform(table), Source(**said), Coverage(**covers), register["timezone"], points)
