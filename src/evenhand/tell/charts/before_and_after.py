"""Before and after: how officers off duty were treated, by when those who stopped them learned who they were."""

from collections.abc import Iterator
from typing import Any

from evenhand.tell import numbers, tokens
from evenhand.tell.charts.chart import Chart, altair, boxes, chart, hatching, lettering, series, word
from evenhand.tell.document import Document

NAME, TITLE = "before_and_after", "Before and after they knew"
KEY = (
    "How treatment went on, in encounters told by officers off duty, by when those who stopped them learned that they "
    "were police. Bars start at zero. A hatched bar is a count too small to be shown, anywhere below its end. What was "
    "known from the start, or never, had no moment at which treatment could change, and stands beside for comparison."
)
# When they learned, in the order of the rows, and how it is said.
WHEN = {"during": "learned during it", "before": "knew before it", "never": "never learned"}
TREATMENTS = {
    "better": "treated better",
    "ended_there": "it ended there",
    "same": "treated the same",
    "worse": "treated worse",
}
SENTENCE = ("better", "ended_there", "worse")
HEAD, ROW, BAR, LABEL, COUNT = 22, 18, 12, 112, 84


def draw(document: Document) -> Chart | None:
    """Counts of treatment by when they learned, or None where no result has one large enough to be shown."""
    found = series(document, NAME)
    if found is None:
        return None
    _, raw = found
    when = [name for name in WHEN if name in raw[0]]
    # no chart, table or specification holds a count too small to be shown
    rows = [
        {"treatment": str(row["treatment"]), **{name: row[name] if numbers.shown(row[name]) else None for name in when}}
        for row in raw
    ]
    if not any(row[name] is not None for row in rows for name in when):
        return None
    sentence = _sentence(rows)
    alt = " ".join([sentence, *(_told(row, when) for row in rows)])
    return chart(NAME, TITLE, sentence, alt, _table(rows, when), lambda width: _picture(rows, when, width), KEY)


def _sentence(rows: list[dict[str, Any]]) -> str:
    """Cell by cell: of a total, and of what is shown of it, the rest could be worked out."""
    during = {row["treatment"]: numbers.people(row.get("during")) for row in rows}
    if not set(SENTENCE) <= set(during):
        return "Treatment of officers off duty, by when those who stopped them learned who they were."
    better, ended, worse = (during[name] for name in SENTENCE)
    return (
        "Where those who stopped an officer off duty learned it during the encounter, treatment got better in "
        f"{better} encounters, the encounter ended there in {ended}, and treatment got worse in {worse}."
    )


def _said(treatment: str) -> str:
    return TREATMENTS.get(treatment, treatment.replace("_", " "))


def _told(row: dict[str, Any], when: list[str]) -> str:
    counts = ", ".join(f"{WHEN[name]} {numbers.people(row[name])}" for name in when)
    return f"{_said(row['treatment']).capitalize()}: {counts}."


def _table(rows: list[dict[str, Any]], when: list[str]) -> Iterator[tuple[str, ...]]:
    yield ("treatment", *(WHEN[name] for name in when))
    for row in rows:
        yield (_said(row["treatment"]), *(numbers.people(row[name]) for name in when))


def _picture(rows: list[dict[str, Any]], when: list[str], width: int) -> Any:
    most = max(row[name] for row in rows for name in when if row[name] is not None)
    each = (width - LABEL - COUNT) / most
    bars, words = [], []
    for index, row in enumerate(rows):
        top = index * (HEAD + ROW * len(when) + 8)
        words.append(word(_said(row["treatment"]), 0, top + HEAD / 2, bold=True, limit=width))
        for place, name in enumerate(when):
            y = top + HEAD + ROW * place
            # where a count is held back, as far as it may reach
            end = LABEL + each * (numbers.FEWEST if row[name] is None else row[name])
            bars.append({"x": LABEL, "x2": end, "y": y, "y2": y + BAR, "when": name, "held": row[name] is None})
            words.append(word(WHEN[name], 0, y + BAR / 2, color=tokens.NOTE))
            words.append(word(numbers.people(row[name]), end + 5, y + BAR / 2))
    height = len(rows) * (HEAD + ROW * len(when) + 8)
    layers = []
    for name, fill in zip(WHEN, (tokens.ACCENT, tokens.SHADES[1], tokens.SHADES[0]), strict=True):
        if some := [bar for bar in bars if bar["when"] == name and not bar["held"]]:
            layers.append(boxes(some, fill=fill))
    if held := [bar for bar in bars if bar["held"]]:
        layers.append(hatching(held))
    zero = [{"x": LABEL - 1, "x2": LABEL, "y": bar["y"] - 3, "y2": bar["y2"] + 3} for bar in bars]
    layers += [boxes(zero, fill=tokens.INK), *lettering(words)]
    return altair().layer(*layers).properties(width=width, height=height)
