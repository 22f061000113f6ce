"""What is published: a plan, its results, and the claims that rest on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evenhand.terms.evidence import Publicity, Review, Source
from evenhand.terms.result import Contrast, Period, Result, Scope


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A file to read, the reader for it, and what the plan knows that the file does not say."""

    path: str
    reader: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedBenchmark:
    """A small file of exposure by place and group."""

    name: str
    path: str
    key: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A small table beside the plan: `kind` is its section (`roster`, `areas`, `lists`, `codes`, `links`, `calls`)."""

    kind: str
    path: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedMethod:
    """A method by name with its settings; `contrasts` and `scopes` by name, empty for all."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    contrasts: tuple[str, ...] = ()
    scope: str = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, written before results are seen; `sha256` is of the file's bytes."""

    title: str
    sources: tuple[PlannedSource, ...]
    contrasts: tuple[Contrast, ...]
    periods: tuple[Period, ...]
    scopes: tuple[Scope, ...]
    benchmarks: tuple[PlannedBenchmark, ...]
    methods: tuple[PlannedMethod, ...]
    place: str
    sha256: str
    agency: str = ""
    contact: str = ""
    # when the agency was asked for its reply, and what it said
    reply_asked: str = ""
    reply: str = ""
    locked_on: str | None = None
    changes: tuple[str, ...] = ()
    beside: tuple[PlannedTable, ...] = ()
    publicity: tuple[Publicity, ...] = ()
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence bound to the numbers it rests on, with its level of strength and the reasons.

    `numbers` are ids `result#quantity`; `level` is 0-4 (EXPERIENCE 4.2). `kind` is `stops`, `darkness`,
    `decision`, `outcome` or `overall`; `would_change` are sentences that name what would move it.
    """

    id: str
    text: str
    numbers: tuple[str, ...]
    level: int
    reasons: tuple[str, ...]
    kind: str = "overall"
    would_change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Another explanation of what was seen: what was done about it, or that these data cannot test it."""

    explanation: str
    done: str
    numbers: tuple[str, ...] = ()
    tested: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan, its results, its claims, and what stands against them."""

    title: str
    plan: Plan
    sources: tuple[Source, ...]
    results: tuple[Result, ...]
    claims: tuple[Claim, ...]
    explanations: tuple[Explanation, ...] = ()
    not_shown: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    made_by: str = ""
    made_on: str = ""
    cleared: bool = False
