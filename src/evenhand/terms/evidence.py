"""All that a method may look at, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Light = Literal["green", "yellow", "red"]

# What the publisher of simulated rows is called, first words: whatever is made of them says so.
SIMULATED = "evenhand simulate"


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows came from. A person is never a source.

    `verdict` is the reader's judgement of the file and `evidence` the sentences it rests on;
    `health` holds the figures behind them, `notes` what the reader did that a critic should know.
    `public` says that the agency published these rows itself, or that they are simulated: until the
    disclosure gate stands, nothing else is told.
    """

    id: str
    publisher: str
    address: str
    licence: str
    retrieved: str
    sha256: str
    rows: int
    reader: str
    verdict: Light
    evidence: tuple[str, ...] = ()
    health: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    public: bool = False

    @property
    def simulated(self) -> bool:
        """Whether the rows are invented, so that nobody can be exposed by them."""
        return self.publisher.startswith(SIMULATED)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The dates a source covers, first and last included, and months known to be missing (`2017-03`).

    A month inside without rows is a gap unless the source is `complete`; outside it nothing is zero.
    """

    source: str
    first: date
    last: date
    complete: bool = False
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Who could have been stopped: exposure by place and group, in the race classes of the stops.

    `exposure` maps place to group to a count of people (or drivers, crashes, calls); a place is a
    value of the derived column `place`. `level` is the level of `area` it is given for.
    """

    name: str
    level: str
    exposure: Mapping[str, Mapping[str, float]]
    unit: str = "residents"
    source: Source | None = None
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Centroid:
    """The point a place's sun is reckoned for, degrees WGS 84."""

    latitude: float
    longitude: float
    basis: str


@dataclass(frozen=True, slots=True)
class RosterCell:
    """One cell of a group of known size, all of whom were asked: a department's officers of one race, say.

    `asked` and `answered` count people; `stopped` those who answered that they were; `days` are days at
    risk of each person; `race` is a code of the crosswalk. Nothing here is about one person.
    """

    group: str
    department: str
    race: str
    size: int
    asked: int
    answered: int
    stopped: int
    days: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Publicity:
    """A day on which something about the stops became widely known, after which more may tell."""

    day: date
    what: str = ""


@dataclass(frozen=True, slots=True)
class AreaCell:
    """An area of a scan: its centroid in degrees, and the people who live there (None where unknown)."""

    area: str
    latitude: float
    longitude: float
    people: float | None = None


@dataclass(frozen=True, slots=True)
class ListCell:
    """People (or events) on exactly these lists: one entry a list, 1 on it and 0 not, and how many."""

    on: tuple[int, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Lists:
    """Overlapping lists of the same people: their names, the cells seen, and pairs known to refer to each other.

    `linkage_error` is the share of those on several lists whose entries were not joined into one, None where nobody
    looked. `name` tells one set of lists from another where a plan has several.
    """

    names: tuple[str, ...]
    cells: tuple[ListCell, ...]
    unit: str = "people"
    refer: tuple[tuple[str, str], ...] = ()
    linkage_error: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A clerical review of links: true pairs and how many were found; false pairs and how many were linked."""

    true_pairs: int
    found: int
    false_pairs: int
    linked: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file: the table in our columns, and what it knows of where it came from.

    `encounters` is an Ibis table; `centroids` as in `Evidence`.
    """

    encounters: Any
    source: Source
    coverage: Coverage
    timezone: str
    centroids: Mapping[str | None, Centroid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Encounters on the engine, with what stands beside them.

    `encounters` is an Ibis table of the columns of `tables.columns` (ibis ships no types).
    `centroids` maps place to its point; the key None serves every place not named.
    """

    encounters: Any
    sources: tuple[Source, ...]
    coverage: tuple[Coverage, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    centroids: Mapping[str | None, Centroid] = field(default_factory=dict)
    timezone: str = "UTC"
    # what people told: one row a telling, columns of the record (`report_id`, `encounter_id`, `reported_on` ...)
    reports: Any = None
    rosters: tuple[RosterCell, ...] = ()
    publicity: tuple[Publicity, ...] = ()
    areas: tuple[AreaCell, ...] = ()
    lists: tuple[Lists, ...] = ()
    # one row a code: report_id, coder, version, element, phase, code (1, 0, 9), month, language
    codes: Any = None
    # one row a link of an encounter to a stop record: encounter_id, probability, undecided
    links: Any = None
    review: Review | None = None
    # one row a day, area group and call type: date, area, call_type, n
    calls: Any = None
