"""Telling tipping: how much likelier to tell a group must be to explain who told, by its share of those at risk."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, chart, data, estimates, series
from evenhand.tell.document import Document

NAME, TITLE = "telling_tipping", "How much likelier to tell they would have to be"
KEY = (
    "Across, what share of those at risk the group may be; up, how many times as likely to tell as others its members "
    "would have to be for what was told to be no surprise. Each step up is a multiple; the level line marks one, where "
    "all are as likely to tell. The shaded part is the range of shares that was planned; the dots are its shares."
)
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
HEIGHT, MOST_WORDS = 260, 5


def draw(document: Document) -> Chart | None:
    """The tipping ratio by share, or None where no result has one."""
    found = series(document, "unanimity")
    if found is None:
        return None
    result, raw = found
    rows = sorted((row for row in raw if (row.get("tipping_ratio") or 0) > 0), key=lambda row: float(row["share"]))
    if not rows:
        return None
    sentence = _sentence(rows, result)
    each = (f"At {numbers.share(row['share'])}: {numbers.ratio(row['tipping_ratio'])}." for row in rows)
    alt = " ".join([sentence, *each])
    return chart(NAME, TITLE, sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY)


def _sentence(rows: list[dict[str, Any]], result: dict[str, Any]) -> str:
    """The reading at the share of the headline, then how far it moves with the share."""
    group = result["settings"].get("group_name") or "the group"
    headline = estimates(result).get("tipping_ratio", rows[0] | {"value": rows[0]["tipping_ratio"]})["value"]
    row = min(rows, key=lambda row: abs(float(row["tipping_ratio"]) - headline))
    frame = f"If {group} were {numbers.share(row['share'])} of those at risk"
    if row["tipping_ratio"] <= 1:
        return f"{frame}, so many of them would be no surprise even if stops were blind to race and all reported alike."
    # on a roster it is a ratio of odds (weigh.methods.unanimity)
    roster = result["settings"].get("members") is not None
    how = "the odds that one of them reports would have to be" if roster else "they would have to be"
    what = "times those of another" if roster else "times as likely as others to report"
    told = f"{frame}, {how} {numbers.ratio(row['tipping_ratio'])} {what} for so many to be no surprise"
    if len(rows) == 1:
        return f"{told}."
    first, last = rows[0], rows[-1]
    ends = sorted(float(end["tipping_ratio"]) for end in (first, last))
    shares = numbers.between(numbers.share(first["share"]), numbers.share(last["share"]))
    return f"{told}; for shares {shares}, {numbers.between(*map(numbers.ratio, ends))} times."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield (
        "share at risk",
        "chance if all tell alike",
        "times as likely to tell",
        "invented, to undo",
        "untold, to undo",
    )
    for row in rows:
        undo = (numbers.figure(row.get(name)) for name in ("invented_to_undo", "untold_to_undo"))
        chance = row.get("chance")
        shown = "not available" if chance is None else numbers.probability(chance)
        yield (numbers.share(row["share"]), shown, numbers.ratio(row["tipping_ratio"]), *undo)


def _level(row: dict[str, Any]) -> float:
    """What stays the same over shares: w p/(1 - p), the odds of the group's lower limit among those who told."""
    return float(row["tipping_ratio"] * row["share"] / (1 - row["share"]))


def _curve(rows: list[dict[str, Any]]) -> list[dict[str, float]]:
    """The line through the shares, and beyond them where w = c(1 - p)/p holds, as it does without a roster."""
    levels = [_level(row) for row in rows]
    if max(levels) > 1.01 * min(levels):
        return [{"share": row["share"], "ratio": row["tipping_ratio"]} for row in rows]
    first, last = max(0.02, rows[0]["share"] / 2), min(0.95, 1.6 * rows[-1]["share"])
    shares = [first + (last - first) * step / 60 for step in range(61)]
    return [{"share": round(share, 4), "ratio": round(levels[0] * (1 - share) / share, 4)} for share in shares]


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    curve = _curve(rows)
    at = [point["ratio"] for point in curve] + [row["tipping_ratio"] for row in rows]
    domain = [min(0.8, *at) / 1.15, max(1.5, *at) * 1.25]
    scale = alt.Scale(type="log", domain=domain, nice=False)
    ticks = [tick for tick in TICKS if domain[0] <= tick <= domain[1]]
    y_axis = alt.Axis(values=ticks, format="~g", title=None, domain=False)
    x_axis = alt.Axis(format=".0%", grid=False, tickCount=6, title="share of those at risk", domainColor=tokens.INK)
    shares = [point["share"] for point in curve] + [row["share"] for row in rows]
    # room at both sides for a lone share
    ends = [max(0.0, min(shares) - 0.02), min(1.0, max(shares) + 0.02)]
    x = alt.X("share:Q", scale=alt.Scale(domain=ends, nice=False), axis=x_axis)
    y = alt.Y("ratio:Q", scale=scale, axis=y_axis)
    points = [{"share": row["share"], "ratio": row["tipping_ratio"]} for row in rows]
    planned = [{"share": rows[0]["share"], "last": rows[-1]["share"]}]
    band = alt.Chart(data(planned)).mark_rect(color=tokens.BAND)
    one = alt.Chart(data([{"ratio": 1}])).mark_rule(color=tokens.INK).encode(y=y)
    line = alt.Chart(data(curve)).mark_line(color=tokens.SHADES[1], strokeWidth=2).encode(x=x, y=y)
    dots = alt.Chart(data(points)).mark_point(filled=True, fill=tokens.ACCENT, size=70, opacity=1).encode(x=x, y=y)
    title = alt.TitleParams("times as likely to tell", anchor="start", fontSize=tokens.CHART_TEXT, fontWeight="normal")
    layers = [
        band.encode(x=x, x2=alt.X2("last:Q"), y=alt.value(0), y2=alt.value(HEIGHT)),
        one,
        line,
        dots,
        _words(rows).encode(x=x, y=y, text=alt.Text("told:N")),
    ]
    size = alt.AutoSizeParams(type="fit-x", contains="padding")
    return alt.layer(*layers).properties(width=width, height=HEIGHT, title=title, autosize=size)


def _words(rows: list[dict[str, Any]]) -> Any:
    """The ratio beside each dot; beside the first and last only, where there are many."""
    told = rows if len(rows) <= MOST_WORDS else [rows[0], rows[-1]]
    points = [
        {"share": row["share"], "ratio": row["tipping_ratio"], "told": numbers.ratio(row["tipping_ratio"])}
        for row in told
    ]
    return altair().Chart(data(points)).mark_text(align="left", baseline="bottom", dx=5, dy=-5, fontWeight="bold")
