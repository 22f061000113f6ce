"""Flow of reports: from tellings received to encounters used, each step counted, in a strip like a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from evenhand.tell import numbers, questions, tokens
from evenhand.tell.charts.chart import Chart, altair, boxes, chart, lettering, word, wrapped
from evenhand.tell.document import Document

NAME, TITLE = "flow_of_reports", "From what was told to what is used"
KEY = (
    "A telling is one account as it came in; an encounter is what happened to one person, counted once however often "
    "it was told. Each pale part is set aside at that step; the dark bar is what is left. The line below gives the "
    "encounters used by how likely it must be that two tellings are of one encounter."
)
# Methods whose rows are tellings, the one that asks least of them first.
ON_TELLINGS = ("unanimity", "surge", "recognition", "two_streams", "space_time_scan", "recording_rate")
LINE, BAR, GAP = 16, 10, 12


def draw(document: Document) -> Chart | None:
    """The steps of the first method on tellings that had any, or None."""
    result = _result(document)
    if result is None:
        return None
    steps = list(_steps(result))
    asked = questions.of(result).name.lower()
    received, used = numbers.count(result["rows_in"]), numbers.count(result["rows_used"])
    sentence = f"Of {received} tellings received, {used} are used, each an encounter of its own ({asked})."
    alt = " ".join([sentence, *(f"{step['label']}: {numbers.count(step['n'])}." for step in steps if step["n"])])
    at = list(_at_thresholds(result))
    return chart(NAME, TITLE, sentence, alt, _table(steps, at), lambda width: _picture(steps, at, width), KEY)


def _result(document: Document) -> dict[str, Any] | None:
    told = {result["method"]: result for result in reversed(document["results"]) if result["rows_in"]}
    return next((told[method] for method in ON_TELLINGS if method in told), None)


def _steps(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each step with its count and with what is left after it."""
    left = result["rows_in"]
    yield {"label": "tellings received", "n": left, "left": left, "aside": False}
    for excluded in result["excluded"]:
        left -= excluded["n"]
        yield {"label": excluded["reason"], "n": excluded["n"], "left": left, "aside": True}
    yield {"label": "encounters used", "n": left, "left": left, "aside": False}


def _at_thresholds(result: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Encounters by how sure a link must be, where the diagnostics count them."""
    for threshold, figures in result["diagnostics"].get("thresholds", {}).items():
        found = figures
        if isinstance(figures, Mapping):
            found = figures.get("encounters", figures.get("n"))
        if isinstance(found, int) and not isinstance(found, bool):
            yield str(threshold), found


def _table(steps: list[dict[str, Any]], at: list[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    yield ("step", "count")
    for step in steps:
        yield (step["label"], numbers.count(step["n"]))
    for threshold, n in at:
        yield (f"encounters used, joined at a probability of {threshold}", numbers.count(n))


def _picture(steps: list[dict[str, Any]], at: list[tuple[str, int]], width: int) -> Any:
    placed = list(_placed(steps, width))
    height = placed[-1]["y2"] + GAP
    quiet = wrapped(_quiet(at), width) if at else []
    marks = [boxes([row for row in placed if not row["aside"]], fill=tokens.ACCENT)]
    if aside := [row for row in placed if row["aside"]]:
        # what was there before the step, thin, so that the part set aside is seen against it
        marks.append(boxes([row | {"x": 0, "y": row["y2"] - 2} for row in aside], fill=tokens.RULE))
        marks.append(boxes(aside, fill=tokens.SHADES[1]))
    lines = [word(line, 0, height + 6 + LINE * index, color=tokens.NOTE) for index, line in enumerate(quiet)]
    layers = [*marks, *lettering([*_words(placed, width), *lines])]
    return altair().layer(*layers).properties(width=width, height=height + LINE * len(quiet) + 4)


def _placed(steps: list[dict[str, Any]], width: int) -> Iterator[dict[str, Any]]:
    """Steps that set anything aside, each with its lines of text above a bar as long as its count."""
    top, each = 0.0, width / steps[0]["n"]
    for step in steps:
        if step["n"] or not step["aside"]:
            head = wrapped(f"set aside: {step['label']}" if step["aside"] else step["label"], width - 70)
            start = step["left"] * each if step["aside"] else 0.0
            y = top + LINE * len(head) + 3
            # a sliver is still a step
            ends = {"x": min(start, width - 2.0), "x2": max(start + step["n"] * each, min(start, width - 2.0) + 2)}
            yield {**step, **ends, "head": head, "top": top + LINE / 2, "y": y, "y2": y + BAR}
            top = y + BAR + GAP


def _words(placed: list[dict[str, Any]], width: int) -> Iterator[dict[str, Any]]:
    for row in placed:
        for index, text in enumerate(row["head"]):
            yield word(text, 0, row["top"] + LINE * index)
        yield word(numbers.count(row["n"]), width - 1, row["top"], align="right", bold=not row["aside"])


def _quiet(at: list[tuple[str, int]]) -> str:
    told = "; ".join(f"of {threshold}: {numbers.count(n)}" for threshold, n in at)
    return f"Encounters used when two tellings are joined at a probability {told}."
