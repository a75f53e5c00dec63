"""The route that BentoML's own clients call; it takes and answers what ``/v1/score`` does, by the same code."""

from __future__ import annotations

from fastapi import Request

from serving.access.routes import LARGE_BYTES
from serving.contract.answering import models_in_use_of
from serving.contract.routes import contract_routes
from serving.contract.score_messages import ScoreAnswer, ScoreRequest
from serving.contract.score_routes import scored

routes = contract_routes(prefix="")


@routes.post("/score", scope="score", is_personal=True, body_bytes=LARGE_BYTES)
def score_for_clients(request: Request, question: ScoreRequest) -> ScoreAnswer:
    """Score customers by id, for BentoML's own clients: the same as `/v1/score`."""
    return scored(models_in_use_of(request), question)
