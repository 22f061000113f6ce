"""What tells who a person is goes, what tells what happened stays: each pattern both ways, and marks planted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.hear import scrub
from evenhand.hear.marks import PATTERNS
from evenhand.hear.scrub import Dropped, Kind

# Pattern to what must go: a text, and the part of it that may not be left. All people and numbers are invented.
GOES: dict[str, tuple[tuple[str, str], ...]] = {
    "link": (("see https://example.org/maria", "example.org"), ("on www.example.org/v1 today", "example")),
    "e-mail": (
        ("write to maria.lopez+stop@example.org please", "maria.lopez"),
        ("it is maria @ example.org", "maria"),
        ("MARIA_L@EXAMPLE.ORG.", "MARIA"),
    ),
    "e-mail in words": (("maria at example dot org", "maria"), ("maria(at)example(dot)com", "maria")),
    "handle": (("I posted it as @maria_l yesterday", "maria"),),
    "social security": (
        ("it is 123-45-6789", "6789"),
        ("my social is 123456789", "123456789"),
        ("SSN: 123 45 6789", "6789"),
    ),
    "alien number": (
        ("my A-number is 123456789", "123456789"),
        ("A 123-456-789 on the card", "456"),
        ("alien registration number A123456789", "123456789"),
        ("passport number X1234567", "1234567"),
    ),
    "birth date": (
        ("born 3/14/1990 in town", "1990"),
        ("date of birth: March 14, 1990", "14"),
        ("DOB 1990-03-14", "1990"),
        ("my birthday is 14 March 1990", "March"),
        ("I was born in 1990", "1990"),
    ),
    "vehicle number": (("VIN 1HGCM82633A004352 they read", "1HGCM82633A004352"),),
    "plate named": (
        ("my license plate is abc 123", "abc"),
        ("plate ABC-1234", "1234"),
        ("the plate number was 123abc", "123abc"),
        ("plates: XY12345", "XY12345"),
    ),
    "address": (
        ("at 1234 Lake Street when", "1234"),
        ("at 56 E 38th St, apt 4B", "4B"),
        ("12 Martin Luther King Jr. Blvd NE", "King"),
        ("I live at 4501 3rd Avenue South.", "4501"),
    ),
    "address in small letters": (("by 1234 lake st.", "1234"), ("home is 220 elm grove avenue", "elm")),
    "door": (("we are in apt 12", "12"), ("apartment #4B", "4B"), ("P.O. Box 123", "123")),
    "postcode": (("Minneapolis, MN 55407", "55407"), ("zip code 55407", "55407")),
    "telephone": (
        ("call 612-555-0100", "0100"),
        ("call (612) 555-0100 now", "612"),
        ("call6125550100now", "6125550100"),
        ("+1 612.555.0100", "612"),
        ("612 555 0100 ext. 12", "12"),
        ("just 555-0100", "0100"),
        ("１２３-456-7890", "7890"),
        ("612\u2013555\u20130100", "0100"),
        ("612\u200b5550100", "555"),
    ),
    "telephone abroad": (("he rang from +52 55 1234 5678", "1234"), ("+252 61 555 0100", "0100")),
    "telephone in words": (("six one two five five five oh one zero zero", "five"),),
    "badge": (
        ("badge number 4521", "4521"),
        ("badge #: 4521 he said", "4521"),
        ("case number 26-012345", "012345"),
        ("Case no. 26-CR-1234", "1234"),
    ),
    "plate": (
        ("a grey Ford, ABC123, no lights", "ABC123"),
        ("it was 123-ABC", "123"),
        ("7ABC123 from California", "7ABC123"),
    ),
    "citizen": (
        ("I am a US citizen", "citizen"),
        ("told them I'm a naturalized citizen", "naturalized"),
        ("we are American citizens", "citizen"),
        ("she got her citizenship", "citizenship"),
        ("soy ciudadana americana", "ciudadana"),
    ),
    "resident": (
        ("I showed my green card", "green"),
        ("a lawful permanent resident", "permanent"),
        ("she is a legal resident", "resident"),
    ),
    "undocumented": (
        ("he is undocumented", "undocumented"),
        ("my uncle, an illegal immigrant", "illegal"),
        ("I'm an immigrant", "immigrant"),
        ("we are not documented", "documented"),
        ("es indocumentado", "indocumentado"),
    ),
    "here legally": (
        ("I am here legally", "legally"),
        ("he came here illegally", "illegally"),
        ("we're legal", "legal"),
    ),
    "papers held": (("I have my papers", "papers"), ("he has no papers", "papers"), ("sin papeles", "papeles")),
    "permit": (
        ("my work permit", "permit"),
        ("on a student visa", "visa"),
        ("I hold an H-1B", "H-1B"),
        ("with my I-766", "766"),
    ),
    "protection": (
        ("my asylum case", "asylum"),
        ("I have DACA", "DACA"),
        ("under TPS", "TPS"),
        ("we are refugees", "refugee"),
    ),
    "passport": (
        ("my US passport", "passport"),
        ("looked at my passport card", "card"),
        ("a Mexican passport", "Mexican"),
    ),
    "removal": (
        ("my father was deported", "deported"),
        ("he has a removal order", "removal"),
        ("I overstayed", "overstayed"),
    ),
    "status": (("my immigration status is pending", "pending"), ("about her status", "her")),
    "born where": (
        ("I was born in Minneapolis", "Minneapolis"),
        ("I'm born and raised here", "raised"),
        ("my son was born here", "born"),
        ("I am American-born", "born"),
    ),
    "from where": (
        ("I am from Mexico", "Mexico"),
        ("I came here from Costa Rica as a child", "Costa"),
        ("we moved to the United States", "States"),
        ("soy de Puerto Rico", "Rico"),
        ("She's originally from El Salvador.", "Salvador"),
    ),
    "name said": (
        ("My name is Maria Lopez and", "Lopez"),
        ("a man named Carlos", "Carlos"),
        ("his name tag said JOHNSON", "JOHNSON"),
        ("Sincerely, Maria Lopez", "Maria"),
    ),
    "name said in small letters": (("my name is maria lopez and i", "lopez"), ("me llamo maria", "maria")),
    "name after a title": (
        ("Officer Smith said", "Smith"),
        ("Mr. O'Neil and Ms García-López", "Neil"),
        ("Deputy J. Jones", "Jones"),
        ("agent Miller", "Miller"),
    ),
    "name of a relation": (("my brother Carlos was", "Carlos"), ("her neighbor Ann Lee saw", "Lee")),
    "long number": (("id card 4455667 was", "4455667"), ("number 44 55 66 77 88", "66")),
}

# What must stay, letter for letter.
STAYS: dict[str, tuple[str, ...]] = {
    "link": ("www was all he said.", "http is a word"),
    "e-mail": ("we met @ 5 pm", "at the store on Lake Street"),
    "e-mail in words": ("I was at work and dot com was on the sign", "at home"),
    "handle": ("arrived @ noon",),
    "social security": ("in 2026 and on 3-14-2026", "social services came"),
    "alien number": ("a 30 minute stop", "a number of cars", "A 2019 Ford"),
    "birth date": ("a baby is born every day", "on March 14, 2026 they came", "born leaders"),
    "vehicle number": ("ACKNOWLEDGEMENTS were none",),
    "plate named": (
        "they read the license plates first, then said a tip",
        "no plates on the car",
        "the plate light was out",
    ),
    "address": (
        "3rd Avenue and Lake Street",
        "10 officers on Lake Street",
        "about 30 minutes",
        "2 blocks from Lake Street",
    ),
    "address in small letters": ("300 feet from lake street", "about 200 people on lake street"),
    "door": ("in our apartment", "the apartment door"),
    "postcode": ("in Minneapolis, MN on Friday", "exit 12345"),
    "telephone": ("from 10:30 to 11:45", "on 2026-03-14", "10 officers, 4 cars", "from 2019 to 2024"),
    "telephone abroad": ("it took 20 + 30 minutes",),
    "telephone in words": ("one or two of the five officers", "one, two, three, go"),
    "badge": ("he had no badge", "badge and vest", "in any case 20 of them came"),
    "plate": (
        "on I-94",
        "Highway 169",
        "US 169 and MN 100",
        "ICE 2026",
        "an AR-15",
        "a Ford F-150",
        "at 10PM",
        "the 3rd car",
        "a RAV4",
    ),
    "citizen": ("a senior citizen saw it", "a citizen complaint", "a citizen's arrest"),
    "resident": ("residents of the building", "a resident of the block"),
    "undocumented": ("I documented it on video", "immigration agents", "he documented all"),
    "here legally": ("we were legally parked", "an illegal turn", "it was an illegal search", "legal observers came"),
    "papers held": ("they took the papers", "He demanded papers"),
    "permit": ("a parking permit", "on I-94", "a Visa card"),
    "protection": ("they protect people", "the shelter"),
    "passport": ("they took my passport", "asked for a passport"),
    "removal": ("they said they would deport me", "he was reported", "removal of my car"),
    "status": ("they asked about my immigration status", "the status light was on"),
    "born where": ("he asked where I was born", "a newborn slept"),
    "from where": (
        "they are from ICE",
        "we came from Lake Street",
        "asked where I am from",
        "I was on my way from work",
    ),
    "name said": ("his name is on the badge", "they called me names"),
    "name said in small letters": ("my name is not what they asked", "his name is on the badge"),
    "name after a title": (
        "Officer asked me",
        "two officers came",
        "the Deputy Sheriff came",
        "agents in vests",
        "the officer I saw",
        "Officers Came",
    ),
    "name of a relation": ("my brother was there", "my wife and I", "my friend saw it", "My brother Black and tall"),
    "long number": ("on 2026-03-14 at 18:30", "in 2019, 2020", "$1,200,000", "10 to 20 of 30", "3/14/2026 - 3/15/2026"),
}


@pytest.mark.parametrize("pattern", [pattern.name for pattern in PATTERNS])
def test_each_pattern_is_held_to_what_goes_and_what_stays(pattern: str) -> None:
    assert GOES[pattern] and STAYS[pattern]


@pytest.mark.parametrize(
    ("pattern", "said", "part"), [(name, *case) for name, cases in GOES.items() for case in cases], ids=repr
)
def test_what_must_go_goes_and_is_counted(pattern: str, said: str, part: str) -> None:
    made = scrub.text(said)
    assert part not in made.text
    assert re.search(r"\[[a-z\- ]+\]", made.text)
    assert sum(made.taken.values()) > 0


@pytest.mark.parametrize(
    ("pattern", "said", "part"), [(name, *case) for name, cases in GOES.items() for case in cases], ids=repr
)
def test_each_pattern_finds_its_own(pattern: str, said: str, part: str) -> None:
    form = next(each.form for each in PATTERNS if each.name == pattern)
    assert form.search(scrub._one_form(said))  # the pattern alone, whatever another takes first


@pytest.mark.parametrize("said", [said for cases in STAYS.values() for said in cases])
def test_what_must_stay_stays_letter_for_letter(said: str) -> None:
    made = scrub.text(said)
    assert made.text == said
    assert made.taken == {}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("They asked if I was a US citizen and I said yes.", "They asked if I was a US citizen and [status]."),
        (
            "He asked where I was born. I told him Mexico. Then they left.",
            "He asked where I was born. [status]. Then they left.",
        ),
        ('"Are you a citizen?" "Yes," I said.', '"Are you a citizen?" "[status].'),
        ("They demanded papers, so I showed my green card.", "They demanded papers, so [status]."),
        ("They asked for my license and I gave it.", "They asked for my license and I gave it."),
        ("They asked for papers. I gave my driver's license.", "They asked for papers. I gave my driver's license."),
        ("They asked for papers. I gave my ID and my visa.", "They asked for papers. [status]."),
        ("They asked if I was a citizen. I did not answer.", "They asked if I was a citizen. I did not answer."),
        ("They asked my kids too. They were scared.", "They asked my kids too. They were scared."),
    ],
)
def test_the_question_is_conduct_and_stays_the_answer_goes(said: str, left: str) -> None:
    assert scrub.text(said).text == left


@pytest.mark.parametrize(
    ("dropped", "said", "left"),
    [
        (Dropped("name", "María López"), "maria said LOPEZ's car", "[name] said [name]'s car"),
        (Dropped("name", "Will May"), "I will go in may; Will May went", "I will go in may; [name] [name] went"),
        (Dropped("name", "anonymous"), "an anonymous tip", "an anonymous tip"),
        (Dropped("plate", "XK-12"), "the car xk12 left", "the car [plate] left"),
        (Dropped("address", "12 Elm"), "by 12 Elm.", "by [address]."),
        (Dropped("status", "open"), "the door was open", "the door was open"),
    ],
)
def test_the_words_of_a_dropped_cell_leave_the_texts(dropped: Dropped, said: str, left: str) -> None:
    assert scrub.text(said, [dropped]).text == left


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Name", "name"),
        ("Caller Name", "name"),
        ("complainant", "name"),
        ("Officer", "name"),
        ("LastName", "name"),
        ("Phone #", "phone"),
        ("Cell", "phone"),
        ("E-mail", "other"),
        ("Date of Birth", "other"),
        ("DOB", "other"),
        ("Badge", "other"),
        ("Home address", "address"),
        ("Zip", "address"),
        ("License plate", "plate"),
        ("Citizenship", "status"),
        ("Immigration status", "status"),
        ("Country of Birth", "status"),
        ("status", "status"),
        ("Nationality", "status"),
        ("City name", None),
        ("agency_name", None),
        ("date", None),
        ("What happened", None),
        ("place_type", None),
        ("birds", None),
    ],
)
def test_a_column_is_known_for_what_it_holds(name: str, kind: Kind | None) -> None:
    assert scrub.column(name) == kind


WORDS = st.lists(
    st.sampled_from(
        [
            "they",
            "took",
            "it",
            "10",
            "officers",
            "Lake",
            "on",
            "at",
            "3rd",
            "Avenue",
            "2026",
            "A",
            "said",
            "my",
            ".",
            ",",
            "call",
        ]
    ),
    max_size=6,
).map(" ".join)
DIGITS = st.tuples(st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999))
PHONES = st.builds(
    lambda number, form: form.format(number[0], number[1], f"{number[2]:04d}"),
    DIGITS,
    st.sampled_from(
        [
            "{}-{}-{}",
            "({}) {}-{}",
            "{}.{}.{}",
            "{}{}{}",
            "+1 {} {} {}",
            "1-{}-{}-{}",
            "{} {} {}",
            "{}/{}-{}",
            "{}\u2013{}\u2013{}",
        ]
    ),
)


@given(WORDS, PHONES, WORDS)
def test_a_planted_telephone_number_never_survives(before: str, phone: str, after: str) -> None:
    left = scrub.text(f"{before} {phone} {after}").text
    assert phone not in left
    assert re.sub(r"\D", "", phone)[-7:] not in re.sub(r"\D", "", left)


@given(WORDS, st.emails(), WORDS)
def test_a_planted_e_mail_never_survives(before: str, mail: str, after: str) -> None:
    left = scrub.text(f"{before} {mail} {after}").text
    assert "@" not in left


@given(st.text(max_size=60))
def test_any_text_is_scrubbed_once_and_for_all(said: str) -> None:
    once = scrub.text(said).text
    assert scrub.text(once).text == once


@given(PHONES)
def test_a_telephone_number_is_no_number_of_a_report(phone: str) -> None:
    assert phone not in scrub.number(phone).text


@pytest.mark.parametrize("number", ["2026-00123", "r-17", "17", "20260314", "A12", "123456789"])
def test_an_offices_own_numbers_stay(number: str) -> None:
    assert scrub.number(number).text == number


def test_nothing_scrubbed_shows_a_dropped_cell() -> None:
    assert "Lopez" not in repr(Dropped("name", "Lopez"))


@pytest.mark.parametrize("phone", ["200 200 1900", "(200) 200 2026", "1 200 200 1999"])
def test_a_telephone_number_that_ends_like_a_year_goes(phone: str) -> None:
    assert scrub.number(phone).text == "[phone]"
    assert scrub.text(f"call {phone} now").text == "call [phone] now"


@pytest.mark.parametrize(
    "said", ["in 2019, and in 2020", "on 3/14/2026", "since 2019-2021", "3 14 2026", "on 2026-03-14"]
)
def test_years_and_dates_stay(said: str) -> None:
    assert scrub.text(said).text == said


def test_status_alone_goes_and_a_question_about_it_stays() -> None:
    told = "I am Ann Lee, A 123 456 789. They asked if I was a citizen. I said yes. Call 612-555-0100."
    made = scrub.status(told)
    assert made.text == "I am Ann Lee, [status]. They asked if I was a citizen. [status]. Call 612-555-0100."
    assert made.taken == {"status": 2}
    assert scrub.status(made.text).text == made.text


def test_the_words_taken_out_are_told_and_stay_out_of_reprs() -> None:
    made = scrub.text("my name is Ann Lee, 612-555-0100", [Dropped("name", "Bob")])
    assert made.words == (("phone", "612-555-0100"), ("name", "Ann Lee"))
    assert scrub.text("Bob left", [Dropped("name", "Bob")]).words == (("name", "Bob"),)
    assert "Ann" not in repr(made)
