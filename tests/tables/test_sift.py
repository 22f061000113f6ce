import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.tables.sift import Keep, sift

TRUTH = st.sampled_from([True, False, None])
# rows of three predicates, each true, false or not known
ROWS = st.lists(st.tuples(TRUTH, TRUTH, TRUTH), max_size=30)


def of_truths(rows):
    columns = dict(zip("abc", zip(*rows, strict=True), strict=True)) if rows else {"a": [], "b": [], "c": []}
    table = ibis.memtable(
        {"row": list(range(len(rows))), **{name: list(values) for name, values in columns.items()}},
        schema={"row": "int64", "a": "boolean", "b": "boolean", "c": "boolean"},
    )
    return table, [Keep(f"not {name}", table[name]) for name in "abc"]


# each example is three queries of 5 to 10 ms
@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_rows_in_are_always_the_rows_kept_and_all_exclusions_together(rows) -> None:
    table, keeps = of_truths(rows)
    sifted = sift(table, *keeps)
    assert sifted.rows_in == len(rows)
    assert sifted.rows_used == sifted.table.count().to_pyarrow().as_py()
    assert sifted.rows_in == sifted.rows_used + sum(exclusion.n for exclusion in sifted.excluded)


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_a_row_is_counted_under_the_first_predicate_it_does_not_fulfil(rows) -> None:
    table, keeps = of_truths(rows)
    first = [next((place for place, holds in enumerate(row) if holds is not True), 3) for row in rows]
    sifted = sift(table, *keeps)
    assert [exclusion.n for exclusion in sifted.excluded] == [first.count(place) for place in range(3)]
    kept = sorted(sifted.table.to_pyarrow().column("row").to_pylist())
    assert kept == [row for row, place in enumerate(first) if place == 3]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(TRUTH, TRUTH, TRUTH), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random) -> None:
    shuffled = random.sample(rows, len(rows))
    apart, mixed = sift(*_args(rows)), sift(*_args(shuffled))
    assert (apart.excluded, apart.rows_in) == (mixed.excluded, mixed.rows_in)


def _args(rows):
    table, keeps = of_truths(rows)
    return (table, *keeps)


def test_reasons_are_named_in_the_order_asked_with_zeros_where_none_left() -> None:
    table, keeps = of_truths([(True, None, True), (True, True, True)])
    assert [(exclusion.reason, exclusion.n) for exclusion in sift(table, *keeps).excluded] == [
        ("not a", 0),
        ("not b", 1),
        ("not c", 0),
    ]


def test_nothing_asked_keeps_every_row() -> None:
    table, _ = of_truths([(None, None, None)] * 3)
    sifted = sift(table)
    assert (sifted.rows_in, sifted.rows_used, sifted.excluded) == (3, 3, ())


def test_an_empty_table_is_sifted_to_zeros() -> None:
    table, keeps = of_truths([])
    sifted = sift(table, *keeps)
    assert (sifted.rows_in, sifted.rows_used) == (0, 0)
    assert [exclusion.n for exclusion in sifted.excluded] == [0, 0, 0]


def test_a_predicate_of_no_column_holds_for_all_rows_or_for_none() -> None:
    table, _ = of_truths([(True, True, True)] * 2)
    assert sift(table, Keep("never", ibis.literal(True))).rows_used == 2
    assert sift(table, Keep("always", ibis.literal(False))).rows_used == 0
