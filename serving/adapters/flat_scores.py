"""A score as one flat record, which is what lists, flows and data frames of other systems can hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, cast

from pydantic import Field, ValidationError

from serving.access.problems import FieldFault, Refusal
from serving.contract.identifiers import IGNORE_CASE, OTHER_IDS
from serving.contract.job_lines import flat_row
from serving.contract.messages import ANSWERED_NUMBER, Answer, RowStatus
from serving.contract.row_messages import Band, LifecycleWord, StageWord
from serving.contract.score_messages import ScoreRequest
from serving.contract.score_routes import scored
from serving.in_use.models_in_use import ModelsInUse

Row = Mapping[str, object]
Place = Callable[[Sequence[str | int]], str]
"""A JSON pointer to where a caller wrote what the contract knows by its own place."""


class FlatScore(Answer):
    """One customer's score without anything nested; a field is null where there is nothing to say."""

    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="What became of this row.")]
    probability: Annotated[
        float | None, Field(description="The calibrated probability that what is asked comes true.")
    ]
    low: Annotated[float | None, Field(description="The lower end of its interval.")]
    high: Annotated[float | None, Field(description="The upper end of its interval.")]
    percentile: Annotated[
        float | None, Field(description="Where it stands among those the model learned from.")
    ]
    band: Annotated[
        Band | None,
        Field(description="high: the top tenth; medium: the next fifth; low: the rest."),
    ]
    expected_cents: Annotated[int | None, Field(description="What is expected of them, in cents.")]
    at_risk_cents: Annotated[
        int | None, Field(description="The money that leaves with them, in cents.")
    ]
    stage: Annotated[StageWord | None, Field(description="How far the customer has come.")]
    lifecycle_status: Annotated[
        LifecycleWord | None, Field(description="Which way the customer is going.")
    ]
    segment: Annotated[str | None, Field(description="What their segment is called.")]
    reason_1: Annotated[str | None, Field(description="The first reason, as a sentence.")]
    reason_2: Annotated[str | None, Field(description="The second.")]
    reason_3: Annotated[str | None, Field(description="The third.")]
    vector_as_of: Annotated[
        str | None, Field(description="Only what was known before this instant counted.")
    ]
    expires_at: Annotated[str | None, Field(description="Ask again from then on.")]
    hold_out: Annotated[
        bool | None, Field(description="Whether they are held out of the campaign that was named.")
    ]
    decision_id: Annotated[str | None, Field(description="Names this answer in the ledger.")]
    best_action: Annotated[str | None, Field(description="What is best to do.")]
    net_gain_cents: Annotated[int | None, Field(description="What that brings, in cents.")]
    row_id: Annotated[str | None, Field(description="As it was sent.")]
    model_version: Annotated[str, Field(description="The version of the model that answered.")]
    scored_at: Annotated[str, Field(description="When this was answered.")]


def flat_scores(
    models_in_use: ModelsInUse,
    rows: Sequence[Row],
    *,
    place: Place,
    terms: Mapping[str, object] | None = None,
) -> list[FlatScore]:
    """The contract's answer to rows, each as a flat record, in order.

    ``rows`` and ``terms`` have the names of ``ScoreRequest``; what is wrong with them is refused with a pointer to
    where the caller wrote it.
    """
    answer = scored(models_in_use, _question({**(terms or {}), "rows": rows}, models_in_use, place))
    said = {"model_version": answer["model"]["version"], "scored_at": answer["scored_at"]}
    return [
        cast(FlatScore, {**flat_row(row), "row_id": row.get("row_id"), **said})
        for row in answer["rows"]
    ]


def _question(said: Row, models_in_use: ModelsInUse, place: Place) -> ScoreRequest:
    known = {IGNORE_CASE: models_in_use.ignores_case, OTHER_IDS: models_in_use.other_ids}
    try:
        return ScoreRequest.model_validate(said, context=known)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_context=False, include_input=False)
    raise Refusal(
        "invalid_request",
        errors=[FieldFault(place(one["loc"]), str(one["type"]), f"{one['msg']}.") for one in found],
    )
