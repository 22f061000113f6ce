"""The engine behind a connection string.

`duckdb://` is embedded and the default; `duckdb://?memory_limit=8GB` sets what DuckDB may be told.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from evenhand.errors import PlanError

# A laptop's worth: enough for ten million stops, and it leaves room for everything else.
MEMORY_LIMIT = "2GB"


def connect(url: str = "duckdb://") -> Any:
    """An Ibis backend for `url`; PlanError names the engines there are."""
    parts = urlsplit(url)
    if parts.scheme != "duckdb":
        raise PlanError(f"engine {url!r} is not known: expected duckdb:// (Spark is not built yet)")
    import ibis

    settings = {"memory_limit": MEMORY_LIMIT, **dict(parse_qsl(parts.query))}
    connection = ibis.duckdb.connect(parts.path or ":memory:", **settings)
    # progress is told once, by the command line
    connection.raw_sql("SET enable_progress_bar = false")
    return connection
