"""What people told: counts that are no rates, what could back them, and how far readers agree."""

from dataclasses import replace

import made_reports as made

from evenhand.tell import accounts
from evenhand.tell import document as doc
from evenhand.terms.result import Answer, Series


def of(*results):
    return accounts.of(doc.to_document(made.finding(*results)))


def coded(alpha, low, high, verdict):
    columns = {
        "element": ("boxed_in",),
        "alpha": (alpha,),
        "low": (low,),
        "high": (high,),
        "verdict": (verdict,),
    }
    answer = Answer((made.estimate("elements_usable", "count", 1),), None, (), (Series("agreement", columns),))
    return made.result("agreement", answer=answer)


def test_tellings_further_tellings_and_known_agencies_are_counted() -> None:
    counts = of(made.unanimity()).counts
    assert counts[:2] == ("44 tellings came in", "4 of them told again of an encounter already counted")
    assert "in 30 of 40 encounters the agency was said" in counts[2]


def test_only_what_could_back_an_account_is_named() -> None:
    assert of(made.unanimity()).backing == ("a video: 7 of 40 encounters",)


def test_an_element_has_its_meaning_both_streams_and_what_readers_agree_on() -> None:
    told = of(made.streams(0, 0.2), coded(0.84, 0.8, 0.9, "usable")).elements
    assert told[0].element == "boxed in"
    assert told[0].meaning == "vehicles placed so that the person could not leave"
    assert (told[0].residents, told[0].officers) == ("12 of 30", "5 of 10")
    assert told[0].agreement == "alpha 0.84 (between 0.80 and 0.90)"
    assert told[1].residents == "held back"
    assert told[1].agreement == "not coded by two readers"


def test_agreement_that_is_too_low_is_not_reported_and_in_between_is_tentative() -> None:
    assert (
        of(made.streams(0, 0.2), coded(None, None, None, "not reported"))
        .elements[0]
        .agreement.startswith("not reported")
    )
    assert of(made.streams(0, 0.2), coded(0.7, 0.6, 0.8, "tentative")).elements[0].agreement.startswith("tentative: ")


def test_a_finding_on_records_has_no_accounts() -> None:
    assert of(replace(made.unanimity(), diagnostics={})) is None
