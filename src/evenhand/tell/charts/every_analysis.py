"""Every analysis: the estimate of each specification in order of size, above the choices it was made with."""

import math
from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, questions, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, series
from evenhand.tell.document import Document

NAME, TITLE = "every_analysis", "Every way of doing the analysis"
KEY = (
    "Each column is one analysis, in order of size: its ratio with its 95 % interval above, the choices it was made "
    "with below. The diamond is the analysis that was planned; the line marks one, where there is no difference."
)
# The choices in the order of the grid, and how each is said.
CHOICES = {
    "df": "clock time: df {}",
    "place": "{}",
    "bin_minutes": "time in steps of {} min",
    "window": "dates: {}",
    "reasons": "reasons: {}",
}
# Close by one, and further out where the analyses spread by more than a factor of two.
FINE, COARSE = (0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6), (0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 10)
ROW = 17


def draw(document: Document) -> Chart | None:
    """All specifications of the first result that lists them, or None."""
    found = series(document, NAME)
    if found is None:
        return None
    result, raw = found
    rows = sorted((_turned(row, result) for row in raw), key=lambda row: (row["ratio"], str(row["choices"])))
    rows = [row | {"rank": rank} for rank, row in enumerate(rows, 1)]
    title = f"{TITLE}: {questions.titled(result).lower()}, {words.contrast(result['contrast'])}"
    sentence = _sentence(rows)
    return chart(NAME, title, sentence, _alt(rows, sentence), _table(rows), lambda width: _picture(rows, width), KEY)


def _turned(row: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """A row as a ratio; for darkness turned to daylight over dark, as the result is told."""
    sign = -1 if result["method"] == "veil_of_darkness" else 1
    low, high = sorted((math.exp(sign * row["low"]), math.exp(sign * row["high"])))
    choices = {name: row[name] for name in CHOICES if name in row}
    value = math.exp(sign * row["estimate"])
    return {"ratio": value, "low": low, "high": high, "choices": choices, "planned": bool(row["planned"])}


def _sentence(rows: list[dict[str, Any]]) -> str:
    least, most = numbers.ratio(rows[0]["ratio"]), numbers.ratio(rows[-1]["ratio"])
    above = sum(row["ratio"] > 1 for row in rows)
    side = "all above one" if above == len(rows) else "all below one" if not above else "on both sides of one"
    planned = next((row for row in rows if row["planned"]), None)
    told = f"The planned analysis gives {numbers.ratio(planned['ratio'])}; all" if planned else "All"
    return f"{told} analyses together run from {least} to {most}, {side}."


def _alt(rows: list[dict[str, Any]], sentence: str) -> str:
    apart = sum(not row["low"] <= 1 <= row["high"] for row in rows)
    some = "None of them has" if not apart else "All of them have" if apart == len(rows) else "Some of them have"
    return f"{sentence} {some} an interval that leaves out one. The table lists every one with its choices."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("ratio", "interval", *(name.replace("_", " ") for name in rows[0]["choices"]), "planned")
    for row in rows:
        ratio = {"scale": "ratio", "value": row["ratio"], "low": row["low"], "high": row["high"]}
        choices = (numbers.figure(choice) for choice in row["choices"].values())
        yield (numbers.value_of(ratio), numbers.interval_of(ratio), *choices, "planned" if row["planned"] else "")


def _options(rows: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Each choice that was ever made differently, with each of its answers."""
    options = []
    for name in rows[0]["choices"]:
        answers = sorted({row["choices"][name] for row in rows}, key=lambda answer: (isinstance(answer, str), answer))
        options += [(name, answer) for answer in answers if len(answers) > 1]
    return options


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    wide = width == tokens.CHART_WIDE
    options = _options(rows)
    labels = [_label(name, answer, wide) for name, answer in options]
    left = 190 if wide else 104
    inner = width - left - 6
    x = alt.X("rank:Q", scale=alt.Scale(domain=[0.2, len(rows) + 0.8], nice=False), axis=None)
    above = _dots(rows, x, left, 200 if wide else 160).properties(width=inner)
    if not options:
        return above
    return alt.vconcat(above, _grid(rows, options, labels, x, left).properties(width=inner), spacing=6)


def _label(name: str, answer: Any, wide: bool) -> str:
    said = CHOICES[name].format(numbers.figure(answer))
    short = "" if name == "place" else f"{name.replace('_', ' ').replace(' minutes', '')} "
    return said if wide else f"{short}{numbers.figure(answer)}"


def _dots(rows: list[dict[str, Any]], x: Any, left: int, height: int) -> Any:
    alt = altair()
    domain = [min(row["low"] for row in rows) / 1.03, max(row["high"] for row in rows) * 1.03]
    scale = alt.Scale(type="log", domain=domain, nice=False)
    ticks = [tick for tick in (COARSE if domain[1] > 2 * domain[0] else FINE) if domain[0] <= tick <= domain[1]]
    axis = alt.Axis(format="~g", values=ticks, title=None, domain=False, minExtent=left, maxExtent=left)
    y = alt.Y("ratio:Q", scale=scale, axis=axis)
    points = [{name: row[name] for name in ("rank", "ratio", "low", "high")} for row in rows]
    planned = [point for point, row in zip(points, rows, strict=True) if row["planned"]]
    thin = max(1.0, min(5.0, 300 / len(rows)))
    low = alt.Y("low:Q", scale=scale, axis=axis)
    base = alt.Chart(data(points))
    one = alt.Chart(data([{"ratio": 1}])).mark_rule(color=tokens.INK).encode(y=y)
    bars = base.mark_rule(color=tokens.SHADES[0], strokeWidth=thin).encode(x=x, y=low, y2=alt.Y2("high:Q"))
    dots = base.mark_point(filled=True, fill=tokens.SHADES[1], size=max(6, thin * 9), opacity=1).encode(x=x, y=y)
    layers = [bars, one, dots]
    if planned:
        mark = alt.Chart(data(planned))
        layers.append(mark.mark_rule(color=tokens.ACCENT, strokeWidth=2).encode(x=x, y=low, y2=alt.Y2("high:Q")))
        diamond = mark.mark_point(shape="diamond", filled=True, fill=tokens.INK, size=110, opacity=1)
        layers.append(diamond.encode(x=x, y=y))
    return alt.layer(*layers).properties(height=height)


def _grid(rows: list[dict[str, Any]], options: list[tuple[str, Any]], labels: list[str], x: Any, left: int) -> Any:
    alt = altair()
    cells = [
        {"rank": row["rank"], "option": label, "planned": row["planned"]}
        for row in rows
        for (name, answer), label in zip(options, labels, strict=True)
        if row["choices"][name] == answer
    ]
    axis = alt.Axis(title=None, domain=False, labelLimit=left, minExtent=left, maxExtent=left, grid=True)
    y = alt.Y("option:N", sort=labels, axis=axis)
    thick = max(1.0, min(6.0, 300 / len(rows)))
    tick = {"thickness": thick, "size": ROW - 7}
    plain = alt.Chart(data([cell for cell in cells if not cell["planned"]])).mark_tick(color=tokens.SHADES[1], **tick)
    layers = [plain.encode(x=x, y=y)]
    if planned := [cell for cell in cells if cell["planned"]]:
        mark = alt.Chart(data(planned)).mark_tick(color=tokens.INK, thickness=max(3.0, thick), size=ROW - 4)
        layers.append(mark.encode(x=x, y=y))
    return alt.layer(*layers).properties(height=ROW * len(options))
