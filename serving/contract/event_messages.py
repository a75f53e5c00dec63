"""Events as a caller tells them: the rows of the tables of events, one type a table.

Names are those of the raw tables; money is in whole cents and says so in its name. A test holds the fields and
the declarations of ``features.vocabulary.tables`` in step.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from features.vocabulary.identifiers import tidied
from features.vocabulary.tables import CONTACTS, CONTRACTS, EXPOSURES, KNOWN_AT, PURCHASES, RawTable
from features.vocabulary.words import ARM, CHANNEL, DIRECTION, KIND
from serving.contract.identifiers import Id, Identifier, Label
from serving.contract.messages import Answer, CustomerRow, Message

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOST_CENTS = 10**13
MOST = 1e9
EVENTS_A_CUSTOMER = 200


def _is_text(value: object) -> object:
    """An instant is a text: a bare number would be read as seconds, or as milliseconds."""
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("instant_type", "Give an instant such as 2026-05-01T09:30:00Z")
    return value


def _in_range(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise PydanticCustomError("instant_range", "Give an instant from 1970 to 2199")
    # However a zone is spelled, the same instant is the same event.
    return value.astimezone(UTC)


def _arm(value: str, info: ValidationInfo) -> str:
    """An arm in the word of ours. What was kept earlier is taken as it was understood then."""
    word = ARM.word(value)
    if word is None and info.context is not None:
        raise PydanticCustomError("unknown_arm", "Give treated or control")
    return word or value


def _kind(value: str) -> str:
    return KIND.word(value) or tidied(value)


def _channel(value: str) -> str:
    return CHANNEL.word(value) or tidied(value)


def _direction(value: str, info: ValidationInfo) -> str:
    """Who made a contact, in the word of ours. What was kept earlier is taken as it was understood then."""
    word = DIRECTION.word(value)
    if word is None and info.context is not None:
        raise PydanticCustomError("unknown_direction", "Give inbound or outbound")
    return word or value


def _unless_open(value: object) -> object:
    """A date that no calendar reaches stands for none, as in tables."""
    if isinstance(value, str) and value[:4].isdecimal():
        is_open = value[:10] <= "1900-01-01" or int(value[:4]) >= 2100
        return None if is_open else value
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_in_range)]
Arm = Annotated[Identifier, AfterValidator(_arm)]
Kind = Annotated[Identifier, AfterValidator(_kind)]
Channel = Annotated[Identifier, AfterValidator(_channel)]
Direction = Annotated[Identifier, AfterValidator(_direction)]
OpenInstant = Annotated[Instant | None, BeforeValidator(_unless_open)]
Cents = Annotated[int, Field(strict=True, ge=-MOST_CENTS, le=MOST_CENTS)]
Number = Annotated[float, Field(strict=True, ge=-MOST, le=MOST)]
Flag = Annotated[bool, Field(strict=True)]


class PurchaseEvent(Message):
    """One line of an order."""

    order_id: Id = Field(description="Which order or receipt the line belongs to.")
    ordered_at: Instant = Field(description="When the order was placed.")
    item_id: Id = Field(description="Which article.")
    quantity: Number = Field(description="How many; negative for a return.")
    amount_cents: Cents = Field(description="What the line cost in all, after discount.")
    discount_cents: Cents | None = Field(None, description="What was taken off the line.")
    channel: Label | None = Field(None, description="Where it was bought.")
    store: Label | None = Field(None, description="Which branch.")
    known_at: OpenInstant = Field(None, description="When the company learned of it.")


class ContactEvent(Message):
    """One touchpoint that is not a purchase."""

    contacted_at: Instant = Field(description="When it happened.")
    channel: Channel = Field(description="email, phone, web, store, chat, social, post or app.")
    kind: Kind = Field(description="visit, open, click, inquiry, complaint, survey …")
    direction: Direction | None = Field(
        None,
        description="inbound or outbound: whether the customer or the company made it; by default told by the "
        "kind, and a call or a letter is outbound.",
    )
    topic: Label | None = Field(None, description="What it was about.")
    resolved_at: OpenInstant = Field(None, description="When it was settled.")
    score: Number | None = Field(None, description="The answer to a survey.")
    known_at: OpenInstant = Field(None, description="When the company learned of it.")


class ExposureEvent(Message):
    """One time a customer was shown an offer, or was deliberately not shown it."""

    offer_id: Id = Field(description="Which offer.")
    shown_at: Instant = Field(description="When it was shown, or would have been.")
    channel: Label | None = Field(None, description="Where it was shown.")
    arm: Arm | None = Field(None, description="treated or control.")
    action_probability: Number | None = Field(None, description="How likely it was to be shown.")
    accepted_at: OpenInstant = Field(None, description="When it was taken.")
    revenue_cents: Cents | None = Field(None, description="What the acceptance brought.")
    known_at: OpenInstant = Field(None, description="When the company learned of it.")


class ContractEvent(Message):
    """One contract or subscription term."""

    contract_id: Id = Field(description="Which contract.")
    starts_at: Instant = Field(description="From when it runs.")
    ends_at: OpenInstant = Field(None, description="Until when it runs.")
    plan: Label | None = Field(None, description="Which plan.")
    price_cents: Cents | None = Field(None, description="What a term costs.")
    auto_renew: Flag | None = Field(None, description="Renews by itself.")
    cancelled_at: OpenInstant = Field(None, description="When notice was given.")
    end_reason: Label | None = Field(None, description="Why it ended.")
    known_at: OpenInstant = Field(None, description="When the company learned of it.")


Event = PurchaseEvent | ContactEvent | ExposureEvent | ContractEvent

EVENT_TYPES: dict[str, tuple[RawTable, type[Event]]] = {
    "purchases": (PURCHASES, PurchaseEvent),
    "contacts": (CONTACTS, ContactEvent),
    "exposures": (EXPOSURES, ExposureEvent),
    "contracts": (CONTRACTS, ContractEvent),
}
"""The tables events can be told of, each with the type of its rows."""


_OWN_TIMES = {"reactions": "reacted_at", "outcomes": "happened_at"}
"""When it happened, of what is in no table."""
ContactOutcomeWord = Literal[
    "reached",
    "no_answer",
    "call_back",
    "accepted",
    "not_interested",
    "complaint",
    "do_not_contact",
]


class FreshEventsGiven(Message):
    """What happened to one customer since the store was made, by table."""

    purchases: list[PurchaseEvent] = Field([], max_length=EVENTS_A_CUSTOMER)
    contacts: list[ContactEvent] = Field([], max_length=EVENTS_A_CUSTOMER)
    exposures: list[ExposureEvent] = Field([], max_length=EVENTS_A_CUSTOMER)
    contracts: list[ContractEvent] = Field([], max_length=EVENTS_A_CUSTOMER)

    @property
    def by_table(self) -> dict[str, list[Event]]:
        """The events of each table that has any."""
        return {name: list(rows) for name in EVENT_TYPES if (rows := getattr(self, name))}


class Reaction(Message):
    """What became of a contact that followed an answer."""

    reacted_at: Instant = Field(description="When.")
    reaction: Literal["contacted", "opened", "accepted", "rejected", "bought"] = Field(
        description="What happened."
    )
    offer_id: Id | None = Field(None, description="Which offer it was about.")
    revenue_cents: Cents | None = Field(None, description="What it brought.")


class ContactOutcomeEvent(Message):
    """What became of the contact a campaign meant for a customer."""

    happened_at: Instant = Field(description="When.")
    outcome: ContactOutcomeWord = Field(
        description="What became of it; with `do_not_contact` the customer objects at once."
    )
    campaign: Label | None = Field(
        None,
        description="The name or the id of the campaign; may be left out with a `decision_id`, or of a customer in one campaign alone.",
    )


class EventRow(CustomerRow):
    """One event of one customer: exactly one of the six kinds."""

    event_id: Identifier | None = Field(
        None,
        description="Names the event, so that it is kept once; without it, equal events are one event.",
    )
    decision_id: Identifier | None = Field(
        None, description="The answer that it followed, or the line of a campaign's list."
    )
    purchase: PurchaseEvent | None = Field(None, description="A line of an order.")
    contact: ContactEvent | None = Field(None, description="A touchpoint that is no purchase.")
    exposure: ExposureEvent | None = Field(None, description="An offer shown, or not shown.")
    contract: ContractEvent | None = Field(None, description="A contract or a term of it.")
    reaction: Reaction | None = Field(None, description="What became of an answer.")
    outcome: ContactOutcomeEvent | None = Field(
        None, description="What became of a campaign's contact."
    )

    @model_validator(mode="after")
    def _is_one_event(self) -> EventRow:
        if len(self._given) != 1:
            raise PydanticCustomError(
                "one_event",
                "Give one of purchase, contact, exposure, contract, reaction and outcome",
            )
        return self

    @property
    def _given(self) -> list[tuple[str, Event | Reaction | ContactOutcomeEvent]]:
        kinds = ("purchase", "contact", "exposure", "contract", "reaction", "outcome")
        return [(f"{one}s", event) for one in kinds if (event := getattr(self, one)) is not None]

    @property
    def table(self) -> str:
        """The table it belongs to, or ``reactions`` or ``outcomes``."""
        return self._given[0][0]

    @property
    def event(self) -> Event | Reaction | ContactOutcomeEvent:
        """What happened."""
        return self._given[0][1]

    @property
    def happened_seconds(self) -> int:
        """When it happened, in whole UTC seconds."""
        known = EVENT_TYPES.get(self.table)
        column = _OWN_TIMES[self.table] if known is None else known[0].event_time
        when: datetime = getattr(self.event, str(column))
        return int(when.timestamp() // 1)

    @property
    def known_seconds(self) -> int:
        """When it had happened and was known."""
        known: datetime | None = getattr(self.event, KNOWN_AT, None)
        return max(self.happened_seconds, 0 if known is None else int(known.timestamp() // 1))


class EventsRequest(Message):
    """What happened to customers since the tables were last read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rows": [
                        {
                            "customer_id": "17841",
                            "contact": {
                                "contacted_at": "2026-05-01T09:30:00Z",
                                "channel": "phone",
                                "kind": "complaint",
                                "topic": "delivery",
                            },
                        },
                        {
                            "customer_id": "17841",
                            "event_id": "crm-4711",
                            "decision_id": "36935e75cb19c519ce020cb2adac8adc",
                            "reaction": {
                                "reacted_at": "2026-05-02T10:00:00Z",
                                "reaction": "accepted",
                            },
                        },
                    ]
                }
            ]
        }
    )

    rows: list[EventRow] = Field(min_length=1, max_length=1_000, description="At most 1,000.")


class EventRowAnswer(Answer):
    """What became of one event."""

    row_id: Annotated[str | None, Field(description="As it was sent.")]
    event_id: Annotated[
        str, Field(description="Names the event; empty where it has no name and is not kept.")
    ]
    status: Annotated[
        Literal["stored", "duplicate", "refused"],
        Field(
            description="stored: kept; duplicate: kept before; refused: it lies in the future, the customer "
            "number cannot be read, or the outcome is of no contact of a campaign with this customer."
        ),
    ]
    counts: Annotated[
        bool,
        Field(
            description="Whether models read such events, so that scores may move; a contact that the company made "
            "moves none."
        ),
    ]


class EventsAnswer(Answer):
    """One answer an event, in the order they were sent."""

    rows: Annotated[list[EventRowAnswer], Field(description="The answers.")]
