"""Small tables of our own, made in Python and joined on the engine: suns, time zones, what a package carries."""

from collections.abc import Mapping, Sequence
from typing import Any


def small_table(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> Any:
    """An Ibis table of these columns with these Ibis types, by way of Arrow, which keeps dates and nulls."""
    import ibis
    import pyarrow

    arrays = {name: pyarrow.array(list(columns[name])) for name in types}
    return ibis.memtable(pyarrow.table(arrays), schema=dict(types))
