"""The standard columns of the Stanford Open Policing Project, and a world's stops in them.

Columns and words are those of the project's data readme (github.com/stanford-policylab/opp). The file cannot say
all that a world knows: whether race was seen before the stop, and who began it, are lost.
"""

from pathlib import Path
from typing import Any

from evenhand.tables import derive

# Ours to theirs; a base not among these is "other", as theirs has no more.
RACES = {
    "BLACK": "black",
    "WHITE": "white",
    "HISPANIC": "hispanic",
    "ASIAN": "asian/pacific islander",
    "OTHER": "other",
}
UNKNOWN_RACE = "unknown"
BASES = {"consent": "consent", "probable_cause": "probable cause", "plain_view": "plain view", "dog": "k9"}
AREAS = {"area_county": "county_name", "area_precinct": "precinct"}
REASONS = {
    "moving": "Moving violation",
    "equipment": "Equipment violation",
    "nonmoving": "Non-moving violation",
    "suspicion": "Suspicion",
}
SEARCH_REASONS = {"incident_to_arrest": "Incident to arrest", "consent": "Consent", "probable_cause": "Probable cause"}
OUTCOMES = ("arrest", "citation", "warning")
# What their CSV files write for no value.
NOTHING = "NA"


def standard(table: Any) -> Any:
    """An Ibis table of the record as Stanford's columns; flags are booleans, null where not known."""
    import ibis

    race = ibis.cases(
        *[(derive.race_known(table) & table.race_officer.contains(us), them) for us, them in RACES.items()]
    )
    searched = derive.searched(table)
    outcome = ibis.cases(*[(table.result.contains(code), code) for code in OUTCOMES])
    known = outcome.notnull()
    columns = {
        "raw_row_number": table.raw_row,
        "date": table.date,
        "time": table.time_local + ":00",
        "lat": table.lat if derive.has(table, "lat") else None,
        "lng": table.lon if derive.has(table, "lon") else None,
        **{theirs: table[ours] for ours, theirs in AREAS.items() if derive.has(table, ours)},
        "subject_race": race.fill_null(UNKNOWN_RACE),
        "type": ibis.literal("vehicular"),
        "arrest_made": known.ifelse(table.result.contains("arrest"), None),
        "citation_issued": known.ifelse(table.result.contains("citation"), None),
        "warning_issued": known.ifelse(table.result.contains("warning"), None),
        "outcome": outcome,
        "contraband_found": _flag(derive.hit(table)) if derive.has(table, "found") else None,
        "search_conducted": _flag(searched) if derive.has(table, "search_person") else None,
        "search_basis": _basis(table, searched) if derive.has(table, "search_basis") else None,
        "reason_for_search": _words(table.search_basis, SEARCH_REASONS) if derive.has(table, "search_basis") else None,
        "reason_for_stop": table.reason.cases(*REASONS.items(), else_=None),
    }
    return table.select(**{name: column for name, column in columns.items() if column is not None})


def write(table: Any, path: Path) -> Path:
    """A pyarrow table of the record's columns at `path` in Stanford's, CSV or Parquet by its ending."""
    import ibis

    from evenhand.tables.connect import connect

    path.touch()
    connection = connect()
    rows = standard(ibis.memtable(table))
    if path.suffix == ".csv":
        connection.to_csv(as_text(rows), path, header=True, nullstr=NOTHING)
    else:
        connection.to_parquet(rows, path)
    connection.disconnect()
    return path


def as_text(table: Any) -> Any:
    """The table with booleans as TRUE and FALSE, as their CSV files have them."""
    flags = [name for name, kind in table.schema().items() if kind.is_boolean()]
    return table.mutate(**{name: table[name].cases((True, "TRUE"), (False, "FALSE"), else_=None) for name in flags})


def _flag(answer: Any) -> Any:
    return answer.cases(("yes", True), ("no", False), else_=None)


def _basis(table: Any, searched: Any) -> Any:
    stated = (searched == "yes") & ~table.search_basis.contains("not_stated")
    return stated.ifelse(_words(table.search_basis, BASES).fill_null("other"), None)


def _words(codes: Any, words: dict[str, str]) -> Any:
    import ibis

    return ibis.cases(*[(codes.contains(code), word) for code, word in words.items()])
