"""What a method answers: estimates with their bands, or a refusal, and what was set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two groups compared; every ratio reads group over reference.

    `grouping` says whose words the groups are: `crosswalk` (the codes of ENCOUNTER, `BLACK`), or
    `as recorded` (the source's own words, `Black`), which keeps apart what the source keeps apart.
    """

    group: str
    reference: str
    grouping: Literal["crosswalk", "as recorded"] = "crosswalk"

    @property
    def name(self) -> str:
        """The pair as result ids write it."""
        return f"{self.group}-{self.reference}"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of local dates, both ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Scope:
    """Which encounters a method looks at: codes allowed by field, inside a period (None: all dates)."""

    name: str = "all"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows set aside, with the reason and the count."""

    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity with its interval, never a bare number.

    `scale` is one of `ratio`, `difference`, `share`, `rate`, `log odds ratio`, `count`, `probability`, `alpha`;
    `n` counts the rows behind it; `note` says what must be said wherever it is printed.
    """

    quantity: str
    scale: str
    value: float
    low: float
    high: float
    n: int
    se: float | None = None
    interval: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A range of the headline over something that is not sampling; never merged with the interval.

    `over` is `missing_race`, `benchmark`, `model`, `silence` (those who were asked and did not answer) or `links`
    (what is one encounter, or is in the records); `low` and `high` are on the headline's own scale.
    """

    over: Literal["missing_race", "benchmark", "model", "silence", "links"]
    low: float
    high: float
    reading: str
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """A table behind a chart: named columns of equal length, released values only."""

    name: str
    columns: Mapping[str, tuple[Any, ...]]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method found: the headline first, then what stands beside it.

    `smallest_visible` is the ratio (or difference) seen with 80 % power at two-sided 5 %; None only for a method that
    tests no difference.
    """

    estimates: tuple[Estimate, ...]
    smallest_visible: float | None
    bands: tuple[Band, ...] = ()
    series: tuple[Series, ...] = ()

    @property
    def headline(self) -> Estimate:
        """The estimate that claims rest on."""
        return self.estimates[0]


@dataclass(frozen=True, slots=True)
class Refusal:
    """These data cannot answer that: why, with the figures, and what would make it possible."""

    reason: str
    figures: Figures = field(default_factory=dict)
    needed: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says before any estimate is made.

    `refuse` stops the method; `caution` lets it pass and lowers the strength of its claims;
    `not assessed` says why the gate could not look.
    """

    gate: str
    verdict: Literal["pass", "caution", "refuse", "not assessed"]
    sentence: str
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One method's answer or refusal, with everything needed to check it."""

    id: str
    method: str
    settings: Figures
    contrast: Contrast | None
    scope: Scope
    rows_in: int
    excluded: tuple[Exclusion, ...]
    gates: tuple[Verdict, ...]
    answer: Answer | Refusal
    diagnostics: Figures = field(default_factory=dict)

    @property
    def rows_used(self) -> int:
        """Rows left once every exclusion is taken off."""
        return self.rows_in - sum(exclusion.n for exclusion in self.excluded)
