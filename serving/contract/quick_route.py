"""Routes that read their question straight from the body's bytes and write their answer straight into them.

FastAPI reads JSON into Python objects, validates these and hands the call to a thread. Here pydantic reads the
bytes itself, and nobody is handed over who is in a thread of his own already, as the guard sees to it. A function of
a route returns the type that the contract describes, which is encoded as it stands. What the contract says of a route
stays FastAPI's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from serving.contract.identifiers import IGNORE_CASE, OTHER_IDS
from serving.in_use.models_in_use import ModelsInUse

Question = TypeVar("Question", bound=BaseModel)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class QuickRoute(APIRoute):
    """A route whose function takes the request, the question where there is a body, and what the path names.

    It returns an answer, or a whole ``Response`` where there is more to say than an answer.
    """

    def get_route_handler(self) -> Handler:
        """The function that answers a request to this route."""
        answer: Callable[..., object] = self.endpoint
        question_type, status = _question_of(self), self.status_code or 200

        if iscoroutinefunction(answer):
            # It reads a form, which has come whole, and waits for nothing else.
            return cast(Handler, answer)

        def respond(request: Request, body: bytes) -> Response:
            question = [] if question_type is None else [_read(question_type, body, request)]
            answered = answer(request, *question, **request.path_params)
            return answered if isinstance(answered, Response) else json_response(answered, status)

        async def handle(request: Request) -> Response:
            body = b"" if question_type is None else await request.body()
            if _is_on_a_loop():
                return await run_in_threadpool(respond, request, body)
            return respond(request, body)

        return handle


def _is_on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _question_of(route: APIRoute) -> type[BaseModel] | None:
    found = route.body_field
    if found is None:
        return None
    question_type = found.field_info.annotation
    assert isinstance(question_type, type) and issubclass(question_type, BaseModel)
    return question_type


def json_response(answer: object, status: int = 200) -> Response:
    """An answer as JSON."""
    return Response(orjson.dumps(answer), status, media_type="application/json")


def _read(question_type: type[Question], body: bytes, request: Request) -> Question:
    """A question about customers as the company that is served knows them."""
    models_in_use = getattr(request.app.state, "models_in_use", None)
    if not isinstance(models_in_use, ModelsInUse):
        return read(question_type, body)
    return read(
        question_type,
        body,
        ignore_case=models_in_use.ignores_case,
        other_ids=models_in_use.other_ids,
    )


def read(
    question_type: type[Question],
    body: bytes,
    *,
    ignore_case: bool = False,
    other_ids: OtherIds = NO_OTHER_IDS,
) -> Question:
    """A question from the bytes of a body; raises ``RequestValidationError``."""
    context = {IGNORE_CASE: ignore_case, OTHER_IDS: other_ids}
    try:
        return question_type.model_validate_json(body, context=context)
    except ValidationError as fault:
        # Neither what was sent nor a link belongs into an answer.
        found = fault.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError(found) from None
