"""The end of every reading of a file: what it lacks is refused or counted, and its source is registered.

A reader drafts a table in the record's columns, with check columns beside them (`_unread_date`,
`_stray_race_officer` ...); one pass counts them, and with them the figures of health.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from evenhand.errors import PlanError
from evenhand.hear import checks, health, repeats, sheet
from evenhand.hear.file import File
from evenhand.tables import columns, zones
from evenhand.terms.evidence import Centroid, Coverage, Reading, Source

# Standard deviation of positions, degrees, within which one point serves the sun: a minute of sunset.
ONE_POINT = 0.2

Draft = Callable[[bool], Any]
Span = Coverage | Sequence[str | date] | None


@dataclass(frozen=True, slots=True)
class About:
    """What a reader, a mapping or a plan says of a source that the file does not.

    `coverage` is a `Coverage`, or first and last day (`2017-01-01`) or month (`2017-01`). `centroid` is a
    `Centroid`, latitude and longitude, or a mapping of them; `centroids` the same by place.
    `public` says that the agency published the rows itself.
    """

    id: str
    reader: str
    timezone: str
    publisher: str = ""
    address: str = ""
    licence: str = ""
    retrieved: str = ""
    coverage: Span = None
    complete: bool = False
    gaps: tuple[str, ...] = ()
    centroid: Any = None
    centroids: Mapping[str, Any] | None = None
    utc: bool = False
    public: bool = False
    notes: tuple[str, ...] = ()


def reading(connection: Any, file: File, draft: Draft, about: About) -> Reading:
    """The reading of `file` whose rows `draft(utc)` gives; RecordError when they break the record's contract."""
    zones.zone(about.timezone)
    stated = span(about)
    drafted = draft(about.utc)
    with sheet.explained(file), health.facts(connection, _located(drafted, about)) as seen:
        counts = checks.counts(seen)
        if counts["in_utc"] and not about.utc:
            checks.refuse_two_clocks(file, counts)
            said = "The times end in a zone of UTC: they were put on local clocks."
            return reading(connection, file, draft, replace(about, utc=True, notes=(*about.notes, said)))
        notes = (*file.notes, *about.notes, *checks.of_when(file, counts), *checks.of_words(file, seen, drafted))
        repeated = repeats.count(drafted) if repeats.any_in(seen) else 0
        figures = health.figures(seen, stated, repeated)
        centroids = _centroids(seen, about)
    if repeated:
        drafted = repeats.mark(connection, drafted)
        notes = (*notes, f"{repeated:,} rows repeat the stop number of an earlier row: repeated is yes there.")
    if stated is None:
        notes = (*notes, "Nobody stated what the source covers: its first and its last date were taken.")
    table = columns.conform(drafted.drop(*(name for name in drafted.columns if name.startswith("_"))))
    return Reading(
        table, _source(file, about, figures, notes), _coverage(about, stated, figures), about.timezone, centroids
    )


def span(about: About) -> Coverage | None:
    """The coverage as stated; None where nobody did."""
    given = about.coverage
    if given is None or isinstance(given, Coverage):
        return given
    if len(given) != 2:
        raise PlanError(f"coverage {list(given)!r} of {about.id}: expected first and last, as ['2017-01', '2017-12']")
    first, last = (_day(end, about.id, closing) for end, closing in zip(given, (False, True), strict=True))
    if last < first:
        raise PlanError(f"coverage of {about.id} ends {last} before it begins {first}: turn the two round")
    return Coverage(about.id, first, last, about.complete, tuple(about.gaps))


def _day(end: str | date, source: str, closing: bool) -> date:
    if isinstance(end, date):
        return end
    try:
        if len(end) == len("2017-01"):
            year, month = int(end[:4]), int(end[5:])
            return date(year, month, monthrange(year, month)[1] if closing else 1)
        return date.fromisoformat(end)
    except ValueError as error:
        raise PlanError(f"coverage of {source}: {end!r} is no day; expected 2017-01-31 or 2017-01") from error


def _located(drafted: Any, about: About) -> Any:
    """With positions for the mean point, where no point was given."""
    if about.centroid is not None or about.centroids or not {"lat", "lon"} <= set(drafted.columns):
        return drafted
    return drafted.mutate(_lat=drafted.lat.cast("float32"), _lon=drafted.lon.cast("float32"))


def _centroids(seen: Any, about: About) -> dict[str | None, Centroid]:
    places: dict[str | None, Centroid] = {place: centroid(point) for place, point in (about.centroids or {}).items()}
    if about.centroid is not None:
        places[None] = centroid(about.centroid)
    if places or "_lat" not in seen.columns:
        return places
    at = seen.aggregate(
        n=seen["_lat"].count(),
        lat=seen["_lat"].mean(),
        lon=seen["_lon"].mean(),
        wide=seen["_lat"].std(),
        long=seen["_lon"].std(),
    )
    row = at.to_pyarrow().to_pylist()[0]
    if row["n"] < 2 or max(row["wide"], row["long"]) > ONE_POINT:
        return places
    basis = f"mean position of the {row['n']:,} stops that have one"
    return {None: Centroid(round(row["lat"], 4), round(row["lon"], 4), basis)}


def centroid(given: Any) -> Centroid:
    """A `Centroid` from one, from latitude and longitude, or from a mapping of them."""
    if isinstance(given, Centroid):
        return given
    try:
        if isinstance(given, Mapping):
            return Centroid(float(given["latitude"]), float(given["longitude"]), str(given.get("basis", "stated")))
        latitude, longitude = given
        return Centroid(float(latitude), float(longitude), "stated")
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(f"centroid {given!r}: expected latitude and longitude, as [44.97, -93.27]") from error


def _source(file: File, about: About, figures: health.Figures, notes: tuple[str, ...]) -> Source:
    return Source(
        id=about.id,
        publisher=about.publisher or "not stated",
        address=about.address or file.path.name,
        licence=about.licence or "not stated",
        retrieved=about.retrieved or f"file dated {file.dated}",
        sha256=file.sha256,
        rows=figures["rows"],
        reader=about.reader,
        verdict=figures["light"],
        evidence=tuple(figures["evidence"]),
        health=figures,
        notes=notes,
        public=about.public,
    )


def _coverage(about: About, stated: Coverage | None, figures: health.Figures) -> Coverage:
    # a month without rows is a gap only where somebody said so: the gate `submission` asks about the others
    if stated is not None:
        return replace(stated, gaps=tuple(sorted({*stated.gaps, *about.gaps})))
    first, last = (date.fromisoformat(end) for end in figures["dates"])
    return Coverage(about.id, first, last, about.complete, about.gaps)


def of_file(file: File) -> str:
    """A source id from a file's name."""
    stem = file.path.name.split(".")[0].lower()
    return "".join(letter if letter.isalnum() else "-" for letter in stem).strip("-") or "stops"
