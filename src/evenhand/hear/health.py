"""How good is a source? Rows, dates, what is missing where and when, times that are defaults, rows twice.

One pass over the source makes a narrow table on the engine of what is there (`facts`); every figure is
counted on that. The gates of `weigh` decide what a method may use; here stand figures, a light by plain
rules of our own (`lights`), and the sentences it rests on.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from evenhand.hear import lights, repeats
from evenhand.hear.clock import MINUTE
from evenhand.hear.sheet import ROW
from evenhand.tables import derive
from evenhand.tables.tally import Cells, tally
from evenhand.terms.encounter import AREA_PREFIX, FIELDS, UNKNOWN_CODES, Field
from evenhand.terms.evidence import Coverage, Light, Reading

# Columns the reader makes, or that say again what another says: nothing of the source is missing in them.
MADE_HERE = {
    "encounter_id", "event_id", "source_id", "kind", "raw_row", "tz", "date", "date_to", "minute_local",
    "time_precision", "lon",
    "geo_precision_m", "race_officer_options", "race_officer_set", "race_officer_detail", "agency_level", "repeated",
}  # fmt: skip
# Asked only of those searched.
OF_SEARCHED = ("search_basis", "found")
HAS = "has_"

Figures = dict[str, Any]


def of(reading: Reading) -> Figures:
    """The figures a reading carries; reckoned where its reader carries none. All of it is plain JSON."""
    if reading.source.health:
        return dict(reading.source.health)
    table = reading.encounters
    with facts(table.get_backend(), table) as seen:
        return figures(seen, reading.coverage, repeats.count(table) if repeats.any_in(seen) else 0)


def examine(reading: Reading) -> Reading:
    """The reading with the figures in its register; its verdict and its evidence stay its reader's."""
    return replace(reading, source=replace(reading.source, health=of(reading)))


def summary(figures: Mapping[str, Any], light: Light | None = None) -> tuple[str, ...]:
    """What a chief is told of a source, in sentences; `light` as in `lights.summary`."""
    return lights.summary(figures, light)


@contextmanager
def facts(connection: Any, table: Any) -> Iterator[Any]:
    """A narrow table of what `table` holds, for as long as it is looked at: one pass over the source.

    `date`, `minute`, a hash of the stop's number, `searched`, a boolean `has_...` for each field, and the
    reader's own checks (columns that begin with `_`, but for the row number): of texts, whether there is one.
    """
    from ibis.util import gen_name

    checks = [name for name in table.columns if name.startswith("_") and name not in (ROW, MINUTE)]
    seen = table.select(
        date=table.date,
        minute=_minute(table).cast("int16"),
        stop=repeats.stop_number(table).hash(),
        searched=(derive.searched(table) == "yes").fill_null(False),
        **{HAS + name: there for name, there in _known(table).items()},
        **{name: table[name].notnull() if table[name].type().is_string() else table[name] for name in checks},
    )
    name = gen_name("facts")
    try:
        yield connection.create_table(name, seen, temp=True)
    finally:
        # ibis 12 writes a DROP that DuckDB 2 does not parse
        connection.raw_sql(f'DROP TABLE IF EXISTS "{name}"')


def _minute(table: Any) -> Any:
    """The minute of the day; a reader that has it as a number spares reading it from the text."""
    import ibis

    if MINUTE in table.columns:
        return table[MINUTE]
    return derive.minute(table) if "time_local" in table.columns else ibis.null("int16")


def _known(table: Any) -> dict[str, Any]:
    kept = [field for field in FIELDS if field.name in table.columns and field.name not in MADE_HERE]
    known = {field.name: _there(table, field) for field in kept}
    if "time_local" in known:
        known["time_local"] = _minute(table).notnull()
    if "race_officer_set" in table.columns:
        known["race_officer"] = (table.race_officer_set != "") & _coded(table.race_officer_set)
    elif "race_officer_options" in table.columns:
        known["race_officer"] = derive.race_known(table)
    known = {name: there.fill_null(False) for name, there in known.items()}
    areas = [name for name in table.columns if name.startswith(AREA_PREFIX)]
    return known | {name: derive.place(table, name.removeprefix(AREA_PREFIX)).notnull() for name in areas}


def _there(table: Any, field: Field) -> Any:
    cell = table[field.name]
    if field.kind == "codes":
        # not knowing stands alone in its set
        return _coded(cell[0])
    return _coded(cell) if field.kind in ("code", "ynu") else cell.notnull()


def _coded(cell: Any) -> Any:
    return (cell != UNKNOWN_CODES[0]) & (cell != UNKNOWN_CODES[1])


def figures(seen: Any, coverage: Coverage | None = None, repeated: int = 0) -> Figures:
    """The figures of `facts`, with the light, its evidence and a summary in words.

    `repeated` counts the rows of a stop that has an earlier row; without a coverage, months are looked
    for from the first date to the last.
    """
    months = _by_month(seen)
    labels = [_label(month) for month in months["month"]]
    rows = int(months["n"].sum())
    timed, midnight = int(months["timed"].sum()), int(months["midnight"].sum())
    worst = max(range(len(labels)), key=lambda index: _share(months["midnight"][index], months["timed"][index]))
    dated = {label: int(n) for label, n in zip(labels, months["n"], strict=True) if label}
    first, last = _ends(seen)
    found: Figures = {
        "rows": rows,
        "dates": [str(first), str(last)] if first else [],
        "months": dated,
        "absent_months": [month for month in _months(coverage, first, last) if month not in dated],
        "without_date": rows - sum(dated.values()),
        "without_time": rows - timed,
        "midnight": {
            "rows": midnight,
            "share": _share(midnight, timed),
            "worst_month": labels[worst],
            "worst_share": _share(months["midnight"][worst], months["timed"][worst]),
        },
        "hours": _hours(seen),
        "searches": int(months["searched"].sum()),
        "repeated": repeated,
        "outside_coverage": _outside(seen, coverage),
        **_missing(months, labels),
    }
    light, evidence = lights.light(found)
    found |= {"light": light, "evidence": list(evidence)}
    return found | {"summary": " ".join(lights.summary(found))}


def _by_month(seen: Any) -> Cells:
    """One row a month: rows, times, midnights, searches, and what is missing of each field."""
    timed = seen.minute.notnull()
    fields = [name.removeprefix(HAS) for name in seen.columns if name.startswith(HAS)]
    missing = {name: ~seen[HAS + name] & (seen.searched if name in OF_SEARCHED else True) for name in fields}
    sums = {"timed": timed, "midnight": timed & (seen.minute == 0), "searched": seen.searched}
    month = (seen.date.year() * 12 + seen.date.month() - 1).cast("int64")
    return tally(seen, {"month": month}, {**sums, **{HAS + name: absent for name, absent in missing.items()}})


def _missing(months: Cells, labels: list[str | None]) -> Figures:
    """Share missing by field, in all and by quarter; `search_basis` and `found` among those searched."""
    quarters = [f"{label[:4]}-Q{(int(label[5:]) + 2) // 3}" if label else None for label in labels]
    fields = [name.removeprefix(HAS) for name in months if name.startswith(HAS)]
    overall, by_quarter = {}, {}
    for name in fields:
        of_all = months["searched"] if name in OF_SEARCHED else months["n"]
        absent = months[HAS + name]
        overall[name] = _share(absent.sum(), of_all.sum())
        inside = {quarter: [at == quarter for at in quarters] for quarter in quarters if quarter}
        by_quarter[name] = {quarter: _share(absent[at].sum(), of_all[at].sum()) for quarter, at in inside.items()}
    return {"missing": overall, "by_quarter": by_quarter}


def _hours(seen: Any) -> list[int]:
    timed = seen.filter(seen.minute.notnull())
    cells = tally(timed, {"hour": (timed.minute // 60).cast("int64")})
    profile = [0] * 24
    for hour, n in zip(cells["hour"], cells["n"], strict=True):
        profile[int(hour)] = int(n)
    return profile


def _ends(seen: Any) -> tuple[date | None, date | None]:
    row = seen.aggregate(first=seen.date.min(), last=seen.date.max()).to_pyarrow().to_pylist()[0]
    return row["first"], row["last"]


def _outside(seen: Any, coverage: Coverage | None) -> int:
    if coverage is None:
        return 0
    inside = seen.date.between(coverage.first, coverage.last)
    return int(seen.filter(seen.date.notnull() & ~inside).count().to_pyarrow().as_py())


def _months(coverage: Coverage | None, first: date | None, last: date | None) -> list[str]:
    """The months that should have rows: of the coverage, else from the first date to the last."""
    if coverage is not None:
        if coverage.complete:
            return []
        first, last = coverage.first, coverage.last
    if first is None or last is None:
        return []
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _label(month: Any) -> str | None:
    if month is None or np.isnan(month):
        return None
    return f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}"


def _share(part: Any, whole: Any) -> float:
    return round(float(part) / float(whole), 4) if whole else 0.0
