"""A plan: written before results are seen, locked by its hash, and every later change printed.

`PLAN.lock` beside `PLAN.toml` holds the SHA-256 of the file's bytes, the day, and the bytes themselves,
so that a change can be shown line by line. The format is docs/formats/plan.md.
"""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evenhand import weigh
from evenhand.errors import OutputError, PlanError
from evenhand.terms.encounter import BY_NAME
from evenhand.terms.evidence import Publicity, Review
from evenhand.terms.finding import Plan, PlannedBenchmark, PlannedMethod, PlannedSource, PlannedTable
from evenhand.terms.result import Contrast, Period, Scope

# The plans that `evenhand plan new` writes, for a person to edit: on an agency's stops, and on reports of a mailbox.
EXAMPLE, REPORTS_EXAMPLE = (Path(__file__).with_name(name) for name in ("example.toml", "reports.toml"))

# What the example on reports leaves for a person to write; a plan is locked once, and not with these in it.
UNWRITTEN = (
    "OUR OFFICE",
    "THE AGENCY THE REPORTS ARE ABOUT",
    "OFFICE AND ADDRESS FOR QUESTIONS",
    "WHERE THESE SHARES COME FROM",
)

# Small tables beside the plan, with what may be said of each; docs/formats/beside.md is their page.
OF_A_TABLE = ("path", "publisher", "address", "licence", "retrieved", "public")
BESIDE = {
    "roster": OF_A_TABLE,
    "areas": OF_A_TABLE,
    "lists": (*OF_A_TABLE, "name", "unit", "refer", "linkage_error"),
    "codes": OF_A_TABLE,
    "links": OF_A_TABLE,
    "calls": OF_A_TABLE,
}
TOP = (
    "title", "agency", "place", "contact", "reply_asked", "reply",
    "source", "contrast", "period", "scope", "benchmark", "method",
    *BESIDE, "publicity", "review",
)  # fmt: skip


def read(path: Path) -> Plan:
    """The plan in a TOML file, with its lock and what changed since; PlanError says what is wrong where."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError(f"no plan at {path}: {error.strerror}; `evenhand plan new` writes one") from error
    return parse(raw, path.parent, _lock_beside(path))


def parse(raw: bytes, folder: Path = Path(), lock: Mapping[str, Any] | None = None) -> Plan:
    """The plan in these bytes; paths of sources and benchmarks are taken from `folder`."""
    try:
        text = raw.decode("utf-8-sig")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"the plan is not TOML: {error}") from error
    _only(table, TOP, "the plan")
    for name in (*BESIDE, "source", "contrast", "period", "scope", "benchmark", "method", "publicity"):
        if not isinstance(table.get(name, []), list):
            raise PlanError(f"[{name}] stands in single brackets: write [[{name}]], of which a plan may have several")
    if not table.get("method"):
        raise PlanError("the plan has no [[method]]: it needs at least one")
    if not table.get("source") and not any(table.get(name) for name in BESIDE):
        raise PlanError("the plan has no [[source]]: it needs at least one, or a table beside it such as [[roster]]")
    return Plan(
        title=str(table.get("title", "")),
        agency=str(table.get("agency", "")),
        place=str(table.get("place", "")),
        contact=str(table.get("contact", "")),
        reply_asked=str(_day(table["reply_asked"])) if table.get("reply_asked") else "",
        reply=str(table.get("reply", "")),
        sources=tuple(_source(entry, folder) for entry in table.get("source", ())),
        contrasts=tuple(_contrast(entry) for entry in table.get("contrast", ())),
        periods=tuple(_period(entry) for entry in table.get("period", ())),
        scopes=tuple(_scope(entry) for entry in table.get("scope", ())),
        benchmarks=tuple(_benchmark(entry, folder) for entry in table.get("benchmark", ())),
        methods=tuple(_method(entry) for entry in table["method"]),
        sha256=hashlib.sha256(raw).hexdigest(),
        locked_on=None if lock is None else str(lock["locked_on"]),
        changes=() if lock is None else tuple(_changes(str(lock["text"]), text)),
        beside=tuple(_table(name, entry, folder) for name in BESIDE for entry in table.get(name, ())),
        publicity=tuple(_publicity(entry) for entry in table.get("publicity", ())),
        review=_review(table["review"]) if "review" in table else None,
    )


def lock(path: Path, today: date | None = None) -> Path:
    """Write `PLAN.lock` beside the plan: its hash, the day, its text. A locked plan is not locked again."""
    read(path)
    beside = path.with_suffix(".lock")
    if beside.exists():
        raise PlanError(f"{beside} is there already: a plan is locked once; changes are printed against it")
    raw = path.read_bytes()
    if left := [words for words in UNWRITTEN if words in raw.decode("utf-8-sig")]:
        raise PlanError(f"{path} still says {', '.join(left)}: write your own first, a plan is locked once")
    day = today or datetime.now(UTC).date()
    content = {"sha256": hashlib.sha256(raw).hexdigest(), "locked_on": day.isoformat(), "text": raw.decode("utf-8-sig")}
    try:
        beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        # half a lock would stand in the way of the next try
        beside.unlink(missing_ok=True)
        raise OutputError(f"{beside} cannot be written: {error.strerror}; choose a folder you may write to") from error
    return beside


def new(path: Path, example: str) -> Path:
    """Write an example plan; never over a file that is there."""
    begun = False
    try:
        with path.open("x", encoding="utf-8") as file:
            begun = True
            file.write(example)
    except FileExistsError as error:
        raise PlanError(f"{path} is there already: choose another name, or edit it") from error
    except OSError as error:
        if begun:
            path.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose a folder you may write to") from error
    return path


def summary(plan: Plan) -> dict[str, Any]:
    """What a program needs to know of a plan."""
    return {
        "title": plan.title,
        "sha256": plan.sha256,
        "locked_on": plan.locked_on,
        "changes": list(plan.changes),
        "sources": [source.path or source.reader for source in plan.sources],
        "beside": [f"{planned.kind}: {planned.path}" for planned in plan.beside],
        "publicity": [" ".join(filter(None, (day.day.isoformat(), day.what))) for day in plan.publicity],
        "review": None if plan.review is None else asdict(plan.review),
        "asks": [asked(method) for method in methods(plan)],
    }


def text(plan: Plan) -> str:
    """What a plan asks, for people."""
    shown = summary(plan)
    state = (
        f"locked on {plan.locked_on}" if plan.locked_on else "not locked: `evenhand plan lock` before results are seen"
    )
    lines = [plan.title, f"sha256 {plan.sha256}", state, *(f"changed: {line}" for line in plan.changes), ""]
    parts = (("hears", "sources"), ("reads", "beside"), ("knows of", "publicity"), ("asks", "asks"))
    review = () if plan.review is None else (_reviewed(plan.review),)
    return "\n".join([*lines, *(f"  {word} {each}" for word, part in parts for each in shown[part]), *review])


def _reviewed(review: Review) -> str:
    found, linked = f"{review.found:,} of {review.true_pairs:,}", f"{review.linked:,} of {review.false_pairs:,}"
    return f"  review of links: {found} true pairs found, {linked} false pairs linked"


def asked(method: Any) -> str:
    """A method with the two groups it compares, if any, its scope and period."""
    contrast, scope = getattr(method, "contrast", None), method.scope
    parts = (contrast.name if contrast else "", scope.name, scope.period.name if scope.period else "")
    return f"{method.name}: {', '.join(part for part in parts if part)}"


def methods(plan: Plan) -> Iterable[Any]:
    """Every method the plan asks for: each with each of its contrasts, in each period."""
    contrasts = {contrast.name: contrast for contrast in plan.contrasts}
    scopes = {scope.name: scope for scope in plan.scopes} | {"all": Scope()}
    for planned in plan.methods:
        cls = weigh.named(planned.name)
        compares = "contrast" in {field.name for field in fields(cls)}
        for name in (planned.contrasts or contrasts) if compares else ("",):
            for period in plan.periods or (None,):
                given: dict[str, Any] = {"scope": Scope(planned.scope, scopes[planned.scope].where, period)}
                if compares:
                    given["contrast"] = contrasts[name]
                yield cls(**given, **_settings(cls, plan, planned))


def check(plan: Plan) -> Plan:
    """Hold the plan's names against each other before any row is read."""
    contrasts, scopes = {contrast.name for contrast in plan.contrasts}, {scope.name for scope in plan.scopes} | {"all"}
    compares = any("contrast" in {field.name for field in fields(weigh.named(m.name))} for m in plan.methods)
    if compares and not contrasts:
        raise PlanError("the plan has no [[contrast]]: name the group and the reference to compare")
    for planned in plan.methods:
        for name in planned.contrasts:
            _known(name, contrasts, f"contrast of method {planned.name}")
        _known(planned.scope, scopes, f"scope of method {planned.name}")
    within(plan.publicity, [(period.first, period.last) for period in plan.periods], "[[period]]")
    list(methods(plan))
    return plan


def within(publicity: Iterable[Publicity], spans: Sequence[tuple[date, date]], what: str) -> None:
    """PlanError when a day of publicity lies in none of the spans: a slip of the pen, or another plan's day."""
    outside = [each.day for each in publicity if not any(first <= each.day <= last for first, last in spans)]
    if spans and outside:
        there = ", ".join(f"{first} to {last}" for first, last in spans)
        raise PlanError(
            f"[[publicity]] {', '.join(map(str, outside))} lies in no {what}: {there}; mend the day, or take it out"
        )


def _settings(cls: Any, plan: Plan, planned: PlannedMethod) -> dict[str, Any]:
    kinds = {field.name: field.type for field in fields(cls)}
    own = set(kinds) - {"contrast", "scope"}
    settings = {name: _setting(value, kinds.get(name)) for name, value in planned.settings.items()}
    stray = sorted(set(settings) - own)
    if stray:
        raise PlanError(f"method {planned.name} has no setting {', '.join(stray)}: it has {', '.join(sorted(own))}")
    if "place" in own and "place" not in settings:
        settings["place"] = plan.place
    return settings


def _source(entry: Mapping[str, Any], folder: Path) -> PlannedSource:
    settings = {name: value for name, value in entry.items() if name not in ("path", "reader")}
    reader = str(_needed(entry, "reader", "[[source]]"))
    path = str(entry.get("path", ""))
    if "mapping" in settings:
        settings["mapping"] = str(folder / str(settings["mapping"]))
    return PlannedSource(str(folder / path) if path else "", reader, settings)


def _contrast(entry: Mapping[str, Any]) -> Contrast:
    _only(entry, ("group", "reference", "grouping"), "[[contrast]]")
    grouping = entry.get("grouping", "crosswalk")
    _known(grouping, ("crosswalk", "as recorded"), "grouping")
    group, reference = (str(_needed(entry, name, "[[contrast]]")) for name in ("group", "reference"))
    if group == reference:
        raise PlanError(f"[[contrast]] compares {group!r} with itself: name two groups")
    return Contrast(group, reference, grouping)


def _period(entry: Mapping[str, Any]) -> Period:
    _only(entry, ("name", "from", "to"), "[[period]]")
    first, last = (_day(_needed(entry, name, "[[period]]")) for name in ("from", "to"))
    if last < first:
        raise PlanError(f"[[period]] {entry['name']} ends {last} before it begins {first}")
    return Period(str(_needed(entry, "name", "[[period]]")), first, last)


def _scope(entry: Mapping[str, Any]) -> Scope:
    where = {name: tuple(str(code) for code in codes) for name, codes in entry.items() if name != "name"}
    for name in where:
        _known(name, BY_NAME, "field of [[scope]]")
    return Scope(str(_needed(entry, "name", "[[scope]]")), where)


def _benchmark(entry: Mapping[str, Any], folder: Path) -> PlannedBenchmark:
    settings = {name: value for name, value in entry.items() if name not in ("name", "path", "key")}
    path = str(entry.get("path", ""))
    return PlannedBenchmark(
        str(_needed(entry, "name", "[[benchmark]]")),
        str(folder / path) if path else "",
        str(_needed(entry, "key", "[[benchmark]]")),
        settings,
    )


def _table(kind: str, entry: Mapping[str, Any], folder: Path) -> PlannedTable:
    where = f"[[{kind}]]"
    _only(entry, BESIDE[kind], where)
    settings = {name: value for name, value in entry.items() if name != "path"}
    if not isinstance(settings.get("public", False), bool):
        raise PlanError(f"{where} public = {settings['public']!r}: expected true or false, without quotes")
    if kind == "lists":
        _lists(settings)
    return PlannedTable(kind, str(folder / str(_needed(entry, "path", where))), settings)


def _lists(settings: Mapping[str, Any]) -> None:
    """PlanError where what is said of lists cannot be."""
    _known(settings.get("unit", "people"), ("people", "events"), "unit of [[lists]]")
    refer = settings.get("refer", [])
    if not isinstance(refer, list) or not all(
        isinstance(pair, list) and len(set(map(str, pair))) == 2 for pair in refer
    ):
        raise PlanError(f'[[lists]] refer = {refer!r}: expected pairs of lists, as [["shelter", "clinic"]]')
    error = settings.get("linkage_error", 0)
    if isinstance(error, bool) or not isinstance(error, int | float) or not 0 <= error <= 1:
        raise PlanError(
            f"[[lists]] linkage_error = {error!r}: expected the share of those on several lists "
            "who were not joined, 0 to 1"
        )


def _publicity(entry: Mapping[str, Any]) -> Publicity:
    _only(entry, ("day", "what"), "[[publicity]]")
    return Publicity(_day(_needed(entry, "day", "[[publicity]]")), str(entry.get("what", "")))


def _review(entry: Any) -> Review:
    names = tuple(field.name for field in fields(Review))
    if not isinstance(entry, Mapping):
        raise PlanError("[review] stands once, in single brackets: a plan has one review of links")
    _only(entry, names, "[review]")
    counts = {name: _needed(entry, name, "[review]") for name in names}
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise PlanError(f"[review] {name} = {count!r}: expected a whole number, 0 or more")
    for part, whole in (("found", "true_pairs"), ("linked", "false_pairs")):
        if counts[part] > counts[whole]:
            raise PlanError(f"[review] {part} {counts[part]} is more than {whole} {counts[whole]}: mend one of them")
    return Review(**counts)


def _method(entry: Mapping[str, Any]) -> PlannedMethod:
    name = str(_needed(entry, "name", "[[method]]"))
    weigh.named(name)
    settings = {key: value for key, value in entry.items() if key not in ("name", "contrasts", "scope")}
    return PlannedMethod(name, settings, tuple(entry.get("contrasts", ())), str(entry.get("scope", "all")))


def _setting(value: Any, kind: Any = None) -> Any:
    """A setting as methods take it: lists, and lists in them, as tuples; days as dates, in quotes or not."""
    if isinstance(value, list):
        return tuple(_setting(each, date if kind == tuple[date, ...] else None) for each in value)
    return _day(value) if kind is date else value


def _day(value: Any) -> date:
    try:
        # TOML's moments are days with a clock, and no day of ours has one
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError as error:
        raise PlanError(f"{value!r} is not a date: expected YYYY-MM-DD") from error


def _needed(entry: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in entry:
        raise PlanError(f"{where} has no {name!r}: {dict(entry)}")
    return entry[name]


def _only(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    stray = sorted(set(entry) - set(known))
    if stray:
        raise PlanError(f"{where} has {', '.join(stray)}: expected only {', '.join(known)}")


def _known(name: Any, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise PlanError(f"{what} {name!r} is not known: expected one of {', '.join(known)}")


def _lock_beside(path: Path) -> Mapping[str, Any] | None:
    beside = path.with_suffix(".lock")
    if not beside.exists():
        return None
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
        return {"sha256": content["sha256"], "locked_on": content["locked_on"], "text": content["text"]}
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError(
            f"{beside} is not a lock of ours: bring the original back, or take it away knowingly"
        ) from error


def _changes(locked: str, now: str) -> Iterable[str]:
    if locked == now:
        return
    before = hashlib.sha256(locked.encode()).hexdigest()
    yield f"locked as sha256 {before}"
    for line in difflib.unified_diff(locked.splitlines(), now.splitlines(), "locked", "now", lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line
