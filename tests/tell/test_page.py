"""The page holds every part in order, says what is refused, and needs nothing from anywhere."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from evenhand.tell import page
from evenhand.tell.document import to_document
from evenhand.terms.finding import Claim, Finding


class _Outline(HTMLParser):
    """Headings in order, and the addresses a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("img", "script", "iframe", "audio", "video", "source", "use", "image"):
            self.fetched.append(tag)
        if tag == "link" and not str(named.get("href")).startswith("data:"):
            self.fetched.append(str(named["href"]))
        if named.get("id"):
            self.ids.append(str(named["id"]))


def _outline(html: str) -> _Outline:
    outline = _Outline()
    outline.feed(html)
    return outline


def test_the_parts_stand_in_the_order_of_the_design(document: dict) -> None:
    html = page.page(document)
    parts = re.findall(r"<section id=\"(\w+)\"", html)
    assert parts == ["found", "summary", "other", "change", "charts", "how", "reply", "check"]
    assert html.index("What this does not show") < html.index("What would change this conclusion")


def test_headings_never_skip_a_level(document: dict) -> None:
    headings = _outline(page.page(document)).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_nothing_is_fetched_from_anywhere(document: dict) -> None:
    html = page.page(document)
    assert _outline(html).fetched == []
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_every_id_is_used_once_and_every_link_inside_leads_somewhere(document: dict) -> None:
    html = page.page(document)
    ids = _outline(html).ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"href=\"#([^\"]+)\"", html)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_a_refusal_is_printed_whole_with_what_would_be_needed(document: dict) -> None:
    html = page.page(document)
    refusal = document["results"][4]["answer"]["refusal"]
    assert refusal["reason"] in html
    assert refusal["needed"] in html


def test_exclusions_are_counted_one_by_one(document: dict) -> None:
    html = page.page(document)
    for result in document["results"]:
        for excluded in result["excluded"]:
            assert f"<td>{excluded['reason']}</td>" in html
            assert f"{excluded['n']:,}" in html


def test_hashes_of_plan_data_and_finding_are_there_to_check(document: dict) -> None:
    html = page.page(document)
    assert document["plan"]["sha256"] in html
    assert document["sources"][0]["sha256"] in html
    assert re.search(r"<dt>finding.json</dt><dd><code>[0-9a-f]{64}</code>", html)


def test_only_a_finding_that_is_not_cleared_says_so(document: dict) -> None:
    assert "Not cleared for release" not in page.page(document)
    document["cleared"] = False
    assert page.page(document).count("Not cleared for release") == 1


def test_what_a_source_wrote_is_text_and_never_markup(finding: Finding) -> None:
    sly = replace(finding.sources[0], publisher="<script>alert(1)</script>", notes=("a & b <i>",))
    claim = Claim("x", "Black & White <b>people</b>", (), 1, ("<u>why</u>",))
    html = page.page(to_document(replace(finding, sources=(sly,), claims=(claim,), title='A "title" <em>')))
    for markup in ("<script", "<i>", "<b>people", "<u>", "<em>"):
        assert markup not in html
    assert "&lt;script&gt;" in html


def test_a_finding_that_claims_and_draws_nothing_is_still_a_page(finding: Finding) -> None:
    bare = replace(finding, sources=(), results=(), claims=(), explanations=(), not_shown=(), would_change=())
    assert "<h1>" in page.page(to_document(bare))


def test_the_same_finding_gives_the_same_page(document: dict) -> None:
    assert page.page(document) == page.page(document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("34 % of", "34\u00a0% of"), ("level 2", "level\u00a02"), ("a level 2 of 3 %", "a level\u00a02 of 3\u00a0%")],
)
def test_no_line_ends_between_a_number_and_its_unit(text: str, expected: str) -> None:
    assert page.typeset(text) == expected


def test_how_sure_and_how_far_to_race_are_said_apart(finding: Finding) -> None:
    overall = Claim("overall/x", "The data cannot tell us.", (), 1, (), "overall")
    assert page.levels(to_document(replace(finding, claims=(overall, *finding.claims)))) == [
        "How sure we are of a difference: Limited evidence (level 2)",
        "How far it points to race itself: Unclear (level 1)",
    ]
    assert page.levels(to_document(replace(finding, claims=()))) == []
