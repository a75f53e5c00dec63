"""The CRM contract ``/v1`` as one web application, with one way to say no."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

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
    privacy_routes,
    proposal_routes,
    score_routes,
)
from serving.contract.answering import VERSION
from serving.contract.routes import Routes
from serving.ledger.database import UNREADABLE, UNWRITABLE
from serving.ledger.integrity import is_damage

_LONGEST_NAME_REPEATED = 64

CONTRACT = tuple(
    topic.routes
    for topic in (
        score_routes,
        job_routes,
        customer_routes,
        change_routes,
        item_routes,
        proposal_routes,
        event_routes,
        privacy_routes,
        discovery_routes,
        client_routes,
    )
)
"""Every part of ``/v1``, in the order the description lists them, and what BentoML's clients call."""

_DESCRIPTION = Route("/v1/openapi.json", "score", is_whole=True)


class Contract(FastAPI):
    """The application; what it says of itself names the kind of document every refusal is."""

    def openapi(self) -> dict[str, Any]:
        """The description, with refusals as problem documents."""
        if self.openapi_schema is None:
            described = super().openapi()
            for path in described["paths"].values():
                for operation in path.values():
                    _as_problems(operation["responses"])
        assert self.openapi_schema is not None
        return self.openapi_schema


def _as_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400" and "application/json" in response.get("content", {}):
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}


def declared(*further: Routes) -> tuple[Route, ...]:
    """What the guard is told: every address of the contract, of further routes and of BentoML itself."""
    ours = [route for topic in (*CONTRACT, *further) for route in topic.declared]
    return table((*ours, _DESCRIPTION, *FRAMEWORKS))


def build_api(*further: Routes) -> FastAPI:
    """The web application: the contract, further routes that it does not describe, and one way to say no.

    Its ``state.models_in_use`` must be set before it answers.
    """
    application = Contract(
        title="Regulars",
        version=VERSION,
        description="Scores with reasons, by customer id.",
        openapi_url=_DESCRIPTION.path,
        docs_url=None,
        redoc_url=None,
    )
    for topic in CONTRACT:
        application.include_router(topic.router)
    for topic in further:
        application.include_router(topic.router, include_in_schema=False)
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
