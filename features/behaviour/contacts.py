"""How a customer meets the company without buying: visits, mail, questions, complaints and surveys.

Only contacts count that the customer made (``inbound``): what the company did is not what the customer
felt, and stands in ``outreach``. The kinds *complaint* and *survey* have features of their own; every other
kind has the same few. A complaint is **open** until its settlement has passed: one settled at the cutoff or later is open at it,
whatever the table says today. Windows go by the time of the contact, also for what was settled since.
"""

from __future__ import annotations

from features.behaviour.frequent import most_frequent
from features.behaviour.groups import INTEREST, SERVICE
from features.behaviour.rhythm import growth_of
from features.declarations import (
    WHOLE_PAST,
    Count,
    Declaration,
    Difference,
    Distinct,
    Elapsed,
    Events,
    Latest,
    Ratio,
    SinceFirst,
    SinceLast,
    Total,
    declare,
    quoted,
    slugs,
    windowed,
)
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window
from features.vocabulary.words import COMPLAINT, INBOUND, SURVEY

CONTACTS = Events("contacts").also("direction", "=", INBOUND)
"""The contacts that a customer made."""
COMPLAINTS = CONTACTS.also("kind", "=", COMPLAINT)
OPEN_COMPLAINTS = COMPLAINTS.until("resolved_seconds")
CLOSED_COMPLAINTS = COMPLAINTS.once("resolved_seconds")
SURVEYS = CONTACTS.also("kind", "=", SURVEY)
SCORED = CONTACTS.also("score_milli", "!=", MISSING_NUMBER)
SCORE = Latest(SCORED, "score_milli", per=1000)
SCORE_BEFORE = Latest(SCORED, "score_milli", back=2, per=1000)
SCORE_MEAN = Ratio(Total(SCORED, "score_milli", per=1000), Count(SCORED), "mean")

MOST_KINDS = 8
MOST_CHANNELS = 8
"""Only the most frequent kinds and channels have features of their own."""

# What one and several contacts of a kind are called, and the theme they belong to.
_KINDS = {
    "visit": ("visit", "visits", INTEREST),
    "open": ("mail opened", "mails opened", INTEREST),
    "click": ("link clicked", "links clicked", INTEREST),
    "cart": ("item put in the basket", "items put in the basket", INTEREST),
    "inquiry": ("question asked", "questions asked", SERVICE),
}
_APART = (COMPLAINT, SURVEY)
_SEASONS = (Window(30), Window(90), Window(365), WHOLE_PAST)
_YEARS = (Window(365), WHOLE_PAST)

ZERO = "Zero when there was none."
NO_CONTACT = "Missing when there was no contact."
NEVER = "Missing before the first contact."
NEVER_CLOSED = "Missing when no complaint has been settled."
NO_SCORE = "Missing when no score was given."


def contacts(pack: Pack) -> tuple[Declaration, ...]:
    """The features of what customers did in the table of contacts, as its columns and kinds allow."""
    stream = directed_contacts(pack)
    if stream is None:
        return ()
    declared = (*_all(), *_kinds(stream), *_channels(stream))
    every = len(stream.dictionaries["kind"])
    kinds = most_frequent(stream, "kind", every, among=("direction", INBOUND))
    if COMPLAINT in kinds:
        declared += _complaints()
        if "resolved_seconds" in stream.columns:
            declared += _settlement()
    if SURVEY in kinds:
        declared += _surveys()
    if "score_milli" in stream.columns:
        declared += _scores()
    return declared


def directed_contacts(pack: Pack) -> EventStream | None:
    """The contacts of a pack; ``PlanRefused`` where they are of a time at which nobody kept who made them."""
    stream = pack.streams.get("contacts")
    if stream is not None and "direction" not in stream.columns:
        raise PlanRefused(
            expected="a store in which every contact says whether the customer or the company made it",
            found="one of an earlier version, without directions",
            remedy="Run `regulars ingest` again.",
        )
    return stream


# fmt: off
def _all() -> tuple[Declaration, ...]:
    return (
        *windowed("contacts", Count(CONTACTS), meaning="Contacts of any kind {window}.", unit="count", group=INTEREST, said="{value} contacts {window}", missing=ZERO, said_as="comparison"),
        declare("contact", SinceLast(CONTACTS), meaning="Days since the last contact of any kind.", unit="days", group=INTEREST, said="last contact {value} ago", missing=NEVER, said_as="comparison"),
        *(
            declare("contacts", growth_of(Count(CONTACTS), days), meaning=f"Contacts of the last {days} days against the {days} days before: above 1 when growing.", unit="ratio", group=INTEREST, said=f"contacts of the last {days} days {{value}} times those of the {days} days before", missing="Missing when there was none in the stretch compared with.")
            for days in (30, 90)
        ),
    )


def _kinds(stream: EventStream) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    found = most_frequent(stream, "kind", MOST_KINDS + len(_APART), among=("direction", INBOUND))
    for kind, word in slugs([one for one in found if one not in _APART][:MOST_KINDS]).items():
        other = f"contact of the kind {quoted(kind)}", f"contacts of the kind {quoted(kind)}", INTEREST
        one, several, group = _KINDS.get(kind, other)
        events = CONTACTS.also("kind", "=", kind)
        declared += (
            *windowed(f"contact_{word}", Count(events), meaning=f"{several[:1].upper()}{several[1:]} {{window}}.", unit="count", group=group, said=f"{{value}} {several} {{window}}", missing=ZERO, windows=_SEASONS),
            declare(f"contact_{word}", SinceLast(events), meaning=f"Days since the last {one}.", unit="days", group=group, said=f"last {one} {{value}} ago", missing="Missing before the first."),
        )
    return declared


def _channels(stream: EventStream) -> tuple[Declaration, ...]:
    declared = windowed("contact_channels", Distinct(CONTACTS, "channel"), meaning="Different channels of contact {window}.", unit="count", group=INTEREST, said="contacts through {value} channels {window}", missing=ZERO, said_as="comparison", windows=_SEASONS)
    for channel, word in slugs(most_frequent(stream, "channel", MOST_CHANNELS, among=("direction", INBOUND))).items():
        through = Count(CONTACTS.also("channel", "=", channel))
        declared += windowed(f"contact_channel_{word}", through, meaning=f"Contacts {{window}} through {quoted(channel)}.", unit="count", group=INTEREST, said=f"{{value}} contacts {{window}} through {quoted(channel)}", missing=ZERO, said_as="comparison", windows=(Window(90), WHOLE_PAST))
        declared += windowed(f"contact_channel_{word}", Ratio(through, Count(CONTACTS), "share"), meaning=f"Share of the contacts {{window}} that came through {quoted(channel)}.", unit="share", group=INTEREST, said=f"{{value}} of the contacts {{window}} through {quoted(channel)}", missing=NO_CONTACT, said_as="comparison", windows=(Window(90), WHOLE_PAST))
    return declared


def _complaints() -> tuple[Declaration, ...]:
    return (
        *windowed("complaints", Count(COMPLAINTS), meaning="Complaints {window}.", unit="count", group=SERVICE, said="{value} complaints {window}", missing=ZERO, windows=_SEASONS),
        declare("complaint", SinceLast(COMPLAINTS), meaning="Days since the last complaint.", unit="days", group=SERVICE, said="last complaint {value} ago", missing="Missing before the first complaint."),
    )


def _settlement() -> tuple[Declaration, ...]:
    took = Ratio(Elapsed(CLOSED_COMPLAINTS, "resolved_seconds"), Count(CLOSED_COMPLAINTS), "mean")
    return (
        declare("open_complaints", Count(OPEN_COMPLAINTS), meaning="Complaints not settled at the cutoff.", unit="count", group=SERVICE, said="{value} complaints still open", missing=ZERO, actionable="now"),
        declare("open_complaint", SinceFirst(OPEN_COMPLAINTS), meaning="Days for which the oldest open complaint has waited.", unit="days", group=SERVICE, said="a complaint open for {value}", missing="Missing when no complaint is open.", actionable="now"),
        *windowed("closed_complaints", Count(CLOSED_COMPLAINTS), meaning="Complaints made {window} and settled since.", unit="count", group=SERVICE, said="{value} complaints settled of those made {window}", missing=ZERO, windows=_YEARS),
        *windowed("complaint_resolution", took, meaning="Average days to settle the complaints made {window}, of those settled.", unit="days", group=SERVICE, said="complaints made {window} settled after {value} on average", missing=NEVER_CLOSED, windows=_YEARS),
    )


def _surveys() -> tuple[Declaration, ...]:
    return (
        *windowed("surveys", Count(SURVEYS), meaning="Surveys answered {window}.", unit="count", group=SERVICE, said="{value} surveys answered {window}", missing=ZERO, windows=_YEARS),
        *windowed("surveys", Ratio(Count(SURVEYS), Count(CONTACTS), "share"), meaning="Surveys as a share of all contacts {window}.", unit="share", group=SERVICE, said="{value} of the contacts {window} were surveys", missing=NO_CONTACT, said_as="comparison", windows=_YEARS),
    )


def _scores() -> tuple[Declaration, ...]:
    return (
        declare("survey_score", SCORE, meaning="The score given last.", unit="points", group=SERVICE, said="last survey score given: {value}", missing=NO_SCORE),
        *windowed("survey_score", SCORE_MEAN, meaning="Average of the scores given {window}.", unit="points", group=SERVICE, said="average survey score given {window}: {value}", missing=NO_SCORE, windows=_YEARS),
        declare("survey_score", Difference(SCORE, SCORE_BEFORE, "change"), meaning="The score given last less the one before.", unit="points", group=SERVICE, said="survey score changed by {value} since the one before", missing="Missing until two scores were given."),
    )
# fmt: on
