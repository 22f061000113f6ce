"""A mapping for a sheet of tellings with columns of its own: what they mean, as a TOML file that a person corrects.

`propose` drafts it by looking at the sheet. The format is docs/formats/inbox.md.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import cells, guide, mapping, scrub, spreadsheet
from evenhand.hear.cells import Order
from evenhand.hear.scrub import Kind
from evenhand.hear.spreadsheet import Sheet
from evenhand.terms.encounter import AREA_PREFIX, BY_NAME, FIELDS, UNKNOWN_CODES, Field
from evenhand.terms.sheets import INBOX, SEPARATOR

SECTIONS = ("source", "columns", "areas", "constants", "formats", "codes", "drop")
SOURCE_KEYS = ("id", "publisher", "address", "licence", "timezone", "coverage", "public")
ORDERS: tuple[Order, ...] = ("month first", "day first")
# What only a sheet says, and the reader turns into identifiers.
LINKS = ("same_as", "same_event")
ASKED = tuple(column.name for column in INBOX)
# Codes of the record that a sheet may have beside those asked: the others are made, or are an agency's.
MADE = {"kind", "scrubbed", "repeated", "race_officer_options", "officer_race", "race_before_stop"}
BESIDE = tuple(each.name for each in FIELDS if (each.codes or each.kind == "ynu") and each.name not in MADE)
READ = (*dict.fromkeys((*ASKED, *BESIDE, "sentinel_group")),)
DAYS = ("reported_on", "date", "date_to")

# Field and how an office usually names its column (in the form of `mapping.plain`), first match first.
NAMES = (
    ("reported_on", r"(date|day).*(received|reported|told|call|logged|filed|report|submitted|taken|intake)"
                    r"|(received|reported|logged|filed|submitted|intake|report)_?(on|date|at)?$|^timestamp$"),
    ("date_to", r"(end|last|to)_date|date_to|until"),
    ("date", r"^(date|when|day)|(incident|stop|event|encounter|occurred|happened)_?(date|on|day)|_date$"),
    ("time_local", r"(^|_)(time|hour|clock)(_|$)"),
    ("report_id", r"^(id|no|nr|number|ref|reference)$|^(report|complaint|entry|log|row|record)_?(id|no|nr|number)$"),
    ("same_as", r"same_as|duplicate|repeat_of|(^|_)dup"),
    ("reporter_role", r"who_(is_)?(tell|call|report)|relation|(reporter|caller|teller)_(type|role)"),
    ("recruitment", r"how_.*(hear|heard|come|came|find|found)|referral|channel"),
    ("referrer", r"referred_by|sent_by"),
    ("off_duty_officer", r"off_?duty"),
    ("officer_count", r"(number|how_many|no|count|of).*(officer|agent)|(officer|agent)s?_(count|number)"),
    ("vehicle_count", r"(number|how_many|no|count|of).*(vehicle|car)s?|(vehicle|car)s?_(count|number)"),
    ("agency_basis", r"how.*(know|knew|tell)|basis"),
    ("agency_level", r"agency_(type|level|kind)|(type|kind|level)_of_agency"),
    ("agency_id", r"agency|department|who_stopped|which_police"),
    ("race_self", r"race|ethnic"),
    ("gender", r"(^|_)(sex|gender)(_|$)"),
    ("age_band", r"(^|_)age(_|$)"),
    ("duration_min", r"duration|minutes|how_long"),
    ("mode", r"(^|_)mode(_|$)|(type|kind)_of_(stop|encounter)|(stop|encounter)_(type|kind)"),
    ("actions", r"actions?|what_(did_)?they_d"),
    ("result", r"result|outcome|how_.*end|disposition"),
    ("reason", r"reason|^why"),
    ("perceived_cause", r"cause|motive|drove_it|based_on"),
    ("role", r"(^|_)role(_|$)|driver_or"),
    ("place_type", r"place|(type|kind)_of_location|location_(type|kind)"),
    ("light", r"(^|_)(light|dark|daylight)"),
    ("corroboration", r"evidence|video|corrobor|proof|backing"),
    ("told_elsewhere", r"(told|filed|reported)_(else|other|another)|elsewhere"),
    ("consent", r"consent|permission|may_we"),
    ("narrative", r"narrative|comment|happened|description|account|statement|story|details|summary|notes|message"),
)  # fmt: skip
AREAS = (
    ("city", r"^(city|town|municipality)(_name)?$"), ("county", r"^county(_name)?$"), ("precinct", r"precinct"),
    ("district", r"(^|_)district"), ("neighborhood", r"neighbou?rhood"), ("region", r"(^|_)region"),
)  # fmt: skip
# More words than this are not a code list; longer ones are no code.
MOST_WORDS, LONGEST_WORD = 40, 60


@dataclass(frozen=True, slots=True)
class Meant:
    """What a mapping says: the field of each column, the columns dropped, words by field, constants, order of days.

    Columns are named as `header` gives them.
    """

    source: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    drop: Mapping[str, Kind] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every column that the mapping names."""
        return frozenset((*self.fields, *self.drop))


def header(name: str) -> str:
    """A column's name as it is compared: small letters, single spaces."""
    return " ".join(name.split()).casefold()


def is_coded(name: str) -> bool:
    """Whether a field's cells are codes."""
    return name in BY_NAME and (bool(BY_NAME[name].codes) or BY_NAME[name].kind == "ynu")


def field_of(name: str) -> str | None:
    """The field a column is by its own name: one that is asked, another code of the record, or an area."""
    plain = mapping.plain(name)
    if plain in READ:
        return plain
    return plain if plain.startswith(AREA_PREFIX) and _is_level(plain.removeprefix(AREA_PREFIX)) else None


def _is_level(level: str) -> bool:
    return bool(re.fullmatch(r"[a-z][a-z0-9_]*", level)) and not any(small in level for small in mapping.TOO_SMALL)


def load(path: str | Path) -> Meant:
    """The mapping in a TOML file; RecordError says what in it cannot be."""
    where = Path(path)
    try:
        given = tomllib.loads(where.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"mapping {where} cannot be read ({error}); expected a TOML file: check the path") from error
    except tomllib.TOMLDecodeError as error:
        raise RecordError(f"mapping {where} is not TOML ({error}): mend that line") from error
    name = f"mapping {where}"
    _only(given, SECTIONS, name)
    _only(given.get("source", {}), SOURCE_KEYS, f"{name}, [source]")
    return Meant(
        source=given.get("source", {}),
        fields=_fields(given, name),
        drop=_drop(given.get("drop", {}), f"{name}, [drop]"),
        codes={key: _codes(key, said, f"{name}, [codes.{key}]") for key, said in given.get("codes", {}).items()},
        constants={
            key: _constant(key, said, f"{name}, [constants]") for key, said in given.get("constants", {}).items()
        },
        orders={key: _order(key, said, f"{name}, [formats]") for key, said in given.get("formats", {}).items()},
    )


def _only(given: Any, known: Sequence[str], where: str) -> None:
    if not isinstance(given, Mapping):
        raise RecordError(f"{where}: expected a table of names and values")
    stray = sorted(set(given) - set(known))
    if stray:
        raise RecordError(f"{where}: {', '.join(stray)} is not known; expected of {', '.join(known)}")


def _fields(given: Mapping[str, Any], name: str) -> dict[str, str]:
    """Column to field, of [columns] and [areas]."""
    fields: dict[str, str] = {}
    said = {
        **given.get("columns", {}),
        **{f"{AREA_PREFIX}{level}": column for level, column in given.get("areas", {}).items()},
    }
    for key, column in said.items():
        if key not in READ and not (key.startswith(AREA_PREFIX) and _is_level(key.removeprefix(AREA_PREFIX))):
            raise RecordError(
                f"{name}: {key} is no column of the sheet; expected of {', '.join(READ)}, or a level in [areas]"
            )
        if not isinstance(column, str):
            raise RecordError(f"{name}, {key}: expected the name of one column, in quotes")
        _refuse_personal(key, column, name)
        if header(column) in fields:
            raise RecordError(f"{name}: {fields[header(column)]} and {key} name one column; expected one each")
        fields[header(column)] = key
    return fields


def _refuse_personal(key: str, column: str, name: str) -> None:
    """RecordError for a column of status, and for one that names a person where the field keeps free words."""
    kind = scrub.column(column)
    free = key.startswith(AREA_PREFIX) or not (
        is_coded(key) or key in DAYS or BY_NAME.get(key, _TEXT).kind in ("int", "float")
    )
    if mapping.forbidden(column) or (kind and free):
        raise RecordError(
            f"{name}: the column for {key} is named like one that tells who a person is, or of status; no field "
            "holds that: put it under [drop]"
        )


_TEXT = Field("", "str", "O", "S")


def _drop(said: Any, where: str) -> dict[str, Kind]:
    _only(said, scrub.KINDS, where)
    kinds: dict[str, Kind] = {}
    for kind in scrub.KINDS:
        for column in said.get(kind, []):
            if not isinstance(column, str):
                raise RecordError(f'{where} {kind}: expected names of columns, as ["Caller", "Spouse"]')
            kinds[header(column)] = kind
    return kinds


def _codes(key: str, said: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not is_coded(key) or key not in READ:
        raise RecordError(f"{where}: {key} has no codes: take the table out")
    if not isinstance(said, Mapping):
        raise RecordError(f"{where}: expected a table of words and their codes")
    return {guide.key(word): _meant(key, meant, f"{where} {json.dumps(word)}") for word, meant in said.items()}


def _meant(key: str, meant: Any, where: str) -> tuple[str, ...]:
    known = BY_NAME[key]
    several = tuple(meant) if isinstance(meant, list) else (meant,)
    codes = ("yes", "no", *UNKNOWN_CODES) if known.kind == "ynu" else (*known.codes, *UNKNOWN_CODES)
    if not several or any(code not in codes for code in several) or (len(several) > 1 and known.kind != "codes"):
        raise RecordError(
            f"{where}: expected {'codes' if known.kind == 'codes' else 'a code'} of {key}: {', '.join(codes)}"
        )
    return several


def _constant(key: str, said: Any, where: str) -> str:
    if not is_coded(key) and key not in ("agency_id", "referrer", "sentinel_group") and not key.startswith(AREA_PREFIX):
        raise RecordError(f"{where}: {key} cannot be one for all rows; expected a field of codes, an area or agency_id")
    if not is_coded(key):
        return str(said)
    return SEPARATOR.join(_meant(key, said, f"{where} {key}"))


def _order(key: str, said: Any, where: str) -> Order:
    if key not in DAYS or said not in ORDERS:
        raise RecordError(f"{where} {key}: expected 'month first' or 'day first' for one of {', '.join(DAYS)}")
    return ORDERS[ORDERS.index(said)]


def propose(path: str | Path) -> str:
    """The text of a mapping for the sheet at `path`, with comments for a person to correct."""
    book = spreadsheet.open_book(path)
    hint = "name the columns in the first row"
    found = spreadsheet.under_header(
        book, lambda name: bool(mapping.plain(name)) and not name[0].isdigit(), "tellings", hint
    )
    chosen, dropped = _chosen(found)
    return (
        "\n".join(
            [
                *_source(found),
                *_columns(found, chosen),
                *_formats(found, chosen),
                *_dropped(found, dropped),
                *_words(found, chosen),
            ]
        )
        + "\n"
    )


def _chosen(found: Sheet) -> tuple[dict[str, int], dict[int, Kind]]:
    """Field to the column that looks like it, and the columns to drop; a column serves once."""
    own = {name: place for place, said in enumerate(found.names) if (name := field_of(said))}
    dropped = {
        place: kind
        for place, name in enumerate(found.names)
        if place not in own.values() and (kind := scrub.column(name))
    }
    for field_name, pattern in (*NAMES, *((f"{AREA_PREFIX}{level}", pattern) for level, pattern in AREAS)):
        taken = {*own.values(), *dropped}
        fitting = [
            place
            for place, name in enumerate(found.names)
            if place not in taken and re.search(pattern, mapping.plain(name))
        ]
        if fitting and field_name not in own:
            own[field_name] = fitting[0]
    return own, dropped


def _source(found: Sheet) -> Iterator[str]:
    yield f"# Drafted by looking at {found.path.name}. Correct every line: what is wrong here is wrong in the finding."
    yield "# The format: docs/formats/inbox.md"
    yield ""
    yield "[source]"
    yield 'publisher = ""   # whose mailbox it is'
    yield 'timezone = ""    # whose clocks the times were told by, such as America/Chicago'


def _columns(found: Sheet, chosen: Mapping[str, int]) -> Iterator[str]:
    yield ""
    yield "[columns]"
    for name, place in chosen.items():
        if not name.startswith(AREA_PREFIX):
            yield f"{name} = {_text(found.names[place])}"
    for name in ("reported_on", "date"):
        if name not in chosen:
            yield f'# {name} = ""   # no column looks like it, and the reader cannot do without: name it'
    yield ""
    yield "[areas]"
    for name, place in chosen.items():
        if name.startswith(AREA_PREFIX):
            yield f"{name.removeprefix(AREA_PREFIX)} = {_text(found.names[place])}"
    yield ""
    yield "[constants]"
    yield "# what no column says and holds for every row"
    yield '# recruitment = "unprompted"'
    yield '# agency_level = "federal"'


def _formats(found: Sheet, chosen: Mapping[str, int]) -> Iterator[str]:
    yield ""
    yield "[formats]"
    yield "# for days written as 3/4/2026, where the column does not tell by itself"
    for name in DAYS:
        if name in chosen:
            column = [row.at(chosen[name]) for row in found.rows]
            order = cells.day_order(column)
            unread = sum(cells.day(cell, order) is cells.UNREAD for cell in column)
            if unread:
                yield f'# {name} = "month first"   # {unread:,} cells cannot be read as they are'


def _dropped(found: Sheet, dropped: Mapping[int, Kind]) -> Iterator[str]:
    yield ""
    yield "[drop]"
    yield "# dropped unread, and their words taken out of the texts: add what is missing"
    for kind in scrub.KINDS:
        named = [found.names[place] for place, held in dropped.items() if held == kind]
        if named:
            yield f"{kind} = [{', '.join(map(_text, named))}]"
    yield ""
    yield "# every other column is left unread, and the notes name it"


def _words(found: Sheet, chosen: Mapping[str, int]) -> Iterator[str]:
    for name, place in chosen.items():
        if not is_coded(name):
            continue
        read = guide.words(name)
        several = BY_NAME[name].kind == "codes"
        strays = Counter(
            word
            for row in found.rows
            for word in cells.parts(row.at(place), read, several)
            if guide.key(word) not in read
        )
        if not strays:
            continue
        yield ""
        yield f"[codes.{name}]"
        yield f"# codes: {', '.join(guide.codes(BY_NAME[name]))}"
        shown = [word for word in strays if len(word) <= LONGEST_WORD and scrub.text(word).text == word]
        if len(strays) > MOST_WORDS:
            yield f"# the column has {len(strays):,} words that are no code: is it free text? then take its line out"
            continue
        yield from (f"# {_text(word)} =    # {strays[word]:,} rows: which code?" for word in shown)
        if len(shown) < len(strays):
            yield f"# and {len(strays) - len(shown)} that are long, or such as tell who a person is, are not shown"


def _text(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)
