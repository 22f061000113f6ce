"""District tiles: each place's ratio on a tile of one size, in five steps of one colour, hatched where held back."""

import re
from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens, words
from evenhand.tell.charts.chart import Chart, altair, chart, data, hatching, series
from evenhand.tell.document import Document

NAME, TITLE = "district_tiles", "Place by place"
# Ratios where one step of the five ends and the next begins: less, no difference that matters, more, twice, four times.
STEPS = (0.90, 1.11, 2.0, 4.0)
KEY = (
    "One tile a place, in order of name, of one size whatever the place's own. Five steps, darker for a higher "
    "ratio of stops, group over reference, each for its number; hatched where the counts are too small to be shown."
)
HIGH, ACROSS_WIDE, ACROSS_NARROW, SMALL = 50, 8, 4, 10.5


def draw(document: Document) -> Chart | None:
    """The tiles of the first result that has them by place, or None."""
    found = series(document, NAME)
    if found is None:
        return None
    result, rows = found
    rows = sorted(rows, key=lambda row: natural(str(row["place"])))
    shown = [row for row in rows if row["ratio"] is not None]
    if not shown:
        return None
    sentence = _sentence(shown, len(rows) > len(shown))
    alt = f"{sentence} The table gives every place with its counts and interval."
    title = f"{TITLE}: {words.contrast(result['contrast'])}"
    return chart(NAME, title, sentence, alt, _table(rows), lambda width: _picture(rows, width), KEY)


def natural(name: str) -> list[tuple[bool, int, str]]:
    """Digits before letters, and in the order people count."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(False, int(part), "") if part.isdigit() else (True, 0, part) for part in parts]


def _sentence(shown: list[dict[str, Any]], held_back: bool) -> str:
    above = sum(row["ratio"] > 1 for row in shown)
    side = "above one in every place shown" if above == len(shown) else "above one in some places and not in others"
    if not above:
        side = "above one in no place shown"
    aside = "; places with too few stops are held back" if held_back else ""
    # no smallest and no largest place is named: EXPERIENCE 5, rule 11
    return f"The ratio is {side}{aside}."


def _table(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("place", "group's stops", "reference's stops", "ratio", "interval")
    for row in rows:
        if row["ratio"] is None:
            yield (str(row["place"]), "held back", "held back", "held back", "held back")
            continue
        ratio = {"scale": "ratio", "value": row["ratio"], "low": row["low"], "high": row["high"]}
        counts = (numbers.count(row["group_stops"]), numbers.count(row["reference_stops"]))
        yield (str(row["place"]), *counts, numbers.value_of(ratio), numbers.interval_of(ratio))


def _picture(rows: list[dict[str, Any]], width: int) -> Any:
    alt = altair()
    most = ACROSS_WIDE if width == tokens.CHART_WIDE else ACROSS_NARROW
    across = min(most, len(rows))
    wide = min(width / across, 110)
    tiles = [
        {
            "x": wide * (index % across) + 2,
            "x2": wide * (index % across + 1) - 2,
            "y": HIGH * (index // across) + 2,
            "y2": HIGH * (index // across + 1) - 2,
            "place": str(row["place"]),
            "ratio": row["ratio"],
            "told": "held back" if row["ratio"] is None else numbers.ratio(row["ratio"]),
        }
        for index, row in enumerate(rows)
    ]
    x, x2 = alt.X("x:Q", scale=None, axis=None), alt.X2("x2:Q")
    y, y2 = alt.Y("y:Q", scale=None, axis=None), alt.Y2("y2:Q")
    color = alt.Color(
        "ratio:Q", legend=None, scale=alt.Scale(type="threshold", domain=list(STEPS), range=list(tokens.STEPS))
    )
    shown = [tile for tile in tiles if tile["ratio"] is not None]
    held = [tile for tile in tiles if tile["ratio"] is None]
    layers = [alt.Chart(data(shown)).mark_rect().encode(x=x, x2=x2, y=y, y2=y2, color=color)]
    if held:
        layers.append(hatching(held))
    layers += [*_words(tiles, wide, dark=False), *_words(tiles, wide, dark=True)]
    return alt.layer(*layers).properties(width=wide * across, height=HIGH * -(-len(rows) // across))


def _words(tiles: list[dict[str, Any]], wide: float, dark: bool) -> Iterator[Any]:
    """Name and number on each tile: ink on pale tiles, paper on the dark step."""
    alt = altair()
    color = tokens.PAPER if dark else tokens.INK
    chosen = [tile for tile in tiles if (tile["ratio"] is not None and tile["ratio"] >= STEPS[3]) == dark]
    if not chosen:
        return
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    style = {"align": "left", "baseline": "top", "dx": 5, "color": color, "limit": wide - 12}
    names = alt.Chart(data(chosen)).mark_text(dy=6, fontSize=SMALL, **style)
    yield names.encode(x=x, y=y, text=alt.Text("place:N"))
    for held_back, face in ((False, {"fontSize": 14, "fontWeight": "bold"}), (True, {"fontSize": SMALL})):
        some = [tile for tile in chosen if (tile["ratio"] is None) == held_back]
        if some:
            yield alt.Chart(data(some)).mark_text(dy=22, **face, **style).encode(x=x, y=y, text=alt.Text("told:N"))
