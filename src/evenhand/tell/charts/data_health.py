"""Data health: the share of each field that is missing, quarter by quarter, its number in each cell."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, chart, data
from evenhand.tell.document import Document

NAME, TITLE = "data_health", "What is missing from the records"
KEY = "Each cell is the percentage of records in that quarter without the field; a darker cell misses more."
# Where one step of the five ends and the next begins, as shares missing.
STEPS = (0.02, 0.10, 0.25, 0.50)
CELL, LEAST_WIDE = 26, 30


def draw(document: Document) -> Chart | None:
    """Fields by quarters of the first source that counts them, or None."""
    source = next((source for source in document["sources"] if source["health"].get("by_quarter")), None)
    if source is None:
        return None
    by_quarter = source["health"]["by_quarter"]
    most = {name: max(filter(None, held.values()), default=0) for name, held in by_quarter.items() if held}
    fields = {name: by_quarter[name] for name in sorted(most, key=lambda name: -most[name])}
    quarters = sorted({quarter for held in fields.values() for quarter in held})
    if not fields:
        return None
    cells = [
        {"field": name.replace("_", " "), "quarter": quarter, "missing": held[quarter], "told": _told(held[quarter])}
        for name, held in fields.items()
        for quarter in quarters
        if held.get(quarter) is not None
    ]
    sentence = _sentence(cells)
    alt = f"{sentence} {len(fields)} fields, by quarter from {quarters[0]} to {quarters[-1]}."
    return chart(
        NAME, TITLE, sentence, alt, _table(cells, quarters), lambda width: _picture(cells, quarters, width), KEY
    )


def _told(missing: float) -> str:
    return numbers.share(missing).removesuffix(" %")


def _sentence(cells: list[dict[str, Any]]) -> str:
    worst = max(cells, key=lambda cell: cell["missing"])
    if not worst["missing"]:
        return "No field that was looked at is missing from any record."
    told = numbers.share(worst["missing"])
    return f"The field most often missing is {worst['field']}: {told} of records lack it in its worst quarter."


def _table(cells: list[dict[str, Any]], quarters: list[str]) -> Iterator[tuple[str, ...]]:
    yield ("field", *quarters)
    told = {(cell["field"], cell["quarter"]): numbers.share(cell["missing"]) for cell in cells}
    for field in dict.fromkeys(cell["field"] for cell in cells):
        yield (field, *(told.get((field, quarter), "") for quarter in quarters))


def _picture(cells: list[dict[str, Any]], quarters: list[str], width: int) -> Any:
    alt = altair()
    left = 150 if width == tokens.CHART_WIDE else 104
    inner = max(width - left - 6, LEAST_WIDE * len(quarters))
    fields = list(dict.fromkeys(cell["field"] for cell in cells))
    x_axis = alt.Axis(orient="top", title=None, domain=False, labelAngle=0, grid=False, labelOverlap=True)
    y_axis = alt.Axis(title=None, domain=False, grid=False, labelLimit=left - 8, minExtent=left, maxExtent=left)
    x = alt.X("quarter:N", sort=quarters, axis=x_axis, scale=alt.Scale(paddingInner=0.04))
    y = alt.Y("field:N", sort=fields, axis=y_axis, scale=alt.Scale(paddingInner=0.08))
    scale = alt.Scale(type="threshold", domain=list(STEPS), range=list(tokens.STEPS))
    base = alt.Chart(data(cells))
    tile = base.mark_rect().encode(x=x, y=y, color=alt.Color("missing:Q", scale=scale, legend=None))
    # Ink on the pale steps, paper on the dark one.
    ink = alt.Scale(type="threshold", domain=[STEPS[3]], range=[tokens.INK, tokens.PAPER])
    number = base.mark_text(baseline="middle", fontSize=tokens.CHART_SMALL)
    told = number.encode(x=x, y=y, text=alt.Text("told:N"), color=alt.Color("missing:Q", scale=ink, legend=None))
    return alt.layer(tile, told).resolve_scale(color="independent").properties(width=inner, height=CELL * len(fields))
