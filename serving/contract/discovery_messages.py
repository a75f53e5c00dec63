"""What the service says of itself, as types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from serving.contract.messages import Answer, ModelIdentity

Trainable = Literal["value", "segments", "offers", "recommendations"]


class ModelAnswer(ModelIdentity):
    """One model in use, with how well it did."""

    family: Annotated[str, Field(description="What kind of model it is.")]
    horizon_days: Annotated[
        int, Field(description="The outcome is looked for within so many days.")
    ]
    gap_days: Annotated[
        int, Field(description="Days between the score and the first day that counts.")
    ]
    question: Annotated[str, Field(description="What it answers and of whom, in words.")]
    base_rate: Annotated[
        float, Field(description="The share it came true of among the customers it learned from.")
    ]
    population: Annotated[dict[str, int], Field(description="Which customers it judges.")]
    metrics: Annotated[
        dict[str, Any], Field(description="Its figures on customers it had not seen.")
    ]


class ModelsAnswer(Answer):
    """The models in use."""

    models: Annotated[list[ModelAnswer], Field(description="One entry a model.")]
    not_trained: Annotated[
        list[Trainable],
        Field(description="What nobody has trained, or not for the scores in use."),
    ]


class PromotedAnswer(Answer):
    """A model that was put to use and does not answer."""

    version: Annotated[str, Field(description="Its version; empty where its bundle is damaged.")]
    title: Annotated[str, Field(description="What it is called; empty likewise.")]
    digest: Annotated[str, Field(description="The SHA-256 that names its content.")]


class VersionAnswer(Answer):
    """What is running."""

    service: Annotated[str, Field(description="The version of Regulars.")]
    ready: Annotated[bool, Field(description="Whether scores can be answered.")]
    model: Annotated[ModelIdentity | None, Field(description="The model that answers.")]
    snapshot: Annotated[str | None, Field(description="The generation of scores the pages show.")]
    vector_as_of: Annotated[
        str | None, Field(description="Only what was known before this counts.")
    ]
    promoted: Annotated[
        PromotedAnswer | None,
        Field(
            description="The model that was promoted last where it does not answer: not yet, or because of `fault`."
        ),
    ]
    fault: Annotated[
        Mapping[str, str] | None,
        Field(description="Why the newest model or scores are not the ones in use."),
    ]
    further_faults: Annotated[
        Mapping[str, str],
        Field(
            description="What else cannot be used and why, by name: `recommendations`, `offers`, `value`, `store`; empty where all can."
        ),
    ]


class FeatureAnswer(Answer):
    """One feature of a behaviour vector."""

    name: Annotated[str, Field(description="What it is called in a `vector`.")]
    meaning: Annotated[str, Field(description="What it means, in one sentence.")]
    unit: Annotated[str, Field(description="The unit of its values.")]
    group: Annotated[str, Field(description="The reason group it belongs to.")]
    actionable: Annotated[
        Literal["now", "indirect", "context"],
        Field(description="Whether the business can act on it."),
    ]
    missing: Annotated[str, Field(description="When it is null, and what that means.")]
    read: Annotated[bool, Field(description="Whether the model reads it; others may be left out.")]
    low: Annotated[
        float | None,
        Field(description="Lower values count as this one; null where the model does not read it."),
    ]
    high: Annotated[float | None, Field(description="Higher values count as this one.")]


class GroupAnswer(Answer):
    """One reason group."""

    name: Annotated[str, Field(description="What it is called in an answer.")]
    title: Annotated[str, Field(description="What a marketer reads.")]


class EventColumnAnswer(Answer):
    """One column of a table of events."""

    name: Annotated[str, Field(description="What it is called in `events`.")]
    kind: Annotated[
        Literal["text", "instant", "money", "number", "flag"],
        Field(description="What it holds; money is in whole cents."),
    ]
    meaning: Annotated[str, Field(description="What it means.")]
    required: Annotated[bool, Field(description="Whether every event must have it.")]
    stored: Annotated[
        bool, Field(description="Whether the company's store has it, so that models may read it.")
    ]


class EventTableAnswer(Answer):
    """One table of events."""

    name: Annotated[str, Field(description="What it is called in `events`.")]
    meaning: Annotated[str, Field(description="What a row is.")]
    columns: Annotated[list[EventColumnAnswer], Field(description="Its columns.")]


class SchemaAnswer(Answer):
    """What a vector and events are made of."""

    model: Annotated[ModelIdentity, Field(description="The model whose vectors these are.")]
    features: Annotated[
        list[FeatureAnswer], Field(description="Every feature of a behaviour vector.")
    ]
    groups: Annotated[list[GroupAnswer], Field(description="The reason groups.")]
    events: Annotated[
        list[EventTableAnswer], Field(description="The tables events can be told of.")
    ]


class OfferAnswer(Answer):
    """One offer that can be made."""

    offer_id: Annotated[str, Field(description="Which offer.")]
    name: NotRequired[Annotated[str | None, Field(description="What it is called.")]]
    kind: NotRequired[Annotated[str | None, Field(description="discount, gift, service …")]]
    category: NotRequired[Annotated[str | None, Field(description="The group of items it is for.")]]
    item_id: NotRequired[Annotated[str | None, Field(description="The item it is for.")]]
    discount: NotRequired[
        Annotated[float | None, Field(description="The share taken off, 0 to 1.")]
    ]
    reward_cost_cents: NotRequired[
        Annotated[int | None, Field(description="What one acceptance costs.")]
    ]
    margin_cents: NotRequired[
        Annotated[int | None, Field(description="What one acceptance earns before the reward.")]
    ]
    channel: NotRequired[Annotated[str | None, Field(description="Where it is made.")]]
    starts_at: NotRequired[Annotated[str | None, Field(description="From when it is valid.")]]
    ends_at: NotRequired[Annotated[str | None, Field(description="Until when it is valid.")]]
    eligibility: NotRequired[Annotated[str | None, Field(description="Who may have it.")]]


class OffersAnswer(Answer):
    """The company's offers."""

    as_of: Annotated[
        str, Field(description="The table of offers as it was read for the scores of this instant.")
    ]
    offers: Annotated[
        list[OfferAnswer], Field(description="One entry an offer; none without a table of offers.")
    ]
