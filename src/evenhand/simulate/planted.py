"""A world: encounters drawn with a planted answer, and that answer beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from evenhand.errors import PlanError
from evenhand.terms.evidence import (
    SIMULATED,
    AreaCell,
    Benchmark,
    Centroid,
    Coverage,
    Evidence,
    Lists,
    Publicity,
    Review,
    RosterCell,
    Source,
)


@dataclass(frozen=True, slots=True)
class World:
    """What was drawn: `table`, a pyarrow table of the record's columns, and `truth`, the planted quantities.

    `settings` are those of the recipe, `seed` among them; `first` and `last` the dates that are covered. Where people
    told of stops, `reports` has one row a telling, `table` is the agency's own record, `answers` are the sheets of a
    canvass and `asked` those of them that said yes, as tellings. What else stands beside is as in `Evidence`: tables of
    pyarrow, or values.
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
    reports: Any = None
    answers: Any = None
    asked: Any = None
    rosters: tuple[RosterCell, ...] = ()
    publicity: tuple[Publicity, ...] = ()
    areas: tuple[AreaCell, ...] = ()
    lists: tuple[Lists, ...] = ()
    codes: Any = None
    links: Any = None
    review: Review | None = None
    calls: Any = None

    def evidence(self, connection: Any = None, canvass: bool = False) -> Evidence:
        """The world as a method sees it, on ibis's own DuckDB or as tables on `connection`.

        With `canvass` those who said yes there are among the reports. Some of them told the mailbox too, and no sheet
        says which: an encounter told both ways is then counted twice.
        """
        import pyarrow as pa

        told = {"reports": self.reports} | ({"canvass": self.asked} if canvass else {})
        told = {name: table for name, table in told.items() if table is not None}
        sources = [
            self._source(source_id(self.name), self.table.num_rows),
            *(self._source(f"{source_id(self.name)}-{name}", table.num_rows) for name, table in told.items()),
        ]
        return Evidence(
            self._on(connection, self.table),
            tuple(sources),
            tuple(Coverage(source.id, self.first, self.last) for source in sources),
            self.benchmarks,
            {None: self.centroid},
            self.timezone,
            reports=self._on(connection, pa.concat_tables(told.values()) if told else None),
            rosters=self.rosters,
            publicity=self.publicity,
            areas=self.areas,
            lists=self.lists,
            codes=self._on(connection, self.codes),
            links=self._on(connection, self.links),
            review=self.review,
            calls=self._on(connection, self.calls),
        )

    def answer(self, file: str) -> Mapping[str, Any]:
        """What was planted in the file of that name, and the settings and seed that make it again."""
        return {
            "file": file,
            "world": self.name,
            "story": self.story,
            "rows": (self.table if self.reports is None else self.reports).num_rows,
            "timezone": self.timezone,
            "seed": self.settings["seed"],
            "settings": dict(self.settings),
            "truth": dict(self.truth),
        }

    def _on(self, connection: Any, table: Any) -> Any:
        """The table on the engine; None where there is none."""
        import ibis

        if table is None:
            return None
        rows = ibis.memtable(table)
        return rows if connection is None else connection.create_table(ibis.util.gen_name(self.name), rows)

    def _source(self, name: str, rows: int) -> Source:
        return Source(
            id=name,
            publisher=f"{SIMULATED}: invented, nobody was stopped",
            address=f"evenhand simulate {self.name}, seed {self.settings['seed']}",
            licence="none needed",
            retrieved="drawn, not retrieved",
            sha256="",
            rows=rows,
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
