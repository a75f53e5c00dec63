"""What a caller can ask of the service itself: which models answer, and what is running."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.contract.answering import (
    PROBLEMS,
    VERSION,
    desk_of,
    identity,
    instant,
    json_answer,
    required,
)
from serving.contract.discovery_messages import ModelsAnswer, VersionAnswer

router = APIRouter(prefix="/v1")


@router.get("/models", responses={200: {"model": ModelsAnswer}, **PROBLEMS})
def models(request: Request) -> Response:
    """The models in use and how well they did on customers they had not seen."""
    bundle = required(desk_of(request)).scorer.bundle
    manifest = bundle.manifest
    entry = identity(manifest) | {
        "family": manifest.family,
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "question": bundle.question.said,
        "base_rate": manifest.base_rate,
        "population": manifest.population,
        "metrics": manifest.metrics,
    }
    return json_answer({"models": [entry]})


@router.get("/version", responses={200: {"model": VersionAnswer}, **PROBLEMS})
def version(request: Request) -> Response:
    """What is running, whether it can answer and, when it cannot, why not."""
    desk = desk_of(request)
    in_use = desk.in_use
    return json_answer(
        {
            "service": VERSION,
            "ready": in_use is not None,
            "model": identity(in_use.scorer.bundle.manifest) if in_use else None,
            "snapshot": in_use.snapshot.name if in_use else None,
            "vector_as_of": instant(in_use.snapshot.cutoff_seconds) if in_use else None,
            "fault": desk.fault,
        }
    )
