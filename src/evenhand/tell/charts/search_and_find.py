"""Search and find: how often each group is searched and how often a search finds something, place by place."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, series
from evenhand.tell.document import Document

NAME, TITLE = "search_and_find", "Searches, and what they found"
KEY = (
    "One dot a place: across, the rate for the reference; up, the rate for the group. On the slanting line the two are "
    "the same; above it the group's is higher."
)
RATES = (("search_rate", "searches"), ("find_rate", "searches that found something"))
SIDES = ("group", "reference")


def draw(document: Document) -> Chart | None:
    """Rates of both groups place by place, or None where no result has them."""
    found = series(document, NAME)
    if found is None:
        return None
    result, rows = found
    paired = list(_paired(rows, result["contrast"]))
    if not paired:
        return None
    sentence = _sentence(paired)
    title = f"{TITLE}: {words.contrast(result['contrast'])}"
    alt = f"{sentence} The table gives both rates of both groups in every place shown."
    return chart(NAME, title, sentence, alt, _table(paired), lambda width: _picture(paired, width), KEY)


def _paired(rows: list[dict[str, Any]], contrast: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Places with both rates of both groups; a series names the groups, or says group and reference."""
    sides = {contrast["group"]: "group", contrast["reference"]: "reference", "group": "group", "reference": "reference"}
    places: dict[str, dict[str, Any]] = {}
    for row in rows:
        side = sides.get(str(row["group"]))
        if side and row["search_rate"] is not None and row["find_rate"] is not None:
            places.setdefault(str(row["place"]), {})[side] = row
    for place, held in places.items():
        if len(held) == len(SIDES):
            yield {
                "place": place,
                **{f"{rate}_{side}": held[side][rate] for rate, _ in RATES for side in SIDES},
            }


def _sentence(paired: list[dict[str, Any]]) -> str:
    more = sum(row["search_rate_group"] > row["search_rate_reference"] for row in paired)
    fewer = sum(row["find_rate_group"] < row["find_rate_reference"] for row in paired)
    return (
        f"The group is searched more often in {_some(more, len(paired))}, and its searches find something less often "
        f"in {_some(fewer, len(paired))}."
    )


def _some(some: int, of: int) -> str:
    if some == of:
        return "every place shown"
    return "no place shown" if not some else "most places shown" if 2 * some > of else "some of the places shown"


def _table(paired: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("place", "group searched", "reference searched", "group's searches that found", "reference's that found")
    for row in paired:
        yield (row["place"], *(numbers.share(row[f"{rate}_{side}"]) for rate, _ in RATES for side in SIDES))


def _picture(paired: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    wide = width == tokens.CHART_WIDE
    panels = [_panel(alt, paired, rate, name, (width - 40) / 2 - 50 if wide else width - 60) for rate, name in RATES]
    return alt.hconcat(*panels, spacing=30) if wide else alt.vconcat(*panels, spacing=20)


def _panel(alt: Any, paired: list[dict[str, Any]], rate: str, name: str, side: float) -> Any:
    points = [{"reference": row[f"{rate}_reference"], "group": row[f"{rate}_group"]} for row in paired]
    top = min(1.0, 1.1 * max(max(point.values()) for point in points) or 1.0)
    scale = alt.Scale(domain=[0, top], nice=False)
    x_axis = alt.Axis(format=".0%", tickCount=5, title="reference", domainColor=tokens.INK)
    y_axis = alt.Axis(format=".0%", tickCount=5, title="group", domainColor=tokens.INK)
    x, y = alt.X("reference:Q", scale=scale, axis=x_axis), alt.Y("group:Q", scale=scale, axis=y_axis)
    same = alt.Chart(data([{"reference": 0, "group": 0}, {"reference": top, "group": top}]))
    dots = alt.Chart(data(points)).mark_point(
        filled=True, fill=tokens.ACCENT, stroke=tokens.PAPER, strokeWidth=0.8, size=60, opacity=0.85
    )
    title = alt.TitleParams(name, anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal")
    layers = (same.mark_line(color=tokens.INK, strokeWidth=1).encode(x=x, y=y), dots.encode(x=x, y=y))
    return alt.layer(*layers).properties(width=side, height=side, title=title)
