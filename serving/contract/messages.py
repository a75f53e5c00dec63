"""What every part of the contract ``/v1`` shares: ids, statuses, models, reasons, warnings and problems."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

LONGEST_ID = 200


def _is_text(value: object) -> object:
    """A day is a text: a bare number would be read as seconds since 1970."""
    if not isinstance(value, str | date):
        raise PydanticCustomError("day_type", "Give a day such as 2026-05-01")
    return value


Day = Annotated[date, BeforeValidator(_is_text)]


class Message(BaseModel):
    """Anything sent or answered: unknown fields and infinite numbers are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


RowStatus = Literal[
    "ok", "degraded", "unknown_id", "insufficient_data", "not_eligible", "no_consent", "error"
]
Words = Literal["en", "de"]

# Strict: a number is not taken for a text, and half a surrogate pair is no text at all.
Identifier = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=LONGEST_ID)]


class WarningAnswer(Message):
    """Something to know about an answer."""

    code: str = Field(description="A stable word.")
    message: str = Field(description="A sentence.")
    features: list[str] | None = Field(
        None, description="The features it is about, at most ten of them."
    )


class ModelIdentity(Message):
    """Which model answered."""

    name: str = Field(description="What it answers, such as `churn`.")
    version: str = Field(description="Its version in the registry.")
    title: str = Field(description="The honest name of what it is, such as `recency rule`.")
    digest: str = Field(description="The SHA-256 that names its content.")
    data_cut: str = Field(description="Data known before this instant taught it.")


class CustomerRow(Message):
    """One customer to be told about."""

    customer_id: Identifier = Field(description="The company's own customer number.")
    row_id: Identifier | None = Field(
        None, description="Anything of the caller's; given back with the answer."
    )


class FactAnswer(Message):
    """One raw fact behind a reason."""

    feature: str = Field(description="The feature's name in the dictionary.")
    meaning: str = Field(description="What it means, in one sentence.")
    unit: str = Field(description="The unit of `value` and `typical`.")
    value: float | None = Field(description="The customer's value.")
    text: str = Field(description="The value as a person would write it.")
    typical: float | None = Field(description="What is usual among `peers`.")
    peers: str = Field(description="Whom the customer is compared with; empty for everybody.")


class ReasonAnswer(Message):
    """One reason group that moves the score; it explains the model, not the cause."""

    group: str = Field(description="The reason group's name.")
    title: str = Field(description="The reason group as a marketer reads it.")
    points: float = Field(description="Percentage points it adds to the base, exactly.")
    shown_points: float = Field(description="The same with one decimal; what is shown adds up.")
    direction: Literal["raises", "lowers"] = Field(description="Which way it moves the risk.")
    actionable: Literal["now", "indirect", "context"] = Field(
        description="Whether the business can act on it."
    )
    text: str = Field(description="One sentence from the customer's facts; empty when withheld.")
    similar: bool = Field(
        description="Whether it weighs about as much as the reason before it, so that order means little."
    )
    facts: list[FactAnswer] = Field(description="The facts the sentence was made from.")


class PushAnswer(Message):
    """What one reason group adds to a model's log-odds."""

    group: str = Field(description="The reason group's name.")
    title: str = Field(description="The reason group as a marketer reads it.")
    push: float = Field(description="What it adds; with the base all of them sum to the log-odds.")
    text: str = Field(description="What says most of it, in one sentence.")


class FieldFaultAnswer(Message):
    """What is wrong with one field."""

    pointer: str = Field(description="A JSON pointer to the field.")
    code: str = Field(description="A stable word.")
    message: str = Field(description="A sentence.")


class ProblemAnswer(Message):
    """Every refusal, as RFC 9457 describes it."""

    type: str = Field(description="A URN that names the kind of problem.")
    title: str = Field(description="The kind of problem in a sentence.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What to do.")
    code: str = Field(description="The last part of the type.")
    correlation_id: str = Field(description="Names this call in the service's log.")
    errors: list[FieldFaultAnswer] | None = Field(None, description="The fields at fault.")
