"""Routes that say at their decorator who may call them, whether for people's data, and how large a body may be.

From them follow both the application and the table of the guard, so that no address is in one and not in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from fastapi import APIRouter

from serving.access.caller_terms import CallerTerms
from serving.access.problems import ProblemAnswer
from serving.access.routes import USUAL_BYTES, USUAL_ROW_SECONDS, USUAL_SECONDS, Route
from serving.contract.quick_route import QuickRoute
from serving.ledger.accounts.roles import Permission

Function = TypeVar("Function", bound=Callable[..., Any])

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer, "description": "A problem document."}
    for status in (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503, 504)
}


class Routes:
    """The routes of one topic: what FastAPI answers, and what the guard is told of each.

    Its router makes ``QuickRoute``, which answer in the thread they are called in. What a decorator is given beyond
    ``Route`` is FastAPI's own.
    """

    def __init__(
        self, router: APIRouter, *, terms: CallerTerms | None = None, is_described: bool = False
    ) -> None:
        self.router = router
        self.is_described = is_described
        """Whether the contract's document has them."""
        self.declared: list[Route] = []
        self._terms = terms

    def get(
        self,
        path: str,
        *,
        scope: str | None,
        is_personal: bool,
        browser: bool = False,
        permission: Permission | None = None,
        seconds: float = USUAL_SECONDS,
        is_whole: bool = True,
        **described: Any,
    ) -> Callable[[Function], Function]:
        """A route that is asked by its address alone."""
        route = Route(
            path,
            scope,
            ("GET",),
            browser=browser,
            permission=permission,
            seconds=seconds,
            is_whole=is_whole,
        )
        return self._add(route, is_personal, described)

    def delete(
        self,
        path: str,
        *,
        scope: str,
        is_personal: bool,
        seconds: float = USUAL_SECONDS,
        **described: Any,
    ) -> Callable[[Function], Function]:
        """A route that takes something away."""
        route = Route(path, scope, ("DELETE",), seconds=seconds, is_whole=True)
        return self._add(route, is_personal, described)

    def post(
        self,
        path: str,
        *,
        scope: str | None,
        is_personal: bool,
        browser: bool = False,
        permission: Permission | None = None,
        body: Literal["json", "form", "file"] = "json",
        body_bytes: int = USUAL_BYTES,
        seconds: float = USUAL_SECONDS,
        row_seconds: float = USUAL_ROW_SECONDS,
        tries_password: bool = False,
        query_key: str = "",
        **described: Any,
    ) -> Callable[[Function], Function]:
        """A route that is asked by a body."""
        route = Route(
            path,
            scope,
            ("POST",),
            browser=browser,
            permission=permission,
            body=body,
            body_bytes=body_bytes,
            seconds=seconds,
            row_seconds=row_seconds,
            tries_password=tries_password,
            is_whole=True,
            query_key=query_key,
        )
        return self._add(route, is_personal, described)

    def _add(
        self, route: Route, is_personal: bool, described: Mapping[str, Any]
    ) -> Callable[[Function], Function]:
        """Declare a route; what its address ends in is below one address to the guard."""
        address = f"{self.router.prefix}{route.path}".partition("{")[0]
        personal = route.methods if is_personal else ()
        self.declared.append(replace(route, path=address, personal=personal, terms=self._terms))
        return self.router.api_route(route.path, methods=list(route.methods), **described)


def contract_routes(prefix: str = "/v1") -> Routes:
    """The routes of one topic, under ``/v1`` unless others have named their addresses."""
    router = APIRouter(prefix=prefix, route_class=QuickRoute, responses=PROBLEMS)
    return Routes(router, is_described=True)
