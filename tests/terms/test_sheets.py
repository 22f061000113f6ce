"""Every column of a sheet is a field of the record, an area, or one of the few words that only a sheet has."""

import pytest

from evenhand.terms.encounter import AREA_PREFIX, BY_NAME
from evenhand.terms.sheets import CANVASS, INBOX, ROSTER, Column

# What a sheet says that becomes something else on the way in.
ONLY_IN_SHEETS = {"same_as", "same_event", "department", "stopped", "times", "race", "size", "asked", "days"}


@pytest.mark.parametrize("column", [*INBOX, *CANVASS, *ROSTER], ids=lambda column: column.name)
def test_each_column_is_of_the_record(column: Column) -> None:
    assert column.name in BY_NAME or column.name.startswith(AREA_PREFIX) or column.name in ONLY_IN_SHEETS


@pytest.mark.parametrize("sheet", [INBOX, CANVASS, ROSTER], ids=["inbox", "canvass", "roster"])
def test_no_column_stands_twice_and_each_is_explained(sheet: tuple[Column, ...]) -> None:
    assert len({column.name for column in sheet}) == len(sheet)
    assert all(column.guide for column in sheet)
    assert any(column.needed for column in sheet)
