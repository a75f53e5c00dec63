"""What the company did: the calls, letters and mails it made, of its own accord.

They tell how tired of contact a customer may be, and whether one comes back after them. They say nothing of
what the customer feels, so no model of leaving, of value or of segments learns from them; models of offers do.
What it cost to make them is read from their counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from features.behaviour.contacts import (
    CONTACTS,
    MOST_CHANNELS,
    MOST_KINDS,
    ZERO,
    directed_contacts,
)
from features.behaviour.frequent import most_frequent
from features.behaviour.groups import OUTREACH
from features.declarations import (
    Count,
    Declaration,
    Difference,
    Events,
    Ratio,
    SinceLast,
    declare,
    quoted,
    slugs,
    windowed,
)
from features.store.pack import EventStream, Pack
from features.vocabulary.time import Window
from features.vocabulary.words import OUTBOUND

MADE = Events("contacts").also("direction", "=", OUTBOUND)
"""The contacts that the company made."""

_FATIGUE = (Window(30), Window(90), Window(365))
_COUNTED = (Window(90), Window(365))
_NAMES = re.compile(r"(days_since_)?outbound_contacts?(_\w+)?")


def outreach(pack: Pack) -> tuple[Declaration, ...]:
    """The features of what the company did in the table of contacts."""
    stream = directed_contacts(pack)
    if stream is None or OUTBOUND not in stream.dictionaries["direction"]:
        return ()
    return (*_all(), *_kinds(stream), *_channels(stream))


def of_the_company(feature_names: Iterable[str]) -> frozenset[str]:
    """Which of some features tell what the company did.

    >>> sorted(of_the_company(["outbound_contacts_count_30d", "days_since_outbound_contact", "contacts_count_30d"]))
    ['days_since_outbound_contact', 'outbound_contacts_count_30d']
    """
    return frozenset(one for one in feature_names if _NAMES.fullmatch(one))


# fmt: off
def _all() -> tuple[Declaration, ...]:
    made, came = Count(MADE), Count(CONTACTS)
    return (
        *windowed("outbound_contacts", made, meaning="Contacts that the company made {window}.", unit="count", group=OUTREACH, said="{value} contacts made by the company {window}", missing=ZERO, said_as="comparison", actionable="now", windows=_FATIGUE),
        declare("outbound_contact", SinceLast(MADE), meaning="Days since the company last made contact.", unit="days", group=OUTREACH, said="last contacted by the company {value} ago", missing="Missing before the first.", said_as="comparison", actionable="now"),
        *windowed("outbound_contacts", Ratio(came, made, "answered"), meaning="Contacts of the customer for each that the company made {window}.", unit="ratio", group=OUTREACH, said="{value} contacts of the customer for each of the company {window}", missing="Missing when the company made none.", said_as="comparison", windows=_COUNTED),
        declare("outbound_contact", Difference(SinceLast(MADE), SinceLast(CONTACTS), "answered_days"), meaning="Days from the last contact of the company to the last of the customer: below zero when the customer has not come back since.", unit="days", group=OUTREACH, said="last contact of the customer {value} after that of the company", missing="Missing until both have made contact.", said_as="comparison"),
    )


def _kinds(stream: EventStream) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    found = most_frequent(stream, "kind", MOST_KINDS, among=("direction", OUTBOUND))
    for kind, word in slugs(found).items():
        of_kind = Count(MADE.also("kind", "=", kind))
        declared += windowed(f"outbound_contact_{word}", of_kind, meaning=f"Contacts of the kind {quoted(kind)} that the company made {{window}}.", unit="count", group=OUTREACH, said=f"{{value}} contacts of the kind {quoted(kind)} made by the company {{window}}", missing=ZERO, said_as="comparison", actionable="now", windows=_COUNTED)
    return declared


def _channels(stream: EventStream) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    found = most_frequent(stream, "channel", MOST_CHANNELS, among=("direction", OUTBOUND))
    for channel, word in slugs(found).items():
        through = Count(MADE.also("channel", "=", channel))
        declared += windowed(f"outbound_contact_channel_{word}", through, meaning=f"Contacts that the company made {{window}} through {quoted(channel)}.", unit="count", group=OUTREACH, said=f"{{value}} contacts made by the company {{window}} through {quoted(channel)}", missing=ZERO, said_as="comparison", actionable="now", windows=(Window(90),))
    return declared
# fmt: on
