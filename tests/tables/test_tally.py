from collections import Counter, defaultdict
from datetime import date

import ibis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import PlanError
from evenhand.tables.tally import MOST_CELLS, tally, total

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south", "", None]),
        st.one_of(st.none(), st.integers(-3, 3)),
        st.one_of(st.none(), st.booleans()),
    ),
    min_size=1,
    max_size=30,
)


def of_rows(rows):
    place, minute, hit = zip(*rows, strict=True)
    return ibis.memtable(
        {"place": list(place), "minute": list(minute), "hit": list(hit)},
        schema={"place": "string", "minute": "int64", "hit": "boolean"},
    )


def cells_of(rows):
    table = of_rows(rows)
    return tally(table, {"place": table.place, "minute": table.minute}, {"hits": table.hit, "sum": table.minute})


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_cells_are_those_of_counting_by_hand(rows) -> None:
    counts = Counter((place, minute) for place, minute, _ in rows)
    hits: defaultdict[tuple, int] = defaultdict(int)
    for place, minute, hit in rows:
        hits[place, minute] += bool(hit)
    cells = cells_of(rows)
    keys = list(zip(cells["place"].tolist(), cells["minute"].tolist(), strict=True))
    assert dict(zip(keys, cells["n"].tolist(), strict=True)) == counts
    assert dict(zip(keys, cells["hits"].tolist(), strict=True)) == hits
    assert cells["sum"].tolist() == [(minute or 0) * counts[place, minute] for place, minute in keys]


@settings(max_examples=10, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random) -> None:
    apart, mixed = cells_of(rows), cells_of(random.sample(rows, len(rows)))
    assert all(apart[name].tolist() == mixed[name].tolist() for name in apart)


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_totals_are_the_sums_over_cells(rows) -> None:
    table, cells = of_rows(rows), cells_of(rows)
    whole = total(table, {"hits": table.hit, "sum": table.minute})
    assert whole == {name: int(cells[name].sum()) for name in ("n", "hits", "sum")}


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_counts_and_sums_are_whole_numbers_whatever_is_null(rows) -> None:
    cells = cells_of(rows)
    assert {cells[name].dtype.kind for name in ("n", "hits", "sum")} == {"i"}


def test_a_null_key_is_none_and_never_nan() -> None:
    table = ibis.memtable(
        {"day": [date(2021, 1, 1), None], "minute": [None, 5]}, schema={"day": "date", "minute": "int64"}
    )
    by_day, by_minute = tally(table, {"day": table.day}), tally(table, {"minute": table.minute})
    assert by_day["day"].tolist() == [date(2021, 1, 1), None]
    assert by_minute["minute"].tolist() == [5, None]


def test_keys_without_nulls_are_numbers_and_dates_of_numpy() -> None:
    table = ibis.memtable({"day": [date(2021, 1, 1)], "minute": [5]}, schema={"day": "date", "minute": "int64"})
    cells = tally(table, {"day": table.day, "minute": table.minute})
    assert (cells["day"].dtype, cells["minute"].dtype) == (np.dtype("datetime64[D]"), np.dtype("int64"))


def test_an_empty_table_has_no_cells_and_totals_of_zero() -> None:
    table = of_rows([("north", 1, True)]).filter(False)
    assert tally(table, {"place": table.place}, {"hits": table.hit})["n"].size == 0
    assert total(table, {"hits": table.hit}) == {"n": 0, "hits": 0}


def test_more_cells_than_counts_can_be_is_refused_with_their_number() -> None:
    rows = ibis.range(MOST_CELLS + 7).unnest().name("row").as_table()
    with pytest.raises(PlanError, match=r"tally by row: 1,000,007 cells, expected at most 1,000,000"):
        tally(rows, {"row": rows.row})


def test_as_many_cells_as_allowed_are_counted() -> None:
    rows = ibis.range(MOST_CELLS).unnest().name("row").as_table()
    assert tally(rows, {"row": rows.row})["n"].size == MOST_CELLS
