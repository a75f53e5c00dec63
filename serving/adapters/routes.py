"""Routes in a caller's own terms: as those of the contract, but for how customers are named and refusals are read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from serving.access.caller_terms import CallerTerms
from serving.contract.quick_route import QuickRoute
from serving.contract.routes import PROBLEMS, Routes

_BEFORE_THE_ROUTE = 431
"""A head that is too large is refused before anybody knows by which route."""


def caller_routes(tag: str, terms: CallerTerms, refusal: type, prefix: str = "") -> Routes:
    """The routes of one kind of caller, whose refusals are of type ``refusal``."""
    told: dict[int | str, dict[str, Any]] = {
        status: {"model": refusal, "description": "A refusal in the caller's own terms."}
        for status in PROBLEMS
    }
    told[_BEFORE_THE_ROUTE] = PROBLEMS[_BEFORE_THE_ROUTE]
    router = APIRouter(prefix=prefix, route_class=QuickRoute, responses=told, tags=[tag])
    return Routes(router, terms=terms, is_described=True)
