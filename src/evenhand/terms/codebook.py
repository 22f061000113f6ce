"""The narrative codebook: what an element of an account is, when it counts and when it does not.

Coders read an account and give each element 1 (stated to have happened), 0 (stated not to have happened) or
9 (not mentioned). 9 is never read as 0. Authority: docs/formats/codebook.md.
"""

from dataclasses import dataclass

VERSION = "1"
HAPPENED, DID_NOT, NOT_MENTIONED = 1, 0, 9
# Whether an element is coded of the whole account, or before or after the person was known as an officer.
PHASES = ("before", "after", "whole")


@dataclass(frozen=True, slots=True)
class Element:
    """One element: it counts when, and not when."""

    id: str
    section: str
    counts_when: str
    not_when: str


CODEBOOK: tuple[Element, ...] = (
    Element(
        "no_cause_given", "Start", "asked or not, no reason was ever stated", "a reason was stated but seems false"
    ),
    Element("cause_stated", "Start", "any reason was said, at any time", "only the teller's guess"),
    Element("cause_changed", "Start", "two reasons that do not fit together", "one reason in two wordings"),
    Element(
        "appearance_cited",
        "Start",
        "agent tied the stop to looks, skin, accent, language or origin",
        "teller's belief alone (`perceived_cause`)",
    ),
    Element("followed_first", "Start", "agency vehicle followed or circled before stopping", "merely seen nearby"),
    Element(
        "papers_demanded",
        "Demands",
        'asked for proof of citizenship, visa, passport, "papers"',
        "licence, insurance or registration only",
    ),
    Element("id_demanded", "Demands", "asked for licence or other identity card", "papers as above"),
    Element(
        "status_questioned", "Demands", "asked about citizenship, birthplace, how they came", "a language remark only"
    ),
    Element(
        "id_disregarded",
        "Demands",
        "valid identification offered and not looked at or not believed",
        "none was offered",
    ),
    Element("biometric_taken", "Demands", "face, iris or fingerprint captured in the field", "ordinary filming"),
    Element("others_questioned", "Demands", "passengers, family or bystanders also questioned", "only present"),
    Element(
        "boxed_in", "Control", "vehicles placed so that the person could not leave", "one vehicle behind, lights on"
    ),
    Element("vehicle_contact", "Control", "agency vehicle struck or pushed theirs", "near miss"),
    Element("ordered_out", "Control", "told to leave the vehicle or building", "got out unasked"),
    Element("pulled_out", "Control", "removed by hand", "ordered only"),
    Element("glass_broken", "Control", "window or door broken", "threatened only"),
    Element("handcuffed", "Control", "cuffs or ties put on", "threatened"),
    Element("moved_elsewhere", "Control", "taken from the place of the stop", "put in a car that stayed"),
    Element("held_over_30", "Control", "held more than 30 minutes by the teller's own account", "no time given"),
    Element(
        "weapon_displayed", "Weapons and force", "firearm drawn or held out, not aimed at a person", "worn in a holster"
    ),
    Element("weapon_pointed", "Weapons and force", "firearm aimed at any person", "displayed only"),
    Element("weapon_fired", "Weapons and force", "a firearm was discharged", "aimed only"),
    Element(
        "less_lethal", "Weapons and force", "stun device, spray, gas, launcher, baton shown or used", "ordinary hands"
    ),
    Element(
        "hands_on_force",
        "Weapons and force",
        "pushed, struck, tackled, choked, knelt on",
        "guided by the arm; cuffing alone",
    ),
    Element("force_threatened", "Weapons and force", "words or gestures promising force", "weapon display (above)"),
    Element("recording_tried", "Recording", "any person tried to film or record", "agency cameras"),
    Element(
        "recording_stopped",
        "Recording",
        "phone knocked, grabbed, blocked, or told to stop with force or threat",
        "asked politely to step back",
    ),
    Element("device_taken", "Recording", "device kept, even for a while", "returned at once"),
    Element("content_deleted", "Recording", "recording erased or unlocking demanded", "could not find the file"),
    Element("agency_named", "Who they were", "said or showed which agency during the encounter", "learned later"),
    Element(
        "agency_not_named", "Who they were", "asked or not, agency was never made known", "named late in the encounter"
    ),
    Element("badge_refused", "Who they were", "asked for name, badge or card and refused", "not asked"),
    Element("faces_covered", "Who they were", "at least one face masked", "sunglasses or cap only"),
    Element("no_uniform", "Who they were", "none wore identifiable uniform or vest", "any did"),
    Element(
        "unmarked_vehicle",
        "Who they were",
        "stopping vehicle had no agency marking",
        "mixed fleet: code 1 if the stopping one",
    ),
    Element(
        "slur_or_demeaning",
        "Words",
        "insult touching race, origin, faith, sex, disability",
        "ordinary swearing (`rude`)",
    ),
    Element("rude", "Words", "swearing, shouting, mocking without such content", "raised voice over traffic"),
    Element("language_remarked", "Words", "commented on the language spoken", "interpreter offered"),
    Element("threat_of_custody", "Words", "threatened arrest, detention or removal", "actual arrest"),
    Element("searched", "Search and property", "body, bag, vehicle or home searched", "looked through the window"),
    Element("consent_asked", "Search and property", "permission to search asked", "searched unasked"),
    Element("entry", "Search and property", "came into a home or closed workplace", "public area of a shop"),
    Element("property_kept", "Search and property", "documents, money, car or goods kept", "device (above)"),
    Element("explained", "End", "said at the end why, or what would follow", "only at the start"),
    Element("left_unexplained", "End", "left or released with no word of reason", "any explanation"),
    Element("released_on_id", "End", "let go once identity was accepted", "let go before"),
    Element("released_as_officer", "End", "let go once known to be police", "known from the start"),
    Element("no_paper_given", "End", "no record, ticket, receipt or card at the end", "given one"),
    Element("arrested", "End", "taken into custody", "moved and freed (`moved_elsewhere`)"),
    Element("child_present", "People and after", "anyone under 18 there", "child mentioned, elsewhere"),
    Element("injury", "People and after", "any bodily harm to any person stopped", "fear alone"),
    Element("care_refused", "People and after", "medical help asked or plainly needed, not given", "given late"),
    Element("dress_removed", "People and after", "told to remove a religious or cultural garment", "a winter hat"),
    Element("local_police_there", "People and after", "local officers present or called", "passed by"),
    Element("witness", "People and after", "someone else saw it", "heard of it"),
    Element("repeat", "People and after", "same person stopped again within 12 months", "same day, same event"),
    Element(
        "avoidance",
        "People and after",
        "changed work, school, worship, driving or carries documents since",
        "fear alone",
    ),
    Element("told_elsewhere", "People and after", "also told another body", "told friends"),
)

ELEMENTS = tuple(element.id for element in CODEBOOK)

# Pairs of which at most one can have happened; an account coded with both goes back to its coders.
EXCLUSIVE = (
    ("no_cause_given", "cause_stated"),
    ("agency_named", "agency_not_named"),
    ("explained", "left_unexplained"),
)
