"""What HubSpot's workflows send and read, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field

from serving.adapters.flat_scores import FlatScore
from serving.contract.messages import Answer


class HubspotWebhook(BaseModel):
    """The body of a webhook: names and values as the action was set up, or all properties of a record."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {"customer_number": "17841"},
                {"objectId": 614, "properties": {"customer_number": {"value": "17841"}}},
            ]
        },
    )
    properties: dict[str, Any] | None = Field(None, description="The properties of the record.")


class HubspotObject(BaseModel):
    """The record a workflow is about."""

    model_config = ConfigDict(extra="allow")
    objectId: int | str | None = Field(None, description="HubSpot's own number of it.")
    objectType: str | None = Field(None, description="Such as `CONTACT`.")
    properties: dict[str, Any] | None = Field(
        None, description="Its properties, where they were asked for."
    )


class HubspotAction(BaseModel):
    """What a custom action is called with; `event` of a custom code action can be sent on as it is."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "callbackId": "ap-102670506-56777914962-11-0",
                    "origin": {"portalId": 102670506, "actionDefinitionId": 10860211},
                    "context": {"source": "WORKFLOWS", "workflowId": 192814114},
                    "object": {"objectId": 614, "objectType": "CONTACT"},
                    "inputFields": {"customer_number": "17841"},
                }
            ]
        },
    )
    inputFields: dict[str, Any] | None = Field(
        None, description="The fields the action was set up with."
    )
    object: HubspotObject | None = Field(None, description="The record the workflow is about.")


class HubspotOutput(FlatScore):
    """A score as the outputs of an action."""

    hs_execution_state: Annotated[
        Literal["SUCCESS", "FAIL_CONTINUE"], Field(description="How the workflow goes on.")
    ]


class HubspotActionAnswer(Answer):
    """What HubSpot reads of an action."""

    outputFields: Annotated[HubspotOutput, Field(description="Usable by later actions.")]


class HubspotRefused(Answer):
    """A refusal as a workflow can show it and branch by it."""

    status: Annotated[
        Literal["refused"], Field(description="In the place of the status of a score.")
    ]
    error_code: Annotated[str, Field(description="The stable word of the problem.")]
    error_message: Annotated[str, Field(description="What to do.")]
    hs_execution_state: NotRequired[
        Annotated[Literal["FAIL_CONTINUE"], Field(description="How the workflow goes on.")]
    ]


class HubspotActionRefused(Answer):
    """The same as outputs of an action."""

    outputFields: Annotated[HubspotRefused, Field(description="Usable by later actions.")]
