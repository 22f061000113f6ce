"""The guide of a sheet: what each code means in plain words, and other words people write for it.

The first phrase of a code is what the guide page prints; all of them are read back as the code, and so is the
code itself, whatever its capitals, spaces and hyphens.
"""

import re

from evenhand.terms.codebook import CODEBOOK
from evenhand.terms.encounter import BY_NAME, YES_NO, Field

UNKNOWN = ("asked, and not known", "not known", "not sure", "unsure", "don't know", "do not know", "dont know", "?")
NOT_STATED = ("never came up; the same as an empty cell", "not given", "n/a", "na", "not asked", "blank")
YES = ("yes", "y", "true", "1", "x", "si", "sí")
NO = ("no", "n", "false", "0")
RACE = {
    "AIAN": "American Indian or Alaska Native; Native American; American Indian; Alaska Native; Indigenous; Native",
    "ASIAN": "Asian; Asian American; South Asian; East Asian; Southeast Asian; Hmong; Karen",
    "BLACK": "Black or African American; African American; African; East African; Somali",
    "HISPANIC": "Hispanic or Latino; Latino; Latina; Latinx; Latine; Hispanic/Latino; Mexican; Chicano; Chicana",
    "MENA": "Middle Eastern or North African; Middle Eastern; North African; Arab",
    "NHPI": "Native Hawaiian or Pacific Islander; Pacific Islander; Native Hawaiian; Hawaiian",
    "WHITE": "White; Caucasian; European",
    "OTHER": "another race or ethnicity; another; some other race",
    "DECLINED": "would rather not say; declined to say; rather not say; prefer not to say; refused",
}
# Field to code to what it means; phrases are parted by `;`.
MEANINGS: dict[str, dict[str, str]] = {
    "recruitment": {
        "unprompted": "told of their own accord; own accord; on their own; unasked; walk-in; called in",
        "asked_whole_group": "everybody of a group was asked; whole group; canvass; everybody asked",
        "asked_sample": "some of a group were asked; sample; some asked",
        "referred": "sent on by another body; sent on; referral",
        "after_publicity": "came after it was in the news; after news of it; after publicity; news; saw it on the news",
        "legal_intake": "came through a lawyer's intake; lawyer; attorney; intake",
        "not_applicable": "does not apply",
    },
    "reporter_role": {
        "person_stopped": "the person who was stopped; self; me; myself; person stopped; victim",
        "companion": "somebody who was with the person; was with them; with them",
        "passenger": "somebody who rode along; rode along",
        "family": "a relative of the person; relative; parent; spouse; sibling; mother; father; sister; brother; "
        "wife; husband",
        "witness": "somebody who saw it; bystander; saw it; neighbor; neighbour",
        "off_duty_officer": "the person who was stopped, who is an officer and was off duty; officer; off duty officer",
        "agency_staff": "staff of an agency; staff",
        "attorney": "the person's lawyer; lawyer; counsel",
        "advocate": "somebody who speaks for the person; community group; advocate or organizer; organizer",
        "not_applicable": "does not apply",
    },
    "place_type": {
        "street": "a street; road; sidewalk",
        "highway": "a highway or its ramp; freeway; interstate",
        "parking": "a parking lot or garage; parking lot; parking ramp",
        "transit": "a bus, a train or a station; bus; train; station; bus stop; light rail",
        "home": "a home, or its yard; house; apartment; yard; driveway",
        "workplace": "a place of work; work; job site",
        "school": "a school or its grounds; college; university; campus",
        "worship": "a place of worship; church; mosque; temple; synagogue",
        "health": "a clinic or hospital; clinic; hospital",
        "court": "a court; courthouse",
        "shop": "a shop; store; restaurant; gas station; mall",
        "other": "another kind of place; elsewhere",
    },
    "light": {
        "light": "it was light; daylight; day; daytime",
        "dark": "it was dark; night; nighttime",
        "between": "dawn or dusk; dusk; dawn; twilight; in between",
    },
    "mode": {
        "vehicle": "in a car or other vehicle; car; truck; driving; traffic stop; motorcycle",
        "foot": "on foot; walking; standing; pedestrian",
        "cycle": "on a bicycle; bike; bicycle; cycling",
        "home_visit": "they came to a home; home visit; at home; door",
        "workplace": "at a place of work; work; at work",
        "checkpoint": "at a checkpoint; roadblock",
        "transit": "on a bus or train, or at a station; bus; train",
    },
    "role": {
        "driver": "drove; driving; drove the car",
        "passenger": "rode along; riding",
        "pedestrian": "on foot; walking; walker",
        "cyclist": "on a bicycle; bicyclist; bike",
        "resident": "at home; tenant; homeowner",
        "bystander": "was there and was not who they came for; onlooker",
    },
    "agency_level": {
        "federal": "a federal agency; fed; feds; federal agents",
        "state": "a state agency; state patrol; state police; highway patrol; state trooper",
        "county": "a county agency; sheriff; sheriff's office; county sheriff",
        "city": "a city or town police department; city police; local police; police; town; municipal",
        "tribal": "a tribal agency; tribal police",
        "campus": "a campus police; campus police; university police; school police",
        "transit": "a transit police; transit police; metro transit",
        "special": "police of a transit line, a park or a campus; park police",
        "private": "private security; security guard; guard",
        "joint": "more than one together; task force; more than one; several",
    },
    "agency_basis": {
        "said": "they said so; they said; told",
        "badge": "a badge was seen; badge seen",
        "vest_text": "words on a vest or uniform; vest; uniform; patch; words on vest",
        "vehicle_marking": "words or signs on a vehicle; marked car; vehicle; markings; marked vehicle; car markings",
        "document": "a paper they gave or left; paper; papers; paperwork; ticket",
        "later_confirmed": "found out later from the agency or a record; confirmed later; confirmed",
        "guessed": "a guess; guess; assumed; looked like them",
        "none": "no way to tell; nothing; could not tell",
    },
    "reason": {
        "moving": "speed, or how the vehicle was driven; speeding; moving violation; speed",
        "equipment": "lights, plates, or the vehicle's state; plates; tabs; tail light; taillight; registration; tint",
        "nonmoving": "another rule of traffic, such as a belt; seat belt; seatbelt; parking; phone",
        "suspicion": "something they suspected; looked like someone; fit a description; suspicious; "
        "matched a description",
        "warrant": "a warrant; warrant for the person",
        "supervision": "probation or parole; probation; parole",
        "checkpoint": "a checkpoint; everybody was stopped; roadblock",
        "community": "a call, or help to somebody; welfare check; call; help; a call from someone",
        "consensual": "a talk that the person was free to leave; free to leave; just talking",
        "none_given": "no reason was given; none; no reason; nothing; not told; never said",
        "other": "another reason; papers or status",
    },
    "result": {
        "none": "nothing came of it; nothing; nothing given",
        "warning": "a warning; warned; verbal warning; written warning",
        "citation": "a ticket; ticket; cited; citation given",
        "arrest": "an arrest; arrested; jail; taken to jail; booked",
        "warrant_arrest": "an arrest on a warrant; arrested on a warrant",
        "handed_to_other_agency": "handed over to another agency; handed over; turned over",
        "transported": "taken somewhere; taken away; driven away",
        "released": "let go; let go; free to go; left; released without anything",
        "tow": "the vehicle was towed; towed; car towed",
        "other": "another end; something else",
    },
    "seen_before_stop": {
        "clearly": "they could see the person clearly; yes; yes clearly; clear; clearly visible",
        "a_little": "they could see a little; little; somewhat; partly",
        "no": "they could not see the person; could not; not at all",
    },
    "gender": {
        "man": "a man; male; m",
        "woman": "a woman; female; f; w",
        "nonbinary": "nonbinary; non binary; nb; x",
        "other": "another gender; another",
        "declined": "would rather not say; rather not say; prefer not to say; refused",
    },
    "perceived_cause": {
        "race": "race or colour; color; skin; skin color; ethnicity; race or ethnicity",
        "language": "a language or an accent; accent; spanish; speaking spanish",
        "dress_or_religion": "dress or religion; dress; religion; clothes; hijab; head covering",
        "national_origin": "where they took the person to be from; origin; nationality",
        "location": "the place; place; neighborhood; neighbourhood; area",
        "vehicle": "the vehicle; car; plates",
        "sex": "sex or gender; gender",
        "other": "something else; another cause",
        "none": "nothing in particular; nothing; no cause",
    },
    "known_as_officer": {
        "before": "before or as they came; from the start; already knew",
        "during": "during it; in the course of it; when told; when shown",
        "never": "they never learned it; never learned; did not",
    },
    "treatment_once_known": {
        "better": "they treated the person better; improved; nicer",
        "worse": "they treated the person worse; got worse",
        "same": "nothing changed; no change; unchanged",
        "ended_there": "it ended at once; ended; let go; stopped; left",
    },
    "corroboration": {
        "video": "a video; phone video; recording; dashcam; cell phone video",
        "second_report": "somebody else told of it too; another report; second report; another witness",
        "witness": "somebody else saw it; a witness; eyewitness",
        "dispatch_log": "a dispatch log; dispatch; 911 log; call log",
        "body_camera": "an officer's body camera; bodycam; body cam; bwc",
        "document": "a paper, such as a ticket; paper; papers; ticket; paperwork",
        "court": "a court file; court record",
        "medical": "a medical record; hospital record; doctor",
        "none": "nothing; no; nothing known",
    },
    "consent": {
        "count_only": "count it in totals and no more; count; totals; count only; count in totals",
        "compare_records": "compare it with the agency's records; compare",
        "signed_statement": "a lawyer may ask for a signed statement; statement; affidavit",
        "quote_redacted": "quote it once the teller approved the quote; quote",
        "share_oversight": "pass it to an oversight body; oversight",
        "share_counsel": "pass it to a lawyer; counsel; lawyer",
        "recontact": "ask the teller further questions; call back; contact again; may contact",
    },
    **dict.fromkeys(("race_self", "race_officer", "race"), RACE),
    "actions": {
        **{element.id: element.counts_when.replace(";", ",") for element in CODEBOOK},
        "other": "something that is no element of the codebook",
    },
}


def key(words: str) -> str:
    """Words in the form by which they are compared: small letters and digits, parted by `_`."""
    return re.sub(r"[^\w?]+", "_", words.casefold().replace("'", "").replace("’", "")).strip("_")


def meaning(field: str, code: str) -> str:
    """What a code means, as the guide prints it."""
    if code == "unknown":
        return UNKNOWN[0]
    if code == "not_stated":
        return NOT_STATED[0]
    said = MEANINGS.get(field, {}).get(code, "")
    return said.partition(";")[0] if said else code.replace("_", " ")


def codes(field: Field) -> tuple[str, ...]:
    """The codes of a field that a sheet offers: its own, and that something is not known."""
    return YES_NO[:3] if field.kind == "ynu" else (*field.codes, "unknown")


def words(name: str) -> dict[str, tuple[str, ...]]:
    """Every key that is read as a code of this field: the codes, what they mean, what else people write."""
    field = BY_NAME["race_self" if name == "race" else name]
    read = dict.fromkeys(map(key, (*UNKNOWN, "unknown")), "unknown")
    read |= dict.fromkeys(map(key, (*NOT_STATED, "not_stated")), "not_stated")
    if field.kind == "ynu":
        read |= dict.fromkeys(map(key, YES), "yes") | dict.fromkeys(map(key, NO), "no")
    for code, said in MEANINGS.get(name, {}).items():
        read |= dict.fromkeys(map(key, said.split(";")), code)
    # a code is never another code's word
    read |= {key(code): code for code in (*field.codes, "unknown", "not_stated")}
    return {word: (code,) for word, code in read.items()}
