"""A world: encounters drawn with a planted answer, and that answer beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from evenhand.errors import PlanError
from evenhand.terms.evidence import SIMULATED, Benchmark, Centroid, Coverage, Evidence, Source


@dataclass(frozen=True, slots=True)
class World:
    """What was drawn: `table`, a pyarrow table of the record's columns, and `truth`, the planted quantities.

    `settings` are those of the recipe, `seed` among them; `first` and `last` the dates that are covered.
    """

    name: str
    story: str
    settings: Mapping[str, Any]
    truth: Mapping[str, float]
    table: Any
    first: date
    last: date
    timezone: str
    centroid: Centroid
    benchmarks: tuple[Benchmark, ...] = ()

    def evidence(self, connection: Any = None) -> Evidence:
        """The world as a method sees it, on ibis's own DuckDB or as a table on `connection`."""
        import ibis

        encounters = ibis.memtable(self.table)
        if connection is not None:
            encounters = connection.create_table(ibis.util.gen_name(self.name), encounters)
        source = self._source()
        coverage = Coverage(source.id, self.first, self.last)
        return Evidence(encounters, (source,), (coverage,), self.benchmarks, {None: self.centroid}, self.timezone)

    def _source(self) -> Source:
        return Source(
            id=source_id(self.name),
            publisher=f"{SIMULATED}: invented, nobody was stopped",
            address=f"evenhand simulate {self.name}, seed {self.settings['seed']}",
            licence="none needed",
            retrieved="drawn, not retrieved",
            sha256="",
            rows=self.table.num_rows,
            reader="simulate",
            verdict="green",
            evidence=("Simulated with a planted answer.",),
        )


class Recipe(Protocol):
    """Settings of a world as a frozen dataclass, whose docstring opens with what the world shows.

    All settings have defaults, and `stops` and `seed` are among them.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    name: ClassVar[str]

    def __init__(self, *args: Any, **settings: Any) -> None: ...

    @property
    def stops(self) -> int:
        """How many stops there are, or are expected."""

    @property
    def seed(self) -> int:
        """The same seed gives the same bytes."""

    def draw(self) -> World:
        """One world of these settings."""


def between(recipe: Any, low: float, high: float, *names: str) -> None:
    """PlanError unless these settings lie from `low` to `high`, both included."""
    for name in names:
        value = getattr(recipe, name)
        if not low <= value <= high:
            raise PlanError(f"world {recipe.name}: {name} = {value}, expected {low:g} to {high:g}")


def one_of(recipe: Any, name: str, known: Sequence[str]) -> None:
    """PlanError unless this setting is one of the known words."""
    value = getattr(recipe, name)
    if value not in known:
        words = ", ".join(word or "nothing" for word in known)
        raise PlanError(f"world {recipe.name}: {name} = {value!r}, expected {words}")


def source_id(name: str) -> str:
    """The source of a world's rows."""
    return f"simulated-{name}"
