"""Acts: what an operator of a desk signs about reports, which role may, and what needs a second person.

Authority: docs/formats/act.md.
"""

from dataclasses import dataclass

# Why a report is out of scope, as a release counts it.
REASONS = ("not-a-stop", "elsewhere", "spam", "unreadable", "keys-lost")
OUT = "out "
COUNTED, DUPLICATE = "counted", "duplicate"
DISPOSITIONS = (COUNTED, DUPLICATE, *(f"{OUT}{reason}" for reason in REASONS))
# Holds only once two operators of a desk have said it.
TWO_OPERATORS = (f"{OUT}spam",)
# Holds only once every desk has said it: it is what a hostile server's junk would be called.
EVERY_DESK = (f"{OUT}unreadable",)

# What two reports or more have in common, and what comparing one with an agency's record found.
LINKS = ("campaign", "same event", "same person")
ANSWERS = ("cannot tell", "match", "no match")
# Why content was taken away.
SHREDDED = ("term", "withdrawn")


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of act needs: one of `roles`, and so many operators before it holds.

    `chain` names its readers, and so the chain its number counts in: `coding` (its author and the adjudicators), `keys`
    (the recovery key) or `desk`. `about` is the least and the most reports that it may be about, None for any number.
    """

    roles: tuple[str, ...]
    about: tuple[int, int | None] = (1, None)
    chain: str = "desk"
    operators: int = 1


ACTS = {
    "code": Kind(("code",), (1, 1), chain="coding"),
    "adjudicate": Kind(("adjudicate",), (1, 1)),
    "disposition": Kind(("facts",)),
    "link": Kind(("facts",)),
    "unlink": Kind(("facts",)),
    "opened": Kind(("story",)),
    "shredded": Kind(("facts", "story")),
    "hold": Kind(("adjudicate", "release"), operators=2),
    "release hold": Kind(("adjudicate", "release"), operators=2),
    "key copy": Kind(("facts", "story"), (0, 0), chain="keys"),
}
