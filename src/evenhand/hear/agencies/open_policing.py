"""Stanford Open Policing Project: one standard of columns for a hundred departments and state patrols.

Verdict: file by file, from its figures (`health`). What holds for all: race is the officer's word, one
question, with no Middle Eastern box and with small groups folded into `other`; times are local; what a
column's absence means differs by department, and the project's own notes on each file must be read.

Pierson and others (2020), A large-scale analysis of racial disparities in police stops across the United
States, Nature Human Behaviour 4; openpolicing.stanford.edu.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import clock, file, register, sheet, words
from evenhand.terms.encounter import AREA_PREFIX
from evenhand.terms.evidence import Coverage, Reading

# What R writes where it has nothing.
BLANK = ("", "NA")
# The standard's words for race, and what each may mean (ENCOUNTER, crosswalk). `other` holds whom the
# standard does not name; `unknown` and `other/unknown` tell nothing.
RACES = {
    "asian/pacific islander": ["ASIAN", "NHPI"],
    "black": ["BLACK"],
    "hispanic": ["HISPANIC"],
    "white": ["WHITE", "MENA"],
    "other": ["AIAN", "MENA", "OTHER"],
}
UNTOLD = ("unknown", "other/unknown")
# What the officer wrote, as one code where the word allows: the first of the set, `OTHER` for other.
WRITTEN = {word: may[:1] for word, may in RACES.items()} | {"other": ["OTHER"]}
SETS = {word: "+".join(sorted(may)) for word, may in RACES.items()}
SEXES = {"male": "man", "female": "woman"}
MODES = {"vehicular": "vehicle", "pedestrian": "foot"}
ROLES = {"vehicular": "driver", "pedestrian": "pedestrian"}
STARTERS = {"vehicular": "officer"}
BASES = {
    "consent": ["consent"],
    "probable cause": ["probable_cause"],
    "plain view": ["plain_view"],
    "k9": ["dog"],
    # holds incident to arrest, warrant and inventory too: nobody can say whether such a search was a choice
    "other": ["unknown"],
}
ENDS = {"arrest": "arrest", "citation": "citation", "summons": "citation", "warning": "warning"}
# Columns of the standard that say yes or no.
SEARCHES = {
    "search_conducted": "search_any",
    "search_person": "search_person",
    "search_vehicle": "search_vehicle",
    "frisk_performed": "frisk",
}
ACTS = {"arrest_made": "arrest", "citation_issued": "citation", "warning_issued": "warning"}
CONTRABAND = {
    "contraband_drugs": "drugs",
    "contraband_weapons": "weapon",
    "contraband_alcohol": "alcohol",
    "contraband_other": "other",
}
AREAS = {
    "county_name": "county",
    "city": "city",
    "district": "district",
    "precinct": "precinct",
    "beat": "beat",
    "zone": "zone",
    "sector": "sector",
    "division": "division",
    "service_area": "service_area",
}
TYPES = {
    **dict.fromkeys((*SEARCHES, *ACTS, *CONTRABAND, "contraband_found"), "boolean"),
    **dict.fromkeys(("lat", "lng", "subject_age"), "double"),
    "date": "date",
}
NOTES = (
    "type vehicular was read as mode vehicle, role driver, initiated by an officer; pedestrian as mode foot, "
    "initiation unknown.",
    "outcome summons was read as a citation; result is none only where arrest, citation and warning are all "
    "recorded as false.",
    "White has no Middle Eastern box beside it: the crosswalk reads it as WHITE, which may include MENA.",
    "reason is unknown: the standard keeps each department's own words, which stand in reason_detail.",
)


def read(
    connection: Any,
    path: str | Path,
    *,
    timezone: str,
    coverage: Coverage | Sequence[str | date] | None = None,
    source_id: str = "",
    publisher: str = "",
    address: str = "",
    licence: str = "",
    retrieved: str = "",
    agency_level: str = "unknown",
    complete: bool = False,
    gaps: Sequence[str] = (),
    centroid: Any = None,
    centroids: Mapping[str, Any] | None = None,
    utc: bool = False,
    public: bool = False,
) -> Reading:
    """The stops of a file in the standard's columns, CSV (also .csv.gz) or Parquet, as a `Reading`.

    `timezone` is the IANA name of the place's clocks. Settings are those of `register.About`. RecordError
    says what is wrong with the file.
    """
    found = file.look(path)
    about = register.About(
        id=source_id or register.of_file(found),
        reader="open_policing",
        timezone=timezone,
        publisher=publisher,
        address=address,
        licence=licence,
        retrieved=retrieved,
        coverage=coverage,
        complete=complete,
        gaps=tuple(gaps),
        centroid=centroid,
        centroids=centroids,
        utc=utc,
        public=public,
        notes=NOTES,
    )
    try:
        return _read(connection, found, about, agency_level, TYPES)
    except RecordError as error:
        if not _mistyped(error):
            raise
    # a cell is not of its column's type: read all as text, and count what cannot be understood
    return _read(connection, found, about, agency_level, {})


def _mistyped(error: RecordError) -> bool:
    import duckdb

    return isinstance(error.__cause__, duckdb.ConversionException)


def _read(connection: Any, found: file.File, about: register.About, level: str, types: Mapping[str, str]) -> Reading:
    kept = {name: kind for name, kind in types.items() if name in found.names}
    raw = sheet.rows(connection, found, kept, BLANK)
    sheet.need(
        found, raw, "date", "subject_race", hint="expected the standard's columns; for others write a mapping (mapped)"
    )
    return register.reading(connection, found, lambda utc: _draft(raw, about, level, utc), about)


def _draft(raw: Any, about: register.About, level: str, utc: bool) -> Any:
    """The record's columns, with check columns beside them."""
    import ibis

    when = clock.Clock(about.timezone, date="date", time="time" if "time" in raw.columns else None, utc=utc)
    table = clock.local(raw, when)
    return table.select(
        **_provenance(table, about),
        date=table.date,
        time_local=table.time_local,
        time_precision=ibis.ifelse(table.time_local.isnull(), 1440, 1),
        tz=ibis.literal(about.timezone),
        **_place(table),
        **_person(table),
        **_agency(table, level),
        **_stop(table),
        **{check: table[check] for check in (sheet.ROW, *clock.CHECKS) if check in table.columns},
    )


def _provenance(table: Any, about: register.About) -> dict[str, Any]:
    import ibis

    numbered = "raw_row_number" in table.columns
    number = (table.raw_row_number if numbered else table[sheet.ROW]).cast("string")
    return {
        "encounter_id": ibis.literal(about.id + "-") + number,
        "source_id": ibis.literal(about.id),
        "kind": ibis.literal("agency_record"),
        # a stop merged from several rows carries all their numbers: 12|13
        "raw_row": number.try_cast("int64"),
    }


def _place(table: Any) -> dict[str, Any]:
    given = [(column, level) for column, level in AREAS.items() if column in table.columns]
    areas = {AREA_PREFIX + level: table[column].cast("string") for column, level in given}
    if not {"lat", "lng"} <= set(table.columns):
        return areas
    return {"lat": _degrees(table.lat), "lon": _degrees(table.lng), **areas}


def _degrees(cell: Any) -> Any:
    number = cell.try_cast("float64") if cell.type().is_string() else cell.cast("float64")
    # 0 is what geocoders write for "not found"
    return number.nullif(0.0).round(6)


def _person(table: Any) -> dict[str, Any]:
    race = table.subject_race
    known = race.nullif(UNTOLD[0]).nullif(UNTOLD[1])
    may = words.code(known, SETS, empty="unknown")
    person = {
        "race_officer": words.codes(known, WRITTEN, empty="unknown"),
        "race_officer_options": words.codes(known, RACES, empty="unknown"),
        "race_officer_set": may,
        "race_officer_detail": known,
        "_stray_race_officer": words.uncoded(known, may),
    }
    if "subject_age" in table.columns:
        age = table.subject_age
        person["age_years"] = (age.try_cast("float64") if age.type().is_string() else age).floor().cast("int64")
    if "subject_sex" in table.columns:
        person["gender"] = words.code(table.subject_sex, SEXES)
    if "type" in table.columns:
        role = words.code(table.type, ROLES)
        person |= {"role": role, "_stray_role": words.uncoded(table.type, role)}
    return person


def _agency(table: Any, level: str) -> dict[str, Any]:
    import ibis

    names = [table[name].cast("string") for name in ("department_id", "department_name") if name in table.columns]
    agency = {"agency_level": ibis.literal(level)}
    if names:
        agency["agency_id"] = ibis.coalesce(*names)
    if "officer_id_hash" in table.columns:
        agency["officer_key"] = table.officer_id_hash.cast("string")
    return agency


def _stop(table: Any) -> dict[str, Any]:
    import ibis

    there = set(table.columns)
    details = [table[name].cast("string") for name in ("reason_for_stop", "violation") if name in there]
    stop = {
        "mode": words.code(table.type, MODES) if "type" in there else ibis.literal("not_stated"),
        "initiated_by": words.code(table.type, STARTERS, empty="unknown")
        if "type" in there
        else ibis.literal("unknown"),
        "reason": ibis.literal("unknown"),
        **({"reason_detail": ibis.coalesce(*details)} if details else {}),
        **{ours: words.yes_no(table[column]) for column, ours in SEARCHES.items() if column in there},
        "result": _result(table),
    }
    if "outcome" in there:
        stop["_stray_result"] = words.stray(table.outcome, ENDS)
    if "search_basis" in there:
        basis = table.search_basis
        # `other` means unknown here, so the code alone does not show a stray
        stop |= {"search_basis": words.codes(basis, BASES), "_stray_search_basis": words.stray(basis, BASES)}
    if "contraband_found" in there:
        stop["found"] = _found(table)
    return stop


def _flags(table: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """Our code to the boolean that the column of that code holds, null where it says nothing."""
    return {code: words.flag(table[name]) for name, code in names.items() if name in table.columns}


def _found(table: Any) -> Any:
    """The kinds that are true; `other` when something was found and no kind told; none when found is false."""
    import ibis

    anything = words.flag(table.contraband_found)
    last = [(anything, ibis.array(["other"])), (~anything, ibis.array(["none"]))]
    return ibis.cases(*_sets(_flags(table, CONTRABAND)), *last, else_=ibis.array(["not_stated"]))


def _result(table: Any) -> Any:
    """The acts that are true; the outcome where none is; `none` only when all three are recorded as false."""
    import ibis

    acts = _flags(table, ACTS)
    branches = _sets(acts)
    if "outcome" in table.columns:
        outcome = table.outcome
        branches += [(outcome == said, ibis.array([meant])) for said, meant in ENDS.items()]
    if len(acts) == len(ACTS):
        arrest, citation, warning = acts.values()
        branches.append((~arrest & ~citation & ~warning, ibis.array(["none"])))
    return ibis.cases(*branches, else_=ibis.array(["not_stated"])) if branches else ibis.array(["not_stated"])


def _sets(flags: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """A branch for each set of flags that may be true, larger sets first: each is one constant list."""
    import ibis

    chosen = [
        [code for code, held in zip(flags, mask, strict=True) if held]
        for mask in product((True, False), repeat=len(flags))
    ]
    chosen.sort(key=len, reverse=True)
    return [(ibis.and_(*(flags[code] for code in codes)), ibis.array(codes)) for codes in chosen if codes]
