"""The page: a finding as one self-contained HTML file, made from the document alone (EXPERIENCE 4.1).

No script, no font, picture or style from elsewhere; what is shown to people is written by `numbers` and nothing else.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from evenhand.errors import MissingExtraError
from evenhand.tell import accounts, charts, numbers, summary, tokens, words, workings
from evenhand.tell import document as doc
from evenhand.tell.document import Document
from evenhand.terms.evidence import SIMULATED

# EXPERIENCE 4.1: what was found, in at most five sentences.
MOST_SENTENCES = 5


def page(document: Document) -> str:
    """The page of a finding, complete in itself; a document that is not cleared says so on every screen and sheet."""
    return render(
        "page.html",
        document=document,
        levels=levels(document),
        claims=document["claims"][:MOST_SENTENCES],
        summary=summary.by_groups(document),
        changes=would_change(document),
        charts=list(charts.drawn(document)),
        asked=list(workings.asked(document)),
        accounts=accounts.of(document),
        reply=reply(document),
        sha256=hashlib.sha256(doc.to_text(document).encode()).hexdigest(),
    )


def levels(document: Document) -> list[str]:
    """How sure a difference is, and how far it points to race: two things, never mixed (EXPERIENCE 4.2)."""
    of_difference = [claim["level"] for claim in document["claims"] if claim["kind"] != "overall"]
    of_race = [claim["level"] for claim in document["claims"] if claim["kind"] == "overall"]
    said = [f"How sure we are of a difference: {words.level(max(of_difference))}"] if of_difference else []
    return said + ([f"How far it points to race itself: {words.level(of_race[0])}"] if of_race else [])


def would_change(document: Document) -> list[str]:
    """What would change the conclusion, of the whole and of each claim, each once."""
    of_claims = (item for claim in document["claims"] for item in claim["would_change"])
    return list(dict.fromkeys([*document["would_change"], *of_claims]))


def reply(document: Document) -> str:
    """The agency's reply, or when it was asked, or that it was not (EXPERIENCE 4.1, part 9)."""
    plan = document["plan"]
    agency = sentence(plan["agency"] or "the agency").rstrip(".")
    if not plan["reply_asked"]:
        return f"{agency} has not yet been asked for its reply."
    asked = f"{agency} was asked for its reply on {numbers.day(plan['reply_asked'])}"
    return f"{asked}. Its reply: {plan['reply']}" if plan["reply"] else f"{asked} and has not replied."


def render(template: str, **values: Any) -> str:
    """A template of the package with these values; everything is escaped, and numbers keep to their units."""
    simulated = any(source["publisher"].startswith(SIMULATED) for source in values["document"]["sources"])
    made: str = _templates().get_template(template).render(simulated=simulated, **values)
    return made


@cache
def _templates() -> Any:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        raise MissingExtraError("the page needs jinja2: pip install 'evenhand[page]'") from error
    environment = Environment(
        loader=PackageLoader("evenhand.tell", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=typeset,
    )
    sheet = files("evenhand.tell").joinpath("templates", "finding.css").read_text("utf-8")
    environment.globals |= {
        # our own style sheet, not data
        "style": Markup(tokens.custom_properties() + sheet),
        "level": words.level,
        "day": numbers.day,
        "count": numbers.count,
        "minus": numbers.MINUS,
        "anchor": anchor,
        "sentence": sentence,
        "link": link,
    }
    return environment


def typeset(value: Any) -> Any:
    """Text with its numbers held to their units, so that no line ends between them; anything else as it is."""
    # only plain text: what is marked safe is set already
    return re.sub(r"(?<=\d) ?(?=%)|(?<=level) (?=\d)", "\u00a0", value) if type(value) is str else value


def anchor(number_id: str) -> str:
    """Where the page works out a number.

    >>> anchor("benchmark/Black-White/all#ratio")
    'result-benchmark-Black-White-all'

    """
    return workings.anchor(number_id.rpartition("#")[0])


def sentence(text: str) -> str:
    """A text as a sentence: a capital first, a stop last.

    >>> sentence("cannot be tested with these data")
    'Cannot be tested with these data.'

    """
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def link(text: str, kind: str) -> str:
    """A text as an address that holds it whole, for a download that needs no server."""
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"
