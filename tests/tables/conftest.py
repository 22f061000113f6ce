"""Tables of the record's columns, planted."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def planted() -> Callable[..., Any]:
    """A table of the columns given, with the types of the record; areas are words."""
    import ibis

    from evenhand.tables.columns import TYPES
    from evenhand.terms.encounter import BY_NAME

    def make(**columns: list[Any]) -> Any:
        schema = {name: TYPES[BY_NAME[name].kind] if name in BY_NAME else "string" for name in columns}
        return ibis.memtable(columns, schema=schema)

    return make
