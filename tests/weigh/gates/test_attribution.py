"""Attribution: more than a guess in half of the encounters, and every basis and its absence counted right."""

import ibis
import pytest

from evenhand.terms.encounter import AGENCY_BASES
from evenhand.weigh.gates.attribution import Attribution


def told(*bases):
    return ibis.memtable({"agency_basis": list(bases)}, schema={"agency_basis": "array<string>"})


@pytest.mark.parametrize("basis", AGENCY_BASES)
def test_each_basis_counts(basis) -> None:
    assert Attribution().check(told([basis], ["none"])).figures == {"known": 1, "encounters": 2, "share": 0.5}


@pytest.mark.parametrize("basis", [["guessed"], ["none"], ["unknown"], [], None])
def test_a_guess_is_no_basis(basis) -> None:
    assert Attribution().check(told(basis, ["said", "guessed"])).figures["known"] == 1


@pytest.mark.parametrize(("known", "verdict"), [(49, "caution"), (50, "pass")])
def test_under_half_no_claim_names_the_agency(known, verdict) -> None:
    found = Attribution().check(told(*[["badge"]] * known, *[["guessed"]] * (100 - known)))
    assert found.verdict == verdict
    assert f"in {known} of 100 encounters" in found.sentence


def test_no_encounters_are_not_assessed() -> None:
    assert Attribution().check(told(["said"]).limit(0)).verdict == "not assessed"


def test_without_the_column_nobody_knew() -> None:
    assert Attribution().check(told(["said"], ["badge"]).select(role=ibis.literal("driver"))).figures["known"] == 0
