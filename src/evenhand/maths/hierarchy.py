"""Hierarchical models: which lists may go together, a term with all the terms inside it.

A term is a set of lists, held as the bits of a number: 0 is the constant, 5 is lists 1 and 3. A model is named by its
largest terms, as in Bishop, Fienberg and Holland (1975): [12,3] lets lists 1 and 2 depend on each other and holds
list 3 apart from both.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evenhand.maths.lists import MOST_LISTS, Cells
from evenhand.maths.lists import combinations as list_combinations

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# all models of pairs among 6 lists are 32,768, of pairs and triples among 5 are 6,212; one more list has millions
MOST_MODELS = {3: {2}, 4: {2, 3}, 5: {2, 3, 4}, 6: {2}}

Model = tuple[int, ...]


def order_of(cells: Cells) -> int:
    """The highest order of terms looked at among all models: 2, and 3 with four or five lists.

    Three lists have 2, for with 123 there are more parameters than cells.
    """
    return 3 if cells.lists in (4, 5) else 2


def terms(lists: int, order: int) -> Integers:
    """The constant and every term of at most `order` lists, by order, then by number."""
    every = np.append(0, list_combinations(lists))
    kept = every[np.bitwise_count(every) <= order]
    return np.asarray(kept[np.lexsort((kept, np.bitwise_count(kept)))])


def design(lists: int, columns: Integers) -> Floats:
    """1 where a cell's combination holds every list of the term, shape (cells, terms)."""
    held = list_combinations(lists)[:, None] & columns == columns
    return np.asarray(held, dtype=np.float64)


def closed(generators: Model, lists: int) -> Model:
    """The whole model, constant first: its generators, every term inside them and every list alone."""
    every = {0} | {1 << i for i in range(lists)}
    for generator in generators:
        every |= {part for part in range(generator + 1) if part & generator == part}
    return tuple(sorted(every, key=lambda term: (term.bit_count(), term)))


def read(name: str, lists: int) -> Model:
    """The model of a name such as "[12,3]", lists counted from 1. Raises ValueError on a name of another form."""
    parts = name.removeprefix("[").removesuffix("]").split(",")
    digits = [part.strip() for part in parts]
    if not all(part.isdigit() and len(set(part)) == len(part) and min(part) > "0" for part in digits):
        raise ValueError(f'no model is called "{name}": write its largest terms as in "[12,3]"')
    if (highest := max(int(max(part)) for part in digits)) > lists:
        raise ValueError(f'"{name}" names list {highest} of {lists}')
    return closed(tuple(sum(1 << int(digit) - 1 for digit in part) for part in digits), lists)


def named(model: Model) -> str:
    """The name of a model by its largest terms, larger ones first: "[123,14,34]"."""
    largest = [term for term in model if term and not any(term & other == term for other in model if other != term)]
    written = sorted((term_name(term) for term in largest), key=lambda digits: (-len(digits), digits))
    return f"[{','.join(written)}]"


def term_name(term: int) -> str:
    """The lists of a term, counted from 1: "13"; the constant is "0"."""
    return "".join(str(i + 1) for i in range(MOST_LISTS) if term >> i & 1) or "0"


def main_effects(lists: int) -> Model:
    """Every list apart from every other: independence."""
    return closed((), lists)


def every_model(lists: int, order: int) -> Flags:
    """Every hierarchical model with all lists and terms of at most `order`, shape (models, terms), as `terms` orders.

    Raises ValueError where they are too many to look at.
    """
    if order not in MOST_MODELS.get(lists, ()):
        raise ValueError(
            f"all models of order {order} among {lists} lists are too many to look at, or hold more terms than cells"
        )
    columns = terms(lists, order)
    place = {int(term): i for i, term in enumerate(columns)}
    models = [frozenset(int(term) for term in columns if int(term).bit_count() <= 1)]
    for size in range(2, order + 1):
        models = [wider for model in models for wider in _with_terms(model, size, lists)]
    flags = np.zeros((len(models), len(columns)), dtype=bool)
    for row, model in enumerate(models):
        flags[row, [place[term] for term in model]] = True
    return flags


def _with_terms(model: frozenset[int], size: int, lists: int) -> list[frozenset[int]]:
    """The model with each set of terms of `size` lists that it may hold: those whose every part it holds."""
    every = (sum(1 << i for i in chosen) for chosen in combinations(range(lists), size))
    may = [term for term in every if all(term ^ 1 << i in model for i in range(lists) if term >> i & 1)]
    return [model.union(chosen) for number in range(len(may) + 1) for chosen in combinations(may, number)]
