"""Reports over time: encounters by the week told and by the week they happened, publicity marked; not a rate."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, chart, data, estimates, hatching, series
from evenhand.tell.document import Document

NAME, TITLE = "reports_over_time", "Reports over time: a count of what was told, not a rate"
KEY = (
    "Above, encounters by the week in which they were first told to us; below, by the week in which they happened. A "
    "triangle and a line mark a week with publicity. The bars start at zero."
)
HELD = " Hatched weeks are held back: too little of what happened then has been told so far."
# Each panel: its column, its heading, its height in pixels and its colour.
PANELS = (
    ("told", "by week told", 150, tokens.ACCENT),
    ("happened", "by week it happened", 110, tokens.SHADES[1]),
)
LEFT = 30
LABELS_WIDE, LABELS_NARROW, DATE = 6, 3, 86
# Weeks on either side of the first publicity that the sentence compares.
BESIDE = 4


def draw(document: Document) -> Chart | None:
    """Both counts by week, or None where no result has them."""
    found = series(document, "by_week")
    if found is None:
        return None
    result, raw = found
    if not any(row.get(name) is not None for row in raw for name, *_ in PANELS):
        return None
    rows = sorted(raw, key=lambda row: str(row["week"]))
    sentence = _sentence(rows, result)
    held = any(row.get(name, 0) is None for row in rows for name, *_ in PANELS)
    alt = f"{sentence} {'Some weeks are held back. ' * held}The table gives every week."
    return chart(NAME, TITLE, sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY + HELD * held)


def _sentence(rows: list[dict[str, Any]], result: dict[str, Any]) -> str:
    parts = ["These are counts of what was told, week by week, and not a rate of stops"]
    if beside := _beside_publicity(rows):
        parts.append(f"; {beside} were told in the four weeks from the first publicity than in the four before it")
    parts.append(".")
    chance, change = estimates(result).get("chance_of_change"), _change(result)
    if chance and change:
        parts.append(
            f" By when it happened, the chance that the rate changed at some time is {numbers.value_of(chance)}, the "
            f"new rate most likely beginning in the week of {numbers.day(change)}."
        )
    return "".join(parts)


def _beside_publicity(rows: list[dict[str, Any]]) -> str:
    first = next((place for place, row in enumerate(rows) if row.get("publicity")), 0)
    near = (row.get("told") for row in rows[max(0, first - BESIDE) : first + BESIDE])
    counts = [count for count in near if count is not None]
    if first < BESIDE or len(counts) < 2 * BESIDE:
        return ""
    before, after = sum(counts[:BESIDE]), sum(counts[BESIDE:])
    return "as many" if before == after else "more" if after > before else "fewer"


def _change(result: dict[str, Any]) -> str:
    found = result["diagnostics"].get("change")
    week = found.get("week") if isinstance(found, dict) else None
    return week if isinstance(week, str) else ""


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("week of", "first told", "happened", "share told so far", "publicity")
    for row in rows:
        counts = ("held back" if row.get(name) is None else numbers.count(row[name]) for name in ("told", "happened"))
        complete = "not available" if row.get("complete") is None else numbers.share(row["complete"])
        yield (numbers.day(str(row["week"])), *counts, complete, _publicity(row))


def _publicity(row: dict[str, Any]) -> str:
    """What was public that week, as the plan says it, else only that something was."""
    held = row.get("publicity")
    return held if isinstance(held, str) else "yes" if held else ""


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    shown = [panel for panel in PANELS if any(row.get(panel[0]) is not None for row in rows)]
    most = max(row[name] for row in rows for name, *_ in shown if row.get(name) is not None)
    # as wide as the widest count beside a panel
    left = max(LEFT, 12 + 7 * len(numbers.count(most)))
    panels = [_panel(rows, panel, width - left - 4, left) for panel in shown]
    return altair().vconcat(*panels, spacing=14)


def _panel(rows: list[dict[str, Any]], panel: tuple[str, str, int, str], inner: int, left: int) -> Any:
    alt = altair()
    name, title, height, fill = panel
    weeks = [_short(row) for row in rows]
    counts = [row.get(name) for row in rows]
    top = 1.12 * (max(filter(None, counts), default=0) or 1)
    y_axis = alt.Axis(
        title=None, domain=False, tickCount=3, tickMinStep=1, format=",.0f", minExtent=left, maxExtent=left
    )
    x = alt.X("week:N", axis=_dates(weeks, inner), scale=alt.Scale(domain=weeks, paddingInner=0.16, paddingOuter=0.08))
    y = alt.Y("n:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=y_axis)
    layers = []
    if held := list(_runs([count is None for count in counts])):
        step = inner / len(rows)
        layers.append(hatching([{"x": step * at, "x2": step * to, "y": 0, "y2": height} for at, to in held]))
    bars = [{"week": week, "n": count} for week, count in zip(weeks, counts, strict=True) if count is not None]
    layers.append(alt.Chart(data(bars)).mark_bar(color=fill).encode(x=x, y=y))
    if public := [{"week": week, "n": top} for week, row in zip(weeks, rows, strict=True) if row.get("publicity")]:
        base = alt.Chart(data(public))
        layers.append(base.mark_rule(color=tokens.INK, strokeDash=[3, 3]).encode(x=x))
        mark = base.mark_point(shape="triangle-down", filled=True, fill=tokens.INK, size=70, opacity=1)
        layers.append(mark.encode(x=x, y=y))
    head = alt.TitleParams(title, anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal")
    return alt.layer(*layers).properties(width=inner, height=height, title=head)


def _dates(weeks: list[str], inner: int) -> Any:
    """Some of the weeks by their date, written to the right of where each begins, and ending inside the picture."""
    every = -(-len(weeks) // (LABELS_WIDE if inner > tokens.CHART_NARROW else LABELS_NARROW))
    named = [week for at, week in enumerate(weeks) if at % every == 0 and inner * (1 - at / len(weeks)) > DATE]
    style = {"labelAngle": 0, "labelAlign": "left", "grid": False, "domainColor": tokens.INK}
    return altair().Axis(values=named, title=None, **style)


def _runs(held: list[bool]) -> Iterator[tuple[int, int]]:
    """Where weeks held back begin, and the place after they end."""
    places = [place for place, is_held in enumerate(held) if is_held]
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        together = [place for _, place in run]
        yield together[0], together[-1] + 1


def _short(row: dict[str, Any]) -> str:
    """The Monday of a week in as few letters as say it."""
    day, _, rest = numbers.day(str(row["week"])).partition(" ")
    month, _, year = rest.partition(" ")
    return f"{day} {month[:3]} {year}" if year else day
