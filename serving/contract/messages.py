"""What every part of the contract ``/v1`` shares: ids, statuses, models, reasons, warnings and problems."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, NotRequired

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # what pydantic can describe before Python 3.12

from features.declarations.feature import Actionable
from serving.contract.identifiers import CustomerOfARow, RowId
from training.reasons.explanation import Direction


def _is_text(value: object) -> object:
    """A day is a text: a bare number would be read as seconds since 1970."""
    if not isinstance(value, str | date):
        raise PydanticCustomError("day_type", "Give a day such as 2026-05-01")
    return value


Day = Annotated[date, BeforeValidator(_is_text)]


_CLOSED = ConfigDict(extra="forbid", allow_inf_nan=False)


class Message(BaseModel):
    """Anything sent: unknown fields and infinite numbers are refused."""

    model_config = ConfigDict(**_CLOSED, frozen=True)


@with_config(_CLOSED)
class Answer(TypedDict):
    """Anything answered: the type of a dictionary, which is encoded as it stands.

    A field that is ``NotRequired`` is left out where there is nothing to say. The order of the fields in an
    answer is the order in which it is put together.
    """


RowStatus = Literal[
    "ok", "degraded", "unknown_id", "insufficient_data", "not_eligible", "no_consent", "error"
]
Words = Literal["en", "de"]


class WarningAnswer(Answer):
    """Something to know about an answer."""

    code: Annotated[str, Field(description="A stable word.")]
    message: Annotated[str, Field(description="A sentence.")]
    features: NotRequired[
        Annotated[
            list[str] | None, Field(description="The features it is about, at most ten of them.")
        ]
    ]


class ModelIdentity(Answer):
    """Which model answered."""

    name: Annotated[str, Field(description="What it answers, such as `churn`.")]
    version: Annotated[str, Field(description="Its version in the registry.")]
    title: Annotated[
        str, Field(description="The honest name of what it is, such as `recency rule`.")
    ]
    digest: Annotated[str, Field(description="The SHA-256 that names its content.")]
    data_cut: Annotated[str, Field(description="Data known before this instant taught it.")]


CUSTOMER_NUMBER = "The company's own customer number; a whole number counts as its text, blanks around it do not count."
ANSWERED_NUMBER = "The number as it is kept; null where it cannot be read."
UNREADABLE_CUSTOMER = WarningAnswer(
    code="invalid_customer_id",
    message="Give the customer number as a text of 1 to 200 characters, or as a whole number.",
)


class CustomerRow(Message):
    """One customer to be told about."""

    customer_id: CustomerOfARow = Field(description=CUSTOMER_NUMBER)
    row_id: RowId | None = Field(
        None, description="Anything of the caller's; given back with the answer."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_missing_customer(cls, said: object) -> object:
        """A row without a customer is answered as one whose customer cannot be read."""
        if isinstance(said, dict) and "customer_id" not in said:
            return {**said, "customer_id": None}
        return said


class FactAnswer(Answer):
    """One raw fact behind a reason."""

    feature: Annotated[str, Field(description="The feature's name in the dictionary.")]
    meaning: Annotated[str, Field(description="What it means, in one sentence.")]
    unit: Annotated[str, Field(description="The unit of `value` and `typical`.")]
    value: Annotated[float | None, Field(description="The customer's value.")]
    text: Annotated[str, Field(description="The value as a person would write it.")]
    typical: Annotated[float | None, Field(description="What is usual among `peers`.")]
    peers: Annotated[
        str, Field(description="Whom the customer is compared with; empty for everybody.")
    ]


class ReasonAnswer(Answer):
    """One reason group that moves the score; it explains the model, not the cause."""

    group: Annotated[str, Field(description="The reason group's name.")]
    title: Annotated[str, Field(description="The reason group as a marketer reads it.")]
    points: Annotated[float, Field(description="Percentage points it adds to the base, exactly.")]
    shown_points: Annotated[
        float, Field(description="The same with one decimal; what is shown adds up.")
    ]
    direction: Annotated[Direction, Field(description="Which way it moves the risk.")]
    actionable: Annotated[
        Actionable,
        Field(description="Whether the business can act on it."),
    ]
    text: Annotated[str, Field(description="One sentence from the customer's facts.")]
    joined: Annotated[
        list[str],
        Field(
            description="Other groups that tell the same fact, by name: their points are among these."
        ),
    ]
    similar: Annotated[
        bool,
        Field(
            description="Whether it weighs about as much as the reason before it, so that order means little."
        ),
    ]
    facts: Annotated[list[FactAnswer], Field(description="The facts the sentence was made from.")]


class PushAnswer(Answer):
    """What one reason group adds to a model's log-odds."""

    group: Annotated[str, Field(description="The reason group's name.")]
    title: Annotated[str, Field(description="The reason group as a marketer reads it.")]
    push: Annotated[
        float, Field(description="What it adds; with the base all of them sum to the log-odds.")
    ]
    text: Annotated[str, Field(description="What says most of it, in one sentence.")]
