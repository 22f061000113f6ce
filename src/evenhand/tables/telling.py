"""Tellings and encounters: what people told, and what is one event told more than once.

No telling is overwritten or dropped: those of one encounter are counted once, as it was first told, and how
often it was told stands beside it. Which tellings are one encounter is a judgement with a probability; a
threshold decides how sure it must be, and counts are given at several.
"""

from collections.abc import Sequence
from typing import Any

from evenhand.errors import PlanError
from evenhand.tables.columns import TYPES
from evenhand.terms.encounter import BY_NAME

# METHODS 6: counts are given at three thresholds of link probability; the middle one is the headline's.
THRESHOLDS = (0.5, 0.8, 0.95)
HEADLINE = 0.8


def tellings(reports: Any, threshold: float = HEADLINE) -> Any:
    """`reports` with `encounter` (its key at this threshold), `first` (the first telling of it) and `times_told`.

    A telling whose `link_probability` is below the threshold stands for an encounter of its own; without
    that column every link is sure. The first is the earliest reported, then the earliest row.
    """
    import ibis

    absent = [name for name in ("report_id", "encounter_id") if name not in reports.columns]
    if absent:
        raise PlanError(f"the reports have no column {', '.join(absent)}: hear them with the inbox reader")
    sure = reports.link_probability.fill_null(1.0) if "link_probability" in reports.columns else ibis.literal(1.0)
    table = reports.mutate(encounter=ibis.ifelse(sure >= threshold, reports.encounter_id, reports.report_id))
    order = [table[name] for name in ("reported_on", "raw_row", "report_id") if name in table.columns]
    of_one = ibis.window(group_by=table.encounter, order_by=order)
    return table.mutate(
        first=ibis.row_number().over(of_one) == 0,
        times_told=table.report_id.count().over(ibis.window(group_by=table.encounter)),
    )


def searched_for(reports: Any, links: Any) -> Any:
    """`reports` with what `links` (encounter_id, probability, undecided) say of each encounter.

    `record_probability` is that of the likeliest record, 0 where none was found; `record_undecided` whether a reviewer
    left one open; `record_named` whether the links name the encounter at all.
    """
    best = links.group_by("encounter_id").agg(
        record_probability=links.probability.max(), record_undecided=links.undecided.any()
    )
    best = best.rename(linked_id="encounter_id")
    joined = reports.left_join(best, reports.encounter_id == best.linked_id)
    return joined.mutate(
        record_probability=joined.record_probability.fill_null(0.0),
        record_undecided=joined.record_undecided.fill_null(False),
        record_named=joined.linked_id.notnull(),
    ).drop("linked_id")


def whole(reports: Any, names: Sequence[str]) -> Any:
    """`reports` with exactly these columns, in this order; what it never asked is not stated, null where no code is."""
    import ibis

    there = set(reports.columns)
    return reports.select(
        **{name: reports[name] if name in there else _unsaid(name, ibis).cast(_kind(name)) for name in names}
    )


def doubled(reports: Any) -> int:
    """How many report ids stand in more than one row."""
    counts = reports.group_by("report_id").agg(n=reports.count())
    return int(counts.filter(counts.n > 1).count().to_pyarrow().as_py())


def _kind(name: str) -> str:
    return TYPES[BY_NAME[name].kind] if name in BY_NAME else "string"


def _unsaid(name: str, ibis: Any) -> Any:
    """What stands in a field that nobody asked about."""
    kind = BY_NAME[name].kind if name in BY_NAME else "str"
    if kind == "codes":
        return ibis.array(["not_stated"])
    return ibis.literal("not_stated") if kind in ("code", "ynu") else ibis.null(_kind(name))
