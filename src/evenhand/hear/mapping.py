"""A mapping: what the columns of a file mean, as a TOML file that a person writes or corrects.

The format is docs/formats/mapping.md. A mapping is checked whole when it is loaded: sections, keys, fields
and codes that the record does not have are refused by name.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear.sheet import BLANK
from evenhand.terms.encounter import BY_NAME, NEVER, UNKNOWN_CODES, Field

SECTIONS = ("source", "constants", "columns", "areas", "formats", "codes", "centroid", "centroids")
SOURCE_KEYS = {
    "id", "publisher", "address", "licence", "retrieved", "timezone", "utc", "coverage", "complete", "gaps", "blank",
    "public", "notes",
}  # fmt: skip
# What a column may hold beside a field: a date and a time in one, and the second question about race.
MOMENT, ETHNICITY = "moment", "ethnicity"
# Fields that the reader makes; nobody maps them.
MADE = {
    "encounter_id", "source_id", "kind", "raw_row", "date_to", "minute_local",
    "tz", "race_officer_options", "race_officer_set",
    "race_officer_detail", "repeated",
}  # fmt: skip
# Fields that may be drawn from several columns at once.
SEVERAL = ("search_basis", "found", "result")
RACES = ("race_officer", "race_before_stop", "officer_race")
# Columns that tell who a person is or where they live; none is a field, and none is mapped to one.
PERSONAL = re.compile(
    r"(driver|subject|person|passenger|first|last|middle|full|sur|officer)_?name|address|plate|phone|e_?mail|"
    r"\bssn|social_security|date_of_birth|birth_?date|\bdob|licen[cs]e_?(no|num)|narrative|\bvin\b"
)
# Places too small to be an area.
TOO_SMALL = ("address", "street", "location", "intersection", "block")


@dataclass(frozen=True, slots=True)
class Means:
    """What a mapping says.

    `codes` is field to column to word (in small letters) to codes; `spelled` keeps the words for race as written.
    """

    source: Mapping[str, Any]
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Any]
    areas: Mapping[str, str]
    formats: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]
    spelled: Mapping[str, str] = field(default_factory=dict)
    centroid: Any = None
    centroids: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blank(self) -> tuple[str, ...]:
        """Cells that say nothing."""
        return tuple(self.source.get("blank", BLANK))


def load(path: str | Path) -> Means:
    """The mapping in a TOML file; RecordError says what in it cannot be."""
    where = Path(path)
    try:
        given = tomllib.loads(where.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"mapping {where} cannot be read ({error}); expected a TOML file: check the path") from error
    except tomllib.TOMLDecodeError as error:
        raise RecordError(f"mapping {where} is not TOML ({error}): mend that line") from error
    return _checked(given, str(where))


def _checked(given: Mapping[str, Any], name: str) -> Means:
    _known(given, SECTIONS, f"mapping {name}")
    source = given.get("source", {})
    _known(source, SOURCE_KEYS, f"mapping {name}, [source]")
    if not source.get("timezone"):
        raise RecordError(
            f"mapping {name} names no time zone; expected timezone = 'America/Chicago' or the like in [source]"
        )
    columns = {key: _columns(key, said, name) for key, said in given.get("columns", {}).items()}
    if not {"date", MOMENT} & set(columns):
        raise RecordError(f"mapping {name} says nowhere when a stop was; expected date or moment in [columns]")
    areas = given.get("areas", {})
    for column in (*areas.values(), *(column for several in columns.values() for column in several)):
        refuse_personal(str(column), name)
    _refuse_small(areas, name)
    constants = {key: _constant(key, value, name) for key, value in given.get("constants", {}).items()}
    _known(given.get("formats", {}), ("date", "time", MOMENT), f"mapping {name}, [formats]")
    codes = {key: _codes(key, said, columns.get(key, ()), name) for key, said in given.get("codes", {}).items()}
    return Means(
        source, columns, constants, areas, given.get("formats", {}), codes,
        _spelled(given.get("codes", {}).get("race_officer", {})), given.get("centroid"), given.get("centroids", {}),
    )  # fmt: skip


def _spelled(said: Mapping[str, Any]) -> dict[str, str]:
    """How the mapping spells each of its words for race."""
    spelled = [word for key, meant in said.items() for word in (meant if isinstance(meant, Mapping) else [key])]
    return {_word(word): word.strip() for word in spelled}


def _known(given: Mapping[str, Any], known: Sequence[str] | set[str], where: str) -> None:
    stray = sorted(set(given) - set(known))
    if stray:
        raise RecordError(f"{where}: {', '.join(stray)} is not known; expected {', '.join(sorted(known))}")


def _columns(key: str, said: Any, name: str) -> tuple[str, ...]:
    """The columns of a field, one or for some fields several."""
    if key not in (MOMENT, ETHNICITY):
        _field(key, name, "[columns]")
    several = tuple(said) if isinstance(said, list) else (said,)
    if not several or not all(isinstance(column, str) for column in several):
        raise RecordError(f"mapping {name}, [columns] {key} = {said!r}; expected the name of a column of the file")
    if len(several) > 1 and key not in SEVERAL:
        raise RecordError(
            f"mapping {name}, [columns] {key} names {len(several)} columns; only {', '.join(SEVERAL)} may"
        )
    return several


def _field(key: str, name: str, where: str) -> Field:
    if key not in BY_NAME or key in MADE:
        there = sorted(set(BY_NAME) - MADE | {MOMENT, ETHNICITY})
        raise RecordError(
            f"mapping {name}, {where}: {key} is no field that can be mapped; expected one of {', '.join(there)}"
        )
    return BY_NAME[key]


def refuse_personal(column: str, name: str) -> None:
    """RecordError when a column tells who a person is, or of their status: no field holds that."""
    if forbidden(column):
        raise RecordError(f"mapping {name} maps {column!r}; status is never a field: take the line out")
    if PERSONAL.search(plain(column)):
        raise RecordError(
            f"mapping {name} maps {column!r}; what tells who a person is stays in the source: take the line out"
        )


def forbidden(column: str) -> bool:
    """Whether a column holds immigration or citizenship status, by its name (ENCOUNTER rule 1)."""
    return any(never in plain(column) for never in NEVER)


def plain(column: str) -> str:
    """A column's name in small letters, its words joined by _: `Country of Birth`, `CountryOfBirth` alike."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", column)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _refuse_small(areas: Mapping[str, Any], name: str) -> None:
    for level in areas:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", level) or any(small in level for small in TOO_SMALL):
            raise RecordError(
                f"mapping {name}, [areas] {level}: expected a level such as precinct, beat, tract, city, county"
            )


def _constant(key: str, value: Any, name: str) -> Any:
    known = _field(key, name, "[constants]")
    several = value if isinstance(value, list) else [value]
    _refuse_codes(known, several, f"mapping {name}, [constants] {key}")
    return several if known.kind == "codes" else value


def _codes(key: str, said: Any, columns: Sequence[str], name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Column to word to codes; a table of words alone is that of the field's one column."""
    where = f"mapping {name}, [codes.{key}]"
    known = BY_NAME["race_officer"] if key == ETHNICITY else _field(key, name, "[codes]")
    if not columns:
        raise RecordError(f"{where}: no column of [columns] is mapped to {key}: name it there")
    if not known.codes and known.kind != "ynu":
        raise RecordError(f"{where}: {key} keeps the source's words; take the table out")
    nested = all(isinstance(words, Mapping) for words in said.values()) and said
    tables = said if nested else {columns[0]: said}
    if not nested and len(columns) > 1:
        raise RecordError(
            f"{where}: {key} has {len(columns)} columns; expected a table for each, as [codes.{key}.{columns[0]}]"
        )
    _known(tables, columns, where)
    return {
        column: {
            _word(word): _meant(known, meant, f"{where} {word}", key == ETHNICITY) for word, meant in words.items()
        }
        for column, words in tables.items()
    }


def _word(word: str) -> str:
    return word.strip().lower()


def _meant(known: Field, meant: Any, where: str, may_be_empty: bool) -> tuple[str, ...]:
    several = tuple(meant) if isinstance(meant, list) else (meant,)
    if len(several) != 1 and not (known.kind == "codes" and (several or may_be_empty)):
        raise RecordError(f"{where} = {meant!r}; expected a code of {known.name}")
    _refuse_codes(known, several, where)
    return several


def _refuse_codes(known: Field, several: Sequence[Any], where: str) -> None:
    if not known.codes and known.kind != "ynu":
        return
    codes = ("yes", "no", *UNKNOWN_CODES) if known.kind == "ynu" else (*known.codes, *UNKNOWN_CODES)
    stray = [code for code in several if code not in codes]
    if stray:
        raise RecordError(
            f"{where}: {', '.join(map(repr, stray))} is no code of {known.name}; expected of {', '.join(codes)}"
        )
