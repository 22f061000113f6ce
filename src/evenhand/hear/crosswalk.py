"""Words for race in many sources, and the sets they may mean (ENCOUNTER, crosswalk): what `propose` starts from.

A source's own reader or mapping decides; here stands what is usual, so that a person corrects and does not type.
"""

from collections.abc import Iterable

from evenhand.terms.encounter import RACES

# Words that mean one group whatever else the source names.
PLAIN = {
    "BLACK": (
        "black",
        "b",
        "african american",
        "black or african american",
        "black/african american",
        "east african",
        "somali",
    ),
    "HISPANIC": (
        "hispanic",
        "h",
        "latino",
        "latina",
        "latinx",
        "hispanic or latino",
        "hispanic/latino",
        "hispanic/latinx",
    ),
    "AIAN": ("native american", "american indian", "american indian or alaska native", "indian", "i", "alaska native"),
    "NHPI": ("pacific islander", "native hawaiian", "native hawaiian or other pacific islander", "p"),
    "MENA": ("middle eastern", "arab", "arabic", "middle eastern or north african"),
}
WHITE = ("white", "w", "caucasian", "white non-hispanic", "white, non-hispanic", "non-hispanic white")
ASIAN = ("asian", "a", "asian american")
BOTH_ASIAN = ("asian/pacific islander", "asian or pacific islander", "asian / pacific islander", "aapi", "api")
MENA_OR_ASIAN = ("middle eastern or south asian", "middle eastern/south asian")
OTHER = ("other", "o", "multiracial", "two or more races")
UNKNOWN = (
    "unknown",
    "u",
    "unk",
    "not known",
    "not reported",
    "other/unknown",
    "none",
    "refused",
    "x",
    "not applicable",
)


def propose(words: Iterable[str]) -> dict[str, list[str] | None]:
    """Each word with the set it may mean beside the source's other words; None where nobody can guess."""
    said = {word: word.strip().lower() for word in words}
    named = set(said.values())
    has_mena = bool(named & {*PLAIN["MENA"], *MENA_OR_ASIAN})
    has_islander = bool(named & set(PLAIN["NHPI"]))
    sets: dict[str, list[str]] = {word: [code] for code, those in PLAIN.items() for word in those}
    sets |= {word: ["WHITE"] if has_mena else ["WHITE", "MENA"] for word in WHITE}
    sets |= {word: ["ASIAN"] if has_islander else ["ASIAN", "NHPI"] for word in ASIAN}
    sets |= {word: ["ASIAN", "NHPI"] for word in BOTH_ASIAN}
    sets |= {word: ["MENA", "ASIAN"] for word in MENA_OR_ASIAN}
    sets |= {word: ["unknown"] for word in UNKNOWN}
    taken = {sets[word][0] for word in named if word in sets} | ({"NHPI"} if named & {*BOTH_ASIAN, *ASIAN} else set())
    # whom the source does not name may be told as other
    rest = [code for code in RACES if code not in taken and code != "DECLINED"]
    sets |= dict.fromkeys(OTHER, rest)
    return {word: sets.get(plain) for word, plain in said.items()}
