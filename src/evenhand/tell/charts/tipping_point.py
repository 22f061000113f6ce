"""Tipping point: how strong something unrecorded would have to be, with race and with the outcome, to undo a result.

A factor with risk ratios u (with race) and v (with the outcome) explains at most uv/(u + v - 1) (VanderWeele and Ding
2017).
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from evenhand.tell import numbers, questions, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data
from evenhand.tell.charts.evidence_ladder import ratio_of
from evenhand.tell.document import Document

NAME, TITLE = "tipping_point", "What a hidden factor would have to be"
KEY = (
    "Along each line a hidden factor is just strong enough to make its result unclear; above and to the right it is "
    "stronger. The dot is where both ratios are the same."
)
MOST_LINES = 4


def draw(document: Document) -> Chart | None:
    """One line a result whose interval leaves out one, or None where there is no such result."""
    lines = list(_lines(document))[:MOST_LINES]
    if not lines:
        return None
    weakest = min(lines, key=lambda line: line["e_value"])
    sentence = (
        f"Of the results shown, the one most easily undone ({weakest['label'].lower()}) would need a hidden factor "
        f"with a risk ratio of {numbers.ratio(weakest['e_value'])} with both race and outcome."
    )
    alt = " ".join(
        [sentence, *(f"{line['label']}: {numbers.ratio(line['e_value'])} with both." for line in lines)],
    )
    return chart(NAME, TITLE, sentence, alt, _table(lines), lambda width: _picture(lines, width), KEY)


def _lines(document: Document) -> Iterator[dict[str, Any]]:
    first = next((result["contrast"] for result in document["results"] if result["contrast"]), None)
    for result in document["results"]:
        ratio = ratio_of(result)
        e_value = _held(result["diagnostics"], "e_value")
        if (
            result["contrast"] is None
            or ratio is None
            or e_value is None
            or e_value <= 1.01
            or ratio["low"] <= 1 <= ratio["high"]
        ):
            continue
        if result["contrast"] == first:
            limit = _limit(e_value)
            label = questions.titled(result)
            yield {"label": label, "pair": words.contrast(result["contrast"]), "e_value": e_value, "limit": limit}


def _held(figures: Any, name: str) -> float | None:
    """A figure by name, wherever diagnostics keep it."""
    if not isinstance(figures, Mapping):
        return None
    if isinstance(figures.get(name), (int, float)):
        return float(figures[name])
    return next((found for part in figures.values() if (found := _held(part, name)) is not None), None)


def _limit(e_value: float) -> float:
    """The ratio whose E-value this is: E = L + sqrt(L(L - 1)) solved for L."""
    return e_value**2 / (2 * e_value - 1)


def _table(lines: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("result", "groups", "nearer end of the interval", "factor with both race and outcome")
    for line in lines:
        yield (line["label"], line["pair"], numbers.ratio(line["limit"]), numbers.ratio(line["e_value"]))


def _picture(lines: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    height = 340 if width == tokens.CHART_WIDE else 300
    most = max(10.0, *(2.6 * line["e_value"] for line in lines))
    ticks = [tick for tick in (1, 1.5, 2, 3, 5, 10, 20, 50) if tick <= most]
    scale = alt.Scale(type="log", domain=[1, most], nice=False)
    x_axis = alt.Axis(values=ticks, format="~g", title="risk ratio with race", domainColor=tokens.INK)
    y_axis = alt.Axis(values=ticks, format="~g", title=None, domainColor=tokens.INK)
    x, y = alt.X("u:Q", scale=scale, axis=x_axis), alt.Y("v:Q", scale=scale, axis=y_axis)
    curve = [point | {"line": index} for index, line in enumerate(lines) for point in _curve(line["limit"], most)]
    dots = [{"u": line["e_value"], "v": line["e_value"], "label": line["label"]} for line in lines]
    title = alt.TitleParams(
        "risk ratio with the outcome", anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal"
    )
    layers = [
        alt.Chart(data(curve))
        .mark_line(color=tokens.ACCENT, strokeWidth=2)
        .encode(x=x, y=y, detail=alt.Detail("line:N"), order=alt.Order("u:Q")),
        alt.Chart(data(dots)).mark_point(filled=True, fill=tokens.INK, size=50, opacity=1).encode(x=x, y=y),
        *_labels(dots, most, height, x, width),
    ]
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(*layers).properties(width=width, height=height, title=title, autosize=size)


def _curve(limit: float, most: float) -> Iterator[dict[str, float]]:
    """Pairs just strong enough, from one edge of the picture to the other."""
    strongest = limit * (most - 1) / (most - limit)
    for step in range(121):
        u = strongest * (most / strongest) ** (step / 120)
        yield {"u": round(u, 4), "v": round(limit * (u - 1) / (u - limit), 4)}


def _labels(dots: list[dict[str, Any]], most: float, height: int, x: Any, width: int) -> Iterator[Any]:
    """Words above and to the right of each dot, where no line runs; at the right edge where room is short."""
    alt = altair()
    below = -math.inf
    for dot in sorted(dots, key=lambda dot: -float(dot["u"])):
        told = f"{dot['label']}: {numbers.ratio(dot['u'])}"
        at = height * (1 - math.log(dot["v"]) / math.log(most)) - 12
        below = max(at, below + 17)
        room = (width - 40) * (1 - math.log(dot["u"]) / math.log(most))
        short = room < 6.2 * len(told)
        point = {"u": most if short else dot["u"], "told": told}
        mark = alt.Chart(data([point])).mark_text(
            align="right" if short else "left", baseline="middle", dx=-2 if short else 9
        )
        yield mark.encode(x=x, y=alt.value(below), text=alt.Text("told:N"))
