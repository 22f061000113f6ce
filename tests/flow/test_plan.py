"""Plans: nothing in them is ignored, they lock once, and a change after locking is shown line by line."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from evenhand.errors import OutputError, PlanError
from evenhand.flow import plan

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
