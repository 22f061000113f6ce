"""A mapping drafted by looking at a file: names of columns, their words, how dates and times are written.

Every guess stands beside what it was guessed from; what cannot be guessed is left as a comment for a person.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.hear import crosswalk, file, mapping, register, sheet, words
from evenhand.hear.clock import iso, try_strptime
from evenhand.terms.encounter import BY_NAME, Field

# Field and how its column is usually named (in the form of `mapping.plain`), first match first.
NAMES = (
    ("moment", r"^(stop_)?(date_?time|timestamp|moment)|date_utc|response_?date|_datetime$|^date_and_time$"),
    ("date", r"^(date|stop_date|date_of_stop|incident_date|contact_date|intervention_date)$|_date$"),
    ("time_local", r"^(time|stop_time|time_of_stop|incident_time|contact_time|intervention_time)$|_time$"),
    ("event_id", r"^(stop_id|event_id|stop_number|case_number|incident_(id|number)|id_num|record_id)$"),
    ("ethnicity", r"ethnic"),
    ("race_before_stop", r"(pre|prior|before).*race|race.*(before|prior)"),
    ("officer_race", r"officer.*race"),
    ("race_officer", r"race"),
    ("age_years", r"(^|_)age(_|$)"),
    ("gender", r"(^|_)(sex|gender)(_|$)"),
    ("lat", r"(^|_)lat(itude)?$"),
    ("lon", r"(^|_)(lon|lng|long|longitude)$"),
    ("search_person", r"(person|driver|subject).*search|search.*(person|driver|subject)"),
    ("search_vehicle", r"vehicle.*search|search.*vehicle"),
    ("search_basis", r"search.*(basis|authority|authorization|reason|type)"),
    ("search_any", r"search"),
    ("frisk", r"frisk|pat_?down"),
    ("found", r"contraband|evidence_found"),
    ("result", r"disposition|outcome|result|action_taken|citation|arrest|warning"),
    ("reason_detail", r"reason|violation|problem|statute_description"),
    ("officer_key", r"officer.*(id|hash|key)|^officer$"),
)
AREAS = (
    ("precinct", r"precinct"),
    ("beat", r"(^|_)beat"),
    ("district", r"district"),
    ("zone", r"(^|_)zone"),
    ("sector", r"sector"),
    ("neighborhood", r"neighbou?rhood"),
    ("county", r"^county(_name)?$"),
    ("city", r"^(city|town|municipality)(_name)?$"),
)
# Formats tried, by how many cells each reads; ISO needs none.
FORMATS = {
    "date": (
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%Y/%m/%d",
        "%m/%d/%y",
        "%Y%m%d",
        "%A, %B %d, %Y",
        "%B %d, %Y",
        "%d-%b-%Y",
        "%d-%b-%y",
    ),
    "time": ("%I:%M:%S %p", "%I:%M %p", "%H%M"),
    "moment": ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M"),
}
ISO = {"date": "date", "time": "time", "moment": "timestamp"}
# Words with one meaning.
GUESSES: dict[str, dict[str, str]] = {
    "gender": {
        "male": "man",
        "m": "man",
        "man": "man",
        "female": "woman",
        "f": "woman",
        "woman": "woman",
        "x": "nonbinary",
        "nonbinary": "nonbinary",
        "unknown": "unknown",
        "u": "unknown",
    },
    "result": {
        "arrest": "arrest",
        "citation": "citation",
        "summons": "citation",
        "ticket": "citation",
        "warning": "warning",
        "verbal warning": "warning",
        "written warning": "warning",
        "no action": "none",
        "none": "none",
    },
    "found": {
        "none": "none",
        "drugs": "drugs",
        "weapons": "weapon",
        "weapon": "weapon",
        "alcohol": "alcohol",
        "money": "money",
    },
    "search_basis": {
        "consent": "consent",
        "probable cause": "probable_cause",
        "inventory": "inventory",
        "warrant": "warrant",
        "plain view": "plain_view",
        "k9": "dog",
        "incident to arrest": "incident_to_arrest",
    },
}
ETHNICITIES = {"h": ["HISPANIC"], "hispanic": ["HISPANIC"], "n": [], "not hispanic": [], "non-hispanic": []}
# Acts that a column of result may be about, by its name.
ACTS = ("arrest", "citation", "warning", "tow")
# More words than this are not a code list.
MOST_WORDS = 40
TRIED = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A column: its words with their rows, none where they are too many."""

    name: str
    filled: int
    numeric: bool
    words: tuple[tuple[str, int], ...]


def propose(path: str | Path) -> str:
    """The text of a mapping for the file at `path`, with comments for a person to correct."""
    from evenhand.tables.connect import connect

    found = file.look(path)
    raw = sheet.rows(connect(), found)
    with sheet.explained(found):
        seen = {name: _see(raw, name) for name in raw.columns if name != sheet.ROW and not mapping.forbidden(name)}
        columns = _columns(seen)
        formats = {kind: _format(raw, columns[field][0], kind) for kind, field in _whens(columns)}
    dropped = [name for name in raw.columns if mapping.forbidden(name)]
    return (
        "\n".join([*_source(found, dropped), *_mapped(columns, seen), *_formats(formats), *_codes(columns, seen)])
        + "\n"
    )


def _see(raw: Any, name: str) -> Seen:
    cell = words.text(raw[name])
    counts = raw.filter(cell.notnull()).group_by(word=cell).agg(n=lambda table: table.count())
    few = counts.order_by(counts.n.desc(), counts.word).limit(MOST_WORDS + 1).to_pyarrow().to_pylist()
    both = {"filled": cell.count(), "numbers": cell.try_cast("float64").count()}
    row = raw.aggregate(**both).to_pyarrow().to_pylist()[0]
    numeric = 2 * row["numbers"] > row["filled"]
    return Seen(
        name, row["filled"], numeric, tuple((row["word"], row["n"]) for row in few) if len(few) <= MOST_WORDS else ()
    )


def _columns(seen: Mapping[str, Seen]) -> dict[str, list[str]]:
    """Field (or area) to the columns that look like it; a column serves once."""
    taken: set[str] = set()
    chosen: dict[str, list[str]] = {}
    for field, pattern in (*NAMES, *((f"area_{level}", pattern) for level, pattern in AREAS)):
        fitting = [name for name in seen if name not in taken and _fits(name, field, pattern)]
        fitting = [name for name in fitting if _could_be(seen[name], field)]
        kept = fitting if field in mapping.SEVERAL else fitting[:1]
        if kept and not (field in ("date", "time_local") and "moment" in chosen):
            chosen[field] = kept
            taken.update(kept)
    return chosen


def _fits(name: str, field: str, pattern: str) -> bool:
    plain = mapping.plain(name)
    # the officer's own race, age or sex is not the person's
    others = "officer" in plain and not field.startswith("officer")
    return bool(re.search(pattern, plain)) and not mapping.PERSONAL.search(plain) and not others


def _could_be(column: Seen, field: str) -> bool:
    """Whether the cells suit the field: a number for a number, a handful of words for a code."""
    known = BY_NAME.get(field)
    if known is not None and known.kind in ("int", "float"):
        return column.numeric
    return known is None or known.kind != "codes" or bool(column.words)


def _whens(columns: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for kind, field in (("date", "date"), ("time", "time_local"), ("moment", "moment")):
        if field in columns:
            yield kind, field


def _format(raw: Any, column: str, kind: str) -> tuple[str, float]:
    """The format that reads most cells, empty for ISO, and the share of cells it reads."""
    if not raw[column].type().is_string():
        return "", 1.0
    tried = raw.filter(raw[column].notnull()).select(cell=raw[column].strip()).limit(TRIED)
    padded = tried.cell.lpad(4, "0")
    read = {form: try_strptime()(padded if form == "%H%M" else tried.cell, form) for form in FORMATS[kind]}
    read[""] = iso(tried.cell, ISO[kind])
    sums = {f"f{index}": made.count() for index, made in enumerate(read.values())}
    row = tried.aggregate(n=tried.count(), **sums).to_pyarrow().to_pylist()[0]
    shares = {form: row[f"f{index}"] / (row["n"] or 1) for index, form in enumerate(read)}
    best = max(shares, key=lambda form: (shares[form], form == ""))
    return best, shares[best]


def _source(found: file.File, dropped: list[str]) -> Iterator[str]:
    yield f"# Drafted by looking at {found.path.name}. Correct every line: what is wrong here is wrong in the finding."
    yield "# The format: docs/formats/mapping.md"
    for name in dropped:
        yield f"# Column {_text(name)} is of immigration or citizenship status: it is dropped unread."
    yield ""
    yield "[source]"
    yield f"id = {_text(register.of_file(found))}"
    yield 'publisher = ""           # who gave the file out'
    yield 'address = ""             # where it can be fetched'
    yield 'licence = ""'
    yield 'timezone = ""            # whose clocks the stops were made by, such as America/Chicago'
    yield "utc = false              # true when the times are UTC; the zone gate tells"
    yield '# coverage = ["2017-01", "2017-12"]   # first and last day or month the source covers, by its own word'
    yield "public = false           # true when the agency published these rows itself"
    yield ""
    yield "[constants]"
    yield "# what no column says and holds for every row"
    yield '# agency_id = "MN0271100"'
    yield '# agency_level = "city"'
    yield '# mode = "vehicle"'
    yield '# role = "driver"'
    yield '# initiated_by = "officer"'


def _mapped(columns: Mapping[str, list[str]], seen: Mapping[str, Seen]) -> Iterator[str]:
    yield ""
    yield "[columns]"
    for field, names in columns.items():
        if not field.startswith("area_"):
            said = _text(names[0]) if len(names) == 1 else f"[{', '.join(map(_text, names))}]"
            yield f"{field} = {said}   # filled in {seen[names[0]].filled:,} rows"
    if not {"date", "moment"} & set(columns):
        yield '# date = ""   # no column looks like the date of the stop: name it'
    yield ""
    yield "[areas]"
    yield from (
        f"{field.removeprefix('area_')} = {_text(names[0])}"
        for field, names in columns.items()
        if field.startswith("area_")
    )
    taken = {name for names in columns.values() for name in names}
    left = [name for name in seen if name not in taken]
    if left:
        yield "# not mapped, and so left in the source: " + ", ".join(left)


def _formats(formats: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    yield ""
    yield "[formats]"
    for kind, (form, share) in formats.items():
        if form or share < 1:
            says = f"reads {share:.0%} of the cells" + ("; or is the day first?" if form.startswith("%m/%d") else "")
            yield f"{'' if form else '# '}{kind} = {_text(form)}   # {says}"


def _codes(columns: Mapping[str, list[str]], seen: Mapping[str, Seen]) -> Iterator[str]:
    for field, names in columns.items():
        known = BY_NAME.get("race_officer" if field == "ethnicity" else field)
        if known is None or not _coded(known, [seen[name] for name in names]):
            continue
        for name in names:
            yield ""
            yield f"[codes.{field}]" if len(names) == 1 else f"[codes.{field}.{_text(name)}]"
            yield f"# codes: {', '.join((*(known.codes or ('yes', 'no')), 'unknown', 'not_stated'))}"
            if field == "result":
                yield "# none says that nothing came of the stop: keep it only if these columns tell of every outcome"
            yield from _words(field, name, seen[name], known.kind == "codes")


def _coded(known: Field, columns: list[Seen]) -> bool:
    """Whether the words need a table: codes do, and a yes or no that is written some other way."""
    usual = (*words.YES, *words.NO)
    strange = any(word.lower() not in usual for column in columns for word, _ in column.words)
    return bool(known.codes) or (known.kind == "ynu" and strange)


def _words(field: str, name: str, column: Seen, several: bool) -> Iterator[str]:
    if not column.words:
        yield f"# {name} has more than {MOST_WORDS} words: write those that matter"
    races = crosswalk.propose(word for word, _ in column.words) if field in mapping.RACES else None
    for word, rows in column.words:
        meant = _guess(field, mapping.plain(name), word.strip().lower()) if races is None else races[word]
        if meant is None:
            yield f"# {_text(word)} =    # {rows:,} rows: what does it mean?"
        else:
            listed = [meant] if several and isinstance(meant, str) else meant
            yield f"{_text(word)} = {json.dumps(listed)}   # {rows:,} rows"


def _guess(field: str, name: str, word: str) -> str | list[str] | None:
    """What a word usually means; a yes or a no, by the column that names what it is about."""
    if field == "ethnicity":
        return ETHNICITIES.get(word)
    if word in GUESSES.get(field, {}):
        return GUESSES[field][word]
    held = True if word in words.YES else False if word in words.NO else None
    if held is None:
        return None
    if BY_NAME[field].kind == "ynu":
        return "yes" if held else "no"
    about = {"found": "other", "result": next((code for code in ACTS if code in name), None)}.get(field)
    return (about if held else "none") if about else None


def _text(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)
