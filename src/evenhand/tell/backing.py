"""No number without backing: each numeral that a reader sees is a number of the finding (EXPERIENCE 1, rule 5)."""

import math
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from evenhand.maths import hidden
from evenhand.tell.document import Document
from evenhand.tell.numbers import Numeral, as_ratio, numbers_in, one_in


class _Visible(HTMLParser):
    """The visible text of a page in two heaps: inside figures, where series speak, and all else."""

    HIDDEN = ("style", "script", "svg", "code", "head", "template")
    # No words run together where these begin or end.
    INLINE = ("a", "abbr", "b", "em", "i", "span", "strong", "small", "sup", "sub")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hidden = self.figures = 0
        self.prose: list[str] = []
        self.charts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in self.HIDDEN
        self.figures += tag == "figure"
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        self.hidden -= tag in self.HIDDEN
        self.figures -= tag == "figure"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self._add(data.replace("\n", " "))

    def _part(self, tag: str) -> None:
        if tag not in self.INLINE and not self.hidden:
            self._add("\n")

    def _add(self, text: str) -> None:
        (self.charts if self.figures else self.prose).append(text)


def visible_text(html: str) -> tuple[str, str]:
    """What a reader sees of a page, a line a block, without drawings and code: outside figures, and inside."""
    reader = _Visible()
    reader.feed(html)
    reader.close()
    prose, charts = ("".join(part) for part in (reader.prose, reader.charts))
    return _lines(prose), _lines(charts)


def _lines(text: str) -> str:
    return re.sub(r" *\n[ \n]*", "\n", re.sub(r" +", " ", text))


def unbacked(html: str, document: Document) -> list[str]:
    """Each numeral of the visible text (HTML or plain) that the document does not hold, as it is written.

    A numeral is held when a number of the document, at the digits printed, is it: as it stands, in percent,
    in a thousand, or as a power of log odds. Figures may also quote series; prose may not. Claims, title and
    other sentences must find their numerals among the numbers: they do not back themselves.
    """
    prose, charts = visible_text(html)
    found = []
    for text, with_series in ((prose, False), (charts, True)):
        backing = _Backing(document, with_series)
        found += [numeral.text for numeral in numbers_in(text) if not backing.holds(numeral)]
    return found


def unbound(document: Document) -> list[str]:
    """Each numeral of a claim that the results it rests on do not hold: `unbacked`, claim by claim.

    A claim without numbers rests on the result its id ends with, such as a refusal.
    """
    found = []
    for claim in document["claims"]:
        ids = {number_id.rpartition("#")[0] for number_id in claim["numbers"]}
        rests_on = [part for part in document["results"] if part["id"] in ids or claim["id"].endswith(part["id"])]
        backing = _Backing({"plan": document["plan"], "results": rests_on}, with_series=False)
        said = " \n ".join([claim["text"], *claim["reasons"]])
        found += [f"{claim['id']}: {numeral.text}" for numeral in numbers_in(said) if not backing.holds(numeral)]
    return found


# Sentences that rest on numbers, and so cannot be what they rest on.
SENTENCES = ("title", "text", "reasons", "would_change", "explanations", "not_shown")


class _Backing:
    """Every number a document holds, and the numerals of its texts other than claims."""

    def __init__(self, document: Document, with_series: bool) -> None:
        self.plain: list[float] = []
        self.logs: list[float] = []
        self.texts: list[Numeral] = []
        self.with_series = with_series
        self._walk(document, False)
        self.texts += numbers_in(document["plan"]["title"])
        for result in document["results"]:
            self.plain += derived(result)
            if with_series:
                # a chance in a series is written one in so many, as one of the numbers is
                chances = result["answer"].get("series", {}).get("unanimity", {}).get("chance", ())
                self.plain += [one_in(chance) for chance in chances if chance is not None]

    def _walk(self, item: Any, log: bool) -> None:
        if isinstance(item, Mapping):
            log = log or item.get("scale") == "log odds ratio" or _answers_in_logs(item)
            for name, part in item.items():
                if name not in SENTENCES and (name != "series" or self.with_series):
                    self.texts += numbers_in(name.replace("_", " "))
                    self._walk(part, log)
        elif isinstance(item, list):
            for part in item:
                self._walk(part, log)
        elif isinstance(item, str):
            self.texts += numbers_in(item)
            self.plain += [float(year) for year in re.findall(r"\b(\d{4})-\d{2}\b", item)]
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            self.plain.append(float(item))
            # a power beyond this is no ratio that anybody prints
            if log and abs(item) < 20:
                self.logs.append(float(item))

    def holds(self, numeral: Numeral) -> bool:
        """Whether some number, at the digits printed, is this numeral."""
        if any((text.value, text.percent) == (numeral.value, numeral.percent) for text in self.texts):
            return True
        target = abs(numeral.value)
        reach = 0.5 * 10**-numeral.decimals + 1e-9 * max(1.0, target)
        scales = [1] + [100] * numeral.percent + [1000] * numeral.thousand
        if any(abs(scale * abs(number) - target) <= reach for scale in scales for number in self.plain):
            return True
        return any(abs(math.exp(sign * number) - target) <= reach for sign in (1, -1) for number in self.logs)


def _answers_in_logs(item: Mapping[str, Any]) -> bool:
    estimates = item.get("estimates")
    return isinstance(estimates, list) and bool(estimates) and estimates[0]["scale"] == "log odds ratio"


# How the methods name what they set aside for race.
UNKNOWN, NEITHER = "race not recorded", "race is in neither group, or in either"


def derived(result: Mapping[str, Any]) -> Iterator[float]:
    """What follows from a result by a rule of METHODS alone: the share without race, each ratio's hidden factor."""
    aside = {excluded["reason"]: excluded["n"] for excluded in result["excluded"]}
    unknown, neither = aside.get(UNKNOWN, 0), aside.get(NEITHER, 0)
    if looked_at := unknown + neither + result["rows_used"]:
        yield unknown / looked_at
    for estimate in result["answer"].get("estimates", ()):
        if estimate["scale"] == "probability":
            yield from (one_in(estimate[end]) for end in ("value", "low", "high"))
        found = as_ratio(estimate)
        if found and found["low"] > 0 and not found["low"] <= 1 <= found["high"]:
            limit = found["low"] if found["low"] > 1 else found["high"]
            yield from (hidden.e_value(limit, common_odds) for common_odds in (False, True))
