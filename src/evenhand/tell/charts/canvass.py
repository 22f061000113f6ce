"""Canvass: shares stopped of two groups that were all asked, what silence allows, and what residents might meet."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, estimates, lettering, series, word
from evenhand.tell.charts.district_tiles import natural
from evenhand.tell.document import Document

NAME, TITLE = "canvass", "A whole group, all of whom were asked"
KEY = (
    "Filled, the group; open, the reference: all departments together, then each whose counts are large enough to be "
    "shown. Dark bars are 95 % intervals; pale ones are how far those who did not answer could move it, chance "
    "left out. The ratio stands on a scale where each step is a multiple, and one is marked."
)
SIDES = ("group", "reference")
LINE, ROW, BAR, DOT = 16, 52, 9, 70
# Departments with a line of their own in the picture; the table has all.
MOST_DEPARTMENTS = 12
# Ticks of the ratio: close where the scale is short, further apart where it is long.
FINE = (0.2, 0.33, 0.5, 0.75, 1, 1.5, 2, 3, 5)
COARSE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
DECADES = tuple(10.0**power for power in range(-4, 6))
# Pixels kept free at both ends of a scale, for dots and for bars, whose bounds reach beyond their ends.
FREE = 14
COUNTS = tuple(base * 10**power for power in range(8) for base in (1, 2, 5))


def draw(document: Document) -> Chart | None:
    """The first canvass that has both shares, or None."""
    found = series(document, "departments")
    if found is None:
        return None
    result, raw = found
    numbered = estimates(result)
    if result["contrast"] is None or not all(f"share_{side}" in numbered for side in SIDES):
        return None
    names = [words.officers(result["contrast"][side], result["contrast"]["grouping"]) for side in SIDES]
    departments = sorted((_department(row) for row in raw), key=lambda row: natural(row["department"]))
    beside = series({"results": [result]}, "residents")
    residents = beside[1] if beside else []
    sentence = _sentence(numbered, names)
    alt = _alt(sentence, result, residents)
    title = f"{TITLE}: {words.contrast(result['contrast'])}"
    band = result["answer"]["bands"]["silence"]
    whole = {"numbers": numbered, "names": names, "departments": departments, "residents": residents, "silence": band}
    key = KEY + (_assumptions(result["settings"]) if residents else "")
    return chart(NAME, title, sentence, alt, _table(whole, band), lambda width: _picture(whole, width), key)


def _assumptions(settings: dict[str, Any]) -> str:
    """What must hold for officers to stand for residents, and that nobody knows the factor."""
    people, days = (settings.get(name) for name in ("residents", "resident_days"))
    among = f"{numbers.count(people)} residents in {numbers.count(days)} days" if people and days else "residents"
    return (
        f" The last part carries the group's rate over to {among}, as if they were as exposed to stops, as visible and "
        "treated as officers off duty are, times a factor that nobody has measured: each bar is one factor, and the "
        "answer is all of them."
    )


def _department(row: dict[str, Any]) -> dict[str, Any]:
    """A department's counts, none of them smaller than may be shown."""
    counts = {name: row[name] if numbers.shown(row[name]) else None for name in row if name != "department"}
    return {"department": str(row["department"]), **counts}


def _sentence(numbered: dict[str, dict[str, Any]], names: list[str]) -> str:
    group, reference = (numbers.reading_of(numbered[f"share_{side}"]) for side in SIDES)
    told = f"Of those who answered, {group} of {names[0]} and {reference} of {names[1]} were stopped off duty"
    if ratio := numbered.get("risk_ratio"):
        told += f"; inside departments, {numbers.value_of(ratio)} times as often ({numbers.interval_of(ratio)})"
    return f"{told}."


def _alt(sentence: str, result: dict[str, Any], residents: list[dict[str, Any]]) -> str:
    parts = [sentence]
    if band := result["answer"]["bands"]["silence"]:
        low, high = map(numbers.ratio, band)
        parts.append(f"Those who did not answer could move the ratio to anywhere {numbers.between(low, high)}.")
    if residents:
        low, high = (numbers.count(end(row["value"] for row in residents)) for end in (min, max))
        parts.append(f"Carried over to residents it would mean anywhere {numbers.between(low, high)} stops.")
    return " ".join(parts)


def _table(whole: dict[str, Any], band: list[float]) -> Iterator[tuple[str, ...]]:
    numbered = whole["numbers"]
    yield ("", *whole["names"])
    yield ("stopped, of those who answered", *(numbers.reading_of(numbered[f"share_{side}"]) for side in SIDES))
    if all(f"share_{side}_over_silence" in numbered for side in SIDES):
        silence = (numbers.interval_of(numbered[f"share_{side}_over_silence"]) for side in SIDES)
        yield ("stopped, whatever the others would have said", *silence)
    for row in whole["departments"]:
        yield (row["department"], *(_of(row, side) for side in SIDES))
    if ratio := numbered.get("risk_ratio"):
        yield ("ratio inside departments", numbers.reading_of(ratio), "")
    if band:
        yield ("ratio, whatever the others would have said", numbers.between(*map(numbers.ratio, band)), "")
    for row in whole["residents"]:
        read = {"scale": "count", **{end: row[end] for end in ("value", "low", "high")}}
        yield (f"stops among residents, times {numbers.figure(row['factor'])}", numbers.reading_of(read), "")


def _of(row: dict[str, Any], side: str) -> str:
    stopped, answered = row[f"{side}_stopped"], row[f"{side}_answered"]
    return "held back" if answered is None else f"{numbers.people(stopped)} of {numbers.people(answered)}"


def _picture(whole: dict[str, Any], width: int) -> Any:
    panels = [_shares(whole, width)]
    if "risk_ratio" in whole["numbers"]:
        panels.append(_ratio(whole, width))
    if whole["residents"]:
        panels.append(_residents(whole, width))
    return altair().vconcat(*panels, spacing=22)


def _shares(whole: dict[str, Any], width: int) -> Any:
    """Both groups of all departments with intervals and what silence allows, then departments, two dots a line."""
    alt = altair()
    numbered = whole["numbers"]
    shown = [row for row in whole["departments"] if all(value is not None for value in row.values())]
    shown = shown[:MOST_DEPARTMENTS]
    bars, lines = [], []
    for place, side in enumerate(SIDES):
        share, silence = numbered[f"share_{side}"], numbered.get(f"share_{side}_over_silence")
        at = ROW * place + 32
        bars.append(_bar(share, silence, at, side))
        lines.append(word(f"{whole['names'][place]}, all departments", 0, at - 20, limit=width - 130))
        told = numbers.reading_of(share) if width == tokens.CHART_WIDE else numbers.value_of(share)
        lines.append(word(told, width - 2, at - 20, align="right", bold=True))
    pairs = []
    for place, row in enumerate(shown):
        at = ROW * 2 + 38 * place + 26
        ends = {side: row[f"{side}_stopped"] / row[f"{side}_answered"] for side in SIDES}
        pairs.append({"at": at, **ends})
        told = ", ".join(
            f"{numbers.count(row[f'{side}_stopped'])} of {numbers.count(row[f'{side}_answered'])}" for side in SIDES
        )
        lines.append(word(row["department"], 0, at - 15, color=tokens.NOTE, limit=width - 140))
        lines.append(word(told, width - 2, at - 15, align="right", color=tokens.NOTE))
    height = ROW * 2 + 38 * len(shown) + 4
    most = max(
        [bar[end] for bar in bars for end in ("high", "most")] + [pair[side] for pair in pairs for side in SIDES]
    )
    axis = alt.Axis(
        format=".0%", tickCount=5, grid=False, title="share stopped", labelFlush=True, domainColor=tokens.INK
    )
    x = alt.X("low:Q", scale=_scale("linear", [0, min(1.0, 1.08 * most)], width), axis=axis)
    layers = [*_bars(bars, x)]
    if pairs:
        y = alt.Y("at:Q", scale=None, axis=None)
        joined = [{"low": pair["group"], "high": pair["reference"], "at": pair["at"]} for pair in pairs]
        rule = alt.Chart(data(joined)).mark_rule(color=tokens.SHADES[1], strokeWidth=2)
        layers.append(rule.encode(x=x, x2=alt.X2("high:Q"), y=y))
        layers += [_dots([{"low": pair[side], "at": pair["at"]} for pair in pairs], side, x, 45) for side in SIDES]
    return alt.layer(*layers, *lettering(lines)).properties(width=width, height=height)


def _scale(kind: str, domain: list[float], width: int) -> Any:
    return altair().Scale(type=kind, domain=domain, range=[FREE, width - FREE], nice=False)


def _bar(estimate: dict[str, Any], silence: dict[str, Any] | None, at: float, side: str) -> dict[str, Any]:
    # a bar of nothing where nobody counted the silent
    reach = silence or dict.fromkeys(("low", "high"), estimate["value"])
    return {
        "value": estimate["value"],
        "low": estimate["low"],
        "high": estimate["high"],
        "least": reach["low"],
        "most": reach["high"],
        "at": at,
        "side": side,
    }


def _bars(bars: list[dict[str, Any]], x: Any) -> Iterator[Any]:
    """What silence allows, pale and thick; the interval over it; the value as a dot of its side."""
    alt = altair()
    y = alt.Y("at:Q", scale=None, axis=None)
    looks = (("least", "most", tokens.SHADES[0], 15), ("low", "high", tokens.SHADES[1], 6))
    for low, high, color, thick in looks:
        rows = [{"low": bar[low], "high": bar[high], "at": bar["at"]} for bar in bars]
        rule = alt.Chart(data(rows)).mark_rule(color=color, strokeWidth=thick)
        yield rule.encode(x=x, x2=alt.X2("high:Q"), y=y)
    for side in SIDES:
        if some := [{"low": bar["value"], "at": bar["at"]} for bar in bars if bar["side"] == side]:
            yield _dots(some, side, x, DOT)


def _dots(rows: list[dict[str, Any]], side: str, x: Any, size: int) -> Any:
    """Filled for the group, open for the reference: told apart without colour."""
    fill = tokens.INK if side == "group" else tokens.PAPER
    dot = altair().Chart(data(rows)).mark_point(filled=True, fill=fill, stroke=tokens.INK, strokeWidth=1.6, size=size)
    return dot.encode(x=x, y=altair().Y("at:Q", scale=None, axis=None), opacity=altair().value(1))


def _ratio(whole: dict[str, Any], width: int) -> Any:
    """The ratio inside departments with its interval and what silence allows; one marked."""
    alt = altair()
    ratio = whole["numbers"]["risk_ratio"]
    silence = dict(zip(("low", "high"), whole["silence"], strict=True)) if whole["silence"] else None
    bar = _bar(ratio, silence, 32, "group")
    ends = [end for end in (bar["least"], bar["most"], bar["low"], bar["high"]) if end > 0]
    domain = [min(0.8, *ends) / 1.15, max(1.3, *ends) * 1.15]
    bar |= {"least": max(bar["least"], domain[0])}
    spread = domain[1] / domain[0]
    chosen = FINE if spread < 20 else COARSE if spread < 1000 else DECADES
    ticks = [tick for tick in chosen if domain[0] <= tick <= domain[1]]
    axis = alt.Axis(values=ticks, format="~g", grid=False, title="ratio, group over reference")
    x = alt.X("low:Q", scale=_scale("log", domain, width), axis=axis)
    one = alt.Chart(data([{"low": 1, "at": 20, "to": 44}])).mark_rule(color=tokens.INK, strokeWidth=1.5)
    y = alt.Y("at:Q", scale=None, axis=None)
    told = numbers.reading_of(ratio) if width == tokens.CHART_WIDE else numbers.value_of(ratio)
    lines = [word("how many times as often", 0, 12), word(told, width - 2, 12, align="right", bold=True)]
    return alt.layer(*_bars([bar], x), one.encode(x=x, y=y, y2=alt.Y2("to:Q")), *lettering(lines)).properties(
        width=width, height=50
    )


def _residents(whole: dict[str, Any], width: int) -> Any:
    """One bar a factor, all of them the answer."""
    alt = altair()
    rows = whole["residents"]
    bars, lines = [], []
    for place, row in enumerate(rows):
        at = 12 + 22 * place
        bars.append({"low": row["low"], "high": row["high"], "value": row["value"], "at": at})
        lines.append(word(f"times {numbers.figure(row['factor'])}", 0, at, color=tokens.NOTE))
    positive = [row[end] for row in rows for end in ("low", "high", "value") if row[end] > 0]
    # room at the left for the factors
    lowest, highest = min(positive), max(positive) * 1.1
    domain = [lowest / (highest / lowest) ** (80 / (width - 80)), highest]
    ticks = [tick for tick in COUNTS if lowest / 1.05 <= tick <= highest]
    axis = alt.Axis(values=ticks, format=",.0f", title="stops", labelFlush=True, labelOverlap=True, grid=True)
    x = alt.X("low:Q", scale=_scale("log", domain, width), axis=axis)
    y = alt.Y("at:Q", scale=None, axis=None)
    drawn = [bar | {"low": max(bar["low"], lowest)} for bar in bars]
    rule = alt.Chart(data(drawn)).mark_rule(color=tokens.SHADES[1], strokeWidth=7)
    dots = [{"low": bar["value"], "at": bar["at"]} for bar in bars if bar["value"] > 0]
    title = alt.TitleParams(
        "stops among residents: officers' rate times a factor",
        anchor="start",
        fontSize=tokens.CHART_TEXT,
        fontWeight="normal",
    )
    layers = [rule.encode(x=x, x2=alt.X2("high:Q"), y=y), _dots(dots, "reference", x, 36)]
    return alt.layer(*layers, *lettering(lines)).properties(width=width, height=22 * len(rows) + 4, title=title)
