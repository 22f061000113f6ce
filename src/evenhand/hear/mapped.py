"""Any CSV or Parquet, read by a mapping: what its columns mean, said by a person in a small TOML file.

`propose` drafts the mapping by looking at the file; docs/formats/mapping.md is the format. Columns that
nobody mapped stay in the source; those of status are dropped, and said so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import clock, file, mapping, register, sheet, words
from evenhand.hear.mapping import ETHNICITY, MOMENT, RACES, Means
from evenhand.hear.proposal import propose
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME, UNKNOWN_CODES
from evenhand.terms.evidence import Coverage, Reading

__all__ = ["propose", "read"]

# Required of every row, and not_stated where a mapping is silent.
SILENT = {"mode": "not_stated", "reason": "not_stated", "result": ["not_stated"]}


def read(
    connection: Any,
    path: str | Path,
    *,
    mapping: str | Path,
    timezone: str | None = None,
    coverage: Coverage | Sequence[str | date] | None = None,
) -> Reading:
    """The rows of a file as a `Reading`, by the mapping in the TOML file `mapping`.

    `timezone` and `coverage` stand in for the mapping's. RecordError says what is wrong with the file or
    with the mapping.
    """
    means = _load(mapping)
    found = file.look(path)
    raw = sheet.rows(connection, found, blank=means.blank)
    sheet.need(found, raw, *_used(means), hint=f"mapping {mapping} names it; correct the name there")
    about = _about(means, found, raw.columns, str(mapping))
    about = replace(about, timezone=timezone or about.timezone, coverage=coverage or about.coverage)
    return register.reading(connection, found, lambda utc: _draft(raw, means, about, utc), about)


def _load(path: str | Path) -> Means:
    return mapping.load(path)


def _used(means: Means) -> list[str]:
    return [*(column for several in means.columns.values() for column in several), *means.areas.values()]


def _about(means: Means, found: file.File, columns: Sequence[str], name: str) -> register.About:
    said = means.source
    dropped = [column for column in columns if mapping.forbidden(column)]
    notes = [*said.get("notes", ()), f"Read by the mapping {Path(name).name}."]
    if dropped:
        notes.append(f"Columns of immigration or citizenship status were dropped unread: {', '.join(dropped)}.")
    return register.About(
        id=said.get("id") or register.of_file(found),
        reader="mapped",
        timezone=said["timezone"],
        publisher=said.get("publisher", ""),
        address=said.get("address", ""),
        licence=said.get("licence", ""),
        retrieved=str(said.get("retrieved", "")),
        coverage=said.get("coverage"),
        complete=said.get("complete", False),
        gaps=tuple(said.get("gaps", ())),
        centroid=means.centroid,
        centroids=means.centroids,
        utc=said.get("utc", False),
        public=said.get("public", False),
        notes=tuple(notes),
    )


def _draft(raw: Any, means: Means, about: register.About, utc: bool) -> Any:
    """The record's columns, with check columns beside them."""
    import ibis

    table = clock.local(raw, _clock(means, about.timezone, utc))
    precision = means.constants.get("time_precision", 1)
    drafted: dict[str, Any] = {
        "encounter_id": ibis.literal(about.id + "-") + table[sheet.ROW].cast("string"),
        "source_id": ibis.literal(about.id),
        "kind": ibis.literal("agency_record"),
        "raw_row": table[sheet.ROW],
        "date": table.date,
        "time_local": table.time_local,
        "time_precision": ibis.ifelse(table.time_local.isnull(), 1440, precision),
        "tz": ibis.literal(about.timezone),
        **{AREA_PREFIX + level: words.text(table[column]) for level, column in means.areas.items()},
    }
    for name, value in {**SILENT, **means.constants}.items():
        drafted.setdefault(name, ibis.array(value) if isinstance(value, list) else ibis.literal(value))
    for name in means.columns:
        drafted |= _field(table, means, name)
    return table.select(
        **drafted, **{check: table[check] for check in (sheet.ROW, *clock.CHECKS) if check in table.columns}
    )


def _clock(means: Means, timezone: str, utc: bool) -> clock.Clock:
    def column(name: str) -> str | None:
        return means.columns[name][0] if name in means.columns else None

    return clock.Clock(
        timezone,
        date=column("date"),
        time=column("time_local"),
        moment=column(MOMENT),
        date_format=means.formats.get("date"),
        time_format=means.formats.get("time"),
        moment_format=means.formats.get(MOMENT),
        utc=utc,
    )


def _field(table: Any, means: Means, name: str) -> dict[str, Any]:
    """A field of the record from its column, with the words of it that nobody explained."""
    if name in ("date", "time_local", MOMENT, ETHNICITY):
        return {}
    cells = [table[column] for column in means.columns[name]]
    if name == "race_officer":
        return _race(table, means, cells[0])
    field = BY_NAME[name]
    if field.kind == "ynu" and name not in means.codes:
        return {name: words.yes_no(cells[0])}
    if field.codes or field.kind == "ynu":
        return _coded(means, name, cells)
    if field.kind == "str":
        return {name: words.text(cells[0])}
    return {name: _number(cells[0], field.kind)}


def _coded(means: Means, name: str, cells: Sequence[Any]) -> dict[str, Any]:
    tables = means.codes.get(name, {})
    empty = "unknown" if name in RACES else "not_stated"
    if BY_NAME[name].kind == "codes":
        sets = [
            words.codes(words.key(cell), tables.get(column, {}), empty)
            for column, cell in zip(means.columns[name], cells, strict=True)
        ]
        coded = {name: _together(sets)}
    else:
        meant = {word: codes[0] for word, codes in tables.get(means.columns[name][0], {}).items()}
        coded = {name: words.code(words.key(cells[0]), meant, empty)}
    for column, cell in zip(means.columns[name], cells, strict=True):
        label = name if len(cells) == 1 else f"{name}.{column}"
        coded[words.STRAY + label] = words.stray(words.key(cell), tables.get(column, {}), words.text(cell))
    return coded


def _together(sets: Sequence[Any]) -> Any:
    """What several columns say of one row: all their codes; `none` only where every column says none."""
    import ibis

    if len(sets) == 1:
        return sets[0]
    silent = ("none", *UNKNOWN_CODES)
    said = reduce(lambda one, other: one.union(other), sets).filter(lambda code: code.notin(silent)).sort()
    none = ibis.and_(*(each == ibis.array(["none"]) for each in sets))
    return ibis.cases((said.length() > 0, said), (none, ibis.array(["none"])), else_=ibis.array(["not_stated"]))


def _number(cell: Any, kind: str) -> Any:
    number = cell.strip().try_cast("float64") if cell.type().is_string() else cell.cast("float64")
    if kind == "float":
        # six decimals are a hand's breadth; 0 is what geocoders write for "not found"
        return number.nullif(0.0).round(6)
    return number.floor().cast("int64")


def _race(table: Any, means: Means, cell: Any) -> dict[str, Any]:
    """The officer's word for race: as one code, as the set it may mean, and as the source spells it."""
    meanings = means.codes.get("race_officer", {}).get(means.columns["race_officer"][0], {})
    if not meanings:
        raise RecordError("race_officer has a column and no words: say in [codes.race_officer] what each may mean")
    told = {word: may for word, may in meanings.items() if not set(may) & set(UNKNOWN_CODES)}
    word = words.key(cell)
    may = words.codes(word, meanings, "unknown")
    written = words.codes(word, {said: _written(codes) for said, codes in meanings.items()}, "unknown")
    race = {
        "race_officer_detail": words.spelling(word, {said: means.spelled[said] for said in told}),
        "_stray_race_officer": words.stray(word, meanings, words.text(cell)),
    }
    if ETHNICITY not in means.columns:
        return race | {"race_officer": written, "race_officer_options": may}
    column = means.columns[ETHNICITY][0]
    return race | _with_ethnicity(table[column], means.codes.get(ETHNICITY, {}).get(column, {}), written, may)


def _written(codes: Sequence[str]) -> tuple[str, ...]:
    """The one code a word is written as: the first of its set, `OTHER` where it may be that."""
    return ("OTHER",) if "OTHER" in codes else tuple(codes[:1])


def _with_ethnicity(cell: Any, meanings: Mapping[str, Sequence[str]], written: Any, may: Any) -> dict[str, Any]:
    """Two questions: ethnicity wins for grouping, both are kept; where it is silent, it may be any of its own.

    An empty list of codes for a word says that the question of race stands.
    """
    import ibis

    word = words.key(cell)
    clear = {said: list(codes) for said, codes in meanings.items() if not set(codes) & set(UNKNOWN_CODES)}
    wins = {said: codes for said, codes in clear.items() if codes}
    stands = [said for said, codes in clear.items() if not codes]
    ticked = written.filter(lambda code: code.notin(UNKNOWN_CODES))
    own = ibis.array(sorted({code for codes in wins.values() for code in codes}) or ["unknown"])
    unsure = ibis.ifelse(may.contains("unknown"), may, may.union(own).sort())
    return {
        "race_officer": ibis.cases(
            *((word == said, ibis.array(codes).union(ticked).sort()) for said, codes in wins.items()), else_=written
        ),
        "race_officer_options": ibis.cases(
            *((word == said, ibis.array(codes)) for said, codes in wins.items()),
            *((word == said, may) for said in stands),
            else_=unsure,
        ),
        "_stray_ethnicity": words.stray(word, meanings, words.text(cell)),
    }
