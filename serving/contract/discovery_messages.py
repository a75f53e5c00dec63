"""What the service says of itself, as types."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from serving.contract.messages import Message, ModelIdentity


class ModelAnswer(ModelIdentity):
    """One model in use, with how well it did."""

    family: str = Field(description="What kind of model it is.")
    horizon_days: int = Field(description="The outcome is looked for within so many days.")
    gap_days: int = Field(description="Days between the score and the first day that counts.")
    question: str = Field(description="What it answers and of whom, in words.")
    base_rate: float = Field(
        description="The share it came true of among the customers it learned from."
    )
    population: dict[str, int] = Field(description="Which customers it judges.")
    metrics: dict[str, Any] = Field(description="Its figures on customers it had not seen.")


class ModelsAnswer(Message):
    """The models in use."""

    models: list[ModelAnswer] = Field(description="One entry a model.")
    not_trained: list[Literal["value", "segments", "offers", "recommendations"]] = Field(
        description="What nobody has trained, or not for the scores in use."
    )


class VersionAnswer(Message):
    """What is running."""

    service: str = Field(description="The version of Regulars.")
    ready: bool = Field(description="Whether scores can be answered.")
    model: ModelIdentity | None = Field(description="The model that answers.")
    snapshot: str | None = Field(description="The generation of scores the pages show.")
    vector_as_of: str | None = Field(description="Only what was known before this counts.")
    fault: dict[str, str] | None = Field(
        description="Why the newest model or scores are not the ones in use."
    )


class FeatureAnswer(Message):
    """One feature of a behaviour vector."""

    name: str = Field(description="What it is called in a `vector`.")
    meaning: str = Field(description="What it means, in one sentence.")
    unit: str = Field(description="The unit of its values.")
    group: str = Field(description="The reason group it belongs to.")
    actionable: Literal["now", "indirect", "context"] = Field(
        description="Whether the business can act on it."
    )
    missing: str = Field(description="When it is null, and what that means.")
    read: bool = Field(description="Whether the model reads it; others may be left out.")
    low: float | None = Field(
        description="Lower values count as this one; null where the model does not read it."
    )
    high: float | None = Field(description="Higher values count as this one.")


class GroupAnswer(Message):
    """One reason group."""

    name: str = Field(description="What it is called in an answer.")
    title: str = Field(description="What a marketer reads.")


class EventColumnAnswer(Message):
    """One column of a table of events."""

    name: str = Field(description="What it is called in `events`.")
    kind: Literal["text", "instant", "money", "number", "flag"] = Field(
        description="What it holds; money is in whole cents."
    )
    meaning: str = Field(description="What it means.")
    required: bool = Field(description="Whether every event must have it.")
    stored: bool = Field(
        description="Whether the company's store has it, so that models may read it."
    )


class EventTableAnswer(Message):
    """One table of events."""

    name: str = Field(description="What it is called in `events`.")
    meaning: str = Field(description="What a row is.")
    columns: list[EventColumnAnswer] = Field(description="Its columns.")


class SchemaAnswer(Message):
    """What a vector and events are made of."""

    model: ModelIdentity = Field(description="The model whose vectors these are.")
    features: list[FeatureAnswer] = Field(description="Every feature of a behaviour vector.")
    groups: list[GroupAnswer] = Field(description="The reason groups.")
    events: list[EventTableAnswer] = Field(description="The tables events can be told of.")


class OfferAnswer(Message):
    """One offer that can be made."""

    offer_id: str = Field(description="Which offer.")
    name: str | None = Field(None, description="What it is called.")
    kind: str | None = Field(None, description="discount, gift, service …")
    category: str | None = Field(None, description="The group of items it is for.")
    item_id: str | None = Field(None, description="The item it is for.")
    discount: float | None = Field(None, description="The share taken off, 0 to 1.")
    reward_cost_cents: int | None = Field(None, description="What one acceptance costs.")
    margin_cents: int | None = Field(
        None, description="What one acceptance earns before the reward."
    )
    channel: str | None = Field(None, description="Where it is made.")
    starts_at: str | None = Field(None, description="From when it is valid.")
    ends_at: str | None = Field(None, description="Until when it is valid.")
    eligibility: str | None = Field(None, description="Who may have it.")


class OffersAnswer(Message):
    """The company's offers."""

    as_of: str = Field(
        description="The table of offers as it was read for the scores of this instant."
    )
    offers: list[OfferAnswer] = Field(
        description="One entry an offer; none without a table of offers."
    )
