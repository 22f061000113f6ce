"""One way to write a number, and no way to print one that the finding does not hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.tell import backing, numbers, page, statement


def _texts(text: str) -> list[str]:
    return [numeral.text for numeral in numbers.numbers_in(text)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.ratio(1.0), "1.00"),
        (numbers.ratio(9.994), "9.99"),
        (numbers.ratio(123.4), "123"),
        (numbers.ratio(0.0), "0.00"),
        (numbers.share(0.0), "0 %"),
        (numbers.share(0.0049), "0.49 %"),
        (numbers.share(1.0), "100 %"),
        (numbers.count(-0.2), "0"),
        (numbers.more_or_fewer(-0.0312), "31 fewer per 1,000"),
        (numbers.chance(0.05), "p = 0.050"),
        (numbers.day("2017-12-31"), "31 December 2017"),
        (numbers.day("spring"), "spring"),
        (numbers.figure(0.00001), "under 0.0001"),
        (numbers.figure(True), "yes"),
        (numbers.figure({"low_end": 2, "why": None}), "low end 2; why not available"),
    ],
)
def test_numbers_are_written_one_way(written: str, expected: str) -> None:
    assert written == expected


def test_the_limits_of_a_share_take_the_digits_of_its_value() -> None:
    estimate = {"scale": "share", "value": 0.0917, "low": 0.0861, "high": 0.1003}
    assert numbers.reading_of(estimate) == "9.2 % (between 8.6 and 10.0 %)"


def test_a_quantity_named_per_1000_is_in_thousandths_already() -> None:
    estimate = {"quantity": "difference_per_1000", "scale": "difference", "value": 31.2, "low": -4.0, "high": 66.0}
    assert numbers.reading_of(estimate) == "31 more per 1,000 (between 4 fewer and 66 more per 1,000)"


def test_log_odds_become_a_ratio_whose_ends_keep_their_order() -> None:
    # exp(-0.116466) = 0.8901, exp(-0.319) = 0.7269, exp(0.0861) = 1.0899
    ratio = numbers.as_ratio({"scale": "log odds ratio", "value": -0.116466, "low": -0.319, "high": 0.0861})
    assert ratio is not None
    assert numbers.reading_of(ratio) == "0.89 (between 0.73 and 1.09)"


def test_dates_levels_hashes_ids_and_conventions_are_no_numbers() -> None:
    assert _texts("On 2 May 2017 and 2017-05-02, level 2, levels 3 to 4") == []
    assert _texts("sha256 " + "5b" * 32 + " of veil_of_darkness/Black-White/2017#is_dark by evenhand 0.1.0") == []
    assert _texts("a ratio outside 0.90 to 1.11 with 80 % power, p < 0.001, 50, 80 and 95 % intervals") == []
    assert _texts("2017 Q3 has 12") == ["2017", "12"]


def test_numerals_keep_sign_digits_and_unit() -> None:
    found = numbers.numbers_in("fell by −0.116, and to 34 %. That is between 20 and 42 more per 1,000")
    assert [(n.value, n.decimals, n.percent, n.thousand) for n in found] == [
        (-0.116, 3, False, False),
        (34, 0, True, False),
        (20, 0, False, True),
        (42, 0, False, True),
    ]


@given(st.floats(min_value=1e-3, max_value=1e7))
def test_a_ratio_that_is_written_is_read_back_as_it_was_rounded(value: float) -> None:
    (found,) = numbers.numbers_in(numbers.ratio(value))
    # half a unit of the last digit, and a little for binary fractions
    assert abs(found.value - value) <= 0.5 * 10**-found.decimals * (1 + 1e-6)


@given(st.floats(min_value=-3, max_value=3), st.floats(min_value=0, max_value=1))
def test_whatever_is_written_from_the_document_is_backed_by_it(log: float, share: float) -> None:
    estimates = [
        {"quantity": "b", "scale": "log odds ratio", "value": log, "low": log, "high": log, "se": None, "n": 5},
        {"quantity": "s", "scale": "share", "value": share, "low": share, "high": share, "se": None, "n": 5},
    ]
    answer = {"estimates": estimates, "bands": {}, "smallest_visible": 2.0, "series": {}}
    result = {"id": "r", "rows_used": 5, "excluded": [], "answer": answer}
    document = {"plan": {"title": ""}, "results": [result]}
    ratio = numbers.as_ratio(estimates[0])
    assert ratio is not None
    told = f"<p>{numbers.reading_of(ratio)}, {numbers.value_of(estimates[0])}, {numbers.reading_of(estimates[1])}</p>"
    assert backing.unbacked(told, document) == []


def test_page_and_statement_hold_no_number_the_finding_does_not(document: dict) -> None:
    assert backing.unbacked(page.page(document), document) == []
    assert backing.unbacked(statement.statement(document), document) == []
    assert backing.unbacked(statement.text(document), document) == []


@pytest.mark.parametrize("stray", ["7.77", "77 %", "913", "1.35", "2,841"])
def test_a_stray_number_in_the_prose_is_found(document: dict, stray: str) -> None:
    # 2,841 is in a series: a chart may quote it, prose may not
    made = page.page(document).replace('<h2 id="found-title">', f'<p>In {stray} of them</p><h2 id="found-title">')
    assert backing.unbacked(made, document) == [stray.removesuffix(" %")]


def test_a_claim_does_not_back_itself(document: dict) -> None:
    document["claims"][0]["text"] = "Black people were stopped 6.66 times as often."
    assert "6.66" in backing.unbacked(page.page(document), document)


def test_a_claim_is_bound_to_the_results_it_rests_on(document: dict) -> None:
    assert backing.unbound(document) == []
    # 3.02 is in the finding, of another result
    document["claims"][2]["text"] = "Once stopped, people were searched 3.02 times as often."
    assert backing.unbound(document) == ["decision: 3.02"]


def test_a_power_of_something_that_is_no_logarithm_backs_nothing(document: dict) -> None:
    # exp(1.34) = 3.819; 1.34 is a ratio
    text = f"<p>{numbers.ratio(math.exp(1.34))}</p>"
    assert backing.unbacked(text, document) == ["3.82"]
