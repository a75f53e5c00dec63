"""What the routes of the contract share: the desk they answer from, who answered, and JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from fastapi import Request, Response

from serving.access.problems import Refusal
from serving.contract.messages import ProblemAnswer
from serving.in_use.models_in_use import Desk, InUse
from training.bundles.manifest import Manifest
from training.reasons.languages.known import language_of
from training.reasons.languages.language import Language

VERSION = "0.1.0"

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer, "description": "A problem document."}
    for status in (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503, 504)
}


def desk_of(request: Request) -> Desk:
    """The desk this process answers from."""
    desk = getattr(request.app.state, "desk", None)
    if not isinstance(desk, Desk):
        raise Refusal("not_ready")
    return desk


def caller_of(request: Request) -> str:
    """The id of the key that was presented."""
    return str(getattr(request.state, "caller", ""))


def answer_in(asked: str | None, desk: Desk) -> Language:
    """The language of an answer: the one asked for, or the company's own."""
    return language_of(asked) if asked else desk.language


def required(desk: Desk) -> InUse:
    """The model and scores in use; a refusal while there are none."""
    in_use = desk.in_use
    if in_use is None:
        raise Refusal("not_ready")
    return in_use


def identity(manifest: Manifest) -> dict[str, Any]:
    """Which model answered."""
    return {
        "name": manifest.name,
        "version": manifest.version,
        "title": manifest.title,
        "digest": manifest.digest,
        "data_cut": manifest.data_cut,
    }


@lru_cache(maxsize=4_096)
def instant(seconds: int) -> str:
    """An instant as the contract writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_answer(content: object) -> Response:
    """An answer as JSON."""
    return Response(orjson.dumps(content), media_type="application/json")
