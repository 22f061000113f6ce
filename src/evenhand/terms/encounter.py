"""The Encounter record: one person in one event; its fields, code lists and release classes.

Authority: docs/formats/encounter.md. `Need` says whether a field is required (R), expected (E) or
optional (O); `release` is the class P public, C coarse only, S sealed.
"""

from dataclasses import dataclass
from typing import Literal

from evenhand.terms.codebook import ELEMENTS

Kind = Literal["str", "int", "float", "date", "code", "codes", "ynu"]

YES_NO = ("yes", "no", "unknown", "not_stated")
# Legal in every code and codes field (ENCOUNTER rule 3).
UNKNOWN_CODES = ("unknown", "not_stated")
RACES = ("AIAN", "ASIAN", "BLACK", "HISPANIC", "MENA", "NHPI", "WHITE", "OTHER", "DECLINED")
# Groups told apart under a race where the form asks for it: this region's; another one has others.
RACES_IN_DETAIL = ("OJIBWE", "DAKOTA", "HMONG", "KAREN", "VIETNAMESE", "SOMALI", "OROMO", "ETHIOPIAN", "MEXICAN")

# Before 2024 nearly no US file has a Middle Eastern or North African box: such people sit in "white".
# Grouping counts a record that may be WHITE or MENA, and nothing else, as WHITE; every result says so.
WHITE_WITHOUT_MENA_BOX = ("WHITE", "MENA")

# Bases of a search that leave the officer no choice (METHODS 1).
NOT_DISCRETIONARY = ("incident_to_arrest", "inventory", "warrant")

# What lets a teller know which agency it was; a guess is no basis (METHODS 6).
AGENCY_BASES = ("said", "badge", "vest_text", "vehicle_marking", "document", "later_confirmed")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the record."""

    name: str
    kind: Kind
    need: Literal["R", "E", "O"]
    release: Literal["P", "C", "S"]
    codes: tuple[str, ...] = ()


def _field(
    name: str, kind: Kind, need: Literal["R", "E", "O"], release: Literal["P", "C", "S"], codes: str = ""
) -> Field:
    return Field(name, kind, need, release, tuple(codes.split()))


_RACE = " ".join(RACES)

FIELDS: tuple[Field, ...] = (
    # identity and provenance
    _field("encounter_id", "str", "R", "P"),
    _field("event_id", "str", "O", "P"),
    _field("source_id", "str", "R", "P"),
    _field(
        "kind",
        "code",
        "R",
        "P",
        "agency_record report_self report_other report_witness complaint_file court_file press",
    ),
    _field("raw_row", "int", "E", "P"),
    # one telling of an encounter; several may point to one encounter, none is overwritten
    _field("report_id", "str", "O", "P"),
    # how sure it is that this telling is of that encounter, 0-1; 1 where nobody doubted
    _field("link_probability", "float", "O", "S"),
    _field(
        "reporter_role",
        "code",
        "O",
        "C",
        "person_stopped companion passenger family witness off_duty_officer agency_staff attorney advocate "
        "not_applicable",
    ),
    _field(
        "recruitment",
        "code",
        "O",
        "P",
        "unprompted asked_whole_group asked_sample referred after_publicity legal_intake not_applicable",
    ),
    _field("sentinel_group", "str", "O", "C"),
    # a body or person that sent several tellers on: they do not stand alone
    _field("referrer", "str", "O", "S"),
    _field("reported_on", "date", "O", "C"),
    # a tag of BCP 47, such as so or mww; few tell in some of them
    _field("told_in", "str", "O", "C"),
    _field("scrubbed", "codes", "O", "P", "status name plate phone address other"),
    # when and where
    _field("date", "date", "R", "C"),
    _field("date_to", "date", "O", "C"),
    _field("time_local", "str", "E", "C"),
    # time_local as a number, 0-1439, for engines; made by tables.columns where a reader has not made it
    _field("minute_local", "int", "O", "C"),
    _field("time_precision", "int", "E", "P"),
    # a teller's own word for the part of the day; no hours are made of it
    _field("time_band", "code", "O", "C", "early_morning morning afternoon evening night"),
    _field("tz", "str", "R", "P"),
    _field("duration_min", "int", "O", "P"),
    _field("duration_band", "code", "O", "P", "under_10 10_to_30 over_30"),
    _field("lat", "float", "O", "S"),
    _field("lon", "float", "O", "S"),
    _field("geo_precision_m", "int", "O", "P"),
    _field(
        "place_type",
        "code",
        "O",
        "C",
        "street highway parking transit home workplace school worship health court shop other",
    ),
    # who was stopped
    _field("race_self", "codes", "O", "C", _RACE),
    _field("race_self_detail", "codes", "O", "S", " ".join(RACES_IN_DETAIL)),
    # the word a person wrote in for themselves
    _field("race_self_written", "str", "O", "S"),
    _field("race_officer", "codes", "E", "P", _RACE),
    _field("race_officer_options", "codes", "E", "P", _RACE),
    # race_officer_options as one word, sorted and joined by +, for engines; made by tables.columns
    _field("race_officer_set", "str", "O", "P"),
    _field("race_officer_detail", "str", "O", "P"),
    _field("race_before_stop", "codes", "O", "P", _RACE + " NOT_SEEN"),
    _field("age_years", "int", "O", "C"),
    _field("gender", "code", "O", "C", "man woman nonbinary other declined"),
    _field("role", "code", "E", "P", "driver passenger pedestrian cyclist resident bystander"),
    _field("resident_here", "ynu", "O", "C"),
    _field("person_key", "str", "O", "S"),
    _field("age_band", "str", "O", "C"),
    _field("light", "code", "O", "C", "light dark between"),
    _field("seen_before_stop", "code", "O", "C", "clearly a_little no"),
    _field("drew_eye", "codes", "O", "C", "language accent dress work_clothes vehicle place none"),
    _field("off_duty_officer", "ynu", "O", "C"),
    _field("known_as_officer", "code", "O", "S", "before during never"),
    _field("treatment_once_known", "code", "O", "S", "better worse same ended_there"),
    # who stopped them
    _field("agency_level", "code", "E", "P", "federal state county city tribal campus transit special private joint"),
    _field("agency_id", "str", "E", "P"),
    _field(
        "agency_basis",
        "codes",
        "O",
        "P",
        "said badge vest_text vehicle_marking document later_confirmed guessed none",
    ),
    _field("officer_count", "int", "O", "P"),
    _field("vehicle_count", "int", "O", "P"),
    _field("officer_key", "str", "O", "S"),
    _field("officer_race", "codes", "O", "C", _RACE),
    _field("assignment", "code", "O", "P", "patrol traffic gang drugs warrant immigration checkpoint event other"),
    # what happened
    _field("mode", "code", "R", "P", "vehicle foot cycle home_visit workplace checkpoint transit"),
    _field("initiated_by", "code", "E", "P", "officer call warrant operation"),
    _field(
        "reason",
        "code",
        "R",
        "P",
        "moving equipment nonmoving suspicion warrant supervision checkpoint community consensual none_given other",
    ),
    _field("reason_detail", "str", "O", "P"),
    # the source's one flag for any search, where it has no more
    _field("search_any", "ynu", "O", "P"),
    _field("search_person", "ynu", "E", "P"),
    _field("search_vehicle", "ynu", "E", "P"),
    _field("frisk", "ynu", "O", "P"),
    _field(
        "search_basis",
        "codes",
        "O",
        "P",
        "consent probable_cause incident_to_arrest inventory warrant safety plain_view odor dog supervision other",
    ),
    _field("found", "codes", "O", "P", "none drugs weapon alcohol stolen money other"),
    _field(
        "result",
        "codes",
        "R",
        "P",
        "none warning citation arrest warrant_arrest handed_to_other_agency transported released tow other",
    ),
    _field("actions", "codes", "O", "P", " ".join((*ELEMENTS, "other"))),
    _field(
        "corroboration",
        "codes",
        "O",
        "P",
        "video second_report witness dispatch_log body_camera document court medical none",
    ),
    _field(
        "perceived_cause",
        "codes",
        "O",
        "C",
        "race language dress_or_religion national_origin location vehicle sex other none",
    ),
    # why the teller thinks that race had a part
    _field("cause_grounds", "codes", "O", "C", "said others_differently no_reason changed happened_before hard_to_say"),
    _field(
        "consent",
        "codes",
        "O",
        "S",
        "count_only compare_records signed_statement quote_redacted share_oversight share_counsel recontact",
    ),
    _field("told_elsewhere", "ynu", "O", "C"),
    _field("narrative", "str", "O", "S"),
    # the device or form a row was recorded on: races go missing by device
    _field("recorded_on", "str", "O", "P"),
    # yes where an earlier row of the source has the same stop number
    _field("repeated", "ynu", "O", "P"),
)

BY_NAME = {field.name: field for field in FIELDS}

# `area` is kept as one column a level: area_precinct, area_county ... (docs/decisions/0003-area-columns.md).
AREA_PREFIX = "area_"

# Never a field, whatever a file offers (ENCOUNTER rule 1): a column named so is dropped, and said so.
NEVER = (
    "immigration",
    "citizen",
    "alien",
    "visa",
    "undocumented",
    "birth_country",
    "country_of_birth",
    "legal_status",
)
