"""Two rows for one stop: the first counts, further ones are marked, none is dropped.

A stop is known by its number in the source (`event_id`), or by the record's own id where the source
numbers nothing else. Files of people stopped have one row a person, and then a repeat is no mistake.
"""

from typing import Any

from evenhand.hear.sheet import ROW


def stop_number(table: Any) -> Any:
    """What two rows of one stop have in common."""
    return table.event_id if "event_id" in table.columns else table.encounter_id


def any_in(facts: Any) -> bool:
    """Whether two rows may be of one stop: hashes that all differ say that none are."""
    row = facts.aggregate(numbered=facts.stop.count(), hashes=facts.stop.nunique()).to_pyarrow().to_pylist()[0]
    return bool(row["numbered"] > row["hashes"])


def count(table: Any) -> int:
    """Rows whose stop has an earlier row."""
    number = stop_number(table)
    row = table.aggregate(numbered=number.count(), stops=number.nunique()).to_pyarrow().to_pylist()[0]
    return int(row["numbered"] - row["stops"])


def mark(connection: Any, table: Any) -> Any:
    """`table` with `repeated`, and with an `encounter_id` of its own for every further row."""
    import ibis
    from ibis.util import gen_name

    numbered = table.mutate(_stop=stop_number(table))
    several = numbered.group_by("_stop").agg(_first=numbered[ROW].min(), _rows=numbered.count())
    several = several.filter((several["_rows"] > 1) & several["_stop"].notnull()).drop("_rows")
    firsts = connection.create_table(gen_name("repeats"), several.rename(_same="_stop"), temp=True)
    joined = numbered.left_join(firsts, numbered["_stop"] == firsts["_same"])
    again = (joined["_first"].notnull() & (joined[ROW] > joined["_first"])).fill_null(False)
    own = ibis.literal("" if "event_id" in table.columns else "-row-") + joined[ROW].cast("string")
    marked = joined.mutate(
        repeated=ibis.ifelse(again, "yes", "no"),
        encounter_id=joined.encounter_id + ibis.ifelse(again, own, ""),
    )
    return marked.drop("_stop", "_same", "_first")
