"""What lies at a path: its kind, its hash and its encoding, judged by the bytes and never by the name."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from evenhand.errors import RecordError

Kind = Literal["csv", "parquet"]

PARQUET, GZIP = b"PAR1", b"\x1f\x8b"
# First bytes of files that people send in place of a table.
STRANGERS = {
    b"PK\x03\x04": "a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"<": "a web page",
    b"{": "JSON",
    b"[": "JSON",
    b"SQLite": "a database",
}
UTF8_MARK = codecs.BOM_UTF8
DELIMITERS = (",", ";", "\t", "|")
# A header is one line; more than this is not one.
LONGEST_HEADER = 1 << 20
CHUNK = 1 << 20
EXPECTED = "expected a table as CSV (.csv, .csv.gz) or Parquet"


@dataclass(frozen=True, slots=True)
class File:
    """A file of rows: `names` are its columns in order, `delimiter` and `encoding` are a CSV's.

    `notes` says what a critic should know of how it was read; `dated` is the day it was last changed.
    """

    path: Path
    kind: Kind
    sha256: str
    size: int
    dated: str
    names: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    zipped: bool = False
    notes: tuple[str, ...] = ()


def look(path: str | Path) -> File:
    """The file at `path`, every byte read once; RecordError says what lies there instead of a table."""
    found = headless(path)
    if found.kind == "parquet":
        return found
    notes = list(found.notes)
    names, delimiter = _header(found.path, _first_text(found.path, found.zipped), found.encoding, notes)
    return replace(found, names=names, delimiter=delimiter, notes=tuple(notes))


def headless(path: str | Path) -> File:
    """The file at `path`, every byte read once, without a look at the names of its columns."""
    where = Path(path)
    first = _first_bytes(where)
    stat = where.stat()
    dated = date.fromtimestamp(stat.st_mtime).isoformat()
    if first.startswith(PARQUET):
        return File(where, "parquet", _whole_parquet(where), stat.st_size, dated)
    zipped = first.startswith(GZIP)
    sha256, utf8, last = _scan_text(where, zipped)
    encoding, notes = _encoding(where, _first_text(where, zipped), utf8)
    if last not in (b"\n", b"\r", b"\x00"):
        notes.append("The file does not end with a line end: were its last row cut short, that could not be seen.")
    return File(where, "csv", sha256, stat.st_size, dated, encoding=encoding, zipped=zipped, notes=tuple(notes))


def _first_bytes(path: Path) -> bytes:
    if not path.exists():
        raise RecordError(f"{path}: nothing is there; {EXPECTED}: check the path")
    if not path.is_file():
        raise RecordError(f"{path} is not a file; {EXPECTED}: name one file")
    try:
        with path.open("rb") as stream:
            first = stream.read(64)
    except OSError as error:
        raise RecordError(f"{path} cannot be opened ({error.strerror}); {EXPECTED}: check who may read it") from error
    if not first.strip():
        raise RecordError(f"{path} is empty; {EXPECTED}: fetch it again")
    for magic, what in STRANGERS.items():
        if first.removeprefix(UTF8_MARK).lstrip().startswith(magic):
            raise RecordError(f"{path} is {what}; {EXPECTED}: save it as CSV, or fetch the data themselves")
    return first


def _whole_parquet(path: Path) -> str:
    """SHA-256 of a Parquet file that has its end."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(-len(PARQUET), io.SEEK_END)
        if stream.read() != PARQUET or path.stat().st_size <= 2 * len(PARQUET):
            raise RecordError(f"{path} is a Parquet file that breaks off before its end: fetch it again")
    return sha256


def _scan_text(path: Path, zipped: bool) -> tuple[str, bool, bytes]:
    """SHA-256 of the bytes as they lie, whether the text is UTF-8, and its last byte."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    utf8, last = True, b""
    with path.open("rb") as stream:
        for piece in _pieces(path, stream, digest, zipped):
            last = piece[-1:] or last
            try:
                # the common case, and a tenth of the time of decoding
                plain = piece.isascii() and not decoder.getstate()[0]
                utf8 = utf8 and (plain or decoder.decode(piece) is not None)
            except UnicodeDecodeError:
                utf8 = False
    if utf8 and decoder.getstate()[0]:
        raise RecordError(f"{path} breaks off in the middle of a letter: fetch it again")
    return digest.hexdigest(), utf8, last


def _pieces(path: Path, stream: io.BufferedReader, digest: "hashlib._Hash", zipped: bool) -> Iterator[bytes]:
    """The text in pieces; the bytes as they lie go into `digest`."""
    opened = zlib.decompressobj(wbits=31)
    try:
        while raw := stream.read(CHUNK):
            digest.update(raw)
            piece = raw
            if zipped:
                piece = opened.decompress(raw)
                # a gzip file may be several, one behind the other
                while opened.eof and opened.unused_data:
                    rest, opened = opened.unused_data, zlib.decompressobj(wbits=31)
                    piece += opened.decompress(rest)
            yield piece
    except zlib.error as error:
        raise RecordError(f"{path} is damaged gzip ({error}): fetch it again") from error
    if zipped and not opened.eof:
        raise RecordError(f"{path} is gzip that breaks off before its end: fetch it again")


def _first_text(path: Path, zipped: bool) -> bytes:
    with gzip.open(path) if zipped else path.open("rb") as stream:
        return bytes(stream.read(LONGEST_HEADER))


def _encoding(path: Path, text: bytes, utf8: bool) -> tuple[Literal["utf-8", "utf-16", "latin-1"], list[str]]:
    if not text.strip():
        raise RecordError(f"{path} is empty; {EXPECTED}: fetch it again")
    if text.startswith(codecs.BOM_UTF16_BE):
        raise RecordError(f"{path} is UTF-16 with the high byte first; expected UTF-8: save it as UTF-8")
    if text.startswith(codecs.BOM_UTF16_LE):
        return "utf-16", ["The file is UTF-16 by its byte-order mark."]
    if not utf8:
        return "latin-1", ["The file is not UTF-8: it was read as Latin-1, letter for byte."]
    if text.startswith(UTF8_MARK):
        return "utf-8", ["The file begins with a byte-order mark, which was left out."]
    return "utf-8", []


def _header(path: Path, text: bytes, encoding: str, notes: list[str]) -> tuple[tuple[str, ...], str]:
    """The names of the columns and what stands between them."""
    lines = text.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    readings = {mark: next(csv.reader(io.StringIO(lines, newline=""), delimiter=mark), []) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: len(readings[mark]))
    names = [name.strip() for name in readings[delimiter]]
    if len(names) < 2:
        raise RecordError(
            f"{path}: the first line has one cell; expected a header of columns parted by comma, semicolon, tab or bar"
        )
    nameless = [index for index, name in enumerate(names, 1) if not name]
    if nameless:
        notes.append(f"Columns without a name were numbered: {', '.join(map(str, nameless))}.")
    names = [name or f"column_{index}" for index, name in enumerate(names, 1)]
    refuse_doubled(path, names)
    return tuple(names), delimiter


def refuse_doubled(path: Path, names: list[str]) -> None:
    """RecordError when two columns have one name; capitals do not tell names apart."""
    seen = [name.casefold() for name in names]
    doubled = sorted({name for name in names if seen.count(name.casefold()) > 1})
    if doubled:
        raise RecordError(f"{path}: column {', '.join(doubled)} stands twice in the header: rename one of them")
