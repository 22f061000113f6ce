"""Evidence of a plan: small tables stand beside the readings, each a source with its hash; a slip in a date is said."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from evenhand.errors import PlanError, RecordError
from evenhand.flow import plan, study
from evenhand.hear import beside
from evenhand.tables.connect import connect
from evenhand.terms.evidence import AreaCell, Publicity, Review
from evenhand.terms.result import Refusal

TABLES = {
    "roster": "department,race,size,asked,answered,stopped,days\nnorth,BLACK,40,40,36,9,365\n",
    "areas": "area,latitude,longitude,people\nHennepin,45.00,-93.47,1281565\n",
    "lists": "A,B,count\n1,0,5\n0,1,6\n1,1,2\n",
    "codes": "report_id,coder,version,element,code\nr1,first,1,handcuffed,1\n",
    "links": "encounter_id,probability\ne1,0.9\n",
    "calls": "date,n\n2026-03-14,12\n2026-04-02,3\n",
}
METHOD = '\n[[method]]\nname = "veil_of_darkness"\n'
CONTRAST = '\n[[contrast]]\ngroup = "BLACK"\nreference = "WHITE"\n'
REVIEW = "\n[review]\ntrue_pairs = 120\nfound = 108\nfalse_pairs = 100\nlinked = 5\n"


def planned(folder: Path, more: str = "") -> plan.Plan:
    sections = ""
    for kind, text in TABLES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
        sections += f'\n[[{kind}]]\npath = "{kind}.csv"\n'
    return plan.parse((sections + METHOD + CONTRAST + more).encode(), folder)


def gathered(of: plan.Plan):
    connection = connect()
    read = [beside.read(connection, table.kind, table.path, table.settings) for table in of.beside]
    return study.gather([], [], read, of)


def test_each_table_is_in_the_evidence_and_among_its_sources(tmp_path: Path) -> None:
    evidence = gathered(planned(tmp_path, REVIEW))
    assert evidence.areas == (AreaCell("Hennepin", 45.0, -93.47, 1281565.0),)
    assert (evidence.rosters[0].department, evidence.lists[0].names) == ("north", ("A", "B"))
    assert evidence.review == Review(120, 108, 100, 5)
    for table in (evidence.codes, evidence.links, evidence.calls):
        assert int(table.count().to_pyarrow().as_py()) > 0
    hashes = {source.reader: source.sha256 for source in evidence.sources}
    assert hashes == {kind: hashlib.sha256(text.encode()).hexdigest() for kind, text in TABLES.items()}
    assert not any(source.public for source in evidence.sources)


def test_two_files_of_one_kind_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "south.csv").write_text("date,n\n2026-05-01,1\n", encoding="utf-8")
    evidence = gathered(planned(tmp_path, '\n[[calls]]\npath = "south.csv"\npublic = true\n'))
    assert sorted(evidence.calls.n.to_pyarrow().to_pylist()) == [1, 3, 12]
    assert [source.public for source in evidence.sources if source.reader == "calls"] == [False, True]


def test_nothing_beside_is_nothing_in_the_evidence(minneapolis_2017) -> None:
    assert (minneapolis_2017.rosters, minneapolis_2017.publicity, minneapolis_2017.calls) == ((), (), None)


def test_publicity_inside_the_calls_stands_and_outside_is_said(tmp_path: Path) -> None:
    inside = planned(tmp_path, '\n[[publicity]]\nday = 2026-03-20\nwhat = "a report"\n')
    assert gathered(inside).publicity == (Publicity(date(2026, 3, 20), "a report"),)
    outside = planned(tmp_path, '\n[[publicity]]\nday = "2025-03-20"\n')
    with pytest.raises(PlanError, match="2025-03-20 lies in no span of the sources: 2026-03-14 to 2026-04-02"):
        gathered(outside)


def test_a_table_that_cannot_be_read_says_which(tmp_path: Path) -> None:
    found = planned(tmp_path)
    (tmp_path / "calls.csv").write_text("date,n\n2026-03-14,few\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"calls.csv, row 1, column n"):
        gathered(found)


LISTS = """
title = "Lists"
[[lists]]
path = "lists.csv"
linkage_error = 0.02
public = {public}
[[method]]
name = "multiple_systems"
draws = 20
"""


def test_a_plan_of_tables_alone_is_run_and_cleared_only_when_they_are_public(tmp_path: Path) -> None:
    (tmp_path / "lists.csv").write_text(TABLES["lists"], encoding="utf-8")
    for public in ("true", "false"):
        finding = study.study(plan.parse(LISTS.format(public=public).encode(), tmp_path), connect())
        (result,) = finding.results
        # two lists are too few, and a refusal is a finding too
        assert isinstance(result.answer, Refusal)
        assert [source.reader for source in finding.sources] == ["lists"]
        assert finding.cleared == (public == "true")


def heard_mailbox(connection, folder: Path, name: str, rows: str):
    from evenhand.hear import inbox

    (folder / name).write_text(rows, encoding="utf-8")
    return inbox.read(connection, folder / name, timezone="America/Chicago")


def test_a_field_that_only_one_mailbox_asked_for_is_kept_and_not_stated_in_the_other(tmp_path: Path) -> None:
    on = connect()
    asked_mode = "report_id,reported_on,date,mode\na1,2026-03-02,2026-03-01,vehicle\n"
    asked_city = "report_id,reported_on,date,area_city\nb1,2026-03-02,2026-03-01,Oak\n"
    one, other = (heard_mailbox(on, tmp_path, f"{at}.csv", rows) for at, rows in enumerate((asked_mode, asked_city)))
    rows = {row["report_id"]: row for row in study.gather([one, other]).reports.to_pyarrow().to_pylist()}
    assert (rows["a1"]["mode"], rows["a1"]["area_city"]) == ("vehicle", None)
    assert (rows["b1"]["mode"], rows["b1"]["area_city"]) == ("not_stated", "Oak")


def test_two_offices_that_both_number_from_1_are_refused(tmp_path: Path) -> None:
    sheet = "report_id,reported_on,date\n1,2026-03-02,2026-03-01\n2,2026-03-02,2026-03-01\n"
    on = connect()
    both = [heard_mailbox(on, tmp_path, name, sheet) for name in ("one.csv", "two.csv")]
    with pytest.raises(PlanError, match="2 numbers of tellings"):
        study.gather(both)
