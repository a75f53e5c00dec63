"""Jobs as types: lists of customers that are scored in the background."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.contract.identifiers import CustomerOfARow, Identifier
from serving.contract.messages import Answer, Message, Words

MOST_CUSTOMERS = 100_000
Yes = Annotated[bool, Field(strict=True)]


JobStatus = Literal["waiting", "running", "done", "failed", "cancelled", "expired"]


class JobRequest(Message):
    """A list to be scored: some customers, or everybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer_ids": ["17841", "14911"], "format": "csv"},
                {"everybody": True, "reasons": False},
            ]
        }
    )

    customer_ids: list[CustomerOfARow] | None = Field(
        None, min_length=1, max_length=MOST_CUSTOMERS, description="Customers, at most 100,000."
    )
    everybody: Yes = Field(False, description="All customers instead.")
    reasons: Yes = Field(True, description="Whether each score comes with its reasons.")
    campaign: Identifier | None = Field(
        None, description="The campaign this is asked for, as in `/v1/score`."
    )
    language: Words | None = Field(
        None, description="The language of the reasons; the company's own where it is not given."
    )
    format: Literal["jsonl", "csv"] = Field(
        "jsonl",
        description="jsonl: a line a customer, as a row of `/v1/score`; csv: a flat table.",
    )

    @model_validator(mode="after")
    def _is_one_list(self) -> JobRequest:
        if (self.customer_ids is None) != self.everybody:
            raise PydanticCustomError(
                "customers_or_everybody", "Give either customer_ids or everybody"
            )
        return self


class JobAnswer(Answer):
    """One job and how far it is."""

    job_id: Annotated[str, Field(description="Names the job.")]
    status: Annotated[
        JobStatus,
        Field(description="What has become of it; expired: its result was deleted."),
    ]
    rows_total: Annotated[int, Field(description="So many customers were asked about.")]
    rows_done: Annotated[int, Field(description="So many of them are answered.")]
    format: Annotated[Literal["jsonl", "csv"], Field(description="What the result is written as.")]
    submitted_at: Annotated[str, Field(description="When it was asked.")]
    ended_at: Annotated[str | None, Field(description="When it was done, failed or cancelled.")]
    expires_at: Annotated[str | None, Field(description="When the result is deleted.")]
    model_digest: Annotated[
        str | None, Field(description="The model that answers, once it has begun.")
    ]
    fault: Annotated[
        Literal["internal"] | None, Field(description="Why it failed: a fault of ours.")
    ]
    result: Annotated[str | None, Field(description="Where the result is, once it is done.")]
