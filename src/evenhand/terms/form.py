"""The report form: its pages, questions and answers, and the fields of the record that each answer fills.

Authority: EXPERIENCE 2.2 (pages 4 to 19) and docs/formats/form.md. An answer without a field and a field without a use
do not stand here; a test holds it so. `hear.answers` reads what was answered.
"""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["one", "many", "text", "long", "number", "month", "day"]


def _(words: str) -> str:
    """The words as they are: gettext finds by this name what is to be translated."""
    return words


@dataclass(frozen=True, slots=True)
class Answer:
    """One box: its code, its label, the fields it fills ("role", "driver"), and a sentence that explains it.

    Where it fills none by itself, `hear.answers` makes the question's fields of it. One that is `alone` cannot stand
    beside others. `group` is the code of the answer that it stands under.
    """

    code: str
    label: str
    fills: tuple[tuple[str, str], ...]
    alone: bool = False
    group: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A question is asked where another has one of these answers; with `unanswered`, also where it has none."""

    question: str
    codes: tuple[str, ...]
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its answers, or for a text or number the `field` it fills; `needs` are the uses it is asked for.

    `least` and `most` are of a number, `most` of a text counts its characters. A question without a heading of its own
    has the page's.
    """

    name: str
    kind: Kind
    needs: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    heading: str = ""
    field: str = ""
    least: int = 0
    most: int = 0
    when: When | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that an answer to it may fill, each once."""
        filled = [field for answer in self.answers for field, _value in answer.fills]
        return tuple(dict.fromkeys([*self.field.split(), *filled]))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `name` is the word in its address, `why` says why we ask, `words` stand under the heading.

    At least one of the questions that are `required` has an answer, else `missing` is said. With `of_person`, a teller
    who was not the one stopped reads FOR_ANOTHER.
    """

    number: str
    name: str
    heading: str
    why: str
    questions: tuple[Question, ...]
    words: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    missing: str = ""
    of_person: bool = False
    when: When | None = None


# What is asked for beside methods and the codebook: EXPERIENCE 3 (the desk), 4.1 and 4.2 (a finding), 5 (disclosure).
USES = {
    "queue": "the desk's queue sorts arrivals by language",
    "duplicates": "the desk finds reports of one person or one event",
    "link review": "the desk lays a report beside an agency's record, field by field",
    "follow-up": "the desk may ask through the code",
    "explanations": "a finding's table of other explanations",
    "visibility": "a finding is surer where an effect grows with visibility",
    "accounts": "a finding's counts of what people told",
    "disclosure": "whether a cell may be published",
}

FOR_ANOTHER = _("Answer for the person who was stopped.")
# How to say that something is wrong; the name of a figure stands in braces, and nothing that was typed.
NOT_SHOWN = _("Choose from the answers shown.")
ONLY_ONE = _("Choose only one answer.")
STANDS_ALONE = _("One answer you chose cannot go with the others. Take it out, or take the others out.")
NO_NUMBER = _("Use a whole number from {least} to {most}.")
TOO_LONG = _("This is too long. Use at most {most} characters.")
NO_MONTH = _("Give a month and a year, like 2026-03.")
NOT_YET = _("This day has not come yet. Choose an earlier one.")
NO_DAY = _("This month does not have that day.")
DAY_ALONE = _("Give the month too, or leave the day out.")


def _answer(code: str, label: str, fills: str = "", *, alone: bool = False, group: str = "", says: str = "") -> Answer:
    """An answer; `fills` is written `field=value field=value`."""
    pairs = [pair.partition("=") for pair in fills.split()]
    return Answer(code, label, tuple((field, value) for field, _sign, value in pairs), alone, group, says)


WHO = Question(
    "who",
    "one",
    ("duplicates", "accounts"),
    (
        _answer("me", _("Me"), "reporter_role=person_stopped kind=report_self"),
        _answer("with", _("Someone I was with"), "reporter_role=companion kind=report_other"),
        _answer("saw", _("Someone I saw"), "reporter_role=witness kind=report_witness"),
        _answer(
            "for",
            _("I am filling this in for someone, and they agreed"),
            "reporter_role=advocate kind=report_other",
        ),
    ),
)

DOING = Question(
    "doing",
    "one",
    ("link review",),
    (
        _answer("driving", _("Driving"), "role=driver mode=vehicle"),
        _answer("passenger", _("Passenger"), "role=passenger mode=vehicle"),
        _answer("walking", _("Walking or standing"), "role=pedestrian mode=foot"),
        _answer("bike", _("Bike"), "role=cyclist mode=cycle"),
        _answer("transit", _("Bus or train"), "role=passenger mode=transit place_type=transit"),
        _answer("home", _("At home"), "role=resident mode=home_visit place_type=home"),
        _answer("work", _("At work"), "role=unknown mode=workplace place_type=workplace"),
        _answer("other", _("Other"), "role=unknown mode=unknown place_type=other"),
        _answer("unsure", _("Not sure"), "role=unknown mode=unknown"),
    ),
)

# `hear.answers` makes date and date_to of these three together.
MONTH = Question(
    "month", "month", ("surge", "space_time_scan", "recording_rate"), (), _("Month and year"), "date date_to"
)
AGO = Question(
    "ago",
    "one",
    ("surge", "recording_rate"),
    (
        _answer("this_week", _("This week")),
        _answer("last_month", _("Last month")),
        _answer("earlier", _("Earlier")),
        _answer("unsure", _("Not sure")),
    ),
    _("Or choose one of these"),
    "date date_to",
)
DAY = Question(
    "day",
    "day",
    ("surge", "space_time_scan", "recording_rate"),
    (),
    _("Day, if you know it"),
    "date date_to",
    least=1,
    most=31,
)
PART_OF_DAY = Question(
    "hours",
    "one",
    ("link review", "duplicates"),
    (
        _answer("early", _("Early morning"), "time_band=early_morning"),
        _answer("morning", _("Morning"), "time_band=morning"),
        _answer("afternoon", _("Afternoon"), "time_band=afternoon"),
        _answer("evening", _("Evening"), "time_band=evening"),
        _answer("night", _("Night"), "time_band=night"),
    ),
    _("Part of the day"),
)
LIGHT = Question(
    "light",
    "one",
    ("visibility", "link review"),
    (
        _answer("light", _("Light"), "light=light"),
        _answer("dark", _("Dark"), "light=dark"),
        _answer("between", _("In between"), "light=between"),
    ),
    _("Was it light or dark?"),
)

# A county by its name, else a city.
PLACE = Question(
    "place", "text", ("space_time_scan", "disclosure"), (), _("City or county"), "area_city area_county", most=80
)
NO_PLACE = Question(
    "anywhere",
    "many",
    ("disclosure",),
    (_answer("unsure", _("Not sure")),),
    _("Or tick this"),
    "area_city",
)
NEAR = Question(
    "near",
    "text",
    ("link review", "duplicates"),
    (),
    _("Neighborhood or nearest crossing, if you like"),
    "area_near",
    most=80,
)

THEY = Question(
    "they",
    "one",
    ("explanations", "link review"),
    (
        _answer("city", _("City police"), "agency_level=city"),
        _answer("sheriff", _("Sheriff"), "agency_level=county"),
        _answer("state", _("State patrol"), "agency_level=state"),
        _answer("federal", _("Federal officers (such as ICE or Border Patrol)"), "agency_level=federal"),
        _answer("special", _("Transit, park or campus"), "agency_level=special"),
        _answer("private", _("Private security"), "agency_level=private"),
        _answer("joint", _("More than one"), "agency_level=joint"),
        _answer("unsure", _("They did not say, or I could not tell"), "agency_level=unknown"),
    ),
)
HOW_TOLD = Question(
    "tell",
    "many",
    ("unanimity", "surge", "space_time_scan", "recognition", "recording_rate", "two_streams"),
    (
        _answer("markings", _("Markings on a car"), "agency_basis=vehicle_marking"),
        _answer("uniform", _("Uniform"), "agency_basis=vest_text"),
        _answer("badge", _("A name or badge I saw"), "agency_basis=badge"),
        _answer("said", _("They said so"), "agency_basis=said"),
        _answer("guess", _("A guess"), "agency_basis=guessed"),
    ),
    _("How could you tell?"),
)

REASON = Question(
    "reason",
    "one",
    ("codebook", "two_streams", "link review"),
    (
        _answer("moving", _("Speed or moving"), "reason=moving actions=cause_stated"),
        _answer("equipment", _("Equipment or plates"), "reason=equipment actions=cause_stated"),
        _answer("looked_like", _("Looked like someone"), "reason=suspicion actions=cause_stated"),
        _answer("call", _("Call from someone"), "reason=community initiated_by=call actions=cause_stated"),
        _answer("papers", _("Papers or status"), "reason=other reason_detail=papers actions=cause_stated"),
        _answer("none", _("No reason"), "reason=none_given actions=no_cause_given"),
        _answer("other", _("Other words"), "reason=other actions=cause_stated"),
    ),
)

DID = Question(
    "did",
    "many",
    ("codebook", "two_streams", "recognition"),
    (
        _answer("id", _("Asked for ID"), "actions=id_demanded"),
        _answer("papers", _("Asked where you are from, or for papers"), "actions=status_questioned"),
        _answer("id_refused", _("Said my ID was not enough"), "actions=id_disregarded"),
        _answer("boxed", _("Boxed my car in"), "actions=boxed_in"),
        _answer("out", _("Told you to get out"), "actions=ordered_out"),
        _answer("searched_you", _("Searched you"), "actions=searched search_person=yes"),
        _answer("searched_things", _("Searched vehicle or bag"), "actions=searched search_any=yes"),
        _answer("handcuffs", _("Handcuffs"), "actions=handcuffed"),
        _answer("drew", _("Drew a weapon"), "actions=weapon_displayed"),
        _answer("pointed", _("Pointed a weapon"), "actions=weapon_pointed"),
        _answer("force", _("Used force"), "actions=hands_on_force"),
        _answer("phone", _("Knocked away or took a phone, or stopped you recording"), "actions=recording_stopped"),
        _answer("others", _("Asked others with you"), "actions=others_questioned"),
        _answer("other", _("Something else"), "actions=other"),
        _answer("none", _("None of these"), "search_any=no", alone=True),
    ),
)
# Beyond these stands a telephone number, or a date; as in a mailbox sheet.
VEHICLES = Question(
    "vehicles",
    "number",
    ("duplicates", "link review"),
    (),
    _("How many vehicles of theirs, if you know?"),
    "vehicle_count",
    most=200,
)
OFFICERS = Question(
    "officers",
    "number",
    ("duplicates", "link review"),
    (),
    _("How many officers, if you know?"),
    "officer_count",
    least=1,
    most=500,
)

END = Question(
    "end",
    "one",
    ("recognition", "two_streams", "codebook", "link review"),
    (
        _answer("id", _("Let go once they accepted my ID"), "result=released actions=released_on_id"),
        _answer("job", _("Let go once they knew my job"), "result=released actions=released_as_officer"),
        _answer("left", _("Left without a word"), "result=released actions=left_unexplained"),
        _answer("nothing", _("Let go, nothing given"), "result=released actions=no_paper_given"),
        _answer("warning", _("Warning"), "result=warning"),
        _answer("ticket", _("Ticket"), "result=citation"),
        _answer("taken", _("Taken away"), "result=transported actions=moved_elsewhere"),
        _answer("other", _("Other"), "result=other"),
    ),
)
LONG = Question(
    "long",
    "one",
    ("codebook", "two_streams", "link review"),
    (
        _answer("under_10", _("Under 10 minutes"), "duration_band=under_10"),
        _answer("10_to_30", _("10 to 30 minutes"), "duration_band=10_to_30"),
        _answer("over_30", _("Over 30 minutes"), "duration_band=over_30 actions=held_over_30"),
        _answer("unsure", _("Not sure"), "duration_band=unknown"),
    ),
    _("How long did it take?"),
)

SEEN = Question(
    "seen",
    "one",
    ("visibility",),
    (
        _answer("clearly", _("Yes, clearly"), "seen_before_stop=clearly"),
        _answer("a_little", _("A little"), "seen_before_stop=a_little"),
        _answer("no", _("No"), "seen_before_stop=no"),
        _answer("unsure", _("Not sure"), "seen_before_stop=unknown"),
    ),
)


def _races(whole: str, detail: str, last: Answer) -> tuple[Answer, ...]:
    """The seven categories of the federal standard of 2024 (SPD 15), local groups under them, and a last answer."""
    listed = (
        ("AIAN", "", _("American Indian or Alaska Native")),
        ("OJIBWE", "AIAN", _("Ojibwe")),
        ("DAKOTA", "AIAN", _("Dakota")),
        ("ASIAN", "", _("Asian")),
        ("HMONG", "ASIAN", _("Hmong")),
        ("KAREN", "ASIAN", _("Karen")),
        ("VIETNAMESE", "ASIAN", _("Vietnamese")),
        ("BLACK", "", _("Black or African American")),
        ("SOMALI", "BLACK", _("Somali")),
        ("OROMO", "BLACK", _("Oromo")),
        ("ETHIOPIAN", "BLACK", _("Ethiopian")),
        ("HISPANIC", "", _("Hispanic or Latino")),
        ("MEXICAN", "HISPANIC", _("Mexican")),
        ("MENA", "", _("Middle Eastern or North African")),
        ("NHPI", "", _("Native Hawaiian or Pacific Islander")),
        ("WHITE", "", _("White")),
    )
    boxes = [
        _answer(
            code.lower(),
            label,
            f"{whole}={group} {detail}={code}" if group else f"{whole}={code}",
            group=group.lower(),
        )
        for code, group, label in listed
    ]
    return (*boxes, last)


OF_SELF = When("who", ("me", "for"), unanswered=True)
OF_OTHER = When("who", ("with", "saw"))
RACE = Question(
    "race",
    "many",
    ("unanimity", "recognition", "recording_rate"),
    _races("race_self", "race_self_detail", _answer("declined", _("Rather not say"), "race_self=DECLINED", alone=True)),
)
# Where nothing else is ticked, `race_self` is OTHER.
RACE_WRITTEN = Question(
    "own_word",
    "text",
    ("unanimity", "accounts"),
    (),
    _("Or in your own word"),
    "race_self_written race_self",
    most=60,
)
SEEN_AS = Question(
    "seen_as",
    "many",
    ("link review", "explanations"),
    _races("race_officer", "race_officer_detail", _answer("unsure", _("Not sure"), "race_officer=unknown", alone=True)),
    _("How do you think they saw you?"),
)
EYE = Question(
    "eye",
    "many",
    ("explanations",),
    (
        _answer("language", _("Speaking another language"), "drew_eye=language"),
        _answer("accent", _("An accent"), "drew_eye=accent"),
        _answer("dress", _("Clothes or head covering"), "drew_eye=dress"),
        _answer("work", _("Work clothes or tools"), "drew_eye=work_clothes"),
        _answer("car", _("The car"), "drew_eye=vehicle"),
        _answer("place", _("The place"), "drew_eye=place"),
        _answer("none", _("Nothing I know of"), "drew_eye=none", alone=True),
    ),
)

YOUNG = "under_18"
AGE = Question(
    "age",
    "one",
    ("link review", "disclosure"),
    (
        Answer(YOUNG, _("Under 18"), (("age_band", "under 18"),)),
        _answer("18-24", _("18 to 24"), "age_band=18-24"),
        _answer("25-34", _("25 to 34"), "age_band=25-34"),
        _answer("35-49", _("35 to 49"), "age_band=35-49"),
        _answer("50-64", _("50 to 64"), "age_band=50-64"),
        _answer("65+", _("65 or older"), "age_band=65+"),
    ),
    _("Age"),
)
GENDER = Question(
    "gender",
    "one",
    ("link review", "disclosure"),
    (
        _answer("woman", _("Woman"), "gender=woman"),
        _answer("man", _("Man"), "gender=man"),
        _answer("another", _("Another"), "gender=other"),
        _answer("declined", _("Rather not say"), "gender=declined"),
    ),
    _("Gender"),
)

PART = Question(
    "part",
    "one",
    ("accounts",),
    (
        _answer("only", _("The only reason"), "perceived_cause=race"),
        # the record has race and something else, as two causes
        Answer("one", _("One of the reasons"), (("perceived_cause", "race"), ("perceived_cause", "other"))),
        _answer("no", _("No"), "perceived_cause=other"),
        _answer("unsure", _("Not sure"), "perceived_cause=unknown"),
    ),
)
GROUNDS = Question(
    "grounds",
    "many",
    ("accounts", "explanations"),
    (
        _answer("said", _("Something they said"), "cause_grounds=said"),
        _answer("others", _("Others were treated differently"), "cause_grounds=others_differently"),
        _answer("no_reason", _("No reason given"), "cause_grounds=no_reason"),
        _answer("changed", _("They changed when they learned something"), "cause_grounds=changed"),
        _answer("before", _("It has happened before"), "cause_grounds=happened_before"),
        _answer("hard", _("Hard to say"), "cause_grounds=hard_to_say"),
    ),
    _("Unless no: what makes you think so?"),
    when=When("part", ("only", "one", "unsure")),
)

WORK = Question(
    "work",
    "one",
    ("two_streams", "recognition"),
    (
        _answer("no", _("No"), "off_duty_officer=no"),
        _answer("yes", _("Yes"), "off_duty_officer=yes"),
        _answer("declined", _("Rather not say"), "off_duty_officer=unknown"),
    ),
)
KNOWN = Question(
    "known",
    "one",
    ("recognition",),
    (
        _answer("before", _("Before"), "known_as_officer=before"),
        _answer("during", _("During"), "known_as_officer=during"),
        _answer("never", _("Never"), "known_as_officer=never"),
    ),
    _("If yes: did they find out?"),
    when=When("work", ("yes",)),
)
CHANGED = Question(
    "changed",
    "one",
    ("recognition",),
    (
        _answer("better", _("Better"), "treatment_once_known=better"),
        _answer("worse", _("Worse"), "treatment_once_known=worse"),
        _answer("same", _("The same"), "treatment_once_known=same"),
        _answer("ended", _("It ended there"), "treatment_once_known=ended_there"),
    ),
    _("If during: did they act differently then?"),
    when=When("known", ("during",)),
)

# The story is sealed in a frame of its own and is no fact.
STORY = Question("story", "long", ("agreement", "codebook"), field="narrative", most=6_000)

MORE = Question(
    "more",
    "many",
    ("unanimity", "surge", "space_time_scan", "recognition", "recording_rate", "two_streams", "duplicates"),
    (
        _answer("papers", _("Ticket or papers"), "corroboration=document"),
        _answer("video", _("Video"), "corroboration=video"),
        _answer("witness", _("A witness"), "corroboration=witness"),
        _answer("told", _("I told a lawyer, a group or the agency"), "told_elsewhere=yes"),
        _answer("no", _("No"), "corroboration=none", alone=True),
    ),
)

COUNT = Question(
    "count",
    "many",
    ("accounts",),
    (
        _answer(
            "count",
            _("Count it in totals (needed to send)"),
            "consent=count_only",
            says=_("The people you chose read it. Only totals leave their desk."),
        ),
    ),
)
ALSO = Question(
    "also",
    "many",
    ("recording_rate", "follow-up", "accounts"),
    (
        _answer(
            "compare",
            _("Compare it with the agency's stop records"),
            "consent=compare_records",
            says=_("The people you chose look for your stop in those records. They tell no one which it is."),
        ),
        _answer(
            "ask",
            _("Ask me a question through my code"),
            "consent=recontact",
            says=_("You see it when you come back with your code."),
        ),
        _answer(
            "statement",
            _("A lawyer may ask me, through my code, for a signed statement"),
            "consent=signed_statement",
            says=_("The lawyer sees that you said yes, and asks. You can still say no."),
        ),
        _answer(
            "quote",
            _("Ask me to approve a quote"),
            "consent=quote_redacted",
            says=_("No words of yours are printed until you say yes."),
        ),
    ),
    _("Only if you want it"),
)

TICK_TO_SEND = _("Tick the first box to send. You can also leave now, and nothing is sent.")
CHOOSE = _("Choose one. “Not sure” is fine.")

PAGES: tuple[Page, ...] = (
    Page("4", "who", _("Who was stopped?"), _("We count each person and each stop once."), (WHO,)),
    Page(
        "5",
        "doing",
        _("What were you doing when you were stopped?"),
        _("We compare stops in cars with stops in cars."),
        (DOING,),
        required=("doing",),
        missing=CHOOSE,
        of_person=True,
    ),
    Page(
        "6",
        "when",
        _("When was it?"),
        _("We look at how stops change over time."),
        (MONTH, AGO, DAY, PART_OF_DAY, LIGHT),
        (_("The month is enough."),),
        required=("month", "ago"),
        missing=_("Give a month, or choose one of the answers below it. “Not sure” is fine."),
    ),
    Page(
        "7",
        "where",
        _("Where was it?"),
        _("We look for areas with many stops. We never print a street."),
        (PLACE, NO_PLACE, NEAR),
        (_("Do not give a home address."),),
        required=("place", "anywhere"),
        missing=_("Give a city or county, or tick “Not sure”."),
    ),
    Page(
        "8",
        "they",
        _("Who stopped you?"),
        _("We must not take one agency for another."),
        (THEY, HOW_TOLD),
        of_person=True,
    ),
    Page(
        "9",
        "reason",
        _("What reason did they give for the stop?"),
        _("We count which reasons people hear. We do not ask if it was true."),
        (REASON,),
    ),
    Page(
        "10",
        "did",
        _("What did they do?"),
        _("Many people may tell of the same acts. We count them."),
        (DID, VEHICLES, OFFICERS),
        (_("Tick all that happened."),),
        of_person=True,
    ),
    Page(
        "11",
        "end",
        _("How did it end?"),
        _("How a stop ends can show what it was about."),
        (END, LONG),
        of_person=True,
    ),
    Page(
        "12",
        "seen",
        _("Could they see you before they stopped you?"),
        _("Officers act on what they can see. This helps us test that."),
        (SEEN,),
        of_person=True,
    ),
    Page(
        "13",
        "you",
        _("How do you describe your race or ethnicity?"),
        _("We compare how groups are treated. Your own words come first."),
        (RACE, RACE_WRITTEN, SEEN_AS),
        (_("Choose all that fit."),),
        of_person=True,
        when=OF_SELF,
    ),
    Page(
        "13",
        "person",
        _("How do you think they saw the person?"),
        _("We compare how groups are treated. This is your view of theirs."),
        # the page asks it
        (replace(SEEN_AS, heading=""),),
        (_("Choose all that fit."),),
        when=OF_OTHER,
    ),
    Page(
        "13a",
        "else",
        _("Could anything else have drawn their eye?"),
        _("A fair test looks at other reasons too."),
        (EYE,),
        of_person=True,
    ),
    Page(
        "14",
        "age",
        _("Your age and gender"),
        _("They help us find your stop in the records, if you let us."),
        (AGE, GENDER),
        of_person=True,
    ),
    Page(
        "15",
        "part",
        _("Did race have a part in it?"),
        _("We count what people think, apart from what happened."),
        (PART, GROUNDS),
        (_("You can say no."),),
    ),
    Page(
        "16",
        "work",
        _("Do you work in law enforcement, and were you off duty?"),
        _("Officers are stopped too. We look at what changes once they are known."),
        (WORK, KNOWN, CHANGED),
        (_("We do not ask where you work."),),
        of_person=True,
        when=OF_SELF,
    ),
    Page(
        "17",
        "words",
        _("In your own words, what happened?"),
        _("Boxes cannot hold it all. People read it and note what was done."),
        (STORY,),
        (
            _("Start wherever is easiest."),
            _("You can leave this blank."),
            _("Write in any language."),
            _("We take out names, numbers and words on status where we find them. We can miss some."),
        ),
    ),
    Page(
        "18",
        "more",
        _("Is there anything that could back this up?"),
        _("We count how many reports could be checked."),
        (MORE,),
        (_("Do not send it now."),),
    ),
    Page(
        "19",
        "use",
        _("How may we use this?"),
        _("You decide. What you do not tick, we do not do."),
        (COUNT, ALSO),
        required=("count",),
        missing=TICK_TO_SEND,
    ),
)

# Pages 16 to 19 for somebody who is under 18.
SHORT = Page(
    "19",
    "count",
    _("May we count this?"),
    _("You are under 18, so we only count. We ask no more."),
    (COUNT,),
    (_("You can talk to someone. Youth help lines are below."),),
    required=("count",),
    missing=TICK_TO_SEND,
)
LEFT_OUT_FOR_THE_YOUNG = ("16", "17", "18", "19")

# Each question once, under its name.
QUESTIONS: dict[str, Question] = {}
for _page in PAGES:
    for _question in _page.questions:
        QUESTIONS.setdefault(_question.name, _question)
