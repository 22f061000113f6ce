"""A hand-made finding on reports, shaped as the methods give it; its figures are made up, but for closed forms."""

from dataclasses import replace
from typing import Any

from evenhand.tell import claims
from evenhand.terms.evidence import Source
from evenhand.terms.finding import Finding, Plan
from evenhand.terms.result import Answer, Band, Contrast, Estimate, Exclusion, Refusal, Result, Scope, Series, Verdict

# All 40 of 40 in a group of a quarter: the tail is 0.25 ** 40, and the tipping ratio follows METHODS 6.1 by hand.
K, P = 40, 0.25
Q = 0.05 ** (1 / K)
TIPPING = Q * (1 - P) / (P * (1 - Q))
PAIR = Contrast("BLACK", "WHITE")
SOURCE = Source(
    "mailbox",
    "an office",
    "complaints.xlsx",
    "none",
    "2026-03-20",
    "ab" * 32,
    44,
    "inbox",
    "yellow",
    ("Rows were read.",),
)
KNOWN = Verdict("attribution", "pass", "in 30 of 40 encounters the agency was said, shown, marked or found out later")


def estimate(
    quantity: str, scale: str, value: float, low: float | None = None, high: float | None = None, n: int = K
) -> Estimate:
    return Estimate(quantity, scale, value, value if low is None else low, value if high is None else high, n)


def result(method: str, *estimates: Estimate, **changes: Any) -> Result:
    made = Result(
        f"{method}/all",
        method,
        {},
        PAIR if method == "roster" else None,
        Scope(),
        44,
        (Exclusion("a further telling of an encounter already counted", 4),),
        (KNOWN,),
        Answer(estimates, 2.0) if estimates else Refusal("fewer than 20 weeks were told of", {"weeks": 6}, "20 weeks"),
        {"corroboration": {"encounters": K, "video": 7, "any": 12}},
    )
    return replace(made, **changes)


def unanimity(x: int = K, low: float = TIPPING, chance: float = P**K, **changes: Any) -> Result:
    estimates = (
        estimate("tipping_ratio", "ratio", max(low, TIPPING), low, max(low, TIPPING)),
        estimate("chance", "probability", chance),
        estimate("in_group", "count", x),
        estimate("encounters", "count", K),
        estimate("invented_to_undo", "count", 25),
        estimate("untold_to_undo", "count", 90),
    )
    return result("unanimity", *estimates, settings={"group_name": "people of colour", "level": 0.05}, **changes)


def roster(low: float, high: float, answered: float = 0.9, silence: tuple[float, float] | None = None) -> Result:
    value = (low * high) ** 0.5
    estimates = (
        estimate("risk_ratio", "ratio", value, low, high, 900),
        estimate("answered_share", "share", answered, answered - 0.02, answered + 0.02, 1000),
        estimate("share_group", "share", 0.2, 0.17, 0.23, 400),
        estimate("share_reference", "share", 0.1, 0.08, 0.12, 500),
    )
    bands = (Band("silence", *silence, "all answers"),) if silence else ()
    return result("roster", *estimates, answer=Answer(estimates, 1.4, bands), rows_in=1000, excluded=())


def recognition(better: int = 9, worse: int = 1, low: float = 1.2, release: float | None = 1.3) -> Result:
    odds = better / worse if worse else low
    estimates = (
        estimate("better_odds", "ratio", odds, low, 60.0 if worse else low, better + worse),
        estimate("better", "count", better),
        estimate("worse", "count", worse),
    )
    if release is not None:
        estimates += (estimate("release_ratio", "ratio", 2.0, release, 3.1),)
    return result("recognition", *estimates)


def streams(unlike: int, visible: float | None) -> Result:
    estimates = (
        estimate("unlike_elements", "count", unlike),
        estimate("elements_compared", "count", 8),
        estimate("residents", "count", 30),
        estimate("officers", "count", 10),
    )
    columns = {
        "element": ("boxed_in", "papers_demanded"),
        "residents_said": (12, None),
        "residents": (30, 30),
        "officers_said": (5, 3),
        "officers": (10, 10),
        "p": (0.4, 0.7),
        "p_holm": (0.8, 0.8),
    }
    return result("two_streams", answer=Answer(estimates, visible, (), (Series("streams", columns),)))


def surge(low: float, high: float) -> Result:
    return result(
        "surge",
        estimate("rate_ratio", "ratio", (low * high) ** 0.5, low, high),
        diagnostics={"change": {"week": "2026-02-23"}},
    )


def scan(p: float) -> Result:
    return result("space_time_scan", estimate("p", "probability", p))


def unrecorded(low: float, band: tuple[float, float] = (0.2, 0.5)) -> Result:
    estimates = (estimate("never_recorded", "share", 0.3, low, 0.5, 60), estimate("told", "count", 60))
    return result("recording_rate", answer=Answer(estimates, None, (Band("links", *band, "undecided"),)))


def trust(p: float) -> Result:
    return result("trust", estimate("calls_missing_share", "share", 0.1, 0.02, 0.2), estimate("p", "probability", p))


def missed() -> Result:
    estimates = (estimate("total", "count", 900, 400, 2100), estimate("seen", "count", 120))
    return result("multiple_systems", answer=Answer(estimates, None, (Band("model", 350, 1500, "the fan"),)))


def finding(*results: Result, **plan: Any) -> Finding:
    made = Plan("Reports of one spring", (), (), (), (), (), (), "", "0" * 64, **plan)
    return replace(claims.finding(made, (SOURCE,), results), made_by="evenhand", made_on="2026-04-01")
