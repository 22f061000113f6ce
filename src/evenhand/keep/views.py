"""View: what a desk holds of one question, from what its operators said of it batch after batch.

A later batch replaces an earlier one. In one batch the last word of each operator counts, and where these differ the
view is open and both are shown. Some values hold only once two operators have said them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Said:
    """What one operator said in a batch; in the order of their numbers."""

    batch: int
    by: str
    value: str


@dataclass(frozen=True, slots=True)
class View:
    """What holds, and who said so; None where nothing does. Pairs are of an operator and a value.

    `opposed` is what the last batch that disagreed said; `asked` is what was said by too few until now.
    """

    desk: str
    value: str | None = None
    by: tuple[str, ...] = ()
    opposed: tuple[tuple[str, str], ...] = ()
    asked: tuple[tuple[str, str], ...] = ()


def view(desk: str, said: Iterable[Said], needs: Callable[[str], int], stays: bool = False) -> View:
    """The view of a desk; `needs` says how many operators a value needs, `stays` that disagreement changes nothing."""
    now = View(desk)
    for _, some in groupby(said, lambda each: each.batch):
        now = _after(now, {each.by: each.value for each in some}, needs, stays)
    return now


def _after(before: View, last: dict[str, str], needs: Callable[[str], int], stays: bool) -> View:
    """The view after a batch in which each operator's last word was `last`."""
    if len(set(last.values())) > 1:
        kept = before if stays else View(before.desk)
        return View(kept.desk, kept.value, kept.by, tuple(sorted(last.items())))
    value = next(iter(last.values()))
    voices = {*last, *(by for by, asked in before.asked if asked == value)}
    if value == before.value:
        asked = tuple((by, other) for by, other in before.asked if by not in last)
        return View(before.desk, value, tuple(sorted({*before.by, *voices})), (), asked)
    if len(voices) >= needs(value):
        return View(before.desk, value, tuple(sorted(voices)))
    asked = tuple(sorted((dict(before.asked) | last).items()))
    return View(before.desk, before.value, before.by, before.opposed, asked)
