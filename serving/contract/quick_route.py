"""Routes that read their question straight from the body's bytes and answer small ones without changing threads.

FastAPI reads JSON into Python objects, validates these and hands the call to a thread. Here pydantic reads the
bytes itself, and a question that says it ``is_quick`` is answered at once, because a change of threads would
take longer than the answer. What the contract says of a route stays FastAPI's.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

Question = TypeVar("Question", bound=BaseModel)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class QuickRoute(APIRoute):
    """A route whose function takes the request, the question where there is a body, and what the path names."""

    def get_route_handler(self) -> Handler:
        """The function that answers a request to this route."""
        answer: Callable[..., Response] = self.endpoint
        question_type = _question_of(self)

        async def handle(request: Request) -> Response:
            if question_type is None:
                return await run_in_threadpool(answer, request, **request.path_params)
            question = read(question_type, await request.body())
            if getattr(question, "is_quick", False):
                return answer(request, question)
            return await run_in_threadpool(answer, request, question)

        return handle


def _question_of(route: APIRoute) -> type[BaseModel] | None:
    found = route.body_field
    if found is None:
        return None
    question_type = found.field_info.annotation
    assert isinstance(question_type, type) and issubclass(question_type, BaseModel)
    return question_type


def read(question_type: type[Question], body: bytes) -> Question:
    """A question from the bytes of a body; raises ``RequestValidationError``."""
    try:
        return question_type.model_validate_json(body)
    except ValidationError as fault:
        # Neither what was sent nor a link belongs into an answer.
        found = fault.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError(found) from None
