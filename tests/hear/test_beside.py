"""Tables beside a plan: right ones are read as they stand; what is wrong is said by its place, not its cell."""

import re
from datetime import date, datetime

import pyarrow
import pyarrow.parquet
import pytest

from evenhand.errors import RecordError
from evenhand.hear import beside, file
from evenhand.terms.codebook import EXCLUSIVE
from evenhand.terms.evidence import AreaCell, ListCell, RosterCell

ROSTER = "department,race,size,asked,answered,stopped,days\n"
AREAS = "area,latitude,longitude,people\n"
CODES = "report_id,coder,version,element,phase,code\n"
LINKS = "encounter_id,probability,undecided\n"
CALLS = "date,area,call_type,n\n"
# one right row of each, and of lists three
RIGHT = {
    "roster": ROSTER + "north,BLACK,40,40,36,9,365\n",
    "areas": AREAS + "Hennepin,45.00,-93.47,1281565\n",
    "lists": "A,B,count\n1,0,5\n0,1,6\n1,1,2\n",
    "codes": CODES + "r1,first,1,handcuffed,whole,1\n",
    "links": LINKS + "e1,0.9,\n",
    "calls": CALLS + "2026-03-14,north,assault,12\n",
}


NEEDED = {
    "roster": "days", "areas": "longitude", "lists": "count", "codes": "element", "links": "probability", "calls": "n",
}  # fmt: skip


def rows(table):
    return table.to_pyarrow().to_pylist()


def test_a_roster_is_read_cell_by_cell(connection, written) -> None:
    path = written(ROSTER.replace("\n", ",group,whole\n") + "north,BLACK,40,40,36,9,365,city,no\n")
    assert beside.roster(connection, path) == (RosterCell("city", "north", "BLACK", 40, 40, 36, 9, 365, False),)


def test_columns_that_may_be_left_out_are_what_the_page_says(connection, written) -> None:
    (cell,) = beside.roster(connection, written(RIGHT["roster"]))
    assert (cell.group, cell.whole) == ("", True)
    (code,) = rows(beside.codes(connection, written("report_id,coder,version,element,code\nr1,a,1,searched,9\n")))
    assert (code["phase"], code["month"], code["language"], code["code"]) == ("whole", None, None, 9)
    (call,) = rows(beside.calls(connection, written("date,n\n2026-03-14,3\n")))
    assert call == {"date": date(2026, 3, 14), "area": "all", "call_type": "all", "n": 3}
    (link,) = rows(beside.links(connection, written("encounter_id,probability\ne1,0.5\n")))
    assert link["undecided"] is False


def test_columns_stand_in_any_order_and_numbers_as_ids_are_text(connection, written) -> None:
    path = written("code,element,version,coder,report_id\n0,searched,1,2,17\n")
    (code,) = rows(beside.codes(connection, path))
    assert (code["report_id"], code["coder"], code["code"]) == ("17", "2", 0)


def test_areas_may_lack_people_but_not_a_centroid(connection, written) -> None:
    path = written(AREAS + "a,45,-93,\nb,44.5,-92,10\n")
    assert beside.areas(connection, path) == (AreaCell("a", 45, -93, None), AreaCell("b", 44.5, -92, 10))
    with pytest.raises(RecordError, match="no centroid for a, c; expected latitude and longitude"):
        beside.areas(connection, written(AREAS + "a,,-93,\nb,45,-93,\nc,,,\n"))


def test_rows_of_one_combination_of_lists_are_added_up(connection, written) -> None:
    (lists,) = beside.lists(connection, written("A,B,count\n1,0,5\n1,0,2\n1,1,1\n"), refer=[["A", "B"]])
    assert lists.names == ("A", "B")
    assert lists.cells == (ListCell((1, 0), 7), ListCell((1, 1), 1))
    assert (lists.refer, lists.unit, lists.linkage_error) == ((("A", "B"),), "people", None)
    assert lists.name == "stops"
    assert beside.lists(connection, written(RIGHT["lists"]), name="2026")[0].name == "2026"


def test_published_lists_are_read_whole(connection, shared) -> None:
    (lists,) = beside.lists(connection, shared / "reports/kosovo_1999_4list.csv")
    # Ball and Asher 2002: 4,400 killed are named by one list at least
    assert (lists.names, sum(cell.n for cell in lists.cells)) == (("EXH", "ABA", "OSCE", "HRW"), 4400)


def test_an_undecided_link_may_lack_a_probability(connection, written) -> None:
    assert rows(beside.links(connection, written(LINKS + "e1,,yes\ne1,0.25,no\n"))) == [
        {"encounter_id": "e1", "probability": None, "undecided": True},
        {"encounter_id": "e1", "probability": 0.25, "undecided": False},
    ]


def test_parquet_of_a_programs_own_types_is_read_alike(connection, tmp_path) -> None:
    calls = {"date": [date(2026, 3, 14), date(2026, 3, 15)], "n": [2.0, 3.0]}
    moments = calls | {"date": [datetime(2026, 3, 14), datetime(2026, 3, 15)], "n": [2, 3]}
    for name, columns in (("days", calls), ("moments", moments)):
        pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / name)
        found = rows(beside.calls(connection, tmp_path / name))
        assert [(row["date"], row["n"]) for row in found] == [(date(2026, 3, 14), 2), (date(2026, 3, 15), 3)]
    held = {"A": [True, False], "B": [True, True], "count": [3, 4]}
    pyarrow.parquet.write_table(pyarrow.table(held), tmp_path / "lists")
    assert beside.lists(connection, tmp_path / "lists")[0].cells == (ListCell((1, 1), 3), ListCell((0, 1), 4))


@pytest.mark.parametrize("kind", sorted(beside.READERS))
def test_each_table_is_a_source_with_its_hash_and_public_only_by_word(connection, written, kind) -> None:
    path = written(RIGHT[kind], f"{kind}-2026.csv")
    source = beside.read(connection, kind, path).source
    assert (source.id, source.reader, source.public) == (f"{kind}-{kind}-2026", kind, False)
    assert source.sha256 == file.look(path).sha256
    assert source.rows == RIGHT[kind].count("\n") - 1
    said = {"public": True, "publisher": "an office"}
    source = beside.read(connection, kind, path, said).source
    assert (source.public, source.publisher) == (True, "an office")


@pytest.mark.parametrize("kind", sorted(beside.READERS))
def test_an_empty_file_a_bare_header_and_no_file_are_refused(connection, written, tmp_path, kind) -> None:
    header = RIGHT[kind].splitlines(keepends=True)[0]
    with pytest.raises(RecordError, match="a header and no rows; expected one row at least"):
        beside.READERS[kind](connection, written(header))
    with pytest.raises(RecordError, match="is empty; expected a table as CSV"):
        beside.READERS[kind](connection, written(""))
    with pytest.raises(RecordError, match="nothing is there"):
        beside.READERS[kind](connection, tmp_path / "none.csv")


@pytest.mark.parametrize("kind", sorted(beside.READERS))
def test_a_column_that_lacks_is_named_with_those_there_are(connection, written, kind) -> None:
    needed = NEEDED[kind]
    with pytest.raises(RecordError, match=f"has no column {needed}: expected .*; its columns are .*other"):
        beside.READERS[kind](connection, written(re.sub(rf"\b{needed}\b", "other", RIGHT[kind], count=1)))


def test_a_column_of_no_meaning_is_refused(connection, written) -> None:
    with pytest.raises(RecordError, match="has a column surname, expected only department, race"):
        beside.roster(connection, written(RIGHT["roster"].replace("days\n", "days,surname\n").replace("365", "365,x")))


SECRET = "Zaphod"
WRONG = [
    ("roster", f"north,{SECRET},40,40,36,9,365", "row 2, column race: found a word that is none, expected one of AIAN"),
    (
        "roster",
        f"south,BLACK,{SECRET},40,36,9,365",
        "row 2, column size: found text that is no number, expected a whole",
    ),
    ("roster", "south,BLACK,40,40,36,-1,365", "row 2, column stopped: found a number below 0, expected a whole number"),
    ("roster", "south,BLACK,40,40,36,1.5,365", "row 2, column stopped: found a number with a fraction"),
    ("roster", "south,BLACK,40,40,36,nan,365", "row 2, column stopped: found text that is no number"),
    ("roster", "south,BLACK,40,40,36,9,0", "row 2, column days: found a number below 1"),
    ("roster", "south,BLACK,40,40,,9,365", "row 2, column answered: found an empty cell"),
    ("roster", "south,BLACK,40,41,36,9,365", "row 2: asked 41 is more than size 40; expected stopped <= answered"),
    ("roster", "south,BLACK,40,36,37,9,365", "row 2: answered 37 is more than asked 36"),
    ("roster", "south,BLACK,40,40,36,37,365", "row 2: stopped 37 is more than answered 36"),
    ("roster", "north,BLACK,1,1,1,1,365", "row 2: the cell of a department and race stands there a second time"),
    ("areas", "b,90.5,0,", "row 2, column latitude: found a number above 90, expected degrees from -90 to 90"),
    ("areas", "b,45,-181,", "row 2, column longitude: found a number below -180"),
    ("areas", "b,45,-93,-1", "row 2, column people: found a number below 0"),
    ("areas", "Hennepin,45,-93,", "row 2: an area stands there a second time"),
    ("lists", "2,1,5", r"row 4, column A: found another number, expected 1 \(on the list\) or 0"),
    ("lists", f"{SECRET},1,5", "row 4, column A: found text that is no number"),
    ("lists", "1,1,-5", "row 4, column count: found a number below 0"),
    ("lists", "0,0,5", "row 4: on no list, 5 counted"),
    ("codes", "r2,first,1,handcuffed,whole,2", r"row 2, column code: found another number, expected 1 \(happened\), 0"),
    ("codes", f"r2,first,1,{SECRET},whole,1", "row 2, column element: found a word that is none, expected an element"),
    (
        "codes",
        f"r2,first,1,handcuffed,{SECRET},1",
        "row 2, column phase: found a word that is none, expected one of bef",
    ),
    ("codes", "r1,first,1,handcuffed,whole,0", "row 2: one element of one report by one coder stands there a second"),
    ("links", "e2,1.2,", "row 2, column probability: found a number above 1, expected a number from 0 to 1"),
    ("links", "e2,-0.2,", "row 2, column probability: found a number below 0"),
    ("links", "e2,,", "row 2, column probability: found an empty cell, expected a number from 0 to 1 unless undecided"),
    ("links", f"e2,0.5,{SECRET}", "row 2, column undecided: found a word that is neither, expected yes or no"),
    ("calls", f"{SECRET},north,assault,1", "row 2, column date: found text that is no such day, expected a day"),
    ("calls", "2026-02-30,north,assault,1", "row 2, column date: found text that is no such day"),
    ("calls", "0026-02-03,north,assault,1", "row 2, column date: found a day no call can be of"),
    ("calls", "2026-03-15,north,assault,-1", "row 2, column n: found a number below 0"),
    ("calls", "2026-03-14,north,assault,1", "row 2: a day, area and call type stands there a second time"),
]


@pytest.mark.parametrize(("kind", "row", "says"), WRONG)
def test_what_is_wrong_is_said_with_its_place_and_never_the_cell(connection, written, kind, row, says) -> None:
    with pytest.raises(RecordError, match=says) as caught:
        beside.READERS[kind](connection, written(RIGHT[kind] + row + "\n"))
    assert SECRET not in str(caught.value)


def test_how_many_rows_are_wrong_is_said_once(connection, written) -> None:
    path = written(RIGHT["calls"] + "2026-03-15,north,assault,-1\n2026-03-16,north,assault,x\n")
    with pytest.raises(RecordError, match=r"row 2, .* \(2 rows are not as expected\)"):
        beside.calls(connection, path)


@pytest.mark.parametrize(("one", "other"), EXCLUSIVE)
def test_what_excludes_each_other_goes_back_to_the_coders(connection, written, one, other) -> None:
    # the pair before and after counts too: neither leaves room for the other at any time
    both = f"r2,first,1,{one},before,1\nr2,first,1,{other},after,1\n"
    both += f"r3,second,1,{one},whole,1\nr3,second,1,{other},whole,1\n"
    with pytest.raises(RecordError, match=f"{one} and {other} are both 1 by one coder in report r2, r3;"):
        beside.codes(connection, written(CODES + both))
    neither = f"r2,first,1,{one},whole,1\nr2,second,1,{other},whole,1\nr2,first,1,{other},whole,0\n"
    assert len(rows(beside.codes(connection, written(CODES + neither)))) == 3


def test_reports_beyond_ten_are_counted(connection, written) -> None:
    one, other = EXCLUSIVE[0]
    both = "".join(f"r{at:02},first,1,{name},whole,1\n" for at in range(12) for name in (one, other))
    with pytest.raises(RecordError, match=r"report r00, .*, r09 and 2 more;"):
        beside.codes(connection, written(CODES + both))


def test_one_coder_may_code_before_and_after_and_by_a_new_codebook(connection, written) -> None:
    again = "r1,first,1,handcuffed,before,0\nr1,first,2,handcuffed,whole,0\nr1,second,1,handcuffed,whole,0\n"
    assert len(rows(beside.codes(connection, written(RIGHT["codes"] + again)))) == 4


def test_lists_that_refer_to_a_list_that_is_not_there_are_refused(connection, written) -> None:
    with pytest.raises(RecordError, match="has no list C, named in `refer`: its lists are A, B"):
        beside.lists(connection, written(RIGHT["lists"]), refer=[["A", "C"]])
