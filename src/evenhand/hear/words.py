"""A source's words turned into the record's codes, on the engine.

An empty cell is `not_stated` (for a race, `unknown`); a word that nobody explained is `unknown`, and comes
back as a stray with its count. Words are compared as they come: who cannot rely on their spelling compares
`key(cell)` with words in small letters.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

YES = ("yes", "y", "true", "t", "1")
NO = ("no", "n", "false", "f", "0")
# Before a field's name: the words of it that nobody explained.
STRAY = "_stray_"

Meanings = Mapping[str, Sequence[str]]


def text(cell: Any) -> Any:
    """The cell as trimmed text."""
    import ibis

    if cell.type().is_floating():
        # pandas turns whole numbers with gaps into floats; 1.0 is the code 1
        whole = cell.floor().cast("int64").cast("string")
        return ibis.ifelse(cell.floor() == cell, whole, cell.cast("string"))
    return cell.strip().nullif("") if cell.type().is_string() else cell.cast("string")


def key(cell: Any) -> Any:
    """The text by which words are compared: without outer spaces and capitals."""
    return text(cell).lower()


def yes_no(cell: Any) -> Any:
    """`yes`, `no`, `not_stated` for an empty cell, `unknown` for any other word."""
    import ibis

    held = flag(cell)
    return ibis.cases((cell.isnull(), "not_stated"), (held, "yes"), (~held, "no"), else_="unknown")


def flag(cell: Any) -> Any:
    """True, false, or null where the cell says neither."""
    import ibis

    if cell.type().is_boolean():
        return cell
    word = key(cell)
    return ibis.cases((word.isin(YES), True), (word.isin(NO), False), else_=None)


def code(cell: Any, meanings: Mapping[str, str], empty: str = "not_stated") -> Any:
    """The code of each word."""
    import ibis

    branches = [(cell == word, meant) for word, meant in meanings.items()]
    return ibis.cases(*branches, (cell.isnull(), empty), else_="unknown")


def codes(cell: Any, meanings: Meanings, empty: str = "not_stated") -> Any:
    """The set of codes of each word; per row it is one of a few constant lists."""
    import ibis

    branches = [(cell == word, ibis.array(list(meant))) for word, meant in meanings.items()]
    return ibis.cases(*branches, (cell.isnull(), ibis.array([empty])), else_=ibis.array(["unknown"]))


def spelling(cell: Any, spellings: Mapping[str, str]) -> Any:
    """Each word as it is spelled, so that Black and BLACK are one; null for words not among them."""
    import ibis

    return ibis.cases(*((cell == word, spelled) for word, spelled in spellings.items()), else_=ibis.null("string"))


def stray(cell: Any, known: Iterable[str], shown: Any = None) -> Any:
    """The word, as `shown`, where it is not among the known ones; else null."""
    import ibis

    # one comparison a word: DuckDB is five times slower at IN
    branches = [(cell == word, ibis.null("string")) for word in known]
    return ibis.cases(*branches, else_=cell if shown is None else shown)


def uncoded(cell: Any, coded: Any) -> Any:
    """The same at less cost, where no word means `unknown`: the word of which that was made."""
    import ibis

    return ibis.ifelse(coded == "unknown", cell, None)
