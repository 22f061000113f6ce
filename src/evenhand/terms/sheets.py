"""Sheets that people fill in: the columns of a mailbox sheet and of a paper canvass, with what to write in each.

A column is a field of the record, whose codes are the drop-down; several codes in one cell are parted by `;`.
Authority: docs/formats/inbox.md and docs/formats/canvass.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its name in the header, what the guide says of it, whether it must be filled in."""

    name: str
    guide: str
    needed: bool = False


# One row a telling, however often an encounter was told.
INBOX: tuple[Column, ...] = (
    Column("report_id", "your own number of this telling; never a name. Left empty, the row is numbered"),
    Column("same_as", "the report_id of an earlier telling of the same encounter, where you know of one"),
    Column("link_probability", "how sure you are that it is the same, 0 to 1; empty means sure"),
    Column("same_event", "any word that is the same for all people of one event, such as two people in one car"),
    Column("reported_on", "the day it was told, 2026-03-14", needed=True),
    Column("recruitment", "how the teller came to tell: of their own accord, asked, sent on, after news of it"),
    Column("referrer", "the body that sent the teller on, by a word of your own; never a person"),
    Column("reporter_role", "who is telling"),
    Column("date", "the day it happened, or the first day it may have been; 2026-03 means the month", needed=True),
    Column("date_to", "the last day it may have been, where the day is not known"),
    Column("time_local", "the hour as told, 18:30 or 18; empty where not known"),
    Column("area_city", "the city or town it happened in; no street, no address"),
    Column("area_county", "the county it happened in"),
    Column("place_type", "what kind of place"),
    Column("light", "whether it was light or dark, as told"),
    Column("mode", "how the person was stopped"),
    Column("role", "what the person was there"),
    Column("agency_level", "what kind of agency it was, as told"),
    Column("agency_id", "which agency, by a word of your own that stays the same"),
    Column("agency_basis", "how the teller knew which agency; several parted by ;"),
    Column("officer_count", "how many people acted for the agency"),
    Column("vehicle_count", "how many vehicles of theirs"),
    Column("reason", "the reason they gave"),
    Column("actions", "what they did, codes of the codebook; several parted by ;"),
    Column("result", "how it ended; several parted by ;"),
    Column("duration_min", "minutes it lasted, as told"),
    Column("seen_before_stop", "whether they could see the person before the stop"),
    Column("race_self", "how the person describes themselves; several parted by ;"),
    Column("age_band", "18-24, 25-34 and so on; never a date of birth"),
    Column("gender", "as the person says"),
    Column("perceived_cause", "what the teller thinks drove it; several parted by ;"),
    Column("off_duty_officer", "whether the person stopped is a police officer who was off duty"),
    Column("known_as_officer", "when the agents learned it: before, during, never"),
    Column("treatment_once_known", "what changed once they knew"),
    Column("corroboration", "what could back it up, not the thing itself; several parted by ;"),
    Column("told_elsewhere", "whether the same was told to another body"),
    Column("consent", "what the teller agreed to; several parted by ;"),
    Column("narrative", "the account in the teller's words; names, plates and numbers are taken out on the way in"),
)

# One row an answered sheet of a canvass in which everybody on a roster was asked; a no counts as much as a yes.
CANVASS: tuple[Column, ...] = (
    Column("department", "the department that was canvassed, by a word of your own", needed=True),
    Column("race_self", "how the person describes themselves, one code", needed=True),
    Column("stopped", "yes or no: stopped off duty by the agency since the day the canvass names", needed=True),
    Column("times", "how often; empty counts as once where stopped is yes"),
    Column("date", "the day of the last time, or its month"),
    Column("agency_level", "what kind of agency it was, as told"),
    Column("agency_basis", "how the person knew which agency; several parted by ;"),
    Column("actions", "what they did, codes of the codebook; several parted by ;"),
    Column("result", "how it ended; several parted by ;"),
    Column("known_as_officer", "when the agents learned that the person is police: before, during, never"),
    Column("treatment_once_known", "what changed once they knew"),
    Column("corroboration", "what could back it up, not the thing itself; several parted by ;"),
)

# The second sheet of a canvass: who was on the roster and asked, one row a department and race.
ROSTER: tuple[Column, ...] = (
    Column("department", "the department", needed=True),
    Column("race", "one code of race", needed=True),
    Column("size", "how many of them are on the roster", needed=True),
    Column("asked", "how many of them were handed a sheet", needed=True),
    Column("days", "days the question reaches back: how long each was at risk", needed=True),
)

# Between several codes of one cell.
SEPARATOR = ";"
