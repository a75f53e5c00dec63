"""Questions and answers of MLflow's scoring protocol as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from serving.adapters.flat_scores import FlatScore
from serving.contract.messages import Answer, Words

_CUSTOMERS: JsonDict = {"columns": ["customer_id"], "data": [["17841"], ["14911"]]}


class InvocationParams(BaseModel):
    """What MLflow calls parameters of inference: the further words of `POST /v1/score`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reasons: bool | None = Field(None, description="Whether each score comes with its reasons.")
    outcomes: list[str] | None = Field(None, description="What to answer; everything without it.")
    campaign: str | None = Field(None, description="The campaign this is asked for.")
    language: Words | None = Field(None, description="The language of the reasons.")
    model_version: str | None = Field(None, description="Refuse to answer by any other version.")

    @property
    def given(self) -> dict[str, object]:
        """What was said, by the names of the contract."""
        return self.model_dump(exclude_none=True)


class InvocationsRequest(BaseModel):
    """A table in one of MLflow's four layouts; what else a client sends along is left alone, as MLflow does.

    The columns `customer_id` and `row_id` have a meaning; every other column is a feature of `GET /v1/schema`, NaN or
    null where it is unknown.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {"dataframe_split": _CUSTOMERS},
                {"dataframe_records": [{"customer_id": "17841", "row_id": "a"}]},
                {"instances": ["17841", "14911"], "params": {"reasons": False}},
                {"inputs": {"days_since_order": [41.5], "orders_count_365d": [6]}},
            ]
        },
    )

    dataframe_split: dict[str, Any] | None = Field(
        None,
        description="`columns` and `data`, as `DataFrame.to_dict(orient='split')` writes them.",
    )
    dataframe_records: list[dict[str, Any]] | None = Field(
        None, description="A list of objects, as `DataFrame.to_dict(orient='records')` writes it."
    )
    instances: list[Any] | None = Field(
        None, description="A list of objects, or of customer numbers."
    )
    inputs: list[Any] | dict[str, Any] | None = Field(
        None, description="The same as `instances`, or an object of columns."
    )
    params: InvocationParams | None = Field(None, description="Further words of the question.")


class InvocationsAnswer(Answer):
    """One prediction a row, in order."""

    predictions: Annotated[list[FlatScore], Field(description="A record a row.")]


class MlflowErrorAnswer(Answer):
    """A refusal as MLflow's clients raise it."""

    error_code: Annotated[
        Literal[
            "BAD_REQUEST", "UNAUTHENTICATED", "PERMISSION_DENIED", "RESOURCE_DOES_NOT_EXIST", "ABORTED",
            "INVALID_PARAMETER_VALUE", "REQUEST_LIMIT_EXCEEDED", "INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE",
            "DEADLINE_EXCEEDED",
        ],
        Field(description="MLflow's word for it."),
    ]  # fmt: skip
    message: Annotated[str, Field(description="What to do.")]
