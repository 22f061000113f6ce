"""Hear: what people report and what agencies record, read into the record's columns with a verdict."""

from collections.abc import Callable
from importlib import import_module

from evenhand.errors import PlanError
from evenhand.terms.evidence import Reading

# Reader by name: where its `read(connection, ...)` is. `minneapolis` brings its data; the others take a path.
READERS = {
    "canvass": "evenhand.hear.canvass",
    "heard": "evenhand.hear.heard",
    "inbox": "evenhand.hear.inbox",
    "mapped": "evenhand.hear.mapped",
    "minneapolis": "evenhand.hear.agencies.minneapolis",
    "open_policing": "evenhand.hear.agencies.open_policing",
}


def reader(name: str) -> Callable[..., Reading]:
    """The `read` of the reader of that name; PlanError names those there are."""
    if name not in READERS:
        raise PlanError(f"reader {name!r} is not known: expected one of {', '.join(READERS)}")
    read: Callable[..., Reading] = import_module(READERS[name]).read
    return read


def examine(reading: Reading) -> Reading:
    """The reading with the figures of its health in its register."""
    from evenhand.hear import health

    return health.examine(reading)
