"""Files for readers to read: real ones by a mapping, and small ones with one thing wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.tables.connect import connect

Write = Callable[..., Path]

CONNECTICUT = """
[source]
id = "groton-2013-14"
timezone = "America/New_York"
coverage = ["2013-10", "2014-09"]

[constants]
mode = "vehicle"
role = "driver"
initiated_by = "officer"

[columns]
date = "InterventionDate"
time_local = "InterventionTime"
race_officer = "SubjectRaceCode"
ethnicity = "SubjectEthnicityCode"
age_years = "SubjectAge"
gender = "SubjectSexCode"
resident_here = "TownRecidentIndicator"
search_vehicle = "VehicleSearchedIndicator"
search_basis = "SearchAuthorizationCode"
found = "ContrabandIndicator"
result = ["CustodialArrestIndicator", "InterventionDispositionCode"]
reason_detail = "Reason for Stop"
officer_key = "officer"

[areas]
city = "DepartmentName"

[formats]
date = "%A, %B %d, %Y"
time = "%I:%M:%S %p"

[codes.race_officer]
W = ["WHITE", "MENA"]
B = ["BLACK"]
A = ["ASIAN", "NHPI"]
I = ["AIAN"]

[codes.ethnicity]
H = ["HISPANIC"]
N = []
M = ["MENA"]

[codes.gender]
M = "man"
F = "woman"

[codes.search_basis]
C = ["consent"]
I = ["inventory"]
O = ["other"]
N = ["not_stated"]

[codes.found]
true = ["other"]
false = ["none"]

[codes.result.CustodialArrestIndicator]
true = ["arrest"]
false = ["none"]

[codes.result.InterventionDispositionCode]
U = ["arrest"]
I = ["citation"]
M = ["citation"]
V = ["warning"]
W = ["warning"]
N = ["none"]
"""


@pytest.fixture
def connection() -> Any:
    return connect()


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Write text or bytes to a file of that name."""

    def write(content: str | bytes, name: str = "stops.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def connecticut(written: Write) -> Path:
    """The mapping for the files of Connecticut's towns."""
    return written(CONNECTICUT, "connecticut.toml")
