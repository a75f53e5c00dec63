"""MLflow's scoring server as its clients know it: ``/invocations``, ``/ping``, ``/health`` and ``/version``.

The shapes are those of ``mlflow.pyfunc.scoring_server`` (MLflow 3.17), and of a Databricks endpoint
(docs.databricks.com, "Query serving endpoints for custom models") where it is called by its name.
"""

from __future__ import annotations

from functools import partial

from fastapi import Request, Response

from serving.access.problems import Refusal
from serving.access.routes import LARGE_BYTES
from serving.adapters.flat_scores import flat_scores
from serving.adapters.mlflow.messages import (
    InvocationsAnswer,
    InvocationsRequest,
    MlflowErrorAnswer,
)
from serving.adapters.mlflow.tables import layout_of, place_in, records_of, score_row
from serving.adapters.mlflow.terms import MLFLOW
from serving.adapters.routes import caller_routes
from serving.contract.answering import models_in_use_of, required

PROTOCOL = "3.17.2"
"""The MLflow whose scoring protocol is spoken; clients compare it with their own."""
routes = caller_routes("mlflow", MLFLOW, MlflowErrorAnswer)


@routes.post("/invocations", scope="score", is_personal=True, body_bytes=LARGE_BYTES)
def invocations(request: Request, question: InvocationsRequest) -> InvocationsAnswer:
    """Score a table of customers, or of behaviour, as MLflow's scoring server does."""
    layout = layout_of(dict(question))
    rows = [score_row(one) for one in records_of(layout, getattr(question, layout))]
    terms = {} if question.params is None else question.params.given
    place = partial(place_in, layout)
    scores = flat_scores(models_in_use_of(request), rows, place=place, terms=terms)
    return InvocationsAnswer(predictions=scores)


@routes.post(
    "/serving-endpoints/{name}/invocations",
    scope="score",
    is_personal=True,
    body_bytes=LARGE_BYTES,
)
def endpoint_invocations(
    request: Request, question: InvocationsRequest, name: str
) -> InvocationsAnswer:
    """The same at the address of a Databricks endpoint, whose name is that of the model in use."""
    if name != required(models_in_use_of(request)).scorer.bundle.manifest.name:
        raise Refusal("not_found", "The endpoint is called as the model is: GET /v1/version.")
    return invocations(request, question)


@routes.get("/ping", scope=None, is_personal=False, response_class=Response)
def ping(request: Request) -> Response:
    """Whether there is a model to answer with."""
    required(models_in_use_of(request))
    return Response("\n", media_type="application/json")


@routes.get("/health", scope=None, is_personal=False, response_class=Response)
def health(request: Request) -> Response:
    """The same as `/ping`."""
    return ping(request)


@routes.get("/version", scope=None, is_personal=False, response_class=Response)
def protocol_version(request: Request) -> Response:
    """The version of MLflow whose scoring protocol is spoken; the service's own is `/v1/version`."""
    return Response(PROTOCOL, media_type="application/json")
