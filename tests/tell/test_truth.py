"""The last page: what was planted beside what was said, whether it held, and nothing claimed where it was refused."""

import made_reports as made

from evenhand.tell import backing, truth
from evenhand.tell import document as doc

SEALED = {
    "story": "In each of 24 cities an agency stops people of colour 8 times as often as others.",
    "settings": {"ratio": 8.0, "seed": 0},
    "truth": {
        "risk_ratio": 1.9,
        "surge_ratio": 10.0,
        "stop_ratio": 8.0,
        "telling_ratio": 2.5,
        "encounters": 2000.0,
        "better_odds": 16.0,
    },
}


def document(*results):
    return doc.to_document(made.finding(*results))


def rows(*results):
    return {row.what: row for row in truth.rows([document(*results)], SEALED["truth"])}


def test_an_interval_with_its_bands_holds_what_was_planted_or_does_not() -> None:
    found = rows(made.roster(1.6, 2.4), made.surge(1.5, 4.0), made.missed())
    assert found["How much more often officers of colour were stopped"].held == "holds it"
    assert found["How many times as frequent encounters became"].held == "does not hold it"
    # 2,000 is above the re-selecting interval's band of models and below its end
    assert found["Encounters there were, told or not"].held == "holds it"


def test_where_a_test_was_refused_nothing_was_claimed() -> None:
    row = rows(made.result("surge"))["How many times as frequent encounters became"]
    assert row.held == "nothing was claimed"
    assert row.said == "refused: fewer than 20 weeks were told of"


def test_the_page_says_whether_telling_could_have_explained_it() -> None:
    html = truth.page_of([document(made.unanimity())], SEALED)
    visible = " ".join(backing.visible_text(html))
    assert SEALED["story"] in visible
    assert "Telling differed less: it was right." in visible
    misled = truth.page_of([document(made.unanimity(low=2.0))], SEALED)
    assert "Telling did differ as much: the mailbox misled." in misled
