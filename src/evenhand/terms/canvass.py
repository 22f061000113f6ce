"""The canvass form: two pages with the report form's own answers, and the columns of a canvass that each answer fills.

Authority: docs/formats/canvass.md. A no is told on the first page, and is all that is asked.
"""

from dataclasses import replace

from evenhand.terms import form
from evenhand.terms.form import Answer, Page, Question


def _(words: str) -> str:
    """The words as they are: gettext finds by this name what is to be translated."""
    return words


STOPPED = Question(
    "stopped",
    "one",
    ("roster",),
    (Answer("no", _("No"), ()), Answer("yes", _("Yes"), ())),
    _("Were you stopped?"),
    "stopped",
)
TIMES = Question("times", "number", ("roster",), (), _("How often? A number"), "times", least=1, most=365)
# whoever finds no race of theirs on the roster, or will not say, counts in no cell
DECLINED = Answer("declined", _("None of these, or rather not say"), (("race_self", "DECLINED"),))
RACES = tuple(each for each in form.RACE.answers if not each.group and each.code != "declined")
KNOWN_CODES = ("before", "during")

PAGES = (
    Page(
        "1",
        "stopped",
        _("Since {since}, were you stopped by officers while you were off duty?"),
        _("A no counts as much as a yes. We compare groups, so we ask for race."),
        (STOPPED,),
        (_("Any police or federal officers count."), _("If your answer is no, Continue sends it.")),
        required=("stopped",),
        missing=_("Choose yes or no."),
    ),
    Page(
        "2",
        "what",
        _("What happened the last time?"),
        _("We count what was done, and what changed once they knew your job."),
        (
            TIMES,
            replace(form.THEY, heading=_("Who stopped you?")),
            form.HOW_TOLD,
            replace(form.DID, heading=_("What did they do?")),
            replace(form.END, heading=_("How did it end?")),
            replace(form.KNOWN, heading=_("Did they learn that you are police?"), when=None),
            replace(form.CHANGED, heading=_("If so: did they act differently then?"), when=None),
        ),
        (_("You can skip any of these."), _("Continue sends your answer.")),
    ),
)
# what an answer leads to beside: a row's own columns, in the order of docs/formats/canvass.md
COLUMNS = (
    "agency_level",
    "agency_basis",
    "actions",
    "result",
    "known_as_officer",
    "treatment_once_known",
)


def race(codes: tuple[str, ...]) -> Question:
    """The question for race with the races that the roster has: a coarse one, which finds a cell for who answers."""
    offered = tuple(each for each in RACES if each.fills[0][1] in codes)
    other = (Answer("other", _("Another"), (("race_self", "OTHER"),)),) if "OTHER" in codes else ()
    return Question("race", "one", ("roster",), (*offered, *other, DECLINED), _("Which comes closest?"), "race_self")


def pages(codes: tuple[str, ...]) -> tuple[Page, Page]:
    """Both pages, for a roster with these races; the first heading takes the day from which it is asked."""
    first, second = PAGES
    return replace(first, questions=(*first.questions, race(codes))), second
