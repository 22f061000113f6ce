"""Benchmark ladder: the group's share of stops against its share of each benchmark; how the choice moves the answer."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, series
from evenhand.tell.document import Document

NAME, TITLE = "benchmark_ladder", "Stops against each benchmark"
KEY = (
    "The filled dot is the group's share of stops, the open one its share of the benchmark; both count the two groups "
    "only."
)
STEP = 58


def draw(document: Document) -> Chart | None:
    """One dumbbell a benchmark, or None where no result has a ladder with shares."""
    found = series(document, NAME)
    if found is None:
        return None
    result, rungs = found
    rows = [rung | {"held": _held(rung)} for rung in rungs if rung.get("ratio") is not None and _held(rung) is not None]
    if not rows:
        return None
    pair = words.contrast(result["contrast"])
    sentence = _sentence(rows, result)
    alt = sentence + " " + " ".join(f"{row['rung']}: {_shares(row)}." for row in rows)
    return chart(NAME, f"{TITLE}: {pair}", sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY)


def _held(rung: dict[str, Any]) -> Any:
    """The group's share of the benchmark."""
    return rung.get("share_of_exposure", rung.get("share_of_benchmark"))


def _shares(row: dict[str, Any]) -> str:
    stops, held = numbers.share(row["share_of_stops"]), numbers.share(row["held"])
    return f"{stops} of stops against {held} of the benchmark, ratio {numbers.reading_of(_ratio(row))}"


def _ratio(row: dict[str, Any]) -> dict[str, Any]:
    return {"scale": "ratio", "value": row["ratio"], "low": row["low"], "high": row["high"]}


def _sentence(rows: list[dict[str, Any]], result: dict[str, Any]) -> str:
    contrast = result["contrast"]
    group = words.group(contrast["group"], contrast["grouping"])
    if len(rows) == 1:
        return f"{group} people are {_shares(rows[0])}; no second benchmark stands beside it."
    least, most = (numbers.ratio(end(row["ratio"] for row in rows)) for end in (min, max))
    return f"The choice of benchmark moves the ratio from {least} to {most}."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("benchmark", "share of stops", "share of the benchmark", "ratio", "interval")
    for row in rows:
        ratio = _ratio(row)
        shares = (numbers.share(row["share_of_stops"]), numbers.share(row["held"]))
        yield (str(row["rung"]), *shares, numbers.value_of(ratio), numbers.interval_of(ratio))


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    wide = width == tokens.CHART_WIDE
    placed = [
        {
            "held": row["held"],
            "stops": row["share_of_stops"],
            "at": STEP * index + 34,
            "head": STEP * index + 10,
            "name": str(row["rung"]),
            "told": numbers.reading_of(_ratio(row)) if wide else numbers.value_of(_ratio(row)),
        }
        for index, row in enumerate(rows)
    ]
    top = min(1.0, 1.12 * max(max(row["held"], row["stops"]) for row in placed))
    axis = alt.Axis(
        format=".0%", tickCount=5, grid=False, title="the group's share of both groups", domainColor=tokens.INK
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(data(placed))
    y = alt.Y("at:Q", scale=None, axis=None)
    x = alt.X("held:Q", scale=scale, axis=axis)
    track = base.mark_rule(color=tokens.RULE).encode(x=alt.value(0), x2=alt.value(width), y=y)
    bar = base.mark_rule(color=tokens.SHADES[1], strokeWidth=4).encode(x=x, x2=alt.X2("stops:Q"), y=y)
    point = {"size": 110, "opacity": 1, "strokeWidth": 2}
    held = base.mark_point(filled=True, fill=tokens.PAPER, stroke=tokens.ACCENT, **point).encode(x=x, y=y)
    stops = base.mark_point(filled=True, fill=tokens.ACCENT, stroke=tokens.ACCENT, **point)
    head = alt.Y("head:Q", scale=None, axis=None)
    name = base.mark_text(align="left", baseline="middle").encode(x=alt.value(0), y=head, text=alt.Text("name:N"))
    told = base.mark_text(align="right", baseline="middle", fontWeight="bold")
    return alt.layer(
        track,
        bar,
        held,
        stops.encode(x=alt.X("stops:Q", scale=scale, axis=axis), y=y),
        name,
        told.encode(x=alt.value(width - 2), y=head, text=alt.Text("told:N")),
    ).properties(width=width, height=STEP * len(rows), autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
