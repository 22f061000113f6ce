"""Clusters: each area's encounters over those expected on a tile of one size, the areas of a cluster outlined."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, boxes, chart, hatching, lettering, series, word
from evenhand.tell.charts.district_tiles import STEPS, natural
from evenhand.tell.document import Document

NAME, TITLE = "clusters", "Areas in a cluster, and all others"
KEY = (
    "One tile an area, of one size whatever the area's own and wherever it lies: those of a cluster first and "
    "outlined, with its number, then the others in order of name. A cluster is outlined where chance alone would give "
    "one as strong less than once in twenty, and its count is large enough to be shown. Counts are of the days of the "
    "area's cluster; of an area in none, of the likeliest cluster's. Five steps, each darker than the last: fewer "
    "encounters told than expected, about as many, more, twice as many, four times as many. Hatched where the count is "
    "held back: too small to be shown, or giving away one that is."
)
# What chance alone gives once in twenty is no cluster.
LEVEL = 0.05
HELD: dict[str, Any] = {"cases": None, "expected": None, "ratio": None}
HIGH, ACROSS_WIDE, ACROSS_NARROW = 62, 6, 3


def draw(document: Document) -> Chart | None:
    """Tiles of the first scan that has areas with counts large enough to be shown, or None."""
    found = series(document, "cluster_areas")
    if found is None:
        return None
    result, raw = found
    beside = series({"results": [result]}, NAME)
    clusters = sorted(beside[1], key=lambda row: int(row["rank"])) if beside else []
    outlined = {row["rank"] for row in clusters if numbers.shown(row["cases"]) and row["p"] < LEVEL}
    areas = sorted(_kept([_area(row, outlined) for row in raw]), key=_order)
    if not any(area["ratio"] is not None or area["cluster"] is not None for area in areas):
        return None
    sentence = _sentence(clusters)
    alt = f"{sentence} The table gives every area with its counts."
    return chart(NAME, TITLE, sentence, alt, _table(areas), lambda width: _picture(areas, width), KEY)


def _area(row: dict[str, Any], outlined: set[int]) -> dict[str, Any]:
    """What may be shown of an area: no place on earth, no count too small, and no cluster that may be chance."""
    cases, expected = row["cases"], row["expected"]
    area = {"area": str(row["area"]), "cluster": row["cluster"] if row["cluster"] in outlined else None}
    if numbers.shown(cases) and expected:
        return area | {"cases": cases, "expected": expected, "ratio": cases / expected}
    return area | HELD


def _kept(areas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where one area alone of a cluster is held back its count is the rest of the cluster's: the next goes with it."""
    for rank in {area["cluster"] for area in areas} - {None}:
        inside = [area for area in areas if area["cluster"] == rank]
        shown = [area for area in inside if area["cases"] is not None]
        if shown and len(inside) - len(shown) == 1:
            smallest = min(shown, key=lambda area: (area["cases"], area["area"]))
            areas = [area | HELD if area is smallest else area for area in areas]
    return areas


def _order(area: dict[str, Any]) -> tuple[bool, int, Any]:
    return area["cluster"] is None, area["cluster"] or 0, natural(area["area"])


def _sentence(clusters: list[dict[str, Any]]) -> str:
    """The likeliest cluster with its days and its chance; nothing is said of any other."""
    if not clusters:
        return "No set of areas stands out from the others by its encounters."
    first = clusters[0]
    chance = f"by chance alone one as strong would be found somewhere with {numbers.chance(first['p'])}"
    if not numbers.shown(first["cases"]):
        return f"The likeliest cluster holds {numbers.people(first['cases'])} encounters, and is held back; {chance}."
    counts = f"{numbers.count(first['cases'])} encounters where {numbers.rate(first['expected'])} were expected"
    days = f", {_days(first)}" if first.get("first") and first.get("last") else ""
    if first["p"] >= LEVEL:
        return f"No areas stand out as a cluster: the likeliest holds {counts}{days}; {chance}."
    return f"The likeliest cluster holds {counts}{days}; {chance}."


def _days(cluster: dict[str, Any]) -> str:
    first, last = (numbers.day(str(cluster[end])) for end in ("first", "last"))
    return f"on {first}" if first == last else f"from {first} to {last}"


def _table(areas: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield ("area", "cluster", "encounters", "expected")
    for area in areas:
        counts = ("held back", "held back")
        if area["ratio"] is not None:
            counts = (numbers.count(area["cases"]), numbers.rate(area["expected"]))
        yield (area["area"], _rank(area), *counts)


def _rank(area: dict[str, Any]) -> str:
    return "" if area["cluster"] is None else numbers.count(area["cluster"])


def _picture(areas: list[dict[str, Any]], width: int) -> Any:
    most = ACROSS_WIDE if width == tokens.CHART_WIDE else ACROSS_NARROW
    across = min(most, len(areas))
    wide = min(width / across, 114)
    tiles = [
        {
            **area,
            "x": wide * (index % across) + 3,
            "x2": wide * (index % across + 1) - 3,
            "y": HIGH * (index // across) + 3,
            "y2": HIGH * (index // across + 1) - 3,
        }
        for index, area in enumerate(areas)
    ]
    layers = []
    for step, fill in enumerate(tokens.STEPS):
        if some := [tile for tile in tiles if _step(tile) == step]:
            layers.append(boxes(some, fill=fill))
    if held := [tile for tile in tiles if tile["ratio"] is None]:
        layers.append(hatching(held))
    if outlined := [tile for tile in tiles if tile["cluster"] is not None]:
        layers.append(boxes(outlined, filled=False, stroke=tokens.INK, strokeWidth=2.5))
    layers += lettering(each for tile in tiles for each in _words(tile, wide))
    return altair().layer(*layers).properties(width=wide * across, height=HIGH * -(-len(areas) // across))


def _step(tile: dict[str, Any]) -> int | None:
    """Which of the five steps: how many of the bounds lie at or below the ratio."""
    return None if tile["ratio"] is None else bisect_right(STEPS, tile["ratio"])


def _words(tile: dict[str, Any], wide: float) -> Iterator[dict[str, Any]]:
    """Name, count and expected count; ink on pale tiles, paper on the dark step."""
    color = tokens.PAPER if _step(tile) == len(STEPS) else tokens.INK
    small = partial(word, color=color, size=tokens.CHART_SMALL)
    room, x = wide - 18, tile["x"] + 7
    yield small(tile["area"], x, tile["y"] + 12, limit=room)
    if tile["cluster"] is not None:
        yield small(f"cluster {_rank(tile)}", tile["x2"] - 7, tile["y"] + 30, align="right")
    if tile["ratio"] is None:
        yield small("held back", x, tile["y"] + 46, limit=room)
    else:
        yield word(numbers.count(tile["cases"]), x, tile["y"] + 30, color=color, bold=True, size=14)
        yield small(f"{numbers.rate(tile['expected'])} expected", x, tile["y"] + 46, limit=room)
