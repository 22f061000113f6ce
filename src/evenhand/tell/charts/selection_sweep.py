"""Selection sweep: what a difference after the stop could mean if some of the group's stops were about race itself."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, series
from evenhand.tell.document import Document

NAME, TITLE = "selection_sweep", "If some stops were about race"
KEY = (
    "To the right, more of the group's stops would not have been made of others. The line is the effect on those of "
    "the group who were stopped, the band what is possible for all who were stopped; the level line marks zero."
)


def draw(document: Document) -> Chart | None:
    """The sweep of the first result that has one, or None."""
    found = series(document, NAME)
    if found is None:
        return None
    result, rows = found
    sentence = _sentence(rows)
    outcome = str(result["settings"].get("outcome", "")).replace("_", " ")
    title = f"{TITLE}: {', '.join(part for part in (outcome, words.contrast(result['contrast'])) if part)}"
    last = rows[-1]
    alt = (
        f"{sentence} With {numbers.share(last['rho'])} of such stops it would be {numbers.more_or_fewer(last['att'])}, "
        f"and among all who were stopped {_between(last)}."
    )
    return chart(NAME, title, sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY)


def _between(row: dict[str, Any]) -> str:
    ends = (numbers.more_or_fewer(row[end], row["ate_high"]) for end in ("ate_low", "ate_high"))
    return numbers.between(*ends)


def _sentence(rows: list[dict[str, Any]]) -> str:
    start = (
        f"If no stop were about race, the difference after the stop would be {numbers.more_or_fewer(rows[0]['att'])}"
    )
    if rows[0]["att"] < 0 < rows[-1]["att"]:
        turn = next(row["rho"] for row in rows if row["att"] > 0)
        return f"{start}; with {numbers.share(turn)} of the group's stops about race it would have changed its sign."
    steady = "grow the more of them were" if rows[-1]["att"] > rows[0]["att"] else "not grow if more of them were"
    return f"{start}; it would {steady}."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("share of stops about race", "effect on the group's stops", "all stops, at least", "all stops, at most")
    for row in rows:
        ends = (numbers.more_or_fewer(row[end], rows[-1]["ate_high"]) for end in ("att", "ate_low", "ate_high"))
        yield (numbers.share(row["rho"]), *ends)


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    points = [{name: row[name] for name in ("rho", "att", "ate_low", "ate_high")} for row in rows]
    points = [{name: 1000 * value if name != "rho" else value for name, value in point.items()} for point in points]
    x_axis = alt.Axis(format=".0%", grid=False, title="share of the group's stops that were about race")
    y_axis = alt.Axis(title=None, domain=False, tickCount=6, format=",.0f")
    x = alt.X("rho:Q", scale=alt.Scale(nice=False), axis=x_axis)
    scale = alt.Scale(zero=True)
    base = alt.Chart(data(points))
    low = alt.Y("ate_low:Q", scale=scale, axis=y_axis)
    band = base.mark_area(color=tokens.SHADES[0], opacity=1).encode(x=x, y=low, y2=alt.Y2("ate_high:Q"))
    line = base.mark_line(color=tokens.ACCENT, strokeWidth=2.5).encode(x=x, y=alt.Y("att:Q", scale=scale, axis=y_axis))
    zero = alt.Chart(data([{"att": 0}])).mark_rule(color=tokens.INK).encode(y=alt.Y("att:Q", scale=scale, axis=y_axis))
    title = alt.TitleParams(
        "more (or fewer) per 1,000 stops", anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal"
    )
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(band, zero, line).properties(width=width, height=240, title=title, autosize=size)
