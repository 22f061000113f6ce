"""Model fan: the total that each model of the lists points to, with its interval; the whole range is the answer."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, chart, data, estimates, lettering, series, word
from evenhand.tell.document import Document

NAME, TITLE = "model_fan", "How many in all: a range, whichever model is right"
KEY = (
    "Each line is one model of how the lists hang together: its total and its own 95 % interval, open at the right "
    "where the data set no upper end. Each step across is a multiple. The dark bar above is the range over all "
    "models; the shaded part is the interval that allows for the choice of model; the upright strokes are what "
    "the lists hold, below which no total can lie."
)
LINE, ROW, TOP, RUG = 15, 46, 44, 40
# Models with a line of their own; all others are told by their totals, on one line.
MOST_ROWS = 12
# Ticks far apart, and close for a fan that spans too little to hold three of those.
COARSE = tuple(base * 10**power for power in range(7) for base in (1, 2, 5))
CLOSE = tuple(base * 10**power for power in range(7) for base in range(1, 10))


def draw(document: Document) -> Chart | None:
    """Every model of the first result that has a fan, or None."""
    found = series(document, "fan")
    if found is None:
        return None
    result, raw = found
    rows = [row for row in raw if (row.get("total") or 0) > 0]
    if not rows:
        return None
    rows.sort(key=lambda row: (not row.get("chosen_by"), row["total"]))
    seen, total = (estimates(result).get(name) for name in ("seen", "total"))
    fan = result["answer"]["bands"]["model"] or [end(row["total"] for row in rows) for end in (min, max)]
    sentence = _sentence(fan, seen, total)
    alt = f"{sentence} The table gives every model with its total and interval."
    whole = {"rows": rows, "fan": fan, "seen": seen, "total": total}
    return chart(NAME, TITLE, sentence, alt, _table(raw), lambda width: _picture(whole, width), KEY)


def _sentence(fan: list[float], seen: dict[str, Any] | None, total: dict[str, Any] | None) -> str:
    held = f", where the lists hold {numbers.value_of(seen)}" if seen else ""
    told = f"The models put the total anywhere {numbers.between(*map(numbers.count, fan))}{held}"
    if total is None:
        return f"{told}."
    return f"{told}; an interval that allows for the choice of model lies {numbers.interval_of(total)}."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("model", "chosen by", "total", "its own interval")
    for row in rows:
        total = "no finite total" if row.get("total") is None else numbers.count(row["total"])
        yield (str(row["model"]), str(row.get("chosen_by") or ""), total, _interval(row))


def _interval(row: dict[str, Any]) -> str:
    if row.get("low") is None:
        return ""
    if row.get("high") is None:
        return f"{numbers.count(row['low'])} or more"
    return numbers.between(numbers.count(row["low"]), numbers.count(row["high"]))


def _label(row: dict[str, Any]) -> str:
    return f"{row['chosen_by']}: {row['model']}" if row.get("chosen_by") else str(row["model"])


def _picture(whole: dict[str, Any], width: int) -> Any:
    alt = altair()
    lines, others = whole["rows"][:MOST_ROWS], whole["rows"][MOST_ROWS:]
    height = TOP + ROW * len(lines) + (RUG if others else 0)
    domain = _domain(whole)
    coarse, close = ([tick for tick in ticks if domain[0] <= tick <= domain[1]] for ticks in (COARSE, CLOSE))
    ticks = coarse if len(coarse) > 2 else close
    axis = alt.Axis(
        values=ticks,
        format=",.0f",
        grid=False,
        title="in all, on the lists or on none",
        labelBound=True,
        labelOverlap=True,
    )
    x = alt.X("low:Q", scale=alt.Scale(type="log", domain=domain, nice=False), axis=axis)
    y = alt.Y("at:Q", scale=None, axis=None)
    marks = [_placed(row, TOP + ROW * index + 30, domain) for index, row in enumerate(lines)]
    layers = list(_behind(whole, marks, x, height))
    bars = alt.Chart(data(marks)).mark_rule(color=tokens.SHADES[1], strokeWidth=5)
    layers.append(bars.encode(x=x, x2=alt.X2("high:Q"), y=y))
    dots = [{"low": mark["total"], "at": mark["at"]} for mark in marks]
    dot = alt.Chart(data(dots)).mark_point(filled=True, fill=tokens.PAPER, stroke=tokens.INK, size=60, opacity=1)
    layers.append(dot.encode(x=x, y=y))
    words = [word("all models", 0, 8, bold=True), word(_range(whole["fan"]), width - 6, 8, align="right", bold=True)]
    for row, mark in zip(lines, marks, strict=True):
        words.append(word(_label(row), 0, mark["at"] - 18, limit=width - 76))
        words.append(word(numbers.count(row["total"]), width - 6, mark["at"] - 18, align="right"))
    if others:
        at = TOP + ROW * len(lines) + 26
        rug = alt.Chart(data([{"low": row["total"], "at": at} for row in others]))
        layers.append(rug.mark_tick(color=tokens.SHADES[1], thickness=1.5, size=12, orient="vertical").encode(x=x, y=y))
        words.append(word("all other models, their totals only", 0, at - 16, color=tokens.NOTE))
    layers += lettering(words)
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(*layers).properties(width=width, height=height, autosize=size)


def _range(fan: list[float]) -> str:
    return numbers.between(*map(numbers.count, fan))


def _domain(whole: dict[str, Any]) -> list[float]:
    """From what the lists hold to the largest end, leaving room at both."""
    ends = [row[name] for row in whole["rows"] for name in ("total", "low", "high") if row.get(name)]
    ends += [end for end in whole["fan"] if end > 0]
    for estimate in (whole["seen"], whole["total"]):
        ends += [estimate[end] for end in ("low", "high") if estimate[end] > 0] if estimate else []
    return [min(ends) / 1.2, max(ends) * 1.2]


def _behind(whole: dict[str, Any], marks: list[dict[str, Any]], x: Any, height: int) -> Iterator[Any]:
    """The interval that allows for the choice of model, what the lists hold, and the range over all models."""
    alt = altair()
    top, bottom = alt.value(18), alt.value(height)
    if total := whole["total"]:
        band = alt.Chart(data([{"low": total["low"], "high": total["high"]}])).mark_rect(color=tokens.BAND)
        yield band.encode(x=x, x2=alt.X2("high:Q"), y=top, y2=bottom)
    if seen := whole["seen"]:
        # beside each mark only, so that no line runs through words
        beside = [{"low": seen["value"], "at": at - 9, "to": at + 9} for at in (27, *(mark["at"] for mark in marks))]
        rule = alt.Chart(data(beside)).mark_rule(color=tokens.INK, strokeWidth=1.5)
        yield rule.encode(x=x, y=alt.Y("at:Q", scale=None, axis=None), y2=alt.Y2("to:Q"))
    fan = {"low": whole["fan"][0], "high": whole["fan"][1], "at": 27}
    answer = alt.Chart(data([fan])).mark_rule(color=tokens.ACCENT, strokeWidth=11)
    yield answer.encode(x=x, x2=alt.X2("high:Q"), y=alt.Y("at:Q", scale=None, axis=None))


def _placed(row: dict[str, Any], at: float, domain: list[float]) -> dict[str, Any]:
    """A model's interval as it is drawn: to the edge where it has no upper end, none where it has no interval."""
    low = row["low"] if row.get("low") is not None else row["total"]
    high = row["high"] if row.get("high") is not None else domain[1] if row.get("low") is not None else row["total"]
    return {"low": max(low, domain[0]), "high": high, "total": row["total"], "at": at}
