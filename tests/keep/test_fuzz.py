"""Every parser, fuzzed: it refuses with one of our errors, or gives what is written back to the same bytes."""

import subprocess
import sys
from pathlib import Path

import fuzzed
import pytest
from hypothesis import given
from hypothesis import strategies as st

FUZZ = Path(fuzzed.__file__).with_name("fuzz.py")


@pytest.mark.parametrize("target", fuzzed.TARGETS)
def test_the_good_example_is_taken(target: str) -> None:
    assert fuzzed.hold(target, fuzzed.TARGETS[target][1])


@pytest.mark.parametrize("target", fuzzed.TARGETS)
@given(st.data())
def test_what_is_near_a_good_one_is_refused_or_written_back(target: str, data) -> None:
    good = fuzzed.TARGETS[target][1]
    at = data.draw(st.integers(0, len(good)))
    taken, put = data.draw(st.integers(0, 3)), data.draw(st.binary(max_size=3))
    fuzzed.hold(target, good[:at] + put + good[at + taken :])


@pytest.mark.parametrize("seconds", [2, pytest.param(600, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("target", fuzzed.TARGETS)
def test_no_parser_does_anything_else_however_it_is_fed(target: str, seconds: int, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    (tmp_path / "good").write_bytes(fuzzed.TARGETS[target][1])
    ran = subprocess.run(
        [
            sys.executable,
            str(FUZZ),
            target,
            f"-max_total_time={seconds}",
            "-max_len=8192",
            "-verbosity=0",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(FUZZ.parent), "PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
