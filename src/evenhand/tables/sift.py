"""Sift: set rows aside by name, in one pass, and count every one of them.

The predicates compile to one CASE that gives the first a row fails, and one GROUP BY counts them all;
rows in are always the rows kept and all exclusions together.
"""

from dataclasses import dataclass
from typing import Any

from evenhand.terms.result import Exclusion


@dataclass(frozen=True, slots=True)
class Keep:
    """What a row must fulfil to stay (an Ibis boolean), and what is said of those that do not."""

    otherwise: str
    holds: Any


@dataclass(frozen=True, slots=True)
class Sifted:
    """The rows that stay, on the engine, and the count of the others by reason."""

    table: Any
    excluded: tuple[Exclusion, ...]
    rows_in: int

    @property
    def rows_used(self) -> int:
        """Rows that stay."""
        return self.rows_in - sum(exclusion.n for exclusion in self.excluded)


def sift(table: Any, *keeps: Keep) -> Sifted:
    """Keep the rows that fulfil every predicate; a predicate that is null is not fulfilled."""
    import ibis

    if not keeps:
        return Sifted(table, (), int(table.count().to_pyarrow().as_py()))
    held = [keep.holds.fill_null(False) for keep in keeps]
    first_failed = ibis.cases(*((~holds, index) for index, holds in enumerate(held)), else_=len(keeps))
    counts = table.group_by(failed=first_failed).agg(n=table.count()).to_pyarrow().to_pylist()
    by_index = {row["failed"]: row["n"] for row in counts}
    excluded = tuple(Exclusion(keep.otherwise, by_index.get(index, 0)) for index, keep in enumerate(keeps))
    return Sifted(table.filter(*held), excluded, sum(by_index.values()))
