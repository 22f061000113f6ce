"""Told again: the number of each telling, which tellings of a sheet are of one encounter, and which of one event."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from evenhand.errors import RecordError
from evenhand.hear import guide, register
from evenhand.hear.tellings import Draft
from evenhand.terms.encounter import AREA_PREFIX

# Free words that name things: written in one way where only capitals differ.
ONE_SPELLING = ("referrer", "agency_id", "sentinel_group")


def joined(draft: Draft, made: list[dict[str, Any]], about: register.About) -> list[dict[str, Any]]:
    """The rows with their numbers, encounters and events, things named in one spelling, and whose they are."""
    number(draft, made, about.id)
    link(draft, made)
    _events(made, about.id)
    _one_spelling(made)
    return [telling | {"source_id": about.id, "tz": about.timezone} for telling in made]


def number(draft: Draft, made: Sequence[dict[str, Any]], source: str) -> None:
    """A number for each telling: the office's own, else that of its row; RecordError when two have one number."""
    rows: dict[str, list[int]] = {}
    for telling in made:
        if telling["report_id"]:
            rows.setdefault(telling["_written"], []).append(telling["raw_row"])
    doubled = [f"{' and '.join(map(str, at))}" for at in rows.values() if len(at) > 1]
    if doubled:
        raise RecordError(
            f"{draft.sheet.path}: one report_id stands in rows {'; '.join(doubled)}; "
            f"expected a number of its own for each "
            "telling: where an encounter was told again, same_as names the earlier number"
        )
    renamed = sum(telling["report_id"] is None and "_written" in telling for telling in made)
    for telling in made:
        telling["report_id"] = telling["report_id"] or f"{source}-{telling['raw_row']}"
    if renamed:
        draft.notes.append(
            f"Report numbers that looked like a person's number or name, and became their row's: {renamed:,}."
        )


def link(draft: Draft, made: Sequence[dict[str, Any]]) -> None:
    """`encounter_id` by following `same_as` to the first telling; how sure that is multiplies along the way."""
    numbered = {telling["_written"]: place for place, telling in enumerate(made) if "_written" in telling}
    numbered |= {guide.key(telling["report_id"]): place for place, telling in enumerate(made)}
    parents: dict[int, int] = {}
    for place, telling in enumerate(made):
        same = telling.pop("same_as", None)
        if same is None:
            continue
        other = numbered.get(guide.key(same))
        if other is None or other == place:
            draft.list_unread(telling["raw_row"], "same_as", "the report_id of another row of this sheet")
        else:
            parents[place] = other
    sure = {place: made[place]["link_probability"] for place in parents}
    for place, telling in enumerate(made):
        root, chain = _root(place, parents)
        telling["encounter_id"] = made[root]["report_id"]
        told = [sure[each] for each in chain if sure[each] is not None]
        telling["link_probability"] = round(prod(told), 4) if told and root != place else None
    for telling in made:
        telling.pop("_written", None)


def _root(place: int, parents: Mapping[int, int]) -> tuple[int, list[int]]:
    """The first telling that a chain of `same_as` leads to, and the links gone along; of a circle, its first row."""
    chain: list[int] = []
    while place in parents and place not in chain:
        chain.append(place)
        place = parents[place]
    if place in parents:
        circle = chain[chain.index(place) :]
        root = min(circle)
        return root, chain[: chain.index(root)] if root in chain else chain
    return place, chain


def _events(made: Sequence[dict[str, Any]], source: str) -> None:
    """`event_id` of rows that share a word in `same_event`: the number of the first of them, never the word."""
    first: dict[str, int] = {}
    for telling in made:
        word = telling.pop("same_event", None)
        at = first.setdefault(guide.key(word), telling["raw_row"]) if word else None
        telling["event_id"] = f"{source}-event-{at}" if at else None


def _one_spelling(made: Sequence[dict[str, Any]]) -> None:
    spelled: dict[tuple[str, str], str] = {}
    for telling in made:
        for name, said in telling.items():
            if said and (name in ONE_SPELLING or name.startswith(AREA_PREFIX)):
                telling[name] = spelled.setdefault((name, said.casefold()), said)
