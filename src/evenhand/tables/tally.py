"""Tally: one GROUP BY to sufficient statistics, integers only.

Because the engine returns integers, engines agree to the bit and the order of rows cannot matter.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evenhand.errors import PlanError

# METHODS 1.1: more cells than this is a plan that asks for rows, not for counts.
MOST_CELLS = 1_000_000

Cells = dict[str, np.ndarray[Any, Any]]


def tally(table: Any, keys: Mapping[str, Any], sums: Mapping[str, Any] | None = None) -> Cells:
    """Counts of rows by `keys`, as `n`, with the sums of integer or boolean expressions beside them.

    Keys and sums are Ibis expressions by name. Cells come back as columns (name to array), sorted by
    the keys, so that nothing depends on the engine's order. A null key is None, in an array of objects;
    a null adds nothing to a sum. PlanError above `MOST_CELLS` cells, with their count.
    """
    totals = {name: _sum(expression) for name, expression in (sums or {}).items()}
    cells = table.group_by(**keys).agg(n=table.count(), **totals).order_by(*keys)
    found = cells.limit(MOST_CELLS + 1).to_pyarrow()
    if found.num_rows > MOST_CELLS:
        count = int(cells.count().to_pyarrow().as_py())
        raise PlanError(
            f"tally by {', '.join(keys)}: {count:,} cells, expected at most {MOST_CELLS:,}; name a coarser place or a "
            "shorter period"
        )
    return {name: _array(found.column(name)) for name in (*keys, "n", *totals)}


def total(table: Any, sums: Mapping[str, Any]) -> dict[str, int]:
    """Sums of integer or boolean expressions over all rows, with the count of rows as `n`."""
    counts = {name: _sum(expression) for name, expression in sums.items()}
    row = table.aggregate(n=table.count(), **counts).to_pyarrow().to_pylist()[0]
    return {name: int(value) for name, value in row.items()}


def _sum(expression: Any) -> Any:
    return expression.cast("int64").sum().fill_null(0).cast("int64")


def _array(column: Any) -> np.ndarray[Any, Any]:
    # NumPy has no null: whole numbers would become floats with NaN, dates NaT
    if column.null_count:
        return np.array(column.to_pylist(), dtype=object)
    return np.asarray(column.to_numpy(zero_copy_only=False))
