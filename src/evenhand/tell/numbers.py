"""How a number is written, once for page, statement, charts and claims; and how a written number is found again."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

MINUS = "−"
# Below this a chance is not told apart: no model of telling holds so far out.
RAREST = 1e-6
# EXPERIENCE 5, rule 1: 0 to 9 print alike.
FEWEST = 10
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def decimals(value: float, places: int) -> str:
    """`value` with so many decimals, thousands parted by commas, a true minus."""
    text = f"{value:,.{places}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else text.removeprefix("-")


def count(value: float) -> str:
    """A whole number.

    >>> count(51920)
    '51,920'

    """
    return decimals(value, 0)


def people(value: float | None) -> str:
    """A count of people who told, or of what they told, once it is large enough to be shown (EXPERIENCE 5, rule 1).

    >>> people(12), people(9), people(0), people(None)
    ('12', 'fewer than 10', 'fewer than 10', 'fewer than 10')

    """
    return count(value) if shown(value) else f"fewer than {FEWEST}"


def shown(value: float | None) -> TypeGuard[float]:
    """Whether a count of people who told may stand as it is; None is held back already."""
    return value is not None and value >= FEWEST


def ratio(value: float) -> str:
    """A ratio: two decimals below 10, one below 100, none above; two digits that count below 0.1.

    >>> ratio(1.3449), ratio(12.06), ratio(0.0312)
    ('1.34', '12.1', '0.031')

    """
    size = abs(value)
    if 0 < size < 0.1:
        return decimals(value, 1 - math.floor(math.log10(size)))
    return decimals(value, 2 if size < 10 else 1 if size < 100 else 0)


def share(value: float, like: float | None = None) -> str:
    """A share in percent: whole from 10 %, one decimal from 1 %, two below; `like` decides for a pair of limits.

    >>> share(0.336), share(0.0917), share(0.12, like=0.0917)
    ('34 %', '9.2 %', '12.0 %')

    """
    size = abs(value if like is None else like)
    return decimals(100 * value, 0 if size >= 0.1 or size == 0 else 1 if size >= 0.01 else 2) + " %"


def per_thousand(value: float, like: float | None = None) -> str:
    """A rate or share as so many in a thousand: whole from 10, else one decimal.

    >>> per_thousand(0.1732), per_thousand(0.0031)
    ('173 per 1,000', '3.1 per 1,000')

    """
    size = 1000 * abs(value if like is None else like)
    return decimals(1000 * value, 0 if size >= 10 else 1) + " per 1,000"


def more_or_fewer(value: float, like: float | None = None) -> str:
    """A difference of shares in plain counts.

    >>> more_or_fewer(0.0312), more_or_fewer(-0.0049)
    ('31 more per 1,000', '4.9 fewer per 1,000')

    """
    number, unit = per_thousand(abs(value), like).split(" ", 1)
    return f"{number} {'fewer' if value < 0 else 'more'} {unit}"


def log_odds(value: float) -> str:
    """A natural logarithm, three decimals.

    >>> log_odds(-0.116466)
    '−0.116'

    """
    return decimals(value, 3)


def chance(value: float) -> str:
    """A p-value.

    >>> chance(0.00042), chance(0.0123)
    ('p < 0.001', 'p = 0.012')

    """
    return "p < 0.001" if value < 0.001 else f"p = {decimals(value, 3)}"


def probability(value: float) -> str:
    """A chance: three decimals, or one in so many where it is rarer than one in a hundred.

    >>> probability(0.0256), probability(0.00024414), probability(9.5e-7), probability(0)
    ('0.026', '1 in 4,100', 'less than 1 in a million', '0.000')

    """
    if value >= 0.01 or value <= 0:
        return decimals(value, 3)
    if value < RAREST:
        return "less than 1 in a million"
    return f"1 in {count(one_in(value))}"


def one_in(value: float) -> float:
    """How many a chance is one in, with two digits that count; 0 where there is no chance at all.

    >>> one_in(0.00024414)
    4100.0

    """
    many = 1 / value if value > 0 else 0.0
    return round(many, 1 - math.floor(math.log10(many))) if many else 0.0


def agreement(value: float) -> str:
    """Krippendorff's alpha, two decimals.

    >>> agreement(0.7434)
    '0.74'

    """
    return decimals(value, 2)


def rate(value: float, like: float | None = None) -> str:
    """A rate in the unit its quantity names: whole from 10, one decimal from 1, else as a ratio.

    >>> rate(173.2), rate(4.59)
    ('173', '4.6')

    """
    size = abs(value if like is None else like)
    return decimals(value, 0 if size >= 10 else 1) if size >= 1 else ratio(value)


def _ratio(value: float, _like: float) -> str:
    return ratio(value)


def _log_odds(value: float, _like: float) -> str:
    return log_odds(value)


def _probability(value: float, _like: float) -> str:
    return probability(value)


def _agreement(value: float, _like: float) -> str:
    return agreement(value)


def _count(value: float, _like: float) -> str:
    return count(value)


# One way to write each scale of an estimate; the value decides the digits of its limits.
_WRITTEN: Mapping[str, Callable[[float, float], str]] = {
    "ratio": _ratio,
    "log odds ratio": _log_odds,
    "share": share,
    "difference": more_or_fewer,
    "rate": rate,
    "count": _count,
    "probability": _probability,
    "alpha": _agreement,
}


def _written(estimate: Mapping[str, Any], end: str) -> str:
    """One end of an estimate; a quantity named per_1000 is in thousandths already."""
    value, like, written = estimate[end], estimate["value"], _WRITTEN[estimate["scale"]]
    if "per_1000" in estimate.get("quantity", "") and estimate["scale"] in ("difference", "rate"):
        written = more_or_fewer if estimate["scale"] == "difference" else per_thousand
        value, like = value / 1000, like / 1000
    return written(value, like)


def value_of(estimate: Mapping[str, Any]) -> str:
    """The value of an estimate as it is written everywhere.

    >>> value_of({"quantity": "difference_per_1000", "scale": "difference", "value": 31.2})
    '31 more per 1,000'

    """
    return _written(estimate, "value")


def interval_of(estimate: Mapping[str, Any]) -> str:
    """The interval of an estimate as it is written everywhere; nothing where it has none, as a plain count.

    >>> interval_of({"scale": "ratio", "value": 1.34, "low": 1.2, "high": 1.7})
    'between 1.20 and 1.70'

    """
    if estimate["low"] == estimate["value"] == estimate["high"]:
        return ""
    return between(_written(estimate, "low"), _written(estimate, "high"))


def between(low: str, high: str) -> str:
    """Two written limits as an interval; a unit that both share is said once."""
    for unit in (" more per 1,000", " fewer per 1,000", " per 1,000", " %"):
        if low.endswith(unit) and high.endswith(unit):
            low = low.removesuffix(unit)
            break
    return f"between {low} and {high}"


def reading_of(estimate: Mapping[str, Any]) -> str:
    """Value and interval in one.

    >>> reading_of({"scale": "share", "value": 0.34, "low": 0.31, "high": 0.37})
    '34 % (between 31 and 37 %)'

    """
    interval = interval_of(estimate)
    return f"{value_of(estimate)} ({interval})" if interval else value_of(estimate)


def as_ratio(estimate: Mapping[str, Any]) -> dict[str, Any] | None:
    """A ratio with its interval: the estimate itself, or exp of log odds; None for other scales."""
    if estimate["scale"] == "ratio":
        return dict(estimate)
    if estimate["scale"] == "log odds ratio":
        powers = {end: math.exp(estimate[end]) for end in ("value", "low", "high")}
        return {**estimate, **powers, "scale": "ratio"}
    return None


def day(iso: str) -> str:
    """A date in words.

    >>> day("2017-01-31")
    '31 January 2017'

    """
    try:
        found = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def figure(value: Any) -> str:
    """Any figure of settings, gates and diagnostics, for a table.

    >>> figure(0.123456), figure(12345), figure(None), figure([1, 2])
    ('0.1235', '12,345', 'not available', '1, 2')

    """
    if value is None or isinstance(value, bool):
        return {None: "not available", True: "yes", False: "no"}[value]
    if isinstance(value, (int, float)):
        return _figure(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name.replace('_', ' ')} {figure(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(figure(item) for item in value)
    return str(value)


def _figure(value: float) -> str:
    if value == int(value):
        return count(value)
    if abs(value) < 0.0001:
        return "under 0.0001" if value > 0 else f"{MINUS}0.0000"
    # four digits that count
    text = decimals(value, max(0, 3 - math.floor(math.log10(abs(value)))))
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it stands in a text: `value` with `decimals` places, and the units that may belong to it."""

    text: str
    value: float
    decimals: int
    percent: bool = False
    thousand: bool = False


# Not numbers: hashes, addresses and ids, versions, dates, levels, and the conventions every finding shares.
_NOT_NUMBERS = re.compile(
    r"\b[0-9a-f]{40,}\b"
    r"|\S*\w[/#@]\S+"
    r"|\b\d+\.\d+\.\d+\w*"
    r"|\b\d{4}-\d{2}(?:-\d{2})?\b"
    rf"|\b\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}\b"
    r"|\blevels? [0-4](?: (?:to|and|or) [0-4])?\b"
    r"|\bp < 0\.001|\bunder 0\.0001\b|\b(?:under|at least) \d+ ?% needed|\(\d(?:\.\d)? needed\)"
    r"|\b80 % power\b|\b50, 80 and 95 %|\b95 % intervals?\b|\b0\.90(?: to | and |[-–])1\.11\b"
    r"|\balpha at 0\.80 and above\b|\bfrom 0\.667 as tentative\b|\b1 in a million\b"
    r"|\bfewer than 10\b|\bISO 8601\b|\bSHA-256\b",
    re.IGNORECASE,
)
_NUMERAL = re.compile(r"(?<![\w.])(?<![\w],)(?:(?<=[\s(])-|−)?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w])")
_PERCENT = re.compile(r"^(?: (?:and|to|or|against) [−\d.,]+)? ?%")
_THOUSAND = re.compile(r"^[^.;()\n]{0,40}per 1,000")


def numbers_in(text: str) -> list[Numeral]:
    """The numerals of a text, without dates, levels, hashes, ids, versions and shared conventions.

    >>> [numeral.text for numeral in numbers_in("On 2 May 2017, level 2: 34 % of 51,920, ratio 1.20 (a/b-2#c)")]
    ['34', '51,920', '1.20']

    """
    text = _NOT_NUMBERS.sub(" ", text.replace("\u00a0", " ").replace("\u202f", " "))
    return list(_numerals(text))


def _numerals(text: str) -> Iterator[Numeral]:
    for found in _NUMERAL.finditer(text):
        digits, rest = found.group(1), text[found.end() :]
        if text[: found.start()].endswith("per ") and digits == "1,000":
            continue
        value = float(digits.replace(",", ""))
        places = len(digits.partition(".")[2])
        sign = -1 if found.group(0)[0] in f"-{MINUS}" else 1
        yield Numeral(found.group(0), sign * value, places, bool(_PERCENT.match(rest)), bool(_THOUSAND.match(rest)))
