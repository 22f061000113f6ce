"""M1 to M19 of METHODS section 8: people on several lists, numbered as others have numbered them.

Expected values and tolerances are read from that section; its `why` column says why each tolerance is what it is.
M1, M2, M3, M15 and M19 also go through the method.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evenhand.maths import decomposable, hierarchy, latent_class, lists, multiple_systems, reselection
from evenhand.maths.lists import Cells
from evenhand.terms.evidence import Evidence, ListCell, Lists
from evenhand.terms.result import Answer, Refusal, Result
from evenhand.weigh.methods.multiple_systems import MultipleSystems

UK_FIVE = "uk_modern_slavery_2013_5list.csv"
UK_SIX = "uk_modern_slavery_2013_6list.csv"
KOSOVO = "kosovo_1999_4list.csv"
KOREA = "korea_palembang_3list.csv"
NEW_ORLEANS = "new_orleans_trafficking_8list.csv"
NETHERLANDS = "netherlands_trafficking_6list.csv"
SPINA_BIFIDA = "madigan_york_spina_bifida_3list.csv"
ARTIFICIAL = "artificial_3list_nonidentifiable.csv"


def read(shared: Path, name: str) -> Cells:
    rows = list(csv.reader((shared / "reports" / name).read_text().splitlines()))[1:]
    table = np.array(rows, dtype=int)
    return lists.tally(table[:, :-1], table[:, -1])


def weigh(shared: Path, name: str, **settings) -> Result:
    """The method on a file, taken as joined without error."""
    header, *rows = csv.reader((shared / "reports" / name).read_text().splitlines())
    cells = tuple(ListCell(tuple(int(held) for held in row[:-1]), int(row[-1])) for row in rows)
    given = Lists(tuple(header[:-1]), cells, linkage_error=0.0)
    return MultipleSystems(**settings).weigh(Evidence(None, (), lists=(given,)))


@pytest.fixture(scope="module")
def numbers(shared: Path) -> dict[str, dict[str, str]]:
    """Section 8 of METHODS, by id."""
    text = (shared.parent / "design" / "METHODS.md").read_text().split("```csv\n")[-1].split("```")[0]
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def tolerances(row: dict[str, str], expected: list[float]) -> list[float]:
    """Absolute, one for each value; a tolerance that ends in % is a share of the value."""
    given = row["tol"].split() * (len(expected) if " " not in row["tol"] else 1)
    return [
        float(one.rstrip("%")) / 100 * value if one.endswith("%") else float(one)
        for one, value in zip(given, expected, strict=True)
    ]


def check(row: dict[str, str], ours: list[float]) -> None:
    expected = [float(value) for value in row["value"].split()]
    for found, value, tolerance in zip(ours, expected, tolerances(row, expected), strict=True):
        assert found == pytest.approx(value, abs=tolerance, rel=0), row["quantity"]


def independent(cells: Cells) -> multiple_systems.LogLinear:
    return multiple_systems.fit(cells, hierarchy.main_effects(cells.lists))


def m1(shared: Path) -> list[float]:
    """The BIC is expected.json's; printed digits."""
    cells = read(shared, UK_FIVE)
    lowest = multiple_systems.lowest_bic(cells)
    assert lowest.name == "[123,25,34]"
    assert lowest.bic == pytest.approx(195.8791, abs=5e-5)
    chosen = [multiple_systems.stepwise(cells, p) for p in (0.02, 0.001)]
    return [independent(cells).total, *(one.total for one in chosen), lowest.total]


def m2(shared: Path) -> list[float]:
    cells = read(shared, UK_FIVE)
    fits = [independent(cells), *(multiple_systems.stepwise(cells, p) for p in (0.02, 0.001))]
    return [end for fit in fits for end in (fit.low, fit.high)]


def m4(shared: Path) -> list[float]:
    cells = read(shared, UK_SIX)
    fits = [independent(cells), multiple_systems.stepwise(cells, 0.02)]
    return [value for fit in fits for value in (fit.total, fit.low, fit.high)]


def m6(shared: Path) -> list[float]:
    cells = read(shared, KOSOVO)
    pairs = multiple_systems.fit(cells, "[12,13,14,23,24,34]")
    return [independent(cells).total, pairs.total, multiple_systems.stepwise(cells, 0.02).total]


def m7(shared: Path) -> list[float]:
    """It is also the lowest BIC, 203.0296 in expected.json; printed digits."""
    cells = read(shared, KOSOVO)
    fit, lowest = multiple_systems.fit(cells, "[123,14,34]"), multiple_systems.lowest_bic(cells)
    assert lowest.name == fit.name
    assert lowest.bic == pytest.approx(203.0296, abs=5e-5)
    return [fit.total, fit.deviance]


def m8(shared: Path) -> list[float]:
    found = reselection.lowest_bic(read(shared, KOSOVO), draws=4000)
    return [found.low, found.high]


def m10(shared: Path) -> list[float]:
    found = decomposable.average(read(shared, KOSOVO), most_missing=12000, delta=1 / 16)
    return [found.median, found.low, found.high]


def m11(shared: Path) -> list[float]:
    """With the BICs of Silverman's guide, printed digits."""
    cells = read(shared, KOREA)
    fits = [multiple_systems.fit(cells, name) for name in ("[12,23]", "[12,3]")]
    assert [fit.bic for fit in fits] == pytest.approx([57.14081, 58.96860], abs=5e-6)
    return [fit.total for fit in fits]


def m12(shared: Path) -> list[float]:
    found = reselection.lowest_bic(read(shared, KOREA), draws=10_000)
    return [found.low, found.high]


def m13(shared: Path) -> list[float]:
    cells = read(shared, NEW_ORLEANS)
    stepwise = multiple_systems.stepwise(cells, 0.02)
    assert stepwise.name == "[45,1,2,3,6,7,8]"
    return [independent(cells).total, stepwise.total]


def m15(shared: Path) -> list[float]:
    cells = read(shared, NETHERLANDS)
    stepwise = multiple_systems.stepwise(cells, 0.02)
    # I:K and K:R, shown
    assert [hierarchy.term_name(term) for term in stepwise.minus_infinity] == ["12", "25"]
    return [independent(cells).total, stepwise.total]


def m18(shared: Path) -> list[float]:
    found = decomposable.average(read(shared, SPINA_BIFIDA), most_missing=300, delta=1, prior=(13.14, 55.17))
    return [found.least_relative_error, found.mode, next(iter(found.models.values()))]


@pytest.mark.parametrize(
    "reproduce", [m1, m2, m4, m6, m7, m8, m10, m11, m12, m13, m15, m18], ids=lambda function: function.__name__.upper()
)
def test_section_8_is_reproduced(
    shared: Path, numbers: dict[str, dict[str, str]], reproduce: Callable[[Path], list[float]]
) -> None:
    check(numbers[reproduce.__name__.upper()], reproduce(shared))


@pytest.fixture(scope="module", params=[2000, pytest.param(10_000, marks=pytest.mark.nightly)])
def five_uk_lists(shared: Path, request: pytest.FixtureRequest) -> Result:
    """The method's own answer. M3's upper end has a standard error of 6 % at 2,000 draws and 3 % at 10,000."""
    return weigh(shared, UK_FIVE, draws=request.param)


def test_the_fan_of_five_uk_lists_is_the_published_one(
    numbers: dict[str, dict[str, str]], five_uk_lists: Result
) -> None:
    """M1 and M2 through the method; four models within a factor of two, all of them published."""
    assert isinstance(five_uk_lists.answer, Answer)
    fan = five_uk_lists.answer.series[0].columns
    rows = [fan["chosen_by"].index(how) for how in ("independent lists", "stepwise, p 0.02", "stepwise, p 0.001")]
    check(numbers["M2"], [end for row in rows for end in (fan["low"][row], fan["high"][row])])
    last = fan["chosen_by"].index("lowest BIC")
    check(numbers["M1"], [fan["total"][row] for row in (*rows, last)])
    assert fan["model"][last] == "[123,25,34]"
    assert fan["bic"][last] == pytest.approx(195.8791, abs=5e-5)
    (band,) = five_uk_lists.answer.bands
    assert (band.low, band.high) == (fan["total"][rows[1]], fan["total"][last])


def test_the_interval_of_five_uk_lists_allows_for_the_model(
    numbers: dict[str, dict[str, str]], five_uk_lists: Result
) -> None:
    """M3: the headline's interval."""
    assert isinstance(five_uk_lists.answer, Answer)
    headline = five_uk_lists.answer.headline
    check(numbers["M3"], [headline.low, headline.high])
    assert headline.value == pytest.approx(25311.29, abs=0.01)
    assert "no single number may be quoted" in headline.note


@pytest.mark.nightly
def test_six_dutch_lists_have_a_fan_and_no_latent_classes(shared: Path, numbers: dict[str, dict[str, str]]) -> None:
    """M15, its pairs at minus infinity shown, and chains that do not agree refused."""
    result = weigh(shared, NETHERLANDS, draws=200)
    assert isinstance(result.answer, Answer)
    fan = result.answer.series[0].columns
    rows = [fan["chosen_by"].index(how) for how in ("independent lists", "stepwise, p 0.02")]
    check(numbers["M15"], [fan["total"][row] for row in rows])
    assert fan["minus_infinity"][rows[1]] == "I and K; K and R"
    assert any(how.startswith("refused: chains do not agree") for how in fan["chosen_by"])


def test_named_models_are_refused_or_have_an_answer_through_the_method_too(
    shared: Path, numbers: dict[str, dict[str, str]]
) -> None:
    """M19. The table itself is refused: 6 people are on two lists (decision 0018); the model that passes is told."""
    assert numbers["M19"]["quantity"].split("; ") == ["[12 13 23]", "[12 3]", "[13 23]"]
    said = [weigh(shared, ARTIFICIAL, model=name).answer for name in ("[12,13,23]", "[12,3]", "[13,23]")]
    assert all(isinstance(one, Refusal) for one in said)
    assert "do not tell its parameters apart" in said[0].reason
    assert "no finite maximum" in said[1].reason
    assert "6 people are on two or more lists" in said[2].reason
    # with C apart from both, A and B alone say it: 40 x 30/6 people are on neither
    assert said[2].figures["model_total"] == pytest.approx(96 + 40 * 30 / 6)


# on each commit half the chains and a third of the draws, which is run nightly in full
SHORT = {"chains": 8, "draws": 300}
LENGTHS = pytest.mark.parametrize(
    "length", [pytest.param(SHORT, id="short"), pytest.param({}, id="default", marks=pytest.mark.nightly)]
)


@LENGTHS
@pytest.mark.parametrize(("name", "quantity"), [(UK_SIX, "M5"), (KOSOVO, "M9")], ids=["M5", "M9"])
def test_latent_classes_have_the_published_median(
    shared: Path, numbers: dict[str, dict[str, str]], name: str, quantity: str, length: dict[str, int]
) -> None:
    check(numbers[quantity], [latent_class.sample(read(shared, name), **length).median])


def test_chains_that_do_not_agree_say_so(shared: Path) -> None:
    """Six Dutch lists: chains end in different places, and no length tried here brings them together."""
    assert latent_class.sample(read(shared, NETHERLANDS), chains=8, burn_in=1000, draws=50).r_hat > 1.5


def test_models_without_an_answer_are_refused_and_the_one_with_passes(
    shared: Path, numbers: dict[str, dict[str, str]]
) -> None:
    cells = read(shared, ARTIFICIAL)
    assert numbers["M19"]["value"] == "refuse refuse pass"
    with pytest.raises(ValueError, match="do not tell its parameters apart"):
        multiple_systems.fit(cells, "[12,13,23]")
    with pytest.raises(ValueError, match="no finite maximum"):
        multiple_systems.fit(cells, "[12,3]")
    assert np.isfinite(multiple_systems.fit(cells, "[13,23]").total)


def test_as_many_models_have_an_answer_as_published(shared: Path) -> None:
    """6 of 8 models for Palembang, 113 of 113 for Kosovo: Silverman, Chan and Vincent (2024), tables 3 and 2."""
    assert len(multiple_systems.rank(read(shared, KOREA)).models) == 6
    assert len(multiple_systems.rank(read(shared, KOSOVO)).models) == 113


def test_bootstrap_samples_choose_models_as_often_as_published(shared: Path) -> None:
    """The data's model is the best of 375 in 1,000 samples of Kosovo and 156 of the UK (the same, table 4)."""
    found = reselection.lowest_bic(read(shared, KOSOVO), draws=4000)
    # 3 standard errors of a share of 1,000 of theirs and 4,000 of ours
    assert found.chosen["[123,14,34]"] / 4000 == pytest.approx(0.375, abs=0.051)
