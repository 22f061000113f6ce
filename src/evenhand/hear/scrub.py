"""Scrubbing: what tells who a person is, or of their status, is taken out of texts before anything is kept.

The forms looked for stand in `marks`; the words of columns that were dropped go too. They find what has a form: a
number, a title before a name, words of status. A name that nothing marks they cannot find: the form asks for none,
and whoever shares a narrative reads it first.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.hear import mapping, marks
from evenhand.hear.marks import KINDS, PATTERNS, Kind, Pattern

__all__ = ["KINDS", "Dropped", "Kind", "Scrubbed", "column", "heading", "number", "status", "text"]

# What was taken out, in the order in which it was looked for.
Taken = list[tuple[Kind, str]]
IDS = tuple(pattern for pattern in PATTERNS if pattern.ids)
ABOUT_STATUS = tuple(pattern for pattern in PATTERNS if pattern.kind == "status")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text without what was taken out of it, how much of each kind that was, and the words themselves."""

    text: str
    taken: Mapping[Kind, int] = field(default_factory=dict)
    words: Sequence[tuple[Kind, str]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A cell of a column that was dropped: its words are taken out of the row's texts as well."""

    kind: Kind
    words: str = field(repr=False)


def column(name: str) -> Kind | None:
    """What a column holds that is never kept, by its name; None where nothing says so."""
    plain = mapping.plain(name)
    if mapping.forbidden(name):
        return "status"
    if marks.THINGS.search(plain) and not re.search(r"birth|status", plain):
        return None
    return next((kind for kind, form in marks.COLUMNS if re.search(form, plain)), None)


def text(said: str, dropped: Sequence[Dropped] = ()) -> Scrubbed:
    """`said` without what tells who a person is, and without status; white space and wide letters made plain."""
    taken: Taken = []
    made = _without(_one_form(said), dropped, taken)
    made = _without_status(made, taken)
    for pattern in PATTERNS:
        if pattern.kind != "status" or pattern.name == "alien number":
            made = _take(made, pattern, taken)
    return _scrubbed(made, taken)


def status(said: str) -> Scrubbed:
    """`said` without status alone: what else tells who a person is stays, for its writer to take out."""
    taken: Taken = []
    made = _without_status(_one_form(said), taken)
    for pattern in PATTERNS:
        if pattern.name == "alien number":
            made = _take(made, pattern, taken)
    return _scrubbed(made, taken)


def number(said: str, dropped: Sequence[Dropped] = ()) -> Scrubbed:
    """An office's own number of a telling: a person's number or name in it goes, other long numbers stay."""
    taken: Taken = []
    made = _numbers(_without(_one_form(said), dropped, taken), taken)
    if re.fullmatch(rf"{marks.UPPER}{marks.NAME}(?:,?\s+{marks.UPPER}{marks.NAME})+", made):
        taken.append(("name", made))
        made = "[name]"
    return _scrubbed(made, taken)


def heading(said: str) -> str:
    """The name of a column, without numbers and addresses of a person: the first row may be none of names."""
    return _numbers(_one_form(said), [])


def _scrubbed(made: str, taken: Taken) -> Scrubbed:
    return Scrubbed(made, dict(Counter(kind for kind, _words in taken)), tuple(taken))


def _numbers(said: str, taken: Taken) -> str:
    for pattern in IDS:
        said = _take(said, pattern, taken)
    return said


def _take(said: str, pattern: Pattern, taken: Taken) -> str:
    """Replace what the pattern finds, outside marks and, for long numbers, outside dates."""
    stay = [found.span() for found in marks.MARK.finditer(said)]
    if pattern.name in ("long number", "telephone"):
        dates = [found.span() for found in marks.KEPT_DATES.finditer(said)]
        # the last four digits of a telephone number may look like a year
        numbers = [found.span() for found in pattern.form.finditer(said)] if pattern.name == "telephone" else []
        stay += [date for date in dates if not any(_ends(number, date) for number in numbers)]
    return _outside(said, stay, lambda part: _replaced(part, pattern, taken))


def _ends(number: tuple[int, int], date: tuple[int, int]) -> bool:
    """Whether four digits close a longer number."""
    return date[1] - date[0] == 4 and number[0] < date[0] and date[1] <= number[1]


def _replaced(part: str, pattern: Pattern, taken: Taken) -> str:
    def mark(found: re.Match[str]) -> str:
        keep = found.groupdict().get("keep") or ""
        taken.append((pattern.kind, found[0].removeprefix(keep)))
        return keep + pattern.mark

    return pattern.form.sub(mark, part)


def _outside(said: str, stay: Iterable[tuple[int, int]], made: Callable[[str], str]) -> str:
    """`made` of each part of `said` that lies outside these spans; the spans stay as they are."""
    pieces, at = [], 0
    for first, last in sorted(stay):
        if first < at:
            continue
        pieces += [made(said[at:first]), said[first:last]]
        at = last
    return "".join([*pieces, made(said[at:])])


def _without_status(said: str, taken: Taken) -> str:
    """Statements of status go, and answers to questions about it; the question is the agent's conduct and stays."""
    pieces, at = [], 0
    while found := marks.QUESTION.search(said, at):
        pieces += [_statuses(said[at : found.start()], taken), found[0]]
        at = found.end()
        answer = marks.ANSWER.match(said, at) if _asks_status(found[0]) else None
        if answer and not (marks.NO_ANSWER.search(answer[1]) and not _tells_status(answer[1])):
            taken.append(("status", answer[1]))
            pieces += [said[at : answer.start(1)], "[status]"]
            at = answer.end()
    return "".join([*pieces, _statuses(said[at:], taken)])


def _asks_status(question: str) -> bool:
    return _tells_status(question) or bool(marks.ASKS_STATUS.search(question))


def _tells_status(part: str) -> bool:
    return any(pattern.form.search(part) for pattern in ABOUT_STATUS)


def _statuses(part: str, taken: Taken) -> str:
    for pattern in ABOUT_STATUS:
        part = _take(part, pattern, taken)
    return part


def _without(said: str, dropped: Sequence[Dropped], taken: Taken) -> str:
    """`said` without the words of the row's dropped cells, whatever their accents and capitals."""
    for each in dropped:
        for form in _forms(each.kind, each.words):
            plain = _plain(said)
            spans = [found.span() for found in form.finditer(plain)]
            pieces, at = [], 0
            for first, last in spans:
                taken.append((each.kind, said[first:last]))
                pieces += [said[at:first], f"[{each.kind if each.kind != 'other' else 'number'}]"]
                at = last
            said = "".join([*pieces, said[at:]])
    return said


def _forms(kind: Kind, words: str) -> tuple[re.Pattern[str], ...]:
    """What to look for, for a dropped cell: each word of a name, the whole of anything else."""
    plain = _plain(_one_form(words))
    if kind == "name":
        parts = [part for part in re.findall(r"[^\W\d_]{2,}", plain) if part.lower() not in marks.NOBODY]
        forms = []
        for part in dict.fromkeys(parts):
            careful = part.lower() in marks.ALSO_WORDS or len(part) == 2
            said = f"(?:{re.escape(part.capitalize())}|{re.escape(part.upper())})" if careful else re.escape(part)
            forms.append(re.compile(rf"(?<!\[)\b{said}\b(?!\])", re.RegexFlag(0) if careful else re.IGNORECASE))
        return tuple(forms)
    letters = re.findall(r"[^\W_]", plain)
    if len(letters) < 4 or kind == "status":
        return ()
    return (re.compile(r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, letters)) + r"(?![^\W_])", re.IGNORECASE),)


def _one_form(said: str) -> str:
    """Wide and joined letters as plain ones, and nothing invisible between them."""
    made = unicodedata.normalize("NFKC", said)
    return "".join(letter for letter in made if unicodedata.category(letter) != "Cf")


def _plain(said: str) -> str:
    """The same letters without accents, one for one."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in said)
