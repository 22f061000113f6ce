"""Results on reports in the shape their methods give, small enough to check by eye; every figure is made up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evenhand.tell.document import to_document
from evenhand.terms.finding import Finding
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Exclusion, Result, Scope, Series, Verdict

ALL = Scope()
FURTHER = "a further telling of an encounter already counted"
ASIDE = (Exclusion(FURTHER, 38), Exclusion("outside the period", 0), Exclusion("race not recorded", 14))
KNOWN = Verdict("attribution", "pass", "", {"encounters": 150, "known": 118})
BACKED = {"corroboration": {"encounters": 150, "video": 21, "any": 44}}


def _figure(value: float, n: int) -> dict[str, float]:
    return {"value": value, "n": n}


def _told(
    method: str,
    answer: Answer,
    settings: dict | None = None,
    contrast: Contrast | None = None,
    diagnostics: dict | None = None,
) -> Result:
    pair = f"{contrast.name}/" if contrast else ""
    thresholds = {"0.5": _figure(1.3, 144), "0.8": _figure(1.3, 150), "0.95": _figure(1.3, 163)}
    return Result(
        f"{method}/{pair}all",
        method,
        settings or {"level": 0.05},
        contrast,
        ALL,
        202,
        ASIDE,
        (KNOWN,),
        answer,
        {"thresholds": thresholds, "attributed": _figure(1.4, 118), **BACKED, **(diagnostics or {})},
    )


def unanimity() -> Result:
    # 6 of 6, by p^6 and w = q(1 - p)/(p(1 - q)), q = 0.05^(1/6), by hand
    shares = (0.15, 0.25, 0.35)
    ratios, chances = (8.7511, 4.6329, 2.8680), (0.0000113906, 0.00024414, 0.0018383)
    return _told(
        "unanimity",
        Answer(
            (
                Estimate("tipping_ratio", "ratio", 4.6329, 2.8680, 8.7511, 6, interval="over the shares at risk"),
                Estimate("chance", "probability", 0.00024414, 0.0000113906, 0.0018383, 6),
                Estimate("share_of_tellers", "share", 1.0, 0.5407, 1.0, 6),
                Estimate("in_group", "count", 6, 6, 6, 6),
                Estimate("encounters", "count", 6, 6, 6, 6),
            ),
            None,
            (),
            (
                Series(
                    "unanimity",
                    {
                        "share": shares,
                        "chance": chances,
                        "tipping_ratio": ratios,
                        "invented_to_undo": (4, 3, 2),
                        "untold_to_undo": (5, 3, 2),
                    },
                ),
            ),
        ),
        {"group": ("BLACK",), "group_name": "Black people", "share": shares, "members": None, "total": None},
    )


def roster() -> Result:
    departments = {
        "department": ("A", "B", "C", "D"),
        "group_answered": (44, 31, 28, None),
        "group_stopped": (21, 12, 11, None),
        "reference_answered": (160, 96, 74, None),
        "reference_stopped": (24, 13, 10, None),
    }
    residents = {"factor": (0.25, 0.5, 1.0, 2.0, 4.0), "value": (310, 620, 1240, 2480, 4960)}
    residents |= {"low": (190, 380, 760, 1520, 3040), "high": (480, 960, 1920, 3840, 7680)}
    return _told(
        "roster",
        Answer(
            (
                Estimate("risk_ratio", "ratio", 2.94, 2.07, 4.18, 433, interval="Mantel-Haenszel over departments"),
                Estimate("difference_per_1000", "difference", 282, 188, 376, 433),
                Estimate("share_group", "share", 0.427, 0.336, 0.524, 103, interval="Wilson"),
                Estimate("share_reference", "share", 0.142, 0.109, 0.184, 330, interval="Wilson"),
                Estimate("share_group_over_silence", "share", 0.427, 0.355, 0.524, 124, interval="worst corners"),
                Estimate("share_reference_over_silence", "share", 0.142, 0.118, 0.289, 398, interval="worst corners"),
                Estimate("answered_share", "share", 0.83, 0.80, 0.86, 522),
            ),
            1.8,
            (Band("silence", 1.12, 6.8, "If all who did not answer had been stopped, or none."),),
            (Series("departments", departments), Series("residents", residents)),
        ),
        {"roster": "", "residents": 20000, "resident_days": 90},
        Contrast("BLACK", "WHITE"),
    )


def recognition() -> Result:
    before_and_after = {
        "treatment": ("better", "ended_there", "same", "worse"),
        "before": (12, 0, 24, 3),
        "during": (31, 18, 26, 4),
        "never": (0, 0, 41, 11),
    }
    elements = {
        "element": ("weapon_pointed", "handcuffed"),
        "before_only": (14, 9),
        "after_only": (1, 2),
        "p": (0.001, 0.065),
        "p_holm": (0.002, 0.065),
    }
    return _told(
        "recognition",
        Answer(
            (
                Estimate("better_odds", "ratio", 12.25, 4.4, 47.1, 53, interval="Clopper-Pearson"),
                Estimate("share_better", "share", 0.925, 0.818, 0.979, 53),
                Estimate("better", "count", 49, 49, 49, 79),
                Estimate("worse", "count", 4, 4, 4, 79),
            ),
            None,
            (),
            (Series("before_and_after", before_and_after), Series("elements", elements)),
        ),
    )


WEEKS = tuple((date(2025, 9, 1) + timedelta(weeks=week)).isoformat() for week in range(32))


def surge() -> Result:
    happened = [2, 3, 1, 4, 2, 2, 3, 2, 1, 3, 2, 4, 3, 2, 9, 11, 8, 12, 9, 10, 13, 9, 11, 8, 10, 12, 9, 10, 11]
    told = [1, 2, 2, 2, 3, 2, 2, 3, 1, 2, 3, 3, 2, 3, 4, 7, 8, 9, 10, 11, 26, 19, 12, 11, 9, 10, 12, 9, 8, 11, 10, 7]
    complete = [1.0] * 26 + [0.99, 0.98, 0.96, 0.91, 0.8, 0.55]
    by_week = {
        "week": WEEKS,
        "happened": (*happened, None, None, None),
        "told": tuple(told),
        "complete": tuple(complete),
        "publicity": tuple("first news report" if week == 20 else "" for week in range(32)),
    }
    return _told(
        "surge",
        Answer(
            (
                Estimate("rate_ratio", "ratio", 4.1, 3.0, 5.6, 186),
                Estimate("chance_of_change", "probability", 0.998, 0.998, 0.998, 186),
                Estimate("rate_before", "rate", 2.4, 1.7, 3.3, 34),
                Estimate("rate_after", "rate", 10.1, 8.6, 11.8, 152),
            ),
            None,
            (),
            (Series("by_week", by_week),),
        ),
        {"near_days": 7},
        diagnostics={"change": {"week": "2025-12-08", "low": "2025-12-01", "high": "2025-12-15"}},
    )


def space_time_scan() -> Result:
    areas = {
        "area": ("North", "Area 10", "Area 2", "Riverside", "East", "Lakes", "Downtown", "South"),
        "latitude": (44.98111, 44.98222, 44.98333, 44.98444, 44.98555, 44.98666, 44.98777, 44.98888),
        "longitude": (-93.11111, -93.12222, -93.13333, -93.14444, -93.15555, -93.16666, -93.17777, -93.18888),
        "cases": (22, 21, 17, 6, 14, None, 19, 12),
        "expected": (8.1, 10.4, 15.1, 11.9, 21.0, None, 6.1, 11.8),
        "cluster": (1, None, None, None, None, None, 1, 2),
    }
    clusters = {
        "rank": (1, 2),
        "areas": ("North, Downtown", "South"),
        "first": ("2026-01-12", "2025-12-01"),
        "last": ("2026-01-25", "2025-12-07"),
        "cases": (41, 7),
        "expected": (14.2, 2.1),
        "relative_risk": (3.4, 3.4),
        "p": (0.003, 0.41),
    }
    return _told(
        "space_time_scan",
        Answer(
            (Estimate("p", "probability", 0.003, 0.001, 0.009, 150), Estimate("cases", "count", 41, 41, 41, 150)),
            None,
            (),
            (Series("clusters", clusters), Series("cluster_areas", areas)),
        ),
        {"kind": "permutation", "draws": 999, "seed": 0},
    )


def multiple_systems() -> Result:
    fan = {
        "model": ("inbox*canvass, inbox*clinic", "inbox, canvass, clinic", "inbox*canvass", "inbox*clinic"),
        "chosen_by": ("lowest BIC", "main effects", "stepwise at 0.02", ""),
        "total": (1240.5, 640.2, 910.9, 2310.0),
        "low": (610.0, 480.0, 540.0, None),
        "high": (2890.0, 860.0, 1610.0, None),
        "bic": (51.2, 60.9, 54.0, 53.3),
    }
    return _told(
        "multiple_systems",
        Answer(
            (
                Estimate("total", "count", 1240.5, 520.0, 4105.0, 212, interval="BCa, the model chosen anew"),
                Estimate("seen", "count", 212, 212, 212, 212),
                Estimate("missed", "count", 1028.5, 308.0, 3893.0, 212),
            ),
            None,
            (Band("model", 640.2, 2310.0, "Over every model."),),
            (Series("fan", fan),),
        ),
        {"lists": "", "draws": 1000, "seed": 0},
    )


TOLD = (unanimity, roster, recognition, surge, space_time_scan, multiple_systems)


@pytest.fixture
def told(finding: Finding) -> dict:
    """A finding on reports alone: one result a method, every series that the charts of reports know."""
    results = tuple(made() for made in TOLD)
    return to_document(replace(finding, results=results, claims=(), explanations=(), cleared=False))


@pytest.fixture
def whole(finding: Finding) -> dict:
    """Records and reports in one finding, with all that any chart draws from."""
    return to_document(replace(finding, results=(*finding.results, *(made() for made in TOLD))))
