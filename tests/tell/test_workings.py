"""How it was done is told whole."""

from evenhand.tell import workings


def test_every_result_is_told_with_what_it_is_blind_to(document: dict) -> None:
    asked = list(workings.asked(document))
    assert [work.id for question in asked for work in question.workings] == [r["id"] for r in document["results"]]
    assert all(question.asks and question.blind_to for question in asked)


def test_one_question_of_two_pairs_of_groups_is_asked_once(document: dict) -> None:
    again = {**document["results"][1], "id": "veil_of_darkness/BLACK-WHITE/traffic/2017"}
    document["results"].append(again)
    asked = list(workings.asked(document))
    assert [len(question.workings) for question in asked] == [1, 2, 1, 1, 1]


def _all(document: dict) -> list[workings.Working]:
    return [work for question in workings.asked(document) for work in question.workings]


def test_what_came_in_is_what_was_set_aside_and_what_was_used(document: dict) -> None:
    for work in _all(document):
        aside = sum(int(n.replace(",", "")) for _, n in work.excluded)
        assert int(work.rows_in.replace(",", "")) == aside + int(work.rows_used.replace(",", ""))


def test_bands_are_told_apart_and_on_the_scale_of_the_headline(document: dict) -> None:
    benchmark, veil, *_ = _all(document)
    assert [(over, interval) for over, interval, _ in benchmark.bands] == [
        ("race not recorded", "between 1.02 and 6.30"),
        ("choice of benchmark", "between 2.61 and 4.09"),
    ]
    assert ("choice of model", "between −0.174 and −0.001") in [band[:2] for band in veil.bands]


def test_the_smallest_visible_effect_is_said_on_its_own_scale(document: dict) -> None:
    benchmark, _, _, sweep, refused = _all(document)
    assert benchmark.smallest_visible == "a ratio of 1.21"
    assert sweep.smallest_visible == "a difference of 16 per 1,000"
    assert refused.smallest_visible == ""


def test_figures_of_figures_are_flattened_to_their_leaves() -> None:
    figures = {"a_b": {"c": 1, "d": {"e": 0.5}}, "f": [{"g": 2}, {"g": 3}], "h": []}
    assert list(workings.flat(figures)) == [
        ("a b: c", "1"),
        ("a b: d: e", "0.5"),
        ("f: g", "2"),
        ("f: g", "3"),
        ("h", ""),
    ]
