"""A chart as published: its sentence, its picture at two widths, its table and its specification (EXPERIENCE 4.6).

Pictures are drawn offline and hold released values only; no mark carries data in hidden labels. The same chart is drawn
for a page and again for a phone, so that its words stay at reading size.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.errors import MissingExtraError
from evenhand.tell import tokens
from evenhand.tell.document import Document

# What Vega says to machines about each mark: the picture has one description, and it is ours.
_MACHINE_WORDS = re.compile(r' (?:role="graphics-[^"]*"|aria-(?:roledescription|hidden|label)="[^"]*")')

Rows = Sequence[Mapping[str, Any]]
Picture = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """What stands on the page for one chart.

    `table` has its header first, `spec` is Vega-Lite, `narrow` is the picture for phones, `key` says how to read it.
    """

    name: str
    title: str
    sentence: str
    alt: str
    svg: str
    narrow: str
    table: tuple[tuple[str, ...], ...]
    spec: str
    key: str = ""


def chart(
    name: str,
    title: str,
    sentence: str,
    alt: str,
    table: Iterable[Sequence[str]],
    picture: Picture,
    key: str = "",
) -> Chart:
    """A Chart whose picture is drawn by `picture(width)` at both widths."""
    wide, narrow = (_specification(picture, width) for width in (tokens.CHART_WIDE, tokens.CHART_NARROW))
    rows = tuple(tuple(str(cell) for cell in row) for row in table)
    return Chart(
        name=name,
        title=title,
        sentence=sentence,
        alt=alt,
        svg=_svg(wide, name, title, alt),
        narrow=_svg(narrow, f"{name}-narrow", title, alt),
        table=rows,
        spec=json.dumps(wide, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")),
        key=key,
    )


def _specification(picture: Picture, width: int) -> dict[str, Any]:
    """The chart as Vega-Lite; tests hold it against the schema, so that drawing, ten times as fast, need not."""
    altair()
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):
        made: dict[str, Any] = picture(width).properties(**_frame()).to_dict(validate=False)
    return made


def altair() -> Any:
    """The Altair module, imported where a chart is drawn."""
    try:
        import altair
    except ImportError as error:
        raise MissingExtraError("drawing charts needs altair: pip install 'evenhand[page]'") from error
    return altair


def data(rows: Rows) -> Any:
    """Rows as inline data of a chart; a tuple, which Altair does not copy at every step."""
    return altair().Data(values=tuple(dict(row) for row in rows))


def series(document: Document, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The first result with a series of that name, and its rows; None where no result has one."""
    for result in document["results"]:
        columns = result["answer"].get("series", {}).get(name)
        if columns and all(columns.values()):
            return result, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return None


def estimates(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The estimates of a result by quantity; none where it was refused."""
    return {estimate["quantity"]: estimate for estimate in result["answer"].get("estimates", ())}


def word(
    text: str,
    x: float,
    y: float,
    *,
    align: str = "left",
    color: str = tokens.INK,
    bold: bool = False,
    size: float = tokens.CHART_TEXT,
    limit: float = 0,
) -> dict[str, Any]:
    """A piece of text whose middle stands at a height, in pixels of the picture; cut off beyond `limit` pixels."""
    style = (align, color, "bold" if bold else "normal", size, limit)
    return {"text": text, "x": x, "at": y, "style": style}


def lettering(words: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """Words as layers of a picture, one layer for each way they are set."""
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for each in words:
        alike.setdefault(each["style"], []).append({name: each[name] for name in ("text", "x", "at")})
    alt = altair()
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("at:Q", scale=None, axis=None)
    for (align, color, weight, size, limit), points in alike.items():
        style = {"align": align, "color": color, "fontWeight": weight, "fontSize": size}
        style |= {"limit": limit} if limit else {}
        mark = alt.Chart(data(points)).mark_text(baseline="middle", **style)
        yield mark.encode(x=x, y=y, text=alt.Text("text:N"))


def boxes(rows: Rows, **style: Any) -> Any:
    """Rectangles of one look, from x to x2 and y to y2 in pixels of the picture."""
    alt = altair()
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    placed = [{name: row[name] for name in ("x", "x2", "y", "y2")} for row in rows]
    return alt.Chart(data(placed)).mark_rect(**style).encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"))


def hatching(rows: Rows) -> Any:
    """Slanting lines over rectangles: something is held back there. Their edges are drawn with them."""
    alt = altair()
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    lines = [line for row in rows for line in _hatch(row)]
    slant = alt.Chart(data(lines)).mark_rule(color=tokens.RULE)
    return alt.layer(
        boxes(rows, fill=tokens.PAPER, stroke=tokens.RULE),
        slant.encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q")),
    )


def _hatch(box: Mapping[str, Any], step: int = 8) -> Iterator[dict[str, float]]:
    """Slanting lines across one rectangle, cut at its edges."""
    wide, high = box["x2"] - box["x"], box["y2"] - box["y"]
    for start in range(step, int(wide + high), step):
        first, last = max(0.0, start - high), min(float(start), wide)
        yield {
            "x": box["x"] + first,
            "x2": box["x"] + last,
            "y": box["y"] + start - first,
            "y2": box["y"] + start - last,
        }


def wrapped(text: str, width: float) -> list[str]:
    """A text as lines that fit a width in pixels, at the small size of a chart."""
    import textwrap

    # An average letter is about half as wide as its size.
    return textwrap.wrap(text, max(12, int(width / (0.52 * tokens.CHART_SMALL)))) or [""]


def _frame() -> dict[str, Any]:
    label = {"labelFont": tokens.CHART, "labelFontSize": tokens.CHART_TEXT, "labelColor": tokens.NOTE}
    title = {"titleFont": tokens.CHART, "titleFontSize": tokens.CHART_TEXT, "titleColor": tokens.INK}
    axis = {
        "domainColor": tokens.RULE,
        "gridColor": tokens.RULE,
        "gridOpacity": 0.7,
        "ticks": False,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelPadding": 6,
    }
    return {
        "background": tokens.PAPER,
        "padding": {"left": 1, "right": 1, "top": 4, "bottom": 4},
        "config": {
            "aria": False,
            "font": tokens.CHART,
            "view": {"stroke": None},
            "axis": label | title | axis,
            "text": {"fontSize": tokens.CHART_TEXT, "fill": tokens.INK},
            "mark": {"aria": False},
        },
    }


def _svg(spec: dict[str, Any], name: str, title: str, alt: str) -> str:
    """The picture, with its own title and description, ids that are its own, and no fixed size."""
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("drawing charts needs vl-convert-python: pip install 'evenhand[page]'") from error
    from html import escape

    drawn: str = vl_convert.vegalite_to_svg(spec)
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", drawn)
    found = re.search(r'viewBox="([^"]+)"', drawn)
    box = found.group(1) if found else "0 0 680 400"
    _, _, width, height = box.split()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="{tokens.CHART}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alt)}</desc>'
    )
    drawn = _MACHINE_WORDS.sub("", drawn)
    return re.sub(r"<svg[^>]*>", lambda _: head, drawn, count=1)
