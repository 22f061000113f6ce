"""What went unrecorded: rows by side and outcome, and when there is too much of it."""

import ibis
import numpy as np
import pytest

from evenhand.terms.result import Contrast
from evenhand.weigh.unrecorded import OUTCOMES, SIDES, Unrecorded, too_much

CROSSWALK = Contrast("BLACK", "WHITE")


def table(*rows):
    names = ("race_officer_options", "race_officer_detail", "beat", "searched")
    schema = dict(zip(names, ("array<string>", "string", "string", "string"), strict=True))
    return ibis.memtable([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


def of(found, contrast=CROSSWALK):
    return Unrecorded.of(found, contrast, {"beat": found.beat}, found.searched)


@pytest.mark.parametrize(
    ("options", "side"),
    [
        (["BLACK"], "group"),
        (["WHITE", "MENA"], "reference"),
        (["WHITE"], "reference"),
        (["BLACK", "HISPANIC"], "maybe group"),
        (["WHITE", "HISPANIC"], "maybe reference"),
        (["BLACK", "WHITE"], "either"),
        (["unknown"], "unknown"),
        (["BLACK", "unknown"], "unknown"),
        ([], "unknown"),
        (None, "unknown"),
        (["HISPANIC"], None),
        (["MENA"], None),
    ],
)
def test_a_set_of_races_is_on_the_side_it_may_mean(options, side) -> None:
    rows = of(table((options, "x", "1", "yes"))).rows
    assert {name: int(rows[name, "yes"].sum()) for name in SIDES} == {name: int(name == side) for name in SIDES}


def test_as_recorded_a_word_is_a_side_and_no_word_is_unknown() -> None:
    found = table((["BLACK"], "Black", "1", "yes"), (["BLACK"], "East African", "1", "yes"), (None, None, "1", "no"))
    rows = of(found, Contrast("Black", "White", "as recorded")).rows
    assert rows["group", "yes"].tolist() == [1]
    assert rows["unknown", "no"].tolist() == [1]
    assert sum(int(part.sum()) for part in rows.values()) == 2


def test_strata_keep_their_rows_apart() -> None:
    found = table((["BLACK"], "", "1", "yes"), (["WHITE"], "", "2", "no"), (["WHITE"], "", "2", "yes"))
    known = of(found).known
    assert [part.tolist() for part in known] == [[1, 0], [1, 0], [0, 1], [0, 2]]


def test_no_rows_are_no_rows() -> None:
    found = table((["HISPANIC"], "", "1", "yes"))
    assert all(len(part) == 0 for part in of(found).rows.values())


def test_upper_counts_stand_only_where_a_set_leaves_a_doubt() -> None:
    zeros = {(side, word): np.zeros(1) for side in SIDES for word in OUTCOMES}
    assert Unrecorded(zeros | {("unknown", "yes"): np.array([9.0])}).upper is None
    doubtful = Unrecorded(zeros | {("maybe group", "yes"): np.array([2.0]), ("either", "no"): np.array([3.0])})
    assert [part.tolist() for part in doubtful.upper] == [[2], [5], [0], [3]]


def test_too_much_names_whose_share_is_the_largest_above_a_fifth() -> None:
    assert too_much({"stops": (20, 100), "none": (0, 0)}) is None
    assert too_much({"stops": (21, 100), "stops of BLACK": (9, 30), "stops of WHITE": (1, 30)}) == "stops of BLACK"
