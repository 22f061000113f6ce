"""What breaks the record's contract, counted on the facts of a file: refused, or noted with its count."""

from collections.abc import Mapping
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import clock, words
from evenhand.hear.file import File

# A wrong format spoils far more dates than this, slips of the pen fewer.
UNREAD_SHARE = 0.01
# Fields whose words must all be understood: a race put aside would change every figure.
STRICT = ("race_officer", "race_before_stop", "officer_race", "ethnicity")
# Words named in a sentence; the rest are counted.
NAMED = 12


def counts(seen: Any) -> dict[str, int]:
    """Rows, and how many have a date, a time, an unreadable one, a time in UTC."""
    sums = {
        "unread_date": seen[clock.UNREAD_DATE],
        "unread_time": seen[clock.UNREAD_TIME],
        "in_utc": seen[clock.IN_UTC],
        "dated": seen.date.notnull(),
        "timed": seen.minute.notnull(),
    }
    totals = {name: held.fill_null(False).cast("int64").sum() for name, held in sums.items()}
    row = seen.aggregate(rows=seen.count(), **totals).to_pyarrow().to_pylist()[0]
    return {name: int(n or 0) for name, n in row.items()}


def refuse_two_clocks(file: File, found: Mapping[str, int]) -> None:
    """RecordError when some times say that they are UTC and others say nothing."""
    silent = found["timed"] - found["in_utc"]
    if silent > 0:
        raise RecordError(
            f"{file.path}: {found['in_utc']:,} times end in a zone of UTC and {silent:,} have none; expected one "
            "clock: say utc = true if all are UTC, or mend the file"
        )


def of_when(file: File, found: Mapping[str, int]) -> list[str]:
    """Notes on dates and times; RecordError when there are no rows, no dates, or too many unreadable ones."""
    if not found["rows"]:
        raise RecordError(f"{file.path} has columns and no rows; expected a row a stop: fetch it again")
    notes = []
    for what, unread, read, example in (
        ("date", found["unread_date"], found["dated"], "2017-12-31"),
        ("time", found["unread_time"], found["timed"], "18:05"),
    ):
        if unread > UNREAD_SHARE * (unread + read):
            raise RecordError(
                f"{file.path}: {unread:,} of {unread + read:,} cells of the {what} cannot be read; expected {example}: "
                "write a mapping that states their format"
            )
        if unread:
            notes.append(f"{unread:,} cells of the {what} could not be read and count as missing.")
    if not found["dated"]:
        raise RecordError(
            f"{file.path}: no row has a date, {found['timed']:,} have a time; expected the day of each stop: "
            "ask for the dates, or name their column"
        )
    return notes


def of_words(file: File, seen: Any, drafted: Any) -> list[str]:
    """Notes on words that nobody explained; RecordError when they are races."""
    flags = [name for name in seen.columns if name.startswith(words.STRAY)]
    if not flags:
        return []
    some = seen.aggregate(**{name: seen[name].any() for name in flags}).to_pyarrow().to_pylist()[0]
    return [_stray(file, drafted, name) for name in flags if some[name]]


def _stray(file: File, drafted: Any, name: str) -> str:
    strays = drafted.filter(drafted[name].notnull()).group_by(word=drafted[name]).agg(n=lambda table: table.count())
    counted = [(row["word"], row["n"]) for row in strays.to_pyarrow().to_pylist()]
    counted.sort(key=lambda pair: (-pair[1], pair[0]))
    listed = ", ".join(f"{word!r} ({n:,})" for word, n in counted[:NAMED])
    listed += f" and {len(counted) - NAMED} more" if len(counted) > NAMED else ""
    field = name.removeprefix(words.STRAY)
    if field.partition(".")[0] in STRICT:
        raise RecordError(
            f"{file.path}: words for {field} that nobody explained, with their rows: {listed}; "
            f"say in a mapping under [codes.{field}] what each may mean"
        )
    return f"Words for {field} that nobody explained count as unknown: {listed}."
