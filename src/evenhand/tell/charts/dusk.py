"""Dusk: a group's share of stops by minutes from dusk, daylight and dark apart; twilight removed and shaded."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, series
from evenhand.tell.document import Document

NAME, TITLE = "dusk", "Before and after dusk"
KEY = (
    "Each point is a quarter of an hour with its 95 % interval; open in daylight, filled in the dark. Twilight is left "
    "out and shaded. This picture does not hold clock time still; the estimate does."
)


def draw(document: Document) -> Chart | None:
    """The group's share on either side of dusk, or None where no result has it on both."""
    found = series(document, NAME)
    if found is None:
        return None
    result, rows = found
    if {row["light_or_dark"] for row in rows} != {"light", "dark"}:
        return None
    contrast = result["contrast"]
    group = words.group(contrast["group"], contrast["grouping"])
    sentence = _sentence(result, group)
    lights = {light: [row for row in rows if row["light_or_dark"] == light] for light in ("light", "dark")}
    alt = f"{sentence} {_range(lights['light'])} in daylight; {_range(lights['dark'])} in the dark."
    title = f"{TITLE}: {words.contrast(contrast)}"
    return chart(NAME, title, sentence, alt, _table(rows), lambda width: _picture(rows, group, width), KEY)


def _range(rows: list[dict[str, Any]]) -> str:
    least, most = (numbers.share(end(row["share"] for row in rows)) for end in (min, max))
    return f"The share by quarter hour runs from {least} to {most}"


def _sentence(result: dict[str, Any], group: str) -> str:
    shares = {estimate["quantity"]: estimate for estimate in result["answer"]["estimates"]}
    if "share_light" in shares and "share_dark" in shares:
        light, dark = (numbers.reading_of(shares[name]) for name in ("share_light", "share_dark"))
        return f"{group} people are {light} of stops in daylight and {dark} in the dark, clock time not yet held still."
    return f"The share of {group} people among stops, on either side of dusk."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("minutes from dusk", "light", "share", "interval", "stops")
    for row in rows:
        share = {"scale": "share", "value": row["share"], "low": row["low"], "high": row["high"]}
        shown = (numbers.value_of(share), numbers.interval_of(share), numbers.count(row["n"]))
        yield (
            numbers.figure(row["minutes_from_dusk"]),
            "daylight" if row["light_or_dark"] == "light" else "dark",
            *shown,
        )


def _twilight(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """From the last bin of daylight to the first of the dark; nothing where they touch."""
    minutes = sorted({row["minutes_from_dusk"] for row in rows})
    half = min(after - before for before, after in pairwise(minutes)) / 2
    light = max(row["minutes_from_dusk"] for row in rows if row["light_or_dark"] == "light") + half
    dark = min(row["minutes_from_dusk"] for row in rows if row["light_or_dark"] == "dark") - half
    return light, max(light, dark)


def _picture(rows: list[dict[str, Any]], group: str, width: int) -> Any:
    alt = altair()
    height = 260
    first, last = (end(row["minutes_from_dusk"] for row in rows) for end in (min, max))
    ends = (min(first, -15), max(last, 15))
    top = min(1.0, 0.1 * (int(10 * max(row["high"] for row in rows)) + 1))
    count = 9 if width == tokens.CHART_WIDE else 5
    axis = alt.Axis(
        title="minutes from dusk (0 is the end of twilight)", grid=False, tickCount=count, domainColor=tokens.INK
    )
    x = alt.X("at:Q", scale=alt.Scale(domain=ends, nice=False, padding=14), axis=axis)
    y_axis = alt.Axis(format=".0%", tickCount=5, title=None, domain=False)
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y("share:Q", scale=scale, axis=y_axis)
    start, stop = _twilight(rows)
    shaded = alt.Chart(data([{"at": start, "stop": stop}])).mark_rect(color=tokens.BAND)
    layers = [shaded.encode(x=x, x2=alt.X2("stop:Q"), y=alt.value(0), y2=alt.value(height))]
    for light, fill in (("light", tokens.PAPER), ("dark", tokens.ACCENT)):
        points = [
            {"at": row["minutes_from_dusk"], "share": row["share"], "low": row["low"], "high": row["high"]}
            for row in rows
            if row["light_or_dark"] == light
        ]
        base = alt.Chart(data(points))
        low = alt.Y("low:Q", scale=scale, axis=y_axis)
        layers.append(base.mark_rule(color=tokens.SHADES[0], strokeWidth=5).encode(x=x, y=low, y2=alt.Y2("high:Q")))
        dot = base.mark_point(filled=True, fill=fill, stroke=tokens.ACCENT, strokeWidth=1.6, size=54, opacity=1)
        layers.append(dot.encode(x=x, y=y))
    layers += [_word(alt, text, at, x, height) for text, at in _labels(rows, start, stop)]
    title = alt.TitleParams(f"share of {group} people", anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal")
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(*layers).properties(width=width, height=height, title=title, autosize=size)


def _labels(rows: list[dict[str, Any]], start: float, stop: float) -> Iterator[tuple[str, float]]:
    minutes = [row["minutes_from_dusk"] for row in rows]
    yield "daylight", (min(minutes) + start) / 2
    if stop > start:
        yield "twilight", (start + stop) / 2
    yield "dark", (stop + max(minutes)) / 2


def _word(alt: Any, text: str, at: float, x: Any, height: int) -> Any:
    mark = alt.Chart(data([{"at": at, "text": text}])).mark_text(baseline="bottom", color=tokens.NOTE)
    return mark.encode(x=x, y=alt.value(height - 8), text=alt.Text("text:N"))
