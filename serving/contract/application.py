"""The CRM contract ``/v1`` as one web application, with one way to say no."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from serving.access.problems import MEDIA_TYPE, FieldFault, Problem, Refusal
from serving.access.routes import FRAMEWORKS, Route, table
from serving.contract import (
    change_routes,
    client_routes,
    customer_routes,
    discovery_routes,
    event_routes,
    item_routes,
    job_routes,
    list_routes,
    plan_routes,
    privacy_routes,
    proposal_routes,
    score_routes,
)
from serving.contract.description import CONTRACT_VERSION, completed
from serving.contract.routes import Routes
from serving.ledger.database import UNREADABLE, UNWRITABLE
from serving.ledger.integrity import is_damage

_LONGEST_NAME_REPEATED = 64

TOPICS: tuple[tuple[str, str, Routes], ...] = (
    ("scores", "Who is about to leave, why, and what they bring.", score_routes.routes),
    ("jobs", "Lists that are scored in the background.", job_routes.routes),
    ("customers", "One customer, whole.", customer_routes.routes),
    ("lists", "Customers at risk, a page at a time.", list_routes.routes),
    ("changes", "Why a risk is another than before, and what if.", change_routes.routes),
    ("items", "What a customer would take, and who would take an item.", item_routes.routes),
    ("offers", "Which offer is best for whom, or none.", proposal_routes.routes),
    ("plans", "What a campaign within limits would bring.", plan_routes.routes),
    ("events", "What happened since the tables were read.", event_routes.routes),
    ("privacy", "Objections, erasures, and what people think of reasons.", privacy_routes.routes),
    ("discovery", "What is in use, and what can be asked of it.", discovery_routes.routes),
    ("clients", "The same for BentoML's own clients.", client_routes.routes),
)
"""Every part of the contract by its name, in the order the description lists them."""

_CALLERS = {
    "mlflow": "Scores as MLflow's scoring server and a Databricks endpoint give them.",
    "hubspot": "Scores for HubSpot's workflows.",
    "dataverse": "Scores for Dataverse's webhooks.",
    "salesforce": "Scores for Apex and Flow.",
}
"""Who is answered in terms of their own; what they are asked by is further routes."""

_DESCRIPTION = Route("/v1/openapi.json", "score", is_whole=True)


class Contract(FastAPI):
    """The application; its description says of each operation what the guard is told of it."""

    declared: tuple[Route, ...] = ()

    def openapi(self) -> dict[str, Any]:
        """The description, completed by what is declared."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), self.declared)
        return self.openapi_schema


def _tags(further: Sequence[Routes]) -> list[dict[str, str]]:
    """The parts that the description has, each with its sentence."""
    called = [tag for topic in further if topic.is_described for tag in topic.router.tags]
    said = {name: said for name, said, _ in TOPICS} | {
        str(tag): _CALLERS[str(tag)] for tag in called
    }
    return [{"name": name, "description": sentence} for name, sentence in said.items()]


def _named(route: APIRoute) -> str:
    """What an operation is called in clients that are generated: as its function is."""
    return route.name


def declared(*further: Routes) -> tuple[Route, ...]:
    """What the guard is told: every address of the contract, of further routes and of BentoML itself."""
    topics = [routes for _, _, routes in TOPICS]
    ours = [route for topic in (*topics, *further) for route in topic.declared]
    return table((*ours, _DESCRIPTION, *FRAMEWORKS))


def build_api(*further: Routes) -> FastAPI:
    """The web application: the contract, further routes, and one way to say no.

    Its ``state.models_in_use`` must be set before it answers.
    """
    application = Contract(
        title="Regulars",
        version=CONTRACT_VERSION,
        description="Scores with reasons, by customer id.",
        openapi_url=_DESCRIPTION.path,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "/", "description": "The service this document was fetched from."}],
        openapi_tags=_tags(further),
        generate_unique_id_function=_named,
    )
    application.declared = declared(*further)
    for name, _, routes in TOPICS:
        application.include_router(routes.router, tags=[name])
    for topic in further:
        application.include_router(topic.router, include_in_schema=topic.is_described)
    application.add_exception_handler(Refusal, _refused)
    application.add_exception_handler(RequestValidationError, _invalid)
    for fault in UNWRITABLE:
        application.add_exception_handler(fault, _unrecorded)
    for unreadable in UNREADABLE:
        application.add_exception_handler(unreadable, _damaged)
    return application


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return _problem(request, refusal)


async def _unrecorded(request: Request, fault: Exception) -> Response:
    """What may be answered only on record is not answered without one."""
    return _problem(request, Refusal("ledger_damaged" if is_damage(fault) else "not_recorded"))


async def _damaged(request: Request, fault: Exception) -> Response:
    """A damaged database is told apart from every other fault of one."""
    if not is_damage(fault):
        raise fault
    return _problem(request, Refusal("ledger_damaged"))


async def _invalid(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    return _problem(request, fault)


def _problem(request: Request, fault: Refusal | RequestValidationError) -> Response:
    """A refusal as a problem document, and a question that cannot be read as the refusal it is."""
    correlation_id = getattr(request.state, "correlation_id", secrets.token_hex(8))
    refusal = fault if isinstance(fault, Refusal) else _as_refusal(fault)
    problem = Problem(refusal.kind, correlation_id, refusal.detail, refusal.errors)
    seconds = refusal.come_again_seconds
    return Response(
        problem.as_json(),
        status_code=refusal.kind.status,
        media_type=MEDIA_TYPE,
        headers=None if seconds is None else {"retry-after": str(seconds)},
    )


def _as_refusal(fault: RequestValidationError) -> Refusal:
    """Which fields are wrong and how, without repeating what they held."""
    found = fault.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Refusal("invalid_json")
    errors = [FieldFault(_pointer(one["loc"]), str(one["type"]), f"{one['msg']}.") for one in found]
    return Refusal("invalid_request", errors=errors)


def _pointer(location: Sequence[str | int]) -> str:
    parts = [str(one)[:_LONGEST_NAME_REPEATED] for one in location if one != "body"]
    escaped = [one.replace("~", "~0").replace("/", "~1") for one in parts]
    return "".join(f"/{one}" for one in escaped)
