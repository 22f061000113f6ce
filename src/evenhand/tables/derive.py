"""Columns derived from the record, made here and nowhere else (METHODS 1).

Each is an Ibis expression over a table of the record's columns. Unknown stays unknown: it is set
aside with its count by whoever needs a yes or a no, and never becomes one.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from evenhand.errors import PlanError
from evenhand.terms.encounter import (
    AGENCY_BASES,
    AREA_PREFIX,
    BY_NAME,
    NOT_DISCRETIONARY,
    RACES,
    UNKNOWN_CODES,
    WHITE_WITHOUT_MENA_BOX,
)
from evenhand.terms.result import Contrast, Scope

# Parts of the day, first and last hour (METHODS 4.11); night goes over midnight.
PARTS_OF_DAY = (("morning", 6, 9), ("day", 10, 15), ("evening", 16, 21))
# The first day of day numbers; weeks run from Monday.
EPOCH = "1970-01-01"


def has(table: Any, *fields: str) -> bool:
    """Whether the table has all these columns."""
    return all(field in table.columns for field in fields)


def need(table: Any, *fields: str) -> None:
    """PlanError when a column a method cannot do without is absent."""
    absent = [field for field in fields if field not in table.columns]
    if absent:
        raise PlanError(f"the table has no column {', '.join(absent)}: map it in hear, or leave the method out")


def searched(table: Any) -> Any:
    """`yes` if person or vehicle was searched, `no` if neither was, else `unknown`."""
    import ibis

    if has(table, "search_any"):
        return _yes_no(table.search_any)
    parts = [table[name] for name in ("search_person", "search_vehicle") if has(table, name)]
    if len(parts) < 2:
        return _yes_no(parts[0]) if parts else ibis.literal("unknown")
    person, vehicle = parts
    return ibis.cases(
        ((person == "yes") | (vehicle == "yes"), "yes"),
        ((person == "no") & (vehicle == "no"), "no"),
        else_="unknown",
    )


def hit(table: Any) -> Any:
    """`yes` if something was found, `no` if the record says nothing was, else `unknown`."""
    import ibis

    if not has(table, "found"):
        return ibis.literal("unknown")
    things = table.found.filter(lambda code: code.notin(("none", *UNKNOWN_CODES)))
    nothing = table.found.filter(lambda code: code == "none")
    return ibis.cases(
        (things.length() > 0, "yes"),
        ((nothing.length() > 0) & (nothing.length() == table.found.length()), "no"),
        else_="unknown",
    )


def discretionary(table: Any, supervision: bool = False) -> Any:
    """`no` if a basis of the search left no choice (when asked, supervision too); `unknown` without one."""
    import ibis

    if not has(table, "search_basis"):
        return ibis.literal("unknown")
    basis = table.search_basis
    bound = (*NOT_DISCRETIONARY, "supervision") if supervision else NOT_DISCRETIONARY
    return ibis.cases((any_of(basis, bound), "no"), (_silent(basis), "unknown"), else_="yes")


def outcome(table: Any, name: str) -> Any:
    """yes / no / unknown for `searched`, `frisk`, `hit`, or a code of `result` such as `citation`."""
    import ibis

    if name == "searched":
        return searched(table)
    if name == "hit":
        return hit(table)
    if name == "frisk":
        return _yes_no(table.frisk) if has(table, "frisk") else ibis.literal("unknown")
    need(table, "result")
    result = table.result
    return ibis.cases((result.contains(name), "yes"), (_silent(result), "unknown"), else_="no")


def minute(table: Any) -> Any:
    """Local minute of the day, 0-1439; null where no time, or none there is (24:00), was recorded.

    A table that was heard has it as a column, `minute_local`: reading it from text costs half a second a million.
    """
    import ibis

    if has(table, "minute_local"):
        return table.minute_local
    clock = table.time_local
    hours, minutes = clock.substr(0, 2).try_cast("int64"), clock.substr(3, 2).try_cast("int64")
    there_is = hours.between(0, 23) & minutes.between(0, 59) & (clock.substr(2, 1) == ":")
    return ibis.cases((there_is, hours * 60 + minutes), else_=None)


def hour(table: Any) -> Any:
    """Local hour of the day, 0-23."""
    return (minute(table) // 60).cast("int64")


def part_of_day(table: Any) -> Any:
    """`night` 22-05, `morning` 06-09, `day` 10-15, `evening` 16-21; null where no time was recorded."""
    import ibis

    at = hour(table)
    parts = [(at.between(first, last), name) for name, first, last in PARTS_OF_DAY]
    return ibis.cases(*parts, (at.notnull(), "night"), else_=None)


def day(table: Any, field: str = "date") -> Any:
    """Days since 1970-01-01 of a date column: an integer that sorts, for clusters by date."""
    import ibis

    return table[field].delta(ibis.literal(EPOCH).cast("date"), unit="day").cast("int64")


def week(table: Any, field: str = "date") -> Any:
    """Weeks since Monday 1969-12-29 of a date column: an integer, for clusters by week; see `monday`."""
    return ((day(table, field) + 3) // 7).cast("int64")


def monday(week: int) -> date:
    """The Monday on which a week begins, by the number that `week` gives it.

    >>> monday(2923)
    datetime.date(2026, 1, 5)

    """
    return date_of(7 * week - 3)


def date_of(day: int) -> date:
    """The date by the number that `day` gives it."""
    return date.fromisoformat(EPOCH) + timedelta(days=day)


def day_known(table: Any, within: int = 0) -> Any:
    """Whether it is known to within so many days when it happened: `date` is there, and `date_to` not much later."""
    there = table.date.notnull()
    if not has(table, "date_to"):
        return there
    first, last = day(table), day(table, "date_to")
    return there & ((last - first) <= within).fill_null(True)


def month(table: Any) -> Any:
    """`2017-03`."""
    # a date as text begins so, and engines cut text faster than they format dates
    return table.date.cast("string").substr(0, 7)


def place(table: Any, level: str) -> Any:
    """The area of that level; empty and unknown are null. `city` where the plan names no level."""
    import ibis

    if not level:
        return ibis.literal("all")
    need(table, AREA_PREFIX + level)
    area = table[AREA_PREFIX + level]
    return area.nullif("").nullif("unknown").nullif("not_stated")


def race_known(table: Any, contrast: Contrast | None = None) -> Any:
    """Whether the officer recorded a race at all: a set with a code in it, or a word of the source's."""
    if contrast is not None and contrast.grouping == "as recorded":
        need(table, "race_officer_detail")
        return table.race_officer_detail.notnull()
    races = race_set(table)
    silent = [_holds(races, code) for code in UNKNOWN_CODES]
    return (races != "").fill_null(False) & ~any_true(silent).fill_null(False)


def race_set(table: Any) -> Any:
    """The codes a race may mean as one word, sorted and joined by +: `ASIAN+NHPI`; null where there is no set.

    A table that was heard has it as a column, `race_officer_set`: engines compare words faster than lists.
    """
    if has(table, "race_officer_set"):
        return table.race_officer_set
    need(table, "race_officer_options")
    return table.race_officer_options.unique().sort().join("+")


def group(table: Any, contrast: Contrast) -> Any:
    """`group`, `reference`, or null: rows certainly of one of the contrast's two groups (lower counts)."""
    import ibis

    return ibis.cases(
        (certainly(table, contrast, contrast.group), "group"),
        (certainly(table, contrast, contrast.reference), "reference"),
        else_=None,
    )


def certainly(table: Any, contrast: Contrast, label: str) -> Any:
    """Whether the record can only mean `label`: every member of its set is of that group."""
    if contrast.grouping == "as recorded":
        need(table, "race_officer_detail")
        return table.race_officer_detail == label
    others = [code for code in _members(label) if code != label]
    subsets = [chosen for size in range(len(others) + 1) for chosen in combinations(others, size)]
    return race_set(table).isin(["+".join(sorted((label, *chosen))) for chosen in subsets])


def possibly(table: Any, contrast: Contrast, label: str) -> Any:
    """Whether the record may mean `label`: the group is in its set (upper counts)."""
    if contrast.grouping == "as recorded":
        return certainly(table, contrast, label)
    return _holds(race_set(table), label)


def self_stated(table: Any) -> Any:
    """Whether a teller stated a race of their own: a set with a code in it, and none for not saying."""
    need(table, "race_self")
    races = table.race_self
    return ~(_silent(races) | races.contains("DECLINED").fill_null(False))


def self_within(table: Any, codes: Sequence[str]) -> Any:
    """Whether every race a teller stated is among `codes` (lower counts)."""
    need(table, "race_self")
    return table.race_self.filter(lambda code: code.notin(tuple(codes))).length() == 0


def self_touching(table: Any, codes: Sequence[str]) -> Any:
    """Whether some race a teller stated is among `codes` (upper counts)."""
    need(table, "race_self")
    return any_of(table.race_self, codes)


def backed(table: Any, kinds: Sequence[str]) -> Any:
    """Whether anything of these kinds could back an account up."""
    import ibis

    if not has(table, "corroboration"):
        return ibis.literal(False)
    return any_of(table.corroboration, kinds).fill_null(False)


def off_duty(table: Any) -> Any:
    """Whether an officer who was off duty told it; all others are residents, also where it is not stated."""
    import ibis

    if not has(table, "off_duty_officer"):
        return ibis.literal(False)
    return (table.off_duty_officer == "yes").fill_null(False)


def actions_told(table: Any) -> Any:
    """Whether the teller said what was done: a set of actions, which may be empty where none of those listed was."""
    need(table, "actions")
    return table.actions.notnull() & ~any_of(table.actions, UNKNOWN_CODES).fill_null(False)


def told_of(table: Any, *elements: str) -> Any:
    """Whether the teller told of any of these; what was not told of is no stated no."""
    need(table, "actions")
    return any_of(table.actions, elements).fill_null(False)


def in_scope(table: Any, scope: Scope) -> list[tuple[str, Any]]:
    """What a scope keeps: (what is said of rows outside, Ibis boolean), one for each field and the period."""
    rules: list[tuple[str, Any]] = []
    if scope.period is not None:
        need(table, "date")
        span = table.date.between(scope.period.first, scope.period.last)
        rules.append((f"outside the period {scope.period.name}", span))
    for name, codes in scope.where.items():
        need(table, name)
        several = name in BY_NAME and BY_NAME[name].kind == "codes"
        kept = any_of(table[name], codes) if several else table[name].isin(codes)
        rules.append((f"{name} is not {' or '.join(codes)}", kept))
    return rules


def _members(label: str) -> tuple[str, ...]:
    if label not in RACES:
        raise PlanError(
            f"group {label!r} is not a code of the crosswalk ({', '.join(RACES)}); or say grouping = 'as recorded'"
        )
    return WHITE_WITHOUT_MENA_BOX if label == "WHITE" else (label,)


def attributed(table: Any) -> Any:
    """Whether the teller had a basis for saying which agency it was, other than a guess (METHODS 6)."""
    import ibis

    if not has(table, "agency_basis"):
        return ibis.literal(False)
    return any_of(table.agency_basis, AGENCY_BASES).fill_null(False)


def any_of(values: Any, codes: Iterable[str]) -> Any:
    """Whether a set of codes holds any of these."""
    return any_true([values.contains(code) for code in codes])


def any_true(conditions: Sequence[Any]) -> Any:
    """Whether any of these holds."""
    from functools import reduce
    from operator import or_

    return reduce(or_, conditions)


def _holds(races: Any, code: str) -> Any:
    """Whether a set written as one word holds a code."""
    import ibis

    return (ibis.literal("+") + races + ibis.literal("+")).contains(f"+{code}+")


def _yes_no(values: Any) -> Any:
    import ibis

    return ibis.ifelse(values.isin(("yes", "no")).fill_null(False), values, "unknown")


def _silent(codes: Any) -> Any:
    """Whether a set of codes is absent, empty, or holds a code for not knowing; never null."""
    return codes.isnull() | (codes.length() == 0) | any_of(codes, UNKNOWN_CODES)
