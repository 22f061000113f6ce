"""Evidence ladder: each comparison's ratio on one scale, one row each; a refusal keeps its row and has no mark."""

from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

from evenhand.tell import numbers, questions, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, lettering, word, wrapped
from evenhand.tell.document import Document

NAME, TITLE = "evidence_ladder", "Every result on one scale"
KEY = (
    "A ratio of one is no difference. The bars are 50, 80 and 95 % intervals, darkest where the value most likely is; "
    "the grey band, 0.90 to 1.11, holds differences too small to matter."
)
# EXPERIENCE 4.2: a ratio between these is no difference that matters.
MATTERS_BELOW, MATTERS_ABOVE = 0.90, 1.11
INTERVALS = (0.95, 0.80, 0.50)
TICKS = (0.1, 0.2, 0.33, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50)
LINE = 16


def draw(document: Document) -> Chart | None:
    """The ladder of all results that compare two groups, or None where none of them answers with a ratio."""
    rows = list(_merged(_rows(document)))
    answered = [row for row in rows if row["ratio"]]
    if not answered:
        return None
    sentence = _sentence(answered, len(rows) - len(answered))
    alt = sentence + " " + " ".join(f"{row['label']}, {row['pair']}: {_told(row)}." for row in rows)
    return chart(NAME, TITLE, sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY)


def ratio_of(result: dict[str, Any]) -> dict[str, Any] | None:
    """The ratio a result is read by: its first estimate on that scale, or exp of its log odds."""
    estimates = result["answer"].get("estimates", ())
    for estimate in estimates:
        if estimate["scale"] == "ratio":
            return dict(estimate)
    ratio = next(filter(None, map(numbers.as_ratio, estimates)), None)
    if ratio and result["method"] == "veil_of_darkness":
        # b is the log odds in the dark; told as daylight over dark, so that above one is the pattern of concern
        ratio |= {"value": 1 / ratio["value"], "low": 1 / ratio["high"], "high": 1 / ratio["low"]}
    return ratio


def _rows(document: Document) -> Iterator[dict[str, Any]]:
    for result in document["results"]:
        # a ratio that compares no two groups (of telling, of weeks) is on another scale
        if result["contrast"] is None:
            continue
        refusal = result["answer"].get("refusal")
        ratio = ratio_of(result)
        # a ratio of telling, or of after over before, does not compare two groups
        if (ratio or refusal) and result["contrast"] is not None:
            yield {
                "id": result["id"],
                "label": questions.titled(result),
                "pair": words.contrast(result["contrast"]),
                "above": questions.of(result).above_one,
                "ratio": ratio,
                "refused": refusal["reason"] if refusal else "",
            }


def _merged(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows as they come, but one refusal of a question for one reason stands once, with all its groups."""
    refused: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["label"], row["refused"])
        if row["ratio"]:
            yield row
        elif key in refused:
            refused[key]["pair"] = "every comparison"
        else:
            refused[key] = row
    yield from refused.values()


def _told(row: dict[str, Any]) -> str:
    return numbers.reading_of(row["ratio"]) if row["ratio"] else f"refused: {row['refused']}"


def _sentence(answered: list[dict[str, Any]], refused: int) -> str:
    apart = sum(not row["ratio"]["low"] <= 1 <= row["ratio"]["high"] for row in answered)
    parts = [f"{_all_of(apart, len(answered))} an interval that does not hold one, the ratio of no difference"]
    if refused:
        parts.append("some questions were refused, and keep their row without a mark")
    return "; ".join(parts) + "."


def _all_of(some: int, of: int) -> str:
    if some == of:
        return "Every answered result has"
    return "Some results have" if some else "No result has"


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("result", "groups", "ratio", "interval", "a ratio above one means")
    for row in rows:
        if row["ratio"]:
            shown = (numbers.value_of(row["ratio"]), numbers.interval_of(row["ratio"]))
            yield (row["label"], row["pair"], *shown, row["above"])
        else:
            yield (row["label"], row["pair"], "refused", row["refused"], row["above"])


def _placed(rows: list[dict[str, Any]], width: int) -> tuple[list[dict[str, Any]], int]:
    """Rows with the lines of text above their mark and the height at which they stand."""
    placed, top = [], 0
    wide = width == tokens.CHART_WIDE
    for row in rows:
        head = [f"{row['label']}: {row['pair']}"] if wide else [*wrapped(row["label"], width - 60), row["pair"]]
        below = [] if row["ratio"] else wrapped(f"refused: {row['refused']}", width)
        height = LINE * (len(head) + len(below)) + (40 if row["ratio"] else 22)
        placed.append({**row, "head": head, "below": below, "top": top + 12, "mark": top + LINE * len(head) + 18})
        top += height
    return placed, top


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    placed, height = _placed(rows, width)
    answered = [row for row in placed if row["ratio"]]
    ends = [row["ratio"][end] for row in answered for end in ("low", "high") if row["ratio"][end] > 0]
    domain = [min(0.72, *ends) / 1.06, max(1.4, *ends) * 1.06]
    scale = alt.Scale(type="log", domain=domain, nice=False)
    ticks = [tick for tick in TICKS if domain[0] <= tick <= domain[1]]
    axis = alt.Axis(values=ticks, format="~g", grid=False, title="ratio, group over reference (each step a multiple)")
    x = alt.X("low:Q", scale=scale, axis=axis)
    layers = [
        *_tracks(answered, domain, x),
        *_bars(answered, x),
        *lettering(_words(placed, width)),
    ]
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(*layers).properties(width=width, height=height, autosize=size)


def _tracks(answered: list[dict[str, Any]], domain: list[float], x: Any) -> Iterator[Any]:
    """Behind each mark: its line, the band too near one to matter, and one itself; words stay clear of them."""
    alt = altair()
    rows = [{"top": row["mark"] - 13, "mark": row["mark"], "bottom": row["mark"] + 13} for row in answered]
    top, bottom = alt.Y("top:Q", scale=None, axis=None), alt.Y2("bottom:Q")
    band = [{**row, "low": MATTERS_BELOW, "high": MATTERS_ABOVE} for row in rows]
    yield alt.Chart(data(band)).mark_rect(color=tokens.BAND).encode(x=x, x2=alt.X2("high:Q"), y=top, y2=bottom)
    line = [{**row, "low": domain[0], "high": domain[1]} for row in rows]
    at = alt.Y("mark:Q", scale=None, axis=None)
    yield alt.Chart(data(line)).mark_rule(color=tokens.RULE).encode(x=x, x2=alt.X2("high:Q"), y=at)
    one = [{**row, "low": 1} for row in rows]
    yield alt.Chart(data(one)).mark_rule(color=tokens.INK).encode(x=x, y=top, y2=bottom)


def _bars(answered: list[dict[str, Any]], x: Any) -> Iterator[Any]:
    alt = altair()
    y = alt.Y("mark:Q", scale=None, axis=None)
    for share, color, thick in zip(INTERVALS, tokens.SHADES, (5, 9, 13), strict=True):
        ends = [
            {"low": low, "high": high, "mark": row["mark"]}
            for row in answered
            for low, high in [narrowed(row["ratio"], share)]
        ]
        yield alt.Chart(data(ends)).mark_rule(color=color, strokeWidth=thick).encode(x=x, x2=alt.X2("high:Q"), y=y)
    dots = [{"low": row["ratio"]["value"], "mark": row["mark"]} for row in answered]
    dot = alt.Chart(data(dots)).mark_point(shape="circle", filled=True, fill=tokens.PAPER, stroke=tokens.INK, size=46)
    yield dot.encode(x=x, y=y, opacity=alt.value(1))


def _words(placed: list[dict[str, Any]], width: int) -> Iterator[dict[str, Any]]:
    wide = width == tokens.CHART_WIDE
    for row in placed:
        for index, text in enumerate([*row["head"], *row["below"]]):
            quiet = index >= len(row["head"]) or (not wide and index == len(row["head"]) - 1)
            yield word(text, 0, row["top"] + LINE * index - 4, color=tokens.NOTE if quiet else tokens.INK)
        if row["ratio"]:
            told = _told(row) if wide else numbers.value_of(row["ratio"])
            yield word(told, width - 2, row["top"] - 4, align="right", bold=True)


def narrowed(ratio: dict[str, Any], share: float) -> tuple[float, float]:
    """The interval of a smaller share, from the 95 % one, each side on its own, on the log scale."""
    normal = NormalDist()
    part = normal.inv_cdf(0.5 + share / 2) / normal.inv_cdf(0.975)
    low, high = (ratio["value"] * (ratio[end] / ratio["value"]) ** part for end in ("low", "high"))
    return low, high
