"""Plans: nothing in them is ignored, they lock once, and a change after locking is shown line by line."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from evenhand.errors import OutputError, PlanError
from evenhand.flow import plan
from evenhand.terms.evidence import Publicity, Review
from evenhand.terms.result import Period, Scope
from evenhand.weigh import METHODS

TEXT = """
title = "Stops"
place = "district"

[[source]]
path = "stops.parquet"
reader = "heard"

[[contrast]]
group = "BLACK"
reference = "WHITE"

[[scope]]
name = "traffic"
mode = ["vehicle"]

[[method]]
name = "veil_of_darkness"
scope = "traffic"
df = 4
"""


def write(folder: Path, text: str = TEXT) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plan_is_hashed_as_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert plan.read(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_methods_carry_the_plans_settings_place_and_scope(tmp_path: Path) -> None:
    (method,) = plan.methods(plan.read(write(tmp_path)))
    assert (method.df, method.place, method.scope.name) == (4, "district", "traffic")
    assert method.scope.where == {"mode": ("vehicle",)}


def test_each_contrast_and_period_is_weighed(tmp_path: Path) -> None:
    text = TEXT + '\n[[contrast]]\ngroup = "HISPANIC"\nreference = "WHITE"\n'
    for year in (2018, 2019):
        text += f'\n[[period]]\nname = "{year}"\nfrom = "{year}-01-01"\nto = {year}-12-31\n'
    methods = list(plan.methods(plan.read(write(tmp_path, text))))
    assert [(method.contrast.group, method.scope.period.name) for method in methods] == [
        ("BLACK", "2018"),
        ("BLACK", "2019"),
        ("HISPANIC", "2018"),
        ("HISPANIC", "2019"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("df = 4", "knots = 4", "veil_of_darkness has no setting knots"),
        ('name = "veil_of_darkness"', 'name = "veil"', "method 'veil' is not known"),
        ('scope = "traffic"', 'scope = "trafic"', "scope of method veil_of_darkness 'trafic' is not known"),
        ('group = "BLACK"', 'group = "WHITE"', "compares 'WHITE' with itself"),
        ('reader = "heard"', "", r"\[\[source\]\] has no 'reader'"),
        ('title = "Stops"', 'titel = "Stops"', "the plan has titel"),
        ('mode = ["vehicle"]', 'colour = ["red"]', "field of .* 'colour' is not known"),
        ("[[method]]", "[[method]", "the plan is not TOML"),
        ('group = "BLACK"', 'group = "BLACK"\ngrouping = "by eye"', "grouping 'by eye' is not known"),
        ('[[source]]\npath = "stops.parquet"\nreader = "heard"\n', "", r"the plan has no \[\[source\]\]"),
        ("[[scope]]", "[scope]", r"\[scope\] stands in single brackets"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(tmp_path: Path, old, new, says) -> None:
    assert old in TEXT
    with pytest.raises(PlanError, match=says):
        plan.check(plan.read(write(tmp_path, TEXT.replace(old, new))))


def test_no_plan_at_the_path_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="evenhand plan new"):
        plan.read(tmp_path / "none.toml")


def test_a_locked_plan_shows_no_change_until_it_is_changed(tmp_path: Path) -> None:
    path = write(tmp_path)
    plan.lock(path, date(2026, 11, 24))
    assert (plan.read(path).locked_on, plan.read(path).changes) == ("2026-11-24", ())


def test_a_change_after_locking_shows_the_hash_and_the_lines(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    plan.lock(path)
    write(tmp_path, TEXT.replace("df = 4", "df = 6"))
    changes = plan.read(path).changes
    assert changes == (f"locked as sha256 {before}", "-df = 4", "+df = 6")


def test_a_plan_is_locked_once(tmp_path: Path) -> None:
    path = write(tmp_path)
    plan.lock(path)
    with pytest.raises(PlanError, match="locked once"):
        plan.lock(path)


def test_a_lock_that_is_not_ours_is_said(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_suffix(".lock").write_text("{}", encoding="utf-8")
    with pytest.raises(PlanError, match="not a lock of ours"):
        plan.read(path)


def test_a_new_plan_is_never_written_over_one_that_is_there(tmp_path: Path) -> None:
    path = write(tmp_path)
    with pytest.raises(PlanError, match="is there already"):
        plan.new(path, "x")
    assert path.read_text(encoding="utf-8") == TEXT


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        plan.new(tmp_path / "none" / "plan.toml", "x")


def test_the_example_is_a_plan(tmp_path: Path) -> None:
    path = plan.new(tmp_path / "plan.toml", plan.EXAMPLE.read_text(encoding="utf-8"))
    assert "asks veil_of_darkness: BLACK-WHITE, traffic" in plan.text(plan.check(plan.read(path)))


BESIDE = """
[[roster]]
path = "roster.csv"
public = true

[[lists]]
path = "lists.csv"
refer = [["hotline", "clinic"]]
linkage_error = 0.02

[[publicity]]
day = 2026-05-12
what = "press conference"

[review]
true_pairs = 120
found = 108
false_pairs = 100
linked = 5
"""


def test_tables_beside_are_taken_from_the_plans_folder_with_what_is_said_of_them(tmp_path: Path) -> None:
    read = plan.read(write(tmp_path, TEXT + BESIDE))
    roster, lists = read.beside
    assert (roster.kind, roster.path, roster.settings) == ("roster", str(tmp_path / "roster.csv"), {"public": True})
    assert lists.settings == {"refer": [["hotline", "clinic"]], "linkage_error": 0.02}
    assert (read.publicity, read.review) == (
        (Publicity(date(2026, 5, 12), "press conference"),),
        Review(120, 108, 100, 5),
    )


def test_what_stands_beside_is_shown(tmp_path: Path) -> None:
    read = plan.read(write(tmp_path, TEXT + BESIDE))
    shown = plan.text(read)
    assert f"reads roster: {tmp_path / 'roster.csv'}" in shown
    assert "knows of 2026-05-12 press conference" in shown
    assert "review of links: 108 of 120 true pairs found, 5 of 100 false pairs linked" in shown
    assert plan.summary(read)["review"] == {"true_pairs": 120, "found": 108, "false_pairs": 100, "linked": 5}


def test_a_table_alone_will_do_without_a_source(tmp_path: Path) -> None:
    text = TEXT.replace('[[source]]\npath = "stops.parquet"\nreader = "heard"\n', "")
    assert plan.check(plan.read(write(tmp_path, text + BESIDE))).sources == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('path = "roster.csv"', 'file = "roster.csv"', r"\[\[roster\]\] has file: expected only path"),
        ('path = "roster.csv"', "", r"\[\[roster\]\] has no 'path'"),
        ("[[roster]]", "[roster]", r"\[roster\] stands in single brackets"),
        ("[review]", "[[review]]", r"\[review\] stands once"),
        ("public = true", 'public = "no"', r"public = 'no': expected true or false"),
        ('refer = [["hotline", "clinic"]]', 'refer = ["hotline"]', "expected pairs of lists"),
        ('refer = [["hotline", "clinic"]]', 'refer = [["clinic", "clinic"]]', "expected pairs of lists"),
        ('refer = [["hotline", "clinic"]]', 'unit = "stops"', "unit of .* 'stops' is not known"),
        ("linkage_error = 0.02", "linkage_error = 2", "linkage_error = 2: expected the share"),
        ("day = 2026-05-12", 'day = "May 2026"', "'May 2026' is not a date"),
        ("day = 2026-05-12", "day = 2026-05-12T08:00:00", "is not a date"),
        ("day = 2026-05-12", "", r"\[\[publicity\]\] has no 'day'"),
        ("linked = 5", "linked = 101", "linked 101 is more than false_pairs 100"),
        ("found = 108", "found = 10.5", "found = 10.5: expected a whole number"),
        ("found = 108\n", "", r"\[review\] has no 'found'"),
    ],
)
def test_what_is_wrong_beside_is_said_where_it_is(tmp_path: Path, old, new, says) -> None:
    assert old in BESIDE
    with pytest.raises(PlanError, match=says):
        plan.check(plan.read(write(tmp_path, TEXT + BESIDE.replace(old, new))))


def test_publicity_outside_every_period_is_an_error_and_inside_one_is_not(tmp_path: Path) -> None:
    spring = '\n[[period]]\nname = "spring"\nfrom = "2026-03-01"\nto = "2026-05-11"\n'
    with pytest.raises(PlanError, match=r"\[\[publicity\]\] 2026-05-12 lies in no .*: 2026-03-01 to 2026-05-11"):
        plan.check(plan.read(write(tmp_path, TEXT + BESIDE + spring)))
    plan.check(plan.read(write(tmp_path, TEXT + BESIDE + spring.replace("05-11", "05-12"))))


def test_a_method_that_compares_nothing_is_shown_by_its_name() -> None:
    scope = Scope("all", period=Period("2026", date(2026, 1, 1), date(2026, 12, 31)))
    assert plan.asked(Lone(scope)) == "lone: all, 2026"


@dataclass(frozen=True)
class Lone:
    """A method without a contrast."""

    scope: Scope
    name: ClassVar[str] = "lone"


def test_the_example_on_reports_is_a_plan(tmp_path: Path) -> None:
    path = plan.new(tmp_path / "plan.toml", plan.REPORTS_EXAMPLE.read_text(encoding="utf-8"))
    shown = plan.text(plan.check(plan.read(path)))
    for name in ("unanimity", "surge", "two_streams"):
        assert f"asks {name}: all, 2026" in shown
    assert "knows of 2026-05-12 press conference" in shown


def test_the_example_on_reports_is_a_plan_with_all_its_tables_too(tmp_path: Path) -> None:
    # each line of a plan behind a # comes to life; lines of words stay away
    text = re.sub(r"^# (?=\[|\w+ = )", "", plan.REPORTS_EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if "space_time_scan" not in METHODS:
        text = text.replace('[[method]]\nname = "space_time_scan"\nplace = "county"\n', "")
    read = plan.check(plan.read(write(tmp_path, text)))
    assert {table.kind for table in read.beside} == set(plan.BESIDE)
    assert read.review is not None
    assert {"roster", "recognition", "agreement", "multiple_systems", "recording_rate", "trust"} <= {
        method.name for method in read.methods
    }


def test_the_example_on_reports_is_not_locked_before_it_is_written(tmp_path: Path) -> None:
    text = plan.REPORTS_EXAMPLE.read_text(encoding="utf-8")
    path = write(tmp_path, text)
    with pytest.raises(PlanError, match="still says OUR OFFICE, THE AGENCY"):
        plan.lock(path)
    assert not path.with_suffix(".lock").exists()
    for words in plan.UNWRITTEN:
        text = text.replace(words, "the county's office")
    plan.lock(write(tmp_path, text))


@pytest.mark.parametrize("begun", ["plan", "lock"])
def test_what_there_is_no_room_for_leaves_nothing_in_the_way(tmp_path: Path, begun: str) -> None:
    import resource

    path = tmp_path / "new.toml" if begun == "plan" else write(tmp_path)
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, kept[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            plan.new(path, TEXT) if begun == "plan" else plan.lock(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert not (path if begun == "plan" else path.with_suffix(".lock")).exists()
